"""Positions are what one author or publication said over the years; a contradiction needs words on both sides."""

from __future__ import annotations

import pytest

from lyceum.search import Filter, Scope
from lyceum.tutor.study import Kind, Topic, make_study
from tutor.study.conftest import document

EARLY = "The ballot is the only sure weapon of the working class."
LATE = "The ballot is not the only sure weapon of the working class."
OTHER = "The ballot is a toy of the rich and a curse to the working class."


@pytest.fixture
def positions(shelf):
    held = shelf(
        document("late", f"{LATE} Winter came.", date="1911", creators=("Debs, Eugene V.",)),
        document("early", f"{EARLY} He smiled at the ballot.", date="1894-05", creators=("Debs, Eugene V.",)),
        document("other", OTHER, date="1900", creators=("Most, John",), collection="freiheit"),
        document(
            "undated", "The ballot of the union is a great power for good.", date=None, creators=("Debs, Eugene V.",)
        ),
    )

    def make(topic="ballot", **wanted):
        return make_study(Kind.POSITIONS, Topic(topic, Scope.everything(), Filter(**wanted)), held)

    return make


def said(study, name="said"):
    return [
        [(item.about, c.exact) for c in item.citations]
        for part in study.sections
        if part.id == name
        for item in part.items
    ]


@pytest.mark.parametrize("asked", [{"author": "Debs"}, {"topic": "Debs on the ballot"}], ids=["option", "in words"])
def test_what_one_author_said_stands_as_years_went(positions, asked):
    study = positions(**asked)
    assert said(study) == [[("1894-05", EARLY)], [("1911", LATE)]]
    assert study.title in ("Debs on ballot", "Debs on the ballot")
    assert study.topic == asked.get("topic", "ballot")


def test_a_contradiction_has_the_words_of_both_sides(positions):
    (pair,) = said(positions(author="Debs"), "contradictions")
    assert pair == [("1894-05 · 1911", EARLY), ("1894-05 · 1911", LATE)]


def test_what_leans_otherwise_is_no_contradiction(positions):
    study = positions(author="Most")
    assert said(study) == [[("1900", OTHER)]]
    assert [lack.code for lack in study.lacks] == ["no_contradictions"]


def test_that_nobody_was_named_is_said(positions):
    assert "no_speaker" in [lack.code for lack in positions().lacks]


def test_a_subject_of_which_nothing_was_said_is_told(positions):
    study = positions("submarines", author="Debs")
    assert study.empty
    assert study.lacks[0].code == "topic_missing"


def test_undated_works_give_no_position(shelf):
    held = shelf(document("u", EARLY, date=None, creators=("Debs, Eugene V.",)))
    study = make_study(Kind.POSITIONS, Topic("Debs on ballot", Scope.everything()), held)
    assert [lack.code for lack in study.lacks] == ["no_statements"]


def test_numbers_that_differ_are_no_change_of_mind(shelf):
    texts = (
        "The ballot of the union won 40 seats in the council.",
        "The ballot of the union won 70 seats in the council.",
    )
    held = shelf(*(document(f"d{n}", text, date=f"190{n}", creators=("Debs, E.",)) for n, text in enumerate(texts)))
    study = make_study(Kind.POSITIONS, Topic("ballot", Scope.everything(), Filter(author="Debs")), held)
    assert said(study, "contradictions") == []
