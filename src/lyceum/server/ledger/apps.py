"""Names the app of the ledger to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Ledger(AppConfig):
    """Records told to harvesters, and counts of judgements."""

    name = "lyceum.server.ledger"
    label = "ledger"
