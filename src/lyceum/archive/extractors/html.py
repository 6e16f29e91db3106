"""HTML: what a page states about itself, and its main text without navigation and boilerplate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from lyceum.archive.extractors import gutenberg
from lyceum.archive.extractors.common import (
    Piece,
    collapse,
    compose,
    creators,
    decode,
    language_code,
    no_text,
    stated_date,
)
from lyceum.archive.extractors.markup import epub_types, is_never_read, local_name, parse_html, pieces_of, visible_text
from lyceum.archive.model import Extracted, Metadata

_META_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)
_WHOLE_BODY_SHARE = 0.6
_LARGEST_FOR_TRAFILATURA = 5_000_000
_FURNITURE = frozenset(("nav", "aside", "footer"))
_FURNITURE_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search"))
_FURNITURE_CLASS = re.compile(
    r"(?<![a-z])(?:nav(?:bar|igation)?|menu|sidebar|breadcrumbs?|cookie\w*|share|social|related|comments?|"
    r"advert\w*|masthead|site-?footer|site-?header)(?![a-z])",
    re.IGNORECASE,
)
_TRANSCRIBER = re.compile(
    r"(?<![a-z])(?:transnotes?|tnotes?|trans-notes?|transcribers?-?notes?|tn-?box)(?![a-z])", re.IGNORECASE
)
_TITLE_TAIL = re.compile(r"\s+[|–—»·:-]\s+")
_BYLINE = re.compile(r"^(?:by|von|par|por|di)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){1,4}")
_ARTICLES = (
    "article",
    "newsarticle",
    "blogposting",
    "report",
    "scholarlyarticle",
    "book",
    "webpage",
    "posting",
)

_DATES = (
    "article:published_time", "citation_publication_date", "citation_date", "prism.publicationdate",
    "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "dcterms.created",
    "parsely-pub-date", "sailthru.date", "datepublished", "publication_date", "pubdate", "publish-date", "date",
)  # fmt: skip
_TITLES = ("citation_title", "dcterms.title", "dc.title", "og:title", "twitter:title")
_CREATORS = ("citation_author", "dcterms.creator", "dc.creator", "article:author", "parsely-author", "author")
_PUBLISHERS = ("citation_publisher", "dcterms.publisher", "dc.publisher", "publisher", "og:site_name")
_RIGHTS = ("dcterms.license", "dcterms.rights", "dc.rights", "rights", "copyright", "license")
_LANGUAGES = ("dcterms.language", "dc.language", "citation_language", "content-language", "og:locale")


class HtmlExtractor:
    """Reads HTML and XHTML pages."""

    media_types = frozenset(("text/html", "application/xhtml+xml"))

    def extract(self, path: Path, name: str) -> Extracted:
        """The main text of the page; the whole body where it is a book."""
        data = path.read_bytes()
        decoded = decode(data, name, declared=_declared(data[:4096]))
        if not decoded.text.strip():
            raise no_text(name)
        root = parse_html(decoded.text, name)
        metadata = page_metadata(root)
        pieces, header, is_gutenberg = gutenberg.unwrap_pieces(pieces_of(root, skip=_is_transcribers))
        if is_gutenberg:
            metadata = header.over(replace(metadata, date=None, publisher=None))
        else:
            pieces = _main_pieces(root, len(data))
        notes = [note for note in (decoded.note,) if note]
        return compose(pieces, metadata, notes)


extractor = HtmlExtractor()


def page_metadata(root: etree._Element) -> Metadata:
    """What the page states, the strongest source first; never when it was modified."""
    metas = _metas(root)
    stated = (
        *_json_ld(root),
        *_agreed_title(root, metas),
        *_from_metas(metas, "date", _DATES, stated_date),
        *_from_metas(metas, "title", _TITLES, collapse),
        *_creators(metas),
        *_from_metas(metas, "publisher", _PUBLISHERS, collapse),
        *_from_metas(metas, "rights", _RIGHTS, collapse),
        *_from_links(root),
        *_from_body(root),
        *_languages(root, metas),
        *_titles(root),
    )
    return reduce(Metadata.over, stated, Metadata())


def _declared(head: bytes) -> str | None:
    match = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    return match[1].decode("ascii", "replace") if match else None


def _main_pieces(root: etree._Element, size: int) -> list[Piece]:
    """What trafilatura keeps; the whole body of a book, and where it loses much of a page without furniture."""
    whole = pieces_of(root, skip=_is_furniture)
    if size > _LARGEST_FOR_TRAFILATURA or any(piece.marks for piece in whole):
        return whole
    main = _by_trafilatura(root)
    kept, visible = _letters(main), _letters(whole)
    if kept == 0 or (kept < _WHOLE_BODY_SHARE * visible and not _has_furniture(root)):
        return whole
    return main


def _letters(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _by_trafilatura(root: etree._Element) -> list[Piece]:
    from trafilatura import bare_extraction  # noqa: PLC0415 (half a second and 40 MB that books do not need)

    tree: Any = lxml_html.document_fromstring(etree.tostring(root, encoding="utf-8"), parser=_utf8_parser())
    for element in [one for one in tree.iter() if is_never_read(one)]:
        element.drop_tree()
    found = bare_extraction(tree, include_comments=False, favor_recall=True, include_tables=True)
    body: etree._Element | None = getattr(found, "body", None)
    if body is None:
        return []
    for head in list(body.iter("head")):
        head.tag = head.get("rend") or "h2"
    return pieces_of(body)


def _utf8_parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(huge_tree=False, encoding="utf-8", remove_comments=True, remove_pis=True)


def _is_furniture(element: etree._Element) -> bool:
    """What frames a page and is none of its text."""
    return local_name(element) in _FURNITURE or bool(epub_types(element) & _FURNITURE_ROLES)


def _is_transcribers(element: etree._Element) -> bool:
    return bool(_TRANSCRIBER.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _has_furniture(root: etree._Element) -> bool:
    for element in root.iter():
        if _is_furniture(element):
            return True
        if local_name(element) in ("div", "ul", "section", "header") and _FURNITURE_CLASS.search(
            f"{element.get('class') or ''} {element.get('id') or ''}"
        ):
            return True
    return False


def _metas(root: etree._Element) -> dict[str, list[str]]:
    """Every `meta` by name, property or http-equiv, lower case, in order."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = collapse(meta.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower().replace("dc:", "dc."), []).append(content)
    return found


