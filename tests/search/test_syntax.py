"""What a person types is read as meant, and what only looks like an operator is left alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.errors import InvalidValue
from lyceum.search import Filter, Mode, Phrase, Scope, read_query

EVERYTHING = Scope.everything()


def read(text: str, wanted: Filter = Filter(), **options):
    return read_query(text, EVERYTHING, wanted, **options)


def test_plain_words_are_left_as_they_are():
    query = read("Why did the weavers' strike fail in 1844?")
    assert query.text == "Why did the weavers' strike fail in 1844?"
    assert query.filter == Filter()
    assert (query.phrases, query.without, query.beginnings, query.near) == ((), (), (), ())


@pytest.mark.parametrize("marks", ["“”", "„“", "«»", '""', "「」"], ids=["english", "german", "french", "plain", "cjk"])
def test_words_in_quotation_marks_are_a_phrase_that_ranks_too(marks):
    query = read(f"the {marks[0]}Bread and Roses{marks[1]} strike")
    assert query.phrases == (Phrase(("bread", "and", "roses")),)
    assert query.text == "the Bread and Roses strike"


def test_a_tilde_after_a_phrase_lets_its_words_stand_apart():
    assert read('"bread roses"~3').phrases == (Phrase(("bread", "roses"), 3),)


def test_a_minus_before_a_word_or_phrase_forbids_it():
    query = read('strike -general -"bread riots"')
    assert query.without == (Phrase(("general",)), Phrase(("bread", "riots")))
    assert query.text == "strike"


@pytest.mark.parametrize("text", ["co-operative", "1914-1918", "strike - lockout", "a -", "--", "word-"])
def test_a_hyphen_elsewhere_is_a_hyphen(text):
    query = read(text)
    assert query.without == ()
    assert query.text == text


def test_a_star_asks_for_a_beginning_and_a_tilde_for_the_like():
    query = read("organi* weavrs~ x* *")
    assert query.beginnings == ("organi",)
    assert query.near == ("weavrs",)
    assert query.text == "organi weavrs x* *"


def test_fields_become_the_filter():
    query = read('author:besant title:"match women" lang:en collection:papers kind:letter strike')
    assert query.text == "strike"
    assert query.filter == Filter(
        author="besant", title="match women", language="en", collection="papers", kind="letter"
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("year:1919", dt.date(1919, 1, 1), dt.date(1919, 12, 31)),
        ("year:1919..1922", dt.date(1919, 1, 1), dt.date(1922, 12, 31)),
        ("year:1919-09..1920", dt.date(1919, 9, 1), dt.date(1920, 12, 31)),
        ("year:1919..", dt.date(1919, 1, 1), None),
        ("year:..1922", None, dt.date(1922, 12, 31)),
        ("from:1919-05 to:1920", dt.date(1919, 5, 1), dt.date(1920, 12, 31)),
        ("as-of:1920-02", None, dt.date(1920, 2, 29)),
        ("YEAR:1919", dt.date(1919, 1, 1), dt.date(1919, 12, 31)),
    ],
)
def test_dates_keep_their_precision(text, first, last):
    assert read(text).filter == Filter(first=first, last=last)


@pytest.mark.parametrize("text", ["year:abc", "year:1919..soon", "from:yesterday", "to:19999"])
def test_a_date_that_is_none_is_refused_with_a_hint(text):
    with pytest.raises(InvalidValue) as refused:
        read(text)
    assert refused.value.code == "invalid_date"
    assert "year:1919" in refused.value.hint


@pytest.mark.parametrize(
    "text", ["Marx: Capital", "https://example.org/x", "note:this", "byauthor:x", "at 10:30", "author: x"]
)
def test_other_colons_are_colons(text):
    query = read(text)
    assert query.filter == Filter()
    assert query.text == text


def test_what_is_typed_narrows_what_was_chosen():
    wanted = Filter(first=dt.date(1900, 1, 1), language="en")
    query = read("year:1890..1910 author:besant", wanted)
    assert query.filter == Filter(first=dt.date(1900, 1, 1), last=dt.date(1910, 12, 31), language="en", author="besant")


def test_a_filter_that_nothing_can_pass_is_refused():
    with pytest.raises(InvalidValue) as refused:
        read("lang:de", Filter(language="en"))
    assert refused.value.code == "contradictory_filter"


def test_a_quotation_mark_without_its_twin_is_no_operator():
    query = read('the "bread and roses strike')
    assert query.phrases == ()
    assert "bread" in query.text


def test_an_exact_query_has_no_operators():
    query = read('year:1919 -x "y"', mode=Mode.EXACT)
    assert query.text == 'year:1919 -x "y"'
    assert query.filter == Filter()


@given(st.text(alphabet='ab "“”„-*~: yeartile19.', max_size=60))
def test_no_text_breaks_the_reader(text):
    """It gives a query or says which date cannot be."""
    try:
        query = read(text)
    except InvalidValue:
        return
    assert query.scope == EVERYTHING


def test_long_input_is_read_in_linear_time():
    """A hundred thousand quotation marks, operators or letters are no attack."""
    for piece in ('"', "“", "a", "-a ", "a:b ", "«a"):
        read(piece * 100_000)


def test_the_part_kept_for_other_languages_is_a_fifth_unless_set():
    assert read("strike").elsewhere == 0.2
    assert read("strike", elsewhere=0.5).elsewhere == 0.5
