"""The rules that a body gives itself: templates that can be read as a text and changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lyceum.errors import InvalidValue
from lyceum.hall.canonical import digest
from lyceum.hall.counting import (
    QualifiedMajority,
    Rule,
    SimpleMajority,
    SingleTransferableVote,
    read_rule,
    write_rule,
)
from lyceum.hall.counting.rules import fraction

FORMAT = "lyceum-charter-1"


class Franchise(StrEnum):
    """Who votes in a body."""

    MEMBERS = "members"
    DELEGATES = "delegates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """A body's own rules; times are in days, shares are of those with a vote."""

    franchise: Franchise = Franchise.MEMBERS
    notice_days: int = 7
    quorum: Fraction = Fraction(1, 4)
    motions: Rule = field(default_factory=SimpleMajority)
    charter_changes: Rule = field(default_factory=lambda: QualifiedMajority(share=Fraction(2, 3)))
    elections: Rule = field(default_factory=SingleTransferableVote)
    recalls: Rule = field(default_factory=SimpleMajority)
    recall_threshold: Fraction = Fraction(1, 5)
    term_days: int = 365
    term_limit: int | None = 3
    report_days: int | None = 90

    def __post_init__(self) -> None:
        if not (0 < self.quorum <= 1 and 0 < self.recall_threshold <= 1):
            raise InvalidValue("A share lies above 0 and up to 1.", code="charter_wrong")
        if self.term_days < 1 or self.notice_days < 0 or (self.term_limit is not None and self.term_limit < 1):
            raise InvalidValue("A term lasts a day or more, and one of them is allowed.", code="charter_wrong")

    def changed(self, **fields: Any) -> Charter:
        """The charter with some of its rules changed."""
        return replace(self, **fields)

    def as_dict(self) -> dict[str, Any]:
        """The charter as its file holds it."""
        return {
            "format": FORMAT,
            "franchise": self.franchise.value,
            "notice_days": self.notice_days,
            "quorum": str(self.quorum),
            "motions": write_rule(self.motions),
            "charter_changes": write_rule(self.charter_changes),
            "elections": write_rule(self.elections),
            "recalls": write_rule(self.recalls),
            "recall_threshold": str(self.recall_threshold),
            "term_days": self.term_days,
            "term_limit": self.term_limit,
            "report_days": self.report_days,
        }

    @property
    def sha256(self) -> str:
        """The hash by which the record binds a body to its charter."""
        return digest(self.as_dict())

    def words(self) -> tuple[str, ...]:
        """The charter as sentences, one a rule."""
        voters = "Every member" if self.franchise is Franchise.MEMBERS else "Every delegate"
        limit = f"at most {self.term_limit} times in a row" if self.term_limit else "as often as elected"
        report = f"and reports every {self.report_days} days" if self.report_days else "and owes no regular report"
        return (
            f"{voters} has one vote.",
            f"A meeting is called {self.notice_days} days ahead, and can decide when {_share(self.quorum)} of those "
            "with a vote are present.",
            f"Motions are decided by {_named(self.motions)}, changes of these rules by {_named(self.charter_changes)}.",
            f"Elections are held by {_named(self.elections)}.",
            f"Who is elected sits for {self.term_days} days, {limit}, {report}.",
            f"When {_share(self.recall_threshold)} of those who sent her ask for it, a vote on her recall opens by "
            f"itself; it is decided by {_named(self.recalls)}.",
        )


def read_charter(data: object) -> Charter:
    """The charter in a file; raises InvalidValue that names the key."""
    known = set(Charter().as_dict())
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InvalidValue("This is no charter.", hint=f"Its format is “{FORMAT}”.", code="format_unknown")
    wrong = sorted(set(data) ^ known)
    if wrong:
        raise InvalidValue(
            f"“{wrong[0]}” is missing, or not known.", hint=", ".join(sorted(known)), code="charter_wrong"
        )
    for name in ("notice_days", "term_days", "term_limit", "report_days"):
        whole = isinstance(data[name], int) and not isinstance(data[name], bool)
        if not whole and not (data[name] is None and name in ("term_limit", "report_days")):
            raise InvalidValue(f"“{name}” is not a whole number.", code="charter_wrong")
    if data["franchise"] not in set(Franchise):
        raise InvalidValue("“franchise” is “members” or “delegates”.", code="charter_wrong")
    return Charter(
        franchise=Franchise(data["franchise"]),
        notice_days=data["notice_days"],
        quorum=fraction(data["quorum"], "quorum"),
        motions=read_rule(data["motions"]),
        charter_changes=read_rule(data["charter_changes"]),
        elections=read_rule(data["elections"]),
        recalls=read_rule(data["recalls"]),
        recall_threshold=fraction(data["recall_threshold"], "recall_threshold"),
        term_days=data["term_days"],
        term_limit=data["term_limit"],
        report_days=data["report_days"],
    )


TEMPLATES: dict[str, Charter] = {
    "committee": Charter(),
    "small_committee": Charter(notice_days=3, quorum=Fraction(1, 2), recall_threshold=Fraction(1, 3)),
    "council": Charter(
        franchise=Franchise.DELEGATES, notice_days=14, quorum=Fraction(1, 2), recall_threshold=Fraction(1, 4)
    ),
    "alliance": Charter(
        franchise=Franchise.DELEGATES,
        notice_days=21,
        quorum=Fraction(1, 2),
        motions=QualifiedMajority(share=Fraction(3, 5)),
        term_limit=2,
    ),
}


def _share(share: Fraction) -> str:
    names = {Fraction(1, 2): "half", Fraction(1, 3): "a third", Fraction(1, 4): "a quarter", Fraction(1, 5): "a fifth",
             Fraction(1): "all"}  # fmt: skip
    return names.get(share, f"{share.numerator} in {share.denominator}")


def _named(rule: Rule) -> str:
    written = write_rule(rule)
    name = str(written["method"]).replace("_", " ")
    if isinstance(rule, QualifiedMajority):
        return f"a majority of {rule.share} of the {rule.base.replace('_', ' ')}"
    if isinstance(rule, SimpleMajority):
        return f"a simple majority of the {rule.base.replace('_', ' ')}"
    return f"the {name}"
