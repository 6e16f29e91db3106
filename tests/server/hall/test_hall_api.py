"""The hall's API: what a page can do a program can, with the same rules, and every answer is described."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lyceum import hall as rules
from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.hall.meetings import CallMeeting
from lyceum.server.hall.recording import verify
from server.hall.clock import day

BASE = "/api/v1/hall"


class Program:
    """A program with somebody's session."""

    def __init__(self, account: Person | None = None) -> None:
        self.client = Client(SERVER_NAME="localhost")
        if account is not None:
            self.client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(self, path: str, status: int = 200):
        return self._told(self.client.get(BASE + path), status)

    def post(self, path: str, status: int = 200, /, **said):
        return self._told(self.client.post(BASE + path, json.dumps(said), content_type="application/json"), status)

    def delete(self, path: str, status: int = 200):
        return self._told(self.client.delete(BASE + path), status)

    @staticmethod
    def _told(answer, status: int):
        assert answer.status_code == status, answer.content[:900]
        return answer.json() if answer["Content-Type"].startswith("application/json") else answer.content


@pytest.fixture
def program(hall):
    """A program in which somebody has signed in; without a name, a stranger's."""

    def enter(name: str | None = None, role: Role = Role.MEMBER) -> Program:
        if name is None:
            return Program()
        hall.actor(name, role)
        return Program(Person.objects.get(email=f"{name}@hall.example"))

    return enter


@pytest.fixture
def bakers(program) -> str:
    """A committee of Ada's, founded by a program."""
    made = program("ada").post("/bodies", name="Bakers", template="committee", notice_days=0, motions="2/3")
    return f"/bodies/{made['id']}"


def test_a_body_is_founded_joined_and_asked_who_may_vote(program, bakers):
    ada, ben = program("ada"), program("ben")
    key = ada.post(bakers + "/members", act="invite", uses=1)["key"]
    assert ben.post("/join", key=key)["name"] == "Bakers"
    told = ada.get(bakers + "/voters")
    assert (told["number"], [one["name"] for one in told["people"]]) == (2, ["Ada", "Ben"])
    assert ada.get(bakers + "/voters?on=2026-01-01")["number"] == 0
    assert len(ada.get(bakers + "/members")["members"]) == 2
    assert [one["name"] for one in ben.get("/bodies")["yours"]] == ["Bakers"]
    assert ada.get(bakers)["charter"]["motions"]["share"] == "2/3"


def test_refusals_have_their_status_and_code(program, bakers):
    told = program("ben").get(bakers, 404)
    assert told["error"]["code"] == "unknown_body"
    assert program().post("/bodies", 401, name="Dyers")["error"]["code"] == "sign_in"
    assert program("ada").post(bakers, 422, act="dance")["error"]["code"] == "invalid_value"
    assert program("ada").post("/bodies", 422, name="Dyers", nam="x")["error"]["code"] == "invalid_value"
    program("ada").post(bakers, act="show", public=True)
    assert program("ben").post(bakers, 403, act="close")["error"]["code"] == "not_entitled"
    assert program("ben").get(bakers + "/members", 403)["error"]["code"] == "not_a_member"


def test_a_body_is_changed_and_split(program, bakers, hall):
    ada = program("ada")
    assert ada.post(bakers, act="rules", notice_days=3, term_limit=None, motion="m1")["charter"]["notice_days"] == 3
    assert ada.get(bakers)["charter"]["term_limit"] is None
    ada.post(bakers + "/members", act="add", person=hall.id("ben"))
    people = [hall.id("ada"), hall.id("ben")]
    east = ada.post(bakers, act="split", first="East", second="West", everybody=people, second_members=people[1:])
    assert (east["name"], east["voters"]) == ("East", 1)
    assert len(ada.get(bakers)["successors"]) == 2


def test_a_seat_is_made_filled_and_recalled(program, bakers, hall, keeper):
    ada = program("ada")
    ada.post(bakers + "/members", act="add", person=hall.id("ben"))
    seat = f"/seats/{ada.post(bakers + '/seats', title='Treasurer', rights=['treasure'])['id']}"
    assert ada.post(seat, act="take", person=hall.id("ben"), text="Keep the fund.")["holding"]["mandate"] == (
        "Keep the fund."
    )
    assert ada.get(seat)["petition"] is None
    assert ada.post(seat, act="recall")["petition"]["ballot"] == keeper.opened[0]
    assert program("ben").post(seat, 409, act="recall")["error"]["code"] == "not_in_order"


def test_a_meeting_is_called_with_the_notice_of_the_rules(program, hall):
    ada, body = program("ada"), f"/bodies/{hall.found('ada')}"
    begins = timezone.now() + timedelta(days=6)
    said = {"ends": (begins + timedelta(days=3)).isoformat(), "agenda": ["Rye"], "place": "Cellar"}
    assert ada.post(body + "/meetings", 409, starts=begins.isoformat(), **said)["error"]["code"] == "not_in_order"
    told = ada.post(body + "/meetings", starts=(begins + timedelta(days=2)).isoformat(), **said)
    assert [item["title"] for item in told["agenda"]] == ["Rye"]


def test_a_meeting_is_held_and_written_up(program, hall):
    begun = timezone.now() - timedelta(minutes=1)
    call = CallMeeting(hall.actor("ada"), hall.found("ada"), begun, begun + timedelta(hours=1), ("Rye",), "Cellar")
    meeting, ada = f"/meetings/{call.execute(day(1))}", program("ada")
    ada.post(meeting, act="arrive", how="remote")
    ada.post(meeting, act="open")
    assert ada.post(meeting, act="decide", text="Buy rye", yes=1, no=0)["decisions"][0]["carried"]
    assert ada.post(meeting, act="close")["state"] == "closed"
    assert b"Buy rye" in ada.get(meeting + "/minutes.md")
    assert ada.get(meeting + "/minutes.ics").startswith(b"BEGIN:VCALENDAR")
    ada.get(meeting + "/minutes.doc", 422)
    program("ben").get(meeting, 404)


def test_the_record_is_exported_vouched_for_and_survives_an_erasure(program, bakers, hall):
    officer = program("olga", Role.OFFICER)
    exported = officer.get("/record/export")
    assert rules.verify_record(exported).ok
    anchor = officer.post("/record/cosign", **exported)
    assert officer.post("/record/anchors", **anchor)["anchored"] == anchor["number"]
    program("ada").post("/record/cosign", 403, **exported)
    officer.post("/record/stamp", 503)
    assert program("ada").get("/me")["sealed"] > 0
    program("ben").delete(f"/people/{hall.id('ada')}", 403)
    assert program("ada").delete(f"/people/{hall.id('ada')}")["destroyed"] > 0
    assert verify().ok


def test_every_door_is_described(program):
    described = Program().client.get("/api/v1/openapi.json").json()["paths"]
    doors = {path.removeprefix("/api/v1/hall") for path in described if path.startswith("/api/v1/hall")}
    assert {
        "/bodies",
        "/bodies/{body}/voters",
        "/seats/{seat}",
        "/meetings/{meeting}",
        "/record/export",
        "/me",
    } <= doors
