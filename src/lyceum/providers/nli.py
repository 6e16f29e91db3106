"""A natural language inference model as a support scorer, run by sentence-transformers; the package is optional."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lyceum.errors import ModelMissing
from lyceum.tutor import Label, Support

_LONGEST = 8_000
_MEANINGS = {"entail": Label.SUPPORTED, "contra": Label.CONTRADICTED, "neutral": Label.NOT_ENOUGH}


class NliScorer:
    """The SupportScorer of a cross-encoder's name or folder; it is loaded when the first claim is judged.

    The evidence is the premise and the claim the hypothesis. The model says itself which of its outputs means what:
    they must be called entailment, contradiction and neutral. Weights are read as safetensors alone.
    """

    def __init__(self, model: str, *, device: str = "") -> None:
        self._place = model
        self._device = device

    @property
    def name(self) -> str:
        """The model's."""
        return f"nli-{self._place}"

    def score(self, claim: str, evidence: Sequence[str], language: str | None = None) -> Support:
        """What the model finds likeliest of all the evidence together; raises ModelMissing. See SupportScorer."""
        del language
        premise, hypothesis = _readable(" ".join(evidence)), _readable(claim)
        sums = np.asarray(self._model.predict([(premise, hypothesis)], show_progress_bar=False)[0], dtype=float)
        odds = np.exp(sums - sums.max())
        best = int(odds.argmax())
        return Support(self._labels[best], float(odds[best] / odds.sum()))

    @cached_property
    def _labels(self) -> list[Label]:
        """What each of the model's outputs means; raises ModelMissing."""
        named = getattr(self._model.config, "id2label", {})
        labels = [
            next((label for word, label in _MEANINGS.items() if word in str(named[n]).lower()), None)
            for n in sorted(named)
        ]
        if set(labels) != set(Label) or len(labels) != len(Label):
            raise ModelMissing(
                f"The model “{self._place}” does not judge inference: its outputs are {list(named.values())}.",
                hint="Name a model whose outputs are entailment, contradiction and neutral.",
            )
        return [label for label in labels if label]

    @cached_property
    def _model(self) -> Any:
        try:
            from sentence_transformers import CrossEncoder  # noqa: PLC0415  (not among our requirements)
        except ImportError as error:
            raise ModelMissing(
                "The package sentence-transformers is not installed.",
                hint="Install it (`pip install sentence-transformers`, 5 or newer), or set no inference model.",
            ) from error
        try:
            return CrossEncoder(self._place, device=self._device or None, model_kwargs={"use_safetensors": True})
        except (OSError, ValueError, RuntimeError, AssertionError) as error:
            raise ModelMissing(
                f"The model “{self._place}” cannot be loaded: {str(error).splitlines()[0] if str(error) else error!r}",
                hint="Check its name or folder.",
            ) from error


def _readable(text: str) -> str:
    return text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()
