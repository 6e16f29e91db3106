"""Fills an archive of any size with synthetic passages and times adding, searching and filtering.

Beside each time stands what the machine and the engine allow at best: the memory's bandwidth for reading every code
once, and tantivy's own time for the same words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from rich.table import Table

from bench.searching import opening, synthetic
from bench.searching.figures import Times, share
from bench.searching.homes import code
from lyceum import config
from lyceum import text as texts
from lyceum.archive import (
    PASSAGES_PER_VERSION,
    Extracted,
    ExtractedProduct,
    Moved,
    Received,
    Segment,
    SegmentedProduct,
    SqliteCatalogue,
    State,
)
from lyceum.library import Library, Mode, Query, Question, Scope
from lyceum.search import EmbeddedIndex, Facts, Filter, UseEmbedder, Vectors, retrieve

SIZES = (300_000, 1_000_000)
QUERIES = 200
TOP = 20
_EXACT = 40
_BATCH = 20_000
_WARM_UP = 10
_GOALS = {300_000: "12 / 35", 1_000_000: "30"}
_ASK_GOALS = {300_000: "120 / 350"}
_EVERYTHING = Scope.everything()


# --- filling -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling took: seconds in `put` and `attach`, peak memory of the process, bytes of the index."""

    passages: int
    put_seconds: float
    attach_seconds: float
    peak_mb: int
    index_bytes: int
    load: float
    code: str


def filled(folder: Path, passages: int) -> tuple[Path, Filled]:
    """A home with so many passages and vectors; an earlier one of the same code is used again."""
    home = folder / f"synthetic-{passages}"
    report = home / "filled.json"
    if not report.exists() or json.loads(report.read_text())["code"] != code():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        embedder = UseEmbedder(config.load(home, {}).cache)
        synthetic.pool(embedder, folder)
        np.save(home / "queries.npy", [embedder.embed_query(text) for text in synthetic.queries(QUERIES)[:_EXACT]])
        subprocess.run([sys.executable, "-m", "bench.searching.speed", str(folder), str(passages)], check=True)
    return home, Filled(**json.loads(report.read_text()))


