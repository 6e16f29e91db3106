"""The pages and the API of motions and ballots, asked as a browser without a script and as a program ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lyceum import hall as rules
from lyceum.library import Library
from lyceum.server.accounts.models import Person
from lyceum.server.deciding import models
from lyceum.server.desk import Desk, put_away, put_up
from lyceum.server.web.deciding import words
from server.hall.assembly import Assembly
from server.hall.clock import START

HOSTILE = '<script>alert("x")</script>'
TODAY = (datetime.now(UTC) - START) / timedelta(days=1)
SOON = datetime.now(UTC) + timedelta(days=2)

Visit = Callable[[str], Client]


@pytest.fixture
def north(hall) -> Assembly:
    return Assembly(hall, "bo", "cy", at=TODAY - 9)


@pytest.fixture
def visit(hall, settings) -> Iterator[Visit]:
    """A browser of somebody by her first name; "" is nobody's."""

    def browser(name: str) -> Client:
        client = Client(headers={"host": "localhost"})
        if name:
            hall.actor(name)
            account = Person.objects.get(email=f"{name}@hall.example")
            client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    with Library.open(settings) as library:
        put_up(Desk(library, settings))
        yield browser
        put_away()


def drafted(client: Client, title: str = "Strike", text: str = "We strike.\n\nThe fund pays.") -> str:
    """The address of a motion drafted by the form."""
    answer = client.post("/hall/bodies/north/motions", {"act": "draft", "title": title, "text": text})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def put(visit: Visit, **more: str) -> str:
    """The address of a motion that was put."""
    ada = visit("ada")
    path = drafted(ada, **more)
    for client, act in ((ada, "move"), (visit("bo"), "second"), (ada, "put")):
        assert client.post(path, {"act": act}).status_code == 302
    return path


def opened(client: Client, path: str, tier: str = "open", **more: str) -> str:
    """The address of a ballot on a motion."""
    said = {"act": "vote", "kind": "motion", "subject": path.rpartition("/")[2], "tier": tier,
            "closes": f"{SOON:%Y-%m-%dT%H:%M}", **more}  # fmt: skip
    answer = client.post(path, said)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def call(client: Client, path: str, said: dict[str, Any] | None = None, expect: int = 200) -> Any:
    """What the API answers."""
    address = f"/api/v1/hall/{path}"
    answer = client.get(address) if said is None else client.post(address, json.dumps(said), "application/json")
    assert answer.status_code == expect, answer.content
    return answer.json()


# --- motions --------------------------------------------------------------------------------------------------------


def test_a_motion_goes_from_its_draft_to_a_ballot_by_forms_alone(north, visit):
    path = put(visit)
    page = visit("cy").get(path).content.decode()
    assert "We strike." in page
    assert "seconded by Bo" in page
    ballot = opened(visit("ada"), path)
    page = visit("bo").get(ballot).content.decode()
    assert page.count('name="choice"') == 3
    assert b"Your vote is in." in visit("bo").post(ballot, {"act": "vote", "choice": "yes"}).content


def test_a_draft_is_shown_to_its_proposer_alone(north, visit):
    path = drafted(visit("ada"))
    assert visit("ada").get(path).status_code == 200
    assert visit("bo").get(path).status_code == 404
    assert "Strike" in visit("ada").get("/hall/bodies/north/motions").content.decode()
    assert "Strike" not in visit("bo").get("/hall/bodies/north/motions").content.decode()
    changed = {"act": "draft", "body": "north", "title": "Long strike", "text": "We strike long."}
    assert visit("ada").post(path, changed).status_code == 302
    assert visit("ada").post(path, {"act": "withdraw"})["Location"] == "/hall/bodies/north/motions"


