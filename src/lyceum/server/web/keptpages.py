"""Pages kept for some seconds for those who have no account, since many ask the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from lyceum.library import Scope

_SECONDS = 30.0
_MOST = 300
_LARGEST = 200_000
_MEANT = ("HX-Request",)


@dataclass(slots=True)
class KeptPages:
    """Pages by all that they depend on; with an account nobody gets one, nor is one kept of theirs.

    A page is kept no longer than some seconds, and not past a change of the archive.
    """

    seconds: float = _SECONDS
    most: int = _MOST
    now: Callable[[], float] = time.monotonic
    _kept: OrderedDict[Hashable, tuple[float, bytes, str]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def kept(self, request: HttpRequest, scope: Scope, revision: int, make: Callable[[], HttpResponse]) -> HttpResponse:
        """The page that was made for the same request before, or one made now."""
        key = (
            request.get_full_path(), request.get_host(), scope, revision, get_language(), request.COOKIES.get("look"),
            *(request.headers.get(name) for name in _MEANT),
        )  # fmt: skip
        with self._lock:
            found = self._kept.get(key)
        if found and self.now() - found[0] < self.seconds:
            return HttpResponse(found[1], content_type=found[2])
        response = make()
        # What sets a cookie, or holds the token of a form, is one reader's own.
        own = response.cookies or "CSRF_COOKIE" in request.META
        if response.status_code == 200 and not own and len(response.content) <= _LARGEST:
            with self._lock:
                self._kept[key] = self.now(), response.content, response.headers["Content-Type"]
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)
        return response


PAGES = KeptPages()
