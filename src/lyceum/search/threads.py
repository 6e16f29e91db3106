"""Lets work of one question go on beside its other work: tantivy and numpy hold no lock while they compute."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

Result = TypeVar("Result")
CORES = min(4, os.cpu_count() or 1)
"""No more than so many threads work for one question."""


def beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begins work in another thread and returns how to have its result.

    Who asks for the result before any thread was free does the work.
    """
    if CORES == 1:
        return work
    begun = _threads().submit(work)

    def result() -> Result:
        return work() if begun.cancel() else begun.result()

    return result


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CORES, thread_name_prefix="search")


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)
