"""What is due for a vote, and what follows from one: amendments, motions, recalls and minutes."""

from __future__ import annotations

from lyceum import hall
from lyceum.errors import InvalidValue, NotInOrder
from lyceum.hall import ABSTAIN, NO, YES, Amending, Motion, Outcome, Stage, Tally
from lyceum.server.deciding import models
from lyceum.server.deciding.shapes import DRAFT, amendment_of, motion_of
from lyceum.server.hall.book import Book
from lyceum.server.hall.meetings import add_to_meeting, read_meeting

Hands = tuple[int, int, int]
"""How many were for, against, and neither."""
RollCall = tuple[tuple[str, str], ...]

_DECIDED = {Outcome.CARRIED: True, Outcome.LOST: False}


def votable(kind: str, subject: str) -> tuple[str, str]:
    """The body and the question of a motion or amendment whose vote has come; raises NotInOrder where it has not."""
    if kind == "motion":
        row = _motion_row(subject)
        motion = _put(row)
        if amending_of(motion).next is not None:
            raise NotInOrder("Its amendments are voted on first.", hint="The motion's page has them in their order.")
        return motion.body, row.title
    if kind != "amendment":
        raise InvalidValue(f"There is no vote on a “{kind[:40]}”.", hint="Name a motion or an amendment.")
    row = _motion_row(_amendment_row(subject).motion)
    due = amending_of(_put(row)).next
    if due is None or subject not in due.amendments:
        raise NotInOrder("The vote on this amendment has not come, or is over.", hint="Keep to the order worked out.")
    return row.body, f"{row.title}: amendment {_number(row.id, subject)}"


def amending_of(motion: Motion) -> Amending:
    """Where the votes on a motion's amendments stand."""
    rows = models.Amendment.objects.filter(motion=motion.id).order_by("submitted", "id")
    results = {row.id: row.carried for row in rows if row.carried is not None}
    return hall.amending(motion, [amendment_of(row) for row in rows], results)


def refuse_while_voting(motion: str) -> None:
    """Raises NotInOrder while a ballot on the motion or one of its amendments runs."""
    amendments = models.Amendment.objects.filter(motion=motion).values_list("id", flat=True)
    running = models.Ballot.objects.filter(closed=None)
    if (
        running.filter(subject_kind="motion", subject=motion).exists()
        or running.filter(subject_kind="amendment", subject__in=list(amendments)).exists()
    ):
        raise NotInOrder("It is being voted on.", hint="Wait for the end of the ballot.")


def follow(book: Book, row: models.Ballot, tally: Tally) -> None:
    """What a counted ballot brings about, in the transaction of its count."""
    if row.subject_kind == "recall":
        recalled = tally.outcome is Outcome.CARRIED
        book.happen(hall.RecallDecided(at=book.at, petition=row.subject, recalled=recalled))
    if row.subject_kind in ("motion", "amendment") and tally.outcome in _DECIDED:
        if row.meeting and not read_meeting(row.meeting, book.state).closed:
            _minute(book, row.meeting, row.subject, row.question, tally, _hands(row), _roll_call(row))
        decide(book, row.subject_kind, row.subject, tally)


def note(book: Book, kind: str, subject: str, hands: Hands, *, meeting: str) -> str:
    """Counts a show of hands by the charter's rule, and has follow what follows; returns the outcome."""
    refuse_while_voting(subject if kind == "motion" else _amendment_row(subject).motion)
    body, title = votable(kind, subject)
    if min(hands) < 0:
        raise InvalidValue("Fewer than no hands were counted.", hint="Count again.", code="votes_wrong")
    numbers = {((option,),): number for option, number in zip((YES, NO, ABSTAIN), hands, strict=True)}
    roll = hall.Roll(len(book.state.voters(body, book.at)), present=sum(hands))
    tally = hall.count(book.state.charter(body, book.at).motions, hall.Votes.of((YES, NO, ABSTAIN), numbers), roll)
    if tally.outcome in _DECIDED:
        _minute(book, meeting, subject, title, tally, hands, ())
        decide(book, kind, subject, tally)
    return tally.outcome.value


def _minute(
    book: Book,
    meeting: str,
    subject: str,
    title: str,
    tally: Tally,
    hands: Hands,
    roll_call: RollCall,
) -> None:
    """Has the minutes say it; the rules of meetings ask for their quorum, and for no more votes than voters there."""
    yes, no, abstained = hands
    told = hall.MotionDecided(
        at=book.at, motion=subject, title=title, carried=_DECIDED[tally.outcome], yes=yes, no=no,
        abstained=abstained, roll_call=roll_call,
    )  # fmt: skip
    add_to_meeting(book, read_meeting(meeting, book.state), told)


def _hands(row: models.Ballot) -> Hands:
    """How many voted yes, no, and neither."""
    said = [_word(one["vote"]) for one in row.published["votes"]]
    return said.count(YES), said.count(NO), said.count(ABSTAIN)


def _roll_call(row: models.Ballot) -> RollCall:
    return tuple((one["voter"], _word(one["vote"])) for one in row.published["votes"] if "voter" in one)


def _word(vote: list[str]) -> str:
    return vote[0] if vote else ABSTAIN


def decide(book: Book, kind: str, subject: str, tally: Tally) -> None:
    """Writes the result of a vote on a motion or amendment, with the record's word of it."""
    carried = _DECIDED[tally.outcome]
    if kind == "amendment":
        _decide_amendment(book, subject, carried=carried)
        return
    motion = motion_of(_motion_row(subject))
    text = amending_of(motion).text
    decided = hall.decide_motion(text, tally)
    models.Motion.objects.filter(pk=motion.id).update(
        stage=decided.stage.value,
        paragraphs=[[one.id, one.text] for one in decided.paragraphs],
        moved_text=[[one.id, one.text] for one in motion.paragraphs],
        decided=book.at,
    )
    book.record("motion_decided", motion.body, {"motion": motion.id, "carried": carried,
                                                "text_sha256": decided.sha256})  # fmt: skip


def _decide_amendment(book: Book, amendment: str, *, carried: bool) -> None:
    motion = _put(_motion_row(_amendment_row(amendment).motion))
    due = amending_of(motion).next
    alike = due.amendments if due else (amendment,)
    models.Amendment.objects.filter(pk__in=alike).update(carried=carried)
    public = {"motion": motion.id, "amendments": list(alike), "carried": carried}
    book.record("amendment_decided", motion.body, public)


def _put(row: models.Motion) -> Motion:
    if row.stage == DRAFT or Stage(row.stage) is not Stage.PUT:
        raise NotInOrder("The motion has not been put, or is decided.", hint="Have it seconded and put first.")
    return motion_of(row)


def _motion_row(motion: str) -> models.Motion:
    found = models.Motion.objects.filter(pk=motion).first()
    if found is None:
        raise InvalidValue("There is no such motion.", hint="Look at its address.", code="unknown_motion")
    return found


def _amendment_row(amendment: str) -> models.Amendment:
    found = models.Amendment.objects.filter(pk=amendment).first()
    if found is None:
        raise InvalidValue("There is no such amendment.", hint="Look at its motion.", code="unknown_amendment")
    return found


def _number(motion: str, amendment: str) -> int:
    """The amendment's number in the order of submission, by which people call it."""
    ids = models.Amendment.objects.filter(motion=motion).order_by("submitted", "id").values_list("id", flat=True)
    return list(ids).index(amendment) + 1
