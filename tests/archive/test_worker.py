"""Extraction runs in a child process within limits, and nothing that the child does harms its parent."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lyceum.archive import extract, worker
from lyceum.archive.extract import LimitedWorker, checked
from lyceum.archive.model import Metadata, PartialDate, TextBuilder
from lyceum.errors import ExtractionFailed, InvalidValue


@pytest.fixture(scope="module")
def limited():
    with LimitedWorker(seconds=30) as one:
        yield one


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_text("The looms stood still.\n\nNobody had touched them.\n")
    return path


def child_of(one: LimitedWorker) -> subprocess.Popen[bytes]:
    assert one._child is not None
    return one._child._process


def test_a_file_without_an_ending_is_read_by_its_sources_name(limited, speech):
    assert limited.extract(speech, "speech.txt").text == "The looms stood still.\n\nNobody had touched them."


def test_metadata_pages_and_notes_come_through(limited, tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(
        b"<html lang=en><head><title>Caf\xe9</title><meta name=date content=1889-09-21></head><body>"
        b"<p>One <span class=pagenum>[Pg 7]</span>two caf\xe9s</p></body></html>"
    )
    extracted = limited.extract(path, "page.html")
    assert extracted.metadata.title == "Café"
    assert extracted.metadata.date == PartialDate(1889, 9, 21)
    assert [page.label for page in extracted.pages] == ["7"]
    assert "guessed" in extracted.notes[0]


def test_the_same_child_serves_many_files(limited, speech):
    limited.extract(speech, "a.txt")
    first = child_of(limited).pid
    limited.extract(speech, "b.txt")
    assert child_of(limited).pid == first


def test_an_error_keeps_its_code_and_hint_and_the_child(limited, speech):
    limited.extract(speech, "a.txt")
    first = child_of(limited).pid
    with pytest.raises(ExtractionFailed) as caught:
        limited.extract(speech, "letter.mobi")
    assert caught.value.code == "unsupported_format"
    assert "Calibre" in caught.value.hint
    assert child_of(limited).pid == first


def test_the_child_may_write_no_file_and_sees_no_secrets(limited, speech, monkeypatch):
    monkeypatch.setenv("LYCEUM_SECRET", "hunter2")
    with LimitedWorker(seconds=30, memory_mb=512) as one:
        one.extract(speech, "a.txt")
        process = child_of(one)
        limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        memory = resource.prlimit(process.pid, resource.RLIMIT_AS)
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert limits == (0, 0)
    assert memory == (512 * 2**20, 512 * 2**20)
    assert b"hunter2" not in environment


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path, speech):
    slow = tmp_path / "slow"
    slow.write_text("A line of words that stands alone.\n\n" * 400_000)
    with LimitedWorker(seconds=0.3) as one:
        started = time.monotonic()
        with pytest.raises(ExtractionFailed) as caught:
            one.extract(slow, "slow.txt")
        assert time.monotonic() - started < 30
    assert caught.value.code == "time_limit"
    with LimitedWorker(seconds=30) as one:
        assert one.extract(speech, "a.txt").text


def test_a_file_that_needs_too_much_memory_is_given_up_and_the_next_is_read(tmp_path, speech):
    large = tmp_path / "large"
    large.write_text("A line of words that stands alone.\n\n" * 2_000_000)
    with LimitedWorker(seconds=60, memory_mb=160) as one:
        with pytest.raises(ExtractionFailed) as caught:
            one.extract(large, "large.txt")
        assert one.extract(speech, "a.txt").text
    assert caught.value.code == "memory_limit"


def test_a_file_too_large_is_not_even_sent(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(b"x" * 2000)
    with LimitedWorker(largest_file=1000) as one, pytest.raises(ExtractionFailed) as caught:
        one.extract(path, "a.txt")
    assert caught.value.code == "too_large"


def test_a_child_that_was_killed_is_replaced(speech):
    with LimitedWorker(seconds=30) as one:
        one.extract(speech, "a.txt")
        child_of(one).kill()
        child_of(one).wait()
        assert one.extract(speech, "a.txt").text


def test_closing_leaves_no_zombie_and_may_be_done_twice(speech):
    one = LimitedWorker(seconds=30)
    one.extract(speech, "a.txt")
    process = child_of(one)
    one.close()
    one.close()
    assert process.returncode is not None
    assert not Path(f"/proc/{process.pid}").exists()


def test_the_child_ends_when_its_parent_does(tmp_path, speech):
    script = (
        "import os, sys; from pathlib import Path; from lyceum.archive.extract import LimitedWorker\n"
        "w = LimitedWorker(); w.extract(Path(sys.argv[1]), 'a.txt')\n"
        "print(w._child._process.pid, flush=True); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, speech], capture_output=True, text=True, check=True)
    child, deadline = Path(f"/proc/{int(done.stdout)}/stat"), time.monotonic() + 10
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


READY = "import sys, os\ndef say(b): os.write(1, len(b).to_bytes(8, 'big') + b)\nsay(b'{}')\nos.read(0, 100000)\n"
SOUND = {"text": "a", "blocks": [["paragraph", 0, 1, 0]], "pages": [], "metadata": {}, "notes": []}


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("os.abort()", "SIGABRT"),
        ("sys.exit(3)", "status 3"),
        ("say(b'no json')", "no JSON"),
        ("say(b'[1]')", "no object"),
        ("say(b'{}')", "no text"),
        ("os.write(1, (2**62).to_bytes(8, 'big'))", "more than"),
        ('say(b\'{"error": {"code": "owned"}}\')', "unknown error"),
        ('say(b\'{"extracted": {"text": 5, "blocks": [], "pages": []}}\')', "no text"),
    ],
)
def test_a_child_that_misbehaves_is_called_crashed(monkeypatch, speech, deed, said):
    monkeypatch.setattr(extract, "_command", lambda memory_mb: [sys.executable, "-c", READY + deed])
    with LimitedWorker(seconds=10) as one, pytest.raises(ExtractionFailed) as caught:
        one.extract(speech, "a.txt")
    assert caught.value.code == "worker_crashed"
    assert said in caught.value.message


def test_a_child_that_ends_before_it_is_asked_is_called_crashed(monkeypatch, speech):
    said = "import os; os.write(1, (2).to_bytes(8, 'big') + b'{}'); os.close(0)\nimport time; time.sleep(1)"
    monkeypatch.setattr(extract, "_command", lambda memory_mb: [sys.executable, "-c", said])
    with LimitedWorker(seconds=10) as one, pytest.raises(ExtractionFailed) as caught:
        one.extract(speech, "a.txt")
    assert caught.value.code == "worker_crashed"


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "\ud800"},
        {"blocks": [["paragraph", 0, 9, 0]]},
        {"blocks": [["paragraph", 0, 1, 0], ["paragraph", 0, 1, 0]]},
        {"blocks": [["table", 0, 1, 0]]},
        {"blocks": [["paragraph", 0, True, 0]]},
        {"blocks": []},
        {"blocks": [[0, 1]]},
        {"pages": [["1", -1, 1]]},
        {"pages": [["1", 1, 0]]},
        {"pages": [[7, 0, 1]]},
        {"metadata": {"title": 5}},
        {"metadata": {"unheard_of": "x"}},
        {"metadata": {"title": "x" * 30_000}},
        {"metadata": {"date": "tomorrow"}},
        {"metadata": {"extra": {str(n): "x" for n in range(2000)}}},
        {"notes": [5]},
    ],
)
def test_an_answer_is_believed_only_when_all_of_it_is_sound(change):
    assert checked(SOUND).text == "a"
    with pytest.raises((ValueError, TypeError, InvalidValue)):
        checked({**SOUND, **change})


def frames(*requests: dict[str, str]) -> io.BytesIO:
    sent = b""
    for request in requests:
        data = json.dumps(request).encode()
        sent += len(data).to_bytes(8, "big") + data
    return io.BytesIO(sent)


def replies(stream: io.BytesIO) -> list[dict[str, object]]:
    stream.seek(0)
    found = []
    while size := int.from_bytes(stream.read(8), "big"):
        found.append(json.loads(stream.read(size)))
    return found


def test_the_loop_answers_every_request_until_there_is_none(speech):
    out = io.BytesIO()
    worker.serve(frames({"path": str(speech), "name": "a.txt"}, {"path": str(speech), "name": "b.gif"}), out)
    good, bad = replies(out)
    assert checked(good["extracted"]).text.startswith("The looms")
    assert bad["error"]["code"] == "unsupported_format"


def test_the_loop_ends_when_memory_ran_out(speech, monkeypatch):
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(worker, "extract_here", exhausted)
    out = io.BytesIO()
    worker.serve(frames(*[{"path": str(speech), "name": "a.txt"}] * 2), out)
    assert [reply["error"]["code"] for reply in replies(out)] == ["memory_limit"]


def test_more_text_than_a_reply_may_hold_is_too_large(speech, monkeypatch):
    monkeypatch.setattr(worker, "REPLY_BYTES", 100)
    out = io.BytesIO()
    worker.serve(frames({"path": str(speech), "name": "a.txt"}), out)
    assert replies(out)[0]["error"]["code"] == "too_large"


def test_the_childs_own_set_up_keeps_the_protocol_apart_from_prints(speech):
    """Run in a process of its own, since it moves descriptors and lays on limits for good."""
    script = (
        "import os, sys; from lyceum.archive import worker\n"
        "worker._send = (lambda send: lambda out, reply: (print('noise'), os.write(1, b'noise'), send(out, reply)))"
        "(worker._send)\nworker.main(512)\n"
    )
    sent = frames({"path": str(speech), "name": "a.txt"}).getvalue()
    done = subprocess.run([sys.executable, "-c", script], input=sent, capture_output=True, check=True)
    ready, answer = replies(io.BytesIO(done.stdout))
    assert ready == {"ready": True}
    assert "extracted" in answer


def test_the_child_lays_every_limit_on_itself_before_it_serves(monkeypatch, speech):
    laid, ignored, out = {}, [], io.BytesIO()
    monkeypatch.setattr(resource, "setrlimit", lambda what, amounts: laid.update({what: amounts}))
    monkeypatch.setattr(worker.signal, "signal", lambda *pair: ignored.append(pair))
    monkeypatch.setattr(worker.ctypes, "CDLL", lambda _: object())
    monkeypatch.setattr(worker, "_take_pipes", lambda: (frames({"path": str(speech), "name": "a.txt"}), out))
    worker.main(256)
    assert laid[resource.RLIMIT_AS] == (256 * 2**20, 256 * 2**20)
    assert laid[resource.RLIMIT_FSIZE] == laid[resource.RLIMIT_CORE] == (0, 0)
    assert laid[resource.RLIMIT_NOFILE][0] < 100
    assert ignored == [(worker.signal.SIGINT, worker.signal.SIG_IGN)]
    assert [list(reply) for reply in replies(out)] == [["ready"], ["extracted"]]


def test_a_value_survives_the_journey():
    builder = TextBuilder()
    builder.heading("The mill", level=2)
    builder.page("iv")
    builder.paragraph("The looms stood still.")
    known = Metadata.stated("test", title="The mill", creators=("A. B.",), date=PartialDate(1844, 6))
    extracted = builder.build(known, ["a note"])
    assert checked(json.loads(json.dumps(worker._as_dict(extracted)))) == extracted
