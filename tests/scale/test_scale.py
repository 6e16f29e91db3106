"""A home that many machines share ends with what the embedded home has, whatever is killed on the way."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import servers
from cluster import Cluster, cluster, why_not
from lyceum import text as texts

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).parent / "inside"
GUTENBERG = Path(os.environ.get("LYCEUM_DATA") or Path.home() / ".cache" / "lyceum-data") / "corpora" / "gutenberg"
QUERIES, SAME = 200, 0.98
BOOKS, LARGEST_BOOK = 6, 120_000
CLAIM_SECONDS = 4
# The head takes no shards, each of these takes its part of the two replicas of both.
CPUS_A_NODE = 4

pytestmark = pytest.mark.skipif(
    bool(why_not() or servers.no_postgres or servers.no_weed),
    reason=str(why_not() or servers.no_postgres or servers.no_weed),
)


@dataclass(slots=True)
class Home:
    """A home with what runs a command where it can be reached."""

    environment: Mapping[str, str]
    inside: Sequence[str] = ()

    def command(self, *arguments: object) -> list[str]:
        return [*self.inside, sys.executable, str(INSIDE / "lyceum_hashed.py"), *map(str, arguments)]

    def run(self, *arguments: object) -> Any:
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=150, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            self.command("worker"), env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def agent(self) -> Iterator[Agent]:
        with Agent(self) as agent:
            yield agent


class Agent:
    """Somebody within who answers."""

    def __init__(self, home: Home) -> None:
        self._process = subprocess.Popen(
            [*home.inside, sys.executable, str(INSIDE / "agent.py")], env=home.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, method: str, *arguments: object) -> Any:
        self._process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        assert "ok" in reply, reply["error"]
        return reply["ok"]


@dataclass(slots=True)
class Asking:
    """Somebody who asks one question after the other, and keeps what came."""

    agent: Agent
    queries: Sequence[tuple[str, str]]
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._ask, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _ask(self, ended: threading.Event) -> None:
        while not ended.is_set():
            n = len(self.answers) % len(self.queries)
            started = time.monotonic()
            try:
                self.answers.append((n, self.agent.ask("search", *self.queries[n])))
            except (AssertionError, ValueError) as error:
                self.failures.append(str(error))
                return
            self.slowest = max(self.slowest, time.monotonic() - started)
            time.sleep(0.05)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive, and a few books where the shared data is here."""
    folder = tmp_path_factory.mktemp("corpus")
    subprocess.run([sys.executable, ROOT / "sample" / "build.py", folder], check=True, capture_output=True)
    books = sorted((p for p in GUTENBERG.glob("*/*.txt") if p.stat().st_size < LARGEST_BOOK), key=lambda p: p.name)
    for book in books[:BOOKS]:
        shutil.copy(book, folder / book.name)
    return folder


