"""Fakes, and one conformance suite a port: for our tests and for others' providers.

A provider's test is a subclass that says how to make one; pytest collects the rest:

    class TestFolderBlobStore(BlobStoreSuite):
        def make(self, folder: Path) -> BlobStore:
            return FolderBlobStore(folder)
"""
# ruff: noqa: S101  (a suite asserts)

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

import numpy as np

from lyceum import text as texts
from lyceum.archive import (
    PASSAGES_PER_VERSION,
    BlobStore,
    Block,
    Catalogue,
    Document,
    Extracted,
    ExtractedProduct,
    Failure,
    Metadata,
    Moved,
    Outcome,
    Page,
    PageFinder,
    PartialDate,
    Passage,
    Received,
    Records,
    Segment,
    SegmentedProduct,
    State,
    TextBuilder,
    Texts,
    detect,
    extract_here,
    sketch,
    split_here,
)
from lyceum.errors import ModelFailed, StoreDamaged, UnknownDocument
from lyceum.function_words import FUNCTION_WORDS
from lyceum.search import (
    Calibration,
    Embedder,
    Entry,
    Filter,
    Index,
    Key,
    Order,
    Phrase,
    Reranker,
    Scope,
    Scored,
    Searchable,
    Vectors,
    Words,
    facts_of,
)
from lyceum.tutor import LanguageModel

__all__ = [
    "Archive", "Asked", "BlobStoreSuite", "CatalogueSuite", "EmbedderSuite", "HashEmbedder", "HereWorker",
    "IndexSuite", "LanguageModelSuite", "MemoryBlobStore", "RerankerSuite", "ScriptedModel", "TextsSuite",
    "WordReranker", "entry",
]  # fmt: skip

_Error = TypeVar("_Error", bound=Exception)


# --- fakes -------------------------------------------------------------------------------------------


class HereWorker:
    """Extracts without a process of its own, whose start takes a second; what it reads must be the test's own."""

    def __init__(self, **_limits: float) -> None: ...

    def extract(self, path: Path, name: str, _spoken: object = None) -> Extracted:
        """The text of a file; raises ExtractionFailed."""
        return extract_here(path, name, _kind(path, name))

    def parts(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Any]:
        """The documents that a file holds; raises ExtractionFailed."""
        return split_here(path, name, _kind(path, name), options)

    def abandon(self) -> None:
        """There is nothing to kill."""

    def close(self) -> None:
        """There is nothing to end."""


