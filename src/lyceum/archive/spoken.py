"""In which languages the pages of a scan are written, as far as that is known before they are recognised."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["UNKNOWN", "Spoken", "spoken_here", "telling"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The languages that a person `asked` to have recognised, and the one that the document is `known` to be in.

    What is asked for is obeyed; what is known is where recognition begins. Codes of BCP 47 or of tesseract, joined by
    a plus sign.
    """

    asked: str = ""
    known: str = ""


UNKNOWN = Spoken()
_spoken: ContextVar[Spoken] = ContextVar("spoken", default=UNKNOWN)


def spoken_here() -> Spoken:
    """What is known of the document that is being read."""
    return _spoken.get()


@contextlib.contextmanager
def telling(spoken: Spoken) -> Iterator[None]:
    """Tells extractors within it what is known."""
    token = _spoken.set(spoken)
    try:
        yield
    finally:
        _spoken.reset(token)
