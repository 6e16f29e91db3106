"""Alters true quotations as a careless or dishonest hand would, and sets them otherwise as printing does.

Everything is drawn with a given chance, so the same archive gives the same cases. A change that leaves words which
truly stand in the source in one piece, such as a first word left out, is no alteration: see `stands`.
"""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lyceum import text as texts
from lyceum.library import Source


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


def world_of(passages: Sequence[Source], seed: int) -> World:
    """What alterations of these passages draw on."""
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


def sentences_of(passage: Source) -> Iterator[Stretch]:
    """The sentences of a passage that are neither very short nor very long."""
    for start, end in texts.sentences(passage.text, passage.language):
        if _SHORTEST <= end - start <= _LONGEST and texts.word_count(passage.text[start:end]) >= 6:
            yield Stretch(passage, start, end)


def pairs_of(sentences: Sequence[Stretch]) -> Iterator[Stretch]:
    """Each two sentences in a row as one stretch."""
    for one, other in itertools.pairwise(sentences):
        if one.source is other.source and 0 <= other.start - one.end < 4:
            yield Stretch(one.source, one.start, other.end)


COMMA = re.compile(r"[,;:](?=\s)")
DASH = re.compile(r"(?<=[^\W\d_])(?:—|--)(?=[^\W\d_])|(?<=\s)[–—](?=\s)")


def clauses_of(marks: re.Pattern[str], sentences: Iterable[Stretch]) -> Iterator[Stretch]:
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


def stands(words: str, text: str) -> bool:
    """Whether the words stand in the text one after the other: said apart from what is measured, and simply."""
    wanted, found = _bare_words(words), _bare_words(text)
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found) - len(wanted) + 1))


def _bare_words(text: str) -> list[str]:
    return re.findall(r"[\w²³%]+|(?<=\d)[.,](?=\d)|[?!]", text)


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


def language_of(sentence: Stretch) -> str:
    """The primary subtag of the language of a stretch."""
    return texts.primary(sentence.source.language)


def any_of(words: str) -> str:
    """A pattern for any of some words."""
    return rf"\b(?:{'|'.join(words.split())})\b"


def pick(pattern: str, sentence: Stretch, world: World, *, flags: int = 0) -> re.Match[str] | None:
    """One of the places that fit, but not at the sentence's very beginning."""
    found = [match for match in re.finditer(pattern, sentence.text, flags) if match.start() > 0]
    return world.chance.choice(found) if found else None


def put(text: str, match: re.Match[str], words: str) -> str:
    """The text with other words in the place of a match."""
    return text[: match.start()] + words + text[match.end() :]


def negation_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes a negation out: “was not paid” becomes “was paid”, “n'est pas” becomes “est”."""
    for pattern, left in _WITHOUT_NEGATION.items():
        if re.search(pattern, sentence.text):
            return re.sub(pattern, left, sentence.text, count=1)
    match = pick(any_of(_NEGATIONS[language_of(sentence)]) + r"\s", sentence, world)
    return put(sentence.text, match, "") if match else None


def negation_added(sentence: Stretch, world: World) -> Altered:
    """Puts a negation in beside an auxiliary verb."""
    verbs, negation = _AUXILIARIES[language_of(sentence)]
    match = pick(any_of(verbs), sentence, world)
    if not match:
        return None
    words = match.group() + negation if negation.startswith(" ") else negation + match.group()
    return put(sentence.text, match, words)


def _cut_before(words: Mapping[str, str], sentence: Stretch, world: World) -> str | None:
    """What follows a negation on which it hangs, without that negation."""
    match = pick(any_of(words[language_of(sentence)]) + r"\s+(?=\w)", sentence, world)
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
    pattern = negations.get(language_of(sentence))
    match = pick(rf"\s+(?:{pattern})\b", sentence, world) if pattern else None
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
    match = pick(r"\b\d+(?:[.,]\d+)*\b", sentence, world)
    if not match:
        return None
    number, at = match.group(), world.chance.choice([i for i, c in enumerate(match.group()) if c.isdigit()])
    digit = str((int(number[at]) + world.chance.randint(1, 9)) % 10)
    return put(sentence.text, match, number[:at] + digit + number[at + 1 :])


