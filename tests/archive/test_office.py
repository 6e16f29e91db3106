"""ODT, RTF, DOC, MSG, PPTX and notebooks: their words in order, and what their authors stated."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from lyceum.archive.extract import detect, extract_here
from lyceum.archive.model import Extracted
from lyceum.errors import ExtractionFailed

DATA = Path(os.environ.get("LYCEUM_DATA") or Path.home() / ".cache" / "lyceum-data") / "formats"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not unpacked")


@pytest.fixture
def take(tmp_path):
    def act(name: str, data: bytes) -> Extracted:
        path = tmp_path / "blob"
        path.write_bytes(data)
        return extract_here(path, name, detect(data[:4096], name))

    return act


def blocks(extracted: Extracted) -> list[str]:
    return [f"{'#' * block.level} {extracted.text[block.start : block.end]}".strip() for block in extracted.blocks]


def package(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
    return buffer.getvalue()


SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)
BODY = (
    '<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h text:outline-level="2">The mill</text:h>'
    '<text:p>Two<text:s text:c="2"/>looms<text:tab/>stood<text:line-break/>still<text:note><text:note-citation>1'
    "</text:note-citation><text:note-body><text:p>In May.</text:p></text:note-body></text:note>.</text:p>"
    "<text:list><text:list-item><text:p>An item</text:p></text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>"
    "<text:p>b</text:p></table:table-cell></table:table-row></table:table>"
)


class TestOdt:
    def test_headings_paragraphs_tables_and_notes(self, take):
        data = package(
            {"content.xml": f"<office:document {SPACES}><office:body>{BODY}</office:body></office:document>"}
        )
        assert blocks(take("a.odt", data)) == [
            "## The mill", "Two  looms\tstood\nstill[1].", "An item", "a\tb", "[1] In May.",
        ]  # fmt: skip

    def test_its_making_is_not_its_date(self, take):
        meta = (
            f"<office:document-meta {SPACES}><dc:title>The Mill</dc:title><meta:initial-creator>Ada Holloway"
            "</meta:initial-creator><meta:creation-date>2023-05-04T10:00</meta:creation-date></office:document-meta>"
        )
        content = f"<office:document {SPACES}><text:p>Words.</text:p></office:document>"
        known = take("a.odt", package({"content.xml": content, "meta.xml": meta})).metadata
        assert (known.title, known.creators, known.date) == ("The Mill", ("Ada Holloway",), None)
        assert known.extra["odt_created"] == "2023-05-04"

    def test_properties_that_cannot_be_read_cost_only_themselves(self, take):
        content = f"<office:document {SPACES}><text:p>Words.</text:p></office:document>"
        data = package({"content.xml": content, "meta.xml": "x" * 50})
        broken = data.replace(b"PK\x03\x04", b"PK\x03\x05").replace(b"PK\x03\x05", b"PK\x03\x04", 1)
        assert take("a.odt", broken).text == "Words."

    def test_a_password_is_said(self, take):
        with pytest.raises(ExtractionFailed) as caught:
            take("a.odt", package({"META-INF/manifest.xml": "<x encryption-data=''/>", "content.xml": "x"}))
        assert caught.value.code == "encrypted_file"


RTF = rb"""{\rtf1\ansi\ansicpg1252{\info{\title The M\'fchle}{\author Ada Holloway}{\creatim\yr2020\mo3\dy4}}
{\pard\outlinelevel0 The strike\par}{\pard It began in May \endash  and lasted.\par}
{\trowd\cellx1\cellx2\pard\intbl a\cell b\cell\row}}"""


class TestRtf:
    def test_words_headings_and_rows(self, take):
        assert blocks(take("a.rtf", RTF)) == ["# The strike", "It began in May – and lasted.", "a\tb"]

    def test_its_info_is_metadata(self, take):
        known = take("a.rtf", RTF).metadata
        assert (known.title, known.creators, known.date) == ("The Mühle", ("Ada Holloway",), None)
        assert known.extra["rtf_created"] == "2020-03-04"


@needs_data
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("unstructured_mixed/fake.doc", "Lorem ipsum dolor sit amet."),
        ("unstructured_mixed/simple.doc", "This is my first thought. This is my second thought."),
        ("unstructured_mixed/fake-doc-emphasized-text.doc", "I am a bold italic bold-italic text."),
        ("markitdown_mixed/test_outlook_msg.msg", "This is the body of the test email message"),
    ],
)
def test_the_binary_files_of_office_are_read(take, file, words):
    extracted = take(Path(file).name, (DATA / file).read_bytes())
    assert words in blocks(extracted)


@pytest.mark.parametrize("name", ["a.doc", "a.msg"])
def test_an_ole_file_that_is_broken_is_damaged(take, name):
    with pytest.raises(ExtractionFailed) as caught:
        take(name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert caught.value.code == "damaged_file"


def test_slides_come_in_the_order_in_which_they_are_shown(take):
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    slide = (
        "<p:sld xmlns:p='p' xmlns:a='a'><p:sp><a:p><a:t>{0} words</a:t></a:p></p:sp>"
        "<p:sp><p:nvPr><p:ph type='title'/></p:nvPr><a:p><a:t>{0}</a:t></a:p></p:sp></p:sld>"
    )
    data = package(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": f"<p xmlns:r='{relation}'><sldId r:id='r2'/><sldId r:id='r1'/></p>",
            "ppt/_rels/presentation.xml.rels": "<R><x Id='r1' Type='t/slide' Target='slides/1.xml'/>"
            "<x Id='r2' Type='t/slide' Target='slides/2.xml'/></R>",
            "ppt/slides/1.xml": slide.format("First"),
            "ppt/slides/2.xml": slide.format("Second"),
        }
    )
    extracted = take("a.pptx", data)
    assert blocks(extracted) == ["## Second", "Second words", "## First", "First words"]
    assert [page.label for page in extracted.pages] == ["1", "2"]


def test_a_notebook_is_prose_and_code(take):
    cells = [
        {"cell_type": "markdown", "source": ["# Looms\n", "\n", "How *many*?"]},
        {"cell_type": "code", "source": "count = 3\n", "outputs": [{"text": "left out"}]},
    ]
    extracted = take("a.ipynb", json.dumps({"cells": cells}).encode())
    assert blocks(extracted) == ["# Looms", "How many?", "count = 3"]
    assert extracted.metadata.title == "Looms"
