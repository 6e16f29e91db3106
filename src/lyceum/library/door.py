"""The library itself: what is added, found, read and asked goes through here."""

from __future__ import annotations

import datetime as dt
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lyceum import text as texts
from lyceum.archive import (
    READABLE,
    Document,
    HowToRead,
    LimitedWorker,
    MetadataTable,
    Moved,
    Outcome,
    Page,
    SourceState,
    State,
    edited,
    write_table,
)
from lyceum.config import Settings
from lyceum.errors import UnknownDocument, unwritable
from lyceum.library.answers import KeptAnswers, Recheck, recheck
from lyceum.library.citing import reference, references_of
from lyceum.library.integrity import Problem, find_problems
from lyceum.library.keeping import Keeping
from lyceum.library.parts import make_model, make_scorer
from lyceum.library.pictures import Pictures
from lyceum.library.quoting import Stretches, known_works
from lyceum.library.sources import Gathered
from lyceum.library.studying import Stacks
from lyceum.library.work import Progress, silent
from lyceum.library.works import Work, names_of, works_of
from lyceum.search import (
    Filter,
    Found,
    Hit,
    IndexState,
    Mode,
    Phrase,
    Query,
    Scope,
    Snippet,
    Words,
    highlight,
    read_words,
)
from lyceum.tutor import (
    EXTRACTIVE,
    Answer,
    Asked,
    Kind,
    Nearest,
    Question,
    QuoteReport,
    Reference,
    Searched,
    Source,
    Study,
    SupportScorer,
    Tell,
    Topic,
    ask,
    check_quotations,
    find_quotations,
    make_study,
    source_of,
)

_STRETCHES = 8
_EDITIONS_NAMED = 5
_TELLING = 20_000
_AROUND = 1_200
_EVERYTHING = Scope.everything()
"""For the owner of the home, who is who runs the command; the site gives the scope of each asker."""


@dataclass(slots=True)
class AddReport:
    """What became of an addition."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    documents: int = 0
    passages: int = 0
    seconds: float = 0.0
    peak_memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, each with the stretch to show; `vectors` of `passages` have been embedded so far.

    `suggestion` is the query as it was likely meant, where words of it stand nowhere.
    """

    hits: list[Hit]
    snippets: list[Snippet]
    milliseconds: float
    passages: int
    vectors: int
    notes: tuple[str, ...] = ()
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What a query's matches are, counted in documents that hold all its words: by year, language and so on."""

    documents: int
    years: dict[str, int]
    languages: dict[str, int]
    authors: dict[str, int]
    collections: dict[str, int]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Edition:
    """Another edition of a document's work; `likeness` of their texts is 0 to 1, None where it was only said."""

    document: Document
    likeness: float | None


