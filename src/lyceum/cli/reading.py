"""Commands that read: search, ask."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lyceum.cli.common import (
    filter_options,
    json_option,
    note,
    open_library,
    print_json,
    read_lines,
)
from lyceum.contract import (
    MOST_HITS,
    abstention,
    answer_json,
    filter_of,
    own_passages,
    result_json,
    search_json,
    timed,
)
from lyceum.errors import InvalidValue, UsageError
from lyceum.library import (
    Answer,
    Facets,
    Hit,
    Library,
    Mode,
    Order,
    Passage,
    Question,
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


@click.command()
@click.argument("question", required=False)
@click.option("--model", default="extractive", show_default=True, metavar="NAME",
              help="extractive, or openai:MODEL with LYCEUM_MODEL_URL and LYCEUM_MODEL_KEY.")  # fmt: skip
@click.option("--questions", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.jsonl",
              help="Many questions, one JSON object a line with id, question, and passages of their own.")  # fmt: skip
@filter_options
@json_option
@click.pass_context
def ask(
    context: click.Context,
    /,
    question: str | None,
    model: str,
    questions: Path | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Ask the archive. The answer is made of quotations that were found in their sources, or there is none."""
    if (question is None) == (questions is None):
        raise UsageError("Give a QUESTION, or --questions FILE.jsonl.", hint="See `lyceum ask --help`.")
    with open_library(context) as library:
        if questions:
            for line in read_lines(questions):
                print_json({"id": line.get("id"), **_batch_ask(library, line, model)})
            return 0
        asked = Question(question or "", Scope.everything(), filter_of(options))
        answer, milliseconds = timed(library, asked, model)
    if as_json:
        print_json({"id": None, **answer_json(answer, milliseconds)})
    else:
        click.echo(answer_text(answer, milliseconds))
    for remark in answer.notes:
        note(remark)
    return 1 if answer.abstained else 0


def answer_text(answer: Answer, milliseconds: float) -> str:
    """An answer as a person reads it at a terminal."""
    if answer.abstained:
        return "\n".join([*abstention(answer.as_dict()), f"{milliseconds:.0f} ms"])
    parts = [
        textwrap.fill(claim.text, _WIDTH) + " " + "".join(f"[{n}]" for n in claim.citations) for claim in answer.claims
    ]
    sources = []
    for number, citation in enumerate(answer.citations, start=1):
        place = f"page {citation.page}, " if citation.page else ""
        about = ", ".join(filter(None, [*citation.creators, citation.title, citation.date]))
        where = citation.document or citation.source
        sources.append(f"[{number}] {about} ({place}{where}, characters {citation.start}–{citation.end})")
    return "\n\n".join(
        [*parts, "\n".join([*sources, f"Every quotation was found in its source. {milliseconds:.0f} ms"])]
    )


def _batch_search(library: Library, line: Mapping[str, Any], limit: int, mode: str, order: str) -> dict[str, Any]:
    try:
        query = read_query(
            _text_of(line, "query"),
            Scope.everything(),
            filter_of(line),
            mode=Mode(line.get("mode", mode)),
            limit=_limit_of(line, limit),
            order=Order(line.get("sort", order)),
        )
        result = library.search(query)
    except (UsageError, ValueError, TypeError, AttributeError) as error:
        return {"hits": [], "milliseconds": 0, "error": _error_json(error)}
    return result_json(result)


def _batch_ask(library: Library, line: Mapping[str, Any], model: str) -> dict[str, Any]:
    try:
        question = Question(
            _text_of(line, "question"), Scope.everything(), filter_of(line), own_passages(line.get("passages"))
        )
        answer, milliseconds = timed(library, question, _text_of({"model": model, **line}, "model"))
    except (UsageError, ValueError, TypeError, AttributeError) as error:
        return {"question": line.get("question"), "error": _error_json(error)}
    return answer_json(answer, milliseconds)


def _text_of(line: Mapping[str, Any], name: str) -> str:
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"“{name}” is not text.", hint="Put it in quotation marks.")
    return value or ""


def _limit_of(line: Mapping[str, Any], limit: int) -> int:
    value = line.get("limit", limit)
    if not isinstance(value, int) or not 1 <= value <= MOST_HITS:
        raise InvalidValue(f"The limit is {value!r}.", hint=f"It is a number from 1 to {MOST_HITS}.")
    return value


def _error_json(error: Exception) -> dict[str, str]:
    if isinstance(error, UsageError):
        return error.as_dict()
    return {"code": "invalid_value", "message": str(error), "hint": "See `--help` for the values of each option."}


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
