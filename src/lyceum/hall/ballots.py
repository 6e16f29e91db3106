"""Ballots: who may cast what and when, the open roll-call, and the secret ballot whose papers nothing ties to voters.

The secret ballot keeps two things apart. An Entitlement says of a person that she may vote, and whether she did. A
Paper says what somebody voted, under a mark that only the voter's receipt code leads to. They share no key, no time
and no order: papers lie in a sealed box of one fixed size, written anew as a whole for each vote, sorted by mark.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lyceum.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpen,
    ClockWentBack,
    EmptyRoll,
    InvalidValue,
    NotEntitled,
    NotInOrder,
    RuleChanged,
)
from lyceum.hall.ballotfile import FORMAT, choice_of, write_choice
from lyceum.hall.canonical import canonical, digest
from lyceum.hall.counting import (
    ABSTAIN,
    NO,
    YES,
    Choice,
    QualifiedMajority,
    Roll,
    Rule,
    SimpleMajority,
    Tally,
    Votes,
    count,
    rule_hash,
)
from lyceum.hall.counting.model import RANKED, check_choice, check_for_rule

Entropy = Callable[[int], bytes]

FEW_VOTERS = 10
_RECEIPT_BYTES = 10
_MARK = 32
_NONCE = 12


class Tier(StrEnum):
    """How a vote is kept."""

    OPEN = "open"
    SECRET = "secret"  # noqa: S105 - a word, not a password
    VERIFIABLE = "verifiable"  # its place: encrypted end to end, checked by belenios-tool; it comes later


@dataclass(frozen=True, slots=True)
class Option:
    """What can be voted for."""

    id: str
    name: str


MOTION = (Option(YES, "Yes"), Option(NO, "No"), Option(ABSTAIN, "Abstain"))


@dataclass(frozen=True, slots=True)
class Ballot:
    """One question put to a roll, under a rule that is fixed with its opening."""

    id: str
    body: str
    question: str
    options: tuple[Option, ...]
    rule: Rule
    tier: Tier
    opens: datetime
    closes: datetime
    entitled: int = 0
    present: int | None = None
    opened: datetime | None = None
    closed: datetime | None = None
    rule_sha256: str = ""
    voted: int | None = None

    @property
    def option_ids(self) -> tuple[str, ...]:
        """The ids of the options, in the ballot's order."""
        return tuple(option.id for option in self.options)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """That a person may vote, and whether she did; it knows nothing of her vote."""

    ballot: str
    person: str
    used: bool = False


