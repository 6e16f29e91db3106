"""The quotations of a draft are found, and each gets its verdict."""

from __future__ import annotations

import pytest

from lyceum.tutor import Source, Verdict, check_quotations, find_quotations

WOLFF = Source(
    "w", "In 1844 the weavers of Peterswaldau rose. They did not ask for alms, but for their wages of four years.",
    document="d1", version="v1", title="Silesia", creators=("Wolff, Wilhelm",), date="1844", language="en",
)  # fmt: skip
MARX = Source(
    "m", "The wages of the weavers were the riches of their masters, said the old man.",
    document="d2", version="v2", title="Notes", creators=("Karl Marx",), language="en", start=500,
)  # fmt: skip
CREATORS = ["Wolff, Wilhelm", "Karl Marx", "Annie Besant"]


def found(draft: str) -> list[tuple[str, int]]:
    return [(quoted.words, quoted.line) for quoted in find_quotations(draft)]


def checked(draft: str, *sources: Source):
    return check_quotations(find_quotations(draft), lambda _: list(sources or (WOLFF, MARX)), CREATORS)


def verdicts(draft: str) -> list[Verdict]:
    return [one.verdict for one in checked(draft)]


# --- finding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("quotation", ["“one two three”", "„one two three“", "„one two three”", "«one two three»",
                                       "»one two three«", '"one two three"', "« one two three »"])  # fmt: skip
def test_quotations_are_found_in_marks_of_every_kind(quotation):
    assert found(f"He said {quotation} and left.") == [("one two three", 1)]


def test_quotations_have_their_line():
    draft = "First line.\n\n\nHe said “one\ntwo three” and\n“four five six”.\n\n“Seven eight nine.”\n"
    assert found(draft) == [("one\ntwo three", 4), ("four five six", 6), ("Seven eight nine.", 8)]


def test_a_word_or_two_in_marks_are_no_quotation():
    assert found("The “old man” was “so” called.") == []


def test_marks_that_do_not_close_quote_nothing():
    assert found("He said “one two three.\n\nAnd so on") == []
    assert found("") == []


def test_several_in_a_line_are_found_in_order():
    assert [words for words, _ in found('"one two three" or "four five six"')] == ["one two three", "four five six"]


# --- verdicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "draft",
    [
        "“They did not ask for alms”",
        '"They did not ask for alms," he wrote.',
        "“In 1844 the weavers of Peterswaldau rose.”",
        "“They did not ask for alms … their wages of four years.”",
        "“They did not ask for alms [...] their wages of four years”",
        "Wolff wrote: “They did not ask for alms”",
    ],
)
def test_words_that_stand_in_a_source_are_exact(draft):
    one = checked(draft)[0]
    assert (one.verdict, one.difference) == (Verdict.EXACT, ())
    assert one.source.document == "d1"


@pytest.mark.parametrize(
    ("draft", "difference"),
    [
        ("“In 1845 the weavers of Peterswaldau rose.”", ("1845", "1844")),
        ("“They did ask for alms, but for their wages of four years.”", ("", "not")),
        ("“They did not ask for bread, but for their wages of four years.”", ("bread,", "alms,")),
    ],
)
def test_altered_words_are_told_with_what_stands_there(draft, difference):
    one = checked(draft)[0]
    assert one.verdict is Verdict.ALTERED
    assert [(d.draft, d.source) for d in one.difference] == [difference]
    assert one.source.document == "d1"


def test_an_omission_in_the_wrong_order_is_altered():
    draft = "“their wages of four years … They did not ask for alms”"
    assert verdicts(draft) == [Verdict.ALTERED] or verdicts(draft) == [Verdict.NOT_FOUND]


def test_words_of_one_author_given_to_another_are_misattributed():
    one = checked("Karl Marx wrote: “They did not ask for alms.”")[0]
    assert one.verdict is Verdict.MISATTRIBUTED
    assert one.source.creators == ("Wolff, Wilhelm",)


def test_another_author_named_beside_the_right_one_does_no_harm():
    assert verdicts("Wolff, unlike Marx, wrote: “They did not ask for alms.”") == [Verdict.EXACT]


def test_words_that_stand_nowhere_are_not_found():
    one = checked("“The moon is a harsh mistress”")[0]
    assert (one.verdict, one.source) == (Verdict.NOT_FOUND, None)
    assert check_quotations(find_quotations("“one two three”"), lambda _: [], CREATORS)[0].verdict is Verdict.NOT_FOUND


def test_a_cut_negation_is_not_exact():
    assert verdicts("“ask for alms, but for their wages”") == [Verdict.ALTERED]


def test_a_verdict_is_printed_as_the_contract_says():
    shown = checked("“In 1845 the weavers of Peterswaldau rose.”")[0].as_dict()
    assert set(shown) == {"quotation", "line", "verdict", "source", "difference"}
    assert (shown["verdict"], shown["line"]) == ("altered", 1)
    assert shown["source"]["document"] == "d1"
    assert checked("“The moon is a harsh mistress”")[0].as_dict()["source"] is None
