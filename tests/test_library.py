"""The library takes documents in, keeps them whole through kills and changes, and tells every kind of damage."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import HomeError, IndexDamaged, InvalidValue, ModelFailed, ModelMissing, UnknownDocument, UsageError
from lyceum.library import Filter, Library, Mode, PartialDate, Query, Question, Scope, State, model_requirements
from lyceum.library.parts import make_scorer
from lyceum.testing import HashEmbedder

EVERYTHING = Scope.everything()
NAMES = {"looms.md", "matches.md", "silesia.md"}


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


@pytest.fixture
def library(settings: Settings):
    with QuickLibrary.open(settings) as opened:
        yield opened


def found(library: Library, words: str, *, mode: Mode = Mode.LEXICAL, **filters) -> list[str]:
    """The titles of what a query finds."""
    hits = library.search(Query(words, EVERYTHING, Filter(**filters), mode)).hits
    return [hit.passage.document.metadata.title for hit in hits]


def problems(library: Library) -> list[str]:
    return [problem.code for problem in library.check()[0]]


def snapshot(library: Library) -> list[tuple]:
    """Everything that an archive is, but the time."""
    return [
        (
            d.id, d.version, d.state, d.sha256, d.metadata, library.text(d),
            [(p.id, p.start, p.end, p.text, p.page, p.heading) for p in library._catalogue.passages_of(d)],
        )
        for d in sorted(library.documents(), key=lambda d: d.id)
    ]  # fmt: skip


@pytest.fixture
def filled(library: Library, files: Path) -> Library:
    assert library.add([str(files)]).added == 3
    return library


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("The spinners of Bolton struck in the spring. Their masters locked the gates.")
    return path


# --- adding ------------------------------------------------------------------------------------------


def test_what_is_added_is_reported_and_found(library, files):
    report = library.add([str(files)])
    assert (report.added, report.updated, report.unchanged, report.failed) == (3, 0, 0, [])
    assert report.documents == 3
    assert report.passages == sum(d.passages for d in library.documents())
    assert report.seconds > 0
    assert report.peak_memory_mb > 0
    assert found(library, "match girls shillings")[0] == "White Slavery in London"
    assert found(library, "match girls shillings", mode=Mode.DENSE)[0] == "White Slavery in London"
    assert {d.state for d in library.documents()} == {State.INDEXED}


def test_metadata_comes_from_the_files(filled):
    metadata = {d.name: d.metadata for d in filled.documents()}["silesia.md"]
    assert metadata.title == "Das Elend und der Aufruhr in Schlesien"
    assert metadata.creators == ("Wilhelm Wolff",)
    assert (metadata.date, metadata.language, metadata.kind) == (PartialDate(1844, 6), "de", "essay")


def test_what_was_said_when_adding_stands_over_the_file(library, files, tmp_path):
    table = tmp_path / "books.csv"
    table.write_text("source,title,year,shelf\nlooms.md,The Hours,1818,B 12\n")
    report = library.add([str(files)], collection="papers", metadata=table)
    looms = {d.name: d.metadata for d in library.documents()}["looms.md"]
    assert (looms.title, looms.date, looms.collection) == ("The Hours", PartialDate(1818), "papers")
    assert looms.provenance["date"] == "csv"
    assert dict(looms.extra)["shelf"] == "B 12"
    assert "shelf" in report.notes[0]


def test_adding_again_changes_nothing(filled, files):
    before = snapshot(filled)
    report = filled.add([str(files)])
    assert (report.added, report.updated, report.unchanged) == (0, 0, 3)
    assert snapshot(filled) == before


def test_the_same_bytes_give_the_same_ids_in_every_home(filled, files, tmp_path, models):
    elsewhere = shutil.copytree(files, tmp_path / "elsewhere")
    with QuickLibrary.open(Settings(tmp_path / "other", models)) as other:
        for name in sorted(NAMES, reverse=True):
            other.add([str(elsewhere / name)])
        assert snapshot(other) == snapshot(filled)


def test_one_that_fails_does_not_stop_the_rest(library, files):
    (files / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    (files / "empty.txt").write_bytes(b"")
    report = library.add([str(files), str(files / "missing.txt")])
    assert report.added == 3
    failed = {Path(f["source"]).name: f for f in report.failed}
    assert set(failed) == {"broken.pdf", "empty.txt", "missing.txt"}
    assert (failed["empty.txt"]["step"], failed["empty.txt"]["code"]) == ("extract", "no_text")
    assert failed["missing.txt"]["code"] == "missing_source"
    assert all(f["message"] and f["hint"] for f in report.failed)
    assert {d.name for d in library.failed()} == {"broken.pdf", "empty.txt"}
    assert problems(library) == []


def test_what_failed_is_tried_again(library, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    assert library.add([str(path)]).failed
    assert library.add([str(path)]).failed
    path.write_text("Now there is a sentence in it.")
    assert library.add([str(path)]).failed == []
    assert found(library, "sentence") == ["empty"]


def test_members_of_an_archive_are_documents(library, files, tmp_path):
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box:
        for name in NAMES:
            box.write(files / name, f"papers/{name}")
    assert library.add([str(tmp_path / "box.zip")]).added == 3
    sources = {d.source for d in library.documents()}
    assert any(source.endswith("box.zip!/papers/looms.md") for source in sources)


def test_a_file_over_the_limit_is_refused(tmp_path, models):
    path = tmp_path / "large.txt"
    path.write_text("A line of words. " * 70_000)
    with QuickLibrary.open(Settings(tmp_path / "home", models, largest_file_mb=1)) as library:
        report = library.add([str(path)])
        assert report.failed[0]["code"] == "too_large"
        assert problems(library) == []


def test_progress_is_told_step_by_step(library, files):
    told = []
    library.add([str(files)], progress=lambda *step: told.append(step))
    assert [step for step, done, total in told if done == total] == ["receive", "extract", "embed"]
    assert all(0 <= done <= total for _, done, total in told)


# --- versions ----------------------------------------------------------------------------------------


def test_a_changed_file_is_a_new_version_and_the_old_one_stays_citable(library, letter):
    library.add([str(letter)])
    old = library.documents()[0]
    citation = library.ask(Question("When did the spinners of Bolton strike?", EVERYTHING)).citations[0]
    letter.write_text("The spinners of Bolton struck in the autumn. Nobody locked the gates.")
    report = library.add([str(letter)])
    new = library.document(old.id)
    assert (report.updated, report.documents) == (1, 1)
    assert new.version != old.version
    assert found(library, "spring") == []
    assert found(library, "autumn") == ["letter"]
    cited = library.document(citation.document, version=citation.version)
    assert library.text(cited)[citation.start : citation.end] == citation.exact
    assert [v.state for v in library.versions(old.id)] == [State.SUPERSEDED, State.INDEXED]
    assert problems(library) == []


def test_a_file_that_goes_back_is_its_old_version_again(library, letter):
    first = letter.read_text()
    library.add([str(letter)])
    version = library.documents()[0].version
    letter.write_text("Other words altogether.")
    library.add([str(letter)])
    letter.write_text(first)
    assert library.add([str(letter)]).updated == 1
    assert library.documents()[0].version == version
    assert found(library, "spring") == ["letter"]
    assert found(library, "altogether") == []
    assert problems(library) == []


def test_a_new_version_that_cannot_be_read_leaves_the_old_one(library, letter):
    library.add([str(letter)])
    letter.write_bytes(b"")
    assert library.add([str(letter)]).failed
    assert found(library, "spring") == ["letter"]
    assert problems(library) == []


def test_an_old_copy_beside_the_new_file_is_left_alone(library, tmp_path):
    """A folder that holds a file and the copy of its earlier content can be added any number of times."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "letter.txt").write_text("They struck in the spring.")
    library.add([str(folder)])
    shutil.copy(folder / "letter.txt", folder / "a-backup.txt")
    (folder / "letter.txt").write_text("They struck in the autumn.")
    library.add([str(folder)])
    assert found(library, "autumn") == ["letter"]
    report = library.add([str(folder)])
    assert (report.updated, report.unchanged) == (0, 2)
    assert found(library, "autumn") == ["letter"]
    assert found(library, "spring") == []


