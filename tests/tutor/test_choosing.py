"""Of the sentences that may answer a few are quoted, none twice, and as time went where that is asked."""

from __future__ import annotations

import pytest

from lyceum.tutor import Source, read_question
from lyceum.tutor.choosing import choose
from lyceum.tutor.disagreement import values
from lyceum.tutor.extractive import FEATURES, Judged
from lyceum.tutor.times import Ordered

QUESTION = read_question("What did the union say on wages?")


def sentence(text: str, *, chance: float = 0.9, rank: float = 5.0, document: str = "d", **known) -> Judged:
    source = Source(id=f"{document}/{text}", text=text, document=document, language="en", **known)
    return Judged(source, 0, len(text), rank, chance, (), known.get("language", "en") == "en")


def chosen(*judged: Judged, order: Ordered | None = None) -> list[str]:
    return [one.text for one in choose(QUESTION, judged, order).sentences]


def test_few_are_chosen_and_none_twice():
    many = [sentence(f"Wages of the {trade} must rise at once.", document=trade) for trade in "abcdef"]
    assert len(chosen(*many)) == 1
    others = [sentence(f"{word} " * 5, document=word) for word in ("wages", "hours", "rents", "fares", "bread")]
    assert len(chosen(*others)) == 3


@pytest.mark.parametrize("judged", [(), (sentence("Wages fell.", chance=0.49),)])
def test_nothing_is_chosen_below_the_threshold(judged):
    assert chosen(*judged) == []


def test_what_is_far_behind_the_best_is_left_out():
    assert chosen(sentence("Wages fell."), sentence("Bread was dear.", rank=3.0)) == ["Wages fell."]


def test_another_language_speaks_only_where_the_own_is_silent():
    source = Source("x", "Die Löhne fielen.", document="x", language="de")
    foreign = Judged(source, 0, 17, 9.0, 0.9, (), own_language=False)
    assert chosen(sentence("Wages fell."), foreign) == ["Wages fell."]
    assert chosen(sentence("Wages fell.", chance=0.1), foreign) == ["Die Löhne fielen."]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Ordered.EARLIEST, ["In 1880 they asked.", "In 1890 they begged.", "In 1900 they struck."]),
        (Ordered.LATEST, ["In 1910 they won.", "In 1900 they struck.", "In 1890 they begged."]),
        (Ordered.CHANGE, ["In 1880 they asked.", "In 1900 they struck.", "In 1910 they won."]),
    ],
)
def test_they_come_as_time_went(order, expected):
    """A change shows its beginning, its end, and the best between."""
    told = {"1900": "struck", "1880": "asked", "1910": "won", "1890": "begged"}
    many = [
        sentence(f"In {year} they {did}.", document=year, date=year, rank=9.0 if year == "1900" else 5.0)
        for year, did in told.items()
    ]
    assert chosen(*many, order=order) == expected


def test_each_passage_that_came_with_the_question_is_heard():
    given = [
        Judged(Source(name, name, language="en"), 0, len(name), rank, chance, (), own_language=True)
        for name, rank, chance in (("Wages fell by half.", 9.0, 0.9), ("Rents rose that year.", 2.0, 0.2))
    ]
    assert chosen(*given) == ["Wages fell by half.", "Rents rose that year."]


def test_another_language_that_names_nobody_asked_about_is_hardly_heard():
    """Where the names of the question stand nowhere in its document."""
    features = tuple(float(name == "names_missing") for name in FEATURES)
    source = Source("x", "On compte trois cents morts.", document="x", language="fr")
    assert chosen(Judged(source, 0, 28, 9.0, 0.7, features, own_language=False)) == []
    assert len(chosen(Judged(source, 0, 28, 9.0, 0.9, features, own_language=False))) == 1


def test_sources_that_say_one_thing_with_one_word_changed_are_both_heard():
    """And take sides by that word."""
    one = sentence("Big Girl is a Canadian documentary, released in 2005.", document="a")
    other = sentence("Big Girl is a Canadian film, released in 2005.", document="b")
    found = choose(read_question("What is the genre of Big Girl?"), [one, other])
    assert len(found.sentences) == 2
    assert [side.value for side in found.sides] == ["documentary", "film"]


@pytest.mark.parametrize(
    ("question", "sentence", "given"),
    [
        ("How many weavers died?", "On the 3rd of June they sang; eleven died.", ["eleven"]),
        ("How many weavers died?", "On June 3, 1844, 11 of them were shot.", ["11"]),
        ("How many weavers died?", "In the march 40 walked in front.", ["40"]),
        ("How many weavers died?", "Of them 11 may have died.", ["11"]),
        ("How many weavers died?", "After three days eleven were dead.", ["eleven"]),
        ("Wie viele Weber starben?", "Drei Tage lang haben die Weber Gericht gehalten.", []),
        ("How many days did it last?", "It lasted three days.", ["three"]),
        ("How long did it last?", "It lasted three days.", ["three"]),
        ("Wie viele Weber starben?", "Am 3. Juni sangen es einige Weber.", []),
        ("¿Cuántos murieron?", "El 3 de junio murieron 11 tejedores.", ["11"]),
    ],
)
def test_neither_the_day_of_a_date_nor_a_measure_counts_things(question, sentence, given):
    assert list(values(read_question(question), sentence).values()) == given
