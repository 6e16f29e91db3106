"""Archives are opened member by member, and those made to do harm are refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lyceum.archive.containers import Limits, expand, is_container
from lyceum.errors import ExtractionFailed


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd" if kind != tarfile.REGTYPE else ""
            info.size = len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def unpack(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Everything in an archive, by name."""

    def run(data: bytes, name: str = "box.zip", limits: Limits | None = None) -> dict[str, bytes]:
        path = tmp_path / "blob"
        path.write_bytes(data)
        found = {}
        for member in expand(path, name, limits=limits):
            with member.open() as stream:
                found[member.name] = stream.read()
        return found

    return run


@pytest.fixture
def refusal(unpack: Callable[..., dict[str, bytes]]) -> Callable[..., ExtractionFailed]:
    def run(data: bytes, name: str = "box.zip", limits: Limits | None = None) -> ExtractionFailed:
        with pytest.raises(ExtractionFailed) as caught:
            unpack(data, name, limits)
        assert caught.value.hint
        return caught.value

    return run


def test_archives_of_files_are_containers_and_documents_that_happen_to_be_zips_are_not():
    assert all(map(is_container, ("application/zip", "application/gzip", "application/x-tar")))
    assert not any(map(is_container, ("application/epub+zip", "application/pdf", "text/plain")))


def test_members_come_in_order_named_after_their_archive(unpack):
    data = zipped(("b.txt", b"second"), ("deep/a.txt", b"first"))
    assert list(unpack(data).items()) == [("box.zip!/b.txt", b"second"), ("box.zip!/deep/a.txt", b"first")]


def test_folders_hidden_files_and_a_macs_leavings_are_passed_over(unpack):
    data = zipped(("a/", b""), (".git/x", b"x"), ("__MACOSX/a.txt", b"x"), ("a/.DS_Store", b"x"), ("a/b", b"y"))
    assert unpack(data) == {"box.zip!/a/b": b"y"}


@pytest.mark.parametrize("name", ["tape.tar", "tape.tar.gz", "tape.tgz"])
def test_a_tar_is_read_packed_or_not(unpack, name):
    data = tarred(("one.txt", b"1"), ("two/three.txt", b"23"))
    data = data if name.endswith(".tar") else gzip.compress(data)
    assert unpack(data, name) == {f"{name}!/one.txt": b"1", f"{name}!/two/three.txt": b"23"}


def test_a_single_gzipped_file_loses_its_ending(unpack):
    assert unpack(gzip.compress(b"words"), "speech.txt.gz") == {"speech.txt.gz!/speech.txt": b"words"}


def test_one_archive_inside_another_is_opened(unpack):
    inner = zipped(("a.txt", b"inside"))
    assert unpack(zipped(("inner.zip", inner))) == {"box.zip!/inner.zip!/a.txt": b"inside"}


def test_an_archive_inside_an_archive_inside_an_archive_is_refused(refusal):
    inner = zipped(("inner.zip", zipped(("innermost.zip", zipped(("a.txt", b"a"))))))
    error = refusal(inner)
    assert error.code == "archive_bomb"
    assert "innermost.zip" in error.message