@dataclass(frozen=True, slots=True)
class OpenVote:
    """A vote in a roll-call, with the name of who stands by it."""

    ballot: str
    voter: str
    choice: Choice


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """A secret vote under its mark."""

    mark: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person who wants to vote: at the opening, and now."""

    person: str
    on_roll: bool
    holds_right: bool
    has_voted: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """What one vote writes, in one transaction: the used entitlement, and an open vote or a paper for the box.

    The receipt is shown to the voter once and stored nowhere.
    """

    entitlement: Entitlement
    vote: OpenVote | None = None
    paper: Paper | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedBallot:
    """What opening a ballot writes."""

    ballot: Ballot
    entitlements: tuple[Entitlement, ...]


def plan_ballot(
    ballot_id: str,
    *,
    body: str,
    question: str,
    options: Sequence[Option],
    rule: Rule,
    tier: Tier,
    opens: datetime,
    closes: datetime,
) -> Ballot:
    """A ballot to come; raises InvalidValue or NotInOrder where it could not be held as planned."""
    _refuse_naive(opens, closes)
    if tier is Tier.VERIFIABLE:
        raise NotInOrder(
            "Ballots that are verifiable end to end are not built yet.",
            hint="Use the open or the secret tier; hold statutory votes on paper.",
            code="tier_not_built",
        )
    if opens >= closes:
        raise InvalidValue("A ballot closes after it opens.", hint="Look at the two times.", code="ballot_wrong")
    ids = [option.id for option in options]
    if not ids or len(set(ids)) != len(ids):
        raise InvalidValue("A ballot has options, each with an id of its own.", code="ballot_wrong")
    if isinstance(rule, SimpleMajority | QualifiedMajority) and set(ids) != {YES, NO, ABSTAIN}:
        raise InvalidValue(
            "A majority is counted from yes, no and abstain.",
            hint="Use MOTION as the options, or a rule for elections.",
            code="ballot_wrong",
        )
    return Ballot(ballot_id, body, question, tuple(options), rule, tier, opens, closes)


def open_ballot(ballot: Ballot, roll: Iterable[str], *, at: datetime, present: int | None = None) -> OpenedBallot:
    """Fixes the roll and the rule; raises EmptyRoll, BallotNotOpen before its time, BallotClosed after it."""
    _refuse_naive(at)
    if ballot.opened is not None:
        raise NotInOrder("This ballot was opened before.", hint="It opens once, so that its roll and rule stand.")
    if at < ballot.opens:
        raise BallotNotOpen(f"The ballot opens at {_shown(ballot.opens)}.", hint="Wait until then.")
    if at >= ballot.closes:
        raise BallotClosed(f"The ballot was to end at {_shown(ballot.closes)}.", hint="Plan another.")
    people = sorted(set(roll))
    if not people:
        raise EmptyRoll("Nobody might vote in this ballot.", hint="Look at who holds the right on that day.")
    opened = replace(ballot, opened=at, entitled=len(people), present=present, rule_sha256=rule_hash(ballot.rule))
    return OpenedBallot(opened, tuple(Entitlement(ballot.id, person) for person in people))


def cast(ballot: Ballot, standing: Standing, choice: Choice, *, at: datetime, entropy: Entropy) -> Cast:
    """Decides whether this vote counts, and what it writes; raises the Refused that gives the reason.

    The store must hold one used entitlement a person and ballot by a constraint of its own: two votes that come at
    once both see `has_voted` as false here.
    """
    check_open(ballot, at=at)
    _check_standing(standing)
    check_choice(choice, frozenset(ballot.option_ids))
    check_for_rule(ballot.rule, choice)
    used = Entitlement(ballot.id, standing.person, used=True)
    if ballot.tier is Tier.OPEN:
        return Cast(used, vote=OpenVote(ballot.id, standing.person, choice))
    receipt = _receipt(entropy(_RECEIPT_BYTES))
    return Cast(used, paper=Paper(mark_of(ballot.id, receipt), choice), receipt=receipt)


def check_open(ballot: Ballot, *, at: datetime) -> None:
    """Raises BallotNotOpen, BallotClosed or ClockWentBack where no vote can be cast now.

    What was recorded outranks the clock: a closed ballot stays closed, whatever the clock says.
    """
    _refuse_naive(at)
    if ballot.closed is not None:
        raise BallotClosed(f"The ballot was closed at {_shown(ballot.closed)}.", hint="Its votes are published.")
    if ballot.opened is None:
        raise BallotNotOpen(f"The ballot opens at {_shown(ballot.opens)}.", hint="Vote after that.")
    if at >= ballot.closes:
        raise BallotClosed(f"The ballot ended at {_shown(ballot.closes)}.", hint="Its votes will be published.")
    if at < ballot.opened:
        raise ClockWentBack(
            f"The clock says {_shown(at)}, but the ballot was opened at {_shown(ballot.opened)}.",
            hint="Set the clock; nothing was written. Vote again then.",
        )


def _check_standing(standing: Standing) -> None:
    if not standing.on_roll:
        raise NotEntitled(
            "You are not on this ballot's roll.", hint="The roll was fixed when the ballot opened; ask its officers."
        )
    if not standing.holds_right:
        raise NotEntitled(
            "You held the right to vote when the ballot opened, and hold it no more.",
            hint="A membership, seat or mandate of yours has ended; ask its officers if that is a mistake.",
        )
    if standing.has_voted:
        raise AlreadyVoted("You have voted in this ballot.", hint="Your first vote counts; find it by your receipt.")


def close_ballot(ballot: Ballot, *, at: datetime, voted: int) -> Ballot:
    """Ends the ballot at its time, or earlier when everybody has voted; raises NotInOrder before."""
    _refuse_naive(at)
    if ballot.opened is None:
        raise BallotNotOpen("The ballot was never opened.", hint="Withdraw it, or open it in its time.")
    if ballot.closed is not None:
        raise BallotClosed(f"The ballot was closed at {_shown(ballot.closed)}.")
    if at < ballot.opened:
        raise ClockWentBack(f"The clock says {_shown(at)}, before the ballot's opening.", hint="Set the clock.")
    if at < ballot.closes and voted < ballot.entitled:
        raise NotInOrder(
            f"The ballot ends at {_shown(ballot.closes)}, and {ballot.entitled - voted} have not voted.",
            hint="Wait until then: a ballot is not cut short.",
        )
    return replace(ballot, closed=at, voted=voted)


def check_rule(ballot: Ballot, rule: Rule) -> None:
    """Raises RuleChanged where this is not the rule under which the ballot opened."""
    if ballot.opened is not None and rule_hash(rule) != ballot.rule_sha256:
        raise RuleChanged(
            "The rule was changed after the ballot opened.",
            hint=f"It opened under {ballot.rule_sha256}, and this one is {rule_hash(rule)}.",
        )


def tally_ballot(ballot: Ballot, votes: Iterable[OpenVote | Paper], *, seed: str | None = None) -> Tally:
    """Counts a closed ballot by the rule that it opened under; raises NotInOrder before, RuleChanged after a change."""
    if ballot.closed is None:
        raise NotInOrder("An open ballot is not counted.", hint="Close it first: what is known early moves votes.")
    check_rule(ballot, ballot.rule)
    choices = [vote.choice for vote in votes]
    _check_number(ballot, len(choices))
    return count(ballot.rule, Votes.of(ballot.option_ids, choices), Roll(ballot.entitled, ballot.present), seed=seed)


def publish_ballot(
    ballot: Ballot, votes: Iterable[OpenVote | Paper], *, title: str = "", seed: str | None = None
) -> dict[str, Any]:
    """The ballot file of a closed ballot: every vote, sorted, with the voter's name or its mark as receipt."""
    if ballot.closed is None or ballot.opened is None:
        raise NotInOrder("An open ballot is not published.", hint="Close it first.")
    ranked = isinstance(ballot.rule, RANKED)
    votes = list(votes)
    _check_number(ballot, len(votes))
    rows = sorted(
        (
            {"voter": vote.voter, "vote": write_choice(vote.choice, ranked=ranked)}
            if isinstance(vote, OpenVote)
            else {"receipt": vote.mark, "vote": write_choice(vote.choice, ranked=ranked)}
            for vote in votes
        ),
        key=lambda row: str(row.get("voter") or row.get("receipt")),
    )
    roll = {"entitled": ballot.entitled, "voted": ballot.voted}
    roll |= {} if ballot.present is None else {"present": ballot.present}
    return {
        "format": FORMAT,
        "ballot": ballot.id,
        "title": title or ballot.question,
        "tier": ballot.tier.value,
        "opened": _shown(ballot.opened),
        "closed": _shown(ballot.closed),
        "rule_sha256": ballot.rule_sha256,
        "options": [{"id": option.id, "name": option.name} for option in ballot.options],
        "roll": roll,
        **({} if seed is None else {"seed": seed}),
        "votes": rows,
    }


