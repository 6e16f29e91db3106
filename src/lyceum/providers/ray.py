"""The index in shards on Ray: placement, restart and the way to each shard are Ray's, what is in it is ours.

A version belongs to one shard, by its number. A shard is served by replicas on different nodes. The first of them
writes, and each of its commits is on the object store before it counts; the others follow it from there, and so
does whatever Ray starts in the place of one that died. A question goes to one replica of every shard, to another
one when that does not answer, and what the shards found is merged; what they need to know of each other to score
alike is asked first.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import logging
import os
import shutil
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Ray writes what happens to nodes to standard output, where our answers stand; it is asked not to as it is loaded.
os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", "(?s).*")

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util import get_placement_group, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from lyceum.archive import PASSAGES_PER_VERSION
from lyceum.errors import ConfigError, LyceumError, Unreachable
from lyceum.providers.objectstore import ObjectStore, Place
from lyceum.providers.snapshots import Snapshots
from lyceum.search import (
    EmbeddedIndex,
    Entry,
    Facts,
    Filter,
    IndexState,
    Key,
    Order,
    Phrase,
    Scope,
    Scored,
    Statistics,
    Vectors,
    Words,
    even,
    highest_score,
)

log = logging.getLogger(__name__)

_NAMESPACE = "lyceum"
_FOLDER = "index"
_START_SECONDS = 90.0
_PATIENCE_SECONDS = 0.4
"""After this long without an answer, another replica is asked as well."""
_ANSWER_SECONDS = 5.0
_WRITE_SECONDS = 180.0
_FOLLOW_SECONDS = 5.0
_AWAY_SECONDS = 2.0
_NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Shards:
    """How many shards and replicas there are, and the Ray cluster that serves them."""

    address: str
    count: int
    replicas: int
    cpus: float

    @classmethod
    def parse(cls, url: str) -> Shards:
        """Reads ray:auto?shards=4&replicas=2, or ray:HOST:PORT?… with the head's address; raises ConfigError."""
        try:
            parts = urlsplit(url)
            said = {"shards": "1", "replicas": "1", "cpus": "1", **dict(parse_qsl(parts.query, strict_parsing=True))}
            made = cls(parts.path, int(said["shards"]), int(said["replicas"]), float(said["cpus"]))
        except ValueError as error:
            raise _wrong(url) from error
        if parts.scheme != "ray" or not parts.path or len(said) > 3 or min(made.count, made.replicas) < 1:
            raise _wrong(url)
        return made


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a shard needs to be told: plain values that go to other machines."""

    home: str
    shards: Shards
    place: Place
    near: str
    embedder: str
    dimension: int

    def shard_name(self, shard: int, replica: int) -> str:
        return f"{self.home}-{shard}-{replica}"

    def group_name(self, shard: int) -> str:
        return f"{self.home}-{shard}"


# --- what runs on the nodes ----------------------------------------------------------------------------


_node: Callable[[], str] = ray.util.get_node_ip_address
_THREADS: Any = {"concurrency_groups": {"reading": 1, "writing": 1}}


class _Shard:
    """One replica of one shard: an embedded index in a folder of its own on the node's disk.

    Reads and writes have a thread each, and each its own view of the folder, so that neither waits for the other.
    """

    def __init__(self, layout: _Layout, shard: int, replica: int) -> None:
        self._layout = layout
        self._name = layout.shard_name(shard, replica)
        self._kept_as = f"{_FOLDER}/{layout.shards.count}/{shard:05d}"
        self._writes = replica == 0
        self._pulling = threading.Lock()
        self._writer: EmbeddedIndex | None = None
        self._begin()
        if self._writes:
            self._snapshots.tidy()
        else:
            threading.Thread(target=self._look_again, daemon=True).start()

    @ray.method(concurrency_group="reading")
    def read(self, method: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
        """What one of the index's reading methods gives."""
        return getattr(self._reader, method)(*arguments, **options)

    @ray.method(concurrency_group="writing")
    def put(self, entries: Sequence[Entry], without: Sequence[int], revision: int) -> int:
        """Takes versions in and out, and stores a snapshot; returns its number."""
        return self._write(lambda index: index.put(entries, without=without, revision=revision))

    @ray.method(concurrency_group="writing")
    def attach(self, vectors: Sequence[tuple[Facts, Vectors]]) -> int:
        """Gives versions their vectors, and stores a snapshot; returns its number."""
        return self._write(lambda index: index.attach(vectors))

    def follow(self) -> int:
        """Comes to the newest snapshot; returns its number."""
        if self._writes:
            return self._snapshots.number
        with self._pulling:
            return self._snapshots.pull()

    def where(self) -> tuple[str, int, int]:
        """The node's address, the process, and the number of the snapshot."""
        return _node(), os.getpid(), self._snapshots.number

    def _write(self, change: Callable[[EmbeddedIndex], None]) -> int:
        if self._writer is None:
            self._writer = self._open()
        try:
            change(self._writer)
            return self._snapshots.push()
        except BaseException:
            # What stands here is not what counts: begin again with what does.
            with contextlib.suppress(LyceumError, ValueError):
                self._writer.close()
            self._begin()
            raise

    def _begin(self) -> None:
        """Takes a new folder, and puts the newest snapshot into it."""
        self._folder, self._lock = _own_folder(Path(self._layout.near), self._name)
        self._snapshots = Snapshots(ObjectStore(self._layout.place), self._kept_as, self._folder)
        self._snapshots.pull()
        self._reader = self._open()
        self._writer = None

    def _look_again(self) -> None:
        """Follows even when nobody says that there is something new: the one who wrote it may have died."""
        while True:
            time.sleep(_FOLLOW_SECONDS)
            try:
                self.follow()
            except LyceumError as error:
                log.warning("%s", error.message)

    def _open(self) -> EmbeddedIndex:
        layout = self._layout
        return EmbeddedIndex(self._folder, embedder=layout.embedder, dimension=layout.dimension)


