"""Settings come from the home's file and the environment, and a wrong one speaks at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lyceum import config
from lyceum.errors import ConfigError


@pytest.fixture
def load(tmp_path: Path):
    def act(file: str | bytes | None = None, **environment: str) -> config.Settings:
        if file is not None:
            (tmp_path / "lyceum.toml").write_bytes(file.encode() if isinstance(file, str) else file)
        return config.load(tmp_path, environment)

    return act


def test_everything_has_a_default(load, tmp_path):
    settings = load()
    assert settings.home == tmp_path
    assert (settings.threads, settings.model_url, settings.largest_file_mb) == (0, "", 1_000)


def test_the_file_sets_and_the_environment_outranks_it(load):
    settings = load("threads = 3\nlargest_file_mb = 5\n", LYCEUM_THREADS="2")
    assert (settings.threads, settings.largest_file_mb) == (2, 5)


def test_a_home_comes_from_the_option_the_environment_or_the_platform(tmp_path):
    assert config.load(tmp_path, {"LYCEUM_HOME": "/elsewhere"}).home == tmp_path
    assert config.load(None, {"LYCEUM_HOME": str(tmp_path)}).home == tmp_path
    assert config.load(None, {}).home.name == "lyceum"
    assert config.load(Path("here"), {}).home.is_absolute()
    assert config.load(tmp_path, {"LYCEUM_CACHE": "/c"}).cache == Path("/c")


def test_a_secret_may_come_from_a_file(load, tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    assert load(LYCEUM_MODEL_KEY_FILE=str(tmp_path / "key"), LYCEUM_MODEL_KEY="other").model_key == "s3cret"


@pytest.mark.parametrize(
    ("file", "environment", "code", "named"),
    [
        ("thread = 3", {}, "setting_unknown", "thread"),
        ("home = '/x'", {}, "setting_unknown", "home"),
        ("threads = 'many'", {}, "setting_wrong", "threads"),
        ("threads = -1", {}, "setting_wrong", "threads"),
        ("threads = true", {}, "setting_wrong", "threads"),
        ("threads = 1.5", {}, "setting_wrong", "threads"),
        ("threads = [", {}, "settings_unreadable", "lyceum.toml"),
        (b"\xff\xfe", {}, "settings_unreadable", "lyceum.toml"),
        ("embedder = 'best'", {}, "setting_wrong", "best"),
        ("embedder = 'openai:'", {}, "setting_wrong", "openai:"),
        ("embedder = 'use:large'", {}, "setting_wrong", "use:large"),
        (None, {"LYCEUM_EMBEDDER": ""}, "setting_wrong", "embedder"),
        (None, {"LYCEUM_THREADS": "many"}, "setting_wrong", "threads"),
        (None, {"LYCEUM_MODEL_KEY_FILE": "/no/such/file"}, "secret_unreadable", "/no/such/file"),
    ],
)
def test_a_wrong_setting_is_named_with_a_hint(load, file, environment, code, named):
    with pytest.raises(ConfigError) as caught:
        load(file, **environment)
    assert caught.value.code == code
    assert named in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("said", ["use", "e5", "openai:text-embedding-3-small", "sentence-transformers:BAAI/bge-m3"])
def test_an_embedder_is_one_of_ours_or_named(load, said):
    assert load(LYCEUM_EMBEDDER=said).embedder == said


@pytest.mark.parametrize(("file", "name"), [("model_url = 5", "model_url"), ("model_key = ['a']", "model_key")])
def test_words_are_set_as_words(load, file, name):
    """A number or a list where an address belongs is a mistake, not an address."""
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert name in caught.value.message


def test_a_secret_that_is_no_text_is_named(load, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00key")
    with pytest.raises(ConfigError) as caught:
        load(LYCEUM_MODEL_KEY_FILE=str(tmp_path / "key"))
    assert caught.value.code == "secret_unreadable"


def test_settings_do_not_change(load):
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().threads = 5


@pytest.mark.parametrize("said", ["nli", "nli: ", "judge:x", "openai:"])
def test_a_scorer_that_cannot_be_meant_is_refused(tmp_path, said):
    with pytest.raises(ConfigError, match="support"):
        config.load(tmp_path, {"LYCEUM_SUPPORT": said})
    assert config.load(tmp_path, {"LYCEUM_SUPPORT": "rules"}).support == "rules"


def test_a_reranker_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="reranker"):
        config.load(tmp_path, {"LYCEUM_RERANKER": "best"})
    assert config.load(tmp_path, {"LYCEUM_RERANKER": "e5"}).reranker == "e5"


SHARED = {
    "LYCEUM_DATABASE_URL": "postgresql://db/lyceum", "LYCEUM_BLOBS_URL": "s3://lyceum",
    "LYCEUM_INDEX_URL": "ray:auto?shards=4",
}  # fmt: skip


def test_a_home_is_shared_when_it_says_where_all_of_it_is(load):
    assert load(**SHARED).shared
    assert not load().shared


@pytest.mark.parametrize("left_out", list(SHARED))
def test_a_home_is_not_shared_in_part(load, left_out):
    with pytest.raises(ConfigError) as caught:
        load(**{name: value for name, value in SHARED.items() if name != left_out})
    assert caught.value.code == "setting_incomplete"
    assert left_out.removeprefix("LYCEUM_").lower() in caught.value.message
