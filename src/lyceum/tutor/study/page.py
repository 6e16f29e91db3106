"""Writes a study as one HTML page that stands alone: readable on paper and on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from lyceum.tutor.study.markdown import place
from lyceum.tutor.study.model import Card, Event, Item, Section, Study
from lyceum.tutor.study.picture import svg
from lyceum.tutor.verify import Citation

_STYLE = """
:root { color-scheme: light dark; font: 1.05rem/1.6 Georgia, "Noto Serif", serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } blockquote { margin: .6rem 0; padding-inline-start: 1rem; border-inline-start: 3px solid; }
.sources, .note, figcaption { font-size: .9rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid; }
td:first-child { white-space: nowrap; } figure { margin: 1rem 0; } .zoom { overflow: auto; max-height: 80vh; }
.zoom svg { width: 100%; min-width: 36rem; } figure:has(#z2:checked) svg { width: 160%; }
figure:has(#z3:checked) svg { width: 250%; } a { color: inherit; } sup a { text-decoration: none; }
@media print { .zoom { max-height: none; } fieldset { display: none; } }
"""
_ZOOM = (
    "<fieldset><legend>Size</legend>"
    '<label><input type="radio" name="zoom" checked> 1×</label> <label><input type="radio" name="zoom" id="z2"> 1.6×'
    '</label> <label><input type="radio" name="zoom" id="z3"> 2.5×</label></fieldset>'
)


def write(study: Study) -> bytes:
    """One HTML page."""
    return "\n".join(_page(study)).encode()


def _page(study: Study) -> Iterator[str]:
    numbers = study.numbers()
    yield f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(study.title)}</title>'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
    yield f"<body><main><h1>{escape(study.title)}</h1>"
    for lack in study.lacks:
        yield f'<p class="note"><strong>{escape(lack.message)}</strong> {escape(lack.hint)}</p>'
    for section in study.sections:
        yield from _section(section, numbers)
    if study.events:
        yield f'<figure>{_ZOOM}<div class="zoom" tabindex="0">{svg(study.title, study.events)}</div>'
        yield "<figcaption>The same as a table stands below.</figcaption></figure>"
        yield "<table><thead><tr><th>Date</th><th>What the sources say</th></tr></thead><tbody>"
        yield from (_event(n, event, numbers) for n, event in enumerate(study.events, start=1))
        yield "</tbody></table>"
    yield from (_card(card, numbers) for card in study.cards)
    if numbers:
        yield "<h2>Sources</h2><ol class='sources'>"
        yield from (f'<li id="source-{n}">{escape(place(citation))}</li>' for citation, n in numbers.items())
        yield "</ol><p class='note'>Every quotation was found in its source. " + escape(study.notice) + "</p>"
    yield "</main></body></html>\n"


def _section(section: Section, numbers: Mapping[Citation, int]) -> Iterator[str]:
    yield f'<section id="{escape(section.id)}"><h2>{escape(section.title)}</h2>'
    if section.note:
        yield f"<p class='note'>{escape(section.note)}</p>"
    yield from (_item(item, numbers) for item in section.items)
    yield "</section>"


def _item(item: Item, numbers: Mapping[Citation, int]) -> str:
    about = f"<strong>{escape(item.about)}</strong> " if item.about else ""
    if not item.quoted:
        return f"<p>{about}{escape(item.text)}{_marks(item.citations, numbers)}</p>"
    quoted = "".join(_quoted(c, numbers) for c in item.citations)
    said = f"<p>{about}{escape(item.text)}</p>" if about or item.text else ""
    return f"<div>{said}{quoted}</div>"


def _quoted(citation: Citation, numbers: Mapping[Citation, int]) -> str:
    language = "" if citation.language == "und" else f' lang="{escape(citation.language)}"'
    return f"<blockquote{language}>{escape(citation.exact)}{_marks((citation,), numbers)}</blockquote>"


def _event(n: int, event: Event, numbers: Mapping[Citation, int]) -> str:
    rivals = "".join(f"<p>But <strong>{one.date}</strong>: {_said(one.citation, numbers)}</p>" for one in event.rivals)
    said = f"<q>{escape(event.text)}</q>{_marks(event.citations, numbers)}"
    return f'<tr id="event-{n}"><td>{event.date}</td><td>{said}{rivals}</td></tr>'


def _said(citation: Citation, numbers: Mapping[Citation, int]) -> str:
    return f"<q>{escape(citation.exact)}</q>{_marks((citation,), numbers)}"


def _card(card: Card, numbers: Mapping[Citation, int]) -> str:
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in sorted((card.answer, *card.distractors)))
    shown = f"<ul>{choices}</ul>" if card.distractors else ""
    answer = f"{escape(card.answer)}{_marks(card.citations, numbers)}"
    return (
        f"<section><p>{escape(card.question)}</p>{shown}<details><summary>Answer</summary>{answer}</details></section>"
    )


def _marks(citations: Sequence[Citation], numbers: Mapping[Citation, int]) -> str:
    return " ".join(f'<sup><a href="#source-{numbers[c]}">{numbers[c]}</a></sup>' for c in citations)
