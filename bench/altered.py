"""Alters quotations as a careless or dishonest hand would, and true ones as printing and extraction do.

`verify` is to refuse each of the first and to accept the second: `python -m bench.altered` prints how often it does.
Everything is drawn with a fixed seed, so the same archive gives the same cases. A change that leaves words which
truly stand in the source in one piece, such as a first word left out, is no alteration and is passed over.
"""

from __future__ import annotations

import csv
import itertools
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.data import data_folder
from lyceum import config
from lyceum import text as texts
from lyceum.archive import READABLE, SqliteCatalogue
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a source that may be quoted: a sentence, two in a row, or a clause."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words as they stand."""
        return self.source.text[self.start : self.end]

    def with_source(self, changed: Callable[[str], str]) -> Source:
        """The source with this stretch of it changed and all else left."""
        text = self.source.text
        return replace(self.source, text=text[: self.start] + changed(self.text) + text[self.end :])


@dataclass(frozen=True, slots=True)
class World:
    """What an alteration may draw on: chance, the archive's names, each document's words, all passages."""

    chance: random.Random
    passages: Sequence[Source]
    names: Sequence[str] = ()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    creators: Sequence[str] = ()


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
    world = _world(passages, seed)
    for language in LANGUAGES:
        own = [passage for passage in passages if texts.primary(passage.language) == language]
        sentences = [s for passage in own for s in _sentences(passage)]
        stretches = [*sentences, *_pairs(sentences), *_clauses(_COMMA, sentences)]
        between_dashes = list(_clauses(_DASH, sentences))
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


def _world(passages: Sequence[Source], seed: int) -> World:
    words: dict[str, Counter[str]] = defaultdict(Counter)
    capitalised: Counter[str] = Counter()
    for passage in passages:
        words[passage.document or ""].update(re.findall(r"\b[^\W\d_]{4,}\b", passage.text))
        if texts.primary(passage.language) != "de":
            capitalised.update(re.findall(r"(?<=[a-z,] )[A-ZÉ][a-zé]{3,}\b", passage.text))
    lower = {word for counted in words.values() for word in counted if word.islower()}
    names = sorted(name for name, n in capitalised.items() if name.lower() not in lower and n > 1)
    creators = sorted({creator for passage in passages for creator in passage.creators})
    own = {document: sorted(counted) for document, counted in words.items()}
    return World(random.Random(seed), passages, names, own, creators)  # noqa: S311  (no secret is drawn)


_SHORTEST, _LONGEST = 30, 320
_FEWEST_WORDS = 5
_SHORTEST_BROKEN = 5


def _sentences(passage: Source) -> Iterator[Stretch]:
    for start, end in texts.sentences(passage.text, passage.language):
        if _SHORTEST <= end - start <= _LONGEST and texts.word_count(passage.text[start:end]) >= 6:
            yield Stretch(passage, start, end)


def _pairs(sentences: Sequence[Stretch]) -> Iterator[Stretch]:
    for one, other in itertools.pairwise(sentences):
        if one.source is other.source and 0 <= other.start - one.end < 4:
            yield Stretch(one.source, one.start, other.end)


_COMMA = re.compile(r"[,;:](?=\s)")
_DASH = re.compile(r"(?<=[^\W\d_])(?:—|--)(?=[^\W\d_])|(?<=\s)[–—](?=\s)")


def _clauses(marks: re.Pattern[str], sentences: Iterable[Stretch]) -> Iterator[Stretch]:
    """The part of a sentence before or after one of its marks."""
    for sentence in sentences:
        for mark in marks.finditer(sentence.text):
            for start, end in ((0, mark.start()), (mark.end(), len(sentence.text))):
                part = sentence.text[start:end]
                if texts.word_count(part) >= _FEWEST_WORDS:
                    begin = sentence.start + end - len(part.lstrip())
                    yield Stretch(sentence.source, begin, begin + len(part.strip()))


# --- altered quotations ------------------------------------------------------------------------------

Altered = str | tuple[str, Source] | None
"""Altered words, with a changed source where the needed trait had to be put there; None where nothing fits."""

Alter = Callable[[Stretch, World], Altered]


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
        if kind in _CUTS or not _stands(words, source.text):
            made += 1
            yield Case(kind, language, Quotation(source.id, words), (source,), true=False)