# --- removing ----------------------------------------------------------------------------------------


def test_removing_leaves_no_passage_vector_or_file(library, files, letter, settings):
    library.add([str(files)])
    before = contents(library, settings)
    library.add([str(letter)])
    letter.write_text("The spinners of Bolton struck in the autumn.")
    library.add([str(letter)])
    gone = next(d for d in library.documents() if d.name == "letter.txt")
    assert library.remove([gone.id]) == [gone.id]
    assert contents(library, settings) == before
    assert found(library, "spinners") == []
    assert "letter" not in found(library, "spinners", mode=Mode.DENSE)
    with pytest.raises(UnknownDocument):
        library.document(gone.id)
    assert problems(library) == []


def contents(library: Library, settings: Settings) -> tuple:
    """All rows, files, indexed passages and vectors of a home."""
    db = sqlite3.connect(settings.home / "catalogue.sqlite3")
    rows = {
        table: db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("versions", "sources", "passages", "texts", "structures")
    }
    db.close()
    state = library.index.state()
    blobs = sorted(path.name for path in (settings.home / "blobs").rglob("*") if path.is_file())
    return rows, blobs, state.passages, state.vectors, sorted(library.index.with_vectors())


def test_removing_what_is_not_there_removes_nothing(filled):
    known = filled.documents()[0].id
    with pytest.raises(UnknownDocument):
        filled.remove([known, "nothing"])
    assert len(filled.documents()) == 3


