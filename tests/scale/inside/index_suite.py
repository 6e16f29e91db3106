"""The conformance suite on an index in shards. `test_ray.py` runs it within the namespace of a cluster."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import time
from pathlib import Path

import pytest

from lyceum.errors import ConfigError, Unreachable
from lyceum.providers.objectstore import Place
from lyceum.providers.ray import RayIndex, Shards, discard_shards
from lyceum.search import EmbeddedIndex, Filter, Order, Scope, Words
from lyceum.testing import IndexSuite, entry


class TestRayIndex(IndexSuite):
    @pytest.fixture(autouse=True)
    def _shards(self, tmp_path: Path):
        folder = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]
        bucket, query = os.environ["LYCEUM_BLOBS_URL"].split("?")
        url = f"{bucket}/{folder}?{query}"
        self.place = Place.parse(url, os.environ["LYCEUM_BLOBS_KEY"], os.environ["LYCEUM_BLOBS_SECRET"])
        self.shards = Shards.parse(os.environ["LYCEUM_INDEX_URL"])
        yield
        discard_shards(self.shards, self.place)

    def make(self, folder: Path) -> RayIndex:
        near = Path(os.environ["LYCEUM_CACHE"]) / "shards"
        return RayIndex(self.shards, self.place, near=near, embedder="hash-64", dimension=self.dimension)


# --- what only an index in shards can do ---------------------------------------------------------------


@pytest.fixture
def open_():
    """Opens an index of so many shards and replicas, which is gone afterwards."""
    made = []

    def act(*, shards: int, replicas: int = 1) -> RayIndex:
        bucket, query = os.environ["LYCEUM_BLOBS_URL"].split("?")
        url = f"{bucket}/{os.urandom(4).hex()}?{query}"
        place = Place.parse(url, os.environ["LYCEUM_BLOBS_KEY"], os.environ["LYCEUM_BLOBS_SECRET"])
        address = os.environ["LYCEUM_INDEX_URL"].split("?")[0]
        layout = Shards.parse(f"{address}?shards={shards}&replicas={replicas}")
        made.append((layout, place))
        near = Path(os.environ["LYCEUM_CACHE"]) / "shards"
        return RayIndex(layout, place, near=near, embedder="hash-64", dimension=64)

    yield act
    for layout, place in made:
        discard_shards(layout, place)


ENTRIES = [
    entry(n, *(f"The weavers of mill {n} {'rose ' * (m % 3)}on day {m}." for m in range(1 + n % 5)))
    for n in range(1, 41)
]
WEAVERS = Words(terms=(("weaver",), ("rose", "ros")), exact=("mill",))


def weavers(index) -> dict[int, float]:
    found = index.lexical(WEAVERS, Filter(), Scope.everything(), limit=200)
    return {scored.key: scored.score for scored in found}


def answering(index: RayIndex) -> dict[tuple[int, int], int]:
    return {which: pid for which, (_, pid, _) in index.replicas().items()}


def wait_until(true, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.1)


def is_empty(index: RayIndex) -> bool:
    """Whether its shards answer, and hold nothing."""
    try:
        return index.state().passages == 0
    except Unreachable:  # a loaded machine takes its time to start them
        return False


def test_scores_are_those_of_one_index(open_, tmp_path):
    """Term for term, however uneven the shards are."""
    one, many = EmbeddedIndex(tmp_path, embedder="hash-64", dimension=64), open_(shards=3)
    for index in (one, many):
        index.put(ENTRIES, revision=1)
    assert weavers(many) == pytest.approx(weavers(one), rel=0.004)
    for order in (Order.NEWEST, Order.OLDEST):
        asked = [i.lexical(WEAVERS, Filter(), Scope.everything(), limit=9, order=order) for i in (one, many)]
        assert len(asked[0]) == len(asked[1]) == 9
    words = ("weavers", "rose", "peace")
    assert many.frequencies(words) == one.frequencies(words)
    assert many.similar("weavrs", distance=1) == one.similar("weavrs", distance=1)
    assert many.spelt("vw", "w[ae]*v[ae]*rs") == one.spelt("vw", "w[ae]*v[ae]*rs")
    assert many.matching(WEAVERS, Filter(), Scope.everything()) == one.matching(WEAVERS, Filter(), Scope.everything())


def test_a_shard_that_dies_comes_back_with_what_it_had(open_):
    index = open_(shards=2)
    index.put(ENTRIES, revision=5)
    before = weavers(index)
    processes = answering(index)
    os.kill(processes[1, 0], signal.SIGKILL)
    wait_until(lambda: set(answering(index)) == set(processes))
    assert answering(index)[1, 0] != processes[1, 0]
    assert weavers(index) == before
    assert index.state().revision == 5


def test_without_a_shard_the_others_answer_and_say_so(open_):
    index = open_(shards=2)
    index.put(ENTRIES, revision=1)
    whole = weavers(index)
    assert index.state().notes == ()
    process = answering(index)[0, 0]
    os.kill(process, signal.SIGSTOP)
    try:
        part = weavers(index)
        notes = index.state().notes
    finally:
        os.kill(process, signal.SIGCONT)
    assert 0 < len(part) < len(whole)
    assert "1 of 2 shards" in notes[0]
    wait_until(lambda: weavers(index) == whole)
    index.state()
    assert index.state().notes == ()


def test_a_replica_answers_in_the_place_of_one_that_hangs(open_):
    index = open_(shards=1, replicas=2)
    index.put(ENTRIES, revision=1)
    whole = weavers(index)
    process = answering(index)[0, 0]
    os.kill(process, signal.SIGSTOP)
    try:
        for _ in range(6):
            assert weavers(index) == whole
        assert index.state().notes == ()
    finally:
        os.kill(process, signal.SIGCONT)


def test_replicas_follow_the_one_that_writes(open_):
    index = open_(shards=1, replicas=2)
    for n, made in enumerate(ENTRIES[:5], start=1):
        index.put([made], revision=n)
        assert {number for _, _, number in index.replicas().values()} == {n}


def test_what_is_written_while_a_writer_is_away_is_written_when_it_is_back(open_):
    index = open_(shards=1, replicas=2)
    index.put(ENTRIES[:20], revision=1)
    os.kill(answering(index)[0, 0], signal.SIGKILL)
    index.put(ENTRIES[20:], revision=2)
    assert len(weavers(index)) == sum(len(made.passages) for made in ENTRIES)


def test_another_number_of_shards_is_refused_until_the_index_is_made_anew(open_):
    index = open_(shards=2)
    layout = index._layout
    other = dataclasses.replace(layout.shards, count=3)
    with pytest.raises(ConfigError) as caught:
        RayIndex(other, layout.place, near=Path(layout.near), embedder="hash-64", dimension=64)
    assert caught.value.code == "index_shards_differ"
    discard_shards(other, layout.place)
    again = RayIndex(other, layout.place, near=Path(layout.near), embedder="hash-64", dimension=64)
    wait_until(lambda: is_empty(again))
    discard_shards(other, layout.place)
