"""What the commands share: options, opening the library, printing, progress."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from lyceum import config
from lyceum.cli.output import json_option as json_option  # noqa: PLC0414 - the other commands take them from here
from lyceum.cli.output import note as note  # noqa: PLC0414
from lyceum.cli.output import print_json as print_json  # noqa: PLC0414
from lyceum.errors import InvalidValue, UsageError
from lyceum.library import Library, Progress

_Command = TypeVar("_Command", bound=Callable[..., Any])


def filter_options(command: _Command) -> _Command:
    """Adds the options that narrow a search to a command, which gets them as keyword arguments."""
    for option in reversed(
        (
            click.option(
                "--from",
                metavar="DATE",
                help="Only what is dated on or after this day, month or year.",
            ),
            click.option("--to", metavar="DATE", help="Only what is dated on or before it."),
            click.option("--as-of", metavar="DATE", help="Only what had been published by then."),
            click.option("--language", metavar="L", help="Only this language, such as de."),
            click.option("--author", metavar="NAME", help="Only works of this author."),
            click.option("--collection", metavar="NAME", help="Only this collection."),
            click.option("--kind", metavar="KIND", help="Only this kind of document."),
            click.option("--title", metavar="WORDS", help="Only documents with these words in their title."),
        )
    ):
        command = option(command)
    return command


@contextmanager
def open_library(context: click.Context) -> Iterator[Library]:
    """The library of the home that was named."""
    with Library.open(config.load(context.obj, os.environ)) as library:
        yield library


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; raises UsageError naming a bad line."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path.name}, line {number} is not JSON.", hint=str(error)) from error
            if not isinstance(value, dict):
                raise UsageError(f"{path.name}, line {number} is not an object.", hint="One object a line.")
            yield value


_STEPS = {
    "receive": "Taking in",
    "fetch": "Fetching",
    "scan": "Scanning (MB)",
    "extract": "Reading",
    "embed": "Embedding",
}


class _Bar:
    """A progress line with rate and time left, rewritten in place."""

    def __init__(self) -> None:
        self._step = ""
        self._started = 0.0
        self._shown = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step:
            self._finish()
            self._step, self._started, self._shown = step, now, 0.0
        if total and (done == total or now - self._shown > 0.2):
            self._shown = now
            rate = done / max(now - self._started, 1e-3)
            left = f", {_duration((total - done) / rate)} left" if 0 < done < total and rate else ""
            sys.stderr.write(f"\r\033[K{_STEPS[step]}: {done} of {total} ({rate:.0f}/s{left})")
            sys.stderr.flush()
            if done == total:
                self._finish()

    def _finish(self) -> None:
        if self._shown:
            sys.stderr.write("\n")
        self._step, self._shown = "", 0.0


def progress() -> Progress | None:
    """A progress line on a terminal; None, which is quiet, elsewhere."""
    return _Bar() if sys.stderr.isatty() else None


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def text_of(line: Mapping[str, Any], name: str) -> str:
    """The text of one field of a batch's line; raises InvalidValue."""
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"“{name}” is not text.", hint="Put it in quotation marks.")
    return value or ""


def error_json(error: Exception) -> dict[str, str]:
    """What went wrong with one line of a batch, as its answer."""
    if isinstance(error, UsageError):
        return error.as_dict()
    return {"code": "invalid_value", "message": str(error), "hint": "See `--help` for the values of each option."}
