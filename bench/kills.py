"""Kills the writer again and again while readers query: `python -m bench.kills [--kills 100]`.

A writer adds, changes and removes documents and goes over from one embedder to the other. It is killed -9 at moments
that are drawn with a seed: at any time, at any of its steps, at any of its file operations. Another takes its place
and does the last operation again. Three readers, each with one library that stays open, query all the time. At the
end the archive is compared with one that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from lyceum.archive import READABLE
from lyceum.config import Settings
from lyceum.errors import UnknownDocument
from lyceum.library import Document, Library, Mode, Query, Scope, State, door, parts, read_query, work
from lyceum.search import EmbeddedIndex, FlatVectors
from lyceum.search import vectors as vectors_module
from lyceum.testing import HashEmbedder, HereWorker

ROOT = Path(__file__).resolve().parents[1]
READERS = 3
VISIBLE_GOAL = 2.0
_NAMES = 12
_STABLE = 3
_COMPACT_AT = 0.0002
"""Of 65,536 slots: an archive this small would never be compacted otherwise."""
_SHORT, _LONG = 2.0, 20.0
"""Seconds until a writer is killed at any moment, and until it is killed although it did not come to the step."""
EVERYTHING = Scope.everything()

# --- a corpus ------------------------------------------------------------------------------------------

_WHO = "The weavers,The miners,The dockers,The printers,The spinners,The bakers,The carters,The matchmakers".split(",")
_DID = "refused,asked for,voted on,wrote about,waited for,marched against,agreed to,argued over".split(",")
_WHAT = "the new hours,a shilling more,the long shift,the foreman's list,their union,the fines,a rest day,the machines"
_WHEN = "in spring,before the harvest,on Monday,after the funeral,at the gates,that winter,without a word,by night"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that is done to an archive: `add`, `remove` or `embedder`, with a name and a number of its content."""

    number: int
    kind: str
    name: str = ""
    content: int = 0

    @property
    def marker(self) -> str:
        """The word that stands in this content alone."""
        return marker(self.name, self.content)


def operations(seed: int) -> Iterator[Operation]:
    """First what never changes; then additions, changes, removals and switches without end."""
    dice = random.Random(seed)  # noqa: S311  (no secret is drawn)
    for number in range(_STABLE):
        yield Operation(number, "add", f"stable{number}", 0)
    here: dict[str, int] = {}
    contents: Counter[str] = Counter()
    embedder, number = "use", _STABLE
    while True:
        name = f"paper{dice.randrange(_NAMES)}"
        drawn = dice.random()
        if drawn < 0.15:
            embedder = "e5" if embedder == "use" else "use"
            yield Operation(number, "embedder", embedder)
        elif drawn < 0.35 and name in here:
            yield Operation(number, "remove", name, here.pop(name))
        else:
            contents[name] += 1
            here[name] = contents[name]
            yield Operation(number, "add", name, here[name])
        number += 1


def marker(name: str, content: int) -> str:
    """A word of letters only that nothing else holds, and that no stemmer shortens."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{content:04}")
    return f"zq{name.translate(str.maketrans('0123456789', 'klmnopqrst'))}x{letters}zq"


def written(name: str, content: int) -> str:
    """The same words each time: some paragraphs of sentences, and the marker in the second."""
    dice = random.Random(f"{name}/{content}")  # noqa: S311
    paragraphs = [" ".join(_sentence(dice) for _ in range(9)) for _ in range(dice.randrange(3, 9))]
    paragraphs[1] += f" The word {marker(name, content)} stands here."
    return "\n\n".join(paragraphs) + "\n"


def _sentence(dice: random.Random) -> str:
    return f"{dice.choice(_WHO)} {dice.choice(_DID)} {dice.choice(_WHAT.split(','))} {dice.choice(_WHEN.split(','))}."


class _Quick(HashEmbedder):
    """Remembers the direction of each word."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension)
        self._direction = cache(super()._direction)  # type: ignore[method-assign]


class Small(_Quick):
    """One embedder."""

    name, dimension = "hash-64", 64

    def __init__(self, _cache: Path, *, threads: int = 0) -> None:  # noqa: ARG002
        super().__init__(64)


class Large(_Quick):
    """And another."""

    name, dimension = "hash-128", 128

    def __init__(self, _cache: Path, *, threads: int = 0) -> None:  # noqa: ARG002
        super().__init__(128)


