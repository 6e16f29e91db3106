"""Rows as the hall's values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.hall import Amendment, Ballot, Change, Delete, Insert, Motion, Option, Replace, Stage, Tier
from lyceum.server.deciding import models

DRAFT = "draft"
"""The stage before a motion is moved; the hall's rules know nothing of it."""


def motion_of(row: models.Motion) -> Motion:
    """The motion in a row that is no draft."""
    return Motion(
        row.id, row.body, row.title, paragraphs(row.paragraphs), row.proposer, row.submitted, Stage(row.stage),
        tuple(hall.Origin(hall.OriginKind(one["kind"]), one["motion"], one["body"]) for one in row.origins),
        hall.Subject(**row.subject) if row.subject else None,
        row.seconder,
    )  # fmt: skip


def motion_row(motion: Motion) -> dict[str, Any]:
    """A motion's columns."""
    return {
        "id": motion.id,
        "body": motion.body,
        "title": motion.title,
        "paragraphs": [[one.id, one.text] for one in motion.paragraphs],
        "proposer": motion.proposer,
        "seconder": motion.seconder,
        "submitted": motion.submitted,
        "stage": motion.stage.value,
        "origins": [{"kind": one.kind.value, "motion": one.motion, "body": one.body} for one in motion.origins],
        "subject": motion.subject
        and {name: getattr(motion.subject, name) for name in ("kind", "id", "body", "sha256")},
    }


def paragraphs(stored: list[list[str]]) -> tuple[hall.Paragraph, ...]:
    """The paragraphs of a text as stored."""
    return tuple(hall.Paragraph(name, text) for name, text in stored)


def amendment_of(row: models.Amendment) -> Amendment:
    """The amendment in a row."""
    return Amendment(row.id, row.motion, row.proposer, read_changes(row.changes), row.submitted)


def write_changes(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Changes as the API and the rows have them."""
    written: list[dict[str, Any]] = []
    for change in changes:
        match change:
            case Replace(paragraph, text):
                written.append({"replace": paragraph, "text": text})
            case Delete(paragraph):
                written.append({"delete": paragraph})
            case Insert(after, text):
                written.append({"insert_after": after, "text": text})
    return written


def read_changes(written: list[dict[str, Any]]) -> tuple[Change, ...]:
    """The changes that were written; raises InvalidValue for anything else."""
    return tuple(_read_change(one) for one in written)


def _read_change(written: Mapping[str, Any]) -> Change:
    text = " ".join(str(written.get("text") or "").split())
    if "replace" in written:
        return Replace(str(written["replace"]), text)
    if "delete" in written:
        return Delete(str(written["delete"]))
    if "insert_after" in written:
        after = written["insert_after"]
        return Insert(None if after is None else str(after), text)
    raise InvalidValue(
        "A change says neither what it replaces, deletes nor where it inserts.",
        hint="Write “replace”, “delete” or “insert_after”, and “text”.",
        code="amendment_wrong",
    )


def ballot_of(row: models.Ballot) -> Ballot:
    """The ballot in a row, its rule as the row has it now."""
    return Ballot(
        row.id, row.body, row.question, tuple(Option(one["id"], one["name"]) for one in row.options),
        hall.read_rule(row.rule), Tier(row.tier), row.opens, row.closes, row.entitled, row.present, row.opened,
        row.closed, row.rule_sha256, row.voted,
    )  # fmt: skip


def ballot_row(ballot: Ballot) -> dict[str, Any]:
    """A ballot's columns, without what it is about."""
    return {
        "id": ballot.id,
        "body": ballot.body,
        "question": ballot.question,
        "options": [{"id": one.id, "name": one.name} for one in ballot.options],
        "rule": hall.write_rule(ballot.rule),
        "tier": ballot.tier.value,
        "opens": ballot.opens,
        "closes": ballot.closes,
        "opened": ballot.opened,
        "closed": ballot.closed,
        "entitled": ballot.entitled,
        "present": ballot.present,
        "voted": ballot.voted,
        "rule_sha256": ballot.rule_sha256,
    }


def terms_sha256(ballot: Ballot) -> str:
    """What the record binds at the opening: question, options, rule and times, none of which may change after."""
    return hall.digest(
        {
            "question": ballot.question,
            "options": [[one.id, one.name] for one in ballot.options],
            "rule": hall.write_rule(ballot.rule),
            "tier": ballot.tier.value,
            "closes": int(ballot.closes.timestamp()),
        }
    )


def read_choice(ballot: Ballot, written: Any) -> hall.Choice:
    """A vote as the API and forms write it: an id, a list of ids in order, or null for a blank one."""
    return hall.choice_of(written, ranked=isinstance(ballot.rule, hall.RANKED))


def write_choice(ballot: Ballot, choice: hall.Choice) -> list[Any]:
    """A choice as the ballot file has it."""
    return hall.write_choice(choice, ranked=isinstance(ballot.rule, hall.RANKED))
