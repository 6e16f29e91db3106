"""The catalogue is the truth: it survives kills, tells damage, and gives every text back as it was."""

from __future__ import annotations

import contextlib
import hashlib
import io
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum.archive import (
    PASSAGES_PER_VERSION,
    Block,
    Extracted,
    ExtractedProduct,
    FolderBlobStore,
    Metadata,
    Moved,
    Outcome,
    PartialDate,
    Received,
    SegmentedProduct,
    SqliteCatalogue,
    State,
    segment,
)
from lyceum.archive.store import _SCHEMA
from lyceum.errors import StoreDamaged
from lyceum.testing import Archive, BlobStoreSuite, CatalogueSuite, MemoryBlobStore, TextsSuite


class TestSqliteCatalogue(CatalogueSuite):
    def make(self, folder: Path) -> SqliteCatalogue:
        return SqliteCatalogue(folder / "catalogue.sqlite3")


class TestSqliteTexts(TextsSuite):
    def make(self, folder: Path) -> Archive:
        return SqliteCatalogue(folder / "catalogue.sqlite3")


class TestFolderBlobStore(BlobStoreSuite):
    def make(self, folder: Path) -> FolderBlobStore:
        return FolderBlobStore(folder / "blobs")


class TestMemoryBlobStore(BlobStoreSuite):
    def make(self, folder: Path) -> MemoryBlobStore:
        return MemoryBlobStore()


@pytest.fixture
def catalogue(tmp_path: Path) -> SqliteCatalogue:
    return SqliteCatalogue(tmp_path / "catalogue.sqlite3")


def received(source: str, content: str, given: Metadata | None = None) -> Received:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return Received(f"/{source}", source, sha256, len(content), given or Metadata())


def extracted(text: str) -> Extracted:
    return Extracted(text, (Block("paragraph", 0, len(text)),))


def stored(catalogue: SqliteCatalogue, source: str, text: str):
    document, _ = catalogue.add(received(source, text))
    catalogue.advance(document, ExtractedProduct(extracted(text), Metadata(title=source, language="en")))
    return catalogue.advance(document, SegmentedProduct(segment(extracted(text), "en")))


# --- across processes and kills ------------------------------------------------------------------------


def test_another_process_reads_what_was_committed(catalogue, tmp_path):
    document = stored(catalogue, "a.txt", "The looms stood still.")
    other = SqliteCatalogue(tmp_path / "catalogue.sqlite3")
    assert other.read(other.get(document.id)) == "The looms stood still."
    keys = [p.key for p in other.passages_of(document)]
    catalogue.add(received("a.txt", "The looms stood still.", Metadata(title="Changed", language="de")))
    assert other.languages(keys) == ["de"]
    assert other.passages(keys)[0].document.metadata.title == "Changed"


def test_a_step_that_breaks_leaves_nothing(catalogue):
    document, _ = catalogue.add(received("a.txt", "one"))

    class Breaking(Metadata):
        def as_dict(self):
            raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        catalogue.advance(document, ExtractedProduct(extracted("one"), Breaking()))
    assert catalogue.get(document.id).state is State.RECEIVED
    assert catalogue.read(catalogue.get(document.id)) == ""


def test_a_kill_within_a_transaction_leaves_the_last_whole_state(catalogue, tmp_path):
    document = stored(catalogue, "a.txt", "The looms stood still.")
    code = """
import os, signal, sys
from pathlib import Path
from lyceum.archive import SqliteCatalogue
catalogue = SqliteCatalogue(Path(sys.argv[1]))
with catalogue._transaction():
    catalogue._db.execute("DELETE FROM texts")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, tmp_path / "catalogue.sqlite3"], check=False)
    assert SqliteCatalogue(tmp_path / "catalogue.sqlite3").read(document) == "The looms stood still."


def test_many_may_make_the_same_home_at_once(tmp_path):
    """A server and a command that start together on a new home both find it made."""
    code = """
import sys, time
from pathlib import Path
from lyceum.archive import SqliteCatalogue
path = Path(sys.argv[1])
for n in range(30):
    while not (path / f"go{n}").exists():
        time.sleep(0.0005)
    SqliteCatalogue(path / f"{n}.sqlite3").close()