def prepare() -> None:
    """Puts what needs neither weights nor processes into this one, and makes compaction frequent."""
    parts.OWN_EMBEDDERS = {"use": Small, "e5": Large}  # type: ignore[dict-item]
    door.LimitedWorker = work.LimitedWorker = HereWorker  # type: ignore[assignment,attr-defined]
    vectors_module._COMPACT_AT = _COMPACT_AT


# --- the writer ------------------------------------------------------------------------------------------

_STEPS: Mapping[str, tuple[type, str]] = {
    "text": (EmbeddedIndex, "put"), "vectors": (FlatVectors, "commit"), "compaction": (FlatVectors, "_compact"),
    "merges": (EmbeddedIndex, "close"), "switch": (Library, "_switch_embedder"),
    "removal": (Library, "_finish_removals"),
}  # fmt: skip
_FILE_EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree", "os.mkdir")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps its things."""

    folder: Path

    @property
    def home(self) -> Path:
        """The archive."""
        return self.folder / "home"

    @property
    def sources(self) -> Path:
        """What is added."""
        return self.folder / "sources"

    @property
    def journal(self) -> Path:
        """What was asked of the writer and done: a line of JSON each."""
        return self.folder / "journal.jsonl"

    def settings(self, embedder: str) -> Settings:
        """The home's settings."""
        return Settings(self.home, self.folder / "cache", threads=1, embedder=embedder)


def write(folder: Path, seed: int, first: int, last: int | None, *, events: int = 0) -> None:
    """Does the operations from one up to another; what it comes to, it tells on standard output."""
    prepare()
    place = Place(folder)
    place.sources.mkdir(parents=True, exist_ok=True)
    for step, (owner, name) in _STEPS.items():
        setattr(owner, name, _told(step, getattr(owner, name)))
    _tell("ready")
    if events:
        _die_at_event(events)
    embedder = "use"
    for operation in operations(seed):
        if operation.kind == "embedder":
            embedder = operation.name
        if last is not None and operation.number >= last:
            break
        if operation.number >= first:
            _note(place, "asked", operation)
            perform(operation, place, embedder)
            _note(place, "done", operation)
            _tell(f"done {operation.number}")


def perform(operation: Operation, place: Place, embedder: str) -> None:
    """One operation; done again, it changes nothing more."""
    with Library.open(place.settings(embedder)) as library:
        path = place.sources / f"{operation.name}.txt"
        if operation.kind == "add":
            path.write_text(written(operation.name, operation.content), encoding="utf-8")
            report = library.add([str(path)])
            assert not report.failed, report.failed
        elif operation.kind == "remove":
            library.remove([d.id for d in library.documents() if d.name == path.name])
        library.work()


