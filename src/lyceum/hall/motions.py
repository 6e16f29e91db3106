"""Motions and amendments by paragraph: what differs, what excludes what, in which order to vote, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from fractions import Fraction

from lyceum.errors import InvalidValue, NotEntitled, NotInOrder
from lyceum.hall.canonical import digest
from lyceum.hall.counting import Outcome, Tally
from lyceum.hall.state import Right, State

_TOKENS = re.compile(r"\w+|[^\w\s]|\s+")
_WORDS = re.compile(r"\w+")


class Stage(StrEnum):
    """How far a motion has come."""

    SUBMITTED = "submitted"
    PUT = "put"
    CARRIED = "carried"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    COMPOSED = "composed"


class OriginKind(StrEnum):
    """Where a motion comes from, if not from its proposer alone."""

    FORWARDED = "forwarded"
    COMPOSITE = "composite"


@dataclass(frozen=True, slots=True)
class Origin:
    """A motion that this one goes back to."""

    kind: OriginKind
    motion: str
    body: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What an endorsing motion endorses: another body's motion or call, bound by the hash of its text."""

    kind: str
    id: str
    body: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with an id that amendments name, and that it keeps when others move."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Motion:
    """What a body is asked to decide."""

    id: str
    body: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    proposer: str
    submitted: datetime
    stage: Stage = Stage.SUBMITTED
    origins: tuple[Origin, ...] = ()
    subject: Subject | None = None
    seconder: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the text, by which the record and endorsements bind it."""
        return digest({"title": self.title, "paragraphs": [[p.id, p.text] for p in self.paragraphs]})

    @property
    def text(self) -> str:
        """The paragraphs, an empty line between them."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


def submit_motion(
    state: State, motion_id: str, *, body: str, title: str, text: str, proposer: str, at: datetime
) -> Motion:
    """A motion by one who may propose in the body now; raises NotEntitled, or InvalidValue for an empty text."""
    if Right.PROPOSE not in state.rights(proposer, body, at):
        raise NotEntitled("She may not propose in this body.", hint="Its members, or its delegates, may.")
    paragraphs = paragraphs_of(text)
    if not title.strip() or not paragraphs:
        raise InvalidValue("A motion has a title and a text.", code="motion_wrong")
    return Motion(motion_id, body, title.strip(), paragraphs, proposer, at)


