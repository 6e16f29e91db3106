"""Holds what is searched: the port, and the embedded default of tantivy for text and flat vectors.

The index is derived from the catalogue and can be thrown away; it carries the catalogue's revision that it has
reached. One process writes, any number read, each seeing the last commit.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import tantivy

from lyceum import text as texts
from lyceum.errors import IndexDamaged
from lyceum.search.embed import Vectors
from lyceum.search.model import Entry, Facts, Filter, IndexState, Key, Scope, Scored, as_number
from lyceum.search.vectors import FlatVectors

FORMAT = 1
_HEAP = 64_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for by words: alternatives for each term, and phrases that must stand as they are.

    `terms` holds, a word of the query, the forms under which it may be indexed (its stem, the word itself).
    `exact` holds the same for words as they are written, not stemmed. Every phrase is required; a term only
    raises the score.
    """

    terms: tuple[tuple[str, ...], ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    exact: tuple[tuple[str, ...], ...] = ()


class Index(Protocol):
    """Finds passages by words and by vectors."""

    def put(self, entries: Iterable[Entry], *, without: Sequence[int] = (), revision: int) -> None:
        """Takes versions in, or in anew, and others (by number) out; all at once for readers.

        A version that is put again keeps its vectors if it still has as many passages.
        """
        ...

    def attach(self, vectors: Iterable[tuple[Facts, Vectors]]) -> None:
        """Gives versions their vectors, a row a passage in order; all at once for readers."""
        ...

    def lexical(self, words: Words, wanted: Filter, scope: Scope, *, limit: int) -> list[Scored]:
        """The passages that fit the words best by BM25, best first."""
        ...

    def dense(
        self, vector: Vectors, wanted: Filter, scope: Scope, *, limit: int, also: Sequence[Key] = ()
    ) -> list[Scored]:
        """The passages nearest to a unit vector by cosine, best first, then those of `also` that have one."""
        ...

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        ...

    def state(self) -> IndexState:
        """How far the index has come."""
        ...


class EmbeddedIndex:
    """The embedded Index, in one folder."""

    def __init__(self, folder: Path, *, embedder: str, dimension: int) -> None:
        self._folder = folder
        self._vectors_folder = folder / "vectors" / embedder
        self._dimension = dimension
        self._text = folder / "text"
        self._text.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._seen: tuple[int, int] | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._state_file = folder / "state.json"
        self._check_format()
        self._index = self._open()
        self._searcher = self._index.searcher()
        self._vectors = FlatVectors(self._vectors_folder, dimension)

    # --- writing -----------------------------------------------------------------------------------

    def put(self, entries: Iterable[Entry], *, without: Sequence[int] = (), revision: int) -> None:
        """Takes versions in and others out; see Index.put."""
        writer = self._writing()
        had = self._vectors.versions()
        changed = False
        for version in without:
            self._delete(version)
            if version in had:
                self._vectors.remove(version)
                changed = True
        for entry in entries:
            self._delete(entry.facts.version)
            for document in _documents(entry, self._schema):
                writer.add_document(document)
            if had.get(entry.facts.version) == len(entry.passages):
                changed |= self._vectors.describe(entry.facts)
            elif entry.facts.version in had:
                self._vectors.remove(entry.facts.version)
                changed = True
        writer.commit()
        if changed:
            self._vectors.commit()
        self._save_state(revision)

    def attach(self, vectors: Iterable[tuple[Facts, Vectors]]) -> None:
        """Gives versions their vectors; see Index.attach."""
        for facts, rows in vectors:
            self._vectors.put(facts, rows)
        self._vectors.commit()

    def with_vectors(self) -> dict[int, int]:
        """The versions that have vectors, with how many."""
        return self._vectors.versions()

    def close(self) -> None:
        """Ends writing: waits for merges and gives the writer's memory back."""
        if self._writer:
            self._writer.wait_merging_threads()
            self._writer = None

    # --- reading -----------------------------------------------------------------------------------

    def lexical(self, words: Words, wanted: Filter, scope: Scope, *, limit: int) -> list[Scored]:
        """The passages that fit the words best by BM25 over text, title, headings and creators."""
        if not (words.terms or words.phrases or words.exact) or limit < 1:
            return []
        query = self._restricted(self._matching(words), wanted, scope)
        searcher = self._reader()
        hits = searcher.search(query, limit, count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return [Scored(Key(int(key or 0)), float(score)) for (score, _), key in zip(hits, keys, strict=True)]

    def dense(
        self, vector: Vectors, wanted: Filter, scope: Scope, *, limit: int, also: Sequence[Key] = ()
    ) -> list[Scored]:
        """The passages nearest to a unit vector by cosine."""
        nearest = self._vectors.search(vector, wanted, scope, limit=limit)
        seen = {scored.key for scored in nearest}
        more = self._vectors.score([key for key in also if key not in seen], vector)
        return [*nearest, *(Scored(key, score) for key, score in more.items())]

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        searcher = self._reader()
        return {term: searcher.doc_freq("text", term) for term in terms}

    def state(self) -> IndexState:
        """How far the index has come."""
        revision: Any = 0
        if self._state_file.exists():
            revision = _read_object(self._state_file).get("revision")
        if not isinstance(revision, int):
            raise IndexDamaged("The state of the index cannot be read.", hint="Run `lyceum reindex`; no text is lost.")
        return IndexState(revision, self._reader().num_docs, self._vectors.count)

    def passages_of(self, version: int) -> int:
        """How many passages of a version are indexed."""
        query = tantivy.Query.term_query(self._schema, "version", version)
        found: Any = self._reader().search(query, 1, count=True)  # its stub leaves out the count
        return int(found.count or 0)

    # --- how ---------------------------------------------------------------------------------------

    def _check_format(self) -> None:
        marker = self._folder / "format.json"
        if not (self._text / "meta.json").exists():
            _write_whole(marker, json.dumps({"format": FORMAT}))
        found = _read_object(marker).get("format")
        if found != FORMAT:
            raise IndexDamaged(
                f"The index has format {found}; this Lyceum reads {FORMAT}.",
                hint="Run `lyceum reindex`; it is made anew from the stored texts.",
                code="index_format",
            )

    def _open(self) -> tantivy.Index:
        try:
            index = tantivy.Index(self._schema, path=str(self._text), reuse=True)
            index.register_tokenizer("spaced", _SPACED)
            index.config_reader("manual", 0)
        except (ValueError, OSError) as error:
            raise IndexDamaged(
                f"The text index cannot be opened: {error}.", hint="Run `lyceum reindex`; no text is lost."
            ) from error
        return index

    def _reader(self) -> tantivy.Searcher:
        """A searcher on the last commit, whoever made it."""
        try:
            stat = (self._text / "meta.json").stat()
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen != self._seen:
                self._index.reload()
                self._searcher = self._index.searcher()
                self._seen = seen
        except (ValueError, OSError) as error:
            raise IndexDamaged(
                f"The text index cannot be read: {error}.", hint="Run `lyceum reindex`; no text is lost."
            ) from error
        return self._searcher

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        return self._writer

    def _delete(self, version: int) -> None:
        # By query, since deleting by term takes a Python number for a signed one and deletes nothing.
        self._writing().delete_documents_by_query(tantivy.Query.term_query(self._schema, "version", version))

    def _save_state(self, revision: int) -> None:
        _write_whole(self._state_file, json.dumps({"revision": revision}))

    def _matching(self, words: Words) -> tantivy.Query:
        must = [(tantivy.Occur.Must, self._phrase(phrase)) for phrase in words.phrases if phrase]
        should = [(tantivy.Occur.Should, self._term(forms)) for forms in words.terms]
        should += [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._phrase(forms), _EXACT_BOOST))
            for forms in words.exact
        ]
        return tantivy.Query.boolean_query([*must, *should])

    def _phrase(self, words: tuple[str, ...]) -> tantivy.Query:
        if len(words) == 1:
            return tantivy.Query.term_query(self._schema, "exact", words[0])
        return tantivy.Query.phrase_query(self._schema, "exact", list(words))

    def _term(self, forms: tuple[str, ...]) -> tantivy.Query:
        """One word of the query: the best of its forms in the text, and less for being in a title or name."""
        fields = []
        for field, boost in _FIELD_BOOSTS.items():
            alternatives = [tantivy.Query.term_query(self._schema, field, form) for form in forms]
            best = alternatives[0]
            if len(alternatives) > 1:
                best = tantivy.Query.disjunction_max_query(alternatives)
            fields.append((tantivy.Occur.Should, tantivy.Query.boost_query(best, boost)))
        return tantivy.Query.boolean_query(fields)

    def _restricted(self, query: tantivy.Query, wanted: Filter, scope: Scope) -> tantivy.Query:
        conditions = list(self._conditions(wanted, scope))
        if not conditions:
            return query
        clauses = [(tantivy.Occur.Must, query)]
        clauses += [(tantivy.Occur.Must, tantivy.Query.const_score_query(c, 0.0)) for c in conditions]
        return tantivy.Query.boolean_query(clauses)

    def _conditions(self, wanted: Filter, scope: Scope) -> Iterable[tantivy.Query]:
        query, schema = tantivy.Query, self._schema
        if scope.collections is not None:
            yield query.term_set_query(schema, "collection", sorted(scope.collections))
        if wanted.collection is not None:
            yield query.term_query(schema, "collection", wanted.collection)
        if wanted.kind is not None:
            yield query.term_query(schema, "kind", wanted.kind)
        if wanted.language is not None:
            yield query.term_query(schema, "language", texts.primary(wanted.language))
        if wanted.author is not None:
            yield self._author(wanted.author)
        if wanted.dated:
            lower = as_number(wanted.first) if wanted.first else 1
            upper = as_number(wanted.last) if wanted.last else 99_999_999
            integer = tantivy.FieldType.Integer
            yield query.range_query(schema, "first", integer, lower, 99_999_999)
            yield query.range_query(schema, "last", integer, 1, upper)

    def _author(self, name: str) -> tantivy.Query:
        """One creator whose name holds each word: names are indexed as sets of their words in order."""
        words = sorted(set(texts.plain_terms(name)))
        if not words:
            return tantivy.Query.empty_query()
        pattern = "(.* )?" + " (.* )?".join(words) + "( .*)?"
        return tantivy.Query.regex_query(self._schema, "author", pattern)


