"""The hall's pages, with a browser's forms and without a script: who sees what, and what each form does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from conftest import Settings
from lyceum import hall as rules
from lyceum.library import Library
from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.desk import Desk, put_away, put_up
from lyceum.server.hall import models
from lyceum.server.hall.book import open_book
from lyceum.server.hall.meetings import CallMeeting, add_to_meeting
from lyceum.server.hall.recording import verify
from server.hall.clock import day
from server.visiting import PASSWORD

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def _desk(tmp_path_factory, models) -> Iterator[None]:
    settings = Settings(tmp_path_factory.mktemp("desk") / "home", models, threads=1)
    with Library.open(settings) as library:
        put_up(Desk(library, settings))
        yield
        put_away()


class Browser:
    """Somebody with cookies who follows forms."""

    def __init__(self, account: Person | None = None) -> None:
        self.client = Client(SERVER_NAME="localhost")
        if account is not None:
            self.client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(self, path: str, status: int = 200, **more) -> str:
        answer = self.client.get(path, **more)
        assert answer.status_code == status, (path, answer.status_code, answer.content[:500])
        return answer.content.decode()

    def post(self, path: str, status: int = 302, /, **said) -> str:
        """Where a form leads, or the page where it is refused."""
        headers = said.pop("headers", {})
        answer = self.client.post(path, said, headers=headers)
        assert answer.status_code == status, (path, answer.status_code, answer.content[:900])
        return answer["Location"] if status == 302 else answer.content.decode()


@pytest.fixture
def visit(hall, _desk):
    """A browser in which somebody has signed in; without a name, a stranger's."""

    def enter(name: str | None = None, role: Role = Role.MEMBER) -> Browser:
        if name is None:
            return Browser()
        hall.actor(name, role)
        return Browser(Person.objects.get(email=f"{name}@hall.example"))

    return enter


@pytest.fixture
def weavers(hall, visit) -> str:
    """A committee of Ada, Ben and Cleo, as its address."""
    body = hall.found("ada", "ben", "cleo", name=f"Weavers {HOSTILE}", work="Bread.")
    return f"/hall/bodies/{body}"


def new_account(name: str) -> dict[str, str]:
    """What somebody new fills in."""
    return {"email": f"{name}@hall.example", "password": PASSWORD, "name": "Nora"}


def seat_of(hall, address: str, title: str) -> str:
    return f"/hall/seats/{hall.seats(address.rpartition('/')[2])[title]}"


# --- the hall -----------------------------------------------------------------------------------------------------


def test_a_committee_is_founded_from_a_template_that_is_read_and_changed(visit):
    ada = visit("ada")
    page = ada.get("/hall/found")
    assert "A meeting is called 7 days ahead." in page
    assert "Every delegate has one vote." in ada.get("/hall/found?template=council", headers={"HX-Request": "true"})
    body = ada.post("/hall/found", name="Bakers", work="Rye", template="committee", notice_days="2", quorum="1/3",
                    motions="2/3", elections="schulze", term_days="100", term_limit="", report_days="",
                    recall_threshold="1/10", recalls="simple_majority", charter_changes="3/4",
                    public="yes")  # fmt: skip
    page = ada.get(body)
    for rule in ("called 2 days ahead", "a third", "two thirds of the votes", "Schulze", "sits for 100 days",
                 "as often as", "no regular report", "a tenth", "three quarters"):  # fmt: skip
        assert rule in page
    assert "Bakers" in visit().get("/hall")
    assert "Bakers" in ada.get("/hall")


def test_what_a_form_has_wrong_is_told_beside_it(visit):
    page = visit("ada").post("/hall/found", 422, name="Bakers", template="committee", notice_days="soon")
    assert "is no whole number" in page
    assert 'value="Bakers"' in page


def test_strangers_are_asked_to_sign_in(visit, weavers):
    assert visit().post("/hall/found", name="Bakers").startswith("/accounts/login/")
    visit().get(weavers, 404)
    visit("zoe").get(weavers, 404)
    visit().get("/hall/me", 302)


def test_every_page_escapes_what_people_wrote(visit, weavers, hall):
    ada = visit("ada")
    for path in ("", "/members", "/voters", "/seats", "/meetings", "/change"):
        assert HOSTILE not in ada.get(weavers + path)
    assert HOSTILE not in ada.get("/hall")
    assert HOSTILE not in ada.get(seat_of(hall, weavers, "Secretary"))