class Library(Keeping):
    """One home with everything in it; use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._rows: tuple[int, Mapping[int, Document]] | None = None
        self._kin: tuple[int, list[tuple[int, int]]] | None = None
        self._works: dict[Scope, list[Work]] = {}
        self.pictures = Pictures(settings, self.original)

    # --- adding --------------------------------------------------------------------------------------

    def add(
        self,
        sources: Sequence[str],
        *,
        collection: str | None = None,
        metadata: Path | None = None,
        mapping: Mapping[str, Any] | None = None,
        work: bool = True,
        vectors: bool = True,
        max_pages: int | None = None,
        ocr_languages: str = "",
        comments: bool = False,
        follow: bool = False,
        progress: Progress | None = None,
    ) -> AddReport:
        """Takes files, folders and sites in and makes them searchable; what fails is reported, the rest goes on.

        Without `work` they are stored, and workers do the rest; without `vectors` they are found by words.
        `mapping` says which column of a table is which field. Of a site at most `max_pages` are read; of 1, only the
        page itself. Scans are recognised in `ocr_languages`; `comments` keeps those of WordPress, and `follow` reads
        the pages that a feed on this machine announces, in place of what it says of them.
        """
        started = time.monotonic()
        tell = progress or silent
        table = MetadataTable.read(metadata) if metadata else MetadataTable()
        report = AddReport(notes=_notes_on(table))
        gathered = Gathered(failed=report.failed, notes=report.notes)
        with self._workers() as workers:
            intake = self._intake(workers, mapping or {})
            self._read_sources(
                sources, intake, table=table, how=HowToRead(collection, max_pages, ocr_languages, comments, follow),
                leave_out=[metadata] if metadata else [], gathered=gathered, tell=tell,
            )  # fmt: skip
            report.notes += intake.notes
            if work:
                with self._writing():
                    self._work(intake, tell)
                    if vectors:
                        self._embed(tell)
        self._account(gathered.taken, report)
        report.seconds = round(time.monotonic() - started, 3)
        report.peak_memory_mb = _peak_memory_mb()
        return report

    def remove(self, documents: Sequence[str]) -> list[str]:
        """Takes documents out with all that was made of them; returns their ids. Raises UnknownDocument."""
        found = [self._catalogue.get(document) for document in documents]
        with self._writing():
            for document in found:
                for version in self._catalogue.versions(document.id):
                    self._catalogue.advance(version, Moved(State.REMOVING))
            self._finish_removals()
        return [document.id for document in found]

    def edit(self, document: str, values: Mapping[str, str]) -> Document:
        """Corrects what is known of a document; an empty value says that it is not known. Raises InvalidValue.

        A correction outranks what any file or table says, and stays when the source is added again.
        """
        found = self._catalogue.get(document)
        said = edited(values)
        with self._workers() as workers, self._writing():
            self._catalogue.describe(found, said)
            self._work(self._intake(workers), silent)
            self._embed(silent)
        return self._catalogue.get(document)

    def export_metadata(self, path: Path) -> int:
        """Writes what is known of every document as a table for `add`; returns how many rows it has."""
        documents = self.documents()
        try:
            with path.open("w", encoding="utf-8", newline="") as out:
                return write_table(((one.id, one.source, one.metadata) for one in documents), out)
        except OSError as error:
            raise unwritable(f"The table {path}", error) from error

    # --- reading -------------------------------------------------------------------------------------

    def documents(self, wanted: Filter = Filter(), scope: Scope = _EVERYTHING) -> list[Document]:
        """The current version of every document of a scope that can be read, oldest addition first."""
        return [
            document
            for document in _newest(self._by_row()).values()
            if scope.admits(document.metadata.collection) and _passes(document, wanted)
        ]

    def readable(self) -> int:
        """How many documents can be read."""
        counts = self._catalogue.counts()
        return sum(counts.get(state, 0) for state in READABLE)

    @property
    def revision(self) -> int:
        """A number that grows with every change of what the archive holds or knows of it."""
        return self._catalogue.revision

    def failed(self) -> list[Document]:
        """The versions from which no text could be taken."""
        return list(self._catalogue.find(states=(State.FAILED,)))

    def document(self, document: str, *, version: str | None = None, scope: Scope = _EVERYTHING) -> Document:
        """One document; raises UnknownDocument, for one outside the scope too.

        The collection of its current version decides, whichever version is asked for.
        """
        current = self._catalogue.get(document)
        if not scope.admits(current.metadata.collection):
            raise UnknownDocument(f"There is no document “{document[:40]}” here.", hint="Look its id up in the list.")
        return self._catalogue.get(document, version=version) if version else current

    def versions(self, document: str) -> list[Document]:
        """All versions of a document, oldest first."""
        return self._catalogue.versions(document)

    def sources(self, document: str) -> list[str]:
        """Every source from which the document has come."""
        return self._catalogue.sources(document)

    def editions(self, document: Document, scope: Scope = _EVERYTHING) -> list[Edition]:
        """The other editions of its work that a scope can read: nearly the same text, likest first; then those said."""
        found: dict[str, Edition] = {}
        for one, how in self._catalogue.alike(document):
            if one.state in READABLE and scope.admits(one.metadata.collection):
                found.setdefault(one.id, Edition(one, how))
        for one in self._by_row().values():
            if _is_said_edition(one, document) and scope.admits(one.metadata.collection):
                found.setdefault(one.id, Edition(one, None))
        return list(found.values())

    def works(self, scope: Scope = _EVERYTHING) -> list[Work]:
        """What a scope can read, the editions of one work together, in the order in which works came."""
        revision = self._catalogue.revision
        if self._kin is None or self._kin[0] != revision:
            self._kin, self._works = (revision, self._catalogue.kin()), {}
        if scope not in self._works:
            found = {row: one for row, one in self._by_row().items() if scope.admits(one.metadata.collection)}
            self._works[scope] = works_of(_newest(found), self._kin[1])
        return self._works[scope]

    def text(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The stored text to which offsets refer."""
        return self._catalogue.read(document, start, end)

    def pages(self, document: Document) -> list[Page]:
        """The pages of a document, where it has any."""
        return self._catalogue.pages(document)

    def search(self, query: Query) -> SearchResult:
        """The passages that fit, with the time taken and how far the vectors have come."""
        started = time.perf_counter()
        found = self._search(query)
        state = self.index.state()
        notes = list(state.notes)
        if query.mode is Mode.HYBRID and found.vector is None and query.text.strip() and self._embedder_failure:
            notes.append(f"{self._embedder_failure.message} Found by words alone.")
        if self._any_in((State.SEGMENTED,)):
            notes.append("Some documents are not indexed yet; `lyceum embed` goes on with them.")
        if state.vectors < state.passages and query.mode is not Mode.LEXICAL:
            notes.append(f"{state.vectors} of {state.passages} passages can be found by meaning so far.")
        snippets = [highlight(hit.passage, found.words) for hit in found.hits]
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        suggestion = _corrected(query.text, found.misspelt)
        return SearchResult(found.hits, snippets, milliseconds, state.passages, state.vectors, tuple(notes), suggestion)

    def facets(self, query: Query) -> Facets:
        """How the documents in which a passage holds every word of the query are spread, under its filter."""
        words, _ = read_words(query, self.index)
        documents = self._by_row()
        found = [documents[row] for row in self.index.matching(words, query.filter, query.scope) if row in documents]
        return Facets(documents=len(found), **_facets_of(found), authors=_counted(_authors(found)))

    def ask(self, question: Question, *, model: str = EXTRACTIVE, tell: Tell | None = None) -> Answer:
        """The archive's answer; see `lyceum.tutor.ask`. Raises InvalidValue for a model that cannot be meant."""
        return ask(
            question, _Shelves(self), self._optional_embedder, make_model(model, self._settings), tell,
            scorer=self._scorer,
        )  # fmt: skip

    @cached_property
    def _scorer(self) -> SupportScorer | None:
        return make_scorer(self._settings, self._optional_embedder)

    def study(self, kind: Kind, topic: Topic, *, model: str = EXTRACTIVE) -> Study:
        """What the archive gives for studying a topic; see `lyceum.tutor.study`. Raises InvalidValue."""
        return make_study(kind, topic, self._stacks(), make_model(model, self._settings))

    def _stacks(self) -> Stacks:
        return Stacks(
            self.documents,
            self._search,
            lambda document, scope: [edition.document for edition in self.editions(document, scope)],
            self._catalogue,
            self._index_of_today(),
            _Shelves(self).notice,
        )

    @cached_property
    def answers(self) -> KeptAnswers:
        """The answers that this home's owner has kept."""
        return KeptAnswers(self._settings.home / "answers")

    def close(self) -> None:
        """Gives back what is held."""
        self.pictures.close()
        super().close()

    def references(self, name: str, scope: Scope = _EVERYTHING) -> list[Reference]:
        """What a document, a passage or a kept answer is referred to by; raises UnknownDocument or UnknownAnswer."""
        if name == "last" or name.startswith("a-"):
            return references_of(self.answers.get(name)["answer"], self, scope)
        return [reference(name, self, self._catalogue.passages, scope)]

    def recheck(self, kept: Mapping[str, Any]) -> list[Recheck]:
        """Each quotation of a kept answer as the archive has it today."""
        return list(recheck(kept["answer"]["citations"], self))

    def check_quotes(self, draft: Path, scope: Scope = _EVERYTHING) -> QuoteReport:
        """A verdict on every quotation of a draft, which is read but not added; raises ExtractionFailed."""
        with LimitedWorker(
            seconds=self._settings.extraction_seconds, memory_mb=self._settings.extraction_memory_mb
        ) as worker:
            read = worker.read_draft(draft, draft.name)
        language = texts.detect_language(read.text[:_TELLING])
        shelf = Stretches(self._index_of_today(), self._catalogue, scope, language)
        known = known_works(self.documents(scope=scope))
        return check_quotations(find_quotations(read), shelf, known, language=language)

    def coverage(self, scope: Scope = _EVERYTHING) -> dict[str, Any]:
        """What a scope holds: documents by year, language, kind and collection, and what waits or failed."""
        documents = self.documents(scope=scope)
        unread, failed = (
            [d for d in self._catalogue.find(states=states) if scope.admits(d.metadata.collection)]
            for states in ((State.RECEIVED, State.EXTRACTED), (State.FAILED,))
        )
        embedded = self.index.with_vectors([document.row for document in documents])
        return {
            "documents": len(documents),
            "passages": sum(document.passages for document in documents),
            "vectors": sum(embedded.values()),
            **_facets_of(documents),
            "types": _counted(Path(document.name).suffix.lower().lstrip(".") or "none" for document in documents),
            "sources": self._sources_covered(documents, scope),
            "waiting": len(unread),
            "failed": [{"source": d.source, **(d.failure.as_dict() if d.failure else {})} for d in failed],
        }

    def _sources_covered(self, documents: Sequence[Document], scope: Scope) -> list[dict[str, Any]]:
        """Every source with how many documents came from it, when it was last read, and whether that is long ago."""
        now = dt.datetime.now(dt.UTC)
        oldest = now - dt.timedelta(days=self._settings.stale_days)
        states = [state for state in self.source_states() if scope.admits(state.collection)]
        held = Counter(_source_of(document.source, states) for document in documents)
        return [
            {
                "source": state.source, "kind": state.kind, "collection": state.collection,
                "documents": held[state.source], "places": state.places, "gone": state.gone, "failed": state.failed,
                "last_read": state.last_read.isoformat() if state.last_read else None, "finished": state.finished,
                "stale": state.last_read is None or state.last_read < oldest,
            }
            for state in states
        ]  # fmt: skip

    def _by_row(self) -> Mapping[int, Document]:
        """Every readable version by the number that the index knows it by, read anew when the catalogue has changed."""
        revision = self._catalogue.revision
        if self._rows is None or self._rows[0] != revision:
            self._rows = revision, {document.row: document for document in self._catalogue.find(states=READABLE)}
        return self._rows[1]

    def _stretches(self, words: str, scope: Scope) -> list[Source]:
        """Where some words may stand: the passages that hold them best, with what stands around each."""
        plain = tuple(texts.plain_terms(words))
        anything = Filter()
        found = self.index.lexical(Words(phrases=(Phrase(plain),) if plain else ()), anything, scope, limit=_STRETCHES)
        if not found:
            found = self.index.lexical(Words(exact=tuple(dict.fromkeys(plain))), anything, scope, limit=_STRETCHES)
        stretches = []
        for passage in self._catalogue.passages([scored.key for scored in found]):
            start = max(0, passage.start - _AROUND)
            text = self._catalogue.read(
                passage.document, start, min(passage.end + _AROUND, passage.document.characters)
            )
            pages = tuple(self._catalogue.pages(passage.document))
            stretches.append(replace(source_of(Hit(passage, 0.0)), text=text, start=start, pages=pages))
        return stretches

    def check(self) -> tuple[list[Problem], int, int]:
        """Every problem found in the home, with the number of documents and passages that were looked at."""
        problems = find_problems(self._catalogue, self._blobs, self._index_of_today)
        current = self.documents()
        return problems, len(current), sum(document.passages for document in current)

    def _account(self, taken: Mapping[int, Outcome], report: AddReport) -> None:
        failed = {document.row: document for document in self.failed()}
        for row, outcome in taken.items():
            if row in failed:
                failure = failed[row].failure
                report.failed.append({"source": failed[row].source, **(failure.as_dict() if failure else {})})
            else:
                setattr(report, outcome.value, getattr(report, outcome.value) + 1)
        current = self.documents()
        report.documents, report.passages = len(current), sum(document.passages for document in current)


