"""HTTP API of motions and ballots, at /api/v1/hall: every act by the session of whoever signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from lyceum import hall
from lyceum.errors import NotInOrder
from lyceum.server.accounts.scopes import person_of
from lyceum.server.api.shapes import Failed, Word
from lyceum.server.deciding import motions as acts
from lyceum.server.deciding.ballots import AskBody, CastVote, CloseBallot, PutToVote, Terms, keep_time
from lyceum.server.deciding.policies import access_ballot
from lyceum.server.deciding.resolutions import PublishResolution
from lyceum.server.deciding.shown import ballot_shown, ballots_shown, motion_shown, motions_shown
from lyceum.server.hall.acts import Act, Actor, actor_of

router = Router(tags=["hall"])
_ANSWERS: dict[int, Any] = {200: dict[str, Any], **dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 503), Failed)}

Id = Annotated[str, Field(max_length=64)]
Kind = Literal["motion", "amendment"]
Choice = Annotated[str, Field(max_length=64)] | list[Annotated[str, Field(max_length=64)] | list[Id]] | None


class _Posted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Drafted(_Posted):
    """A motion's title and text; empty lines part its paragraphs."""

    title: Word
    text: Annotated[str, Field(max_length=100_000)]


class Amended(_Posted):
    """Changes that stand or fall together: replace, delete or insert_after a paragraph's id, with the text."""

    changes: list[dict[str, Annotated[str, Field(max_length=20_000)] | None]] = Field(max_length=200)


class Stepped(_Posted):
    """What is done with a motion."""

    act: Literal["move", "second", "put", "withdraw", "publish"]


class Composed(Drafted):
    """One motion in the place of several."""

    motions: list[Id] = Field(max_length=100)


class Sent(_Posted):
    """Where a motion goes."""

    to: Id


class Handed(_Posted):
    """A show of hands in a meeting."""

    kind: Kind
    subject: Id
    meeting: Id
    yes: int = Field(ge=0, le=1_000_000)
    no: int = Field(ge=0, le=1_000_000)
    abstained: int = Field(0, ge=0, le=1_000_000)


class Termed(_Posted):
    """How and until when a ballot is held; times have a zone. `rule` is a rule file, else the charter's is taken."""

    tier: Literal["open", "secret"] = "open"
    closes: datetime
    opens: datetime | None = None
    rule: dict[str, Any] | None = None
    meeting: Id = ""
    present: int | None = Field(None, ge=0, le=1_000_000)

    def terms(self) -> Terms:
        """As the acts take them; raises InvalidValue for a rule that cannot be read."""
        return Terms(
            tier=hall.Tier(self.tier),
            closes=_zoned(self.closes),
            opens=self.opens and _zoned(self.opens),
            rule=hall.read_rule(self.rule) if self.rule is not None else None,
            meeting=self.meeting,
            present=self.present,
        )


class VoteOpened(Termed):
    """A ballot on a motion or amendment."""

    kind: Kind
    subject: Id


class Asked(Termed):
    """A question with options of its own, each with an id and a name."""

    question: Annotated[str, Field(max_length=1_000)]
    options: list[dict[Literal["id", "name"], Annotated[str, Field(max_length=200)]]] = Field(max_length=200)


class VoteCast(_Posted):
    """A vote: an option's id, ids in order or unordered, or null for a blank one."""

    vote: Choice


class Closed(_Posted):
    """The seed of the lot, where the rule left it to come."""

    seed: Annotated[str, Field(max_length=200)] | None = None


@router.get("/bodies/{body}/motions", response=_ANSWERS, summary="List a body's motions")
def motions(request: HttpRequest, body: Id, page: Annotated[int, Field(ge=1, le=10_000)] = 1) -> HttpResponse:
    """Newest first, with one's own drafts."""
    return _told(motions_shown(_actor(request), body, _now(), page))


@router.post("/bodies/{body}/motions", response=_ANSWERS, summary="Draft a motion")
def draft(request: HttpRequest, body: Id, said: Drafted) -> HttpResponse:
    """A draft that its proposer alone sees."""
    actor = _actor(request)
    return _motion(actor, acts.SaveDraft(actor, body, said.title, said.text).execute(_now()))


@router.post("/motions/compose", response=_ANSWERS, summary="Join several motions into one")
def compose(request: HttpRequest, said: Composed) -> HttpResponse:
    """The parts go no further."""
    return _after(request, lambda actor: acts.ComposeMotions(actor, tuple(said.motions), said.title, said.text))


@router.get("/motions/{motion}", response=_ANSWERS, summary="Show a motion")
def motion(request: HttpRequest, motion: Id) -> HttpResponse:
    """With its amendments, their differences and order, its ballots, and where it comes from and leads to."""
    return _motion(_actor(request), motion)


@router.post("/motions/{motion}", response=_ANSWERS, summary="Move, second, put, withdraw or publish a motion")
def step(request: HttpRequest, motion: Id, said: Stepped) -> HttpResponse:
    """The motion after the step; a draft that was withdrawn is gone."""
    known: dict[str, Callable[[Actor, str], Act[str]]] = {
        "move": acts.MoveMotion, "second": acts.SecondMotion, "put": acts.PutMotion,
        "withdraw": acts.WithdrawMotion, "publish": PublishResolution,
    }  # fmt: skip
    actor = _actor(request)
    before = motion_shown(actor, motion, _now())
    known[said.act](actor, motion).execute(_now())
    gone = said.act == "withdraw" and before["stage"] == "draft"
    return _told({"id": motion, "stage": "withdrawn"}) if gone else _motion(actor, motion)


