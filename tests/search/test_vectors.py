"""Flat vectors find what an exact search finds, one writer beside many readers, through kills and compaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum import text as texts
from lyceum.archive import PASSAGES_PER_VERSION
from lyceum.errors import IndexDamaged
from lyceum.search import Facts, Filter, FlatVectors, Scope

DIMENSION = 64
EVERYTHING = Scope.everything()
ANY = Filter()


def facts(version: int, **changed) -> Facts:
    known = Facts(version, "en", "main", "", (), 0, 0)
    return dataclasses.replace(known, **changed)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def noise(count: int, dimension: int = DIMENSION, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def key(version: int, n: int = 0) -> int:
    return version * PASSAGES_PER_VERSION + n


def keys(found) -> list[int]:
    return [scored.key for scored in found]


def search(vectors: FlatVectors, vector, wanted: Filter = ANY, scope: Scope = EVERYTHING, limit: int = 10):
    return vectors.search(vector, wanted, scope, limit=limit)


@pytest.fixture
def vectors(tmp_path: Path) -> FlatVectors:
    return FlatVectors(tmp_path / "v", DIMENSION)


# --- finding -----------------------------------------------------------------------------------------


def recall(rows: np.ndarray, queries: np.ndarray, folder: Path) -> float:
    """The mean share of the exact ten nearest that are found."""
    vectors = FlatVectors(folder, rows.shape[1])
    vectors.put(facts(1), rows)
    vectors.commit()
    shares = []
    for query in queries:
        exact = set(np.argsort(-(rows @ query), kind="stable")[:10])
        shares.append(len(exact & {k - key(1) for k in keys(search(vectors, query))}) / 10)
    return float(np.mean(shares))


def test_clustered_vectors_are_found_as_an_exact_search_finds_them(tmp_path):
    """As texts lie: in clusters of like subjects, asked from within a cluster."""
    random = np.random.default_rng(5)
    centres = random.normal(size=(200, 512))
    rows = unit(centres[random.integers(0, 200, 20_000)] + 0.8 * random.normal(size=(20_000, 512)))
    queries = unit(centres[:40] + 0.8 * random.normal(size=(40, 512)))
    assert recall(rows, queries, tmp_path) >= 0.97


def test_random_vectors_are_mostly_found_too(tmp_path):
    """Without any structure, where all are nearly equally far and codes help least."""
    assert recall(noise(20_000, 512, 1), noise(40, 512, 2), tmp_path) >= 0.60


def test_scores_are_cosines(vectors):
    rows, query = noise(50), noise(1, seed=9)[0]
    vectors.put(facts(1), rows)
    vectors.commit()
    for scored in search(vectors, query, limit=50):
        assert scored.score == pytest.approx(float(rows[scored.key - key(1)] @ query), abs=0.02)


def test_the_best_stand_first(vectors):
    rows = noise(50)
    vectors.put(facts(1), rows)
    vectors.commit()
    found = search(vectors, rows[7], limit=50)
    assert found[0].key == key(1, 7)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)


def test_blocks_make_no_difference(tmp_path, monkeypatch):
    """More vectors than one block holds, in versions that lie across its border."""
    monkeypatch.setattr("lyceum.search.vectors._BLOCK", 64)
    rows = noise(64 * 3 + 5)
    vectors = FlatVectors(tmp_path / "v", DIMENSION)
    for version, start in enumerate(range(0, len(rows), 50)):
        vectors.put(facts(version), rows[start : start + 50])
    vectors.commit()
    assert vectors.count == len(rows)
    for n in (0, 49, 50, 63, 64, 127, 128, 196):
        assert search(vectors, rows[n], limit=1)[0].key == key(n // 50, n % 50)


def test_nothing_is_found_where_nothing_is(vectors):
    assert search(vectors, noise(1)[0]) == []
    assert vectors.score([key(1)], noise(1)[0]) == {}
    assert vectors.count == 0


def test_a_limit_of_none_finds_nothing(vectors):
    vectors.put(facts(1), noise(3))
    vectors.commit()
    assert search(vectors, noise(1)[0], limit=0) == []


def test_chosen_passages_are_scored(vectors):
    """Those without a vector are left out."""
    rows = noise(3)
    vectors.put(facts(1), rows)
    vectors.commit()
    found = vectors.score([key(1, 2), key(1, 3), key(2), key(1, 0)], rows[2])
    assert list(found) == [key(1, 2), key(1, 0)]
    assert found[key(1, 2)] == pytest.approx(1, abs=0.02)


def test_a_dimension_that_fills_no_words_is_refused(tmp_path):
    with pytest.raises(ValueError, match="64"):
        FlatVectors(tmp_path, 100)


# --- filters -----------------------------------------------------------------------------------------

FACTS = st.builds(
    Facts,
    version=st.just(0),
    language=st.sampled_from(["en", "en-GB", "de", "und"]),
    collection=st.sampled_from(["main", "papers", "press"]),
    kind=st.sampled_from(["", "letter", "book"]),
    creators=st.sampled_from([(), ("Marx, Karl",), ("Karl Marx", "Engels"), ("Zola, Émile",)]),
    first=st.sampled_from([0, 18440101, 18880601]),
    last=st.sampled_from([18441231, 18880630]),
).map(lambda f: f if f.first else dataclasses.replace(f, last=0))
DATES = st.one_of(st.none(), st.dates(min_value=dt.date(1843, 1, 1),
                                      max_value=dt.date(1889, 12, 31)))  # fmt: skip
FILTERS = st.builds(
    Filter,
    first=DATES,
    last=DATES,
    language=st.sampled_from([None, "en", "DE", "de-AT", "fr"]),
    author=st.sampled_from([None, "marx", "Karl Marx", "emile zola", "Engels Marx"]),
    collection=st.sampled_from([None, "main", "papers", "none"]),
    kind=st.sampled_from([None, "letter"]),
)
SCOPES = st.sampled_from([EVERYTHING, Scope.of(), Scope.of("main"), Scope.of("papers", "press")])


def passes(f: Facts, wanted: Filter, scope: Scope) -> bool:
    """The words of Filter's and Scope's own description, one document at a time."""
    names = set(texts.plain_terms(wanted.author or ""))
    number = lambda day: day.year * 10_000 + day.month * 100 + day.day  # noqa: E731
    return (
        (scope.collections is None or f.collection in scope.collections)
        and (wanted.collection is None or f.collection == wanted.collection)
        and (wanted.kind is None or f.kind == wanted.kind)
        and (wanted.language is None or texts.primary(f.language) == texts.primary(wanted.language))
        and (wanted.author is None or any(names <= set(texts.plain_terms(c)) for c in f.creators))
        and (wanted.first is None or (f.first > 0 and f.first >= number(wanted.first)))
        and (wanted.last is None or (f.first > 0 and f.last <= number(wanted.last)))
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=12), FILTERS, SCOPES, st.sets(st.integers(0, 11)))
def test_filters_leave_what_a_look_at_each_would_leave(tmp_path_factory, several, wanted, scope, gone):
    folder = tmp_path_factory.mktemp("filtered")
    vectors = FlatVectors(folder, DIMENSION)
    several = [dataclasses.replace(f, version=n) for n, f in enumerate(several)]
    for f in several:
        vectors.put(f, noise(2, seed=f.version))
    for version in gone:
        vectors.remove(version)
    vectors.commit()
    left = {f.version for f in several if f.version not in gone and passes(f, wanted, scope)}
    found = search(vectors, noise(1, seed=99)[0], wanted, scope, limit=100)
    assert sorted(keys(found)) == sorted(key(version, n) for version in left for n in (0, 1))
    shutil.rmtree(folder)


def test_a_filter_that_leaves_many_is_scanned_by_codes(tmp_path, monkeypatch):
    """Both ways of filtering find the same."""
    rows = noise(3_000)
    vectors = FlatVectors(tmp_path, DIMENSION)
    for version in range(30):
        language = "de" if version % 2 else "en"
        vectors.put(facts(version, language=language), rows[version * 100 : version * 100 + 100])
    vectors.commit()
    direct = search(vectors, rows[150], Filter(language="de"))
    monkeypatch.setattr("lyceum.search.vectors._FEW", 0)
    scanned = search(vectors, rows[150], Filter(language="de"))
    assert keys(scanned)[:3] == keys(direct)[:3]
    assert all((k // PASSAGES_PER_VERSION) % 2 for k in keys(scanned))


@pytest.mark.parametrize("cores", [1, 3])
def test_a_scan_in_many_stretches_finds_what_one_stretch_finds(tmp_path, monkeypatch, cores):
    """Whoever takes which stretch, one of them cut short."""
    rows = noise(3_000, 128)
    vectors = FlatVectors(tmp_path, 128)
    vectors.put(facts(1), rows)
    vectors.commit()
    monkeypatch.setattr("lyceum.search.vectors._FEW", 0)
    monkeypatch.setattr("lyceum.search.vectors._RESCORED", 100)
    at_once = search(vectors, rows[7])
    monkeypatch.setattr("lyceum.search.vectors._STRETCH", 64)
    monkeypatch.setattr("lyceum.search.vectors._ALONE", 0)
    monkeypatch.setattr("lyceum.search.vectors.CORES", cores)
    monkeypatch.setattr("lyceum.search.threads.CORES", cores)
    assert search(vectors, rows[7]) == at_once
    assert keys(at_once)[0] == key(1, 7)


def test_of_passages_alike_the_first_are_found(vectors):
    """As many as asked for, in the order in which they came."""
    row = noise(1)
    vectors.put(facts(1), np.repeat(row, 40, axis=0))
    vectors.commit()
    assert keys(search(vectors, row[0], limit=3)) == [key(1, 0), key(1, 1), key(1, 2)]


def test_described_anew_a_version_passes_other_filters(vectors):
    vectors.put(facts(1), noise(2))
    vectors.commit()
    assert vectors.describe(facts(1, language="fr"))
    vectors.commit()
    assert len(search(vectors, noise(1)[0], Filter(language="fr"))) == 2
    assert search(vectors, noise(1)[0], Filter(language="en")) == []


def test_a_version_without_vectors_cannot_be_described(vectors):
    assert not vectors.describe(facts(1))


# --- writing and reading beside each other -------------------------------------------------------------


def test_what_is_not_committed_is_not_seen(tmp_path):
    writer, reader = FlatVectors(tmp_path, DIMENSION), FlatVectors(tmp_path, DIMENSION)
    rows = noise(4)
    writer.put(facts(1), rows[:2])
    assert reader.count == 0
    assert search(reader, rows[0]) == []
    writer.commit()
    assert set(keys(search(reader, rows[0]))) == {key(1, 0), key(1, 1)}
    writer.remove(1)
    writer.put(facts(2), rows[2:])
    assert set(keys(search(reader, rows[0]))) == {key(1, 0), key(1, 1)}
    writer.commit()
    assert set(keys(search(reader, rows[0]))) == {key(2, 0), key(2, 1)}


def test_another_process_sees_commits(tmp_path):
    writer = FlatVectors(tmp_path, DIMENSION)
    writer.put(facts(3), noise(5))
    writer.commit()
    code = (
        "import sys; from pathlib import Path; from lyceum.search import FlatVectors\n"
        f"print(FlatVectors(Path(sys.argv[1]), {DIMENSION}).versions())"
    )
    seen = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "{3: 5}"


def test_putting_again_replaces(vectors):
    rows = noise(4)
    vectors.put(facts(1), rows[:3])
    vectors.commit()
    vectors.put(facts(1), rows[3:])
    vectors.commit()
    assert vectors.versions() == {1: 1}
    assert keys(search(vectors, rows[0])) == [key(1, 0)]
    assert vectors.count == 1


def test_what_is_removed_is_found_no_more(vectors):
    rows = noise(4)
    vectors.put(facts(1), rows[:2])
    vectors.put(facts(2), rows[2:])
    vectors.commit()
    vectors.remove(1)
    vectors.remove(77)
    vectors.commit()
    assert set(keys(search(vectors, rows[0]))) == {key(2, 0), key(2, 1)}
    assert vectors.score([key(1, 0)], rows[0]) == {}


def test_a_killed_writers_leftovers_are_written_over(tmp_path):
    """A writer that ends without a commit leaves no trace in what is read, then or later."""
    rows = noise(400)
    first = FlatVectors(tmp_path, DIMENSION)
    first.put(facts(1), rows[:100])
    first.commit()
    killed = FlatVectors(tmp_path, DIMENSION)
    killed.put(facts(2), rows[100:300])
    killed.remove(1)
    del killed
    after = FlatVectors(tmp_path, DIMENSION)
    assert after.versions() == {1: 100}
    after.put(facts(3), rows[300:])
    after.commit()
    assert FlatVectors(tmp_path, DIMENSION).versions() == {1: 100, 3: 100}
    for n, expected in ((0, key(1, 0)), (99, key(1, 99)), (300, key(3, 0)), (399, key(3, 99))):
        assert search(after, rows[n], limit=1)[0].key == expected


def test_a_writer_killed_by_the_kernel_leaves_the_last_commit(tmp_path):
    code = """
