"""Every file of the shared data gives text or a refusal with a reason, in bounded time and memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lyceum.archive.containers import expand, is_container
from lyceum.archive.extract import LimitedWorker, checked, detect
from lyceum.archive.model import Extracted
from lyceum.archive.worker import _as_dict
from lyceum.errors import ExtractionFailed

DATA = Path(os.environ.get("LYCEUM_DATA") or Path.home() / ".cache" / "lyceum-data")
SECONDS = 20
MEMORY_MB = 1024
SHARDS = 4

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the shared data is not unpacked at {DATA}; set LYCEUM_DATA to where it is"
)


@pytest.fixture(scope="module", autouse=True)
def worker() -> Iterator[LimitedWorker]:
    """One process for all, since its start costs more than most files.

    It finds no program: recognition of all scans takes minutes, and the benchmark of files does it.
    """
    with pytest.MonkeyPatch.context() as patch, LimitedWorker(seconds=SECONDS, memory_mb=MEMORY_MB) as one:
        patch.setenv("PATH", "")
        yield one


def folders(*parents: str) -> list[str]:
    return [
        str(folder.relative_to(DATA))
        for parent in parents
        for folder in sorted((DATA / parent).glob("*"))
        if folder.is_dir()
    ]


def outcomes(
    files: Iterator[Path], tmp_path: Path, worker: LimitedWorker
) -> Iterator[tuple[str, Extracted | ExtractionFailed]]:
    """What becomes of each file and of each member of an archive; no more than some members of one."""
    blob = tmp_path / "blob"
    for path in files:
        # the fuzzer's files are PDFs, whatever their beginning
        name = path.with_suffix(".pdf").name if path.suffix == ".fuzz" else path.name
        with path.open("rb") as stream:
            head = stream.read(4096)
        if not is_container(detect(head, name)):
            yield name, extracted(worker, path, name)
            continue
        try:
            for number, member in enumerate(expand(path, name)):
                with member.open() as stream:
                    blob.write_bytes(stream.read())
                if number < 20:
                    yield member.name, extracted(worker, blob, member.name.rsplit("/", 1)[-1])
        except ExtractionFailed as error:
            yield name, error


def extracted(worker: LimitedWorker, path: Path, name: str) -> Extracted | ExtractionFailed:
    try:
        return worker.extract(path, name)
    except ExtractionFailed as error:
        return error


@pytest.mark.parametrize("folder", folders("formats", "bad"))
def test_every_file_gives_text_or_a_refusal_and_writes_nothing(folder, tmp_path, monkeypatch, worker):
    monkeypatch.chdir(tmp_path)
    files = sorted(path for path in (DATA / folder).rglob("*") if path.is_file())
    before = {path: path.stat().st_mtime_ns for path in (DATA / folder).rglob("*")}
    started = time.monotonic()
    for name, outcome in outcomes(iter(files), tmp_path, worker):
        if isinstance(outcome, ExtractionFailed):
            assert outcome.hint, name
            assert outcome.code not in ("worker_crashed", "time_limit", "memory_limit"), (name, outcome.message)
        else:
            assert checked(_as_dict(outcome)) == outcome, name
    assert time.monotonic() - started < SECONDS * 3
    assert {path: path.stat().st_mtime_ns for path in (DATA / folder).rglob("*")} == before
    assert {path.name for path in tmp_path.iterdir()} <= {"blob"}


BOMBS = {
    "zip_200MB_zeros.zip": "archive_bomb",
    "zip_nested_2level_2GB.zip": "archive_bomb",
    "gzip_200MB_zeros.txt.gz": "archive_bomb",
    "epub_bomb_chapter_100MB.epub": "archive_bomb",
    "zipslip.zip": "unsafe_path",
    "tar_symlink_escape.tar": "unsafe_path",
    "truncated_gzip.warc.gz": "unsupported_format",  # as a document; as an archive, see test_webarchive
    "html_deep_nesting_50000.html": "damaged_file",
    "txt_nul_and_controls.txt": "binary_file",
    "empty.pdf": "no_text",
    "xml_billion_laughs.xml": "unsupported_format",
    "xml_xxe_file.xml": "unsupported_format",
}


@pytest.mark.parametrize(("name", "code"), BOMBS.items())
def test_what_was_made_to_do_harm_is_refused_for_the_right_reason(name, code, tmp_path, worker):
    ((_, outcome),) = outcomes(iter([DATA / "bad" / "bombs_generated" / name]), tmp_path, worker)
    assert isinstance(outcome, ExtractionFailed)
    assert outcome.code == code


LEGAL = (
    "Project Gutenberg License", "Project Gutenberg-tm License", "START: FULL LICENSE", '"Small Print!"', "SMALL PRINT",
    "THE FULL PROJECT",
)  # fmt: skip
UNREADABLE = ("pg2376.mobi", "linc211l.lit", "linc211p.prc", "books.csv")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_book_of_project_gutenberg_holds_its_licence_or_loses_its_ends(shard, tmp_path, worker):
    files = sorted(path for path in (DATA / "corpora" / "gutenberg").rglob("*") if path.is_file())
    for name, outcome in outcomes(iter(files[shard::SHARDS]), tmp_path, worker):
        if name in UNREADABLE:
            assert isinstance(outcome, ExtractionFailed)
            assert outcome.code == "unsupported_format"
            continue
        assert isinstance(outcome, Extracted), name
        assert not any(words in outcome.text for words in LEGAL), name
        assert outcome.metadata.date is None, name
        assert outcome.metadata.title, name


@pytest.mark.parametrize(
    ("file", "first", "last"),
    [
        ("61.txt", "MANIFESTO OF THE COMMUNIST PARTY", "WORKING MEN OF ALL COUNTRIES, UNITE!"),
        ("8-0.txt", "Lincoln's Second Inaugural Address", "among ourselves, and with all nations."),
        ("1017-h.htm", "THE SOUL OF MAN", "by permission of Messrs Chapman and Hall."),
        ("408-h.htm", "The Souls of Black Folk", "THE END"),
        ("3420.txt", "A VINDICATION OF THE RIGHTS OF WOMAN", "virtue where nature has\nnot given understanding!"),
        ("69480-0.txt", "THE TRUTH ABOUT SOCIALISM", "225 Fifth avenue, New York"),
    ],
)
def test_a_book_begins_and_ends_where_its_author_did(file, first, last, tmp_path, worker):
    (path,) = (DATA / "corpora" / "gutenberg").rglob(file)
    ((_, outcome),) = outcomes(iter([path]), tmp_path, worker)
    assert isinstance(outcome, Extracted)
    assert outcome.text.startswith(first)
    assert outcome.text.endswith(last.replace("\n", " "))


def test_markdowns_front_matter_is_read_as_it_was_written(tmp_path, worker):
    files = sorted((DATA / "corpora" / "news_digitalgov_md").rglob("*.md"))[::5]
    for name, outcome in outcomes(iter(files), tmp_path, worker):
        if isinstance(outcome, ExtractionFailed):
            assert outcome.code == "no_text", name
            continue
        assert outcome.metadata.title, name
        assert outcome.metadata.date, name
        assert "{{<" not in outcome.text, name


def test_standard_ebooks_are_read_from_their_repositories(tmp_path, worker):
    for name, outcome in outcomes(iter(sorted((DATA / "corpora" / "standardebooks").glob("*.epub"))), tmp_path, worker):
        assert isinstance(outcome, Extracted), name
        assert outcome.metadata.creators, name
        assert outcome.metadata.date is None, name
        assert outcome.metadata.extra["ebook_release"], name
        assert "Uncopyright" not in outcome.text, name
