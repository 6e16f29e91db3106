"""Acts as forms and programs say them: a name and some words become an act; raises InvalidValue that names the word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.hall import Charter, Presence, QualifiedMajority, Right, SimpleMajority
from lyceum.server.hall import bodies, meetings, members, queries, seats
from lyceum.server.hall.acts import Act, Actor

MAJORITIES = ("simple_majority", "1/2", "3/5", "2/3", "3/4")
ELECTIONS = ("single_transferable_vote", "instant_runoff", "schulze", "approval", "sainte_lague")
OFFICES = (Right.CALL, Right.CHAIR, Right.RECORD, Right.TREASURE)
_NUMBERS = ("notice_days", "term_days", "term_limit", "report_days")
_MAY_BE_NONE = ("term_limit", "report_days")

Said = Mapping[str, Any]
Acts = Mapping[str, Callable[[], Act[Any]]]


# --- acts -------------------------------------------------------------------------------------------------------


def founding(actor: Actor, said: Said, *, titles: tuple[str, str], mandate: str) -> bodies.FoundBody:
    """Founding a body by a template's rules, with what was changed in them."""
    return bodies.FoundBody(
        actor,
        name=word(said, "name"),
        work=word(said, "work"),
        charter=charter_said(said, hall.TEMPLATES.get(word(said, "template") or "committee")),
        parent=word(said, "parent") or None,
        public=yes(said, "public"),
        titles=titles,
        mandate=mandate,
    )


def body_act(actor: Actor, body: str, said: Said, at: datetime) -> Act[Any]:
    """What is done with a body."""
    other = word(said, "other")
    return _named(
        said,
        {
            "show": lambda: bodies.ShowBody(actor, body, public=yes(said, "public")),
            "rules": lambda: bodies.ChangeCharter(
                actor, body, charter_said(said, queries.charter_of(body, at)), word(said, "motion")
            ),
            "move": lambda: bodies.MoveBody(actor, body, other or None),
            "ally": lambda: bodies.JoinAlliance(actor, body, other),
            "leave": lambda: bodies.LeaveAlliance(actor, body, other),
            "merge": lambda: bodies.MergeBodies(actor, (body, other), word(said, "name")),
            "split": lambda: bodies.SplitBody(actor, body, _parts(said)),
            "close": lambda: bodies.CloseBody(actor, body),
        },
    )


def member_act(actor: Actor, body: str, said: Said) -> Act[Any]:
    """What is done with a body's members."""
    person = word(said, "person")
    return _named(
        said,
        {
            "invite": lambda: members.InviteMembers(actor, body, number(said, "uses", 1), maybe_moment(said, "until")),
            "add": lambda: members.AddMember(actor, body, person, maybe_moment(said, "until")),
            "end": lambda: members.EndMembership(actor, body, person),
        },
    )


def making_seat(actor: Actor, body: str, said: Said) -> seats.MakeSeat:
    """Making a seat; its rights come as a list."""
    return seats.MakeSeat(
        actor,
        body,
        title=word(said, "title"),
        sits_in=word(said, "sits_in") or None,
        term_days=number(said, "term_days") or None,
        term_limit=number(said, "term_limit") or None,
        recall_threshold=share(said, "recall_threshold"),
        rights=frozenset(right for right in OFFICES if right.value in several(said, "rights")),
    )


def seat_act(actor: Actor, seat: str, said: Said) -> Act[Any]:
    """What is done with a seat."""
    text, motion, petition = word(said, "text"), word(said, "motion"), word(said, "petition")
    return _named(
        said,
        {
            "take": lambda: seats.TakeSeat(actor, seat, word(said, "person"), text, motion),
            "instruct": lambda: seats.InstructDelegate(actor, seat, text, motion),
            "abolish": lambda: seats.AbolishSeat(actor, seat),
            "leave": lambda: seats.LeaveSeat(actor, seat),
            "report": lambda: seats.GiveReport(actor, seat, text),
            "recall": lambda: seats.AskRecall(actor, seat),
            "sign": lambda: seats.SignRecall(actor, petition),
            "unsign": lambda: seats.UnsignRecall(actor, petition),
        },
    )


def calling(actor: Actor, body: str, said: Said) -> meetings.CallMeeting:
    """Calling a meeting."""
    return meetings.CallMeeting(
        actor,
        body,
        starts=moment(said, "starts"),
        ends=moment(said, "ends"),
        agenda=lines(said, "agenda"),
        place=word(said, "place"),
        link=word(said, "link"),
    )


def meeting_act(actor: Actor, meeting: str, said: Said) -> Act[Any]:
    """What is done at a meeting."""
    text, person = word(said, "text"), word(said, "person")
    how = Presence.REMOTE if word(said, "how") == Presence.REMOTE.value else Presence.ROOM
    return _named(
        said,
        {
            "open": lambda: meetings.OpenMeeting(actor, meeting),
            "close": lambda: meetings.CloseMeeting(actor, meeting),
            "cancel": lambda: meetings.CancelMeeting(actor, meeting),
            "agenda": lambda: meetings.ChangeAgenda(actor, meeting, lines(said, "agenda")),
            "item": lambda: meetings.BeginItem(actor, meeting, word(said, "item")),
            "arrive": lambda: meetings.Arrive(actor, meeting, person, how),
            "depart": lambda: meetings.Depart(actor, meeting, person),
            "ask": lambda: meetings.AskToSpeak(actor, meeting, person),
            "floor": lambda: meetings.GiveFloor(actor, meeting),
            "note": lambda: meetings.TakeNote(actor, meeting, text),
            "decide": lambda: meetings.DecideByHands(
                actor, meeting, text, number(said, "yes"), number(said, "no"), number(said, "abstained")
            ),
            "correct": lambda: meetings.CorrectMinutes(actor, meeting, text),
            # What is approved are the minutes of the meeting that is named; this one approves them.
            "approve": lambda: meetings.ApproveMinutes(actor, word(said, "minutes"), meeting, word(said, "sha256")),
        },
    )