def _from_metas(
    metas: dict[str, list[str]], field: str, names: Sequence[str], read: Callable[[str], Any]
) -> Iterator[Metadata]:
    for name in names:
        for content in metas.get(name, [])[:1]:
            yield Metadata.stated(f"html:meta:{name}", **{field: read(content)})


def _creators(metas: dict[str, list[str]]) -> Iterator[Metadata]:
    for name in _CREATORS:
        people = tuple(one for said in metas.get(name, []) for one in creators(said) if "://" not in one)
        yield Metadata.stated(f"html:meta:{name}", creators=people)


def _languages(root: etree._Element, metas: dict[str, list[str]]) -> Iterator[Metadata]:
    yield from _from_metas(metas, "language", _LANGUAGES[:3], language_code)
    html = root if local_name(root) == "html" else next(root.iter("html"), root)
    stated = html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or html.get("xml:lang")
    yield Metadata.stated("html:lang", language=language_code(stated))
    yield from _from_metas(metas, "language", _LANGUAGES[3:], language_code)


def _from_links(root: etree._Element) -> Iterator[Metadata]:
    for link in [*root.iter("link"), *root.iter("a")]:
        rel = (link.get("rel") or "").lower().split()
        address = (link.get("href") or "").strip()
        if "canonical" in rel and address.startswith("http"):
            yield Metadata.stated("html:link:canonical", address=address)
        elif "license" in rel and address:
            yield Metadata.stated("html:link:license", rights=address)


def _from_body(root: etree._Element) -> Iterator[Metadata]:
    for element in root.iter("time"):
        said = stated_date(element.get("datetime") or visible_text(element))
        is_published = element.get("pubdate") is not None or "datepublished" in _property(element)
        if said and (is_published or _heads_article(element)):
            yield Metadata.stated("html:time", date=said)
            break
    for element in root.iter():
        if "datepublished" in _property(element) and (element.get("content") or element.get("datetime")):
            said = stated_date(element.get("content") or element.get("datetime"))
            yield Metadata.stated("html:itemprop:datePublished", date=said)
        if local_name(element) == "a" and "author" in (element.get("rel") or "").lower().split():
            yield Metadata.stated("html:rel-author", creators=_one_name(visible_text(element)))
        elif "byline" in (element.get("class") or "").lower().split():
            yield Metadata.stated("html:byline", creators=_byline(visible_text(element)))


