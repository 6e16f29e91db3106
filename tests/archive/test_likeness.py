"""Texts that share much are told from those that share little, and how much is estimated well."""

from __future__ import annotations

import random

import pytest

from lyceum.archive.likeness import ALIKE, bands, likeness, sketch


def words(count: int, seed: int) -> list[str]:
    chosen = random.Random(seed)  # noqa: S311
    return [f"word{chosen.randrange(5_000)}" for _ in range(count)]


def jaccard(one: list[str], other: list[str]) -> float:
    a, b = ({tuple(said[n : n + 5]) for n in range(len(said) - 4)} for said in (one, other))
    return len(a & b) / len(a | b)


@pytest.mark.parametrize("shared", [0, 500, 1_000, 1_500, 1_900, 2_000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_how_much_two_texts_share_is_estimated(shared, seed):
    common = words(shared, seed)
    one, other = common + words(2_000 - shared, seed + 10), common + words(2_000 - shared, seed + 20)
    found = likeness(sketch(" ".join(one)), sketch(" ".join(other)))
    assert found == pytest.approx(jaccard(one, other), abs=0.15)


def test_texts_that_are_alike_nearly_always_share_a_band():
    missed = 0
    for seed in range(100):
        common = words(800, seed)
        one, other = (sketch(" ".join(common + words(200, seed + add))) for add in (1_000, 2_000))
        assert likeness(one, other) > ALIKE
        missed += not set(bands(one)) & set(bands(other))
    assert missed <= 2


def test_case_and_punctuation_make_no_difference():
    text = " ".join(words(100, 1))
    assert likeness(sketch(text), sketch(text.upper().replace(" ", ", "))) == 1.0


def test_a_few_words_are_like_nothing():
    assert sketch("The looms stood still.") == b""
    assert likeness(b"", b"") == 0.0


def test_writing_without_spaces_is_compared_by_its_signs():
    text = "".join(chr(0x4E00 + n * 37 % 5_000) for n in range(300))
    assert likeness(sketch(text), sketch(text[20:])) > 0.7
