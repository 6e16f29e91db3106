"""MSG of Outlook: the message's subject, sender, day and words."""

from __future__ import annotations

import datetime as dt
import struct
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lyceum.archive.extractors.common import Piece, collapse, compose, decode, encrypted, no_text
from lyceum.archive.extractors.markup import parse_html, pieces_of
from lyceum.archive.extractors.ole import open_ole, stream_of
from lyceum.archive.extractors.text import paragraphs
from lyceum.archive.model import Extracted, Metadata, PartialDate

# Property tags of MAPI, as the names of their streams have them.
_SUBJECT, _SENDER, _SENDER_ADDRESS, _TO, _BODY, _HTML, _CLASS = "0037", "0C1A", "0C1F", "0E04", "1000", "1013", "001A"
_TIMES = (0x0039, 0x0E06)
_FILETIME = 0x0040
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)


class MsgExtractor:
    """Reads Outlook's messages."""

    media_types = frozenset(("application/vnd.ms-outlook",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The message's own words; what is attached is left out."""
        ole = open_ole(path, name)
        try:
            if "encrypted" in _said(ole, _CLASS).lower() or "smime" in _said(ole, _CLASS).lower():
                raise encrypted(name)
            subject = collapse(_said(ole, _SUBJECT))
            pieces = _body(ole, name)
            metadata = _metadata(ole, subject)
        finally:
            ole.close()
        if not pieces and not subject:
            raise no_text(name, "The message has neither a subject nor a text.")
        return compose([*([Piece("heading", subject, 1)] if subject else []), *pieces], metadata)


extractor = MsgExtractor()


def _said(ole: Any, tag: str) -> str:
    """A property as text, from its Unicode stream or its older one."""
    if data := stream_of(ole, f"__substg1.0_{tag}001F"):
        return data.decode("utf-16-le", "replace").replace("\0", "")
    return stream_of(ole, f"__substg1.0_{tag}001E").decode("cp1252", "replace").replace("\0", "")


def _body(ole: Any, name: str) -> list[Piece]:
    if plain := _said(ole, _BODY).strip():
        text = plain.replace("\r\n", "\n")
        return [Piece("paragraph", piece.text) for piece in paragraphs(text)]
    source = stream_of(ole, f"__substg1.0_{_HTML}0102") or _said(ole, _HTML).encode()
    return pieces_of(parse_html(decode(source, name).text, name)) if source.strip() else []


def _metadata(ole: Any, subject: str) -> Metadata:
    sender = collapse(_said(ole, _SENDER)) or collapse(_said(ole, _SENDER_ADDRESS))
    recipients = collapse(_said(ole, _TO))
    stated = (
        Metadata.stated("mail:subject", title=subject),
        Metadata.stated("mail:from", creators=(sender,) if sender else ()),
        Metadata.stated("mail:date", date=_day(stream_of(ole, "__properties_version1.0"))),
        Metadata.stated("mail", kind="letter"),
        Metadata(extra=MappingProxyType({"to": recipients} if recipients else {})),
    )
    return reduce(Metadata.over, stated)


def _day(properties: bytes) -> PartialDate | None:
    """When it was sent, or else received: a count of tenths of microseconds since 1601, in UTC."""
    found: dict[int, int] = {}
    for place in range(32, len(properties) - 15, 16):
        kind, tag, _flags, value = struct.unpack_from("<HHIQ", properties, place)
        if kind == _FILETIME:
            found[tag] = value
    value = next((found[tag] for tag in _TIMES if tag in found), 0)
    try:
        moment = _EPOCH + dt.timedelta(microseconds=value // 10)
    except OverflowError:
        return None
    return PartialDate(moment.year, moment.month, moment.day) if value else None