def _is_said_edition(one: Document, other: Document) -> bool:
    """Whether somebody said that both are editions of one work, or that one is an edition of the other."""
    mine, theirs = one.metadata.edition_of or "", other.metadata.edition_of or ""
    if one.id == other.id or not (mine or theirs):
        return False
    same = bool(mine) and mine.casefold() == theirs.casefold()
    return same or bool(mine and mine in names_of(other)) or bool(theirs and theirs in names_of(one))


def _newest(documents: Mapping[int, Document]) -> dict[int, Document]:
    """The newest version of each document, by its row."""
    newest: dict[str, Document] = {}
    for one in documents.values():
        known = newest.get(one.id)
        if known is None or known.number < one.number:
            newest[one.id] = one
    return {one.row: one for one in newest.values()}


class _Shelves:
    """The archive as the tutor sees it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        return self._library._search(query)

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        return self._library.index.frequencies(terms), self._library.index.state().passages

    def searched(self, scope: Scope) -> Searched:
        """What a search in a scope looks through."""
        if scope == _EVERYTHING:
            state: IndexState = self._library.index.state()
            return Searched(self._library.readable(), state.passages, state.vectors)
        found = [d for d in self._library._by_row().values() if scope.admits(d.metadata.collection)]
        embedded = (document.passages for document in found if document.state is State.INDEXED)
        return Searched(len(found), sum(document.passages for document in found), sum(embedded))

    def unread(self, asked: Asked, scope: Scope) -> Sequence[str]:
        """The names of failed documents of a scope whose file name or title holds most of the question's words."""
        terms = set(asked.terms)
        names = []
        for document in self._library.failed():
            if not scope.admits(document.metadata.collection):
                continue
            said = f"{document.metadata.title or ''} {document.name}".replace("_", " ")
            if len(terms & set(texts.terms(said, asked.language))) >= 0.6 * len(terms):
                names.append(document.name)
        return names

    def where(self, words: str, scope: Scope) -> Sequence[Source]:
        """The stretches in which some words may stand, likeliest first."""
        return self._library._stretches(words, scope)

    def editions(self, document: str, scope: Scope) -> Sequence[Nearest]:
        """The other editions of a document's work, as they are named."""
        found = self._library.editions(self._library.document(document), scope)
        return [_named(edition.document) for edition in found[:_EDITIONS_NAMED]]

    @property
    def notice(self) -> str:
        """Whose archive this is."""
        name = self._library._settings.archive_name
        whose = f"the holdings of {name}" if name else "the holdings of this archive"
        return f"Answered from {whose} alone."

    @property
    def revision(self) -> int:
        """The revision of the archive that is searched."""
        return self._library.index.state().revision


