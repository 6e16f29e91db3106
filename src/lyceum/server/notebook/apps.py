"""Names the app of notebooks to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Notebook(AppConfig):
    """Notes and searches of one's own."""

    name = "lyceum.server.notebook"
    label = "notebook"
