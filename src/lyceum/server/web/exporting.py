"""Answers as files to keep: Markdown, and HTML without style or script; both say where each quotation stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _

_MEANT = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LIST_LIKE = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Exported:
    """An answer with what stands around it: the site's address, whose archive it is, its language and its reading."""

    answer: Mapping[str, Any]
    base: str
    archive: str
    language: str
    direction: str = "ltr"
    why: str = ""


def as_markdown(exported: Exported) -> str:
    """An answer as Markdown, with a numbered list of its sources; words of others mean nothing to Markdown."""
    answer = exported.answer
    lines = [f"# {_plain(answer['question'])}", ""]
    if exported.why:
        lines += [_plain(exported.why), ""]
    for claim in answer["claims"]:
        lines += [_plain(claim["text"]) + _numbers(claim["citations"]), ""]
    for one in answer["disagreements"]:
        lines += [f"## {_plain(_('The sources differ'))}", ""]
        for side in one["sides"]:
            about = _joined(side["creators"], side["dates"])
            lines.append(f"- {_plain(side['value'])} ({about})" + _numbers(side["citations"]))
        lines.append("")
    if answer["citations"]:
        lines += [f"## {_plain(_('Sources'))}", ""]
    for citation in answer["citations"]:
        place = exported.base + place_of(citation)
        lines += [f"{citation['n']}. {_plain(named(citation))}. <{place}>", "", f"   > {_plain(citation['exact'])}", ""]
    lines.append(_plain(_whose(exported)))
    return "\n".join(lines) + "\n"


def as_html(exported: Exported) -> str:
    """An answer as a page of its own, which loads nothing and runs nothing."""
    return "\n".join(_page(exported)) + "\n"


def place_of(citation: Mapping[str, Any]) -> str:
    """The path at which a quotation is shown where it stands."""
    place = f"{citation['start']}-{citation['end']}"
    return f"/documents/{citation['document']}?version={citation['version']}&cite={place}#{place}"


def named(citation: Mapping[str, Any]) -> str:
    """A source as a note names it."""
    page = _("p. %(page)s") % {"page": citation["page"]} if citation["page"] else None
    return _joined(citation["creators"], [citation["title"], citation["date"], page])


def _page(exported: Exported) -> Iterator[str]:
    answer, e = exported.answer, escape
    yield f'<!doctype html>\n<html lang="{e(exported.language)}" dir="{e(exported.direction)}">'
    yield f'<meta charset="utf-8">\n<title>{e(answer["question"])}</title>\n<h1 dir="auto">{e(answer["question"])}</h1>'
    if exported.why:
        yield f"<p>{e(exported.why)}</p>"
    for claim in answer["claims"]:
        yield f'<p dir="auto">{e(claim["text"])} {_references(claim["citations"])}</p>'
    for one in answer["disagreements"]:
        yield f"<h2>{e(_('The sources differ'))}</h2>\n<ul>"
        for side in one["sides"]:
            about = e(_joined(side["creators"], side["dates"]))
            yield f'<li dir="auto">{e(side["value"])} ({about}) {_references(side["citations"])}</li>'
        yield "</ul>"
    if answer["citations"]:
        yield f"<h2>{e(_('Sources'))}</h2>\n<ol>"
        for citation in answer["citations"]:
            address = e(exported.base + place_of(citation))
            yield f'<li id="s{citation["n"]}"><a href="{address}">{e(named(citation))}</a>'
            yield f'<blockquote lang="{e(citation["language"])}" dir="auto">{e(citation["exact"])}</blockquote></li>'
        yield "</ol>"
    yield f"<p>{e(_whose(exported))}</p>\n</html>"


def _numbers(numbers: Sequence[int]) -> str:
    return "".join(f" \\[{n}\\]" for n in numbers)


def _references(numbers: Sequence[int]) -> str:
    return " ".join(f'<a href="#s{n}">[{n}]</a>' for n in numbers)


def _whose(exported: Exported) -> str:
    whose = _("Answered from the holdings of %(archive)s alone.") % {"archive": exported.archive}
    return f"{whose} {exported.answer['model']}"


def _joined(creators: Sequence[str], more: Sequence[str | None]) -> str:
    return ", ".join(filter(None, ["; ".join(creators), *more]))


def _plain(text: str) -> str:
    """Text of others on one line, in which no character means anything to Markdown."""
    return _LIST_LIKE.sub(r"\1\\\2", _MEANT.sub(r"\\\1", " ".join(text.split())))
