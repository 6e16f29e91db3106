"""Holds what is searched: the port, and the embedded default of tantivy for text and flat vectors.

The index is derived from the catalogue and can be thrown away; it carries the catalogue's revision that it has
reached. One process writes, any number read, each seeing the last commit.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import shutil
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import tantivy

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.errors import NO_ROOM, DiskFull, IndexDamaged
from lyceum.search.embed import Vectors, write_whole
from lyceum.search.model import (
    Entry,
    Facts,
    Filter,
    IndexState,
    Key,
    Order,
    Phrase,
    Scope,
    Scored,
    Statistics,
    Words,
    as_number,
)  # fmt: skip
from lyceum.search.shared import alike, average, margin, rescored
from lyceum.search.vectors import FlatVectors

FORMAT = 2
_HEAP = 64_000_000
_NO_WORDS = Words()


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

    def lexical(
        self, words: Words, wanted: Filter, scope: Scope, *, limit: int, order: Order = Order.RELEVANCE
    ) -> list[Scored]:
        """The passages that fit the words best by BM25, best first.

        In order of dates these are the passages that hold every word, those without a date last. Where no words
        are given but a filter is, it is the first passage of each document.
        """
        ...

    def dense(
        self,
        vector: Vectors,
        wanted: Filter,
        scope: Scope,
        *,
        limit: int,
        also: Sequence[Key] = (),
        apart: str = "",
        words: Words = _NO_WORDS,
    ) -> list[Scored]:
        """The passages nearest to a unit vector by cosine, best first, then those of `also` that have one.

        With a language to set `apart`, up to `limit` of that language and up to `limit` of all others. Of `words`
        only what they require and forbid counts.
        """
        ...

    def standing(self, keys: Sequence[Key], phrases: Sequence[Phrase]) -> dict[Key, int]:
        """How many of some phrases stand in each of some passages; those in which none does are left out."""
        ...

    def matching(self, words: Words, wanted: Filter, scope: Scope) -> dict[int, int]:
        """The versions that hold every word, with how many of their passages do."""
        ...

    def state(self) -> IndexState:
        """How far the index has come."""
        ...


class Vocabulary(Protocol):
    """What an index knows of words; with Index, what an index of several shards must share."""

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands in the text."""
        ...

    def highest_score(self, words: Words) -> float:
        """The highest BM25 score that words can have in a text: that of one which holds nothing but them."""
        ...

    def similar(self, word: str, *, distance: int) -> dict[str, int]:
        """Words as written within so many edits of a folded one, itself included: in how many passages each stands."""
        ...

    def spelt(self, beginnings: Sequence[str], pattern: str) -> dict[str, int]:
        """Words as written of at most 24 letters that begin in one of some ways and wholly fit a regular expression."""
        ...


class Searchable(Index, Vocabulary, Protocol):
    """An index that also tells what words it has."""


