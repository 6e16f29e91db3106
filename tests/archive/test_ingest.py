"""One document's steps: received, extracted, segmented; each repeated gives the same, each failure is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lyceum.archive import (
    Document,
    Extracted,
    Found,
    HowToRead,
    Intake,
    Metadata,
    MetadataTable,
    Outcome,
    PartialDate,
    Refused,
    SqliteCatalogue,
    State,
    TextBuilder,
    stored_extract,
)
from lyceum.archive.ingest import resolve
from lyceum.archive.spoken import Spoken
from lyceum.errors import ExtractionFailed
from lyceum.testing import MemoryBlobStore

GERMAN = "Die Weber in Schlesien erhoben sich in jenem Sommer gegen ihre Herren und zerstörten die Maschinen. " * 10
ENGLISH = "The weavers of Silesia rose that summer against their masters and destroyed the machines. " * 10


class PlainWorker:
    """Takes every file for plain text, one paragraph; `bad` in its words is damage."""

    def extract(self, path: Path, name: str, _spoken: object = None) -> Extracted:
        text = path.read_text()
        if "bad" in text:
            raise ExtractionFailed(f"“{name}” is damaged.", hint="Mend it.")
        return built(text)


def built(text: str, metadata: Metadata | None = None) -> Extracted:
    builder = TextBuilder()
    builder.paragraph(text)
    return builder.build(metadata)


@pytest.fixture
def catalogue(tmp_path: Path) -> SqliteCatalogue:
    return SqliteCatalogue(tmp_path / "catalogue.sqlite3")


@pytest.fixture
def intake(catalogue: SqliteCatalogue) -> Intake:
    return Intake(catalogue, MemoryBlobStore(), PlainWorker(), largest_file=1_000)


@pytest.fixture
def receive(intake: Intake, tmp_path: Path):
    def act(name: str, content: str, table: MetadataTable | None = None, given: Metadata | None = None):
        path = tmp_path / name
        path.write_text(content)
        [result] = intake.receive(Found(path, path.as_posix()), table or MetadataTable(), given or Metadata())
        return result

    return act


def test_a_file_goes_through_its_steps(intake, catalogue, receive):
    taken = receive("a.txt", ENGLISH)
    assert (taken.outcome, taken.document.state) == (Outcome.ADDED, State.RECEIVED)
    document = intake.extract(taken.document)
    assert document.state is State.EXTRACTED
    assert (document.metadata.title, document.metadata.language) == ("a", "en")
    document = intake.segment(document, stored_extract(catalogue, document))
    assert document.state is State.SEGMENTED
    assert document.passages == len(catalogue.passages_of(document)) > 0


def test_every_step_repeated_gives_the_same(intake, catalogue, receive):
    taken = receive("a.txt", ENGLISH)

    def steps():
        document = intake.extract(taken.document)
        document = intake.segment(document, stored_extract(catalogue, document))
        return document, catalogue.read(document), catalogue.passages_of(document)

    assert steps() == steps()
    assert receive("a.txt", ENGLISH).outcome is Outcome.UNCHANGED


def test_what_is_stored_is_what_was_extracted(intake, catalogue, receive):
    document = intake.extract(receive("a.txt", ENGLISH).document)
    extracted = stored_extract(catalogue, document)
    assert extracted.text == ENGLISH.strip()
    assert extracted.blocks == built(ENGLISH).blocks


def test_a_failure_is_kept_with_its_step(intake, receive):
    document = intake.extract(receive("a.txt", "bad").document)
    assert document.state is State.FAILED
    assert (document.failure.step, document.failure.code, document.failure.hint) == (
        "extract",
        "damaged_file",
        "Mend it.",
    )


def test_a_file_over_the_limit_is_refused(receive):
    result = receive("a.txt", "x" * 1_001)
    assert isinstance(result, Refused)
    assert result.failure.code == "too_large"


def test_a_file_that_is_gone_is_refused(intake, tmp_path):
    path = tmp_path / "gone.txt"
    [result] = intake.receive(Found(path, path.as_posix()), MetadataTable(), Metadata())
    assert (result.failure.step, result.failure.code) == ("receive", "unreadable_source")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(intake, tmp_path):
    path = tmp_path / "locked.txt"
    path.write_text("x")
    path.chmod(0)
    [result] = intake.receive(Found(path, path.as_posix()), MetadataTable(), Metadata())
    assert result.failure.code == "unreadable_source"


def test_the_table_outranks_what_was_given_for_all(receive):
    table = MetadataTable([("a.txt", Metadata.stated("csv", collection="letters"))])
    given = Metadata.stated("add", collection="papers", rights="free")
    metadata = receive("a.txt", ENGLISH, table, given).document.metadata
    assert (metadata.collection, metadata.rights) == ("letters", "free")


# --- what is known -----------------------------------------------------------------------------------


def test_what_was_said_stands_over_the_file_and_the_file_over_its_name():
    inside = Metadata.stated("html:title", title="Inside", date=PartialDate(1844))
    metadata = resolve(built(ENGLISH, inside), given=Metadata.stated("csv", title="Said"), name="of_a_name.html")
    assert (metadata.title, metadata.provenance["title"]) == ("Said", "csv")
    assert (metadata.date, metadata.provenance["date"]) == (PartialDate(1844), "html:title")
    metadata = resolve(built(ENGLISH), given=Metadata(), name="of_a_name.html")
    assert (metadata.title, metadata.provenance["title"]) == ("of a name", "file-name")


@pytest.mark.parametrize(
    ("name", "title"),
    [("a.tar.gz", "a"), ("7.row.json", "7"), (".profile", ".profile"), ("none", "none"), ("a_b  c.md", "a b c")],
)
def test_a_title_is_made_of_the_name(name, title):
    assert resolve(built(ENGLISH), given=Metadata(), name=name).title == title


def test_an_unknown_date_stays_unknown():
    assert resolve(built(ENGLISH), given=Metadata(), name="1848.txt").date is None


def test_the_language_is_detected_where_nothing_says_it():
    metadata = resolve(built(GERMAN), given=Metadata(), name="a.txt")
    assert (metadata.language, metadata.provenance["language"]) == ("de", "detected")


def test_what_a_person_says_of_the_language_stands():
    given = Metadata.stated("csv", language="en")
    assert resolve(built(GERMAN), given=given, name="a.txt").language == "en"


def test_what_a_template_says_of_the_language_does_not_stand_against_the_text():
    inside = Metadata.stated("html:lang", language="en")
    assert resolve(built(GERMAN, inside), given=Metadata(), name="a.html").language == "de"
    assert resolve(built("Zu kurz.", inside), given=Metadata(), name="a.html").language == "en"


class Knowing(PlainWorker):
    """Says of each file in which languages it was to be recognised."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[str, str]] = {}

    def extract(self, path: Path, name: str, spoken: Spoken) -> Extracted:
        self.told[name] = spoken.asked, spoken.known
        return super().extract(path, name)