def test_an_inner_archive_too_large_for_memory_is_refused(refusal):
    inner = zipped(("a.bin", bytes(range(256)) * 40), compression=zipfile.ZIP_STORED)
    assert refusal(zipped(("inner.zip", inner)), limits=Limits(inner_bytes=1000)).code == "too_large"


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "..\\evil", "\\evil"])
def test_a_name_that_leads_out_of_the_archive_refuses_all_of_it(refusal, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    error = refusal(zipped(("good.txt", b"good"), (info, b"evil")))
    assert error.code == "unsafe_path"


def test_nothing_comes_out_of_an_archive_whose_last_name_is_unsafe(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(zipped(("good.txt", b"good"), ("../evil", b"evil")))
    with pytest.raises(ExtractionFailed, match="evil"):
        next(expand(path, "box.zip"))


def test_a_link_in_a_zip_is_refused(refusal):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    assert refusal(zipped((link, b"/etc/passwd"))).code == "unsafe_path"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(refusal, kind):
    assert refusal(tarred(("odd", b""), kind=kind), "tape.tar").code == "unsafe_path"


def test_an_unsafe_name_in_a_tar_is_refused(refusal):
    assert refusal(tarred(("../evil", b"x")), "tape.tar").code == "unsafe_path"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("box.zip", zipped(("zeros.txt", bytes(20_000_000)))),
        ("zeros.txt.gz", gzip.compress(bytes(20_000_000))),
        ("tape.tar.gz", gzip.compress(tarred(("zeros.txt", bytes(20_000_000))))),
    ],
    ids=["zip", "gz", "tar.gz"],
)
def test_what_unpacks_to_far_more_than_it_was_is_refused(refusal, name, data):
    assert refusal(data, name).code == "archive_bomb"


@pytest.mark.parametrize(
    "limits",
    [Limits(member_bytes=1000), Limits(total_bytes=3000), Limits(members=1), Limits(members=0)],
    ids=["a member", "all members", "their number", "the directory"],
)
@pytest.mark.parametrize("name", ["box.zip", "tape.tar", "tape.tar.gz"])
def test_each_limit_holds(refusal, limits, name):
    members = (("a.txt", bytes(2000)), ("b.txt", bytes(2000)))
    data = zipped(*members) if name == "box.zip" else tarred(*members)
    data = gzip.compress(data) if name.endswith("gz") else data
    error = refusal(data, name, limits)
    assert error.code == "archive_bomb"
    assert name in error.message


def test_a_declared_size_that_lies_is_found_out_while_reading(refusal):
    data = bytearray(zipped(("a.txt", b"x" * 5000), compression=zipfile.ZIP_STORED))
    central = data.rfind(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(data)).code == "damaged_file"


def test_a_member_that_needs_a_password_is_named(refusal):
    data = bytearray(zipped(("secret.txt", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(signature) + offset] |= 1
    error = refusal(bytes(data))
    assert (error.code, "secret.txt" in error.message) == ("encrypted_file", True)


def test_a_compression_that_could_eat_memory_is_not_read(refusal):
    assert refusal(zipped(("a.txt", b"x" * 100), compression=zipfile.ZIP_LZMA)).code == "unsupported_format"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("box.zip", zipped(("a.txt", b"x" * 5000))[:-30]),
        ("box.zip", b"PK\x03\x04 and no more"),
        ("box.zip", zipped(("a.txt", bytes(range(256)) * 30)).replace(b"PK\x03\x04", b"PK\x03\x05")),
        ("a.txt.gz", gzip.compress(bytes(range(256)) * 500)[:-200]),
        ("a.txt.gz", b"\x1f\x8b and no more"),
        ("tape.tar.gz", gzip.compress(tarred(("a.txt", bytes(range(256)) * 3000)))[:3000]),
        ("tape.tar", tarred(("a.txt", b"x" * 50_000))[:20_000]),
    ],
    ids=range(7),
)
def test_damage_is_said_and_the_file_named(refusal, name, data):
    error = refusal(data, name)
    assert error.code in ("damaged_file", "unsafe_path")
    assert name in error.message


def test_damage_inside_one_member_is_said_under_its_name(refusal):
    data = bytearray(zipped(("a.txt", bytes(range(256)) * 400), compression=zipfile.ZIP_STORED))
    data[5000] ^= 0xFF
    assert "box.zip!/a.txt" in refusal(bytes(data)).message


def test_members_that_are_not_read_do_no_harm(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(gzip.compress(tarred(("a.txt", b"1" * 9000), ("b.txt", b"2"))))
    assert [member.name for member in expand(path, "t.tgz")] == ["t.tgz!/a.txt", "t.tgz!/b.txt"]
