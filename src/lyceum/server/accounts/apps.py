"""Names the app of people to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    """People, invitations and open collections."""

    name = "lyceum.server.accounts"
    label = "accounts"