def _stands(words: str, text: str) -> bool:
    """Whether the words stand in the text one after the other: said apart from what is measured, and simply."""
    wanted, found = _bare_words(words), _bare_words(text)
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found) - len(wanted) + 1))


def _bare_words(text: str) -> list[str]:
    return re.findall(r"[\w²³%]+|(?<=\d)[.,](?=\d)|[?!]", text)


def _letters(text: str) -> str:
    """A text's letters and digits alone, to compare a citation with what was meant."""
    opened = unicodedata.normalize("NFKC", text).replace("ſ", "s")
    return "".join(character for character in opened if character.isalnum())


_NEGATIONS = {
    "en": "not no never neither nor without none cannot",
    "de": "nicht kein keine keinen keinem keiner nie niemals weder ohne",
    "es": "no nunca jamás ni sin tampoco ningún ninguna",
    "fr": "pas point jamais ni sans aucun aucune",
}
_WITHOUT_NEGATION = {
    r"\bne (\w+) (?:pas|point|jamais)\b": r"\1",
    r"\bn['’](\w+) (?:pas|point)\b": r"\1",
    r"\b(\w+)n['’]t\b": r"\1",
    r"\bcannot\b": "can",
    r"\bk(eine?[nmrs]?)\b": r"\1",
}
_WEAK_NEGATIONS = {
    "en": "hardly scarcely barely nothing nobody",
    "de": "kaum nichts niemand keineswegs mitnichten nirgends",
    "es": "apenas nada nadie ninguno",
    "fr": "guère rien",
}
_TRAILING = {
    "en": "not|never",
    "de": "nicht|nie|niemals",
    "fr": "pas|point|jamais",
}
_TRAILING_WITH_ADVERB = {
    "en": "(?:certainly|surely|perhaps|still) (?:not|never)",
    "de": "(?:auch|noch|gar|doch|ja|überhaupt|schon|sich|es|mir|uns) nicht",
}
_AUXILIARIES = {
    "en": ("was were is are had has would could will", " not"),
    "de": ("war waren ist sind hat hatte hatten wird wurde wurden kann", " nicht"),
    "es": ("era eran es son fue ha había han puede debe", "no "),
    "fr": ("était étaient sont fut fait peut doit avait", " pas"),
}
_OPPOSITES = {
    "en": "more=less greater=smaller higher=lower before=after most=least above=below longer=shorter better=worse "
    "increase=decrease first=last always=never all=some",
    "de": "mehr=weniger größer=kleiner höher=niedriger vor=nach meisten=wenigsten länger=kürzer besser=schlechter "
    "immer=nie alle=einige",
    "es": "más=menos mayor=menor antes=después mejor=peor siempre=nunca todos=algunos sobre=bajo",
    "fr": "plus=moins avant=après meilleur=pire toujours=jamais tous=certains mieux=pis plus=peu",
}
_NUMBER_WORDS = {
    "en": "two three four five six seven eight nine ten twelve twenty thirty forty fifty hundred thousand",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn zwölf zwanzig dreißig vierzig hundert tausend",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez doce veinte treinta cuarenta cien mil",
    "fr": "deux trois quatre cinq six sept huit neuf dix douze vingt trente quarante cent mille",
}
_MAGNITUDES = {
    "en": "hundred|thousand|million|millions",
    "de": "tausend|Tausend|Million|Millionen",
    "es": "mil|cientos|millones",
    "fr": "mille|cents?|millions",
}
_PREFIXES = {
    "en": "un|in|im|dis|non|ir",
    "de": "un|Un|miß|nicht",
    "es": "in|des|im|anti",
    "fr": "in|im|dés|mal",
}


def _language(sentence: Stretch) -> str:
    return texts.primary(sentence.source.language)


def _any_of(words: str) -> str:
    return rf"\b(?:{'|'.join(words.split())})\b"


def _pick(pattern: str, sentence: Stretch, world: World, *, flags: int = 0) -> re.Match[str] | None:
    """One of the places that fit, but not at the sentence's very beginning."""
    found = [match for match in re.finditer(pattern, sentence.text, flags) if match.start() > 0]
    return world.chance.choice(found) if found else None


def _put(text: str, match: re.Match[str], words: str) -> str:
    return text[: match.start()] + words + text[match.end() :]


