"""A document is read beside the pages of its original, its editions, and one's own notes on it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from server.conftest import PAGED_TITLE
from server.visiting import Visitor


@pytest.fixture(scope="module")
def paged(house):
    return house.id_of(PAGED_TITLE)


def colour(picture: bytes) -> str:
    with Image.open(io.BytesIO(picture)) as opened:
        bands = opened.convert("RGB").getpixel((opened.width // 2, opened.height - 5))
    return "red green blue".split()[bands.index(max(bands))]


def leaf(page: str) -> str:
    return re.search(r'<img src="([^"]+)"', page).group(1).replace("&amp;", "&").lstrip("/")


# --- pages as they look ----------------------------------------------------------------------------------


def test_the_first_page_stands_beside_the_text(house, paged):
    page = house.get(f"documents/{paged}").text
    answer = house.get(leaf(page))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].startswith("private") or "private" in answer.headers["cache-control"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert colour(answer.content) == "red"


def test_the_page_of_a_cited_place_is_shown(house, paged):
    text = house.get(f"api/v1/documents/{paged}/text").json()["text"]
    at = text.index("On page 2")
    page = house.get(f"documents/{paged}?cite={at}-{at + 9}").text
    assert colour(house.get(leaf(page)).content) == "green"


def test_pages_are_turned_by_links(house, paged):
    page = house.get(f"documents/{paged}").text
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1).replace("&amp;", "&").lstrip("/")
    turned = house.get(following).text
    assert colour(house.get(leaf(turned)).content) == "green"
    assert 'rel="prev"' in turned
    assert re.search(r'class="page" id="p2"', turned)


def test_a_page_can_be_looked_at_more_closely(house, paged):
    widths = []
    for size in ("", "?size=large"):
        with Image.open(io.BytesIO(house.get(f"documents/{paged}/pages/1.jpg{size}").content)) as opened:
            widths.append(opened.width)
    assert widths == [1_000, 2_000]


@pytest.mark.parametrize("path", ["documents/{paged}/pages/0.jpg", "documents/{paged}/pages/99.jpg",
                                  "documents/{text}/pages/1.jpg", "documents/none/pages/1.jpg"])  # fmt: skip
def test_what_has_no_picture_is_not_found(house, paged, path):
    answer = house.get(path.format(paged=paged, text=house.id_of("White Slavery in London")))
    assert answer.status_code == 404


def test_a_document_without_pages_is_read_alone(house):
    assert "data-leaf" not in house.get(f"documents/{house.id_of('White Slavery in London')}").text


def test_pages_are_for_who_may_read_the_document(people, house, paged):
    members_only, stranger = people["librarian"], people["stranger"]
    path = f"desk/documents/{paged}"
    members_only.post(path, {"act": "describe", "collection": "papers"})
    try:
        assert stranger.get(f"documents/{paged}/pages/1.jpg").status_code == 404
        assert people["member"].get(f"documents/{paged}/pages/1.jpg").status_code == 200
    finally:
        members_only.post(path, {"act": "describe", "collection": "main"})


def test_a_text_runs_as_its_language_does_whatever_the_readers_is(house, paged):
    """The label of a page is in the reader's language, and comes first."""
    arabic = house.get(f"documents/{paged}", headers={"Accept-Language": "ar"}).text
    assert re.search(r'<div class="text body" lang="en" dir="ltr"', arabic)
    assert "الإنجليزيّة" in arabic


# --- a place ---------------------------------------------------------------------------------------------


def test_a_place_is_cited_with_its_page_and_an_address_that_names_its_words(house, paged):
    text = house.get(f"api/v1/documents/{paged}/text").json()["text"]
    at = text.index("line 3", text.index("On page 2"))
    page = house.get(f"documents/{paged}?cite={at}-{at + 6}").text
    place = re.search(r'<section class="place".*?</section>', page, re.DOTALL).group()
    assert f"<cite>{PAGED_TITLE}</cite>" in place
    assert "p. 2" in place
    assert f"#{at}-{at + 6}:~:text=line%203" in place


def test_a_long_place_is_named_by_its_beginning_and_end(house, paged):
    page = house.get(f"documents/{paged}?cite=0-600").text
    assert re.search(r":~:text=On%20page%201%20the%20dockers,[^\"]+\"", page)


# --- notes -----------------------------------------------------------------------------------------------


def write(visitor: Visitor, document: str, version: str, text: str, place: tuple[int, int] = (40, 60), **more: str):
    said = {"document": document, "version": version, "start": place[0], "end": place[1], "text": text, **more}
    return visitor.post("notebook/notes", said, form="look")


@pytest.fixture
def besant(house):
    document = house.id_of("White Slavery in London")
    return document, house.get(f"api/v1/documents/{document}").json()["version"]


