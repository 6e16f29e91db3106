"""The command refers to documents, passages and whole answers."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def asked(run, home):
    """A home with one kept answer, and the answer."""
    return run("ask", "What is the salary of the match girls of Bryant and May?", "--keep", "--json", home=home).json


def document(run, home) -> str:
    listed = run("documents", "--author", "Besant", "--json", home=home).json
    return listed["documents"][0]["id"]


def test_a_document_is_referred_to(run, home):
    cited = run("cite", document(run, home), home=home)
    assert (cited.code, cited.out) == (0, "Besant, Annie. White Slavery in London. 1888.\n")


def test_a_passage_is_referred_to_with_its_words(run, home):
    hit = run("search", "splendid salary", "--mode", "lexical", "--json", home=home).json["hits"][0]
    cited = run("cite", hit["passage"], "--format", "ris", home=home)
    assert "TI  - White Slavery in London" in cited.out
    assert f"N1  - “{' '.join(hit['text'].split())}”" in cited.out


def test_an_answer_is_referred_to_quotation_by_quotation(run, home, asked):
    cited = run("cite", "last", "--format", "csl-json", home=home).json
    assert [one["note"] for one in cited] == [f"“{c['exact']}”" for c in asked["citations"]]


def test_an_answer_is_written_with_footnotes(run, home, asked):
    written = run("cite", "last", "--format", "md", home=home).out
    assert "[^1]: Besant, Annie. White Slavery in London. 1888. Characters" in written
    assert asked["claims"][0]["text"].split("“")[1][:30] in written


def test_word_has_the_notes_as_footnotes_of_its_own(run, home, asked, tmp_path):
    path = tmp_path / "answer.docx"
    assert run("cite", asked["answer"], "--format", "docx", "--output", path, home=home).code == 0
    data = path.read_bytes()
    notes = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/footnotes.xml"))
    texts = ["".join(note.itertext()) for note in notes.iter(f"{W}footnote")]
    marks = [mark.get(f"{W}id") for mark in docx.Document(path).element.iter(f"{W}footnoteReference")]
    assert marks == [str(n) for n in range(1, len(marks) + 1)]
    assert any("Besant, Annie. White Slavery in London. 1888." in text for text in texts)
    assert asked["claims"][0]["text"] in [paragraph.text for paragraph in docx.Document(path).paragraphs]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cite", "0000"), "There is no document"),
        (("cite", "0000.7"), "There is no passage"),
        (("cite", "a-000000000000"), "No answer"),
        (("cite", "0000", "--format", "md"), "Only one kept answer"),
    ],
)
def test_what_cannot_be_referred_to_is_refused(run, home, arguments, said):
    refused = run(*arguments, home=home)
    assert refused.code == 2
    assert said in refused.err


def test_a_word_file_needs_a_name(run, home, asked):
    assert run("cite", "last", "--format", "docx", home=home).code == 2


def test_a_file_that_cannot_be_written_is_told(run, home, tmp_path):
    assert run("cite", document(run, home), "--output", tmp_path / "no" / "where", home=home).code == 3