import os, signal, sys
from pathlib import Path
import numpy as np
from lyceum.search import Facts, FlatVectors
vectors = FlatVectors(Path(sys.argv[1]), 64)
rows = np.eye(64, dtype=np.float32)
vectors.put(Facts(1, "en", "main", "", (), 0, 0), rows)
vectors.commit()
vectors.put(Facts(2, "en", "main", "", (), 0, 0), rows)
vectors.remove(1)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert ended.returncode == -9
    assert FlatVectors(tmp_path, DIMENSION).versions() == {1: 64}


def test_a_reader_that_writes_next_sees_the_others_commits_first(tmp_path):
    """Two that take turns at writing lose nothing of each other's."""
    one, two = FlatVectors(tmp_path, DIMENSION), FlatVectors(tmp_path, DIMENSION)
    rows = noise(6)
    for n, writer in enumerate((one, two, one)):
        writer.versions()
        writer.put(facts(n), rows[2 * n : 2 * n + 2])
        writer.commit()
    assert one.versions() == two.versions() == {0: 2, 1: 2, 2: 2}


# --- compaction --------------------------------------------------------------------------------------


@pytest.fixture
def small_blocks(monkeypatch):
    """So that a few removals are worth a compaction."""
    monkeypatch.setattr("lyceum.search.vectors._BLOCK", 64)


