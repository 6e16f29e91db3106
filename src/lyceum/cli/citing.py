"""The command that writes references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from lyceum.cli.common import note, open_library
from lyceum.errors import InvalidValue, UsageError, unwritable
from lyceum.library import (
    Library,
    answer_as_docx,
    answer_as_markdown,
    forms_of_references,
    notes_of,
    write_references,
)

_WHOLE = {"md": answer_as_markdown, "docx": answer_as_docx}


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="DOCUMENT|PASSAGE|ANSWER…")
@click.option("--format", "form", default="chicago", show_default=True, metavar="FORM",
              help="bibtex, ris, csl-json; chicago, mla, apa, any CSL style; a whole answer: md, docx.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.pass_context
def cite(context: click.Context, names: tuple[str, ...], form: str, output: Path | None) -> int:
    """Refer to documents, passages and kept answers by their ids; `last` is the newest answer.

    \b
    lyceum cite 65c676360a713ed8 --format bibtex
    lyceum ask --keep "What is surplus value?" && lyceum cite last --format docx --output answer.docx
    """
    with open_library(context) as library:
        if form in _WHOLE:
            data = _whole(library, names, form)
        else:
            found = [one for name in names for one in library.references(name)]
            data = write_references(found, form).encode()
    if output is None and form == "docx":
        raise UsageError("This is no text for a terminal.", hint="Name a file with --output.")
    if output is None:
        click.echo(data, nl=False)
        return 0
    try:
        output.write_bytes(data)
    except OSError as error:
        raise unwritable(str(output), error) from error
    note(f"Written to {output}.")
    return 0


def _whole(library: Library, names: tuple[str, ...], form: str) -> bytes:
    """One kept answer with its footnotes."""
    if len(names) != 1 or not (names[0] == "last" or names[0].startswith("a-")):
        raise InvalidValue(
            f"Only one kept answer can be written as {form}.",
            hint=f"For documents use one of {', '.join(forms_of_references())}.", code="unknown_format",
        )  # fmt: skip
    answer: Mapping[str, Any] = library.answers.get(names[0])["answer"]
    lines = write_references(library.references(names[0]), "chicago").splitlines()
    return _WHOLE[form](answer, notes_of([one for one in answer["citations"] if one.get("document")], lines))
