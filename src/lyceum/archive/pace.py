"""Lets a long extraction say that it gets on, so that what has a time limit is a page and not a book."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["gets_on", "listen"]

_listeners: list[Callable[[], None]] = []


def gets_on() -> None:
    """Says that a page is done; without a listener, to nobody."""
    for listener in _listeners:
        listener()


def listen(listener: Callable[[], None]) -> None:
    """Calls the listener for every page that is done in this process from now on."""
    _listeners[:] = [listener]
