"""The hall's rules: bodies, mandates, meetings, motions, ballots and the record, without a database."""

from lyceum.hall.anchors import Anchor, Trust, cosign, read_anchor, read_roots, stamp, stamp_request
from lyceum.hall.ballotfile import as_text, read_json, recount
from lyceum.hall.counting import Outcome, Roll, Rule, Tally, Votes, count, read_rule, rule_hash, write_rule
from lyceum.hall.record import Appended, Entry, Head, Opening, append, erase, export, verify

__all__ = [
    "Anchor",
    "Appended",
    "Entry",
    "Head",
    "Opening",
    "Outcome",
    "Roll",
    "Rule",
    "Tally",
    "Trust",
    "Votes",
    "append",
    "as_text",
    "cosign",
    "count",
    "erase",
    "export",
    "read_anchor",
    "read_json",
    "read_roots",
    "read_rule",
    "recount",
    "rule_hash",
    "stamp",
    "stamp_request",
    "verify",
    "write_rule",
]
