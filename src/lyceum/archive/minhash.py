"""Finds texts that are nearly the same: reprints, two addresses of one article, HTML and EPUB of one book.

A text's runs of five words are hashed; of each of 128 shares of the hashes the least is kept (one-permutation
MinHash). How many of them two texts have in common estimates how much of both they share (Jaccard).
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["bands", "likeness", "sketch"]

_Numbers = npt.NDArray[np.uint64]

_BINS = 128
_BIN_BITS = 7
_ROWS = 4
_RUN = 5
_FEWEST_RUNS = 20
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
_EMPTY = np.uint32(0xFFFFFFFF)


def sketch(text: str) -> bytes:
    """What is kept of a text to find others like it: 512 bytes; none for a text of a few words."""
    words = np.fromiter((_hash_of(word) for word in _WORD.findall(text.casefold())), dtype=np.uint64)
    if len(words) < _FEWEST_RUNS + _RUN:
        return b""
    runs = np.zeros(len(words) - _RUN + 1, dtype=np.uint64)
    for place, multiplier in enumerate(_MULTIPLIERS):
        runs += (words[place : len(words) - _RUN + 1 + place] + np.uint64(place)) * multiplier
    hashes = _mixed(np.unique(runs))
    least = np.full(_BINS, _EMPTY, dtype=np.uint32)
    values = (hashes & np.uint64(0xFFFFFFFE)).astype(np.uint32)
    np.minimum.at(least, (hashes >> np.uint64(64 - _BIN_BITS)).astype(np.intp), values)
    return _filled(least).astype("<u4").tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """How much two sketched texts share, 0 to 1, give or take 0.05."""
    if not one or len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def bands(sketched: bytes) -> list[int]:
    """Signed 63-bit numbers of which two texts that are alike have at least one in common, nearly always."""
    if not sketched:
        return []
    rows = np.frombuffer(sketched, "<u4").astype(np.uint64).reshape(-1, _ROWS)
    mixed = _mixed(np.arange(len(rows), dtype=np.uint64))
    for column in range(_ROWS):
        mixed = _mixed(mixed ^ rows[:, column])
    return [int(number) for number in mixed >> np.uint64(1)]


@lru_cache(maxsize=200_000)
def _hash_of(word: str) -> int:
    data = word.encode("utf-8", "replace")
    return zlib.crc32(data) << 32 | zlib.adler32(data)


def _mixed(numbers: _Numbers) -> _Numbers:
    """The finaliser of SplitMix64: every bit depends on every other."""
    mixed = numbers.copy()
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _filled(least: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Shares without a hash, in short texts, borrow from the next that has one, told apart by the distance."""
    filled = least.copy()
    for place in np.flatnonzero(least == _EMPTY):
        for distance in range(1, _BINS):
            other = least[(place + distance) % _BINS]
            if other != _EMPTY:
                filled[place] = np.uint32((int(other) + distance * 0x9E3779B1) & 0xFFFFFFFE)
                break
    return filled
