"""Project Gutenberg's wrapping: recognised, read for metadata, and kept out of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lyceum.archive.extractors.common import Piece, collapse, language_code, stated_date
from lyceum.archive.model import Metadata

_NAME = r"(?:THE|THIS)\s+PROJECT\s+GUTENBERG\s+E-?(?:BOOK|TEXT)"
_START = re.compile(
    rf"\*\*\*\s*START\s+OF\s+{_NAME}.{{0,300}}?\*\*\*|^\*\*\*\s*START OF {_NAME}.*$", re.S | re.I | re.M
)
_END = re.compile(rf"\*\*\*\s*END\s+OF\s+{_NAME}", re.IGNORECASE)
_OLD_START = re.compile(r"^.*\*END\s?\*?\s?THE SMALL PRINT!?.*$", re.IGNORECASE | re.MULTILINE)
_OLD_END = re.compile(
    r"^\W*(?:End\s+of\s+(?:(?:the|this)\s+)?Project\s+Gutenberg|\*\*\*\s*START\*\*THE SMALL PRINT)",
    re.IGNORECASE | re.MULTILINE,
)
_CREDIT = re.compile(
    r"\W*(?:Produced by|E-?text prepared|This e-?(?:text|book) was (?:produced|prepared|created|transcribed)|"
    r"Transcribed (?:by|from)|Typed by|Scanned (?:and|by)|Prepared by|HTML version|Credits:|"
    r"Distributed Proofread|Updat(?:ed|er)|Note:\s+(?:Project Gutenberg|Images of the original|The original)|"
    r"Digitized by|Note from the original file|\[?Transcriber['’]?s['’]? Notes?\b|"
    r"\[?Note du transcripteur|\[?Anmerkungen? zur Transkription)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"Project\s+Gutenberg|gutenberg\.(?:org|net)|pgdp\.net|Distributed\s+Proofread", re.I)
_FIELD = re.compile(
    r"^[ \t]*(Title|Author|Authors|Editor|Translator|Contributor|Illustrator|Language|Release Date|"
    r"Posting Date|Original publication|Credits|Produced by|Character set encoding|Last Updated)"
    r":[ \t]*(.*(?:\n[ \t]{2,}\S.*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r"\[(?:e-?book|e-?text)\s*#?\s*(\d+)\]", re.IGNORECASE)
_RELEASED = re.compile(r"[A-Z][a-z]+ (?:\d{1,2} )?\d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d(?:-\d\d)?")
_OLD_HEADER = re.compile(
    r"^\W*(?:The\s+)?Project\s+Gutenberg['’]?s?\s+E-?(?:text|book)\s+of\s+(.{3,200}?)(?:,?\s+by\s+([^\n*]{3,80}?))?\s*[*\n]",
    re.IGNORECASE | re.MULTILINE,
)
_PARTED_NAMES = re.compile(r"\s+(?:and|&|und|et|y|e)\s+|;\s*")
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?: (?:[^\W\d_a-z][\w.'’-]*|de|von|van|der|du|la|le|di|da))+")
_MORE_CREDIT = re.compile(
    r"\W*(?:from (?:images|page|scans|digital|a |the |files)|and (?:the )?(?:Project|Online|Distributed|PG)|"
    r"Internet Archive|generously|Team|https?://|www\.|This file was produced|\(?See )",
    re.IGNORECASE,
)
_EDITORIAL = re.compile(
    r"typograph|transcri|spelling|hyphenat|punctuation|inconsisten|original (?:document|text|page)|im original|"
    r"page numbers?|table of contents|character set|corrected|retained|public domain|front cover|click|"
    r"druckfehler|fraktur|schreibweise|originalausgabe|nicht verändert",
    re.IGNORECASE,
)
_LAST_NOTE = re.compile(
    r"\W*(?:Transcriber['’]?s?['’]? Notes?\b|Typographical errors corrected|Note du transcripteur|"
    r"Nota del (?:transcriptor|trascrittore)|Anmerkungen? (?:zur Transkription|des Bearbeiters))",
    re.IGNORECASE,
)
_LAST_PIECES = 80
_LAST_NOTE_CHARACTERS = 8000
_HEADER_PIECES = 300
_LEADING = 20
_TRAILING = 8
_TAIL = 1500
_LONGEST_CREDIT = 1500
_SEPARATOR = re.compile(r"[\W_]*")


@dataclass(frozen=True, slots=True)
class Book:
    """A text without its wrapping; `found` says whether there was one."""

    text: str
    found: bool
    metadata: Metadata = field(default_factory=Metadata)


def unwrap(text: str) -> Book:
    """A plain text without header, small print and licence."""
    begins = _START.search(text) or _OLD_START.search(text)
    if begins is None:
        return Book(text, found=False)
    metadata = header_metadata(text[: begins.end()])
    body = text[begins.end() :]
    if ends := _last(_END, body):
        body = body[: ends.start()]
    if ends := _OLD_END.search(body, max(0, len(body) - _TAIL)):
        body = body[: ends.start()]
    return Book(body, found=True, metadata=metadata)


def unwrap_pieces(pieces: Sequence[Piece]) -> tuple[list[Piece], Metadata, bool]:
    """The same for a walked page or book: its pieces, what its header says, and whether there was one."""
    for index, piece in enumerate(pieces[:_HEADER_PIECES]):
        if begins := _START.search(piece.text) or _OLD_START.search(piece.text):
            header = "\n\n".join(one.text for one in pieces[:index]) + "\n\n" + piece.text[: begins.end()]
            rest = replace(piece, text=piece.text[begins.end() :].strip(), marks=())
            body = _without_licence([rest, *pieces[index + 1 :]])
            return without_credits(body), header_metadata(header), True
    return list(pieces), Metadata(), False


def header_metadata(header: str) -> Metadata:
    """What the header states; the release is the electronic edition's, so it is never the date."""
    said = {match[1].lower(): match[2] for match in reversed(list(_FIELD.finditer(header)))}
    old = _OLD_HEADER.search(header)
    author = said.get("author") or said.get("authors") or (old[2] or "" if old else "")
    known = Metadata.stated(
        "gutenberg:header",
        title=collapse(said.get("title") or (old[1] if old else "")).rstrip(","),
        creators=_people(author),
        language=language_code(said.get("language")),
        edition_date=stated_date(_release(said.get("release date") or said.get("posting date") or "")),
    )
    extra = {
        "gutenberg_number": match[1] if (match := _NUMBER.search(header)) else "",
        "gutenberg_release": _release(said.get("release date") or said.get("posting date") or ""),
        "translator": said.get("translator", ""),
        "editor": said.get("editor", ""),
        "original_publication": said.get("original publication", ""),
    }
    return replace(
        known, extra=MappingProxyType({name: collapse(value) for name, value in extra.items() if value.strip()})
    )


