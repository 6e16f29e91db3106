"""How often a stranger may ask, counted in memory and without an address that could be read again."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

_FORGET_SECONDS = 3_600.0
_MOST_KNOWN = 50_000


class Limiter:
    """Lets each asker take `burst` at once and `a_minute` after that.

    An asker is known by a digest with a salt that nobody is told and that changes every hour with all counts.
    """

    def __init__(self, *, a_minute: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = a_minute / 60, burst, now
        self._lock = threading.Lock()
        self._begin_anew()

    def take(self, address: str) -> bool:
        """Whether whoever asks from an address may ask now; counts it if so."""
        with self._lock:
            now = self._now()
            if now - self._since > _FORGET_SECONDS or len(self._left) > _MOST_KNOWN:
                self._begin_anew()
            asker = hashlib.blake2b(address.encode(), key=self._salt, digest_size=16).digest()
            left, last = self._left.get(asker, (self._burst, now))
            left = min(self._burst, left + (now - last) * self._rate)
            allowed = left >= 1
            self._left[asker] = (left - 1 if allowed else left, now)
            return allowed

    def _begin_anew(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._left: dict[bytes, tuple[float, float]] = {}
        self._since = self._now()


def address_of(remote: str, forwarded: str, *, behind_proxy: bool) -> str:
    """Who asks: the one next to us, or whom the proxy on this machine names last."""
    named = forwarded.rpartition(",")[2].strip()
    return named if behind_proxy and named else remote
