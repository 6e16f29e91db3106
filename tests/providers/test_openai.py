"""An OpenAI-compatible address answers, is tried once more where that may help, and fails in one way."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lyceum.errors import ModelFailed
from lyceum.providers.openai import OpenAICompatible
from lyceum.testing import LanguageModelSuite


def reply(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


class Server:
    """A model's address on this machine that plays a script of (status, body); the last goes on for ever."""

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes]] = [(200, reply('{"claims": []}'))]
        self.requests: list[tuple[str, dict, dict]] = []
        self.wait = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append((self.path, dict(self.headers), body))
                time.sleep(outer.wait)
                status, content = outer.script.pop(0) if len(outer.script) > 1 else outer.script[0]
                if status == 0:
                    self.connection.close()
                    return
                with contextlib.suppress(BrokenPipeError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server():
    one = Server()
    yield one
    one.close()


@pytest.fixture
def model(server: Server) -> OpenAICompatible:
    return OpenAICompatible(server.url, "secret", "tiny", seconds=5)


def complete(model: OpenAICompatible):
    return model.complete(system="Be brief.", user="When?", schema={"type": "object"})


class TestOpenAICompatible(LanguageModelSuite):
    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server

    def make(self) -> OpenAICompatible:
        return OpenAICompatible(self.server.url, "", "tiny", seconds=5)

    def make_broken(self) -> OpenAICompatible:
        return OpenAICompatible("http://127.0.0.1:9/v1", "", "tiny", seconds=5)


def test_an_answer_is_an_object(server, model):
    server.script = [(200, reply('{"claims": [1]}'))]
    assert complete(model) == {"claims": [1]}
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert (body["model"], body["temperature"]) == ("tiny", 0)
    assert [message["content"] for message in body["messages"]] == ["Be brief.", "When?"]
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_without_a_key_none_is_sent(server):
    complete(OpenAICompatible(server.url + "/", "", "tiny", seconds=5))
    path, headers, _ = server.requests[0]
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers


@pytest.mark.parametrize("status", [500, 503, 429, 0])
def test_a_passing_failure_is_tried_once_more(server, model, status):
    server.script = [(status, b""), (200, reply('{"claims": []}'))]
    assert complete(model) == {"claims": []}
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [500, 429])
def test_a_lasting_failure_is_given_up(server, model, status):
    server.script = [(status, b"")]
    with pytest.raises(ModelFailed) as caught:
        complete(model)
    assert str(status) in caught.value.message
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_not_tried_again(server, model, status):
    server.script = [(status, b'{"error": "no"}')]
    with pytest.raises(ModelFailed) as caught:
        complete(model)
    assert caught.value.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"5", b"null", b"{}", b'{"choices": []}', b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": null}}]}', b'{"choices": [{"message": {"content": 5}}]}',
        reply("They struck in 1888."), reply("[]"), b"\xff\xfe",
    ],
)  # fmt: skip
def test_garbage_is_no_usable_answer(server, model, body):
    server.script = [(200, body)]
    with pytest.raises(ModelFailed):
        complete(model)


def test_an_address_that_is_too_slow_is_given_up(server):
    server.wait = 1.0
    started = time.monotonic()
    with pytest.raises(ModelFailed) as caught:
        complete(OpenAICompatible(server.url, "", "tiny", seconds=0.2))
    assert "Timeout" in caught.value.message
    assert time.monotonic() - started < 1.0


@pytest.mark.parametrize("url", ["", "no address", "ftp://127.0.0.1/v1", "http://[::1", "http://127.0.0.1:99999/v1"])
def test_an_address_that_is_none_fails_like_any_other(url):
    with pytest.raises(ModelFailed):
        complete(OpenAICompatible(url, "", "tiny", seconds=1))


def test_the_key_is_in_no_message(server, model):
    server.script = [(401, b"")]
    with pytest.raises(ModelFailed) as caught:
        complete(model)
    assert "secret" not in str(caught.value) + caught.value.hint
