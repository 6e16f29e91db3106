"""Opens ZIP and TAR archives member by member, and refuses those that are made to do harm."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from lyceum.archive.extract import detect
from lyceum.errors import ExtractionFailed

__all__ = ["Limits", "Member", "counted", "expand", "is_container", "names", "zip_members"]

_TYPES = frozenset(("application/zip", "application/x-tar", "application/gzip"))
_HEAD_BYTES = 4096
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_DIRECTORY_BYTES_A_MEMBER = 1024
_HARMLESS_BYTES = 4 * 2**20
_UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold; bytes are counted as they are unpacked, since declared sizes may lie.

    `ratio` is unpacked to packed bytes; the first few megabytes are free of it. `nesting` is how many
    archives may stand inside one another beyond the first, and such inner ones are held in memory.
    """

    member_bytes: int = 2**30
    total_bytes: int = 8 * 2**30
    members: int = 10_000
    ratio: int = 200
    nesting: int = 1
    inner_bytes: int = 128 * 2**20


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, named `outer.zip!/inner.htm`; to be read before the next one is asked for."""

    name: str
    stream: BinaryIO

    def open(self) -> BinaryIO:
        """The member's bytes, once; reading raises ExtractionFailed where the archive is hostile or damaged."""
        return self.stream


def is_container(media_type: str) -> bool:
    """Whether a file of this type is an archive of files; EPUB, DOCX and ODT are documents."""
    return media_type in _TYPES


def expand(path: Path, name: str, *, limits: Limits | None = None) -> Iterator[Member]:
    """The files in an archive, one after the other; hidden files and folders are passed over.

    Raises ExtractionFailed: archive_bomb, unsafe_path, encrypted_file, unsupported_format, damaged_file.
    Names are looked at before the first member comes, so a hostile archive gives nothing.
    """
    spent = _Spent(limits or Limits())
    with path.open("rb") as source:
        yield from _expand(source, name, spent, depth=0, packed=path.stat().st_size)


def names(path: Path, name: str, *, limits: Limits | None = None) -> list[str]:
    """The names of the files directly in an archive, read without unpacking a ZIP; of a lone gzip file, none.

    Raises ExtractionFailed as `expand` does.
    """
    bounds = limits or Limits()
    with path.open("rb") as source:
        head = source.read(_HEAD_BYTES)
        source.seek(0)
        kind = detect(head, name)
        if kind == "application/zip":
            _check_zip_directory(source, name, bounds)
            try:
                with zipfile.ZipFile(source) as archive:
                    return [
                        info.filename for info in archive.infolist() if not info.is_dir() and _is_wanted(info.filename)
                    ]
            except _UNREADABLE as exc:
                raise _damaged(name) from exc
        if kind == "application/gzip" and not _holds_tar(source):
            return []
        packed = path.stat().st_size
        infos = _tar_infos(source, name, bounds, packed, unpack=kind == "application/gzip")
        return [info.name for _, info in infos if info.isreg() and _is_wanted(info.name)]


def _holds_tar(source: BinaryIO) -> bool:
    try:
        with gzip.open(source) as unpacked:
            return unpacked.read(512)[257:262] == b"ustar"
    except _UNREADABLE:
        return False
    finally:
        source.seek(0)


def zip_members(source: BinaryIO, name: str, limits: Limits) -> Iterator[Member]:
    """The files in a ZIP as they are, archives among them not looked into; raises as `expand` does."""
    yield from _zip_members(source, name, _Spent(limits))


def counted(inner: BinaryIO, name: str, packed: int) -> BinaryIO:
    """A stream that refuses to unpack to far more than its `packed` size, and tells damage."""
    return _member(inner, name, packed, _Spent(Limits())).stream


@dataclass(slots=True)
class _Spent:
    """What one archive, with those inside it, has used of its limits."""

    limits: Limits
    members: int = 0
    unpacked: int = 0

    def count_members(self, number: int, name: str) -> None:
        self.members += number
        if self.members > self.limits.members:
            raise _bomb(name, f"holds more than {self.limits.members:,} files")

    def count_bytes(self, number: int, name: str) -> None:
        self.unpacked += number
        if self.unpacked > self.limits.total_bytes:
            raise _bomb(name, f"unpacks to more than {self.limits.total_bytes >> 20} MB in all")


