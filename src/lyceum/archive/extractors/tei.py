"""TEI: plays with their speakers, editions with notes apart, and volumes of journals parted into their articles."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from lxml import etree

from lyceum.archive.extractors.common import collapse, compose, language_code, stated_date
from lyceum.archive.extractors.markup import local_name
from lyceum.archive.extractors.scholarly import Dialect, first, language_of, parse, pieces_of, text_of
from lyceum.archive.model import Extracted, Metadata, PartialDate
from lyceum.archive.parts import Part

_DIALECT = Dialect(
    blocks=frozenset(
        "p ab lg item row titlepart doctitle docimprint docauthor docdate byline dateline opener closer salute signed "
        "trailer castitem quote epigraph argument figure table list imprimatur postscript body front back set sp "
        "castgroup castlist div text group titlepage cit".split()
    ),
    heads=frozenset(("head",)),
    sections=frozenset("div div1 div2 div3 div4 div5 text".split()),
    notes=frozenset(("note",)),
    dropped=frozenset("teiheader fw standoff facsimile sourcedoc del divgen graphic index figdesc".split()),
    lines=frozenset(("l",)),
    verse=frozenset(("lg", "sp")),
    cells=frozenset(("cell",)),
    lead=frozenset(("speaker", "label")),
    wrapped={"stage": ("(", ")")},
    # What stands in print is read; only a misprint that the editor mended is read as mended.
    choices={"choice": ("corr", "orig", "abbr", "sic", "reg", "expan")},
)
_LEAST_ARTICLES = 2
_ARTICLE_DIVISIONS = frozenset(("article", "artikel", "aufsatz", "essay", "contribution", "letter"))
_AUTHOR_ROLES = frozenset(("author", "author_orig", "aut"))
_KEPT_OF_HEADER = frozenset(("filedesc", "profiledesc"))
_EVENTS = ("written", "print", "premiere")
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_PAGE_ADDRESS = re.compile(r"https?://[^/\s]+/\S+")
_YEAR = re.compile(r"\b(1[4-9]\d\d|20\d\d)\b")


class TeiExtractor:
    """Reads TEI P5, and P4 without namespaces."""

    media_types = frozenset(("application/tei+xml",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The text with its notes at the end; what the header states is metadata."""
        root = parse(path, name)
        return compose(pieces_of(root, _DIALECT), _metadata(root))