def _named(document: Document) -> Nearest:
    metadata = document.metadata
    return Nearest(document.id, metadata.title or "", metadata.creators, str(metadata.date) if metadata.date else None)


def _passes(document: Document, wanted: Filter) -> bool:
    metadata = document.metadata
    names = set(texts.plain_terms(wanted.author or ""))
    return (
        (wanted.language is None or texts.primary(metadata.language) == texts.primary(wanted.language))
        and (wanted.collection is None or (metadata.collection or "main") == wanted.collection)
        and (wanted.kind is None or metadata.kind == wanted.kind)
        and (wanted.first is None or (metadata.date is not None and metadata.date.first >= wanted.first))
        and (wanted.last is None or (metadata.date is not None and metadata.date.last <= wanted.last))
        and (wanted.author is None or bool(names))
        and (not names or any(names <= set(texts.plain_terms(c)) for c in metadata.creators))
        and (wanted.title is None or _titled(metadata.title or "", wanted.title))
    )


def _titled(title: str, wanted: str) -> bool:
    words = set(texts.plain_terms(wanted))
    return bool(words) and words <= set(texts.plain_terms(title))


def _facets_of(documents: Sequence[Document]) -> dict[str, dict[str, int]]:
    return {
        "years": _counted(str(d.metadata.date.year) if d.metadata.date else "unknown" for d in documents),
        "languages": _counted(d.metadata.language or "und" for d in documents),
        "kinds": _counted(d.metadata.kind or "unknown" for d in documents),
        "collections": _counted(d.metadata.collection or "main" for d in documents),
    }


