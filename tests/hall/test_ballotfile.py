"""Published ballots: the file, its mistakes, and the command that recounts it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lyceum.errors import InvalidValue, RuleChanged
from lyceum.hall import read_ballots, read_rule, recount, rule_hash

RULE = {"format": "lyceum-rule-1", "method": "single_transferable_vote", "seats": 2}
BALLOTS = {
    "format": "lyceum-ballots-1",
    "title": "Two delegates",
    "options": [{"id": "a", "name": "Ada"}, {"id": "b", "name": "Bo | Co"}, {"id": "c", "name": "Cem"}],
    "roll": {"entitled": 40},
    "votes": [{"vote": ["a", "b"], "count": 13}, {"vote": ["b"], "count": 5}, {"vote": ["c", "b"], "count": 7},
              {"vote": None}, {"vote": "c", "receipt": "00ff"}],
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path):
    """Writes a rule and ballots, with changes, and gives their paths."""

    def write(rule: object = RULE, ballots: object = BALLOTS) -> tuple[Path, Path]:
        paths = tmp_path / "rule.json", tmp_path / "ballots.json"
        for path, value in zip(paths, (rule, ballots), strict=True):
            path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return paths

    return write


def test_a_published_file_is_recounted(files):
    found = recount(*files())
    assert (found["outcome"], found["elected"]) == ("elected", ["a", "b"])
    assert (found["votes"], found["blank"], found["rule_bound"]) == (27, 1, False)
    surplus = next(step for step in found["steps"] if step["kind"] == "surplus")
    assert surplus["table"]["rows"] == [["a", 9], ["b", 9], ["c", 8], ["not transferable", 0]]
    assert "Ada" in surplus["words"]


def test_ballots_are_bound_to_their_rule_whatever_its_spacing(files):
    bound = {**BALLOTS, "rule_sha256": rule_hash(read_rule(RULE))}
    assert recount(*files(json.dumps({**RULE, "ties": {"back": True}}, indent=4), bound))["rule_bound"]


def test_a_rule_file_changed_after_opening_is_found_by_its_hash(files):
    bound = {**BALLOTS, "rule_sha256": rule_hash(read_rule(RULE))}
    with pytest.raises(RuleChanged):
        recount(*files({**RULE, "seats": 1}, bound))


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"format": "lyceum-ballots-2"}, "format_unknown", "lyceum-ballots-2"),
        ({"vote": []}, "votes_wrong", "vote"),
        ({"options": []}, "votes_wrong", "Vote 1"),
        ({"options": ["a", "a"]}, "votes_wrong", "a"),
        ({"options": [7]}, "votes_wrong", "7"),
        ({"roll": None}, "votes_wrong", "roll"),
        ({"roll": {"entitled": -1}}, "votes_wrong", "entitled"),
        ({"roll": {"entitled": 26}}, "more_votes_than_voters", "27"),
        ({"roll": {"entitled": 40, "voted": 26}}, "votes_and_voters_differ", "26"),
        ({"votes": "a"}, "votes_wrong", "votes"),
        ({"votes": ["a"]}, "votes_wrong", "Vote 1"),
        ({"votes": [{"vote": ["a"]}, {"vote": ["x"]}]}, "votes_wrong", "Vote 2"),
        ({"votes": [{"vote": [["a", "b"]]}]}, "votes_wrong", "Vote 1"),
        ({"votes": [{"vote": ["a", "a"]}]}, "votes_wrong", "Vote 1"),
        ({"votes": [{"vote": ["a"], "count": 1.5}]}, "votes_wrong", "vote 1"),
        ({"votes": [{"vote": ["a"], "count": True}]}, "votes_wrong", "vote 1"),
        ({"votes": [{"vote": ["a"], "count": -2}]}, "votes_wrong", "vote 1"),
        ({"votes": [{"vote": ["a"], "weight": 2}]}, "votes_wrong", "Vote 1"),
        ({"votes": [{"vote": ["a"], "receipt": "1", "count": 2}]}, "votes_wrong", "receipt"),
        ({"votes": [{"vote": ["a"], "receipt": "1"}, {"vote": ["b"], "receipt": "1"}]}, "receipt_twice", "1"),
        ({"votes": [{"vote": ["a"], "voter": "1"}, {"vote": ["b"], "voter": "1"}]}, "voter_twice", "1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_ballots_that_cannot_be_counted_are_refused_by_place(files, change, code, said):
    with pytest.raises(InvalidValue) as refused:
        recount(*files(ballots={**BALLOTS, **change}))
    assert refused.value.code == code
    assert said in refused.value.message


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"format": "lyceum-ballots-1", "format": "lyceum-ballots-1"}', '{"votes": NaN}', "[" * 100_000],
    ids=["empty", "cut", "a-list", "a-key-twice", "not-a-number", "deep"],
)
def test_a_file_that_can_be_read_in_two_ways_is_refused(files, text):
    with pytest.raises(InvalidValue) as refused:
        recount(*files(ballots=text))
    assert refused.value.code in ("file_unreadable", "format_unknown")


# --- the command -------------------------------------------------------------------------------------------------


def test_the_command_recounts_in_words_and_tables(files, run):
    rule, ballots = files()
    shown = run("hall", "count", rule, ballots)
    assert shown.code == 0
    assert "| Bo \\| Co | 9 |" in shown.out
    assert "26 votes for 2 seats make a quota of 9." in shown.out
    assert "no rule's hash" in shown.err


def test_the_command_prints_one_json_document(files, run):
    found = run("hall", "count", *files(), "--json").json
    assert found["elected"] == ["a", "b"]


def test_the_command_tells_by_its_exit_code_that_nothing_was_decided(files, run):
    tied = {**BALLOTS, "votes": [{"vote": ["a"], "count": 1}, {"vote": ["b"], "count": 1}, {"vote": ["c"], "count": 1}]}
    shown = run("hall", "count", *files({**RULE, "seats": 1}, tied), "--json")
    assert (shown.code, shown.json["outcome"], shown.json["tied"]) == (1, "tied", ["a", "b", "c"])


def test_the_command_refuses_with_a_code(files, run):
    bound = {**BALLOTS, "rule_sha256": "00"}
    shown = run("hall", "count", *files(ballots=bound), "--json")
    assert (shown.code, shown.json["error"]["code"]) == (2, "rule_changed")


def test_the_documented_files_are_read_as_documented():
    """The examples in docs/reference/hall.md, with the dots in them for hashes."""
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "hall.md"
    rule, ballots, _ = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL))
    read = read_ballots(read_rule(rule), ballots)
    assert (read.votes.number, read.votes.blank, read.roll.present) == (14, 1, 31)