def test_amendments_show_what_they_take_and_add_with_conflicts_and_order(north, visit):
    path = put(visit)
    for name, where, text in (("bo", "replace:p1", "We strike on Monday."), ("cy", "delete:p1", "")):
        assert visit(name).post(path, {"act": "amend", "where": where, "text": text}).status_code == 302
    page = visit("ada").get(path).content.decode()
    assert "<ins> on Monday</ins>" in page
    assert "<del>We strike.</del>" in page
    assert "Amendments 1 and 2 exclude each other." in page
    assert re.search(
        r"the furthest-reaching first: it deletes a paragraph.*the furthest-reaching first: it rewords", page
    )
    assert "Vote on the motion" not in page


def test_what_the_rules_refuse_is_said_beside_the_form(north, visit):
    path = drafted(visit("ada"))
    visit("ada").post(path, {"act": "move"})
    for said, status in (({"act": "put"}, 409), ({"act": "nothing"}, 422), ({"act": "amend", "where": "x"}, 422),
                         ({"act": "vote", "kind": "motion", "subject": path[-17:]}, 422),
                         ({"act": "vote", "kind": "motion", "subject": path[-17:], "closes": "soon"}, 422),
                         ({"act": "hands", "yes": "many"}, 422)):  # fmt: skip
        answer = visit("ada").post(path, said)
        assert answer.status_code == status
        assert b'role="alert"' in answer.content


def test_motions_are_joined_sent_on_and_endorsed_by_forms(hall, north, visit):
    Assembly(hall, "dan", body="south", at=TODAY - 8)
    north.happen(rules.BodyMoved(at=datetime.now(UTC) - timedelta(days=7), body="south", parent="north"))
    motion = north.carry(at=TODAY - 5)
    sent = visit("ada").post(f"/hall/motions/{motion}", {"act": "forward", "to": "south"})
    assert sent.status_code == 302
    endorsing = visit("ada").post(f"/hall/motions/{motion}", {"act": "endorse", "to": "south"})
    assert motion in visit("ada").get(endorsing["Location"]).content.decode()
    assert sent["Location"] in visit("ada").get(f"/hall/motions/{motion}").content.decode()
    parts = [drafted(visit("ada"), title) for title in ("One", "Two")]
    for part in parts:
        visit("ada").post(part, {"act": "move"})
    said = {"act": "compose", "motion": [part.rpartition("/")[2] for part in parts], "title": "Both", "text": "Both."}
    assert visit("ada").post("/hall/bodies/north/motions", said).status_code == 302


def test_a_show_of_hands_needs_its_meeting(north, visit):
    path = put(visit)
    said = {"act": "hands", "kind": "motion", "subject": path.rpartition("/")[2], "meeting": "g0", "yes": "2",
            "no": "1", "abstained": "0"}  # fmt: skip
    assert visit("ada").post(path, said).status_code == 404


def test_a_published_resolution_is_linked_to_the_library(north, visit):
    motion = north.carry(at=TODAY - 5)
    assert visit("ada").post(f"/hall/motions/{motion}", {"act": "publish"}).status_code == 302
    document = models.Motion.objects.get(pk=motion).document
    assert document
    assert f"/documents/{document}" in visit("ada").get(f"/hall/motions/{motion}").content.decode()


# --- ballots --------------------------------------------------------------------------------------------------------


def test_a_receipt_is_shown_once_and_finds_its_vote_after_closing(north, visit):
    ballot = opened(visit("ada"), put(visit), "secret")
    answer = visit("bo").post(ballot, {"act": "vote", "choice": "no"})
    receipt = re.search(r'class="receipt"><code dir="ltr">([A-Z0-7-]+)</code>', answer.content.decode()).group(1)
    assert "no-store" in answer["Cache-Control"]
    again = visit("bo").get(ballot).content.decode()
    assert receipt not in again
    assert "You have voted in this ballot." in again
    assert visit("bo").post(ballot, {"act": "vote", "choice": "yes"}).status_code == 409
    for name in ("ada", "cy"):
        visit(name).post(ballot, {"act": "vote", "choice": "yes"})
    assert visit("ada").post(ballot, {"act": "close"}).status_code == 200
    page = visit("bo").get(ballot, {"receipt": receipt.lower()}).content.decode()
    assert 'This vote stands among the published ones: <strong dir="auto">No</strong>' in page
    assert "tell everybody: your vote is missing" in visit("bo").get(ballot, {"receipt": "AAAA"}).content.decode()
    assert "3 votes were cast by a roll of 3" in page
    assert "Who voted" in page


