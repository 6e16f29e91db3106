"""Opens a home: its parts on first use, the embedder it is searched with, the lock under which it is written."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lyceum.archive import State
from lyceum.config import Settings, check_embedder
from lyceum.errors import ConfigError, HomeError, IndexDamaged, ModelFailed, ModelMissing, unwritable
from lyceum.library import parts
from lyceum.search import (
    E5Embedder,
    E5Reranker,
    EmbeddedIndex,
    Embedder,
    Found,
    KeptIndex,
    Mode,
    Query,
    Reranker,
    retrieve,
    write_whole,
)

log = logging.getLogger(__name__)


class Home:
    """What stands in one home, opened on first use; use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        try:
            self._catalogue, self._blobs = parts.make_stores(settings)
        except OSError as error:
            raise HomeError(
                f"The home {settings.home} cannot be used: {error.strerror or error}.",
                hint="Choose another with --home, or give its user the right to write there.",
            ) from error
        self._embedder_failure: ModelMissing | ModelFailed | None = None
        self._in_use: str | None = None
        self._stopping = threading.Event()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The library of these settings' home, which is made if it is not there."""
        return cls(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives back what is held."""
        if "index" in self.__dict__:
            self.index.close()
        self._catalogue.close()

    @cached_property
    def index(self) -> KeptIndex:
        """The index, opened on first use; raises IndexDamaged."""
        while True:
            used = self._embedder_in_use()
            try:
                return self._open_index()
            except IndexDamaged:
                # Another process may have gone over to another embedder, and deleted the vectors of this one.
                if self._read_in_use() == used:
                    raise
                self._notice_switch()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder whose vectors are searched, loaded on first use; raises ModelMissing."""
        return parts.make_embedder(replace(self._settings, embedder=self._embedder_in_use()))

    def _open_index(self) -> KeptIndex:
        space = self._space()
        if self._settings.shared:
            return parts.make_shards(self._settings, space)
        index = EmbeddedIndex(self._settings.home / "index", embedder=space.name, dimension=space.dimension)
        self._expect_whole(index)
        return index

    def _space(self) -> Any:
        """The name and dimension in use: told from the class, they spare a search by words the loading of a model."""
        return parts.OWN_EMBEDDERS.get(self._embedder_in_use()) or self.embedder

    def _expect_whole(self, index: EmbeddedIndex) -> None:
        """Raises IndexDamaged where the catalogue knows of words or vectors and there is no index of them."""
        # Asked twice, since another process may take out the last document, or make all anew, between two looks.
        if all(not index.has_text and self._any_in((State.SEARCHABLE, State.INDEXED)) for _ in range(2)):
            raise IndexDamaged("The index of words is gone.", hint="Run `lyceum reindex`; no text is lost.")
        if all(not index.has_vectors and self._any_in((State.INDEXED,)) for _ in range(2)):
            raise IndexDamaged("The index of vectors is gone.", hint="Run `lyceum reindex`; no text is lost.")

    def _any_in(self, states: Sequence[State]) -> bool:
        return any(next(iter(self._catalogue.find(states=(state,))), None) for state in states)

    def _embedder_in_use(self) -> str:
        """The embedder that the home was last switched to, as far as this library has noticed."""
        if self._in_use is None:
            self._in_use = self._read_in_use()
        return self._in_use

    def _read_in_use(self) -> str:
        """The embedder that the home was last switched to: another that is set comes once all its vectors are made.

        A shared home keeps to the one that is set on all its machines.
        """
        if self._settings.shared:
            return self._settings.embedder
        try:
            said = self._in_use_file.read_text(encoding="utf-8")
            check_embedder(said)
        except FileNotFoundError:
            return self._settings.embedder
        except (UnicodeDecodeError, ConfigError) as error:
            raise IndexDamaged(
                "Which embedder the index uses cannot be read.", hint="Run `lyceum reindex`; no text is lost."
            ) from error
        return said

    @property
    def _in_use_file(self) -> Path:
        return self._settings.home / "index" / "embedder"

    def _notice_switch(self) -> None:
        """Lets go of index and embedder when another process has switched the home."""
        known, self._in_use = self._in_use, self._read_in_use()
        if known is not None and self._in_use != known:
            self.__dict__.pop("embedder", None)
            if index := self.__dict__.pop("index", None):
                index.close()

    @contextlib.contextmanager
    def _writing(self, *, damaged: bool = False) -> Iterator[None]:
        """Holds the home's writing lock, and gives back what was claimed and opened under it.

        A shared home has no lock: there, claims part the work. Raises DiskFull, or HomeError where the disk refuses
        for another reason. Only who is about to throw the index away writes although it may be `damaged`.
        """
        with contextlib.nullcontext() if self._settings.shared else self._locked(damaged=damaged):
            try:
                yield
            finally:
                self._catalogue.give_back()
                if "index" in self.__dict__:
                    self.index.close()

    @contextlib.contextmanager
    def _locked(self, *, damaged: bool) -> Iterator[None]:
        """Waits for another process that writes; the kernel frees the lock at a process's death."""
        path = self._settings.home / "writer.lock"
        try:
            with path.open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    log.warning("Another process is writing to this home; waiting for it to finish.")
                    fcntl.flock(lock, fcntl.LOCK_EX)
                if not damaged:
                    self._be_up_to_date()
                yield
        except OSError as error:
            raise unwritable(f"The home {self._settings.home}", error) from error

    def _be_up_to_date(self) -> None:
        """Writes down which embedder a new home uses, and goes over to another that was switched to meanwhile."""
        if not self._in_use_file.exists():
            self._in_use_file.parent.mkdir(exist_ok=True)
            write_whole(self._in_use_file, self._settings.embedder.encode())
        self._notice_switch()

    def _index_of_today(self) -> KeptIndex:
        """The index, of the embedder to which another process may have switched the home."""
        self._notice_switch()
        return self.index

    def _search(self, query: Query) -> Found:
        self._notice_switch()
        embedder: Callable[[], Embedder | None] = self._optional_embedder
        if query.mode is Mode.DENSE:
            embedder = lambda: self.embedder  # noqa: E731  (a dense query must fail without a model)
        try:
            return retrieve(query, self.index, self._catalogue, embedder, self._optional_reranker)
        except (ModelMissing, ModelFailed) as error:
            # Some embedders are found to be missing, or out of reach, only when a text is given to them.
            if query.mode is Mode.DENSE:
                raise
            self._embedder_failure = error
            return retrieve(query, self.index, self._catalogue, lambda: None)

    def _optional_embedder(self) -> Embedder | None:
        try:
            return self.embedder
        except ModelMissing as error:
            self._embedder_failure = error
            return None

    @cached_property
    def _reranker(self) -> Reranker:
        in_use = self.embedder
        return E5Reranker(in_use if isinstance(in_use, E5Embedder) else E5Embedder(self._settings.cache))

    def _optional_reranker(self) -> Reranker | None:
        try:
            return self._reranker if self._settings.reranker else None
        except ModelMissing as error:
            self._embedder_failure = error
            return None
