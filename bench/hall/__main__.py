"""`make bench-hall`: counts against oracles, random histories, attacks on the secret ballot, and votes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.hall.counts import compare, compare_sections
from bench.hall.histories import differences, forbidden, lived, missed_recalls
from bench.hall.oracles import available
from bench.hall.unlink import attack, naive, ours

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
import servers  # type: ignore[import-not-found]  # the tests know how PostgreSQL is started

_SLOW = {"votekit": 20}
"""These take a hundred times longer, and count so much fewer profiles."""


def main() -> None:
    """Prints what was measured, as it comes."""
    parser = argparse.ArgumentParser(prog="python -m bench.hall", description=__doc__)
    parser.add_argument("--profiles", type=int, default=10_000, help="random profiles for each rule and oracle")
    parser.add_argument("--histories", type=int, default=10_000, help="random histories of bodies and seats")
    parser.add_argument("--ballots", type=int, default=1_000, help="ballots in the secret vote that is attacked")
    parser.add_argument("--only", action="append", help="only these oracles")
    parser.add_argument("--votes", action="store_true", help="only votes through the site's acts, on both databases")
    given = parser.parse_args()
    if given.votes:
        _votes()
        return
    _counts(given.profiles, given.only)
    if find_spec("apportionment"):
        _sections(given.profiles)
    _histories(given.histories)
    _attacks(given.ballots)
    _votes()


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


_MEASURED: tuple[tuple[str, ...], ...] = (
    ("double", "--threads", "64", "--voters", "200"),
    ("double", "--threads", "64", "--voters", "20", "--drop"),
    ("rate", "--threads", "4", "--ballots", "5", "--voters", "200"),
    ("rate", "--threads", "4", "--ballots", "5", "--voters", "200", "--tier", "open"),
    ("attack", "--voters", "1000"),
)


def _votes() -> None:
    """Each in a process and a database of its own, since Django knows one database a process."""
    for what in _MEASURED:
        _measure(what)
    if servers.no_postgres:
        print(servers.no_postgres)
        return
    for what in (*_MEASURED, ("roll",)):
        with servers.postgres() as url:
            _measure((*what, "--url", url))


def _measure(what: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "bench.hall.votes", *what, "--home", home]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