class _Keeper:
    """Makes the shards, one caller after the other, so that each is made once."""

    def ensure(self, layout: _Layout) -> None:
        """Makes what is not there yet."""
        for shard in range(layout.shards.count):
            group = self._group(layout, shard)
            for replica in range(layout.shards.replicas):
                _SHARD.options(
                    name=layout.shard_name(shard, replica), namespace=_NAMESPACE, get_if_exists=True,
                    lifetime="detached", num_cpus=layout.shards.cpus, max_restarts=-1, max_task_retries=0,
                    scheduling_strategy=PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=replica),
                ).remote(layout, shard, replica)  # fmt: skip

    def _group(self, layout: _Layout, shard: int) -> Any:
        name = layout.group_name(shard)
        try:
            return get_placement_group(name)
        except ValueError:
            # On different nodes wherever there are enough; on one rather than nowhere.
            bundles = [{"CPU": layout.shards.cpus}] * layout.shards.replicas
            return placement_group(bundles, strategy="SPREAD", name=name, lifetime="detached")


_SHARD: Any = ray.remote(**_THREADS)(_Shard)
_KEEPER: Any = ray.remote(_Keeper)


def _own_folder(near: Path, name: str) -> tuple[Path, Any]:
    """A new folder, locked for as long as it is used; those of its name that nobody uses are deleted."""
    near.mkdir(parents=True, exist_ok=True)
    for old in near.glob(f"{name}-*"):
        with contextlib.suppress(OSError), (old / "held.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)
    folder = near / f"{name}-{os.urandom(4).hex()}"
    folder.mkdir()
    lock = (folder / "held.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


# --- what runs where a question is asked ---------------------------------------------------------------


class RayIndex:
    """The Index in shards, as everything above the port sees it."""

    def __init__(self, shards: Shards, place: Place, *, near: Path, embedder: str, dimension: int) -> None:
        self._layout = _Layout(_home(place), shards, place, str(near), embedder, dimension)
        self._replicas: dict[tuple[int, int], Any] = {}
        self._away: dict[tuple[int, int], float] = {}
        self._turn = itertools.count()
        self._noted = threading.local()
        _connect(shards.address)
        _must_be_laid_out(ObjectStore(place), shards, embedder)
        self._assemble()

    # --- writing -----------------------------------------------------------------------------------

    def put(self, entries: Iterable[Entry], *, without: Sequence[int] = (), revision: int) -> None:
        """Takes versions in and others out; all of one shard at once for readers. Stored when it returns."""
        coming: dict[int, list[Entry]] = defaultdict(list)
        leaving: dict[int, list[int]] = defaultdict(list)
        for entry in entries:
            coming[self._shard_of(entry.facts.version)].append(entry)
        for version in without:
            leaving[self._shard_of(version)].append(version)
        touched = sorted({*coming, *leaving}) or [0]
        self._write({shard: ("put", (coming[shard], leaving[shard], revision)) for shard in touched})

    def attach(self, vectors: Iterable[tuple[Facts, Vectors]]) -> None:
        """Gives versions their vectors; see Index.attach."""
        parts: dict[int, list[tuple[Facts, Vectors]]] = defaultdict(list)
        for facts, rows in vectors:
            parts[self._shard_of(facts.version)].append((facts, rows))
        self._write({shard: ("attach", (part,)) for shard, part in parts.items()})

    def close(self) -> None:
        """Nothing is held here; the shards go on."""

    # --- reading -----------------------------------------------------------------------------------

    def lexical(
        self, words: Words, wanted: Filter, scope: Scope, *, limit: int, order: Order = Order.RELEVANCE
    ) -> list[Scored]:
        """The passages that fit the words best by BM25 of the whole, best first; see Index.lexical."""
        shared = None
        if order is Order.RELEVANCE and self._layout.shards.count > 1:
            shared = self._summed("measures", words)
        found = self._ask("lexical", words, wanted, scope, limit=limit, order=order, shared=shared)
        return _merged(found.values())[:limit]

    def dense(
        self,
        vector: Vectors,
        wanted: Filter,
        scope: Scope,
        *,
        limit: int,
        also: Sequence[Key] = (),
        apart: str = "",
        words: Words = _NO_WORDS,
    ) -> list[Scored]:
        """The passages nearest to a unit vector by cosine; see Index.dense."""
        found = self._ask("dense", vector, wanted, scope, limit=limit, apart=apart, words=words)
        nearest = _merged(found.values())
        if apart:
            own = self._spoken([scored.key for scored in nearest], apart)
            groups = ([s for s in nearest if (s.key in own) is here][:limit] for here in (True, False))
            nearest = _merged(groups)
        else:
            nearest = nearest[:limit]
        return [*nearest, *self._scores(vector, set(also) - {scored.key for scored in nearest}, also)]

    def matching(self, words: Words, wanted: Filter, scope: Scope) -> dict[int, int]:
        """The versions that hold every word, with how many of their passages do."""
        return {
            version: n for part in self._ask("matching", words, wanted, scope).values() for version, n in part.items()
        }

    def standing(self, keys: Sequence[Key], phrases: Sequence[Phrase]) -> dict[Key, int]:
        """How many of some phrases stand in each of some passages."""
        return {key: n for part in self._ask("standing", keys, phrases).values() for key, n in part.items()}

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands in the text."""
        return {**dict.fromkeys(terms, 0), **_added(self._ask("frequencies", terms).values())}

    def highest_score(self, words: Words) -> float:
        """The highest BM25 score that words can have in a text, by the statistics of the whole."""
        return highest_score(words, self._summed("statistics", words))

    def similar(self, word: str, *, distance: int) -> dict[str, int]:
        """Words as written within so many edits of a folded one, itself included."""
        return _added(self._ask("similar", word, distance=distance).values())

    def spelt(self, beginnings: Sequence[str], pattern: str) -> dict[str, int]:
        """Words as written that begin in one of some ways and wholly fit a regular expression."""
        return _added(self._ask("spelt", beginnings, pattern).values())

    def state(self) -> IndexState:
        """How far the shards have come, with a note on those that what was asked here last did without."""
        states = self._ask("state").values()
        missing, self._noted.missing = self._missing(), set()
        return IndexState(
            max(state.revision for state in states), sum(state.passages for state in states),
            sum(state.vectors for state in states), _note(missing, self._layout.shards.count),
        )  # fmt: skip

    def with_vectors(self, among: Sequence[int] | None = None) -> dict[int, int]:
        """The versions that have vectors, with how many: all of them, or those among some."""
        return {version: n for part in self._ask("with_vectors", among).values() for version, n in part.items()}

    def keys_of(self, version: int, *, most: int) -> list[Key]:
        """The keys of the passages of a version that are indexed, in order, at most so many."""
        shard = self._shard_of(version)
        return list(self._ask("keys_of", version, among=[shard], most=most).get(shard, ()))

    def altered(self) -> list[str]:
        """The files, by shard, of which the bytes are not those that were written; reads all of one replica each."""
        return [f"{shard}/{name}" for shard, names in sorted(self._ask("altered").items()) for name in names]

    def replicas(self) -> dict[tuple[int, int], tuple[str, int, int]]:
        """Where each replica that answers runs: the node's address, its process, and the snapshot that it has."""
        asked = {which: replica.where.remote() for which, replica in self._replicas.items()}
        found = {}
        for which, answer in asked.items():
            with contextlib.suppress(RayError):
                found[which] = ray.get(answer, timeout=_AWAY_SECONDS)
        return found

    # --- how ---------------------------------------------------------------------------------------

    def _shard_of(self, version: int) -> int:
        # Multiplied, so that versions that came one after the other are spread.
        return ((version * 0x9E3779B97F4A7C15) >> 40 & 0xFFFFFF) % self._layout.shards.count

    def _summed(self, method: str, words: Words) -> Statistics:
        whole = Statistics(0, {})
        for part in self._ask(method, words).values():
            whole = whole.plus(part)
        return whole

    def _spoken(self, keys: Sequence[Key], language: str) -> set[Key]:
        """Those of some passages that are in a language, or in none known."""
        return {key for part in self._ask("spoken", keys, language).values() for key in part}

    def _scores(self, vector: Vectors, wanted: set[Key], order: Sequence[Key]) -> list[Scored]:
        """The cosines of some passages, in the order in which they were asked for."""
        if not wanted:
            return []
        parts: dict[int, list[Key]] = defaultdict(list)
        for key in wanted:
            parts[self._shard_of(key // PASSAGES_PER_VERSION)].append(key)
        found = self._ask_each({shard: ("scores", (vector, keys), {}) for shard, keys in parts.items()})
        scores = {key: score for part in found.values() for key, score in part.items()}
        return [Scored(key, scores[key]) for key in dict.fromkeys(order) if key in scores]

    def _missing(self) -> set[int]:
        return getattr(self._noted, "missing", set())

    # --- asking ------------------------------------------------------------------------------------

    def _ask(self, method: str, *arguments: Any, among: Sequence[int] | None = None, **options: Any) -> dict[int, Any]:
        """What each shard answers. One without a replica that answers is left out, and noted."""
        shards = range(self._layout.shards.count) if among is None else among
        return self._ask_each(dict.fromkeys(shards, (method, arguments, options)))

    def _ask_each(self, questions: Mapping[int, tuple[str, tuple[Any, ...], Mapping[str, Any]]]) -> dict[int, Any]:
        round_ = _Round(self._replicas, self._away, self._layout.shards.replicas, next(self._turn))
        answers = round_.answers(questions)
        missing = set(questions) - set(answers)
        if missing:
            self._noted.missing = self._missing() | missing
            self._look_again()
        if not answers:
            raise Unreachable(
                "No shard of the index answers.",
                hint="Ray starts them again by itself; `ray status` shows how far it is.",
                code="index_unreachable",
            )
        return answers

    def _write(self, changes: Mapping[int, tuple[str, tuple[Any, ...]]]) -> None:
        """Has each shard's writer do its part, and its replicas follow; waits for a writer that is being restarted."""
        until, left = time.monotonic() + _WRITE_SECONDS, dict(changes)
        while left:
            sent = {}
            for shard, (method, arguments) in left.items():
                sent[shard] = getattr(self._replicas[shard, 0], method).remote(*arguments)
            for shard, answer in sent.items():
                try:
                    _got(answer, max(1.0, until - time.monotonic()))
                    del left[shard]
                except (RayError, Unreachable) as error:
                    if time.monotonic() > until:
                        raise Unreachable(
                            f"Shard {shard} of the index cannot be written: {_first_line(error)}",
                            hint="Nothing is lost; the work is taken up again.",
                            code="index_unreachable",
                        ) from error
                    log.warning("Shard %d cannot be written now (%s); trying again.", shard, _first_line(error))
            if left:
                time.sleep(1.0)
                self._assemble()
        self._have_followed(changes)

    def _have_followed(self, shards: Iterable[int]) -> None:
        """Waits for the replicas that can be reached; the others come to the newest snapshot by themselves."""
        asked = {
            self._replicas[shard, replica].follow.remote(): (shard, replica)
            for shard in shards
            for replica in range(1, self._layout.shards.replicas)
        }
        done, late = ray.wait(list(asked), num_returns=len(asked), timeout=_FOLLOW_SECONDS) if asked else ([], [])
        for answer in (*late, *(one for one in done if not _went_well(one))):
            self._away[asked[answer]] = time.monotonic() + _FOLLOW_SECONDS

    def _assemble(self) -> None:
        """Has made what is not there, and finds the way to every replica."""
        try:
            ray.get(self._ensured(), timeout=_START_SECONDS)
            self._find()
        except (RayError, ValueError) as error:
            raise Unreachable(
                f"The shards of the index cannot be started: {_first_line(error)}",
                hint="Look with `ray status` whether there are nodes with free CPUs.",
                code="index_unreachable",
            ) from error

    def _look_again(self) -> None:
        """Has made what may be gone, without waiting for it: a question goes on with what there is."""
        with contextlib.suppress(RayError, ValueError):
            self._ensured()
            self._find()

    def _ensured(self) -> Any:
        keeper = _KEEPER.options(
            name=f"{self._layout.home}-keeper", namespace=_NAMESPACE, get_if_exists=True, lifetime="detached",
            num_cpus=0, max_restarts=-1, max_task_retries=-1,
        ).remote()  # fmt: skip
        return keeper.ensure.remote(self._layout)

    def _find(self) -> None:
        shards = self._layout.shards
        for shard, replica in itertools.product(range(shards.count), range(shards.replicas)):
            name = self._layout.shard_name(shard, replica)
            self._replicas[shard, replica] = ray.get_actor(name, namespace=_NAMESPACE)


class _Round:
    """One question to every shard: each is asked of one replica, and of the next where that fails or is slow."""

    def __init__(
        self, replicas: Mapping[tuple[int, int], Any], away: dict[tuple[int, int], float], count: int, turn: int
    ) -> None:
        self._replicas = replicas
        self._away = away
        self._count = count
        self._turn = turn
        self._asked: dict[Any, tuple[int, int]] = {}
        self._untried: dict[int, list[int]] = {}
        self._answers: dict[int, Any] = {}

    def answers(self, questions: Mapping[int, tuple[str, tuple[Any, ...], Mapping[str, Any]]]) -> dict[int, Any]:
        """What came back in time."""
        self._questions = questions
        for shard in questions:
            self._untried[shard] = self._order(shard)
            self._ask_next(shard)
        until = time.monotonic() + _ANSWER_SECONDS
        while self._asked and len(self._answers) < len(questions) and time.monotonic() < until:
            ready, slow = ray.wait(list(self._asked), num_returns=len(self._asked), timeout=_PATIENCE_SECONDS)
            for answer in ready:
                self._take(answer)
            if not ready:
                self._hedge(slow)
        for which in self._asked.values():
            if which[0] not in self._answers:
                self._away[which] = time.monotonic() + _AWAY_SECONDS
        return self._answers

    def _order(self, shard: int) -> list[int]:
        """The replicas in turn, those that did not answer lately last."""
        now = time.monotonic()
        turned = [(self._turn + n) % self._count for n in range(self._count)]
        return sorted(turned, key=lambda replica: self._away.get((shard, replica), 0) > now)

    def _ask_next(self, shard: int) -> None:
        if self._untried[shard]:
            replica = self._untried[shard].pop(0)
            asked = self._replicas[shard, replica].read.remote(*self._questions[shard])
            self._asked[asked] = (shard, replica)

    def _take(self, answer: Any) -> None:
        which = self._asked.pop(answer)
        try:
            found = _got(answer, _ANSWER_SECONDS)
        except RayError:
            self._away[which] = time.monotonic() + _AWAY_SECONDS
            self._ask_next(which[0])
        else:
            self._answers[which[0]] = found

    def _hedge(self, slow: Sequence[Any]) -> None:
        for answer in slow:
            which = self._asked[answer]
            if which[0] not in self._answers and self._untried[which[0]]:
                self._away[which] = time.monotonic() + _AWAY_SECONDS
                self._ask_next(which[0])


def discard_shards(shards: Shards, place: Place) -> None:
    """Ends every shard of a home's index and deletes what is kept of it, whatever number of shards it had."""
    _connect(shards.address)
    objects, home = ObjectStore(place), _home(place)
    had = int(_laid_out(objects).get("shards", shards.count))
    for shard in range(had):
        for replica in itertools.count():
            try:
                ray.kill(ray.get_actor(f"{home}-{shard}-{replica}", namespace=_NAMESPACE))
            except ValueError:
                break
        with contextlib.suppress(ValueError):
            remove_placement_group(get_placement_group(f"{home}-{shard}"))
    objects.remove(*objects.names(_FOLDER))


def _connect(address: str) -> None:
    if ray.is_initialized():
        return
    try:
        with _signals_kept():
            ray.init(address=address, namespace=_NAMESPACE, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, RayError) as error:
        raise Unreachable(
            f"There is no Ray at “{address}”: {_first_line(error)}",
            hint="Run `ray start --address=HOST:6379` on this machine, with the head's address.",
            code="index_unreachable",
        ) from error


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray sets a handler of its own, and a worker could not end after the step at hand any more."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_LAYOUT = f"{_FOLDER}/shards"


def _must_be_laid_out(objects: ObjectStore, shards: Shards, embedder: str) -> None:
    """Notes of what shape a new index is; raises ConfigError where the settings say another."""
    if objects.create(_LAYOUT, json.dumps({"shards": shards.count, "embedder": embedder}).encode()):
        return
    made = _laid_out(objects)
    if made != {"shards": shards.count, "embedder": embedder}:
        raise ConfigError(
            f"The index was made with {made.get('shards')} shards and the embedder {made.get('embedder')}; "
            f"the settings say {shards.count} and {embedder}.",
            hint="Set them back, or run `lyceum reindex`, which makes it anew from the stored texts.",
            code="index_shards_differ",
        )


def _laid_out(objects: ObjectStore) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(objects.get(_LAYOUT) or b"{}")
    return made


def _home(place: Place) -> str:
    """What tells the shards of one home from those of another on the same cluster."""
    named = "\n".join((place.endpoint, place.bucket, place.folder))
    return "index-" + hashlib.sha256(named.encode()).hexdigest()[:10]


def _got(answer: Any, seconds: float) -> Any:
    """An answer; the shard's own errors are raised as they are."""
    try:
        return ray.get(answer, timeout=seconds)
    except RayTaskError as error:
        if isinstance(error.cause, LyceumError):
            raise error.cause from None
        raise


def _went_well(answer: Any) -> bool:
    try:
        ray.get(answer, timeout=0)
    except (RayError, LyceumError):
        return False
    return True


def _merged(parts: Iterable[Sequence[Scored]]) -> list[Scored]:
    """Several lists as one, best first; of those alike, the one that came first into the archive."""
    return sorted(itertools.chain.from_iterable(parts), key=lambda scored: (-even(scored.score), scored.key))


def _added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for part in parts:
        for word, count in part.items():
            sums[word] += count
    return dict(sums)


def _note(missing: set[int], count: int) -> tuple[str, ...]:
    if not missing:
        return ()
    return (f"{len(missing)} of {count} shards of the index do not answer now; what they hold is not among the hits.",)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _wrong(url: str) -> ConfigError:
    return ConfigError(
        f"“{url[:60]}” does not say where the index is.",
        hint="Write ray:auto?shards=4&replicas=2, or the head's address in place of auto.",
        code="index_url_wrong",
    )
