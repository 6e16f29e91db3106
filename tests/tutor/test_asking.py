"""A question is read: what it asks about, in which language, and what kind of answer it wants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.tutor import read_question
from lyceum.tutor.asking import Wanted, fits


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When did the weavers rise?", Wanted.TIME),
        ("In which year was the law passed?", Wanted.TIME),
        ("Wann standen die Weber auf?", Wanted.TIME),
        ("Quand la loi fut-elle votée ?", Wanted.TIME),
        ("¿Cuándo empezó la huelga?", Wanted.TIME),
        ("How many weavers were shot?", Wanted.NUMBER),
        ("Wie viele Weber starben?", Wanted.NUMBER),
        ("¿Cuántos obreros murieron?", Wanted.NUMBER),
        ("What was the average weekly wage of laundresses?", Wanted.NUMBER),
        ("What number of men struck?", Wanted.NUMBER),
        ("Was ist die Zahl der Streikenden?", Wanted.NUMBER),
        ("Quel était le salaire des ouvrières ?", Wanted.NUMBER),
        ("¿Cuál era el precio del pan?", Wanted.NUMBER),
        ("What was the date of the great march?", Wanted.TIME),
        ("The union was founded in which year?", Wanted.TIME),
        ("The union was founded in which country?", Wanted.PLACE),
        ("In welcher Stadt trafen sie sich?", Wanted.PLACE),
        ("What is the aim of the league?", Wanted.ANYTHING),
        ("Who called the strike?", Wanted.PERSON),
        ("Wer rief zum Streik auf?", Wanted.PERSON),
        ("Qui a lancé la grève ?", Wanted.PERSON),
        ("Where did they meet?", Wanted.PLACE),
        ("Wo trafen sie sich?", Wanted.PLACE),
        ("Why were they fined?", Wanted.REASON),
        ("Warum wurden sie bestraft?", Wanted.REASON),
        ("What did the match girls earn?", Wanted.ANYTHING),
        ("match girls", Wanted.ANYTHING),
    ],
)
def test_the_kind_of_answer_is_told_by_the_asking_word(question, wanted):
    assert read_question(question).wanted is wanted


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What did the weavers want?", "en"),
        ("Was wollten die Weber?", "de"),
        ("Que voulaient les tisserands dans la rue ?", "fr"),
        ("¿Qué querían los tejedores?", "es"),
        ("Чего хотели ткачи?", "ru"),
    ],
)
def test_the_language_is_told(question, language):
    assert read_question(question).language == language


def test_terms_are_stems_of_content_words():
    assert read_question("When did the weavers of Silesia rise against their masters?").terms == (
        "weaver", "silesia", "rise", "master",
    )  # fmt: skip


def test_names_are_words_with_a_capital_that_is_not_the_sentences():
    assert read_question("When did Annie Besant meet the girls?").names == {"anni", "besant"}


def test_german_nouns_are_no_names():
    assert read_question("Wann standen die Weber in der Stadt auf?").names == frozenset()


def test_numbers_are_kept_apart():
    assert read_question("What happened on 4 June 1844?").numbers == {"4", "1844"}


@pytest.mark.parametrize("question", ["", "   ", "?", "the of and", "Was ist das?", "\0\0", "…", "What is it?"])
def test_a_question_without_content_asks_nothing(question):
    assert read_question(question).terms == ()


def test_a_question_of_any_length_is_read():
    asked = read_question("When did the weavers rise? " * 10_000)
    assert len(asked.text) <= 2_000
    assert len(asked.terms) <= 40


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text):
    asked = read_question(text)
    assert all(asked.terms)
    assert asked.text.isprintable()


@pytest.mark.parametrize(
    ("wanted", "sentence", "answer"),
    [
        (Wanted.TIME, "They rose in 1844.", True),
        (Wanted.TIME, "They rose in June.", True),
        (Wanted.TIME, "They rose in the morning.", False),
        (Wanted.NUMBER, "Eleven were shot, thirty wounded.", True),
        (Wanted.NUMBER, "Many were shot.", False),
        (Wanted.PERSON, "It was called by Tom Mann.", True),
        (Wanted.PERSON, "It was called by nobody.", False),
        (Wanted.REASON, "They struck because bread was dear.", True),
        (Wanted.REASON, "They struck.", False),
        (Wanted.ANYTHING, "They struck.", True),
    ],
)
def test_a_sentence_fits_that_holds_such_words(wanted, sentence, answer):
    assert fits(wanted, sentence) is answer
