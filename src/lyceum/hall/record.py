"""The record: an append-only chain of events that holds no personal data and that anyone verifies.

An entry says in public what kind of event it is, with ids, numbers and hashes. What is about a person is sealed: the
entry holds its keyed commitment, and the content stands elsewhere with its key, as an Opening. Who destroys an opening
erases the person; the commitment stays, tells nothing without the key, and the chain still verifies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lyceum.errors import ClockWentBack, InvalidValue
from lyceum.hall.anchors import Anchor, Trust, check_anchor, read_anchor
from lyceum.hall.canonical import Plain, commitment, digest

FORMAT = "lyceum-record-1"

_KEY_BYTES = 32
_PUBLIC = re.compile(r"[A-Za-z0-9_.:+/-]{1,128}\Z")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: how many entries there are, the hash of the last, and its time."""

    instance: str
    number: int
    link: str
    at: str

    @classmethod
    def first(cls, instance: str) -> Head:
        """Where the chain of a new instance begins."""
        return cls(instance, 0, digest({"format": FORMAT, "instance": instance}), "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the chain."""

    number: int
    previous: str
    at: str
    kind: str
    public: Mapping[str, Plain]
    sealed: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """The hash that the next entry names as its previous."""
        return digest(
            {
                "number": self.number,
                "previous": self.previous,
                "at": self.at,
                "kind": self.kind,
                "public": self.public,
                "sealed": list(self.sealed),
            }
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """What one commitment seals, and its key; the whole is destroyed when its person is erased."""

    entry: int
    place: int
    person: str
    key: str
    content: Plain

    @property
    def commitment(self) -> str:
        """What the entry must hold at this place."""
        return commitment(bytes.fromhex(self.key), {"person": self.person, "content": self.content})


@dataclass(frozen=True, slots=True)
class Appended:
    """What one event adds: the entry, its openings, and the new head; to be stored in one transaction."""

    entry: Entry
    openings: tuple[Opening, ...]
    head: Head


def record_event(
    head: Head,
    kind: str,
    *,
    at: datetime,
    public: Mapping[str, Plain] | None = None,
    sealed: Iterable[tuple[str, Plain]] = (),
    entropy: Callable[[int], bytes],
) -> Appended:
    """Adds an event; `sealed` has pairs of a person and what is about her.

    Raises ClockWentBack where the time is before the head's, and InvalidValue where `public` has free text.
    """
    moment = at.astimezone(UTC).strftime(_INSTANT)
    if moment < head.at:
        raise ClockWentBack(
            f"The clock says {moment}, but the record's last event was at {head.at}.",
            hint="Set the clock; nothing was written. Try again when it has passed that time.",
        )
    content = dict(public or {})
    _refuse_free_text(kind, "kind")
    for name, value in content.items():
        _refuse_free_text(name, name)
        _refuse_free_text(value, name)
    number = head.number + 1
    openings = tuple(
        Opening(number, place, person, entropy(_KEY_BYTES).hex(), value) for place, (person, value) in enumerate(sealed)
    )
    entry = Entry(number, head.link, moment, kind, content, tuple(opening.commitment for opening in openings))
    return Appended(entry, openings, Head(head.instance, number, entry.link, moment))


def _refuse_free_text(value: Plain, name: str) -> None:
    """Names, addresses and sentences have characters that ids, hashes, dates and words of a list have not."""
    if isinstance(value, str) and not _PUBLIC.match(value):
        raise InvalidValue(
            f"“{name}” cannot stand in the public part of the record.",
            hint="Ids, hashes, dates and numbers may; put text into the sealed part, or its hash into the public one.",
            code="record_not_public",
        )
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_free_text(key, name)
            _refuse_free_text(item, name)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _refuse_free_text(item, name)


def erase_person(openings: Iterable[Opening], person: str) -> tuple[Opening, ...]:
    """The openings without those of the person; the store must destroy the others, keys included."""
    return tuple(opening for opening in openings if opening.person != person)


def export_record(
    instance: str, entries: Sequence[Entry], openings: Iterable[Opening] = (), anchors: Iterable[Anchor] = ()
) -> dict[str, Any]:
    """The record as a file; give openings only of what the body publishes."""
    head = Head.first(instance)
    return {
        "format": FORMAT,
        "instance": instance,
        "head": {"number": len(entries), "link": entries[-1].link if entries else head.link},
        "entries": [
            {
                "number": entry.number,
                "previous": entry.previous,
                "at": entry.at,
                "kind": entry.kind,
                "public": dict(entry.public),
                "sealed": list(entry.sealed),
                "link": entry.link,
            }
            for entry in entries
        ],
        "openings": [
            {"entry": o.entry, "place": o.place, "person": o.person, "key": o.key, "content": o.content}
            for o in openings
        ],
        "anchors": [anchor.as_dict() for anchor in anchors],
    }


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in an export that does not hold: a code, where, and what to do."""

    code: str
    subject: str
    message: str
    hint: str = ""


@dataclass(slots=True)
class Verified:
    """What was found in an export: faults, and how far an anchor outside vouches for it."""

    events: int
    head: str
    faults: list[Fault] = field(default_factory=list)
    anchored: int = 0
    opened: int = 0
    sealed: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_record(data: object, *, anchors: Sequence[object] = (), trust: Trust | None = None) -> Verified:
    """Verifies an export without any database; raises InvalidValue where it is no export.

    Anchors kept elsewhere are what finds a tail that was cut off, or a chain that was made anew as a whole.
    """
    fields = _read(data)
    entries = [_entry(item, place) for place, item in enumerate(fields["entries"], start=1)]
    found = Verified(len(entries), entries[-1].link if entries else Head.first(fields["instance"]).link)
    links = _check_chain(fields, entries, found)
    _check_openings(fields["openings"], entries, found)
    for item in (*fields["anchors"], *anchors):
        _check_anchor(item, fields["instance"], links, found, trust or Trust())
    return found


def _read(data: object) -> dict[str, Any]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        named = data.get("format") if isinstance(data, dict) else None
        raise InvalidValue(
            f"The export's format is “{named}”.", hint=f"This version reads “{FORMAT}”.", code="format_unknown"
        )
    lists = {name: data.get(name, []) for name in ("entries", "openings", "anchors")}
    if not isinstance(data.get("instance"), str) or not all(isinstance(value, list) for value in lists.values()):
        raise InvalidValue(
            "The export has no instance, or its entries, openings or anchors are no lists.",
            hint="See docs/reference/hall.md.",
            code="record_unreadable",
        )
    return {**lists, "instance": data["instance"], "head": data.get("head")}


def _entry(item: object, place: int) -> Entry:
    if isinstance(item, dict):
        number, sealed, public = item.get("number"), item.get("sealed"), item.get("public")
        texts = [item.get(name) for name in ("previous", "at", "kind", "link")]
        if (
            isinstance(number, int)
            and not isinstance(number, bool)
            and isinstance(sealed, list)
            and isinstance(public, dict)
            and all(isinstance(text, str) for text in (*texts, *sealed))
        ):
            try:
                digest(public)
            except TypeError as error:
                raise _unreadable(place, str(error)) from error
            return Entry(number, item["previous"], item["at"], item["kind"], public, tuple(sealed))
    raise _unreadable(place, "It needs number, previous, at, kind, public, sealed and link.")


def _unreadable(place: int, hint: str) -> InvalidValue:
    return InvalidValue(f"The entry in place {place} cannot be read.", hint=hint, code="record_unreadable")


def _check_chain(fields: Mapping[str, Any], entries: Sequence[Entry], found: Verified) -> dict[int, str]:
    """The links by number, as they are; faults are added where the chain does not hold."""
    head = Head.first(fields["instance"])
    links = {0: head.link}
    previous, at = head.link, ""
    for place, (entry, written) in enumerate(zip(entries, fields["entries"], strict=True), start=1):
        subject = f"entry {entry.number}"
        if entry.number != place:
            message = f"Place {place} has {subject}: entries are missing, doubled or in another order."
            found.faults.append(Fault("entry_out_of_place", subject, message, "Compare with a copy kept elsewhere."))
        if entry.link != written["link"]:
            message = f"{subject.capitalize()} is not what was written: it has another hash."
            found.faults.append(Fault("entry_altered", subject, message, "Compare with a copy kept elsewhere."))
        if entry.previous != previous:
            message = f"{subject.capitalize()} does not follow the entry before it."
            found.faults.append(Fault("link_broken", subject, message, "Compare with a copy kept elsewhere."))
        if entry.at < at:
            message = f"{subject.capitalize()} is dated before the entry before it."
            found.faults.append(Fault("time_reversed", subject, message, "The clock went back, or it was moved."))
        previous, at = entry.link, entry.at
        links[entry.number] = entry.link
    stated = fields["head"]
    if stated != {"number": len(entries), "link": previous}:
        message = "The head that the export states is not that of its entries."
        found.faults.append(Fault("head_differs", "head", message, "Entries were cut off or added."))
    return links


def _check_openings(openings: Sequence[object], entries: Sequence[Entry], found: Verified) -> None:
    found.sealed = sum(len(entry.sealed) for entry in entries)
    places = {(entry.number, place): text for entry in entries for place, text in enumerate(entry.sealed)}
    opened: set[tuple[int, int]] = set()
    for item in openings:
        opening = _opening(item)
        if opening is None or places.get((opening.entry, opening.place)) != opening.commitment:
            subject = "opening" if opening is None else f"entry {opening.entry}, part {opening.place}"
            message = f"What is told of {subject} is not what was sealed."
            found.faults.append(Fault("opening_false", subject, message, "Believe the record, not this text."))
        else:
            opened.add((opening.entry, opening.place))
    found.opened = len(opened)


def _opening(item: object) -> Opening | None:
    if not isinstance(item, dict):
        return None
    try:
        opening = Opening(item["entry"], item["place"], item["person"], item["key"], item["content"])
        _ = opening.commitment
    except (KeyError, TypeError, ValueError):
        return None
    return opening


def _check_anchor(item: object, instance: str, links: Mapping[int, str], found: Verified, trust: Trust) -> None:
    anchor = item if isinstance(item, Anchor) else read_anchor(item)
    subject = f"anchor at entry {anchor.number}"
    reason = check_anchor(anchor, instance, trust)
    if reason:
        found.faults.append(Fault("anchor_invalid", subject, reason, "Ask who made it for the anchor again."))
    elif anchor.number not in links:
        message = f"The record was anchored at {anchor.number} entries and has {found.events}: its end was cut off."
        found.faults.append(Fault("cut_off", subject, message, "Restore a copy that has all entries."))
    elif links[anchor.number] != anchor.link:
        message = f"Entry {anchor.number} is another than the one that was anchored: the chain was made anew."
        found.faults.append(Fault("anchor_differs", subject, message, "Restore the record that was anchored."))
    else:
        found.anchored = max(found.anchored, anchor.number)