def negation_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes a negation out: “was not paid” becomes “was paid”, “n'est pas” becomes “est”."""
    for pattern, left in _WITHOUT_NEGATION.items():
        if re.search(pattern, sentence.text):
            return re.sub(pattern, left, sentence.text, count=1)
    match = _pick(_any_of(_NEGATIONS[_language(sentence)]) + r"\s", sentence, world)
    return _put(sentence.text, match, "") if match else None


def negation_added(sentence: Stretch, world: World) -> Altered:
    """Puts a negation in beside an auxiliary verb."""
    verbs, negation = _AUXILIARIES[_language(sentence)]
    match = _pick(_any_of(verbs), sentence, world)
    if not match:
        return None
    words = match.group() + negation if negation.startswith(" ") else negation + match.group()
    return _put(sentence.text, match, words)


def _cut_before(words: Mapping[str, str], sentence: Stretch, world: World) -> str | None:
    """What follows a negation on which it hangs, without that negation."""
    match = _pick(_any_of(words[_language(sentence)]) + r"\s+(?=\w)", sentence, world)
    rest = sentence.text[match.end() :] if match else ""
    return rest if len(rest.split()) >= 3 else None


def negation_cut_off_before(sentence: Stretch, world: World) -> Altered:
    """Begins just after a negation: “not free to leave” becomes “free to leave”."""
    return _cut_before(_NEGATIONS, sentence, world)


def weak_negation_cut_off_before(sentence: Stretch, world: World) -> Altered:
    """Begins just after “hardly”, “keineswegs”, “nothing” and the like."""
    return _cut_before(_WEAK_NEGATIONS, sentence, world)