def without_credits(pieces: Sequence[Piece]) -> list[Piece]:
    """The book without the lines that thank its transcribers, at either end."""
    solid = _without_last_note([piece for piece in pieces if piece.text.strip()])
    head, rest = solid[:_LEADING], solid[_LEADING:]
    middle, tail = rest[:-_TRAILING], rest[-_TRAILING:]
    kept_head = _kept(head)
    if len(kept_head) < len(head):
        while kept_head and _SEPARATOR.fullmatch(kept_head[0].text):
            kept_head.pop(0)
    return [*kept_head, *middle, *_kept(tail)]


def _without_last_note(pieces: list[Piece]) -> list[Piece]:
    """Cuts the transcriber's list of corrections off a book's end, where it is the last thing there."""
    whole = sum(len(piece.text) for piece in pieces)
    rest = 0
    for index in range(len(pieces) - 1, max(0, len(pieces) - _LAST_PIECES), -1):
        rest += len(pieces[index].text)
        if rest > min(_LAST_NOTE_CHARACTERS, whole // 4):
            break
        if _LAST_NOTE.match(pieces[index].text):
            return pieces[:index]
    return pieces


def _kept(pieces: Sequence[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    after_credit = False
    for piece in pieces:
        credit = _CREDIT.match(piece.text) or _MENTION.search(piece.text)
        goes_on = after_credit and piece.kind == "paragraph" and _goes_on(piece.text)
        if len(piece.text) < _LONGEST_CREDIT and (credit or goes_on):
            after_credit = True
        else:
            kept.append(piece)
            after_credit = False
    return kept


def _goes_on(text: str) -> bool:
    """Whether a paragraph right after a credit or a transcriber's note belongs to it."""
    return bool(_MORE_CREDIT.match(text) or _EDITORIAL.search(text))


def _without_licence(pieces: list[Piece]) -> list[Piece]:
    for index in range(len(pieces) - 1, -1, -1):
        if ends := _END.search(pieces[index].text):
            pieces = [
                *pieces[:index],
                replace(pieces[index], text=pieces[index].text[: ends.start()], marks=()),
            ]
            break
    for index in range(max(0, len(pieces) - _TRAILING), len(pieces)):
        if ends := _OLD_END.search(pieces[index].text):
            return [
                *pieces[:index],
                replace(pieces[index], text=pieces[index].text[: ends.start()], marks=()),
            ]
    return pieces


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last place: a book about Project Gutenberg may quote its marks."""
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _people(stated: str) -> tuple[str, ...]:
    """`Karl Marx and Friedrich Engels` are two, `Department of Health and Welfare` is one."""
    parts = [collapse(part).strip(" ,") for part in _PARTED_NAMES.split(stated.replace("\n", ";"))]
    names = tuple(part for part in parts if part)
    if len(names) > 1 and not all(_PERSON.fullmatch(name) for name in names):
        return (collapse(stated),)
    return tuple(name for name in names if name.lower() not in ("anonymous", "various", "unknown"))


def _release(stated: str) -> str:
    match = _RELEASED.search(collapse(stated.replace(",", " ")))
    date = stated_date(match[0]) if match else None
    return str(date) if date else collapse(stated.split("[", maxsplit=1)[0])
