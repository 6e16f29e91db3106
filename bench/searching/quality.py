"""Judges what is found beside what peers find: the same passages, questions and vectors for all, in one run.

A peer that cannot be installed or run is named with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rich.table import Table

from bench.searching.figures import Times, found, gain, reciprocal_rank, share
from bench.searching.tasks import LANGUAGES, TOP, Asked, Exported, Task, export, ranked, scifact, xquad
from lyceum.library import Library, Mode

QUESTIONS, QUICK_QUESTIONS = 120, 12
PEERS = ("txtai", "haystack", "llamaindex", "lancedb")
VECTORS = {"default": "our embedder", "minilm": "all-MiniLM-L6-v2"}
_SCRIPTS = Path(__file__).resolve().parents[1] / "peers"
_MODES = (Mode.HYBRID, Mode.LEXICAL, Mode.DENSE)
_OURS = "Lyceum"
_PATIENCE = 1_800
"""Seconds that one environment may take: some peers bring gigabytes."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one way of searching put first for each question of a task, and how long it took."""

    documents: Sequence[Sequence[str]]
    times: Times


Rankings = dict[str, Mapping[str, Ranking]]
"""By the name of a way of searching: its rankings by task."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with one peer in it, made from its pinned list; `fault` says why it is not there."""

    python: Path
    fault: str = ""

    @classmethod
    def of(cls, name: str, folder: Path) -> Environment:
        """The environment of a peer, made the first time."""
        home, pinned = folder / name, _SCRIPTS / f"{name}.txt"
        python, made = home / "bin" / "python", home / "made-of.txt"
        if made.exists() and made.read_text() == pinned.read_text():
            return cls(python)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pinned)]
        for command in ([sys.executable, "-m", "venv", str(home)], pip):
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                return cls(python, f"not downloaded within {_PATIENCE} s")
            if done.returncode:
                return cls(python, _last_line(done.stderr))
        made.write_text(pinned.read_text())
        return cls(python)

    def run(self, script: str, *arguments: str) -> tuple[str, str]:
        """What a script printed, and why it failed (empty where it did not)."""
        if self.fault:
            return "", f"not installed: {self.fault}"
        command = [str(self.python), str(_SCRIPTS / f"{script}.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout, f"not run: {_last_line(done.stderr)}" if done.returncode else ""


def tables(folder: Path, *, quick: bool) -> list[Table]:
    """SciFact and XQuAD, ours and every peer's."""
    tasks = list(xquad(folder, QUICK_QUESTIONS if quick else QUESTIONS))
    if not quick:
        tasks.insert(0, scifact(folder))
    rankings, exported = _ours(tasks, folder)
    faults = _peers(tasks, exported, rankings, folder / "peers", quick=quick)
    shown = [_headline(tasks, rankings, faults), _by_language(tasks, rankings)]
    return [*shown, _all_at_once(tasks, rankings)]


# --- searching -----------------------------------------------------------------------------------------


def _ours(tasks: Sequence[Task], folder: Path) -> tuple[Rankings, dict[str, Exported]]:
    rankings: dict[str, dict[str, Ranking]] = {f"{_OURS}, {mode}": {} for mode in _MODES}
    exported: dict[str, Exported] = {}
    for task in tasks:
        with task.archive.open() as library:
            for mode in _MODES:
                rankings[f"{_OURS}, {mode}"][task.name] = _ranking(library, task.asked, mode)
            exported[task.name] = export(task, library, library.embedder, folder / "tasks" / task.name)
    return dict(rankings), exported


def _ranking(library: Library, asked: Sequence[Asked], mode: Mode) -> Ranking:
    documents, times = [], []
    for one in asked:
        started = time.perf_counter()
        documents.append(ranked(library, one.text, mode))
        times.append((time.perf_counter() - started) * 1000)
    return Ranking(documents, Times(tuple(times)))


def _peers(
    tasks: Sequence[Task], exported: Mapping[str, Exported], rankings: Rankings, folder: Path, *, quick: bool
) -> dict[str, str]:
    """Adds every peer's rankings; returns why some are missing."""
    folders = [str(exported[task.name].folder) for task in tasks]
    minilm = "MiniLM is left out of the quick form" if quick else _minilm(folders, folder)
    faults: dict[str, str] = {}
    for vectors, model in VECTORS.items():
        for peer in PEERS:
            name = f"{peer}, {model}"
            if vectors == "minilm" and minilm:
                faults[name] = minilm
                continue
            script = f"with_{peer}"
            _, fault = Environment.of(script, folder).run(script, vectors, str(TOP), *folders)
            if fault:
                faults[name] = fault
                continue
            kept = f"rankings-{peer}-{vectors}.jsonl"
            rankings[name] = {task.name: _read(exported[task.name], kept) for task in tasks}
    return faults


def _minilm(folders: Sequence[str], folder: Path) -> str:
    """Makes MiniLM's vectors where they are missing; returns why that failed."""
    missing = [task for task in folders if not (Path(task) / "minilm-queries.npy").exists()]
    if not missing:
        return ""
    _, fault = Environment.of("minilm", folder).run("minilm", "embed", *missing)
    return fault


def _read(exported: Exported, name: str) -> Ranking:
    lines = [json.loads(line) for line in (exported.folder / name).read_text(encoding="utf-8").splitlines()]
    documents = [list(dict.fromkeys(exported.documents[n] for n in line["ranked"])) for line in lines]
    return Ranking(documents, Times(tuple(line["milliseconds"] for line in lines)))


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip() and "WARNING" not in line]
    return lines[-1].strip()[:160] if lines else "no reason given"


# --- judging -------------------------------------------------------------------------------------------

Judge = Callable[[Sequence[str], Asked], float]


def _gain(documents: Sequence[str], asked: Asked) -> float:
    return gain(documents, asked.right)


def _mrr(documents: Sequence[str], asked: Asked) -> float:
    return reciprocal_rank(documents, asked.right.keys())


def _recall(documents: Sequence[str], asked: Asked) -> float:
    return found(documents, asked.right.keys())


def _languages_found(documents: Sequence[str], asked: Asked) -> float:
    return share(documents, asked.right.keys(), at=2 * len(LANGUAGES))


def _foreign(documents: Sequence[str], asked: Asked) -> float:
    """Whether the right paragraph in a language other than the question's is among the first."""
    return found(documents, {name for name in asked.right if not name.startswith(f"{asked.language}-")})


def _judged(task: Task, ranking: Ranking, judge: Judge, language: str | None = None) -> float:
    pairs = zip(ranking.documents, task.asked, strict=True)
    return mean(judge(documents, one) for documents, one in pairs if language in (None, one.language))


def _headline(tasks: Sequence[Task], rankings: Rankings, faults: Mapping[str, str]) -> Table:
    shown = Table(
        "", "SciFact nDCG@10", "XQuAD own MRR@10", "own R@10", "→ en R@10", "→ all R@10", "→ all, foreign R@10",
        "ms p50, → all", title="Quality: mean of twelve languages (goals: 0.72, 0.95, and 0.90 of “own R@10”)",
    )  # fmt: skip
    by_name = {task.name: task for task in tasks}
    own = [by_name[f"xquad-{language}"] for language in LANGUAGES]
    for name, by_task in rankings.items():

        def figure(task: str, judge: Judge, by_task: Mapping[str, Ranking] = by_task) -> str:
            return f"{_judged(by_name[task], by_task[task], judge):.3f}" if task in by_name else "–"

        shown.add_row(
            name, figure("scifact", _gain),
            f"{mean(_judged(task, by_task[task.name], _mrr) for task in own):.3f}",
            f"{mean(_judged(task, by_task[task.name], _recall) for task in own):.3f}",
            figure("xquad-to-en", _recall), figure("xquad-to-all", _recall), figure("xquad-to-all", _foreign),
            f"{by_task['xquad-to-all'].times.p50:.1f}",
        )  # fmt: skip
    for name, fault in faults.items():
        shown.add_row(name, fault)
    return shown


def _by_language(tasks: Sequence[Task], rankings: Rankings) -> Table:
    """The three figures of XQuAD by the question's language, for ours."""
    ways = [name for name in rankings if name.startswith(_OURS)]
    shown = Table("language", *(f"{what} {name.removeprefix(_OURS)[2:]}" for what in ("own MRR", "→ en R", "→ all R")
                                for name in ways), title="XQuAD by the question's language")  # fmt: skip
    by_name = {task.name: task for task in tasks}
    for language in LANGUAGES:
        row = [_judged(by_name[f"xquad-{language}"], rankings[w][f"xquad-{language}"], _mrr) for w in ways]
        if language == "en":
            row += [float("nan")] * len(ways)
        else:
            row += [_judged(by_name["xquad-to-en"], rankings[w]["xquad-to-en"], _recall, language) for w in ways]
        row += [_judged(by_name["xquad-to-all"], rankings[w]["xquad-to-all"], _recall, language) for w in ways]
        shown.add_row(language, *("" if figure != figure else f"{figure:.3f}" for figure in row))  # noqa: PLR0124
    return shown


def _all_at_once(tasks: Sequence[Task], rankings: Rankings) -> Table:
    """How many of the twelve right paragraphs stand among the first 24, by the question's language."""
    shown = Table(
        "", *LANGUAGES, "mean", title="XQuAD, all languages at once: share of the 12 right among the first 24"
    )
    task = next(task for task in tasks if task.name == "xquad-to-all")
    for name, by_task in rankings.items():
        row = [_judged(task, by_task[task.name], _languages_found, language) for language in LANGUAGES]
        shown.add_row(name, *(f"{figure:.2f}" for figure in (*row, mean(row))))
    return shown


def speeds(folder: Path, texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """MiniLM as the peers run it: its name, passages a second of one core by the clock and by processor time."""
    file = folder / "peers" / "speed.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    said, fault = Environment.of("minilm", folder / "peers").run("minilm", "speed", str(file))
    figures = {} if fault else json.loads(said)
    yield (
        "all-MiniLM-L6-v2, sentence-transformers",
        fault or f"{figures['by_clock']:.1f}",
        "" if fault else f"{figures['by_processor']:.1f}",
    )
