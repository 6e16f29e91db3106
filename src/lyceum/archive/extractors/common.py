"""What the extractors share: encodings, white space, dates, languages, members of ZIP-based files."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lyceum.archive.model import BlockKind, Extracted, Metadata, Page, PartialDate, TextBuilder
from lyceum.errors import ExtractionFailed, InvalidValue

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_MARKS = frozenset("‘’“”‚„…–—«»‹›§°£€©®™½¼¾·•¿¡´¶ªº\xa0\xad\u0307")
_ALPHABETS = {  # by language, the commonest code page first: of equals the first is taken
    "cp1252": (
        "àâæçéèêëîïôœùûüÿ", "äöüßé", "áéíóúñüç", "áâãàçéêíóôõú", "àèéìíîòóùú", "åäöé", "æøåéü", "áéíóúýþæöð",
        "éëïóöüèêáí",
    ),
    "cp1250": ("áčďéěíňóřšťúůýžäôĺľŕ", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}  # fmt: skip
_RARE_SHARE = 0.3
_ALPHABET_SHARE = 0.95
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_GUESSED_BYTES = 256 * 1024
_MEMBER_BYTES = 32 * 2**20
_PACKAGE_BYTES = 512 * 2**20
_PACKAGE_MEMBERS = 20_000

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? ([A-Za-z]+)\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]+)\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})")
_NUMBERS = re.compile(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?|(\d{4})(\d{2})(\d{2})")
_RFC_2822 = re.compile(r"^[A-Za-z]{3}, ")
_CLOCK = re.compile(r"[ T]\d{1,2}:\d{2}.*$")

_LANGUAGES = {
    "arabic": "ar",
    "bulgarian": "bg",
    "catalan": "ca",
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "esperanto": "eo",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "icelandic": "is",
    "italian": "it",
    "japanese": "ja",
    "latin": "la",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "spanish": "es",
    "swedish": "sv",
    "tagalog": "tl",
    "turkish": "tr",
    "welsh": "cy",
}
_THREE_LETTERS = {
    "eng": "en",
    "ger": "de",
    "deu": "de",
    "fre": "fr",
    "fra": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "rus": "ru",
    "dut": "nl",
    "nld": "nl",
    "jpn": "ja",
    "ara": "ar",
}
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block on its way into a text; `marks` are the (offset, label) of pages that begin inside it."""

    kind: BlockKind
    text: str
    level: int = 0
    marks: tuple[tuple[int, str], ...] = ()


def compose(pieces: Sequence[Piece], metadata: Metadata, notes: Iterable[str] = ()) -> Extracted:
    """The pieces as one text, with pages that may begin in the middle of a paragraph."""
    builder = TextBuilder()
    solid = [piece for piece in pieces if piece.text.strip()]
    for piece in solid:
        if piece.kind == "heading":
            builder.heading(piece.text, level=piece.level)
        else:
            builder.paragraph(piece.text)
    built = builder.build(metadata, notes)
    starts = [
        (block.start + offset, label)
        for block, piece in zip(built.blocks, solid, strict=True)
        for offset, label in piece.marks
    ]
    starts = [mark for index, mark in enumerate(starts) if index == 0 or mark[1] != starts[index - 1][1]]
    following = [start for start, _ in starts[1:]] + [len(built.text)]
    pages = (Page(label, start, end) for (start, label), end in zip(starts, following, strict=False))
    return replace(built, pages=tuple(pages))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes as text; `note` says when the encoding was guessed, and is empty when it was known."""

    text: str
    note: str = ""


def decode(data: bytes, name: str, *, declared: str | None = None) -> Decoded:
    """Text by byte order mark, as strict UTF-8, as declared, or by a guess; raises for binary content.

    Line ends come out as `\\n`.
    """
    found = _by_mark(data) or _unmarked_utf16(data) or _strictly(data, "utf-8")
    found = found or _as_declared(data, declared) or _guessed(data)
    text = found.text.replace("\r\n", "\n").replace("\r", "\n")
    if _is_binary(text):
        raise ExtractionFailed(
            f"“{name}” holds binary data, not text.",
            hint="Add the file in the format that its name promises, or leave it out.",
            code="binary_file",
        )
    return Decoded(text, found.note)


def collapse(text: str) -> str:
    """Every run of white space as one space; non-breaking spaces and soft hyphens stay."""
    return " ".join(text.split()) if text.isascii() else _SPACE.sub(" ", text).strip()


def language_code(stated: str | None) -> str | None:
    """The two-letter code of a tag such as `en-US`, `eng` or `English`; None where there is none."""
    word = (stated or "").strip()
    if word.lower() in _LANGUAGES:
        return _LANGUAGES[word.lower()]
    match = _TAG.fullmatch(word.lower())
    if match is None or match[1] in ("und", "mul", "zxx", "mis"):
        return None
    return _THREE_LETTERS.get(match[1], match[1])


def stated_date(stated: str | None) -> PartialDate | None:
    """The date that a text states without doubt; None for `03/04/1919`, which two readers read two ways."""
    text = collapse(stated or "")
    if not text:
        return None
    try:
        return PartialDate.parse(text.removesuffix("Z"))
    except InvalidValue:
        return _written_date(_CLOCK.sub("", _RFC_2822.sub("", text)).rstrip(" ,"))


def creators(stated: str | None) -> tuple[str, ...]:
    """Names out of one string, parted at semicolons only: a comma may belong to a name."""
    return tuple(name for name in map(collapse, (stated or "").split(";")) if name)


def open_package(path: Path, name: str) -> zipfile.ZipFile:
    """A ZIP-based file, opened after its directory was found to be of a sane size."""
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, ValueError, UnicodeDecodeError, NotImplementedError) as exc:
        raise damaged(name, "its ZIP directory cannot be read") from exc
    members = package.infolist()
    if len(members) > _PACKAGE_MEMBERS or sum(m.file_size for m in members) > _PACKAGE_BYTES:
        package.close()
        raise ExtractionFailed(
            f"“{name}” unpacks to more than {_PACKAGE_BYTES >> 20} MB or {_PACKAGE_MEMBERS:,} parts.",
            hint="This looks like an archive bomb. If it is a real book, split it.",
            code="archive_bomb",
        )
    return package


def read_member(package: zipfile.ZipFile, member: str, name: str, *, limit: int = _MEMBER_BYTES) -> bytes:
    """One member's bytes; raises archive_bomb past the limit, encrypted_file, or damaged_file."""
    try:
        info = package.getinfo(member)
        if info.flag_bits & 1:
            raise encrypted(name)
        with package.open(info) as stream:
            data = stream.read(limit + 1)
    except KeyError as exc:
        raise damaged(name, f"its part “{member}” is missing") from exc
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error) as exc:
        raise damaged(name, f"its part “{member}” cannot be unpacked") from exc
    if len(data) > limit:
        raise ExtractionFailed(
            f"“{member}” in “{name}” unpacks to more than {limit >> 20} MB.",
            hint="This looks like an archive bomb. If it is a real book, split its chapters.",
            code="archive_bomb",
        )
    return data