def test_what_was_removed_may_be_added_again(filled, files):
    gone = filled.documents()[0]
    filled.remove([gone.id])
    assert filled.add([str(files)]).added == 1
    assert filled.document(gone.id).version == gone.version
    assert problems(filled) == []


def test_an_interrupted_removal_is_finished_by_the_next_writer(filled, files, settings):
    gone = filled.documents()[0]
    mark(settings, gone.id, "removing")
    filled.work()
    assert gone.id not in [d.id for d in filled.documents()]
    assert problems(filled) == []


def test_after_an_interrupted_removal_the_file_may_be_added_again(filled, files, settings):
    gone = filled.documents()[0]
    mark(settings, gone.id, "removing")
    assert filled.add([str(files)]).failed == []
    assert {d.name for d in filled.documents()} == NAMES
    assert problems(filled) == []


def mark(settings: Settings, document: str, state: str) -> None:
    """Leaves a document in the state in which a kill would have left it."""
    db = sqlite3.connect(settings.home / "catalogue.sqlite3")
    db.execute("UPDATE versions SET state=? WHERE document=?", (state, document))
    db.commit()
    db.close()


# --- interruptions -------------------------------------------------------------------------------------


class Killed(BaseException):
    """Ends a library's work at some point, as a kill would."""


@pytest.mark.parametrize("step", ["receive", "extract", "embed"])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_killed_anywhere_and_done_again_is_the_same_archive(settings, files, tmp_path, models, step, after):
    def kill(told: str, done: int, _total: int) -> None:
        if told == step and done >= after:
            raise Killed

    with pytest.raises(Killed), QuickLibrary.open(settings) as library:
        library.add([str(files)], progress=kill)
    with QuickLibrary.open(settings) as library, QuickLibrary.open(Settings(tmp_path / "whole", models)) as whole:
        library.add([str(files)])
        whole.add([str(files)])
        assert snapshot(library) == snapshot(whole)
        assert problems(library) == []
        assert library.index.state().vectors == whole.index.state().vectors


def test_a_file_changed_after_a_kill_has_one_searchable_version(settings, letter):
    """Killed when the first version was cut but not yet indexed; then the file changed, and was added again."""

    def kill(step: str, done: int, total: int) -> None:
        if step == "extract" and done == total:
            raise Killed

    with pytest.raises(Killed), QuickLibrary.open(settings) as library:
        library.add([str(letter)], progress=kill)
    letter.write_text("The spinners of Bolton struck in the autumn.")
    with QuickLibrary.open(settings) as library:
        library.add([str(letter)])
        assert found(library, "spring") == []
        assert found(library, "autumn") == ["letter"]
        assert problems(library) == []


def test_two_contents_of_one_member_are_one_searchable_version(library, tmp_path):
    """A zip file may hold a name twice; the last is what it means."""
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box, pytest.warns(UserWarning):
        box.writestr("letter.txt", "They struck in the spring.")
        box.writestr("letter.txt", "They struck in the autumn.")
    library.add([str(tmp_path / "box.zip")])
    assert found(library, "struck").count("letter") == 1
    assert problems(library) == []


