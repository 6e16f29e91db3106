"""The record as it is exported: anyone verifies it, tampering shows, anchors bind it, and erasing leaves it valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from lyceum import hall as rules
from lyceum.errors import AccessRefused, InvalidValue
from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.hall import models, queries, recording
from lyceum.server.hall.book import open_book
from lyceum.server.hall.meetings import Arrive, CallMeeting, CloseMeeting, OpenMeeting, read_meeting
from lyceum.server.hall.recording import ErasePerson, KeepAnchor, cosign, export_record, stamp_head, verify
from lyceum.server.hall.seats import GiveReport
from server.hall.clock import day


@pytest.fixture
def told(hall) -> str:
    """The id of a committee whose record has some entries."""
    body = hall.found("ada", "ben", "cleo", name="The weavers of Ada’s street")
    meeting = CallMeeting(hall.actor("ada"), body, day(9), day(10), ("The fund",), place="Cellar").execute(day(1))
    for name in ("ada", "ben"):
        Arrive(hall.actor(name), meeting).execute(day(9))
    OpenMeeting(hall.actor("ada"), meeting).execute(day(9))
    CloseMeeting(hall.actor("ada"), meeting).execute(day(9.1))
    GiveReport(hall.actor("ada"), hall.seats(body)["Secretary"], "Bread was bought by Ada.").execute(day(9.2))
    return body


def test_the_export_verifies_and_names_nobody(hall, told, run, tmp_path):
    exported = export_record()
    path = tmp_path / "record.json"
    path.write_text(json.dumps(exported))
    ran = run("hall", "verify", path, "--json")
    assert (ran.code, ran.json["ok"], ran.json["events"]) == (0, True, models.Entry.objects.count())
    text = path.read_text()
    for secret in ("Ada", "Ben", "weavers", "Cellar", "Bread", *(hall.id(name) for name in hall.known)):
        assert secret not in text


def test_a_body_may_open_what_is_about_nobody(hall, told):
    opened = export_record(opened=frozenset({told}))
    assert rules.verify_record(opened).opened == len(opened["openings"]) > 0
    text = json.dumps(opened, ensure_ascii=False)
    assert "The weavers of Ada’s street" in text
    assert hall.id("ben") not in text


def last_number() -> int:
    return models.Entry.objects.order_by("-number").first().number


def edit() -> None:
    models.Entry.objects.filter(number=3).update(kind="seat_taken")


def reorder() -> None:
    one, other = (models.Entry.objects.get(number=number) for number in (3, 4))
    models.Entry.objects.filter(number=3).delete()
    models.Entry.objects.filter(number=4).update(number=3)
    models.Entry.objects.create(
        number=4, previous=one.previous, at=one.at, kind=one.kind, body=one.body, public=one.public,
        sealed=one.sealed, link=one.link,
    )  # fmt: skip
    assert other.number == 4


def delete() -> None:
    models.Entry.objects.filter(number=3).delete()


def duplicate() -> None:
    one = models.Entry.objects.get(number=3)
    one.number, one.link, one.previous = last_number() + 1, "0" * 64, "1" * 64
    one.save(force_insert=True)


def reseal() -> None:
    models.Opening.objects.filter(entry_id=1, place=0).update(content={"name": "Another"})


@pytest.mark.parametrize("tamper", [edit, reorder, delete, duplicate, reseal])
def test_whatever_is_done_to_the_rows_shows(hall, told, tamper):
    assert verify().ok
    tamper()
    assert not verify().ok


def test_a_cut_off_end_shows_by_the_anchor_of_a_sister(hall, told):
    anchor = cosign(export_record(), day(20))
    KeepAnchor(hall.actor("olga", Role.OFFICER), anchor).execute(day(20))
    assert verify().anchored == anchor.number
    kept = export_record()
    kept["entries"] = kept["entries"][:2]
    kept["head"] = {"number": 2, "link": kept["entries"][1]["link"]}
    assert {fault.code for fault in rules.verify_record(kept).faults} == {"cut_off"}


def test_only_the_sites_officers_keep_anchors_and_only_true_ones(hall, told):
    officer = hall.actor("olga", Role.OFFICER)
    last = recording.head()
    true = rules.cosign(Ed25519PrivateKey.generate(), last.instance, last.number, last.link, at=day(20))
    with pytest.raises(AccessRefused):
        KeepAnchor(hall.actor("ada"), true).execute(day(20))
    other = rules.cosign(Ed25519PrivateKey.generate(), "hall-other", last.number, last.link, at=day(20))
    for wrong in (other, rules.Anchor(true.kind, true.number + 1, true.link, true.by, true.at, true.proof)):
        with pytest.raises(InvalidValue):
            KeepAnchor(officer, wrong).execute(day(20))
    KeepAnchor(officer, true).execute(day(20))
    assert models.Anchor.objects.count() == 1


def test_a_false_record_is_not_vouched_for(hall, told):
    exported = export_record()
    exported["entries"][1]["kind"] = "seat_taken"
    with pytest.raises(InvalidValue):
        cosign(exported, day(20))


def test_nothing_is_stamped_before_the_record_begins(hall):
    with pytest.raises(InvalidValue):
        stamp_head(lambda _: b"")


def test_what_a_service_answers_must_be_a_stamp(hall, told):
    asked = []
    with pytest.raises(InvalidValue):
        stamp_head(lambda query: asked.append(query) or b"no stamp")
    assert asked[0].startswith(b"0")


# --- erasing -----------------------------------------------------------------------------------------------------


def test_the_erased_leave_no_trace_and_the_record_stays_valid(hall, told):
    ada = hall.id("ada")
    voted = set(queries.voters(told, day(5)).values_list("pk", flat=True))
    assert ErasePerson(hall.actor("ada"), ada).execute(day(20)) > 0
    assert verify().ok
    assert not models.Opening.objects.filter(person=ada).exists()
    assert not Person.objects.filter(email="ada@hall.example").exists()
    assert models.Participant.objects.get(pk=ada).name == ""
    assert "Bread" not in json.dumps(list(models.Holding.objects.values_list("reports", "mandate")))
    # Who might vote then can still be counted, and she has no rights any more.
    assert set(queries.voters(told, day(5)).values_list("pk", flat=True)) == voted
    assert not queries.belongs(ada, told, day(20))


def test_minutes_are_still_written_and_name_her_no_more(hall, told):
    meeting = models.Meeting.objects.get().pk
    ErasePerson(hall.actor("olga", Role.ADMINISTRATOR), hall.id("ben")).execute(day(20))
    people = [one.person for one in read_meeting(meeting).attendance]
    told_minutes = rules.write_minutes(read_meeting(meeting), queries.names_of(people))
    assert "a member (room)" in told_minutes
    assert "Ben" not in told_minutes


def test_nobody_erases_another(hall, told):
    with pytest.raises(AccessRefused):
        ErasePerson(hall.actor("ben"), hall.id("ada")).execute(day(20))
    with pytest.raises(InvalidValue):
        ErasePerson(hall.actor("olga", Role.OFFICER), "p-nobody").execute(day(20))


def test_what_is_erased_leaves_the_file(hall):
    """SQLite would otherwise keep erased rows in pages that it has not used again."""
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_a_thousand_erasures_leave_the_record_valid(hall):
    people = [f"q{number}" for number in range(1_000)]
    models.Participant.objects.bulk_create(models.Participant(pk=person, name="Somebody") for person in people)
    book = open_book(day(0), lambda size: b"k" * size)
    book.happen(rules.BodyFounded(at=book.at, body="big", name="Big", members=tuple(people)))
    models.Opening.objects.filter(person__startswith="q").delete()
    found = verify()
    assert (found.ok, found.opened, found.sealed) == (True, 1, 1_001)


def test_the_moments_of_the_record_are_utc(hall, told):
    assert datetime.fromisoformat(models.Entry.objects.get(number=1).at) == day(0).astimezone(UTC)
