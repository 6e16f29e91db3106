"""Finds the passages that fit a query: by words, by meaning, and both fused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from lyceum import text as texts
from lyceum.archive import PASSAGES_PER_VERSION, Texts
from lyceum.function_words import FUNCTION_WORDS
from lyceum.search.embed import Embedder, Vectors
from lyceum.search.index import Searchable, Vocabulary
from lyceum.search.model import Hit, Key, Mode, Order, Phrase, Query, Scored, Words
from lyceum.search.rerank import Reranker
from lyceum.search.sounds import spellings
from lyceum.search.threads import beside

_POOL = 100


class LazyEmbedder(Protocol):
    """Gives the embedder when a query needs it, or None where its weights are absent."""

    def __call__(self) -> Embedder | None:
        """The embedder, loaded on first use."""
        ...


class LazyReranker(Protocol):
    """Gives the reranker, or None where none is wanted."""

    def __call__(self) -> Reranker | None:
        """The reranker, loaded on first use."""
        ...


def _none() -> None:
    """No reranker, which is the default."""


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, with the words that were looked for, the query's language, and its vector where one was made.

    `misspelt` has, for words of the query that stand nowhere, the likeliest that do.
    """

    hits: list[Hit]
    words: Words
    language: str
    vector: Vectors | None
    misspelt: Mapping[str, str] = field(default_factory=dict)


def retrieve(
    query: Query, index: Searchable, stored: Texts, embedder: LazyEmbedder, reranker: LazyReranker = _none
) -> Found:
    """The passages that fit the query best; an empty or unanswerable query finds nothing.

    A reranker, where there is one, reads the first hits of a hybrid search again. Raises ModelMissing for a dense
    query without an embedder; a hybrid one then goes by words alone.
    """
    found = _retrieve(query, index, stored, embedder, reranker)
    if found.hits or not query.phrases or query.filter.title is not None:
        return found
    # What stands together in no text may be the title of one.
    title = " ".join(word for phrase in query.phrases for word in phrase.words)
    titled = replace(query, phrases=(), filter=replace(query.filter, title=title))
    return _retrieve(titled, index, stored, embedder, reranker)


def _retrieve(query: Query, index: Searchable, stored: Texts, embedder: LazyEmbedder, reranker: LazyReranker) -> Found:
    language = texts.question_language(query.text)
    words, misspelt = read_words(query, index)
    if query.order is not Order.RELEVANCE or query.mode is Mode.EXACT or not query.text.strip():
        ranked = index.lexical(words, query.filter, query.scope, limit=query.limit, order=query.order)
        return Found(_hits(stored, ranked), words, language, None, misspelt)
    if query.mode is Mode.LEXICAL or (loaded := embedder()) is None:
        ranked = _by_words(query, words, index)[: query.limit]
        return Found(_hits(stored, ranked), words, language, None, misspelt)
    vector = loaded.embed_query(query.text)
    if query.mode is Mode.DENSE:
        nearest = index.dense(vector, query.filter, query.scope, limit=query.limit, words=words)
        return Found(_hits(stored, nearest), words, language, vector, misspelt)
    more = replace(query, limit=max(query.limit, _RERANKED))
    hits = _hybrid(more, words, vector, language, loaded, index, stored)
    return Found(_reranked(hits, query, reranker())[: query.limit], words, language, vector, misspelt)


# --- words -----------------------------------------------------------------------------------------


def read_words(query: Query, index: Vocabulary) -> tuple[Words, Mapping[str, str]]:
    """What the index is to look for, and what may have been meant by words that stand nowhere."""
    language = texts.question_language(query.text)
    if query.mode is Mode.EXACT:
        phrase = tuple(texts.plain_terms(query.text))
        return Words(phrases=(Phrase(phrase),) if phrase else ()), {}
    content = _content(query.text, language)
    spaced = [word for word in content if not texts.is_unspaced(word)]
    words = Words(
        terms=tuple(_forms(word, language) for word in content),
        openings=tuple(dict.fromkeys(opening for word in spaced if (opening := texts.opening(word)))),
        # A few words without grammar are a name or a title: as they are written they count for more.
        exact=tuple(dict.fromkeys(map(texts.unaccent, spaced))) if language == "und" else (),
        phrases=query.phrases,
        beginnings=query.beginnings,
        without=query.without,
    )
    known = index.frequencies([form for forms in words.terms for form in forms])
    lost = [
        word
        for word, forms in zip(content, words.terms, strict=True)
        if word in spaced and (word in query.near or not any(known[form] for form in forms))
    ]
    if not lost:
        return words, {}
    similar = {word: _similar(word, index) for word in lost}
    also = tuple(term for word in lost for term in (*similar[word], *_as_elsewhere(word, index)))
    misspelt = {word: found[0] for word, found in similar.items() if found and word not in query.near}
    return replace(words, exact=(*words.exact, *also)), misspelt


def _forms(word: str, language: str) -> tuple[str, ...]:
    """The forms under which a word of a query may be indexed: its stem, and itself.

    Where the language is not known, its stems in every language with a list of function words.
    """
    languages = list(FUNCTION_WORDS) if language == "und" else [language]
    forms = (form for code in languages for form in texts.terms(word, code))
    plain = [] if texts.is_unspaced(word) else [texts.unaccent(word)]
    return tuple(dict.fromkeys((*forms, *plain)))