def test_compaction_keeps_the_living_and_gives_back_the_room(tmp_path, small_blocks):
    rows = noise(640)
    vectors = FlatVectors(tmp_path, DIMENSION)
    for version in range(10):
        vectors.put(facts(version, language=f"x{version}"), rows[version * 64 : version * 64 + 64])
    vectors.commit()
    before = {v: keys(search(vectors, rows[v * 64], limit=1)) for v in range(10)}
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    for version in range(0, 8):
        vectors.remove(version)
    vectors.commit()
    assert vectors.versions() == {8: 64, 9: 64}
    assert vectors.count == 128
    for v in (8, 9):
        assert keys(search(vectors, rows[v * 64], limit=1)) == before[v]
        assert len(search(vectors, rows[0], Filter(language=f"x{v}"), limit=100)) == 64
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < size / 2
    assert len(list(tmp_path.glob("g*"))) == 1


def test_a_reader_goes_on_through_a_compaction(tmp_path, small_blocks):
    rows = noise(256)
    writer = FlatVectors(tmp_path, DIMENSION)
    for version in range(4):
        writer.put(facts(version), rows[version * 64 : version * 64 + 64])
    writer.commit()
    reader = FlatVectors(tmp_path, DIMENSION)
    assert reader.count == 256
    for version in range(3):
        writer.remove(version)
    writer.commit()
    assert reader.versions() == {3: 64}
    assert search(reader, rows[200], limit=1)[0].key == key(3, 200 - 192)
    writer.put(facts(9), rows[:3])
    writer.commit()
    assert FlatVectors(tmp_path, DIMENSION).versions() == {3: 64, 9: 3}


