"""The rows of the ledger; none of them names a person or a question."""

from __future__ import annotations

from django.db import models


class ToldRecord(models.Model):
    """A document that harvesters were told of, and when what is said of it last changed."""

    document = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    shelf = models.CharField(max_length=400)
    stamp = models.DateTimeField()
    deleted = models.BooleanField(default=False)

    class Meta:
        """In the order in which they are harvested."""

        ordering = ("stamp", "document")
        indexes = (models.Index(fields=("stamp", "document"), name="told_in_order"),)

    def __str__(self) -> str:
        return str(self.document)


class Judgement(models.Model):
    """How many answers of a month readers found useful, not useful, or wrong; never which, never who."""

    month = models.DateField()
    said = models.CharField(max_length=20)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a month and judgement."""

        constraints = (models.UniqueConstraint(fields=("month", "said"), name="one_judgement_a_month"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.said}: {self.count}"
