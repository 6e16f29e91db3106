"""Only whole sentences of prose that lean on nothing before them are shown alone."""

from __future__ import annotations

import pytest

from lyceum.tutor.study.prose import is_apparatus, is_listing, stands_alone


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("The weavers of Bradford struck in the winter of 1891.", "en"),
        ("“The mill must close,” said the owner to the delegates.", "en"),
        ("Die Weber von Peterswaldau zogen vor das Haus des Fabrikanten.", "de"),
        ("In 1891 the weavers of Bradford struck for nineteen weeks.", "en"),
        ("12 men were killed when the boiler of the mill burst.", "en"),
        ("Die „Neue Zeit“ schrieb im März über den Streik der Weber.", "de"),
    ],
)
def test_a_whole_sentence_stands_alone(sentence, language):
    assert stands_alone(sentence, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("He struck with the others in the winter of 1891.", "en"),
        ("But the weavers of Bradford struck in the winter.", "en"),
        ("In this way the weavers of Bradford won their strike.", "en"),
        ("Diese Weber zogen vor das Haus des Fabrikanten Zwanziger.", "de"),
        ("Elles quittèrent la fabrique au mois de mai avec leurs enfants.", "fr"),
        ("of Bradford struck in the long cold winter of 1891.", "en"),
        ("The weavers of Bradford struck in the winter of", "en"),
        ("CHAPTER IV THE WEAVERS OF BRADFORD AND THE GREAT STRIKE.", "en"),
        ("“The mill must close, said the owner to the delegates.", "en"),
        ("The weavers (of Bradford struck in the long winter.", "en"),
        ("The weavers of Bradford[12] struck in the winter of 1891.", "en"),
        ("The weavers .......... 12 and the spinners ........ 14.", "en"),
        ("They struck.", "en"),
    ],
)
def test_a_torn_leaning_or_listed_one_does_not(sentence, language):
    assert not stands_alone(sentence, language)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("CONTENTS", True), ("The Mill › FOOTNOTES:", True), ("Index", True), ("Inhaltsverzeichnis", True),
     ("The Mill › The contents of a weaver's purse", False), ("The Strike", False), ("", False)],
)  # fmt: skip
def test_contents_indexes_and_notes_are_known_by_their_headings(heading, expected):
    assert is_apparatus(heading) is expected


def test_lines_that_end_in_page_numbers_are_a_list():
    assert is_listing("I. The Mill 3\nII. The Strike 19\nIII. The Lockout 44\nIV. The Hunger 71")
    assert is_listing("The Mill\t3\nThe Strike\t19\nThe Lockout\t44\nThe Hunger\t71")
    assert not is_listing("The mill stood\nby the river\nand nobody\nworked there.")