# --- vectors left for later ----------------------------------------------------------------------------


def test_text_is_found_while_vectors_are_left_for_later(library, files):
    library.add([str(files)], vectors=False)
    assert {d.state for d in library.documents()} == {State.SEARCHABLE}
    result = library.search(Query("match girls", EVERYTHING))
    assert result.hits
    assert (result.vectors, result.passages) == (0, library.index.state().passages)
    assert "0 of" in result.notes[0]
    library.work()
    assert library.index.state().vectors == library.index.state().passages
    assert library.search(Query("match girls", EVERYTHING)).notes == ()


ADD_SLOWLY = """
import sys, time
from pathlib import Path
from lyceum.config import Settings
from lyceum.library import Library
from lyceum.testing import HashEmbedder

home, cache, source, embedding, go_on = map(Path, sys.argv[1:])

class QuickLibrary(Library):
    embedder = HashEmbedder(512)

def tell(step, done, total):
    if step == "embed" and not go_on.exists():
        embedding.touch()
        deadline = time.monotonic() + 60
        while not go_on.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

with QuickLibrary.open(Settings(home, cache)) as library:
    library.add([str(source)], progress=tell)
"""


def test_another_process_reads_while_one_adds(settings, files, letter, tmp_path):
    """A reader finds the text as soon as it is indexed, while vectors are still being made."""
    embedding, go_on = tmp_path / "embedding", tmp_path / "go-on"
    with QuickLibrary.open(settings) as library:
        library.add([str(files)])
    with QuickLibrary.open(settings) as reader:
        assert found(reader, "spinners") == []
        arguments = [settings.home, settings.cache, letter, embedding, go_on]
        with subprocess.Popen([sys.executable, "-c", ADD_SLOWLY, *map(str, arguments)]) as writer:
            wait_until(embedding.exists)
            try:
                assert found(reader, "spinners") == ["letter"]
                assert found(reader, "spinners of Bolton", mode=Mode.HYBRID)[0] == "letter"
                note = reader.search(Query("spinners", EVERYTHING)).notes[0]
                assert "passages can be found by meaning so far" in note
            finally:
                go_on.touch()
            assert writer.wait(60) == 0
        assert reader.search(Query("spinners", EVERYTHING)).notes == ()
        assert problems(reader) == []


def wait_until(true, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def test_without_weights_search_goes_by_words_and_says_so(settings, files):
    class Weightless(Library):
        @property
        def embedder(self):
            raise ModelMissing("The weights are not installed.", hint="Install them.")

    with Weightless.open(settings) as library:
        assert library.add([str(files)]).added == 3
        result = library.search(Query("match girls", EVERYTHING))
        assert result.hits
        assert "not installed" in result.notes[0]
        assert not library.ask(Question("What is the salary of the match girls?", EVERYTHING)).abstained
        with pytest.raises(ModelMissing):
            library.search(Query("match girls", EVERYTHING, mode=Mode.DENSE))
        assert problems(library) == []


@pytest.mark.parametrize("error", [ModelFailed, ModelMissing])
def test_an_embedder_that_cannot_be_reached_leaves_words(settings, files, error):
    """A service may be down, and a package may be missed, when the first text is given to it."""

    class OutOfReach(HashEmbedder):
        def embed_passages(self, texts):
            raise error("The embedder does not answer.", hint="Start it.")

        embed_query = embed_passages

    class Remote(Library):
        embedder = OutOfReach(512)

    with Remote.open(settings) as library:
        assert library.add([str(files)]).added == 3
        result = library.search(Query("match girls", EVERYTHING))
        assert result.hits
        assert "does not answer" in result.notes[0]
        assert not library.ask(Question("What is the salary of the match girls?", EVERYTHING)).abstained
        with pytest.raises(error):
            library.search(Query("match girls", EVERYTHING, mode=Mode.DENSE))
    with QuickLibrary.open(settings) as library:
        library.work()
        assert library.index.state().vectors == library.index.state().passages


# --- which embedder ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name", "dimension"),
    [("use", "use-multilingual-3-int8", 512), ("e5", "multilingual-e5-small-q4-1", 384)],
)
def test_the_index_of_an_embedder_of_ours_opens_without_loading_it(settings, tmp_path, said, name, dimension):
    """So that a search by words costs no model."""
    with Library.open(replace(settings, embedder=said)) as library:
        assert library.index.state().vectors == 0
        assert "embedder" not in library.__dict__
        assert (library.index._vectors_folder.name, library.index._dimension) == (name, dimension)