def _told(step: str, act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def telling(*arguments: Any, **options: Any) -> Any:
        _tell(step)
        return act(*arguments, **options)

    return telling


def _tell(said: str) -> None:
    os.write(1, f"{said}\n".encode())


def _note(place: Place, what: str, operation: Operation) -> None:
    line = {"what": what, "number": operation.number, "kind": operation.kind, "marker": operation.marker,
            "name": operation.name, "time": time.time()}  # fmt: skip
    descriptor = os.open(place.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, json.dumps(line).encode() + b"\n")
    os.close(descriptor)


def _die_at_event(number: int) -> None:
    """Ends this process as kill -9 does, at so many file operations from now."""
    left = number

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        if event in _FILE_EVENTS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


# --- the readers -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Read:
    """What a reader has seen; `seen` has when each operation first showed."""

    queries: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    seen: dict[int, float] = field(default_factory=dict)


def read(folder: Path, number: int, ready: Any, stop: Any, results: Any) -> None:
    """Queries one open library until it is told to stop."""
    prepare()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place, got = Place(folder), Read()
    dice = random.Random(number)  # noqa: S311
    with Library.open(place.settings("use")) as library:
        acts = _acts(library, dice)
        waiting: dict[str, dict[str, Any]] = {}
        library.search(Query(_sentence(dice), EVERYTHING))
        offset = place.journal.stat().st_size
        ready.release()
        while not stop.is_set():
            offset = _take_in(place.journal, offset, waiting)
            _probe(library, waiting, got)
            kind = dice.choice(list(acts))
            _counted(kind, acts[kind], got)
        _take_in(place.journal, offset, waiting)
        _probe(library, waiting, got)
        got.failures.update(f"not visible: {line['kind']}" for line in waiting.values())
    results.put(got)


def _counted(kind: str, act: Callable[[], str], got: Read) -> None:
    started = time.perf_counter()
    try:
        fault = act()
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"[:120]
        got.examples.append(traceback.format_exc())
    got.milliseconds.append((time.perf_counter() - started) * 1000)
    got.queries[kind] += 1
    if fault:
        got.failures[f"{kind}: {fault}"] += 1


def _acts(library: Library, dice: random.Random) -> dict[str, Callable[[], str]]:
    """What a reader does; each says what is wrong, or nothing."""

    def query(mode: Mode) -> Query:
        return Query(_sentence(dice), EVERYTHING, mode=mode)

    def facets() -> str:
        counted = library.facets(read_query(dice.choice(_WHO), EVERYTHING))
        return "" if counted.documents >= 1 else "too few documents"

    def show() -> str:
        document = dice.choice(library.documents())
        text = library.text(document)
        whole = len(text) == document.characters or _is_gone(library, document)
        return "" if whole else "a text is not whole"

    def stable() -> str:
        name = f"stable{dice.randrange(_STABLE)}"
        hits = library.search(Query(marker(name, 0), EVERYTHING, mode=Mode.EXACT)).hits
        return (
            "" if [hit.passage.document.name for hit in hits] == [f"{name}.txt"] else f"{len(hits)} hits of one passage"
        )

    modes = {mode.value: lambda mode=mode: _faults(library, query(mode)) for mode in Mode}
    return {**modes, "facets": facets, "show": show, "stable": stable}


def _faults(library: Library, query: Query) -> str:
    hits = library.search(query).hits
    for hit in hits:
        passage = hit.passage
        stretch = library.text(passage.document, passage.start, passage.end)
        if stretch != passage.text and not _is_gone(library, passage.document):
            return "a hit is not a stretch of its text"
        if not passage.text:
            return "a hit without text"
    if len({hit.key for hit in hits}) != len(hits):
        return "a hit twice"
    return "" if hits or query.mode is Mode.EXACT else "no hits"


def _is_gone(library: Library, document: Document) -> bool:
    try:
        library.document(document.id, version=document.version)
    except UnknownDocument:
        return True
    return False


def _take_in(journal: Path, offset: int, waiting: dict[str, dict[str, Any]]) -> int:
    """Notes what was asked since: of each document the last."""
    for line in _lines(journal, offset):
        offset += len(line)
        known: dict[str, Any] = json.loads(line)
        if known["what"] == "asked" and known["kind"] != "embedder":
            waiting[known["name"]] = known
    return offset


def _probe(library: Library, waiting: dict[str, dict[str, Any]], got: Read) -> None:
    """Looks whether what was asked shows already."""
    for name, line in list(waiting.items()):
        found: list[str] = []

        def look(line: Mapping[str, Any] = line, found: list[str] = found) -> str:
            found += _named(library, line)
            return ""

        _counted("probe", look, got)
        if (line["kind"] == "add") == bool(found):
            got.seen.setdefault(line["number"], time.time())
            del waiting[name]


def _named(library: Library, line: Mapping[str, Any]) -> list[str]:
    hits = library.search(Query(line["marker"], EVERYTHING, mode=Mode.EXACT)).hits
    return [hit.passage.document.name for hit in hits]


def _lines(journal: Path, offset: int = 0) -> list[bytes]:
    """The whole lines of the journal from an offset on."""
    try:
        with journal.open("rb") as file:
            file.seek(offset)
            return [line for line in file.readlines() if line.endswith(b"\n")]
    except FileNotFoundError:
        return []


# --- the killer ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """When a writer dies: so many seconds after it comes to a step for the n-th time, or at a file operation."""

    step: str
    nth: int
    seconds: float


def moments(kills: int, seed: int) -> list[Moment]:
    """As many at each step, in an order that is drawn."""
    dice = random.Random(seed)  # noqa: S311
    kinds = ["anywhere", "files", *_STEPS]
    drawn = []
    for n in range(kills):
        step = kinds[n % len(kinds)]
        longest = {"anywhere": _SHORT, "files": 0.0, "switch": 0.2}.get(step, 0.04)
        nth = {"files": dice.randrange(1, 400), "switch": 1, "compaction": 1}.get(step, dice.randrange(1, 4))
        drawn.append(Moment(step, nth, dice.random() * longest))
    dice.shuffle(drawn)
    return drawn


@dataclass(slots=True)
class Ran:
    """What a run of kills has shown."""

    kills: Counter[str] = field(default_factory=Counter)
    operations: int = 0
    seconds: float = 0.0
    readers: list[Read] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)


