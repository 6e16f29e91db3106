"""Counting: our counts agree with independent packages, wherever these are installed.

`make bench-hall` does the same with 10,000 profiles a rule; docs/explanation/counting.md has the figures.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from bench.hall.counts import compare, compare_sections
from bench.hall.oracles import available

ORACLES = [(rule, name) for rule, oracles in available().items() for name in oracles]
SLOW = {"votekit", "belenios-tool"}
"""A count takes them hundredths of a second, or a process."""


@pytest.mark.skipif(not ORACLES, reason="no oracle is installed: pip install 'lyceum[oracles]'")
@pytest.mark.parametrize(("rule", "name"), ORACLES, ids=[f"{rule}-{name}" for rule, name in ORACLES])
def test_every_disagreement_with_an_oracle_has_its_reason(rule, name):
    """Ties, and the ways in which an oracle's rule is known to be another; and most profiles agree."""
    number = 30 if name in SLOW else 300
    found = compare(rule, name, available()[rule][name], number, seed=4)
    assert found.unexplained == []
    assert found.counted["agree"] >= 0.75 * number


@pytest.mark.skipif(find_spec("apportionment") is None, reason="the package apportionment is not installed")
def test_seats_by_section_agree_with_the_oracle():
    assert compare_sections(300, seed=4) == {"agree": 300}