def test_an_embedder_at_an_address_needs_one(settings):
    with pytest.raises(ModelMissing) as caught:
        _ = Library.open(replace(settings, embedder="openai:tiny")).embedder
    assert caught.value.code == "model_address_missing"
    assert "LYCEUM_EMBEDDER_URL" in caught.value.hint


@pytest.mark.parametrize(("address", "key"), [("embedder_url", "the embedder's"), ("model_url", "the model's")])
def test_a_new_home_may_be_embedded_at_an_address(settings, files, tmp_path, address, key):
    """Its own key goes to its own address; where it has none, the model's address and key serve."""
    with service() as (url, keys):
        asked = replace(
            settings, cache=tmp_path, embedder="openai:tiny", embedder_key="the embedder's", model_key="the model's",
            **{address: url},
        )  # fmt: skip
        with Library.open(asked) as library:
            library.add([str(files)])
            assert library.index.state().vectors == library.index.state().passages
            assert found(library, "match girls", mode=Mode.DENSE)[0] == "White Slavery in London"
    assert keys == {f"Bearer {key}"}


@contextlib.contextmanager
def service():
    """An address on this machine that embeds, and the keys that it was given."""
    seen = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.add(self.headers["Authorization"])
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            rows = HashEmbedder().embed_passages(body["input"]).tolist()
            content = json.dumps({"data": [{"index": n, "embedding": row} for n, row in enumerate(rows)]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
        server.shutdown()


# --- two at once -------------------------------------------------------------------------------------


def test_two_libraries_of_one_home_take_turns_at_writing(settings, files, letter):
    """A site and a command share a home: neither shuts the other out for longer than its work."""
    with QuickLibrary.open(settings) as site, QuickLibrary.open(settings) as command:
        site.add([str(files)])
        command.add([str(letter)])
        site.remove([next(d.id for d in site.documents() if d.name == "looms.md")])
        assert found(site, "spinners") == ["letter"]
        assert found(command, "Owen") == []
        assert problems(site) == problems(command) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no other way to see who reads")
def test_a_file_that_is_coming_in_is_not_swept_by_another_writer(settings, tmp_path, letter):
    """Two additions at the same time, one of a slow source, both succeed."""
    slow = tmp_path / "slow.txt"
    os.mkfifo(slow)
    reports = []

    def add() -> None:
        with QuickLibrary.open(settings) as library:
            reports.append(library.add([str(slow)]))

    adding = threading.Thread(target=add, daemon=True)
    adding.start()
    with opened_for_writing(slow) as pipe:
        pipe.write(b"First words of a long letter. ")
        time.sleep(0.2)
        with QuickLibrary.open(settings) as other:
            other.add([str(letter)])
        pipe.write(b"And its end.")
    adding.join(30)
    assert reports[0].failed == []
    assert reports[0].added == 1


def opened_for_writing(pipe: Path):
    """The writing end of a pipe that somebody reads; waits for them, but not for ever."""
    deadline = time.monotonic() + 10
    while True:
        try:
            descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < deadline, "nobody reads"
            time.sleep(0.01)
        else:
            return os.fdopen(descriptor, "wb", buffering=0)


def times_open(path: Path) -> int:
    """How many descriptors of this process stand for a file."""
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            count += descriptor.readlink() == path
    return count


# --- mending -----------------------------------------------------------------------------------------


def test_reindexing_finds_the_same(filled):
    queries = [("match girls", Mode.LEXICAL), ("Weber Lohn", Mode.HYBRID), ("child mill", Mode.DENSE)]
    before = [found(filled, words, mode=mode) for words, mode in queries]
    filled.reindex()
    assert [found(filled, words, mode=mode) for words, mode in queries] == before
    assert problems(filled) == []


@pytest.mark.parametrize("damage", ["format.json", "state.json", "text/meta.json", "manifest.json"])
def test_a_damaged_index_says_so_and_is_made_anew(settings, files, damage):
    with QuickLibrary.open(settings) as library:
        library.add([str(files)])
    path = next((settings.home / "index").rglob(Path(damage).name))
    path.write_text("garbage")
    with QuickLibrary.open(settings) as library:
        with pytest.raises(IndexDamaged) as caught:
            library.search(Query("match girls", EVERYTHING))
        assert "reindex" in caught.value.hint
        library.reindex()
        assert found(library, "match girls")[0] == "White Slavery in London"
        assert problems(library) == []


def test_an_index_of_which_a_kill_left_only_an_empty_marker_is_made(settings, files):
    """The first file of a new index is written whole or not at all."""
    (settings.home / "index").mkdir(parents=True)
    (settings.home / "index" / "format.json").write_text("")
    with QuickLibrary.open(settings) as library:
        assert library.add([str(files)]).added == 3


def test_a_sound_home_has_no_problems(filled):
    found_problems, documents, passages = filled.check()
    assert (found_problems, documents) == ([], 3)
    assert passages == filled.index.state().passages


def test_an_altered_file_is_found(filled, settings):
    sha256 = filled.documents()[0].sha256
    (settings.home / "blobs" / sha256[:2] / sha256).write_bytes(b"other bytes")
    assert problems(filled) == ["file_altered"]


def test_a_missing_file_is_found(filled, settings):
    sha256 = filled.documents()[0].sha256
    (settings.home / "blobs" / sha256[:2] / sha256).unlink()
    assert problems(filled) == ["file_missing"]
    assert filled.check()[0][0].subject == sha256


def test_a_missing_file_comes_back_when_its_source_is_added_again(filled, settings, files):
    """As the hint says."""
    sha256 = filled.documents()[0].sha256
    (settings.home / "blobs" / sha256[:2] / sha256).unlink()
    filled.add([str(files)])
    assert problems(filled) == []


def test_a_file_that_belongs_to_nothing_is_found(filled, settings):
    sha256 = hashlib.sha256(b"stray").hexdigest()
    (settings.home / "blobs" / sha256[:2]).mkdir(exist_ok=True)
    (settings.home / "blobs" / sha256[:2] / sha256).write_bytes(b"stray")
    assert problems(filled) == ["orphan_file"]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM texts WHERE version=1",
        "UPDATE versions SET characters = characters + 5 WHERE row=1",
        "UPDATE passages SET end = end + 100000 WHERE version=1",
        "DELETE FROM passages WHERE version=1 AND n=0",
        "UPDATE texts SET data = x'00ff' WHERE version=1",
        "UPDATE texts SET data = substr(data, 1, 20) WHERE version=1",
    ],
)
def test_a_text_that_is_not_whole_is_found(filled, settings, damage):
    db = sqlite3.connect(settings.home / "catalogue.sqlite3")
    db.execute(damage)
    db.commit()
    db.close()
    assert "text_damaged" in problems(filled)


