"""HTTP API of bodies, seats, meetings and the record, at /api/v1/hall: every act by the session of who signed in.

An act is named in the body of a POST; what a page can do, a program can.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Body, Router
from pydantic import BaseModel, ConfigDict, Field

from lyceum.errors import InvalidValue
from lyceum.hall import read_anchor
from lyceum.library import time_stamper
from lyceum.server.accounts.scopes import person_of
from lyceum.server.api.shapes import Failed
from lyceum.server.desk import the_desk
from lyceum.server.hall import shown
from lyceum.server.hall.acts import Actor, actor_of
from lyceum.server.hall.members import JoinBody
from lyceum.server.hall.papers import meeting_paper
from lyceum.server.hall.policies import needs_overseer
from lyceum.server.hall.recording import ErasePerson, KeepAnchor, cosign, export_record, stamp_head
from lyceum.server.hall.said import (
    body_act,
    calling,
    day_said,
    founding,
    making_seat,
    meeting_act,
    member_act,
    seat_act,
)

router = Router(tags=["hall"])
_ANSWERS: dict[int, Any] = {200: dict[str, Any], **dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503), Failed)}

Id = Annotated[str, Field(max_length=64)]
Short = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=20_000)]
Moment = Annotated[str, Field(max_length=40, examples=["2026-05-01T18:00:00Z"])]
Share = Annotated[str, Field(max_length=20, examples=["1/5"])]
Whole = Annotated[int, Field(ge=0, le=999_999_999)]
Majority = Literal["simple_majority", "1/2", "3/5", "2/3", "3/4"]
Election = Literal["single_transferable_vote", "instant_runoff", "schulze", "approval", "sainte_lague"]
PageNumber = Annotated[int, Field(ge=1, le=100_000)]


class _Posted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Rules(_Posted):
    """What is changed in a body's rules; what is not said stays."""

    notice_days: Whole | None = None
    quorum: Share | None = None
    motions: Majority | None = None
    charter_changes: Majority | None = None
    elections: Election | None = None
    recalls: Majority | None = None
    recall_threshold: Share | None = None
    term_days: Whole | None = None
    term_limit: Whole | None = None
    report_days: Whole | None = None


class Founded(Rules):
    """A body to be founded by a template's rules."""

    name: Annotated[str, Field(max_length=200)]
    work: Annotated[str, Field(max_length=4_000)] = ""
    template: Literal["committee", "small_committee", "council", "alliance"] = "committee"
    parent: Id | None = None
    public: bool = False


class BodyAct(Rules):
    """What is done with a body; `other` is the body that it is moved below, allied or merged with."""

    act: Literal["show", "rules", "move", "ally", "leave", "merge", "split", "close"]
    other: Id | None = None
    name: Annotated[str, Field(max_length=200)] | None = None
    public: bool | None = None
    motion: Id | None = None
    first: Annotated[str, Field(max_length=200)] | None = None
    second: Annotated[str, Field(max_length=200)] | None = None
    everybody: list[Id] | None = Field(None, max_length=100_000)
    second_members: list[Id] | None = Field(None, max_length=100_000)


class MemberAct(_Posted):
    """What is done with a body's members; an invitation gives its key, once."""

    act: Literal["invite", "add", "end"]
    person: Id | None = None
    uses: Whole | None = None
    until: Moment | None = None


class Joined(_Posted):
    """The key of an invitation."""

    key: Id


class SeatMade(_Posted):
    """A seat; where it sits in another body, it is a delegate's."""

    title: Annotated[str, Field(max_length=200)]
    sits_in: Id | None = None
    rights: list[Literal["call", "chair", "record", "treasure"]] = []
    term_days: Whole | None = None
    term_limit: Whole | None = None
    recall_threshold: Share | None = None


class SeatAct(_Posted):
    """What is done with a seat."""

    act: Literal["take", "instruct", "abolish", "leave", "report", "recall", "sign", "unsign"]
    person: Id | None = None
    petition: Id | None = None
    motion: Id | None = None
    text: Text | None = None


class Called(_Posted):
    """A meeting that is called."""

    starts: Moment
    ends: Moment
    agenda: list[Annotated[str, Field(max_length=300)]] = Field(max_length=60)
    place: Short = ""
    link: Short = ""


class MeetingAct(_Posted):
    """What is done at a meeting; `person` is oneself where none is named."""

    act: Literal[
        "open", "close", "cancel", "agenda", "item", "arrive", "depart", "ask", "floor", "note", "decide", "correct",
        "approve",
    ]  # fmt: skip
    agenda: list[Annotated[str, Field(max_length=300)]] | None = Field(None, max_length=60)
    item: Id | None = None
    person: Id | None = None
    how: Literal["room", "remote"] | None = None
    text: Text | None = None
    yes: Whole | None = None
    no: Whole | None = None
    abstained: Whole | None = None
    minutes: Id | None = None
    sha256: Id | None = None


