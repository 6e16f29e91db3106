"""What is made of a topic in the browser, what a reader keeps of it, and cards that come back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.library import Kind, Library, Scope, Topic, render
from server.conftest import Site, running
from server.visiting import Visitor

TEXT = """---
title: A History of the Mill Towns
author: Harriet Lowe
date: 1912
language: en
---

# The first strikes

The spinners of Lowell went out on strike in 1834 under the banner of the Factory Girls of Massachusetts. The cotton
operatives of Manayunk struck in 1828 against a new list of the Borie Company. At Paterson the children of twenty mills
struck in July 1835 for the day of eleven hours, as the Newark Advertiser reported. The weavers must stand together in
a strike, because the Borie Company of Manayunk paid them by the yard in 1829.

# The great strike

The Amalgamated Weavers of Fall River struck in 1904 against a cut of the Iron Works Company. In Lawrence the woolen
mills of the American Woolen Company closed in January 1910 after the new hours of Massachusetts began.
"""
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    folder = tmp_path_factory.mktemp("learning")
    (folder / "mills.md").write_text(TEXT, encoding="utf-8")
    (folder / "minutes.md").write_text(TEXT.replace("Mill Towns", "Cellar").replace("strike", "bakery strike"))
    with Library.open(Settings(folder / "home", models, threads=1)) as library:
        library.add([str(folder / "mills.md")], vectors=False)
        library.add([str(folder / "minutes.md")], collection="minutes", vectors=False)
        cards = library.study(Kind.CARDS, Topic("document:A History of the Cellar", Scope.everything(), limit=4))
        (folder / "hidden.apkg").write_bytes(render(cards, "apkg"))
        cards = library.study(Kind.CARDS, Topic("document:A History of the Mill Towns", Scope.everything(), limit=4))
        (folder / "open.apkg").write_bytes(render(cards, "apkg"))
    return folder


@pytest.fixture(scope="module")
def school(place: Path, models: Path) -> Iterator[Site]:
    with running(place / "home", models, LYCEUM_ANONYMOUS="main") as started:
        yield started


@pytest.fixture(scope="module")
def administrator(school: Site) -> Visitor:
    return Visitor(school.address).join(school.first, "ada@example.org")


@pytest.fixture(scope="module")
def reader(administrator: Visitor) -> Visitor:
    return administrator.invite("reader", "rosa@example.org")


@pytest.fixture(scope="module")
def other(administrator: Visitor) -> Visitor:
    return administrator.invite("reader", "jan@example.org")


def keep(visitor: Visitor, kind: str) -> str:
    answer = visitor.post("learn/keep", {"kind": kind, "topic": "strike"}, form=f"learn/make?kind={kind}&topic=strike")
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].lstrip("/")


@pytest.mark.parametrize("kind", ["reading-list", "course", "quiz", "cards"])
def test_a_stranger_sees_what_is_made_of_a_topic(school, kind):
    page = Visitor(school.address).get(f"learn/make?kind={kind}&topic=strike")
    assert page.status_code == 200
    assert "Harriet" in page.text
    assert "Cellar" not in page.text


def test_the_files_of_a_study_can_be_fetched(school):
    page = Visitor(school.address).get("learn/make?kind=course&topic=strike")
    for address in re.findall(r'href="(/api/v1/study[^"]+)"', page.text):
        file = Visitor(school.address).get(address.replace("&amp;", "&"))
        assert file.status_code == 200, address
        assert file.content


@pytest.mark.parametrize(("asked", "status"), [
    ("kind=course&topic=submarines", 200), ("kind=poem&topic=strike", 422), ("kind=course&topic=", 422),
    ("kind=quiz&topic=strike&limit=many", 422), (f"kind=quiz&topic={HOSTILE}", 200),
])  # fmt: skip
def test_a_topic_without_anything_and_bad_words_are_answered_in_words(school, asked, status):
    page = Visitor(school.address).get(f"learn/make?{asked}")
    assert page.status_code == status
    assert HOSTILE not in page.text
    assert "The archive holds nothing on this." in page.text or "submarines" not in asked


def test_progress_is_ticked_off_and_shown(reader):
    kept = keep(reader, "course")
    assert "0 of" in reader.get(kept).text
    answer = reader.post(f"{kept}/done", {"step": "week-1", "done": "yes"}, form=kept)
    assert answer.status_code == 302
    assert "1 of" in reader.get(kept).text
    reader.post(f"{kept}/done", {"step": "week-1", "done": "no"}, form=kept)
    assert "0 of" in reader.get(kept).text
    reader.post(f"{kept}/done", {"step": "week-99", "done": "yes"}, form=kept)
    assert "0 of" in reader.get(kept).text


def test_nobody_sees_or_changes_another_s(reader, other, school):
    kept = keep(reader, "reading-list")
    assert Visitor(school.address).get(kept).status_code in (302, 401, 403)
    assert other.get(kept).status_code == 404
    assert other.post(f"{kept}/done", {"step": "x", "done": "yes"}, form="learn").status_code == 404
    number = kept.rpartition("/")[2]
    other.post("learn/erase", {"erase": number}, form="learn")
    assert reader.get(kept).status_code == 200


def test_a_card_comes_back_when_it_is_due(reader):
    keep(reader, "cards")
    page = reader.get("learn/cards").text
    left = int(re.search(r"(\d+) cards? (?:is|are) due", page)[1])
    number = re.search(r'action="/(learn/cards/\d+)"', page)[1]
    assert page.count('name="recall"') == 4
    assert reader.post(number, {"recall": "4"}, form="learn/cards").status_code == 302
    after = reader.get("learn/cards").text
    assert number not in after
    assert str(left - 1) in after or "No card is due" in after
    assert reader.post(number, {"recall": "9"}, form="learn").status_code == 422


def test_keeping_again_adds_no_card_twice(reader):
    keep(reader, "cards")
    first = reader.get("learn/cards/all").text.count("<details")
    keep(reader, "cards")
    assert reader.get("learn/cards/all").text.count("<details") == first > 0


def test_anki_cards_are_proven_anew_by_what_their_reader_may_read(place, other):
    """Words of a collection that is closed to a reader stay unproven: the card is theirs, its place is not told."""
    for name in ("open.apkg", "hidden.apkg"):
        files = {"package": (name, (place / name).read_bytes(), "application/octet-stream")}
        answer = other.post("learn/bring", {}, form="learn", files=files)
        assert answer.status_code == 302, answer.text
    page = other.get("learn/cards/all").text
    places = set(re.findall(r'href="/documents/([0-9a-f]+)', page))
    assert page.count("<details") > page.count("<blockquote") > 0
    assert len(places) == 1


@pytest.mark.parametrize("data", [b"no package", b""], ids=["no-zip", "empty"])
def test_what_is_no_package_is_refused(other, data):
    answer = other.post("learn/bring", {}, form="learn", files={"package": ("x.apkg", data)})
    assert answer.status_code == 422


def test_all_is_erased_with_one_button(administrator):
    visitor = administrator.invite("reader", "kata@example.org")
    keep(visitor, "course")
    assert visitor.post("learn/erase", {"erase": "nothing"}, form="learn").status_code == 422
    visitor.post("learn/erase", {"erase": "all"}, form="learn")
    page = visitor.get("learn").text
    assert "Nothing is kept yet." in page
    assert "0 cards are due" in page


def test_who_has_no_account_is_asked_to_sign_in(school):
    stranger = Visitor(school.address)
    assert "Sign in" in stranger.get("learn").text
    for page in ("learn/cards", "learn/cards/all", "learn/1"):
        assert stranger.get(page).status_code in (302, 401, 403)