def test_compaction_repeated_changes_no_answers(tmp_path, small_blocks):
    """Vectors are not worn away by being written anew."""
    rows = noise(64)
    vectors = FlatVectors(tmp_path, DIMENSION)
    vectors.put(facts(0), rows)
    vectors.commit()
    query = noise(1, seed=3)[0]
    before = search(vectors, query)
    for version in range(1, 6):
        vectors.put(facts(version), noise(200, seed=version))
        vectors.commit()
        vectors.remove(version)
        vectors.commit()
    assert keys(search(vectors, query)) == keys(before)
    assert [s.score for s in search(vectors, query)] == pytest.approx([s.score for s in before], abs=1e-3)


def test_a_kill_after_a_compaction_leaves_no_old_files_for_good(tmp_path, small_blocks, monkeypatch):
    """What a writer that died before it could sweep left behind is swept by the next."""
    rows = noise(200)
    vectors = FlatVectors(tmp_path, DIMENSION)
    vectors.put(facts(0), rows)
    vectors.put(facts(1), rows[:10])
    vectors.commit()
    vectors.remove(0)
    with monkeypatch.context() as patched:
        patched.setattr("lyceum.search.vectors.shutil.rmtree", lambda *_, **__: None)
        vectors.commit()
    after = FlatVectors(tmp_path, DIMENSION)
    assert after.versions() == {1: 10}
    after.put(facts(2), rows)
    after.commit()
    after.remove(2)
    after.commit()
    assert len(list(tmp_path.glob("g*"))) == 1