def test_the_public_see_a_body_but_no_names(visit, weavers, hall):
    ada, stranger = visit("ada"), visit()
    ada.post(weavers + "/change", act="show", public="yes")
    for path in ("", "/voters", "/seats"):
        page = stranger.get(weavers + path)
        assert "Ben" not in page
        assert "Ada" not in page
    assert "3 members have a vote" in stranger.get(weavers)
    stranger.get(weavers + "/members", 302)
    visit("zoe").get(weavers + "/members", 403)
    assert "Ada" not in stranger.get(seat_of(hall, weavers, "Secretary"))
    ada.post(weavers + "/change", act="show")
    stranger.get(weavers, 404)


def test_who_might_vote_is_asked_for_any_day(visit, weavers, hall):
    cleo = visit("cleo")
    cleo.post(weavers + "/members", act="end", person=hall.id("cleo"))
    today = timezone.now().date()
    ada = visit("ada")
    before = ada.get(f"{weavers}/voters?on={today - timedelta(days=1)}")
    now = ada.get(f"{weavers}/voters?on={today + timedelta(days=9)}", headers={"HX-Request": "true"})
    assert ("Cleo" in before, "3 people" in before) == (True, True)
    assert ("Cleo" in now, "2 people" in now, "<html" in now) == (False, True, False)
    ada.get(f"{weavers}/voters?on=tomorrow", 422)
    cleo.get(weavers, 404)


def test_members_join_by_a_link_and_new_people_by_an_officers(visit, weavers, hall):
    page = visit("ada").post(weavers + "/members", 200, act="invite", uses="3", until="2126-01-01")
    link = re.search(r"/hall/join/[\w-]+", page).group()
    assert "until 2126-01-01" in visit("dan").get(link)
    assert visit("dan").post(link) == weavers
    assert visit("dan").post(link, 409).count("member already") == 1
    officer = visit("olga", Role.OFFICER)
    link = re.search(r"/hall/join/[\w-]+", officer.post(weavers + "/members", 200, act="invite", uses="1")).group()
    newcomer, new = visit(), new_account("new")
    assert "ten letters" in newcomer.get(link)
    assert "too short" in newcomer.post(link, 422, **{**new, "password": "x"})
    assert newcomer.post(link, **new) == weavers
    assert "Nora" in newcomer.get(weavers + "/members")
    visit().get(link, 404)


def test_a_link_of_one_who_may_not_give_accounts_gives_none(visit, weavers):
    page = visit("ada").post(weavers + "/members", 200, act="invite", uses="1")
    link = re.search(r"/hall/join/[\w-]+", page).group()
    assert "ten letters" not in visit().get(link)
    assert "who have an account" in visit().post(link, 404, **new_account("new"))
    assert not Person.objects.filter(email="new@hall.example").exists()


def test_what_the_rules_refuse_is_said_on_the_page(visit, weavers, hall):
    page = visit("ben").post(weavers + "/members", 403, act="invite", uses="1")
    assert "not this right" in page
    assert "There is no act" in visit("ada").post(weavers + "/change", 422, act="dance")


def test_a_body_is_moved_allied_split_and_closed(visit, weavers, hall):
    ada = visit("ada")
    council = ada.post("/hall/found", name="Council", template="council")
    number = council.rpartition("/")[2]
    ada.post(weavers + "/change", act="move", other=number)
    assert "Council" in ada.get(weavers)
    assert "Weavers" in ada.get(council)
    alliance = ada.post("/hall/found", name="Alliance", template="alliance").rpartition("/")[2]
    ada.post(weavers + "/change", act="ally", other=alliance)
    assert "Alliance" in ada.get(weavers)
    seat = ada.post(weavers + "/seats", title="Delegate", sits_in=number, rights=["chair"])
    ada.post(seat, act="take", person=hall.id("ben"), text="Vote for bread.", motion="m1")
    assert "1 delegate has a vote" in ada.get(council)
    ada.post(weavers + "/change", act="leave", other=alliance)
    ada.post(weavers + "/change", act="rules", notice_days="1", motion="m7")
    assert "called 1 day ahead" in ada.get(weavers)
    people = [hall.id(name) for name in ("ada", "ben", "cleo")]
    ada.post(weavers + "/change", act="split", first="East", second="West", everybody=people, second_members=people[2:])
    page = ada.get(weavers)
    assert ("This body ended" in page, "East" in page, "West" in page) == (True, True, True)
    east = f"/hall/bodies/{models.Body.objects.get(name='East').pk}"
    assert "Cleo" not in ada.get(east + "/members")
    visit("olga", Role.OFFICER).post(east + "/change", act="close")
    assert verify().ok


