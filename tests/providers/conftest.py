"""The servers that providers talk to, started once a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import servers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of the tests' own."""
    if servers.no_postgres:
        pytest.skip(servers.no_postgres)
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def s3() -> Iterator[servers.S3]:
    """An S3 server of the tests' own."""
    if servers.no_weed:
        pytest.skip(servers.no_weed)
    with servers.s3() as server:
        yield server
