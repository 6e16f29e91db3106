"""Finds every text of the pages that is to be translated, in templates and in code."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parents[2] / "src" / "lyceum" / "server" / "web"
_KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def messages() -> set[str | tuple[str, ...]]:
    """What is to be translated; a pair for what has a plural."""
    found: set[str | tuple[str, ...]] = set()
    for path in sorted(WEB.rglob("*.html")) + sorted(WEB.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        code = templatize(source, origin=str(path)) if path.suffix == ".html" else source
        for _, message, _, _ in extract("python", io.BytesIO(code.encode()), keywords=_KEYWORDS):
            found.add(message if isinstance(message, str) else tuple(message))
    return found
