"""Web archives are read record by record: captures with their time, revisits, and damage that is explained."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from bench.data import data_folder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from lyceum.archive.extract import detect
from lyceum.archive.webarchive import Passed, Revisit, is_web_archive, web_records
from lyceum.config import Settings
from lyceum.errors import ExtractionFailed
from lyceum.library import Library

PAGE = b"<html><title>The mill</title><body><p>The looms stood still from Monday to the end of May.</p></body></html>"
DAMAGED = data_folder() / "bad" / "warc_warcio_bad"
CUT = data_folder() / "bad" / "bombs_generated" / "truncated_gzip.warc.gz"


def archive(*records: tuple[str, str, str, str, bytes], packed: bool = True) -> bytes:
    """A WARC of (kind, address, status, media type, body) records, each captured on 6 March 2017."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    for kind, address, status, media_type, body in records:
        http = StatusAndHeaders(status, [("Content-Type", media_type)], protocol="HTTP/1.1")
        stated = {"WARC-Date": "2017-03-06T04:02:06Z"}
        if kind == "revisit":
            record = writer.create_revisit_record(
                address, digest=body.decode(), refers_to_uri=address, refers_to_date="2017-03-06T04:02:06Z",
                warc_headers_dict={"WARC-Date": "2018-01-01T00:00:00Z"}, http_headers=http,
            )  # fmt: skip
        else:
            record = writer.create_warc_record(
                address, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=stated
            )
        writer.write_record(record)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path: Path):
    def act(data: bytes, name: str = "a.warc.gz"):
        path = tmp_path / name
        path.write_bytes(data)
        passed = Passed()
        found = [
            record if isinstance(record, Revisit) else (record[0].source, record[0].open().read(), record[0].hints)
            for record in web_records(path, name, passed)
        ]
        return found, passed

    return act


@pytest.mark.parametrize("packed", [True, False])
def test_pages_pdfs_and_texts_that_were_there_are_taken(read, packed):
    """Only what was captured with status 200 and can be read; the rest is counted with its reason."""
    found, passed = read(
        archive(
            ("response", "http://x.example/", "200 OK", "text/html; charset=utf-8", PAGE),
            ("response", "http://x.example/a.pdf", "200 OK", "application/pdf", b"%PDF-1.4"),
            ("response", "http://x.example/b", "404 Not Found", "text/html", PAGE),
            ("response", "http://x.example/c.png", "200 OK", "image/png", b"\x89PNG"),
            ("response", "dns:x.example", "200 OK", "text/plain", b"127.0.0.1"),
            packed=packed,
        )
    )
    assert [(source, data) for source, data, _ in found] == [
        ("a.warc.gz!/20170306040206/http://x.example/", PAGE),
        ("a.warc.gz!/20170306040206/http://x.example/a.pdf", b"%PDF-1.4"),
    ]
    assert passed.why == {"status not 200": 1, "other media types": 1, "no web address": 1}


def test_the_time_of_capture_is_not_the_date(read):
    """It stands apart, with the address that was captured."""
    (_, _, hints), *_ = read(archive(("response", "http://x.example/", "200 OK", "text/html", PAGE)))[0]
    assert (hints.date, hints.address, dict(hints.extra)) == (
        None, "http://x.example/", {"captured": "2017-03-06T04:02:06Z"}
    )  # fmt: skip
    assert hints.provenance["captured"] == "warc:date"


def test_an_archive_packed_in_one_piece_is_read_too(read):
    """Though the standard wants a member for each record."""
    plain = archive(("response", "http://x.example/", "200 OK", "text/html", PAGE), packed=False)
    assert len(read(gzip.compress(plain))[0]) == 1


def test_a_wacz_is_read_within_its_zip(read):
    """Its archives, not its indexes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wacz:
        wacz.writestr("datapackage.json", "{}")
        wacz.writestr("indexes/index.cdx.gz", gzip.compress(b"x"))
        wacz.writestr("archive/data.warc.gz", archive(("response", "http://x.example/", "200 OK", "text/html", PAGE)))
    (source, data, _), *_ = read(packed.getvalue(), "site.wacz")[0]
    assert (source, data) == ("site.wacz!/archive/data.warc.gz!/20170306040206/http://x.example/", PAGE)


def zipped(**members: bytes) -> bytes:
    """A ZIP of members, whose names have slashes for double underlines and dots for single ones."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, data in members.items():
            out.writestr(name.replace("__", "/").replace("_", "."), data)
    return packed.getvalue()


def test_a_wacz_of_several_is_read_through(read):
    one = zipped(archive__data_warc_gz=archive(("response", "http://x.example/", "200 OK", "text/html", PAGE)))
    (source, data, _), *_ = read(zipped(datapackage_json=b"{}", one_wacz=one), "many.wacz")[0]
    assert (source, data) == ("many.wacz!/one.wacz!/archive/data.warc.gz!/20170306040206/http://x.example/", PAGE)


