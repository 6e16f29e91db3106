"""The files that the site serves and speaks with, prepared at its start: there is no build."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def digest_of(folder: Path) -> str:
    """A short name for what a folder holds, which changes when any file of it does."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def compiled(sources: Path, cache: Path) -> Path:
    """Where the translations lie in the form that gettext reads, made of their sources where they have changed."""
    place = cache / digest_of(sources)
    for source in sorted(sources.glob("*.po")):
        made = place / source.stem / "LC_MESSAGES" / "django.mo"
        if not made.exists():
            made.parent.mkdir(parents=True, exist_ok=True)
            _compile(source, made)
    return place


def _compile(source: Path, made: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.stem)
    # Moved into place whole: another process may read it meanwhile.
    handle, name = tempfile.mkstemp(dir=made.parent)
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalogue)
    Path(name).replace(made)
