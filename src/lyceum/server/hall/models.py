"""The rows of the hall: the record, what it seals, and what holds when.

The record (`Head`, `Entry`) names nobody. Who somebody is stands in `Participant`, and what the record seals in
`Opening`: both can be erased, and the record stays valid.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lyceum.server.accounts.models import Person

_ID = 64


class Participant(models.Model):
    """Whoever takes part in the hall, under an id that says nothing; erased, neither name nor account is left."""

    id = models.CharField(primary_key=True, max_length=_ID)
    account = models.OneToOneField(Person, null=True, on_delete=models.SET_NULL, related_name="participant")
    name = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return str(self.name or self.id)


# --- the record ----------------------------------------------------------------------------------------------------


class Head(models.Model):
    """The last link of this instance's record, in the one row whose lock makes writers take turns."""

    instance = models.CharField(max_length=_ID, unique=True)
    number = models.PositiveBigIntegerField(default=0)
    link = models.CharField(max_length=64)
    at = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.instance} {self.number}"


class Entry(models.Model):
    """One event in the chain; rows are added, never changed."""

    openings: models.QuerySet[Opening]
    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64, unique=True)
    at = models.CharField(max_length=20)
    kind = models.CharField(max_length=64)
    body = models.CharField(max_length=_ID, blank=True)
    public = models.JSONField()
    sealed = models.JSONField()
    link = models.CharField(max_length=64, unique=True)

    class Meta:
        """A body's own entries are read in their order."""

        indexes: ClassVar = [models.Index(fields=["body", "number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Opening(models.Model):
    """What one commitment of the record seals, and its key; deleted when its person is erased."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="openings")
    entry_id: int
    place = models.PositiveIntegerField()
    person = models.CharField(max_length=_ID, blank=True, db_index=True)
    key = models.CharField(max_length=64)
    content = models.JSONField()

    class Meta:
        """A commitment has one content."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "place"], name="hall_opening_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}.{self.place}"


class Anchor(models.Model):
    """That somebody outside vouches for the record's head of then."""

    kind = models.CharField(max_length=20)
    number = models.PositiveBigIntegerField()
    link = models.CharField(max_length=64)
    by = models.CharField(max_length=128, blank=True)
    at = models.CharField(max_length=20)
    proof = models.TextField()

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


# --- bodies and their people -----------------------------------------------------------------------------------------


class Body(models.Model):
    """A body over its whole life; `public` says whether strangers may know of it."""

    alliances: models.QuerySet[Alliance]
    places: models.QuerySet[Place]
    charters: models.QuerySet[Charter]
    id = models.CharField(primary_key=True, max_length=_ID)
    name = models.CharField(max_length=200)
    work = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    successors = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.name)


class Charter(models.Model):
    """The rules of a body from a moment on."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="charters")
    body_id: str
    number = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    rules = models.JSONField()

    class Meta:
        """One at a place."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["body", "number"], name="hall_charter_once")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.since}"


class Place(models.Model):
    """Below which body a body stood, for a span of time."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="places")
    body_id: str
    number = models.PositiveSmallIntegerField()
    parent = models.ForeignKey(Body, null=True, on_delete=models.CASCADE, related_name="below")
    parent_id: str | None
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        """One at a time."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["body", "number"], name="hall_place_once")]

    def __str__(self) -> str:
        return f"{self.body_id} below {self.parent_id}"


class Alliance(models.Model):
    """A body's time in an alliance, which is a body of delegates."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="alliances")
    body_id: str
    alliance = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="allies")
    alliance_id: str
    number = models.PositiveSmallIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        """One at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["body", "alliance", "number"], name="hall_alliance_once")
        ]

    def __str__(self) -> str:
        return f"{self.body_id} in {self.alliance_id}"


class Membership(models.Model):
    """A person's time as a member; who left and came again has a second one."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="memberships")
    body_id: str
    person = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="memberships")
    person_id: str
    number = models.PositiveSmallIntegerField(default=0)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        """One lasting membership at most; a body's roll is read by the first index."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["body", "person", "number"], name="hall_membership_once"),
            models.UniqueConstraint(
                fields=["body", "person"], condition=models.Q(end=None), name="hall_membership_lasting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.body_id}"


class Seat(models.Model):
    """A place that one person at a time holds for a term."""

    holdings: models.QuerySet[Holding]
    id = models.CharField(primary_key=True, max_length=_ID)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="fills")
    body_id: str
    sits_in = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="seats")
    sits_in_id: str
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    term_days = models.PositiveIntegerField()
    term_limit = models.PositiveIntegerField(null=True)
    recall_threshold = models.CharField(max_length=40)
    excludes = models.JSONField(default=list)
    rights = models.JSONField(default=list)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.title)


class Holding(models.Model):
    """One person's time in a seat, with her mandate, what she was told since, and what she reported."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="holdings")
    seat_id: str
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="holdings")
    person_id: str
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    term_ends = models.DateTimeField()
    mandate = models.TextField(blank=True)
    given_by = models.CharField(max_length=_ID, blank=True)
    report_days = models.PositiveIntegerField(null=True)
    instructions = models.JSONField(default=list)
    reports = models.JSONField(default=list)
    ended = models.CharField(max_length=20, blank=True)

    class Meta:
        """One person at a time."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["seat", "number"], name="hall_holding_once")]

    def __str__(self) -> str:
        return f"{self.person_id} as {self.seat_id}"


class Petition(models.Model):
    """A call for the recall of whoever holds a seat; `ballot` is the vote that it opened."""

    signatures: models.QuerySet[Signature]
    id = models.CharField(primary_key=True, max_length=_ID)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="petitions")
    seat_id: str
    person = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="petitions")
    person_id: str
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    ballot = models.CharField(max_length=_ID, null=True)
    decided = models.BooleanField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Signature(models.Model):
    """That a person's name stood below a petition, for a span of time."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="signatures")
    petition_id: str
    person = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="signatures")
    person_id: str
    number = models.PositiveSmallIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        """One at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["petition", "person", "number"], name="hall_signature_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.petition_id}"


class Invitation(models.Model):
    """A link by which people join a body; only its digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="invitations")
    body_id: str
    expires = models.DateTimeField()
    until = models.DateTimeField(null=True)
    left = models.PositiveIntegerField(default=1)
    makes_accounts = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"to {self.body_id}"


# --- meetings --------------------------------------------------------------------------------------------------------


class Meeting(models.Model):
    """A meeting, as far as lists need it; all else follows from its events."""

    events: models.QuerySet[MeetingEvent]
    id = models.CharField(primary_key=True, max_length=_ID)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="meetings")
    body_id: str
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    opened = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)
    approved = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.body_id} {self.starts}"


class MeetingEvent(models.Model):
    """Something that happened at, or before, a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="events")
    meeting_id: str
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    told = models.JSONField()

    class Meta:
        """One at a place."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "number"], name="hall_meeting_event_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id}.{self.number} {self.kind}"
