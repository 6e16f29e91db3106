"""One command starts the site, and one signal ends it with everything that it began."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import ConfigError
from lyceum.library import Library
from lyceum.server.access import check_access

EVERYWHERE = "0.0.0.0"  # noqa: S104  (nothing listens there: it is refused)


def children(process: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # A process that has ended stays a zombie until its parent asks; the parent of an orphan may never ask.
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"


def becomes(condition, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_it_is_healthy_when_it_says_so(site):
    answer = site.get("health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_its_key_is_kept_in_the_home_for_its_user_alone(site):
    key = site.home / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text()) >= 50


def test_its_worker_does_what_is_added_beside_it_no_question_is_logged_and_ctrl_c_ends_both(home, files, models, start):
    """The command only stores the file; the worker of the site does the rest."""
    started = start(home, LYCEUM_MODELS="openai:none")
    began = children(started.process.pid)
    assert began
    page = files / "bakers.txt"
    page.write_text("The bakers of Aberdeen refused to work by night, and the town ate biscuits for a week.\n")
    with Library.open(Settings(home, models, threads=1)) as library:
        library.add([str(page)], work=False)

    def found() -> bool:
        hits = started.get("api/v1/search", params={"query": "bakers of Aberdeen", "mode": "lexical"}).json()["hits"]
        return bool(hits) and "biscuits" in hits[0]["text"]

    assert becomes(found, 30)
    word = "zanzibar"
    started.get("api/v1/search", params={"query": word})
    started.get("api/v1/search", params={"query": word, "limit": "many"})
    started.get("api/v1/ask", params={"question": f"Where is {word}?"})
    started.get(f"api/v1/{word}")
    started.post("v1/chat/completions", json={"model": "x", "messages": [{"role": "user", "content": word}]})
    started.post("mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": word}})
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(20) == 0
    assert word not in started.process.stderr.read()
    assert becomes(lambda: all(map(gone, began)))


def command_line(process: int) -> str:
    """What a process was started with; nothing where it has ended meanwhile."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_another_worker_begins_when_one_dies_and_none_outlives_a_killed_site(home, start):
    started = start(home)

    def workers() -> set[int]:
        return {child for child in children(started.process.pid) if "spawn_main" in command_line(child)}

    assert becomes(workers)
    (first,) = workers()
    os.kill(first, signal.SIGKILL)
    assert becomes(lambda: workers() - {first})
    began = children(started.process.pid)
    started.process.kill()
    started.process.wait(10)
    assert becomes(lambda: all(map(gone, began)))


def test_a_place_that_is_taken_is_told(run, home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = run("serve", "--port", other.getsockname()[1], home=home)
    assert refused.code == 3
    assert "--port" in refused.err


def test_nobody_opens_the_archive_to_others_by_oversight(run, home):
    refused = run("serve", "--host", EVERYWHERE, "--port", "0", home=home)
    assert refused.code == 3
    assert "LYCEUM_API_TOKEN" in refused.err
    assert "LYCEUM_ANONYMOUS" in refused.err


@pytest.mark.parametrize(
    ("host", "token", "anonymous"),
    [("127.0.0.1", "", ""), ("::1", "", ""), ("localhost", "", ""), (EVERYWHERE, "t" * 32, ""),
     (EVERYWHERE, "", "papers")],
    ids=["loopback", "loopback-6", "localhost", "token", "anonymous"],
)  # fmt: skip
def test_it_may_start_for_its_owner_with_a_token_or_for_what_anybody_may_read(host, token, anonymous):
    check_access(host, Settings(Path("home"), Path("cache"), api_token=token, anonymous=anonymous))


def test_a_site_with_a_name_is_not_for_its_own_machine_alone():
    with pytest.raises(ConfigError) as refused:
        check_access("127.0.0.1", Settings(Path("home"), Path("cache"), hosts="library.example.org"))
    assert refused.value.code == "access_open"


@pytest.mark.parametrize("token", ["short", "with space " * 4, "ünïcödé-" * 4], ids=["short", "space", "not-ascii"])
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(token):
    with pytest.raises(ConfigError) as refused:
        check_access("127.0.0.1", Settings(Path("home"), Path("cache"), api_token=token))
    assert refused.value.code == "token_weak"
