"""A timeline has what sources date, under the dates that they state, and shows where they differ."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import icalendar
import pytest

from lyceum.search import Scope
from lyceum.tutor.study import Kind, Topic, make_study, render
from lyceum.tutor.study.dates import stated_dates
from tutor.study.conftest import document

STRIKE = "The dockers of London began their great strike on August 14, 1889."


def timeline(shelf, *documents, topic="strike", limit=None, **more):
    return make_study(Kind.TIMELINE, Topic(topic, Scope.everything(), limit=limit), shelf(*documents, **more))


def told(study) -> list[tuple[str, str]]:
    return [(str(event.date), event.text) for event in study.events]


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("The strike began on May 3, 1886.", ["1886-05-03"]),
        ("It lasted from 1889 to 1891.", ["1889/1891"]),
        ("In the winter of 1918-19 they struck.", ["1918/1919"]),
        ("Am 4. Juni 1844 zogen sie los.", ["1844-06-04"]),
        ("In July, 1877, the railways stood still.", ["1877-07"]),
        ("En juillet 1877 la grève éclata.", ["1877-07"]),
        ("About 1500 men struck.", []),
        ("In 1200 cases the union won.", []),
        ("In the 1880s strikes were many.", []),
        ("Before 1886 there was peace.", []),
        ("The nineteenth century saw strikes.", []),
        ("They paid 1886 dollars.", []),
        ("The strike of 1877 preceded that of 1886.", ["1877", "1886"]),
    ],
)
def test_a_date_is_what_the_words_state(sentence, dates):
    assert [str(one.date) for one in stated_dates(sentence)] == dates


def test_events_stand_as_time_went_in_the_words_of_their_sources(shelf):
    later = "In March, 1891, the weavers of Bradford went on strike."
    study = timeline(shelf, document("a", f"{later} They were hungry."), document("b", STRIKE))
    assert told(study) == [("1889-08-14", STRIKE), ("1891-03", later)]
    assert study.events[0].printed == "August 14, 1889"
    assert all(c.exact == event.text for event in study.events for c in event.citations[:1])


@pytest.mark.parametrize(
    "sentence",
    [
        "They went on strike in Bradford in March, 1891.",
        "In March, 1891, they went on strike in Bradford.",
        "The strike is told in the Report of 1891, p. 33 of the board.",
        "The bakers of Bradford will strike in March, 1991.",
        "The bakers of Bradford baked their bread in March, 1891.",
        "Strike Hall, Bradford, March 3, 1891.",
    ],
    ids=["pronoun", "later pronoun", "reference", "later than its source", "another matter", "date line"],
)
def test_what_tells_of_no_event_of_the_topic_is_left_out(shelf, sentence):
    assert told(timeline(shelf, document("a", f"{sentence} The strike was lost."), document("b", STRIKE))) == [
        ("1889-08-14", STRIKE)
    ]


def test_the_date_nearest_to_the_topic_counts(shelf):
    sentence = "The union of bakers, which was founded in 1880, lost its first strike in 1891."
    assert told(timeline(shelf, document("a", sentence))) == [("1891", sentence)]


def test_sources_that_tell_the_same_are_one_event(shelf):
    other = "On August 14, 1889, the great strike of the dockers began in London."
    (event,) = timeline(shelf, document("a", STRIKE), document("b", other)).events
    assert [citation.document for citation in event.citations] == ["a", "b"]


def test_another_date_for_the_same_is_shown_beside_it(shelf):
    other = "The dockers of London and Tilbury began their great strike in 1888."
    mine = "The dockers of London and Tilbury began their great strike on August 14, 1889."
    (event,) = timeline(shelf, document("a", mine), document("b", other)).events
    assert (str(event.date), [str(rival.date) for rival in event.rivals]) == ("1889-08-14", ["1888"])
    assert event.rivals[0].citation.exact == other


def test_fiction_tells_of_events_only_where_it_is_the_topic(shelf):
    novel = document("n", STRIKE, kind="novel", title="The Iron Road")
    assert told(timeline(shelf, novel)) == []
    assert told(timeline(shelf, novel, topic="The Iron Road")) == [("1889-08-14", STRIKE)]


def test_editions_of_a_work_are_read_once(shelf):
    (event,) = timeline(shelf, document("a", STRIKE), document("b", STRIKE), alike={"a": ["b"], "b": ["a"]}).events
    assert len(event.citations) == 1


def test_the_best_told_are_kept_where_few_are_wanted(shelf):
    dull = "Nothing much came of the strike in 1880."
    assert told(timeline(shelf, document("a", dull, STRIKE), limit=1)) == [("1889-08-14", STRIKE)]


@pytest.mark.parametrize(("topic", "code"), [("balloon", "topic_missing"), ("strike", "no_dates")])
def test_what_is_missing_is_said(shelf, topic, code):
    study = timeline(shelf, document("a", "The strike of the dockers was long and bitter."), topic=topic)
    assert study.empty
    assert [lack.code for lack in study.lacks] == [code]


@pytest.fixture
def made(shelf):
    return timeline(shelf, document("a", STRIKE, "In 1891, the <weavers> & dyers of Bradford lost their strike."))


def test_the_picture_has_a_row_an_event_and_says_what_it_is(made):
    picture = ET.fromstring(render(made, "svg"))  # noqa: S314  (our own)
    ns = {"s": "http://www.w3.org/2000/svg"}
    assert [a.get("href") for a in picture.findall("s:a", ns)] == ["#event-1"]
    assert picture.find("s:title", ns).text == "Timeline: strike"
    assert STRIKE in picture.find("s:a/s:title", ns).text


def test_a_picture_of_nothing_is_one_too(shelf):
    assert b"No dated events." in render(timeline(shelf), "svg")


def test_the_table_has_what_the_events_have(made):
    (row,) = csv.DictReader(io.StringIO(render(made, "csv").decode()))
    assert (row["date"], row["text"], row["document"]) == ("1889-08-14", STRIKE, "a")


def test_no_cell_of_a_table_is_a_formula(shelf):
    study = timeline(shelf, document("a", STRIKE, title="=cmd()"))
    assert next(csv.DictReader(io.StringIO(render(study, "csv").decode())))["title"] == "'=cmd()"


def test_the_calendar_is_read_by_others(shelf):
    study = timeline(shelf, document("a", STRIKE, "In 1891 the weavers of Bradford lost their strike."))
    day, year = icalendar.Calendar.from_ical(render(study, "ics")).walk("VEVENT")
    assert (str(day["dtstart"].dt), str(day["dtend"].dt)) == ("1889-08-14", "1889-08-15")
    assert (str(year["dtstart"].dt), str(year["dtend"].dt)) == ("1891-01-01", "1892-01-01")
    assert STRIKE in day["description"]


def test_the_page_has_picture_and_table_and_runs_nothing(made):
    page = render(made, "html").decode()
    assert "<svg" in page
    assert f'<tr id="event-1"><td>1889-08-14</td><td><q>{STRIKE}</q>' in page
    assert "<script" not in page