class AnchorKept(_Posted):
    """An anchor that another instance gave."""

    kind: Literal["cosignature", "rfc3161"]
    number: int = Field(ge=0)
    link: Id
    by: Annotated[str, Field(max_length=128)]
    at: Moment
    proof: Annotated[str, Field(max_length=100_000)]


# --- bodies ---------------------------------------------------------------------------------------------------


@router.get("/bodies", response=_ANSWERS, summary="The bodies that one may know of")
def bodies(request: HttpRequest) -> HttpResponse:
    """Those that whoever asks belongs to, and others that show themselves."""
    return _told(shown.hall_shown(_asker(request), timezone.now()))


@router.post("/bodies", response=_ANSWERS, summary="Found a body")
def found(request: HttpRequest, said: Founded) -> HttpResponse:
    """Who founds it keeps its papers until the first election."""
    titles = ("Chair", "Secretary")
    act = founding(_asker(request), _said(said), titles=titles, mandate="Until the first election.")
    return _body(request, act.execute(timezone.now()))


@router.get("/bodies/{body}", response=_ANSWERS, summary="A body")
def body(request: HttpRequest, body: Id) -> HttpResponse:
    """Its work, rules, seats, place, and what whoever asks may do in it."""
    return _body(request, body)


@router.post("/bodies/{body}", response=_ANSWERS, summary="Change, move, ally, merge, split or close a body")
def change(request: HttpRequest, body: Id, said: BodyAct) -> HttpResponse:
    """The body that comes of it; of a split the first."""
    now = timezone.now()
    made = body_act(_asker(request), body, _said(said), now).execute(now)
    return _body(request, made[0] if isinstance(made, tuple) else made or body)


@router.get("/bodies/{body}/voters", response=_ANSWERS, summary="Who might vote in a body on a day")
def voters(request: HttpRequest, body: Id, on: Moment = "", page: PageNumber = 1) -> HttpResponse:
    """As of a moment, or of the end of a day; now where none is named."""
    now = timezone.now()
    return _told(shown.voters_shown(_asker(request), body, day_said({"on": on}, "on", now), now, page))


@router.get("/bodies/{body}/members", response=_ANSWERS, summary="A body's members, now and before")
def members(request: HttpRequest, body: Id, page: PageNumber = 1) -> HttpResponse:
    """Each with the beginning and end of her time, for who belongs to it."""
    return _told(shown.members_shown(_asker(request), body, timezone.now(), page))


@router.post("/bodies/{body}/members", response=_ANSWERS, summary="Invite, add or end a member")
def member(request: HttpRequest, body: Id, said: MemberAct) -> HttpResponse:
    """An invitation's key is told once."""
    key = member_act(_asker(request), body, _said(said)).execute(timezone.now())
    return _told({"key": key})


@router.post("/join", response=_ANSWERS, summary="Join a body by an invitation")
def join(request: HttpRequest, said: Joined) -> HttpResponse:
    """The body that was joined."""
    return _body(request, JoinBody(_asker(request), said.key).execute(timezone.now()))


# --- seats ----------------------------------------------------------------------------------------------------


@router.post("/bodies/{body}/seats", response=_ANSWERS, summary="Make a seat")
def make_seat(request: HttpRequest, body: Id, said: SeatMade) -> HttpResponse:
    """The seat, still vacant."""
    return _seat(request, making_seat(_asker(request), body, _said(said)).execute(timezone.now()))


@router.get("/seats/{seat}", response=_ANSWERS, summary="A seat")
def seat(request: HttpRequest, seat: Id) -> HttpResponse:
    """Who holds it with which mandate, her instructions and reports, and the petition for her recall."""
    return _seat(request, seat)


@router.post("/seats/{seat}", response=_ANSWERS, summary="Fill or leave a seat, instruct, report, recall")
def act_on_seat(request: HttpRequest, seat: Id, said: SeatAct) -> HttpResponse:
    """The seat afterwards; the signature that reaches the threshold has opened the vote."""
    seat_act(_asker(request), seat, _said(said)).execute(timezone.now())
    return _seat(request, seat)


# --- meetings -------------------------------------------------------------------------------------------------