class _Counted(io.RawIOBase):
    """A stream that counts what it gives, and stops at a size, at a ratio, or at damage."""

    def __init__(self, inner: BinaryIO, name: str, packed: int, at_most: int, spent: _Spent) -> None:
        super().__init__()
        self._inner, self._name, self._packed = inner, name, max(packed, 1)
        self._at_most, self._spent = at_most, spent
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer as far as the stream beneath allows."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        try:
            chunk = self._inner.read(len(view))
        except _UNREADABLE as exc:
            raise _damaged(self._name) from exc
        self._count(len(chunk))
        view[: len(chunk)] = chunk
        return len(chunk)

    def _count(self, number: int) -> None:
        self._given += number
        self._spent.count_bytes(number, self._name)
        if self._given > self._at_most:
            raise _bomb(self._name, f"unpacks to more than {self._at_most >> 20} MB")
        ratio = self._spent.limits.ratio
        if self._given > _HARMLESS_BYTES and self._given > ratio * self._packed:
            raise _bomb(self._name, f"unpacks to more than {ratio} times its size")


def _expand(source: BinaryIO, name: str, spent: _Spent, *, depth: int, packed: int) -> Iterator[Member]:
    head = source.read(_HEAD_BYTES)
    source.seek(0)
    kind = detect(head, name)
    if kind == "application/zip":
        members = _zip_members(source, name, spent)
    elif kind == "application/gzip":
        members = _gzip_members(source, name, spent, packed)
    else:
        members = _tar_members(source, name, spent, packed, unpack=False)
    for member in members:
        yield from _member_or_inner(member, spent, depth)


def _member_or_inner(member: Member, spent: _Spent, depth: int) -> Iterator[Member]:
    stream = cast(io.BufferedReader, member.stream)
    if not is_container(detect(stream.peek(_HEAD_BYTES)[:_HEAD_BYTES], member.name.rsplit("/", 1)[-1])):
        yield member
        return
    if depth >= spent.limits.nesting:
        raise _bomb(member.name, f"is an archive more than {spent.limits.nesting} deep inside another")
    data = stream.read(spent.limits.inner_bytes + 1)
    if len(data) > spent.limits.inner_bytes:
        raise ExtractionFailed(
            f"“{member.name}” is an inner archive of more than {spent.limits.inner_bytes >> 20} MB.",
            hint="Unpack the outer archive and add what is in it.",
            code="too_large",
        )
    yield from _expand(io.BytesIO(data), member.name, spent, depth=depth + 1, packed=len(data))


def _zip_members(source: BinaryIO, name: str, spent: _Spent) -> Iterator[Member]:
    _check_zip_directory(source, name, spent.limits)
    try:
        archive = zipfile.ZipFile(source)
    except _UNREADABLE as exc:
        raise _damaged(name) from exc
    with archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        spent.count_members(len(archive.infolist()), name)
        for info in files:
            _check_name(info.filename, name)
            _check_zip_member(info, name)
        for info in files:
            if _is_wanted(info.filename):
                yield _zip_member(archive, info, name, spent)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, spent: _Spent) -> Member:
    full = f"{name}!/{info.filename}"
    try:
        inner = cast(BinaryIO, archive.open(info))
    except _UNREADABLE as exc:
        raise _damaged(full) from exc
    return _member(inner, full, info.compress_size, spent)


def _check_zip_member(info: zipfile.ZipInfo, name: str) -> None:
    full = f"{name}!/{info.filename}"
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _unsafe(full, "is a link")
    if info.flag_bits & 1:
        raise ExtractionFailed(
            f"“{full}” is encrypted.",
            hint="Unpack the archive with its password and add what is in it.",
            code="encrypted_file",
        )
    if info.compress_type not in _COMPRESSIONS:
        raise ExtractionFailed(
            f"“{full}” is compressed in a way that is not read.",
            hint="Unpack the archive and pack it anew as an ordinary ZIP.",
            code="unsupported_format",
        )


