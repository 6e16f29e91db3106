"""Commands that open the archive to others: serve, mcp."""

from __future__ import annotations

import os

import click

from lyceum import config
from lyceum.cli.common import note


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 is everywhere.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8_000, show_default=True, help="0 takes a free one.")
@click.pass_context
def serve(context: click.Context, host: str, port: int) -> int:
    """Start the site with its worker, until Ctrl-C: pages, HTTP API, chat clients, MCP.

    From elsewhere than this machine it is reached only with a token (LYCEUM_API_TOKEN), or to read what
    LYCEUM_ANONYMOUS names.
    """
    settings = config.load(context.obj, os.environ)
    from lyceum.server.run import serve as run  # noqa: PLC0415  (no other command pays for the site)

    run(settings, host=host, port=port, told=_tell)
    return 0


def _tell(address: str, first: str) -> None:
    if first:
        note(f"Create the administrator's account, once: {address}{first}")
    note(f"Lyceum is at {address}  (Ctrl-C ends it)")


@click.command()
@click.pass_context
def mcp(context: click.Context) -> int:
    """Give an assistant the archive as tools, by the Model Context Protocol on standard input and output."""
    settings = config.load(context.obj, os.environ)
    from lyceum.server.tools import serve_tools  # noqa: PLC0415

    serve_tools(settings)
    return 0
