"""Starts the tools alone, on standard input and output, for the owner of the home."""

from __future__ import annotations

from lyceum.config import Settings
from lyceum.library import Library
from lyceum.server.api.mcp import make_server
from lyceum.server.desk import Desk, put_away, put_up


def serve_tools(settings: Settings) -> None:
    """Serves until standard input ends."""
    with Library.open(settings) as library:
        put_up(Desk(library, settings))
        try:
            make_server().run("stdio")
        finally:
            put_away()