def paragraphs_of(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a text, numbered from p1; empty lines part them."""
    found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return tuple(Paragraph(f"p{number}", part) for number, part in enumerate((p for p in found if p), start=1))


def second_motion(state: State, motion: Motion, *, person: str, at: datetime) -> Motion:
    """The motion with somebody who wants it dealt with; raises NotEntitled, for its proposer too."""
    if person == motion.proposer or Right.PROPOSE not in state.rights(person, motion.body, at):
        raise NotEntitled("She may not second this motion.", hint="Another who may propose in this body may.")
    if motion.seconder:
        raise NotInOrder("The motion is seconded already.", hint="One is enough.")
    return replace(_step(motion, {Stage.SUBMITTED}, Stage.SUBMITTED), seconder=person)


def check_seconded(motion: Motion) -> None:
    """Raises NotInOrder where nobody but its proposer wants it; what a body sends or composes needs no second."""
    if not motion.seconder and not motion.origins:
        raise NotInOrder("The motion is not seconded.", hint="Another who may propose in this body seconds it first.")


def put_motion(motion: Motion) -> Motion:
    """Puts a submitted motion before a meeting."""
    return _step(motion, {Stage.SUBMITTED}, Stage.PUT)


def withdraw_motion(motion: Motion, person: str) -> Motion:
    """Takes it back; only the proposer may, and only before it is decided."""
    if person != motion.proposer:
        raise NotEntitled("Only who proposed it may withdraw it.")
    return _step(motion, {Stage.SUBMITTED, Stage.PUT}, Stage.WITHDRAWN)


def decide_motion(motion: Motion, tally: Tally) -> Motion:
    """The motion as the count decided it; without a quorum it stays as it is."""
    if tally.outcome is Outcome.NO_QUORUM:
        return motion
    if tally.outcome not in (Outcome.CARRIED, Outcome.LOST):
        raise NotInOrder("A motion is decided by yes and no.", hint="Count it by a majority.")
    return _step(motion, {Stage.PUT}, Stage.CARRIED if tally.outcome is Outcome.CARRIED else Stage.LOST)


def _step(motion: Motion, before: set[Stage], after: Stage) -> Motion:
    if motion.stage not in before:
        raise NotInOrder(
            f"The motion “{motion.title}” is {motion.stage}.",
            hint=f"It would have to be {' or '.join(sorted(before))} first.",
        )
    return replace(motion, stage=after)


# --- amendments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replace:
    """Puts a text in the place of a paragraph."""

    paragraph: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Strikes a paragraph out."""

    paragraph: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Puts a paragraph behind another, or at the beginning."""

    after: str | None
    text: str


Change = Replace | Delete | Insert


@dataclass(frozen=True, slots=True)
class Amendment:
    """Changes of a motion's text that stand or fall together."""

    id: str
    motion: str
    proposer: str
    changes: tuple[Change, ...]
    submitted: datetime


def check_amendment(motion: Motion, amendment: Amendment) -> None:
    """Raises InvalidValue where the amendment does not fit the text, or NotInOrder where the motion is decided."""
    if motion.stage not in (Stage.SUBMITTED, Stage.PUT):
        raise NotInOrder(f"The motion is {motion.stage}.", hint="Propose another motion.")
    ids = {paragraph.id: paragraph.text for paragraph in motion.paragraphs}
    touched: set[str] = set()
    if amendment.motion != motion.id or not amendment.changes:
        raise InvalidValue("The amendment changes nothing in this motion.", code="amendment_wrong")
    for change in amendment.changes:
        place = change.after if isinstance(change, Insert) else change.paragraph
        if place is not None and place not in ids:
            raise InvalidValue(f"The motion has no paragraph “{place}”.", hint=", ".join(ids), code="amendment_wrong")
        if isinstance(change, Insert | Replace) and not change.text.strip():
            raise InvalidValue("A paragraph has a text.", hint="To strike one out, delete it.", code="amendment_wrong")
        if isinstance(change, Replace | Delete):
            if change.paragraph in touched:
                raise InvalidValue(f"“{place}” is changed twice.", hint="Once is enough.", code="amendment_wrong")
            touched.add(change.paragraph)
        if isinstance(change, Replace) and change.text == ids[change.paragraph]:
            raise InvalidValue(f"“{place}” stays as it is.", hint="Leave it out.", code="amendment_wrong")


def amended(motion: Motion, amendments: Iterable[Amendment]) -> Motion:
    """The motion with these amendments; paragraphs keep their ids, and inserted ones are named for theirs."""
    replaced: dict[str, str] = {}
    deleted: set[str] = set()
    inserted: dict[str | None, list[Paragraph]] = {}
    for amendment in amendments:
        for number, change in enumerate(amendment.changes, start=1):
            match change:
                case Replace(name, text):
                    replaced[name] = text
                case Delete(name):
                    deleted.add(name)
                case Insert(after, text):
                    inserted.setdefault(after, []).append(Paragraph(f"{amendment.id}.{number}", text))
    found = list(inserted.get(None, ()))
    for paragraph in motion.paragraphs:
        if paragraph.id not in deleted:
            found.append(Paragraph(paragraph.id, replaced.get(paragraph.id, paragraph.text)))
        found += inserted.get(paragraph.id, ())
    return replace(motion, paragraphs=tuple(found))


# --- differences -------------------------------------------------------------------------------------------------


class PieceKind(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, went or came."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One paragraph before and after, in spans; those removed give the old text with those that stayed."""

    paragraph: str
    spans: tuple[Piece, ...]

    @property
    def before(self) -> str:
        """The old text."""
        return "".join(span.text for span in self.spans if span.kind is not PieceKind.ADDED)

    @property
    def after(self) -> str:
        """The new text."""
        return "".join(span.text for span in self.spans if span.kind is not PieceKind.REMOVED)

    @property
    def markdown(self) -> str:
        """For people: ~~removed~~ and **added**."""
        marks = {PieceKind.SAME: "{}", PieceKind.REMOVED: "~~{}~~", PieceKind.ADDED: "**{}**"}
        return "".join(marks[span.kind].format(span.text) for span in self.spans)


def differences(before: Motion, after: Motion) -> tuple[Difference, ...]:
    """Paragraph by paragraph, in the order of the new text with what was struck out in its old place."""
    old = {paragraph.id: paragraph.text for paragraph in before.paragraphs}
    new = {paragraph.id: paragraph.text for paragraph in after.paragraphs}
    order = list(new)
    for place, paragraph in enumerate(before.paragraphs):
        if paragraph.id not in new:
            above = before.paragraphs[place - 1].id if place else None
            order.insert(order.index(above) + 1 if above in order else 0, paragraph.id)
    return tuple(Difference(name, _spans(old.get(name, ""), new.get(name, ""))) for name in order)


def _spans(before: str, after: str) -> tuple[Piece, ...]:
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(PieceKind.SAME, "".join(old[a:b])))
            continue
        if a < b:
            found.append(Piece(PieceKind.REMOVED, "".join(old[a:b])))
        if c < d:
            found.append(Piece(PieceKind.ADDED, "".join(new[c:d])))
    return tuple(found)


# --- conflicts and the order of voting ---------------------------------------------------------------------------


class Relation(StrEnum):
    """How two amendments stand to each other: alike in all, or such that both cannot be carried."""

    ALIKE = "alike"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two amendments that are alike or exclude each other, and the paragraphs over which they do."""

    one: str
    other: str
    relation: Relation
    paragraphs: tuple[str, ...]


def conflicts(amendments: Sequence[Amendment]) -> tuple[Conflict, ...]:
    """All pairs that are alike or exclude each other."""
    found = []
    for place, one in enumerate(amendments):
        for other in amendments[place + 1 :]:
            relation, paragraphs = _relation(one, other)
            if relation is not None:
                found.append(Conflict(one.id, other.id, relation, paragraphs))
    return tuple(found)


def _relation(one: Amendment, other: Amendment) -> tuple[Relation | None, tuple[str, ...]]:
    if set(one.changes) == set(other.changes):
        return Relation.ALIKE, tuple(sorted(_touched(one)))
    mine, theirs = _touched(one), _touched(other)
    both = tuple(sorted(name for name in set(mine) & set(theirs) if mine[name] != theirs[name]))
    return (Relation.EXCLUSIVE, both) if both else (None, ())


def _touched(amendment: Amendment) -> dict[str, Change]:
    """The changes that leave no room for another in their paragraph; insertions always leave room."""
    return {change.paragraph: change for change in amendment.changes if not isinstance(change, Insert)}


@dataclass(frozen=True, slots=True)
class AmendmentVote:
    """One vote on amendments that are alike, and why it comes where it comes."""

    amendments: tuple[str, ...]
    reason: str


def order_of_voting(motion: Motion, amendments: Sequence[Amendment]) -> tuple[AmendmentVote, ...]:
    """Along the text; of those that exclude each other, the one that goes furthest from the motion first.

    Deleting goes further than replacing, and of two replacements the one that keeps fewer words; what is equal keeps
    the order of submission. The motion as amended comes last, by a vote of its own.
    """
    places = {paragraph.id: place for place, paragraph in enumerate(motion.paragraphs)}
    groups = sorted(
        _groups(amendments), key=lambda group: min(_place(change, places) for a in group for change in a.changes)
    )
    return tuple(vote for group in groups for vote in _votes(motion, group))


def _votes(motion: Motion, group: Sequence[Amendment]) -> list[AmendmentVote]:
    distinct: list[list[Amendment]] = []
    for amendment in group:
        twins = next((same for same in distinct if set(same[0].changes) == set(amendment.changes)), None)
        if twins is None:
            distinct.append([amendment])
        else:
            twins.append(amendment)
    distinct.sort(key=lambda same: -reach(motion, same[0]))
    return [AmendmentVote(tuple(a.id for a in same), _reason(motion, same, len(distinct))) for same in distinct]


def _groups(amendments: Sequence[Amendment]) -> list[list[Amendment]]:
    """Amendments that exclude each other, directly or through others, or are alike, together."""
    groups: list[list[Amendment]] = []
    for amendment in sorted(amendments, key=lambda a: (a.submitted, a.id)):
        near = [group for group in groups if any(_relation(amendment, other)[0] for other in group)]
        merged = [other for group in near for other in group] + [amendment]
        groups = [group for group in groups if group not in near] + [merged]
    return [sorted(group, key=lambda a: (a.submitted, a.id)) for group in groups]


def reach(motion: Motion, amendment: Amendment) -> Fraction:
    """How far an amendment goes: the words that it takes away and adds, as a part of those of the motion."""
    texts = {paragraph.id: paragraph.text for paragraph in motion.paragraphs}
    moved = Fraction(0)
    for change in amendment.changes:
        old = _WORDS.findall(texts.get("" if isinstance(change, Insert) else change.paragraph, ""))
        new = [] if isinstance(change, Delete) else _WORDS.findall(change.text)
        kept = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
        # Deleting a paragraph goes further than any rewording of it.
        moved += len(old) - kept + len(new) - kept + (10**6 if isinstance(change, Delete) else 0)
    return moved / max(1, len(_WORDS.findall(motion.text)))


def _place(change: Change, places: Mapping[str, int]) -> Fraction:
    if isinstance(change, Insert):
        return Fraction(-1, 2) if change.after is None else places[change.after] + Fraction(1, 2)
    return Fraction(places[change.paragraph])


def _reason(motion: Motion, same: Sequence[Amendment], alternatives: int) -> str:
    alike = f"{len(same)} amendments are alike and are voted on once. " if len(same) > 1 else ""
    if alternatives == 1:
        return f"{alike}It excludes no other; it comes in the order of the text."
    kind = "deletes a paragraph" if any(isinstance(c, Delete) for c in same[0].changes) else "rewords"
    share = reach(motion, same[0])
    words = "" if kind.startswith("deletes") else f" {int(share * 100)} in 100 words of the motion"
    return f"{alike}Of {alternatives} that exclude each other, the furthest-reaching first: it {kind}{words}."


@dataclass(frozen=True, slots=True)
class Amending:
    """Where the votes on amendments stand: what was carried, lost, or fell with another, and what is voted on next."""

    carried: tuple[str, ...]
    lost: tuple[str, ...]
    fallen: tuple[str, ...]
    next: AmendmentVote | None
    text: Motion


def amending(motion: Motion, amendments: Sequence[Amendment], results: Mapping[str, bool]) -> Amending:
    """The state after these results; raises NotInOrder for a result whose vote had not come, or could not."""
    by_id = {amendment.id: amendment for amendment in amendments}
    carried: list[str] = []
    lost: list[str] = []
    fallen: list[str] = []
    following: AmendmentVote | None = None
    for vote in order_of_voting(motion, amendments):
        name = vote.amendments[0]
        known = [results[other] for other in vote.amendments if other in results]
        if any(_relation(by_id[name], by_id[other])[0] is Relation.EXCLUSIVE for other in carried):
            if known:
                raise NotInOrder(f"The amendment {name} fell with another.", hint="It is not voted on.")
            fallen += vote.amendments
        elif following is not None or not known:
            if known:
                raise NotInOrder(f"The vote on {name} had not come.", hint="Vote in the order that was worked out.")
            following = following or vote
        else:
            (carried if known[0] else lost).extend(vote.amendments)
    chosen = [by_id[name] for name in carried]
    unique = [a for place, a in enumerate(chosen) if all(set(a.changes) != set(b.changes) for b in chosen[:place])]
    return Amending(tuple(carried), tuple(lost), tuple(fallen), following, amended(motion, unique))


# --- from body to body -------------------------------------------------------------------------------------------


def compose_motions(
    motion_id: str, *, title: str, text: str, proposer: str, at: datetime, parts: Sequence[Motion]
) -> tuple[Motion, tuple[Motion, ...]]:
    """One motion in the place of several before the same body; gives it and the parts, which go no further."""
    if len({motion.id for motion in parts}) < 2 or len({motion.body for motion in parts}) != 1:
        raise NotInOrder("A composite joins two or more motions before one body.")
    done = tuple(_step(motion, {Stage.SUBMITTED, Stage.PUT}, Stage.COMPOSED) for motion in parts)
    origins = tuple(Origin(OriginKind.COMPOSITE, motion.id, motion.body) for motion in parts)
    return Motion(motion_id, parts[0].body, title, paragraphs_of(text), proposer, at, origins=origins), done


def forward_motion(state: State, motion: Motion, *, to: str, motion_id: str, at: datetime) -> Motion:
    """A carried motion before another body, above, below or in alliance; raises NotInOrder where there is no tie."""
    if motion.stage is not Stage.CARRIED:
        raise NotInOrder("Only what a body has carried is forwarded in its name.", hint="Have it decided first.")
    if not state.is_open(to, at) or not state.are_linked(motion.body, to, at):
        raise NotInOrder("The two bodies have no tie.", hint="Forward it through a body between, or an alliance.")
    origin = Origin(OriginKind.FORWARDED, motion.id, motion.body)
    return Motion(motion_id, to, motion.title, motion.paragraphs, motion.body, at, origins=(origin,))


@dataclass(frozen=True, slots=True)
class Endorsement:
    """That a body stands behind another's motion or call, by a motion of its own that was carried."""

    subject: Subject
    body: str
    by_motion: str


def propose_endorsement(
    state: State, motion_id: str, *, body: str, subject: Subject, proposer: str, at: datetime
) -> Motion:
    """The motion that would endorse the subject."""
    if subject.body == body:
        raise NotInOrder("A body does not endorse what is its own.")
    title = f"Endorsement of {subject.kind} {subject.id} of {subject.body}"
    text = f"We endorse the {subject.kind} {subject.id} of {subject.body}, whose text has the hash {subject.sha256}."
    return replace(
        submit_motion(state, motion_id, body=body, title=title, text=text, proposer=proposer, at=at), subject=subject
    )


def endorsement(motion: Motion) -> Endorsement:
    """The endorsement that a carried motion is; raises NotInOrder before it is carried."""
    if motion.subject is None or motion.stage is not Stage.CARRIED:
        raise NotInOrder("An endorsement is a motion that was carried.", hint="Propose one and have it decided.")
    return Endorsement(motion.subject, motion.body, motion.id)


def trail_of(motion: Motion, known: Mapping[str, Motion]) -> tuple[Motion, ...]:
    """Every motion that it goes back to, nearest first: what it was forwarded from, composed of, or endorses."""
    found: list[Motion] = []
    seen = {motion.id}
    waiting = [motion]
    while waiting:
        current = waiting.pop(0)
        ids = [origin.motion for origin in current.origins]
        if current.subject is not None and current.subject.kind == "motion":
            ids.append(current.subject.id)
        for name in ids:
            if name in known and name not in seen:
                seen.add(name)
                found.append(known[name])
                waiting.append(known[name])
    return tuple(found)
