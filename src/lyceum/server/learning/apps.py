"""Names the app of learners to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Learning(AppConfig):
    """Kept studies, progress, and cards."""

    name = "lyceum.server.learning"
    label = "learning"
