"""What librarians have gathered from the web and from folders: one source after another, with its progress.

The worker reads what was taken in; here it is only fetched and stored.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from lyceum.config import Settings
from lyceum.errors import Busy, InvalidValue, LyceumError, UnknownDocument
from lyceum.library import AddReport, Library, Progress

_MOST_WAITING = 50
_MOST_SHOWN = 100
_PATIENCE_SECONDS = 5.0


class Phase(StrEnum):
    """How far a source has come."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """A source that is to be gathered, and what has become of it; `of` 0 means that nobody knows yet."""

    key: str
    source: str
    collection: str
    most_pages: int | None
    phase: Phase = Phase.WAITING
    done: int = 0
    of: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.phase in (Phase.DONE, Phase.STOPPED, Phase.FAILED)


class Adding(Protocol):
    """A library, as far as it is needed here."""

    def add(
        self, sources: list[str], *, collection: str | None, work: bool, max_pages: int | None, progress: Progress
    ) -> AddReport:
        """Takes sources in."""
        ...

    def stop(self) -> None:
        """Ends an addition early."""
        ...


Opens = Callable[[Settings], AbstractContextManager[Adding]]


class Gatherer:
    """Gathers one source after another in a thread of its own, which begins with the first."""

    def __init__(self, settings: Settings, opens: Opens = Library.open) -> None:
        self._settings, self._opens = settings, opens
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: deque[Job] = deque()
        self._there = threading.Condition()
        self._thread: threading.Thread | None = None
        self._open: tuple[Job, Adding] | None = None
        self._closing = False

    def add(self, source: str, collection: str = "", most_pages: int | None = None) -> Job:
        """Has a source gathered when its turn comes; raises Busy where too many wait."""
        with self._there:
            if self._closing or len(self._waiting) >= _MOST_WAITING:
                raise Busy("Too many sources wait already.", hint="Wait until some of them are done.")
            job = Job(secrets.token_urlsafe(6), source, collection, most_pages)
            self._jobs[job.key] = job
            self._waiting.append(job)
            self._forget()
            if self._thread is None:
                self._thread = threading.Thread(target=self._gather, name="gatherer", daemon=True)
                self._thread.start()
            self._there.notify()
        return job

    def again(self, key: str) -> Job:
        """Has a source that has ended gathered anew; raises UnknownDocument."""
        job = self._known(key)
        if not job.ended:
            return job
        with self._there:
            del self._jobs[key]
        return self.add(job.source, job.collection, job.most_pages)

    def stop(self, key: str) -> None:
        """Ends a source's gathering after the page at hand; what was taken in stays. Raises UnknownDocument."""
        job = self._known(key)
        with self._there:
            if job in self._waiting:
                self._waiting.remove(job)
                job.phase = Phase.STOPPED
            elif self._open and self._open[0] is job:
                job.phase = Phase.STOPPED
                self._open[1].stop()

    def jobs(self) -> list[Job]:
        """What was asked for since the site began, newest first."""
        with self._there:
            return list(reversed(self._jobs.values()))

    def close(self) -> None:
        """Ends after the page at hand."""
        with self._there:
            self._closing = True
            self._waiting.clear()
            if self._open:
                self._open[1].stop()
            self._there.notify()
        if self._thread:
            self._thread.join(_PATIENCE_SECONDS)

    def _known(self, key: str) -> Job:
        with self._there:
            if key not in self._jobs:
                raise UnknownDocument("This source is no longer in the list.", hint="Add it again.")
            return self._jobs[key]

    def _forget(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.ended]
        for key in ended[: max(0, len(self._jobs) - _MOST_SHOWN)]:
            del self._jobs[key]

    def _gather(self) -> None:
        while job := self._next():
            try:
                with self._opens(self._settings) as library:
                    self._read(job, library)
            except LyceumError as error:
                job.failed.append({"source": job.source, **error.as_dict()})
                job.phase = Phase.FAILED
            finally:
                with self._there:
                    self._open = None

    def _next(self) -> Job | None:
        with self._there:
            self._there.wait_for(lambda: self._waiting or self._closing)
            return None if self._closing else self._waiting.popleft()

    def _read(self, job: Job, library: Adding) -> None:
        with self._there:
            if self._closing:
                return
            self._open = job, library
            job.phase = Phase.READING

        def tell(_step: str, done: int, of: int) -> None:
            job.done, job.of = done, of

        report = library.add(
            [job.source], collection=job.collection or None, work=False, max_pages=job.most_pages, progress=tell
        )
        job.added, job.updated, job.unchanged = report.added, report.updated, report.unchanged
        job.failed = list(report.failed)
        if job.phase is Phase.READING:
            nothing = not (job.added or job.updated or job.unchanged)
            job.phase = Phase.FAILED if job.failed and nothing else Phase.DONE


def folders_of(settings: Settings) -> Mapping[str, Path]:
    """The folders that the operator lets librarians add from, by a short name each."""
    places = [Path(said.strip()).expanduser() for said in settings.add_folders.split(os.pathsep) if said.strip()]
    named: dict[str, Path] = {}
    for place in places:
        name = place.name or str(place)
        named[name if name not in named else str(place)] = place
    return named


def folder_within(said: Mapping[str, Any], settings: Settings) -> Path:
    """The folder that is meant by the name of one that may be added from, and a path in it; raises InvalidValue."""
    refused = InvalidValue(
        "There is no such folder among those that may be added from.",
        hint="Choose one of the list; the operator names them in the setting add_folders.",
        code="folder_refused",
    )
    within = str(said.get("within", "")).strip()
    try:
        place = folders_of(settings)[str(said.get("folder", ""))].resolve(strict=True)
        path = (place / within).resolve(strict=True)
    except (KeyError, OSError, ValueError, RuntimeError) as error:
        raise refused from error
    if "\0" in within or not path.is_relative_to(place):
        raise refused
    return path
