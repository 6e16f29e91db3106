"""Asks a time-stamping service (RFC 3161) over HTTP."""

from __future__ import annotations

import httpx

from lyceum.errors import Unreachable

_LARGEST = 1_000_000
_SECONDS = 30


class TimeStamper:
    """A service that stamps a hash with its time."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, query: bytes) -> bytes:
        """The service's answer to a time-stamp query; raises Unreachable."""
        kinds = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = httpx.post(self._url, content=query, headers=kinds, timeout=_SECONDS)
            answer.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                "The time-stamping service does not answer.",
                hint=f"Look at stamp_url: {error}",
                code="stamper_unreachable",
            ) from error
        return answer.content[:_LARGEST]