def main() -> None:
    """Fills a home, in a process of its own so that its memory can be told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("passages", type=int)
    asked = parser.parse_args()
    home = asked.folder / f"synthetic-{asked.passages}"
    pool = np.load(next(asked.folder.glob(f"pool-{UseEmbedder.name}-*.npy")))
    report = _fill(home, asked.passages, pool)
    (home / "filled.json").write_text(json.dumps(asdict(report)))


def _fill(home: Path, passages: int, pool: Vectors) -> Filled:
    index = EmbeddedIndex(home / "index", embedder=UseEmbedder.name, dimension=UseEmbedder.dimension)
    catalogue = SqliteCatalogue(home / "catalogue.sqlite3")
    queries = np.load(home / "queries.npy")
    put = attach = 0.0
    for batch in _batches(synthetic.documents(passages)):
        entries = [made.entry for made in batch]
        started = time.perf_counter()
        index.put(entries, revision=1)
        put += time.perf_counter() - started
        rows = [(made.entry.facts, synthetic.vectors(pool, made)) for made in batch]
        started = time.perf_counter()
        index.attach(rows)
        attach += time.perf_counter() - started
        _record(home, catalogue, batch, [vectors @ queries.T for _, vectors in rows])
    started = time.perf_counter()
    index.close()
    put += time.perf_counter() - started
    catalogue.close()
    return Filled(
        passages, put, attach, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        sum(path.stat().st_size for path in (home / "index").rglob("*") if path.is_file()), os.getloadavg()[0], code(),
    )  # fmt: skip


def _batches(documents: Iterable[synthetic.Made]) -> Iterator[list[synthetic.Made]]:
    batch: list[synthetic.Made] = []
    size = 0
    for made in documents:
        batch.append(made)
        size += len(made.entry.passages)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _record(home: Path, catalogue: SqliteCatalogue, batch: Sequence[synthetic.Made], exact: Sequence[Vectors]) -> None:
    """Writes the texts into the catalogue, and beside it the facts and exact cosines by which filters are judged."""
    with (home / "exact.f32").open("ab") as scores, (home / "facts.jsonl").open("a", encoding="utf-8") as facts:
        for made, cosines in zip(batch, exact, strict=True):
            cosines.astype(np.float32).tofile(scores)
            known = asdict(made.entry.facts)
            facts.write(json.dumps({**known, "count": len(made.entry.passages)}) + "\n")
            _catalogue(catalogue, made)


def _catalogue(catalogue: SqliteCatalogue, made: synthetic.Made) -> None:
    known = made.entry.passages[0].document
    document, _ = catalogue.add(Received(known.source, known.name, known.sha256, known.characters, known.metadata))
    if document.row != made.entry.facts.version:
        raise ValueError("the catalogue numbers versions in another way than the index was told")
    segments = [Segment(p.start, p.end, (), p.heading) for p in made.entry.passages]
    catalogue.advance(document, ExtractedProduct(Extracted(made.text, ()), known.metadata))
    catalogue.advance(document, SegmentedProduct(segments))
    catalogue.advance(document, Moved(State.INDEXED))


# --- timing --------------------------------------------------------------------------------------------


class Given:
    """An embedder that knows the vectors already, so that the search is timed without it."""

    name = UseEmbedder.name
    dimension = UseEmbedder.dimension
    languages = UseEmbedder.languages
    calibration = UseEmbedder.calibration

    def __init__(self, known: dict[str, Vectors]) -> None:
        self._known = known

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The known vectors of these texts."""
        return np.stack([self._known[text] for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The known vector of this text."""
        return self._known[text]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter with what it keeps, told apart from the index's own way of telling."""

    name: str
    keeps: float
    filter: Filter
    test: Callable[[Facts], bool]


NARROWED = (
    Narrowed("collection", 0.1, Filter(collection=synthetic.TENTH), lambda f: f.collection == synthetic.TENTH),
    Narrowed("years", 0.1, Filter(first=dt.date(1850, 1, 1), last=dt.date(1869, 12, 31)),
             lambda f: 1850_00_00 < f.first < 1870_00_00),
    Narrowed("kind", 0.01, Filter(kind=synthetic.HUNDREDTH), lambda f: f.kind == synthetic.HUNDREDTH),
    Narrowed("years", 0.01, Filter(first=dt.date(1850, 1, 1), last=dt.date(1851, 12, 31)),
             lambda f: 1850_00_00 < f.first < 1852_00_00),
    Narrowed("author", 0.01, Filter(author="author07"), lambda f: f.creators[0].startswith("Author07")),
)  # fmt: skip


def tables(folder: Path, passages: int, *, queries: int = QUERIES) -> list[Table]:
    """Adding, latency and filters at one size."""
    home, report = filled(folder, passages)
    return [_adding(report), opening.table(home, passages), *_Timed(home, passages, queries).tables()]


def _adding(report: Filled) -> Table:
    shown = Table("adding", "figure", "goal", title=f"Adding {report.passages:,} ready passages with vectors")
    seconds = report.put_seconds + report.attach_seconds
    shown.add_row("passages/s, words and vectors", f"{report.passages / seconds:,.0f}", "3,000")
    shown.add_row("passages/s, words", f"{report.passages / report.put_seconds:,.0f}", "")
    shown.add_row("passages/s, vectors", f"{report.passages / report.attach_seconds:,.0f}", "")
    shown.add_row("peak memory, the bench's own data with it", f"{report.peak_mb:,} MB", "1,500")
    shown.add_row("index, bytes a passage", f"{report.index_bytes / report.passages:,.0f}", "2,500")
    shown.add_row("load of the machine in the last minute", f"{report.load:.1f}", "")
    return shown


class _Timed:
    """One archive with everything that is asked of it."""

    def __init__(self, home: Path, passages: int, queries: int) -> None:
        self._home, self._passages = home, passages
        self._library = Library.open(config.load(home, {}))
        self._stored = SqliteCatalogue(home / "catalogue.sqlite3")
        self._asked = synthetic.queries(QUERIES)[:queries]
        self._phrases = synthetic.phrases(QUERIES)[:queries]
        self._given = Given({text: self._library.embedder.embed_query(text) for text in self._asked})

    def tables(self) -> list[Table]:
        """Latency beside its limits, then the filters."""
        try:
            return [self._latency(), self._filters()]
        finally:
            self._stored.close()
            self._library.close()

    def _latency(self) -> Table:
        raw_words, raw_phrase = self._raw(_raw_words), self._raw(_raw_phrase)
        scan = self._passages * UseEmbedder.dimension / 8
        bandwidth = _bandwidth()
        at_best = scan / bandwidth * 1000
        title = f"Latency, {self._passages:,} passages, top {TOP}, {len(self._asked)} queries, load {_load()}"
        shown = Table("milliseconds", "p50", "p95", "p50 of processor time", "goal p50 / p95", "limit", "ratio",
                      title=title, caption=f"limit: tantivy alone with the same words; {scan / 1e6:.0f} MB of codes at"
                      f" {bandwidth / 1e9:.1f} GB/s. Processor time: of all threads; other work leaves it alone, but"
                      " for caches.")  # fmt: skip
        goal = _GOALS.get(self._passages, "")
        lexical_limit = _run(self._asked, raw_words).clock
        shown.add_row(*_row("hybrid, vector of the query given", self._retrieve(Mode.HYBRID), goal,
                            limit=lexical_limit.p50 + at_best))  # fmt: skip
        shown.add_row(*_row("hybrid, whole: embedder, snippets, counts", self._search(Mode.HYBRID), ""))
        shown.add_row(*_row("an answer, `ask`, without a model", self._answer(), _ASK_GOALS.get(self._passages, "")))
        shown.add_row(*_row("the embedder alone", _run(self._asked, self._library.embedder.embed_query)))
        shown.add_row(*_row("by words", self._retrieve(Mode.LEXICAL), limit=lexical_limit.p50))
        phrase_limit = _run(self._phrases, raw_phrase).clock
        exact = _run(self._phrases, lambda text: self._ask(text, Mode.EXACT))
        shown.add_row(*_row("as a phrase", exact, limit=phrase_limit.p50))
        shown.add_row(*_row("by meaning, vector given", self._retrieve(Mode.DENSE), limit=at_best))
        return shown

    def _filters(self) -> Table:
        title = f"Hybrid under filters, {self._passages:,} passages (goal: ratio 1.5, recall 0.95), load {_load()}"
        shown = Table("filter", "keeps", "p50", "p95", "p50 unfiltered", "ratio", "ratio of p95",
                      f"recall of meaning@{TOP}",
                      title=title)  # fmt: skip
        exact = _Exact(self._home, self._passages)
        everything = Narrowed("none", 1.0, Filter(), lambda _: True)
        shown.add_row("none", f"{self._passages:,}", "", "", "", "", "", f"{self._recall(exact, everything):.3f}")
        for narrowed in NARROWED:
            # By turns, so that what else the machine does falls on both alike.
            pairs = [(self._timed(text, Filter()), self._timed(text, narrowed.filter)) for text in self._warmed()]
            without, within = (Times(times) for times in zip(*pairs, strict=True))
            shown.add_row(
                f"{narrowed.name}, {narrowed.keeps:.0%}", f"{exact.keeps(narrowed.test):,}",
                f"{within.p50:.2f}", f"{within.p95:.2f}", f"{without.p50:.2f}",
                f"{within.p50 / without.p50:.2f}", f"{within.p95 / without.p95:.2f}",
                f"{self._recall(exact, narrowed):.3f}",
            )  # fmt: skip
        return shown

    def _warmed(self) -> list[str]:
        for text in self._asked[:_WARM_UP]:
            for narrowed in NARROWED:
                self._ask(text, Mode.HYBRID, narrowed.filter)
        return self._asked

    def _timed(self, text: str, wanted: Filter) -> float:
        started = time.perf_counter()
        self._ask(text, Mode.HYBRID, wanted)
        return (time.perf_counter() - started) * 1000

    def _recall(self, exact: _Exact, narrowed: Narrowed) -> float:
        shares = []
        for column, text in enumerate(self._asked[:_EXACT]):
            right = exact.nearest(column, narrowed.test)
            hits = self._ask(text, Mode.DENSE, narrowed.filter).hits
            shares.append(share([int(hit.key) for hit in hits], right, at=TOP))
        return float(np.mean(shares))

    def _retrieve(self, mode: Mode) -> Runs:
        return _run(self._asked, lambda text: self._ask(text, mode))

    def _ask(self, text: str, mode: Mode, wanted: Filter = Filter()) -> Any:
        query = Query(text, _EVERYTHING, filter=wanted, mode=mode, limit=TOP)
        return retrieve(query, self._library.index, self._stored, lambda: self._given)

    def _answer(self) -> Runs:
        return _run(self._asked, lambda text: self._library.ask(Question(text, _EVERYTHING)))

    def _search(self, mode: Mode) -> Runs:
        return _run(self._asked, lambda text: self._library.search(Query(text, _EVERYTHING, mode=mode, limit=TOP)))

    def _raw(self, make: Callable[[tantivy.Schema, str], tantivy.Query]) -> Callable[[str], object]:
        """Tantivy alone on the same files: a query's words in the text, best first."""
        index = tantivy.Index.open(str(self._home / "index" / "text"))
        searcher = index.searcher()
        return lambda text: searcher.search(make(index.schema, text), TOP, count=False)


def _raw_words(schema: tantivy.Schema, text: str) -> tantivy.Query:
    language = texts.question_language(text)
    terms = texts.content_terms(text, language) or texts.terms(text, language)
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term)) for term in terms]
    )


