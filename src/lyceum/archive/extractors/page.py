"""What a web page states about itself, the surest statement first, each with the field and rule it came from.

A rule that reads words that were meant for people, or an address, says so: its provenance ends in `(likely)`; where
a date was sought through the whole page, in `(guess)`. Nothing else is added to what the page's own fields say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from html import unescape
from types import MappingProxyType
from typing import Any, cast

from lxml import etree
from lxml import html as lxml_html

from lyceum.archive.extractors.common import collapse, language_code, stated_date
from lyceum.archive.extractors.dates import date_in_address, date_in_words
from lyceum.archive.extractors.markup import is_never_read, local_name, visible_text
from lyceum.archive.model import Metadata, PartialDate

__all__ = ["page_metadata", "stated_text"]

_LIKELY, _GUESS = " (likely)", " (guess)"
_ARTICLES = ("article", "newsarticle", "blogposting", "report", "scholarlyarticle", "book", "posting", "review")
_PAGES = ("webpage", "itempage", "aboutpage", "creativework")

_DATES = (
    "article:published_time", "citation_publication_date", "citation_date", "prism.publicationdate",
    "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created", "dcterms.created",
    "article:published", "og:published_time", "og:article:published_time", "parsely-pub-date", "sailthru.date",
    "datepublished", "publication_date", "publication-date", "pubdate", "pub_date", "publishdate", "publish-date",
    "publish_date", "article.published", "article_date_original", "originalpublicationdate", "rnews:datepublished",
    "date_published", "cxenseparse:recs:publishtime", "bt:pubdate", "dc.created", "date.available", "date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "datemodified",
    "article:modified", "last-modified", "revised", "lastmod",
)  # fmt: skip
_SECTIONS = ("article:section", "parsely-section", "dcterms.subject.section", "section", "og:article:section")
_TITLES = ("citation_title", "dcterms.title", "dc.title", "og:title", "twitter:title")
_CREATORS = (
    "citation_author", "dcterms.creator", "dc.creator", "article:author", "parsely-author", "sailthru.author",
    "author", "dc.creator.personalname", "byl", "og:article:author", "article.author", "authors",
)  # fmt: skip
_PUBLISHERS = ("citation_publisher", "dcterms.publisher", "dc.publisher", "publisher", "og:site_name")
_RIGHTS = ("dcterms.license", "dcterms.rights", "dc.rights", "rights", "copyright", "license")
_LANGUAGES = ("dcterms.language", "dc.language", "citation_language", "content-language", "og:locale")

_TITLE_TAIL = re.compile(r"\s+[|–—»·•:-]\s+|\s*\|\s*|:\s+")
_BYLINE = re.compile(
    r"^(?:(?:words|text|story|posted|written|published|reported|report|article|reviewed)\s+)?"
    r"(?:by|von|par|por|di|da|av|af|door)\s*:?\s+|^(?:authors?|autore?n?|auteur|autor)\s*:\s*",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\b(?:posted|written|published|reported)?\s*(?:by|par|von|por)\s+(?=[A-ZÀ-Þ])")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){1,4}")
_BETWEEN_NAMES = re.compile(r"\s*(?:,\s*(?:and|und|et|y|e)\b|\band\b|\bund\b|\bet\b|&|\by\b|;|,)\s*")
_AFTER_NAMES = re.compile(
    r"\s*(?:[|•·\n\t(–—]|,?\s+(?:for|in|at|on|special\ to|is\ a|staff|updated|published|posted|senior|political|"
    r"correspondent|editor|reporter|contributor|writer)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_NO_NAME = re.compile(
    r"\b(?:staff|admin|administrator|editors?|editorial|newsroom|team|reporters?|correspondent|wire|press|agency|agencies|"
    r"reuters|contributors?|author|guest|unknown|anonymous|redaktion|rédaction|redacción|user|news|read|more|share|follow|"
    r"posts?|view|all|comments?|subscribe|photo|image|video|http|www|the|minutes?|ago|today|yesterday)\b",
    re.IGNORECASE,
)
_OF_CHANGE = re.compile(
    r"updat|modif|chang|revis|edited|aktualis|mis à jour|actualizad|aggiornat|atualizad|gewijzigd|обновл", re.IGNORECASE
)
_NEAR_BLOCKS = 14
_SHORT = 180
_LARGEST_GUESSED = 1_000_000


def _finder(path: str) -> Callable[[etree._Element], list[etree._Element]]:
    """Finds elements by XPath: libxml2 finds the few that a rule may be about far quicker than Python does."""
    return cast(Callable[[etree._Element], list[etree._Element]], etree.XPath(path))


_with_property = _finder("descendant-or-self::*[@itemprop]")
_with_property_or_time = _finder("descendant-or-self::*[@itemprop or local-name() = 'time']")
_may_name_author = _finder(
    "descendant-or-self::*[@itemprop or @rel or contains(translate(@class, 'BYLINE', 'byline'), 'by')]"
)
_named = _finder("descendant-or-self::*[@class or @id or @data-testid]")


def page_metadata(root: etree._Element) -> Metadata:
    """What the page states, the strongest source first; when it was changed stands apart, as an extra."""
    page = _Page.of(root)
    stated = (
        *_from_things(page),
        *_agreed_title(page),
        *_from_metas(page, "date", _DATES, stated_date),
        *_from_metas(page, "title", _TITLES, lambda said: _without_site(collapse(unescape(said)), page)),
        *_creators(page),
        *_from_metas(page, "publisher", _PUBLISHERS, collapse),
        *_from_metas(page, "rights", _RIGHTS, collapse),
        *_from_links(root),
        *_from_body(root),
        *_languages(page),
        *_titles(page),
        *_extras(page),
    )
    return _from_words(page, reduce(Metadata.over, stated, Metadata()))


def stated_text(root: etree._Element) -> str:
    """The article's text as its JSON-LD repeats it; empty for most pages."""
    said = [thing.get("articleBody") for thing in _things(root) if _is_one_of(thing, _ARTICLES)]
    longest = max((one for one in said if isinstance(one, str)), key=len, default="")
    if re.search(r"<(?:p|br|div)\b", longest):
        longest = lxml_html.fragment_fromstring(f"<div>{longest}</div>").text_content()
    return unescape(longest).strip()


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with what several rules ask for."""

    root: etree._Element
    metas: Mapping[str, list[str]]
    title: str
    headings: tuple[str, ...]
    site: str

    @classmethod
    def of(cls, root: etree._Element) -> _Page:
        metas = _metas(root)
        headings = [visible_text(one) for one in root.iter("h1", "h2")][:12]
        headlines = [visible_text(one) for one in _with_property(root) if "headline" in _property(one)][:2]
        site = next(iter(metas.get("og:site_name", [])), "")
        return cls(root, metas, _title_element(root), tuple(filter(None, [*headlines, *headings])), site)

    @property
    def address(self) -> str:
        """The address that the page says it has."""
        links = (
            one.get("href") or "" for one in self.root.iter("link") if "canonical" in (one.get("rel") or "").lower()
        )
        return next((one for one in [*links, *self.metas.get("og:url", [])] if one.startswith("http")), "")


# --- meta elements, links and microdata ------------------------------------------------------------------


def _metas(root: etree._Element) -> dict[str, list[str]]:
    """Every `meta` by name, property or http-equiv, lower case, in order."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = collapse(meta.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower().replace("dc:", "dc."), []).append(content)
    return found


