"""Finds the pages of a site: by its sitemaps, its feeds, WordPress's own interface, or its links."""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from lyceum.archive import Comment, Metadata, announced, begins_feed, stated_day, wordpress_comments, wordpress_post
from lyceum.errors import InvalidValue, ReceiveFailed
from lyceum.providers.web import Fetched, Fetcher, plain_address

__all__ = ["Listed", "feed_entries", "find_site", "links_of", "sitemap_entries", "wordpress_posts"]

_SITEMAP_DEPTH = 3
_SITEMAP_BYTES = 50_000_000
_ENTRIES_A_SITEMAP = 50_000
_WORDPRESS_PAGE = 50
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|bmp|tiff?|css|m?js|json|xml|rss|atom|woff2?|ttf|eot|mp[34]|m4[av]|avi|mov|wmv|webm|"
    r"ogg|wav|zip|gz|tgz|tar|rar|7z|exe|dmg|apk|iso|ics)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An address that a site lists, what it says about it, and when it says that it last changed.

    `content` is the document itself, where the listing gave it, and `media_type` what it is.
    """

    address: str
    hints: Metadata = field(default_factory=Metadata)
    changed: str = ""
    content: bytes | None = None
    media_type: str = "text/html"


def is_sitemap(found: Fetched) -> bool:
    """Whether what was fetched lists addresses in the way of sitemaps."""
    return bool(re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", _unpacked(found.body)[:4_000]))


def is_feed(found: Fetched) -> bool:
    """Whether what was fetched is RSS or Atom."""
    return begins_feed(found.body)


def sitemap_entries(fetcher: Fetcher, found: Fetched, *, depth: int = 0) -> Iterator[Listed]:
    """The pages of a sitemap, and of those that it points to; one that cannot be read is passed over."""
    for tag, address, changed in _locations(_unpacked(found.body)):
        if not _same_site(address, found.address):
            continue
        if tag == "url":
            yield Listed(address, _dated("sitemap:lastmod", "modified", changed), changed)
        elif depth < _SITEMAP_DEPTH:
            try:
                inner = fetcher.get(address)
            except ReceiveFailed:
                continue
            yield from sitemap_entries(fetcher, inner, depth=depth + 1)


def feed_entries(found: Fetched) -> Iterator[Listed]:
    """What a feed announces, with its titles, people and days."""
    for entry in announced(found.body):
        try:
            address = plain_address(entry.address, found.address)
        except InvalidValue:
            continue
        yield Listed(address, entry.hints, entry.changed)


def find_site(fetcher: Fetcher, start: Fetched, *, comments: bool = False) -> Iterator[Listed]:
    """The pages that a site lists itself: by WordPress's own interface, else by sitemaps; nothing without either.

    With `comments`, those of a WordPress site come after its posts, a document for each post that has some.
    """
    if root := _wordpress_root(start):
        listed = False
        for post in wordpress_posts(fetcher, root, comments=comments):
            listed = True
            yield post
        if listed:
            return
    named = fetcher.sitemaps(start.address)
    base = f"{urlsplit(start.address).scheme}://{urlsplit(start.address).netloc}"
    for address in named or [base + path for path in _USUAL_SITEMAPS]:
        try:
            found = fetcher.get(address)
        except (ReceiveFailed, InvalidValue):
            continue
        if is_sitemap(found):
            yield from sitemap_entries(fetcher, found)
            if not named:
                return


def wordpress_posts(fetcher: Fetcher, root: str, *, comments: bool = False) -> Iterator[Listed]:
    """Posts and pages of a live WordPress site, as its interface gives them; nothing where it is closed."""
    titles: dict[int, tuple[str, str]] = {}
    for kind in ("posts", "pages"):
        for row in _rows(fetcher, root, kind, "&_embed=author,wp:term"):
            if post := _post(row):
                if isinstance(row.get("id"), int):
                    titles[row["id"]] = post.address, post.hints.title or ""
                yield post
    if comments and titles:
        yield from _comments(fetcher, root, titles)


def _comments(fetcher: Fetcher, root: str, titles: Mapping[int, tuple[str, str]]) -> Iterator[Listed]:
    """What readers have said below each post, in one document a post."""
    said: dict[int, list[Comment]] = {}
    for row in _rows(fetcher, root, "comments", ""):
        post, content = row.get("post"), row.get("content")
        if isinstance(post, int) and post in titles and isinstance(content, dict):
            who, when = str(row.get("author_name") or ""), str(row.get("date") or "")
            said.setdefault(post, []).append(Comment(who, when, str(content.get("rendered") or "")))
    for post, (address, title) in titles.items():
        content, hints = wordpress_comments(title, address, said.get(post, []))
        if content:
            latest = max(one.written for one in said[post])
            yield Listed(f"{address}#comments", hints, f"{len(said[post])} {latest}", content, "text/plain")


def _rows(fetcher: Fetcher, root: str, kind: str, more: str) -> Iterator[dict[str, Any]]:
    """Everything of one kind that WordPress's interface gives, page by page; nothing where it is closed."""
    number = 1
    while True:
        address = f"{root.rstrip('/')}/wp/v2/{kind}?per_page={_WORDPRESS_PAGE}&page={number}{more}&orderby=id&order=asc"
        try:
            rows = json.loads(fetcher.get(address, accept="application/json").body)
        except (ReceiveFailed, ValueError):
            return
        if not isinstance(rows, list) or not rows:
            return
        yield from (row for row in rows if isinstance(row, dict))
        if len(rows) < _WORDPRESS_PAGE:
            return
        number += 1