def test_two_bodies_merge_into_one(visit, weavers, hall):
    other = hall.found("ada", "dan", name="Dyers")
    both = visit("ada").post(weavers + "/change", act="merge", other=other, name="Cloth")
    assert "4 members have a vote" in visit("dan").get(both)


# --- seats ----------------------------------------------------------------------------------------------------------


def test_a_mandate_is_read_reported_on_and_recalled(visit, weavers, hall):
    ada, ben = visit("ada"), visit("ben")
    seat = ada.post(weavers + "/seats", title="Treasurer", rights="treasure", recall_threshold="2/3", term_days="30")
    assert "vacant" in ada.get(seat)
    ada.post(seat, act="take", person=hall.id("ben"), text="Keep the fund.")
    ada.post(seat, act="instruct", text="Buy bread.", motion="m1")
    ben.post(seat, act="report", text="Bread was bought.")
    page = visit("cleo").get(seat)
    for words in (
        "Keep the fund.",
        "Buy bread.",
        "Bread was bought.",
        "keeps the money",
        "two thirds",
        "Ask for a recall",
    ):
        assert words in page
    visit("cleo").post(seat, act="recall")
    petition = models.Petition.objects.get().pk
    assert "1 of 2 signatures" in visit("cleo").get(seat)
    visit("cleo").post(seat, act="unsign", petition=petition)
    assert "0 of 2 signatures" in ada.get(seat)
    ben.post(seat, act="leave")
    assert "resigned" in ada.get(seat)
    ada.post(seat, act="abolish")
    assert "This seat is no more." in ada.get(seat)
    visit("zoe").get(seat, 404)
    ada.post(weavers + "/seats", 422, title="")
    ada.post(seat, 409, act="take", person=hall.id("ben"))


def test_the_vote_on_a_recall_is_told(visit, weavers, hall, keeper):
    ada = visit("ada")
    seat = seat_of(hall, weavers, "Secretary")
    visit("ben").post(seat, act="recall")
    assert "has opened" in ada.get(seat)
    assert len(keeper.opened) == 1


# --- meetings -------------------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(hall, weavers) -> str:
    """A meeting that was called for now, long ago."""
    soon = timezone.now().replace(microsecond=0) - timedelta(minutes=1)
    body = weavers.rpartition("/")[2]
    act = CallMeeting(hall.actor("ada"), body, soon, soon + timedelta(hours=2), ("The fund", "Cake"), "Cellar",
                      "https://meet.example/x")  # fmt: skip
    return f"/hall/meetings/{act.execute(day(1))}"


def test_a_meeting_is_called_on_its_page(visit, weavers):
    ada = visit("ada")
    begins = timezone.now() + timedelta(days=9)
    said = {"starts": begins.strftime("%Y-%m-%dT%H:%M"), "place": "Cellar", "agenda": "The fund\nCake"}
    page = ada.post(weavers + "/meetings", 422, **said, ends="")
    assert ">The fund" in page
    meeting = ada.post(weavers + "/meetings", **said, ends=(begins + timedelta(hours=1)).isoformat())
    assert "Cake" in ada.get(meeting)
    assert meeting in ada.get(weavers)
    visit("ben").post(weavers + "/meetings", 403, **said, ends=(begins + timedelta(hours=1)).isoformat())
    ada.post(meeting, act="agenda", agenda="Cake\nRye")
    ada.post(meeting, act="cancel")
    assert "called off" in ada.get(weavers + "/meetings")