def _named(said: Said, acts: Acts) -> Act[Any]:
    name = word(said, "act")
    if name not in acts:
        raise InvalidValue(f"There is no act “{name[:40]}”.", hint=f"There are {', '.join(acts)}.")
    return acts[name]()


def _parts(said: Said) -> dict[str, tuple[str, ...]]:
    """Two parts by their names; who is in the second is listed, everybody else in `everybody` is in the first."""
    second = set(several(said, "second_members"))
    first = tuple(person for person in several(said, "everybody") if person not in second)
    return {word(said, "first"): first, word(said, "second"): tuple(sorted(second))}


def charter_said(said: Said, before: Charter | None) -> Charter:
    """Rules with what was changed in them; raises InvalidValue that names the rule, and where there are none."""
    if before is None:
        raise InvalidValue("There is no such template.", hint=f"There are {', '.join(hall.TEMPLATES)}.")
    changed: dict[str, Any] = {}
    for name in _NUMBERS:
        if name in said:
            changed[name] = number(said, name) if word(said, name) else None if name in _MAY_BE_NONE else 0
    for name in ("quorum", "recall_threshold"):
        if (found := share(said, name)) is not None:
            changed[name] = str(found)
    for name in ("motions", "charter_changes", "recalls"):
        if (rule := word(said, name)) in MAJORITIES and rule != _majority_of(before, name):
            changed[name] = _majority(rule)
    if (rule := word(said, "elections")) in ELECTIONS and rule != hall.write_rule(before.elections)["method"]:
        changed["elections"] = hall.write_rule(hall.read_rule({"format": "lyceum-rule-1", "method": rule}))
    return hall.read_charter(before.as_dict() | changed)


def choices_of(charter: Mapping[str, Any]) -> dict[str, Any]:
    """The rules as a form shows them: each with the word that stands for it."""
    read = hall.read_charter(charter)
    plain = {name: charter[name] for name in (*_NUMBERS, "quorum", "recall_threshold")}
    majorities = {name: _majority_of(read, name) for name in ("motions", "charter_changes", "recalls")}
    return {**plain, **majorities, "elections": charter["elections"]["method"]}


def _majority_of(charter: Charter, name: str) -> str:
    rule = getattr(charter, name)
    return str(rule.share) if isinstance(rule, QualifiedMajority) else "simple_majority"


def _majority(said: str) -> dict[str, Any]:
    rule = SimpleMajority() if said == "simple_majority" else QualifiedMajority(share=Fraction(said))
    return hall.write_rule(rule)


# --- words ------------------------------------------------------------------------------------------------------


def word(said: Said, name: str) -> str:
    """A text; nothing said is ""."""
    found = said.get(name)
    return "" if found is None else str(found).strip()


def yes(said: Said, name: str) -> bool:
    """Whether a box was ticked."""
    return said.get(name) in ("yes", True)


def several(said: Said, name: str) -> list[str]:
    """All that was said under a name, by a form or as a list."""
    found = said.getlist(name) if hasattr(said, "getlist") else said.get(name) or []
    return [str(one) for one in found]


def lines(said: Said, name: str) -> tuple[str, ...]:
    """One thing a line, or a list of them."""
    found = said.get(name) or ""
    told = found if isinstance(found, list | tuple) else str(found).splitlines()
    return tuple(str(line).strip() for line in told if str(line).strip())


def number(said: Said, name: str, default: int = 0) -> int:
    """A whole number, the default where nothing was said."""
    text = word(said, name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise InvalidValue(f"“{name}” is no whole number.", hint="Write digits alone.")
    return int(text)


def share(said: Said, name: str) -> Fraction | None:
    """A share such as 1/5; None where nothing was said."""
    text = word(said, name)
    if not text:
        return None
    try:
        return Fraction(text[:40])
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidValue(f"“{text[:20]}” is no share.", hint="Such as 1/5.") from error


def moment(said: Said, name: str) -> datetime:
    """A day with its time, in UTC where it names no zone."""
    found = maybe_moment(said, name)
    if found is None:
        raise InvalidValue(f"“{name}” is missing.", hint="A day and a time, in UTC.", code="invalid_date")
    return found


def maybe_moment(said: Said, name: str) -> datetime | None:
    """A day with its time, in UTC; a day alone is its beginning, nothing is None."""
    text = word(said, name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidValue(
            f"“{text[:40]}” is no time.", hint="Such as 2026-05-01T18:00.", code="invalid_date"
        ) from error


def day_said(said: Said, name: str, at: datetime) -> datetime:
    """The end of the day that is asked for; today, and a day to come, is now."""
    found = maybe_moment(said, name)
    if found is None:
        return at
    return min(at, found if "T" in word(said, name) else found + timedelta(days=1, seconds=-1))
