"""Motions, ballots and counts in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lyceum.server.web.hall import words

STAGES = {
    "draft": gettext_lazy("draft"),
    "submitted": gettext_lazy("moved"),
    "put": gettext_lazy("put to the body"),
    "carried": gettext_lazy("carried"),
    "lost": gettext_lazy("lost"),
    "withdrawn": gettext_lazy("withdrawn"),
    "composed": gettext_lazy("joined with others"),
}
RESULTS = {
    "open": gettext_lazy("not voted on yet"),
    "carried": gettext_lazy("carried"),
    "lost": gettext_lazy("lost"),
    "fallen": gettext_lazy("fell with another"),
}
RELATIONS = {
    "alike": gettext_lazy("are alike"),
    "exclusive": gettext_lazy("exclude each other"),
}
TIERS = {
    "open": gettext_lazy("open roll-call"),
    "secret": gettext_lazy("secret ballot"),
    "verifiable": gettext_lazy("ballot verifiable end to end"),
}
STATES = {
    "planned": gettext_lazy("planned"),
    "open": gettext_lazy("open"),
    "published": gettext_lazy("published"),
}
OUTCOMES = {
    "carried": gettext_lazy("carried"),
    "lost": gettext_lazy("lost"),
    "elected": gettext_lazy("elected"),
    "tied": gettext_lazy("tied"),
    "no_quorum": gettext_lazy("no quorum"),
    "no_votes": gettext_lazy("no votes"),
}
ELECTIONS = {method: name for method, name in words.ELECTIONS.items() if method != "sainte_lague"}
"""How people are elected; seats by section are shared among bodies, and not by their votes."""
PROMISES = {
    "open": (
        gettext_lazy("Everybody can read who voted how, so that delegates answer to those who sent them."),
        gettext_lazy("Anyone can count again from the published file."),
    ),
    "secret": (
        gettext_lazy("Nothing that is stored ties a vote to a voter: no key, no time and no order."),
        gettext_lazy("Your receipt code is known to you alone. With it you find your vote among the published ones."),
        gettext_lazy("Anyone can count again from the published file."),
    ),
}
LIMITS = {
    "open": (gettext_lazy("It protects nobody from pressure over how she voted."),),
    "secret": (
        gettext_lazy("Whoever runs the server could see your vote at the moment when you cast it."),
        gettext_lazy(
            "Whoever runs the server could add votes for people who did not vote; the number of votes and the list "
            "of those who voted are published so that this can be noticed."
        ),
        gettext_lazy("Whoever runs the server could give two voters the same receipt, so that both find one vote."),
        gettext_lazy("Somebody who stands behind you, or to whom you show your receipt, learns your vote."),
        gettext_lazy("Where all vote alike, everybody knows how everybody voted."),
        gettext_lazy("Your device can be watched by whoever controls it, such as an employer."),
    ),
}
STEPS = {
    "votes": gettext_lazy("%(votes)s votes were cast by a roll of %(roll)s; %(blank)s of them are blank."),
    "votes_at_meeting": gettext_lazy(
        "%(votes)s votes were cast by a roll of %(roll)s, %(present)s present; %(blank)s of them are blank."
    ),
    "quorum_met": gettext_lazy("The quorum of %(needed)s votes is met: %(votes)s were cast."),
    "quorum_missed": gettext_lazy("The quorum of %(needed)s votes is missed: %(votes)s were cast. Nothing is decided."),
    "no_votes": gettext_lazy("No vote names an option. Nothing is decided."),
    "majority": gettext_lazy("Yes has %(yes)s of %(base)s, which is %(share)s; needed was %(needed)s."),
    "majority_more": gettext_lazy("Yes has %(yes)s of %(base)s, which is %(share)s; needed was more than %(needed)s."),
    "carried": gettext_lazy("The motion is carried."),
    "lost": gettext_lazy("The motion is lost."),
    "half": gettext_lazy("Yes and no are equal, and half is not more than half. The motion is lost."),
    "approvals": gettext_lazy("Approvals are counted."),
    "round": gettext_lazy("Round %(stage)s: %(continuing)s votes still count, more than half is more than %(half)s."),
    "more_than_half": gettext_lazy("%(option)s has %(votes)s of %(continuing)s, more than half, and is elected."),
    "excluded": gettext_lazy(
        "%(option)s has the fewest votes, %(votes)s, and is excluded. Each vote moves to its next option."
    ),
    "excluded_together": gettext_lazy(
        "%(options)s are tied for last, and have fewer votes together than the next, so that in any order all of "
        "them would go first: they are excluded together."
    ),
    "excluded_without_votes": gettext_lazy("%(options)s have no votes and are excluded."),
    "quota": gettext_lazy("%(valid)s votes for %(seats)s seats make a quota of %(quota)s."),
    "first_preferences": gettext_lazy("Stage %(stage)s: first preferences."),
    "surplus": gettext_lazy(
        "Stage %(stage)s: the surplus of %(option)s, %(surplus)s of %(votes)s, is transferred. Each of its votes goes "
        "on to the next option with %(factor)s of its value."
    ),
    "stage_excluded": gettext_lazy(
        "Stage %(stage)s: %(option)s has the fewest votes, %(votes)s, and is excluded. Each vote moves on with its "
        "value."
    ),
    "reached_quota": gettext_lazy("%(option)s has %(votes)s, reaches the quota of %(quota)s and is elected."),
    "fills_last_seats": gettext_lazy("As many remain as there are seats left. Elected: %(options)s."),
    "fewer_than_seats": gettext_lazy("There are no more options than seats: all are elected."),
    "all_seats": gettext_lazy("All seats are filled."),
    "elected": gettext_lazy("Elected: %(options)s."),
    "pairs": gettext_lazy("Each cell has the votes that rank the option of its row above that of its column."),
    "paths": gettext_lazy(
        "Each cell has the strength of the strongest path from the option of its row to that of its column."
    ),
    "ranked": gettext_lazy(
        "%(option)s takes place %(place)s: no path to it from those after it is stronger than the path back."
    ),
    "at_least": gettext_lazy("Every section has %(seats)s before the rest are shared."),
    "seat": gettext_lazy("Seat %(stage)s goes to %(option)s, whose quotient %(quotient)s is the highest."),
    "quotients": gettext_lazy("Votes, seats, and the next quotient of each section."),
    "tie": gettext_lazy("A tie between %(options)s."),
    "tie_back": gettext_lazy("The tie is broken by an earlier count, stage %(stage)s: %(option)s."),
    "tie_lot": gettext_lazy("The tie is broken by lot with the seed “%(seed)s”: %(option)s."),
    "tie_stays": gettext_lazy("The rule breaks no such tie. The count ends here."),
}

TABLE = {
    "option": gettext_lazy("option"),
    "votes": gettext_lazy("votes cast"),
    "approvals": gettext_lazy("approvals"),
    "section": gettext_lazy("section"),
    "seats": gettext_lazy("seats"),
    "next quotient": gettext_lazy("next quotient"),
    "not transferable": gettext_lazy("not transferable"),
    "exhausted": gettext_lazy("exhausted"),
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
    "abstain": gettext_lazy("Abstain"),
}
"""What stands in the tables of counts besides names and numbers."""


def in_words(step: Mapping[str, Any]) -> str:
    """A step of a count as a sentence."""
    return str(STEPS[step["kind"]] % step["values"])


def caution(code: str, entitled: int) -> str:
    """What voters should know before they vote."""
    if code == "few_voters":
        return _(
            "Only %(entitled)s people may vote. In so small a group the result alone can show how somebody voted; a "
            "show of hands or paper may be more honest."
        ) % {"entitled": entitled}
    return code


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """A rule as a sentence."""
    method = rule["method"]
    if method == "simple_majority":
        return _("Carried when yes has more than half of those that count.")
    if method == "qualified_majority":
        return _("Carried when yes has at least %(share)s of those that count.") % {"share": rule["share"]}
    named = ELECTIONS.get(method)
    told = str(named) if named else str(method).replace("_", " ")
    return _("Counted by %(method)s.") % {"method": told}