def _negation_in_source(spelt: str, sentence: Stretch, world: World) -> Altered:
    """As the cut before a negation, where the source spells that negation as extraction may."""
    rest = _cut_before(_NEGATIONS, sentence, world)
    if rest is None:
        return None
    head = sentence.text[: -len(rest)]
    match = re.search(r"(\w+)(\s+)$", head)
    if not match or ("{first}" in spelt and len(match.group(1)) < _SHORTEST_BROKEN):
        return None
    word, half = match.group(1), max(1, len(match.group(1)) // 2)
    spelling = spelt.format(word=word, first=word[:half], last=word[half:], nfd=unicodedata.normalize("NFD", word))
    return rest, sentence.with_source(lambda _: head[: match.start()] + spelling + rest)


def negation_cut_off_after(sentence: Stretch, world: World) -> Altered:
    """Ends just before a negation: “das wissen wir nicht” becomes “das wissen wir”.

    In Spanish and elsewhere in French the negation comes first, and ending early does not turn the sense.
    """
    return _cut_after(_TRAILING, sentence, world)


def _cut_after(negations: Mapping[str, str], sentence: Stretch, world: World) -> str | None:
    pattern = negations.get(_language(sentence))
    match = _pick(rf"\s+(?:{pattern})\b", sentence, world) if pattern else None
    head = sentence.text[: match.start()] if match else ""
    return head if len(head.split()) >= 3 and head[-1].isalpha() else None


def negation_cut_off_after_with_its_adverb(sentence: Stretch, world: World) -> Altered:
    """Ends before “auch nicht”, “noch nicht”, “certainly not”."""
    return _cut_after(_TRAILING_WITH_ADVERB, sentence, world)


def emphasised_negation_cut_off_after(sentence: Stretch, world: World) -> Altered:
    """Ends before a negation that the source prints with emphasis: `_nicht_`."""
    head = negation_cut_off_after(sentence, world)
    if not isinstance(head, str):
        return None
    tail = re.sub(r"\w+", lambda word: f"_{word.group()}_", sentence.text[len(head) :], count=1)
    return head, sentence.with_source(lambda _: head + tail)


def number_changed(sentence: Stretch, world: World) -> Altered:
    """Changes one digit of a number."""
    match = _pick(r"\b\d+(?:[.,]\d+)*\b", sentence, world)
    if not match:
        return None
    number, at = match.group(), world.chance.choice([i for i, c in enumerate(match.group()) if c.isdigit()])
    digit = str((int(number[at]) + world.chance.randint(1, 9)) % 10)
    return _put(sentence.text, match, number[:at] + digit + number[at + 1 :])


def number_word_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another number's word: “twenty” becomes “thirty”."""
    words = _NUMBER_WORDS[_language(sentence)].split()
    match = _pick(_any_of(" ".join(words)), sentence, world)
    if not match:
        return None
    return _put(sentence.text, match, world.chance.choice([word for word in words if word != match.group()]))


def year_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another year."""
    match = _pick(r"\b(?:1[4-9]|20)\d\d\b", sentence, world)
    if not match:
        return None
    return _put(sentence.text, match, str(int(match.group()) + world.chance.choice((-10, -1, 1, 10))))


def name_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another of the archive's names."""
    known = set(world.names)
    places = [m for m in re.finditer(r"\b[A-ZÉ][a-zé]{3,}\b", sentence.text) if m.group() in known]
    if not places:
        return None
    match = world.chance.choice(places)
    return _put(sentence.text, match, world.chance.choice([name for name in world.names if name != match.group()]))


def word_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another word of the same document, about as long."""
    match = _pick(r"\b[^\W\d_]{4,}\b", sentence, world)
    if not match:
        return None
    word = match.group()
    own = world.words[sentence.source.document or ""]
    near = [w for w in own if w != word and abs(len(w) - len(word)) <= 1 and w.islower() == word.islower()]
    return _put(sentence.text, match, world.chance.choice(near)) if near else None


def words_swapped(sentence: Stretch, world: World) -> Altered:
    """Changes the places of two words in a row."""
    match = _pick(r"\b([^\W\d_]+)( )([^\W\d_]+)\b", sentence, world)
    return _put(sentence.text, match, f"{match[3]} {match[1]}") if match and match[1] != match[3] else None


def word_dropped(sentence: Stretch, world: World) -> Altered:
    """Leaves one word out, neither the first nor the last."""
    match = _pick(r"\b[^\W\d_]+ (?=[\w\s,;-]*\w+ \w)", sentence, world)
    return _put(sentence.text, match, "") if match else None


def word_added(sentence: Stretch, world: World) -> Altered:
    """Puts one more word of the document in."""
    match = _pick(r" (?=\w)", sentence, world)
    word = world.chance.choice(world.words[sentence.source.document or ""])
    return _put(sentence.text, match, f" {word} ") if match else None


def spliced_in_a_passage(sentence: Stretch, world: World) -> Altered:
    """Joins the first half of one sentence to the second half of another of the same passage."""
    others = [s for s in _sentences(sentence.source) if abs(s.start - sentence.start) > 5]
    return _splice(sentence, world.chance.choice(others), " ") if others else None


def spliced_with_ellipsis(sentence: Stretch, world: World) -> Altered:
    """As above with dots between the halves: verify proves words in one piece only."""
    others = [s for s in _sentences(sentence.source) if s.start > sentence.start]
    return _splice(sentence, world.chance.choice(others), " … ") if others else None


def spliced_in_a_document(sentence: Stretch, world: World) -> Altered:
    """Joins halves of sentences from two passages of a document."""
    own = [p for p in world.passages if p.document == sentence.source.document and p.id != sentence.source.id]
    others = list(_sentences(world.chance.choice(own))) if own else []
    return _splice(sentence, world.chance.choice(others), " ") if others else None


def _splice(one: Stretch, other: Stretch, between: str) -> str:
    first, second = one.text.split(), other.text.split()
    return " ".join(first[: len(first) // 2]) + between + " ".join(second[len(second) // 2 :])


def case_changed(sentence: Stretch, world: World) -> Altered:
    """Turns “us” into “US”, “polish” into “Polish”, “Sie” into “sie”."""
    match = _pick(r"\b(?:us|it|may|march|polish|sie|ihr|weise|arm|[a-zäöüéñ]{4,})\b", sentence, world)
    if not match:
        return None
    word = match.group()
    return _put(sentence.text, match, word.upper() if len(word) == 2 else word.capitalize())


def comparison_reversed(sentence: Stretch, world: World) -> Altered:
    """Turns “more” into “less”, “before” into “after”, “alle” into “einige”."""
    pairs = [pair.split("=") for pair in _OPPOSITES[_language(sentence)].split()]
    opposites = {**{b: a for a, b in pairs}, **dict(pairs)}
    match = _pick(_any_of(" ".join(opposites)), sentence, world)
    return _put(sentence.text, match, opposites[match.group()]) if match else None


def accent_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes an accent away: “año” becomes “ano”, “schön” becomes “schon”."""
    match = _pick(r"[äöüáéíóúñàèùâêîôûç]", sentence, world)
    return _put(sentence.text, match, unicodedata.normalize("NFD", match.group())[0]) if match else None


def question_made_a_statement(sentence: Stretch, _world: World) -> Altered:
    """Ends a question with a full stop."""
    return sentence.text[:-1] + "." if sentence.text.endswith("?") else None


def comma_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes a comma out between two words."""
    match = _pick(r"(?<=\w), (?=\w)", sentence, world)
    return _put(sentence.text, match, " ") if match else None


def prefix_cut_off(sentence: Stretch, world: World) -> Altered:
    """Begins within a word: “unfair” becomes “fair”."""
    match = _pick(rf"\b(?:{_PREFIXES[_language(sentence)]})-?(?=[a-z]{{4,}})", sentence, world)
    rest = sentence.text[match.end() :] if match else ""
    return rest if len(rest.split()) >= 3 else None


def prefix_left_out(sentence: Stretch, world: World) -> Altered:
    """Takes a prefix off a word within: “an unfair wage” becomes “an fair wage”."""
    match = _pick(rf"\b(?:{_PREFIXES[_language(sentence)]})-?(?=[a-z]{{4,}})", sentence, world)
    return _put(sentence.text, match, "") if match else None


def _prefix_in_source(spelt: str, sentence: Stretch, world: World) -> Altered:
    """As the cut within a word, where the source breaks or brackets that word after its prefix."""
    match = _pick(rf"\b({_PREFIXES[_language(sentence)]})(?=[a-z]{{4,}})", sentence, world)
    rest = sentence.text[match.end() :] if match else ""
    if not match or len(rest.split()) < 3:
        return None
    return rest, sentence.with_source(lambda text: text[: match.start()] + spelt.format(match.group()) + rest)


def number_word_cut_short(sentence: Stretch, world: World) -> Altered:
    """Ends or begins within a number in words: “two hundred thousand” becomes “two hundred”."""
    language = _language(sentence)
    number = _any_of(_NUMBER_WORDS[language])
    match = _pick(rf"(?:{number}|\d)\s+(?:{_MAGNITUDES[language]})\b", sentence, world)
    if not match:
        return None
    head = sentence.text[: match.start()] + match.group().split()[0]
    return head if len(head.split()) >= 3 and re.search(rf"{number}$|\d$", head) else None


def _number_in_source(number: str, said: str, sentence: Stretch, world: World) -> Altered:
    """Puts a number of a certain form into the source, and a part or a distortion of it into the quotation.

    A bar in `said` is where the quotation begins or ends, should it not hold the whole sentence.
    """
    words = _any_of(_NUMBER_WORDS[_language(sentence)])
    match = _pick(rf"(?<=[a-z]\s)(?:\d+(?:[.,]\d+)*|{words})(?=\s\w)", sentence, world)
    if not match:
        return None
    quoted = _put(sentence.text, match, said)
    if "|" in said:
        quoted = quoted.partition("|")[2 if said.startswith("|") else 0]
    return quoted, sentence.with_source(lambda text: _put(text, match, number))


ALTERATIONS: dict[str, Alter] = {
    "negation dropped": negation_dropped,
    "negation added": negation_added,
    "negation cut off before": negation_cut_off_before,
    "negation cut off after": negation_cut_off_after,
    "negation cut off after, with its adverb": negation_cut_off_after_with_its_adverb,
    "negation cut off after, emphasised": emphasised_negation_cut_off_after,
    "negation cut off before, weak (hardly, nothing)": weak_negation_cut_off_before,
    "negation cut off before, _emphasised_": partial(_negation_in_source, "_{word}_ "),
    "negation cut off before, *emphasised*": partial(_negation_in_source, "*{word}* "),
    "negation cut off before, no-break space": partial(_negation_in_source, "{word}\u00a0"),
    "negation cut off before, soft hyphen": partial(_negation_in_source, "{first}\u00ad{last} "),
    "negation cut off before, broken at line end": partial(_negation_in_source, "{first}-\n{last} "),
    "negation cut off before, decomposed": partial(_negation_in_source, "{nfd}\n"),
    "number changed": number_changed,
    "number word changed": number_word_changed,
    "number word cut short": number_word_cut_short,
    "year changed": year_changed,
    "name changed": name_changed,
    "word changed": word_changed,
    "words swapped": words_swapped,
    "word dropped": word_dropped,
    "word added": word_added,
    "spliced in a passage": spliced_in_a_passage,
    "spliced with ellipsis": spliced_with_ellipsis,
    "spliced in a document": spliced_in_a_document,
    "case changed": case_changed,
    "comparison reversed": comparison_reversed,
    "accent dropped": accent_dropped,
    "question made a statement": question_made_a_statement,
    "comma dropped": comma_dropped,
    "prefix cut off": prefix_cut_off,
    "prefix left out": prefix_left_out,
    "prefix cut off, soft hyphen": partial(_prefix_in_source, "{}\u00ad"),
    "prefix cut off, line end": partial(_prefix_in_source, "{}-\n"),
    "prefix cut off, hard hyphen": partial(_prefix_in_source, "{}-"),
    "prefix cut off, no-break hyphen at line end": partial(_prefix_in_source, "{}\u2011\n"),
    "prefix cut off, brackets": partial(_prefix_in_source, "({})"),
    "10² → 102": partial(_number_in_source, "10²", "102"),
    "1,914 → 914": partial(_number_in_source, "1,914", "|914"),
    "1,914 → 1914": partial(_number_in_source, "1,914", "1914"),
    "1.914 → 1.91": partial(_number_in_source, "1.914", "1.91"),
    "20,000 → 20": partial(_number_in_source, "20,000", "20|"),
    "20 000 → 20": partial(_number_in_source, "20\u00a0000", "20|"),
    "1 975 496 → 975 496": partial(_number_in_source, "1\u202f975\u202f496", "|975\u202f496"),
    "5 % → 5 within": partial(_number_in_source, "5 %", "5"),
    "5 % → 5 at the end": partial(_number_in_source, "5 %", "5|"),
    "5% → 5 at the end": partial(_number_in_source, "5%", "5|"),
    "5 % → 5 ‰": partial(_number_in_source, "5 %", "5 ‰"),
    "£5 → $5": partial(_number_in_source, "£5", "$5"),
    "£5 → 5": partial(_number_in_source, "£5", "|5"),
    "-5 → 5": partial(_number_in_source, "-5", "5"),
    "-5 → 5 at the start": partial(_number_in_source, "-5", "|5"),
    "3½ → 3": partial(_number_in_source, "3½", "3"),
    "3½ → 31/2": partial(_number_in_source, "3½", "31/2"),
    "8, 500 → 8,500": partial(_number_in_source, "8, 500", "8,500"),
    "19-⏎20 → 1920": partial(_number_in_source, "19-\n20", "1920"),
    "3*4 → 34": partial(_number_in_source, "3*4", "34"),
}  # fmt: skip

_CUTS = {kind for kind in ALTERATIONS if "cut" in kind or "→" in kind}
"""Kinds whose words do stand in one piece, and mislead by where they begin or end."""


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
        if not _stands(sentence.text, other.text):
            quotation = Quotation(other.id, sentence.text)
            yield Case("another passage", language, quotation, (sentence.source, other), true=False)


def _family(name: str) -> str:
    return name.partition(",")[0] if "," in name else name.rpartition(" ")[2]


# --- true quotations, typeset otherwise ----------------------------------------------------------------

Change = Callable[[str, random.Random], str]


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


def as_it_stands(text: str, _chance: random.Random) -> str:
    """Changes nothing."""
    return text


def _replaced(pairs: Mapping[str, str], text: str, _chance: random.Random) -> str:
    return re.sub("|".join(map(re.escape, sorted(pairs, key=len, reverse=True))), lambda m: pairs[m.group()], text)


def _requoted(double: tuple[str, str], single: tuple[str, str], text: str, _chance: random.Random) -> str:
    """Other marks around what is quoted and, nested, around its words within; apostrophes stay."""
    text = re.sub(r"[“„«»”\"]\s?([^“”„«»\"]+?)\s?[”“»«\"]", rf"{double[0]}\1{double[1]}", text)
    return re.sub(r"(?<!\w)['‘‚‹]([^'‘’‚‹›]+)['’›](?!\w)", rf"{single[0]}\1{single[1]}", text)


def _between_letters(inserted: str, text: str, chance: random.Random) -> str:
    """Something put between two letters of one long word in three."""

    def broken(match: re.Match[str]) -> str:
        word = match.group()
        at = chance.randint(2, len(word) - 2)
        return word[:at] + inserted + word[at:] if chance.random() < 0.34 else word

    return re.sub(r"\b[^\W\d_]{6,}\b", broken, text)


def _respaced(space: str, text: str, chance: random.Random) -> str:
    """Other white space for one space in three."""
    return re.sub(r"(?<=\S)\s(?=\S)", lambda m: space if chance.random() < 0.34 else m.group(), text)


def _dashed(dash: str, text: str, _chance: random.Random) -> str:
    """Another dash for each one that stands between words."""
    return re.sub(r"(?<=[^\W\d_])(?:\s*(?:—|--)\s*|\s+–\s+)(?=[^\W\d_])", dash, text)


def _decomposed(text: str, _chance: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def _emphasised(text: str, chance: random.Random) -> str:
    return re.sub(r"\b[^\W\d_]{5,}\b", lambda m: f"_{m.group()}_" if chance.random() < 0.2 else m.group(), text)


def _padded(text: str, _chance: random.Random) -> str:
    return f"  {text}\n"


def _enclosed(marks: str, text: str, _chance: random.Random) -> str:
    return marks[0] + text + marks[-1]


def _one_after_another(changes: Sequence[Change], text: str, chance: random.Random) -> str:
    for change in changes:
        text = change(text, chance)
    return text


def _dotted(dots: str, text: str, _chance: random.Random) -> str:
    """Another form of three dots, or of the four that end a sentence."""
    return re.sub(r"…|\.\.\.|\. \. \.(?! \.)", dots, text)


_CURLED = {'"': "”", "'": "’"}
_STRAIGHT = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "«": '"', "»": '"'}
_LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ"}
_SOFT = "\u00ad"

TYPOGRAPHY: dict[str, Change] = {
    "as it stands": as_it_stands,
    "straight marks": partial(_replaced, _STRAIGHT),
    "curly marks": partial(_replaced, _CURLED),
    "guillemets": partial(_requoted, ("«", "»"), ("‹", "›")),
    "guillemets spaced": partial(_requoted, ("«\u00a0", "\u00a0»"), ("‹\u202f", "\u202f›")),
    "marks turned inwards": partial(_requoted, ("»", "«"), ("›", "‹")),
    "low and high marks": partial(_requoted, ("„", "“"), ("‚", "‘")),
    "single for double": partial(_requoted, ("‘", "’"), ("“", "”")),
    "nested marks spaced": partial(_requoted, ("“\u202f", "\u202f”"), ("‘\u202f", "\u202f’")),
    "marks around": partial(_enclosed, "“”"),
    "ligatures": partial(_replaced, _LIGATURES),
    "soft hyphens": partial(_between_letters, _SOFT),
    "soft hyphen at line end": partial(_between_letters, f"{_SOFT}\n"),
    "hyphen at line end": partial(_between_letters, "-\n"),
    "hyphen at line end, carriage return": partial(_between_letters, "-\r\n"),
    "hyphen at line end, indented": partial(_between_letters, "- \n    "),
    "hyphen U+2010 at line end": partial(_between_letters, "\u2010\n"),
    "not sign at line end": partial(_between_letters, "¬\n"),
    "zero-width space": partial(_between_letters, "\u200b"),
    "line breaks": partial(_respaced, "\n"),
    "line breaks, carriage return": partial(_respaced, "\r\n"),
    "no-break spaces": partial(_respaced, "\u00a0"),
    "thin spaces": partial(_respaced, "\u202f"),
    "runs of space": partial(_respaced, " \t  "),
    "space around": _padded,
    "dash —": partial(_dashed, "—"),
    "dash — spaced": partial(_dashed, " — "),
    "dash – spaced": partial(_dashed, " – "),
    "dash --": partial(_dashed, "--"),
    "dash -- spaced": partial(_dashed, " -- "),
    "dash at line end": partial(_dashed, "—\n"),
    "ellipsis …": partial(_dotted, "…"),
    "ellipsis ...": partial(_dotted, "..."),
    "ellipsis . . .": partial(_dotted, ". . ."),
    "ellipsis . . . with no-break spaces": partial(_dotted, ".\u00a0.\u00a0."),
    "accents decomposed": _decomposed,
    "emphasis": _emphasised,
    "several at once": partial(
        _one_after_another,
        (
            partial(_replaced, _STRAIGHT),
            partial(_replaced, _LIGATURES),
            partial(_respaced, "\u00a0"),
            partial(_between_letters, "-\n"),
            _decomposed,
        ),
    ),
}  # fmt: skip


if __name__ == "__main__":
    main()
