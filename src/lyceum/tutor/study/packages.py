"""Cards of a package that somebody brings, as text, before anything in them is proven."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Protocol, cast


@dataclass(frozen=True, slots=True)
class Imported:
    """A card of a package as text; `place` is where it says that it stands in an archive, unproven."""

    front: str
    back: str
    source: str = ""
    place: dict[str, Any] | None = None


class _Reader(Protocol):
    def read(self, data: bytes) -> list[Imported]: ...


def read_package(data: bytes) -> list[Imported]:
    """The cards of an Anki package; its reader is loaded when it is wanted. Raises InvalidValue."""
    return cast("_Reader", importlib.import_module("lyceum.tutor.study.anki")).read(data)