def _from_metas(page: _Page, field: str, names: Sequence[str], read: Callable[[str], Any]) -> Iterator[Metadata]:
    for name in names:
        for content in page.metas.get(name, [])[:1]:
            yield Metadata.stated(f"html:meta:{name}", **{field: read(content)})


def _creators(page: _Page) -> Iterator[Metadata]:
    for name in _CREATORS:
        said = [one for content in page.metas.get(name, []) for one in _people(content, page.site)]
        yield Metadata.stated(f"html:meta:{name}", creators=tuple(dict.fromkeys(said)))


def _people(content: str, site: str) -> tuple[str, ...]:
    """Names that a field for names holds; a comma parts them only where the parts look like names."""
    content = _BYLINE.sub("", collapse(unescape(content).replace("\xa0", " ")))
    if "://" in content or "@" in content or content.lower() in ("", site.strip().lower(), "admin"):
        return ()
    parts = [collapse(part) for part in content.split(";") if part.strip()]
    if len(parts) == 1:
        several = [part for part in _BETWEEN_NAMES.split(parts[0]) if part]
        names = [part for part in several if _is_name(part)]
        if len(names) > 1 and len(several) - len(names) <= 1:
            return tuple(names)
    return tuple(parts)


def _languages(page: _Page) -> Iterator[Metadata]:
    yield from _from_metas(page, "language", _LANGUAGES[:3], language_code)
    root = page.root
    html = root if local_name(root) == "html" else next(root.iter("html"), root)
    stated = html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or html.get("xml:lang")
    yield Metadata.stated("html:lang", language=language_code(stated))
    yield from _from_metas(page, "language", _LANGUAGES[3:], language_code)


