"""Puts altered and true quotations to `verify`, which is to refuse the first and to accept the second.

`python -m bench.altered` prints how often it does. The cases come from `lyceum.evals.alterations`; here some need a
source that was changed with them. Everything is drawn with a fixed seed, so the same archive gives the same cases.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.data import data_folder
from lyceum import config
from lyceum import text as texts
from lyceum.archive import READABLE, SqliteCatalogue
from lyceum.evals.alterations import (
    ALTERATIONS,
    COMMA,
    CUTS,
    DASH,
    TYPOGRAPHY,
    Alter,
    Change,
    Stretch,
    World,
    as_it_stands,
    clauses_of,
    pairs_of,
    sentences_of,
    stands,
    world_of,
)
from lyceum.library import Hit, Library
from lyceum.tutor import Citation, Quotation, Source, source_of, verify

ROOT = Path(__file__).resolve().parents[1]
HOMES = ROOT / "build" / "bench"
LANGUAGES = ("en", "de", "es", "fr")
A_KIND_AND_LANGUAGE = 20
_SEED = 20260501
_SHOWN = 5
_ENGLISH_BOOKS = 8
_LARGEST_BOOK = 500_000


@dataclass(frozen=True, slots=True)
class Case:
    """A quotation, the sources that it may name, and whether it is true to the one that it names."""

    kind: str
    language: str
    quotation: Quotation
    sources: tuple[Source, ...]
    true: bool

    @property
    def right(self) -> bool:
        """Whether `verify` judges it rightly, and for a true one finds the words that were meant."""
        found = verify(self.quotation, {source.id: source for source in self.sources})
        if not isinstance(found, Citation):
            return not self.true
        return self.true and _letters(found.exact) == _letters(self.quotation.exact)


def main() -> None:
    """Prints what became of the cases from the sample archive and, where they are, from the corpora."""
    for name, passages in archives(HOMES):
        judged = judge(cases(passages))
        Console().print(table(judged, f"Altered and true quotations: {name}"))
        print("\n".join(failures(judged)))


def archives(homes: Path) -> Iterator[tuple[str, list[Source]]]:
    """The passages of the sample archive and of a choice from the corpora, by name; texts only, without vectors."""
    yield "sample", sample_passages(homes / "altered-sample")
    if data_folder().is_dir():
        yield "corpora", corpora_passages(homes / "altered-corpora")


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, and whether `verify` judged it rightly."""

    case: Case
    right: bool


def judge(found: Iterable[Case]) -> list[Judged]:
    """Every case put to `verify`."""
    return [Judged(case, case.right) for case in found]


def table(judged: Sequence[Judged], title: str) -> Table:
    """How many of each kind were judged rightly."""
    shown = Table("kind", "number", "right", "goal", title=title)
    for true, goal in ((False, "refused 100 %"), (True, "accepted 99.5 %")):
        rights: dict[str, list[bool]] = defaultdict(list)
        for one in judged:
            if one.case.true is true:
                rights[one.case.kind].append(one.right)
        name = "all that are true" if true else "all that are altered"
        rights[name] = [right for kind in rights.values() for right in kind]
        for kind, group in rights.items():
            last = kind.startswith("all")
            shown.add_row(kind, str(len(group)), _percent(group), goal if last else "", end_section=last)
    return shown


def share(judged: Sequence[Judged], *, true: bool) -> float:
    """The part of the true, or of the altered quotations that was judged rightly, from 0 to 1."""
    group = [one.right for one in judged if one.case.true is true]
    return sum(group) / len(group)


def failures(judged: Sequence[Judged]) -> Iterator[str]:
    """A line for each of the first few of every kind that were judged wrongly."""
    seen: Counter[str] = Counter()
    for one in judged:
        seen[one.case.kind] += not one.right
        if not one.right and seen[one.case.kind] <= _SHOWN:
            case = one.case
            yield f"✗ {case.kind} ({case.language}): {case.quotation.exact[-90:]!r} against {_around(case)!r}"


def _percent(rights: Sequence[bool]) -> str:
    return f"{sum(rights) / len(rights):.2%}" if rights else "none"


def _around(case: Case) -> str:
    """What stands in the source where the quotation seems to come from."""
    named = next(source for source in case.sources if source.id == case.quotation.source)
    at = max((named.text.find(word) for word in case.quotation.exact.split()[-2:]), default=0)
    return named.text[max(0, at - 60) : max(0, at) + 50]


