"""Papers of the hall as PDF: made of the same Markdown that anyone gets, so that both say the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lyceum import hall
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.meetings import read_meeting
from lyceum.server.hall.policies import access_meeting
from lyceum.server.hall.recording import head
from lyceum.server.hall.shown import names_at

_FAMILIES = ("fontpkg_eb_garamond", "fontpkg_noto_sans_arabic")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~])")
_SIZES = {"# ": 20, "## ": 14, "### ": 12}
_TEXT = 11
_MARGIN = 22


def minutes_as_pdf(markdown: str, at: datetime) -> bytes:
    """Minutes on A4; the same text and moment give the same bytes.

    The letters are EB Garamond's for Latin, Greek and Cyrillic, and Noto's for Arabic, shaped and in their direction.
    """
    from fpdf import FPDF  # noqa: PLC0415 - few need it

    paper = FPDF(format="A4")
    paper.set_creation_date(at)
    paper.set_margins(_MARGIN, _MARGIN)
    paper.set_auto_page_break(auto=True, margin=_MARGIN)
    for family in _FAMILIES:
        paper.add_font(family, fname=_font(family))
    paper.set_fallback_fonts([_FAMILIES[1]])
    paper.set_text_shaping(use_shaping_engine=True)
    paper.add_page()
    for line in markdown.splitlines():
        _write(paper, line)
    return bytes(paper.output())


def _write(paper: Any, line: str) -> None:
    mark = next((mark for mark in _SIZES if line.startswith(mark)), "")
    size = _SIZES.get(mark, _TEXT)
    text = _plain(line[len(mark) :])
    if not text:
        paper.ln(_TEXT * 0.25)
        return
    indent = 5 if line.startswith("- ") else 0
    paper.set_font(_FAMILIES[0], size=size)
    paper.set_x(_MARGIN + indent)
    paper.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _plain(line: str) -> str:
    """A line of Markdown without its marks; what was escaped stands for itself."""
    bullet = "• " if line.startswith("- ") else ""
    return bullet + _ESCAPED.sub(r"\1", line.removeprefix("- ").replace("**", ""))


@cache
def _font(family: str) -> Path:
    found = sorted(Path(str(files(family) / "files")).glob("*.ttf"))
    return next(path for path in found if "Italic" not in path.name)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file to save."""

    body: bytes
    kind: str
    name: str


def meeting_paper(actor: Actor, meeting: str, kind: str, at: datetime) -> Paper | None:
    """A meeting's minutes as `md` or `pdf`, or its date as `ics`, for who belongs to its body; None for other kinds."""
    row = access_meeting(actor, meeting, at)
    found = read_meeting(meeting)
    names = names_at(found)
    day = f"{row.starts:%Y-%m-%d}"
    if kind == "ics":
        last = head()
        written = hall.write_calendar(found, instance=last.instance if last else "lyceum", names=names)
        return Paper(written, "text/calendar; charset=utf-8", f"meeting-{day}.ics")
    text = hall.write_minutes(found, names)
    if kind == "md":
        return Paper(text.encode(), "text/markdown; charset=utf-8", f"minutes-{day}.md")
    if kind == "pdf":
        return Paper(minutes_as_pdf(text, found.closed or found.starts), "application/pdf", f"minutes-{day}.pdf")
    return None