def test_a_text_that_says_something_else_is_found(filled, settings):
    """The text to which offsets refer has its own fixity: an altered word is damage, however long."""
    db = sqlite3.connect(settings.home / "catalogue.sqlite3")
    data = db.execute("SELECT data FROM texts WHERE version=1").fetchone()[0]
    altered = zlib.compress(zlib.decompress(data).replace(b"Eight hours", b"Seven hours").replace(b"e", b"a"))
    db.execute("UPDATE texts SET data=? WHERE version=1", (altered,))
    db.commit()
    db.close()
    assert "text_damaged" in problems(filled)


def test_an_index_that_lags_behind_is_found(filled, settings):
    document = filled.documents()[0]
    filled.index.put((), without=[document.row], revision=1)
    assert problems(filled) == ["index_behind", "index_differs"]
    filled.reindex()
    assert problems(filled) == []


def test_an_index_that_holds_too_much_is_found(filled, settings):
    mark(settings, filled.documents()[0].id, "superseded")
    assert problems(filled) == ["index_differs"]


def test_lost_vectors_are_found_and_made_again(filled, settings):
    shutil.rmtree(settings.home / "index" / "vectors")
    with QuickLibrary.open(settings) as again:
        assert problems(again) == ["index_damaged"]
        again.reindex()
        assert problems(again) == []


