"""A quiz asks for what its sources state, and offers nothing else that they bear out."""

from __future__ import annotations

import re

import pytest

from lyceum.archive import Passage
from lyceum.library import Kind, Scope, Topic
from lyceum.tutor.study.asking import BLANK
from lyceum.tutor.study.gaps import Asks, Names, gaps
from lyceum.tutor.study.statements import statements


@pytest.fixture(scope="module")
def quiz(strikes):
    return strikes.study(Kind.QUIZ, Topic("collection:main", Scope.everything(), limit=12))


def passage_of(strikes, citation):
    document = strikes.document(citation.document)
    return strikes.text(document)


def test_a_question_is_a_sentence_of_its_source_with_the_key_left_out(strikes, quiz):
    assert len(quiz.cards) >= 5
    for card in quiz.cards:
        (citation,) = card.citations
        assert passage_of(strikes, citation)[citation.start : citation.end] == citation.exact
        assert card.facts["cloze"].replace(BLANK, card.answer) == " ".join(citation.exact.split())


def test_a_key_is_stated_once_and_its_distractors_are_not(strikes, quiz):
    for card in quiz.cards:
        (citation,) = card.citations
        assert citation.exact.count(card.answer) == 1
        assert len(set(card.distractors)) == 3
        assert not any(re.search(rf"\b{re.escape(other)}\b", citation.exact) for other in card.distractors)
        assert set(card.facts["options"]) == {card.answer, *card.distractors}


def test_distractors_are_of_the_key_s_kind(quiz):
    """A year stands among years, a figure among figures, a name among names."""
    for card in quiz.cards:
        digits = [option.replace(",", "").isdigit() for option in (card.answer, *card.distractors)]
        assert len(set(digits)) == 1
        if card.facts["asks"] == "year":
            assert all(len(option) == 4 for option in card.distractors)


def test_no_year_is_later_than_its_book(quiz):
    for card in quiz.cards:
        if card.facts["asks"] == "year":
            assert all(int(option) <= int(card.citations[0].date) for option in card.distractors)


def test_the_title_does_not_tell_the_key(quiz):
    for card in quiz.cards:
        assert card.answer not in card.citations[0].title


def test_the_same_archive_gives_the_same_quiz(strikes, quiz):
    again = strikes.study(Kind.QUIZ, Topic("collection:main", Scope.everything(), limit=12))
    assert again.as_dict() == quiz.as_dict()


def test_contents_and_what_leans_on_another_sentence_are_not_asked_about(strikes):
    cards = strikes.study(Kind.CARDS, Topic("strike", Scope.everything(), limit=50)).cards
    quoted = " ".join(card.citations[0].exact for card in cards)
    assert cards
    assert not any(words in quoted for words in (".....", "He told them", "Which of them"))


def test_a_topic_that_the_archive_lacks_gives_no_questions_and_says_so(strikes):
    made = strikes.study(Kind.QUIZ, Topic("submarines", Scope.everything()))
    assert (made.cards, [lack.code for lack in made.lacks]) == ((), ["topic_missing"])


def test_too_little_for_a_quiz_is_said_with_what_there_is(strikes):
    made = strikes.study(Kind.QUIZ, Topic("document:Six Towns", Scope.everything(), limit=40))
    (lack,) = made.lacks
    assert lack.code == "few_questions"
    assert str(len(made.cards)) in lack.message or "no question" in lack.message


def found(sentence: str, language: str = "en", around: str = "") -> list[tuple[str, str]]:
    names = Names.of([(around, language), (sentence, language)])
    return [(gap.asks.value, gap.text) for gap in gaps(sentence, language, names)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The union was founded in 1886 by the weavers.", [("year", "1886")]),
        ("The union was founded before 1886 by the weavers.", []),
        ("From 1886 to 1890 the union grew.", []),
        ("The clerk of the union lived at 1521 Forty-first street.", []),
        ("More than 400 men struck.", []),
        ("The mill employed 400 men.", [("number", "400")]),
        ("Chapter 4 tells of the mill.", []),
        ("They met on May 4 at noon.", []),
        ("The crowd of six hundred men marched.", [("number", "six hundred")]),
        ("Some two or three men came.", []),
        ("Yesterday Mr. Samuel Gompers spoke.", [("person", "Samuel Gompers")]),
        ("The march began in Chicago.", [("place", "Chicago")]),
        ("The march began in Congress.", []),
        ("The strike reached Ohio with Mr. Debs.", [("place", "Ohio"), ("person", "Debs")]),
        ("In 1886 and again in 1886 they met.", []),
        ("They struck in France, Germany and England.", []),
        ("The union had three parts: miners, smelters and clerks.", []),
    ],
)
def test_a_gap_is_where_nothing_else_could_stand(sentence, expected):
    """Years and numbers that are bounded, counted among others or parts of a reference are left alone."""
    assert found(sentence) == expected


def test_a_place_is_learnt_from_what_stands_around_it():
    around = "They met in Kensbury. At Kensbury, the mill burnt. It stands in Kensbury, by the river."
    assert ("place", "Kensbury") in found("The weavers of Kensbury won.", around=around)
    assert ("place", "Kensbury") not in found("The weavers of Kensbury won.")


def test_a_name_that_may_be_a_person_s_or_a_place_s_is_neither():
    around = "Mr. Booker Washington spoke. Washington said so. They met in Washington."
    assert found("The men of Washington won.", around=around) == []


def test_a_president_s_name_is_not_asked_for_where_it_is_a_town_s():
    around = "Then Cleveland said so. They met President Cleveland."
    assert found("The Cleveland strike was lost.", around=around) == []
    assert found("At noon Cleveland signed the bill.", around=around) == [("person", "Cleveland")]


def test_only_years_and_numbers_are_asked_for_where_every_noun_has_a_capital():
    assert found("Im Jahre 1844 zogen 300 Weber nach Peterswaldau.", "de") == [("year", "1844"), ("number", "300")]


def test_kinds_of_gap_have_names():
    assert [asks.value for asks in Asks] == ["year", "number", "person", "place"]


def stated(strikes, words: str) -> bool:
    place = Passage("p", 0, strikes.documents()[0], 0, len(words), words, (), "", "en")
    return bool(list(statements(place)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The weavers of Lowell struck in 1834 for the day of ten hours.", True),
        ("The weavers of these towns struck in 1834 for the day of ten hours.", False),
        ("We of the weavers of Lowell struck in 1834 for the ten hours.", False),
        ("In Lowell he was known in 1834 for the day of ten hours.", True),
        ("In the mill he was known in 1834 for the day of ten hours.", False),
        ("Weavers, Lowell, and the strike of 1834, 12, 19; and the ten hours, 34.", False),
        ("The Lowell Press, Merrimack Street, Lowell, Massachusetts, United States, in 1834.", False),
        ("STRIKE SCENES The weavers of Lowell were struck in 1834 by the police.", False),
        ("The weavers struck in 1834.", False),
    ],
)  # fmt: skip
def test_a_statement_is_understood_by_itself(strikes, words, expected):
    """Entries, headings that run in, and sentences that point outside of themselves are none."""
    assert stated(strikes, words) is expected
