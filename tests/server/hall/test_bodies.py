"""Who may found, join, tie, merge, split and close bodies, and that a refusal leaves nothing behind."""

from __future__ import annotations

import secrets

import pytest

from lyceum.errors import AccessRefused, ClockWentBack, InvalidValue, LyceumError, NotEntitled, NotInOrder
from lyceum.hall import TEMPLATES
from lyceum.server.access import Role
from lyceum.server.accounts.actions import Join
from lyceum.server.accounts.models import Person
from lyceum.server.hall import models, queries
from lyceum.server.hall.acts import STRANGER, actor_of
from lyceum.server.hall.bodies import (
    ChangeCharter,
    CloseBody,
    FoundBody,
    JoinAlliance,
    LeaveAlliance,
    MergeBodies,
    MoveBody,
    ShowBody,
    SplitBody,
)
from lyceum.server.hall.members import (
    AddMember,
    CallMe,
    EndMembership,
    InviteMembers,
    JoinBody,
    account_invitation,
)
from lyceum.server.hall.policies import access_body, access_inside
from lyceum.server.hall.said import charter_said, choices_of
from lyceum.server.hall.seats import MakeSeat, TakeSeat
from server.hall.clock import day


def rows() -> dict[str, int]:
    """How many rows of each kind there are."""
    kinds = (models.Body, models.Membership, models.Seat, models.Holding, models.Entry, models.Opening)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def voters(hall, body: str, at: float) -> set[str]:
    return set(queries.voters(body, day(at)).values_list("name", flat=True))


# --- founding ----------------------------------------------------------------------------------------------


def test_a_founder_has_a_committee_that_she_keeps_until_the_first_election(hall):
    body = hall.found("ada", "ben")
    assert voters(hall, body, 0) == {"Ada", "Ben"}
    assert sorted(hall.seats(body)) == ["Chair", "Secretary"]
    assert models.Holding.objects.get().person_id == hall.id("ada")
    assert queries.charter_of(body, day(1)) == TEMPLATES["committee"]


def test_rules_come_from_a_template_and_can_be_changed():
    before = TEMPLATES["committee"]
    changed = charter_said({"notice_days": "2", "term_limit": "", "motions": "2/3", "elections": "schulze"}, before)
    assert (changed.notice_days, changed.term_limit, changed.quorum) == (2, None, before.quorum)
    assert choices_of(changed.as_dict())["motions"] == "2/3"
    assert charter_said(choices_of(changed.as_dict()), changed) == changed
    with pytest.raises(InvalidValue, match="template"):
        charter_said({}, None)


@pytest.mark.parametrize(
    "said", [{"notice_days": "soon"}, {"quorum": "2"}, {"quorum": "x"}, {"term_days": ""}], ids=str
)
def test_rules_that_mean_nothing_are_refused(said):
    with pytest.raises(InvalidValue):
        charter_said(said, TEMPLATES["committee"])


@pytest.mark.parametrize("role", [None, Role.READER])
def test_strangers_and_readers_found_nothing(hall, role):
    actor = STRANGER if role is None else actor_of(Person.objects.create_user("r@example.org", role=role))
    with pytest.raises(AccessRefused):
        FoundBody(actor, "Weavers").execute(day(0))
    assert rows()["Body"] == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_body_has_a_name(hall, name):
    with pytest.raises(InvalidValue):
        FoundBody(hall.actor("ada"), name).execute(day(0))


def test_a_place_below_another_is_given_there(hall):
    above = hall.found("ada")
    with pytest.raises(NotEntitled):
        hall.found("ben", parent=above)
    below = hall.found("ada", parent=above)
    with pytest.raises(NotEntitled):
        MoveBody(hall.actor("ben"), below, None).execute(day(1))
    MoveBody(hall.actor("ada"), below, None).execute(day(1))
    assert list(models.Place.objects.filter(body_id=below).order_by("number").values_list("parent_id", flat=True)) == [
        above,
        None,
    ]


