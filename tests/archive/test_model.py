"""Dates are as exact as they are known, and metadata says where each field came from."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.archive import Metadata, PartialDate, TextBuilder
from lyceum.errors import InvalidValue

DATES = st.one_of(
    st.builds(PartialDate, st.integers(1, 9999)),
    st.builds(PartialDate, st.integers(1, 9999), st.integers(1, 12)),
    st.dates().map(lambda day: PartialDate(day.year, day.month, day.day)),
)


@given(DATES)
def test_a_date_is_read_as_it_is_written(date):
    assert PartialDate.parse(str(date)) == date


@given(DATES)
def test_a_date_spans_what_it_can_mean(date):
    assert date.first <= date.last
    assert (date.first.year, date.last.year) == (date.year, date.year)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1919", dt.date(1919, 1, 1), dt.date(1919, 12, 31)),
        ("1920-02", dt.date(1920, 2, 1), dt.date(1920, 2, 29)),
        (" 1919-09-22 ", dt.date(1919, 9, 22), dt.date(1919, 9, 22)),
        ("1919-09-22T10:00:00Z", dt.date(1919, 9, 22), dt.date(1919, 9, 22)),
        ("1919-09-22 10:00", dt.date(1919, 9, 22), dt.date(1919, 9, 22)),
    ],
)
def test_years_months_and_days_are_read(text, first, last):
    date = PartialDate.parse(text)
    assert (date.first, date.last) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19",
        "1919-13",
        "1919-02-30",
        "1919-00",
        "0000",
        "22.9.1919",
        "1919-9",
        "last year",
        "19191",
        "１９１９-１３",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InvalidValue) as caught:
        PartialDate.parse(text)
    assert caught.value.code == "invalid_date"
    assert "1919" in caught.value.hint


METADATA = st.builds(
    lambda source, values: Metadata.stated(source, **values),
    st.sampled_from(["csv", "html", "detected"]),
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(min_size=1, max_size=9),
            "creators": st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3).map(tuple),
            "date": DATES,
            "language": st.sampled_from(["en", "de-AT"]),
            "kind": st.just("letter"),
        },
    ),
)


@given(METADATA)
def test_metadata_is_kept_as_plain_values(metadata):
    assert Metadata.from_dict(metadata.as_dict()) == metadata


@given(METADATA, METADATA)
def test_the_stronger_stands_field_by_field(stronger, weaker):
    joined = stronger.over(weaker)
    for name in ("title", "creators", "date", "language", "kind"):
        owner = stronger if getattr(stronger, name) else weaker
        assert getattr(joined, name) == getattr(owner, name)
        assert joined.provenance.get(name) == owner.provenance.get(name)


def test_extra_columns_are_joined():
    one, two = Metadata(extra={"a": "1", "b": "2"}), Metadata(extra={"b": "3", "c": "4"})
    assert dict(one.over(two).extra) == {"a": "1", "b": "2", "c": "4"}


def test_empty_values_are_not_stated():
    assert Metadata.stated("csv", title="", creators=(), date=None) == Metadata()


@given(st.lists(st.tuples(st.sampled_from("hpg"), st.text(alphabet="ab \n", max_size=6)), max_size=12))
def test_a_built_text_keeps_its_places(parts):
    builder = TextBuilder()
    for kind, text in parts:
        match kind:
            case "h":
                builder.heading(text, level=9)
            case "p":
                builder.paragraph(text)
            case _:
                builder.page(text)
    built = builder.build()
    shown = [text.strip() for kind, text in parts if kind != "g" and text.strip()]
    assert [built.text[b.start : b.end] for b in built.blocks] == shown
    assert built.text == "\n\n".join(shown)
    assert all(a.end == b.start for a, b in pairwise(built.pages))
    assert all(0 <= block.level <= 6 for block in built.blocks)