def _from_links(root: etree._Element) -> Iterator[Metadata]:
    for link in [*root.iter("link"), *root.iter("a")]:
        rel = (link.get("rel") or "").lower().split()
        address = (link.get("href") or "").strip()
        if "canonical" in rel and address.startswith("http"):
            yield Metadata.stated("html:link:canonical", address=address)
        elif "license" in rel and address:
            yield Metadata.stated("html:link:license", rights=address)


def _from_body(root: etree._Element) -> Iterator[Metadata]:
    yield from _dates_of_elements(root)
    people: dict[str, list[str]] = {}
    for element in _may_name_author(root):
        rule = _rule_of_author(element)
        if rule and not _is_of_comments(element):
            people.setdefault(rule, []).extend(_READ_AUTHOR[rule](element))
    for rule in ("html:itemprop:author", "html:rel-author", "html:byline"):
        yield Metadata.stated(rule, creators=tuple(dict.fromkeys(people.get(rule, ()))))


def _rule_of_author(element: etree._Element) -> str:
    """Why an element names an author; empty for nearly all."""
    if "author" in _property(element).split() and local_name(element) != "meta":
        return "html:itemprop:author"
    if local_name(element) == "a" and "author" in (element.get("rel") or "").lower().split():
        return "html:rel-author"
    return "html:byline" if {"byline", "by-line"} & set((element.get("class") or "").lower().split()) else ""


def _dates_of_elements(root: etree._Element) -> Iterator[Metadata]:
    for element in _with_property(root):
        if "datepublished" in _property(element) or "datecreated" in _property(element):
            said = stated_date(element.get("content") or element.get("datetime") or visible_text(element))
            yield Metadata.stated("html:itemprop:datePublished", date=said)
    for element in root.iter("time"):
        said = stated_date(element.get("datetime") or visible_text(element))
        is_published = element.get("pubdate") is not None or "published" in (element.get("class") or "").lower()
        if said and (is_published or _heads_article(element)) and not _is_change(element):
            yield Metadata.stated("html:time", date=said)
            return


def _property(element: etree._Element) -> str:
    return (element.get("itemprop") or "").lower()


def _is_change(element: etree._Element) -> bool:
    named = f"{_property(element)} {element.get('class') or ''}"
    return bool(_OF_CHANGE.search(named)) and "published" not in named


def _heads_article(element: etree._Element) -> bool:
    """Whether a `time` stands in the header of the only article."""
    above = [local_name(one) for one in element.iterancestors()]
    return "header" in above and "article" in above


_COMMENTS = re.compile(
    r"(?<![a-z])(?:comments?|respond|replies|disqus\w*|related|sidebar|teaser|card)(?![a-z])", re.IGNORECASE
)


def _is_of_comments(element: etree._Element) -> bool:
    """Whether an element that may name a person stands among comments or teasers, whose people are others."""
    if not (element.get("class") or element.get("rel") or element.get("itemprop")):
        return False
    return any(
        _says_comments(f"{one.get('class') or ''} {one.get('id') or ''} {one.get('itemprop') or ''}")
        for one in element.iterancestors()
        if local_name(one) not in ("body", "html")
    )


@lru_cache(maxsize=8_192)
def _says_comments(named: str) -> bool:
    return bool(_COMMENTS.search(named))


