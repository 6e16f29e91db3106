"""Names the app of pages to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    """Pages."""

    name = "lyceum.server.web"
    label = "web"