def run(folder: Path, kills: int, seed: int, *, readers: int = READERS) -> Ran:
    """Kills and restarts; then finishes, checks, and compares with an archive that was never disturbed."""
    prepare()
    started = time.monotonic()
    ran, place = Ran(), Place(folder / "killed")
    place.folder.mkdir(parents=True)
    after = _write(place, seed, 0, _STABLE)
    context = multiprocessing.get_context("spawn")
    ready, stop, results = context.Semaphore(0), context.Event(), context.Queue()
    processes = [context.Process(target=read, args=(place.folder, n, ready, stop, results)) for n in range(readers)]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    for moment in moments(kills, seed):
        reached, after = _write_until(moment, place, seed, after)
        ran.kills[reached] += 1
    after = _write(place, seed, after, after + 2)
    time.sleep(0.5)
    stop.set()
    ran.readers = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    whole = Place(folder / "whole")
    whole.folder.mkdir()
    _write(whole, seed, 0, after)
    ran.operations = after
    ran.differences = compare(place, whole, _embedder_at(seed, after))
    ran.committed, ran.asked = _delays(place, ran.readers)
    ran.seconds = time.monotonic() - started
    return ran


def _write(place: Place, seed: int, first: int, last: int) -> int:
    """Lets a writer do some operations to their end; the number of the next."""
    with _writer(place, seed, first, last=last) as process:
        said = process.communicate()[0].split("\n")
    assert process.returncode == 0, (place.folder / "writer.log").read_text()
    return _next(said, first)


def _write_until(moment: Moment, place: Place, seed: int, first: int) -> tuple[str, int]:
    """Lets a writer work until the moment comes; the step at which it died, and the operation that is next."""
    events = moment.nth if moment.step == "files" else 0
    said: list[str] = []
    with _writer(place, seed, first, events=events) as process:
        assert process.stdout
        killer = None
        for line in map(str.strip, process.stdout):
            said.append(line)
            if line == "ready":
                killer = _kill_after(process, _LONG if moment.step != "anywhere" else moment.seconds)
            if killer and line == moment.step and said.count(line) == moment.nth:
                killer.cancel()
                killer = _kill_after(process, moment.seconds)
        process.wait()
        if killer:
            killer.cancel()
    assert process.returncode == -signal.SIGKILL, (place.folder / "writer.log").read_text()
    came = moment.step == "files" or said.count(moment.step) >= moment.nth
    return (moment.step if came else "anywhere"), _next(said, first)


