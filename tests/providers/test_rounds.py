"""What is remembered of sources is the same in a file of one's own and in a database that machines share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from lyceum.archive import Change, Memory, Metadata, Place, Rounds, SqliteMemory
from lyceum.config import Settings
from lyceum.errors import Unreachable
from lyceum.library import parts
from lyceum.providers.rounds import PostgresMemory

SITE = "https://press.example/"
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def shared(postgres_url: str) -> Iterator[str]:
    """A schema of the test's own."""
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("CREATE SCHEMA rounds_of_test")
    yield f"{postgres_url}?options={quote('-csearch_path=rounds_of_test')}"
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("DROP SCHEMA rounds_of_test CASCADE")


@pytest.fixture(params=["file", "database"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    if request.param == "file":
        made: Memory = SqliteMemory(tmp_path / "sources.sqlite3")
    else:
        made = PostgresMemory(request.getfixturevalue("shared"))
    yield made
    made.close()


def visit(rounds: Rounds, *places: str, change: Change = Change.NEW) -> None:
    """Offers places and settles each."""
    for place in places:
        rounds.offer(SITE, Place(place, changed="2019", hints=Metadata.stated("sitemap:lastmod", title="Mill")))
    while place := rounds.next(SITE):
        rounds.settle(SITE, place, change, mark=f'"{place.address}"')


def test_a_round_is_remembered_with_what_it_found(memory):
    """In the order in which the places came, each with its mark and what was said of it."""
    rounds = Rounds(memory)
    assert not rounds.begin(SITE, kind="sitemap", collection="press", options={"max_pages": 9})
    assert rounds.offer(SITE, Place("b", depth=2, hints=Metadata.stated("sitemap:lastmod", title="Mill")))
    assert not rounds.offer(SITE, Place("b"))
    rounds.offer(SITE, Place("a"))
    place = rounds.next(SITE)
    assert (place.address, place.depth, place.hints.title) == ("b", 2, "Mill")
    assert rounds.progress(SITE) == (0, 2)
    rounds.settle(SITE, place, Change.NEW, mark="1")
    assert rounds.begin(SITE, kind="sitemap", options={"max_pages": 9}), "what was cut off goes on"
    assert (rounds.progress(SITE), rounds.next(SITE).address) == ((1, 2), "a")
    rounds.settle(SITE, Place("a"), Change.FAILED, failure={"code": "web_gone"})
    reading = rounds.end(SITE, at=NOON)
    assert (list(reading.new), reading.failed) == (["b"], [{"source": "a", "code": "web_gone"}])
    (state,) = rounds.sources()
    assert (state.source, state.collection, state.options, state.finished) == (SITE, "press", {"max_pages": 9}, True)
    assert (state.last_read, state.places, state.failed) == (NOON, 2, 1)


def test_the_next_round_tells_what_changed_and_what_is_gone(memory):
    rounds = Rounds(memory)
    rounds.begin(SITE, kind="sitemap")
    visit(rounds, "a", "b", "c")
    rounds.end(SITE, at=NOON)
    rounds.begin(SITE, kind="sitemap")
    rounds.offer(SITE, Place("a", changed="2020"))
    known = rounds.next(SITE)
    assert (known.mark, known.changed, known.known_change) == ('"a"', "2020", "2019")
    assert rounds.known(SITE, "a").known_change == "2019"
    rounds.settle(SITE, known, Change.CHANGED, mark="2")
    reading = rounds.end(SITE, at=NOON)
    assert (list(reading.changed), list(reading.gone)) == (["a"], ["b", "c"])
    rounds.begin(SITE, kind="feed")
    assert rounds.offer_known(SITE) == 1
    rounds.keep_rest(SITE)
    assert rounds.next(SITE).address == "a"


def test_what_breaks_within_one_transaction_leaves_nothing(memory):
    rounds = Rounds(memory)
    rounds.begin(SITE, kind="site")
    with pytest.raises(KeyError), rounds.together():
        rounds.offer(SITE, Place("a"))
        raise KeyError
    assert rounds.next(SITE) is None


def test_a_source_is_read_by_one_machine_at_a_time(shared):
    """Another source may be read meanwhile; and when one is done, the other may."""
    one, two = PostgresMemory(shared), PostgresMemory(shared)
    with one.alone(SITE) as mine, two.alone(SITE) as theirs, two.alone("other") as elsewhere:
        assert (mine, theirs, elsewhere) == (True, False, True)
    with two.alone(SITE) as theirs:
        assert theirs
    one.close()
    two.close()


def test_a_connection_that_broke_is_made_anew(shared):
    memory = PostgresMemory(shared)
    memory.close()
    assert Rounds(memory).sources() == []
    memory.close()


def test_a_database_that_does_not_answer_is_told():
    with pytest.raises(Unreachable) as caught:
        PostgresMemory("postgresql://nobody@127.0.0.1:1/none")
    assert caught.value.code == "database_unreachable"


def test_sites_of_a_shared_home_are_remembered_in_its_database(shared, tmp_path):
    """And files by each machine."""
    settings = Settings(tmp_path / "home", tmp_path, database_url=shared)
    rounds = parts.make_site_rounds(settings)
    rounds.begin(SITE, kind="site")
    again = parts.make_site_rounds(settings)
    assert [state.source for state in again.sources()] == [SITE]
    rounds.close()
    again.close()