def test_no_session_message_or_row_keeps_a_receipt(north, visit):
    from django.contrib.sessions.models import Session  # noqa: PLC0415

    ballot = opened(visit("ada"), put(visit), "secret")
    browser = visit("bo")
    page = browser.post(ballot, {"act": "vote", "choice": "no"}).content.decode()
    receipt = re.search(r'class="receipt"><code dir="ltr">([A-Z0-7-]+)</code>', page).group(1)
    assert not any(receipt in str(one.get_decoded()) for one in Session.objects.all())
    assert receipt not in str(browser.cookies)


def test_a_secret_ballot_says_what_it_does_not_protect_against_and_warns_the_few(north, visit):
    page = visit("bo").get(opened(visit("ada"), put(visit), "secret")).content.decode()
    assert "Whoever runs the server could see your vote" in page
    assert "to whom you show your receipt, learns your vote" in page
    assert "Only 3 people may vote." in page


def test_an_election_is_held_by_forms_and_counted_step_by_step(north, visit):
    said = {"question": "Who speaks?", "options": "Ada\nBo\n\nCy", "method": "single_transferable_vote", "seats": "1",
            "tier": "secret", "closes": f"{SOON:%Y-%m-%dT%H:%M}"}  # fmt: skip
    ballot = visit("ada").post("/hall/bodies/north/ballots", said)["Location"]
    assert 'name="rank-o1"' in visit("bo").get(ballot).content.decode()
    assert visit("bo").post(ballot, {"rank-o1": "first"}).status_code == 422
    for name, ranks in (("ada", {"rank-o1": "1"}), ("bo", {"rank-o2": "1", "rank-o1": "2"}),
                        ("cy", {"rank-o1": "3", "rank-o2": "4"})):  # fmt: skip
        assert visit(name).post(ballot, ranks).status_code == 200
    visit("ada").post(ballot, {"act": "close"})
    page = visit("cy").get(ballot).content.decode()
    assert "3 votes for 1 seats make a quota of 2." in page
    assert "Ada has 2, reaches the quota of 2 and is elected." in page
    assert '<th scope="col"' in page
    assert "eine Quote von 2" in visit("cy").get(ballot, headers={"accept-language": "de"}).content.decode()


