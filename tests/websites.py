"""Sites on loopback: pages by path, with all that servers do wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Request"], None]


@dataclass
class Site:
    """A running server; `pages` may be changed while it runs, `asked` is what was asked of it."""

    port: int
    pages: dict[str, bytes | Answer] = field(default_factory=dict)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address of its first page, by a name that the operator may allow."""
        return f"http://localhost:{self.port}/"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]


class Request(BaseHTTPRequestHandler):
    """One request to a Site."""

    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers as the page of this path says."""
        self.site.asked.append((self.path, dict(self.headers)))
        page = self.site.pages.get(self.path)
        if page is None:
            self.answer(404, b"nothing here")
        elif callable(page):
            page(self)
        else:
            headers = self.site.headers.get(self.path, {})
            if "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                self.answer(304, b"", **headers)
            else:
                self.answer(200, page, **headers)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Sends an answer; `Content_Type` and the like name the headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = "text/html; charset=utf-8" if body.lstrip().startswith(b"<") else "text/plain"
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **named}.items():
            self.send_header(name, value)
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[Site]:
    """A server on loopback, stopped at the end."""
    handler = type("Handler", (Request,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up
    handler.site = site = Site(server.server_address[1])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def page(title: str, *links: str, words: str = "") -> bytes:
    """A page of a site, with a menu and an article."""
    said = words or f"In {title} the men came out on Monday, and by Tuesday the whole river was idle to the sea."
    menu = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>{title}</h1><p>{said}</p><p>Nobody had called them out; it was {title} that did it.</p>"
        "</article></body></html>"
    ).encode()