class EmbeddedIndex:
    """The embedded Index, in one folder."""

    def __init__(self, folder: Path, *, embedder: str, dimension: int) -> None:
        self._folder = folder
        self._vectors_folder = folder / "vectors" / embedder
        self._dimension = dimension
        self._text = folder / "text"
        self._meta = self._text / "meta.json"
        self._schema = _schema()
        self._seen: tuple[int, int] | None = None
        self._looking = threading.Lock()
        self._vocabulary: dict[str, dict[str, int]] = {}
        self._writer: tantivy.IndexWriter | None = None
        self._state_file = folder / "state.json"
        self._check_format()
        self._index: tantivy.Index | None = None
        # Only a writer makes files: until there are any, a reader has an empty index in memory.
        self._searcher = _Searcher(tantivy.Index(self._schema).searcher())
        self._reader()
        self._vectors = FlatVectors(self._vectors_folder, dimension)
        self._measured: _Searcher | None = None
        self._lengths: dict[str, float] = {}

    # --- writing -----------------------------------------------------------------------------------

    def put(self, entries: Iterable[Entry], *, without: Sequence[int] = (), revision: int) -> None:
        """Takes versions in and others out; see Index.put."""
        had = self._vectors.versions()
        changed = False
        with _failure_told(self._text):
            writer = self._writing()
        for version in without:
            self._delete(version)
            if version in had:
                self._vectors.remove(version)
                changed = True
        for entry in entries:
            self._delete(entry.facts.version)
            for document in _documents(entry, self._schema):
                with _failure_told(self._text):
                    writer.add_document(document)
            if had.get(entry.facts.version) == len(entry.passages):
                changed |= self._vectors.describe(entry.facts)
            elif entry.facts.version in had:
                self._vectors.remove(entry.facts.version)
                changed = True
        with _failure_told(self._text):
            writer.commit()
        if changed:
            self._vectors.commit()
        self._save_state(revision)

    def attach(self, vectors: Iterable[tuple[Facts, Vectors]]) -> None:
        """Gives versions their vectors; see Index.attach."""
        for facts, rows in vectors:
            self._vectors.put(facts, rows)
        self._vectors.commit()

    def with_vectors(self, among: Sequence[int] | None = None) -> dict[int, int]:
        """The versions that have vectors, with how many: all of them, or those among some."""
        held = self._vectors.versions()
        return held if among is None else {version: held[version] for version in among if version in held}

    def agree_on_vectors(self, known: Iterable[Facts]) -> None:
        """Takes the vectors of all other versions out, and describes these as they are now."""
        facts = {each.version: each for each in known}
        had = self._vectors.versions()
        gone = [version for version in had if version not in facts]
        altered = [
            each for each in facts.values() if each.version in had and self._vectors.facts_of(each.version) != each
        ]
        for version in gone:
            self._vectors.remove(version)
        for each in altered:
            self._vectors.describe(each)
        if gone or altered:
            self._vectors.commit()

    def discard_other_vectors(self) -> None:
        """Deletes the vectors of embedders that are no longer used; readers that still hold them lose nothing."""
        for folder in self._vectors_folder.parent.glob("*"):
            if folder != self._vectors_folder:
                discard(folder)

    # --- as a shard of a larger index ----------------------------------------------------------------

    def measures(self, words: Words) -> Statistics:
        """What shards must know of each other to score these words alike: statistics, and how long fields are."""
        searcher, own = self._reader(), self.statistics(words)
        averages = self._averages(searcher, own.frequencies)
        return replace(own, lengths={field: length * own.passages for field, length in averages.items()})

    def spoken(self, keys: Sequence[Key], language: str) -> list[Key]:
        """Those of some passages with vectors that are in a language, or in none known."""
        return self._vectors.spoken(keys, language)

    def scores(self, vector: Vectors, keys: Sequence[Key]) -> dict[Key, float]:
        """The cosine of these passages; those without a vector are left out."""
        return self._vectors.score(keys, vector)

    def close(self) -> None:
        """Ends writing: waits for merges and gives the writer's memory back; what was not committed is forgotten."""
        writer, self._writer = self._writer, None
        self._vectors.roll_back()
        if writer:
            with _failure_told(self._text):
                writer.wait_merging_threads()

    # --- reading -----------------------------------------------------------------------------------

    def lexical(
        self,
        words: Words,
        wanted: Filter,
        scope: Scope,
        *,
        limit: int,
        order: Order = Order.RELEVANCE,
        shared: Statistics | None = None,
    ) -> list[Scored]:
        """The passages that fit the words best by BM25 over text, title, headings and creators; see Index.lexical.

        A shard of a larger index scores as the whole does when it is given the statistics of the whole.
        """
        searcher = self._reader()
        query = self._matching(words, _Weights(searcher, shared), wanted, scope, every=order is not Order.RELEVANCE)
        if query is None or limit < 1:
            return []
        if order is Order.RELEVANCE and shared:
            hits = self._best_of_whole(searcher, query, words, shared, limit)
        elif order is Order.RELEVANCE:
            hits = searcher.search(query, limit, count=False).hits
        else:
            hits = self._by_date(searcher, query, limit, order)
        return self._scored(searcher, hits, order)

    def dense(
        self,
        vector: Vectors,
        wanted: Filter,
        scope: Scope,
        *,
        limit: int,
        also: Sequence[Key] = (),
        apart: str = "",
        words: Words = _NO_WORDS,
    ) -> list[Scored]:
        """The passages nearest to a unit vector by cosine; see Index.dense."""
        if not words.restrict and wanted.language is None:
            nearest = self._vectors.search(vector, wanted, scope, limit=limit, apart=apart)
        else:
            nearest = self._vectors.search(vector, wanted, scope, limit=_WIDER * limit, apart=apart)
            nearest = self._with_foreign(nearest, vector, wanted, scope)
            allowed = self._allowed([scored.key for scored in nearest], words, wanted.language)
            nearest = [scored for scored in nearest if scored.key in allowed][: limit * (2 if apart else 1)]
        seen = {scored.key for scored in nearest}
        more = self._vectors.score([key for key in also if key not in seen], vector)
        return [*nearest, *(Scored(key, score) for key, score in more.items())]

    def _with_foreign(self, nearest: list[Scored], vector: Vectors, wanted: Filter, scope: Scope) -> list[Scored]:
        """With passages of the wanted language in documents of another, which the facts of vectors do not know."""
        if wanted.language is None:
            return nearest
        searcher, spoken = self._reader(), _FOREIGN + texts.primary(wanted.language)
        conditions = [*self._conditions(wanted, scope), tantivy.Query.term_query(self._schema, "language", spoken)]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, each) for each in conditions])
        hits = searcher.search(query, _FOREIGN_LOOKED_AT, count=False).hits
        keys = [scored.key for scored in self._scored(searcher, hits, Order.RELEVANCE)]
        foreign = [Scored(key, score) for key, score in self._vectors.score(keys, vector).items()]
        return sorted([*nearest, *foreign], key=lambda scored: -scored.score) if foreign else nearest

    def standing(self, keys: Sequence[Key], phrases: Sequence[Phrase]) -> dict[Key, int]:
        """How many of some phrases stand in each of some passages; see Index.standing."""
        if not keys or not phrases:
            return {}
        each = [tantivy.Query.const_score_query(self._phrase(phrase), 1.0) for phrase in phrases]
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, self._among(keys)),
                (tantivy.Occur.Must, tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])),
            ]
        )
        searcher = self._reader()
        hits = searcher.search(query, len(keys), count=False).hits
        return {scored.key: round(scored.score) for scored in self._scored(searcher, hits, Order.RELEVANCE)}

    def matching(self, words: Words, wanted: Filter, scope: Scope) -> dict[int, int]:
        """The versions that hold every word, with how many of their passages do."""
        searcher = self._reader()
        query = self._matching(words, _Weights(searcher, None), wanted, scope, every=True)
        if query is None:
            return {}
        counts: dict[int, int] = {}
        # Tantivy refuses more buckets than this at once, so large archives are counted in windows.
        for start in range(0, self._last_version(searcher) + 1, _BUCKETS):
            window = tantivy.Query.range_query(
                self._schema, "version", tantivy.FieldType.Unsigned, start, start + _BUCKETS, include_upper=False
            )
            both = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, window)])
            found = searcher.aggregate(both, {"versions": {"terms": {"field": "version", "size": _BUCKETS}}})
            counts |= {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["versions"]["buckets"]}
        return counts

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands in the text."""
        searcher = self._reader()
        return {term: searcher.doc_freq("text", term) for term in terms}

    def highest_score(self, words: Words) -> float:
        """The highest BM25 score that words can have in a text; see Vocabulary.highest_score."""
        searcher = self._reader()
        frequencies = {(field, term): searcher.doc_freq(field, term) for field, term in _in_texts(words)}
        return highest_score(words, Statistics(searcher.num_docs, frequencies))

    def statistics(self, words: Words) -> Statistics:
        """What scoring these words needs to know of this index; shards add theirs up."""
        searcher = self._reader()
        frequencies = {(field, term): searcher.doc_freq(field, term) for field, term in _looked_for(words)}
        return Statistics(searcher.num_docs, frequencies)

    def similar(self, word: str, *, distance: int) -> dict[str, int]:
        """Words as written within so many edits of a folded one, among those that begin much like it."""
        from rapidfuzz import process  # noqa: PLC0415  (few queries need it)
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        counts: dict[str, int] = {}
        # As it is, with its first letters swapped, without its second, without its first.
        for beginning in dict.fromkeys((word[:2], word[1::-1], word[:1] + word[2:3], word[1:3])):
            counts |= self._beginning_with(beginning)
        terms = list(counts)
        edits = process.cdist([word], terms, scorer=OSA.distance, score_cutoff=distance)[0] if terms else []
        return {term: counts[term] for term, edit in zip(terms, edits, strict=True) if edit <= distance}

    def spelt(self, beginnings: Sequence[str], pattern: str) -> dict[str, int]:
        """Words as written that begin in one of some ways and fit a pattern; see Vocabulary.spelt."""
        fits = re.compile(pattern).fullmatch
        known = (self._beginning_with(beginning).items() for beginning in beginnings)
        return {term: count for terms in known for term, count in terms if len(term) <= _LONGEST_FITTED and fits(term)}

    def _beginning_with(self, beginning: str) -> dict[str, int]:
        """The words as written that begin so, kept until the next commit."""
        searcher = self._reader()
        known = self._vocabulary  # another thread may put a new one in its place
        if beginning not in known:
            known[beginning] = dict(searcher.terms_with_prefix("exact", beginning))
        return known[beginning]

    def state(self) -> IndexState:
        """How far the index has come."""
        revision: Any = 0
        if self._state_file.exists():
            revision = _read_object(self._state_file).get("revision")
        if not isinstance(revision, int):
            raise IndexDamaged("The state of the index cannot be read.", hint="Run `lyceum reindex`; no text is lost.")
        return IndexState(revision, self._reader().num_docs, self._vectors.count)

    @property
    def has_text(self) -> bool:
        """Whether an index of words was ever made here."""
        return self._meta.exists()

    @property
    def has_vectors(self) -> bool:
        """Whether vectors of this embedder were ever kept here."""
        return self._vectors.exists

    def keys_of(self, version: int, *, most: int) -> list[Key]:
        """The keys of the passages of a version that are indexed, in order, at most so many."""
        searcher = self._reader()
        query = tantivy.Query.term_query(self._schema, "version", version)
        hits = searcher.search(query, most, count=False).hits
        return sorted(scored.key for scored in self._scored(searcher, hits, Order.NEWEST))

    def altered(self) -> list[str]:
        """The files of which the bytes are not those that were written; reads all of them."""
        text = [f"text/{name}" for name in _altered_segments(self._text)]
        return [*text, *(f"vectors/{name}" for name in self._vectors.altered())]

    # --- how ---------------------------------------------------------------------------------------

    def _check_format(self) -> None:
        found = _read_object(self._folder / "format.json").get("format")
        if found != FORMAT and self._meta.exists():
            raise IndexDamaged(
                f"The index has format {found}; this Lyceum reads {FORMAT}.",
                hint="Run `lyceum reindex`; it is made anew from the stored texts.",
                code="index_format",
            )

    def _reader(self) -> _Searcher:
        """A searcher on the last commit, whoever made it."""
        seen = self._last_commit()
        if seen and seen != self._seen:
            with self._looking:
                self._follow(seen)
        return self._searcher

    def _follow(self, seen: tuple[int, int] | None) -> None:
        """Goes over to a commit, and to those that come meanwhile."""
        while seen and seen != self._seen:
            try:
                with _damage_told():
                    index = self._index or self._open()
                    index.reload()
                    self._searcher = _Searcher(index.searcher())
                self._index, self._seen, self._vocabulary = index, seen, {}
            except IndexDamaged:
                # Another process may have thrown it away, or made it anew, while it was opened.
                if self._last_commit() == seen:
                    raise
            seen = self._last_commit()

    def _last_commit(self) -> tuple[int, int] | None:
        """What changes with every commit.

        None where there is no index: there never was one, or it was thrown away to be made anew, and what a reader
        still holds stays true until then.
        """
        try:
            stat = self._meta.stat()
        except FileNotFoundError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _open(self) -> tantivy.Index:
        index = tantivy.Index.open(str(self._text))
        self.__dict__.pop("_field_names", None)
        index.register_tokenizer("spaced", _SPACED)
        index.config_reader("manual", 0)
        return index

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            if not self._meta.exists():
                self._text.mkdir(parents=True, exist_ok=True)
                write_whole(self._folder / "format.json", json.dumps({"format": FORMAT}).encode())
                tantivy.Index(self._schema, path=str(self._text), reuse=True)
                self._index = None
            index = self._index or self._open()
            writer = index.writer(heap_size=_HEAP, num_threads=1)
            # What a killed writer left would stand in the way: tantivy replaces no file of the same name.
            writer.garbage_collect_files()
            self._writer, self._index = writer, index
        return self._writer

    @cached_property
    def _field_names(self) -> list[str]:
        """The schema's fields in the order in which tantivy numbers them."""
        return [field["name"] for field in _read_object(self._text / "meta.json").get("schema", ())]

    def _delete(self, version: int) -> None:
        # By query, since deleting by term takes a Python number for a signed one and deletes nothing.
        with _failure_told(self._text):
            self._writing().delete_documents_by_query(tantivy.Query.term_query(self._schema, "version", version))

    def _save_state(self, revision: int) -> None:
        write_whole(self._state_file, json.dumps({"revision": revision}).encode())

    def _matching(
        self, words: Words, weights: _Weights, wanted: Filter, scope: Scope, *, every: bool
    ) -> tantivy.Query | None:
        """What finds the words among what is wanted; None where nothing is looked for."""
        looked_for = self._every(words) if every else self._any(words, weights)
        required = self._required(words, weights)
        conditions = list(self._conditions(wanted, scope))
        if not looked_for and not required:
            if wanted == Filter() and not words.without:
                return None
            conditions.append(tantivy.Query.term_query(self._schema, "place", "first"))
            conditions += self._of_documents_in(wanted.language)
        else:
            conditions += self._in_language(wanted.language)
        forbidden = [self._phrase(phrase) for phrase in words.without]
        clauses = [(tantivy.Occur.Must, tantivy.Query.all_query())] if not looked_for and not required else []
        clauses += [*looked_for, *((tantivy.Occur.Must, query) for query in required)]
        if not conditions and not forbidden:
            return tantivy.Query.boolean_query(clauses)
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, tantivy.Query.boolean_query(clauses)),
                *((tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in conditions),
                *((tantivy.Occur.MustNot, each) for each in forbidden),
            ]
        )

    def _best_of_whole(
        self, searcher: _Searcher, query: tantivy.Query, words: Words, shared: Statistics, limit: int
    ) -> list[Any]:
        """The best hits as they would be scored were this shard the whole."""
        own, whole = self._averages(searcher, dict.fromkeys(_looked_for(words), 1)), shared.averages
        if alike(own, whole):
            return list(searcher.search(query, limit, count=False).hits)
        hits = searcher.search(query, limit + margin(limit), count=False).hits
        return rescored(searcher, query, hits, self._field_names, phrases="exact", whole=whole)[:limit]

    def _averages(self, searcher: _Searcher, terms: Mapping[tuple[str, str], int]) -> dict[str, float]:
        """How long the fields of these terms are on average."""
        if self._measured is not searcher:
            self._measured, self._lengths = searcher, {}
        for field, term in terms:
            if field not in self._lengths and terms[field, term]:
                found = average(searcher, tantivy.Query.term_query(self._schema, field, term))
                if found is not None:
                    self._lengths[field] = found
        for field in dict.fromkeys(field for field, _ in terms):
            if field not in self._lengths:
                # None of these stands here; any other term of the field tells it as well.
                found = None
                for beginning in _COMMON_BEGINNINGS:
                    others = searcher.terms_with_prefix(field, beginning, limit=1)
                    found = (
                        average(searcher, tantivy.Query.term_query(self._schema, field, others[0][0]))
                        if others
                        else None
                    )
                    if found is not None:
                        break
                self._lengths[field] = found or 0.0
        return {field: self._lengths[field] for field, _ in terms}

    def _any(self, words: Words, weights: _Weights) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Every term of every field side by side: tantivy skips what cannot win only in such a flat list."""
        return [
            (tantivy.Occur.Should, self._term(field, term, boost * weights.of(field, term)))
            for field, term, boost in _leaves(words)
        ]

    def _every(self, words: Words) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Each word in one of its forms, wherever in the passage or in what stands above it."""
        return [
            (
                tantivy.Occur.Must,
                tantivy.Query.boolean_query(
                    [(tantivy.Occur.Should, self._term(f, form, 1.0)) for f in _FIELD_BOOSTS for form in forms]
                ),
            )
            for forms in words.terms
        ]

    def _required(self, words: Words, weights: _Weights) -> list[tantivy.Query]:
        beginnings = [
            tantivy.Query.const_score_query(
                tantivy.Query.regex_query(self._schema, "exact", f"{re.escape(beginning)}.*"), _BEGINNING_SCORE
            )
            for beginning in words.beginnings
        ]
        phrases = [
            tantivy.Query.boost_query(self._phrase(phrase), weights.of_phrase(phrase)) for phrase in words.phrases
        ]
        return [*phrases, *beginnings]

    def _phrase(self, phrase: Phrase) -> tantivy.Query:
        if len(phrase.words) == 1:
            return tantivy.Query.term_query(self._schema, "exact", phrase.words[0])
        return tantivy.Query.phrase_query(self._schema, "exact", list(phrase.words), slop=phrase.slop)

    def _term(self, field: str, term: str, boost: float) -> tantivy.Query:
        return tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, term), boost)

    def _by_date(
        self, searcher: _Searcher, query: tantivy.Query, limit: int, order: Order
    ) -> list[tuple[Any, tantivy.DocAddress]]:
        """Those with a date in its order, then those without."""
        hits: list[Any] = []
        for lower, upper in ((1, 99_999_999), (0, 0)):
            dated = tantivy.Query.range_query(self._schema, "first", tantivy.FieldType.Integer, lower, upper)
            both = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, dated)])
            way = tantivy.Order.Desc if order is Order.NEWEST else tantivy.Order.Asc
            if left := limit - len(hits):
                hits += searcher.search(both, left, count=False, order_by_field="first", order=way).hits
        return hits

    def _scored(self, searcher: _Searcher, hits: list[Any], order: Order) -> list[Scored]:
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        if order is Order.RELEVANCE:
            scores = [float(score) for score, _ in hits]
        else:
            dates = searcher.fast_field_values("first", [address for _, address in hits])
            scores = [_rank(int(date or 0), order) for date in dates]
        return [Scored(Key(int(key or 0)), score) for score, key in zip(scores, keys, strict=True)]

    def _allowed(self, keys: Sequence[Key], words: Words, language: str | None) -> set[Key]:
        """Those of some passages in a language that hold what the words require and nothing that they forbid."""
        if not keys:
            return set()
        searcher = self._reader()
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, self._among(keys)),
                *((tantivy.Occur.Must, each) for each in self._required(words, _Weights(searcher, None))),
                *((tantivy.Occur.Must, each) for each in self._in_language(language)),
                *((tantivy.Occur.MustNot, self._phrase(phrase)) for phrase in words.without),
            ]
        )
        hits = searcher.search(query, len(keys), count=False).hits
        return {scored.key for scored in self._scored(searcher, hits, Order.RELEVANCE)}

    def _among(self, keys: Sequence[Key]) -> tantivy.Query:
        """Some passages, scored by nothing: one term each, which takes half as long as a set of terms."""
        each = [tantivy.Query.term_query(self._schema, "key", key) for key in keys]
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])
        return tantivy.Query.const_score_query(either, 0.0)

    def _last_version(self, searcher: _Searcher) -> int:
        found = searcher.aggregate(tantivy.Query.all_query(), {"last": {"max": {"field": "version"}}})
        return int(found["last"]["value"] or 0)

    def _conditions(self, wanted: Filter, scope: Scope) -> Iterable[tantivy.Query]:
        query, schema = tantivy.Query, self._schema
        if scope.collections is not None:
            yield query.term_set_query(schema, "collection", sorted(scope.collections))
        if wanted.collection is not None:
            yield query.term_query(schema, "collection", wanted.collection)
        if wanted.kind is not None:
            yield query.term_query(schema, "kind", wanted.kind)
        if wanted.author is not None:
            yield self._author(wanted.author)
        for word in texts.plain_terms(wanted.title or "") or ([""] if wanted.title is not None else []):
            yield query.term_query(schema, "title", word)
        if wanted.dated:
            lower = as_number(wanted.first) if wanted.first else 1
            upper = as_number(wanted.last) if wanted.last else 99_999_999
            integer = tantivy.FieldType.Integer
            yield query.range_query(schema, "first", integer, lower, 99_999_999)
            yield query.range_query(schema, "last", integer, 1, upper)

    def _of_documents_in(self, language: str | None) -> list[tantivy.Query]:
        """What finds the passages of documents in a language; nothing where none is wanted."""
        return [] if language is None else [self._spoken(texts.primary(language))]

    def _in_language(self, language: str | None) -> list[tantivy.Query]:
        """What finds passages in a language, whatever their document's is; nothing where none is wanted."""
        if language is None:
            return []
        code = texts.primary(language)
        native = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, self._spoken(code)), (tantivy.Occur.MustNot, self._spoken(_FOREIGN))]
        )
        either = [(tantivy.Occur.Should, native), (tantivy.Occur.Should, self._spoken(_FOREIGN + code))]
        return [tantivy.Query.boolean_query(either)]

    def _spoken(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "language", term)

    def _author(self, name: str) -> tantivy.Query:
        """One creator whose name holds each word: names are indexed as sets of their words in order."""
        words = sorted(set(texts.plain_terms(name)))
        if not words:
            return tantivy.Query.empty_query()
        pattern = "(.* )?" + " (.* )?".join(words) + "( .*)?"
        return tantivy.Query.regex_query(self._schema, "author", pattern)