def _raw_phrase(schema: tantivy.Schema, text: str) -> tantivy.Query:
    return tantivy.Query.phrase_query(schema, "exact", list(texts.plain_terms(text)))


class _Exact:
    """The true cosines of every passage to some queries, and the facts by which they are filtered."""

    def __init__(self, home: Path, passages: int) -> None:
        lines = [json.loads(line) for line in (home / "facts.jsonl").read_text(encoding="utf-8").splitlines()]
        self._counts = np.array([line.pop("count") for line in lines])
        self._facts = [Facts(**{**line, "creators": tuple(line["creators"])}) for line in lines]
        versions = np.array([facts.version for facts in self._facts])
        firsts = np.cumsum(self._counts) - self._counts
        n = np.arange(passages) - np.repeat(firsts, self._counts)
        self._keys = np.repeat(versions, self._counts) * PASSAGES_PER_VERSION + n
        self._cosines = np.memmap(home / "exact.f32", dtype=np.float32, mode="r", shape=(passages, _EXACT))

    def keeps(self, test: Callable[[Facts], bool]) -> int:
        """How many passages pass."""
        return int(self._mask(test).sum())

    def nearest(self, query: int, test: Callable[[Facts], bool]) -> set[int]:
        """The keys of the passages that pass and are nearest."""
        rows = np.flatnonzero(self._mask(test))
        cosines = self._cosines[rows, query]
        return set(self._keys[rows[np.argsort(-cosines, kind="stable")[:TOP]]].tolist())

    def _mask(self, test: Callable[[Facts], bool]) -> NDArray[np.bool_]:
        return np.repeat(np.fromiter(map(test, self._facts), bool, len(self._facts)), self._counts)