def test_a_text_that_is_left_half_done_is_no_problem(library, files):
    library.add([str(files)], vectors=False)
    assert problems(library) == []


# --- reading -----------------------------------------------------------------------------------------


def test_documents_are_narrowed_by_what_is_known_of_them(filled):
    def names(**filters) -> list[str]:
        return sorted(d.name for d in filled.documents(Filter(**filters)))

    assert names() == ["looms.md", "matches.md", "silesia.md"]
    assert names(language="de-DE") == ["silesia.md"]
    assert names(author="besant") == ["matches.md"]
    assert names(collection="main") == names()
    assert names(collection="papers") == []
    assert names(kind="essay") == ["looms.md", "silesia.md"]
    assert names(first=PartialDate(1844).first) == ["matches.md", "silesia.md"]
    assert names(last=PartialDate(1844).last) == ["looms.md", "silesia.md"]
    assert names(first=PartialDate(1844, 7).first, last=PartialDate(1888, 6, 22).last) == []


@pytest.mark.parametrize("author", ["", "…"])
def test_an_author_without_letters_means_the_same_everywhere(filled, author):
    """Listing, search by words and search by meaning agree."""
    wanted = Filter(author=author)
    listed = {d.name for d in filled.documents(wanted)}
    for mode in (Mode.LEXICAL, Mode.DENSE):
        hits = filled.search(Query("hours Lohn shillings", EVERYTHING, wanted, mode)).hits
        assert {hit.passage.document.name for hit in hits} == listed


def test_passages_are_stretches_of_their_text(filled):
    for document in filled.documents():
        text = filled.text(document)
        passages = filled._catalogue.passages_of(document)
        assert [text[p.start : p.end] for p in passages] == [p.text for p in passages]


def test_coverage_counts_what_is_held(filled, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    filled.add([str(tmp_path / "empty.txt")])
    held = filled.coverage()
    assert held["documents"] == 3
    assert held["years"] == {"1817": 1, "1844": 1, "1888": 1}
    assert held["languages"] == {"de": 1, "en": 2}
    assert held["kinds"] == {"article": 1, "essay": 2}
    assert held["collections"] == {"main": 3}
    assert held["vectors"] == held["passages"]
    assert held["waiting"] == 0
    assert held["failed"][0]["code"] == "no_text"


def test_a_question_is_answered_from_the_archive(filled):
    answer = filled.ask(Question("What is the salary of the match girls?", EVERYTHING))
    assert "four shillings a week" in answer.citations[0].exact
    document = filled.document(answer.citations[0].document)
    for citation in answer.citations:
        assert filled.text(filled.document(citation.document))[citation.start : citation.end] == citation.exact
    assert document.metadata.creators == ("Annie Besant",)
    assert answer.index_revision == filled.index.state().revision


def test_a_question_on_which_the_archive_is_silent_is_not_answered(filled):
    answer = filled.ask(Question("Who discovered penicillin?", EVERYTHING))
    assert (answer.abstained, answer.claims, answer.citations) == (True, (), ())
    assert answer.searched.documents == 3


def test_what_could_not_be_read_is_told_when_it_might_have_answered(filled, tmp_path):
    (tmp_path / "penicillin_discovered.txt").write_bytes(b"")
    filled.add([str(tmp_path / "penicillin_discovered.txt")])
    assert filled.ask(Question("Who discovered penicillin?", EVERYTHING)).reason == "unread_documents"


def test_a_scope_shuts_out_what_is_not_in_it(filled):
    assert filled.search(Query("match girls", Scope.of("papers"))).hits == []
    assert filled.search(Query("match girls", Scope.of())).hits == []
    assert filled.ask(Question("What is the salary of the match girls?", Scope.of("papers"))).abstained


def test_a_model_that_cannot_be_meant_is_refused(filled, settings):
    question = Question("When?", EVERYTHING)
    for name in ("gpt", "openai:", "openai", ":x"):
        with pytest.raises(InvalidValue) as caught:
            filled.ask(question, model=name)
        assert caught.value.code == "unknown_model"
    with pytest.raises(UsageError) as missing:
        filled.ask(question, model="openai:x")
    assert missing.value.code == "model_address_missing"


@pytest.mark.parametrize(
    ("said", "name"),
    [("", None), ("rules", "rules-1"), ("nli:some-model", "nli-some-model"), ("openai:judge", "openai:judge")],
    ids=["none", "rules", "nli", "openai"],
)
def test_the_scorer_that_is_set_judges_claims(settings, said, name):
    scorer = make_scorer(replace(settings, support=said, model_url="http://127.0.0.1:9/v1"), lambda: None)
    assert (scorer and scorer.name) == name


# --- homes -------------------------------------------------------------------------------------------


def test_a_home_may_be_copied(filled, settings, tmp_path, models):
    filled.close()
    shutil.copytree(settings.home, tmp_path / "copy")
    with QuickLibrary.open(Settings(tmp_path / "copy", models)) as copy:
        assert found(copy, "match girls")[0] == "White Slavery in London"
        assert problems(copy) == []


def test_a_home_that_is_a_file_is_unusable(tmp_path, models):
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError) as caught:
        Library.open(Settings(tmp_path / "home", models))
    assert "--home" in caught.value.hint


