"""The keys of ballot boxes: files beside the database, never in it, destroyed when their ballot has been published."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from lyceum.errors import StoreDamaged, unwritable

_KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class BoxKeys:
    """Keys in a folder that only its user may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, ballot: str) -> bytes:
        """A new key; one that an opening left behind that did not come about is replaced."""
        key = secrets.token_bytes(_KEY_BYTES)
        path = self._path(ballot)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(f"The key {path}", error) from error
        return key

    def read(self, ballot: str) -> bytes:
        """The key; raises StoreDamaged where it is lost."""
        try:
            return self._path(ballot).read_bytes()
        except OSError as error:
            raise StoreDamaged(
                "The key of this ballot's box is not there, and without it the papers cannot be read.",
                hint="Restore the folder “ballot-keys” of the home from a backup, or hold the ballot again.",
                code="box_key_missing",
            ) from error

    def destroy(self, ballot: str) -> None:
        """Overwrites the key and takes it away, so that former versions of the box stay shut."""
        path = self._path(ballot)
        try:
            with path.open("r+b") as file:
                file.write(bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return

    def _path(self, ballot: str) -> Path:
        if not _NAME.match(ballot):
            raise ValueError(ballot)
        return self._folder / f"{ballot}.key"
