"""Names the app of the hall to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Hall(AppConfig):
    """Bodies, seats, meetings, motions, ballots and their record."""

    name = "lyceum.server.hall"
    label = "hall"
