"""Pictures of pages for those who read: drawn by one process that can do no harm, the last of them kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from pathlib import Path
from typing import TypeVar

from lyceum.archive import Document, LimitedWorker, has_pictures
from lyceum.config import Settings
from lyceum.errors import Busy, ExtractionFailed

__all__ = ["Pictures"]

_Value = TypeVar("_Value")
_WIDTHS = {"page": 1_000, "large": 2_000}
_SECONDS = 20.0
_MOST_WAITING = 16
_MOST_BYTES = 48 * 2**20
_MOST_KNOWN = 1_000


class Pictures:
    """The pages of originals as they look; many threads may ask.

    Nothing is written to disk, so that what is removed from the archive is gone.
    """

    def __init__(self, settings: Settings, original: Callable[[Document], Path]) -> None:
        self._original = original
        self._worker = LimitedWorker(seconds=_SECONDS, memory_mb=settings.extraction_memory_mb)
        # One thread that lasts: the child ends with the thread that began it.
        self._thread = ThreadPoolExecutor(1, "pictures")
        self._places = threading.BoundedSemaphore(_MOST_WAITING)
        self._kept: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._pictured: OrderedDict[str, list[bool]] = OrderedDict()
        self._lock = threading.Lock()

    def pictured(self, document: Document) -> list[bool]:
        """Of each page of a document whether there is a picture of it; none where it is not of pages. Raises Busy."""
        with self._lock:
            known = self._pictured.get(document.sha256)
        if known is None:
            known = self._asked(lambda: self._look(document))
            with self._lock:
                self._pictured[document.sha256] = known
                if len(self._pictured) > _MOST_KNOWN:
                    self._pictured.popitem(last=False)
        return known

    def page(self, document: Document, number: int, size: str = "page") -> bytes:
        """A page, counted from 0, as a JPEG, `large` for a closer look; raises ExtractionFailed and Busy."""
        key = (document.sha256, number, size)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        pictured = self.pictured(document)
        if size not in _WIDTHS or number >= len(pictured) or not pictured[number]:
            raise ExtractionFailed(
                "There is no picture of this page.", hint="Read its text, or save the original.", code="no_picture"
            )
        path = self._original(document)
        picture = self._asked(lambda: self._worker.picture(path, document.name, number, _WIDTHS[size]))
        self._keep(key, picture)
        return picture

    def close(self) -> None:
        """Ends thread and process."""
        self._thread.shutdown(cancel_futures=True)
        self._worker.close()

    def _look(self, document: Document) -> list[bool]:
        path = self._original(document)
        if not has_pictures(path, document.name):
            return []
        try:
            return self._worker.pictured(path, document.name)
        except ExtractionFailed:
            return []

    def _keep(self, key: tuple[str, int, str], picture: bytes) -> None:
        with self._lock:
            self._kept[key] = picture
            while sum(map(len, self._kept.values())) > _MOST_BYTES:
                self._kept.popitem(last=False)

    def _asked(self, task: Callable[[], _Value]) -> _Value:
        if not self._places.acquire(blocking=False):
            raise Busy("Too many pages are looked at at once.", hint="Try again in some seconds.")
        future: Future[_Value] = self._thread.submit(task)
        future.add_done_callback(lambda _: self._places.release())
        try:
            return future.result(2 * _SECONDS)
        except TookTooLong as error:
            future.cancel()
            raise Busy(
                "This page took too long to draw.", hint="Try again in some seconds.", code="too_slow"
            ) from error