@router.post("/motions/{motion}/amendments", response=_ANSWERS, summary="Propose an amendment")
def amend(request: HttpRequest, motion: Id, said: Amended) -> HttpResponse:
    """The motion with the amendment among the others."""
    actor = _actor(request)
    acts.ProposeAmendment(actor, motion, said.changes).execute(_now())
    return _motion(actor, motion)


@router.post("/motions/{motion}/forward", response=_ANSWERS, summary="Send a carried motion to another body")
def forward(request: HttpRequest, motion: Id, said: Sent) -> HttpResponse:
    """The motion there."""
    return _told({"id": acts.ForwardMotion(_actor(request), motion, said.to).execute(_now())})


@router.post("/motions/{motion}/endorse", response=_ANSWERS, summary="Propose that a body endorses a motion")
def endorse(request: HttpRequest, motion: Id, said: Sent) -> HttpResponse:
    """The endorsing motion, before that body."""
    return _after(request, lambda actor: acts.ProposeEndorsement(actor, motion, said.to))


@router.post("/votes/hands", response=_ANSWERS, summary="Note a show of hands")
def hands(request: HttpRequest, said: Handed) -> HttpResponse:
    """How it was decided."""
    counted = acts.Hands(yes=said.yes, no=said.no, abstained=said.abstained)
    act = acts.NoteVote(_actor(request), said.kind, said.subject, said.meeting, counted)
    return _told({"outcome": act.execute(_now())})


@router.get("/bodies/{body}/ballots", response=_ANSWERS, summary="List a body's ballots")
def ballots(request: HttpRequest, body: Id) -> HttpResponse:
    """Newest first."""
    return _told(ballots_shown(_actor(request), body, _now()))


@router.post("/bodies/{body}/ballots", response=_ANSWERS, summary="Put a question or an election to a body")
def ask(request: HttpRequest, body: Id, said: Asked) -> HttpResponse:
    """The ballot."""
    actor = _actor(request)
    options = tuple(hall.Option(one.get("id", ""), one.get("name", one.get("id", ""))) for one in said.options)
    return _ballot(actor, AskBody(actor, body, said.question, options, said.terms()).execute(_now()))


@router.post("/ballots", response=_ANSWERS, summary="Put a motion or amendment to the vote")
def put_to_vote(request: HttpRequest, said: VoteOpened) -> HttpResponse:
    """The ballot."""
    actor = _actor(request)
    return _ballot(actor, PutToVote(actor, said.kind, said.subject, said.terms()).execute(_now()))


@router.get("/ballots/{ballot}", response=_ANSWERS, summary="Show a ballot")
def ballot(request: HttpRequest, ballot: Id) -> HttpResponse:
    """Its terms, what it promises and what not, and once it is closed the count step by step."""
    return _ballot(_actor(request), ballot)


@router.get("/ballots/{ballot}/file", response=_ANSWERS, summary="The published ballot file")
def published(request: HttpRequest, ballot: Id) -> HttpResponse:
    """What `lyceum hall count RULE FILE` counts again."""
    row = access_ballot(_actor(request), ballot, _now())
    if row.published is None:
        raise NotInOrder("An open ballot is not published.", hint="Wait for its end.")
    return _told(row.published)


@router.get("/ballots/{ballot}/rule", response=_ANSWERS, summary="The rule of a ballot")
def rule(request: HttpRequest, ballot: Id) -> HttpResponse:
    """The rule file under which it opened."""
    return _told(access_ballot(_actor(request), ballot, _now()).rule)


@router.post("/ballots/{ballot}/votes", response=_ANSWERS, summary="Vote")
def vote(request: HttpRequest, ballot: Id, said: VoteCast) -> HttpResponse:
    """The receipt of a secret vote, told now and never again."""
    done = CastVote(_actor(request), ballot, said.vote).execute(_now())
    response = _told({"ballot": ballot, "receipt": done.receipt})
    response["Cache-Control"] = "no-store"
    return response


@router.post("/ballots/{ballot}/close", response=_ANSWERS, summary="Close and count a ballot")
def close(request: HttpRequest, ballot: Id, said: Closed) -> HttpResponse:
    """The ballot as published."""
    actor = _actor(request)
    CloseBallot(actor, ballot, said.seed).execute(_now())
    return _ballot(actor, ballot)


def _actor(request: HttpRequest) -> Actor:
    """Who asks; what time has brought about is done before."""
    keep_time(_now())
    return actor_of(person_of(request))


def _after(request: HttpRequest, act: Callable[[Actor], Act[str]]) -> HttpResponse:
    actor = _actor(request)
    return _motion(actor, act(actor).execute(_now()))


def _motion(actor: Actor, motion: str) -> HttpResponse:
    return _told(motion_shown(actor, motion, _now()))


def _ballot(actor: Actor, ballot: str) -> HttpResponse:
    return _told(ballot_shown(actor, ballot, _now()))


def _told(value: dict[str, Any]) -> HttpResponse:
    return JsonResponse(value, json_dumps_params={"ensure_ascii": False})


def _zoned(said: datetime) -> datetime:
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
