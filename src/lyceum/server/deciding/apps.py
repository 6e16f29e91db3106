"""Names the app of motions and ballots to Django."""

from __future__ import annotations

from django.apps import AppConfig


class Deciding(AppConfig):
    """Motions, amendments, ballots and resolutions."""

    name = "lyceum.server.deciding"
    label = "deciding"

    def ready(self) -> None:
        """Has recalls open their votes here."""
        from lyceum.server.deciding.ballots import RecallKeeper  # noqa: PLC0415 - models are there only now
        from lyceum.server.hall.book import keep_ballots  # noqa: PLC0415

        keep_ballots(RecallKeeper())
