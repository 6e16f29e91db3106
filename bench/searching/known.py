"""Looks for what is known to be there: a title, an author with a topic, a phrase half remembered, a person.

The items are drawn from the corpora by a fixed seed, so that the same archive gives the same items. Where several
documents fit one as well, each of them is right.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from rich.table import Table

from bench.data import data_folder
from bench.searching.homes import opened
from lyceum import config
from lyceum import text as texts
from lyceum.archive import Metadata, PartialDate, SqliteCatalogue
from lyceum.library import Library, Mode, Scope, read_query

ITEMS = 500
KINDS = ("title", "author and topic", "phrase", "person")
MODES = (Mode.HYBRID, Mode.LEXICAL)
GOAL = 0.97
_AT = 10
_PASSAGES = 60
_FOLDERS = ("gutenberg", "news_digitalgov_md", "blog_18f_md", "manifesto_parallel_md", "tei_dracor")
_QUICK_FOLDERS = ("manifesto_parallel_md",)
_ATTEMPTS = 200


# --- the archive ---------------------------------------------------------------------------------------


def archive(folder: Path, *, quick: bool) -> Path:
    """A home with the corpora, or with the small ones; made the first time."""
    home = folder / ("corpora-quick" if quick else "corpora")
    complete = home / "complete"
    if not complete.exists():
        corpora = data_folder() / "corpora"
        with opened(home) as library:
            articles = _articles(folder / "articles")
            library.add([str(articles)], metadata=articles / "table.csv")
            for name in _QUICK_FOLDERS if quick else _FOLDERS:
                table = corpora / name / "books.csv"
                library.add([str(corpora / name)], metadata=table if table.exists() else None)
        complete.touch()
    return home


def _articles(folder: Path) -> Path:
    """The magazine and the newspapers, which come as lines of JSON, as a file an article with a table."""
    corpora = data_folder() / "corpora"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "title", "creator", "date", "language"])
        for path in sorted((corpora / "globalvoices_eo").glob("*.gz")):
            for n, row in enumerate(_rows(path)):
                name = f"{path.name.split('.')[0]}-{n}.txt"
                (folder / name).write_text(row["content_text"], encoding="utf-8")
                table.writerow([name, row["title"], row["author"], row["published"][:10], "eo"])
        for row in _rows(corpora / "newspapers_newseye.jsonl.gz"):
            name = f"newseye-{row['id']}.txt"
            (folder / name).write_text(row["text"], encoding="utf-8")
            date = row["date"] if re.fullmatch(r"\d{4}(-\d\d){0,2}", row["date"] or "") else ""
            table.writerow([name, "", "", date, row["language"]])
    return folder


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


# --- the items -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """A document with what items are drawn from; `folded` is its words as searched, one space between."""

    id: str
    metadata: Metadata
    passages: tuple[str, ...]
    folded: str

    @property
    def language(self) -> str:
        """The language of its text."""
        return texts.primary(self.metadata.language)

    @property
    def decade(self) -> str:
        """The decade of its date, such as `1890s`."""
        date: PartialDate | None = self.metadata.date
        return f"{date.year // 10 * 10}s" if date else "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked, and the documents of which any is right; language and decade are those of the first."""

    kind: str
    query: str
    right: frozenset[str]
    language: str
    decade: str


def works(home: Path) -> list[Work]:
    """Every document that can be read."""
    stored = SqliteCatalogue(home / "catalogue.sqlite3")
    found = []
    with Library.open(config.load(home, {})) as library:
        for document in library.documents():
            passages = tuple(passage.text for passage in stored.passages_of(document))
            folded = " ".join(word for passage in passages for word in texts.plain_terms(passage))
            found.append(Work(document.id, document.metadata, passages, f" {folded} "))
    stored.close()
    return found


