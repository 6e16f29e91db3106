"""An answer as a file to keep says what was said and where it stands, and words of others stay words."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from lxml import html
from markdown_it import MarkdownIt

from lyceum.server.web.exporting import Exported, as_html, as_markdown

HOSTILE = '<img src=x onerror=alert(1)> [x](javascript:y) **b** # - `c` "'
CITATION = {
    "n": 1, "document": "d1", "version": "d1-1", "title": f"Of {HOSTILE}", "creators": ["Ada Holt", HOSTILE],
    "date": "1819", "language": "en", "page": "7", "start": 5, "end": 60, "exact": f"The weavers of {HOSTILE} struck.",
}  # fmt: skip
SIDE = {"value": "in 1819", "citations": [1], "creators": ["Ada Holt"], "dates": ["1819"]}
ANSWER = {
    "question": f"Who struck? {HOSTILE}", "reason": None, "model": "extractive", "citations": [CITATION],
    "claims": [{"text": f"Ada Holt writes: “{HOSTILE}”", "citations": [1]}],
    "disagreements": [{"about": "x", "sides": [SIDE, {**SIDE, "value": HOSTILE}]}],
}  # fmt: skip
PLACE = "https://example.org/documents/d1?version=d1-1&cite=5-60#5-60"


@pytest.fixture(autouse=True)
def _as_written():
    """The words of the pages as they stand in the code."""
    with override(None):
        yield


def exported(**more):
    return Exported(ANSWER, "https://example.org", f"Library {HOSTILE}", "en", **more)


def test_markdown_has_the_statement_its_number_and_its_place():
    text = as_markdown(exported())
    assert text.startswith("# Who struck? ")
    assert "” \\[1\\]\n" in text
    assert f"<{PLACE}>" in text
    assert "\n   > The weavers of " in text


def test_words_of_others_mean_nothing_to_markdown():
    shown = html.fromstring(MarkdownIt("commonmark").render(as_markdown(exported())))
    assert not shown.xpath("//img | //strong | //code | //script")
    assert {link.get("href") for link in shown.iter("a")} <= {PLACE}
    assert '<img src=x onerror=alert(1)> [x](javascript:y) **b** # - `c` "' in shown.text_content()


def test_html_says_the_same_and_runs_nothing():
    page = html.fromstring(as_html(exported(direction="ltr")))
    assert page.get("lang") == "en"
    assert page.xpath("//li[@id='s1']//a")[0].get("href") == PLACE
    assert page.xpath("//blockquote")[0].text == f"The weavers of {HOSTILE} struck."
    assert not page.xpath("//img | //script | //style | //@onerror")
    assert {name for one in page.iter() for name in one.attrib} <= {"lang", "dir", "charset", "href", "id"}


def test_silence_says_why():
    silent = {**ANSWER, "claims": [], "citations": [], "disagreements": []}
    told = Exported(silent, "https://example.org", "x", "en", why="The archive does not say.")
    assert "The archive does not say." in as_markdown(told)
    assert "<p>The archive does not say.</p>" in as_html(told)
