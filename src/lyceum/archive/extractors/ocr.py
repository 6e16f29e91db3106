"""Recognises the words in images of pages with tesseract, which is optional to install, a page in bounded time."""

from __future__ import annotations

import csv
import functools
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from lyceum import text as texts
from lyceum.archive.extractors.common import collapse, language_code
from lyceum.archive.extractors.layout import PageLines
from lyceum.archive.extractors.recognised import DPI, Word, page_of
from lyceum.archive.pace import gets_on
from lyceum.archive.spoken import Spoken, spoken_here
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


def _language_missing(codes: Sequence[str]) -> ExtractionFailed:
    """The error for a scan that was to be recognised in languages of which none can be."""
    return ExtractionFailed(
        f"Recognition has no data for the languages that were asked for: {', '.join(codes)}.",
        hint=f"Install them with `{_install(codes)}`, or ask for others (`tesseract --list-langs` names those that are "
        "here), then add it again.",
        code="ocr_language_missing",
    )


def _install(codes: Sequence[str]) -> str:
    return "apt-get install " + " ".join(f"tesseract-ocr-{code.replace('_', '-').lower()}" for code in codes)


def _codes(said: str, installed: Collection[str]) -> list[str]:
    """Tesseract's codes of languages, whose names or codes are parted by a plus sign, a comma or a space."""
    names = [one for one in re.split(r"[+,;\s]+", said) if one]
    codes = (name if name in installed else _CODES.get(language_code(name) or "", name) for name in names)
    return [code for code in dict.fromkeys(codes) if re.fullmatch(r"\w{2,20}", code)]


class Recogniser:
    """Reads the page images of one document, and learns from the first of them in which language it is written."""

    def __init__(self, spoken: Spoken | None = None) -> None:
        spoken = spoken or spoken_here()
        installed = _installed_languages()
        asked, known = _codes(spoken.asked, installed), "".join(_codes(spoken.known, installed)[:1])
        self._chosen = "+".join(code for code in asked if code in installed)
        self._absent = [code for code in asked if code not in installed]
        if self._absent and not self._chosen:
            raise _language_missing(self._absent)
        self._lacking = "" if known in installed else known
        usual = _ENGLISH if _ENGLISH in installed else next(iter(sorted(installed)), "")
        self._fallback = known if known in installed else usual
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
        if self._absent:
            said.append(f"Recognition has no data for {', '.join(self._absent)}; `{_install(self._absent)}` gives it.")
        if self._lacking:
            said.append(
                f"It seems to be written in a language ({self._lacking}) for which recognition has no data; "
                f"`{_install([self._lacking])}` gives it."
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
