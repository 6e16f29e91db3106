"""Every text of the pages is there in every language of the site."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from lyceum.server.files import compiled
from server.translating import WEB, messages

LANGUAGES = ["ar", "de", "es", "fr"]
_PLACE = re.compile(r"%\(\w+\)s")


def told(language: str):
    with (WEB / "locale" / f"{language}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=language) if message.id}


@pytest.mark.usefixtures("house")  # Django reads templates when it has settings
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_left_over(language):
    known, wanted = told(language), messages()
    assert len(wanted) > 150
    assert sorted(map(str, wanted - set(known))) == []
    assert sorted(map(str, set(known) - wanted)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_says_something_and_keeps_its_places(language):
    for text, said in told(language).items():
        plural = isinstance(text, tuple)
        for form in said if plural else [said]:
            assert form.strip()
            wanted = set(_PLACE.findall(text[-1] if plural else text))
            # Arabic says "one" and "two" without the number.
            assert set(_PLACE.findall(form)) == wanted or (plural and language == "ar" and not _PLACE.findall(form)), (
                text
            )


def test_they_are_compiled_once_into_a_place_of_their_own(tmp_path):
    place = compiled(WEB / "locale", tmp_path)
    made = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.mo"))
    assert made == [f"{language}/LC_MESSAGES/django.mo" for language in LANGUAGES]
    before = (place / made[0]).stat().st_mtime_ns
    assert compiled(WEB / "locale", tmp_path) == place
    assert (place / made[0]).stat().st_mtime_ns == before
