"""Passages are found by words, by meaning, and by both, within a language and across languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lyceum.archive import Metadata, PartialDate, Passage
from lyceum.errors import ModelMissing
from lyceum.search import EmbeddedIndex, Entry, Filter, Mode, Query, Scope, read_query, retrieve
from lyceum.testing import HashEmbedder, entry

EVERYTHING = Scope.everything()


def known(language: str = "en", **fields) -> Metadata:
    return Metadata(**{"title": "x", "language": language, **fields})


ENTRIES = [
    entry(1, "The weavers of Silesia rose against their masters.", "Bread was dear that year.", metadata=known()),
    entry(2, "Bread and roses were what the women of Lawrence asked for.", metadata=known(date=PartialDate(1912))),
    entry(3, "Die Weber in Schlesien erhoben sich. Brot war teuer.", metadata=known("de")),
    entry(4, "Prices and wages: an inquiry into families.", metadata=known(title="Prices")),
    entry(5, "Les canuts de Lyon voulaient du pain.", metadata=known("fr")),
]


class Texts:
    """The passages of the entries, as a catalogue would give them."""

    def __init__(self, entries: list[Entry]) -> None:
        self._passages = {passage.key: passage for e in entries for passage in e.passages}

    def passages(self, keys) -> list[Passage]:
        return [self._passages[key] for key in keys if key in self._passages]

    def languages(self, keys) -> list[str]:
        return [self._passages[key].language if key in self._passages else "und" for key in keys]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedIndex:
    made = EmbeddedIndex(Path(tmp_path_factory.mktemp("index")), embedder="hash-64", dimension=64)
    made.put(ENTRIES, revision=1)
    embedder = HashEmbedder()
    made.attach([(e.facts, embedder.embed_passages([p.text for p in e.passages])) for e in ENTRIES])
    return made


@pytest.fixture
def find(index):
    def act(text: str, mode: Mode = Mode.HYBRID, *, embedder=HashEmbedder, limit: int = 10, **filters):
        query = read_query(text, EVERYTHING, Filter(**filters), mode=mode, limit=limit)
        return retrieve(query, index, Texts(ENTRIES), embedder)

    return act


def places(found) -> list[str]:
    return [hit.passage.id for hit in found.hits]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("text", ["", "  ", "\n", "…?!", "\0"])
def test_an_empty_query_finds_nothing_and_breaks_nothing(find, mode, text):
    hits = find(text, mode).hits
    assert hits == [] or mode in (Mode.DENSE, Mode.HYBRID)


def test_words_are_found_by_their_stems(find):
    assert places(find("the weaver rising in Silesia", Mode.LEXICAL))[0] == "version-1.0"


@pytest.mark.parametrize("word", ["weavers", "families", "wages", "masters", "prices", "Silesia", "roses"])
def test_one_word_finds_the_passage_in_which_it_stands(find, word):
    """A query too short to tell its language is read in all of them."""
    hits = find(word, Mode.LEXICAL).hits
    assert hits
    assert word.lower() in hits[0].passage.text.lower()


@pytest.mark.parametrize(
    ("word", "place"), [("Weber", "version-3.0"), ("canuts", "version-5.0"), ("Brot teuer", "version-3.0")]
)
def test_one_word_of_another_language_finds_it_too(find, word, place):
    assert places(find(word, Mode.LEXICAL))[:1] == [place]


def test_words_in_quotation_marks_must_stand_together(find):
    assert places(find('bread "bread and roses"', Mode.LEXICAL)) == ["version-2.0"]
    assert places(find("bread “and bread roses”", Mode.LEXICAL)) == []
    assert places(find("„bread and roses“", Mode.HYBRID)) == ["version-2.0"]


def test_words_in_quotation_marks_that_stand_in_no_text_may_be_a_title(tmp_path):
    """Those of the title itself, not of another document."""
    named = entry(9, "They asked for both.", metadata=known(title="Bread, and roses too"))
    made = EmbeddedIndex(tmp_path, embedder="hash-64", dimension=64)
    made.put([*ENTRIES, named], revision=1)
    query = read_query("“roses too”", EVERYTHING, mode=Mode.LEXICAL)
    assert places(retrieve(query, made, Texts([*ENTRIES, named]), HashEmbedder)) == ["version-9.0"]
    exact = read_query("roses too", EVERYTHING, mode=Mode.EXACT)
    assert retrieve(exact, made, Texts([*ENTRIES, named]), HashEmbedder).hits == []


def test_words_beside_each_other_count_for_more(tmp_path):
    """Of two passages with the same words the one that has them as they were typed."""
    near = entry(1, "They sang of bread and roses and of a general strike.", metadata=known())
    far = entry(2, "They sang of roses, of a strike, in general of bread and.", metadata=known())
    made = EmbeddedIndex(tmp_path, embedder="hash-64", dimension=64)
    made.put([far, near], revision=1)
    query = Query("the general strike, bread and roses", EVERYTHING, mode=Mode.LEXICAL)
    found = retrieve(query, made, Texts([near, far]), HashEmbedder)
    assert places(found)[0] == "version-1.0"
    assert found.hits[0].score > found.hits[1].score * 1.05


def test_a_long_book_does_not_hide_a_pamphlet(tmp_path):
    """Of one document three passages at most stand before others that a person looked for."""
    book = entry(
        1, *(f"The strike of the weavers, chapter {n}, the weavers strike." for n in range(30)), metadata=known()
    )
    pamphlet = entry(2, "A word to the weavers, and other things besides, on many matters.", metadata=known())
    made = EmbeddedIndex(tmp_path, embedder="hash-64", dimension=64)
    made.put([book, pamphlet], revision=1)
    embedder = HashEmbedder()
    made.attach([(e.facts, embedder.embed_passages([p.text for p in e.passages])) for e in (book, pamphlet)])
    query = read_query("the strike of the weavers", EVERYTHING, limit=10)
    found = retrieve(query, made, Texts([book, pamphlet]), HashEmbedder)
    assert "version-2.0" in places(found)[:4]
    assert len(found.hits) == 10


def test_an_exact_query_is_one_phrase(find):
    assert places(find("Bread was dear", Mode.EXACT)) == ["version-1.1"]
    assert places(find("dear was bread", Mode.EXACT)) == []
    assert places(find("weaver", Mode.EXACT)) == []


def test_meaning_finds_without_the_same_order(find):
    found = find("roses for women: bread, asked Lawrence", Mode.DENSE)
    assert places(found)[0] == "version-2.0"
    assert found.vector is not None
    assert found.hits[0].score == max(hit.score for hit in found.hits)


def test_both_are_fused(find):
    found = find("the women of Lawrence asked for bread")
    assert places(found)[0] == "version-2.0"
    first = found.hits[0]
    assert first.lexical > 0
    assert first.dense > 0
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)
    assert all(h.score >= 0 for h in found.hits)


def test_each_passage_is_found_once(find):
    found = places(find("bread weavers prices"))
    assert len(found) == len(set(found))


def test_a_limit_cuts_the_list(find):
    for mode in (Mode.HYBRID, Mode.LEXICAL, Mode.DENSE):
        assert len(find("the bread of the weavers", mode, limit=1).hits) == 1


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.LEXICAL, Mode.DENSE])
def test_filters_hold_in_every_mode(find, mode):
    assert set(places(find("Die Weber und das Brot", mode, language="de"))) == {"version-3.0"}
    assert set(places(find("bread and roses", mode, first=PartialDate(1900).first))) == {"version-2.0"}


def test_without_an_embedder_words_must_do(find):
    found = find("the weavers of Silesia", embedder=lambda: None)
    assert places(found)[0] == "version-1.0"
    assert found.vector is None


def test_meaning_alone_needs_an_embedder(find):
    def missing():
        raise ModelMissing("The weights are not installed.", hint="Install them.")

    with pytest.raises(ModelMissing):
        find("the weavers", Mode.DENSE, embedder=missing)


def test_across_languages_meaning_alone_ranks(index):
    """A name shared by chance does not lift a foreign passage above a near one."""

    class Fixed(HashEmbedder):
        def embed_query(self, text):
            return like_the_first

    query = Query("Lyon und die Weber in Schlesien, was taten sie", EVERYTHING)
    like_the_first = HashEmbedder().embed_query(ENTRIES[0].passages[0].text)
    found = retrieve(query, index, Texts(ENTRIES), Fixed)
    assert found.language == "de"
    ranks = places(found)
    assert ranks.index("version-1.0") < ranks.index("version-5.0")


# --- languages beside each other ----------------------------------------------------------------------


@pytest.fixture
def mixed(tmp_path):
    """A few German passages among any number of English ones; their vectors say how near each is to a strike."""

    def make(english: int):
        german = [
            entry(1, "Die Weber traten in den Streik.", metadata=Metadata(title="Streik", language="de")),
            entry(2, "Der Roggen war reif.", metadata=Metadata(title="Roggen", language="de")),
        ]
        others = [
            entry(n, f"The strike of the weavers, part {n}.", metadata=Metadata(title="x", language="en"))
            for n in range(10, 10 + english)
        ]
        index = EmbeddedIndex(tmp_path / f"mixed-{english}", embedder="hash-64", dimension=64)
        index.put([*german, *others], revision=1)
        strike = HashEmbedder().embed_query("the strike of the weavers")
        far = HashEmbedder().embed_query("rye")
        near = (0.8 * strike + 0.6 * far) / np.linalg.norm(0.8 * strike + 0.6 * far)
        vectors = {1: near, 2: far}
        index.attach([(e.facts, np.stack([vectors.get(e.facts.version, strike)])) for e in [*german, *others]])
        return index, Texts([*german, *others])

    return make


@pytest.mark.parametrize("english", [3, 30, 300])
def test_a_good_passage_in_another_language_keeps_its_place(mixed, english):
    """However many documents there are in the question's language, and a bad one gets none."""
    index, stored = mixed(english)
    found = retrieve(Query("What was the strike of the weavers about?", EVERYTHING), index, stored, HashEmbedder)
    titles = [hit.passage.document.metadata.title for hit in found.hits]
    assert found.language == "en"
    assert "Streik" in titles[:5]
    assert "Roggen" not in titles[:4]