_EXACT_BOOST = 0.3
_FIELD_BOOSTS = {"text": 1.0, "title": 0.6, "heading": 0.3, "creator": 0.5}
_SPACED = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_unsigned_field("version", indexed=True)
    builder.add_text_field("text", tokenizer_name="spaced", index_option="freq")
    builder.add_text_field("exact", tokenizer_name="spaced", index_option="position")
    for field in ("title", "heading", "creator"):
        builder.add_text_field(field, tokenizer_name="spaced", index_option="freq")
    for field in ("author", "language", "collection", "kind"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("first", "last"):
        builder.add_integer_field(field, fast=True)
    return builder.build()


def _documents(entry: Entry, schema: tantivy.Schema) -> Iterable[tantivy.Document]:
    facts = entry.facts
    language = texts.primary(facts.language)
    title = _both_forms(entry.title, language)
    creator = " ".join(word for name in facts.creators for word in texts.plain_terms(name))
    authors = [" ".join(sorted(set(texts.plain_terms(name)))) for name in facts.creators]
    for passage in entry.passages:
        yield tantivy.Document.from_dict(
            {
                "key": passage.key,
                "version": facts.version,
                "text": " ".join(texts.terms(passage.text, language)),
                "exact": " ".join(texts.plain_terms(passage.text)),
                "title": title,
                "heading": _both_forms(passage.heading, language),
                "creator": creator,
                "author": authors,
                "language": language,
                "collection": facts.collection,
                "kind": facts.kind,
                "first": facts.first,
                "last": facts.last,
            },
            schema,
        )


def _both_forms(text: str, language: str) -> str:
    """Stems and whole words: titles are asked for in any language."""
    return " ".join(dict.fromkeys([*texts.terms(text, language), *texts.plain_terms(text)]))


def _write_whole(path: Path, content: str) -> None:
    """Writes a small file whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(content)
    partial.replace(path)


def _read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a small file; empty where there is none to be read."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def discard(folder: Path) -> None:
    """Deletes an index, whole or damaged, so that it can be made anew."""
    shutil.rmtree(folder, ignore_errors=True)