def _check_number(ballot: Ballot, votes: int) -> None:
    """As many votes as people who voted: what nothing ties to a voter can still be counted against the voters."""
    if votes != ballot.voted:
        raise InvalidValue(
            f"There are {votes} votes of {ballot.voted} people who voted.",
            hint="Votes were added or lost. Do not count this ballot; look at a backup, and hold it again.",
            code="votes_and_voters_differ",
        )


def find_vote(published: Mapping[str, Any], receipt: str) -> list[Any] | None:
    """The vote that stands under a receipt code in a published ballot file; None where there is none."""
    mark = mark_of(str(published.get("ballot", "")), receipt)
    for row in published.get("votes", []):
        if row.get("receipt") == mark:
            vote: list[Any] = row["vote"]
            return vote
    return None


def mark_of(ballot_id: str, receipt: str) -> str:
    """What is published for a receipt code; the code cannot be had from it."""
    code = "".join(receipt.upper().split()).replace("-", "").replace("0", "O").replace("1", "I")
    return digest({"domain": "lyceum-receipt-1", "ballot": ballot_id, "receipt": code})[:_MARK]


def _receipt(random: bytes) -> str:
    code = base64.b32encode(random).decode()
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


# --- the sealed box --------------------------------------------------------------------------------------------


def new_box(ballot: Ballot, key: bytes, *, entropy: Entropy) -> bytes:
    """An empty box, of the size that it keeps. The key stays out of the database, and is destroyed after closing."""
    return _seal(ballot, [], key, entropy)


