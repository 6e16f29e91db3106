"""The hall in the reader's language: rules as sentences, kinds of seats, rights and states."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lyceum.hall import Right

TEMPLATES = {
    "committee": gettext_lazy("Committee"),
    "small_committee": gettext_lazy("Small committee"),
    "council": gettext_lazy("Council of delegates"),
    "alliance": gettext_lazy("Alliance"),
}
RIGHTS = {
    Right.CALL: gettext_lazy("calls meetings"),
    Right.CHAIR: gettext_lazy("chairs meetings"),
    Right.RECORD: gettext_lazy("keeps the papers"),
    Right.TREASURE: gettext_lazy("keeps the money"),
    Right.VOTE: gettext_lazy("votes"),
    Right.SPEAK: gettext_lazy("speaks"),
    Right.PROPOSE: gettext_lazy("proposes"),
    Right.STAND: gettext_lazy("stands for election"),
}
STATES = {
    "called": gettext_lazy("called"),
    "open": gettext_lazy("in session"),
    "closed": gettext_lazy("held"),
    "cancelled": gettext_lazy("called off"),
}
ENDS = {
    "resigned": gettext_lazy("resigned"),
    "recalled": gettext_lazy("recalled"),
    "not_eligible": gettext_lazy("lost the right to vote"),
    "body_closed": gettext_lazy("the body ended"),
    "seat_abolished": gettext_lazy("the seat was abolished"),
}
MAJORITIES = {
    "simple_majority": gettext_lazy("more for than against"),
    "1/2": gettext_lazy("more than half of the votes"),
    "3/5": gettext_lazy("three in five of the votes"),
    "2/3": gettext_lazy("two thirds of the votes"),
    "3/4": gettext_lazy("three quarters of the votes"),
}
ELECTIONS = {
    "single_transferable_vote": gettext_lazy("single transferable vote"),
    "instant_runoff": gettext_lazy("instant run-off"),
    "schulze": gettext_lazy("Schulze’s method"),
    "approval": gettext_lazy("approval of as many as one likes"),
    "sainte_lague": gettext_lazy("seats by section, after Sainte-Laguë"),
}
SHARES = {
    "1": gettext_lazy("all"),
    "3/4": gettext_lazy("three quarters"),
    "2/3": gettext_lazy("two thirds"),
    "1/2": gettext_lazy("half"),
    "1/3": gettext_lazy("a third"),
    "1/4": gettext_lazy("a quarter"),
    "1/5": gettext_lazy("a fifth"),
    "1/10": gettext_lazy("a tenth"),
}


def rules_in_words(charter: Mapping[str, Any]) -> list[str]:
    """The rules of a body as sentences, one each."""
    delegates = charter["franchise"] == "delegates"
    notice, term, limit, report = (charter[f"{n}"] for n in ("notice_days", "term_days", "term_limit", "report_days"))
    told = [
        _("Every delegate has one vote.") if delegates else _("Every member has one vote."),
        ngettext("A meeting is called %(n)s day ahead.", "A meeting is called %(n)s days ahead.", notice)
        % {"n": notice},
        _("It can decide when this share of those with a vote is present: %(share)s.")
        % {"share": share(charter["quorum"])},
        _("Motions are decided by %(rule)s, changes of these rules by %(other)s.")
        % {"rule": rule(charter["motions"]), "other": rule(charter["charter_changes"])},
        _("Elections are held by %(rule)s.") % {"rule": rule(charter["elections"])},
        ngettext("Who is elected sits for %(n)s day.", "Who is elected sits for %(n)s days.", term) % {"n": term},
        ngettext("Nobody sits more than %(n)s term in a row.", "Nobody sits more than %(n)s terms in a row.", limit)
        % {"n": limit}
        if limit
        else _("She may be elected again as often as those who send her like."),
        ngettext("She reports every %(n)s day.", "She reports every %(n)s days.", report) % {"n": report}
        if report
        else _("She owes no regular report."),
        _("When this share of those who sent her ask for it, a vote on her recall opens by itself: %(share)s. It is "
          "decided by %(rule)s.") % {"share": share(charter["recall_threshold"]), "rule": rule(charter["recalls"])},
    ]  # fmt: skip
    return [str(one) for one in told]


def rule(written: Mapping[str, Any]) -> str:
    """A rule's name."""
    method = str(written["method"])
    if method == "qualified_majority":
        known = MAJORITIES.get(str(written["share"])) if written["base"] == "votes" else None
        return str(known or _("a majority of %(share)s") % {"share": written["share"]})
    return str(MAJORITIES.get(method) or ELECTIONS.get(method) or method.replace("_", " "))


def share(written: str) -> str:
    """A share in words, or as a fraction."""
    return str(SHARES.get(str(Fraction(written)), written))
