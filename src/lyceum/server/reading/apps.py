"""Names the app of readers to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Reading(AppConfig):
    """History, shared answers, and counts of silence."""

    name = "lyceum.server.reading"
    label = "reading"