def _named_in(element: etree._Element) -> tuple[str, ...]:
    """The person whom microdata describe."""
    inner = next((one for one in element.iterdescendants() if "name" in _property(one).split()), element)
    said = inner.get("content") or visible_text(inner)
    return _names(said) or ((said,) if re.fullmatch(r"[^\W\d_]{3,30}", said) and not _NO_NAME.search(said) else ())


def _names(text: str) -> tuple[str, ...]:
    """The people whom a text names that should be names only; none where one part cannot be a name."""
    said = _AFTER_NAMES.sub("", _BYLINE.sub("", collapse(text))).strip(" ,.:|-–")
    names = [part.strip(" ,.") for part in _BETWEEN_NAMES.split(said) if part.strip(" ,.")]
    return tuple(names) if names and all(map(_is_name, names)) else ()


def _is_name(text: str) -> bool:
    if not _NAME.fullmatch(text) or _NO_NAME.search(text) or len(text) > 50:
        return False
    return all(word[0].isupper() or word in _PARTICLES for word in text.split())


_PARTICLES = frozenset("de la le van von der den di da dos del y e bin al el ter ten zu af av du des".split())


def _byline(text: str) -> tuple[str, ...]:
    """The names in `By Ada Holloway, 21 September 1889`; nothing where it is not as clear as that."""
    said = re.sub(r"^[Bb]yline:?\s+", "", text)
    if not _BYLINE.match(said) or len(said) > _SHORT:
        return ()
    bare = re.split(r"[|•·]|,?\s*\d|\b(?:on|Updated|Published|Posted)\b", _BYLINE.sub("", said), maxsplit=1)[0]
    alone = re.fullmatch(r"[A-ZÀ-Þ][^\W\d_]{2,20}", bare.strip())
    if alone and not _NO_NAME.search(bare):
        return (bare.strip(),)
    return _names(bare) or _names(bare.split(",", maxsplit=1)[0])


_READ_AUTHOR: Mapping[str, Callable[[etree._Element], tuple[str, ...]]] = {
    "html:itemprop:author": _named_in,
    "html:rel-author": lambda element: _names(visible_text(element)),
    "html:byline": lambda element: _byline(visible_text(element)),
}


# --- titles ----------------------------------------------------------------------------------------------


def _agreed_title(page: _Page) -> Iterator[Metadata]:
    """The heading that a stated title repeats, alone or with the site's name beside it."""
    stated = [*page.metas.get("og:title", []), page.title]
    parts = [part for title in stated for part in (title, *_TITLE_TAIL.split(title))]
    whole = {unescape(title) for title in stated} | {
        unescape(title).partition(sign)[place]
        for title in stated
        for sign in (" | ", " – ", " — ", " - ", ": ")
        for place in (0, 2)
    }
    for heading in page.headings:
        if heading in parts or heading in whole:
            yield Metadata.stated("html:h1", title=heading)
            return


def _without_site(title: str, page: _Page) -> str:
    """A title without the name of its site, where the page says that name."""
    for sign in (" | ", " – ", " — ", " - ", " » ", ": "):
        head, _, tail = title.rpartition(sign)
        if head and page.site and tail.strip().lower() == page.site.strip().lower():
            return head.strip()
    return title


def _titles(page: _Page) -> Iterator[Metadata]:
    yield Metadata.stated("html:title", title=_without_site(page.title, page))
    headings = [visible_text(heading) for heading in page.root.iter("h1")]
    if len(headings) == 1:
        yield Metadata.stated("html:h1", title=headings[0])


def _title_element(root: etree._Element) -> str:
    in_head = (one for one in root.iter("title") if local_name(one.getparent()) in ("head", "html"))
    return next(map(visible_text, in_head), "")


# --- JSON-LD ---------------------------------------------------------------------------------------------


def _from_things(page: _Page) -> Iterator[Metadata]:
    """What JSON-LD says of articles, then of pages."""
    things = list(_things(page.root))
    by_id = {str(thing["@id"]): thing for thing in things if isinstance(thing.get("@id"), str) and len(thing) > 1}
    for kinds in (_ARTICLES, _PAGES):
        for thing in things:
            if _is_one_of(thing, kinds):
                yield from _from_thing(thing, by_id, page)


