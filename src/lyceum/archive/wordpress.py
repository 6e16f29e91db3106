"""WordPress: the posts of an export file (WXR), and one post as the document that is kept of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from lyceum.archive.extractors.common import collapse, language_code, stated_date
from lyceum.archive.extractors.dates import date_in_words
from lyceum.archive.model import Metadata, PartialDate
from lyceum.archive.webnames import WebDocument, file_name
from lyceum.errors import ExtractionFailed

__all__ = ["Comment", "stated_day", "wordpress_comments", "wordpress_export", "wordpress_post"]

_KINDS = ("post", "page")
_SHORTCODE = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist|vc_\w+|et_pb_\w+|fusion_\w+|contact-form[\w-]*|gravityform)\b[^\]]*\]"
)
_BLOCK = re.compile(
    r"^\s*</?(?:p|div|h[1-6]|ul|ol|li|blockquote|pre|table|tr|td|figure|section|hr|dl|iframe|form|script|style|!--)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Comment:
    """What a reader has said below a post: who, when as WordPress writes it, and the words as HTML."""

    author: str
    written: str
    content: str


def wordpress_export(path: Path, name: str, source: str, *, comments: bool = False) -> Iterator[WebDocument]:
    """The published posts and pages of an export, one by one, without drafts.

    With `comments`, what readers have said of a post follows it as a document of its own. Raises ExtractionFailed for
    what is no sound XML.
    """
    authors: dict[str, str] = {}
    language = ""
    try:
        for _, element in ElementTree.iterparse(path):  # noqa: S314  (expat fetches nothing and bounds expansion)
            tag = _local(element)
            if tag == "author":
                values = _values(element)
                authors[values.get("author_login", "")] = values.get("author_display_name", "")
            elif tag == "language":
                language = element.text or ""
            elif tag == "item":
                if document := _from_item(element, authors, language, source):
                    yield document
                    if comments and (said := _comments_of(element, document)):
                        yield said
                element.clear()
    except ElementTree.ParseError as error:
        raise ExtractionFailed(
            f"“{name}” is no sound XML: {error}.",
            hint="Export it from WordPress again (Tools, Export); what stood before the fault was taken in.",
        ) from error


def wordpress_post(
    *,
    title: str,
    content: str,
    address: str,
    authors: Sequence[str] = (),
    published: str = "",
    modified: str = "",
    categories: Sequence[str] = (),
    tags: Sequence[str] = (),
    kind: str = "post",
    language: str = "",
) -> tuple[bytes, Metadata]:
    """A post as a page of its own, and what WordPress knows of it; no bytes where the post has no words."""
    body = _paragraphs(_SHORTCODE.sub("", content))
    if not _TAG.sub("", body).strip():
        return b"", Metadata()
    plain_title = collapse(html.unescape(_TAG.sub("", title)))
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{html.escape(plain_title)}</title>'
        f'<link rel="canonical" href="{html.escape(address)}"></head><body><article>{body}</article></body></html>'
    )
    extra = {
        "modified": str(stated_day(modified) or ""), "categories": "; ".join(map(html.unescape, categories)),
        "tags": "; ".join(map(html.unescape, tags)), "wordpress_type": kind,
    }  # fmt: skip
    known = {name: value for name, value in extra.items() if value}
    stated = Metadata.stated(
        "wordpress:post", title=plain_title, creators=tuple(collapse(html.unescape(a)) for a in authors if a.strip()),
        date=stated_day(published), language=language_code(language), address=address,
    )  # fmt: skip
    places = dict.fromkeys(known, "wordpress:post")
    return page.encode(), Metadata(extra=MappingProxyType(known), provenance=MappingProxyType(places)).over(stated)


def wordpress_comments(title: str, address: str, comments: Sequence[Comment]) -> tuple[bytes, Metadata]:
    """What readers have said below a post as a text of its own, which is not by the post's authors.

    No bytes where nobody has said anything.
    """
    parts = []
    for one in comments:
        words = _spoken(one.content)
        if words:
            day = stated_day(one.written)
            parts.append(f"{collapse(html.unescape(one.author)) or '—'}{f', {day}' if day else ''}:\n\n{words}")
    if not parts:
        return b"", Metadata()
    extra = {"wordpress_type": "comments", "comments_on": address}
    places = dict.fromkeys(extra, "wordpress:comments")
    days = [day for one in comments if (day := stated_day(one.written))]
    stated = Metadata.stated(
        "wordpress:comments", title=f"Comments on “{title}”", date=max(days, key=str, default=None),
        address=f"{address}#comments",
    )  # fmt: skip
    known = Metadata(extra=MappingProxyType(extra), provenance=MappingProxyType(places))
    return "\n\n".join(parts).encode(), known.over(stated)


def _spoken(content: str) -> str:
    """A comment's paragraphs as plain text."""
    parted = re.sub(r"(?i)<(?:br|/p|/li|/blockquote|/div)\b[^>]*>", "\n\n", content.replace("\r\n", "\n"))
    parts = re.split(r"\n\s*\n", html.unescape(_TAG.sub("", parted)))
    return "\n\n".join(collapse(part) for part in parts if part.strip())


