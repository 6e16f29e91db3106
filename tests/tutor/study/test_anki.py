"""Cards go to Anki and come back; packages of strangers are read within bounds."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import pytest
import zstandard

from lyceum.errors import InvalidValue
from lyceum.library import Kind, Scope, Topic, render
from lyceum.tutor.study import anki


def package(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("_", "."), data)
    return packed.getvalue()


def collection(tmp_path: Path, *notes: str, tags: str = "", script: str = "") -> bytes:
    path = tmp_path / "made.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(script or "CREATE TABLE notes (flds TEXT, tags TEXT);")
        if not script:
            database.executemany("INSERT INTO notes VALUES (?, ?)", [(note, tags) for note in notes])
    database.close()
    return path.read_bytes()


def test_what_is_written_comes_back_with_its_place(strikes):
    made = strikes.study(Kind.CARDS, Topic("collection:main", Scope.everything(), limit=8))
    cards = anki.read(render(made, "apkg"))
    assert [(card.front, card.back) for card in cards] == [(card.facts["cloze"], card.answer) for card in made.cards]
    for card in cards:
        place = card.place
        assert strikes.text(strikes.document(place["document"]), place["start"], place["end"]) == place["exact"]
        assert card.back in place["exact"]


def test_the_same_cards_make_the_same_package(strikes):
    made = strikes.study(Kind.CARDS, Topic("collection:main", Scope.everything(), limit=3))
    assert render(made, "apkg") == render(made, "apkg")


@pytest.mark.parametrize("name", ["collection_anki2", "collection_anki21"])
def test_front_and_back_are_read_without_markup(tmp_path, name):
    note = "<b>Who</b> struck?<br>[sound:x.mp3]\x1f<script>alert(1)</script>The <i>match</i> girls &amp; others"
    assert anki.read(package(**{name: collection(tmp_path, note)})) == [
        anki.Imported("Who struck?", "The match girls & others")
    ]


def test_each_gap_of_a_cloze_is_a_card(tmp_path):
    note = "In {{c1::1888::year}} the {{c2::match girls}} struck.\x1fLondon"
    cards = anki.read(package(collection_anki2=collection(tmp_path, note)))
    assert [(card.front, card.back, card.source) for card in cards] == [
        ("In _____ the match girls struck.", "1888", "London"),
        ("In 1888 the _____ struck.", "match girls", "London"),
    ]


def test_the_newest_collection_is_read(tmp_path):
    """Beside it an old one only says that Anki must be updated."""
    newest = zstandard.ZstdCompressor().compress(collection(tmp_path, "new\x1fone"))
    old = collection(tmp_path, "Please update\x1fto the latest version")
    cards = anki.read(package(collection_anki2=old, collection_anki21b=newest))
    assert [(card.front, card.back) for card in cards] == [("new", "one")]


def test_names_within_a_package_lead_nowhere(tmp_path):
    """What would be written elsewhere if it were unpacked is not unpacked."""
    data = package(**{"../../escaped_anki2": b"x", "/etc/x_y": b"x"}, collection_anki2=collection(tmp_path, "a\x1fb"))
    assert len(anki.read(data)) == 1


ENDLESS = """CREATE VIEW notes AS
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS flds, x AS tags FROM n;"""


@pytest.mark.parametrize(
    "made",
    [
        lambda tmp: b"no zip at all",
        lambda tmp: package(readme=b"nothing"),
        lambda tmp: package(collection_anki2=b"no database"),
        lambda tmp: package(collection_anki21b=b"not compressed"),
        lambda tmp: package(collection_anki2=collection(tmp, script="CREATE TABLE cards (id INTEGER);")),
        lambda tmp: package(
            collection_anki2=collection(tmp, script=ENDLESS)
        ),
        lambda tmp: package(
            collection_anki2=collection(tmp, script="CREATE VIEW notes AS SELECT hex(zeroblob(9)) AS flds, '' AS tags;")
        ),
    ],
    ids=["no-zip", "no-collection", "no-database", "no-zstd", "no-notes", "endless-view", "view-that-calls"],
)  # fmt: skip
def test_what_is_no_package_is_refused(tmp_path, made):
    with pytest.raises(InvalidValue) as refused:
        anki.read(made(tmp_path))
    assert refused.value.code == "not_anki"


def test_what_grows_too_large_is_refused(tmp_path, monkeypatch):
    """A small file that would fill the disk is stopped while it is read."""
    monkeypatch.setattr(anki, "_MOST_BYTES", 1 << 20)
    bombs = [package(collection_anki2=bytes(2 << 20)),
             package(collection_anki21b=zstandard.ZstdCompressor().compress(bytes(2 << 20))),
             bytes(2 << 20)]  # fmt: skip
    for bomb in bombs:
        with pytest.raises(InvalidValue) as refused:
            anki.read(bomb)
        assert refused.value.code == "too_large"
