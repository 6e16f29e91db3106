"""Votes through the site's acts, on a database of its own: `python -m bench.hall.votes WHAT --home DIR [--url URL]`.

WHAT is `double` (many threads send each voter's vote at once), `rate` (votes a second), `attack` (links that the whole
database gives away), or `roll` (how long it takes to say who may vote in a body). One JSON object is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lyceum import hall
from lyceum.errors import AlreadyVoted

START = datetime(2026, 1, 1, tzinfo=UTC)
DURING, AFTER = START + timedelta(days=2), START + timedelta(days=4)


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.hall.votes", description=__doc__)
    parser.add_argument("what", choices=("double", "rate", "roll", "attack"))
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--url", default="", help="a PostgreSQL database; without it, SQLite in the home")
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--voters", type=int, default=200)
    parser.add_argument("--ballots", type=int, default=1)
    parser.add_argument("--tier", choices=("open", "secret"), default="secret")
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--memberships", type=int, default=1_000_000)
    parser.add_argument("--drop", action="store_true", help="take the constraint away that keeps votes single")
    given = parser.parse_args()
    with site(given.home, given.url):
        if given.what == "roll":
            found = time_rolls(given.bodies, given.memberships)
        else:
            bodies = {f"b{n}": make_body(f"b{n}", given.voters) for n in range(given.ballots)}
            ballots = [(open_ballot(body, people[0], given.tier), people) for body, people in bodies.items()]
            if given.drop:
                drop_constraint()
            measure = vote_at_once if given.what == "double" else time_votes
            found = attacked(*ballots[0]) if given.what == "attack" else measure(ballots, given.threads)
    print(json.dumps({"what": given.what, "database": "postgresql" if given.url else "sqlite", **found}))


@contextmanager
def site(home: Path, url: str = "") -> Iterator[None]:
    """The site's code over a home of its own, its tables made; once a process."""
    shared = {"LYCEUM_DATABASE_URL": url, "LYCEUM_BLOBS_URL": "s3://none?endpoint=http://127.0.0.1:1",
              "LYCEUM_INDEX_URL": "ray://127.0.0.1:1"} if url else {}  # fmt: skip
    os.environ |= {"LYCEUM_HOME": str(home), "LYCEUM_CACHE": str(home / "cache"), **shared}
    os.environ["DJANGO_SETTINGS_MODULE"] = "lyceum.server.settings"
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    home.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    yield


def make_body(body: str, voters: int) -> list[str]:
    """A body with so many members; gives them."""
    from django.db import transaction  # noqa: PLC0415

    from lyceum.server.hall import models  # noqa: PLC0415
    from lyceum.server.hall.book import open_book  # noqa: PLC0415

    people = [f"p{secrets.token_hex(8)}" for _ in range(voters)]
    models.Participant.objects.bulk_create(models.Participant(pk=person) for person in people)
    with transaction.atomic():
        founded = hall.BodyFounded(at=START, body=body, name=body, members=tuple(people))
        open_book(START, secrets.token_bytes).happen(founded)
    return people


def open_ballot(body: str, officer: str, tier: str) -> str:
    """An open ballot of the body's members."""
    from lyceum.server.access import Role  # noqa: PLC0415
    from lyceum.server.deciding.ballots import AskBody, Terms  # noqa: PLC0415
    from lyceum.server.hall.acts import Actor  # noqa: PLC0415

    terms = Terms(tier=hall.Tier(tier), closes=AFTER, rule=hall.SimpleMajority())
    ask = AskBody(Actor(Role.OFFICER, officer), body, "Do we strike?", hall.MOTION, terms)
    return ask.execute(START + timedelta(days=1))


