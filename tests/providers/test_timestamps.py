"""A time-stamping service is asked as RFC 3161 says, and one that does not answer is named as such."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import ConfigError, Unreachable
from lyceum.library import time_stamper


class Service(BaseHTTPRequestHandler):
    """Answers a query with its own bytes turned round."""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.headers["Content-Type"] == "application/timestamp-query"
        self.send_response(200 if right and self.path == "/tsr" else 404)
        self.end_headers()
        self.wfile.write(asked[::-1])

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def stamper(url: str):
    return time_stamper(Settings(Path("home"), Path("cache"), stamp_url=url))


def test_a_query_is_sent_and_its_answer_given(service):
    assert stamper(f"{service}/tsr")(b"query") == b"yreuq"


@pytest.mark.parametrize("place", ["{service}/elsewhere", "http://127.0.0.1:1/tsr"])
def test_a_service_that_does_not_answer_is_named(service, place):
    with pytest.raises(Unreachable) as told:
        stamper(place.format(service=service))(b"query")
    assert told.value.code == "stamper_unreachable"


@pytest.mark.parametrize("url", ["", "ftp://stamps.example"])
def test_without_a_service_nothing_is_sent(url):
    with pytest.raises(ConfigError) as told:
        stamper(url)
    assert told.value.code == "no_stamper"
