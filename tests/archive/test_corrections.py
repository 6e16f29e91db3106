"""A librarian's word outranks all and is kept; a table that Lyceum wrote says only what was changed in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from lyceum.archive import Metadata, MetadataTable, PartialDate, edited, joined, sureness, write_table
from lyceum.archive.ingest import resolve
from lyceum.archive.model import TextBuilder
from lyceum.errors import InvalidValue

FOUND = Metadata.stated("pdf:info:Title", title="Mil", creators=("Anon",), date=PartialDate(1850))
ENGLISH = "The weavers of Silesia rose that summer against their masters and destroyed the machines. " * 10


def test_a_correction_is_said_by_field_or_a_common_other_name():
    said = edited({"Author": "Ada Holloway; Ben Reed", "year": "1844-06", "shelf": "7"})
    assert (said.creators, said.date) == (("Ada Holloway", "Ben Reed"), PartialDate(1844, 6))
    assert said.provenance == {"creators": "edit", "date": "edit"}
    assert said.extra == {"shelf": "7"}


def test_a_bad_date_is_refused():
    with pytest.raises(InvalidValue) as caught:
        edited({"date": "last summer"})
    assert caught.value.code == "invalid_date"


def test_a_field_said_to_be_unknown_stays_unknown():
    """Neither what the file says nor what could be guessed takes its place, also once it was stored."""
    builder = TextBuilder()
    builder.paragraph(ENGLISH)
    said = Metadata.from_dict(edited({"title": "", "date": "", "language": ""}).as_dict())
    stands = resolve(builder.build(FOUND), given=said, name="mill.pdf")
    assert (stands.title, stands.date, stands.language) == (None, None, None)
    assert stands.creators == ("Anon",)


def test_a_correction_outranks_a_later_table():
    later = Metadata.stated("csv", title="Mill", rights="free")
    known = joined(later, edited({"title": "The mill"}), FOUND)
    assert (known.title, known.rights) == ("The mill", "free")


def test_a_later_correction_outranks_an_earlier_one():
    assert joined(edited({"title": "b"}), edited({"title": "a", "kind": "letter"}), FOUND).title == "b"


def written(tmp_path: Path, *documents: tuple[str, str, Metadata], **changes: str) -> MetadataTable:
    """The table of these documents, after somebody changed cells of its first row."""
    buffer = io.StringIO()
    write_table(documents, buffer)
    rows = list(csv.DictReader(io.StringIO(buffer.getvalue())))
    rows[0].update(changes)
    path = tmp_path / "table.csv"
    with path.open("w", newline="") as out:
        table = csv.DictWriter(out, fieldnames=list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return MetadataTable.read(path)


def test_a_table_read_back_unchanged_says_nothing(tmp_path):
    stands = Metadata(title="Mil", creators=("A", "B"), date=PartialDate(1850, 2), extra={"shelf": "7"})
    said = written(tmp_path, ("id", "/home/mill.pdf", stands)).about("/home/mill.pdf")
    known = joined(said, Metadata(), stands)
    assert known == Metadata()


def test_what_was_changed_in_a_table_is_a_correction(tmp_path):
    said = written(tmp_path, ("id", "/home/mill.pdf", FOUND), title="The mill").about("/home/mill.pdf")
    known = joined(said, edited({"title": "Mil"}), FOUND)
    assert known.title == "The mill"
    assert known.provenance == {"title": "edit"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("edit", "said"),
        ("csv", "said"),
        ("front-matter:date", "stated"),
        ("jats:pub-date:epub", "stated"),
        ("tei:sourceDesc:bibl:year", "inferred"),
        ("text:first-line", "inferred"),
        ("detected", "guessed"),
        ("file-name", "guessed"),
    ],
)
def test_how_sure_a_value_is_follows_from_its_rule(rule, expected):
    assert sureness(rule) == expected
