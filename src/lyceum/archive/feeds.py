"""Feeds, RSS and Atom: what they announce, and their entries as documents where a feed is given as a file."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from lyceum.archive.model import Metadata, PartialDate
from lyceum.archive.webnames import WebDocument, file_name
from lyceum.archive.wordpress import wordpress_post
from lyceum.errors import ExtractionFailed

__all__ = ["FEED", "FeedEntry", "announced", "begins_feed", "feed_documents", "is_feed_file"]

FEED = "application/x-feed"
_LARGEST = 100_000_000
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What a feed announces: an address, what it says about it, and when it says that it last changed.

    `content` is the entry's own text as HTML, the whole of it where the feed has it, else its summary.
    """

    address: str
    hints: Metadata = field(default_factory=Metadata)
    changed: str = ""
    content: str = ""
    whole: bool = False


def begins_feed(head: bytes) -> bool:
    """Whether what begins so is RSS or Atom."""
    return bool(_ROOT.search(head[:4_000])) and b"<html" not in head[:1_000]


def is_feed_file(path: Path) -> bool:
    """Whether a file is RSS or Atom."""
    try:
        with path.open("rb") as stream:
            return begins_feed(stream.read(4_000))
    except OSError:
        return False


def announced(body: bytes) -> Iterator[FeedEntry]:
    """What a feed announces, with its titles, people and days, in its order."""
    from feedparser.api import parse  # noqa: PLC0415  (slow to load)

    stream = io.BytesIO(body)
    parsed: Any = parse(stream, sanitize_html=False, resolve_relative_uris=False)  # type: ignore[no-untyped-call]
    for entry in parsed.entries:
        people = tuple(one["name"] for one in entry.get("authors", []) if one.get("name"))
        stated = Metadata.stated(
            "feed:entry", title=html.unescape(entry.get("title", "")).strip() or None, creators=people,
            date=_day(entry.get("published_parsed")),
        )  # fmt: skip
        # Asked for alone, feedparser gives the day of publication for a missing one of change.
        changed = entry["updated"] if "updated" in entry else entry.get("published", "")
        day = _day(entry["updated_parsed"]) if "updated_parsed" in entry else None
        contents = [one.get("value", "") for one in entry.get("content", [])]
        whole = max(contents, key=len, default="")
        address = entry.get("link", "") or entry.get("id", "")
        yield FeedEntry(address, _modified(day).over(stated), changed, whole or entry.get("summary", ""), bool(whole))


def feed_documents(path: Path, name: str, source: str) -> Iterator[WebDocument]:
    """The entries of a feed file that have a text; raises ExtractionFailed for a feed without any."""
    with path.open("rb") as stream:
        body = stream.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise ExtractionFailed(
            f"“{name}” is larger than {_LARGEST // 1_000_000} MB.", hint="Split it.", code="too_large"
        )
    found = False
    for number, entry in enumerate(announced(body), start=1):
        address = entry.address if urlsplit(entry.address).scheme in ("http", "https") else ""
        content, _ = wordpress_post(title=entry.hints.title or "", content=entry.content, address=address)
        if content:
            found = True
            known = entry.hints.over(Metadata.stated("feed:entry", address=address)).over(_extent(entry))
            place = address or str(number)
            yield WebDocument(f"{source}!/{place}", file_name(place, "text/html"), known, content)
    if not found:
        raise ExtractionFailed(
            f"The feed “{name}” has no entry with a text.",
            hint="If it announces pages of a site, add it with --follow, which reads them.",
            code="no_text",
        )


def _extent(entry: FeedEntry) -> Metadata:
    """A note on an entry of which the feed gives only a summary."""
    said = {} if entry.whole else {"extent": "summary"}
    return Metadata(extra=MappingProxyType(said), provenance=MappingProxyType(dict.fromkeys(said, "feed:entry")))


def _modified(day: PartialDate | None) -> Metadata:
    said = {"modified": str(day)} if day else {}
    return Metadata(extra=MappingProxyType(said), provenance=MappingProxyType(dict.fromkeys(said, "feed:updated")))


def _day(parsed: Any) -> PartialDate | None:
    try:
        return PartialDate(*parsed[:3]) if parsed else None
    except (TypeError, ValueError):
        return None
