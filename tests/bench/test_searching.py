"""The figures of the search bench are what their names say, and what is measured is the same every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bench.data import data_folder
from bench.searching import synthetic
from bench.searching.figures import Times, found, gain, reciprocal_rank, share
from bench.searching.homes import Kept
from bench.searching.known import KINDS, Work, items
from bench.searching.speed import NARROWED

from lyceum import text as texts
from lyceum.archive import Metadata, PartialDate
from lyceum.search import Vectors
from lyceum.testing import EmbedderSuite, HashEmbedder, entry

RANKED = ["d", "a", "c", "b"]
needs_data = pytest.mark.skipif(not data_folder().is_dir(), reason="the shared data is not unpacked")


# --- figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("right", "rank"), [({"d"}, 1.0), ({"a", "b"}, 0.5), ({"b"}, 0.25), ({"z"}, 0.0)])
def test_the_reciprocal_rank_is_that_of_the_first_that_is_right(right: set[str], rank: float) -> None:
    assert reciprocal_rank(RANKED, right) == rank


def test_what_stands_behind_the_first_ten_is_not_found() -> None:
    ranked = [*"abcdefghij", "right"]
    assert (found(ranked, {"right"}), reciprocal_rank(ranked, {"right"}), found(ranked, {"j"})) == (0.0, 0.0, 1.0)


def test_the_best_order_gains_everything_and_a_worse_one_less() -> None:
    grades = {"d": 2, "a": 1}
    assert gain(RANKED, grades) == pytest.approx(1.0)
    assert gain(["a", "d"], grades) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))


def test_the_share_counts_what_is_right_among_the_first() -> None:
    assert share(RANKED, {"d", "a", "b", "x"}, at=2) == 0.5


def test_nineteen_of_twenty_times_stay_under_the_95th_percentile() -> None:
    times = Times(tuple(float(n) for n in range(1, 101)))
    assert (times.p50, sum(each <= times.p95 for each in times.milliseconds)) == (50.5, 95)


# --- synthetic archives ------------------------------------------------------------------------------


@needs_data
def test_synthetic_documents_hold_the_number_of_passages_and_are_the_same_every_time() -> None:
    made = list(synthetic.documents(500))
    assert sum(len(each.entry.passages) for each in made) == 500
    assert made == list(synthetic.documents(500))


@needs_data
def test_synthetic_passages_have_about_120_words_and_stand_in_their_text() -> None:
    made = list(synthetic.documents(500))
    passages = [(each.text, passage) for each in made for passage in each.entry.passages]
    assert all(text[passage.start : passage.end] == passage.text for text, passage in passages)
    assert 110 < np.mean([len(passage.text.split()) for _, passage in passages]) < 130


@needs_data
def test_filters_keep_about_the_share_of_documents_that_they_say() -> None:
    facts = [made.entry.facts for made in synthetic.documents(60_000)]
    for narrowed in NARROWED:
        assert np.mean([narrowed.test(each) for each in facts]) == pytest.approx(narrowed.keeps, rel=0.6)


@needs_data
def test_fewer_queries_are_the_first_of_more() -> None:
    assert synthetic.phrases(5) == synthetic.phrases(20)[:5]


def test_synthetic_vectors_have_length_one_and_are_near_their_document() -> None:
    pool = np.eye(64, dtype=np.float32)
    made = synthetic.Made(entry(3, "some words", "more words", "other words"), "")
    vectors = synthetic.vectors(pool, made)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors, synthetic.vectors(pool, made))
    assert (vectors @ vectors.T > 0.05).all()


# --- archives between runs ---------------------------------------------------------------------------


class Counting(HashEmbedder):
    """Counts the passages that it was given."""

    passages = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """As HashEmbedder does."""
        self.passages += len(texts)
        return super().embed_passages(texts)


class TestKept(EmbedderSuite):
    """An embedder whose vectors are kept is one like any other."""

    def make(self, folder: Path) -> Kept:
        return Kept(HashEmbedder(), folder)


def test_a_passage_is_embedded_once_by_all_that_keep_in_one_folder(tmp_path: Path) -> None:
    counting = Counting()
    first = Kept(counting, tmp_path).embed_passages(["one", "two", "one"])
    again = Kept(counting, tmp_path).embed_passages(["two", "three"])
    assert counting.passages == 3
    assert np.allclose(first, HashEmbedder().embed_passages(["one", "two", "one"]))
    assert np.allclose(again, HashEmbedder().embed_passages(["two", "three"]))


def test_what_a_killed_run_wrote_in_part_is_written_over(tmp_path: Path) -> None:
    Kept(HashEmbedder(), tmp_path).embed_passages(["one"])
    with (tmp_path / f"kept-{HashEmbedder().name}.f32").open("ab") as file:
        file.write(b"cut short")
    kept = Kept(HashEmbedder(), tmp_path).embed_passages(["two", "one"])
    assert np.allclose(kept, HashEmbedder().embed_passages(["two", "one"]))


# --- known items -------------------------------------------------------------------------------------

WORDS = [f"{a}{b}{c}ing" for a in "btkm" for b in ("ra", "lo", "mi", "nu") for c in ("st", "nd", "rk", "lv")]


def test_items_are_of_every_kind_and_the_same_every_time() -> None:
    drawn = items(WORKS, 40)
    assert {item.kind for item in drawn} == set(KINDS)
    assert drawn == items(WORKS, 40)


def test_a_remembered_phrase_has_two_words_wrong_and_stands_right_in_its_documents() -> None:
    folded = {work.id: work.folded.split() for work in WORKS}
    for item in (item for item in items(WORKS, 40) if item.kind == "phrase"):
        said = item.query.split()
        assert 6 <= len(said) <= 10
        assert all(fewest_differences(said, folded[one]) <= 2 for one in item.right)


def test_documents_that_fit_as_well_are_right_too() -> None:
    twins = [*WORKS, Work("twin", WORKS[0].metadata, WORKS[0].passages, WORKS[0].folded)]
    of_first = [item for item in items(twins, 60) if WORKS[0].id in item.right and item.kind != "author and topic"]
    assert of_first
    assert all("twin" in item.right for item in of_first)


def test_decade_and_language_are_those_of_the_document() -> None:
    assert (WORKS[0].language, WORKS[0].decade) == ("en", "1910s")


def fewest_differences(said: list[str], words: list[str]) -> int:
    """In how many places some words differ from the run of a text that they fit best."""
    runs = (words[at : at + len(said)] for at in range(len(words) - len(said) + 1))
    return min(sum(a != b for a, b in zip(said, run, strict=True)) for run in runs)


def work(number: int) -> Work:
    """A document of words that no other has in the same order."""
    own = WORDS[number * 8 : number * 8 + 8]
    passage = " ".join([*own, *reversed(own), *own[::2], "near", "Rosa", f"Quell{own[0]}"] * 3)
    metadata = Metadata(
        title=f"On {own[0]} and {own[1]}", creators=(f"Rosa Writer{number}",), date=PartialDate(1911), language="en"
    )
    return Work(str(number), metadata, (passage,), f" {' '.join(texts.plain_terms(passage))} ")


WORKS = [work(number) for number in range(8)]
