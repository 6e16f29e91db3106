"""Settings: one frozen value, read once from the home's file and the environment.

A setting stands in `lyceum.toml` in the home, or in the environment as LYCEUM_ and its name in capitals, which
outranks the file. A secret may come from the file that NAME_FILE names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import platformdirs

from lyceum.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with its default.

    `archive_name` says whose archive this is, and stands under each answer. `threads` 0 means one a core, at most
    four. `extraction_processes` is how many files are read at once, each within `extraction_memory_mb`; 0 means one a
    core, at most four, in half of the memory. `ocr_languages` are those in which scans are recognised, such as
    `deu+lat`; empty, each document's own, as far as it is known. `embedder` is `use`, `e5`, `openai:NAME` or
    `sentence-transformers:NAME`. `model_url` is the address of an
    OpenAI-compatible service up to and with its version, such as http://127.0.0.1:8080/v1; where there is no
    `embedder_url`, it and its key serve for both. `support` judges what a model claims, besides rules and words:
    `rules`, a model of inference as `nli:NAME`, or a language model as `openai:NAME` or `gguf:FILE`.

    The site: `models` are those that it answers with besides the extractive one, the first by default; `anonymous`
    is `everything`, `nobody`, or the collections that anybody may read besides those that a librarian has opened;
    `hosts` the names under which it is asked, besides this machine's own; `at_once` how many it answers at a time,
    0 meaning one a core and at least two; `embed_origins` the sites, as https://example.org, on whose pages its box
    may stand; `add_folders` the folders of this machine that librarians may add from, with a colon between.
    `stamp_url` is a time-stamping service (RFC 3161) that vouches for the hall's record.
    """

    home: Path
    cache: Path
    archive_name: str = ""
    threads: int = 0
    largest_file_mb: int = 1_000
    extraction_seconds: int = 120
    extraction_memory_mb: int = 1_024
    extraction_processes: int = 0
    ocr_languages: str = ""
    embedder: str = "use"
    embedder_url: str = ""
    embedder_key: str = ""
    embedder_device: str = ""
    reranker: str = ""
    model_url: str = ""
    model_key: str = ""
    model_seconds: int = 60
    support: str = ""
    database_url: str = ""
    blobs_url: str = ""
    blobs_key: str = ""
    blobs_secret: str = ""
    index_url: str = ""
    claim_seconds: int = 60
    api_token: str = ""
    anonymous: str = ""
    hosts: str = ""
    models: str = ""
    at_once: int = 0
    secret_key: str = ""
    embed_origins: str = ""
    add_folders: str = ""
    web_private_hosts: str = ""
    web_contact: str = ""
    web_delay_ms: int = 1_000
    web_seconds: int = 60
    web_largest_mb: int = 50
    watch_hours: int = 0
    stale_days: int = 30
    stamp_url: str = ""

    @property
    def shared(self) -> bool:
        """Whether the home is shared by many machines."""
        return bool(self.database_url)


_SET_ELSEWHERE = ("home", "cache")
_EMBEDDERS = ("use", "e5")
_NAMED_EMBEDDERS = ("openai", "sentence-transformers")
_SCORERS = ("nli", "openai", "gguf")


def load(home: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a home; raises ConfigError with the name of a setting that is wrong."""
    place = home or Path(environment.get("LYCEUM_HOME") or platformdirs.user_data_path("lyceum"))
    cache = Path(environment.get("LYCEUM_CACHE") or platformdirs.user_cache_path("lyceum"))
    stated = _from_file(place / "lyceum.toml")
    known = {field.name: field for field in fields(Settings) if field.name not in _SET_ELSEWHERE}
    for name in stated:
        if name not in known:
            raise ConfigError(
                f"lyceum.toml has a setting “{name}” that does not exist.",
                hint=f"Known settings: {', '.join(known)}.",
                code="setting_unknown",
            )
    values: dict[str, int | str] = {}
    for name, field in known.items():
        said = _from_environment(name, environment)
        value = said if said is not None else stated.get(name)
        if value is not None:
            values[name] = _whole_number(name, value) if field.type == "int" else _words(name, value)
    check_embedder(str(values.get("embedder", "use")))
    _check_reranker(str(values.get("reranker", "")))
    _check_support(str(values.get("support", "")))
    _check_origins(str(values.get("embed_origins", "")))
    _all_or_none(values, "database_url", "blobs_url", "index_url")
    return Settings(home=place.expanduser().absolute(), cache=cache.expanduser().absolute(), **values)  # type: ignore[arg-type]


def _check_reranker(said: str) -> None:
    if said not in ("", "e5"):
        raise ConfigError(f"The setting reranker is “{said}”.", hint="It is e5, or left empty for none.")


def _check_support(said: str) -> None:
    kind, _, name = said.partition(":")
    if said not in ("", "rules") and not (kind in _SCORERS and name.strip()):
        raise ConfigError(
            f"The setting support is “{said}”.",
            hint=f"It is rules, {', '.join(f'{kind}:NAME' for kind in _SCORERS)}, or left empty.",
        )


def _check_origins(said: str) -> None:
    """They stand in a header that browsers read: nothing but origins may."""
    for origin in filter(None, (one.strip() for one in said.split(","))):
        if not re.fullmatch(r"https?://[a-z0-9.-]+(?::\d{1,5})?", origin):
            raise ConfigError(
                f"The setting embed_origins names “{origin}”.",
                hint="It is a scheme and a host in small letters, such as https://example.org, with commas between.",
            )


def check_embedder(said: str) -> None:
    """Raises ConfigError for an embedder that cannot be meant."""
    kind, _, name = said.partition(":")
    if said not in _EMBEDDERS and not (kind in _NAMED_EMBEDDERS and name.strip()):
        raise ConfigError(
            f"The setting embedder is “{said}”.",
            hint=f"It is {', '.join(_EMBEDDERS)}, {' or '.join(f'{kind}:NAME' for kind in _NAMED_EMBEDDERS)}.",
        )


def _all_or_none(values: Mapping[str, object], *names: str) -> None:
    missing = [name for name in names if not values.get(name)]
    if missing and len(missing) < len(names):
        raise ConfigError(
            f"The setting {missing[0]} is missing.",
            hint=f"{', '.join(names)} stand together: machines that share one share all.",
            code="setting_incomplete",
        )


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.",
            hint="It is TOML: one `name = value` a line.",
            code="settings_unreadable",
        ) from error


def _from_environment(name: str, environment: Mapping[str, str]) -> str | None:
    variable = f"LYCEUM_{name.upper()}"
    if file := environment.get(f"{variable}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{variable}_FILE names {file}, which cannot be read: {error}.",
                hint="Check the path and the right to read it.",
                code="secret_unreadable",
            ) from error
    return environment.get(variable)


def _words(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"The setting {name} is {value!r}.", hint="It is text, in quotation marks.")
    return value


def _whole_number(name: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0:
        raise ConfigError(f"The setting {name} is “{value}”.", hint="It is a whole number, 0 or more.")
    return number
