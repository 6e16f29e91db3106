"""The command that checks the quotations of a draft."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lyceum.cli.common import note, open_library
from lyceum.contract import quotations_json
from lyceum.errors import unwritable
from lyceum.library import QuoteReport, quotes_as_html, quotes_as_text


@click.command("check-quotes")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True,
              help="For people at a terminal, for programs, or one page that stands alone.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.pass_context
def check_quotes(context: click.Context, file: Path, form: str, as_json: bool, output: Path | None) -> int:
    """Check the quotations of a draft (text, Markdown, HTML, DOCX, PDF) against the archive.

    \b
    exact           the words stand so in the archive, with whom and where the draft says
    altered         they do not, and what stands there is shown
    misattributed   they do, but by another author, in another work or in another edition
    not_found       nothing like them stands in the archive

    Exit codes: 0 when every quotation is exact, 1 when one is not or not all could be checked.
    """
    form = "json" if as_json else form
    with open_library(context) as library:
        report = library.check_quotes(file)
    _put(_shown(report, form, file.name), output)
    exact = sum(one.verdict == "exact" for one in report)
    for line in (*report.notes, f"{len(report)} quotations, {exact} exact."):
        note(line)
    return 0 if report.clean else 1


def _shown(report: QuoteReport, form: str, name: str) -> str:
    if form == "json":
        return json.dumps(quotations_json(report), ensure_ascii=False)
    return quotes_as_html(report, name) if form == "html" else quotes_as_text(report)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(str(output), error) from error
