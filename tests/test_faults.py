"""A full disk, a lost, older or corrupt index: each is told, no text is lost, and `reindex` makes all anew."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import DiskFull, HomeError, IndexDamaged
from lyceum.library import Library, Mode, Query, Scope, read_query
from lyceum.testing import HashEmbedder

EVERYTHING = Scope.everything()
LETTER = "The spinners of Bolton struck in the spring. Their masters locked the gates."
QUERIES = [
    ("match girls shillings", Mode.LEXICAL), ("Weber Lohn", Mode.HYBRID), ("child mill hours", Mode.DENSE),
    ("four shillings a week", Mode.EXACT), ("spinners of Bolton", Mode.HYBRID),
]  # fmt: skip


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


def results(library: Library) -> list[object]:
    """What every query finds, and facets count."""
    found: list[object] = [
        [hit.passage.id for hit in library.search(Query(words, EVERYTHING, mode=mode)).hits] for words, mode in QUERIES
    ]
    return [*found, library.facets(read_query("the", EVERYTHING))]


def texts_of(library: Library) -> dict[str, str]:
    return {document.name: library.text(document) for document in library.documents()}


# --- a damaged index ---------------------------------------------------------------------------------

FILES = (
    "format.json", "state.json", "embedder", "text/meta.json", "text/.managed.json", "text/*.term", "text/*.idx",
    "text/*.pos", "text/*.fast", "text/*.fieldnorm", "text/*.store", "text/*.del", "vectors/*/manifest.json",
    "vectors/*/g*/codes.u64", "vectors/*/g*/rows.i8", "vectors/*/g*/scales.f32",
    "vectors/*/g*/facts.u32", "vectors/*/g*/facts.jsonl",
)  # fmt: skip
"""Every file of an index but tantivy's locks, which are empty."""


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[int(0.4 * (len(content) - 1))] ^= 0xFF
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "flipped-inside": _flip,
}


@pytest.fixture(scope="module")
def _whole(tmp_path_factory, models: Path) -> Path:
    """A home with three documents and, in the text index, one that was taken out of a segment."""
    from tests.conftest import write_files  # noqa: PLC0415

    place = tmp_path_factory.mktemp("whole")
    write_files(place / "files")
    (place / "files" / "gone.txt").write_text("Nothing of this stays.")
    (place / "letter.txt").write_text(LETTER)
    with QuickLibrary.open(Settings(place / "home", models, threads=1)) as library:
        library.add([str(place / "files")])
        library.remove([d.id for d in library.documents() if d.name == "gone.txt"])
    return place


@pytest.fixture(scope="module")
def right(_whole: Path, models: Path) -> list[list[object]]:
    """What is found in the sound home: before and after the letter was added."""
    home = shutil.copytree(_whole / "home", _whole / "right")
    with QuickLibrary.open(Settings(home, models, threads=1)) as library:
        before = results(library)
        library.add([str(_whole / "letter.txt")])
        return [before, results(library)]


@pytest.fixture
def hurt(_whole: Path, models: Path, tmp_path: Path) -> Settings:
    """A copy of the sound home, to be damaged."""
    return Settings(shutil.copytree(_whole / "home", tmp_path / "home"), models, threads=1)


