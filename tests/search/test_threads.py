"""Work goes on in another thread while a question's other work is done, and nobody waits for a thread in vain."""

from __future__ import annotations

import threading

import pytest

from lyceum.search import threads
from lyceum.search.threads import beside

PATIENCE = 20


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """On whatever machine the tests run, as on one of two cores, with threads of their own."""
    monkeypatch.setattr(threads, "CORES", 2)
    threads._threads.cache_clear()
    yield
    threads._threads().shutdown()
    threads._threads.cache_clear()


def test_work_goes_on_while_its_asker_does_other_things():
    """It is done before its result is asked for, by another thread."""
    done = threading.Event()
    result = beside(lambda: done.set() or threading.get_ident())
    assert done.wait(PATIENCE)
    assert result() != threading.get_ident()


def test_who_asks_before_a_thread_is_free_does_the_work():
    """With every thread taken for as long as the test likes."""
    released = threading.Event()
    taken = [beside(lambda: released.wait(PATIENCE)) for _ in range(2)]
    assert beside(threading.get_ident)() == threading.get_ident()
    released.set()
    assert all(one() for one in taken)


def test_an_error_is_raised_where_the_result_is_asked_for():
    """The thread lives on."""
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 // 0)()
    assert beside(lambda: 1)() == 1


def test_a_single_core_has_no_second_thread(monkeypatch):
    """The work is done where its result is asked for."""
    monkeypatch.setattr(threads, "CORES", 1)
    assert beside(threading.get_ident)() == threading.get_ident()
