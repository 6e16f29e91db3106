"""Votes that come at once, on SQLite and on PostgreSQL: one each, none lost; and the attack finds nobody's vote.

`make bench-hall` does the same with 64 threads and 200 voters, and attacks a ballot of 1,000.
"""

from __future__ import annotations

import random

import pytest
from bench.hall.stored import attack_database, chance
from bench.hall.votes import AFTER, cast_vote, drop_constraint, make_body, open_ballot, vote_at_once
from django.db import transaction

from lyceum.server.deciding import models
from lyceum.server.deciding.ballots import keep_time, keys
from server.hall.conftest import empty_the_hall


@pytest.fixture
def stored(kept) -> str:
    """The same, empty."""
    with transaction.atomic():  # constraints are looked at when it ends
        empty_the_hall()
    return kept


@pytest.mark.parametrize("tier", ["open", "secret"])
def test_many_threads_that_vote_for_each_voter_cast_one_vote_each(stored, tier):
    people = make_body("b0", 6)
    found = vote_at_once([(open_ballot("b0", people[0], tier), people)], 8)
    assert (found["voted_once"], found["voted_twice"], found["kept"], found["lost"]) == (6, 0, 6, 0)


def held_in_secret(voters: int) -> tuple[str, list[str], dict[str, str]]:
    """A closed ballot, its voters in the order of voting, and the mark of each one's paper."""
    people = make_body("b0", voters)
    ballot = open_ballot("b0", people[0], "secret")
    order = random.sample(people, voters)
    done = {person: cast_vote(ballot, person, random.choice(("yes", "no"))) for person in order}  # noqa: S311
    keep_time(AFTER)
    return ballot, order, {person: one.paper.mark for person, one in done.items() if one.paper}


def test_the_whole_database_and_its_files_tie_nobody_to_a_vote(stored):
    """Rows in the order in which they lie, transactions, and the bytes of every file; and the key is gone."""
    ballot, _, marks = held_in_secret(60)
    assert not list(keys()._folder.glob(f"{ballot}*"))
    found = attack_database(ballot, marks)
    assert len(found) >= 8
    assert {name: links for name, links in found.items() if links > chance()} == {}


def test_the_same_attack_finds_everybody_where_papers_keep_the_order_of_voting(stored):
    """So that its finding nobody says something."""
    ballot, order, marks = held_in_secret(60)
    row = models.Ballot.objects.get(pk=ballot)
    row.published["votes"] = [{"receipt": marks[person]} for person in order]
    row.save()
    assert max(attack_database(ballot, marks).values()) > 2 * chance()


def test_without_the_constraint_people_vote_twice(stored):
    """So that the first test would find it missing. It comes last, since the table stays without it."""
    people = make_body("b0", 6)
    ballot = open_ballot("b0", people[0], "secret")
    drop_constraint()
    assert vote_at_once([(ballot, people)], 8)["voted_twice"] > 0
