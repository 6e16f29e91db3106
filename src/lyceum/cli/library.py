"""Commands that keep the archive: add, documents, show, remove."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lyceum.cli.asking import show_answer
from lyceum.cli.common import filter_options, json_option, note, open_library, print_json, progress
from lyceum.contract import document_json, editions_json, filter_of, shown_json
from lyceum.errors import UsageError
from lyceum.library import Document, Scope


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option("--collection", metavar="NAME", help="Put everything into this collection.")
@click.option(
    "--metadata", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.csv",
    help="A table with a column source (or file), and any of title, creator, date, language, publisher, rights, "
    "collection, kind, edition_of.",
)  # fmt: skip
@click.option(
    "--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.toml",
    help="Which column of a JSONL or CSV file is which: lines such as text = \"body\" and date = \"day\".",
)  # fmt: skip
@click.option("--embed", type=click.Choice(["now", "later"]), default="now", help="Make vectors now or with `embed`.")
@click.option(
    "--work", type=click.Choice(["now", "later"]), default="now", help="Only store, and leave it to a worker."
)
@click.option(
    "--max-pages", type=click.IntRange(min=1), metavar="N",
    help="Read at most N pages of a site; 1 reads the page alone. Without it, an address with a path is one page, and "
    "a site’s first page means the site, up to 1,000 pages.",
)  # fmt: skip
@click.option(
    "--ocr-languages", default="", metavar="LANGUAGES",
    help="In which languages scans are recognised, such as deu+lat; without it, in the document’s own, where known.",
)  # fmt: skip
@click.option("--comments", is_flag=True, help="Keep the comments of WordPress, apart from what they are about.")
@click.option("--follow", is_flag=True, help="Of a feed that is a file, read the pages that it announces.")
@json_option
@click.pass_context
def add(
    context: click.Context,
    sources: tuple[str, ...],
    collection: str | None,
    metadata: Path | None,
    mapping: Path | None,
    embed: str,
    work: str,
    max_pages: int | None,
    ocr_languages: str,
    comments: bool,
    follow: bool,
    as_json: bool,
) -> int:
    """Add files, folders and addresses: text, Markdown, HTML, EPUB, PDF and scans, DOCX, ODT, RTF, DOC, TEI, JATS,
    METS, mail, rows of JSONL and CSV, WARC, WordPress exports, feeds, and zip and tar files of them.

    Of an address, a page, a feed, a sitemap or a site is read, politely: robots.txt is obeyed.
    The same bytes are added once; a changed file becomes a new version, and the old one stays citable. What
    cannot be read is reported with its reason, and everything else is still added.
    """
    with open_library(context) as library:
        report = library.add(
            sources, collection=collection, metadata=metadata, mapping=_read_mapping(mapping), work=work == "now",
            vectors=embed == "now", max_pages=max_pages, ocr_languages=ocr_languages, comments=comments, follow=follow,
            progress=progress(),
        )  # fmt: skip
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
                   f"{len(report.failed)} failed.")  # fmt: skip
        click.echo(f"The archive holds {report.documents} documents in {report.passages} passages "
                   f"({report.seconds:.1f} s, {report.peak_memory_mb} MB).")  # fmt: skip
    for failure in report.failed:
        note(f"✗ {failure['source']}\n  {failure['message']} {failure['hint']} [{failure['step']}: {failure['code']}]")
    for line in report.notes:
        note(line)
    return 1 if report.failed else 0


@click.command()
@filter_options
@click.option("--failed", is_flag=True, help="List instead what could not be read, and why.")
@json_option
@click.pass_context
def documents(context: click.Context, /, failed: bool, as_json: bool, **options: Any) -> int:
    """List what the archive holds."""
    with open_library(context) as library:
        found = library.failed() if failed else library.documents(filter_of(options))
    if as_json:
        print_json({"documents": [document_json(document) for document in found]})
        return 0
    for document in found:
        click.echo(f"{document.id}  {describe(document)}")
        if document.failure:
            click.echo(f"                  {document.failure.message} {document.failure.hint}")
    click.echo(f"{len(found)} documents", err=True)
    return 0


@click.command()
@click.argument("document")
@click.option("--version", metavar="VERSION", help="An earlier version.")
@click.option("--text", "whole", is_flag=True, help="With the stored text and its pages.")
@json_option
@click.pass_context
def show(context: click.Context, document: str, version: str | None, whole: bool, as_json: bool) -> int:
    """Show one document, or its whole text; or a kept answer, its quotations verified again."""
    with open_library(context) as library:
        if document.startswith("a-") or document == "last":
            return show_answer(library, document, as_json=as_json)
        if as_json:
            print_json(shown_json(library, document, Scope.everything(), version=version, whole=whole))
            return 0
        found = library.document(document, version=version)
        if whole:
            click.echo(library.text(found))
        else:
            click.echo(_card(found, editions_json(library, found, Scope.everything())))
    return 0


@click.command()
@click.argument("document")
@click.argument("values", nargs=-1, required=True, metavar="FIELD=VALUE…")
@json_option
@click.pass_context
def edit(context: click.Context, document: str, values: tuple[str, ...], as_json: bool) -> int:
    """Correct what is known of a document: its title, creator, date, edition_date, language, publisher, rights,
    address, collection, kind, edition_of.

    A correction outranks what the file says and stays when the file is added again. FIELD= says that it is not
    known; names that are no field are kept as extra metadata. Several creators are parted by semicolons.
    """
    with open_library(context) as library:
        found = library.edit(document, dict(map(_pair, values)))
    if as_json:
        print_json(document_json(found))
    else:
        click.echo(_card(found))
    return 0


@click.command("export-metadata")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv")
@json_option
@click.pass_context
def export_metadata(context: click.Context, file: Path, as_json: bool) -> int:
    """Write what is known of every document as a table; change it, and `add … --metadata FILE.csv` takes it in.

    What differs in the table from what stands counts as a correction.
    """
    with open_library(context) as library:
        rows = library.export_metadata(file)
    if as_json:
        print_json({"file": str(file), "documents": rows})
    else:
        click.echo(f"{rows} documents written to {file}.")
    return 0


@click.command()
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT…")
@json_option
@click.pass_context
def remove(context: click.Context, documents: tuple[str, ...], as_json: bool) -> int:
    """Take documents out, with their passages, vectors and stored files."""
    with open_library(context) as library:
        removed = library.remove(documents)
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{len(removed)} removed.")
    return 0


def _pair(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"“{said}” is no FIELD=VALUE.", hint="Such as `title=The mill` or `date=1919-09`.")
    return name, value


def _read_mapping(file: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The mapping {file} cannot be read: {error}.", hint="It is TOML: lines such as text = \"body\".",
            code="mapping_unreadable",
        ) from error  # fmt: skip


def describe(document: Document) -> str:
    """Author, title, date, language in one line."""
    metadata = document.metadata
    names = " & ".join(metadata.creators) or "unknown author"
    return f"{names}: {metadata.title} ({metadata.date or 'no date'}, {metadata.language})"


def _card(document: Document, editions: Sequence[dict[str, Any]] = ()) -> str:
    value = document_json(document)
    lines = [f"{name:12} {value[name]}" for name in value if value[name] not in (None, "", [], {})]
    others = [f"other edition {one['id']}  {one['title']} ({one['source']})" for one in editions]
    return "\n".join([*lines, *others])
