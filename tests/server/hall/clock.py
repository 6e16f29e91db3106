"""The days of the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """A moment some days after the start."""
    return START + timedelta(days=number)
