"""A name in another script is spelt in Latin letters, and the Latin words that may be it are told from others."""

from __future__ import annotations

import re

import pytest

from lyceum.search.sounds import romanized, spellings

SAME = {
    "νιούτον": "newton", "τέσλα": "tesla", "κολοράντο": "colorado", "ουάσινγκτον": "washington", "χάρβαρντ": "harvard",
    "न्यूटन": "newton", "वारसॉ": "warsaw", "विक्टोरिया": "victoria", "বার্লিন": "berlin",
    "варшавы": "warsaw", "гамбург": "hamburg", "шевченко": "shevchenko", "نيوتن": "newton", "شكسبير": "shakespeare",
    "البرتغال": "portugal",
    "ניוטון": "newton",
}  # fmt: skip


def fits(word: str, latin: str) -> bool:
    return any(
        latin.startswith(spelling.beginnings) and re.fullmatch(spelling.pattern, latin) for spelling in spellings(word)
    )


@pytest.mark.parametrize(("word", "latin"), SAME.items(), ids=SAME.values())
def test_a_name_fits_as_it_is_spelt_elsewhere(word: str, latin: str) -> None:
    """Whatever vowels, endings and articles it has there."""
    assert fits(word, latin)


@pytest.mark.parametrize(("word", "other"), [("νιούτον", "nation's"), ("वारसॉ", "verse by"), ("гамбург", "homburgers")])
def test_another_word_does_not_fit(word: str, other: str) -> None:
    """Whose consonants go on, or are others."""
    assert not fits(word, other)


@pytest.mark.parametrize("word", ["tesla", "café", "đặng", "นิวตัน", "牛頓", "1919"])
def test_a_word_in_a_script_without_sounds_here_is_not_spelt(word: str) -> None:
    """Latin script among them, which needs none."""
    assert romanized(word) == ""
    assert spellings(word) == ()


def test_a_word_of_many_consonants_is_not_spelt() -> None:
    """A pattern of them all would be tried for minutes on a word that was made to fit nearly."""
    assert spellings("γ" * 3 + "αγ" * 9) == ()


def test_a_name_of_two_consonants_would_fit_too_much() -> None:
    """So it is spelt in no way."""
    assert romanized("μπαχ") == "bach"
    assert spellings("μπαχ") == ()
