"""Recomputes what studies say, from their JSON and the stored texts alone: `python -m bench.study HOME`.

For 200 items of each kind: whether each quotation is what stands at its offsets. For the timeline on a topic: how
many events, and in how many the date is one that the quoted sentence states, read here by rules of its own.
For the longest work of up to 330 pages: the seconds of processor that its guide takes, and the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_TOPICS = (
    "strike", "general strike", "socialism", "Haymarket", "child labor", "anarchism", "slavery", "Pullman",
    "eight hours", "syndicalism", "trade union", "suffrage", "revolution", "property", "capital",
)  # fmt: skip
_SPEAKERS = ("Debs", "Goldman", "Trotsky", "London", "Russell", "Hunter", "Paine", "Kropotkin", "Sinclair", "Spargo")
_WANTED = 200
_WORDS_A_PAGE, _PAGES = 350, (250, 330)
_GUIDE_SECONDS = 10.0


def main() -> None:
    """Prints the figures; exits with 1 when one misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--topic", default="strike")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="Print N items of each kind to be read.")
    asked = parser.parse_args()
    command = Command(asked.home)
    rows = [*fidelity(command, asked.show), *timeline(command, asked.topic), guide(command)]
    table = Table("measure", "found", "goal", "", title=f"Study on {asked.home}")
    for name, found, goal, reached in rows:
        table.add_row(name, found, goal, "✓" if reached else "✗")
    Console().print(table)
    sys.exit(0 if all(row[3] for row in rows) else 1)


Row = tuple[str, str, str, bool]


class Command:
    """The program as a person runs it, on one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.text = cache(self._text)

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON, whatever its exit code."""
        run = subprocess.run(self._line(*arguments), capture_output=True, text=True, check=False)
        return json.loads(run.stdout)

    def timed(self, *arguments: str) -> tuple[float, float]:
        """The seconds of processor and the peak of memory in MB of one command."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(self._line(*arguments), capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return seconds, after.ru_maxrss / 1024

    def _text(self, document: str) -> str:
        return str(self.json("show", document, "--text", "--json")["text"])

    def _line(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).parent / "lyceum"), "--home", str(self._home), *arguments]


# --- quotations --------------------------------------------------------------------------------------------


def fidelity(command: Command, show: int) -> Iterator[Row]:
    """In how many of 200 items of each kind every quotation stands at its offsets."""
    for kind, asked in (("guide", _TOPICS), ("timeline", _TOPICS), ("positions", _positions())):
        items = list(_items(command, kind, asked))[:_WANTED]
        exact = sum(_is_exact(command, item) for item in items)
        yield f"{kind}: quotations exact", f"{exact} of {len(items)} items", "100 %", 0 < exact == len(items)
        for item in random.Random(5).sample(items, min(show, len(items))):  # noqa: S311  (a sample to be read)
            print(kind, "·", item.get("date") or item.get("about"), "·", item["text"])
            for citation in item["citations"]:
                print("    ", citation["exact"])


def _positions() -> list[str]:
    subjects = ("strike", "socialism", "war", "capital", "labor", "government", "freedom", "property")
    return [f"{speaker} on {subject}" for speaker in _SPEAKERS for subject in subjects]


def _items(command: Command, kind: str, topics: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    found = 0
    for topic in topics:
        if found >= _WANTED:
            return
        made = command.json("study", kind, topic, "--format", "json")
        items = made.get("events", []) + [item for part in made.get("sections", []) for item in part["items"]]
        found += len(items)
        yield from items


def _is_exact(command: Command, item: Mapping[str, Any]) -> bool:
    cited = [*item["citations"], *(c for other in item.get("disagreement", ()) for c in other["citations"])]
    return bool(cited) and all(command.text(c["document"])[c["start"] : c["end"]] == c["exact"] for c in cited)


# --- dates -------------------------------------------------------------------------------------------------

_MONTHS = (
    "jan(?:uary|uar|vier)?|enero", "feb(?:ruary|ruar)?|février|febrero", "mar(?:ch|s|zo)?|märz",
    "apr(?:il)?|avril|abril",
    "may|mai|mayo", "june?|juni?|juin|junio", "july?|juli|juillet|julio", "aug(?:ust)?|août|agosto",
    "sept?(?:ember|embre|iembre)?", "o[ck]t(?:ober|obre|ubre)?", "nov(?:ember|embre|iembre)?",
    "de[cz](?:ember)?|décembre|diciembre",
)  # fmt: skip


def timeline(command: Command, topic: str) -> Iterator[Row]:
    """How many events a topic has, and in how many the quoted sentence states the date."""
    events = command.json("study", "timeline", topic, "--format", "json", "--limit", "1000")["events"]
    yield f"timeline on “{topic}”: dated events", str(len(events)), "≥ 40", len(events) >= 40
    wrong = [event for event in events if not _states(event["citations"][0]["exact"], event["date"])]
    share = 1 - len(wrong) / max(1, len(events))
    yield f"timeline on “{topic}”: dates as in the sentence", f"{share:.1%}", "≥ 95 %", share >= 0.95
    for event in wrong:
        print("date not found:", event["date"], "·", event["text"])


def _states(sentence: str, date: str) -> bool:
    """Whether a sentence states a date, or both ends of a span; as digits, or with the month as a word."""
    return all(_states_one(sentence, end, span="/" in date) for end in date.split("/"))


def _states_one(sentence: str, date: str, *, span: bool) -> bool:
    year, *rest = date.split("-")
    forms = rf"{year}|(?<=[-–—’'/]){year[2:]}" if span else year
    if not re.search(rf"(?<!\d)(?:{forms})(?!\d)", sentence):
        return False
    if rest and not re.search(rf"\b(?:{_MONTHS[int(rest[0]) - 1]})\b|-{rest[0]}\b", sentence, re.IGNORECASE):
        return False
    return len(rest) < 2 or bool(re.search(rf"(?<!\d)0?{int(rest[1])}(?!\d)", sentence))


# --- the guide ---------------------------------------------------------------------------------------------


def guide(command: Command) -> Row:
    """How long the guide to a work of about 300 pages takes."""
    documents = command.json("documents", "--json")["documents"]
    sized = [(one["passages"] * 120 / _WORDS_A_PAGE, one) for one in documents]
    fitting = [(pages, one) for pages, one in sized if _PAGES[0] <= pages <= _PAGES[1]]
    if not fitting:
        return ("guide of 300 pages", "no such work here", f"< {_GUIDE_SECONDS:.0f} s", False)
    pages, work = max(fitting, key=lambda found: found[0])
    seconds, memory = command.timed("study", "guide", work["id"], "--format", "json")
    name = f"guide of {pages:.0f} pages ({work['title'][:40]})"
    return (name, f"{seconds:.1f} s CPU, {memory:.0f} MB", f"< {_GUIDE_SECONDS:.0f} s", seconds < _GUIDE_SECONDS)


if __name__ == "__main__":
    main()
