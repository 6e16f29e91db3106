"""Stands before every door: whose name is asked for, from which page, with how much, and what a browser may do with it.

One layer for Django and for MCP, so that neither is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.http.request import split_domain_port, validate_host

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_LARGEST_BODY = 1_000_000
_LARGEST_DRAFT = 20_000_000
_LARGEST_UPLOAD = 500_000_000
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    # What needs more, such as a page with its own styles, says so itself.
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_PRIVATE = ("/api/", "/v1/", "/mcp")
_SAFE = ("GET", "HEAD", "OPTIONS")


class _TooLarge(Exception):
    """More has come than may."""


class Doorkeeper:
    """Wraps an application; a request that may not pass gets a JSON error and goes no further."""

    def __init__(self, application: Application, *, hosts: Sequence[str]) -> None:
        self._application = application
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request pass, or refuses it."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        guarded = _Guarded(scope, receive, send)
        if refusal := self._refusal(scope):
            await guarded.refuse(*refusal)
            return
        try:
            await self._application(scope, guarded.receive, guarded.send)
        except _TooLarge:
            await guarded.refuse(413, "too_large", "The request is too large.", f"At most {guarded.limit:,} bytes.")

    def _refusal(self, scope: Scope) -> tuple[int, str, str, str] | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        domain, _ = split_domain_port(host)
        if not (domain and validate_host(domain, list(self._hosts))):
            return 400, "unknown_host", "The site is not known by this name.", "Add it to LYCEUM_HOSTS."
        origin = headers.get(b"origin", b"").decode("latin-1")
        # A page of another site must not act with the rights of whoever looks at it (or of this machine).
        if origin and urlsplit(origin).netloc != host and (scope["method"] not in _SAFE or _is_mcp(scope)):
            return 403, "origin_refused", "A page of another site may not ask this.", "Ask from a program, or a server."
        if _is_mcp(scope) and scope["method"] != "POST":
            # There are no sessions to listen to or to end; the protocol has a client told so by this status.
            return 405, "method_not_allowed", "The tools are asked by POST.", "Ask with an MCP client."
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > _limit(scope):
            return 413, "too_large", "The request is too large.", f"At most {_limit(scope):,} bytes."
        return None


class _Guarded:
    """One request's two streams: counts what comes in, and adds to what goes out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.limit = _limit(scope)
        self._private = scope["path"].startswith(_PRIVATE)
        self._receive, self._send = receive, send
        self._read = 0
        self._started = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self.limit:
            raise _TooLarge
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            given = {name.lower() for name, _ in message["headers"]}
            more = {**_HEADERS, b"cache-control": b"no-store"} if self._private else _HEADERS
            added = [(name, value) for name, value in more.items() if name not in given]
            message = {**message, "headers": [*message["headers"], *added]}
        await self._send(message)

    async def refuse(self, status: int, code: str, message: str, hint: str) -> None:
        """Answers with an error, unless an answer has begun."""
        if self._started:
            return
        body = json.dumps({"error": {"code": code, "message": message, "hint": hint}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _limit(scope: Scope) -> int:
    if scope["path"] == "/desk/table/preview" and b"sessionid=" in dict(scope["headers"]).get(b"cookie", b""):
        return _LARGEST_DRAFT
    if scope["path"] == "/desk/add" and b"sessionid=" in dict(scope["headers"]).get(b"cookie", b""):
        return _LARGEST_UPLOAD
    return _LARGEST_DRAFT if scope["path"].startswith("/api/v1/check-quotes") else _LARGEST_BODY


def _is_mcp(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/mcp"))
