"""What votes, pages and API read of motions and ballots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from lyceum.hall import Standing
from lyceum.server.deciding import models

# Every vote asks this. Written out: put together by Django's expressions it made a vote cost 2.6 times as much
# (bench.hall.votes rate). Members sit in no body of delegates and delegates in none of members: either row is the right
# to vote.
_STANDING = """
SELECT b.*,
  EXISTS (SELECT 1 FROM deciding_entitlement e WHERE e.ballot = b.id AND e.person = %(person)s) AS on_roll,
  EXISTS (SELECT 1 FROM deciding_voted v WHERE v.ballot = b.id AND v.person = %(person)s) AS has_voted,
  EXISTS (SELECT 1 FROM hall_body y
          WHERE y.id = b.body AND y.start <= %(at)s AND (y."end" IS NULL OR y."end" > %(at)s))
  AND (
    EXISTS (SELECT 1 FROM hall_membership m WHERE m.body_id = b.body AND m.person_id = %(person)s
            AND m.start <= %(at)s AND (m."end" IS NULL OR m."end" > %(at)s))
    OR EXISTS (SELECT 1 FROM hall_holding h JOIN hall_seat s ON s.id = h.seat_id
               WHERE s.sits_in_id = b.body AND s.kind = 'delegate' AND h.person_id = %(person)s
               AND h.start <= %(at)s AND (h."end" IS NULL OR h."end" > %(at)s))
  ) AS holds_right
FROM deciding_ballot b WHERE b.id = %(ballot)s
"""


def voter_of(ballot: str, person: str, at: datetime) -> tuple[models.Ballot | None, Standing]:
    """A ballot, None where there is none, and how a person stands to it at the moment."""
    said = {"ballot": ballot, "person": person, "at": connection.ops.adapt_datetimefield_value(at)}
    found: Any = next(iter(models.Ballot.objects.raw(_STANDING, said)), None)
    if found is None:
        return None, Standing(person, on_roll=False, holds_right=False, has_voted=False)
    return found, Standing(person, bool(found.on_roll), bool(found.holds_right), bool(found.has_voted))
