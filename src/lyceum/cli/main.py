"""The `lyceum` command: its options, its subcommands loaded on use, its exit codes."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from lyceum._version import __version__
from lyceum.errors import HomeError, LyceumError

DONE, IN_PART, USAGE, UNUSABLE, INTERRUPTED = 0, 1, 2, 3, 130

_COMMANDS = {
    "add": ("library", "Add files, folders and sites to the archive."),
    "documents": ("library", "List what the archive holds."),
    "show": ("library", "Show a document, or a kept answer with its quotations verified again."),
    "search": ("reading", "Find passages by words and by meaning."),
    "ask": ("asking", "Ask the archive; every quotation in the answer is verified."),
    "answers": ("asking", "List, export or erase the answers that were kept."),
    "study": ("studying", "Make guides, timelines and more, every item on verified quotations."),
    "cite": ("citing", "Refer to documents, passages and kept answers: BibTeX, RIS, Chicago and more."),
    "edit": ("library", "Correct what is known of a document."),
    "export-metadata": ("library", "Write what is known of every document as a table."),
    "remove": ("library", "Take documents out, with all that was made of them."),
    "check": ("upkeep", "Look for damage in the home."),
    "check-quotes": ("quotes", "Check the quotations of a draft against the archive."),
    "coverage": ("sources", "Show what the archive holds, and when each source was last read."),
    "embed": ("upkeep", "Do every step that waits, such as vectors left for later."),
    "watch": ("sources", "Read known sources again: what is new, changed and gone."),
    "worker": ("upkeep", "Do what waits and what comes, beside others, until stopped."),
    "reindex": ("upkeep", "Make the index anew from the stored texts."),
    "serve": ("site", "Start the site: pages, HTTP API, chat clients, MCP."),
    "mcp": ("site", "Give an assistant the archive as tools."),
    "models": ("upkeep", "Install the weights of an embedder."),
    "hall": ("hall", "Recount published ballots, verify an exported record."),
}


class _LazyGroup(click.Group):
    """Loads a command's module when it is called, so that `--help` is quick."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"lyceum.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False),
    help="Where the archive is kept  [default: $LYCEUM_HOME, else the platform's data folder].",
)  # fmt: skip
@click.version_option(__version__, prog_name="lyceum")
@click.pass_context
def cli(context: click.Context, home: Path | None) -> None:
    """A library that answers from its own archive, with verified quotations.

    \b
    lyceum add my-archive/                 take files and folders in
    lyceum search "eight hours"            find passages
    lyceum ask "Who called the strike?"    an answer in quotations, or that there is none

    Every command takes --json. Exit codes: 0 done, 1 in part or nothing found, 2 wrong usage, 3 the home or a
    setting is unusable.
    """
    context.obj = home


def main() -> NoReturn:
    """Runs the command and exits with its code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    as_json = "--json" in sys.argv or "--format json" in " ".join(sys.argv).replace("=", " ")
    try:
        code = _run()
        sys.exit(code if isinstance(code, int) else DONE)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        if as_json:
            _print_error({"code": "usage", "message": error.format_message(), "hint": "See `lyceum --help`."})
        error.show(file=sys.stderr)
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; what was done so far is kept.", err=True)
        sys.exit(INTERRUPTED)
    except LyceumError as error:
        if as_json:
            _print_error(error.as_dict())
        click.echo(f"{error.message}\n{error.hint}".rstrip(), err=True)
        sys.exit(UNUSABLE if isinstance(error, HomeError) else USAGE)


def _run() -> object:
    """Runs the command; a reader that has seen enough (`lyceum documents | head`) ends it well."""
    try:
        return cli.main(standalone_mode=False, prog_name="lyceum")
    except SystemExit:
        # The only way in which click itself ends the process here: standard output has no reader any more.
        return DONE


def _print_error(error: dict[str, Any]) -> None:
    click.echo(json.dumps({"error": error}, ensure_ascii=False))