@dataclass(frozen=True, slots=True)
class Runs:
    """How long many runs took, by the clock and by the processor time of all threads."""

    clock: Times
    processor: Times


def _run(asked: Sequence[str], act: Callable[[str], object]) -> Runs:
    """Each query once, after a few that are not counted."""
    for text in asked[:_WARM_UP]:
        act(text)
    taken = [_timed(act, text) for text in asked]
    clock, processor = (Times(times) for times in zip(*taken, strict=True))
    return Runs(clock, processor)


def _timed(act: Callable[[str], object], text: str) -> tuple[float, float]:
    """Milliseconds by the clock and of processor time."""
    started, busy = time.perf_counter(), time.process_time()
    act(text)
    return (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000


def _row(name: str, runs: Runs, goal: str = "", *, limit: float | None = None) -> list[str]:
    times = runs.clock
    beside = ["", ""] if limit is None else [f"{limit:.2f}", f"{times.p50 / limit:.1f}"]
    return [name, f"{times.p50:.2f}", f"{times.p95:.2f}", f"{runs.processor.p50:.2f}", goal, *beside]


def _load() -> str:
    """How many processes have wanted a core in the last minute: times on a busy machine are pessimistic."""
    return f"{os.getloadavg()[0]:.1f}"


def _bandwidth() -> float:
    """Bytes a second that one core reads out of memory, by a copy, which reads and writes each byte."""
    source = np.ones(32_000_000, dtype=np.uint64)
    target = np.empty_like(source)
    np.copyto(target, source)
    best = min(_seconds(lambda: np.copyto(target, source)) for _ in range(5))
    return 2 * source.nbytes / best


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