def _kind(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        return detect(stream.read(4_096), name)


class HashEmbedder:
    """An Embedder that needs no weights: texts are near that share content words."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.name = f"hash-{dimension}"
        self.languages: frozenset[str] | None = None
        self.calibration = Calibration()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; a text without content words has a direction of its own."""
        rows = np.array([self._row(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def embed_query(self, text: str) -> Vectors:
        """The unit row of a text."""
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def _row(self, text: str) -> Vectors:
        row = self._direction("")
        for word in dict.fromkeys(texts.plain_terms(text)):
            if not any(texts.is_function_word(word, code) for code in FUNCTION_WORDS):
                row = row + 10 * self._direction(word)
        return row

    def _direction(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
        direction: Vectors = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        return direction


class WordReranker:
    """A Reranker that needs no weights: the share of the query's words that a passage holds."""

    name = "words"

    def rerank(self, query: str, passages: Sequence[str]) -> list[float]:
        """From 0 to 1 a passage."""
        asked = set(texts.terms(query, "en"))
        return [len(asked & set(texts.terms(passage, "en"))) / max(len(asked), 1) for passage in passages]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ScriptedModel was asked."""

    system: str
    user: str
    schema: Mapping[str, Any]


class ScriptedModel:
    """A LanguageModel that gives its replies in turn, raises those that are errors, and keeps what it was asked.

    >>> model = ScriptedModel({"claims": []}, ModelFailed("The line is down."))
    """

    name = "scripted"
    words = 4_000

    def __init__(self, *replies: Mapping[str, Any] | ModelFailed) -> None:
        self._replies = list(replies)
        self.asked: list[Asked] = []

    def complete(self, *, system: str, user: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The next reply; raises ModelFailed when that is the reply, or when there is none left."""
        self.asked.append(Asked(system, user, schema))
        reply = self._replies.pop(0) if self._replies else ModelFailed("The script has ended.")
        if isinstance(reply, ModelFailed):
            raise reply
        return reply


class MemoryBlobStore:
    """A BlobStore that forgets everything at its end."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="lyceum-blobs-")

    def put(self, stream: BinaryIO, *, limit: int) -> tuple[str, int]:
        """Keeps a stream's bytes under their SHA-256."""
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise ValueError(f"more than {limit} bytes")
        sha256 = hashlib.sha256(content).hexdigest()
        self._blobs[sha256] = content
        return sha256, len(content)

    def open(self, sha256: str) -> Path:
        """A file with the bytes, for readers that want a path."""
        if sha256 not in self._blobs:
            raise StoreDamaged(f"The stored file {sha256[:16]}… is missing.", hint="Put it in first.")
        path = Path(self._folder.name) / sha256
        path.write_bytes(self._blobs[sha256])
        return path

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return sha256 in self._blobs

    def remove(self, sha256: str) -> None:
        """Forgets the bytes."""
        self._blobs.pop(sha256, None)

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything that is here."""
        yield from sorted(self._blobs)


def entry(version: int, *passages: str, metadata: Metadata | None = None) -> Entry:
    """A version as an index takes it in, made of the passages' words alone."""
    text = "\n\n".join(passages)
    known = metadata or Metadata(title=f"Document {version}", language="en")
    document = Document(
        id=f"document-{version}", version=f"version-{version}", number=1, row=version, source=f"/{version}.txt",
        name=f"{version}.txt", sha256=hashlib.sha256(text.encode()).hexdigest(), metadata=known,
        state=State.SEGMENTED, passages=len(passages), characters=len(text),
    )  # fmt: skip
    made: list[Passage] = []
    start = 0
    for n, words in enumerate(passages):
        key = version * PASSAGES_PER_VERSION + n
        made.append(Passage(f"version-{version}.{n}", key, document, start, start + len(words), words, (), ""))
        start += len(words) + 2
    return Entry(facts_of(made[0]), made)


# --- Catalogue and Texts -------------------------------------------------------------------------------


class Archive(Catalogue, Texts, Records, Protocol):
    """A Catalogue whose texts can be read, and what is known of them corrected."""


_SPEECH = ("The looms stood still.", "Nobody had touched them.")


class CatalogueSuite:
    """What every Catalogue keeps."""

    def make(self, folder: Path) -> Catalogue:
        """An empty catalogue that keeps itself in the folder."""
        raise NotImplementedError

    def test_a_new_source_is_added(self, tmp_path: Path) -> None:
        """New bytes from a new source are a new document, received and waiting."""
        document, outcome = self.make(tmp_path).add(_received("a.txt", "one"))
        assert (outcome, document.state, document.number) == (Outcome.ADDED, State.RECEIVED, 1)

    def test_the_same_bytes_are_one_document(self, tmp_path: Path) -> None:
        """The same bytes from anywhere change nothing."""
        catalogue = self.make(tmp_path)
        first, _ = catalogue.add(_received("a.txt", "one"))
        second, outcome = catalogue.add(_received("b.txt", "one"))
        assert outcome is Outcome.UNCHANGED
        assert (second.id, second.version) == (first.id, first.version)

    def test_the_same_bytes_have_the_same_ids_in_every_home(self, tmp_path: Path) -> None:
        """Ids come from bytes, not from the order or the place in which they were added."""
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        here, there = self.make(tmp_path / "one"), self.make(tmp_path / "two")
        there.add(_received("z.txt", "another"))
        a, _ = here.add(_received("a.txt", "one"))
        b, _ = there.add(_received("b.txt", "one"))
        assert (a.id, a.version) == (b.id, b.version)

    def test_new_bytes_from_a_known_source_are_a_new_version(self, tmp_path: Path) -> None:
        """The document stays, its version changes."""
        catalogue = self.make(tmp_path)
        first, _ = catalogue.add(_received("a.txt", "one"))
        second, outcome = catalogue.add(_received("a.txt", "two"))
        assert outcome is Outcome.UPDATED
        assert second.id == first.id
        assert second.version != first.version

    def test_get_prefers_the_newest_version_that_can_be_read(self, tmp_path: Path) -> None:
        """While a new version waits, the readable one is current; each stays to be had by its name."""
        catalogue = self.make(tmp_path)
        first = _searchable(catalogue, "a.txt", "one")
        second, _ = catalogue.add(_received("a.txt", "two"))
        assert catalogue.get(first.id).version == first.version
        assert catalogue.get(first.id, version=second.version).version == second.version
        _advance(catalogue, second)
        assert catalogue.get(first.id).version == second.version
        assert catalogue.get(first.id, version=first.version).state is State.SUPERSEDED

    def test_an_unknown_document_is_refused(self, tmp_path: Path) -> None:
        """Neither an unknown document nor an unknown version is found."""
        catalogue = self.make(tmp_path)
        known, _ = catalogue.add(_received("a.txt", "one"))
        _refuses(UnknownDocument, lambda: catalogue.get("nothing"))
        _refuses(UnknownDocument, lambda: catalogue.get(known.id, version="nothing"))

    def test_find_gives_the_versions_in_these_states(self, tmp_path: Path) -> None:
        """In the order in which they came, and no others."""
        catalogue = self.make(tmp_path)
        added = [catalogue.add(_received(f"{n}.txt", str(n)))[0] for n in range(4)]
        catalogue.advance(added[1], Moved(State.INDEXED))
        found = [document.id for document in catalogue.find(states=(State.RECEIVED,))]
        assert found == [added[0].id, added[2].id, added[3].id]

    def test_claim_next_takes_the_oldest(self, tmp_path: Path) -> None:
        """And nothing where none waits."""
        catalogue = self.make(tmp_path)
        first, _ = catalogue.add(_received("a.txt", "one"))
        catalogue.add(_received("b.txt", "two"))
        claimed = catalogue.claim_next(State.RECEIVED)
        assert claimed
        assert claimed.id == first.id
        assert catalogue.claim_next(State.EXTRACTED) is None

    def test_what_is_claimed_is_not_claimed_again(self, tmp_path: Path) -> None:
        """Until it has been moved on and comes back to the same state."""
        catalogue = self.make(tmp_path)
        added = [catalogue.add(_received(f"{n}.txt", str(n)))[0] for n in range(3)]
        first, last = catalogue.claim_next(State.RECEIVED), catalogue.claim_next(State.RECEIVED, newest=True)
        assert first
        assert last
        assert [first.id, last.id] == [added[0].id, added[2].id]
        catalogue.advance(first, Moved(State.SEARCHABLE))
        catalogue.advance(first, Moved(State.RECEIVED))
        again = catalogue.claim_next(State.RECEIVED)
        assert again
        assert again.id == first.id

    def test_a_failure_is_kept_and_received_again(self, tmp_path: Path) -> None:
        """What failed says why, and adding it again tries it again, with what is said of it then."""
        catalogue = self.make(tmp_path)
        document, _ = catalogue.add(_received("a.txt", "one"))
        failure = Failure("extract", "no_text", "It holds no text.", "Check the file.")
        failed = catalogue.advance(document, failure)
        assert (failed.state, failed.failure) == (State.FAILED, failure)
        again, outcome = catalogue.add(_received("a.txt", "one", Metadata.stated("add", collection="press")))
        assert (again.state, again.failure, outcome) == (State.RECEIVED, None, Outcome.ADDED)
        assert again.metadata.collection == "press"

    def test_a_step_repeated_gives_the_same(self, tmp_path: Path) -> None:
        """Every step may be done again."""
        catalogue = self.make(tmp_path)
        document, _ = catalogue.add(_received("a.txt", "one"))
        assert _advance(catalogue, document) == _advance(catalogue, document)

    def test_a_source_that_goes_back_makes_its_old_version_current(self, tmp_path: Path) -> None:
        """Old bytes from the document's own source are its newest version again."""
        catalogue = self.make(tmp_path)
        first = _searchable(catalogue, "a.txt", "one")
        _searchable(catalogue, "a.txt", "two")
        again, outcome = catalogue.add(_received("a.txt", "one"))
        assert outcome is Outcome.UPDATED
        catalogue.advance(again, Moved(State.SEARCHABLE))
        assert catalogue.get(first.id).version == first.version

    def test_remove_leaves_nothing(self, tmp_path: Path) -> None:
        """All versions go, and the files that none needs are named."""
        catalogue = self.make(tmp_path)
        first = _searchable(catalogue, "a.txt", "one")
        second = _searchable(catalogue, "a.txt", "two")
        other = _searchable(catalogue, "b.txt", "three")
        assert sorted(catalogue.remove(first.id)) == sorted([first.sha256, second.sha256])
        assert [document.id for document in catalogue.find(states=tuple(State))] == [other.id]
        _refuses(UnknownDocument, lambda: catalogue.get(first.id))

    def test_what_was_said_is_kept(self, tmp_path: Path) -> None:
        """Metadata comes back with its provenance."""
        catalogue = self.make(tmp_path)
        said = Metadata.stated("csv", title="The mill", creators=("Zola, Émile",), date=PartialDate(1885, 3))
        document, _ = catalogue.add(_received("a.txt", "one", said))
        assert catalogue.get(document.id).metadata == said


class TextsSuite:
    """What every Texts gives back."""

    def make(self, folder: Path) -> Archive:
        """An empty catalogue whose texts can be read."""
        raise NotImplementedError

    def test_a_text_is_read_by_place(self, tmp_path: Path) -> None:
        """Any stretch of a long text is the same stretch of what was stored."""
        text = "\n\n".join(f"Line {n}: ä, 漢, 𝔣 and no more." for n in range(3_000))
        archive, document = self._stored(tmp_path, _extracted(text))
        assert archive.read(document) == text
        for start in (0, 1, 16_383, 16_384, 16_385, 40_000, len(text) - 1):
            for end in (start, start + 1, start + 20_000, len(text)):
                assert archive.read(document, start, end) == text[start:end]

    def test_passages_hold_their_own_words(self, tmp_path: Path) -> None:
        """`text[start:end] == passage.text`, in order, by version and by key."""
        archive, document = self._stored(tmp_path, _extracted("\n\n".join(_SPEECH * 60)))
        passages = archive.passages_of(document)
        text = archive.read(document)
        assert len(passages) == document.passages > 1
        assert [p.text for p in passages] == [text[p.start : p.end] for p in passages]
        keys = [p.key for p in passages]
        assert archive.passages(keys) == passages

    def test_passages_come_in_the_order_asked(self, tmp_path: Path) -> None:
        """Keys that are gone are left out."""
        archive, document = self._stored(tmp_path, _extracted("\n\n".join(_SPEECH * 60)))
        first, second = archive.passages_of(document)[:2]
        found = archive.passages([second.key, 999 * PASSAGES_PER_VERSION, first.key + 500_000, first.key])
        assert found == [second, first]

    def test_languages_need_no_text(self, tmp_path: Path) -> None:
        """A key's language; `und` where it is gone or unknown."""
        archive, document = self._stored(tmp_path, _extracted(_SPEECH[0]), language="de")
        key = archive.passages_of(document)[0].key
        assert archive.languages([key, 999 * PASSAGES_PER_VERSION]) == ["de", "und"]

    def test_a_passage_may_be_in_another_language_than_its_document(self, tmp_path: Path) -> None:
        """The passage says so, and so does the list of languages."""
        archive, document = self._stored(tmp_path, _extracted(_SPEECH[0]), language="de")
        archive.advance(document, SegmentedProduct([Segment(0, 9, (), ""), Segment(10, 15, (), "", "fr")]))
        first, second = archive.passages_of(document)
        assert (first.language, second.language) == ("de", "fr")
        assert [one.language for one in archive.passages([first.key, second.key])] == ["de", "fr"]
        assert archive.languages([second.key, first.key]) == ["fr", "de"]

    def test_a_correction_outranks_what_is_said_later_and_survives_new_content(self, tmp_path: Path) -> None:
        """Added again, unchanged or changed, with another word on the same field: the librarian's stands."""
        catalogue = self.make(tmp_path)
        document, _ = catalogue.add(_received("a.txt", "one", Metadata.stated("csv", title="Mil", kind="letter")))
        catalogue.describe(document, Metadata.stated("edit", title="The mill"))
        for content in ("one", "two"):
            again, _ = catalogue.add(_received("a.txt", content, Metadata.stated("csv", title="Mill", rights="free")))
            known = again.metadata
            assert (known.title, known.rights, known.kind) == ("The mill", "free", "letter")
            assert known.provenance["title"] == "edit"

    def test_described_anew_a_version_that_can_be_read_waits_to_be_indexed(self, tmp_path: Path) -> None:
        """What is searched must follow what is known."""
        catalogue = self.make(tmp_path)
        document = _searchable(catalogue, "a.txt", "one")
        assert catalogue.describe(document, Metadata.stated("edit", title="Mill")).state is State.SEGMENTED

    def test_texts_alike_are_found_and_forgotten_with_their_versions(self, tmp_path: Path) -> None:
        """By their sketches, whatever the files are; and no others."""
        catalogue = self.make(tmp_path)
        text = " ".join(f"word{n}" for n in range(400))
        one, other, third = (
            catalogue.advance(
                catalogue.add(_received(f"{name}.txt", name))[0],
                ExtractedProduct(_extracted(said), Metadata(), sketch(said)),
            )
            for name, said in (("a", text), ("b", f"A foreword. {text}"), ("c", " ".join(f"{n}" for n in range(400))))
        )
        ((found, how),) = catalogue.alike(one)
        assert (found.id, how > 0.8) == (other.id, True)
        assert catalogue.alike(third) == []
        assert catalogue.kin() == []  # none of them can be read yet
        for document in (one, other, third):
            catalogue.advance(document, SegmentedProduct(()))
            catalogue.advance(document, Moved(State.SEARCHABLE))
        assert catalogue.kin() == [(one.row, other.row)]
        catalogue.remove(other.id)
        assert catalogue.alike(one) == []
        assert catalogue.kin() == []

    def test_pages_and_headings_are_kept(self, tmp_path: Path) -> None:
        """With each passage's own."""
        builder = TextBuilder()
        builder.page("xii")
        builder.heading("The mill", level=1)
        builder.paragraph(_SPEECH[0])
        builder.page("1")
        builder.paragraph(_SPEECH[1])
        extracted = builder.build()
        archive, document = self._stored(tmp_path, extracted)
        passage = archive.passages_of(document)[0]
        assert archive.pages(document) == list(extracted.pages)
        assert (passage.page, passage.heading) == ("xii–1", "The mill")

    def test_nothing_is_read_of_what_was_removed(self, tmp_path: Path) -> None:
        """Neither text nor passages nor pages."""
        archive, document = self._stored(tmp_path, _extracted(_SPEECH[0]))
        keys = [passage.key for passage in archive.passages_of(document)]
        archive.remove(document.id)
        assert archive.read(document) == ""
        assert archive.passages(keys) == []
        assert archive.passages_of(document) == []
        assert archive.pages(document) == []

    def _stored(self, folder: Path, extracted: Extracted, *, language: str = "en") -> tuple[Archive, Document]:
        archive = self.make(folder)
        document, _ = archive.add(_received("a.txt", extracted.text))
        archive.advance(document, ExtractedProduct(extracted, Metadata(title="The mill", language=language)))
        return archive, archive.advance(document, SegmentedProduct(_cut(extracted)))


def _cut(extracted: Extracted) -> list[Segment]:
    """Two paragraphs to a passage, below the last heading before it."""
    pages, heading = PageFinder(extracted.pages), ""
    paragraphs: list[Block] = []
    for block in extracted.blocks:
        if block.kind == "heading":
            heading = extracted.text[block.start : block.end]
        else:
            paragraphs.append(block)
    pairs = zip(paragraphs[::2], [*paragraphs[1::2], paragraphs[-1]], strict=False)
    return [Segment(a.start, b.end, pages.touched(a.start, b.end), heading) for a, b in pairs]


def _received(source: str, content: str, given: Metadata | None = None) -> Received:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Received(f"/{source}", source, sha256, len(content.encode()), given or Metadata())


def _extracted(text: str) -> Extracted:
    blocks: list[Block] = []
    start = 0
    for paragraph in text.split("\n\n"):
        blocks.append(Block("paragraph", start, start + len(paragraph)))
        start += len(paragraph) + 2
    return Extracted(text, tuple(blocks), (Page("1", 0, len(text)),))


def _advance(catalogue: Catalogue, document: Document) -> Document:
    catalogue.advance(document, ExtractedProduct(_extracted(_SPEECH[0]), document.metadata))
    catalogue.advance(document, SegmentedProduct([Segment(0, len(_SPEECH[0]), (), "")]))
    return catalogue.advance(document, Moved(State.SEARCHABLE))


def _searchable(catalogue: Catalogue, source: str, content: str) -> Document:
    return _advance(catalogue, catalogue.add(_received(source, content))[0])


# --- BlobStore -----------------------------------------------------------------------------------------


class BlobStoreSuite:
    """What every BlobStore keeps."""

    def make(self, folder: Path) -> BlobStore:
        """An empty store."""
        raise NotImplementedError

    def test_bytes_come_back_under_their_sha256(self, tmp_path: Path) -> None:
        """Name and size are those of the bytes."""
        store, content = self.make(tmp_path), bytes(range(256)) * 9_000
        sha256, size = store.put(io.BytesIO(content), limit=len(content))
        assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert store.open(sha256).read_bytes() == content

    def test_the_same_bytes_are_kept_once(self, tmp_path: Path) -> None:
        """Putting twice is putting once."""
        store = self.make(tmp_path)
        names = {store.put(io.BytesIO(b"one"), limit=10)[0] for _ in range(2)}
        assert list(store.names()) == sorted(names)

    def test_too_large_a_stream_leaves_nothing(self, tmp_path: Path) -> None:
        """Past the limit nothing is kept."""
        store = self.make(tmp_path)
        _refuses(ValueError, lambda: store.put(io.BytesIO(b"12345"), limit=4))
        assert list(store.names()) == []

    def test_a_stream_that_breaks_leaves_nothing(self, tmp_path: Path) -> None:
        """Half a file is no file."""
        store = self.make(tmp_path)
        _refuses(OSError, lambda: store.put(_Breaking(), limit=1 << 30))
        assert list(store.names()) == []

    def test_has_says_what_is_here(self, tmp_path: Path) -> None:
        """Before, with and after."""
        store = self.make(tmp_path)
        sha256 = hashlib.sha256(b"one").hexdigest()
        assert not store.has(sha256)
        store.put(io.BytesIO(b"one"), limit=10)
        assert store.has(sha256)
        store.remove(sha256)
        assert not store.has(sha256)

    def test_a_missing_file_is_damage(self, tmp_path: Path) -> None:
        """It cannot be opened; removing it is no error."""
        store = self.make(tmp_path)
        sha256 = hashlib.sha256(b"one").hexdigest()
        store.remove(sha256)
        _refuses(StoreDamaged, lambda: store.open(sha256))


class _Breaking(io.BytesIO):
    def read(self, _size: int | None = -1, /) -> bytes:
        raise OSError("the cable was pulled")


# --- Index ---------------------------------------------------------------------------------------------

_EVERYTHING = Scope.everything()
_ANY = Filter()


class IndexSuite:
    """What every Index finds; its vectors have 64 dimensions."""

    dimension = 64

    def make(self, folder: Path) -> Searchable:
        """An index in the folder, empty if the folder is."""
        raise NotImplementedError

    def test_words_find_their_passage_first(self, tmp_path: Path) -> None:
        """The passage with more of the words stands before the one with fewer."""
        index, (one, two) = self._filled(tmp_path)
        found = index.lexical(_words("weavers", "strike"), _ANY, _EVERYTHING, limit=10)
        assert [scored.key for scored in found] == [_key(one, 0), _key(two, 0)]
        assert found[0].score > found[1].score

    def test_a_limit_cuts_the_list(self, tmp_path: Path) -> None:
        """And none asks for nothing."""
        index, _ = self._filled(tmp_path)
        assert len(index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=1)) == 1
        assert index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=0) == []

    def test_no_words_find_nothing(self, tmp_path: Path) -> None:
        """An empty query is no query."""
        index, _ = self._filled(tmp_path)
        assert index.lexical(Words(), _ANY, _EVERYTHING, limit=10) == []

    def test_phrases_are_required_as_they_stand(self, tmp_path: Path) -> None:
        """Word for word and in order, unstemmed."""
        index, (one, _) = self._filled(tmp_path)

        def phrase(*words: str) -> list[Key]:
            return _keys(index.lexical(Words(phrases=(Phrase(words),)), _ANY, _EVERYTHING, limit=10))

        assert phrase("the", "weavers", "went") == [_key(one, 0)]
        assert phrase("weavers", "the", "went") == []
        assert phrase("weaver") == []

    def test_titles_and_creators_are_searched_too(self, tmp_path: Path) -> None:
        """With less weight than the text."""
        index, (_, two) = self._filled(tmp_path)
        assert _key(two, 0) in _keys(index.lexical(_words("besant"), _ANY, _EVERYTHING, limit=10))

    def test_what_is_required_stands_and_what_is_forbidden_does_not(self, tmp_path: Path) -> None:
        """For words and for vectors: phrases with and without slop, beginnings, and what must not stand."""
        index, (one, two) = self._filled(tmp_path)
        first, second, later = _key(one, 0), _key(two, 0), _key(one, 1)
        strike = _words("strike").terms
        for words, expected in (
            (Words(strike, phrases=(Phrase(("weavers", "on"), 1),)), {first}),
            (Words(strike, phrases=(Phrase(("weavers", "on")),)), set()),
            (Words(strike, beginnings=("matc",)), {second}),
            (Words(strike, without=(Phrase(("weavers",)),)), {second}),
            (Words(strike, without=(Phrase(("match", "girls")),)), {first}),
        ):
            assert set(_keys(index.lexical(words, _ANY, _EVERYTHING, limit=10))) == expected, words
            nearest = set(_keys(index.dense(self._vector("strike"), _ANY, _EVERYTHING, limit=10, words=words)))
            assert nearest - {later} == expected, words

    def test_a_passage_in_another_language_than_its_document_is_found_in_its_own(self, tmp_path: Path) -> None:
        """By words and by meaning; where no words are given, documents are listed, by their own language."""
        index, (german, english) = self._filled(tmp_path)
        both = entry(3, "The strike of the weavers.", "La grève des weavers.", metadata=Metadata(language="en"))
        both = replace(both, passages=(both.passages[0], replace(both.passages[1], own_language="fr")))
        self._put(index, [both])
        expected = {"fr": {_key(both, 1)}, "en": {_key(both, 0), _key(english, 0)}, "de": {_key(german, 0)}}
        for language, keys in expected.items():
            wanted = Filter(language=language)
            words, vector = _words("weavers", "strike"), self._vector("strike")
            assert set(_keys(index.lexical(words, wanted, _EVERYTHING, limit=10))) == keys
            nearest = set(_keys(index.dense(vector, wanted, _EVERYTHING, limit=10)))
            assert nearest - {_key(german, 1)} == keys
        listed = index.lexical(Words(), Filter(language="en"), _EVERYTHING, limit=10)
        assert set(_keys(listed)) == {_key(both, 0), _key(english, 0)}

    def test_phrases_that_stand_are_counted(self, tmp_path: Path) -> None:
        """In each of the passages that are asked for, and in no other."""
        index, (one, two) = self._filled(tmp_path)
        phrases = [Phrase(("went", "on")), Phrase(("match", "girls")), Phrase(("on", "went"))]
        keys = [_key(one, 0), _key(one, 1), _key(two, 0)]
        assert index.standing(keys, phrases) == {_key(one, 0): 1, _key(two, 0): 2}
        assert index.standing([_key(one, 0)], phrases) == {_key(one, 0): 1}
        assert index.standing([], phrases) == index.standing(keys, []) == {}

    def test_dates_order_what_holds_every_word(self, tmp_path: Path) -> None:
        """Newest or oldest first, what has no date last; any word less and it is not there."""
        index, (one, two) = self._filled(tmp_path)
        third = entry(3, "On strike again.", metadata=Metadata(title="Again", date=PartialDate(1912), language="en"))
        self._put(index, [third])

        def ordered(order: Order, *words: str) -> list[Key]:
            return _keys(index.lexical(_words(*words), _ANY, _EVERYTHING, limit=10, order=order))

        assert ordered(Order.NEWEST, "strike") == [_key(third, 0), _key(two, 0), _key(one, 0)]
        assert ordered(Order.OLDEST, "strike") == [_key(two, 0), _key(third, 0), _key(one, 0)]
        assert ordered(Order.NEWEST, "strike", "girl") == [_key(two, 0)]

    def test_a_filter_alone_lists_the_beginnings_of_documents(self, tmp_path: Path) -> None:
        """One passage for each document that passes."""
        index, (one, two) = self._filled(tmp_path)
        assert _keys(index.lexical(Words(), Filter(language="de"), _EVERYTHING, limit=10)) == [_key(one, 0)]
        assert _keys(index.lexical(Words(), Filter(author="Besant"), _EVERYTHING, limit=10)) == [_key(two, 0)]

    def test_matching_versions_are_counted(self, tmp_path: Path) -> None:
        """Those that hold every word, wherever, with how many of their passages do; scope and filter hold."""
        index, (one, two) = self._filled(tmp_path)
        first, second = one.facts.version, two.facts.version
        assert index.matching(_words("strike"), _ANY, _EVERYTHING) == {first: 1, second: 1}
        assert index.matching(_words("silesia"), _ANY, _EVERYTHING) == {first: 2}
        assert index.matching(_words("strike", "match"), _ANY, _EVERYTHING) == {second: 1}
        assert index.matching(_words("strike"), Filter(language="de"), _EVERYTHING) == {first: 1}
        assert index.matching(_words("strike"), _ANY, Scope.of()) == {}
        assert index.matching(Words(), _ANY, _EVERYTHING) == {}

    def test_similar_words_are_those_within_the_edits(self, tmp_path: Path) -> None:
        """As written in the texts, with the passages that hold them; a swap of two letters is one edit."""
        index, _ = self._filled(tmp_path)
        assert index.similar("weavrs", distance=1) == {"weavers": 1}
        assert index.similar("strkie", distance=1) == {"strike": 2}
        assert index.similar("ewavers", distance=1) == {"weavers": 1}
        assert index.similar("wevrs", distance=1) == {}
        assert index.similar("wevrs", distance=2) == {"weavers": 1, "were": 1}

    def test_words_are_found_by_how_they_may_be_spelt(self, tmp_path: Path) -> None:
        """Those that begin in one of the ways and fit to their end, with the passages that hold them."""
        index, _ = self._filled(tmp_path)
        assert index.spelt(("v", "w"), "w[aeiou]*v[aeiou]*rs?") == {"weavers": 1}
        assert index.spelt(("w",), "w[aeiou]*v") == {}
        assert index.spelt(("v",), "w[aeiou]*v[aeiou]*rs?") == {}

    def test_a_long_word_is_fitted_to_no_pattern(self, tmp_path: Path) -> None:
        """So that none can be written on which a search stands still."""
        index, _ = self._filled(tmp_path)
        self._put(index, [entry(40, f"A word {'gh' * 12} and another {'gh' * 13}.")])
        assert index.spelt(("g",), "(?:gh)*") == {"gh" * 12: 1}

    def test_languages_set_apart_do_not_push_each_other_out(self, tmp_path: Path) -> None:
        """However many there are of one, as many of the others are found."""
        index, (one, _) = self._filled(tmp_path)
        english = Metadata(title="x", language="en")
        many = [entry(n, f"The strike, part {n}.", metadata=english) for n in range(10, 30)]
        self._put(index, many)
        vector = self._vector("The strike, part 12.")
        assert _key(one, 0) not in _keys(index.dense(vector, _ANY, _EVERYTHING, limit=3))
        found = _keys(index.dense(vector, _ANY, _EVERYTHING, limit=3, apart="en"))
        assert _key(one, 0) in found
        assert len(found) == 5

    def test_filters_and_scope_narrow_words_and_vectors_alike(self, tmp_path: Path) -> None:
        """Each filter lets through the one document that it describes, and an empty scope none."""
        index, (one, two) = self._filled(tmp_path)
        first, second = {_key(one, 0), _key(one, 1)}, {_key(two, 0)}
        year = PartialDate(1888)
        for wanted, scope, expected in (
            (_ANY, _EVERYTHING, first | second),
            (Filter(language="de"), _EVERYTHING, first),
            (Filter(language="en-GB"), _EVERYTHING, second),
            (Filter(author="annie besant"), _EVERYTHING, second),
            (Filter(author="Besant"), _EVERYTHING, second),
            (Filter(author="Bes"), _EVERYTHING, set()),
            (Filter(collection="papers"), _EVERYTHING, second),
            (Filter(kind="letter"), _EVERYTHING, second),
            (Filter(title="women match"), _EVERYTHING, second),
            (Filter(title="…"), _EVERYTHING, set()),
            (Filter(first=year.first, last=year.last), _EVERYTHING, second),
            (Filter(first=PartialDate(1889).first), _EVERYTHING, set()),
            (Filter(last=PartialDate(1888, 5).last), _EVERYTHING, set()),
            (_ANY, Scope.of("papers"), second),
            (_ANY, Scope.of("main", "papers"), first | second),
            (_ANY, Scope.of(), set()),
        ):
            words = index.lexical(_words("strike", "mill", "match"), wanted, scope, limit=10)
            nearest = index.dense(self._vector("strike mill match"), wanted, scope, limit=10)
            assert set(_keys(words)) == expected, (wanted, scope)
            assert set(_keys(nearest)) == expected, (wanted, scope)

    def test_vectors_find_the_nearest(self, tmp_path: Path) -> None:
        """By cosine, best first."""
        index, (one, two) = self._filled(tmp_path)
        found = index.dense(self._vector(two.passages[0].text), _ANY, _EVERYTHING, limit=2)
        assert found[0].key == _key(two, 0)
        assert abs(found[0].score - 1) < 0.02
        assert found[1].score < 0.9
        assert {scored.key for scored in found} <= {_key(one, 0), _key(one, 1), _key(two, 0)}

    def test_others_are_scored_on_demand(self, tmp_path: Path) -> None:
        """`also` adds the cosines of passages that are not among the nearest, where they have one."""
        index, (one, two) = self._filled(tmp_path)
        vector = self._vector(two.passages[0].text)
        found = index.dense(vector, _ANY, _EVERYTHING, limit=1, also=[_key(one, 1), Key(999), _key(two, 0)])
        assert _keys(found) == [_key(two, 0), _key(one, 1)]

    def test_text_is_found_before_there_are_vectors(self, tmp_path: Path) -> None:
        """The state says how far both have come."""
        index = self.make(tmp_path)
        first, _ = _entries()
        index.put([first], revision=7)
        assert index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=10)
        assert index.dense(self._vector("strike"), _ANY, _EVERYTHING, limit=10) == []
        state = index.state()
        assert (state.revision, state.passages, state.vectors) == (7, 2, 0)

    def test_what_is_taken_out_is_found_no_more(self, tmp_path: Path) -> None:
        """Neither by words nor by vectors, nor counted."""
        index, (one, two) = self._filled(tmp_path)
        index.put((), without=[one.facts.version], revision=2)
        assert set(_keys(index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=10))) == {_key(two, 0)}
        assert _keys(index.dense(self._vector("strike"), _ANY, _EVERYTHING, limit=10)) == [_key(two, 0)]
        assert (index.state().passages, index.state().vectors) == (1, 1)
        assert index.frequencies(["weavers", "match"]) == {"weavers": 0, "match": 1}

    def test_putting_again_replaces(self, tmp_path: Path) -> None:
        """The old words are gone; vectors stay where there are as many passages, else they go."""
        index, (one, _) = self._filled(tmp_path)
        version = one.facts.version
        index.put([entry(version, "Spinners marched.", "Then it rained.")], revision=2)
        assert index.lexical(_words("weavers"), _ANY, _EVERYTHING, limit=10) == []
        assert _keys(index.lexical(_words("spinners"), _ANY, _EVERYTHING, limit=10)) == [_key(one, 0)]
        assert index.state().vectors == 3
        index.put([entry(version, "Spinners marched.")], revision=3)
        assert (index.state().passages, index.state().vectors) == (2, 1)

    def test_doing_it_twice_changes_nothing(self, tmp_path: Path) -> None:
        """Put and attach may be repeated after a crash."""
        index, entries = self._filled(tmp_path)
        before = index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=10), index.state()
        self._put(index, entries)
        assert (index.lexical(_words("strike"), _ANY, _EVERYTHING, limit=10), index.state()) == before

    def test_described_anew_a_version_passes_other_filters(self, tmp_path: Path) -> None:
        """Facts are replaced for words and for vectors."""
        index, (one, _) = self._filled(tmp_path)
        words = [passage.text for passage in one.passages]
        index.put([entry(one.facts.version, *words, metadata=Metadata(title="x", language="fr"))], revision=2)
        wanted = Filter(language="fr")
        assert index.lexical(_words("strike"), wanted, _EVERYTHING, limit=10)
        assert index.dense(self._vector("strike"), wanted, _EVERYTHING, limit=10)
        assert index.dense(self._vector("strike"), Filter(language="de"), _EVERYTHING, limit=10) == []

    def test_another_reader_sees_what_was_written(self, tmp_path: Path) -> None:
        """Opened before, it looks again."""
        writer = self.make(tmp_path)
        reader = self.make(tmp_path)
        assert reader.state().passages == 0
        self._put(writer, _entries())
        assert reader.lexical(_words("strike"), _ANY, _EVERYTHING, limit=10)
        assert (reader.state().passages, reader.state().vectors) == (3, 3)

    def _filled(self, folder: Path) -> tuple[Searchable, tuple[Entry, Entry]]:
        index, entries = self.make(folder), _entries()
        self._put(index, entries)
        return index, entries

    def _put(self, index: Index, entries: Sequence[Entry]) -> None:
        index.put(entries, revision=1)
        index.attach([(e.facts, self._vectors(e)) for e in entries])

    def _vectors(self, one: Entry) -> Vectors:
        return HashEmbedder(self.dimension).embed_passages([passage.text for passage in one.passages])

    def _vector(self, words: str) -> Vectors:
        return HashEmbedder(self.dimension).embed_query(words)