def number_word_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another number's word: “twenty” becomes “thirty”."""
    words = _NUMBER_WORDS[language_of(sentence)].split()
    match = pick(any_of(" ".join(words)), sentence, world)
    if not match:
        return None
    return put(sentence.text, match, world.chance.choice([word for word in words if word != match.group()]))


def year_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another year."""
    match = pick(r"\b(?:1[4-9]|20)\d\d\b", sentence, world)
    if not match:
        return None
    return put(sentence.text, match, str(int(match.group()) + world.chance.choice((-10, -1, 1, 10))))


def name_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another of the archive's names."""
    known = set(world.names)
    places = [m for m in re.finditer(r"\b[A-ZÉ][a-zé]{3,}\b", sentence.text) if m.group() in known]
    if not places:
        return None
    match = world.chance.choice(places)
    return put(sentence.text, match, world.chance.choice([name for name in world.names if name != match.group()]))


def word_changed(sentence: Stretch, world: World) -> Altered:
    """Puts another word of the same document, about as long."""
    match = pick(r"\b[^\W\d_]{4,}\b", sentence, world)
    if not match:
        return None
    word = match.group()
    own = world.words[sentence.source.document or ""]
    near = [w for w in own if w != word and abs(len(w) - len(word)) <= 1 and w.islower() == word.islower()]
    return put(sentence.text, match, world.chance.choice(near)) if near else None


def words_swapped(sentence: Stretch, world: World) -> Altered:
    """Changes the places of two words in a row."""
    match = pick(r"\b([^\W\d_]+)( )([^\W\d_]+)\b", sentence, world)
    return put(sentence.text, match, f"{match[3]} {match[1]}") if match and match[1] != match[3] else None


def word_dropped(sentence: Stretch, world: World) -> Altered:
    """Leaves one word out, neither the first nor the last."""
    match = pick(r"\b[^\W\d_]+ (?=[\w\s,;-]*\w+ \w)", sentence, world)
    return put(sentence.text, match, "") if match else None


def word_added(sentence: Stretch, world: World) -> Altered:
    """Puts one more word of the document in."""
    match = pick(r" (?=\w)", sentence, world)
    word = world.chance.choice(world.words[sentence.source.document or ""])
    return put(sentence.text, match, f" {word} ") if match else None


def spliced_in_a_passage(sentence: Stretch, world: World) -> Altered:
    """Joins the first half of one sentence to the second half of another of the same passage."""
    others = [s for s in sentences_of(sentence.source) if abs(s.start - sentence.start) > 5]
    return _splice(sentence, world.chance.choice(others), " ") if others else None


def spliced_with_ellipsis(sentence: Stretch, world: World) -> Altered:
    """As above with dots between the halves: verify proves words in one piece only."""
    others = [s for s in sentences_of(sentence.source) if s.start > sentence.start]
    return _splice(sentence, world.chance.choice(others), " … ") if others else None


def spliced_in_a_document(sentence: Stretch, world: World) -> Altered:
    """Joins halves of sentences from two passages of a document."""
    own = [p for p in world.passages if p.document == sentence.source.document and p.id != sentence.source.id]
    others = list(sentences_of(world.chance.choice(own))) if own else []
    return _splice(sentence, world.chance.choice(others), " ") if others else None