class _Searcher:
    """A searcher of tantivy's whose complaints and panics are told as damage."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.num_docs: int = searcher.num_docs

    def search(self, query: tantivy.Query, limit: int, **options: Any) -> Any:
        with _damage_told():
            return self._searcher.search(query, limit, **options)

    def aggregate(self, query: tantivy.Query, wanted: dict[str, Any]) -> Any:
        with _damage_told():
            return self._searcher.aggregate(query, wanted)

    def doc_freq(self, field: str, term: str) -> int:
        with _damage_told():
            return self._searcher.doc_freq(field, term)

    def fast_field_values(self, field: str, addresses: list[Any]) -> Any:
        with _damage_told():
            return self._searcher.fast_field_values(field, addresses)

    def terms_with_prefix(self, field: str, beginning: str, **options: Any) -> list[tuple[str, int]]:
        with _damage_told():
            return self._searcher.terms_with_prefix(field, beginning, **options)

    def explain(self, query: tantivy.Query, address: Any) -> dict[str, Any]:
        """How the score of a hit came about."""
        with _damage_told():
            explained: dict[str, Any] = json.loads(query.explain(self._searcher, address).to_json())
        return explained


@contextlib.contextmanager
def _damage_told() -> Iterator[None]:
    """Turns what tantivy says of files that it cannot read, a panic included, into our error."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _damaged(error) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise _damaged(error) from error


