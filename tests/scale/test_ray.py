"""The index in shards keeps its port's promises, on a Ray cluster in namespaces of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import servers
from cluster import cluster, why_not
from lyceum.errors import ConfigError

HERE = Path(__file__).parent


@pytest.mark.skipif(bool(why_not() or servers.no_weed), reason=str(why_not() or servers.no_weed))
def test_an_index_in_shards_passes_the_suite(tmp_path: Path) -> None:
    """The conformance suite, and what shards and replicas do when one of them dies or hangs."""
    with cluster() as nodes, servers.s3(nodes.host, inside=nodes.inside) as store:
        nodes.add_node(6)
        environment = {
            **nodes.environment, "LYCEUM_BLOBS_URL": store.url, "LYCEUM_BLOBS_KEY": store.key,
            "LYCEUM_BLOBS_SECRET": store.secret, "LYCEUM_INDEX_URL": f"ray:{nodes.host}:6379?shards=2",
            "LYCEUM_CACHE": str(tmp_path),
        }  # fmt: skip
        ended = subprocess.run(
            [*nodes.inside, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
             HERE / "inside" / "index_suite.py"],
            env=environment, cwd=HERE.parents[1], capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]


def test_an_address_says_where_ray_is_and_how_many_shards_there_are() -> None:
    shards = pytest.importorskip("lyceum.providers.ray").Shards
    made = shards.parse("ray:10.0.0.5:6379?shards=8&replicas=2&cpus=2")
    assert (made.address, made.count, made.replicas, made.cpus) == ("10.0.0.5:6379", 8, 2, 2.0)
    assert shards.parse("ray:auto?shards=4").replicas == 1


@pytest.mark.parametrize(
    "url",
    ["", "ray:", "ray:auto?shards=0", "ray:auto?shards=many", "http://x?shards=1", "ray:auto?shards=1&colour=red"],
)
def test_a_wrong_address_is_told(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        pytest.importorskip("lyceum.providers.ray").Shards.parse(url)
    assert caught.value.code == "index_url_wrong"