def _kill_after(process: subprocess.Popen[str], seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    return timer


def _writer(place: Place, seed: int, first: int, *, last: int | None = None, events: int = 0) -> subprocess.Popen[str]:
    asked = {"folder": str(place.folder), "seed": seed, "first": first, "last": last, "events": events}
    with (place.folder / "writer.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "bench.kills", "--write", json.dumps(asked)], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=log, text=True, start_new_session=True,
        )  # fmt: skip


def _next(said: Sequence[str], first: int) -> int:
    return max((int(line.split()[1]) + 1 for line in said if line.startswith("done ")), default=first)


def _delays(place: Place, readers: Sequence[Read]) -> tuple[list[float], list[float]]:
    """Seconds until a reader saw each operation: after it was done, and, where none was killed, after it was asked."""
    asked: dict[int, list[float]] = {}
    done: dict[int, float] = {}
    for line in map(json.loads, _lines(place.journal)):
        if line["what"] == "asked":
            asked.setdefault(line["number"], []).append(line["time"])
        else:
            done.setdefault(line["number"], line["time"])
    seen = [(number, at) for reader in readers for number, at in reader.seen.items() if number in done]
    committed = [max(0.0, at - done[number]) for number, at in seen]
    return committed, [at - asked[number][0] for number, at in seen if len(asked[number]) == 1]


# --- comparing -------------------------------------------------------------------------------------------


def _embedder_at(seed: int, end: int) -> str:
    used = [o.name for o in operations_to(seed, end) if o.kind == "embedder"]
    return used[-1] if used else "use"


def operations_to(seed: int, end: int) -> Iterator[Operation]:
    """Those before a number."""
    for operation in operations(seed):
        if operation.number >= end:
            return
        yield operation


def compare(killed: Place, whole: Place, embedder: str) -> list[str]:
    """What the killed archive has that the other has not, and the other way round; and what its check finds."""
    found = []
    with Library.open(killed.settings(embedder)) as a, Library.open(whole.settings(embedder)) as b:
        for name, state in _state(a).items():
            other = _state(b)[name]
            if state != other:
                found.append(f"{name} differ: {_shown(state, other)}")
        found += [f"check: {problem.code} {problem.subject} {problem.message}" for problem in a.check()[0]]
        found += [f"the undisturbed archive: {problem.message}" for problem in b.check()[0]]
        dice = random.Random(1)  # noqa: S311
        for _ in range(20):
            text = _sentence(dice)
            if _nearest(a, text) != _nearest(b, text):
                found.append(f"a search by meaning differs: {text}")
    return found


def _state(library: Library) -> dict[str, list[Any]]:
    catalogue, index = library._catalogue, library.index
    documents = sorted(catalogue.find(states=tuple(State)), key=lambda d: (d.id, d.version))
    readable = [document for document in documents if document.state in READABLE]
    passages = [passage for document in readable for passage in catalogue.passages_of(document)]
    ids = {passage.key: passage.id for passage in passages}
    keys = [key for document in readable for key in index.keys_of(document.row, most=1_000)]
    rows = {document.row: document.version for document in readable}
    return {
        "documents": [(d.id, d.version, d.number, d.state, d.sha256, d.text_sha256) for d in documents],
        "texts": [catalogue.read(document) for document in documents],
        "passages": sorted((p.id, p.start, p.end, p.text) for p in passages),
        "keys in the index of words": sorted(ids.get(key, f"unknown {key}") for key in keys),
        "numbers of passages": [index.state().passages, index.state().vectors, len(passages)],
        "vectors": sorted((rows.get(row, f"unknown {row}"), count) for row, count in index.with_vectors().items()),
        "files": sorted(library._blobs.names()),
    }


def _shown(one: Sequence[Any], other: Sequence[Any]) -> str:
    first = next((pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]), "")
    return f"{len(one)} and {len(other)}, first {first}"[:300]


def _nearest(library: Library, text: str) -> list[tuple[str, float]]:
    hits = library.search(Query(text, EVERYTHING, mode=Mode.DENSE, limit=20)).hits
    return sorted((hit.passage.id, round(hit.score, 4)) for hit in hits[:10])


# --- what is shown -----------------------------------------------------------------------------------------


def table(ran: Ran) -> Table:
    """Each figure beside its goal."""
    times = [one for reader in ran.readers for one in reader.milliseconds]
    queries = sum((reader.queries for reader in ran.readers), Counter())
    failures = sum((reader.failures for reader in ran.readers), Counter())
    shown = Table("", "figure", "goal", title=f"{sum(ran.kills.values())} kills in {ran.seconds:.0f} s")
    shown.add_row("kills, by step", ", ".join(f"{step} {n}" for step, n in sorted(ran.kills.items())), "")
    shown.add_row("operations", str(ran.operations), "")
    shown.add_row("queries answered", ", ".join(f"{kind} {n}" for kind, n in sorted(queries.items())), "")
    shown.add_row("queries that failed", ", ".join(f"{kind} ×{n}" for kind, n in failures.items()) or "0", "0")
    shown.add_row("a reader's query, ms: p50 / p95", f"{statistics.median(times):.1f} / {_percentile(times):.1f}", "")
    for name, delays in (("after it was done", ran.committed), ("after it was asked for", ran.asked)):
        text = f"{max(delays, default=0):.2f} (p50 {statistics.median(delays or [0]):.2f}, {len(delays)} looked at)"
        shown.add_row(f"seconds until a reader saw it, {name}", text, f"{VISIBLE_GOAL:.0f}")
    shown.add_row("differences from an undisturbed archive, and problems", "; ".join(ran.differences) or "0", "0")
    return shown


def _percentile(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def main() -> None:
    """Kills, compares, prints; or is the writer of such a run."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--write", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write(Path(asked.write["folder"]), asked.write["seed"], asked.write["first"], asked.write["last"],
              events=asked.write["events"])  # fmt: skip
        return
    with tempfile.TemporaryDirectory(prefix="lyceum-kills-") as folder:
        ran = run(Path(folder) / "run", asked.kills, asked.seed, readers=asked.readers)
    Console(width=140).print(table(ran))
    for example in [example for reader in ran.readers for example in reader.examples][:5]:
        print(example)
    sys.exit(1 if ran.differences or any(reader.failures for reader in ran.readers) else 0)


if __name__ == "__main__":
    main()
