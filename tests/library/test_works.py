"""Editions of one work stand together: those of nearly the same text, and those that somebody said were one."""

from __future__ import annotations

import random

import pytest

from lyceum.archive.store import pairs_alike
from lyceum.library import Library, Scope

WORDS = "loom mill bread strike wage hour child night rent shilling paper union vote hall street river iron".split()


def prose(seed: int, words: int = 500) -> str:
    choose = random.Random(seed)  # noqa: S311
    return " ".join(choose.choice(WORDS) + str(choose.randrange(50)) for _ in range(words))


@pytest.fixture
def library(settings, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    text = prose(1)
    told = {
        "mill-1844.txt": text, "mill-1888.txt": f"A foreword to the second edition. {text}", "other.txt": prose(2),
        "translation.txt": prose(3), "secret.txt": f"A copy for members. {text}",
    }  # fmt: skip
    for name, said in told.items():
        (folder / name).write_text(said)
    (folder / "list.csv").write_text(
        "file,title,date,edition_of,collection\nmill-1844.txt,The Mill,1844,,main\nmill-1888.txt,The Mill,1888,,main\n"
        "other.txt,Another,1850,,main\ntranslation.txt,Die Fabrik,1849,The Mill,main\n"
        "secret.txt,The Mill,1840,,members\n"
    )
    with Library.open(settings) as opened:
        opened.add([str(folder)], metadata=folder / "list.csv", vectors=False)
        yield opened


def editions(library: Library, scope: Scope) -> list[list[str]]:
    return sorted([document.name for document in work.editions] for work in library.works(scope))


def test_editions_by_text_and_by_word_are_one_work_the_earliest_first(library):
    assert editions(library, Scope.of("main")) == [["mill-1844.txt", "translation.txt", "mill-1888.txt"], ["other.txt"]]


def test_what_a_reader_may_not_see_is_no_edition(library):
    assert [work.first.name for work in library.works(Scope.of("members"))] == ["secret.txt"]
    assert editions(library, Scope.everything())[1][0] == "secret.txt"


def test_works_change_with_the_archive(library):
    other = next(document for document in library.documents() if document.name == "other.txt")
    library.remove([other.id])
    assert len(library.works(Scope.of("main"))) == 1


def test_what_was_linked_by_chance_alone_is_not_alike():
    """Two texts may share a band; their whole sketches say whether they are like."""
    one, other = (bytes(random.Random(seed).randbytes(512)) for seed in (1, 2))  # noqa: S311
    assert pairs_alike([(7, 1, one), (7, 2, other), (7, 3, one), (8, 1, one), (8, 3, one)]) == [(1, 3)]
