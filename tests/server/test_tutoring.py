"""What comes after an answer: questions to ask next, a word on it, a file of it; by HTTP, without a script."""

from __future__ import annotations

import re

import pytest

from server.conftest import Site
from server.visiting import Visitor

QUESTION = "What is the salary of the match girls?"


@pytest.fixture(scope="module")
def reader(house: Site) -> Visitor:
    return Visitor(house.address, **{"X-Forwarded-For": "192.0.2.90"})


@pytest.fixture(scope="module")
def page(reader: Visitor) -> str:
    return reader.get("ask", params={"question": QUESTION}).text


@pytest.fixture(scope="module")
def key(page: str) -> str:
    return re.search(r'name="answer" value="([^"]+)"', page).group(1)


def test_what_could_be_asked_next_is_answered_when_it_is_asked(reader, page, key):
    assert f'href="/ask/further/{key}"' in page
    offered = reader.get(f"ask/further/{key}").text
    links = re.findall(r'href="(/ask\?before=[^"]+)"', offered)
    assert links
    for link in links:
        answer = reader.get(link.replace("&amp;", "&")).text
        assert answer.count("<article") == 2
        assert 'class="silence"' not in answer


def test_for_htmx_it_is_a_part_of_the_page(reader, key):
    part = reader.get(f"ask/further/{key}", headers={"HX-Request": "true"}).text
    assert part.startswith('<nav class="further"')


def test_a_source_stands_between_its_neighbours_and_leads_back(page):
    assert 'class="around"' in page
    back = re.search(r'href="#(c[\w-]+-1)"', page).group(1)
    assert f'id="{back}" tabindex="-1"' in page


@pytest.mark.parametrize(("form", "kind", "said"), [("md", "text/markdown", "\\[1\\]"), ("html", "text/html", "<ol>")])
def test_an_answer_can_be_saved(reader, key, form, kind, said):
    file = reader.get(f"answers/{key}/answer.{form}")
    assert file.headers["content-type"].startswith(kind)
    assert file.headers["content-disposition"] == f'attachment; filename="answer.{form}"'
    assert "sandbox" in file.headers["content-security-policy"]
    assert "four shillings" in file.text
    assert said in file.text


def test_a_shared_answer_can_be_saved_too(reader, key):
    shared = reader.post("answers", {"answer": key}, form="look").headers["location"]
    assert "four shillings" in reader.get(f"{shared}/answer.md").text
    assert f'href="{shared}/answer.md"' in reader.get(shared).text


@pytest.mark.parametrize("path", ["ask/further/nothing", "answers/nothing/answer.md"])
def test_an_answer_that_is_not_there_is_a_page_that_says_so(reader, path):
    assert reader.get(path).status_code == 404


def test_a_refusal_is_told_in_the_readers_language_with_the_librarys_words_below(reader):
    page = reader.get("documents/nothing", headers={"Accept-Language": "de"}).text
    assert "<h1>Das ist nicht hier oder nicht mehr.</h1>" in page
    assert '<p class="small quiet" lang="en" dir="ltr">There is no document' in page


def test_what_a_reader_makes_of_an_answer_is_counted_once_and_without_words(people, reader, key):
    for said in ("wrong", "useful"):
        assert "It was counted" in reader.post("answers/judge", {"answer": key, "said": said}, form="look").text
    desk = people["librarian"].get("desk").text
    counts = re.search(r"made of answers.*?<td>\d{4}-\d\d</td><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>", desk, re.S)
    assert counts.groups() == ("0", "0", "1")
    assert "match girls" not in desk


def test_a_word_that_is_none_of_the_three_is_refused(reader):
    page = reader.get("ask", params={"question": "Who wrote on the hours of labour?"}).text
    key = re.search(r'name="answer" value="([^"]+)"', page).group(1)
    assert reader.post("answers/judge", {"answer": key, "said": "splendid"}, form="look").status_code == 422


def test_silence_says_what_to_do_next(reader):
    silent = reader.get("ask", params={"question": "What did the moon landing in 1969 cost?"}).text
    assert "Ask with other words" in silent
    assert "What could be asked next" not in silent