def test_the_weights_are_pinned(settings):
    assert "--hash=sha256:" in model_requirements()


def test_a_correction_is_searched_by_and_survives_adding_again(library, letter):
    library.add([str(letter)])
    (document,) = library.documents()
    library.edit(document.id, {"title": "Of spinners", "date": "1844-06-04"})
    assert library.add([str(letter)]).unchanged == 1
    letter.write_text("The spinners of Bolton struck in the autumn. Their masters opened the gates.")
    library.add([str(letter)])
    (known,) = library.documents(Filter(first=PartialDate(1844, 6).first, last=PartialDate(1844, 6).last))
    assert (known.metadata.title, known.number) == ("Of spinners", 2)
    assert found(library, "autumn") == ["Of spinners"]


def test_a_table_that_was_exported_and_changed_corrects_what_is_known(filled, files, tmp_path):
    table = tmp_path / "table.csv"
    assert filled.export_metadata(table) == 3
    assert filled.add([str(files)], metadata=table).unchanged == 3
    text = table.read_text()
    title = filled.documents()[0].metadata.title
    table.write_text(text.replace(title, "Another title", 1))
    assert filled.add([str(files)], metadata=table).updated == 1
    known = next(one for one in filled.documents() if one.metadata.title == "Another title")
    assert known.metadata.provenance["title"] == "edit"


def test_rows_become_documents_by_a_mapping(library, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"head": "Looms", "words": "They stood still all day."}\n{"head": "Gates", "words": "They opened."}\n'
    )
    assert library.add([str(path)]).failed[0]["code"] == "unsupported_format"
    assert library.add([str(path)], mapping={"text": "words", "title": "head"}).added == 2
    assert found(library, "stood still") == ["Looms"]


def test_editions_of_one_work_are_found_and_none_is_dropped(library, tmp_path):
    """The same story printed again with a foreword, and one that somebody says is an edition of it."""
    story = " ".join(
        f"On day {n} the weavers of the {n * 7}th mill asked for bread and got a promise." for n in range(60)
    )
    for name, text in (
        ("first.txt", story),
        ("reprint.html", f"<p>A foreword by the printer, {'word ' * 30}</p><p>{story}</p>"),
        ("other.txt", "Nothing of this stands in any other book of the shelf. " * 20),
        ("translation.txt", "Die Weber baten um Brot und bekamen ein Versprechen. " * 20),
    ):
        (tmp_path / name).write_text(text)
    assert library.add([str(tmp_path / name) for name in ("first.txt", "reprint.html", "other.txt")]).added == 3
    library.add([str(tmp_path / "translation.txt")])
    named = {document.name: document for document in library.documents()}
    library.edit(named["translation.txt"].id, {"edition_of": named["first.txt"].id})
    editions = library.editions(named["first.txt"])
    assert [(one.document.name, one.likeness is None) for one in editions] == [
        ("reprint.html", False),
        ("translation.txt", True),
    ]
    assert library.editions(named["other.txt"]) == []
