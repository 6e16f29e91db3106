"""Commands about where the archive comes from: watch, coverage."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click

from lyceum.cli.common import json_option, note, open_library, print_json, progress
from lyceum.library import Library


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE…]")
@click.option("--every", type=click.FloatRange(min=0, min_open=True), metavar="HOURS", help="Go on until stopped.")
@click.option("--embed", type=click.Choice(["now", "later"]), default="now", help="Make vectors now or with `embed`.")
@json_option
@click.pass_context
def watch(context: click.Context, sources: tuple[str, ...], every: float | None, embed: str, as_json: bool) -> int:
    """Read sources again, all that were ever added or those named, and report what is new, changed and gone.

    What is unchanged is not fetched or read anew. What is gone stays in the archive.
    """
    with open_library(context) as library:
        stop = threading.Event()
        if every:
            signal.signal(signal.SIGTERM, lambda *_: _end(library, stop))
        while True:
            code = _watch_once(library, sources, vectors=embed == "now", as_json=as_json)
            if not every or stop.wait(every * 3600):
                return code


def _end(library: Library, stop: threading.Event) -> None:
    stop.set()
    library.stop()


def _watch_once(library: Library, sources: tuple[str, ...], *, vectors: bool, as_json: bool) -> int:
    report = library.watch(sources, vectors=vectors, progress=progress())
    if as_json:
        print_json(report.as_dict())
    for reading in report.readings if not as_json else ():
        click.echo(
            f"{reading.source}: {len(reading.new)} new, {len(reading.changed)} changed, {len(reading.gone)} gone, "
            f"{reading.unchanged} unchanged, {len(reading.failed)} failed."
        )
        for sign, places in (("+", reading.new), ("~", reading.changed), ("-", reading.gone)):
            for place in places:
                click.echo(f"  {sign} {place}")
    for failure in report.failed:
        note(f"✗ {failure['source']}\n  {failure['message']} {failure['hint']} [{failure['step']}: {failure['code']}]")
    for line in report.notes:
        note(line)
    return 1 if report.failed else 0


@click.command()
@json_option
@click.pass_context
def coverage(context: click.Context, as_json: bool) -> int:
    """Show what the archive holds by year, language, type, collection and source, and what could not be read."""
    with open_library(context) as library:
        held = library.coverage()
    if as_json:
        print_json(held)
        return 0
    click.echo(f"{held['documents']} documents, {held['passages']} passages, {held['vectors']} with vectors.")
    for name in ("years", "languages", "types", "kinds", "collections"):
        click.echo(f"{name}: " + ", ".join(f"{value} {count}" for value, count in held[name].items()))
    for source in held["sources"]:
        click.echo(_line(source))
    for failure in held["failed"]:
        click.echo(f"✗ {failure['source']}: {failure['message']}")
    return 0


def _line(source: dict[str, Any]) -> str:
    read = f"read {source['last_read'][:16]}" if source["last_read"] else "never read to its end"
    gone = f", {source['gone']} gone" if source["gone"] else ""
    stale = "  ! stale: `lyceum watch` reads it again" if source["stale"] else ""
    return f"{source['kind']} {source['source']}: {source['documents']} documents{gone}, {read}{stale}"
