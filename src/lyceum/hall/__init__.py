"""The hall's rules: bodies, mandates, meetings, motions, ballots and the record, without a database."""

from lyceum.hall.ballotfile import as_text, read_json, recount
from lyceum.hall.counting import Roll, Rule, Tally, Votes, count, read_rule, rule_hash, write_rule

__all__ = [
    "Roll",
    "Rule",
    "Tally",
    "Votes",
    "as_text",
    "count",
    "read_json",
    "read_rule",
    "recount",
    "rule_hash",
    "write_rule",
]
