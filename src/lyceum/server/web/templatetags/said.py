"""Errors and notes of the library in a template, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from lyceum.server.web import saying

register = template.Library()


@register.filter
def told(error: Any) -> saying.Said:
    """An error as the reader is told of it."""
    return saying.said(error)


@register.filter
def notes_told(texts: Iterable[str]) -> list[dict[str, str]]:
    """Notes as the reader is told them, each with its language."""
    return saying.notes(texts)
