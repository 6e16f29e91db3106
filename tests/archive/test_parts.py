"""Mail and tables: messages and rows become documents, each with what its headers or columns state."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from lyceum.archive import (
    FolderBlobStore,
    Found,
    Intake,
    LimitedWorker,
    Metadata,
    MetadataTable,
    Outcome,
    SqliteCatalogue,
)
from lyceum.archive.extract import detect, extract_here
from lyceum.archive.parts import Part, split_here
from lyceum.errors import ExtractionFailed


@pytest.fixture
def put(tmp_path):
    def act(name: str, data: bytes):
        path = tmp_path / "blob"
        path.write_bytes(data)
        return path, name, detect(data[:4096], name)

    return act


@pytest.fixture
def take(put):
    return lambda name, data: extract_here(*put(name, data))


@pytest.fixture
def split(put):
    return lambda name, data, **options: list(split_here(*put(name, data), options))


def letter(subject: str = "The looms", **attached: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ada Holloway <ada@example.org>"
    message["To"] = "ben@example.org"
    message["Date"] = "Mon, 22 Sep 1997 23:30:00 -0500"
    message["Message-ID"] = f"<{subject.replace(' ', '')}@example.org>"
    message.set_content("They stood still.\n\nAll day.")
    message.add_alternative("<p>They stood still.</p><p>All day.</p>", subtype="html")
    for name, data in attached.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return message.as_bytes()


class TestMail:
    def test_a_letter_has_its_subject_its_sender_and_its_senders_day(self, take):
        extracted = take("a.eml", letter())
        assert extracted.text == "The looms\n\nThey stood still.\n\nAll day."
        known = extracted.metadata
        assert (known.title, known.creators, str(known.date), known.kind) == (
            "The looms", ("Ada Holloway",), "1997-09-22", "letter",
        )  # fmt: skip
        assert known.provenance["date"] == "mail:date"

    def test_what_is_attached_is_named_and_becomes_a_document(self, take, split):
        data = letter(report_txt=b"A report.", tool_exe=b"MZ")
        assert take("a.eml", data).notes == ("Attached: report.txt, tool.exe.",)
        assert split("a.eml", data) == [Part("", None), Part("report.txt", b"A report.")]

    def test_a_mailbox_is_its_messages_named_by_their_ids(self, split):
        box = b"".join(
            b"From ada Mon Sep 22 23:30:00 1997\n" + letter(subject).replace(b"All day", b"From now") + b"\n"
            for subject in ("One", "Two")
        )
        assert [part.name for part in split("a.mbox", box)] == ["One@example.org.eml", "Two@example.org.eml"]

    def test_html_is_read_where_the_plain_words_are_few(self, take):
        message = EmailMessage()
        message.set_content("See HTML.")
        message.add_alternative("<p>" + "The whole story. " * 20 + "</p>", subtype="html")
        assert take("a.eml", message.as_bytes()).text.startswith("The whole story.")


ROW = {"id": "x/1", "headline": "Looms", "body": "They stood.", "day": "1844-06-04", "tags": ["a", "b"], "lang": "en"}


class TestRows:
    def test_a_mapping_says_which_field_is_which(self, split, take):
        (part,) = split("a.jsonl", json.dumps(ROW).encode(), date="day")
        assert part.name == "x_1.row.json"
        extracted = take(part.name, part.data)
        known = extracted.metadata
        assert (extracted.text, known.title, str(known.date), known.language) == (
            "They stood.", "Looms", "1844-06-04", "en",
        )  # fmt: skip
        assert (known.provenance["date"], known.extra["tags"]) == ("row:day", "a; b")

    def test_the_same_row_gives_the_same_bytes(self, split):
        turned = dict(reversed(ROW.items()))
        assert split("a.jsonl", json.dumps(ROW).encode()) == split("a.jsonl", json.dumps(turned).encode())

    def test_several_fields_may_be_the_text(self, split, take):
        (part,) = split("a.jsonl", json.dumps(ROW).encode(), text=["headline", "body"])
        assert take(part.name, part.data).text == "Looms\n\nThey stood."

    def test_html_and_markdown_are_read_as_such(self, split, take):
        (part,) = split("a.csv", b"body,title\n<p>Two <b>looms</b>.</p>,T\n", format="html")
        assert take(part.name, part.data).text == "Two looms."

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_tables_are_parted_by_what_parts_them(self, split, delimiter):
        table = delimiter.join(("id", "text")) + "\n" + delimiter.join(("7", "Words.")) + "\n"
        assert [part.name for part in split("a.csv", table.encode())] == ["7.row.json"]

    @pytest.mark.parametrize(
        ("data", "options", "why"),
        [
            (b'{"a": "b"}', {}, "known to be the text"),
            (b'{"text": "b"}', {"text": "words"}, "no field “words”"),
            (b'{"text": "b"}', {"colour": "a"}, "“colour”"),
        ],
    )
    def test_a_table_without_a_known_text_is_refused_with_what_to_say(self, split, data, options, why):
        with pytest.raises(ExtractionFailed, match=why) as caught:
            split("a.jsonl", data, **options)
        assert caught.value.code == "unsupported_format"
        assert "--mapping" in caught.value.hint

    @pytest.mark.parametrize("data", [b"{no json", b"[1]"])
    def test_a_line_that_is_no_object_is_damage(self, split, data):
        with pytest.raises(ExtractionFailed) as caught:
            split("a.jsonl", data)
        assert caught.value.code == "damaged_file"


@pytest.mark.parametrize("sent", [{}, {"name": 1}, {"name": "a", "data": 1}, {"name": "a", "data": "no base64!"}])
def test_what_a_misled_child_sends_is_no_part(sent):
    with pytest.raises((TypeError, ValueError)):
        Part.from_dict(sent)


@pytest.mark.parametrize(
    ("name", "plain"), [("../../etc/passwd", "passwd"), ("a\\b.txt", "b.txt"), (".hidden", "hidden"), ("\n", "part")]
)
def test_the_name_of_a_part_leads_nowhere(name, plain):
    assert Part.from_dict(Part(name, b"x").as_dict()) == Part(plain, b"x")


def test_rows_are_received_as_documents_and_known_again(tmp_path):
    """Through the limited worker, as `lyceum add` does it."""
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"id": n, "text": f"Words {n}."}) for n in (1, 2)))
    outcomes = []
    with LimitedWorker(seconds=30) as worker:
        catalogue = SqliteCatalogue(tmp_path / "catalogue")
        intake = Intake(catalogue, FolderBlobStore(tmp_path / "blobs"), worker, largest_file=10_000)
        for _ in range(2):
            for taken in intake.receive(Found(path, "a.jsonl"), MetadataTable(), Metadata()):
                outcomes.append((taken.document.source, taken.outcome))
                if taken.outcome is Outcome.ADDED:
                    intake.extract(taken.document)
    assert outcomes == [
        ("a.jsonl!/1.row.json", "added"),
        ("a.jsonl!/2.row.json", "added"),
        ("a.jsonl!/1.row.json", "unchanged"),
        ("a.jsonl!/2.row.json", "unchanged"),
    ]