class Fails:
    """Randomness that ends after some calls, as a machine may at any step."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, size: int) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError("no randomness")
        return secrets.token_bytes(size)


@pytest.mark.parametrize("after", [0, 1, 3, 5, 7])
def test_wherever_an_act_fails_nothing_is_half_written(hall, after):
    actor = hall.actor("ada")
    with pytest.raises(OSError, match="no randomness"):
        FoundBody(actor, "Weavers").execute(day(0), Fails(after))
    assert set(rows().values()) == {0}
    assert not models.Head.objects.exists()


def test_a_clock_that_jumps_back_is_refused_and_nothing_is_written(hall):
    body = hall.found("ada", at=2)
    before = rows()
    with pytest.raises(ClockWentBack):
        InviteMembers(hall.actor("ada"), body).execute(day(1))
    with pytest.raises(ClockWentBack):
        hall.found("ben", at=1)
    assert rows() == before
    assert not models.Invitation.objects.exists()


# --- members ------------------------------------------------------------------------------------------------


def test_a_link_takes_in_as_many_as_it_is_for(hall):
    body = hall.found("ada")
    key = InviteMembers(hall.actor("ada"), body, uses=2, until=day(9)).execute(day(1))
    for name in ("ben", "cleo"):
        assert JoinBody(hall.actor(name), key).execute(day(2)) == body
    with pytest.raises(AccessRefused):
        JoinBody(hall.actor("dan"), key).execute(day(2))
    assert voters(hall, body, 3) == {"Ada", "Ben", "Cleo"}
    assert voters(hall, body, 9) == {"Ada"}


@pytest.mark.parametrize("at", [16, 400])
def test_a_link_ends(hall, at):
    key = InviteMembers(hall.actor("ada"), hall.found("ada")).execute(day(1))
    with pytest.raises(AccessRefused):
        JoinBody(hall.actor("ben"), key).execute(day(at))


@pytest.mark.parametrize("more", [{"uses": 0}, {"uses": 501}, {"until": day(0)}])
def test_a_link_that_means_nothing_is_refused(hall, more):
    with pytest.raises(InvalidValue):
        InviteMembers(hall.actor("ada"), hall.found("ada"), **more).execute(day(1))


def test_only_who_keeps_the_papers_invites_and_nobody_joins_twice(hall):
    body = hall.found("ada", "ben")
    with pytest.raises(NotEntitled):
        InviteMembers(hall.actor("ben"), body).execute(day(1))
    key = InviteMembers(hall.actor("ada"), body).execute(day(1))
    with pytest.raises(NotInOrder):
        JoinBody(hall.actor("ben"), key).execute(day(1))
    assert models.Invitation.objects.get().left == 1


def test_only_a_link_of_the_sites_officers_makes_accounts(hall):
    body = hall.found("ada", public=True)
    with pytest.raises(AccessRefused):
        account_invitation(InviteMembers(hall.actor("ada"), body).execute(day(1)), day(1))
    key = InviteMembers(hall.actor("olga", Role.OFFICER), body).execute(day(1))
    account_invitation(key, day(1))
    person = Join(key, "new@example.org", "seven looms in the cellar").execute(day(1))
    assert JoinBody(actor_of(person), key).execute(day(1)) == body


def test_who_left_an_hour_ago_has_no_rights_any_more(hall):
    body = hall.found("ada", "ben")
    EndMembership(hall.actor("ben"), body, hall.id("ben")).execute(day(1))
    hour_later = day(1 + 1 / 24)
    assert queries.may_vote(body, hall.id("ben"), day(0.9))
    assert not queries.may_vote(body, hall.id("ben"), hour_later)
    with pytest.raises(InvalidValue):
        access_body(hall.actor("ben"), body, hour_later)
    with pytest.raises(NotInOrder):
        EndMembership(hall.actor("ben"), body, hall.id("ben")).execute(hour_later)


def test_only_the_secretary_ends_anothers_membership(hall):
    body = hall.found("ada", "ben", "cleo")
    with pytest.raises(NotEntitled):
        EndMembership(hall.actor("ben"), body, hall.id("cleo")).execute(day(1))
    EndMembership(hall.actor("ada"), body, hall.id("cleo")).execute(day(1))
    AddMember(hall.actor("ada"), body, hall.id("cleo"), until=day(5)).execute(day(2))
    assert voters(hall, body, 4) == {"Ada", "Ben", "Cleo"}
    with pytest.raises(InvalidValue):
        AddMember(hall.actor("ada"), body, "p-nobody").execute(day(3))


def test_everybody_says_how_she_is_called(hall):
    CallMe(hall.actor("ada"), "Ada  Lovelace").execute(day(0))
    assert queries.names_of([hall.id("ada")]) == {hall.id("ada"): "Ada Lovelace"}
    with pytest.raises(InvalidValue):
        CallMe(hall.actor("ada"), " ").execute(day(0))


# --- who may know --------------------------------------------------------------------------------------------


def test_a_body_is_known_to_those_near_it_and_to_strangers_where_it_says_so(hall):
    body = hall.found("ada")
    for actor in (STRANGER, hall.actor("ben")):
        with pytest.raises(InvalidValue, match="no such body"):
            access_body(actor, body, day(0))
    assert access_body(hall.actor("ada"), body, day(0)).pk == body
    assert access_body(hall.actor("olga", Role.OFFICER), body, day(0)).pk == body
    with pytest.raises(NotEntitled):
        ShowBody(hall.actor("ben"), body, public=True).execute(day(1))
    ShowBody(hall.actor("ada"), body, public=True).execute(day(1))
    assert access_body(STRANGER, body, day(1)).pk == body
    with pytest.raises(AccessRefused):
        access_inside(STRANGER, body, day(1))
    ShowBody(hall.actor("ada"), body, public=False).execute(day(2))
    with pytest.raises(InvalidValue):
        access_body(STRANGER, body, day(2))


# --- tree, alliances, councils ---------------------------------------------------------------------------------


@pytest.fixture
def alliance(hall):
    """Two committees in an alliance, in which the first has a delegate."""
    north, south = hall.found("ada", "ben"), hall.found("cleo", "dan")
    made = FoundBody(hall.actor("ada"), "Alliance", charter=TEMPLATES["alliance"]).execute(day(1))
    for body, who in ((north, "ada"), (south, "cleo")):
        JoinAlliance(hall.actor(who), body, made).execute(day(1))
    seat = MakeSeat(hall.actor("ada"), north, "Delegate", sits_in=made).execute(day(1))
    TakeSeat(hall.actor("ada"), seat, hall.id("ben"), mandate="Vote for eight hours.").execute(day(2))
    return north, south, made


def test_delegates_vote_in_an_alliance_for_those_who_sent_them(hall, alliance):
    north, south, made = alliance
    assert voters(hall, made, 2) == {"Ben"}
    with pytest.raises(NotEntitled):  # from now on the alliance decides who gets a seat in it
        MakeSeat(hall.actor("cleo"), south, "Delegate", sits_in=made).execute(day(3))
    MakeSeat(hall.actor("olga", Role.OFFICER), south, "Delegate", sits_in=made).execute(day(3))
    assert access_body(hall.actor("cleo"), made, day(3)).name == "Alliance"
    LeaveAlliance(hall.actor("ada"), north, made).execute(day(4))
    assert voters(hall, made, 4) == set()
    assert models.Holding.objects.get(person_id=hall.id("ben")).ended == "seat_abolished"


def test_nobody_is_a_member_of_a_council(hall, alliance):
    with pytest.raises(InvalidValue):
        InviteMembers(hall.actor("olga", Role.OFFICER), alliance[2]).execute(day(3))


def test_only_who_keeps_a_bodys_papers_takes_it_anywhere(hall, alliance):
    north, _, made = alliance
    for act in (
        LeaveAlliance(hall.actor("ben"), north, made),
        ChangeCharter(hall.actor("ben"), north, TEMPLATES["small_committee"], "m1"),
        CloseBody(hall.actor("ben"), north),
        MergeBodies(hall.actor("ada"), alliance[:2], "Both"),
        SplitBody(hall.actor("cleo"), north, {"A": (hall.id("ada"),), "B": (hall.id("ben"),)}),
    ):
        with pytest.raises(NotEntitled):
            act.execute(day(3))


def test_rules_change_from_the_day_of_the_motion(hall):
    body = hall.found("ada")
    ChangeCharter(hall.actor("ada"), body, TEMPLATES["small_committee"], "m1").execute(day(5))
    assert [queries.charter_of(body, day(at)).notice_days for at in (4, 5)] == [7, 3]


def test_a_merger_and_a_split_keep_everybodys_vote(hall):
    north, south = hall.found("ada", "ben"), hall.found("ada", "cleo")
    both = MergeBodies(hall.actor("ada"), (north, south), "Both").execute(day(1))
    assert voters(hall, both, 1) == {"Ada", "Ben", "Cleo"}
    assert models.Body.objects.get(pk=north).successors == [both]
    # The new body has no secretary yet, and what many do alone in a body needs one.
    with pytest.raises(NotEntitled):
        SplitBody(hall.actor("ben"), both, {}).execute(day(2))
    TakeSeat(hall.actor("ben"), hall.seats(both)["Secretary"], hall.id("ben")).execute(day(2))
    parts = {"East": (hall.id("ada"),), "West": (hall.id("ben"), hall.id("cleo"))}
    east, west = SplitBody(hall.actor("ben"), both, parts).execute(day(3))
    assert (voters(hall, east, 3), voters(hall, west, 3)) == ({"Ada"}, {"Ben", "Cleo"})
    CloseBody(hall.actor("olga", Role.ADMINISTRATOR), east).execute(day(4))
    assert voters(hall, east, 4) == set()


def test_an_unknown_body_is_refused_as_such(hall):
    with pytest.raises(LyceumError) as told:
        CloseBody(hall.actor("ada"), "b-none").execute(day(0))
    assert told.value.code == "unknown_body"
