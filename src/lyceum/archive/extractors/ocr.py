"""Recognises the words in images of pages with tesseract, which is optional to install, a page in bounded time."""

from __future__ import annotations

import csv
import functools
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lyceum import text as texts
from lyceum.archive.extractors.common import collapse
from lyceum.archive.extractors.layout import PageLines
from lyceum.archive.extractors.recognised import DPI, Word, page_of
from lyceum.archive.pace import gets_on
from lyceum.errors import ExtractionFailed
from lyceum.function_words import FUNCTION_WORDS

__all__ = ["Recogniser", "is_installed", "missing"]

_PAGE_SECONDS = 60
_ENGLISH = "eng"
_CODES = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu", "el": "ell", "en": "eng",
    "eo": "epo", "es": "spa", "et": "est", "eu": "eus", "fi": "fin", "fr": "fra", "ga": "gle", "he": "heb", "hr": "hrv",
    "hu": "hun", "is": "isl", "it": "ita", "ja": "jpn", "ko": "kor", "la": "lat", "lt": "lit", "lv": "lav", "nl": "nld",
    "no": "nor", "nb": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi",
    "sr": "srp", "sv": "swe", "tr": "tur", "uk": "ukr", "vi": "vie", "yi": "yid", "zh": "chi_sim",
}  # fmt: skip
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}
_FEWEST_SMALL_WORDS = 8
_SMALL_SHARE = 0.15
_MOST_TRIED = 6
_DOUBTFUL = 0.7


def is_installed() -> bool:
    """Whether there is a tesseract to run."""
    return shutil.which("tesseract") is not None


def missing(name: str) -> ExtractionFailed:
    """The error for a document that only character recognition could read."""
    return ExtractionFailed(
        f"“{name}” is a scan, and no program to recognise its characters is installed.",
        hint="Install one with `apt-get install tesseract-ocr` (on a Mac `brew install tesseract`), then add it again.",
        code="ocr_missing",
    )


class Recogniser:
    """Reads the page images of one document, and learns from the first of them in which language it is written."""

    def __init__(self, languages: str = "") -> None:
        installed = _installed_languages()
        self._chosen = "+".join(one for one in languages.split("+") if one in installed)
        self._lacking = ""
        self._fallback = _ENGLISH if _ENGLISH in installed else next(iter(sorted(installed)), "")
        self._failed: list[str] = []
        self._doubtful: list[str] = []

    def read(self, image: bytes, label: str) -> list[PageLines]:
        """The pages of one image file, of which TIFF may hold many; one without lines where nothing is recognised."""
        pages = self._read(image, label)
        gets_on()
        for page in pages:
            if page.confidence is not None and page.confidence < _DOUBTFUL:
                self._doubtful.append(page.label)
        return pages

    @property
    def failed(self) -> bool:
        """Whether an image could not be read at all."""
        return bool(self._failed)

    def notes(self) -> list[str]:
        """What a reader of the text must know about how it came to be."""
        said = ["The text was recognised from images of pages."]
        if self._lacking:
            said.append(
                f"It seems to be written in a language ({self._lacking}) for which recognition has no data; "
                f"`apt-get install tesseract-ocr-{self._lacking.replace('_', '-')}` gives it."
            )
        if self._doubtful:
            said.append(f"Recognition was in doubt on these pages: {', '.join(self._doubtful[:30])}.")
        if self._failed:
            said.append(f"Recognition failed on these pages: {', '.join(self._failed[:30])}.")
        return said

    def _read(self, image: bytes, label: str) -> list[PageLines]:
        if self._chosen:
            return self._recognise(image, label, self._chosen)
        pages = self._recognise(image, label, self._fallback)
        others = sorted(_installed_languages() - {self._fallback})[:_MOST_TRIED]
        if others and 0 < _surety(pages) < _DOUBTFUL:
            pages = max(pages, self._recognise(image, label, "+".join(others)), key=_surety)
        code = _language_of(pages)
        if not code:
            return pages
        self._lacking = "" if code in _installed_languages() else code
        self._chosen = self._fallback if self._lacking else code
        return pages if self._chosen == self._fallback else self._recognise(image, label, code)

    def _recognise(self, image: bytes, label: str, languages: str) -> list[PageLines]:
        try:
            table = _tesseract(image, languages)
        except (subprocess.SubprocessError, OSError):
            self._failed.append(label)
            return [PageLines(label, [])]
        pages = list(_pages(table))
        return [
            replace(page, label=label if len(pages) == 1 else f"{label}.{number}")
            for number, page in enumerate(pages, start=1)
        ] or [PageLines(label, [])]


def _tesseract(image: bytes, languages: str) -> str:
    """The table of words that tesseract makes of an image; it reads and writes pipes only."""
    done = subprocess.run(  # noqa: S603 (no shell; the image is data on standard input)
        [shutil.which("tesseract") or "tesseract", "stdin", "stdout", "-l", languages, "--psm", "1",
         "--dpi", str(DPI), "tsv"],
        input=image,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_PAGE_SECONDS,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


@functools.cache
def _installed_languages() -> frozenset[str]:
    try:
        done = subprocess.run(  # noqa: S603 (no shell, nothing from outside)
            [shutil.which("tesseract") or "tesseract", "--list-langs"],
            capture_output=True, timeout=_PAGE_SECONDS, check=True,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        return frozenset()
    return frozenset(done.stdout.decode("utf-8", "replace").split("\n")[1:]) - {"", "osd", "snum"}


def _pages(table: str) -> Iterator[PageLines]:
    """The pages of tesseract's table, whose rows say their level: 1 a page, 5 a word."""
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for _, group in itertools.groupby(rows, key=lambda row: row["page_num"]):
        first, *rest = group
        words = [word for row in rest if row["level"] == "5" and (word := _word(row))]
        page = page_of(words, int(first["height"]))
        page.confidence = 1.0 if page.confidence is None else page.confidence
        yield page


def _word(row: Mapping[str, str]) -> Word | None:
    text = collapse(row["text"] or "")
    if not text:
        return None
    left, top, width, height = (int(row[side]) for side in ("left", "top", "width", "height"))
    place = int(row["block_num"]), int(row["par_num"]), int(row["line_num"])
    return Word(text, float(row["conf"]) / 100, left, top, left + width, top + height, place)


def _language_of(pages: Sequence[PageLines]) -> str:
    """Tesseract's code of the language whose small words stand on a page; empty where there are too few to tell."""
    said = [word for page in pages for line in page.lines for word in texts.words(line.text)]
    scores = {language: sum(word in small for word in said) for language, small in _SMALL_WORDS.items()}
    language = max(scores, key=scores.__getitem__)
    enough = scores[language] >= max(_FEWEST_SMALL_WORDS, _SMALL_SHARE * len(said))
    return _CODES.get(language, "") if enough else ""


def _surety(pages: Sequence[PageLines]) -> float:
    """The mean confidence of pages on which something was recognised; 0 for none."""
    sure = [page.confidence or 0.0 for page in pages if page.lines]
    return sum(sure) / len(sure) if sure else 0.0
