"""Passages that came with a question are judged by what the whole set of them is like."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lyceum.search import UseEmbedder
from lyceum.testing import HashEmbedder
from lyceum.tutor import Source, given, read_question
from lyceum.tutor.answering import inverse_frequencies
from lyceum.tutor.extractive import Evidence, judge

QUESTION = "When did the match girls of Bow go on strike?"
TEXTS = [
    "Bow: The match girls of Bow went on strike in July 1888. They returned after three weeks.",
    "Matches: A match is a tool for starting a fire.",
    "Strikes: In 1889 the dockers of London struck. Their tanner became famous.",
    "Bryant: Bryant and May made matches in Bow. They gave way to the girls.",
    "Girls: The girls of the match works earned four shillings a week.",
    "Fines: A girl of the works was fined for dirty feet.",
    "London: The east of London had many trades.",
    "July: It is the seventh month of the year.",
    "Unions: The girls of Bow formed a union after their strike.",
    "Phosphorus: It made the workers ill.",
]


class KnownEmbedder(HashEmbedder):
    """One under whose name there are weights."""

    def __init__(self) -> None:
        super().__init__(UseEmbedder.dimension)
        self.name = UseEmbedder.name


def chance(texts: list[str], embedder: HashEmbedder | None = None, question: str = QUESTION) -> float | None:
    embedder = embedder or KnownEmbedder()
    asked = read_question(question)
    sources = [Source(text[:4], text, language="en") for text in texts]
    weights = inverse_frequencies(dict.fromkeys(asked.terms, 1), len(texts))
    return given.chance(asked, sources, [0.5] * len(texts), weights, embedder, embedder.embed_query(question))


def test_the_chance_is_a_probability():
    found = chance(TEXTS)
    assert found is not None
    assert 0 < found < 1


def test_the_order_of_the_passages_does_not_matter():
    """In some published sets it gives away whether there is an answer."""
    assert chance(TEXTS) == pytest.approx(chance(TEXTS[::-1]))


def test_passages_on_the_question_have_a_better_chance_than_others():
    """What the set is like decides, all else being the same."""
    others = ["Jam: Boil the fruit. Add sugar.", "Rain: It rains often in the west.", "Cats: Cats sleep much.",
              "Tea: It grows in the hills.", "Sand: Grains of quartz make it.", "Oats: They grow in the north.",
              "Salt: The sea has it.", "Wool: Sheep give it.", "Ink: It is brown.", "Bees: They dance."]  # fmt: skip
    on_it, off_it = chance(TEXTS), chance(others)
    assert on_it is not None
    assert off_it is not None
    assert on_it > off_it


def test_an_embedder_without_weights_is_left_alone():
    assert chance(TEXTS, HashEmbedder()) is None


@pytest.mark.parametrize("text", ["", "\0", "?", "word " * 2000], ids=["empty", "nul", "marks", "long"])
def test_any_passages_have_a_chance(text):
    assert chance([text] * 10) is not None


def test_a_few_passages_are_no_set():
    assert chance(TEXTS[:8]) is None


def test_every_feature_has_a_weight():
    embedder, asked = KnownEmbedder(), read_question(QUESTION)
    sources = [Source(str(n), text, language="en") for n, text in enumerate(TEXTS)]
    found = given.features(asked, sources, [0.5], {"strike": 1.0}, embedder, embedder.embed_query(QUESTION))
    assert given.weights()[UseEmbedder.name].features.keys() == found.keys()


def test_passages_of_an_archive_are_judged_without_their_set():
    """A search has picked them, and other rules hold."""
    embedder, asked = KnownEmbedder(), read_question(QUESTION)
    vector = embedder.embed_query(QUESTION)
    came = [Evidence(Source(str(n), text, language="en"), "", 0.0) for n, text in enumerate(TEXTS)]
    stored = [Evidence(replace(item.source, document=item.source.id), "", 0.0) for item in came]
    unknown = HashEmbedder(UseEmbedder.dimension)

    def chances(evidence, known):
        judged = judge(asked, evidence, lambda terms: dict.fromkeys(terms, 1.0), known, vector)
        return [one.chance for one in judged]

    assert chances(stored, embedder) == chances(stored, unknown) == pytest.approx(chances(came, unknown))
    assert chances(came, embedder)[0] != pytest.approx(chances(stored, embedder)[0])


def test_the_first_keeps_its_place_and_no_other_gains():
    embedder, asked = KnownEmbedder(), read_question(QUESTION)
    evidence = [Evidence(Source(str(n), text, language="en"), "", 0.0) for n, text in enumerate(TEXTS)]
    vector, unknown = embedder.embed_query(QUESTION), HashEmbedder(UseEmbedder.dimension)
    as_set = judge(asked, evidence, lambda terms: dict.fromkeys(terms, 1.0), embedder, vector)
    alone = judge(asked, evidence, lambda terms: dict.fromkeys(terms, 1.0), unknown, vector)
    assert [one.text for one in as_set] == [one.text for one in alone]
    for one, before in zip(as_set[1:], alone[1:], strict=True):
        assert one.chance <= before.chance + 1e-9
