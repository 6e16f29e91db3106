"""A topic is a document, an author, a collection or words, and its passages come one after another."""

from __future__ import annotations

import pytest

from lyceum.config import Settings
from lyceum.errors import InvalidValue
from lyceum.library import Library, Scope, Topic
from lyceum.tutor.study.material import cite, gather, source_of_passage
from lyceum.tutor.study.model import Subject


def gathered(library: Library, text: str, scope: Scope | None = None):
    return gather(Topic(text, scope or Scope.everything()), library._stacks())


@pytest.fixture
def library(home, models):
    with Library.open(Settings(home, models, threads=1)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "subject", "titles"),
    [
        ("White Slavery in London", Subject.DOCUMENT, ["White Slavery in London"]),
        ("Annie Besant", Subject.AUTHOR, ["White Slavery in London"]),
        ("author:Owen, Robert", Subject.AUTHOR, ["On the Hours of Labour"]),
        ("collection:main", Subject.COLLECTION,
         ["On the Hours of Labour", "Das Elend und der Aufruhr in Schlesien", "White Slavery in London"]),
        ("match girls", Subject.WORDS, ["White Slavery in London"]),
    ],
)  # fmt: skip
def test_a_topic_is_what_it_names(library, text, subject, titles):
    """Works stand as time went."""
    material = gathered(library, text)
    assert (material.subject, [one.title for one in material.about()]) == (subject, titles)


def test_the_passages_of_a_work_are_its_whole_text_in_order(library):
    document = next(d for d in library.documents() if d.metadata.language == "de")
    passages = list(gathered(library, document.id).passages())
    assert len(passages) == document.passages
    assert [p.start for p in passages] == sorted(p.start for p in passages)
    assert all(library.text(document, p.start, p.end) == p.text for p in passages)


def test_the_passages_on_words_hold_each_of_them(library):
    held = [passage.text for passage in gathered(library, "shillings rent").passages()]
    assert held
    assert all("shillings" in text and "rent" in text for text in held)


def test_what_the_archive_lacks_is_said(library):
    (lack,) = gathered(library, "submarines").lacks()
    assert lack.code == "topic_missing"
    assert "submarines" in lack.message


def test_nothing_outside_the_scope_is_found(library):
    assert gathered(library, "match girls", Scope.of("elsewhere")).documents == ()
    assert gathered(library, "Annie Besant", Scope.of("elsewhere")).documents == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [("…", "unclear_topic"), ("author:Nobody Known", "unknown_author"), ("document:x", "unknown_document")],
)
def test_a_topic_that_names_nothing_is_refused(library, text, code):
    with pytest.raises(InvalidValue) as refused:
        gathered(library, text)
    assert refused.value.code == code


def test_a_stretch_is_cited_where_it_stands(library):
    passage = next(gathered(library, "match girls").passages())
    source = source_of_passage(passage)
    cut = source.text.index("splendid salary")
    citation = cite(source, cut, cut + len("splendid salary"))
    assert citation
    assert library.text(library.document(citation.document), citation.start, citation.end) == "splendid salary"
    assert cite(source, cut + 2, cut + 6) is None