def _things(root: etree._Element) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower().split(";")[0].strip() != "application/ld+json":
            continue
        try:
            values = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _listed(values)


def _listed(values: Any) -> Iterator[dict[str, Any]]:
    """Things as listed, in a `@graph`, or as what a page is about; a list in a list is not looked into."""
    for value in _as_list(values)[:100]:
        if not isinstance(value, dict):
            continue
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from (one for one in _as_list(value.get(key))[:200] if isinstance(one, dict))


def _is_one_of(thing: Mapping[str, Any], kinds: tuple[str, ...]) -> bool:
    said = [str(kind).lower() for kind in _as_list(thing.get("@type"))]
    return any(kind.endswith(kinds) for kind in said)


def _from_thing(thing: Mapping[str, Any], by_id: Mapping[str, Any], page: _Page) -> Iterator[Metadata]:
    def named(key: str) -> str:
        value = next(iter(_as_list(thing.get(key))), "")
        value = (
            (value.get("name") or by_id.get(str(value.get("@id")), {}).get("name"))
            if isinstance(value, dict)
            else value
        )
        return collapse(unescape(value)) if isinstance(value, str) else ""

    of_article = _is_one_of(thing, _ARTICLES)
    name = _without_site(named("name"), page)
    values: dict[str, Any] = {
        "datePublished": ("date", stated_date(named("datePublished"))),
        "headline": ("title", named("headline")),
        "name": ("title", name if of_article or name in page.headings else None),
        "author": ("creators", _authors(thing, by_id, page.site)),
        "publisher": ("publisher", named("publisher")),
        "inLanguage": ("language", language_code(named("inLanguage"))),
        "license": ("rights", named("license")),
    }
    for key, (field, value) in values.items():
        yield Metadata.stated(f"html:json-ld:{key}", **{field: value})
    yield _extra("html:json-ld:dateModified", "modified", str(stated_date(named("dateModified")) or ""))
    yield _extra("html:json-ld:articleSection", "section", named("articleSection"))


def _authors(thing: Mapping[str, Any], by_id: Mapping[str, Any], site: str) -> tuple[str, ...]:
    """The people, named or by reference; a site that calls itself an author is none."""
    names: list[str] = []
    for one in _as_list(thing.get("author") or thing.get("creator") or []):
        known = {**by_id.get(str(one.get("@id")), {}), **one} if isinstance(one, dict) else {"name": one}
        for name in _as_list(known.get("name")):
            if isinstance(name, str) and name.strip():
                names += _people(collapse(name), site)
    return tuple(dict.fromkeys(names))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# --- extras ------------------------------------------------------------------------------------------------


def _extra(source: str, name: str, value: str) -> Metadata:
    if not value:
        return Metadata()
    return Metadata(extra=MappingProxyType({name: value}), provenance=MappingProxyType({name: source}))


def _extras(page: _Page) -> Iterator[Metadata]:
    """When the page was changed and in which section of its site it stands."""
    for name in _MODIFIED:
        for content in page.metas.get(name, [])[:1]:
            yield _extra(f"html:meta:{name}", "modified", str(stated_date(content) or ""))
    for name in _SECTIONS:
        yield from (_extra(f"html:meta:{name}", "section", said) for said in page.metas.get(name, [])[:1])
    for element in _with_property_or_time(page.root):
        if "datemodified" in _property(element) or (local_name(element) == "time" and _is_change(element)):
            said = stated_date(element.get("content") or element.get("datetime") or visible_text(element))
            yield _extra("html:itemprop:dateModified", "modified", str(said or ""))
            return


# --- words and addresses -----------------------------------------------------------------------------------


