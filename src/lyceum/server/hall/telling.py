"""Writes the hall's events as plain values and reads them; parts what the record may say from what it seals."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lyceum import hall
from lyceum.errors import StoreDamaged

_Told = TypeVar("_Told")
_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PUBLIC = frozenset(
    "body parent seat petition alliance ballot bodies into kind sits_in term_days term_limit recall_threshold excludes "
    "rights until reason recalled by_motion".split()
)

Sealed = tuple[tuple[str, Any], ...]


def name_of(event: object) -> str:
    """What kind of event this is, as the record says it: “body_founded”."""
    return _SNAKE.sub("_", type(event).__name__).lower()


def write_event(event: object) -> dict[str, Any]:
    """An event's fields as plain values, without its time, which stands beside it."""
    return {f.name: _plain(getattr(event, f.name)) for f in fields(cast("Any", event)) if f.name != "at"}


def read_event(kind: Callable[..., _Told], at: datetime, told: Mapping[str, Any]) -> _Told:
    """The event that was written, None wherever nothing was; raises StoreDamaged."""
    try:
        known = {name: hint for name, hint in _hints(kind) if name in told or type(None) in get_args(hint)}
        return kind(at=at, **{name: _read(hint, told.get(name)) for name, hint in known.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise StoreDamaged(
            "A stored event of the hall cannot be read.", hint="Restore the site's database from a backup."
        ) from error


def part_event(event: hall.Event) -> tuple[dict[str, Any], Sealed]:
    """What the record says of an event, ids and numbers alone, and what it seals, each with the person it is about."""
    told = {name: value for name, value in write_event(event).items() if value is not None}
    public = {name: told.pop(name) for name in list(told) if name in _PUBLIC}
    if "charter" in told:
        public["charter_sha256"] = hall.digest(told["charter"])
    if "person" in told:
        return public, ((told["person"], told),)
    members = told.pop("members", [])
    parts = told.get("parts", [])
    divided = [(person, {"part": part["body"]}) for part in parts for person in part.pop("members")]
    return public, (("", told), *((person, {"member": person}) for person in members), *divided)


def join_event(kind: str, at: datetime, public: Mapping[str, Any], opened: Iterable[tuple[str, Any]]) -> hall.Event:
    """The event that the record tells of, given all that it seals; raises StoreDamaged."""
    told = {name: value for name, value in public.items() if name != "charter_sha256"}
    members: list[str] = []
    divided: dict[str, list[str]] = {}
    for person, content in opened:
        if "member" in content:
            members.append(person)
        elif "part" in content:
            divided.setdefault(content["part"], []).append(person)
        else:
            told |= content
    if kind == "body_founded":
        told["members"] = members
    if "parts" in told:
        told["parts"] = [{**part, "members": divided.get(part["body"], [])} for part in told["parts"]]
    return read_event(EVENTS[kind], at, told)


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one a type
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, hall.Charter):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


@cache
def _hints(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((f.name, hints[f.name]) for f in fields(kind) if f.name != "at")


def _read(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(next(one for one in get_args(hint) if one is not type(None)), value)
    if origin is tuple:
        kinds = get_args(hint)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            return tuple(_read(kinds[0], item) for item in value)
        return tuple(_read(one, item) for one, item in zip(kinds, value, strict=True))
    if origin is frozenset:
        return frozenset(_read(get_args(hint)[0], item) for item in value)
    return _read_plain(hint, value)


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is hall.Charter:
        return hall.read_charter(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{f.name: _read(get_type_hints(hint)[f.name], value[f.name]) for f in fields(hint)})
    return value if hint in (str, int, bool) else hint(value)


def _named(*kinds: type[Any]) -> dict[str, type[Any]]:
    return {_SNAKE.sub("_", kind.__name__).lower(): kind for kind in kinds}


EVENTS: Mapping[str, type[hall.Event]] = _named(
    hall.AllianceJoined, hall.AllianceLeft, hall.BodiesMerged, hall.BodyClosed, hall.BodyFounded, hall.BodyMoved,
    hall.BodySplit, hall.CharterChanged, hall.InstructionGiven, hall.MemberJoined, hall.MemberLeft, hall.RecallAsked,
    hall.RecallDecided, hall.RecallLapsed, hall.RecallOpened, hall.RecallSigned, hall.RecallUnsigned, hall.ReportGiven,
    hall.SeatAbolished, hall.SeatLeft, hall.SeatMade, hall.SeatTaken,
)  # fmt: skip
MEETING_EVENTS: Mapping[str, type[hall.MeetingEvent]] = _named(
    hall.AgendaChanged, hall.Arrived, hall.AskedToSpeak, hall.Departed, hall.ItemBegan, hall.MeetingCalled,
    hall.MeetingCancelled, hall.MeetingClosed, hall.MeetingOpened, hall.MinutesApproved, hall.MinutesCorrected,
    hall.MotionDecided, hall.Noted, hall.SpeechBegan,
)  # fmt: skip
