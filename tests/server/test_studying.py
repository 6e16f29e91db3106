"""The page of study shows guides, timelines and positions, to each what that person may read."""

from __future__ import annotations

import re

import pytest


def study(visitor, **asked):
    return visitor.get("study", params=asked)


def test_a_timeline_is_a_picture_with_its_table_beside_it(site):
    page = study(site, kind="timeline", topic="Weber").text
    assert '<a href="#event-1"' in page
    assert '<tr id="event-1"><td>1844-06-04</td>' in page
    assert re.search(r'href="/documents/\w+\?cite=\d+-\d+"', page)


def test_a_period_is_looked_at_closer(site):
    shown = study(site, kind="timeline", topic="Weber", period="1840-1849").text
    other = study(site, kind="timeline", topic="Weber", period="1900-1909").text
    assert 'id="event-1"' in shown
    assert 'id="event-1"' not in other


def test_a_guide_quotes_and_names_its_places(site):
    page = study(site, kind="guide", topic="White Slavery in London").text
    assert '<section id="passages"><h2>Key passages, in order</h2>' in page
    assert '<blockquote class="text" lang="en"' in page
    assert 'href="/api/v1/study?kind=guide' in page


def test_positions_are_asked_for_by_author(site):
    page = study(site, kind="positions", topic="match girls", author="Besant").text
    assert "What was said, by year" in page


def test_an_empty_page_asks_for_a_topic(site):
    page = study(site).text
    assert 'name="topic"' in page
    assert "Save" not in page


def test_what_is_missing_is_said(site):
    assert "The archive holds nothing on this." in study(site, kind="timeline", topic="submarines").text


def test_a_topic_without_words_is_refused(site):
    answer = study(site, topic="…")
    assert answer.status_code == 422
    assert "The topic has no words." in answer.text


@pytest.mark.parametrize("kind", ["guide", "timeline", "nonsense"])
def test_a_hostile_topic_is_shown_as_words(site, kind):
    assert "<script>alert" not in study(site, kind=kind, topic="weavers <script>alert(1)</script>").text


def test_nobody_studies_what_is_not_theirs(people, house):
    told = "The archive holds nothing on this."
    for who, silent in {"stranger": True, "reader": True, "member": False, "librarian": False}.items():
        assert (told in study(people[who], topic="cellar of the bakery").text) is silent


def test_the_api_gives_every_form(site):
    asked = {"kind": "timeline", "topic": "Weber"}
    assert site.get("api/v1/study", params=asked).json()["events"][0]["date"] == "1844-06-04"
    drawn = site.get("api/v1/study", params={**asked, "format": "svg"})
    assert drawn.headers["content-type"] == "image/svg+xml"
    posted = site.post("api/v1/study", json=asked)
    assert posted.json()["events"][0]["date"] == "1844-06-04"


def test_a_form_that_a_kind_lacks_is_refused(site):
    refused = site.get("api/v1/study", params={"kind": "guide", "topic": "looms", "format": "svg"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_format")
