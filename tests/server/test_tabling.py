"""The table of documents survives a spreadsheet, shows what it would change, and runs no formula."""

from __future__ import annotations

import pytest

from lyceum.archive import Document, Metadata, PartialDate, State
from lyceum.errors import InvalidValue
from lyceum.server.web.tabling import as_csv, by_document, proposed, rows_of, values_of


def document(n: int, **known) -> Document:
    metadata = Metadata(**({"title": f"Work {n}", "creators": ("Ada Holt", "R. Owen")} | known))
    return Document(f"d{n}", f"d{n}-1", 1, n, f"files/{n}.txt", f"{n}.txt", "0" * 64, metadata, State.INDEXED, 1, 10)


KNOWN = {one.id: one for one in (document(1, date=PartialDate.parse("1819")), document(2, title='=HYPERLINK("x")'))}


def test_a_table_that_comes_back_as_it_went_changes_nothing():
    rows = rows_of(as_csv(KNOWN.values()).encode())
    assert [row["id"] for row in rows] == ["d1", "d2"]
    assert proposed(rows, KNOWN).changes == ()


def test_what_a_spreadsheet_would_run_is_shielded_and_comes_back_bare():
    text = as_csv(KNOWN.values())
    assert "'=HYPERLINK" in text
    assert rows_of(text.encode())[1]["title"] == KNOWN["d2"].metadata.title


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_spreadsheets_own_mark_between_cells_is_understood(mark):
    data = f"\ufeffID{mark}Title\r\nd1{mark}New\r\n".encode()
    assert [(c.field, c.before, c.after) for c in proposed(rows_of(data), KNOWN).changes] == [
        ("title", "Work 1", "New")
    ]


def test_an_empty_cell_and_an_unknown_column_change_nothing():
    proposal = proposed([{"id": "d1", "title": "", "date": " 1819 ", "colour": "red", "source": "x"}], KNOWN)
    assert (proposal.changes, proposal.problems) == ((), ())


def test_what_makes_no_sense_is_named_and_the_rest_goes_on():
    rows = [{"id": "d9"}, {"id": "d1", "date": "yesterday"}, {"id": "d2", "language": "de", "creators": "One; Two"}]
    proposal = proposed(rows, KNOWN)
    assert len(proposal.problems) == 2
    assert by_document(proposal.changes) == {"d2": {"language": "de", "creators": "One; Two"}}


@pytest.mark.parametrize("data", [b"", b"title\nx\n", b"\xff\xfe\x00", b'id,title\n"d1,x\n'])
def test_what_is_no_table_of_ours_is_refused(data):
    with pytest.raises(InvalidValue) as refused:
        rows_of(data)
    assert refused.value.code == "metadata_unreadable"


def test_authors_are_one_cell():
    assert values_of(KNOWN["d1"])["creators"] == "Ada Holt; R. Owen"