def _from_words(page: _Page, known: Metadata) -> Metadata:
    """What stands in words near the title, or in the address, for a date or names that no field states."""
    if known.creators and known.date and known.date.day:
        return known
    lines = list(_lines_near_title(page, known.title or page.title))
    found: list[Metadata] = []
    if not known.date or not known.date.day:
        in_address = date_in_address(known.address or page.address)
        found.append(Metadata.stated(f"html:address{_LIKELY}", date=in_address))
        found += [Metadata.stated(f"html:near-title{_LIKELY}", date=one) for one in _dates_in(lines)]
        if not known.date and not any(one.date and one.date.day for one in found):
            found.append(
                Metadata.stated(f"html:htmldate{_GUESS}", date=_guessed_date(page, known.extra.get("modified")))
            )
    if not known.creators:
        found.append(Metadata.stated(f"html:author-class{_LIKELY}", creators=_by_class(page.root)))
        found.append(Metadata.stated(f"html:near-title{_LIKELY}", creators=_names_in(lines)))
    known = reduce(Metadata.over, found, known)
    return _most_exact_date(known, found)


def _most_exact_date(known: Metadata, found: Iterable[Metadata]) -> Metadata:
    """A day in the place of the month that a surer rule gave, where the two agree."""
    for one in found:
        if (
            known.date
            and not known.date.day
            and one.date
            and one.date.day
            and str(one.date).startswith(str(known.date))
        ):
            return one.over(known)
    return known


def _lines_near_title(page: _Page, title: str) -> Iterator[str]:
    """Short lines after the title, and a few before it, in the order of the page."""
    lines = list(_lines(page.root))
    if not title or title not in lines:
        return
    place = lines.index(title)
    for text in lines[place + 1 : place + 1 + _NEAR_BLOCKS]:
        if len(text) <= _SHORT:
            yield text
        elif len(text) > 3 * _SHORT:
            return
    yield from (text for text in lines[max(0, place - 4) : place] if len(text) <= _SHORT)


def _lines(root: etree._Element) -> Iterator[str]:
    """Every run of text between two edges of elements that part lines."""
    body = next(root.iter("body"), root)
    buffer: list[str] = []
    for event, element in (walk := etree.iterwalk(body, events=("start", "end"))):
        if local_name(element) in _PARTING:
            if text := collapse("".join(buffer)):
                yield text
            buffer = []
        if event == "start" and is_never_read(element):
            walk.skip_subtree()
        elif event == "start":
            buffer.append(element.text or "")
        elif element is not body:
            buffer.append(element.tail or "")


_PARTING = frozenset(
    "p div li td th tr table h1 h2 h3 h4 h5 h6 header footer section article main aside nav ul ol dl dd dt br hr time "
    "blockquote address figure figcaption form body".split()
)


def _dates_in(lines: Sequence[str]) -> Iterator[PartialDate]:
    for line in lines:
        if not _OF_CHANGE.search(line) and (found := date_in_words(line)):
            yield found


def _names_in(lines: Sequence[str]) -> tuple[str, ...]:
    for line in lines:
        if names := _byline(line):
            return names
        if (within := _WITHIN.search(line)) and (names := _byline(f"by {line[within.end() :]}")):
            return names
    return ()


_AUTHOR_CLASS = re.compile(
    r"(?<![a-z])(?:authors?|byline|by-?line|author-?names?|contributors?|writer|fn)(?![a-z])", re.IGNORECASE
)


def _by_class(root: etree._Element) -> tuple[str, ...]:
    """The first names in an element whose class says that it names an author, comments and teasers apart."""
    for element in _named(root):
        named = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
        if not _AUTHOR_CLASS.search(named) or local_name(element) in ("body", "article", "html", "main"):
            continue
        if _is_of_comments(element) or _says_comments(named):
            continue
        text = visible_text(element)
        if 3 < len(text) <= _SHORT and (names := _byline(text) or _names(text)):
            return names
    return ()


def _guessed_date(page: _Page, modified: str | None) -> PartialDate | None:
    """The oldest date that htmldate finds in a page that states none, unless it is that of a change."""
    from htmldate import find_date  # noqa: PLC0415  (slow to load, and seldom needed)

    written = etree.tostring(page.root, encoding="unicode")
    if len(written) > _LARGEST_GUESSED:
        return None
    tree = lxml_html.document_fromstring(written)
    try:
        said = find_date(tree, original_date=True, extensive_search=False, url=page.address or None)
    except (ValueError, TypeError, OverflowError):
        return None
    return stated_date(said) if said and said != modified else None
