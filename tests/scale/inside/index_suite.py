"""The conformance suite on an index in shards. `test_ray.py` runs it within the namespace of a cluster."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from lyceum.providers.objectstore import Place
from lyceum.providers.ray import RayIndex, Shards, discard_shards
from lyceum.testing import IndexSuite


class TestRayIndex(IndexSuite):
    @pytest.fixture(autouse=True)
    def _shards(self, tmp_path: Path):
        folder = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]
        bucket, query = os.environ["LYCEUM_BLOBS_URL"].split("?")
        url = f"{bucket}/{folder}?{query}"
        self.place = Place.parse(url, os.environ["LYCEUM_BLOBS_KEY"], os.environ["LYCEUM_BLOBS_SECRET"])
        self.shards = Shards.parse(os.environ["LYCEUM_INDEX_URL"])
        yield
        discard_shards(self.shards, self.place)

    def make(self, folder: Path) -> RayIndex:
        near = Path(os.environ["LYCEUM_CACHE"]) / "shards"
        return RayIndex(self.shards, self.place, near=near, embedder="hash-64", dimension=self.dimension)