def stated_day(said: str) -> PartialDate | None:
    """The day of a date and time as programs write them."""
    return stated_date(said) or date_in_words(said)


def _from_item(item: ElementTree.Element, authors: Mapping[str, str], language: str, source: str) -> WebDocument | None:
    values = _values(item)
    if values.get("post_type", "post") not in _KINDS or values.get("status", "publish") != "publish":
        return None
    if values.get("post_password", "").strip():
        return None
    terms = {"category": list[str](), "post_tag": list[str]()}
    for child in item:
        if _local(child) == "category":
            terms.setdefault(child.get("domain") or "category", []).append(child.text or "")
    login = values.get("creator", "")
    address = values.get("link", "").strip()
    content, known = wordpress_post(
        title=values.get("title", ""), content=_content(item), address=address,
        authors=[authors.get(login) or login], published=values.get("post_date") or values.get("pubDate", ""),
        modified=values.get("post_modified", ""), categories=terms["category"], tags=terms["post_tag"],
        kind=values.get("post_type", "post"), language=language,
    )  # fmt: skip
    if not content:
        return None
    number = values.get("post_id") or address
    return WebDocument(f"{source}!/{address or number}", file_name(address or number, "text/html"), known, content)


def _comments_of(item: ElementTree.Element, post: WebDocument) -> WebDocument | None:
    """What was said below a post and approved, as a document; pings and what waits for approval are none."""
    said = [_values(child) for child in item if _local(child) == "comment"]
    approved = [
        Comment(one.get("comment_author", ""), one.get("comment_date", ""), one.get("comment_content", ""))
        for one in said
        if one.get("comment_approved", "1") == "1" and one.get("comment_type", "") in ("", "comment")
    ]
    content, known = wordpress_comments(post.hints.title or "", post.hints.address or "", approved)
    return (
        WebDocument(f"{post.source}#comments", f"{Path(post.name).stem}-comments.txt", known, content)
        if content
        else None
    )


def _content(item: ElementTree.Element) -> str:
    """The post's own text: `excerpt:encoded` has the same local name."""
    return next((c.text or "" for c in item if c.tag.endswith("encoded") and "excerpt" not in c.tag), "")


def _values(element: ElementTree.Element) -> dict[str, str]:
    return {_local(child): child.text or "" for child in element if not len(child)}


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _paragraphs(content: str) -> str:
    """Paragraphs from blank lines, as WordPress makes them of what was written without elements."""
    if re.search(r"<p[\s>]", content):
        return content
    parts = re.split(r"\n\s*\n", content.replace("\r\n", "\n").strip())
    return "\n".join(part if _BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)
