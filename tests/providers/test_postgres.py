"""The catalogue in PostgreSQL keeps its port's promises, and shares work among any number of workers."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from lyceum.archive import (
    Block,
    Extracted,
    ExtractedProduct,
    Failure,
    Metadata,
    Moved,
    Outcome,
    Received,
    SegmentedProduct,
    State,
    segment,
)
from lyceum.errors import ClaimLost, ConfigError, StoreDamaged, UnknownDocument, Unreachable
from lyceum.providers.postgres import PostgresCatalogue
from lyceum.testing import Archive, CatalogueSuite, TextsSuite


class _Suite:
    @pytest.fixture(autouse=True)
    def _server(self, schema_at: Callable[[str], str]) -> Iterator[None]:
        self.schema_at, self.opened = schema_at, []
        yield
        for catalogue in self.opened:
            catalogue.close()

    def make(self, folder: Path) -> PostgresCatalogue:
        self.opened.append(PostgresCatalogue(self.schema_at(str(folder))))
        return self.opened[-1]


class TestPostgresCatalogue(_Suite, CatalogueSuite):
    pass


class TestPostgresTexts(_Suite, TextsSuite):
    def make(self, folder: Path) -> Archive:
        return super().make(folder)


@pytest.fixture
def schema_at(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """The address of a schema of one's own for each name."""
    made = []

    def address(name: str) -> str:
        schema = "s" + hashlib.sha256(name.encode()).hexdigest()[:20]
        with psycopg.connect(postgres_url, autocommit=True) as db:
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        made.append(schema)
        return f"{postgres_url}?options={quote(f'-csearch_path={schema}')}"

    yield address
    with psycopg.connect(postgres_url, autocommit=True) as db:
        for schema in made:
            db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.fixture
def url(schema_at: Callable[[str], str], tmp_path: Path) -> str:
    return schema_at(str(tmp_path))


@pytest.fixture
def open_(url: str) -> Iterator[Callable[..., PostgresCatalogue]]:
    """Opens the same catalogue as another worker would."""
    opened = []

    def act(**options: float) -> PostgresCatalogue:
        opened.append(PostgresCatalogue(url, **options))
        return opened[-1]

    yield act
    for catalogue in opened:
        catalogue.close()


def received(source: str, content: str, given: Metadata | None = None) -> Received:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Received(f"/{source}", source, sha256, len(content), given or Metadata())


def extracted(text: str) -> Extracted:
    return Extracted(text, (Block("paragraph", 0, len(text)),))


def to_segmented(catalogue: PostgresCatalogue, source: str, text: str):
    document, _ = catalogue.add(received(source, text))
    catalogue.advance(document, ExtractedProduct(extracted(text), Metadata(title=source, language="en")))
    return catalogue.advance(document, SegmentedProduct(segment(extracted(text), "en")))


def rows(catalogue: PostgresCatalogue, state: State) -> list[int]:
    """Claims everything in a state."""
    return [document.row for document in iter(lambda: catalogue.claim_next(state), None)]


# --- claims ------------------------------------------------------------------------------------------