# --- damage ------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tmp_path) -> Path:
    vectors = FlatVectors(tmp_path, DIMENSION)
    vectors.put(facts(1), noise(5))
    vectors.commit()
    return tmp_path


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"generation": 0, "unheard_of": 1}', '"x"', "\udcff"])
def test_a_damaged_manifest_says_what_to_do(filled, content):
    (filled / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(IndexDamaged) as caught:
        FlatVectors(filled, DIMENSION)
    assert "reindex" in caught.value.hint


@pytest.mark.parametrize("name", ["codes.u64", "rows.i8", "scales.f32", "facts.u32", "facts.jsonl"])
def test_a_file_cut_short_says_what_to_do(filled, name):
    path = filled / "g0" / name
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(IndexDamaged):
        FlatVectors(filled, DIMENSION)


@pytest.mark.parametrize("name", ["codes.u64", "rows.i8", "scales.f32", "facts.u32", "facts.jsonl"])
def test_a_file_that_is_gone_says_what_to_do(filled, name):
    (filled / "g0" / name).unlink()
    with pytest.raises(IndexDamaged):
        FlatVectors(filled, DIMENSION)


def test_a_line_of_facts_that_is_none_says_what_to_do(filled):
    path = filled / "g0" / "facts.jsonl"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(IndexDamaged):
        FlatVectors(filled, DIMENSION)


def test_a_manifest_of_another_generation_says_what_to_do(filled):
    path = filled / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "generation": 4}))
    with pytest.raises(IndexDamaged):
        FlatVectors(filled, DIMENSION)
