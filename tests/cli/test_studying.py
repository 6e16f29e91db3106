"""The command makes study of an archive, writes it down in a form, and says what is missing."""

from __future__ import annotations

import json

import pytest


def test_a_timeline_is_printed_as_json(run, home):
    made = run("study", "timeline", "Weber", "--format", "json", home=home)
    (event,) = made.json["events"]
    assert (made.code, event["date"]) == (0, "1844-06-04")
    (citation,) = event["citations"]
    shown = run("show", citation["document"], "--text", "--json", home=home).json
    assert shown["text"][citation["start"] : citation["end"]] == citation["exact"] == event["text"]


def test_a_guide_is_written_to_a_file(run, home, tmp_path):
    path = tmp_path / "guide.md"
    assert run("study", "guide", "White Slavery in London", "--output", path, home=home).code == 0
    assert path.read_text().startswith("# Study guide: White Slavery in London\n")


@pytest.mark.parametrize("kind", ["guide", "timeline", "positions"])
def test_what_the_archive_lacks_is_said_and_told_by_the_exit_code(run, home, kind):
    made = run("study", kind, "submarines", "--json", home=home)
    assert made.code == 1
    assert made.json["lacks"][0]["code"] == "topic_missing"
    assert "submarines" in made.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("timeline", "…"), "unclear_topic"), (("guide", "looms", "--format", "svg"), "unknown_format")],
)
def test_what_makes_no_sense_is_refused(run, home, arguments, code):
    refused = run("study", *arguments, "--json", home=home) if "--format" not in arguments else None
    if refused is None:
        refused = run("study", *arguments, home=home)
        assert "Use one of" in refused.err
    else:
        assert json.loads(refused.out)["error"]["code"] == code
    assert refused.code == 2


def test_a_file_that_cannot_be_written_is_told(run, home, tmp_path):
    assert run("study", "timeline", "Weber", "--output", tmp_path / "no" / "where", home=home).code == 3