@contextlib.contextmanager
def _failure_told(folder: Path) -> Iterator[None]:
    """The same for writing, where the disk may be full as well: tantivy says so, or that a thread of its own died."""
    try:
        with _damage_told():
            yield
    except IndexDamaged as error:
        said = str(error.__cause__)
        if any(f"os error {number})" in said for number in NO_ROOM) or shutil.disk_usage(folder).free < _ROOM:
            raise DiskFull(
                "The text index could not be written: the disk is full.",
                hint="Make room and run the same command again; what was stored before is kept.",
            ) from error
        raise


_PANIC = "PanicException"  # of pyo3, which has no module to import it from; no Exception, but a BaseException
_ROOM = 1 << 20


def _damaged(error: BaseException) -> IndexDamaged:
    return IndexDamaged(
        f"The text index cannot be used: {str(error).rstrip('.')}.", hint="Run `lyceum reindex`; no text is lost."
    )


def _altered_segments(folder: Path) -> list[str]:
    """The files of tantivy's segments whose bytes do not have the CRC-32 that stands at their end."""
    meta = _read_object(folder / "meta.json")
    known = {str(segment["segment_id"]).replace("-", "") for segment in meta.get("segments", [])}
    files = [path for path in sorted(folder.iterdir()) if path.name.split(".")[0] in known] if known else []
    altered = []
    for path in files:
        # One that a writer has merged into another meanwhile is no longer asked about.
        with contextlib.suppress(FileNotFoundError):
            if not _has_its_sum(path):
                altered.append(path.name)
    return altered