def test_a_note_is_kept_for_its_writer_alone_changed_and_erased(people, besant):
    member, other = people["member"], people["librarian"]
    answer = write(member, *besant, "So little <b>pay</b>")
    assert answer.headers["location"].endswith("cite=40-60#40-60")
    mine = member.get("notebook").text
    assert "So little &lt;b&gt;pay&lt;/b&gt;" in mine
    assert "So little" in member.get(f"documents/{besant[0]}").text
    for page in ("notebook", f"documents/{besant[0]}", "notebook.json"):
        assert "So little" not in other.get(page).text
    number = re.search(r'id="note-(\d+)"', mine).group(1)
    assert write(other, *besant, "Not yours", note=number).status_code == 404
    write(member, *besant, "Four shillings!", note=number)
    assert "Four shillings!" in member.get("notebook").text
    other.post("notebook/erase", {"notes": number}, form="look")
    assert "Four shillings!" in member.get("notebook").text
    member.post("notebook/erase", {"notes": number}, form="look")
    assert "Four shillings!" not in member.get("notebook").text


def test_notes_are_taken_along_as_web_annotations(people, besant):
    member = people["member"]
    write(member, *besant, "Taken along")
    (note,) = member.get("notebook.json").json()["notes"]
    assert note["type"] == "Annotation"
    assert note["body"]["value"] == "Taken along"
    quote, position = note["target"]["selector"]
    assert (position["start"], position["end"], len(quote["exact"])) == (40, 60, 20)
    member.post("notebook/erase", {"notes": "all"}, form="look")
    assert member.get("notebook.json").json()["notes"] == []


def test_a_note_on_what_may_no_longer_be_read_has_no_words_of_it(people, house, hidden):
    """Who was a member and is none now keeps the note, not the document."""
    member, administrator = people["officer"], people["administrator"]
    version = member.get(f"api/v1/documents/{hidden}").json()["version"]
    write(member, hidden, version, "Ask about the bread", (0, 20))
    number = re.search(
        r'officer@example.org.*?name="person" value="(\d+)"', administrator.get("people").text, re.DOTALL
    )
    administrator.post("people", {"act": "appoint", "person": number.group(1), "role": "reader"})
    try:
        page = member.get("notebook").text
        assert "Ask about the bread" in page
        assert "committee met" not in page
        assert "committee met" not in member.get("notebook.json").text
        assert write(member, hidden, version, "More", (0, 20)).status_code == 404
    finally:
        administrator.post("people", {"act": "appoint", "person": number.group(1), "role": "officer"})
        member.post("notebook/erase", {"notes": "all"}, form="look")


@pytest.mark.parametrize(
    ("text", "place"), [("", (40, 60)), ("x", (60, 40)), ("x", (0, 10**9)), ("x" * 10_001, (40, 60))],
    ids=["empty", "backwards", "outside", "long"],
)  # fmt: skip
def test_what_is_no_note_or_place_is_refused(people, besant, text, place):
    assert write(people["member"], *besant, text, place).status_code == 422


def test_nobody_has_a_notebook_without_an_account(people, besant):
    assert people["stranger"].get("notebook").status_code == 302
    assert people["stranger"].get("notebook.json").status_code == 302
    assert write(people["stranger"], *besant, "x").status_code == 302


# --- searches --------------------------------------------------------------------------------------------


def test_a_search_is_kept_once_with_its_filters_and_erased(people):
    member, other = people["member"], people["librarian"]
    for _ in range(2):
        member.post("notebook/searches", {"search": "query=match+girls&language=en&sort=newest&page=4"}, form="look")
    page = member.get("notebook").text
    address = re.search(r'href="(/search\?[^"]+)"', page).group(1).replace("&amp;", "&")
    assert page.count(f'href="{address.replace("&", "&amp;")}"') == 1
    found = member.get(address.lstrip("/")).text
    assert "Save this search" not in found
    assert "in your notebook" in found
    assert "match girls" not in other.get("notebook").text
    assert member.get("notebook.json").json()["searches"][0]["address"].endswith(address)
    feed = re.search(r'href="(/search.atom[^"]+)"', page).group(1).replace("&amp;", "&").lstrip("/")
    assert "White Slavery" in member.get(feed).text
    member.post("notebook/erase", {"searches": "all"}, form="look")
    assert "match+girls" not in member.get("notebook").text
    assert "Save this search" in member.get(address.lstrip("/")).text


def test_an_empty_search_is_not_kept(people):
    assert people["member"].post("notebook/searches", {"search": "language=en"}, form="look").status_code == 422


def test_the_feed_of_a_search_is_narrowed_as_the_search_is(house):
    assert "White Slavery" in house.get("search.atom?query=shillings&language=en").text
    assert "White Slavery" not in house.get("search.atom?query=shillings&language=de").text
