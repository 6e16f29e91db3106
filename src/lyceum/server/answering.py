"""Has Django answer a request whole in one thread of a few that last, each with its own way to the site's tables.

Django's own handler begins a thread for each request, and goes to and fro between it and the loop a dozen times; a
page of ours is made in less time than that takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.urls import set_script_prefix

THREADS = 32


class Answering(ASGIHandler):
    """The site as an ASGI application, for what does not stream while it works."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, "answering")

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002  (as Django has it)
        """Every layer in the thread of the view."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers; who has gone meanwhile is not noticed, since a view cannot be broken off."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, self._answer, scope, body)
        if response.streaming and not response.is_async:
            # A piece at a time: Django would read a file of any size into memory first.
            response.streaming_content = self._pieces(iter(response.streaming_content))
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await loop.run_in_executor(self._threads, response.close)

    def _answer(self, scope: Any, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        if not response.streaming:
            response.close()
        body.close()
        return response

    async def _pieces(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(self._threads, next, pieces, None)) is not None:
            yield piece