def links_of(found: Fetched) -> Iterator[str]:
    """The addresses on the same site that a page links to, in order, each once."""
    if "html" not in found.media_type:
        return
    finder = _Links(found.address)
    try:
        finder.feed(found.body.decode("utf-8", "replace"))
    except (AssertionError, RecursionError):
        return
    seen = set()
    for link in finder.links:
        try:
            address = plain_address(link, finder.base)
        except InvalidValue:
            continue
        if address not in seen and _same_site(address, found.address) and _is_page(address):
            seen.add(address)
            yield address


class _Links(HTMLParser):
    """Collects links that the page does not ask programs to leave alone. Pure Python: the page is a stranger's."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self.links = base, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what an element links to."""
        values = {name: value or "" for name, value in attrs}
        if tag == "base" and values.get("href", "").startswith("http"):
            self.base = values["href"]
        elif tag in ("a", "area") and "href" in values and "nofollow" not in values.get("rel", "").lower():
            self.links.append(values["href"])


def _is_page(address: str) -> bool:
    """Whether an address may be a page, and no trap of paths that repeat themselves."""
    path = urlsplit(address).path
    parts = [part for part in path.split("/") if part]
    return not _NOT_PAGES.search(path) and all(parts.count(part) < 3 for part in set(parts)) and len(address) < 500


def _same_site(address: str, other: str) -> bool:
    one, two = urlsplit(address), urlsplit(other)
    return one.netloc.lower().removeprefix("www.") == two.netloc.lower().removeprefix("www.")


def _unpacked(body: bytes) -> bytes:
    """A sitemap may itself be a gzip file."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as unpacked:
            return unpacked.read(_SITEMAP_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""


def _locations(body: bytes) -> Iterator[tuple[str, str, str]]:
    """Kind, address and last change of each entry; what is written with entities of its own is not read."""
    if b"<!DOCTYPE" in body[:2_000] or b"<!ENTITY" in body:
        return
    number = 0
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(body)):  # noqa: S314  (no DOCTYPE, so no entities)
            tag = element.tag.rpartition("}")[2]
            if tag not in ("url", "sitemap"):
                continue
            values = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element}
            element.clear()
            number += 1
            if number > _ENTRIES_A_SITEMAP:
                return
            try:
                yield tag, plain_address(values.get("loc", "")), values.get("lastmod", "")
            except InvalidValue:
                continue
    except ElementTree.ParseError:
        return


def _wordpress_root(start: Fetched) -> str:
    """The address of WordPress's interface, as a page names it; empty for other sites."""
    match = re.search(rb"""<link[^>]+rel=["']https://api\.w\.org/["'][^>]*>""", start.body[:200_000])
    address = re.search(rb"""href=["']([^"']+)["']""", match[0]) if match else None
    if not address:
        return ""
    root = html.unescape(address[1].decode("utf-8", "replace"))
    return root if _same_site(root, start.address) and "?" not in root else ""


def _post(row: dict[str, Any]) -> Listed | None:
    """One post as a document, with what WordPress knows of it."""
    try:
        address = plain_address(str(row["link"]))
        embedded = row.get("_embedded") or {}
        terms = [term for group in embedded.get("wp:term") or [] for term in group if isinstance(term, dict)]
        names = {
            kind: [str(t.get("name")) for t in terms if t.get("taxonomy") == kind] for kind in ("category", "post_tag")
        }
        authors = [str(a["name"]) for a in embedded.get("author") or [] if isinstance(a, dict) and a.get("name")]
        content, hints = wordpress_post(
            title=str(row["title"]["rendered"]), content=str(row["content"]["rendered"]), address=address,
            authors=authors, published=str(row.get("date") or ""), modified=str(row.get("modified") or ""),
            categories=names["category"], tags=names["post_tag"], kind=str(row.get("type") or "post"),
        )  # fmt: skip
    except (KeyError, TypeError, InvalidValue):
        return None
    return Listed(address, hints, str(row.get("modified_gmt") or ""), content) if content else None


def _dated(source: str, name: str, value: str) -> Metadata:
    day = stated_day(value)
    if not day:
        return Metadata()
    return Metadata(extra=MappingProxyType({name: str(day)}), provenance=MappingProxyType({name: source}))
