"""The rows of motions and ballots.

A secret ballot keeps three things apart. `Entitlement` says who may vote, `Voted` who has, and `Box` what was voted.
None of them has a time or a number of its own; the first two are keyed by person alone, in trees without row numbers
where the database knows such (SQLite), and all papers lie in one sealed value that is written anew for each vote.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

_ID = 64
_HASH = 64


class Motion(models.Model):
    """What a body is asked to decide; until it is moved it is a draft of its proposer's alone."""

    id = models.CharField(primary_key=True, max_length=_ID)
    body = models.CharField(max_length=_ID)
    title = models.CharField(max_length=300)
    paragraphs = models.JSONField()
    proposer = models.CharField(max_length=_ID)
    seconder = models.CharField(max_length=_ID, blank=True)
    submitted = models.DateTimeField()
    stage = models.CharField(max_length=20)
    origins = models.JSONField(default=list)
    subject = models.JSONField(null=True)
    moved_text = models.JSONField(null=True)
    """The paragraphs as they were put, kept where amendments changed them."""
    decided = models.DateTimeField(null=True)
    public = models.BooleanField(default=False)
    """Whether its resolution goes to the library although its body does not show itself."""
    document = models.CharField(max_length=80, blank=True)
    """The library's document that its resolution became."""

    class Meta:
        """A body's motions, newest first."""

        indexes: ClassVar = [models.Index(fields=["body", "-submitted"], name="motion_of_body")]

    def __str__(self) -> str:
        return str(self.title)


class Amendment(models.Model):
    """Changes of a motion that stand or fall together; `carried` is null until they are voted on."""

    id = models.CharField(primary_key=True, max_length=_ID)
    motion = models.CharField(max_length=_ID, db_index=True)
    proposer = models.CharField(max_length=_ID)
    changes = models.JSONField()
    submitted = models.DateTimeField()
    carried = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"{self.motion} {self.id}"


class Ballot(models.Model):
    """One question put to a roll; `tier` has a place for the ballots that are verifiable end to end."""

    id = models.CharField(primary_key=True, max_length=_ID)
    body = models.CharField(max_length=_ID)
    subject_kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=_ID, blank=True)
    meeting = models.CharField(max_length=_ID, blank=True)
    question = models.TextField()
    options = models.JSONField()
    rule = models.JSONField()
    tier = models.CharField(max_length=20)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    opened = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    entitled = models.PositiveIntegerField(default=0)
    present = models.PositiveIntegerField(null=True)
    voted = models.PositiveIntegerField(null=True)
    rule_sha256 = models.CharField(max_length=_HASH, blank=True)
    terms_sha256 = models.CharField(max_length=_HASH, blank=True)
    published = models.JSONField(null=True)
    """The ballot file, once it is closed."""
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        """A body's ballots; those that are due; and one at a time on one subject."""

        indexes: ClassVar = [
            models.Index(fields=["body", "-opens"], name="ballot_of_body"),
            models.Index(fields=["closed", "closes"], name="ballot_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject"],
                condition=models.Q(closed=None) & ~models.Q(subject=""),
                name="one_open_ballot_on_a_subject",
            )
        ]

    def __str__(self) -> str:
        return str(self.question)[:80]


class Entitlement(models.Model):
    """That a person stands on a ballot's roll; written at its opening, and never changed."""

    pk = models.CompositePrimaryKey("ballot", "person")
    ballot = models.CharField(max_length=_ID)
    person = models.CharField(max_length=_ID)

    def __str__(self) -> str:
        return f"{self.ballot} {self.person}"


class Voted(models.Model):
    """That a person has voted. Its key is what makes a second vote impossible, whatever comes at once."""

    pk = models.CompositePrimaryKey("ballot", "person")
    ballot = models.CharField(max_length=_ID)
    person = models.CharField(max_length=_ID)

    def __str__(self) -> str:
        return f"{self.ballot} {self.person}"


class OpenVote(models.Model):
    """A vote in a roll-call, with whose it is."""

    pk = models.CompositePrimaryKey("ballot", "voter")
    ballot = models.CharField(max_length=_ID)
    voter = models.CharField(max_length=_ID)
    choice = models.JSONField()

    def __str__(self) -> str:
        return f"{self.ballot} {self.voter}"


class Box(models.Model):
    """The sealed papers of an open ballot, in the row whose lock makes votes and the closing take turns.

    It goes when they are published. A roll-call has one too, with nothing in it.
    """

    ballot = models.CharField(primary_key=True, max_length=_ID)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.ballot)
