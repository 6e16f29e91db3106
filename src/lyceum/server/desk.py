"""The desk at which the library is asked by many: a few threads, a queue with an end, and a limit on time."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from typing import TypeVar

from django.conf import settings as of_django
from django.utils import translation

from lyceum.config import Settings
from lyceum.errors import Busy, LyceumError
from lyceum.library import Library, Query, Scope
from lyceum.server.gathering import Gatherer

_Result = TypeVar("_Result")
_WAITING = 64
_SECONDS_BESIDE_THE_MODEL = 30


class Desk:
    """The one library of the site, shared by its threads.

    What is asked is mostly work for the processor, so more threads than cores would only take turns. Who finds
    the queue full, or waits too long, is told to come again; a task that has begun is finished all the same.
    """

    def __init__(self, library: Library, settings: Settings, *, waiting: int = _WAITING) -> None:
        self.library = library
        self.settings = settings
        self.seconds: float = _SECONDS_BESIDE_THE_MODEL + settings.model_seconds
        threads = settings.at_once or max(2, os.cpu_count() or 2)
        self.gatherer = Gatherer(settings)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="desk")
        self._places = threading.BoundedSemaphore(threads + waiting)

    def run(self, task: Callable[[Library], _Result]) -> _Result:
        """Has the library asked, and waits for it; raises Busy."""
        future = self._submit(task)
        try:
            return future.result(self.seconds)
        except TookTooLong as error:
            raise self._too_slow(future) from error

    async def wait(self, task: Callable[[Library], _Result]) -> _Result:
        """The same for a coroutine."""
        future = self._submit(task)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self.seconds)
        except TimeoutError as error:
            raise self._too_slow(future) from error
        except asyncio.CancelledError:
            # Whoever asked has gone.
            future.cancel()
            raise

    def begin(self, task: Callable[[Library], _Result]) -> Future[_Result]:
        """Has the library asked and does not wait; raises Busy."""
        return self._submit(task)

    def warm(self) -> None:
        """Opens the index and loads the embedder, so that the first who asks does not wait for them.

        What is wrong with them is told when something is asked.
        """
        try:
            self.library.search(Query("warm", Scope.everything(), limit=1))
        except LyceumError:
            return

    def close(self) -> None:
        """Ends the threads after what they have begun; what waits is given up."""
        self.gatherer.close()
        self._pool.shutdown(cancel_futures=True)

    def _submit(self, task: Callable[[Library], _Result]) -> Future[_Result]:
        if not self._places.acquire(blocking=False):
            raise Busy("Too much is asked at once.", hint="Try again in some seconds.")
        try:
            future = self._pool.submit(_in_the_same_language(task), self.library)
        except RuntimeError as error:
            self._places.release()
            raise Busy("The site is being stopped.", hint="Try again when it runs again.") from error
        future.add_done_callback(lambda _: self._places.release())
        return future

    def _too_slow(self, future: Future[_Result]) -> Busy:
        future.cancel()
        return Busy(f"This took more than {self.seconds:.0f} seconds.", hint="Ask for less at once.", code="too_slow")


def _in_the_same_language(task: Callable[[Library], _Result]) -> Callable[[Library], _Result]:
    """A task that speaks as whoever hands it in: each thread has a language of its own."""
    if not of_django.configured:
        return task
    language = translation.get_language()

    def speaking(library: Library) -> _Result:
        with translation.override(language):
            return task(library)

    return speaking


_open: list[Desk] = []


def put_up(desk: Desk) -> None:
    """Makes a desk the one of this process, until it is put away."""
    _open.append(desk)


def put_away() -> None:
    """Closes the desk of this process."""
    _open.pop().close()


def the_desk() -> Desk:
    """The desk of this process; raises Busy while there is none."""
    if not _open:
        raise Busy("The site is not ready yet.", hint="Try again in some seconds.")
    return _open[-1]