def _property(element: etree._Element) -> str:
    return (element.get("itemprop") or "").lower()


def _heads_article(element: etree._Element) -> bool:
    """Whether a `time` stands in the header of the only article, and is not marked as a change."""
    if "modified" in _property(element) or re.search(r"updat|modif", element.get("class") or "", re.IGNORECASE):
        return False
    above = [local_name(one) for one in element.iterancestors()]
    return "header" in above and "article" in above


def _one_name(text: str) -> tuple[str, ...]:
    name = _BYLINE.sub("", text).strip(" ,.")
    return (name,) if _NAME.fullmatch(name) else ()


def _byline(text: str) -> tuple[str, ...]:
    """The name in `By Ada Holloway, 21 September 1889`; nothing where it is not as clear as that."""
    if not _BYLINE.match(text) or len(text) > 120:
        return ()
    return _one_name(text.split(",", maxsplit=1)[0].split("|", maxsplit=1)[0])


def _agreed_title(root: etree._Element, metas: dict[str, list[str]]) -> Iterator[Metadata]:
    """The only `h1`, where the stated title is the same with the site's name beside it."""
    headings = [visible_text(heading) for heading in root.iter("h1")]
    stated = [*metas.get("og:title", []), _title_element(root)]
    if len(headings) == 1 and any(headings[0] in (title, *_TITLE_TAIL.split(title)) for title in stated):
        yield Metadata.stated("html:h1", title=headings[0])


def _titles(root: etree._Element) -> Iterator[Metadata]:
    yield Metadata.stated("html:title", title=_title_element(root))
    headings = [visible_text(heading) for heading in root.iter("h1")]
    if len(headings) == 1:
        yield Metadata.stated("html:h1", title=headings[0])


def _title_element(root: etree._Element) -> str:
    in_head = (one for one in root.iter("title") if local_name(one.getparent()) in ("head", "html"))
    return next(map(visible_text, in_head), "")


def _json_ld(root: etree._Element) -> Iterator[Metadata]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            values = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for thing in _things(values):
            yield from _from_thing(thing)


def _things(values: Any) -> Iterator[dict[str, Any]]:
    """Articles and pages in JSON-LD, as listed or in a `@graph`; a list in a list is not looked into."""
    listed = values if isinstance(values, list) else [values]
    for value in listed[:100]:
        if not isinstance(value, dict):
            continue
        graph = value.get("@graph")
        inner = [one for one in graph[:200] if isinstance(one, dict)] if isinstance(graph, list) else []
        yield from (one for one in (value, *inner) if _kind_of(one).endswith(_ARTICLES))


def _kind_of(thing: dict[str, Any]) -> str:
    kind = thing.get("@type")
    return str(kind[0] if isinstance(kind, list) and kind else kind or "").lower()


def _from_thing(thing: dict[str, Any]) -> Iterator[Metadata]:
    def named(key: str) -> str:
        value = thing.get(key)
        value = value[0] if isinstance(value, list) and value else value
        value = (value.get("name") or value.get("@id")) if isinstance(value, dict) else value
        return collapse(value) if isinstance(value, str) else ""

    people = thing.get("author") or thing.get("creator") or []
    names = [one.get("name") if isinstance(one, dict) else one for one in _as_list(people)]
    values: dict[str, Any] = {
        "datePublished": ("date", stated_date(named("datePublished"))),
        "headline": ("title", named("headline")),
        "name": ("title", named("name")),
        "author": ("creators", tuple(collapse(one) for one in names if isinstance(one, str) and one.strip())),
        "publisher": ("publisher", named("publisher")),
        "inLanguage": ("language", language_code(named("inLanguage"))),
        "license": ("rights", named("license")),
    }
    for key, (field, value) in values.items():
        yield Metadata.stated(f"html:json-ld:{key}", **{field: value})


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
