"""JATS and NLM: journal articles with their authors, dates, sections and references."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from lyceum.archive.extractors.common import Piece, collapse, compose, language_code
from lyceum.archive.extractors.markup import local_name
from lyceum.archive.extractors.scholarly import Dialect, first, language_of, parse, pieces_of, text_of
from lyceum.archive.model import Extracted, Metadata, PartialDate

_DIALECT = Dialect(
    blocks=frozenset(
        "p sec body abstract ack app ref list-item disp-quote disp-formula caption table-wrap fig tr verse-group "
        "def-item boxed-text attrib back trans-abstract kwd-group preformat statement".split()
    ),
    heads=frozenset(("title",)),
    sections=frozenset(("sec", "abstract", "ack", "app", "ref-list", "trans-abstract", "boxed-text")),
    notes=frozenset(("fn",)),
    dropped=frozenset(
        "journal-meta article-meta graphic inline-graphic media supplementary-material object-id tex-math "
        "permissions pub-id ext-link-type sub-article response processing-meta".split()
    ),
    lines=frozenset(("verse-line",)),
    verse=frozenset(("verse-group",)),
    cells=frozenset(("td", "th")),
    lead=frozenset(("label",)),
)
_DATES = ("epub", "ppub", "pub", "collection", "epub-ppub", "electronic", "print")


class JatsExtractor:
    """Reads JATS and the NLM formats before it."""

    media_types = frozenset(("application/jats+xml",))

    def extract(self, path: Path, name: str) -> Extracted:
        """Title, abstract, body and back matter; footnotes stand at the end."""
        root = parse(path, name)
        meta = first(root, "front", "article-meta")
        metadata = _metadata(root, meta) if meta is not None else Metadata()
        pieces = [*_title(metadata), *_abstracts(meta), *pieces_of(root, _DIALECT)]
        return compose(pieces, metadata)


extractor = JatsExtractor()


def _title(metadata: Metadata) -> list[Piece]:
    return [Piece("heading", metadata.title, 1)] if metadata.title else []


def _abstracts(meta: etree._Element | None) -> Iterator[Piece]:
    for one in meta if meta is not None else ():
        if local_name(one) in ("abstract", "trans-abstract"):
            yield from pieces_of(one, _DIALECT)


def _metadata(root: etree._Element, meta: etree._Element) -> Metadata:
    journal = first(root, "front", "journal-meta")
    date, rule = _date(meta)
    name = _journal(journal)
    permissions = first(meta, "permissions", "license")
    doi = next(
        (text_of(one) for one in meta if local_name(one) == "article-id" and one.get("pub-id-type") == "doi"), ""
    )
    extra = {"in": name, "doi": doi, "subjects": "; ".join(_subjects(meta))}
    stated = (
        Metadata.stated("jats:article-title", title=text_of(first(meta, "title-group", "article-title"))),
        Metadata.stated("jats:contrib:author", creators=tuple(_authors(meta))),
        Metadata.stated(rule, date=date),
        Metadata.stated("jats:article:lang", language=language_code(language_of(root))),
        Metadata.stated("jats:publisher-name", publisher=_publisher(journal)),
        Metadata.stated("jats:license", rights=_licence(permissions)),
        Metadata.stated("jats:article-id:doi", address=f"https://doi.org/{doi}" if doi else None),
        Metadata.stated("jats:article", kind=root.get("article-type") or "article"),
        Metadata(extra=MappingProxyType({key: value for key, value in extra.items() if value})),
    )
    return reduce(Metadata.over, stated)


def _authors(meta: etree._Element) -> Iterator[str]:
    for one in meta.iter():
        if local_name(one) == "contrib" and (one.get("contrib-type") or "author") == "author":
            given = next((text_of(part) for part in one.iter() if local_name(part) == "given-names"), "")
            last = next((text_of(part) for part in one.iter() if local_name(part) == "surname"), "")
            group = next((text_of(part) for part in one.iter() if local_name(part) == "collab"), "")
            if name := collapse(f"{given} {last}") or group:
                yield name


def _date(meta: etree._Element) -> tuple[PartialDate | None, str]:
    """The earliest date of publication; when it was received or accepted is none."""
    found: list[tuple[PartialDate, str]] = []
    for one in meta:
        if local_name(one) != "pub-date":
            continue
        kind = one.get("pub-type") or one.get("date-type") or one.get("publication-format") or "pub"
        parts = [text_of(first(one, unit)) for unit in ("year", "month", "day")]
        if kind in _DATES and (date := _built(*parts)):
            found.append((date, f"jats:pub-date:{kind}"))
    return min(found, key=lambda each: each[0].last) if found else (None, "")


def _built(year: str, month: str, day: str) -> PartialDate | None:
    try:
        return PartialDate(int(year), int(month) if month else None, int(day) if month and day else None)
    except ValueError:
        return PartialDate(int(year)) if year.isdigit() and len(year) == 4 else None


def _journal(journal: etree._Element | None) -> str:
    for one in journal.iter() if journal is not None else ():
        if local_name(one) == "journal-title":
            return text_of(one)
    return ""


def _publisher(journal: etree._Element | None) -> str:
    return text_of(first(journal, "publisher", "publisher-name")) if journal is not None else ""


def _licence(licence: etree._Element | None) -> str:
    if licence is None:
        return ""
    return licence.get("{http://www.w3.org/1999/xlink}href") or text_of(licence)


def _subjects(meta: etree._Element) -> Iterator[str]:
    for one in meta.iter():
        if local_name(one) in ("subject", "kwd"):
            yield text_of(one)
