"""References say the same fields in every form; parsers that others wrote read them back."""

from __future__ import annotations

import json

import pytest
import rispy
from pybtex.database import parse_string
from pybtex.richtext import Text

from lyceum.archive import PartialDate
from lyceum.errors import InvalidValue
from lyceum.tutor import Reference, write_references
from lyceum.tutor.references import Name, read_name

FOSTER = Reference(
    "d1", "book", "The Great Strike & its “Lessons”: 100% of it_", (Name("Foster", "William Z."), Name("Lee", "Ann")),
    PartialDate(1920), "Huebsch & Co.", "https://example.org/a_b?c=1&d=2", "en", "12–13", "The 5 % rise #1 so.",
)  # fmt: skip
BODY = Name(literal="National Board and Union")
BOARD = Reference("d2", "report", "Löhne und Gewerkschaft", (BODY,), PartialDate(1919, 9, 22))
NOBODY = Reference("d3", "pamphlet", "Nobody's Word", (), PartialDate(1888, 6))
SIR = Reference("d4", "webpage", "The Claims of Labour", (Name("Helps", "Arthur", "Sir"),))
ALL = [FOSTER, BOARD, NOBODY, SIR]


def plain(latex: str) -> str:
    return str(Text.from_latex(latex))


def read_back(person) -> Name:
    parts = (person.last_names, person.first_names + person.middle_names, person.lineage_names)
    return Name(*(plain(" ".join(part)) for part in parts))


@pytest.fixture(scope="module")
def bibtex():
    return list(parse_string(write_references(ALL, "bibtex"), "bibtex").entries.values())


def test_bibtex_is_read_back_with_the_same_fields(bibtex):
    for one, entry in zip(ALL, bibtex, strict=True):
        assert plain(entry.fields["title"]) == one.title
        assert entry.fields.get("date", "") == str(one.date or "")
        assert entry.fields.get("year", "") == (str(one.date.year) if one.date else "")
        assert entry.fields.get("language", "") == one.language
        assert entry.fields.get("url", "") == one.address
        assert plain(entry.fields.get("note", "")) == (f"“{one.quotation}”" if one.quotation else "")
        assert entry.fields.get("pages", "").replace("--", "–") == one.page


def test_bibtex_is_read_back_with_the_same_names(bibtex):
    read = [[read_back(person) for person in entry.persons.get("author", ())] for entry in bibtex]
    expected = [[Name(n.family or n.literal, n.given, n.suffix) for n in one.names] for one in ALL]
    assert read == expected


def test_no_sign_of_latex_stands_bare_in_bibtex():
    written = write_references([Reference("d", "book", r"$1 {a} x^2 ~ \p")], "bibtex")
    assert r"{{\$1 \{a\} x\textasciicircum{}2 \textasciitilde{} \textbackslash{}p}}" in written


def test_ris_is_read_back_with_the_same_fields():
    entries = rispy.loads(write_references(ALL, "ris"))
    assert [entry["type_of_reference"] for entry in entries] == ["BOOK", "RPRT", "PAMP", "ELEC"]
    for one, entry in zip(ALL, entries, strict=True):
        names = [n.literal or ", ".join(filter(None, (n.family, n.given, n.suffix))) for n in one.names]
        assert entry["title"] == one.title
        assert entry.get("authors", []) == names
        assert entry.get("date", "") == str(one.date or "").replace("-", "/")
        assert "–".join(filter(None, (entry.get("start_page"), entry.get("end_page")))) == one.page
        assert entry.get("publisher", "") == one.publisher
        assert entry.get("urls", [""])[0] == one.address
        assert entry.get("notes", [""])[0] == (f"“{one.quotation}”" if one.quotation else "")


def test_csl_json_has_what_is_known_and_nothing_else():
    foster, board, nobody, sir = json.loads(write_references(ALL, "csl-json"))
    assert foster["author"] == [{"family": "Foster", "given": "William Z."}, {"family": "Lee", "given": "Ann"}]
    assert (board["author"], board["issued"]) == (
        [{"literal": "National Board and Union"}], {"date-parts": [[1919, 9, 22]]}
    )  # fmt: skip
    assert sorted(nobody) == ["id", "issued", "title", "type"]
    assert sir["author"] == [{"family": "Helps", "given": "Arthur", "suffix": "Sir"}]


def test_every_reference_has_a_key_of_its_own():
    twice = json.loads(write_references([FOSTER, FOSTER], "csl-json"))
    assert [one["id"] for one in twice] == ["foster1920great", "foster1920great-2"]


STEEL = Reference("d", "book", "The Great Steel Strike", (Name("Foster", "William Z."),), PartialDate(1920), "Huebsch")


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("chicago", "Foster, William Z. The Great Steel Strike. Huebsch, 1920.\n"),
        ("mla", "Foster, William Z. The Great Steel Strike. Huebsch, 1920.\n"),
        ("apa", "Foster, W. Z. (1920). The Great Steel Strike. Huebsch.\n"),
        ("chicago-author-date", "Foster, William Z. 1920. The Great Steel Strike. Huebsch.\n"),
    ],
)
def test_a_reference_is_printed_as_a_style_wants_it(style, expected):
    assert write_references([STEEL], style) == expected


@pytest.mark.parametrize("style", ["chicago", "mla", "apa"])
def test_a_work_without_an_author_is_named_once(style):
    (line,) = write_references([NOBODY], style).splitlines()
    assert line.count("Nobody") == 1
    assert "1888" in line


def test_a_style_that_is_not_known_is_refused():
    with pytest.raises(InvalidValue) as refused:
        write_references([STEEL], "papyrus")
    assert refused.value.code == "unknown_format"


@pytest.mark.parametrize(
    ("creator", "name"),
    [
        ("Debs, Eugene V. (Eugene Victor)", Name("Debs", "Eugene V.")),
        ("Annie Besant", Name("Besant", "Annie")),
        ("National Industrial Conference Board", Name(literal="National Industrial Conference Board")),
        ("Van Vorst, John, Mrs.", Name("Van Vorst", "John", "Mrs.")),
        ("International Labour Office, Geneva", Name(literal="International Labour Office, Geneva")),
        ("jenn-noinaj", Name(literal="jenn-noinaj")),
        ("(ed./multiple authors)", None),
    ],
)
def test_a_creator_is_a_person_or_a_body(creator, name):
    assert read_name(creator) == name
