"""The pages of an original as they look: drawn of a PDF, made smaller of a scan, in the process that can do no harm."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import fpdf
import pytest
from PIL import Image

from lyceum.archive import LimitedWorker, has_pictures
from lyceum.archive.pictures import checked_picture, picture_here, pictured_here
from lyceum.errors import ExtractionFailed

RED, BLUE = (200, 20, 20), (20, 20, 200)


def image(colour: tuple[int, int, int], kind: str = "PNG", size: tuple[int, int] = (1_600, 2_400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def colour_of(picture: bytes) -> str:
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.format == "JPEG"
        red, _, blue = opened.convert("RGB").getpixel((opened.width // 2, opened.height // 2))
    return "red" if red > blue else "blue"


def width_of(picture: bytes) -> int:
    with Image.open(io.BytesIO(picture)) as opened:
        return opened.width


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    document = fpdf.FPDF()
    for colour in (RED, BLUE):
        document.add_page()
        document.set_fill_color(*colour)
        document.rect(0, 0, 210, 297, "F")
    path = tmp_path / "two.pdf"
    document.output(str(path))
    return path


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A page set whose names are in no order of letters, and whose middle page is text alone."""
    path = tmp_path / "volume.tar"
    members = {"p10.png": image(BLUE), "p2.png": image(RED), "p2.txt": b"two", "p10.txt": b"ten"}
    with tarfile.open(path, "w") as out:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def test_each_page_of_a_pdf_is_drawn_in_a_child_process(pdf):
    with LimitedWorker(seconds=20) as worker:
        assert worker.pictured(pdf, pdf.name) == [True, True]
        assert [colour_of(worker.picture(pdf, pdf.name, number, 300)) for number in (0, 1)] == ["red", "blue"]


@pytest.mark.parametrize("width", [200, 900])
def test_a_page_is_as_wide_as_was_asked(pdf, width):
    assert abs(width_of(picture_here(pdf, pdf.name, "application/pdf", 0, width)) - width) <= 1


def test_the_images_of_a_volume_are_its_pages_in_their_order(volume):
    kind = "application/x-tar"
    assert pictured_here(volume, volume.name, kind) == [True, True]
    assert [colour_of(picture_here(volume, volume.name, kind, number, 300)) for number in (0, 1)] == ["red", "blue"]


def test_mets_says_which_image_shows_which_page(tmp_path):
    mets = """<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"><fileSec><fileGrp>
      <file ID="A"><FLocat xlink:href="a.jpg"/></file><file ID="B"><FLocat xlink:href="b.jpg"/></file>
      <file ID="C"><FLocat xlink:href="c.txt"/></file></fileGrp></fileSec><structMap TYPE="physical"><div>
      <div ORDER="1" LABEL="i"><fptr FILEID="B"/></div><div ORDER="2" LABEL="1"><fptr FILEID="A"/></div>
      <div ORDER="3" LABEL="2"><fptr FILEID="C"/></div></div></structMap></mets>"""
    path = tmp_path / "book.tar"
    with tarfile.open(path, "w") as out:
        for name, data in {"mets.xml": mets.encode(), "a.jpg": image(RED, "JPEG"), "b.jpg": image(BLUE, "JPEG"),
                           "c.txt": b"words"}.items():  # fmt: skip
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    assert pictured_here(path, path.name, "application/x-tar") == [True, True, False]
    assert colour_of(picture_here(path, path.name, "application/x-tar", 0, 300)) == "blue"


def test_each_frame_of_a_scan_is_a_page_and_none_is_made_larger(tmp_path):
    path = tmp_path / "scan.tiff"
    first, second = (Image.new("RGB", (400, 600), colour) for colour in (RED, BLUE))
    first.save(path, "TIFF", save_all=True, append_images=[second])
    assert pictured_here(path, path.name, "image/tiff") == [True, True]
    picture = picture_here(path, path.name, "image/tiff", 1, 1_000)
    assert (colour_of(picture), width_of(picture)) == ("blue", 400)


def test_a_scan_in_black_and_white_becomes_grey(tmp_path):
    path = tmp_path / "scan.png"
    Image.new("1", (2_000, 3_000), 1).save(path)
    assert width_of(picture_here(path, path.name, "image/png", 0, 500)) == 500


@pytest.mark.parametrize(
    ("name", "data", "number"),
    [("a.pdf", b"%PDF-1.7 broken", 0), ("a.png", b"\x89PNG\r\n\x1a\nbroken", 0), ("a.tar", b"no tar at all" * 99, 0),
     ("a.png", image(RED), 7)],
    ids=["pdf", "image", "volume", "no-such-page"],
)  # fmt: skip
def test_what_cannot_be_shown_is_told(tmp_path, name, data, number):
    path = tmp_path / name
    path.write_bytes(data)
    kind = {"pdf": "application/pdf", "png": "image/png", "tar": "application/x-tar"}[name[2:]]
    with pytest.raises(ExtractionFailed) as refused:
        picture_here(path, name, kind, number, 300)
    assert refused.value.code in ("no_picture", "damaged_file")


def test_an_image_of_too_many_points_is_not_opened(tmp_path):
    """A file of some kilobytes may ask for gigabytes of memory."""
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path, compress_level=1)
    with pytest.raises(ExtractionFailed) as refused:
        picture_here(path, path.name, "image/png", 0, 300)
    assert refused.value.code == "no_picture"


@pytest.mark.parametrize("said", ["", "PHN2Zz4=", "not base64!", 7], ids=["nothing", "svg", "garbage", "number"])
def test_what_a_misled_child_sends_instead_is_refused(said):
    with pytest.raises((ValueError, TypeError)):
        checked_picture(said)


def test_only_files_of_pages_may_have_pictures(pdf, tmp_path):
    text = tmp_path / "letter.txt"
    text.write_text("A letter.")
    assert has_pictures(pdf, pdf.name)
    assert not has_pictures(text, text.name)