def _content(query: str, language: str) -> list[str]:
    """The words of a query, each once, without function words where others are left."""
    words = list(dict.fromkeys(texts.words(query)))
    return [word for word in words if not texts.is_function_word(word, language)] or words


def _similar(word: str, index: Vocabulary) -> list[str]:
    """Words of the archive that this one may be meant to be, the likeliest first: fewest edits, then commonest."""
    written = texts.unaccent(word)
    if len(written) < _SHORTEST_GUESSED or written.isdigit():
        return []
    from rapidfuzz.distance import OSA  # noqa: PLC0415  (few queries need it)

    near = index.similar(written, distance=2 if len(written) >= _TWO_EDITS else 1)
    edits = {term: OSA.distance(written, term) for term in near if term != written}
    nearest = [term for term, edit in edits.items() if edit == min(edits.values())]
    return sorted(nearest, key=lambda term: (-near[term], term))[:_MOST_GUESSES]


def _as_elsewhere(word: str, index: Vocabulary) -> list[str]:
    """Words of Latin script that a name in another script may be, the likeliest first."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415  (few queries need it)

    far: dict[str, float] = {}
    for way in spellings(word):
        for term in index.spelt(way.beginnings, way.pattern):
            far[term] = min(OSA.normalized_distance(way.word, term), far.get(term, 1.0))
    likely = sorted((distance, term) for term, distance in far.items() if distance <= _SPELT_ALIKE)
    return [term for _, term in likely[:_MOST_SPELLINGS]]


_SPELT_ALIKE = 0.45
_MOST_SPELLINGS = 2
_SHORTEST_GUESSED = 4
_TWO_EDITS = 7
_MOST_GUESSES = 5


# --- fusion ----------------------------------------------------------------------------------------


def _hybrid(
    query: Query, words: Words, vector: Vectors, language: str, embedder: Embedder, index: Searchable, stored: Texts
) -> list[Hit]:
    pool = max(_POOL, 2 * query.limit)
    found, nearer = _found_by_words(query, words, index)
    also = [scored.key for scored in found]
    apart = "" if language == "und" else language
    dense = index.dense(vector, query.filter, query.scope, limit=pool, also=also, apart=apart, words=words)
    most = index.highest_score(words)
    return fuse(_Lists(nearer(most), dense, most), stored, query, language=language, embedder=embedder)


def _by_words(query: Query, words: Words, index: Searchable) -> list[Scored]:
    """The pool that words find, those first in which the query's words also stand beside each other."""
    _, nearer = _found_by_words(query, words, index)
    return nearer(index.highest_score(words))


def _found_by_words(
    query: Query, words: Words, index: Searchable
) -> tuple[list[Scored], Callable[[float], list[Scored]]]:
    """What words find, and, by the highest score that they can have, the order of it in which pairs of them count.

    The pairs are looked for beside what is done until they are asked for.
    """
    pool = max(_POOL, 2 * query.limit)
    found = index.lexical(words, query.filter, query.scope, limit=pool)
    pairs = _pairs(query.text)
    if not pairs:
        return found, lambda _: found
    standing = beside(lambda: index.standing([scored.key for scored in found], pairs))

    def nearer(most: float) -> list[Scored]:
        counts, bonus = standing(), _PAIRS * most / len(pairs)
        raised = [Scored(scored.key, scored.score + bonus * counts.get(scored.key, 0)) for scored in found]
        return sorted(raised, key=lambda scored: -scored.score)

    return found, nearer


_PAIRS = 0.12
_MOST_PAIRS = 20


def _pairs(text: str) -> list[Phrase]:
    """Words of a query that follow each other, but for pairs of mere grammar."""
    language = texts.question_language(text)
    words = texts.plain_terms(text)
    content = [not texts.is_function_word(word, language) for word in words]
    pairs = [Phrase((a, b)) for a, b, x, y in zip(words, words[1:], content, content[1:], strict=False) if x or y]
    return list(dict.fromkeys(pairs))[:_MOST_PAIRS]


def _knows(embedder: Embedder, language: str) -> bool:
    return embedder.languages is None or language in embedder.languages or language == "und"


@dataclass(frozen=True, slots=True)
class _Lists:
    """What words and meaning found, and the highest score that the words could have."""

    lexical: Sequence[Scored]
    dense: Sequence[Scored]
    most: float


