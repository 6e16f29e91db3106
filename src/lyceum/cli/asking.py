"""Commands that ask: ask, answers."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
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
from lyceum.contract import abstention, answer_json, filter_of, history_of, own_passages, timed
from lyceum.errors import UsageError
from lyceum.library import Library, Question, Recheck, Scope, Standing

_WIDTH = 100


@click.command()
@click.argument("question", required=False)
@click.option("--model", default="extractive", show_default=True, metavar="NAME",
              help="extractive; openai:MODEL with LYCEUM_MODEL_URL and LYCEUM_MODEL_KEY; or gguf:FILE.")  # fmt: skip
@click.option("--questions", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.jsonl",
              help="Many questions, one JSON object a line: id, question, history, passages of its own.")  # fmt: skip
@click.option("--one-source", metavar="AUTHOR", help="Hear one author alone.")
@click.option("--keep", is_flag=True, help="Keep the answer, so that `lyceum show` verifies it again later.")
@click.option(
    "--follow", metavar="ANSWER", help="Ask on after a kept answer; `last` is the newest. Keeps this one too."
)
@filter_options
@json_option
@click.pass_context
def ask(
    context: click.Context,
    /,
    question: str | None,
    model: str,
    questions: Path | None,
    one_source: str | None,
    keep: bool,
    follow: str | None,
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
        before = library.answers.conversation(follow) if follow else []
        history = history_of([one["answer"] for one in before])
        wanted = filter_of({**options, "author": one_source} if one_source else options)
        asked = Question(question or "", Scope.everything(), wanted, history=history)
        answer, milliseconds = timed(library, asked, model)
        shown = answer_json(answer, milliseconds)
        kept = None
        if keep or follow:
            kept = library.answers.keep(shown, follows=before[-1]["id"] if before else None)
    if as_json:
        print_json({"id": None, **({"answer": kept} if kept else {}), **shown})
    else:
        click.echo(answer_text(shown, milliseconds))
    for remark in (*answer.notes, *([f"Kept as {kept}."] if kept else [])):
        note(remark)
    return 1 if answer.abstained else 0


@click.command()
@click.option("--erase", "erased", multiple=True, metavar="ANSWER", help="Delete a kept answer.")
@click.option("--erase-all", is_flag=True, help="Delete every kept answer.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write all of them to a file, as JSON.")
@json_option
@click.pass_context
def answers(
    context: click.Context, erased: tuple[str, ...], erase_all: bool, export: Path | None, as_json: bool
) -> int:
    """List the answers that were kept, or export or erase them. They are yours: nobody else is given them."""
    with open_library(context) as library:
        kept = library.answers.all()
        if export:
            export.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in kept), encoding="utf-8")
            note(f"{len(kept)} answers written to {export}.")
        for name in [one["id"] for one in kept] if erase_all else erased:
            library.answers.erase(name)
        left = library.answers.all()
    if as_json:
        print_json({"answers": left})
    elif not export:
        for one in left:
            click.echo(f"{one['id']}  {textwrap.shorten(one['answer']['question'], 80)}")
        note(f"{len(left)} answers kept.")
    return 0


def show_answer(library: Library, name: str, *, as_json: bool) -> int:
    """Shows a kept answer with what has become of each of its quotations; 1 when one no longer stands."""
    kept = library.answers.get(name)
    found = library.recheck(kept)
    if as_json:
        print_json({**kept, "rechecked": [one.as_dict() for one in found]})
    else:
        click.echo(answer_text(kept["answer"], None))
        click.echo("\n".join(_standing_text(one) for one in found))
    return 0 if all(one.standing in (Standing.STANDS, Standing.MOVED) for one in found) else 1


_STANDING = {
    Standing.STANDS: "stands as it was cited",
    Standing.MOVED: "stands word for word in the newest version, at characters {start}–{end}",
    Standing.EARLIER: "stands only in the version that was cited; the newest says otherwise",
    Standing.GONE: "can no longer be found",
}


def _standing_text(one: Recheck) -> str:
    return f"[{one.n}] {_STANDING[one.standing].format(start=one.start, end=one.end)}"


def answer_text(answer: Mapping[str, Any], milliseconds: float | None) -> str:
    """An answer as a person reads it at a terminal."""
    took = "" if milliseconds is None else f" {milliseconds:.0f} ms"
    if answer["abstained"]:
        said = [f"You wrote: {statement} (Yours, and not ruled upon.)" for statement in answer["yours"]]
        return "\n".join([*said, *abstention(answer), took.strip()]).rstrip()
    parts = [f"Understood as: {answer['asked']}"] if answer["asked"] != " ".join(answer["question"].split()) else []
    parts += [
        textwrap.fill(c["text"], _WIDTH) + " " + "".join(f"[{n}]" for n in c["citations"]) for c in answer["claims"]
    ]
    parts += [_sides_text(disagreement) for disagreement in answer["disagreements"]]
    proven = "Every quotation was found in its source."
    closing = [*map(_source_text, answer["citations"]), " ".join(filter(None, [proven, answer["notice"]])) + took]
    return "\n\n".join([*parts, "\n".join(closing)])


def _numbers(citations: Sequence[int]) -> str:
    return "".join(f"[{n}]" for n in citations)


def _source_text(citation: Mapping[str, Any]) -> str:
    place = f"page {citation['page']}, " if citation["page"] else ""
    about = ", ".join(filter(None, [*citation["creators"], citation["title"], citation["date"]]))
    where = citation.get("document") or citation["passage"]
    line = f"[{citation['n']}] {about} ({place}{where}, characters {citation['start']}–{citation['end']})"
    for edition in citation.get("editions", ()):
        line += f"\n    also: {edition['title']} ({edition['date'] or 'no date'}, {edition['document']})"
    if translation := citation.get("translation"):
        line += f"\n    in a machine's {translation['language']}: {translation['text']}"
    return line


def _sides_text(disagreement: Mapping[str, Any]) -> str:
    lines = ["Sources differ:"]
    for side in disagreement["sides"]:
        who = "; ".join(side["creators"]) or "no author named"
        when = f", {', '.join(side['dates'])}" if side["dates"] else ""
        count = f"{side['documents']} source" + ("s" if side["documents"] > 1 else "")
        lines.append(f"  {side['value']}: {count} ({who}{when}) {_numbers(side['citations'])}")
    return "\n".join(lines)


def _batch_ask(library: Library, line: Mapping[str, Any], model: str) -> dict[str, Any]:
    try:
        question = Question(
            text_of(line, "question"),
            Scope.everything(),
            filter_of(line),
            own_passages(line.get("passages")),
            history_of(line.get("history") or []),
        )
        answer, milliseconds = timed(library, question, text_of({"model": model, **line}, "model"))
    except (UsageError, ValueError, TypeError, AttributeError, KeyError) as error:
        return {"question": line.get("question"), "error": error_json(error)}
    return answer_json(answer, milliseconds)
