"""The library is asked by a few threads, in turn, and nobody waits without end."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from lyceum.errors import Busy, UnknownDocument
from lyceum.library import Library
from lyceum.server.desk import Desk, put_away, put_up, the_desk


@pytest.fixture
def desk(settings):
    with Library.open(settings) as library:
        opened = Desk(library, replace(settings, at_once=1), waiting=1)
        yield opened
        opened.close()


def test_it_gives_back_what_the_library_says(desk):
    assert desk.run(lambda library: library.readable()) == 0
    assert asyncio.run(desk.wait(lambda library: library.readable())) == 0


def test_an_error_comes_back_as_it_is(desk):
    with pytest.raises(UnknownDocument):
        desk.run(lambda library: library.document("none"))


def test_who_finds_the_queue_full_is_told_to_come_again(desk):
    go, threads = threading.Event(), []
    try:
        for _ in range(2):
            began = threading.Event()
            threads.append(threading.Thread(target=desk.run, args=(lambda _: go.wait(20),)))
            threads[-1].start()
            began.wait(0.2)
        with pytest.raises(Busy) as refused:
            desk.run(lambda library: library.readable())
        assert (refused.value.code, refused.value.retryable) == ("busy", True)
    finally:
        go.set()
        for thread in threads:
            thread.join()
    assert desk.run(lambda library: library.readable()) == 0


@pytest.mark.parametrize("way", ["thread", "coroutine"])
def test_who_waits_too_long_is_told(desk, way):
    desk.seconds, go = 0.05, threading.Event()
    try:
        with pytest.raises(Busy) as refused:
            if way == "thread":
                desk.run(lambda _: go.wait(20))
            else:
                asyncio.run(desk.wait(lambda _: go.wait(20)))
        assert refused.value.code == "too_slow"
    finally:
        go.set()


def test_a_closed_desk_takes_nothing(desk):
    desk.close()
    with pytest.raises(Busy):
        desk.run(lambda library: library.readable())


def test_there_is_one_desk_at_a_time(desk, monkeypatch):
    monkeypatch.setattr("lyceum.server.desk._open", [])
    with pytest.raises(Busy):
        the_desk()
    put_up(desk)
    assert the_desk() is desk
    put_away()
    with pytest.raises(Busy):
        the_desk()
