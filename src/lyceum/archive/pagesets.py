"""Knows a folder or an archive of page images, which is one document, from a folder of documents."""

from __future__ import annotations

import io
import re
import tarfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

__all__ = [
    "HEAD", "IMAGES", "files_of_page_set", "is_mets", "is_page_set", "is_recognised", "may_be_recognised", "natural",
    "pack",
]  # fmt: skip

IMAGES = frozenset((".tif", ".tiff", ".png", ".jpg", ".jpeg"))
_BESIDE = frozenset((".xml", ".hocr", ".html", ".htm", ".txt"))
_ABOUT = frozenset((".md5", ".sha1", ".sha256", ".yml", ".yaml", ".csv", ".log", ".pdf"))
_METS = re.compile(r"(?:.*[-_.])?mets(?:[-_.].*)?\.xml|[A-Z]+_\d{6,}\.xml", re.IGNORECASE)
_RECOGNISED = frozenset((".xml", ".hocr", ".html", ".htm"))
_OF_RECOGNITION = re.compile(rb"<(?:\w+:)?alto[\s>]|\bocr_page\b|\bocr-system\b")
HEAD = 4_096
_IN_SERIES = 0.8
_FEWEST = 2
_MOST_FILES = 20_000


def is_mets(name: str) -> bool:
    """Whether a file is by its name the METS description of a volume."""
    return bool(_METS.fullmatch(PurePosixPath(name).name))


def natural(name: str) -> list[tuple[int, str]]:
    """A key by which `page 2` comes before `page 10`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name.lower()) if part]


def is_page_set(names: Sequence[str]) -> bool:
    """Whether files are the pages of one volume: images numbered in a row, with nothing but their text beside them.

    Where METS describes them, its word is taken.
    """
    paths = [PurePosixPath(name) for name in names]
    images = [path for path in paths if path.suffix.lower() in IMAGES]
    described = any(is_mets(path.name) for path in paths)
    if described and any(path.suffix.lower() in IMAGES | _BESIDE and not is_mets(path.name) for path in paths):
        return all(path.suffix.lower() in IMAGES | _BESIDE | _ABOUT for path in paths)
    if len(images) < _FEWEST or not _are_numbered(path.stem for path in images):
        return False
    stems = {path.stem for path in images}
    rest = [path for path in paths if path.suffix.lower() not in IMAGES]
    return all(path.suffix.lower() in _BESIDE and path.stem in stems for path in rest)


def may_be_recognised(names: Sequence[str]) -> bool:
    """Whether files may be what recognition made of a volume, without its images; one of them tells."""
    paths = [PurePosixPath(name) for name in names]
    suffixes = {path.suffix.lower() for path in paths}
    return (
        len(paths) >= _FEWEST
        and len(suffixes) == 1
        and suffixes <= _RECOGNISED
        and not any(is_mets(path.name) for path in paths)
        and _are_numbered(path.stem for path in paths)
    )


def is_recognised(head: bytes) -> bool:
    """Whether a file that begins so is ALTO or hOCR."""
    return bool(_OF_RECOGNITION.search(head))


def files_of_page_set(folder: Path) -> list[Path]:
    """The files of a folder that is one volume, in order; none for any other folder."""
    direct = [entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    described = any(is_mets(entry.name) for entry in direct)
    if may_be_recognised([entry.name for entry in direct]) and len(direct) <= _MOST_FILES:
        direct.sort()
        return direct if all(is_recognised(_head(entry)) for entry in (direct[0], direct[-1])) else []
    if not described and not is_page_set([entry.name for entry in direct]):
        return []
    files = sorted(entry for entry in (folder.rglob("*") if described else direct) if _is_kept(entry, folder))
    within = [file.relative_to(folder).as_posix() for file in files]
    return files if len(files) <= _MOST_FILES and is_page_set(within) else []


def pack(files: Iterable[Path], folder: Path, out: IO[bytes]) -> None:
    """Writes files as a tar that is the same for the same bytes and names, whatever their dates and owners."""
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            info = tarfile.TarInfo(file.relative_to(folder).as_posix())
            with file.open("rb") as stream:
                info.size = stream.seek(0, io.SEEK_END)
                stream.seek(0)
                archive.addfile(info, stream)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


def _are_numbered(stems: Iterable[str]) -> bool:
    """Whether nearly all names differ in their digits only."""
    shapes = Counter(re.sub(r"\d+", "#", stem) for stem in stems)
    shape, times = shapes.most_common(1)[0]
    return "#" in shape and times >= _IN_SERIES * shapes.total()


def _is_kept(entry: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in entry.relative_to(folder).parts)
    return entry.is_file() and not entry.is_symlink() and not hidden