def items(found: Sequence[Work], number: int = ITEMS, *, seed: int = 5) -> list[Item]:
    """As many items of each kind, spread over languages by the root of their number of documents."""
    drawer = _Drawer(found, random.Random(seed))  # noqa: S311  (no secret is drawn)
    drawn: dict[tuple[str, str], Item] = {}
    for n in range(number):
        kind = KINDS[n % len(KINDS)]
        for _ in range(_ATTEMPTS):
            item = drawer.draw(kind)
            if item and (kind, item.query) not in drawn:
                drawn[kind, item.query] = item
                break
    return list(drawn.values())


class _Drawer:
    """Draws items from works, and knows what is common among them."""

    def __init__(self, found: Sequence[Work], dice: random.Random) -> None:
        self._works, self._dice = found, dice
        self._words = [Counter(work.folded.split()) for work in found]
        self._holding = Counter(word for words in self._words for word in words)
        self._said = _lower_case_words(found)
        self._first_names = {name for work in found for name in _first_names(work.metadata.creators)}
        self._by_language: dict[str, list[int]] = defaultdict(list)
        for n, work in enumerate(found):
            self._by_language[work.language].append(n)
        self._make: dict[str, Callable[[int], Item | None]] = {
            "title": self._title, "author and topic": self._author, "phrase": self._phrase, "person": self._person,
        }  # fmt: skip

    def draw(self, kind: str) -> Item | None:
        """An item from some document, None where that one gives none."""
        languages = sorted(self._by_language)
        weights = [len(self._by_language[language]) ** 0.5 for language in languages]
        language = self._dice.choices(languages, weights)[0]
        return self._make[kind](self._dice.choice(self._by_language[language]))

    def _title(self, n: int) -> Item | None:
        title = self._works[n].metadata.title or ""
        words = texts.plain_terms(title)
        if len(words) < 2 or self._works[n].metadata.provenance.get("title") == "file-name":
            return None
        return self._item("title", title, n, lambda work: texts.plain_terms(work.metadata.title or "") == words)

    def _author(self, n: int) -> Item | None:
        """The author's name and a word that sets this document apart from most."""
        creators = self._works[n].metadata.creators
        topic = self._topic(n)
        if not creators or not topic:
            return None
        author = _plain_name(creators[0])
        names = set(texts.plain_terms(author))
        return self._item(
            "author and topic", f"{author} {topic}", n,
            lambda work: any(names <= set(texts.plain_terms(c)) for c in work.metadata.creators)
            and f" {topic} " in work.folded,
        )  # fmt: skip

    def _topic(self, n: int) -> str | None:
        language, rarest = self._works[n].language, max(3, len(self._works) // 20)
        telling = [
            (count, word) for word, count in self._words[n].items()
            if count >= 3 and len(word) >= 5 and word.isalpha() and word in self._said
            and self._holding[word] <= rarest and not texts.is_function_word(word, language)
        ]  # fmt: skip
        likely = sorted(telling, reverse=True)[:10]
        return self._dice.choice(likely)[1] if likely else None

    def _phrase(self, n: int) -> Item | None:
        """Six to ten words as they stand, two of them remembered wrongly; three of the others say something."""
        work = self._works[n]
        words = texts.plain_terms(self._dice.choice(work.passages)) if work.passages else []
        size = self._dice.randint(6, 10)
        if len(words) < size or texts.is_unspaced(words[0]):
            return None
        at = self._dice.randrange(len(words) - size + 1)
        phrase = words[at : at + size]
        wrong = set(self._dice.sample(range(size), 2))
        kept = [word for i, word in enumerate(phrase) if i not in wrong]
        if sum(len(word) > 3 and not texts.is_function_word(word, work.language) for word in kept) < 3:
            return None
        said = [self._misremembered(word, n) if i in wrong else word for i, word in enumerate(phrase)]
        exact = f" {' '.join(phrase)} "
        return self._item("phrase", " ".join(said), n, lambda other: exact in other.folded)

    def _misremembered(self, word: str, n: int) -> str:
        """Another ending, or another word of the same language."""
        if len(word) > 5 and self._dice.random() < 0.5:
            return word[:-2] if self._dice.random() < 0.5 else word + self._dice.choice(("s", "en", "ed"))
        other = self._dice.choice(self._by_language[self._works[n].language])
        return self._dice.choice(sorted(self._words[other]))

    def _person(self, n: int) -> Item | None:
        """A first name that some author has, with a surname that is no common word, in ten documents at most."""
        passages = self._works[n].passages
        names = [
            f"{first} {last}" for passage in self._dice.sample(passages, min(len(passages), 40))
            for first, last in _NAME.findall(passage)
            if first in self._first_names and last.lower() not in self._said
        ]  # fmt: skip
        if not names:
            return None
        name = self._dice.choice(sorted(set(names)))
        exact = f" {' '.join(texts.plain_terms(name))} "
        item = self._item("person", name, n, lambda work: exact in work.folded)
        return item if item and len(item.right) <= _AT else None

    def _item(self, kind: str, query: str, n: int, fits: Callable[[Work], bool]) -> Item | None:
        work = self._works[n]
        right = frozenset(other.id for other in self._works if fits(other))
        return Item(kind, query, right, work.language, work.decade) if work.id in right else None


_NAME = re.compile(r"\b([A-ZÀ-Þ][a-zà-ÿ]{2,}) ([A-ZÀ-Þ][a-zà-ÿ]{3,})\b")


def _first_names(creators: Iterable[str]) -> Iterator[str]:
    for creator in creators:
        words = re.findall(r"\w+", _plain_name(creator))
        if len(words) > 1 and len(words[0]) > 2:
            yield words[0]


def _plain_name(creator: str) -> str:
    """`Lincoln, Abraham` as it is said: Abraham Lincoln."""
    last, comma, first = creator.partition(", ")
    return f"{first} {last}" if comma else creator


def _lower_case_words(found: Iterable[Work]) -> set[str]:
    """The words that stand somewhere in small letters, so that they are no names."""
    return {word for work in found for passage in work.passages for word in _SMALL.findall(passage)}


_SMALL = re.compile(r"\b[a-zà-ÿ][\w]*\b")


# --- the figures ---------------------------------------------------------------------------------------


def tables(folder: Path, *, quick: bool) -> list[Table]:
    """Recall by kind, decade and language; what was missed is written beside the archive for a closer look."""
    home = archive(folder, quick=quick)
    drawn = items(works(home), 80 if quick else ITEMS)
    with opened(home) as library:
        judged = {mode: [_found(library, item, mode) for item in drawn] for mode in MODES}
    missed = folder / "known-missed.jsonl"
    with missed.open("w", encoding="utf-8") as file:
        for item, *hits in zip(drawn, *judged.values(), strict=True):
            if not all(hits):
                said = {**asdict(item), "right": sorted(item.right), **dict(zip(MODES, hits, strict=True))}
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
    shown = Table("", "items", *MODES, "goal", title=f"Known items: {len(drawn)}, recall@{_AT} of documents")
    shown.add_row("all", str(len(drawn)), *(f"{mean(judged[mode]):.3f}" for mode in MODES), f"{GOAL}")
    by: tuple[tuple[str, Callable[[Item], str], str], ...] = (
        ("kind", lambda item: item.kind, ""),
        ("language", lambda item: item.language, "0.95"),
        ("decade", lambda item: item.decade, "0.95"),
    )
    for name, of, goal in by:
        shown.add_section()
        for value in sorted({of(item) for item in drawn}):
            chosen = [n for n, item in enumerate(drawn) if of(item) == value]
            figures = (f"{mean(judged[mode][n] for n in chosen):.3f}" for mode in MODES)
            shown.add_row(f"{name}: {value}", str(len(chosen)), *figures, goal)
    return [shown]


def _found(library: Library, item: Item, mode: Mode) -> bool:
    """Whether a right document is among the first ten documents, when the item is typed into the search box."""
    hits = library.search(read_query(item.query, Scope.everything(), mode=mode, limit=_PASSAGES)).hits
    documents = list(dict.fromkeys(hit.passage.document.id for hit in hits))[:_AT]
    return any(document in item.right for document in documents)