def _has_its_sum(path: Path) -> bool:
    """Whether a file is followed by what tantivy writes behind each: its CRC as JSON, the length of that, a mark."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        length, mark = int.from_bytes(file.read(4), "little"), int.from_bytes(file.read(4), "little")
        body = size - 8 - length
        if mark != _FOOTER_MARK or body < 0:
            return False
        file.seek(body)
        try:
            footer = json.loads(file.read(length))
        except ValueError:
            return False
        file.seek(0)
        found = 0
        for start in range(0, body, _READ):
            found = zlib.crc32(file.read(min(_READ, body - start)), found)
    return isinstance(footer, dict) and footer.get("crc") == found


_FOOTER_MARK = 1337
_READ = 1 << 20


class _Weights:
    """What a term's score in a shard is multiplied by to be what it would be in the whole: the ratio of the idfs."""

    def __init__(self, searcher: _Searcher, shared: Statistics | None) -> None:
        self._searcher = searcher
        self._shared = shared

    def of(self, field: str, term: str) -> float:
        """1 where there is no larger index."""
        if self._shared is None:
            return 1.0
        return self._whole(field, term) / self._own(field, term)

    def of_phrase(self, phrase: Phrase) -> float:
        """A phrase counts as rare as its words are together."""
        if self._shared is None:
            return 1.0
        return sum(self._whole("exact", word) for word in phrase.words) / sum(
            self._own("exact", word) for word in phrase.words
        )

    def _own(self, field: str, term: str) -> float:
        return _idf(self._searcher.num_docs, self._searcher.doc_freq(field, term))

    def _whole(self, field: str, term: str) -> float:
        shared = self._shared or Statistics(0, {})
        return _idf(shared.passages, shared.frequencies.get((field, term), 0))


