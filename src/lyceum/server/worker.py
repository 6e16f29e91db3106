"""The site's one worker: a process of its own, so that reading and embedding take no turn from those who ask."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time

from lyceum.config import Settings
from lyceum.errors import LyceumError
from lyceum.library import Library

log = logging.getLogger(__name__)

_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_LONG_LIFE = 60.0
_PATIENCE = 20.0


class Worker:
    """Keeps a worker process running, and begins another when one dies."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ending = threading.Event()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._keeper.start()

    def stop(self) -> None:
        """Ends the process after the document at hand, or after some seconds all the same: steps may be repeated."""
        self._ending.set()
        if self._process and self._process.is_alive():
            self._process.terminate()
        self._keeper.join(_PATIENCE)
        if self._process and self._process.is_alive():
            self._process.kill()

    @property
    def process_id(self) -> int | None:
        """The number of the process that works now."""
        return self._process.pid if self._process and self._process.is_alive() else None

    def _keep(self) -> None:
        pause = _SHORTEST_PAUSE
        while not self._ending.is_set():
            began = time.monotonic()
            # Spawned, not forked: threads and open databases do not survive a fork.
            self._process = multiprocessing.get_context("spawn").Process(target=work, args=(self._settings,))
            self._process.start()
            if self._ending.is_set():
                self._process.terminate()
            self._process.join()
            if self._ending.is_set():
                return
            pause = _SHORTEST_PAUSE if time.monotonic() - began > _LONG_LIFE else min(2 * pause, _LONGEST_PAUSE)
            log.warning("The worker has ended (%s); another begins in %d s.", self._process.exitcode, pause)
            self._ending.wait(pause)


def work(settings: Settings) -> None:
    """Does what waits and what comes, until told to stop, or until the site is gone."""
    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    # Ctrl-C at a terminal reaches this process too; the site tells it when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        with Library.open(settings) as library:
            signal.signal(signal.SIGTERM, lambda *_: library.stop())
            threading.Thread(target=_stop_with_the_site, args=(library,), daemon=True).start()
            library.serve()
    except LyceumError as error:
        log.warning("%s %s", error.message, error.hint)
        raise SystemExit(1) from error


def _stop_with_the_site(library: Library) -> None:
    """However the site ended, even killed, nothing is left running."""
    if site := multiprocessing.parent_process():
        site.join()
        library.stop()
