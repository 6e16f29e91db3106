"""An OpenAI-compatible address answers and embeds, is tried once more where that may help, and fails in one way."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from lyceum.errors import ModelFailed
from lyceum.providers.openai import OpenAICompatible, OpenAIEmbedder
from lyceum.testing import EmbedderSuite, HashEmbedder, LanguageModelSuite


def reply(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


class Server:
    """A model's address on this machine that plays a script of (status, body); the last goes on for ever.

    A body may be made from the request.
    """

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes | Callable[[dict], bytes]]] = [(200, reply('{"claims": []}'))]
        self.requests: list[tuple[str, dict, dict]] = []
        self.wait = 0.0
        self.drip = 0.0
        self.headers: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append((self.path, dict(self.headers), body))
                time.sleep(outer.wait)
                status, content = outer.script.pop(0) if len(outer.script) > 1 else outer.script[0]
                content = content if isinstance(content, bytes) else content(body)
                if status == 0:
                    self.connection.close()
                    return
                with contextlib.suppress(BrokenPipeError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    for name, value in outer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    step = 10 if outer.drip else max(1, len(content))
                    for start in range(0, len(content), step):
                        self.wfile.write(content[start : start + step])
                        time.sleep(outer.drip)

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
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 422])
def test_a_service_that_knows_no_schemas_is_told_in_words(server, model, status):
    server.script = [(status, b'{"error": "response_format"}'), (200, reply('{"claims": []}'))]
    assert complete(model) == {"claims": []}
    body = server.requests[1][2]
    assert "response_format" not in body
    assert '{"type": "object"}' in body["messages"][0]["content"]


def test_a_busy_service_is_given_the_time_that_it_asks_for(server, model):
    """Where there is that much."""
    server.headers = {"Retry-After": "1"}
    server.script = [(429, b""), (200, reply('{"claims": []}'))]
    started = time.monotonic()
    assert complete(model) == {"claims": []}
    assert time.monotonic() - started >= 1.0
    server.headers = {"Retry-After": "3600"}
    server.script = [(429, b"")]
    with pytest.raises(ModelFailed):
        complete(model)
    assert time.monotonic() - started < 60.0


def test_a_reply_that_drips_is_cut_at_its_time(server):
    server.drip = 0.05
    server.script = [(200, reply('{"claims": []}') + b" " * 10_000)]
    started = time.monotonic()
    with pytest.raises(ModelFailed):
        complete(OpenAICompatible(server.url, "", "tiny", seconds=0.5))
    assert time.monotonic() - started < 20.0


def test_a_reply_without_end_is_cut_at_its_size(server, model, monkeypatch):
    monkeypatch.setattr("lyceum.providers.openai._LARGEST_REPLY", 1_000)
    server.script = [(200, b" " * 5_000)]
    with pytest.raises(ModelFailed):
        complete(model)


@pytest.mark.parametrize("status", [401, 404])
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


# --- embedders -----------------------------------------------------------------------------------------


def embeddings(rows: object) -> bytes:
    return json.dumps({"data": [{"index": n, "embedding": row} for n, row in enumerate(rows)]}).encode()


def embedded(body: dict, dimension: int = 64) -> bytes:
    """What a service with a model of our own would answer, last text first and vectors of any length."""
    rows = HashEmbedder(dimension).embed_passages(body["input"]) * 3
    data = [{"index": n, "embedding": row.tolist()} for n, row in enumerate(rows)]
    return json.dumps({"data": data[::-1]}).encode()


@pytest.fixture
def embedder(server: Server, tmp_path: Path) -> OpenAIEmbedder:
    server.script = [(200, embedded)]
    return OpenAIEmbedder(server.url, "secret", "tiny", seconds=5, cache=tmp_path)


class TestOpenAIEmbedder(EmbedderSuite):
    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        server.script = [(200, embedded)]
        self.server = server

    def make(self, folder: Path) -> OpenAIEmbedder:
        return OpenAIEmbedder(self.server.url, "", "tiny", seconds=5, cache=folder)


def test_texts_go_out_in_batches_and_come_back_in_order(server, embedder):
    texts = [f"Number {n} of the looms." for n in range(100)]
    rows = embedder.embed_passages(texts)
    assert np.allclose(rows, HashEmbedder().embed_passages(texts), atol=1e-5)
    asked = [body for _, _, body in server.requests]
    assert [text for body in asked if body["input"] != ["dimension"] for text in body["input"]] == texts
    assert {body["model"] for body in asked} == {"tiny"}
    assert max(len(body["input"]) for body in asked) <= 64
    path, headers, _ = server.requests[0]
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == "Bearer secret"


def test_nothing_goes_out_that_services_refuse(server, embedder):
    """An empty text, a NUL, half a character."""
    embedder.embed_passages(["", "a\0b", "\udc80"])
    assert server.requests[0][2]["input"] == [" ", "a b", "?"]


@pytest.mark.parametrize(("numbers", "dimension"), [(1, 64), (64, 64), (100, 128), (1536, 1536)])
def test_a_dimension_is_filled_up_to_whole_words(server, embedder, numbers, dimension):
    """With zeros, so that cosines stay as they are."""
    server.script = [(200, lambda body: embedded(body, numbers))]
    assert embedder.dimension == dimension
    a, b = embedder.embed_passages(["The looms stood still.", "The looms ran."])
    c, d = HashEmbedder(numbers).embed_passages(["The looms stood still.", "The looms ran."])
    assert a.shape == (dimension,)
    assert np.isclose(a @ b, c @ d, atol=1e-5)


def test_the_dimension_is_asked_for_once(server, embedder, tmp_path):
    """The next start needs no connection to open the index."""
    assert embedder.dimension == 64
    asked = len(server.requests)
    server.script = [(500, b"")]
    again = OpenAIEmbedder(server.url, "", "tiny", seconds=5, cache=tmp_path)
    assert again.dimension == 64
    assert len(server.requests) == asked


def test_another_model_under_the_same_name_is_noticed(server, embedder):
    """By its vectors' width at least; they would not fit the index."""
    assert embedder.dimension == 64
    server.script = [(200, lambda body: embedded(body, 128))]
    with pytest.raises(ModelFailed) as caught:
        embedder.embed_query("looms")
    assert "128" in caught.value.message


def test_models_of_different_names_have_different_spaces(server, tmp_path):
    names = {
        OpenAIEmbedder(server.url, "", model, seconds=5, cache=tmp_path).name
        for model in ("BAAI/bge-m3", "BAAI/bge.m3", "baai/bge-m3", "BAAI-bge-m3", "語")
    }
    assert len(names) == 5
    assert not any("/" in name for name in names)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{}", b'{"data": []}', b'{"data": [{"index": 0}]}', b'{"data": [{"embedding": [1]}]}',
        embeddings([None]), embeddings([[]]), embeddings(["AAAA"]), embeddings([5]), embeddings([[0.0, 0.0]]),
        embeddings([[float("nan"), 1.0]]), embeddings([[1e300, 1.0]]), embeddings([[[1.0]]]),
        embeddings([[1.0], [1.0]]), b'{"data": [{"index": 7, "embedding": [1.0]}]}',
    ],
    ids=range(17),
)  # fmt: skip
def test_what_is_no_vector_a_text_is_refused(server, embedder, body):
    server.script = [(200, body)]
    with pytest.raises(ModelFailed) as caught:
        embedder.embed_query("looms")
    assert caught.value.hint


def test_a_passing_failure_of_the_embedder_is_tried_once_more(server, embedder):
    server.script = [(503, b""), (200, embedded)]
    assert embedder.embed_query("looms").shape == (64,)