def _authors(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        yield from document.metadata.creators or ("unknown",)


def _corrected(text: str, misspelt: Mapping[str, str]) -> str | None:
    """A query with the words that stand nowhere replaced by those that they may be meant for."""
    if not misspelt:
        return None

    def meant(match: re.Match[str]) -> str:
        said = match.group()
        word = misspelt.get(said.lower(), said)
        return word.capitalize() if said[:1].isupper() else word

    return re.sub(r"\w+", meant, text)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _notes_on(table: MetadataTable) -> list[str]:
    if not table.unknown_columns:
        return []
    return [f"Columns kept as extra metadata: {', '.join(table.unknown_columns)}."]


def _source_of(source: str, states: Sequence[SourceState]) -> str:
    """The source that a document came with: the longest that its own begins with, or whose site it is of."""
    fitting = [state.source for state in states if source == state.source or source.startswith(_begins(state))]
    return max(fitting, key=len, default="")


def _begins(state: SourceState) -> str:
    if state.kind == "folder":
        return state.source.rstrip("/") + "/"
    if state.kind == "file":
        return state.source + "!/"
    parts = urlsplit(state.source)
    return f"{parts.scheme}://{parts.netloc}/" if state.kind != "page" else state.source


def _peak_memory_mb() -> int:
    """The largest resident size that this process and its largest child have had, together."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return int((own + child) / (1 << 20 if sys.platform == "darwin" else 1 << 10))
