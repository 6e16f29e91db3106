"""Two who come at once: one is first, the other is told, and nothing is lost; on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from lyceum.errors import AccessRefused, LyceumError
from lyceum.server.accounts.models import Person
from lyceum.server.hall import models
from lyceum.server.hall.acts import actor_of
from lyceum.server.hall.bodies import FoundBody
from lyceum.server.hall.members import InviteMembers, JoinBody
from lyceum.server.hall.recording import verify
from server.hall.clock import day
from server.hall.conftest import Hall

THREADS = 8


def at_once(tasks) -> list[object]:
    """What each task gave or raised, all begun together."""
    begin = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def work(number: int) -> None:
        begin.wait()
        try:
            results[number] = tasks[number]()
        except LyceumError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture(scope="module")
def crowd(kept):
    """People, and the committee of the first of them; founded by all at once, as the very first thing."""
    hall = Hall()
    actors = [hall.actor(f"n{number}") for number in range(THREADS)]
    bodies = at_once([lambda a=actor: FoundBody(a, "At once").execute(day(0)) for actor in actors])
    return actors, bodies


def test_all_who_begin_the_record_at_once_begin_one(crowd):
    _, bodies = crowd
    founded = [body for body in bodies if isinstance(body, str)]
    assert len(founded) >= 1
    assert all(getattr(body, "code", "busy") == "busy" for body in bodies if not isinstance(body, str))
    assert models.Head.objects.count() == 1
    assert models.Body.objects.count() == len(founded)
    assert verify().ok


def test_a_link_for_one_takes_in_one(crowd):
    actors, bodies = crowd
    founder, body = next((a, b) for a, b in zip(actors, bodies, strict=True) if isinstance(b, str))
    key = InviteMembers(founder, body).execute(day(1))
    others = [actor for actor in actors if actor is not founder]
    results = at_once([lambda a=actor: JoinBody(a, key).execute(day(1)) for actor in others])
    assert [result for result in results if not isinstance(result, AccessRefused)] == [body]
    assert models.Membership.objects.filter(body_id=body).count() == 2
    assert verify().ok


def test_one_person_on_many_devices_joins_once(crowd):
    actors, bodies = crowd
    founder, body = next((a, b) for a, b in zip(actors, bodies, strict=True) if isinstance(b, str))
    account = Person.objects.create_user("late@hall.example", role="member")
    key = InviteMembers(founder, body, uses=20).execute(day(2))
    actor = actor_of(account)
    results = at_once([lambda: JoinBody(actor, key).execute(day(2)) for _ in range(THREADS)])
    assert results.count(body) == 1
    assert models.Membership.objects.filter(body_id=body, person_id=actor.person).count() == 1
    assert models.Invitation.objects.get(left__gt=1).left == 19