print("made")
"""
    ready = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for n in range(30):
        (tmp_path / f"go{n}").touch()
        for _ in range(200):
            if (tmp_path / f"{n}.sqlite3").exists() or any(p.poll() is not None for p in ready):
                break
            time.sleep(0.005)
    ended = [process.communicate() for process in ready]
    assert [out for out, _ in ended] == [b"made\n"] * 3, ended[0][1].decode() or ended[1][1].decode()


# --- versions ----------------------------------------------------------------------------------------


def test_only_one_version_is_searched(catalogue):
    """A new version that can be searched supersedes every older one."""
    for content in ("one.", "two.", "three."):
        catalogue.advance(stored(catalogue, "a.txt", content), Moved(State.SEARCHABLE))
    states = [version.state for version in catalogue.versions(catalogue.get(next_id(catalogue)).id)]
    assert states == [State.SUPERSEDED, State.SUPERSEDED, State.SEARCHABLE]


def next_id(catalogue: SqliteCatalogue) -> str:
    return next(iter(catalogue.find(states=tuple(State)))).id


def test_old_bytes_from_elsewhere_do_not_become_current(catalogue):
    """A copy of an earlier version, kept beside the new one, is known; it is not news."""
    first = stored(catalogue, "a.txt", "one.")
    catalogue.advance(first, Moved(State.SEARCHABLE))
    second = stored(catalogue, "a.txt", "two.")
    catalogue.advance(second, Moved(State.SEARCHABLE))
    _, outcome = catalogue.add(received("a-backup.txt", "one."))
    assert outcome is Outcome.UNCHANGED
    assert catalogue.get(first.id).version == second.version


def test_what_is_being_removed_is_added_anew(catalogue):
    document = stored(catalogue, "a.txt", "one.")
    catalogue.advance(document, Moved(State.REMOVING))
    catalogue.remove(document.id)
    again, outcome = catalogue.add(received("a.txt", "one."))
    assert (again.id, again.version, outcome) == (document.id, document.version, Outcome.ADDED)


def test_an_interrupted_removal_does_not_stop_an_addition(catalogue):
    """Killed between marking and deleting, then the same file added again: it is there in the end."""
    document = stored(catalogue, "a.txt", "one.")
    catalogue.advance(document, Moved(State.REMOVING))
    again, outcome = catalogue.add(received("a.txt", "one."))
    assert outcome is Outcome.ADDED
    assert again.state is State.RECEIVED


def test_numbers_are_never_used_again(catalogue):
    """The index knows versions by number: a new one must not meet an old one's leavings."""
    document = stored(catalogue, "a.txt", "one.")
    catalogue.remove(document.id)
    assert stored(catalogue, "b.txt", "two.").row > document.row


def test_sources_of_a_document_are_kept(catalogue):
    document = stored(catalogue, "a.txt", "one.")
    catalogue.add(received("b.txt", "one."))
    assert catalogue.sources(document.id) == ["/a.txt", "/b.txt"]


def test_counts_tell_how_far_all_have_come(catalogue):
    stored(catalogue, "a.txt", "one.")
    catalogue.add(received("b.txt", "two."))
    assert catalogue.counts() == {
        "received": 1, "received:passages": 0, "segmented": 1, "segmented:passages": 1,
    }  # fmt: skip


def test_the_revision_grows_with_every_change(catalogue):
    seen = [catalogue.revision]
    document, _ = catalogue.add(received("a.txt", "one."))
    for product in (
        ExtractedProduct(extracted("one."), Metadata()),
        SegmentedProduct(segment(extracted("one."), "en")),
        Moved(State.SEARCHABLE),
    ):
        catalogue.advance(document, product)
        seen.append(catalogue.revision)
    catalogue.add(received("a.txt", "one.", Metadata(title="One")))
    seen.append(catalogue.revision)
    catalogue.remove(document.id)
    seen.append(catalogue.revision)
    assert seen == sorted(set(seen))


