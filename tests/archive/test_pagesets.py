"""Volumes of page images: known by their names, read in order, with the text that others recognised."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdfium2 import PdfDocument

from lyceum.archive import Found, find_files
from lyceum.archive.extract import detect, extract_here
from lyceum.archive.pagesets import files_of_page_set, is_page_set, pack
from lyceum.config import Settings
from lyceum.library import Library

HOCR = """<html><body><div class='ocr_page' title='bbox 0 0 1000 1500'><p class='ocr_par'>
<span class='ocr_line' title='bbox 100 {top} 900 140'><span class='ocrx_word' title='bbox 100 100 200 140; x_wconf 90'>
{first}</span> <span class='ocrx_word' title='bbox 220 100 300 140; x_wconf 70'>stood</span>
<span class='ocrx_word' title='bbox 310 100 320 140; x_wconf 70'>.</span></span></p></div></body></html>"""
ALTO = """<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Layout><Page PRINTED_IMG_NR="xi" HEIGHT="1500">
<PrintSpace><TextBlock><TextLine><String CONTENT="The" WC="0.5" HPOS="10" VPOS="10" WIDTH="50" HEIGHT="40"/>
<String CONTENT="wea" WC="0.9" HPOS="70" VPOS="10" WIDTH="50" HEIGHT="40"/><HYP CONTENT="-"/></TextLine>
<TextLine><String CONTENT="vers" WC="0.9" HPOS="10" VPOS="60" WIDTH="50" HEIGHT="40"/></TextLine></TextBlock>
</PrintSpace></Page></Layout></alto>"""
METS = """<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
xmlns:mods="http://www.loc.gov/mods/v3"><dmdSec><mods:mods><mods:titleInfo><mods:title>The Mill</mods:title>
</mods:titleInfo><mods:originInfo><mods:dateIssued>1889</mods:dateIssued></mods:originInfo></mods:mods></dmdSec>
<fileSec><file ID="T2"><FLocat xlink:href="file://0002.xml"/></file>
<file ID="T1"><FLocat xlink:href="0001.html"/></file>
</fileSec><structMap TYPE="PHYSICAL"><div><div TYPE="page" ORDER="2" ORDERLABEL="5"><fptr FILEID="T1"/></div>
<div TYPE="page" ORDER="1" ORDERLABEL="iv"><fptr FILEID="T2"/></div></div></structMap></mets>"""


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["p1.tif", "p2.tif"], True),
        (["p1.tif", "p2.tif", "p1.xml", "p2.txt"], True),
        (["mets.xml", "img/0001.jpg", "alto/0001.xml"], True),
        (["p1.tif", "p2.tif", "letter.docx"], False),
        (["cat.png", "dog.png"], False),
        (["p1.png"], False),
        (["a.txt", "b.txt"], False),
    ],
)
def test_pages_are_known_by_their_names(names, expected):
    assert is_page_set(names) is expected


def taken(folder: Path):
    tar = folder.parent / f"{folder.name}.tar"
    with tar.open("wb") as out:
        pack(files_of_page_set(folder), folder, out)
    return extract_here(tar, tar.name, detect(tar.read_bytes()[:4096], tar.name))


def test_mets_gives_the_order_the_labels_and_the_title(tmp_path):
    folder = tmp_path / "volume"
    folder.mkdir()
    (folder / "mets.xml").write_text(METS)
    (folder / "0001.html").write_text(HOCR.format(top=100, first="Mill"))
    (folder / "0002.xml").write_text(ALTO)
    extracted = taken(folder)
    assert extracted.text == "The weavers\n\nMill stood."
    assert [(page.label, page.confidence) for page in extracted.pages] == [("iv", 0.7909), ("5", 0.78)]
    assert (extracted.metadata.title, str(extracted.metadata.date)) == ("The Mill", "1889")
    assert extracted.metadata.provenance["title"] == "mets:mods:title"


def test_a_folder_of_pages_is_one_source_and_any_other_folder_is_many(tmp_path):
    for name in ("scans/p1.png", "scans/p2.png", "letters/a.txt", "letters/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [
        Path(one.source).relative_to(tmp_path).as_posix()
        for one in find_files([str(tmp_path)])
        if isinstance(one, Found)
    ]
    assert found == ["letters/a.txt", "letters/b.png", "scans"]


def test_packing_is_the_same_whatever_the_dates(tmp_path):
    (tmp_path / "p1.png").write_bytes(b"x")
    (tmp_path / "p2.png").write_bytes(b"y")
    digests = []
    for _ in range(2):
        with (tmp_path / "out").open("wb") as out:
            pack(files_of_page_set(tmp_path) or [tmp_path / "p1.png", tmp_path / "p2.png"], tmp_path, out)
        digests.append((tmp_path / "out").read_bytes())
        (tmp_path / "out").unlink()
        (tmp_path / "p1.png").touch()
    assert digests[0] == digests[1]
    with tarfile.open(fileobj=io.BytesIO(digests[0])) as archive:
        assert archive.getnames() == ["p1.png", "p2.png"]


@pytest.mark.parametrize(
    ("source", "name", "text"),
    [(HOCR.format(top=100, first="Mill"), "a.hocr", "Mill stood."), (ALTO, "a.xml", "The weavers")],
)
def test_what_others_recognised_is_read_from_one_file(tmp_path, source, name, text):
    path = tmp_path / "blob"
    path.write_text(source)
    extracted = extract_here(path, name, detect(source.encode()[:4096], name))
    assert extracted.text == text
    assert extracted.pages[0].confidence


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_images_are_recognised_in_the_order_of_their_numbers(tmp_path):
    pdf = FPDF(unit="pt", format=(400, 120))
    for word in ("Second", "First"):
        pdf.add_page()
        pdf.set_font("Times", size=16)
        pdf.text(40, 60, f"{word} page of the printed book.")
    folder = tmp_path / "book"
    folder.mkdir()
    for page, name in zip(PdfDocument(bytes(pdf.output())), ("p10.png", "p9.png"), strict=True):
        page.render(scale=200 / 72).to_pil().save(folder / name)
    extracted = taken(folder)
    assert extracted.text.index("First page") < extracted.text.index("Second page")
    assert [page.label for page in extracted.pages] == ["1", "2"]


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "tar"])
@pytest.mark.parametrize(("suffix", "leaf"), [(".hocr", HOCR.replace("{top}", "100")), (".xml", ALTO)])
def test_what_was_recognised_of_a_volume_is_one_document_without_its_images_too(tmp_path, models, packed, suffix, leaf):
    """In the order of its numbers."""
    volume = tmp_path / "volume"
    volume.mkdir()
    for number in (10, 2):
        text = leaf.replace("{first}", f"Leaf{number}").replace('CONTENT="The"', f'CONTENT="Leaf{number}"')
        (volume / f"p{number}{suffix}").write_text(text)
    source = volume
    if packed:
        source = tmp_path / "volume.tar"
        with source.open("wb") as out:
            pack(sorted(volume.iterdir()), volume, out)
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        library.add([str(source)], vectors=False)
        (document,) = library.documents()
        text = library.text(document)
    assert text.index("Leaf2") < text.index("Leaf10")


def test_numbered_pages_of_a_site_are_no_volume(tmp_path):
    for number in (1, 2):
        (tmp_path / f"p{number}.html").write_text("<html><p>The looms stood still.</p></html>")
    assert files_of_page_set(tmp_path) == []