def _entries() -> tuple[Entry, Entry]:
    silesia = Metadata(title="Silesia", creators=("Wolff, Wilhelm",), language="de")
    matches = Metadata(
        title="The match women", creators=("Hyndman, H. M.", "Besant, Annie"), language="en",
        date=PartialDate(1888, 6), collection="papers", kind="letter",
    )  # fmt: skip
    return (
        entry(1, "The weavers went on strike. Weavers they were.", "The mill stood still.", metadata=silesia),
        entry(2, "The match girls went on strike, not for bread alone.", metadata=matches),
    )


def _words(*terms: str) -> Words:
    return Words(terms=tuple(_forms(term) for term in terms))


def _forms(term: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((texts.stem(term, "en"), texts.stem(term, "de"), term)))


def _key(one: Entry, n: int) -> Key:
    return Key(one.passages[n].key)


def _keys(found: Sequence[Scored]) -> list[Key]:
    return [scored.key for scored in found]


# --- Embedder and LanguageModel ------------------------------------------------------------------------


class EmbedderSuite:
    """What every Embedder gives."""

    def make(self, folder: Path) -> Embedder:
        """An embedder that may keep files in the folder."""
        raise NotImplementedError

    def test_rows_are_unit_vectors(self, tmp_path: Path) -> None:
        """One a text, float32, of the stated dimension, whatever the text."""
        embedder = self.make(tmp_path)
        awkward = [
            "A strike.",
            "",
            " ",
            "\0",
            "\udc80",
            "🜂" * 40,
            "漢字かな交じり文",
            "word " * 5_000,
            "a" * 20_000,
            "ﷺ",
        ]
        rows = embedder.embed_passages(awkward)
        assert rows.shape == (len(awkward), embedder.dimension)
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)

    def test_a_query_is_one_unit_vector(self, tmp_path: Path) -> None:
        """Of the same width and kind as a passage's."""
        embedder = self.make(tmp_path)
        for text in ("Who went on strike?", "", "\0", "\udc80", "word " * 5_000):
            vector = embedder.embed_query(text)
            assert vector.shape == (embedder.dimension,)
            assert vector.dtype == np.float32
            assert np.isclose(np.linalg.norm(vector), 1, atol=1e-3)

    def test_no_texts_give_no_rows(self, tmp_path: Path) -> None:
        """But still of the right width."""
        embedder = self.make(tmp_path)
        assert embedder.embed_passages([]).shape == (0, embedder.dimension)

    def test_rows_keep_the_order_of_the_texts(self, tmp_path: Path) -> None:
        """However they are batched."""
        embedder = self.make(tmp_path)
        many = [f"{'Weavers ' * (n % 7)} and number {n} of the mill." for n in range(40)]
        together = embedder.embed_passages(many)
        alone = np.vstack([embedder.embed_passages([text]) for text in many])
        assert np.allclose(together, alone, atol=2e-2)

    def test_the_same_text_has_the_same_vector(self, tmp_path: Path) -> None:
        """Today and tomorrow."""
        embedder = self.make(tmp_path)
        said = "The looms stood still."
        assert np.array_equal(embedder.embed_passages([said]), embedder.embed_passages([said]))
        assert np.array_equal(embedder.embed_query(said), embedder.embed_query(said))

    def test_texts_alike_are_nearer(self, tmp_path: Path) -> None:
        """A text is nearer to one on the same thing than to one on another."""
        embedder = self.make(tmp_path)
        a, b, c = embedder.embed_passages(
            [
                "The weavers went on strike for higher wages.",
                "Weavers struck; higher wages were what they wanted.",
                "A recipe for apple cake with cinnamon.",
            ]
        )
        assert a @ b > a @ c
        asked = embedder.embed_query("Why did the weavers go on strike?")
        assert min(asked @ a, asked @ b) > asked @ c

    def test_languages_are_primary_subtags(self, tmp_path: Path) -> None:
        """Or None, where the model makes no difference."""
        languages = self.make(tmp_path).languages
        assert languages is None or (languages and all(code == texts.primary(code) for code in languages))

    def test_the_name_says_which_vectors_go_together(self, tmp_path: Path) -> None:
        """It can name a folder."""
        name = self.make(tmp_path).name
        assert name
        assert set(name.lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.:")


class RerankerSuite:
    """What every Reranker gives."""

    def make(self) -> Reranker:
        """A reranker."""
        raise NotImplementedError

    def test_every_passage_has_a_score(self) -> None:
        """A finite number, whatever is said."""
        awkward = ["A strike.", "", " ", "\0", "\udc80", "🜂" * 40, "漢字と仮名", "word " * 5_000, "ﷺ"]
        for query in ("Who went on strike?", "", "\0", "word " * 1_000):
            scores = self.make().rerank(query, awkward)
            assert len(scores) == len(awkward)
            assert all(isinstance(score, float) and np.isfinite(score) for score in scores)

    def test_no_passages_have_no_scores(self) -> None:
        """Nothing to judge is no error."""
        assert self.make().rerank("Who went on strike?", []) == []

    def test_what_answers_scores_higher(self) -> None:
        """Wherever it stands in the list."""
        answer, other, empty = "The weavers went on strike for wages.", "A cake with apples and cinnamon.", ""
        reranker = self.make()
        for passages in ([answer, other, empty], [empty, other, answer], [other, answer]):
            scores = reranker.rerank("Why did the weavers go on strike?", passages)
            assert passages[int(np.argmax(scores))] == answer

    def test_a_passage_is_judged_alone(self) -> None:
        """Its score does not depend on those beside it."""
        reranker, passages = self.make(), ["The weavers struck.", "The looms stood still.", "word " * 400]
        together = reranker.rerank("Who struck?", passages)
        alone = [reranker.rerank("Who struck?", [passage])[0] for passage in passages]
        assert np.allclose(together, alone, atol=1e-3)


class LanguageModelSuite:
    """What every LanguageModel does."""

    schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": {"type": "object"}}},
        "required": ["claims"],
    }

    def make(self) -> LanguageModel:
        """A model that answers with an object of the schema above."""
        raise NotImplementedError

    def make_broken(self) -> LanguageModel:
        """A model that gives no usable answer."""
        raise NotImplementedError

    def test_it_completes_into_an_object(self) -> None:
        """With what the schema requires."""
        reply = self.make().complete(system="Answer.", user="When did they strike?", schema=self.schema)
        assert isinstance(reply["claims"], list)

    def test_no_usable_answer_is_model_failed(self) -> None:
        """One error for all that can go wrong, and it says what to do."""
        broken = self.make_broken()
        error = _refuses(ModelFailed, lambda: broken.complete(system="", user="", schema=self.schema))
        assert error.retryable

    def test_it_has_a_name(self) -> None:
        """Under which answers mention it."""
        assert self.make().name


def _refuses(kind: type[_Error], act: Callable[[], object]) -> _Error:
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")