class TeiSplitter:
    """Parts a volume into its articles."""

    def split(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:  # noqa: ARG002
        """Each article as a TEI file of its own, then what stands around them; the file itself where it is one text."""
        root = parse(path, name)
        articles = _articles(root)
        if len(articles) < _LEAST_ARTICLES:
            yield Part("", None)
            return
        header = _slim_header(root)
        labels = _pages_before(root, articles)
        for number, (article, label) in enumerate(zip(articles, labels, strict=True), start=1):
            identifier = article.get(_XML_ID) or f"{number:04d}"
            yield Part(f"{identifier}.tei", _standing_alone(root, header, [article], label))
        for article in articles:
            parent = article.getparent()
            if parent is not None:
                parent.remove(article)
        texts_ = [child for child in root if local_name(child) == "text"]
        if any(len(piece.text) > 1 for one in texts_ for piece in pieces_of(one, _DIALECT)):
            yield Part("volume.tei", _standing_alone(root, header, texts_, ""))


extractor = TeiExtractor()
splitter = TeiSplitter()


def _articles(root: etree._Element) -> list[etree._Element]:
    """The texts of a group that hold no further group, or the divisions that are called articles."""
    texts_ = [
        one
        for one in root.iter()
        if local_name(one) == "text"
        and local_name(one.getparent()) == "group"
        and not any(local_name(child) == "group" for child in one)
    ]
    if len(texts_) >= _LEAST_ARTICLES:
        return texts_
    return [
        one
        for one in root.iter()
        if local_name(one) in ("div", "div1", "div2")
        and (one.get("type") or "").lower() in _ARTICLE_DIVISIONS
        and not any((parent.get("type") or "").lower() in _ARTICLE_DIVISIONS for parent in one.iterancestors())
    ]


def _slim_header(root: etree._Element) -> etree._Element | None:
    """The volume's header without how it was encoded and revised."""
    header = first(root, "teiheader")
    if header is None:
        return None
    slim = copy.deepcopy(header)
    for child in list(slim):
        if local_name(child) not in _KEPT_OF_HEADER:
            slim.remove(child)
    return slim


def _pages_before(root: etree._Element, articles: Iterable[etree._Element]) -> list[str]:
    """The printed page on which each article begins, where it does not begin a page itself."""
    wanted = {id(article): number for number, article in enumerate(articles)}
    found = [""] * len(wanted)
    label = ""
    for element in root.iter():
        if id(element) in wanted:
            found[wanted[id(element)]] = label
        elif local_name(element) == "pb" and not any(local_name(one) == "note" for one in element.iterancestors()):
            label = element.get("n") or ""
    return found


def _standing_alone(
    root: etree._Element, header: etree._Element | None, contents: Iterable[etree._Element], label: str
) -> bytes:
    space = etree.QName(root).namespace or ""
    name = f"{{{space}}}" if space else ""
    alone = etree.Element(f"{name}TEI", nsmap=cast(Mapping[str, str], root.nsmap))
    alone.set("type", "part")
    for key, value in root.attrib.items():
        alone.set(key, value)
    if header is not None:
        alone.append(copy.deepcopy(header))
    for content in contents:
        one = copy.deepcopy(content)
        one.tail = None
        if label:
            one.insert(0, etree.Element(f"{name}pb", n=label))
        alone.append(one if local_name(one) == "text" else _inside_text(one, name))
    return etree.tostring(alone, encoding="utf-8", xml_declaration=True)


def _inside_text(division: etree._Element, name: str) -> etree._Element:
    text = etree.Element(f"{name}text")
    etree.SubElement(text, f"{name}body").append(division)
    return text


def _metadata(root: etree._Element) -> Metadata:
    """The header's word; of a part of a volume, first that of its own title page."""
    is_part = root.get("type") == "part"
    header = first(root, "teiheader")
    whole = _header_metadata(root, header) if header is not None else Metadata()
    if not is_part:
        play = any(local_name(one) == "sp" for one in root.iter())
        return whole.over(Metadata.stated("tei:sp", kind="play" if play else None)).over(_own_metadata(root))
    volume = {"in": whole.title or "", "in_detail": whole.extra.get("subtitle", "")}
    editors = Metadata(extra=MappingProxyType({key: value for key, value in volume.items() if value}))
    inherited = Metadata(
        date=whole.date,
        edition_date=whole.edition_date,
        language=whole.language,
        publisher=whole.publisher,
        rights=whole.rights,
        address=whole.address,
        provenance=MappingProxyType(
            {
                key: rule
                for key, rule in whole.provenance.items()
                if key in ("date", "edition_date", "language", "publisher", "rights", "address")
            }
        ),
    )
    own = _own_metadata(root)
    kind = Metadata.stated("tei:group", kind="article") if own.title else Metadata.stated("tei:text", title=whole.title)
    return reduce(Metadata.over, (own, kind, inherited, editors))


def _own_metadata(root: etree._Element) -> Metadata:
    """What the text says of itself on its title page or in its first heading."""
    parts = [one for one in root.iter() if local_name(one) == "titlepart" and (one.get("type") or "main") == "main"]
    heads = [one for one in root.iter() if local_name(one) == "head"]
    names = [
        text_of(one)
        for one in itertools.islice(root.iter(), 4000)
        if local_name(one) in ("docauthor",)
        or (local_name(one) == "persname" and (one.get("role") or "").lower() in _AUTHOR_ROLES)
    ]
    title = _without_notes(parts[0]) if parts else _without_notes(heads[0]) if heads else ""
    rule = "tei:titlePart" if parts else "tei:head"
    stated = Metadata.stated("tei:persName:author", creators=tuple(dict.fromkeys(name for name in names if name)))
    return Metadata.stated(rule, title=title.rstrip(". ")).over(stated)


def _without_notes(element: etree._Element) -> str:
    parts = [piece.text for piece in pieces_of(element, _DIALECT) if not re.match(r"\[[^\]]*\] ", piece.text)]
    return collapse(re.sub(r"\[\w{1,3}\]", "", " ".join(parts)))


def _header_metadata(root: etree._Element, header: etree._Element) -> Metadata:
    description = first(header, "filedesc")
    if description is None:
        return Metadata()
    statement = first(description, "titlestmt")
    published = first(description, "publicationstmt")
    title, subtitle = _titles(statement)
    date, rule = _date(root, description)
    licence = next((one for one in description.iter() if local_name(one) == "licence"), None)
    language, said_by = _language(root, header)
    stated = (
        Metadata.stated("tei:titleStmt:title", title=title),
        Metadata.stated("tei:titleStmt:author", creators=tuple(_authors(statement))),
        Metadata.stated(rule, date=date),
        Metadata.stated(
            "tei:publicationStmt:date", edition_date=_when(first(published, "date")) if published is not None else None
        ),
        Metadata.stated(said_by, language=language_code(language)),
        Metadata.stated("tei:sourceDesc:publisher", publisher=_source_publisher(description)),
        Metadata.stated("tei:licence", rights=_licence(licence)),
        Metadata.stated("tei:idno", address=_address(published)),
        Metadata(extra=MappingProxyType({"subtitle": subtitle} if subtitle else {})),
    )
    return reduce(Metadata.over, stated)


def _titles(statement: etree._Element | None) -> tuple[str, str]:
    titles = [one for one in statement if local_name(one) == "title"] if statement is not None else []
    main = [one for one in titles if (one.get("type") or "main") == "main"]
    sub = [one for one in titles if one.get("type") == "sub"]
    return text_of(main[0]) if main else "", text_of(sub[0]) if sub else ""


def _authors(statement: etree._Element | None) -> Iterator[str]:
    for author in statement if statement is not None else ():
        if local_name(author) == "author" and (name := _person(author)):
            yield name


def _person(author: etree._Element) -> str:
    """A name in the order in which it is said: forenames, then surname."""
    named = next((one for one in author.iter() if local_name(one) in ("persname", "name")), author)
    fore = [text_of(one) for one in named.iter() if local_name(one) == "forename"]
    link = [text_of(one) for one in named.iter() if local_name(one) == "namelink"]
    last = [text_of(one) for one in named.iter() if local_name(one) == "surname"]
    return collapse(" ".join((*fore, *link, *last))) or collapse("".join(str(part) for part in _own_text(named)))


def _own_text(element: etree._Element) -> Iterator[str]:
    """An element's characters without those of identifiers."""
    yield element.text or ""
    for child in element:
        if local_name(child) not in ("idno", "note", "date"):
            yield from _own_text(child)
        yield child.tail or ""


def _date(root: etree._Element, description: etree._Element) -> tuple[PartialDate | None, str]:
    """When the work was written or first published, as events or the description of the source say."""
    events = {one.get("type") or "": one for one in root.iter() if local_name(one) == "event"}
    for kind in _EVENTS:
        if kind in events and (date := _when(events[kind])):
            return date, f"tei:event:{kind}"
    for source in (one for one in description if local_name(one) == "sourcedesc"):
        for dated in (one for one in source.iter() if local_name(one) == "date"):
            if date := _when(dated):
                return date, "tei:sourceDesc:date"
        years = [year for one in source.iter() if local_name(one) == "bibl" for year in _YEAR.findall(text_of(one))]
        if years:
            return PartialDate(int(min(years))), "tei:sourceDesc:bibl:year"
    return None, ""


def _when(element: etree._Element | None) -> PartialDate | None:
    if element is None:
        return None
    stated = next((element.get(key) for key in ("when", "from", "notBefore", "notAfter", "to") if element.get(key)), "")
    return stated_date(stated) or stated_date(text_of(element) if local_name(element) == "date" else "")


def _language(root: etree._Element, header: etree._Element) -> tuple[str, str]:
    if language_of(root):
        return language_of(root), "tei:TEI:lang"
    used = [one.get("ident") or "" for one in header.iter() if local_name(one) == "language"]
    if len(set(used)) == 1:
        return used[0], "tei:langUsage"
    text = first(root, "text")
    return (language_of(text), "tei:text:lang") if text is not None else ("", "")


def _source_publisher(description: etree._Element) -> str:
    for source in (one for one in description if local_name(one) == "sourcedesc"):
        for one in source.iter():
            if local_name(one) == "publisher":
                return text_of(one)
    return ""


def _licence(licence: etree._Element | None) -> str:
    return "" if licence is None else licence.get("target") or text_of(licence)


def _address(published: etree._Element | None) -> str:
    for one in published.iter() if published is not None else ():
        if local_name(one) == "idno" and (one.get("type") or "").lower().startswith("url"):
            text = text_of(one)
            if _PAGE_ADDRESS.fullmatch(text):
                return text
    return ""
