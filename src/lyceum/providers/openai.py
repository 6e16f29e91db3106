"""Language models and embedders behind any OpenAI-compatible address: hosted, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from lyceum.errors import ModelFailed
from lyceum.providers.vectors import file_name, remembered_dimension, unit_rows
from lyceum.search import Calibration, Vectors
from lyceum.tutor import parse_object

_TRIES = 3
_PAUSE = 0.5
_LARGEST_REPLY = 8_000_000
_REFUSALS = (httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY)
_TEXTS_A_REQUEST = 64
_LONGEST = 8_000
_WORDS = 4_000


class OpenAICompatible:
    """The LanguageModel of one address and model name."""

    words = _WORDS

    def __init__(self, url: str, key: str, model: str, *, seconds: float) -> None:
        self._address = _Address(url, key, seconds)
        self._model = model

    @property
    def name(self) -> str:
        """As it is named in settings and answers."""
        return f"openai:{self._model}"

    def complete(self, *, system: str, user: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object of the schema; a service that knows no schemas is told of it in words."""
        body = self._body(system, user)
        form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
        try:
            reply = self._address.post("chat/completions", {**body, "response_format": form})
        except ModelFailed as error:
            if error.code != "model_refuses":
                raise
            told = f"{system}\nReply with one JSON object of this schema: {json.dumps(schema)}"
            reply = self._address.post("chat/completions", self._body(told, user))
        try:
            content = reply["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise ModelFailed("The model's reply has no message.", hint="Check the address and the model.") from error
        return parse_object(content if isinstance(content, str) else "")

    def _body(self, system: str, user: str) -> dict[str, Any]:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        return {"model": self._model, "temperature": 0, "messages": messages}


class OpenAIEmbedder:
    """The Embedder of one address and model name; what it embeds leaves this machine if the address does.

    Its dimension is asked for once and kept in a cache folder, so that a search by words needs no connection.
    """

    calibration = Calibration()
    languages: frozenset[str] | None = None

    def __init__(self, url: str, key: str, model: str, *, seconds: float, cache: Path) -> None:
        self._address = _Address(url, key, seconds)
        self._model = model
        self._cache = cache

    @property
    def name(self) -> str:
        """The model's name as a file can bear it; its weights are not to be known from here."""
        return f"openai-{file_name(self._model)}"

    @cached_property
    def dimension(self) -> int:
        """As many numbers as the model's vectors have, up to a multiple of 64; raises ModelFailed."""
        return remembered_dimension(self._cache, self.name, lambda: self._request(["dimension"]).shape[1])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; raises ModelFailed. See Embedder."""
        batches = [texts[start : start + _TEXTS_A_REQUEST] for start in range(0, len(texts), _TEXTS_A_REQUEST)]
        rows = [self._request(batch) for batch in batches]
        for made in rows:
            if made.shape[1] != self.dimension:
                raise ModelFailed(
                    f"The embedder's vectors have {made.shape[1]} numbers now; they had {self.dimension}.",
                    hint="Another model answers at the address under the same name; set the name of the right one.",
                )
        return np.vstack(rows) if rows else np.empty((0, self.dimension), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a query; raises ModelFailed. See Embedder."""
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def _request(self, texts: Sequence[str]) -> Vectors:
        said = [_sendable(text) for text in texts]
        reply = self._address.post("embeddings", {"model": self._model, "input": said, "encoding_format": "float"})
        try:
            rows: list[Any] = [None] * len(said)
            for item in reply["data"]:
                rows[item["index"]] = item["embedding"]
            with np.errstate(over="ignore"):
                made = np.array(rows, dtype=np.float64).astype(np.float32)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _no_vectors() from error
        if made.ndim != 2 or not made.shape[1] or not np.isfinite(made).all() or not made.any(axis=1).all():
            raise _no_vectors()
        return unit_rows(made)


def _sendable(text: str) -> str:
    """The beginning of a text; services refuse an empty one, and half a character is no JSON."""
    return text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace").decode() or " "


def _no_vectors() -> ModelFailed:
    return ModelFailed("The embedder's reply does not hold a vector a text.", hint="Check the address and the model.")


class _Address:
    """A service's address; a dropped or overloaded connection is tried again while there is time."""

    def __init__(self, url: str, key: str, seconds: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._client = httpx.Client(headers=headers, timeout=seconds)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that comes back within the time that is set, tries and pauses included; raises ModelFailed."""
        until = time.monotonic() + self._seconds
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(path, body, until)
            except httpx.HTTPStatusError as error:
                status, pause = error.response.status_code, _pause(error.response, attempt)
                retryable = status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR
                if attempt == _TRIES or not retryable or time.monotonic() + pause > until:
                    raise ModelFailed(
                        f"The model's address answered {status}.",
                        hint="Check its key, its name and its limits.",
                        code="model_refuses" if status in _REFUSALS else "model_failed",
                    ) from error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                pause = _PAUSE
                if attempt == _TRIES or isinstance(error, httpx.TimeoutException) or time.monotonic() + pause > until:
                    raise ModelFailed(
                        f"The model's address gave no usable answer ({type(error).__name__}).",
                        hint="Check that it runs and can be reached.",
                    ) from error
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _once(self, path: str, body: Mapping[str, Any], until: float) -> Any:
        """One exchange; one that drips on past its time, or never ends, is cut."""
        left = max(0.1, until - time.monotonic())
        with self._client.stream("POST", f"{self._url}/{path}", json=body, timeout=left) as response:
            response.raise_for_status()
            received = bytearray()
            for part in response.iter_bytes():
                received += part
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("The reply took too long.")
                if len(received) > _LARGEST_REPLY:
                    raise httpx.DecodingError("The reply is too large.")
        return json.loads(received)


def _pause(response: httpx.Response, attempt: int) -> float:
    """What the service asks to wait in seconds, or a little longer each time."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else _PAUSE * attempt
