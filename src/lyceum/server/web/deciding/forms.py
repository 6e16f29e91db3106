"""What the pages of motions and ballots share: what time has brought about, and the terms of a ballot."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from django.http import HttpRequest

from lyceum.errors import InvalidValue, LyceumError
from lyceum.hall import Tier
from lyceum.server.deciding import resolutions
from lyceum.server.deciding.ballots import Terms, keep_time
from lyceum.server.desk import the_desk
from lyceum.server.hall.acts import Actor
from lyceum.server.web.hall import forms
from lyceum.server.web.hall.forms import now


def asker(request: HttpRequest) -> Actor:
    """Who asks; what time has brought about is done before."""
    keep_time(now())
    return forms.asker(request)


def hand_over() -> None:
    """Has the library take the resolutions that are due; what fails waits for the next who comes."""
    if resolutions.due().exists():
        with contextlib.suppress(LyceumError):
            resolutions.hand_over(
                lambda path, source, said: the_desk().run(lambda library: library.hand_in(path, source, said))
            )


def terms_of(request: HttpRequest) -> Terms:
    """The terms of a ballot as a form says them; raises InvalidValue."""
    said = request.POST
    closes = moment(said.get("closes", ""))
    if closes is None:
        raise InvalidValue(
            "A ballot needs the day and hour of its end.", hint="Fill in the field.", code="ballot_wrong"
        )
    return Terms(
        tier=Tier.SECRET if said.get("tier") == "secret" else Tier.OPEN,
        closes=closes,
        opens=moment(said.get("opens", "")),
        meeting=said.get("meeting", "").strip()[:64],
    )


def moment(said: str) -> datetime | None:
    """A day and hour in UTC as a browser's field gives it, None where it is empty; raises InvalidValue."""
    if not said.strip():
        return None
    try:
        return datetime.fromisoformat(said.strip()).replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidValue(
            f"“{said[:40]}” is no day and hour.", hint="Write 2026-05-01T18:00, in UTC.", code="invalid_date"
        ) from error
