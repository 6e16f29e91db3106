"""Files on S3-compatible storage: the BlobStore of a home beyond one machine, and what index shards are kept on."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from lyceum.archive import FolderBlobStore
from lyceum.errors import ConfigError, StoreDamaged, Unreachable

_KEPT_BYTES = 2_000_000_000
_RETRIES, _RETRY_SECONDS = 4, 30
_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, a folder in it, and who asks: plain values, so that a shard on another machine can be told."""

    bucket: str
    folder: str
    endpoint: str
    region: str
    key: str
    secret: str

    @classmethod
    def parse(cls, url: str, key: str, secret: str) -> Place:
        """Reads s3://BUCKET/FOLDER?endpoint=http://HOST:PORT&region=R; raises ConfigError.

        Without an endpoint it is Amazon's; without a key, that of the environment or of the machine's role.
        """
        try:
            parts = urlsplit(url)
            said = {
                name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
            }
        except ValueError as error:
            raise _wrong(url) from error
        if parts.scheme != "s3" or not parts.netloc or set(said) - {"endpoint", "region"}:
            raise _wrong(url)
        return cls(
            parts.netloc, parts.path.strip("/"), said.get("endpoint", ""), said.get("region", _REGION), key, secret
        )


class ObjectStore:
    """Objects by name in one place; every name is below the place's folder."""

    def __init__(self, place: Place) -> None:
        known = {
            "endpoint": place.endpoint, "access_key_id": place.key, "secret_access_key": place.secret,
        }  # fmt: skip
        self._store = S3Store(
            place.bucket,
            prefix=place.folder or None,
            config={name: value for name, value in known.items() if value},  # type: ignore[arg-type]
            region=place.region,
            virtual_hosted_style_request=not place.endpoint,
            client_options={
                "allow_http": place.endpoint.startswith("http://"), "connect_timeout": "5s", "timeout": "60s",
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
        )  # fmt: skip

    def put(self, name: str, content: bytes | Path) -> None:
        """Stores an object, whole or not at all; large files go in parts."""
        with _told():
            obstore.put(self._store, name, content)

    def create(self, name: str, content: bytes) -> bool:
        """Stores an object unless there is one of this name; False where there is."""
        with _told():
            try:
                obstore.put(self._store, name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def get(self, name: str) -> bytes | None:
        """The bytes of an object, or None where there is none."""
        with _told():
            try:
                return obstore.get(self._store, name).bytes().to_bytes()
            except FileNotFoundError:
                return None

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """An object as a stream; raises FileNotFoundError."""
        with _told():
            yield cast("BinaryIO", _Stream(obstore.open_reader(self._store, name)))

    def has(self, name: str) -> bool:
        """Whether there is an object of this name."""
        with _told():
            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                return False
        return True

    def remove(self, *names: str) -> None:
        """Deletes objects, those that are there."""
        with _told():
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    obstore.delete(self._store, name)

    def names(self, folder: str) -> Iterator[str]:
        """The names of all objects in a folder, sorted."""
        with _told():
            found = [item["path"] for batch in obstore.list(self._store, prefix=folder) for item in batch]
        yield from sorted(found)


class _Stream:
    """An object as `BlobStore.put` reads it."""

    def __init__(self, reader: obstore.ReadableFile) -> None:
        self._reader = reader

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end."""
        return self._reader.read(size).to_bytes()


class ObjectBlobStore:
    """The BlobStore on S3-compatible storage, with a folder for those files that were used last.

    What is opened is a local copy; its SHA-256 is counted again each time, so neither a damaged object nor a
    damaged copy is read.
    """

    def __init__(self, place: Place, near: Path, *, keep: int = _KEPT_BYTES) -> None:
        self._objects = ObjectStore(place)
        self._near = FolderBlobStore(near)
        self._folder = near
        self._keep = keep

    def put(self, stream: BinaryIO, *, limit: int) -> tuple[str, int]:
        """Stores a stream under its SHA-256."""
        sha256, size = self._near.put(stream, limit=limit)
        self._objects.put(_name(sha256), self._near.open(sha256))
        self._make_room(sha256)
        return sha256, size

    def open(self, sha256: str) -> Path:
        """A local path to read the file from; raises StoreDamaged where it is missing or is not what it was."""
        if not (self._near.has(sha256) and _digest(self._near.open(sha256)) == sha256):
            self._fetch(sha256)
        path = self._near.open(sha256)
        path.touch()
        self._make_room(sha256)
        return path

    def has(self, sha256: str) -> bool:
        """Whether the file is in the store."""
        return self._objects.has(_name(sha256))

    def remove(self, sha256: str) -> None:
        """Deletes the file, if it is there, and its copy here."""
        self._objects.remove(_name(sha256))
        self._near.remove(sha256)

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file in the store."""
        for name in self._objects.names(_FOLDER):
            yield name.rsplit("/", 1)[-1]

    def sweep(self) -> None:
        """Deletes what writers on this machine left that are no longer running."""
        self._near.sweep()

    def _fetch(self, sha256: str) -> None:
        try:
            with self._objects.open(_name(sha256)) as stream:
                found, _ = self._near.put(stream, limit=1 << 62)
        except FileNotFoundError as error:
            raise StoreDamaged(
                f"The stored file {sha256[:16]}… is missing.", hint="Add its source again, or restore a backup."
            ) from error
        if found != sha256:
            self._near.remove(found)
            raise StoreDamaged(
                f"The stored file {sha256[:16]}… is not what was added.",
                hint="Add its source again, or restore a backup.",
            )

    def _make_room(self, used: str) -> None:
        """Deletes the copies that were used longest ago until the others fit."""
        copies = [(path, path.stat()) for path in self._folder.glob("??/*") if path.name != used]
        held = sum(stat.st_size for _, stat in copies)
        for path, stat in sorted(copies, key=lambda copy: copy[1].st_mtime):
            if held <= self._keep:
                return
            path.unlink(missing_ok=True)
            held -= stat.st_size


_FOLDER = "blobs"


def _name(sha256: str) -> str:
    return f"{_FOLDER}/{sha256[:2]}/{sha256}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turns what the client says into our errors."""
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise ConfigError(
            "The object store refuses the key.",
            hint="Set LYCEUM_BLOBS_KEY and LYCEUM_BLOBS_SECRET, and let the key read and write the bucket.",
            code="blobs_refused",
        ) from error
    except BaseError as error:
        raise Unreachable(
            f"The object store gives no usable answer: {str(error).splitlines()[0][:200]}",
            hint="What was stored is kept; try again when it runs and can be reached.",
            code="blobs_unreachable",
        ) from error


def _wrong(url: str) -> ConfigError:
    return ConfigError(
        f"“{url.split('?', maxsplit=1)[0][:60]}” is no place on S3-compatible storage.",
        hint="Write s3://BUCKET/FOLDER?endpoint=http://HOST:PORT&region=REGION; keys are settings of their own.",
        code="blobs_url_wrong",
    )
