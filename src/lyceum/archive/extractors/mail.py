"""E-mail: messages with their headers as metadata, mailboxes as their messages, attachments as documents."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import email.utils
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lyceum.archive.extractors.common import Piece, collapse, compose, decode, encrypted, no_text
from lyceum.archive.extractors.markup import parse_html, pieces_of
from lyceum.archive.extractors.text import paragraphs
from lyceum.archive.model import Extracted, Metadata, PartialDate
from lyceum.archive.parts import Part
from lyceum.errors import ExtractionFailed

_SEPARATOR = re.compile(rb"^From .*\d{4}\s*$")
_UTF_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LARGEST_MESSAGE = 128 * 2**20
_MOST_PARTS = 1_000
_TELLING = 0.3
_READABLE = frozenset(
    ".txt .md .rst .html .htm .epub .docx .pdf .odt .rtf .doc .xml .tei .eml .png .jpg .jpeg .tif .tiff .pptx "
    ".msg".split()
)


class MailExtractor:
    """Reads one message."""

    media_types = frozenset(("message/rfc822",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The message's own words; what is attached is named, and read as documents of their own."""
        message = _parsed(path.read_bytes())
        if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime"):
            raise encrypted(name)
        subject = collapse(str(message.get("subject") or ""))
        pieces = _body(message, name)
        if not pieces and not subject:
            raise no_text(name, "The message has neither a subject nor a text.")
        attached = [filename for filename, _ in _attachments(message)]
        notes = [f"Attached: {', '.join(attached[:30])}."] if attached else []
        return compose([*([Piece("heading", subject, 1)] if subject else []), *pieces], _metadata(message), notes)


class MailSplitter:
    """Parts a mailbox into its messages, and a message from what is attached to it."""

    def split(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:  # noqa: ARG002
        """Each message as it came, followed by those of its attachments that may be documents."""
        with path.open("rb") as stream:
            is_mailbox = bool(_SEPARATOR.match(stream.readline(1000)))
        if not is_mailbox:
            yield Part("", None)
            yield from _attached_parts(_parsed(path.read_bytes()), "")
            return
        for data in _messages(path):
            message = _parsed(data)
            stem = _stem(message, data)
            yield Part(f"{stem}.eml", data)
            yield from _attached_parts(message, f"{stem} ")


extractor = MailExtractor()
splitter = MailSplitter()


def _parsed(data: bytes) -> EmailMessage:
    for mark, encoding in _UTF_16:
        if data.startswith(mark):
            data = data.decode(encoding, "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data[:200].count(b"\0") > 20:
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        data = data.decode(encoding, "replace").encode()
    return email.message_from_bytes(data, policy=email.policy.default)


def _messages(path: Path) -> Iterator[bytes]:
    """The messages of a mailbox, one in memory at a time; a quoted `>From ` loses its sign."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as stream:
        for line in stream:
            if _SEPARATOR.match(line) and (not lines or not lines[-1].strip()):
                if b"".join(lines).strip():
                    yield b"".join(lines)
                lines, size = [], 0
                continue
            size += len(line)
            if size <= _LARGEST_MESSAGE:
                lines.append(line[1:] if re.match(rb">+From ", line) else line)
    if b"".join(lines).strip():
        yield b"".join(lines)


def _stem(message: EmailMessage, data: bytes) -> str:
    """A name that stays the message's own when others come before it."""
    said = str(message.get("message-id") or "").strip(" <>")
    return re.sub(r"[^\w.@+-]", "_", said)[:120] or hashlib.sha256(data).hexdigest()[:16]


def _attached_parts(message: EmailMessage, prefix: str) -> Iterator[Part]:
    for filename, data in _attachments(message):
        if Path(filename).suffix.lower() in _READABLE and data:
            yield Part(f"{prefix}{filename}", data)


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            return
        named = part.get_filename() or part.get_content_disposition() == "attachment"
        # A picture with an id is one that the letter itself shows, such as a sender's emblem.
        is_shown = part.get_content_maintype() == "image" and part.get("content-id")
        if part.is_multipart() or is_shown or not named:
            continue
        data = part.get_payload(decode=True)
        filename = collapse(str(part.get_filename() or "")).replace("/", "_") or f"attachment-{number}"
        yield filename, data if isinstance(data, bytes) else b""


def _body(message: EmailMessage, name: str) -> list[Piece]:
    """The plain words where there are any, else those of the HTML; those of enclosed messages follow."""
    plain: list[Piece] = []
    marked_up: list[Piece] = []
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS or part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain" and not part.get_filename():
            plain += _plain_pieces(part, name)
        elif part.get_content_type() == "text/html" and not part.get_filename():
            marked_up += _html_pieces(part, name)
    return plain if _letters(plain) >= _TELLING * _letters(marked_up) else marked_up


def _letters(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _plain_pieces(part: EmailMessage, name: str) -> list[Piece]:
    return [Piece("paragraph", piece.text) for piece in paragraphs(_content(part, name))]


def _html_pieces(part: EmailMessage, name: str) -> Sequence[Piece]:
    source = _content(part, name)
    with contextlib.suppress(ExtractionFailed):
        return pieces_of(parse_html(source, name))
    return []


def _content(part: EmailMessage, name: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return decode(data, name, declared=part.get_content_charset()).text
    except ExtractionFailed:
        return data.decode("utf-8", "replace")


def _metadata(message: EmailMessage) -> Metadata:
    """Who wrote it, when and about what."""
    sender = email.utils.parseaddr(str(message.get("from") or ""))
    recipients = collapse(str(message.get("to") or ""))
    identifier = collapse(str(message.get("message-id") or ""))
    extra = {"to": recipients, "from": collapse(" ".join(filter(None, sender))), "message_id": identifier}
    stated = (
        Metadata.stated("mail:subject", title=collapse(str(message.get("subject") or ""))),
        Metadata.stated("mail:from", creators=tuple(filter(None, [collapse(sender[0]) or sender[1]]))),
        Metadata.stated("mail:date", date=_day(message)),
        Metadata.stated("mail", kind="letter"),
        Metadata(extra=MappingProxyType({key: value for key, value in extra.items() if value})),
    )
    return reduce(Metadata.over, stated)


def _day(message: EmailMessage) -> PartialDate | None:
    """The day in the sender's own time zone."""
    said = str(message.get("date") or "")
    for read in (email.utils.parsedate_to_datetime, dt.datetime.fromisoformat):
        with contextlib.suppress(ValueError, TypeError, IndexError):
            moment = read(said)
            return PartialDate(moment.year, moment.month, moment.day)
    return None
