"""A study tells its items with their citations, numbered as they come, and what is missing."""

from __future__ import annotations

import json

import pytest

from lyceum.archive import PartialDate
from lyceum.errors import InvalidValue
from lyceum.tutor import Quotation, Source, verify
from lyceum.tutor.study import Card, Dated, Event, Item, Kind, Lack, Rival, Section, Study, Subject, forms_of, render

TEXT = "The weavers struck in 1891. Some say that they struck in 1890. The mill had 4 [power] looms."
SOURCE = Source(
    "p1", TEXT, document="d1", version="v1", title="The Mill", creators=("Lee, Ann",), date="1912", language="en"
)


def cited(words: str):
    return verify(Quotation("p1", words), {"p1": SOURCE})


STRUCK, EARLIER, LOOMS = map(
    cited, ("The weavers struck in 1891.", "Some say that they struck in 1890.", "The mill had 4 [power] looms.")
)


def made(kind: Kind, **parts) -> Study:
    return Study(kind, "the mill", Subject.WORDS, "The mill", index_revision=3, notice="From one archive.", **parts)


TIMELINE = made(
    Kind.TIMELINE,
    events=(
        Event(Dated(PartialDate(1891)), "1891", STRUCK.exact, (STRUCK,), (Rival(Dated(PartialDate(1890)), EARLIER),)),
    ),
)
GUIDE = made(
    Kind.GUIDE, sections=(Section("passages", "Key passages", (Item("", (LOOMS,)), Item("It wove.", (LOOMS, STRUCK)))),)
)
CARDS = made(Kind.CARDS, cards=(Card("How many looms had the mill?", "4", (LOOMS,), ("2", "7")),))


def test_a_timeline_tells_its_events_with_their_citations():
    (event,) = TIMELINE.as_dict()["events"]
    assert (event["date"], event["text"]) == ("1891", STRUCK.exact)
    assert (event["first"], event["last"]) == ("1891-01-01", "1891-12-31")
    assert event["citations"][0]["exact"] == TEXT[event["citations"][0]["start"] : event["citations"][0]["end"]]
    assert [(one["date"], one["citations"][0]["n"]) for one in event["disagreement"]] == [("1890", 2)]


def test_a_citation_keeps_its_number_through_a_study():
    (section,) = GUIDE.as_dict()["sections"]
    assert [[c["n"] for c in item["citations"]] for item in section["items"]] == [[1], [1, 2]]


def test_cards_are_told_as_items():
    (item,) = CARDS.as_dict()["items"]
    assert (item["question"], item["answer"], item["distractors"]) == ("How many looms had the mill?", "4", ["2", "7"])
    assert item["citations"][0]["exact"] == LOOMS.exact


def test_what_is_missing_stands_in_the_place_of_items():
    lack = Lack("no_dates", "No dates.", "Ask otherwise.")
    empty = made(Kind.TIMELINE, lacks=(lack,))
    assert empty.empty
    assert (empty.as_dict()["events"], empty.as_dict()["lacks"]) == ([], [lack.as_dict()])
    assert "> No dates. Ask otherwise." in render(empty, "md").decode()


@pytest.mark.parametrize(("study", "expected"), [
    (TIMELINE, ["- **1891** “The weavers struck in 1891.”[^1]",
                "  - but 1890: “Some say that they struck in 1890.”[^2]",
                "[^1]: Lee, Ann, The Mill, 1912, characters 0–27 (d1)"]),
    (GUIDE, ["## Key passages", "- “The mill had 4 \\[power\\] looms.”[^1]",
             "- It wove. “The mill had 4 \\[power\\] looms.”[^1] “The weavers struck in 1891.”[^2]"]),
    (CARDS, ["1. How many looms had the mill?", "    - 7", "    Answer: 4[^1]"]),
], ids=["timeline", "guide", "cards"])  # fmt: skip
def test_markdown_has_every_item_with_a_footnote_to_its_place(study, expected):
    written = render(study, "md").decode().split("\n")
    assert [line for line in expected if line not in written] == []


def test_json_is_what_the_study_tells():
    assert json.loads(render(TIMELINE, "json")) == json.loads(json.dumps(TIMELINE.as_dict()))


def test_a_form_that_a_kind_does_not_have_is_refused():
    assert {"md", "json"} <= set(forms_of(Kind.GUIDE))
    with pytest.raises(InvalidValue) as refused:
        render(GUIDE, "papyrus")
    assert refused.value.code == "unknown_format"
