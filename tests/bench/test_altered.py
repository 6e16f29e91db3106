"""Altered quotations are refused and true ones accepted, however they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from bench.altered import Judged, cases, corpora_passages, failures, judge, sample_passages, share
from bench.data import data_folder

TRUE_ACCEPTED = 0.995


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Cases of each kind and language from the sample archive."""
    return judge(cases(sample_passages(tmp_path_factory.mktemp("sample")), each=6))


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Cases from books in four languages."""
    if not data_folder().is_dir():
        pytest.skip(f"The shared data is not unpacked at {data_folder()}.")
    return judge(cases(corpora_passages(tmp_path_factory.mktemp("corpora")), each=5))


def test_every_altered_quotation_of_the_sample_is_refused(sample: list[Judged]) -> None:
    assert wrong(sample, true=False) == []


def test_true_quotations_of_the_sample_are_accepted(sample: list[Judged]) -> None:
    assert share(sample, true=True) >= TRUE_ACCEPTED, wrong(sample, true=True)


def test_every_altered_quotation_of_the_corpora_is_refused(corpora: list[Judged]) -> None:
    assert wrong(corpora, true=False) == []


def test_true_quotations_of_the_corpora_are_accepted(corpora: list[Judged]) -> None:
    assert share(corpora, true=True) >= TRUE_ACCEPTED, wrong(corpora, true=True)


def test_the_same_archive_gives_the_same_cases(tmp_path: Path) -> None:
    passages = sample_passages(tmp_path)
    assert cases(passages, each=1) == cases(passages, each=1)


def wrong(judged: Sequence[Judged], *, true: bool) -> list[str]:
    """What was judged wrongly, a line each."""
    return list(failures([one for one in judged if one.case.true is true]))
