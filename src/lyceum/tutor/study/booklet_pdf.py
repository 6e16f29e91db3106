"""Prints a booklet as PDF on A5: title page, contents with page numbers, footnotes where they are called, colophon.

Set in EB Garamond, with Noto Sans Arabic for Arabic letters. A letter that neither has is shown as a box, and the
colophon says so, by script.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from lyceum.tutor.study.booklet import Block, Booklet, Style, lay_out
from lyceum.tutor.study.model import Study

_WIDTH, _HEIGHT = 148.0, 210.0
_SIDE, _TOP, _BOTTOM = 17.0, 18.0, 20.0
_TEXT_WIDTH = _WIDTH - 2 * _SIDE
_SHEET = _HEIGHT - _TOP - _BOTTOM
_NOTE_SIZE, _NOTE_LINE = 7.8, 3.5
_RULE = 3.0
_LINES_OF_CONTENTS = 24
_MISSING = "□"
_GARAMOND, _ARABIC = "fontpkg_eb_garamond", "fontpkg_noto_sans_arabic"
_FONTS = {
    "": (_GARAMOND, "EBGaramond[wght].ttf"),
    "I": (_GARAMOND, "EBGaramond-Italic[wght].ttf"),
    "arabic": (_ARABIC, "NotoSansArabic[wdth,wght].ttf"),
}

# style: font style, size in points, line in mm, indent in mm, space above in mm
_LOOKS: Mapping[Style, tuple[str, float, float, float, float]] = {
    Style.HEAD: ("I", 12.0, 5.4, 0.0, 4.0),
    Style.TEXT: ("", 10.6, 4.8, 0.0, 2.6),
    Style.QUOTE: ("", 10.2, 4.6, 6.0, 2.0),
    Style.LIST: ("", 10.4, 4.7, 4.5, 1.4),
    Style.TICK: ("", 10.4, 4.7, 6.0, 1.6),
    Style.SMALL: ("I", 9.0, 4.1, 6.0, 0.8),
}


def write(study: Study) -> bytes:
    """The booklet; set twice, since the contents need to know the pages."""
    booklet = lay_out(study)
    first = _Press(booklet, {})
    first.print()
    second = _Press(booklet, first.opened)
    second.print()
    return bytes(second.output())


class _Press(FPDF):
    """Sets one booklet; footnotes gather at the foot of the page on which they are called."""

    def __init__(self, booklet: Booklet, pages: Mapping[int, int]) -> None:
        super().__init__(unit="mm", format=(_WIDTH, _HEIGHT))
        self._booklet = booklet
        self._known = pages
        self.opened: dict[int, int] = {}
        self._called: list[int] = []
        self._foot = 0.0
        self._running = ""
        self._boxed: Counter[str] = Counter()
        self.set_margins(_SIDE, _TOP, _SIDE)
        self.set_auto_page_break(False)
        self._set_fonts()

    def _set_fonts(self) -> None:
        # As they are: an instance of another weight would take minutes to make.
        for style in ("", "I"):
            self.add_font("text", style, _file(style))
        self.add_font("arabic", "", _file("arabic"))
        self.set_fallback_fonts(["arabic"], exact_match=False)

    def print(self) -> None:
        """Sets every page."""
        booklet = self._booklet
        self.set_title(booklet.title)
        self.set_creator("Lyceum")
        self.set_lang("en")
        self._title_page()
        self._contents()
        for n, chapter in enumerate(booklet.chapters):
            self._open(n, chapter.title)
            for at, block in enumerate(chapter.blocks):
                self._set(block, chapter.blocks[at + 1] if at + 1 < len(chapter.blocks) else None)
        self._close_page()
        self._colophon()

    # --- pages ---------------------------------------------------------------------------------------

    def header(self) -> None:
        """The running head, from the second page of a chapter on."""
        if self._running:
            self._face("I", 8.5)
            self.set_y(10)
            self._line(_shortened(self._running), align=Align.C)
        self.set_y(_TOP)

    def footer(self) -> None:
        """The page's number, but for the title page."""
        if self.page_no() > 1:
            self.set_y(-12)
            self._face("", 9)
            self._line(str(self.page_no()), align=Align.C)

    def _title_page(self) -> None:
        self.add_page()
        self.set_y(56)
        self._face("", 25)
        self.multi_cell(
            0, 10.5, self._printable(self._booklet.title), align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_y(self.get_y() + 5)
        self.set_line_width(0.2)
        self.line(_WIDTH / 2 - 12, self.get_y(), _WIDTH / 2 + 12, self.get_y())
        self.set_y(self.get_y() + 5)
        self._face("I", 12)
        self._line(self._printable(self._booklet.subtitle), align=Align.C)
        self.set_y(_HEIGHT - 34)
        self._face("I", 9.5)
        notice = self._printable(self._booklet.colophon[-2])
        self.multi_cell(0, 4.5, notice, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _contents(self) -> None:
        """Each chapter with its page, dots between; as many pages as it takes."""
        chapters = self._booklet.chapters
        for start in range(0, max(1, len(chapters)), _LINES_OF_CONTENTS):
            self.add_page()
            if start == 0:
                self._heading("Contents")
            for n, chapter in enumerate(chapters[start : start + _LINES_OF_CONTENTS], start=start):
                self._entry(_shortened(self._printable(chapter.title)), str(self._known.get(n, 0)))

    def _entry(self, title: str, page: str) -> None:
        self._face("", 10.6)
        width, number = self.get_string_width(title), self.get_string_width(page)
        dots = int((_TEXT_WIDTH - width - number - 4) / self.get_string_width(" ."))
        self.cell(width + 2, 6.4, title)
        self.cell(_TEXT_WIDTH - width - 2 - number - 1, 6.4, " ." * max(0, dots), align=Align.R)
        self.cell(number + 1, 6.4, page, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _open(self, n: int, title: str) -> None:
        """A chapter on a new page, with an entry in the outline."""
        self._close_page()
        self._running = ""
        self.add_page()
        self.opened[n] = self.page_no()
        self.start_section(self._printable(title))
        self._heading(title)
        self._running = self._printable(title)

    def _close_page(self) -> None:
        """Sets the notes that were called on this page at its foot."""
        if not self._called:
            return
        self.set_y(_HEIGHT - _BOTTOM - self._foot)
        self.set_line_width(0.15)
        self.line(_SIDE, self.get_y() + 1, _SIDE + 22, self.get_y() + 1)
        self.set_y(self.get_y() + _RULE)
        self._face("", _NOTE_SIZE)
        for n in self._called:
            self._paragraph(self._note(n), _NOTE_LINE, 0.0, Align.L)
        self._called, self._foot = [], 0.0

    def _colophon(self) -> None:
        self._running = ""
        self.add_page()
        self._heading("About this booklet")
        told = [
            *self._booklet.colophon,
            "Set in EB Garamond and Noto Sans Arabic, both under the SIL Open Font License.",
        ]
        boxed = ", ".join(f"{script.title()} ({count})" for script, count in self._boxed.most_common())
        if boxed:
            told.append(f"Letters of these scripts have no font here and are shown as {_MISSING}: {boxed}. "
                        "The EPUB has them.")  # fmt: skip
        for line in told:
            self._set(Block(Style.TEXT, line), None)

    # --- blocks --------------------------------------------------------------------------------------

    def _heading(self, title: str) -> None:
        self._face("", 18)
        self.multi_cell(0, 8, self._printable(title), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(self.get_y() + 3)

    def _set(self, block: Block, following: Block | None) -> None:
        """A block with its notes on one page, where a page can hold it; a head stays with what it is over."""
        _, _, line, indent, above = _LOOKS[block.style]
        text = self._text(block)
        height = above + self._height(block, text)
        notes = [n for n in block.notes if n not in self._called]
        foot = self._foot_of(notes)
        needed = height + foot
        if block.style is Style.HEAD and following is not None:
            needed += self._height(following, self._text(following)) + self._foot_of(following.notes)
        if self.get_y() + needed + self._foot > _HEIGHT - _BOTTOM and self.get_y() > _TOP + 1:
            self._close_page()
            self.add_page()
            notes, foot = list(block.notes), self._foot_of(block.notes)
        self._called += notes
        self._foot += foot
        self._look(block)
        self.set_y(self.get_y() + above)
        if block.style is Style.TICK:
            self.set_line_width(0.2)
            self.rect(_SIDE + indent - 5, self.get_y() + line * 0.22, 2.7, 2.7)
        if block.style is Style.LIST:
            self.ellipse(_SIDE + 1.2, self.get_y() + line * 0.45, 0.9, 0.9, style="F")
        self._flow(text, line, indent, height)

    def _flow(self, text: str, line: float, indent: float, height: float) -> None:
        """A paragraph; one that is longer than a page runs on over several."""
        if height > _SHEET:
            self.set_auto_page_break(True, margin=_BOTTOM + self._foot)
        self._paragraph(text, line, indent, Align.L)
        self.set_auto_page_break(False)

    def _paragraph(self, text: str, line: float, indent: float, align: Align) -> None:
        self.set_x(_SIDE + indent)
        self.set_text_shaping(use_shaping_engine=bool(_JOINED.search(text)))
        self.multi_cell(_TEXT_WIDTH - indent, line, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _height(self, block: Block, text: str) -> float:
        self._look(block)
        _, _, line, indent, _ = _LOOKS[block.style]
        return self._measured(text, line, _TEXT_WIDTH - indent)

    def _foot_of(self, notes: Sequence[int]) -> float:
        """How high some notes are, with the rule above them where they are the first."""
        if not notes:
            return 0.0
        self._face("", _NOTE_SIZE)
        rule = 0.0 if self._called else _RULE
        return rule + sum(self._measured(self._note(n), _NOTE_LINE, _TEXT_WIDTH) for n in notes)

    def _measured(self, text: str, line: float, width: float) -> float:
        self.set_x(_SIDE)
        self.set_text_shaping(use_shaping_engine=bool(_JOINED.search(text)))
        height: Any = self.multi_cell(width, line, text, dry_run=True, output=MethodReturnValue.HEIGHT)
        return float(height)

    def _look(self, block: Block) -> None:
        style, size, *_ = _LOOKS[block.style]
        self._face(style, size)

    def _face(self, style: str, size: float) -> None:
        self.set_font("text", style, size)

    def _line(self, text: str, *, align: Align) -> None:
        self.cell(0, 5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _text(self, block: Block) -> str:
        return self._printable(block.text) + "".join(_raised(n) for n in block.notes)

    def _note(self, n: int) -> str:
        return f"{_raised(n)} {self._printable(self._booklet.notes[n])}"

    def _printable(self, text: str) -> str:
        """The text with a box for each letter that no font has."""
        printed = []
        for letter in text:
            if ord(letter) in _letters() or letter.isspace():
                printed.append(letter)
            elif not unicodedata.category(letter).startswith("C"):
                self._boxed[unicodedata.name(letter, "UNKNOWN").split()[0]] += 1
                printed.append(_MISSING)
        return re.sub(r"\s+", " ", "".join(printed)).strip()


_JOINED = re.compile("[\u0590-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
"""Letters whose form depends on their neighbours, which takes a shaping engine, and time."""


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST_LINE else title[: _LONGEST_LINE - 1].rsplit(" ", 1)[0] + " …"


_LONGEST_LINE = 64


def _raised(n: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(n)) + " "


def _file(name: str) -> Path:
    package, file = _FONTS[name]
    return Path(str(resources.files(package) / "files" / file))


@cache
def _letters() -> frozenset[int]:
    """What the fonts can print."""
    return frozenset(code for name in _FONTS for code in TTFont(_file(name), lazy=True).getBestCmap())