def test_the_part_kept_for_other_languages_can_be_set(mixed):
    index, stored = mixed(30)
    query = Query("What was the strike of the weavers about?", EVERYTHING, elsewhere=0.0)
    titles = [hit.passage.document.metadata.title for hit in retrieve(query, index, stored, HashEmbedder).hits]
    assert "Streik" not in titles


def test_the_score_of_a_passage_does_not_depend_on_what_else_was_found(mixed):
    """More documents in the question's language lower nothing that was found in others."""
    scores = []
    for english in (30, 300):
        index, stored = mixed(english)
        found = retrieve(Query("What was the strike of the weavers about?", EVERYTHING), index, stored, HashEmbedder)
        scores += [hit.score for hit in found.hits if hit.passage.document.metadata.title == "Streik"]
    assert scores[0] == pytest.approx(scores[1], rel=0.05)


def test_where_the_embedder_does_not_know_the_language_words_alone_rank(index):
    """Its vectors of such passages mean nothing, however near they seem."""

    class English(HashEmbedder):
        def __init__(self):
            super().__init__()
            self.languages = frozenset({"en"})

        def embed_query(self, text):
            return HashEmbedder().embed_query(ENTRIES[4].passages[0].text)

    query = Query("Die Weber in Schlesien und das Brot", EVERYTHING)
    found = retrieve(query, index, Texts(ENTRIES), English)
    assert found.language == "de"
    assert places(found)[0] == "version-3.0"