def damaged(name: str, why: str) -> ExtractionFailed:
    """The error for a file that cannot be read: `why` completes “…, because”."""
    return ExtractionFailed(
        f"“{name}” is damaged: {why}.",
        hint="Open the file in its own program, save it anew and add it again.",
        code="damaged_file",
    )


def encrypted(name: str) -> ExtractionFailed:
    """The error for a file that needs a password or a key."""
    return ExtractionFailed(
        f"“{name}” is encrypted.",
        hint="Remove the password or the copy protection and add the file again.",
        code="encrypted_file",
    )


def no_text(name: str, hint: str = "") -> ExtractionFailed:
    """The error for a file without a single character of text."""
    return ExtractionFailed(
        f"“{name}” holds no text.",
        hint=hint or "Check that this is the right file; there is nothing in it to search.",
        code="no_text",
    )


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding, errors="replace").removeprefix("\ufeff"))
    return None


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding))
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _as_declared(data: bytes, declared: str | None) -> Decoded | None:
    """Browsers read `latin-1` and `ascii` as Windows-1252, as WHATWG demands; so do we."""
    if not declared:
        return None
    encoding = declared.strip().lower()
    if encoding in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        encoding = "cp1252"
    return _strictly(data, encoding) or (_strictly(data, "latin-1") if encoding == "cp1252" else None)


def _unmarked_utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark, known by every other byte of its beginning being NUL."""
    head = data[:2000]
    if len(head) < 8:
        return None
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > 0.7 * len(zeros):
            return _strictly(data, encoding)
    return None


def _guessed(data: bytes) -> Decoded:
    if known := _by_alphabet(data):
        return known
    from charset_normalizer import from_bytes  # noqa: PLC0415 (rarely needed; keeps the worker small)

    best = None if b"\x00" in data[:_GUESSED_BYTES] else from_bytes(_sample(data)).best()
    encoding = best.encoding if best else "cp1252"
    found = _strictly(data, encoding) or _strictly(data, "cp1252")
    text = found.text if found else data.decode("cp1252", errors="replace")
    used = encoding if found else "cp1252"
    return Decoded(text, f"The encoding was not stated; {used} was guessed.")


def _by_alphabet(data: bytes) -> Decoded | None:
    """The code page in which nearly all letters beyond ASCII belong to one language's alphabet.

    The guesser is weak where such letters are rare: it takes French for Baltic.
    """
    beyond = bytes(byte for byte in data[:_GUESSED_BYTES] if byte > 0x7F)
    if len(beyond) > _RARE_SHARE * len(data[:_GUESSED_BYTES]):
        return None
    scores = {encoding: _best_share(beyond, encoding) for encoding in _ALPHABETS}
    encoding = max(scores, key=scores.__getitem__)
    found = _strictly(data, encoding) if scores[encoding] >= _ALPHABET_SHARE else None
    return Decoded(found.text, f"The encoding was not stated; {encoding} was guessed.") if found else None


def _best_share(beyond: bytes, encoding: str) -> float:
    decoded = _strictly(beyond, encoding)
    if decoded is None:
        return 0.0
    signs = [sign for sign in decoded.text.lower() if sign > "\x7f" and sign not in _MARKS]
    return max(
        sum(sign in alphabet for sign in signs) / len(signs) if signs else 1.0 for alphabet in _ALPHABETS[encoding]
    )


def _sample(data: bytes) -> bytes:
    """Lines with characters beyond ASCII: they decide, and the guesser is slow on whole books."""
    if len(data) <= _GUESSED_BYTES:
        return data
    telling = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    return b"".join(telling)[:_GUESSED_BYTES]


def _is_binary(text: str) -> bool:
    sample = text[:200_000]
    return "\x00" in text or len(_CONTROLS.findall(sample)) > max(2, len(sample) // 200)


def _written_date(text: str) -> PartialDate | None:
    try:
        if match := _DAY_FIRST.fullmatch(text):
            return PartialDate(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))
        if match := _MONTH_FIRST.fullmatch(text):
            day = int(match[2]) if match[2] else None
            return PartialDate(int(match[3]), _MONTHS[match[1].lower()], day)
        if match := _NUMBERS.fullmatch(text):
            year, month, day_ = (match[4], match[5], match[6]) if match[4] else match.groups()[:3]
            return PartialDate(int(year), int(month), int(day_) if day_ else None)
    except (ValueError, KeyError):
        pass
    return None