def _idf(passages: int, frequency: int) -> float:
    """As tantivy's BM25 has it; what was deleted and not yet merged away still counts among the frequencies."""
    passages = max(passages, frequency)
    return math.log1p((passages - frequency + 0.5) / (frequency + 0.5))


def highest_score(words: Words, statistics: Statistics) -> float:
    """The highest BM25 score that words can have in a text, by the statistics of an index.

    Of the forms of a word the rarest that stands anywhere counts; a word that stands nowhere counts in full.
    """

    def rarity(field: str, forms: Sequence[str]) -> float:
        counts = [statistics.frequencies.get((field, form), 0) for form in forms]
        return _idf(statistics.passages, min((count for count in counts if count), default=0))

    total = sum(_FIELD_BOOSTS["text"] * rarity("text", forms) for forms in words.terms)
    total += sum(_OPENING_BOOST * rarity("opening", [opening]) for opening in words.openings)
    total += sum(_EXACT_BOOST * rarity("exact", [word]) for word in words.exact)
    total += sum(rarity("exact", [word]) for phrase in words.phrases for word in phrase.words)
    return (_K1 + 1) * total


def _looked_for(words: Words) -> set[tuple[str, str]]:
    """Every (field, term) that has a part in a score."""
    wanted = {(field, term) for field, term, _ in _leaves(words)}
    return wanted | {("exact", word) for phrase in words.phrases for word in phrase.words}