def test_a_scan_is_told_what_is_known_of_its_language(catalogue, tmp_path):
    """Asked for, stated, or that of the collection before it; nothing of another collection's."""
    worker = Knowing()
    intake = Intake(catalogue, MemoryBlobStore(), worker, largest_file=1_000)

    def take(name: str, how: HowToRead, language: str | None = None) -> Document:
        path = tmp_path / name
        path.write_text(f"{name}: {ENGLISH}")
        [taken] = intake.receive(
            Found(path, name), MetadataTable(), Metadata.stated("add", language=language).over(how.given), how=how
        )
        return intake.store(taken.document, intake.reading(taken.document)(worker))

    for n in range(5):
        take(f"{n}.txt", HowToRead("Presse"), "de")
    take("a.pdf", HowToRead("Presse"))
    take("b.pdf", HowToRead("Presse", ocr_languages="deu+lat"))
    take("c.pdf", HowToRead("Other"))
    take("d.pdf", HowToRead("Other"), "de")
    assert worker.told["0.txt"] == ("", "")
    assert [worker.told[f"{n}.pdf"] for n in "abcd"] == [("", "de"), ("deu+lat", "de"), ("", ""), ("", "de")]
    of_setting = Intake(catalogue, intake._blobs, worker, largest_file=1_000, ocr_languages="lat")
    assert of_setting._spoken(take("e.pdf", HowToRead("Presse"))) == Spoken("lat+en", "en")