def test_two_workers_never_hold_the_same_version(open_):
    first = open_()
    for n in range(40):
        first.add(received(f"{n}.txt", str(n)))
    claimed: list[list[int]] = [[] for _ in range(4)]
    workers = [
        threading.Thread(target=lambda mine=mine: mine.extend(rows(open_(), State.RECEIVED))) for mine in claimed
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = list(itertools.chain.from_iterable(claimed))
    assert len(everything) == len(set(everything)) == 40


def test_what_a_killed_worker_held_is_claimed_again_when_its_lease_ends(open_, url):
    catalogue = open_(lease=0.6)
    document, _ = catalogue.add(received("a.txt", "one"))
    code = """
import os, signal, sys
from lyceum.archive import State
from lyceum.providers.postgres import PostgresCatalogue
assert PostgresCatalogue(sys.argv[1], lease=0.6).claim_next(State.RECEIVED)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code, url], check=False)
    assert killed.returncode == -9
    assert catalogue.claim_next(State.RECEIVED) is None
    time.sleep(0.8)
    again = catalogue.claim_next(State.RECEIVED)
    assert again
    assert again.id == document.id


def test_a_worker_that_lives_keeps_its_claim_past_the_lease(open_):
    worker, other = open_(lease=0.5), open_(lease=0.5)
    worker.add(received("a.txt", "one"))
    assert worker.claim_next(State.RECEIVED)
    time.sleep(1.2)
    assert other.claim_next(State.RECEIVED) is None


def test_a_worker_that_comes_too_late_changes_nothing(open_):
    """It was thought dead, another took over and finished; its own late step is refused."""
    late, other = open_(lease=0.1), open_()
    late._beat = lambda: None  # it hangs: nothing puts its end off
    late.add(received("a.txt", "one."))
    document = late.claim_next(State.RECEIVED)
    time.sleep(0.3)
    taken = other.claim_next(State.RECEIVED)
    product = ExtractedProduct(extracted("one."), Metadata(title="a", language="en"))
    other.advance(taken, product)
    other.advance(taken, SegmentedProduct(segment(extracted("one."), "en")))
    with pytest.raises(ClaimLost) as caught:
        late.advance(document, product)
    assert caught.value.retryable
    assert late.get(document.id).state is State.SEGMENTED


def test_extraction_keeps_the_claim_and_every_other_step_ends_it(open_):
    worker, other = open_(), open_()
    worker.add(received("a.txt", "one."))
    document = worker.claim_next(State.RECEIVED)
    document = worker.advance(document, ExtractedProduct(extracted("one."), Metadata(title="a", language="en")))
    assert other.claim_next(State.EXTRACTED) is None
    worker.advance(document, SegmentedProduct(segment(extracted("one."), "en")))
    assert other.claim_next(State.SEGMENTED)


@pytest.mark.parametrize("end", ["give_back", "close"])
def test_what_is_given_back_can_be_claimed_at_once(open_, end):
    worker, other = open_(), open_()
    worker.add(received("a.txt", "one."))
    assert worker.claim_next(State.RECEIVED)
    getattr(worker, end)()
    assert other.claim_next(State.RECEIVED)


def test_the_newest_may_be_claimed_first(open_):
    catalogue = open_()
    catalogue.add(received("a.txt", "one"))
    newer, _ = catalogue.add(received("b.txt", "two"))
    claimed = catalogue.claim_next(State.RECEIVED, newest=True)
    assert claimed
    assert claimed.id == newer.id


def test_what_is_removed_while_a_worker_has_it_stays_removed(open_):
    worker, owner = open_(), open_()
    owner.add(received("a.txt", "one."))
    document = worker.claim_next(State.RECEIVED)
    owner.advance(document, Moved(State.REMOVING))
    with pytest.raises(ClaimLost):
        worker.advance(document, Failure("extract", "no_text", "It holds no text.", ""))
    owner.remove(document.id)
    with pytest.raises(UnknownDocument):
        worker.advance(document, Failure("extract", "no_text", "It holds no text.", ""))


# --- many at once ------------------------------------------------------------------------------------


def test_the_same_bytes_added_at_once_are_one_document(open_):
    outcomes: list[Outcome] = []
    catalogues = [open_() for _ in range(6)]
    ready = threading.Barrier(len(catalogues))

    def add(catalogue: PostgresCatalogue, n: int) -> None:
        ready.wait()
        outcomes.extend(catalogue.add(received(f"{n}.txt", f"content {m}"))[1] for m in range(10))

    threads = [threading.Thread(target=add, args=(catalogue, n)) for n, catalogue in enumerate(catalogues)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [document.sha256 for document in catalogues[0].find(states=(State.RECEIVED,))]
    assert len(found) == len(set(found)) == 10
    assert len(outcomes) == 60


def test_a_database_made_by_many_at_once_is_whole(url):
    made: list[int] = []

    def open_it() -> None:
        catalogue = PostgresCatalogue(url)
        made.append(catalogue.revision)
        catalogue.close()

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [0] * 6


def test_threads_may_share_a_catalogue(open_):
    catalogue = open_()
    document = to_segmented(catalogue, "a.txt", "The looms stood still. " * 400)
    keys = [passage.key for passage in catalogue.passages_of(document)]
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(catalogue.passages(keys)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [len(keys)] * 8


# --- records -----------------------------------------------------------------------------------------


def test_the_revision_grows_with_every_change(open_):
    catalogue = open_()
    document, _ = catalogue.add(received("a.txt", "one."))
    seen = [catalogue.revision]
    for product in (
        ExtractedProduct(extracted("one."), Metadata()),
        SegmentedProduct(segment(extracted("one."), "en")),
        Moved(State.SEARCHABLE),
    ):
        catalogue.advance(document, product)
        seen.append(catalogue.revision)
    catalogue.add(received("a.txt", "one.", Metadata(title="One")))
    seen.append(catalogue.revision)
    catalogue.remove(document.id)
    seen.append(catalogue.revision)
    assert seen == sorted(set(seen))


def test_counts_sources_and_versions_are_those_of_the_embedded_catalogue(open_):
    catalogue = open_()
    document = to_segmented(catalogue, "a.txt", "one.")
    catalogue.add(received("b.txt", "one."))
    catalogue.add(received("a.txt", "two."))
    assert catalogue.sources(document.id) == ["/a.txt", "/b.txt"]
    assert [version.number for version in catalogue.versions(document.id)] == [1, 2]
    assert catalogue.counts() == {
        "received": 1, "received:passages": 0, "segmented": 1, "segmented:passages": 1,
    }  # fmt: skip
    assert catalogue.structure(document)["blocks"] == [["paragraph", 0, 4, 0]]


def test_what_is_said_of_known_bytes_is_laid_over_what_was_known(open_):
    catalogue = open_()
    to_segmented(catalogue, "a.txt", "one.")
    again, outcome = catalogue.add(received("a.txt", "one.", Metadata.stated("csv", title="As said")))
    assert (again.metadata.title, again.state, outcome) == ("As said", State.SEGMENTED, Outcome.UPDATED)


# --- failures ----------------------------------------------------------------------------------------


def test_a_lost_connection_is_told_and_the_next_call_connects_anew(open_, postgres_url):
    catalogue = open_()
    catalogue.add(received("a.txt", "one"))
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='lyceum'")
    with pytest.raises(Unreachable) as caught:
        catalogue.counts()
    assert (caught.value.code, caught.value.retryable) == ("database_unreachable", True)
    assert catalogue.counts()["received"] == 1


def test_a_database_that_is_not_there_is_told():
    with pytest.raises(Unreachable) as caught:
        PostgresCatalogue("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert caught.value.hint


def test_an_address_that_is_none_is_a_wrong_setting():
    with pytest.raises(ConfigError) as caught:
        PostgresCatalogue("no address at all")
    assert caught.value.code == "database_unusable"


def test_a_newer_database_is_not_touched(open_, url):
    open_()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE schema_version SET version=999")
    with pytest.raises(StoreDamaged) as caught:
        PostgresCatalogue(url)
    assert caught.value.code == "home_newer"
