"""Writes cards as an Anki package and reads such packages, which are hostile until proven otherwise.

Of a package only its collection is read, never under a name that it gives, within bounds of size and time, by a
connection that may read tables and do nothing else. What comes out is text without markup.
"""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import genanki
import nh3
import zstandard

from lyceum.errors import InvalidValue
from lyceum.tutor.study.asking import BLANK
from lyceum.tutor.study.model import Card, Study
from lyceum.tutor.study.packages import Imported
from lyceum.tutor.verify import Citation

MOST_CARDS = 20_000
_MOST_BYTES = 64 << 20
_LONGEST_FIELD = 8_000
_STEPS = 20_000_000
_STRIDE = 100_000
_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The newest first: where there are several the older ones only say that Anki must be updated."""

# --- writing -----------------------------------------------------------------------------------------------

_MODEL = 1_762_384_102
_STYLE = """.card { font-family: Georgia, serif; font-size: 20px; line-height: 1.45; text-align: left; color: #1c1b19;
background: #fbfaf7; max-width: 34em; margin: 0 auto; padding: 1em; } .nightMode.card { color: #eae6dd;
background: #1d1c1a; } .source { font-size: 14px; opacity: .75; } .answer { font-weight: bold; }"""
_EPOCH = 1_577_836_800.0


def write(study: Study) -> bytes:
    """An Anki package of a study's cards; the same cards make notes with the same ids, so that progress is kept."""
    deck = genanki.Deck(_number(study.title), study.title)
    for card in study.cards:
        deck.add_note(_note(card))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(path)) as database:
            genanki.Package(deck).write_to_db(database.cursor(), _EPOCH, itertools.count(int(_EPOCH * 1000)))
            database.commit()
        return _zipped({"collection.anki2": path.read_bytes(), "media": b"{}"})


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _note(card: Card) -> genanki.Note:
    cloze = str(card.facts.get("cloze", card.question))
    filled = html.escape(cloze).replace(BLANK, f"<b>{html.escape(card.answer)}</b>")
    shown = [html.escape(cloze), html.escape(card.answer), filled, html.escape(_source(card.citations[0]))]
    return genanki.Note(
        model=_model(), fields=[*shown, html.escape(json.dumps(_place(card), ensure_ascii=False))],
        guid=genanki.guid_for(cloze, card.answer), tags=["lyceum", str(card.facts.get("asks", "card"))],
    )  # fmt: skip


def _model() -> genanki.Model:
    front = '{{Question}}<p class="source">{{Source}}</p>'
    back = '{{Filled}}<hr id="answer"><p class="answer">{{Answer}}</p><p class="source">{{Source}}</p>'
    return genanki.Model(
        _MODEL, "Lyceum: a gap in a quotation",
        fields=[{"name": name} for name in ("Question", "Answer", "Filled", "Source", "Place")],
        templates=[{"name": "Card", "qfmt": front, "afmt": back}], css=_STYLE,
    )  # fmt: skip


def _number(name: str) -> int:
    """A deck's id, the same for the same name."""
    return (1 << 30) + zlib.crc32(name.encode()) % (1 << 30)


def _source(citation: Citation) -> str:
    page = f"p. {citation.page}" if citation.page else ""
    return ", ".join(filter(None, (*citation.creators, citation.title, citation.date or "", page)))


def _place(card: Card) -> dict[str, Any]:
    """Where the quotation stands, so that it can be verified when the card comes back."""
    citation = card.citations[0]
    return {
        "document": citation.document, "version": citation.version, "start": citation.start, "end": citation.end,
        "exact": citation.exact,
    }  # fmt: skip


# --- reading -----------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Imported]:
    """The cards of an Anki package; raises InvalidValue for what is none, or is larger than is taken."""
    if len(data) > _MOST_BYTES:
        raise _too_large()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection"
        path.write_bytes(_collection(data))
        try:
            with _opened(path) as database:
                return [card for row in _notes(database) for card in _cards(*row)][:MOST_CARDS]
        except sqlite3.Error as error:
            raise _not_anki(str(error)) from error


def _collection(data: bytes) -> bytes:
    """The newest collection of a package, whole and within bounds."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            held = package.namelist()
            name = next((name for name in _COLLECTIONS if name in held), None)
            if name is None:
                raise _not_anki("it holds no collection")
            with package.open(name) as file:
                if name.endswith("b"):
                    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file) as reader:
                        return _bounded(reader.read(_MOST_BYTES + 1))
                return _bounded(file.read(_MOST_BYTES + 1))
    except (zipfile.BadZipFile, zlib.error, zstandard.ZstdError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _not_anki(str(error)) from error


def _bounded(data: bytes) -> bytes:
    if len(data) > _MOST_BYTES:
        raise _too_large()
    return data


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads tables, for so many steps; views and triggers of the file are not trusted."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "mmap_size=0"):
            database.execute(f"PRAGMA {pragma}")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 4 << 20)
        database.set_authorizer(_only_reads)
        strides = iter(range(_STEPS // _STRIDE))
        database.set_progress_handler(lambda: int(next(strides, None) is None), _STRIDE)
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        yield database


def _only_reads(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) else sqlite3.SQLITE_DENY


def _notes(database: sqlite3.Connection) -> Iterator[tuple[list[str], str]]:
    for fields, tags in database.execute("SELECT flds, tags FROM notes LIMIT ?", (MOST_CARDS,)):
        yield [str(field)[:_LONGEST_FIELD] for field in str(fields).split("\x1f")], str(tags)


def _cards(fields: list[str], tags: str) -> Iterator[Imported]:
    """The cards of one note: a gap each of a cloze, or front and back."""
    numbers = sorted({int(n) for n in _CLOZE_NUMBER.findall(fields[0])})
    for number in numbers[:_MOST_GAPS]:
        front = _CLOZE.sub(lambda m: BLANK if int(m[1]) == number else m[2], fields[0])  # noqa: B023
        back = "; ".join(m[2] for m in _CLOZE.finditer(fields[0]) if int(m[1]) == number)
        yield Imported(_plain(front), _plain(back), _plain(fields[1]) if len(fields) > 1 else "")
    if not numbers and len(fields) > 1 and _plain(fields[0]):
        own = len(fields) == _OWN_FIELDS and "lyceum" in tags.split()
        source, place = (_plain(fields[3]), _object(fields[4])) if own else ("", None)
        yield Imported(_plain(fields[0]), _plain(fields[1]), source, place)


_OWN_FIELDS = 5
_MOST_GAPS = 20
_CLOZE_NUMBER = re.compile(r"\{\{c(\d{1,3})::")
_CLOZE = re.compile(r"\{\{c(\d{1,3})::(.*?)(?:::[^{}]*?)?\}\}", re.DOTALL)


def _object(field: str) -> dict[str, Any] | None:
    try:
        value = json.loads(html.unescape(field))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _plain(field: str) -> str:
    """A field's words on one line, without markup, pictures or sounds."""
    broken = re.sub(r"<(?:br|/?div|/?p|/?li)\b[^>]*>", " ", field, flags=re.IGNORECASE)
    return " ".join(html.unescape(nh3.clean(re.sub(r"\[sound:[^\]]*\]", " ", broken), tags=set())).split())


def _not_anki(why: str) -> InvalidValue:
    return InvalidValue(f"This is no Anki package: {why[:80]}.", hint="Export one from Anki as .apkg.", code="not_anki")


def _too_large() -> InvalidValue:
    return InvalidValue(
        "The Anki package is larger than 64 MB.", hint="Export single decks, without media.", code="too_large"
    )
