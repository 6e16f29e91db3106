"""The rows of notebooks. They hold places, not words of documents: who may no longer read one has no copy of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Note(models.Model):
    """What somebody wrote at a place in a version of a document, for themselves alone."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes")
    document = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    written = models.DateTimeField(auto_now=True)

    class Meta:
        """Found by document, shown in the order of the text."""

        ordering = ("document", "start", "id")
        indexes = (models.Index(fields=("person", "document"), name="notes_of_a_reader"),)

    def __str__(self) -> str:
        return str(self.text)[:80]


class SavedSearch(models.Model):
    """A search that somebody will make again: its words, filters and order, as in the address of its page."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="searches")
    asked = models.CharField(max_length=4_000)
    saved = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first, none twice."""

        ordering = ("-saved", "-id")
        constraints = (models.UniqueConstraint(fields=("person", "asked"), name="a_search_once"),)

    def __str__(self) -> str:
        return str(self.asked)[:80]
