"""The quotations of a draft are found, whatever marks set them off."""

from __future__ import annotations

import time

import pytest

from lyceum.archive import Draft, Part
from lyceum.tutor import find_quotations


def found(draft: str) -> list[str]:
    return [quoted.words for quoted in find_quotations(draft).found]


@pytest.mark.parametrize(
    "quotation",
    [
        "“one two three”", "„one two three“", "„one two three”", "«one two three»", "»one two three«",
        "»one two three»", "”one two three”", '"one two three"', "« one two three »", "‘one two three’",
        "‚one two three‘", "›one two three‹", "‹one two three›", "'one two three'", "「one two three」",
        "『one two three』", "``one two three''",
    ],
)  # fmt: skip
def test_quotations_are_found_in_marks_of_every_kind(quotation):
    assert found(f"He said {quotation} and left.") == ["one two three"]
    assert found(f"{quotation}\n") == ["one two three"]


def test_quotations_have_their_line():
    draft = "First line.\n\n\nHe said “one\ntwo three” and\n“four five six”.\n\n“Seven eight nine.”\n"
    lines = [(quoted.words, quoted.line) for quoted in find_quotations(draft).found]
    assert lines == [("one\ntwo three", 4), ("four five six", 6), ("Seven eight nine.", 8)]


def test_a_word_or_two_in_marks_are_only_counted():
    quotations = find_quotations("The “old man” was “so” called.")
    assert (quotations.found, quotations.short) == ((), 2)


def test_nested_quotations_are_kept_with_the_outer_one():
    (outer,) = find_quotations("“He said ‘one two three’ to me,” she wrote.").found
    assert outer.words == "He said ‘one two three’ to me,"
    assert [inner.words for inner in outer.inner] == ["one two three"]


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("‘the workers’ wages were small’ he said", "the workers’ wages were small"),
        ("“we can't go there” isn't", "we can't go there"),
        ("'tis the day's end, 'twas so in '48 too", None),
        ('A pipe of 5" and one of 6" and 7\' more', None),
        ("“Rock ’n’ roll will never die”", "Rock ’n’ roll will never die"),
    ],
    ids=["plural", "within-a-word", "elided", "inches", "between"],
)
def test_apostrophes_are_no_marks(draft, words):
    assert found(draft) == ([words] if words else [])


@pytest.mark.parametrize(
    "draft",
    [
        "“One two three.\n\n“Four five six.\n\n“Seven eight nine.” So he said.",
        "«One two three.\n\n»Four five six.\n\n»Seven eight nine.» So he said.",
        '"One two three.\n\n"Four five six.\n\n"Seven eight nine." So he said.',
    ],
    ids=["English", "Spanish", "straight"],
)
def test_a_quotation_may_go_on_over_several_paragraphs(draft):
    assert [words.split() for words in found(draft)] == ["One two three. Four five six. Seven eight nine.".split()]


def test_marks_that_do_not_close_quote_nothing_and_are_told():
    quotations = find_quotations("Fine.\n\nHe said “one two three.\n\nAnd so on")
    assert (quotations.found, quotations.unclosed) == ((), (3,))
    quotations = find_quotations("“one two three “four five six” and")
    assert ([quoted.words for quoted in quotations.found], quotations.unclosed) == (["four five six"], (1,))
    assert find_quotations("").found == ()


def test_what_is_set_off_is_one_quotation_with_its_credit():
    text = "He wrote:\n\nOne two three.\n\nFour five six.\n\n— Annie Besant\n\nThe end."
    spans = [(text.index(p), text.index(p) + len(p)) for p in text.split("\n\n")]
    draft = Draft(text, tuple(Part(*span, quoted=n in (1, 2, 3)) for n, span in enumerate(spans)), ((0, 1),))
    (quoted,) = find_quotations(draft).found
    assert (quoted.words, quoted.line, quoted.block) == ("One two three.\n\nFour five six.", 3, True)
    assert "He wrote:" in quoted.before
    assert "Annie Besant" in quoted.after


def test_marks_around_a_block_are_not_of_it():
    draft = Draft("“One two three.”", (Part(0, 16, quoted=True),), ((0, 1),))
    assert [quoted.words for quoted in find_quotations(draft).found] == ["One two three."]


def test_right_to_left_and_unspaced_scripts():
    assert found("قال: “هذا كلام من الكتاب” ثم خرج") == ["هذا كلام من الكتاب"]
    assert found("彼は「働く者には働く権利がある」と言った。") == ["働く者には働く権利がある"]


@pytest.mark.parametrize("unit", ["“one two three” ", "“", '"', "“one two three ", "s’ ‘a ", "”"])
def test_a_hundred_thousand_marks_take_no_minute(unit):
    started = time.perf_counter()
    quotations = find_quotations(unit * (100_000 // len([c for c in unit if c in '“”"‘’'])), most=1_000)
    assert time.perf_counter() - started < 20
    assert len(quotations.found) <= 1_000


def test_more_than_the_most_are_counted():
    quotations = find_quotations("“one two three” " * 50, most=20)
    assert (len(quotations.found), quotations.left_out) == (20, 30)
