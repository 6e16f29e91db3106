"""Recomputes every quotation of many answers: `python -m bench.fidelity HOME [--questions N]`.

It knows nothing of the program but what its command prints: it asks, fetches the stored texts, and compares. It exits
with 1 when one quoted character differs from the source, or one place is not what the answer says.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.data import data_folder

QUESTIONS = 560
ANSWERS_GOAL = 500
_SEED = 7
_STRANGERS = 60
_TEXTS_READ = 40
_SHOWN = 5
_ABOUT = {
    "en": ("What does {title} say?", "What is written about {words}?", "Why {words}?", "Who said that {words}?"),
    "de": ("Was steht in {title}?", "Was wird über {words} gesagt?", "Warum {words}?", "Wer sagte, dass {words}?"),
}


def main() -> None:
    """Prints the totals; exits with 1 when something was not as the answer said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    asked = parser.parse_args()
    totals, faults = check(asked.home, asked.questions)
    Console().print(table(totals, faults))
    print("\n".join(shown(faults)))
    sys.exit(1 if faults else 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as the answer says, by kind."""

    kind: str
    what: str


KINDS = ("other characters", "other surroundings", "other page", "words in no citation", "marks in no citation")


def check(home: Path, number: int) -> tuple[Counter[str], list[Fault]]:
    """How much was compared, and all that was wrong."""
    totals: Counter[str] = Counter()
    wrong: list[Fault] = []
    stored = cache(partial(_show, home))
    for answer in _ask(home, questions(home, number)):
        totals["questions"] += 1
        totals["abstained" if answer["abstained"] else "answers"] += 1
        totals["claims"] += len(answer["claims"])
        for citation in answer["citations"]:
            totals["citations"] += 1
            totals["characters"] += len(citation["exact"])
            wrong += faults_of_citation(citation, stored(citation["document"], citation["version"]))
        by_number = {citation["n"]: citation for citation in answer["citations"]}
        for claim in answer["claims"]:
            wrong += faults_of_claim(claim["text"], [by_number[n]["exact"] for n in claim["citations"]])
    return totals, wrong


def table(totals: Counter[str], faults: Sequence[Fault]) -> Table:
    """The totals beside their goals."""
    figures = Table("quotation fidelity", "figure", "goal")
    for name in ("questions", "answers", "abstained", "claims", "citations", "characters"):
        figures.add_row(name, f"{totals[name]:,}", f"{ANSWERS_GOAL} or more" if name == "answers" else "")
    counted = Counter(fault.kind for fault in faults)
    for kind in KINDS:
        figures.add_row(f"faults: {kind}", str(counted[kind]), "0")
    return figures


def shown(faults: Sequence[Fault]) -> list[str]:
    """The first few faults of each kind, a line each."""
    return [f"✗ {kind}: {f.what}" for kind in KINDS for f in [f for f in faults if f.kind == kind][:_SHOWN]]


def faults_of_citation(citation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Fault]:
    """What of a citation is not as the stored text of its document has it."""
    text, start, end = document["text"], citation["start"], citation["end"]
    name = f"{citation['document']} {start}–{end}"
    if text[start:end] != citation["exact"] or not citation["exact"]:
        yield Fault("other characters", f"{name} holds {text[start:end]!r}, not {citation['exact']!r}")
    if not text[:start].endswith(citation["prefix"]) or not text[end:].startswith(citation["suffix"]):
        yield Fault("other surroundings", f"{name} is not between {citation['prefix']!r} and {citation['suffix']!r}")
    label = _label(document["pages"], start, end)
    if citation["page"] != label:
        yield Fault("other page", f"{name} is said to stand on page {citation['page']}, and stands on {label}")


def _label(pages: Sequence[dict[str, Any]], start: int, end: int) -> str | None:
    """The page of a span by the document's own list, or its first and last."""
    labels = [page["label"] for page in pages if page["start"] < end and start < page["end"]]
    if not labels:
        return None
    return str(labels[0]) if len(labels) == 1 else f"{labels[0]}–{labels[-1]}"


_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]+)[”“»\"]")


def faults_of_claim(claim: str, cited: Sequence[str]) -> Iterator[Fault]:
    """What is in quotation marks, whole and within, and in no citation: words, or only marks at its edges."""
    sources = [" ".join(exact.split()) for exact in cited]
    whole = re.search(r"“(.*)”", claim, re.DOTALL)
    for quoted in dict.fromkeys([*_QUOTED.findall(claim), *([whole[1]] if whole else [])]):
        words = " ".join(quoted.split())
        if not any(words in source for source in sources):
            bare = re.sub(r"^\W+|\W+$", "", words.replace("_", " "))
            kind = "marks" if any(bare in source.replace("_", " ") for source in sources) else "words"
            yield Fault(f"{kind} in no citation", repr(words))


# --- questions -----------------------------------------------------------------------------------------


def questions(home: Path, number: int) -> list[str]:
    """Questions made from the archive's own titles and sentences, and some that it cannot know, always the same."""
    chance = random.Random(_SEED)  # noqa: S311  (no secret is drawn)
    strangers = _strangers(chance, min(_STRANGERS, number // 5))
    documents = json.loads(_lyceum(home, "documents", "--json"))["documents"]
    own = [d for d in documents if d["language"] in _ABOUT]
    chance.shuffle(own)
    found: list[str] = []
    texts = {d["id"]: _show(home, d["id"], d["version"])["text"] for d in own[:_TEXTS_READ]}
    while len(found) < number - len(strangers):
        document = own[len(found) % len(texts)]
        template = chance.choice(_ABOUT[document["language"]])
        found.append(template.format(title=document["title"], words=_words(texts[document["id"]], chance)))
    return [*found, *strangers]


def _words(text: str, chance: random.Random) -> str:
    """Some words in a row from anywhere in a text."""
    words = text[chance.randrange(max(1, len(text) - 400)) :][:400].split()[1:]
    return " ".join(words[: chance.randint(3, 9)]).strip(".,;:!?\"'“”„«»()")


def _strangers(chance: random.Random, number: int) -> list[str]:
    path = data_folder() / "eval" / "abstention_selfaware" / "SelfAware.json.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [str(example["question"]) for example in chance.sample(json.load(file)["example"], number)]


# --- the command -----------------------------------------------------------------------------------------


def _ask(home: Path, asked: Sequence[str]) -> Iterator[dict[str, Any]]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": n, "question": text}) + "\n" for n, text in enumerate(asked))
        file.flush()
        for line in _lyceum(home, "ask", "--questions", file.name, "--json").splitlines():
            yield json.loads(line)


def _show(home: Path, document: str, version: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(_lyceum(home, "show", document, "--version", version, "--text", "--json"))
    return shown


def _lyceum(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "lyceum", "--home", str(home), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