@pytest.mark.parametrize("wrong", [{"method": "guess"}, {"seats": "many"}, {"closes": ""}, {"options": "\n"}],
                         ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_an_election_that_cannot_be_held_is_refused_beside_its_form(north, visit, wrong):
    said = {"question": "Who?", "options": "Ada\nBo", "method": "approval", "seats": "1", "tier": "open",
            "closes": f"{SOON:%Y-%m-%dT%H:%M}"} | wrong  # fmt: skip
    answer = visit("ada").post("/hall/bodies/north/ballots", said)
    assert answer.status_code == 422
    assert not models.Ballot.objects.exists()


def test_approvals_are_ticked(north, visit):
    said = {"question": "Which?", "options": "Red\nBlue", "method": "approval", "seats": "1", "tier": "open",
            "closes": f"{SOON:%Y-%m-%dT%H:%M}"}  # fmt: skip
    ballot = visit("ada").post("/hall/bodies/north/ballots", said)["Location"]
    assert 'type="checkbox" name="choice"' in visit("bo").get(ballot).content.decode()
    visit("ada").post(ballot, {"choice": ["o1", "o2"]})
    visit("bo").post(ballot, {"choice": ["o2"]})
    visit("cy").post(ballot, {})
    visit("ada").post(ballot, {"act": "close"})
    page = visit("ada").get(ballot).content.decode()
    assert "Elected: Blue." in page
    assert "Ada: Red, Blue" in page


def test_the_files_of_a_closed_ballot_are_for_anybody_who_may_know_of_the_body(hall, north, visit):
    north.publish()
    north.carry(at=TODAY - 5)
    ballot = models.Ballot.objects.get().id
    for name in ("rule.json", "ballots.json"):
        answer = visit("").get(f"/hall/ballots/{ballot}/{name}")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer.json()["format"].startswith("lyceum-")
    running = opened(visit("ada"), put(visit))
    assert visit("ada").get(f"{running}/ballots.json").status_code == 409


@pytest.mark.parametrize("path", ["motions", "ballots"])
def test_a_body_keeps_its_business_to_its_people(hall, north, visit, path):
    assert visit("bo").get(f"/hall/bodies/north/{path}").status_code == 200
    assert visit("zoe").get(f"/hall/bodies/north/{path}").status_code == 404
    north.publish()
    assert visit("zoe").get(f"/hall/bodies/north/{path}").status_code in (401, 403)


def test_hostile_words_never_become_markup(north, visit):
    path = put(visit, title=HOSTILE, text=f"{HOSTILE}\n\nSecond.")
    visit("bo").post(path, {"act": "amend", "where": "replace:p2", "text": HOSTILE})
    said = {"question": HOSTILE, "options": f"{HOSTILE}\nBo", "method": "approval", "seats": "1", "tier": "open",
            "closes": f"{SOON:%Y-%m-%dT%H:%M}"}  # fmt: skip
    ballot = visit("ada").post("/hall/bodies/north/ballots", said)["Location"]
    for where in (path, ballot, "/hall/bodies/north/motions", "/hall/bodies/north/ballots"):
        page = visit("ada").get(where).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_words_of_pages_are_those_of_the_hall():
    """A promise, a limit or a step of a count that the hall gains is said here too."""
    for tier in (rules.Tier.OPEN, rules.Tier.SECRET):
        assert tuple(map(str, words.PROMISES[tier])) == tuple(rules.PROMISES[tier])
        assert tuple(map(str, words.LIMITS[tier])) == tuple(rules.LIMITS[tier])
    from lyceum.hall.counting.words import SENTENCES  # noqa: PLC0415

    places = {kind: set(re.findall(r"\{(\w+)\}", sentence)) for kind, sentence in SENTENCES.items()}
    assert set(words.STEPS) == set(places)
    for kind, sentence in words.STEPS.items():
        assert set(re.findall(r"%\((\w+)\)s", str(sentence))) <= places[kind]
    assert set(words.STAGES) == {"draft", *rules.Stage}
    assert set(words.OUTCOMES) == set(rules.Outcome)


# --- the API --------------------------------------------------------------------------------------------------------


def test_programs_take_a_motion_from_its_draft_to_its_count(north, visit):
    ada, bo, cy = (visit(name) for name in ("ada", "bo", "cy"))
    motion = call(ada, "bodies/north/motions", {"title": "Strike", "text": "We strike.\n\nThe fund pays."})["id"]
    for client, act in ((ada, "move"), (bo, "second"), (ada, "put")):
        call(client, f"motions/{motion}", {"act": act})
    change = {"replace": "p1", "text": "We strike on Monday."}
    told = call(cy, f"motions/{motion}/amendments", {"changes": [change]})
    amendment = told["amendments"][0]
    assert [span["kind"] for span in amendment["differences"][0]["spans"]] == ["same", "added", "same"]
    terms = {"closes": SOON.isoformat(), "tier": "secret"}
    for kind, subject in (("amendment", amendment["id"]), ("motion", motion)):
        ballot = call(ada, "ballots", {"kind": kind, "subject": subject, **terms})["id"]
        receipts = {call(client, f"ballots/{ballot}/votes", {"vote": "yes"})["receipt"] for client in (ada, bo, cy)}
        assert len(receipts) == 3
        counted = call(ada, f"ballots/{ballot}/close", {})
        assert (counted["outcome"], counted["report"]["votes"]) == ("carried", 3)
    told = call(bo, f"motions/{motion}")
    assert (told["stage"], told["paragraphs"][0]["text"]) == ("carried", "We strike on Monday.")
    assert told["changed"][0]["paragraph"] == "p1"
    published, rule = (call(bo, f"ballots/{ballot}/{what}") for what in ("file", "rule"))
    read = rules.read_ballots(rules.read_rule(rule), published)
    assert rules.count(rules.read_rule(rule), read.votes, read.roll).outcome is rules.Outcome.CARRIED
    assert [one["stage"] for one in call(bo, "bodies/north/motions")["motions"]] == ["carried"]
    assert len(call(bo, "bodies/north/ballots")["ballots"]) == 2


def test_programs_join_forward_endorse_and_withdraw(hall, north, visit):
    Assembly(hall, "dan", body="south", at=TODAY - 8)
    north.happen(rules.BodyMoved(at=datetime.now(UTC) - timedelta(days=7), body="south", parent="north"))
    carried, ada = north.carry(at=TODAY - 5), visit("ada")
    there = call(ada, f"motions/{carried}/forward", {"to": "south"})["id"]
    call(ada, f"motions/{carried}/forward", {"to": "south"}, expect=409)
    endorsing = call(ada, f"motions/{carried}/endorse", {"to": "south"})
    assert [one["id"] for one in endorsing["trail"]] == [carried]
    assert there in [one["id"] for one in call(ada, f"motions/{carried}")["leads_to"]]
    parts = [call(ada, "bodies/north/motions", {"title": name, "text": name})["id"] for name in ("One", "Two")]
    for part in parts:
        call(ada, f"motions/{part}", {"act": "move"})
    made = call(ada, "motions/compose", {"motions": parts, "title": "Both", "text": "Both."})
    assert {one["id"] for one in made["trail"]} == set(parts)
    draft = call(ada, "bodies/north/motions", {"title": "Draft", "text": "Text"})["id"]
    assert call(ada, f"motions/{draft}", {"act": "withdraw"})["stage"] == "withdrawn"
    call(ada, f"motions/{draft}", expect=404)


def test_programs_hold_an_election(north, visit):
    ada = visit("ada")
    rule = {"format": "lyceum-rule-1", "method": "approval", "seats": 1}
    said = {"question": "Who?", "options": [{"id": "x", "name": "X"}, {"id": "y"}], "rule": rule,
            "closes": f"{SOON:%Y-%m-%dT%H:%M:%S}"}  # fmt: skip
    ballot = call(ada, "bodies/north/ballots", said)["id"]
    call(ada, f"ballots/{ballot}/votes", {"vote": ["x", "y"]})
    call(visit("bo"), f"ballots/{ballot}/votes", {"vote": "z"}, expect=409)
    call(visit("bo"), f"ballots/{ballot}/file", expect=409)
    assert call(visit("bo"), f"ballots/{ballot}")["you"] == {
        "clerk": False, "has_voted": False, "holds_right": True, "on_roll": True, "proposes": True,
    }  # fmt: skip


def test_each_refusal_has_its_code_and_status(north, visit):
    ada, ballot = visit("ada"), opened(visit("ada"), put(visit)).rpartition("/")[2]
    call(ada, f"ballots/{ballot}/votes", {"vote": "yes"})
    for client, said, code in ((ada, {"vote": "no"}, "already_voted"), (visit("bo"), {"vote": "maybe"},
                                                                       "no_such_option")):  # fmt: skip
        assert call(client, f"ballots/{ballot}/votes", said, expect=409)["error"]["code"] == code
    assert call(visit(""), f"ballots/{ballot}/votes", {"vote": "yes"}, expect=401)["error"]["code"] == "sign_in"
    assert call(visit("zoe"), f"ballots/{ballot}", expect=404)["error"]["code"] == "unknown_body"
    hands = {"kind": "motion", "subject": "m0", "meeting": "g0", "yes": 1, "no": 0}
    assert call(ada, "votes/hands", hands, expect=404)["error"]["code"] == "unknown_motion"
