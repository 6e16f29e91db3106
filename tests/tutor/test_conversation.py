"""A follow-up question is made to stand alone with words of the conversation and no others."""

from __future__ import annotations

import pytest

from lyceum.errors import ModelFailed
from lyceum.testing import ScriptedModel
from lyceum.tutor import Turn, turns_of
from lyceum.tutor.conversation import stand_alone

HOMESTEAD = Turn("When did the Homestead strike fail?", "It ended in November 1892, says Burgoyne.")


@pytest.mark.parametrize(
    ("question", "before", "alone"),
    [
        ("Why?", "When did the Homestead strike fail?", "Why: the Homestead strike fail?"),
        ("And in 1905?", "How many members had the union in 1900?", "How many members had the union in 1905?"),
        ("What about Lassalle?", "What did Karl Marx say about suffrage?", "What did Lassalle say about suffrage?"),
        ("Und wann?", "Wo streikten die Weber?", "Wann: streikten die Weber?"),
        ("Did he vote?", "What did Ferdinand Lassalle say?", "Did he (Ferdinand Lassalle) vote?"),
    ],
)
def test_what_is_left_out_is_filled_in(question, before, alone):
    assert stand_alone(question, [Turn(before)]) == alone


def test_a_person_may_have_been_named_by_the_answer():
    turn = Turn("Who organised the match girls?", "It was Annie Besant.")
    assert stand_alone("What did she do next?", [turn]).startswith("What did she (Annie Besant) do next")


@pytest.mark.parametrize("question", ["Who led the Grunwick strikers in 1976?", ""])
def test_a_question_that_stands_alone_stays_as_it_is(question):
    assert (
        stand_alone("Who led the Grunwick strikers in 1976?", [HOMESTEAD]) == "Who led the Grunwick strikers in 1976?"
    )
    assert stand_alone(question, []) == question


def test_a_model_may_word_it():
    model = ScriptedModel({"question": "Why did the Homestead strike fail in November 1892?"})
    assert stand_alone("Why?", [HOMESTEAD], model) == "Why did the Homestead strike fail in November 1892?"


@pytest.mark.parametrize(
    "reply",
    [
        {"question": "Why did Frick crush the Homestead strike?"},
        {"question": ""},
        {"question": 7},
        {},
        {"question": "strike " * 200},
        ModelFailed("The line is down."),
    ],
)
def test_a_wording_with_words_of_its_own_is_not_taken(reply):
    assert stand_alone("Why?", [HOMESTEAD], ScriptedModel(reply)) == "Why: the Homestead strike fail?"


def test_a_longer_conversation_is_understood_turn_by_turn():
    turns = turns_of([("When did the Homestead strike fail?", "In 1892."), ("And in 1919?", "No.")])
    assert turns[1].question == "When did the Homestead strike fail in 1919?"