def test_a_meeting_is_held_minuted_and_approved(visit, weavers, meeting, hall):
    ada, ben = visit("ada"), visit("ben")
    ada.post(meeting, act="arrive", how="room")
    ben.post(meeting, act="arrive", how="remote")
    ada.post(meeting, act="arrive", person=hall.id("cleo"))
    ada.post(meeting, act="open")
    ada.post(meeting, act="item", item="i1")
    ben.post(meeting, act="ask")
    ada.post(meeting, act="floor")
    ada.post(meeting, act="note", text=f"The fund has 12 pounds {HOSTILE}.")
    swapped = ada.post(meeting, 200, act="decide", text="Buy bread", yes="2", no="1", headers={"HX-Request": "true"})
    assert ("<html" in swapped, "carried" in swapped, "Ben speaks." in swapped) == (False, True, True)
    refused = ada.post(meeting, 200, act="decide", text="Cake", yes="9", no="0", headers={"HX-Request": "true"})
    assert "9 votes are more than" in refused
    page = ada.get(meeting)
    assert ("The meeting can decide." in page, "over the link" in page, HOSTILE in page) == (True, True, False)
    ben.post(meeting, act="depart")
    ada.post(meeting, act="close")
    ben.post(meeting, act="correct", text="It was rye.")
    markdown = ben.get(meeting + "/minutes.md")
    assert ("It was rye" in markdown, "Buy bread" in markdown) == (True, True)
    assert "BEGIN:VCALENDAR" in ben.get(meeting + "/minutes.ics")
    assert ben.client.get(meeting + "/minutes.pdf").content.startswith(b"%PDF")
    ben.get(meeting + "/minutes.doc", 404)
    visit("zoe").get(meeting + "/minutes.md", 404)
    later = later_meeting(hall, weavers)
    ada.post(later, act="arrive")
    ada.post(later, act="open")
    digest = re.search(r'name="sha256" value="(\w+)"', ada.get(later)).group(1)
    ada.post(later, act="approve", minutes=meeting.rpartition("/")[2], sha256=digest)
    assert "Approved by the meeting" in ben.get(meeting + "/minutes.md")
    assert verify().ok


def later_meeting(hall, weavers: str) -> str:
    """Another meeting whose time has come: its call is told as if it had been in time."""
    at = timezone.now()
    event = rules.MeetingCalled(
        at=at.replace(microsecond=0), meeting="g2", body=weavers.rpartition("/")[2], by=hall.id("ada"),
        starts=at.replace(microsecond=0), ends=at + timedelta(hours=1), agenda=(rules.Item("i1", "Cake"),),
        place="Cellar",
    )  # fmt: skip
    shorter = rules.TEMPLATES["committee"].changed(notice_days=0)
    with transaction.atomic():
        book = open_book(at, lambda size: b"e" * size)
        book.happen(rules.CharterChanged(at=book.at, body=event.body, charter=shorter, by_motion="m1"))
        add_to_meeting(book, rules.Meeting(book.state), event)
    return "/hall/meetings/g2"


# --- the record and oneself -------------------------------------------------------------------------------------------


def test_anybody_takes_the_record_away_and_verifies_it(visit, weavers):
    stranger = visit()
    assert "1 event" in stranger.get("/hall/record") or "events. Head" in stranger.get("/hall/record")
    exported = json.loads(stranger.get("/hall/record.json"))
    assert rules.verify_record(exported).ok
    assert "Weavers" not in json.dumps(exported)


def test_sisters_vouch_for_each_other_on_the_page(visit, weavers, tmp_path):
    officer = visit("olga", Role.OFFICER)
    export = officer.client.get("/hall/record.json").content
    anchor = officer.post("/hall/record", 200, act="cosign", file=SimpleUploadedFile("record.json", export))
    officer.post("/hall/record", act="anchor", anchor=anchor)
    assert "Another instance" in visit().get("/hall/record")
    assert rules.verify_record(json.loads(visit().get("/hall/record.json"))).anchored > 0
    officer.post("/hall/record", 422, act="anchor", anchor="{")
    officer.post("/hall/record", 422, act="cosign")
    officer.post("/hall/record", 422, act="dance")
    officer.post("/hall/record", 503, act="stamp")  # no service is set
    visit("ben").post("/hall/record", 403, act="stamp")


def test_nothing_has_happened_in_a_new_hall(visit):
    assert "Nothing has happened yet." in visit().get("/hall/record")
    assert "No body shows itself" in visit().get("/hall")


def test_one_erases_oneself(visit, weavers, hall):
    ben = visit("ben")
    ben.post("/hall/me", act="name", name="Benedict")
    assert "Benedict" in visit("ada").get(weavers + "/members")
    ben.post("/hall/me", 422, act="erase")
    ben.post("/hall/me", act="erase", sure="yes")
    assert not Person.objects.filter(email="ben@hall.example").exists()
    assert "Benedict" not in visit("ada").get(weavers + "/members")
    ben.get("/hall/me", 302)
    assert verify().ok
