"""Published ballots: a file that anyone recounts, and the report of its count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from lyceum.errors import InvalidValue, Refused, RuleChanged
from lyceum.hall.canonical import digest
from lyceum.hall.counting import Choice, Roll, Rule, Step, Tally, Tie, Votes, count, read_rule, rule_hash
from lyceum.hall.counting.model import RANKED, Cell, check_choice, check_for_rule
from lyceum.hall.counting.rules import write_rule
from lyceum.hall.counting.words import shown

FORMAT = "lyceum-ballots-1"

_KEYS = {"format", "ballot", "title", "rule_sha256", "options", "roll", "seed", "votes", "opened", "closed", "tier"}
_VOTE_KEYS = {"vote", "count", "receipt", "voter"}


@dataclass(frozen=True, slots=True)
class BallotFile:
    """The votes of one ballot as published, and what is needed to count them."""

    title: str
    names: Mapping[str, str]
    votes: Votes
    roll: Roll
    seed: str | None
    rule_sha256: str | None
    sha256: str


def recount(rule_file: Path, ballot_file: Path) -> dict[str, Any]:
    """The report of a count by a rule file; raises RuleChanged where the ballots were cast under another rule."""
    rule = read_rule(read_json(rule_file))
    ballots = read_ballots(rule, read_json(ballot_file))
    check_bound(rule, ballots)
    return report(count(rule, ballots.votes, ballots.roll, seed=ballots.seed), ballots)


def check_bound(rule: Rule, ballots: BallotFile) -> None:
    """Raises RuleChanged where the ballots name the hash of another rule."""
    if ballots.rule_sha256 not in (None, rule_hash(rule)):
        raise RuleChanged(
            "The rule is not the one under which these ballots were cast.",
            hint=f"Theirs has the hash {ballots.rule_sha256}, this one {rule_hash(rule)}. Ask for the rule as opened.",
        )


def read_json(path: Path) -> object:
    """The JSON of a file; raises InvalidValue where it cannot be read, has a key twice, or is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except OSError as error:
        raise InvalidValue(
            f"{path.name} cannot be read: {error.strerror or error}.", hint="Look at its name.", code="file_unreadable"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"{path.name} is not JSON in UTF-8.", hint=str(error), code="file_unreadable") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two equal keys readers keep one or the other, so that two people would count two things.
    twice = [key for key, number in Counter(key for key, _ in pairs).items() if number > 1]
    if twice:
        raise ValueError(f"“{twice[0]}” stands twice in one object.")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number.")


