"""The rows that learning leaves; each belongs to one person, and goes with them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class KeptStudy(models.Model):
    """A reading list, a course or another study that somebody keeps, and what of it is done."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="studies")
    kind = models.CharField(max_length=20)
    topic = models.CharField(max_length=400)
    study = models.JSONField()
    done = models.JSONField(default=list)
    kept = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-kept", "-id")

    def __str__(self) -> str:
        return f"{self.kind}: {self.topic}"


class KeptCard(models.Model):
    """A card with what FSRS knows of it; `citation` is empty for one whose words this archive has not proven."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cards")
    front = models.TextField()
    back = models.TextField()
    source = models.TextField(blank=True)
    citation = models.JSONField(null=True)
    mark = models.CharField(max_length=64)
    due = models.DateTimeField()
    phase = models.PositiveSmallIntegerField(default=1)
    step = models.PositiveSmallIntegerField(null=True, default=0)
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    reviewed = models.DateTimeField(null=True)

    class Meta:
        """Due first; a card is kept once."""

        ordering = ("due", "id")
        constraints = (models.UniqueConstraint(fields=("person", "mark"), name="a_card_is_kept_once"),)
        indexes = (models.Index(fields=("person", "due"), name="cards_of_a_person_by_due"),)

    def __str__(self) -> str:
        return str(self.front)[:80]
