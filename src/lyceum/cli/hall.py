"""Commands of the hall that need no home: recount published ballots, verify an exported record."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lyceum.cli.output import json_option, note, print_json
from lyceum.hall import Outcome, Trust, as_text, read_json, read_roots, recount, verify_record

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_BINDING = {Outcome.CARRIED, Outcome.LOST, Outcome.ELECTED}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def hall() -> None:
    """Recount published ballots, and verify an exported record.

    \b
    lyceum hall count rule.json ballots.json       count again, every step in words and as a table
    lyceum hall verify export.json --anchor a.json  check the record, without its database
    """


@hall.command("count")
@click.argument("rule", type=_FILE)
@click.argument("file", type=_FILE)
@json_option
def hall_count(rule: Path, file: Path, as_json: bool) -> int:
    """Count the ballots in FILE by the rule in RULE.

    Exit code 1 tells that nothing was decided: no quorum, no votes, or a tie that the rule leaves.
    """
    found = recount(rule, file)
    if as_json:
        print_json(found)
    else:
        click.echo(as_text(found), nl=False)
    if not found["rule_bound"]:
        note("The ballots name no rule's hash: whether they were cast under this rule, the file cannot tell.")
    return 0 if found["outcome"] in _BINDING else 1


@hall.command("verify")
@click.argument("export", type=_FILE)
@click.option("--anchor", "anchors", type=_FILE, multiple=True, help="An anchor kept elsewhere; finds a cut-off end.")
@click.option("--key", "keys", multiple=True, metavar="HEX", help="Trust only co-signatures by this public key.")
@click.option("--root", "roots", type=_FILE, multiple=True, help="The root certificates (PEM) of a time stamper.")
@json_option
def hall_verify(
    export: Path, anchors: tuple[Path, ...], keys: tuple[str, ...], roots: tuple[Path, ...], as_json: bool
) -> int:
    """Verify an exported record: its chain, what it opens, and its anchors."""
    trust = Trust(frozenset(key.lower() for key in keys), read_roots(roots))
    found = verify_record(read_json(export), anchors=[read_json(path) for path in anchors], trust=trust)
    if as_json:
        print_json(
            {
                "ok": found.ok,
                "events": found.events,
                "head": found.head,
                "anchored": found.anchored,
                "opened": found.opened,
                "sealed": found.sealed,
                "problems": [asdict(fault) for fault in found.faults],
            }
        )
        return 0 if found.ok else 1
    for fault in found.faults:
        click.echo(f"✗ {fault.message} {fault.hint} [{fault.code}]")
    click.echo(f"{found.events} events, {len(found.faults)} problems. Head: {found.head}")
    click.echo(f"{found.opened} of {found.sealed} sealed parts are opened here; the others stay sealed or are erased.")
    if found.anchored < found.events:
        note(f"After entry {found.anchored} nobody outside vouches for it: an end that was cut off would not be found.")
    return 0 if found.ok else 1