def read_ballots(rule: Rule, data: object) -> BallotFile:
    """The ballots in a published file, read as the rule counts them; raises InvalidValue that names the vote."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        named = data.get("format") if isinstance(data, dict) else None
        raise _wrong(f"The ballots' format is “{named}”.", f"This version reads “{FORMAT}”.", code="format_unknown")
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise _wrong(f"A ballot file has no “{unknown[0]}”.", f"It has: {', '.join(sorted(_KEYS))}.")
    names = _options(data.get("options"))
    ranked = isinstance(rule, RANKED)
    options = frozenset(names)
    numbers, receipts, voters = Counter[Choice](), Counter[str](), Counter[str]()
    for place, vote in enumerate(_list(data.get("votes"), "votes"), start=1):
        fields = _vote(vote, place)
        choice = choice_of(fields["vote"], ranked=ranked, where=f"Vote {place}")
        _check(rule, choice, options, place)
        numbers[choice] += _number(fields.get("count", 1), f"the count of vote {place}")
        receipts.update(_texts(fields, "receipt", place))
        voters.update(_texts(fields, "voter", place))
    _refuse_repeats(receipts, "receipt", code="receipt_twice")
    _refuse_repeats(voters, "voter", code="voter_twice")
    return BallotFile(
        title=str(data.get("title", "")),
        names=names,
        votes=Votes.of(tuple(names), numbers),
        roll=_roll(data.get("roll"), sum(numbers.values())),
        seed=_text_or_none(data.get("seed"), "seed"),
        rule_sha256=_text_or_none(data.get("rule_sha256"), "rule_sha256"),
        sha256=digest(data),
    )


def _options(data: object) -> dict[str, str]:
    names: dict[str, str] = {}
    for option in _list(data, "options"):
        fields = {"id": option} if isinstance(option, str) else option
        if not isinstance(fields, dict) or not isinstance(fields.get("id"), str) or not fields["id"]:
            raise _wrong(f"An option is {option!r}.", "Write its id, or {“id”: …, “name”: …}.")
        if fields["id"] in names:
            raise _wrong(f"The option “{fields['id']}” stands twice.", "Give each an id of its own.")
        names[fields["id"]] = str(fields.get("name") or fields["id"])
    return names


def _vote(vote: object, place: int) -> dict[str, Any]:
    if not isinstance(vote, dict) or "vote" not in vote or set(vote) - _VOTE_KEYS:
        raise _wrong(f"Vote {place} is not an object with “vote”.", f"It has: {', '.join(sorted(_VOTE_KEYS))}.")
    return vote


def _check(rule: Rule, choice: Choice, options: frozenset[str], place: int) -> None:
    try:
        check_choice(choice, options)
        check_for_rule(rule, choice)
    except Refused as error:
        raise _wrong(f"Vote {place} cannot be counted. {error.message}", error.hint) from error


def choice_of(vote: object, *, ranked: bool, where: str = "The vote") -> Choice:
    """A vote as written, such as "yes", ["a", "b"] or [["a", "b"], "c"], as a choice; raises InvalidValue."""
    written = [vote] if isinstance(vote, str) else [] if vote is None else vote
    if not isinstance(written, list):
        raise _wrong(f"{where} is {vote!r}.", "Write an option's id, a list of ids, or null for a blank vote.")
    groups = [[item] if isinstance(item, str) else item for item in written]
    if not all(isinstance(group, list) and all(isinstance(item, str) for item in group) for group in groups):
        raise _wrong(f"{where} has something that is no option's id.", "Ids are text.")
    if ranked:
        return tuple(tuple(group) for group in groups)
    if any(isinstance(item, list) for item in written):
        raise _wrong(f"{where} has options that stand equal.", "This rule takes no order; write a plain list.")
    return (tuple(item for group in groups for item in group),) if groups else ()


def write_choice(choice: Choice, *, ranked: bool) -> list[Any]:
    """A choice as the ballot file has it: ids in order, with a list where options stand equal; or ids unordered."""
    if not ranked:
        return [option for group in choice for option in group]
    return [group[0] if len(group) == 1 else list(group) for group in choice]


def _roll(data: object, votes: int) -> Roll:
    if not isinstance(data, dict) or not {"entitled"} <= set(data) <= {"entitled", "present", "voted"}:
        raise _wrong("The roll is not given.", "Write “roll”: {“entitled”: 40}, with “present” where a meeting votes.")
    voted = data.get("voted")
    if voted is not None and _number(voted, "the roll's “voted”") != votes:
        raise _wrong(
            f"There are {votes} votes of {voted} people who voted.",
            "Votes were added or lost; ask for the file as published.",
            code="votes_and_voters_differ",
        )
    present = data.get("present")
    return Roll(
        _number(data["entitled"], "the roll's “entitled”"),
        None if present is None else _number(present, "the roll's “present”"),
    )


def _number(value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _wrong(f"{what[0].upper()}{what[1:]} is {value!r}.", "Write a whole number from 0 up.")


def _texts(fields: Mapping[str, Any], name: str, place: int) -> list[str]:
    text = _text_or_none(fields.get(name), f"{name} of vote {place}")
    if text is not None and fields.get("count", 1) != 1:
        raise _wrong(f"Vote {place} has a {name} and a count.", "A vote with a receipt or a voter is one vote.")
    return [] if text is None else [text]


def _text_or_none(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise _wrong(f"The {name} is {value!r}.", "Write it as text.")


def _refuse_repeats(found: Counter[str], name: str, *, code: str) -> None:
    twice = sorted(text for text, number in found.items() if number > 1)
    if twice:
        raise _wrong(
            f"The {name} “{twice[0]}” stands at two votes.", "One of them was added, or both were given it.", code=code
        )


def _list(data: object, name: str) -> list[Any]:
    if isinstance(data, list):
        return data
    raise _wrong(f"“{name}” is not a list.", "See docs/reference/hall.md.")


def _wrong(message: str, hint: str, code: str = "votes_wrong") -> InvalidValue:
    return InvalidValue(message, hint=hint, code=code)


def report(tally: Tally, ballots: BallotFile) -> dict[str, Any]:
    """A count as `lyceum hall count --json` prints it; fractions are text such as "617/5"."""
    return {
        "title": ballots.title,
        "options": dict(ballots.names),
        "method": write_rule(tally.rule)["method"],
        "outcome": tally.outcome.value,
        "elected": list(tally.elected),
        "ranking": list(tally.ranking),
        "seats": dict(tally.seats),
        "tied": list(tally.tied),
        "votes": tally.votes,
        "blank": tally.blank,
        "roll": {"entitled": tally.roll.entitled, "present": tally.roll.present},
        "ties": [_tie(tie) for tie in tally.ties],
        "steps": [_step(step, ballots.names) for step in tally.steps],
        "rule": write_rule(tally.rule),
        "rule_sha256": rule_hash(tally.rule),
        "rule_bound": ballots.rule_sha256 is not None,
        "ballots_sha256": ballots.sha256,
    }


def _tie(tie: Tie) -> dict[str, Any]:
    return {
        "between": list(tie.options),
        "purpose": tie.purpose,
        "stage": tie.stage,
        "chosen": tie.chosen or None,
        "by": tie.by or None,
    }


def _step(step: Step, names: Mapping[str, str]) -> dict[str, Any]:
    table = step.table
    return {
        "kind": step.kind,
        "words": step.say(names),
        "table": table and {"columns": list(table.columns), "rows": [[_exact(cell) for cell in r] for r in table.rows]},
    }


def _exact(cell: Cell) -> str | int:
    if isinstance(cell, Fraction):
        return int(cell) if cell.denominator == 1 else str(cell)
    return cell


def as_text(found: Mapping[str, Any]) -> str:
    """The same report for people: every step in words, and its table in Markdown."""
    lines = [f"# {found['title']}", ""] if found["title"] else []
    for step in found["steps"]:
        lines += [step["words"], ""]
        if step["table"]:
            lines += [*_markdown(step["table"]["columns"], step["table"]["rows"], found["options"]), ""]
    lines += [f"Rule {found['rule_sha256']}, ballots {found['ballots_sha256']}"]
    return "\n".join(lines) + "\n"


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str | int]], names: Mapping[str, str]) -> list[str]:
    body = [[names.get(str(row[0]), str(row[0])), *(_decimal(cell) for cell in row[1:])] for row in rows]
    heads = [names.get(name, name) for name in columns]
    return [_line(heads), _line(["---", *("--:" for _ in heads[1:])]), *(_line(row) for row in body)]


def _line(cells: Sequence[str]) -> str:
    # A name with a bar in it would open a column of its own.
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _decimal(cell: str | int) -> str:
    return shown(Fraction(cell), {}) if "/" in str(cell) else str(cell)
