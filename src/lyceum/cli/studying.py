"""The command that makes study of the archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from lyceum.cli.common import filter_options, note, open_library
from lyceum.contract import kind_of, studied
from lyceum.errors import InvalidValue, UsageError, unwritable
from lyceum.library import Kind, Scope, forms_of, render


@click.command()
@click.argument("study_kind", type=click.Choice([kind.value for kind in Kind]), metavar="KIND")
@click.argument("topic")
@click.option("--format", "form", default="md", show_default=True, metavar="FORM", help="md, json, html, …, by kind.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.option("--limit", type=click.IntRange(1, 1_000), help="At most so many items.")
@click.option("--model", default="extractive", show_default=True, metavar="NAME", help="As for `lyceum ask`.")
@filter_options
@click.pass_context
def study(
    context: click.Context,
    /,
    study_kind: str,
    topic: str,
    form: str,
    as_json: bool,
    output: Path | None,
    **options: Any,
) -> int:
    """Make study of a TOPIC: words, or the id or title of a document, an author, a collection.

    \b
    lyceum study guide "The Great Steel Strike and its Lessons"
    lyceum study timeline strike --format svg --output strikes.svg
    lyceum study positions "general strike" --author "Debs, Eugene"
    lyceum study guide collection:news

    Every item rests on quotations that were found in their sources. Exit code 1 tells that the archive gave nothing.
    """
    form = "json" if as_json else form
    known = forms_of(kind_of(study_kind))
    if form not in known:
        raise InvalidValue(
            f"A {study_kind} cannot be written as “{form[:20]}”.",
            hint=f"Use one of {', '.join(known)}.",
            code="unknown_format",
        )
    with open_library(context) as library:
        made = studied(library, study_kind, topic, Scope.everything(), options)
    _put(render(made, form), output, known[form].media)
    for lack in made.lacks:
        note(f"{lack.message} {lack.hint} [{lack.code}]")
    return 1 if made.empty else 0


def _put(data: bytes, output: Path | None, media: str) -> None:
    if output is None:
        if sys.stdout.isatty() and not media.startswith(("text/", "application/json", "image/svg")):
            raise UsageError("This is no text for a terminal.", hint="Name a file with --output.")
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise unwritable(str(output), error) from error