def fuse(lists: _Lists, stored: Texts, query: Query, *, language: str, embedder: Embedder) -> list[Hit]:
    """Joins both lists by scores that do not depend on what else was found.

    A passage has its coverage, the part of the words' highest score that it reaches, and its cosine with the
    embedder's weight. On XQuAD and SciFact this beat min-max scaling and reciprocal rank fusion. In another language
    words cannot match, and names that do are weak evidence: there the coverage that goes with the cosine stands in.
    A passage without a vector, or in a language that the embedder does not know, goes by its words.
    """
    by_word = {scored.key: scored.score / max(lists.most, 1e-9) for scored in lists.lexical}
    by_meaning = {scored.key: scored.score for scored in lists.dense}
    scale = embedder.calibration
    keys = list(dict.fromkeys((*by_word, *by_meaning)))
    codes = stored.languages(keys)
    spoken = {code: texts.primary(code) for code in set(codes)}
    known = {code for code in spoken if _knows(embedder, spoken[code])}
    # Where the embedder does not know the question's language, names are all that it has in common with others.
    names = _NAMES_ABROAD if _knows(embedder, language) else 1.0
    foreign = {code for code in spoken if language != "und" and spoken[code] not in ("und", language)}

    def score(coverage: float, cosine: float | None, code: str) -> float:
        if cosine is None or code not in known:
            cosine = scale.cosine(coverage)
        elif code in foreign:
            coverage = _TRUST_ABROAD * scale.coverage(cosine) + names * coverage
        return max(0.0, coverage + scale.weight * cosine)

    scores = {
        key: score(by_word.get(key, 0.0), by_meaning.get(key), code) for key, code in zip(keys, codes, strict=True)
    }
    ranked = [Scored(key, scores[key]) for key in sorted(keys, key=scores.__getitem__, reverse=True)]
    ranked = _spread(ranked, query.each)
    good = scale.coverage(max(by_meaning.values(), default=0.0)) / 2
    worthy = {
        key
        for key, code in zip(keys, codes, strict=True)
        if code in foreign and scale.coverage(by_meaning.get(key, 0.0)) >= max(good, 1e-9)
    }
    ranked = _balanced(ranked, worthy, limit=query.limit, elsewhere=query.elsewhere)
    ranked = _with_known_items(ranked, lists.lexical, scores)
    raw = {scored.key: scored.score for scored in lists.lexical}
    return [
        replace(hit, lexical=raw.get(hit.key, 0.0), dense=by_meaning.get(hit.key, 0.0)) for hit in _hits(stored, ranked)
    ]


_TRUST_ABROAD = 0.9
_NAMES_ABROAD = 0.3


def _spread(ranked: Sequence[Scored], each: int) -> list[Scored]:
    """So that no more than `each` passages of a document stand before those of others."""
    if not each:
        return list(ranked)
    seen: Counter[int] = Counter()
    first: list[Scored] = []
    later: list[Scored] = []
    for scored in ranked:
        version = scored.key // PASSAGES_PER_VERSION
        seen[version] += 1
        (first if seen[version] <= each else later).append(scored)
    return [*first, *later]


def _with_known_items(ranked: list[Scored], lexical: Sequence[Scored], scores: Mapping[Key, float]) -> list[Scored]:
    """A title, a name or a phrase is known by its words: the documents that they find first are among the first ten."""
    first: dict[int, Key] = {}
    for scored in lexical:
        first.setdefault(scored.key // PASSAGES_PER_VERSION, scored.key)
    shown = {scored.key // PASSAGES_PER_VERSION for scored in ranked[:_FIRST_PAGE]}
    known = [key for version, key in list(first.items())[:_KNOWN] if version not in shown]
    if not known or len(ranked) <= _KNOWN:
        return ranked
    others = [scored for scored in ranked if scored.key not in known]
    at = min(_FIRST_PAGE, len(ranked)) - len(known)
    return [*others[:at], *(Scored(key, scores[key]) for key in known), *others[at:]][: len(ranked)]


_FIRST_PAGE = 10
_KNOWN = 3


def _balanced(ranked: Sequence[Scored], worthy: set[Key], *, limit: int, elsewhere: float) -> list[Scored]:
    """The first `limit`, of which other languages have their part at every length, as far as they are worthy of it."""
    waiting = [scored for scored in ranked if scored.key in worthy]
    first: list[Scored] = []
    chosen: set[Key] = set()
    had = 0
    for scored in ranked:
        while waiting and waiting[0].key in chosen:
            waiting.pop(0)
        if waiting and had < int((len(first) + 1) * elsewhere) and scored.key not in worthy:
            first.append(waiting[0])
            chosen.add(waiting[0].key)
            had += 1
        if scored.key not in chosen:
            first.append(scored)
            chosen.add(scored.key)
            had += scored.key in worthy
        if len(first) >= limit:
            break
    return first[:limit]


def _reranked(hits: list[Hit], query: Query, reranker: Reranker | None) -> list[Hit]:
    """The first hits in the order that a closer look gives them; the others after them as they were."""
    if reranker is None:
        return hits
    first, rest = hits[:_RERANKED], hits[_RERANKED:]
    judged = reranker.rerank(query.text, [hit.passage.text for hit in first])
    again = [replace(hit, score=hit.score + reranker.weight * j) for hit, j in zip(first, judged, strict=True)]
    return [*sorted(again, key=lambda hit: -hit.score), *rest]


_RERANKED = 20


def _hits(stored: Texts, ranked: Sequence[Scored]) -> list[Hit]:
    passages = {passage.key: passage for passage in stored.passages([s.key for s in ranked])}
    return [Hit(passages[s.key], s.score) for s in ranked if s.key in passages]