def drop_paper(ballot: Ballot, box: bytes, paper: Paper, key: bytes, *, entropy: Entropy) -> bytes:
    """The box with one paper more: other bytes throughout, of the same length, so that copies tell nothing."""
    row = [paper.mark, write_choice(paper.choice, ranked=isinstance(ballot.rule, RANKED))]
    return _seal(ballot, [*_unseal(ballot, box, key), row], key, entropy)


def open_box(ballot: Ballot, box: bytes, key: bytes) -> tuple[Paper, ...]:
    """The papers, sorted by mark; raises InvalidValue where the box was altered or the key is another."""
    ranked = isinstance(ballot.rule, RANKED)
    return tuple(Paper(mark, choice_of(vote, ranked=ranked)) for mark, vote in _unseal(ballot, box, key))


def _unseal(ballot: Ballot, box: bytes, key: bytes) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = json.loads(AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], ballot.id.encode()))
    except InvalidTag as error:
        raise InvalidValue(
            "The ballot box does not open: it was altered, or the key is another's.",
            hint="Restore both from one backup.",
            code="box_damaged",
        ) from error
    return rows


def _seal(ballot: Ballot, rows: list[list[Any]], key: bytes, entropy: Entropy) -> bytes:
    rows.sort(key=itemgetter(0))
    plain = json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode().ljust(_box_size(ballot))
    nonce = entropy(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, ballot.id.encode())


def _box_size(ballot: Ballot) -> int:
    longest = canonical(["0" * _MARK, [[option] for option in ballot.option_ids]])
    return 2 + ballot.entitled * (len(longest) + 1)


# --- what is promised, and what is not -------------------------------------------------------------------------

PROMISES: Mapping[Tier, tuple[str, ...]] = {
    Tier.OPEN: (
        "Everybody can read who voted how, so that delegates answer to those who sent them.",
        "Anyone can count again from the published file.",
    ),
    Tier.SECRET: (
        "Nothing that is stored ties a vote to a voter: no key, no time and no order.",
        "Your receipt code is known to you alone. With it you find your vote among the published ones.",
        "Anyone can count again from the published file.",
    ),
}

LIMITS: Mapping[Tier, tuple[str, ...]] = {
    Tier.OPEN: ("It protects nobody from pressure over how she voted.",),
    Tier.SECRET: (
        "Whoever runs the server could see your vote at the moment when you cast it.",
        "Whoever runs the server could add votes for people who did not vote; the number of votes and the list of "
        "those who voted are published so that this can be noticed.",
        "Whoever runs the server could give two voters the same receipt, so that both find one vote.",
        "Somebody who stands behind you, or to whom you show your receipt, learns your vote.",
        "Where all vote alike, everybody knows how everybody voted.",
        "Your device can be watched by whoever controls it, such as an employer.",
    ),
}


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that voters should know before they vote, or readers of a result."""

    code: str
    words: str


def cautions(ballot: Ballot) -> tuple[Caution, ...]:
    """What the page of this ballot must say beside its promises and limits."""
    if ballot.tier is Tier.SECRET and ballot.opened is not None and ballot.entitled < FEW_VOTERS:
        words = (
            f"Only {ballot.entitled} people may vote. In so small a group the result alone can show how somebody "
            "voted; a show of hands or paper may be more honest."
        )
        return (Caution("few_voters", words),)
    return ()


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_naive(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise InvalidValue("A time without its zone says nothing.", hint="Give UTC or an offset.", code="invalid_date")