def _splice(one: Stretch, other: Stretch, between: str) -> str:
    first, second = one.text.split(), other.text.split()
    return " ".join(first[: len(first) // 2]) + between + " ".join(second[len(second) // 2 :])


def case_changed(sentence: Stretch, world: World) -> Altered:
    """Turns “us” into “US”, “polish” into “Polish”, “Sie” into “sie”."""
    match = pick(r"\b(?:us|it|may|march|polish|sie|ihr|weise|arm|[a-zäöüéñ]{4,})\b", sentence, world)
    if not match:
        return None
    word = match.group()
    return put(sentence.text, match, word.upper() if len(word) == 2 else word.capitalize())


def comparison_reversed(sentence: Stretch, world: World) -> Altered:
    """Turns “more” into “less”, “before” into “after”, “alle” into “einige”."""
    pairs = [pair.split("=") for pair in _OPPOSITES[language_of(sentence)].split()]
    opposites = {**{b: a for a, b in pairs}, **dict(pairs)}
    match = pick(any_of(" ".join(opposites)), sentence, world)
    return put(sentence.text, match, opposites[match.group()]) if match else None


def accent_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes an accent away: “año” becomes “ano”, “schön” becomes “schon”."""
    match = pick(r"[äöüáéíóúñàèùâêîôûç]", sentence, world)
    return put(sentence.text, match, unicodedata.normalize("NFD", match.group())[0]) if match else None


def question_made_a_statement(sentence: Stretch, _world: World) -> Altered:
    """Ends a question with a full stop."""
    return sentence.text[:-1] + "." if sentence.text.endswith("?") else None


def comma_dropped(sentence: Stretch, world: World) -> Altered:
    """Takes a comma out between two words."""
    match = pick(r"(?<=\w), (?=\w)", sentence, world)
    return put(sentence.text, match, " ") if match else None


def prefix_cut_off(sentence: Stretch, world: World) -> Altered:
    """Begins within a word: “unfair” becomes “fair”."""
    match = pick(rf"\b(?:{_PREFIXES[language_of(sentence)]})-?(?=[a-z]{{4,}})", sentence, world)
    rest = sentence.text[match.end() :] if match else ""
    return rest if len(rest.split()) >= 3 else None


def prefix_left_out(sentence: Stretch, world: World) -> Altered:
    """Takes a prefix off a word within: “an unfair wage” becomes “an fair wage”."""
    match = pick(rf"\b(?:{_PREFIXES[language_of(sentence)]})-?(?=[a-z]{{4,}})", sentence, world)
    return put(sentence.text, match, "") if match else None


def _prefix_in_source(spelt: str, sentence: Stretch, world: World) -> Altered:
    """As the cut within a word, where the source breaks or brackets that word after its prefix."""
    match = pick(rf"\b({_PREFIXES[language_of(sentence)]})(?=[a-z]{{4,}})", sentence, world)
    rest = sentence.text[match.end() :] if match else ""
    if not match or len(rest.split()) < 3:
        return None
    return rest, sentence.with_source(lambda text: text[: match.start()] + spelt.format(match.group()) + rest)


def number_word_cut_short(sentence: Stretch, world: World) -> Altered:
    """Ends or begins within a number in words: “two hundred thousand” becomes “two hundred”."""
    language = language_of(sentence)
    number = any_of(_NUMBER_WORDS[language])
    match = pick(rf"(?:{number}|\d)\s+(?:{_MAGNITUDES[language]})\b", sentence, world)
    if not match:
        return None
    head = sentence.text[: match.start()] + match.group().split()[0]
    return head if len(head.split()) >= 3 and re.search(rf"{number}$|\d$", head) else None


def _number_in_source(number: str, said: str, sentence: Stretch, world: World) -> Altered:
    """Puts a number of a certain form into the source, and a part or a distortion of it into the quotation.

    A bar in `said` is where the quotation begins or ends, should it not hold the whole sentence.
    """
    words = any_of(_NUMBER_WORDS[language_of(sentence)])
    match = pick(rf"(?<=[a-z]\s)(?:\d+(?:[.,]\d+)*|{words})(?=\s\w)", sentence, world)
    if not match:
        return None
    quoted = put(sentence.text, match, said)
    if "|" in said:
        quoted = quoted.partition("|")[2 if said.startswith("|") else 0]
    return quoted, sentence.with_source(lambda text: put(text, match, number))


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

CUTS = {kind for kind in ALTERATIONS if "cut" in kind or "→" in kind}
"""Kinds whose words do stand in one piece, and mislead by where they begin or end."""


# --- true quotations, typeset otherwise ----------------------------------------------------------------

Change = Callable[[str, random.Random], str]


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
