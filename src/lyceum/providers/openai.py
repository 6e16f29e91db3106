"""A language model behind any OpenAI-compatible address: hosted, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from lyceum.errors import ModelFailed
from lyceum.tutor import parse_object

_TRIES = 2


class OpenAICompatible:
    """The LanguageModel of one address and model name."""

    def __init__(self, url: str, key: str, model: str, *, seconds: float) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._url = url.rstrip("/") + "/chat/completions"
        self._client = httpx.Client(headers=headers, timeout=seconds)
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
        reply = self._post(body)
        try:
            content = reply["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise ModelFailed("The model's reply has no message.", hint="Check the address and the model.") from error
        return parse_object(content if isinstance(content, str) else "")

    def _post(self, body: Mapping[str, Any]) -> Any:
        for attempt in range(1, _TRIES + 1):
            try:
                response = self._client.post(self._url, json=body)
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