# --- reranking ----------------------------------------------------------------------------------------


class Longest:
    """A reranker that likes long passages and counts what it read."""

    name, weight = "longest", 100.0

    def __init__(self):
        self.read = 0

    def rerank(self, query, passages):
        self.read += len(passages)
        return [float(len(passage)) for passage in passages]


def test_a_reranker_orders_the_first_hits_anew(index):
    query = Query("bread and weavers and roses of Silesia", EVERYTHING, limit=3)
    plain = retrieve(query, index, Texts(ENTRIES), HashEmbedder)
    again = retrieve(query, index, Texts(ENTRIES), HashEmbedder, Longest)
    lengths = [len(hit.passage.text) for hit in again.hits]
    assert lengths == sorted(lengths, reverse=True)
    assert len(again.hits) == len(plain.hits) == 3


def test_a_reranker_reads_only_the_first_hits(mixed):
    index, stored = mixed(300)
    reranker = Longest()
    query = Query("What was the strike of the weavers about?", EVERYTHING, limit=60)
    found = retrieve(query, index, stored, HashEmbedder, lambda: reranker)
    assert len(found.hits) == 60
    assert reranker.read == 20


# --- names in other scripts ----------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["Πότε εξεγέρθηκε η Σιλεσία;", "Когда восстала Силезия?", "सिलेसिया में क्या हुआ था?"])
def test_a_name_in_another_script_finds_the_text_that_has_it(find, question):
    """By how it sounds, where the embedder does not know the question's language."""

    class Western(HashEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.languages = frozenset({"en", "de", "fr"})

        def embed_query(self, text: str):
            """Near nothing."""
            return np.zeros(self.dimension, dtype=np.float32)

    found = find(question, embedder=Western)
    assert found.hits[0].passage.text.startswith("The weavers of Silesia")
    assert "silesia" in found.words.exact
    assert found.misspelt == {}
