"""The embedded index keeps its port's promises, through restarts and other processes, and tells damage."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lyceum.archive import Metadata
from lyceum.errors import IndexDamaged
from lyceum.search import EmbeddedIndex, Filter, Scope, Words, discard
from lyceum.testing import HashEmbedder, IndexSuite, entry

EVERYTHING = Scope.everything()


class TestEmbeddedIndex(IndexSuite):
    def make(self, folder: Path) -> EmbeddedIndex:
        return EmbeddedIndex(folder, embedder="hash-64", dimension=self.dimension)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64)


def found(index: EmbeddedIndex, *words: str, **filters) -> list[int]:
    hits = index.lexical(Words(terms=tuple((w,) for w in words)), Filter(**filters), EVERYTHING, limit=10)
    return [scored.key >> 20 for scored in hits]


def test_what_was_written_is_there_after_a_restart(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=3)
    index.close()
    again = EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64)
    assert found(again, "weaver") == [1]
    assert again.state().revision == 3
    assert len(again.keys_of(1, most=10)) == 1
    assert again.keys_of(2, most=10) == []


def test_a_second_writer_may_follow_when_the_first_is_closed(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=1)
    index.close()
    other = EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64)
    other.put([entry(2, "Spinners rose.")], revision=2)
    other.close()
    index.put([entry(3, "Miners rose.")], revision=3)
    assert sorted(found(index, "rose")) == [1, 2, 3]


def test_another_process_sees_commits(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=3)
    code = (
        "import sys; from pathlib import Path; from lyceum.search import EmbeddedIndex\n"
        "print(EmbeddedIndex(Path(sys.argv[1]), embedder='hash-64', dimension=64).state())"
    )
    path = tmp_path / "index"
    seen = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "IndexState(revision=3, passages=1, vectors=0, notes=())"


def test_vectors_of_two_embedders_never_mix(index, tmp_path):
    one = entry(1, "Weavers rose.")
    index.put([one], revision=1)
    index.attach([(one.facts, HashEmbedder().embed_passages(["Weavers rose."]))])
    other = EmbeddedIndex(tmp_path / "index", embedder="hash-128", dimension=128)
    assert (other.state().passages, other.state().vectors) == (1, 0)
    assert index.with_vectors() == {1: 1}


def test_words_are_found_in_the_language_of_their_text(index):
    index.put([entry(1, "Die Weberinnen streikten.", metadata=Metadata(title="x", language="de"))], revision=1)
    assert found(index, "streikt") == [1]


def test_more_of_the_words_weigh_more_than_one_of_them_often(index):
    index.put([entry(1, "Bread, bread, bread."), entry(2, "They asked for bread and roses.")], revision=1)
    assert found(index, "bread", "rose")[0] == 2


def test_rarer_words_weigh_more(index):
    index.put([entry(n, "The strike went on.") for n in range(1, 9)], revision=1)
    index.put([entry(9, "The lockout went on.")], revision=2)
    assert found(index, "strike", "lockout")[0] == 9
    assert index.frequencies(["strike", "lockout", "peace"]) == {"strike": 8, "lockout": 1, "peace": 0}


@pytest.mark.parametrize("name", ["o.*", "(", "[a-z]+", "\\", "Marx|Engels", ".", "*"])
def test_a_name_is_no_pattern(index, name):
    """What looks like a regular expression is words, or nothing."""
    index.put([entry(1, "Weavers.", metadata=Metadata(title="x", creators=("Owen",), language="en"))], revision=1)
    assert found(index, "weaver", author=name) == []


@pytest.mark.parametrize("name", ["collection", "kind"])
def test_names_are_taken_letter_by_letter(index, name):
    strange = "Löhne & Preise: “1844” (II)"
    index.put([entry(1, "Weavers.", metadata=Metadata(title="x", language="en", **{name: strange}))], revision=1)
    assert found(index, "weaver", **{name: strange}) == [1]
    assert found(index, "weaver", **{name: strange.lower()}) == []


def test_exact_words_are_not_stemmed(index):
    index.put([entry(1, "The weavers rose."), entry(2, "The weaver rose.")], revision=1)
    hits = index.lexical(Words(exact=("weavers",)), Filter(), EVERYTHING, limit=10)
    assert [scored.key >> 20 for scored in hits] == [1]


# --- damage ------------------------------------------------------------------------------------------


def test_an_index_of_another_format_is_not_read(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=1)
    (tmp_path / "index" / "format.json").write_text('{"format": 999}')
    with pytest.raises(IndexDamaged) as caught:
        EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64)
    assert caught.value.code == "index_format"


def test_damage_that_appears_in_use_is_told(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=1)
    assert found(index, "weaver") == [1]
    (tmp_path / "index" / "text" / "meta.json").write_text("garbage")
    with pytest.raises(IndexDamaged):
        found(index, "weaver")


def test_a_lost_text_index_is_told(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=1)
    index.close()
    for path in (tmp_path / "index" / "text").glob("*.term"):
        path.write_bytes(b"")
    with pytest.raises(IndexDamaged):
        found(EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64), "weaver")


def test_a_discarded_index_is_empty_when_made_again(index, tmp_path):
    index.put([entry(1, "Weavers rose.")], revision=1)
    index.close()
    discard(tmp_path / "index")
    discard(tmp_path / "index")
    assert EmbeddedIndex(tmp_path / "index", embedder="hash-64", dimension=64).state().passages == 0
