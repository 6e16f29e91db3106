"""Language models and embedders behind any OpenAI-compatible address: hosted, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

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

_TRIES = 2
_TEXTS_A_REQUEST = 64
_LONGEST = 8_000


class OpenAICompatible:
    """The LanguageModel of one address and model name."""

    def __init__(self, url: str, key: str, model: str, *, seconds: float) -> None:
        self._address = _Address(url, key, seconds)
        self._model = model

    @property
    def name(self) -> str:
        """As it is named in settings and answers."""
        return f"openai:{self._model}"

    def complete(self, *, system: str, user: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object of the schema; a dropped or overloaded connection is tried once more."""
        body = {
            "model": self._model,
            "temperature": 0,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
        }
        reply = self._address.post("chat/completions", body)
        try:
            content = reply["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise ModelFailed("The model's reply has no message.", hint="Check the address and the model.") from error
        return parse_object(content if isinstance(content, str) else "")


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
    """A service's address; a dropped or overloaded connection is tried once more."""

    def __init__(self, url: str, key: str, seconds: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/")
        self._client = httpx.Client(headers=headers, timeout=seconds)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that comes back; raises ModelFailed."""
        for attempt in range(1, _TRIES + 1):
            try:
                response = self._client.post(f"{self._url}/{path}", json=body)
                response.raise_for_status()
                return response.json()
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                if attempt == _TRIES or (status != httpx.codes.TOO_MANY_REQUESTS and status < 500):
                    raise ModelFailed(
                        f"The model's address answered {status}.",
                        hint="Check its key, its name and its limits.",
                    ) from error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                if attempt == _TRIES:
                    raise ModelFailed(
                        f"The model's address gave no usable answer ({type(error).__name__}).",
                        hint="Check that it runs and can be reached.",
                    ) from error
        raise AssertionError("unreachable")
