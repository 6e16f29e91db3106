"""An inference model judges claims; where the package or the model is absent, the error says what to do."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace

import pytest

from lyceum.errors import ModelMissing
from lyceum.providers.nli import NliScorer
from lyceum.tutor import Label

OUTPUTS = {0: "CONTRADICTION", 1: "entailment", 2: "neutral"}


@pytest.fixture
def package(monkeypatch):
    """The face of sentence-transformers, with a cross-encoder that has scripted outputs."""
    module = ModuleType("sentence_transformers")
    made = SimpleNamespace(pairs=[], sums=[0.0, 0.0, 0.0], names=OUTPUTS, failure=None)

    class CrossEncoder:
        def __init__(self, place, *, device, model_kwargs):
            assert model_kwargs == {"use_safetensors": True}
            if made.failure:
                raise made.failure
            self.config = SimpleNamespace(id2label=made.names)

        def predict(self, pairs, *, show_progress_bar):
            made.pairs += pairs
            return [made.sums]

    module.CrossEncoder = CrossEncoder
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    return made


@pytest.mark.parametrize(
    ("sums", "label"),
    [([5.0, 0, 0], Label.CONTRADICTED), ([0, 5.0, 0], Label.SUPPORTED), ([0, 0, 5.0], Label.NOT_ENOUGH)],
    ids=["contradicted", "supported", "not enough"],
)
def test_the_models_own_names_say_what_its_outputs_mean(package, sums, label):
    package.sums = sums
    found = NliScorer("model").score("They won.", ["They struck.", "They won."])
    assert found.label is label
    assert 0.9 < found.probability < 1


def test_the_evidence_is_the_premise(package):
    NliScorer("model").score("They won.", ["They struck.", "They gave in."])
    assert package.pairs == [("They struck. They gave in.", "They won.")]


def test_a_model_that_judges_no_inference_is_refused(package):
    package.names = {0: "LABEL_0"}
    with pytest.raises(ModelMissing) as caught:
        NliScorer("model").score("They won.", ["They struck."])
    assert "entailment" in caught.value.hint


def test_a_model_that_cannot_be_loaded_is_named(package):
    package.failure = OSError("no such folder")
    with pytest.raises(ModelMissing) as caught:
        NliScorer("nowhere").score("They won.", ["They struck."])
    assert "nowhere" in caught.value.message


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the package is installed")
def test_an_absent_package_is_named_with_a_hint():
    with pytest.raises(ModelMissing) as caught:
        NliScorer("model").score("They won.", ["They struck."])
    assert "pip install" in caught.value.hint
