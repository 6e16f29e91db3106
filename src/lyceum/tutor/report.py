"""Shows checked quotations to people: as text, and as one HTML page that stands alone and prints."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from html import escape

from lyceum.tutor.alignment import compared
from lyceum.tutor.quotes import Checked, QuoteReport, Verdict
from lyceum.tutor.verify import Citation

_WIDTH = 90
_NAMES = {
    Verdict.EXACT: "Exact",
    Verdict.ALTERED: "Altered",
    Verdict.MISATTRIBUTED: "Misattributed",
    Verdict.NOT_FOUND: "Not found",
}


def quotes_as_text(report: QuoteReport) -> str:
    """A few lines for each quotation, in the order of the draft."""
    return "\n".join(_entry(one) for one in report)


def _entry(one: Checked) -> str:
    lines = [f"{place_of(one)}: {one.verdict}: {textwrap.shorten(one.quoted.words, _WIDTH)}"]
    lines += [f"    draft “{d.draft}”, source “{d.source}” ({d.kind})" for d in one.difference]
    if one.misattribution:
        wrong = one.misattribution
        lines.append(f"    {wrong.what}: the draft names {wrong.named}; it is {wrong.actual}")
    lines += [f"    {cited}" for cited in map(source_line, filter(None, (one.source, *one.further)))]
    if one.nearest:
        lines.append(f"    nearest: “{textwrap.shorten(one.nearest.exact, _WIDTH)}”, {source_line(one.nearest)}")
    lines += [f"    {remark}" for remark in one.remarks]
    return "\n".join(lines)


def place_of(one: Checked) -> str:
    """Where a quotation stands in the draft: its line, else its page, else its paragraph."""
    quoted = one.quoted
    if quoted.line is not None:
        return f"line {quoted.line}"
    return f"page {quoted.page}" if quoted.page else f"paragraph {quoted.paragraph}"


def source_line(citation: Citation) -> str:
    """Author, title, date and place of a citation in one line."""
    about = ", ".join(filter(None, [*citation.creators, citation.title, citation.date]))
    page = f"page {citation.page}, " if citation.page else ""
    return f"{about} ({page}{citation.document}, characters {citation.start}–{citation.end})"


# --- HTML --------------------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --warn: #8a5300; --good: #1b6e34 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --warn: #ffc46b; --good: #86d69b } }
body { font: 1rem/1.5 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1rem; margin: 0 }
section { border-top: 1px solid var(--line); padding: 1rem 0; break-inside: avoid }
blockquote { margin: .5rem 0; padding-left: 1rem; border-left: 3px solid var(--line); white-space: pre-line }
.altered h2, .not_found h2 { color: var(--bad) }
.misattributed h2 { color: var(--warn) }
.exact h2 { color: var(--good) }
ins { text-decoration: underline; text-decoration-thickness: 2px; color: var(--good) }
del { text-decoration: line-through; color: var(--bad) }
.source, .note { font-size: .9rem } .context { opacity: .75 }
table { border-collapse: collapse } td, th { padding: .1rem .8rem .1rem 0; text-align: left; font-weight: normal }
@media print { body { max-width: none; margin: 0 } a { color: inherit } }
""".strip()


def quotes_as_html(report: QuoteReport, name: str) -> str:
    """One page without anything from elsewhere; what the source has is marked <ins>, what the draft has <del>."""
    body = "\n".join(_section(n, one) for n, one in enumerate(report, start=1))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Quotations of {escape(name)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Quotations of {escape(name)}</h1>\n{_summary(report)}\n{body}\n</main>\n</body>\n</html>"
    )


def _summary(report: QuoteReport) -> str:
    counts = Counter(one.verdict for one in report)
    rows = "".join(f'<tr><th scope="row">{_NAMES[v]}</th><td>{counts[v]}</td></tr>' for v in Verdict)
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    return f"<table>{rows}</table>\n" + (f'<ul class="note">{notes}</ul>' if notes else "")


def _section(n: int, one: Checked) -> str:
    return (
        f'<section class="{one.verdict}" aria-labelledby="q{n}">\n'
        f'<h2 id="q{n}">{n}. {_NAMES[one.verdict]} — {escape(place_of(one))}</h2>\n'
        + "\n".join(_parts(one))
        + "\n</section>"
    )


def _parts(one: Checked) -> Iterator[str]:
    # The words may be of any language and script; which way they run is theirs to say.
    yield f'<blockquote dir="auto">{_marked(one)}</blockquote>'
    if one.difference:
        yield f'<p class="note">{escape(_differences(one))}</p>'
    if one.misattribution:
        wrong = one.misattribution
        named, actual = escape(wrong.named), escape(wrong.actual)
        yield f'<p class="note">Wrong {wrong.what}: the draft names <del>{named}</del>; it is <ins>{actual}</ins>.</p>'
    for citation in filter(None, (one.source, *one.further)):
        yield _cited(citation)
    if one.nearest:
        yield f'<p class="note">Nearest in the archive:</p>\n{_cited(one.nearest)}'
    yield from (f'<p class="note">{escape(remark)}</p>' for remark in one.remarks)


def _differences(one: Checked) -> str:
    return "; ".join(
        f"{d.kind}: " + (f"“{d.draft}” for “{d.source}”" if d.draft and d.source else f"“{d.draft or d.source}”")
        for d in one.difference
    )


def _marked(one: Checked) -> str:
    """The quotation, with what the source has in the place of what differs."""
    if one.verdict is not Verdict.ALTERED or one.source is None or one.further:
        return escape(one.quoted.words)
    parts: list[str] = []
    for run in compared(one.quoted.words, one.source.exact):
        if run.same:
            parts.append(escape(run.draft))
            continue
        parts += [f"<del>{escape(run.draft)}</del>"] if run.draft else []
        parts += [f"<ins>{escape(run.source)}</ins>"] if run.source else []
    return " ".join(parts)


def _cited(citation: Citation) -> str:
    context = (
        f'<span class="context">{escape(citation.prefix)}</span><q>{escape(citation.exact)}</q>'
        f'<span class="context">{escape(citation.suffix)}</span>'
    )
    words = f'<span lang="{escape(citation.language)}" dir="auto">…{context}…</span>'
    return f'<p class="source">{escape(source_line(citation))}<br>{words}</p>'
