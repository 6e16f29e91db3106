"""A language model in a GGUF file, run in this process by llama.cpp: nothing leaves the machine."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from lyceum.errors import ConfigError, ModelFailed
from lyceum.tutor import parse_object

_CONTEXT = 8_192
_MOST_TOKENS = 600
_WORDS = 900


class LocalModel:
    """The LanguageModel of one file; loaded on first use, and asked one thing at a time."""

    words = _WORDS

    def __init__(self, path: Path, *, threads: int) -> None:
        if not path.is_file():
            raise ConfigError(
                f"There is no model at {path}.", hint="Give the path of a GGUF file: gguf:/models/NAME.gguf.",
                code="model_file_missing",
            )  # fmt: skip
        self._path = path
        self._threads = threads
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """As it is named in settings and answers, without the folder it lies in."""
        return f"gguf:{self._path.stem}"

    def complete(self, *, system: str, user: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object of the schema, to which llama.cpp holds the model word by word; raises ModelFailed."""
        request = {
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}},
        }
        with self._turn:
            try:
                reply = self._server.handle_chat_completions(request)
                content = reply["choices"][0]["message"]["content"]
            except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
                raise ModelFailed(
                    f"The model {self.name} gave no usable answer.", hint="Try a larger model, or ask without one."
                ) from error
        return parse_object(content if isinstance(content, str) else "")

    @cached_property
    def _server(self) -> Any:
        try:
            import xllamacpp  # noqa: PLC0415  (an extra, and slow to load)
        except ImportError as error:
            raise ConfigError(
                "A model in a file needs a package that is not installed: xllamacpp.",
                hint="Install it with `pip install 'lyceum[local]'`.",
                code="packages_missing",
            ) from error
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self._path)
        parameters.n_ctx, parameters.n_parallel, parameters.n_predict = _CONTEXT, 1, _MOST_TOKENS
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = max(1, self._threads)
        parameters.warmup, parameters.verbosity = False, 0
        # It opens a listener that we do not use: on loopback, behind a key that nobody is told.
        parameters.api_keys = [secrets.token_urlsafe(32)]
        with _quiet():
            try:
                return xllamacpp.Server(parameters)
            except (RuntimeError, ValueError) as error:
                raise ModelFailed(
                    f"{self._path.name} cannot be loaded: {error}.", hint="It must be a GGUF file of a chat model."
                ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what llama.cpp prints about itself away from standard output and error."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        yield
    finally:
        for descriptor, own in zip((1, 2), kept, strict=True):
            os.dup2(own, descriptor)
            os.close(own)
        os.close(nowhere)