def test_what_is_said_of_known_bytes_is_laid_over_what_was_known(catalogue):
    """Adding the same file again with a better table improves its record; without one nothing changes."""
    document = stored(catalogue, "a.txt", "one.")
    better = Metadata.stated("csv", title="As said", date=PartialDate(1844))
    again, outcome = catalogue.add(received("a.txt", "one.", better))
    assert (again.metadata.title, str(again.metadata.date), outcome) == ("As said", "1844", Outcome.UPDATED)
    assert again.state is State.SEGMENTED
    assert catalogue.add(received("a.txt", "one.", better))[1] is Outcome.UNCHANGED
    assert catalogue.add(received("a.txt", "one."))[1] is Outcome.UNCHANGED
    assert catalogue.get(document.id).metadata.title == "As said"


# --- texts -------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=300), st.integers(1, 60), st.data())
def test_any_text_comes_back_as_it_was(tmp_path_factory, piece, times, data):
    """Lone surrogates, NUL, emoji; and at any offsets, however stored in blocks."""
    catalogue = SqliteCatalogue(tmp_path_factory.mktemp("c") / "c.sqlite3")
    text = piece * times * 20
    document, _ = catalogue.add(received("a.txt", "x"))
    document = catalogue.advance(document, ExtractedProduct(extracted(text), Metadata()))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert catalogue.read(document) == text
    assert catalogue.read(document, start, end) == text[start:end]
    catalogue.close()


# --- damage ------------------------------------------------------------------------------------------


def test_a_catalogue_that_is_none_says_what_to_do(tmp_path):
    (tmp_path / "catalogue.sqlite3").write_bytes(b"This is no database. " * 100)
    with pytest.raises(StoreDamaged) as caught:
        SqliteCatalogue(tmp_path / "catalogue.sqlite3")
    assert "backup" in caught.value.hint


def test_a_home_of_the_first_schema_is_taken_over(tmp_path):
    """Its passages speak their document's language, and its texts get sketches as they are read anew."""
    path = tmp_path / "catalogue.sqlite3"
    db = sqlite3.connect(path)
    db.executescript(_SCHEMA)
    db.execute("INSERT INTO passages(version, n, start, end, pages, heading) VALUES(1, 0, 0, 5, '[]', '')")
    db.execute("PRAGMA user_version=1")
    db.commit()
    db.close()
    with contextlib.closing(SqliteCatalogue(path)) as catalogue:
        assert catalogue.languages([PASSAGES_PER_VERSION]) == ["und"]
        document, _ = catalogue.add(Received("/a.txt", "a.txt", "0" * 64, 1, Metadata()))
        assert catalogue.alike(document) == []
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_home_of_a_newer_lyceum_is_left_alone(tmp_path):
    SqliteCatalogue(tmp_path / "catalogue.sqlite3").close()
    db = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(StoreDamaged) as caught:
        SqliteCatalogue(tmp_path / "catalogue.sqlite3")
    assert caught.value.code == "home_newer"


@pytest.mark.parametrize("data", [b"garbage", zlib.compress(b"\xff\xfe half a word")])
def test_a_text_that_cannot_be_read_is_damage(catalogue, tmp_path, data):
    document = stored(catalogue, "a.txt", "The looms stood still.")
    db = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    db.execute("UPDATE texts SET data=?", (data,))
    db.commit()
    with pytest.raises(StoreDamaged):
        catalogue.read(document)


def test_a_page_of_the_file_that_is_overwritten_is_damage(catalogue, tmp_path):
    """Damage that shows only in use is told like damage that shows at the door."""
    for n in range(400):
        catalogue.add(received(f"{n}.txt", f"number {n}"))
    catalogue.close()
    path = tmp_path / "catalogue.sqlite3"
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        list(SqliteCatalogue(path).find(states=tuple(State)))


# --- files -------------------------------------------------------------------------------------------


def test_interrupted_writers_leavings_are_swept(tmp_path):
    blobs = FolderBlobStore(tmp_path)
    (tmp_path / "incoming" / "1234-abcd").write_bytes(b"half a fi")
    assert list(blobs.names()) == []
    blobs.sweep()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_stored_files_lie_under_their_names(tmp_path):
    sha256, _ = FolderBlobStore(tmp_path).put(io.BytesIO(b"one"), limit=3)
    assert (tmp_path / sha256[:2] / sha256).read_bytes() == b"one"
