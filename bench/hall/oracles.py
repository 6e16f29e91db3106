"""Independent counts of the same votes, each behind one function; whatever is not installed is left out.

An oracle takes a profile, the number of options and of seats, and gives the options elected. None means that it met a
tie and says so; an exception of its own means the same.
"""

# ruff: noqa: PLC0415 - each oracle is imported where it is used, since few have them all

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

Profile = Mapping[tuple[int, ...], int]
Oracle = Callable[[Profile, int, int], frozenset[int] | None]


def available() -> dict[str, dict[str, Oracle]]:
    """For each rule, the oracles that are installed here."""
    found: dict[str, dict[str, Oracle]] = {
        "instant run-off": {},
        "single transferable vote": {},
        "schulze": {},
        "schulze by margins": {},
    }
    for name, (package, oracles) in _ORACLES.items():
        if find_spec(package) if package else shutil.which("belenios-tool"):
            for rule, oracle in oracles.items():
                found[rule][name] = oracle
    return found


def _pref_profile(profile: Profile, options: int) -> Any:
    from pref_voting.profiles_with_ties import ProfileWithTies

    rankings = [{option: place for place, option in enumerate(order, start=1)} for order in profile]
    return ProfileWithTies(rankings, list(profile.values()), candidates=list(range(options)))


def _pref_runoff(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    from pref_voting.iterative_methods import instant_runoff_for_truncated_linear_orders

    return _one(instant_runoff_for_truncated_linear_orders(_pref_profile(profile, options)))


def _pref_scottish(profile: Profile, options: int, seats: int) -> frozenset[int] | None:
    from pref_voting.proportional_methods import stv_scottish

    return frozenset(stv_scottish(_pref_profile(profile, options), num_seats=seats))


def pref_gregory(profile: Profile, options: int, seats: int, *, quota: str = "droop") -> frozenset[int] | None:
    """Weighted inclusive Gregory by pref-voting, with the whole ("droop") or the fractional ("nb") quota."""
    from pref_voting.proportional_methods import stv_wig

    return frozenset(stv_wig(_pref_profile(profile, options), num_seats=seats, quota_rule=quota))


def _pref_schulze(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    from pref_voting.margin_based_methods import beat_path

    made = _pref_profile(profile, options)
    made.use_extended_strict_preference()
    return frozenset(int(option) for option in beat_path(made, strength_function=made.support))


def _pref_margins(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    from pref_voting.margin_based_methods import beat_path

    made = _pref_profile(profile, options)
    made.use_extended_strict_preference()
    return frozenset(int(option) for option in beat_path(made))


def _one(found: Sequence[Any]) -> frozenset[int] | None:
    return frozenset(int(option) for option in found) if len(found) == 1 else None


def _ranked(profile: Profile, options: int) -> Any:
    from votekit import RankBallot, RankProfile

    names = [str(option) for option in range(options)]
    ballots = [
        RankBallot(ranking=tuple(frozenset({str(option)}) for option in order), weight=Fraction(number))
        for order, number in profile.items()
    ]
    return RankProfile(ballots=tuple(ballots), candidates=tuple(names))


def _votekit_transferable(profile: Profile, options: int, seats: int) -> frozenset[int] | None:
    from votekit.elections import STV

    elected = STV(_ranked(profile, options), n_seats=seats, exact=True, simultaneous=False).get_elected()
    return frozenset(int(option) for group in elected for option in group)


def _votekit_runoff(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    return _votekit_transferable(profile, options, 1)


def _pyrankvote(profile: Profile, options: int, seats: int) -> Any:
    import pyrankvote

    candidates = [pyrankvote.Candidate(str(option)) for option in range(options)]
    ballots = [
        pyrankvote.Ballot(ranked_candidates=[candidates[option] for option in order])
        for order, number in profile.items()
        for _ in range(number)
    ]
    if seats == 0:
        return pyrankvote.instant_runoff_voting(candidates, ballots)
    return pyrankvote.single_transferable_vote(candidates, ballots, seats)


def _pyrankvote_runoff(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    return frozenset(int(winner.name) for winner in _pyrankvote(profile, options, 0).get_winners())


def _pyrankvote_transferable(profile: Profile, options: int, seats: int) -> frozenset[int] | None:
    return frozenset(int(winner.name) for winner in _pyrankvote(profile, options, seats).get_winners())


def _pyrcv(profile: Profile, options: int, seats: int) -> frozenset[int] | None:
    from pyrcv import RaceData, RaceMetadata, run_rcv

    names = [str(option) for option in range(options)]
    ballots = [[option + 1 for option in order] for order in profile]
    found = run_rcv(RaceData(RaceMetadata("race", seats, names), ballots, list(profile.values())))
    return frozenset(number - 1 for stage in found.rounds for number in stage.elected)


def _pyrcv_runoff(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    return _pyrcv(profile, options, 1)


def _belenios(profile: Profile, options: int, *words: str) -> Any:
    """Each ballot has a place for each option: its rank from 1, or 0 where it has none."""
    rows = []
    for order, number in profile.items():
        row = [0] * options
        for place, option in enumerate(order, start=1):
            row[option] = place
        rows += [row] * number
    done = subprocess.run(
        ["belenios-tool", "method", *words], input=json.dumps(rows), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def _belenios_transferable(profile: Profile, options: int, seats: int) -> frozenset[int] | None:
    found = _belenios(profile, options, "stv", f"--nseats={seats}")
    if any(event[0].startswith("Tie") for event in found["events"]):
        return None
    return frozenset(found["winners"])


def _belenios_runoff(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    return _belenios_transferable(profile, options, 1)


def _belenios_schulze(profile: Profile, options: int, _seats: int) -> frozenset[int] | None:
    found = _belenios(profile, options, "schulze", f"--nchoices={options}", "--blank-allowed=false")
    return frozenset(found["winners"][0])


_ORACLES: dict[str, tuple[str, dict[str, Oracle]]] = {
    "pref-voting": (
        "pref_voting",
        {
            "instant run-off": _pref_runoff,
            "single transferable vote": _pref_scottish,
            "schulze": _pref_schulze,
            "schulze by margins": _pref_margins,
        },
    ),
    "pref-voting, exact": ("pref_voting", {"single transferable vote": pref_gregory}),
    "votekit": ("votekit", {"instant run-off": _votekit_runoff, "single transferable vote": _votekit_transferable}),
    "pyrankvote": (
        "pyrankvote",
        {"instant run-off": _pyrankvote_runoff, "single transferable vote": _pyrankvote_transferable},
    ),
    "pyrcv": ("pyrcv", {"instant run-off": _pyrcv_runoff, "single transferable vote": _pyrcv}),
    "belenios-tool": (
        "",
        {
            "instant run-off": _belenios_runoff,
            "single transferable vote": _belenios_transferable,
            "schulze": _belenios_schulze,
        },
    ),
}
