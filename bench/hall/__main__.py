"""`make bench-hall`: counts against oracles, random histories, attacks on the secret ballot, and tampered records."""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec

from bench.hall.counts import compare, compare_sections
from bench.hall.histories import differences, forbidden, lived, missed_recalls
from bench.hall.oracles import available
from bench.hall.unlink import attack, naive, ours

_SLOW = {"votekit": 20}
"""These take a hundred times longer, and count so much fewer profiles."""


def main() -> None:
    """Prints what was measured, as it comes."""
    parser = argparse.ArgumentParser(prog="python -m bench.hall", description=__doc__)
    parser.add_argument("--profiles", type=int, default=10_000, help="random profiles for each rule and oracle")
    parser.add_argument("--histories", type=int, default=10_000, help="random histories of bodies and seats")
    parser.add_argument("--ballots", type=int, default=1_000, help="ballots in the secret vote that is attacked")
    parser.add_argument("--only", action="append", help="only these oracles")
    given = parser.parse_args()
    _counts(given.profiles, given.only)
    if find_spec("apportionment"):
        _sections(given.profiles)
    _histories(given.histories)
    _attacks(given.ballots)


def _counts(number: int, only: list[str] | None) -> None:
    for rule, oracles in available().items():
        for name, oracle in oracles.items():
            if only and name not in only:
                continue
            began, some = time.monotonic(), number // _SLOW.get(name, 1)
            found = compare(rule, name, oracle, some, seed=8)
            print(f"{rule}, {name}: {some} profiles, {time.monotonic() - began:.0f} s", flush=True)
            for reason, times in found.counted.most_common():
                print(f"  {times:6} {reason}", flush=True)
            for profile, seats in found.unexplained[:3]:
                print(f"         {dict(profile)}, {seats} seats", flush=True)


def _sections(number: int) -> None:
    found = compare_sections(number, seed=8)
    print(f"sainte-laguë, apportionment: {number} profiles")
    for reason, times in found.most_common():
        print(f"  {times:6} {reason}", flush=True)


def _histories(number: int) -> None:
    began, wrong, events = time.monotonic(), [0, 0, 0], 0
    for seed in range(number):
        history = lived(seed)
        events += len(history.events)
        for place, check in enumerate((differences, forbidden, missed_recalls)):
            wrong[place] += bool(check(history))
    print(f"{number} random histories, {events} events, {time.monotonic() - began:.0f} s", flush=True)
    for times, what in zip(
        wrong, ("differ from their replay", "have a forbidden seat", "missed a recall"), strict=True
    ):
        print(f"  {times:6} {what}", flush=True)


def _attacks(ballots: int) -> None:
    for name, stored in (("secret ballot", ours(ballots, seed=8)), ("rows in their order", naive(ballots, seed=8))):
        print(f"{name}, {ballots} ballots; links found:", flush=True)
        for how, links in attack(stored).items():
            print(f"  {links:6} {how}", flush=True)


if __name__ == "__main__":
    main()
