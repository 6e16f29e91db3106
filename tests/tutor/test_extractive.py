"""Sentences are judged by how likely they are to answer."""

from __future__ import annotations

from lyceum.testing import HashEmbedder
from lyceum.tutor import Source, read_question
from lyceum.tutor.answering import inverse_frequencies
from lyceum.tutor.extractive import FEATURES, Evidence, judge

TEXT = (
    "The match girls of Bow went on strike in July 1888. The weather was fine that summer. They returned to work "
    "after three weeks. Bryant and May gave way in nearly everything."
)


def source(name: str, text: str = TEXT, **known) -> Source:
    return Source(**{"id": name, "text": text, "title": "The match girls", "language": "en", **known})


def judged(question: str, *sources: Source, embedder: HashEmbedder | None = None):
    asked = read_question(question)
    vector = embedder.embed_query(question) if embedder else None
    evidence = [Evidence(one, "", 0.0) for one in sources]
    return judge(asked, evidence, lambda terms: inverse_frequencies(dict.fromkeys(terms, 1), 1), embedder, vector)


def test_the_sentence_that_answers_is_first():
    for embedder in (None, HashEmbedder()):
        best = judged("When did the match girls of Bow go on strike?", source("a"), embedder=embedder)[0]
        assert best.text == "The match girls of Bow went on strike in July 1888."


def test_each_sentence_is_a_stretch_of_its_source():
    for one in judged("When did the match girls strike?", source("a")):
        assert TEXT[one.start : one.end] == one.text
        assert 0 <= one.chance <= 1
        assert len(one.features) == len(FEATURES)


def test_they_come_best_first():
    ranks = [one.rank for one in judged("When did the match girls strike?", source("a"), source("b", TEXT[::-1]))]
    assert ranks == sorted(ranks, reverse=True)


def test_a_sentence_that_leans_on_the_one_before_brings_it_along():
    """“They” is nobody without the sentence that names them."""
    found = [one.text for one in judged("When did they return to work after three weeks?", source("a"))]
    assert any(text.endswith("after three weeks.") and text.startswith("The weather") for text in found)


def test_sentences_on_other_things_are_unlikely():
    likely = judged("When did the match girls of Bow go on strike?", source("a"))[0]
    unlikely = judged("Who discovered the structure of penicillin?", source("a"))[0]
    assert unlikely.chance < 0.5 < likely.chance


def test_nothing_to_judge_gives_nothing():
    assert judged("When did they strike?") == []
    assert judged("When did they strike?", source("a", "")) == []


def test_rarer_terms_weigh_more():
    weights = inverse_frequencies({"strike": 900, "lucifer": 3, "unheard": 0}, 1000)
    assert weights["unheard"] > weights["lucifer"] > weights["strike"] > 0