def drop_constraint() -> None:
    """Has the table of who voted forget that nobody votes twice."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE deciding_voted")
        cursor.execute("CREATE TABLE deciding_voted (ballot varchar(64), person varchar(64))")


def vote_at_once(ballots: Sequence[tuple[str, list[str]]], threads: int) -> dict[str, Any]:
    """Every thread votes for every voter, all in one order, so that they meet; gives what was accepted and kept."""
    from lyceum.server.deciding import models  # noqa: PLC0415
    from lyceum.server.deciding.ballots import keep_time  # noqa: PLC0415

    ballot, people = ballots[0]
    accepted, receipts, lock = Counter[str](), set[str](), threading.Lock()
    began = threading.Barrier(threads)

    def send(_: int) -> None:
        began.wait()
        for person in people:
            try:
                done = cast_vote(ballot, person, "yes")
            except AlreadyVoted:
                continue
            with lock:
                accepted[person] += 1
                receipts.add(hall.mark_of(ballot, done.receipt or person))

    started = time.monotonic()
    _in_threads(send, range(threads), threads)
    seconds = time.monotonic() - started
    twice = sum(number > 1 for number in accepted.values())
    keep_time(AFTER)
    published = models.Ballot.objects.get(pk=ballot).published or {"votes": []}
    kept = {vote.get("receipt") or hall.mark_of(ballot, vote["voter"]) for vote in published["votes"]}
    return {"threads": threads, "voters": len(people), "attempts": threads * len(people),
            "voted_once": sum(number == 1 for number in accepted.values()), "voted_twice": twice,
            "kept": len(kept), "lost": len(receipts - kept), "seconds": round(seconds, 1)}  # fmt: skip


def time_votes(ballots: Sequence[tuple[str, list[str]]], threads: int) -> dict[str, Any]:
    """One vote of everybody, in many threads; gives how many a second, and how long one takes."""
    work = [(ballot, person) for ballot, people in ballots for person in people]
    random.shuffle(work)
    times: list[float] = []

    def send(one: tuple[str, str]) -> None:
        began = time.monotonic()
        cast_vote(*one, secrets.choice(("yes", "no")))
        times.append(time.monotonic() - began)

    started, used = time.monotonic(), time.process_time()
    _in_threads(send, work, threads)
    seconds, used = time.monotonic() - started, time.process_time() - used
    return {"threads": threads, "ballots": len(ballots), "votes": len(times), "seconds": round(seconds, 1),
            "a_second": round(len(times) / seconds, 1), "p95_ms": _p95(times),
            "cpu_ms_a_vote": round(1000 * used / len(times), 2), "load": round(os.getloadavg()[0], 1)}  # fmt: skip


def attacked(ballot: str, people: Sequence[str]) -> dict[str, Any]:
    """Votes of all, in an order of chance; gives what the attack on the whole database found after the closing."""
    from bench.hall.stored import attack_database, chance  # noqa: PLC0415
    from lyceum.server.deciding.ballots import keep_time  # noqa: PLC0415

    order = random.sample(people, len(people))
    done = {person: cast_vote(ballot, person, secrets.choice(("yes", "no"))) for person in order}
    keep_time(AFTER)
    found = attack_database(ballot, {person: one.paper.mark for person, one in done.items() if one.paper})
    best = max(found, key=found.__getitem__)
    average = round(statistics.mean(found.values()), 2)
    return {"ballots": len(people), "attacks": len(found), "links_on_average": average, "most_links": found[best],
            "by": best, "chance_stays_up_to": chance()}  # fmt: skip


def time_rolls(bodies: int, memberships: int, rolls: int = 100) -> dict[str, Any]:
    """How long it takes to say who may vote in a body."""
    from django.db import connection  # noqa: PLC0415

    from lyceum.server.hall import models, queries  # noqa: PLC0415

    charter = json.dumps(hall.Charter().as_dict())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO hall_participant (id, name) SELECT 'p' || n, '' FROM generate_series(1, %s) n",
                       [memberships // 2])  # fmt: skip
        cursor.execute(
            "INSERT INTO hall_body (id, name, work, public, start, successors) "
            "SELECT 'b' || n, 'Body ' || n, '', false, %s, '[]' FROM generate_series(1, %s) n",
            [START, bodies],
        )
        cursor.execute(
            "INSERT INTO hall_charter (body_id, number, since, rules) SELECT id, 0, %s, %s::jsonb FROM hall_body",
            [START, charter],
        )
        # Everybody is in two bodies; one in ten has left.
        cursor.execute(
            'INSERT INTO hall_membership (body_id, person_id, number, start, "end") '
            "SELECT 'b' || (1 + (n::bigint * 7919 + n %% 2) %% %s), 'p' || (1 + n / 2), 0, %s, "
            "CASE WHEN n %% 10 = 0 THEN %s END FROM generate_series(0, %s) n",
            [bodies, START, START + timedelta(days=1), memberships - 1],
        )
        cursor.execute("ANALYZE")
    chosen = random.sample(range(1, bodies + 1), rolls)
    times, voters = [], []
    for number in chosen:
        began = time.monotonic()
        voters.append(len(queries.voters(f"b{number}", DURING).values_list("pk", flat=True)))
        times.append(time.monotonic() - began)
    return {"bodies": models.Body.objects.count(), "memberships": models.Membership.objects.count(), "rolls": rolls,
            "voters": round(statistics.mean(voters), 1), "p95_ms": _p95(times)}  # fmt: skip


def cast_vote(ballot: str, person: str, choice: str) -> hall.Cast:
    """One vote through the act."""
    from lyceum.server.access import Role  # noqa: PLC0415
    from lyceum.server.deciding.ballots import CastVote  # noqa: PLC0415
    from lyceum.server.hall.acts import Actor  # noqa: PLC0415

    return CastVote(Actor(Role.MEMBER, person), ballot, choice).execute(DURING)


def _in_threads(send: Callable[[Any], None], work: Sequence[Any], threads: int) -> None:
    """Shares the work among threads, each with one connection."""
    from django.db import connection  # noqa: PLC0415

    def run(share: Sequence[Any]) -> None:
        try:
            for one in share:
                send(one)
        finally:
            connection.close()

    connection.close()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run, work[place::threads]) for place in range(threads)]:
            done.result()


def _p95(times: Sequence[float]) -> float:
    return round(1000 * statistics.quantiles(times, n=20)[-1], 1)


if __name__ == "__main__":
    main()
