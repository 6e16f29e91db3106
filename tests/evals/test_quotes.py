"""The quotation-fidelity set is made the same every time, its labels hold, and scores are what they say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from lyceum import config
from lyceum.errors import UsageError
from lyceum.evals.quotes import EXPECTED, Item, Share, cli, judge, make, score
from lyceum.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    """An archive of three authors with two works each, each sentence another."""
    folder = tmp_path_factory.mktemp("evals")
    rows = ["file,title,creators,date,language"]
    for a, name in enumerate(("Besant, Annie", "Owen, Robert", "Wolff, Wilhelm")):
        for w in range(2):
            file = f"{a}{w}.txt"
            sentences = [_sentence(a, w, n) for n in range(60)]
            paragraphs = [" ".join(sentences[n : n + 6]) for n in range(0, 60, 6)]
            (folder / file).write_text("\n\n".join(paragraphs))
            rows.append(f'{file},The Book of {_WORDS[a]} and {_WORDS[w + 9]},"{name}",{1850 + 10 * a + w},en')
    (folder / "metadata.csv").write_text("\n".join(rows).replace("creators", "creator"))
    with Library.open(config.load(tmp_path_factory.mktemp("home"), {})) as opened:
        opened.add([str(folder)], metadata=folder / "metadata.csv", vectors=False)
        yield opened


_WORDS = (
    "weavers miners bakers printers sailors tailors dockers spinners potters wages bread coal paper ships cloth rope "
    "cotton clay rents hours taxes tolls debts fines rules laws songs books schools halls farms mills"
).split()


def _sentence(author: int, work: int, n: int) -> str:
    w = [_WORDS[(author * 11 + work * 5 + n * step + n // 7) % len(_WORDS)] for step in (1, 3, 7, 9)]
    return (
        f"The {w[0]} of the {n + 2} towns were not paid for their {w[1]}, and Mr. Brown had said in 18{10 + n} that "
        f"{w[2]} would never be dearer than {w[3]} in the year {author}{work} of {n * 7} good harvests."
    )


@pytest.fixture(scope="module")
def items(library) -> list[Item]:
    return make(library, size=120, seed=3)


def test_a_set_is_the_same_every_time(library, items):
    again = make(library, size=120, seed=3)
    assert again == items
    assert make(library, size=20, seed=4) != make(library, size=20, seed=3)


def test_a_set_has_every_class_in_its_share(items):
    assert Counter(item.label for item in items) == {"true": 48, "altered": 42, "misattributed": 18, "invented": 12}
    assert len({item.id for item in items}) == len(items)


def test_the_true_words_stand_where_an_item_says(library, items):
    for item in items:
        if item.label in ("true", "misattributed") and item.kind == "as it stands":
            document = library.document(item.document)
            assert library.text(document, item.start, item.end) == item.quotation
        assert item.label == "invented" or item.document


def test_a_set_survives_its_file(items):
    assert [Item.from_dict(json.loads(json.dumps(item.as_dict()))) for item in items] == items


def test_the_checker_does_well_on_a_set(library, items):
    result = score(items, judge(library, items))
    assert result.caught.value >= 0.97
    assert result.false_alarms.value <= 0.03
    assert result.misattributed.value >= 0.9


# --- scoring -----------------------------------------------------------------------------------------


def items_of(*labels: str) -> list[Item]:
    return [Item(f"q{n}", label, "a kind", "en", "draft", "words") for n, label in enumerate(labels)]


def test_a_system_that_is_right_has_all():
    items = items_of(*EXPECTED)
    result = score(items, {item.id: EXPECTED[item.label] for item in items})
    assert (result.caught.value, result.false_alarms.value, result.misattributed.value) == (1, 0, 1)
    assert {share.value for share in (*result.precision.values(), *result.recall.values())} == {1}


def test_a_system_that_lets_everything_pass_stops_nothing():
    items = items_of("true", "altered", "altered", "invented")
    result = score(items, {item.id: "exact" for item in items})
    assert (result.caught, result.false_alarms) == (Share(0, 3), Share(0, 1))
    assert result.precision["true"] == Share(1, 4)


def test_to_call_altered_words_misattributed_lets_them_pass():
    assert score(items_of("altered"), {"q0": "misattributed"}).caught.value == 0
    assert score(items_of("altered"), {"q0": "not_found"}).caught.value == 1
    assert score(items_of("altered"), {"q0": "not_found"}).recall["altered"].value == 0


def test_an_item_without_a_verdict_is_judged_wrongly():
    result = score(items_of("true", "altered"), {})
    assert (result.false_alarms.value, result.caught.value) == (1, 0)


@pytest.mark.parametrize(
    ("share", "low", "high"), [(Share(0, 100), 0.0, 0.037), (Share(50, 100), 0.404, 0.596), (Share(0, 0), 0.0, 1.0)]
)
def test_intervals_are_wilsons(share, low, high):
    assert share.bounds == pytest.approx((low, high), abs=0.001)


# --- command -----------------------------------------------------------------------------------------


def test_the_command_scores_files_of_any_system(tmp_path: Path):
    items, verdicts = tmp_path / "set.jsonl", tmp_path / "verdicts.jsonl"
    items.write_text("\n".join(json.dumps(item.as_dict()) for item in items_of("true", "altered")))
    verdicts.write_text('{"id": "q0", "verdict": "exact"}\n\n{"id": "q1", "verdict": "altered"}\n')
    ran = CliRunner().invoke(cli, ["score", str(items), str(verdicts), "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["caught"]["value"]) == (0, 1.0)
    ran = CliRunner().invoke(cli, ["score", str(items), str(verdicts)])
    assert "100.00%" in ran.stdout


@pytest.mark.parametrize("line", ["no json", '{"id": "q0"}'])
def test_bad_verdicts_are_told(tmp_path: Path, line):
    items, verdicts = tmp_path / "set.jsonl", tmp_path / "verdicts.jsonl"
    items.write_text(json.dumps(items_of("true")[0].as_dict()))
    verdicts.write_text(line)
    ran = CliRunner().invoke(cli, ["score", str(items), str(verdicts)])
    assert isinstance(ran.exception, UsageError)


def test_an_empty_archive_makes_no_set(tmp_path: Path):
    with Library.open(config.load(tmp_path, {})) as library, pytest.raises(UsageError):
        make(library, size=10)
