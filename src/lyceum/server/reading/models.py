"""The rows that reading leaves."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Exchange(models.Model):
    """A question of somebody who keeps a history, with its answer as it was given."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exchanges")
    question = models.TextField()
    answer = models.JSONField()
    asked = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-asked", "-id")

    def __str__(self) -> str:
        return str(self.question)[:80]


class SharedAnswer(models.Model):
    """An answer with an address of its own; who shared it is not kept."""

    key = models.CharField(max_length=32, unique=True)
    answer = models.JSONField()
    shared = models.DateField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.key)


class Silence(models.Model):
    """How many questions the archive could not answer in a month, by why; never which, never whose."""

    month = models.DateField()
    reason = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a month and reason."""

        constraints = (models.UniqueConstraint(fields=("month", "reason"), name="one_count_a_month"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.reason}: {self.count}"