def test_every_file_of_the_index_is_damaged_below(_whole):
    folder = _whole / "home" / "index"
    there = {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock")}
    assert there == {path for pattern in FILES for path in folder.glob(pattern)}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_damage_to_the_index_is_told_and_mended(hurt, _whole, right, file, damage):
    """A search is right or says that the index is damaged; one that only ranks otherwise is found by `check`.

    What is added meanwhile is kept and indexed in the end.
    """
    # The text may have come to stand in several segments; the largest is hurt.
    DAMAGES[damage](max((hurt.home / "index").glob(file), key=lambda path: path.stat().st_size))
    with QuickLibrary.open(hurt) as library:
        found = told(lambda: results(library), library)
    with QuickLibrary.open(hurt) as library:
        problems = library.check()[0]
        assert found in (None, right[0]) or problems
        assert all("reindex" in problem.hint for problem in problems)
        kept = texts_of(library)
    with QuickLibrary.open(hurt) as library:
        told(lambda: library.add([str(_whole / "letter.txt")]), library)
        assert texts_of(library).items() >= kept.items()
    with QuickLibrary.open(hurt) as library:
        library.reindex()
        assert texts_of(library) == {**kept, "letter.txt": LETTER}
        assert results(library) == right[1]
        assert library.check()[0] == []


def told(act: Callable[[], object], library: Library) -> object:
    """What an act gives; None where it says that the index is damaged, and what to do."""
    try:
        return act()
    except IndexDamaged as error:
        assert "lyceum reindex" in error.hint
        assert error.message
        return None


@pytest.mark.parametrize("lost", ["index", "index/text", "index/vectors"])
def test_a_lost_index_is_told_and_mended(hurt, right, lost):
    """An empty answer would be a wrong one."""
    shutil.rmtree(hurt.home / lost)
    with QuickLibrary.open(hurt) as library:
        with pytest.raises(IndexDamaged):
            results(library)
        assert [problem.code for problem in library.check()[0]] == ["index_damaged"]
        library.reindex()
        assert results(library) == right[0]


def test_an_open_reader_goes_on_while_the_index_is_gone(hurt, right):
    """What it holds stays true until there is a new one."""
    with QuickLibrary.open(hurt) as reader:
        assert results(reader) == right[0]
        shutil.rmtree(hurt.home / "index" / "text")
        assert results(reader) == right[0]


def test_reading_makes_no_files(hurt):
    """A home may be read where nothing can be written."""
    before = sorted(hurt.home.rglob("*"))
    with QuickLibrary.open(hurt) as library:
        results(library)
        assert library.check()[0] == []
    assert sorted(hurt.home.rglob("*")) == before


# --- an index of another format ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "marker", ['{"format": 1}', '{"format": 99}', "garbage", None], ids=["old", "new", "odd", "none"]
)
@pytest.mark.parametrize("words", [True, False], ids=["words", "all"])
def test_an_index_of_another_format_is_told_and_made_anew(hurt, _whole, right, marker, words):
    """Only `reindex` goes on; that of the words alone keeps the vectors, which have a format of their own."""
    path = hurt.home / "index" / "format.json"
    path.unlink() if marker is None else path.write_text(marker)
    with QuickLibrary.open(hurt) as library:
        for act in (lambda: results(library), lambda: library.add([str(_whole / "letter.txt")])):
            with pytest.raises(IndexDamaged) as caught:
                act()
            assert (caught.value.code, "reindex" in caught.value.hint) == ("index_format", True)
        assert [problem.code for problem in library.check()[0]] == ["index_format"]
        library.reindex(vectors=not words)
        assert results(library) == right[1]
        assert library.check()[0] == []


def test_words_alone_are_not_made_anew_beside_damaged_vectors(hurt, right):
    """And nothing has been thrown away when that is told."""
    next(hurt.home.glob("index/vectors/*/manifest.json")).write_text("garbage")
    with QuickLibrary.open(hurt) as library, pytest.raises(IndexDamaged):
        library.reindex(vectors=False)
    with QuickLibrary.open(hurt) as library:
        assert (hurt.home / "index" / "text" / "meta.json").exists()
        library.reindex()
        assert results(library) == right[0]


# --- a full disk -------------------------------------------------------------------------------------

SIZE_KB = 24_000
LEFT_KB = (0, 40, 300, 500, 700, 900, 1_000, 1_100)
"""From no room for the file to not enough for the vectors."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KB}k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk to fill")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def known(library: Library) -> list[object]:
    """What is found of documents that were there before."""
    found = results(library)
    return [found[0][:1], found[1][:1], found[3]]


def fill(disk: Path, left_kb: int) -> Path:
    """Leaves so much room."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free - left_kb * 1024
    filler.write_bytes(bytes(max(0, free)))
    return filler


@pytest.fixture
def long_paper(tmp_path: Path) -> Path:
    path = tmp_path / "long.txt"
    path.write_text("\n\n".join(f"Paper {n}: the weavers of mill {n * 7919 % 9973} struck. " * 6 for n in range(1_500)))
    return path


@pytest.mark.parametrize("left", LEFT_KB)
def test_a_full_disk_is_told_and_nothing_is_lost(disk, models, files, long_paper, left):
    """However far the addition came, what was stored before is found, and with room the same command finishes."""
    settings = Settings(disk / "home", models, threads=1)
    with QuickLibrary.open(settings) as library:
        library.add([str(files)])
        before = known(library)
    filler = fill(disk, left)
    with QuickLibrary.open(settings) as library:
        with pytest.raises(HomeError) as caught:
            library.add([str(long_paper)])
        assert isinstance(caught.value, DiskFull)
        assert "room" in caught.value.hint
        assert known(library) == before
    with QuickLibrary.open(settings) as library:
        assert set(texts_of(library)) >= {"looms.md", "matches.md", "silesia.md"}
        assert known(library) == before
    filler.unlink()
    with QuickLibrary.open(settings) as library:
        assert library.add([str(long_paper)]).failed == []
        assert library.check()[0] == []
        assert library.index.state().vectors == library.index.state().passages


def test_the_command_ends_with_a_code_and_a_hint(disk, run, files, long_paper):
    home = disk / "home"
    assert run("add", files, "--embed", "later", home=home).code == 0
    filler = fill(disk, 300)
    ran = run("add", long_paper, "--embed", "later", "--json", home=home)
    assert (ran.code, ran.json["error"]["code"]) == (3, "disk_full")
    assert "room" in ran.json["error"]["hint"]
    assert run("search", "match girls", "--mode", "lexical", home=home).code == 0
    filler.unlink()
    assert run("add", long_paper, "--embed", "later", home=home).code == 0
    assert run("check", home=home).code == 0
