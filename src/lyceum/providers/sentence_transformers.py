"""Any sentence-transformers model as an embedder, on a graphics card where there is one; the package is optional."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from lyceum.errors import ModelMissing
from lyceum.providers.vectors import file_name, remembered_dimension, unit_rows
from lyceum.search import Calibration, Vectors

_LONGEST = 8_000


class SentenceTransformersEmbedder:
    """The Embedder of a model's name or folder; it is loaded when the first text is embedded.

    A name that is no folder is fetched from a model hub by that package, from then on from its own cache. Weights
    are read as safetensors alone, never as pickles, which can run code.
    """

    calibration = Calibration()
    languages: frozenset[str] | None = None

    def __init__(self, model: str, *, device: str, threads: int, cache: Path) -> None:
        self._place = model
        self._device = device
        self._threads = threads
        self._cache = cache

    @property
    def name(self) -> str:
        """The model's name as a file can bear it."""
        return f"sentence-transformers-{file_name(self._place)}"

    @cached_property
    def dimension(self) -> int:
        """As many numbers as the model's vectors have, up to a multiple of 64; raises ModelMissing."""
        return remembered_dimension(self._cache, self.name, lambda: self.embed_query("dimension").shape[0])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; raises ModelMissing. See Embedder."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._encoded(self._model.encode_document, texts)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a query, with the words before it that the model asks for; raises ModelMissing."""
        vector: Vectors = self._encoded(self._model.encode_query, [text])[0]
        return vector

    def _encoded(self, encode: Any, texts: Sequence[str]) -> Vectors:
        readable = [text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        rows = encode(readable, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(np.asarray(rows, dtype=np.float32))

    @cached_property
    def _model(self) -> Any:
        try:
            import torch  # noqa: PLC0415  (not among our requirements)
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        except ImportError as error:
            raise ModelMissing(
                "The package sentence-transformers is not installed.",
                hint="Install it (`pip install sentence-transformers`, 5 or newer), or set another `embedder`.",
            ) from error
        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(self._place, device=self._device or None, model_kwargs={"use_safetensors": True})
        except (OSError, ValueError, RuntimeError, AssertionError) as error:
            raise ModelMissing(
                f"The model “{self._place}” cannot be loaded: {str(error).splitlines()[0] if str(error) else error!r}",
                hint="Check its name or folder, and `embedder_device`.",
            ) from error