def _check_zip_directory(source: BinaryIO, name: str, limits: Limits) -> None:
    """Refuses a directory too long for its members before `zipfile` builds an object for each."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - 65_557))
    tail = source.read()
    source.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 16:
        raise _damaged(name)
    (length,) = struct.unpack_from("<L", tail, end + 12)
    if length == 0xFFFFFFFF:
        length = size
    if length > limits.members * _DIRECTORY_BYTES_A_MEMBER:
        raise _bomb(name, f"holds more than {limits.members:,} files")


def _gzip_members(source: BinaryIO, name: str, spent: _Spent, packed: int) -> Iterator[Member]:
    inner_name = PurePosixPath(name.rsplit("!/", 1)[-1]).name
    stem = inner_name[:-3] if inner_name.lower().endswith(".gz") else PurePosixPath(inner_name).stem
    with gzip.open(source) as unpacked:
        full = f"{name}!/{stem or 'file'}"
        member = _member(cast(BinaryIO, unpacked), full, packed, spent)
        head = cast(io.BufferedReader, member.stream).peek(512)
        if head[257:262] == b"ustar":
            yield from _tar_members(source, name, spent, packed, unpack=True)
            return
        spent.count_members(1, name)
        yield member


def _tar_members(source: BinaryIO, name: str, spent: _Spent, packed: int, *, unpack: bool) -> Iterator[Member]:
    """Two passes over the stream: the first looks at every name, the second gives the files."""
    for _, info in _tar_infos(source, name, spent.limits, packed, unpack=unpack):
        spent.count_members(1, name)
        _check_tar_member(info, name)
    for archive, info in _tar_infos(source, name, spent.limits, packed, unpack=unpack):
        inner = archive.extractfile(info) if info.isreg() and _is_wanted(info.name) else None
        if inner is not None:
            yield _member(cast(BinaryIO, inner), f"{name}!/{info.name}", info.size, spent)


def _tar_infos(
    source: BinaryIO, name: str, limits: Limits, packed: int, *, unpack: bool
) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    source.seek(0)
    inner = cast(BinaryIO, gzip.GzipFile(fileobj=source)) if unpack else source
    counted = _Counted(inner, name, packed, limits.total_bytes, _Spent(limits))
    try:
        with tarfile.open(fileobj=io.BufferedReader(counted), mode="r|") as archive:
            for info in archive:
                yield archive, info
    except _UNREADABLE as exc:
        raise _damaged(name) from exc


def _check_tar_member(info: tarfile.TarInfo, name: str) -> None:
    full = f"{name}!/{info.name}"
    _check_name(info.name, name)
    if info.issym() or info.islnk():
        raise _unsafe(full, "is a link")
    if not (info.isreg() or info.isdir()) or info.issparse():
        raise _unsafe(full, "is no ordinary file")


def _member(inner: BinaryIO, full: str, packed: int, spent: _Spent) -> Member:
    counted = _Counted(inner, full, packed, spent.limits.member_bytes, spent)
    return Member(full, cast(BinaryIO, io.BufferedReader(counted, 1 << 16)))


def _check_name(member: str, archive: str) -> None:
    """Refuses names that would leave the folder, on any system."""
    parts = member.replace("\\", "/").split("/")
    drive = len(parts[0]) > 1 and parts[0][1] == ":"
    if not member or parts[0] == "" or drive or ".." in parts or "\x00" in member:
        raise _unsafe(f"{archive}!/{member}", "has a name that leads out of the archive")


def _is_wanted(member: str) -> bool:
    parts = [part for part in member.replace("\\", "/").split("/") if part not in ("", ".")]
    return bool(parts) and "__MACOSX" not in parts and not any(part.startswith(".") for part in parts)


def _bomb(name: str, how: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"“{name}” {how}, and was refused.",
        hint="This looks like an archive bomb. If it is not, unpack it and add what is in it.",
        code="archive_bomb",
    )


def _unsafe(name: str, how: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"“{name}” {how}, so the archive was refused.",
        hint="Unpack it with a tool that you trust and add what is in it.",
        code="unsafe_path",
    )


def _damaged(name: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"“{name}” is damaged or cut short.",
        hint="Fetch or pack the archive again.",
        code="damaged_file",
    )
