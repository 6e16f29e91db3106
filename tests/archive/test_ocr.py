"""Scans are recognised where tesseract is installed, and refused with the command that installs it where not."""

from __future__ import annotations

import shutil

import pypdfium2
import pytest
from fpdf import FPDF

from lyceum.archive.extract import LimitedWorker, detect, extract_here
from lyceum.archive.extractors import ocr
from lyceum.archive.model import Extracted
from lyceum.archive.spoken import Spoken, telling
from lyceum.errors import ExtractionFailed

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")

STRIKE = (
    "The weavers of the valley laid down their work on Monday",
    "morning, and by the evening of the same day the looms of",
    "all five mills had fallen silent. The masters sent for the",
    "constables, who came, looked at the crowd, and went away.",
)


def typed(*pages: tuple[str, ...], font: str = "Times") -> FPDF:
    pdf = FPDF(unit="pt", format=(400, 300))
    for lines in pages:
        pdf.add_page()
        pdf.set_font(font, size=12)
        for number, line in enumerate(lines):
            pdf.text(40, 80 + 16 * number, line)
    return pdf


def scanned(*pages: tuple[str, ...], beside: FPDF | None = None) -> bytes:
    """A PDF whose pages are pictures of typed pages; they follow those of `beside`, where it is given."""
    drawn = pypdfium2.PdfDocument(bytes(typed(*pages).output()))
    pdf = beside or FPDF(unit="pt", format=(400, 300))
    for page in drawn:
        pdf.add_page()
        pdf.image(page.render(scale=200 / 72).to_pil(), x=0, y=0, w=400, h=300)
    return bytes(pdf.output())


@pytest.fixture
def take(tmp_path):
    def act(data: bytes, name: str = "scan.pdf") -> Extracted:
        path = tmp_path / "blob"
        path.write_bytes(data)
        return extract_here(path, name, detect(data[:4096], name))

    return act


@needs_tesseract
def test_a_scan_is_read_and_says_how_sure_it_is(take):
    extracted = take(scanned(STRIKE))
    assert extracted.text == " ".join(STRIKE)
    (page,) = extracted.pages
    assert page.confidence is not None
    assert 0.8 < page.confidence <= 1
    assert "recognised" in extracted.notes[0]


@needs_tesseract
def test_of_a_mixed_file_only_the_scanned_pages_are_recognised(take):
    extracted = take(scanned(STRIKE, beside=typed(("This page was typed.",))))
    assert [page.confidence is None for page in extracted.pages] == [True, False]
    assert extracted.text.startswith("This page was typed.")
    assert "fallen silent" in extracted.text


@needs_tesseract
def test_a_language_is_known_by_its_small_words(take):
    """With English data alone the accents would be lost."""
    lines = (
        "Les ouvriers de la vallée ont cessé le travail, et dans la",
        "soirée les métiers des cinq filatures s'étaient arrêtés.",
    )
    extracted = take(scanned(lines))
    if any("tesseract-ocr-fra" in note for note in extracted.notes):
        pytest.skip("tesseract has no French data here")
    assert "la soirée les métiers" in extracted.text


def test_without_tesseract_a_scan_is_refused_with_the_command_that_installs_it(take, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ExtractionFailed) as caught:
        take(scanned(STRIKE))
    assert caught.value.code == "ocr_missing"
    assert "apt-get install tesseract-ocr" in caught.value.hint


def test_without_tesseract_the_typed_pages_of_a_mixed_file_are_kept(take, monkeypatch):
    monkeypatch.setenv("PATH", "")
    extracted = take(scanned(STRIKE, beside=typed(("This page was typed.",))))
    assert extracted.text == "This page was typed."
    assert "1 of 2 pages are images" in extracted.notes[0]


SLOW = """#!/bin/sh
cat > /dev/null
case "$*" in *--list-langs*) printf 'List\\neng\\n'; exit;; esac
sleep 0.7
printf 'level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n'
printf '1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t900\\t900\\t-1\\t\\n5\\t1\\t1\\t1\\t1\\t1\\t90\\t90\\t90\\t30\\t95\\tlooms\\n'
"""


def test_a_page_and_not_a_file_has_a_time_limit(tmp_path, monkeypatch):
    """Five pages take longer than the limit together, and none alone."""
    program = tmp_path / "tesseract"
    program.write_text(SLOW)
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(*[STRIKE] * 5))
    with LimitedWorker(seconds=3) as worker:
        extracted = worker.extract(path, "scan.pdf")
    assert len(extracted.pages) == 5
    assert extracted.text.count("looms") == 5


@needs_tesseract
def test_an_image_that_is_none_is_damaged(take):
    with pytest.raises(ExtractionFailed) as caught:
        take(b"\x89PNG\r\n\x1a\n and no more", "scan.png")
    assert caught.value.code == "damaged_file"


ECHO = """#!/bin/sh
cat > /dev/null
case "$*" in *--list-langs*) printf 'List\\ndeu\\neng\\nlat\\nosd\\n'; exit;; esac
printf 'level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n'
printf '1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t900\\t900\\t-1\\t\\n5\\t1\\t1\\t1\\t1\\t1\\t90\\t90\\t90\\t30\\t95\\t%s\\n' "$4"
"""


@pytest.fixture
def languages(tmp_path, monkeypatch, take):
    """In which languages a scan is recognised, by a program that knows German, English and Latin; and the notes."""
    program = tmp_path / "tesseract"
    program.write_text(ECHO)
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    ocr._installed_languages.cache_clear()

    def act(**said: str) -> tuple[str, str]:
        with telling(Spoken(**said)):
            extracted = take(scanned(STRIKE))
        return extracted.text, " ".join(extracted.notes)

    yield act
    ocr._installed_languages.cache_clear()


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ({}, "eng"),
        ({"known": "de"}, "deu"),
        ({"asked": "deu+lat"}, "deu+lat"),
        ({"asked": "German, la", "known": "en"}, "deu+lat"),
        ({"known": "da"}, "eng"),
        ({"asked": "dan+deu"}, "deu"),
    ],
    ids=["unknown", "known", "asked", "by-name", "known-without-data", "some-without-data"],
)
def test_a_scan_is_recognised_in_the_languages_that_were_asked_for_or_are_known(languages, said, used):
    text, notes = languages(**said)
    assert text == used
    assert ("apt-get install tesseract-ocr-dan" in notes) == ("da" in str(said))


def test_languages_of_which_none_can_be_recognised_are_refused_with_the_command_that_installs_them(languages):
    """A text recognised in a wrong language would look like one."""
    with pytest.raises(ExtractionFailed) as caught:
        languages(asked="dan+swe", known="de")
    assert caught.value.code == "ocr_language_missing"
    assert "apt-get install tesseract-ocr-dan tesseract-ocr-swe" in caught.value.hint
