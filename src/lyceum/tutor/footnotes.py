"""Writes a whole answer with a footnote a quotation: as Markdown, and as a Word document with footnotes of its own."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

_CITED = re.compile(r"([\\`*_\[\]<>#|])")


def answer_as_markdown(answer: Mapping[str, Any], notes: Mapping[int, str]) -> bytes:
    """An answer in Markdown; `notes` has the reference of each citation by its number."""
    lines = [f"# {_plain(answer['question'])}", ""]
    for claim in answer["claims"]:
        marks = "".join(f"[^{n}]" for n in claim["citations"])
        lines += [f"{_plain(claim['text'])}{marks}", ""]
    lines += [f"[^{n}]: {_plain(note)}" for n, note in notes.items()]
    return ("\n".join([*lines, "", _closing(answer)]).rstrip() + "\n").encode()


def _plain(text: str) -> str:
    return _CITED.sub(r"\\\1", " ".join(text.split()))


def _closing(answer: Mapping[str, Any]) -> str:
    return f"Every quotation was found in its source. {answer.get('notice', '')}".rstrip()


# --- Word --------------------------------------------------------------------------------------------------

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SEPARATORS = (
    f'<w:footnotes xmlns:w="{_W}">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)


def answer_as_docx(answer: Mapping[str, Any], notes: Mapping[int, str]) -> bytes:
    """The same as a Word document; python-docx knows no footnotes, so their part is put in here."""
    import docx  # noqa: PLC0415  (slow to load)
    from docx.opc.packuri import PackURI  # noqa: PLC0415
    from docx.opc.part import Part  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.title = str(answer["question"])[:255]
    document.add_heading(_clean(answer["question"]), level=1)
    written = _Footnotes(notes)
    for claim in answer["claims"]:
        paragraph = document.add_paragraph(_clean(claim["text"]))
        for n in claim["citations"]:
            paragraph._p.append(written.mark(n))
    document.add_paragraph(_clean(_closing(answer)))
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), _NOTES, written.xml(), package)
    document.part.relate_to(part, _RELATION)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class _Footnotes:
    """The footnotes of a document in the order in which they are first marked; a second mark repeats the note."""

    def __init__(self, notes: Mapping[int, str]) -> None:
        from lxml import etree  # noqa: PLC0415

        self._etree: Any = etree
        self._notes = notes
        self._root = etree.fromstring(_SEPARATORS)
        self._count = 0

    def mark(self, number: int) -> Any:
        """A raised number that leads to the note of a citation."""
        self._count += 1
        note = self._element("footnote", id=str(self._count))
        paragraph = self._inside(note, "p")
        paragraph.append(self._raised("footnoteRef"))
        text = self._inside(self._inside(paragraph, "r"), "t")
        text.text = f" {_clean(self._notes.get(number, ''))}"
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        self._root.append(note)
        run = self._raised("footnoteReference")
        run[-1].set(f"{{{_W}}}id", str(self._count))
        return self._as_docx(run)

    def xml(self) -> bytes:
        """The part that holds them."""
        data: bytes = self._etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        return data

    def _raised(self, name: str) -> Any:
        run = self._element("r")
        self._inside(self._inside(run, "rPr"), "vertAlign", val="superscript")
        self._inside(run, name)
        return run

    def _element(self, name: str, **values: str) -> Any:
        return self._etree.Element(f"{{{_W}}}{name}", {f"{{{_W}}}{key}": value for key, value in values.items()})

    def _inside(self, parent: Any, name: str, **values: str) -> Any:
        child = self._element(name, **values)
        parent.append(child)
        return child

    def _as_docx(self, run: Any) -> Any:
        from docx.oxml import parse_xml  # noqa: PLC0415

        return parse_xml(self._etree.tostring(deepcopy(run)))


def _clean(text: str) -> str:
    """Text that XML may hold."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def notes_of(citations: Sequence[Mapping[str, Any]], references: Sequence[str]) -> dict[int, str]:
    """The note of each citation: its reference and where in it the words stand."""
    return {
        int(one["n"]): f"{reference} {_where(one)}".strip()
        for one, reference in zip(citations, references, strict=True)
    }  # fmt: skip


def _where(citation: Mapping[str, Any]) -> str:
    page = f"P. {citation['page']}." if citation.get("page") else ""
    place = (
        f"Characters {citation['start']}–{citation['end']} of {citation.get('document') or citation.get('passage')}."
    )
    return " ".join(filter(None, (page, place)))