@router.post("/bodies/{body}/meetings", response=_ANSWERS, summary="Call a meeting")
def call(request: HttpRequest, body: Id, said: Called) -> HttpResponse:
    """The meeting, with the notice that the rules ask for."""
    return _meeting(request, calling(_asker(request), body, _said(said)).execute(timezone.now()))


@router.get("/meetings/{meeting}", response=_ANSWERS, summary="A meeting")
def meeting(request: HttpRequest, meeting: Id) -> HttpResponse:
    """Agenda, who is present, whether it can decide, who speaks next, and its minutes."""
    return _meeting(request, meeting)


@router.post("/meetings/{meeting}", response=_ANSWERS, summary="Have something happen at a meeting")
def act_at_meeting(request: HttpRequest, meeting: Id, said: MeetingAct) -> HttpResponse:
    """The meeting afterwards."""
    meeting_act(_asker(request), meeting, _said(said)).execute(timezone.now())
    return _meeting(request, meeting)


@router.get("/meetings/{meeting}/minutes.{kind}", response=_ANSWERS, summary="Minutes or a calendar's entry, as a file")
def minutes(request: HttpRequest, meeting: Id, kind: Literal["md", "pdf", "ics"]) -> HttpResponse:
    """Markdown, PDF or iCalendar."""
    paper = meeting_paper(_asker(request), meeting, kind, timezone.now())
    if paper is None:
        raise InvalidValue("There is no such file.", hint="md, pdf or ics.")
    return HttpResponse(paper.body, content_type=paper.kind)


# --- the record and people ------------------------------------------------------------------------------------


@router.get("/record", response=_ANSWERS, summary="The record’s head, last entries and anchors")
def record(request: HttpRequest) -> HttpResponse:
    """Nothing in it is about anybody."""
    return _told(shown.record_shown(_asker(request), timezone.now()))


@router.get("/record/export", response=_ANSWERS, summary="The whole record")
def export(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """As `lyceum hall verify` reads it."""
    return _told(export_record(opened=shown.public_bodies(timezone.now())))


@router.post("/record/anchors", response=_ANSWERS, summary="Keep an anchor that another instance gave")
def keep_anchor(request: HttpRequest, said: AnchorKept) -> HttpResponse:
    """For the site's officers."""
    KeepAnchor(_asker(request), read_anchor(said.model_dump())).execute(timezone.now())
    return record(request)


@router.post("/record/stamp", response=_ANSWERS, summary="Have the record’s head time-stamped")
def stamp(request: HttpRequest) -> HttpResponse:
    """For the site's officers, by the service that is set."""
    actor = _asker(request)
    needs_overseer(actor)
    KeepAnchor(actor, stamp_head(time_stamper(the_desk().settings))).execute(timezone.now())
    return record(request)


@router.post("/record/cosign", response=_ANSWERS, summary="Vouch for another instance’s record")
def vouch(request: HttpRequest, said: Body[dict[str, Any]]) -> HttpResponse:
    """The anchor, where the export that is sent verifies; for the site's officers."""
    needs_overseer(_asker(request))
    return _told(cosign(said, timezone.now()).as_dict())


@router.get("/me", response=_ANSWERS, summary="What the hall keeps of who asks")
def me(request: HttpRequest) -> HttpResponse:
    """Her name, memberships, seats and mandates, and how much the record seals of her."""
    return _told(shown.person_shown(_asker(request), timezone.now()))


@router.delete("/people/{person}", response=_ANSWERS, summary="Erase a person")
def erase(request: HttpRequest, person: Id) -> HttpResponse:
    """Oneself, or for the site's officers anybody; the record stays valid."""
    return _told({"destroyed": ErasePerson(_asker(request), person).execute(timezone.now())})


def _body(request: HttpRequest, body: str) -> HttpResponse:
    return _told(shown.body_shown(_asker(request), body, timezone.now()))


def _seat(request: HttpRequest, seat: str) -> HttpResponse:
    return _told(shown.seat_shown(_asker(request), seat, timezone.now()))


def _meeting(request: HttpRequest, meeting: str) -> HttpResponse:
    return _told(shown.meeting_shown(_asker(request), meeting, timezone.now()))


def _asker(request: HttpRequest) -> Actor:
    return actor_of(person_of(request))


def _said(said: BaseModel) -> dict[str, Any]:
    """What was said; a name that was not sent is not there, and null empties a number."""
    return said.model_dump(exclude_unset=True)


def _told(value: dict[str, Any]) -> HttpResponse:
    return JsonResponse(value, encoder=_Moments, json_dumps_params={"ensure_ascii": False})


class _Moments(DjangoJSONEncoder):
    """Writes moments in UTC and whole seconds, as the record does."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return super().default(o)
