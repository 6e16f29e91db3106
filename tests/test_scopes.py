"""Who may read one collection learns nothing of another, by whichever door of the library."""

from __future__ import annotations

from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import UnknownDocument
from lyceum.library import Filter, Library, Query, Question, Scope
from lyceum.testing import HashEmbedder

OPEN = Scope.of("main")
MINUTES = "The committee met in the cellar of the bakery on Thursday night."


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


@pytest.fixture
def library(settings: Settings, files: Path, tmp_path: Path):
    (tmp_path / "minutes.txt").write_text(f"{MINUTES} It sent the weavers bread.\n")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    with QuickLibrary.open(settings) as opened:
        opened.add([str(files)])
        opened.add([str(tmp_path / "minutes.txt"), str(tmp_path / "broken.pdf")], collection="minutes")
        yield opened


def hidden(library: Library) -> str:
    return library.documents(Filter(collection="minutes"))[0].id


def test_a_list_leaves_out_what_may_not_be_read(library):
    assert len(library.documents()) == 4
    assert len(library.documents(scope=OPEN)) == 3
    assert library.documents(scope=Scope.of()) == []


def test_a_document_outside_the_scope_is_unknown(library):
    document = hidden(library)
    assert library.document(document).id == document
    for version in (None, library.document(document).version):
        with pytest.raises(UnknownDocument):
            library.document(document, version=version, scope=OPEN)


def test_neither_search_nor_answer_finds_it(library):
    assert library.search(Query("cellar of the bakery", Scope.everything())).hits[0].passage.document.id == hidden(
        library
    )
    found = library.search(Query("cellar of the bakery", OPEN)).hits
    assert hidden(library) not in {hit.passage.document.id for hit in found}
    assert "bakery" not in str(library.ask(Question("Where did the committee meet?", OPEN)).as_dict()["claims"])


def test_coverage_counts_only_what_may_be_read(library):
    whole, part = library.coverage(), library.coverage(OPEN)
    assert (whole["documents"], part["documents"]) == (4, 3)
    assert set(part["collections"]) == {"main"}
    assert part["vectors"] == part["passages"] < whole["vectors"]
    assert (len(whole["failed"]), part["failed"]) == (1, [])


def test_a_quotation_from_elsewhere_is_not_found(library, tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text(f"The minutes say “{MINUTES}”\n")
    assert [one.verdict for one in library.check_quotes(draft)] == ["exact"]
    assert [one.verdict for one in library.check_quotes(draft, OPEN)] == ["not_found"]


def test_a_silent_answer_tells_nothing_of_what_may_not_be_read(library):
    """Neither how much of it was not searched, nor that a document on it could not be read."""
    silent = library.ask(Question("What is broken?", OPEN))
    assert silent.reason == "nothing_found"
    assert silent.searched.documents == 3
    assert library.ask(Question("What is broken?", Scope.everything())).reason == "unread_documents"
