"""Kept answers are their owner's alone, and their quotations are verified again against the archive of today."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import StoreDamaged, UnknownAnswer
from lyceum.library import Library, Question, Scope
from lyceum.testing import HashEmbedder

TOLD = "The weavers of Bow struck in July 1888 for a penny more."


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "looms.txt"
    path.write_text(f"Of the looms.\n\n{TOLD}\n")
    return path


@pytest.fixture
def library(settings: Settings, source: Path):
    with QuickLibrary.open(settings) as opened:
        opened.add([str(source)])
        yield opened


@pytest.fixture
def kept(library: Library) -> dict:
    answer = library.ask(Question("When did the weavers of Bow strike?", Scope.everything()))
    return library.answers.get(library.answers.keep(answer.as_dict()))


def standing(library: Library, kept: dict) -> str:
    (found,) = library.recheck(kept)
    if found.start is not None:
        newest = library.document(kept["answer"]["citations"][0]["document"], version=found.version)
        assert library.text(newest, found.start, found.end) == TOLD
    return found.standing


def test_only_its_owner_can_read_it(library, kept, settings):
    (path,) = (settings.home / "answers").glob("*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_quotation_stands_until_its_document_changes(library, kept):
    assert standing(library, kept) == "stands"


def test_it_is_found_again_where_a_new_version_has_moved_it(library, kept, source):
    source.write_text(f"Of the looms, and of those who worked them.\n\n{TOLD}\n")
    library.add([str(source)])
    assert standing(library, kept) == "moved"


def test_what_a_new_version_no_longer_says_stands_in_the_earlier_one(library, kept, source):
    source.write_text("Of the looms.\n\nThe weavers of Bow did not strike.\n")
    library.add([str(source)])
    assert standing(library, kept) == "only_in_an_earlier_version"


def test_with_its_document_it_is_gone(library, kept):
    library.remove([kept["answer"]["citations"][0]["document"]])
    assert standing(library, kept) == "gone"


def test_a_conversation_is_what_an_answer_follows(library, kept):
    second = library.answers.keep(kept["answer"], follows=kept["id"])
    assert [one["id"] for one in library.answers.conversation("last")] == [kept["id"], second]
    library.answers.erase(kept["id"])
    assert [one["id"] for one in library.answers.conversation(second)] == [second]


@pytest.mark.parametrize("name", ["", "last", "a-000000000000", "../lyceum", "a-00000000000g"])
def test_an_answer_that_is_not_kept_is_told_as_such(library, name):
    with pytest.raises(UnknownAnswer):
        library.answers.get(name)


def test_a_damaged_one_is_told_as_such(library, kept, settings):
    (settings.home / "answers" / f"{kept['id']}.json").write_text("{")
    with pytest.raises(StoreDamaged):
        library.answers.get(kept["id"])
