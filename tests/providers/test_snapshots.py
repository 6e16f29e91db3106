"""A shard's folder is on the object store whole or not at all, and only what is new of it is sent."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from lyceum.errors import IndexDamaged, Unreachable
from lyceum.providers.objectstore import ObjectStore, Place
from lyceum.providers.snapshots import Snapshots, Superseded
from lyceum.search import EmbeddedIndex, Filter, Scope, Words
from lyceum.testing import HashEmbedder, entry
from servers import S3

_FOLDERS = itertools.count()


@pytest.fixture
def objects(s3: S3) -> ObjectStore:
    bucket, query = s3.url.split("?")
    return ObjectStore(Place.parse(f"{bucket}/s{next(_FOLDERS)}?{query}", s3.key, s3.secret))


def index_in(folder: Path, dimension: int = 64) -> EmbeddedIndex:
    return EmbeddedIndex(folder, embedder="hash", dimension=dimension)


def kept(objects: ObjectStore, folder: Path) -> Snapshots:
    folder.mkdir(exist_ok=True)
    return Snapshots(objects, "shard", folder)


def put(index: EmbeddedIndex, version: int, *passages: str) -> None:
    made = entry(version, *passages)
    index.put([made], revision=version)
    index.attach([(made.facts, HashEmbedder().embed_passages(passages))])


def found(index: EmbeddedIndex, word: str) -> list[int]:
    hits = index.lexical(Words(terms=((word,),)), Filter(), Scope.everything(), limit=10)
    return sorted(scored.key >> 20 for scored in hits)


def test_another_folder_becomes_the_same_index(objects, tmp_path):
    index, snapshots = index_in(tmp_path / "one"), kept(objects, tmp_path / "one")
    put(index, 1, "The looms stood still.", "Nobody had touched them.")
    assert snapshots.push() == 1
    assert kept(objects, tmp_path / "two").pull() == 1
    other = index_in(tmp_path / "two")
    assert other.state() == index.state()
    assert found(other, "loom") == [1]
    vector = HashEmbedder().embed_query("The looms stood still.")
    nearest = [i.dense(vector, Filter(), Scope.everything(), limit=2) for i in (index, other)]
    assert nearest[0] == nearest[1]


def test_an_open_reader_sees_what_is_pulled_beneath_it(objects, tmp_path):
    """Through additions, removals and merges."""
    index, snapshots = index_in(tmp_path / "one"), kept(objects, tmp_path / "one")
    follower = kept(objects, tmp_path / "two")
    reader = index_in(tmp_path / "two")
    for version in range(1, 25):
        put(index, version, "The looms stood still.")
        if version > 3:
            index.put((), without=[version - 3], revision=version)
        assert snapshots.push() == follower.pull() == version
        assert found(reader, "loom") == found(index, "loom")
        assert reader.state() == index.state()


def test_what_was_sent_before_is_not_sent_again(objects, tmp_path):
    folder = tmp_path / "one"
    index, snapshots = index_in(folder, dimension=1024), kept(objects, folder)
    made = [entry(n, *["The looms stood still."] * 1_000) for n in range(1, 31)]
    chance = np.random.default_rng(1)
    index.put(made, revision=1)
    index.attach([(one.facts, chance.normal(size=(1_000, 1024)).astype(np.float32)) for one in made])
    sent: list[int] = []
    send = objects.put
    objects.put = lambda name, content: (sent.append(len(content)), send(name, content))
    snapshots.push()
    everything = sum(sent)
    sent.clear()
    index.put([entry(99, "And no one wept.")], revision=2)
    snapshots.push()
    assert 0 < sum(sent) < everything / 10


def test_what_no_snapshot_needs_is_deleted(objects, tmp_path):
    index, snapshots = index_in(tmp_path / "one"), kept(objects, tmp_path / "one")
    for version in range(1, 12):
        put(index, version, f"The looms stood still, {version} of them.")
        snapshots.push()
    manifests = list(objects.names("shard/manifests"))
    assert len(manifests) == 2
    objects.put("shard/pieces/left-by-a-killed-writer", b"x")
    snapshots.tidy()
    names = set(objects.names("shard/pieces"))
    assert "shard/pieces/left-by-a-killed-writer" not in names
    assert kept(objects, tmp_path / "two").pull() == 11
    assert index_in(tmp_path / "two").state() == index.state()


def test_of_two_writers_one_is_told_that_it_is_too_late(objects, tmp_path):
    one, two = (kept(objects, tmp_path / name) for name in ("one", "two"))
    put(index_in(tmp_path / "one"), 1, "The looms stood still.")
    put(index_in(tmp_path / "two"), 2, "Nobody had touched them.")
    assert one.push() == 1
    with pytest.raises(Superseded) as caught:
        two.push()
    assert caught.value.retryable
    assert kept(objects, tmp_path / "three").pull() == 1
    assert found(index_in(tmp_path / "three"), "loom") == [1]


def test_half_a_snapshot_is_none(objects, tmp_path):
    """Killed between its pieces and its manifest, a writer has changed nothing."""
    index, snapshots = index_in(tmp_path / "one"), kept(objects, tmp_path / "one")
    put(index, 1, "The looms stood still.")
    snapshots.push()
    put(index, 2, "Spinners rose.")
    objects.create = lambda *_: (_ for _ in ()).throw(Unreachable("The cable was pulled."))
    with pytest.raises(Unreachable):
        snapshots.push()
    assert kept(objects, tmp_path / "two").pull() == 1
    assert found(index_in(tmp_path / "two"), "spinner") == []


def test_a_damaged_piece_is_told(objects, tmp_path):
    index, snapshots = index_in(tmp_path / "one"), kept(objects, tmp_path / "one")
    put(index, 1, "The looms stood still.")
    snapshots.push()
    name = next(iter(objects.names("shard/pieces")))
    objects.put(name, b"something else")
    with pytest.raises(IndexDamaged):
        kept(objects, tmp_path / "two").pull()


def test_an_empty_store_gives_an_empty_folder(objects, tmp_path):
    assert kept(objects, tmp_path / "one").pull() == 0