def test_a_wacz_without_captures_is_refused(read):
    """It is not passed over in silence."""
    with pytest.raises(ExtractionFailed) as caught:
        read(zipped(datapackage_json=b"{}", many__one_wacz=zipped(two_wacz=zipped(a=b"x"))), "site.wacz")
    assert (caught.value.code, bool(caught.value.hint)) == ("no_text", True)


def test_web_archives_and_mailboxes_in_a_zip_are_read_as_they_would_be_outside(tmp_path, models):
    """A mailbox is known without a suffix, as mail programs name theirs."""
    inbox = b"From a@x.example Mon Nov 18 00:00:01 2019\nFrom: Ann <a@x.example>\nSubject: Wages\n\nThey came out.\n\n"
    path = tmp_path / "old.zip"
    captures = archive(("response", "http://x.example/", "200 OK", "text/html", PAGE))
    path.write_bytes(zipped(web__old_warc_gz=captures, Mail__Inbox=inbox * 2))
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        report = library.add([str(path)], vectors=False)
        sources = [one.source.partition("old.zip!/")[2] for one in library.documents()]
    assert report.failed == []
    assert sources[0] == "web/old.warc.gz!/20170306040206/http://x.example/"
    assert all(source.startswith("Mail/Inbox!/") for source in sources[1:])


def test_a_record_that_unpacks_without_end_is_refused(read):
    """A bomb in a record is one like any other."""
    bomb = archive(("response", "http://x.example/", "200 OK", "text/html", bytes(80_000_000)))
    assert len(read(bomb)[0][0][1]) == 80_000_000  # its record says so, and it is within the limits
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    body = gzip.compress(bytes(80_000_000))
    record = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\nWARC-Date: 2017-03-06T04:02:06Z\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (len(head) + len(body))
    )
    with pytest.raises(ExtractionFailed) as caught:
        read(record + head + body + b"\r\n\r\n", "b.warc")
    assert caught.value.code == "archive_bomb"


@pytest.mark.parametrize("cut", [40, 300, 700])
def test_damage_is_explained_and_what_came_before_stands(tmp_path, cut):
    """The error says after how many records; those are taken in."""
    whole = archive(*[("response", f"http://x.example/{n}", "200 OK", "text/html", PAGE) for n in range(3)])
    path = tmp_path / "a.warc.gz"
    path.write_bytes(whole[:-cut])
    found = web_records(path, "a.warc.gz", Passed())
    taken = []
    with pytest.raises(ExtractionFailed) as caught:
        taken.extend(record[0].open().read() for record in found)
    assert caught.value.code == "damaged_file"
    assert caught.value.hint
    assert all(data == PAGE for data in taken)


@pytest.mark.skipif(not DAMAGED.is_dir(), reason="the shared data is not unpacked")
@pytest.mark.parametrize(
    "path",
    [*sorted(DAMAGED.glob("*")), CUT],
    ids=lambda path: path.name,
)
def test_damaged_archives_of_others_are_read_or_explained(path):
    """No crash, nothing silent: each gives pages, counted reasons, or an error with a hint."""
    passed, found = Passed(), []
    try:
        for record in web_records(path, path.name, passed):
            found += [record if isinstance(record, Revisit) else record[0].open().read()]
    except ExtractionFailed as error:
        assert error.hint
        found += [error.code]
    assert is_web_archive(detect(path.read_bytes()[:4096], path.name))
    assert found or passed.why


def test_added_again_nothing_changes_and_a_revisit_is_a_source(tmp_path, models):
    """One document for one content, however often it was captured; its own date stands beside the capture."""
    dated = PAGE.replace(b"<body>", b"<meta name=date content=2015-05-01><body>")
    data = archive(("response", "http://x.example/", "200 OK", "text/html", dated))
    digest = data_digest(tmp_path, data)
    data += archive(("revisit", "http://x.example/", "200 OK", "text/html", digest.encode()))
    path = tmp_path / "site.warc.gz"
    path.write_bytes(data)
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        assert library.add([str(path)], vectors=False).added == 1
        again = library.add([str(path)], vectors=False)
        assert (again.added, again.updated, again.unchanged, again.failed) == (0, 0, 1, [])
        (document,) = library.documents()
        known = document.metadata
        assert (str(known.date), known.extra["captured"], known.address) == (
            "2015-05-01", "2017-03-06T04:02:06Z", "http://x.example/"
        )  # fmt: skip
        assert [source.rsplit("!/", 1)[1] for source in library.sources(document.id)] == [
            "20170306040206/http://x.example/", "20180101000000/http://x.example/",
        ]  # fmt: skip


def data_digest(tmp_path: Path, data: bytes) -> str:
    """The digest that the first record states."""
    path = tmp_path / "one.warc.gz"
    path.write_bytes(data)
    return next(record[1] for record in web_records(path, "one", Passed()) if not isinstance(record, Revisit))
