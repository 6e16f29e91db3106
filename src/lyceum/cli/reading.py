"""The command that searches."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lyceum.cli.common import (
    error_json,
    filter_options,
    json_option,
    note,
    open_library,
    print_json,
    read_lines,
    text_of,
)
from lyceum.contract import (
    MOST_HITS,
    filter_of,
    result_json,
    search_json,
)
from lyceum.errors import InvalidValue, UsageError
from lyceum.library import (
    ELSEWHERE,
    Facets,
    Hit,
    Library,
    Mode,
    Order,
    Passage,
    Scope,
    SearchResult,
    Snippet,
    read_query,
)  # fmt: skip

_WIDTH = 100


@click.command()
@click.argument("query", required=False)
@click.option("--limit", type=click.IntRange(1, MOST_HITS), default=10, show_default=True, help="At most so many hits.")
@click.option("--mode", type=click.Choice([m.value for m in Mode]), default="hybrid", show_default=True,
              help="By words and meaning, by words, by meaning, or as the exact phrase.")  # fmt: skip
@click.option("--queries", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.jsonl",
              help="Many queries, one JSON object a line with id, query and any of these options.")  # fmt: skip
@click.option("--sort", "order", type=click.Choice([o.value for o in Order]), default="relevance", show_default=True,
              help="By date, only passages with every word are shown.")  # fmt: skip
@click.option("--elsewhere", type=click.FloatRange(0, 1), default=0.2, show_default=True,
              help="The part of the places kept for good passages in other languages.")  # fmt: skip
@click.option(
    "--facets", "with_facets", is_flag=True, help="Count the documents with all the words, by year and so on."
)
@filter_options
@json_option
@click.pass_context
def search(
    context: click.Context,
    /,
    query: str | None,
    limit: int,
    mode: str,
    queries: Path | None,
    order: str,
    elsewhere: float,
    with_facets: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Find passages.

    \b
    "these words together"   "near each other"~5   -without   begin*   misspelt~
    author:besant   title:"match women"   year:1888   year:1880..1889   from:1888-05
    to:1890   as-of:1890   lang:de   collection:papers   kind:letter
    """
    if (query is None) == (queries is None):
        raise UsageError("Give a QUERY, or --queries FILE.jsonl.", hint="See `lyceum search --help`.")
    with open_library(context) as library:
        if queries:
            for line in read_lines(queries):
                print_json({"id": line.get("id"), **_batch_search(library, line, limit, mode, order)})
            return 0
        asked = read_query(
            query or "", Scope.everything(), filter_of(options), mode=Mode(mode), limit=limit, order=Order(order),
            elsewhere=elsewhere,
        )  # fmt: skip
        result = library.search(asked)
        facets = library.facets(asked) if with_facets else None
    if as_json:
        print_json(search_json(result, facets))
    else:
        _print_result(result, facets)
    for remark in result.notes:
        note(remark)
    return 0 if result.hits else 1


def _batch_search(library: Library, line: Mapping[str, Any], limit: int, mode: str, order: str) -> dict[str, Any]:
    try:
        query = read_query(
            text_of(line, "query"),
            Scope.everything(),
            filter_of(line),
            mode=Mode(line.get("mode", mode)),
            limit=_limit_of(line, limit),
            order=Order(line.get("sort", order)),
            elsewhere=float(line.get("elsewhere", ELSEWHERE)),
        )
        result = library.search(query)
        facets = {"facets": asdict(library.facets(query))} if line.get("facets") else {}
    except (UsageError, ValueError, TypeError, AttributeError) as error:
        return {"hits": [], "milliseconds": 0, "error": error_json(error)}
    return {**result_json(result), **facets}


def _limit_of(line: Mapping[str, Any], limit: int) -> int:
    value = line.get("limit", limit)
    if not isinstance(value, int) or not 1 <= value <= MOST_HITS:
        raise InvalidValue(f"The limit is {value!r}.", hint=f"It is a number from 1 to {MOST_HITS}.")
    return value


def _print_result(result: SearchResult, facets: Facets | None) -> None:
    if result.suggestion:
        click.echo(f"Did you mean: {result.suggestion}\n")
    for number, (hit, snippet) in enumerate(zip(result.hits, result.snippets, strict=True), start=1):
        click.echo(_hit_text(number, hit, snippet))
    if facets:
        click.echo(_facets_text(facets))
    click.echo(f"{len(result.hits)} passages in {result.milliseconds:.0f} ms", err=True)


def _hit_text(number: int, hit: Hit, snippet: Snippet) -> str:
    passage, metadata = hit.passage, hit.passage.document.metadata
    names = " & ".join(metadata.creators)
    page = f", p. {passage.page}" if passage.page else ""
    head = f"{number}. {names + ', ' if names else ''}{metadata.title} ({metadata.date or 'no date'}){page}"
    return f"{head}\n{textwrap.indent(textwrap.fill(_marked(passage, snippet), _WIDTH - 3), '   ')}\n"


def _marked(passage: Passage, snippet: Snippet) -> str:
    """The stretch to show, its found words bold where the terminal can show it, dots where the passage goes on."""
    parts = ["… "] if snippet.start > passage.start else []
    at = snippet.start
    for start, end in snippet.marks:
        parts.append(passage.text[at - passage.start : start - passage.start])
        parts.append(click.style(passage.text[start - passage.start : end - passage.start], bold=True))
        at = end
    parts.append(passage.text[at - passage.start : snippet.end - passage.start])
    if snippet.end < passage.end:
        parts.append(" …")
    return "".join(parts)


def _facets_text(facets: Facets) -> str:
    lines = [f"{facets.documents} documents hold all the words."]
    for name, counts in asdict(facets).items():
        if isinstance(counts, dict) and counts:
            most = sorted(counts.items(), key=lambda item: -item[1])[:_FACETS_SHOWN]
            lines.append(f"{name}: " + ", ".join(f"{value} ({count})" for value, count in most))
    return "\n".join(lines)


_FACETS_SHOWN = 8