@pytest.fixture(scope="module")
def embedded(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What the embedded default makes of the corpus."""
    place = tmp_path_factory.mktemp("embedded")
    home = Home(_environment(place))
    home.run("add", corpus, "--metadata", corpus / "metadata.csv", "--json")
    return home


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Cluster]]:
    """PostgreSQL, an S3 server and a Ray cluster of a head and two nodes, and a home on them."""
    place = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        made = stack.enter_context(cluster())
        database = stack.enter_context(servers.postgres(made.host, inside=made.inside))
        store = stack.enter_context(servers.s3(made.host, inside=made.inside))
        for _ in range(2):
            made.add_node(CPUS_A_NODE)
        (place / "secret").write_text(store.secret)
        yield Home(
            {
                **made.environment, **_environment(place), "LYCEUM_DATABASE_URL": database,
                "LYCEUM_BLOBS_URL": store.url, "LYCEUM_BLOBS_KEY": store.key,
                "LYCEUM_BLOBS_SECRET_FILE": str(place / "secret"), "LYCEUM_CLAIM_SECONDS": str(CLAIM_SECONDS),
                "LYCEUM_INDEX_URL": f"ray:{made.host}:6379?shards=2&replicas=2",
            },
            made.inside,
        ), made  # fmt: skip


def test_many_machines_end_with_what_one_has(corpus: Path, embedded: Home, shared: tuple[Home, Cluster]) -> None:
    """One worker is killed at its work, and then a node of the index while questions are asked."""
    home, nodes = shared
    report = home.run("add", corpus, "--metadata", corpus / "metadata.csv", "--work", "later", "--json")
    assert report["failed"] == []

    with embedded.agent() as here, home.agent() as there:
        with home.worker() as killed:
            servers.wait_until(lambda: there.ask("counts").get("segmented", 0) + indexed(there) > 2, "a part is done")
            servers.wait_until(lambda: there.ask("claims") > 0, "something is held")
            killed.kill()
            killed.wait()
        assert there.ask("counts").get("received", 0) > 0, "nothing was left for the others"

        with home.worker() as one, home.worker() as two:
            expected = here.ask("counts")
            servers.wait_until(lambda: there.ask("counts") == expected, "all is done", seconds=120)
            for worker in (one, two):
                worker.send_signal(signal.SIGTERM)
                assert worker.wait(20) == 0, worker.stdout.read()
        assert there.ask("claims") == 0

        made = here.ask("passages")
        assert there.ask("passages") == made
        assert there.ask("problems") == []

        queries = queries_from(made)
        wanted = [here.ask("search", *query) for query in queries]
        found = [there.ask("search", *query) for query in queries]
        print(f"the same documents for {same(wanted, found):.1%} of {QUERIES} queries")
        print(f"median milliseconds: embedded {typical(wanted)}, shared {typical(found)}")
        assert same(wanted, found) >= SAME

        with home.agent() as asked:
            asking = Asking(asked, queries)
            with asking.meanwhile():
                time.sleep(1)
                before = {(shard, replica): pid for shard, replica, _, pid, _ in there.ask("replicas")}
                nodes.lose(2)
                servers.wait_until(lambda: came_back(there.ask("replicas"), before), "the shards are back", seconds=90)
                time.sleep(1)
        assert asking.failures == []
        assert {note for _, answer in asking.answers for note in answer["notes"]} == set()
        assert all(answer["passages"] == found[n]["passages"] for n, answer in asking.answers)
        print(f"{len(asking.answers)} questions while a node was lost, the slowest {asking.slowest:.2f} s")

        assert there.ask("problems") == []


def indexed(agent: Agent) -> int:
    counts = agent.ask("counts")
    return sum(counts.get(state, 0) for state in ("searchable", "indexed"))


def came_back(replicas: Sequence[Sequence[Any]], before: Mapping[tuple[int, int], int]) -> bool:
    """Whether all replicas answer, and some of them from a new process."""
    now = {(shard, replica): pid for shard, replica, _, pid, _ in replicas}
    return set(now) == set(before) and now != before


def queries_from(passages: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Questions in the corpus' own words: by words and meaning, by words alone, and phrases."""
    chance = random.Random(20_261_122)  # noqa: S311  (no secret is drawn)
    queries = []
    while len(queries) < QUERIES:
        words = texts.words(chance.choice(passages)[1])
        if len(words) < 12:
            continue
        start = chance.randrange(len(words) - 4)
        scattered = " ".join(chance.sample(words, 5))
        phrase = f"“{' '.join(words[start : start + 3])}” {chance.choice(words)}"
        queries.append(((scattered, "hybrid"), (scattered, "lexical"), (phrase, "hybrid"))[len(queries) % 3])
    return queries


def same(wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> float:
    """The part of the queries that find the same documents among the first ten."""
    pairs = list(zip(wanted, found, strict=True))
    return sum(set(a["documents"]) == set(b["documents"]) for a, b in pairs) / len(pairs)


def typical(answers: Sequence[Mapping[str, Any]]) -> float:
    """The median time of an answer, in milliseconds."""
    return statistics.median(answer["milliseconds"] for answer in answers)


def _environment(place: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {**kept, "LYCEUM_HOME": str(place / "home"), "LYCEUM_CACHE": str(place / "cache"), "OMP_NUM_THREADS": "1"}
