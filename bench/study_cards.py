"""Makes quiz items, cards, reading lists and courses of an archive and checks them from its stored text alone.

    python bench/study_cards.py HOME [--items 200] [--sample 50] [--topics "strike,anarchism,…"]

Prints, for each kind, how many items were made, the share of quotations that stand letter by letter at their offsets,
the share of keys stated in their passage, the distractors that stand in it, and a sample for people to read.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lyceum import config
from lyceum.library import Kind, Library, Scope, Topic

TOPICS = (
    "strike", "general strike", "trade union", "socialism", "anarchism", "women suffrage", "factory", "haymarket",
    "slavery", "revolution", "child labor", "eight hours", "wages", "Bolshevism", "railroad", "school", "Chicago",
    "Russia", "election", "prison", "steel", "coal miners", "newspaper", "court", "police", "church", "congress",
    "Streik", "Gewerkschaft", "syndicalism", "lynching", "property", "capital", "boycott", "convention",
)  # fmt: skip


def main() -> None:
    """Makes items topic by topic until there are enough, and prints what holds of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--sample", type=int, default=50)
    parser.add_argument("--topics", default=",".join(TOPICS))
    said = parser.parse_args()
    with Library.open(config.load(said.home, os.environ)) as library:
        for kind in (Kind.QUIZ, Kind.CARDS):
            _cards(library, kind, said.topics.split(","), said)
        for kind in (Kind.READING_LIST, Kind.COURSE):
            _sections(library, kind, said.topics.split(","), said.items)


def _cards(library: Library, kind: Kind, topics: list[str], said: argparse.Namespace) -> None:
    items: dict[str, dict[str, Any]] = {}
    seconds: list[float] = []
    for topic in topics:
        started = time.process_time()
        made = library.study(kind, Topic(topic, Scope.everything(), limit=said.each)).as_dict()
        seconds.append(time.process_time() - started)
        for item in made["items"]:
            items.setdefault(item["cloze"], item)
        if len(items) >= said.items:
            break
    checked = [_checked(library, item) for item in list(items.values())[: said.items]]
    found = Counter(name for one in checked for name, holds in one.items() if holds)
    print(
        f"{kind}: {len(checked)} items, {sum(seconds) / len(seconds):.1f} s of processor a topic "
        f"(worst {max(seconds):.1f})"
    )
    for name in ("quotation exact", "key stated", "key once", "distractor in sentence", "distractor in passage"):
        print(f"  {name}: {found[name]} ({100 * found[name] / len(checked):.1f} %)")
    print(f"  kinds: {dict(Counter(item['asks'] for item in items.values()))}")
    chosen = random.Random(7).sample(sorted(items), min(said.sample, len(items)))  # noqa: S311
    for n, key in enumerate(chosen, start=1):
        item = items[key]
        print(f"{n:3} {item['question']}\n      * {item['answer']}   / {' / '.join(item['distractors'])}")


def _checked(library: Library, item: dict[str, Any]) -> dict[str, bool]:
    """What holds of an item by the stored text; the passage is the sentence with what stands around it."""
    citation = item["citations"][0]
    document = library.document(citation["document"], version=citation["version"])
    sentence = library.text(document, citation["start"], citation["end"])
    around = library.text(document, max(0, citation["start"] - 400), citation["end"] + 400)
    return {
        "quotation exact": sentence == citation["exact"],
        "key stated": item["answer"] in sentence,
        "key once": sentence.count(item["answer"]) == 1,
        "distractor in sentence": any(_stands(one, sentence) for one in item["distractors"]),
        "distractor in passage": any(_stands(one, around) for one in item["distractors"]),
    }


def _stands(words: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\w,.]){re.escape(words)}(?!\w|[,.]\d)", text))


def _sections(library: Library, kind: Kind, topics: list[str], most: int) -> None:
    citations: list[dict[str, Any]] = []
    seconds: list[float] = []
    bare = made = 0
    for topic in topics:
        started = time.process_time()
        study = library.study(kind, Topic(topic, Scope.everything())).as_dict()
        seconds.append(time.process_time() - started)
        for item in _items(study):
            made += 1
            bare += not item["citations"]
            citations += item["citations"]
        if made >= most:
            break
    exact = sum(_is_exact(library, citation) for citation in citations)
    print(f"{kind}: {made} items, {bare} of them without a citation (steps of an evening), "
          f"{exact} of {len(citations)} quotations exact, {sum(seconds) / len(seconds):.1f} s of processor a topic "
          f"(worst {max(seconds):.1f})")  # fmt: skip


def _items(study: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in study["sections"]:
        yield from section["items"]


def _is_exact(library: Library, citation: dict[str, Any]) -> bool:
    document = library.document(citation["document"], version=citation["version"])
    return library.text(document, citation["start"], citation["end"]) == str(citation["exact"])


if __name__ == "__main__":
    main()
