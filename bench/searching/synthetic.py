"""Makes as many passages as wished out of the corpora's own sentences, with vectors; the same every time.

A passage is a run of real sentences of one book or magazine, so that its words stand together as they do in text.
Each holds two words that are made up: as an archive grows, so does the number of its rare words, which a few
million words alone would not show.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bench.data import data_folder
from lyceum.archive import (
    PASSAGES_PER_VERSION,
    Document,
    Metadata,
    PartialDate,
    Passage,
    State,
)
from lyceum.search import Embedder, Entry, Vectors, facts_of

SAMPLE = 3_000
_FULL = 105
"""A passage is full at so many words; with the last sentence and the made-up words it has about 120."""
AUTHORS = 100
TENTH, REST = "tenth", "rest"
HUNDREDTH, OTHER = "hundredth", "other"
FIRST_YEAR, YEARS = 1800, 200
_MEAN_PASSAGES = 60
_MOST_PASSAGES = 600
_SYLLABLES = [consonant + vowel for consonant in "b d f g k l m n p r s t v z br st".split() for vowel in "aeiou"]


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences of one work, in order, with how many words each has."""

    language: str
    sentences: tuple[str, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it would come out of extraction: its entry for an index, and its whole text."""

    entry: Entry
    text: str


@cache
def sources() -> tuple[Source, ...]:
    """The works of the corpora that are plain text, as sentences of 4 to 60 words."""
    return tuple(source for source in map(_cut, _works()) if len(source.sentences) >= 10)


def documents(passages: int, *, seed: int = 1) -> Iterator[Made]:
    """Documents that hold this many passages together."""
    dice = random.Random(seed)  # noqa: S311  (no secret is drawn)
    works = sources()
    weights = [len(work.sentences) for work in works]
    left, row = passages, 0
    while left:
        row += 1
        size = min(left, _MOST_PASSAGES, max(1, round(dice.expovariate(1 / _MEAN_PASSAGES))))
        work = dice.choices(works, weights)[0]
        yield _document(row, work, [_passage(work, dice) for _ in range(size)])
        left -= size


def vectors(pool: Vectors, made: Made) -> Vectors:
    """A unit vector a passage: near its document's own place, spread as the pool is."""
    dice = np.random.default_rng(made.entry.facts.version)
    number = len(made.entry.passages)
    own, one, other, third = (pool[dice.integers(len(pool), size=number)] for _ in range(4))
    mixed = 0.5 * own[:1] + one + 0.5 * (other - third)
    unit: Vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
    return unit


def pool(embedder: Embedder, folder: Path, *, size: int = SAMPLE) -> Vectors:
    """The vectors of real passages, from which others are mixed; made once and kept in the folder."""
    kept = folder / f"pool-{embedder.name}-{size}.npy"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        texts = [passage.text for made in documents(size, seed=2) for passage in made.entry.passages]
        np.save(kept, embedder.embed_passages(texts))
    found: Vectors = np.load(kept)
    return found


def queries(number: int, *, seed: int = 3) -> list[str]:
    """What people might ask: XQuAD's English questions, and runs of four to eight words of the works, by turns."""
    dice = random.Random(seed)  # noqa: S311  (no secret is drawn)
    works = [work for work in sources() if work.language == "en"]
    with gzip.open(data_folder() / "eval" / "qa_xquad" / "xquad.en.json.gz", "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    questions = [qa["question"] for a in articles for paragraph in a["paragraphs"] for qa in paragraph["qas"]]
    asked = dice.sample(questions, (number + 1) // 2)
    spans = [_span(dice.choice(works), dice) for _ in range(number // 2)]
    return [text for pair in zip(asked, [*spans, ""], strict=False) for text in pair if text][:number]


def phrases(number: int, *, seed: int = 4) -> list[str]:
    """Runs of three or four words as they stand in the works."""
    dice = random.Random(seed)  # noqa: S311  (no secret is drawn)
    works = [work for work in sources() if work.language == "en"]
    return [_span(dice.choice(works), dice, shortest=3, longest=4) for _ in range(number)]


def _span(work: Source, dice: random.Random, *, shortest: int = 4, longest: int = 8) -> str:
    size = dice.randint(shortest, longest)
    while len(words := re.findall(r"\w+", dice.choice(work.sentences))) < size:
        pass
    at = dice.randrange(len(words) - size + 1)
    return " ".join(words[at : at + size])


def _passage(work: Source, dice: random.Random) -> str:
    chosen: list[str] = []
    words = 0
    at = dice.randrange(len(work.sentences))
    while words < _FULL:
        # Mostly the next sentence or one near by, as in a text, but never the same run twice.
        at = (at + dice.randint(1, 4)) % len(work.sentences)
        chosen.append(work.sentences[at])
        words += work.lengths[at]
    chosen.insert(dice.randrange(len(chosen)), f"{_made_up(dice).capitalize()} {_made_up(dice)}.")
    return " ".join(chosen)


def _made_up(dice: random.Random) -> str:
    """A word of a vocabulary of millions, of which few are common and most stand once or twice."""
    rank = int(40 * dice.paretovariate(0.6)) % 5_000_000
    word = ""
    while rank or not word:
        rank, syllable = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word + "q"


def _document(row: int, work: Source, passages: Sequence[str]) -> Made:
    dice = random.Random(row)  # noqa: S311  (no secret is drawn)
    name = f"{row:06}"
    metadata = Metadata(
        title=f"{_made_up(dice).capitalize()}: {_title(work, dice)}",
        creators=(f"Author{dice.randrange(AUTHORS):02} {_made_up(dice).capitalize()}",),
        date=PartialDate(FIRST_YEAR + dice.randrange(YEARS)),
        language=work.language,
        collection=TENTH if dice.random() < 0.1 else REST,
        kind=HUNDREDTH if dice.random() < 0.01 else OTHER,
    )
    text = "\n\n".join(passages)
    digest = hashlib.sha256(name.encode()).hexdigest()
    document = Document(
        id=digest[:16], version=digest[16:32], number=1, row=row, source=name, name=name, sha256=digest,
        metadata=metadata, state=State.INDEXED, passages=len(passages), characters=len(text),
    )  # fmt: skip
    made: list[Passage] = []
    start = 0
    for n, words in enumerate(passages):
        key = row * PASSAGES_PER_VERSION + n
        heading = f"Chapter {n // 20 + 1}"
        made.append(Passage(f"{document.version}.{n}", key, document, start, start + len(words), words, (), heading))
        start += len(words) + 2
    return Made(Entry(facts_of(made[0]), made), text)


def _title(work: Source, dice: random.Random) -> str:
    return " ".join(dice.choice(work.sentences).split()[:6]).strip(" ,.;:")


# --- the corpora's sentences ---------------------------------------------------------------------------

_END = re.compile(r"(?<=[.!?…])[\"”»’)]*\s+(?=[\"“«„(]?[^\W\d_a-z])")
_SHORTEST, _LONGEST = 4, 60


def _cut(work: tuple[str, str]) -> Source:
    language, text = work
    sentences = dict.fromkeys(" ".join(piece.split()) for piece in _END.split(text))
    kept = [(sentence, len(sentence.split())) for sentence in sentences]
    kept = [(sentence, words) for sentence, words in kept if _SHORTEST <= words <= _LONGEST]
    return Source(language, tuple(s for s, _ in kept), tuple(w for _, w in kept))


def _works() -> Iterator[tuple[str, str]]:
    """Language and text of every work, always in the same order."""
    corpora = data_folder() / "corpora"
    yield from _gutenberg(corpora / "gutenberg")
    for folder in ("blog_18f_md", "news_digitalgov_md"):
        posts = sorted((corpora / folder).glob("*.md"))
        yield "en", "\n".join(_body(post.read_text(encoding="utf-8")) for post in posts)
    articles: list[str] = []
    for path in sorted((corpora / "globalvoices_eo").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            articles += [json.loads(line)["content_text"] for line in file]
    yield "eo", "\n".join(articles)
    with gzip.open(corpora / "newspapers_newseye.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for language in sorted({row["language"] for row in rows}):
        yield language, "\n".join(row["text"] for row in rows if row["language"] == language)


def _gutenberg(folder: Path) -> Iterator[tuple[str, str]]:
    with (folder / "books.csv").open(encoding="utf-8", newline="") as file:
        for book in csv.DictReader(file):
            if text := _book(folder / book["dir"], book["files"].split(";")):
                yield book["language"], text


def _book(folder: Path, names: Sequence[str]) -> str:
    """The first of a book's files that is plain text, zipped or not, without the licence around it."""
    for name in names:
        content = _plain(folder / name)
        if content:
            return re.split(r"\*\*\* ?(?:START|END) OF[^\n]*\n", content)[1 if "*** START" in content else 0]
    return ""


def _plain(path: Path) -> str:
    if path.suffix == ".txt":
        return _decoded(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if name.endswith(".txt")]
            return _decoded(archive.read(inside[0])) if inside else ""
    return ""


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _body(post: str) -> str:
    """A Markdown post without its front matter and the marks of links."""
    body = post.split("\n---", 1)[-1]
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`#>]|<[^>]*>|\{[{%][^}]*[}%]\}", r"\1", body)
