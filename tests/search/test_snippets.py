"""The stretch that is shown holds the words that were looked for, and marks them where they stand."""

from __future__ import annotations

from lyceum.archive import Metadata
from lyceum.search import Phrase, Words, highlight
from lyceum.testing import entry


def shown(text: str, words: Words, language: str = "en") -> tuple[str, list[str]]:
    passage = entry(1, text, metadata=Metadata(title="x", language=language)).passages[0]
    snippet = highlight(passage, words)
    whole = passage.text
    at = passage.start
    return whole[snippet.start - at : snippet.end - at], [whole[a - at : b - at] for a, b in snippet.marks]


STRIKE = Words(terms=(("weaver",), ("strike",)))
LONG = " It was a cold spring in the valleys and bread was dearer than anybody there remembered it to have been before."


def test_the_sentence_with_most_of_the_words_is_shown():
    stretch, marks = shown(f"It rained on the strike.{LONG} The weavers went on strike in Peterswaldau.{LONG}", STRIKE)
    assert stretch.startswith("The weavers went on strike")
    assert marks == ["weavers", "strike"]


def test_a_short_sentence_brings_the_next_one():
    stretch, _ = shown(f"They struck. Weavers strike.{LONG}", STRIKE)
    assert stretch == f"Weavers strike.{LONG}"


def test_without_any_of_the_words_the_first_sentence_is_shown():
    stretch, marks = shown(f"Bread was dear.{LONG}", STRIKE)
    assert stretch.startswith("Bread was dear.")
    assert marks == []


def test_words_of_phrases_and_beginnings_are_marked():
    _, marks = shown("The organisers asked for bread and roses.", Words(
        phrases=(Phrase(("bread", "and", "roses")),), beginnings=("organi",)
    ))  # fmt: skip
    assert marks == ["organisers", "bread", "and", "roses"]


def test_a_word_cut_at_the_end_of_a_line_is_marked_whole():
    _, marks = shown("The wea-\nvers marched.", STRIKE)
    assert marks == ["wea-\nvers"]


def test_in_scripts_without_spaces_the_covered_stretch_is_marked():
    _, marks = shown("昨日織工罷工開始。", Words(terms=(("織工", "罷工"),)), "zh")
    assert marks == ["織工罷工"]
