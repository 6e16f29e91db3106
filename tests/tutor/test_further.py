"""What could be asked next is made of what stands near, and offered only where the archive has an answer."""

from __future__ import annotations

import pytest

from lyceum.tutor import Further, Nearby, further
from lyceum.tutor.suggesting import candidates

MATCHES = Nearby(
    "d1", "White Slavery in London", ("Annie Besant",), "1888", "en",
    ("Their fines", "II. The Bow Works", "White Slavery in London", "3.", "IV"),
)  # fmt: skip
WOLFF = Nearby("d2", "Das Elend", ("Wilhelm Wolff",), "1844", "de", ("Die Not",), cited=False)
QUESTION = "What were the wages of the match girls?"


def asked(question: str, *nearby: Nearby) -> list[str]:
    return [one.question for one in candidates(question, nearby)]


def test_the_sections_beside_a_quotation_are_asked_about():
    assert asked(QUESTION, MATCHES) == ["What is said about Their fines?", "What is said about The Bow Works?"]


def test_a_heading_is_asked_about_in_the_language_of_its_work():
    assert "Was steht hier über Die Not?" in asked(QUESTION, WOLFF)


def test_another_author_is_asked_about_the_same():
    assert "What does Wilhelm Wolff say about wages of the match girls?" in asked(QUESTION, MATCHES, WOLFF)


def test_an_author_who_was_asked_about_is_not_asked_about_again():
    assert not any("say about" in one for one in asked("What did Wilhelm Wolff write of hunger?", WOLFF))


@pytest.mark.parametrize(
    ("question", "next_one"),
    [("Who struck in 1888?", "Who struck in 1844?"), ("Wer streikte 1888?", "Wer streikte 1844?")],
    ids=["en", "de"],
)
def test_another_year_is_put_in_place_of_the_one_asked_about(question, next_one):
    assert next_one in asked(question, MATCHES, WOLFF)


def test_a_question_of_two_years_is_not_changed():
    assert not any("1844" in one for one in asked("What changed from 1870 to 1888?", MATCHES, WOLFF))


def test_capitals_of_a_heading_are_set_as_a_title():
    assert asked("Why?", Nearby("d", "x", (), None, "en", ("CHAPTER II. THE BAKERS OF LEEDS",))) == [
        "What is said about The Bakers Of Leeds?"
    ]


def test_only_what_the_archive_can_answer_is_offered_and_no_more_than_wanted():
    tried: list[Further] = []

    def answers(one: Further) -> bool:
        tried.append(one)
        return "fines" not in one.question

    found = further(QUESTION, [MATCHES, WOLFF], answers, most=2)
    assert [one.question for one in found] == [one.question for one in tried if "fines" not in one.question]
    assert len(found) == 2
    assert further(QUESTION, [MATCHES, WOLFF], lambda _: False) == []


def test_no_more_are_tried_than_may_be():
    tried: list[Further] = []
    many = Nearby("d", "x", (), None, "en", tuple(f"The looms of {name}" for name in "Leeds York Hull Bath".split()))
    assert further(QUESTION, [many], lambda one: bool(tried.append(one)), tries=2) == []
    assert len(tried) == 2


def test_nothing_is_asked_twice():
    twin = Nearby("d3", "Another", ("Annie Besant",), "1888", "en", ("Their fines",))
    assert asked(QUESTION, MATCHES, twin).count("What is said about Their fines?") == 1