def cases(passages: Sequence[Source], *, each: int = A_KIND_AND_LANGUAGE, seed: int = _SEED) -> list[Case]:
    """Altered and true quotations of these passages, at most `each` of a kind and a language."""
    found: list[Case] = []
    world = world_of(passages, seed)
    for language in LANGUAGES:
        own = [passage for passage in passages if texts.primary(passage.language) == language]
        sentences = [s for passage in own for s in sentences_of(passage)]
        stretches = [*sentences, *pairs_of(sentences), *clauses_of(COMMA, sentences)]
        between_dashes = list(clauses_of(DASH, sentences))
        for drawn in (sentences, stretches, between_dashes):
            world.chance.shuffle(drawn)
        for kind, alter in ALTERATIONS.items():
            found += _altered(kind, alter, sentences, language, world, each)
        found += _misplaced(sentences, language, world, each)
        found += _typeset("clause at a dash", as_it_stands, between_dashes, language, world, each)
        for kind, change in TYPOGRAPHY.items():
            found += _typeset(kind, change, stretches, language, world, each)
    return found


# --- passages ----------------------------------------------------------------------------------------


def sample_passages(home: Path) -> list[Source]:
    """The passages of the sample archive, built and added below this folder if they are not there."""
    built = home / "source"
    if not built.is_dir():
        subprocess.run([sys.executable, str(ROOT / "sample" / "build.py"), str(built)], check=True, capture_output=True)
    return _passages(home / "home", [str(built)], built / "metadata.csv")


def corpora_passages(home: Path) -> list[Source]:
    """The passages of the Manifesto and of a choice of books in four languages, added where they are not there."""
    corpora = data_folder() / "corpora"
    books = corpora / "gutenberg" / "books.csv"
    return _passages(home, [str(corpora / "manifesto_parallel_md"), *_chosen_books(books)], books)


def _chosen_books(table: Path) -> list[str]:
    """The folders of the books in German, Spanish and French, and of the first English ones that are not large."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    folders = {row["dir"]: table.parent / row["dir"] for row in rows}
    small = [row for row in rows if sum(path.stat().st_size for path in folders[row["dir"]].iterdir()) < _LARGEST_BOOK]
    chosen = [row for row in rows if row["language"] in LANGUAGES[1:]]
    chosen += [row for row in small if row["language"] == "en"][:_ENGLISH_BOOKS]
    return [str(folders[row["dir"]]) for row in chosen]


def _passages(home: Path, sources: Sequence[str], metadata: Path) -> list[Source]:
    """Every passage as the tutor is given it; what is there already is added only once."""
    with Library.open(config.load(home, {})) as library:
        library.add(sources, metadata=metadata, vectors=False)
    catalogue = SqliteCatalogue(home / "catalogue.sqlite3")
    try:
        documents = sorted(catalogue.find(states=READABLE), key=lambda document: document.source)
        return [source_of(Hit(p, 0.0)) for document in documents for p in catalogue.passages_of(document)]
    finally:
        catalogue.close()


# --- cases --------------------------------------------------------------------------------------------


def _altered(
    kind: str, alter: Alter, sentences: Sequence[Stretch], language: str, world: World, each: int
) -> Iterator[Case]:
    made = 0
    for sentence in sentences:
        if made == each:
            return
        altered = alter(sentence, world)
        if altered is None:
            continue
        words, source = altered if isinstance(altered, tuple) else (altered, sentence.source)
        if kind in CUTS or not stands(words, source.text):
            made += 1
            yield Case(kind, language, Quotation(source.id, words), (source,), true=False)


def _letters(text: str) -> str:
    """A text's letters and digits alone, to compare a citation with what was meant."""
    opened = unicodedata.normalize("NFKC", text).replace("ſ", "s")
    return "".join(character for character in opened if character.isalnum())


def _misplaced(sentences: Sequence[Stretch], language: str, world: World, each: int) -> Iterator[Case]:
    """True words under another author's name, or said to stand in another passage."""
    for sentence in sentences[:each]:
        own = {_family(name) for name in sentence.source.creators}
        others = [name for name in world.creators if _family(name) not in own]
        if own and others:
            creator = world.chance.choice(others)
            quotation = Quotation(sentence.source.id, sentence.text, creator)
            yield Case("another creator", language, quotation, (sentence.source,), true=False)
        other = world.chance.choice(world.passages)
        if not stands(sentence.text, other.text):
            quotation = Quotation(other.id, sentence.text)
            yield Case("another passage", language, quotation, (sentence.source, other), true=False)


def _family(name: str) -> str:
    return name.partition(",")[0] if "," in name else name.rpartition(" ")[2]


def _typeset(
    kind: str, change: Change, stretches: Sequence[Stretch], language: str, world: World, each: int
) -> Iterator[Case]:
    """In turn the quotation changed, and the source."""
    made = 0
    for stretch in stretches:
        if made == each:
            return
        changed = change(stretch.text, world.chance)
        if changed == stretch.text and change is not as_it_stands:
            continue
        made += 1
        if made % 2:
            yield Case(kind, language, Quotation(stretch.source.id, changed), (stretch.source,), true=True)
        else:
            source = stretch.with_source(lambda _: changed)  # noqa: B023  (called at once)
            yield Case(f"{kind}, in the source", language, Quotation(source.id, stretch.text), (source,), true=True)


if __name__ == "__main__":
    main()
