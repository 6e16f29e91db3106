"""Says which texts are so like that they are editions of one work; the arithmetic is in `minhash`.

That is loaded on first use: the worker that extracts has little memory, and needs none of it.
"""

from __future__ import annotations

__all__ = ["ALIKE", "bands", "likeness", "sketch"]

ALIKE = 0.4
"""The least likeness at which two texts are taken for editions of one work."""


def sketch(text: str) -> bytes:
    """What is kept of a text to find others like it: 512 bytes; none for a text of a few words."""
    from lyceum.archive import minhash  # noqa: PLC0415

    return minhash.sketch(text)


def likeness(one: bytes, other: bytes) -> float:
    """How much two sketched texts share, 0 to 1, give or take 0.05."""
    from lyceum.archive import minhash  # noqa: PLC0415

    return minhash.likeness(one, other)


def bands(sketched: bytes) -> list[int]:
    """Numbers of which two texts that are alike have at least one in common, nearly always."""
    from lyceum.archive import minhash  # noqa: PLC0415

    return minhash.bands(sketched)