def _in_texts(words: Words) -> Iterator[tuple[str, str]]:
    """Every (field, term) that a text alone may hold."""
    yield from (("text", form) for forms in words.terms for form in forms)
    yield from (("opening", opening) for opening in words.openings)
    yield from (("exact", word) for word in words.exact)
    yield from (("exact", word) for phrase in words.phrases for word in phrase.words)


def _rank(date: int, order: Order) -> float:
    """A score that is higher for what stands earlier in an order of dates; no date stands last."""
    if not date:
        return -1e9
    return float(date if order is Order.NEWEST else -date)


def _leaves(words: Words) -> Iterator[tuple[str, str, float]]:
    """Every (field, term) that raises a score, with its weight."""
    for forms in words.terms:
        for field, boost in _FIELD_BOOSTS.items():
            for form in forms:
                yield field, form, boost
    for opening in words.openings:
        yield "opening", opening, _OPENING_BOOST
    for word in words.exact:
        yield "exact", word, _EXACT_BOOST


_K1 = 1.2  # of tantivy's BM25
_EXACT_BOOST = 0.6
_OPENING_BOOST = 0.5
_BEGINNING_SCORE = 1.0
_FIELD_BOOSTS = {"text": 1.0, "title": 0.8, "heading": 0.3, "creator": 1.0}
_WIDER = 5
_LONGEST_FITTED = 24
"""Letters: no name is longer, and on some longer words a pattern would be tried for minutes."""
_FOREIGN = "~"
"""Before the language of a passage that is not its document's; such a passage has the sign alone, too."""
_FOREIGN_LOOKED_AT = 5_000
_BUCKETS = 60_000
_COMMON_BEGINNINGS = ("the", "die", "que", "th", "de", "a", "")
"""Of terms that surely stand in a field of some size; with all terms last, since there may be millions."""
_SPACED = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("version", indexed=True, fast=True)
    builder.add_text_field("exact", tokenizer_name="spaced", index_option="position")
    for field in ("text", "opening", "title", "heading", "creator"):
        builder.add_text_field(field, tokenizer_name="spaced", index_option="freq")
    for field in ("author", "language", "collection", "kind", "place"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("first", "last"):
        builder.add_integer_field(field, fast=True)
    return builder.build()


def _documents(entry: Entry, schema: tantivy.Schema) -> Iterator[tantivy.Document]:
    facts = entry.facts
    language = texts.primary(facts.language)
    headings: dict[str, str] = {}
    about = {
        "version": facts.version,
        "title": _both_forms(facts.title, language),
        "creator": " ".join(word for name in facts.creators for word in texts.plain_terms(name)),
        "author": [" ".join(sorted(set(texts.plain_terms(name)))) for name in facts.creators],
        "collection": facts.collection,
        "kind": facts.kind,
        "first": facts.first,
        "last": facts.last,
    }
    for n, passage in enumerate(entry.passages):
        terms = texts.indexed_terms(passage.text, texts.primary(passage.language))
        if passage.heading not in headings:
            headings[passage.heading] = _both_forms(passage.heading, language)
        yield tantivy.Document.from_dict(
            {
                **about,
                "key": passage.key,
                "text": " ".join(terms.stems),
                "exact": " ".join(terms.plain),
                "opening": " ".join(terms.openings),
                "heading": headings[passage.heading],
                "place": "later" if n else "first",
                "language": [language, *_foreign_terms(passage, language)],
            },
            schema,
        )


def _foreign_terms(passage: Passage, language: str) -> list[str]:
    """What marks a passage that is in another language than its document."""
    own = texts.primary(passage.language)
    return [] if own == language else [_FOREIGN, _FOREIGN + own]


def _both_forms(text: str, language: str) -> str:
    """Stems and whole words: titles are asked for in any language."""
    return " ".join(dict.fromkeys([*texts.terms(text, language), *texts.plain_terms(text)]))


def _read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a small file; empty where there is none to be read."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class KeptIndex(Searchable, Protocol):
    """An Index with what its upkeep asks of it."""

    def with_vectors(self, among: Sequence[int] | None = None) -> dict[int, int]:
        """The versions that have vectors, with how many: all of them, or those among some."""
        ...

    def keys_of(self, version: int, *, most: int) -> list[Key]:
        """The keys of the passages of a version that are indexed, in order, at most so many."""
        ...

    def altered(self) -> list[str]:
        """The files of which the bytes are not those that were written; reads all of them."""
        ...

    def close(self) -> None:
        """Ends writing."""
        ...


def expect_vectors(folder: Path, *, embedder: str, dimension: int) -> None:
    """Raises IndexDamaged where the vectors of an index cannot be read."""
    FlatVectors(folder / "vectors" / embedder, dimension)


def discard(folder: Path) -> None:
    """Deletes an index, whole or damaged, so that it can be made anew; it is gone at once for all who look."""
    aside = folder.with_name(f"{folder.name}.discarded")
    shutil.rmtree(aside, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
