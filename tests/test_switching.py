"""A home goes over to another embedder when all its vectors are made, and searches with the old one until then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.library import Facets, Library, Mode, Query, Scope, parts, read_query, work
from lyceum.testing import HashEmbedder

EVERYTHING = Scope.everything()


class Small(HashEmbedder):
    name, dimension = "hash-64", 64

    def __init__(self, *_args, **_options):
        super().__init__(64)


class Large(HashEmbedder):
    name, dimension = "hash-128", 128
    dies_after = 10**6

    def __init__(self, *_args, **_options):
        super().__init__(128)

    def embed_passages(self, texts):
        Large.dies_after -= len(texts)
        if Large.dies_after < 0:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


@pytest.fixture(autouse=True)
def embedders(monkeypatch):
    monkeypatch.setattr(parts, "OWN_EMBEDDERS", {"use": Small, "e5": Large})
    monkeypatch.setattr(Large, "dies_after", 10**6)


@pytest.fixture
def filled(settings: Settings, files: Path) -> Settings:
    with Library.open(settings) as library:
        assert library.add([str(files)]).added == 3
    return settings


def nearest(library: Library) -> tuple[int, int]:
    """How wide the vectors are that a search by meaning uses, and how much it finds."""
    found = library._search(Query("the weavers of Silesia", EVERYTHING, mode=Mode.DENSE))
    assert found.vector is not None
    return len(found.vector), len(found.hits)


def test_a_set_embedder_takes_over_when_its_vectors_are_made(filled):
    other = replace(filled, embedder="e5")
    with Library.open(other) as library:
        width, count = nearest(library)
        assert width == 64
        library.work()
        assert nearest(library) == (128, count)
        assert library.check()[0] == []
    assert [folder.name for folder in (filled.home / "index" / "vectors").iterdir()] == ["hash-128"]


def test_a_reader_that_was_open_goes_over_too(filled):
    with Library.open(filled) as reader, Library.open(replace(filled, embedder="e5")) as writer:
        width, count = nearest(reader)
        assert width == 64
        writer.work()
        assert nearest(reader) == (128, count)


def test_until_all_are_made_the_old_ones_serve(filled, monkeypatch):
    """A switch that is cut short loses nothing, and goes on where it was."""
    monkeypatch.setattr(work, "_VECTOR_BATCH", 1)
    other = replace(filled, embedder="e5")
    Large.dies_after = 2
    with Library.open(other) as library, pytest.raises(KeyboardInterrupt):
        library.work()
    Large.dies_after = 10**6
    with Library.open(other) as library:
        assert nearest(library)[0] == 64
        library.work()
        spent = 10**6 - Large.dies_after
        assert 0 < spent < library.index.state().passages
        assert nearest(library)[0] == 128


def test_what_left_while_a_switch_was_cut_short_has_no_vectors_after_it(filled, monkeypatch):
    monkeypatch.setattr(work, "_VECTOR_BATCH", 1)
    other = replace(filled, embedder="e5")
    Large.dies_after = 3
    with Library.open(other) as library, pytest.raises(KeyboardInterrupt):
        library.work()
    Large.dies_after = 10**6
    with Library.open(other) as library:
        library.remove([library.documents()[0].id])
        library.work()
        state = library.index.state()
        assert state.vectors == state.passages
        assert library.check()[0] == []


def test_what_is_added_meanwhile_has_vectors_of_the_one_in_use(filled, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("The spinners of Bolton struck in the spring. Their masters locked the gates.")
    with Library.open(replace(filled, embedder="e5")) as library:
        library.add([str(letter)])
        state = library.index.state()
        assert state.vectors == state.passages
        assert nearest(library)[0] == 64


def test_the_words_alone_can_be_indexed_anew(filled, monkeypatch):
    """Their vectors are kept as they are: no embedder is asked."""
    monkeypatch.setattr(Small, "embed_passages", lambda *_: pytest.fail("an embedder was asked"))
    with Library.open(filled) as library:
        before = library.index.state()
        library.reindex(vectors=False)
        after = library.index.state()
        assert (after.passages, after.vectors) == (before.passages, before.vectors)
        assert library.check()[0] == []


# --- what a search shows besides ---------------------------------------------------------------------------


def test_facets_count_documents_with_every_word(filled):
    with Library.open(filled) as library:
        everywhere = library.facets(read_query("the", EVERYTHING))
        assert isinstance(everywhere, Facets)
        assert everywhere.documents == sum(everywhere.years.values()) == sum(everywhere.languages.values())
        one = library.facets(read_query("match girls", EVERYTHING))
        assert 0 < one.documents < everywhere.documents
        assert library.facets(read_query("match girls", Scope.of())).documents == 0


def test_a_misspelt_word_is_found_and_a_spelling_suggested(filled):
    with Library.open(filled) as library:
        result = library.search(Query("proprietrs", EVERYTHING, mode=Mode.LEXICAL))
        assert result.hits
        assert result.suggestion == "proprietors"
        assert library.search(Query("proprietors", EVERYTHING)).suggestion is None
        assert library.search(Query("proprietrs", EVERYTHING, mode=Mode.EXACT)).hits == []
