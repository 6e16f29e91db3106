"""Attacks a secret ballot with the whole database and its files, after the ballot has been published.

The attacker has every table with the order in which its rows lie, their hidden columns, and the bytes of every file
of the database, overwritten ones included. Each attack pairs those who voted with published papers. A pair that is
right is a link; pairing at random finds one on average, however many ballots there are.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import connection

from lyceum.server.deciding import models


def attack_database(ballot: str, truth: Mapping[str, str]) -> dict[str, int]:
    """How many voters each attack ties to their marks; `truth` has the mark of each voter, to judge by."""
    published = [vote["receipt"] for vote in models.Ballot.objects.get(pk=ballot).published["votes"]]
    files = dict(_files())
    voters = {
        **{f"voted, {name}": rows for name, rows in _rows("deciding_voted", ballot).items()},
        **{f"roll, {name}": rows for name, rows in _rows("deciding_entitlement", ballot).items()},
        **_lying(files, set(truth), "ids"),
        "ids at random": random.sample(sorted(truth), len(truth)),
    }
    papers = {
        "published": published,
        "published backwards": published[::-1],
        **_lying(files, set(truth.values()), "marks"),
    }
    return {
        f"{who} × {what}": sum(truth.get(person) == mark for person, mark in zip(rows, pile, strict=False))
        for who, rows in voters.items()
        for what, pile in papers.items()
    }


def chance(*, certainty: float = 1 - 1e-8) -> int:
    """The links below which chance alone stays with this certainty, where it finds one on average (Poisson)."""
    probability, links, rest = math.exp(-1), 0, 1.0
    while rest > 1 - certainty:
        rest -= probability
        links += 1
        probability /= links
    return links


def _rows(table: str, ballot: str) -> dict[str, list[str]]:
    """The voters of a ballot in every order that the database can tell."""
    orders = {"as they lie": "", "backwards": "DESC"}
    if connection.vendor == "postgresql":
        orders = {"place": "ORDER BY ctid", "transaction": "ORDER BY xmin::text::bigint, cmin::text::bigint"}
    with connection.cursor() as cursor:
        found: dict[str, list[str]] = {}
        for name, order in orders.items():
            clause = f"ORDER BY ballot, person {order}" if order == "DESC" else order
            cursor.execute(f"SELECT person FROM {table} WHERE ballot = %s {clause}", [ballot])  # noqa: S608
            found[name] = [person for (person,) in cursor.fetchall()]
    return found


def _files() -> Iterable[tuple[str, bytes]]:
    """The files of the database as they are on the disk, journals included."""
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        return [(one.name, one.read_bytes()) for one in path.parent.glob(f"{path.name}*")]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    try:
        kept = [one for kind in ("base", "pg_wal") for one in (folder / kind).rglob("*") if one.is_file()]
        return [(str(one.relative_to(folder)), one.read_bytes()) for one in kept]
    except PermissionError:
        return []


def _lying(files: Mapping[str, bytes], wanted: set[str], what: str) -> dict[str, list[str]]:
    """What is wanted, by where it first and last lies in each file that has at least half of it, and by how often.

    What was written early stands in more of the pages that a journal keeps than what was written late.
    """
    pattern = re.compile(b"|".join(re.escape(one.encode()) for one in sorted(wanted)))
    orders: dict[str, list[str]] = {}
    for name, content in files.items():
        found = [match.group().decode() for match in pattern.finditer(content)]
        first = list(dict.fromkeys(found))
        if len(first) >= len(wanted) / 2:
            orders[f"{what} first in {name}"] = first
            orders[f"{what} last in {name}"] = list(dict.fromkeys(reversed(found)))
            often = Counter(found)
            orders[f"{what} by number in {name}"] = sorted(first, key=often.__getitem__, reverse=True)
    return orders
