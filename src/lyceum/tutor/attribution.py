"""Tells whom, and which work and edition, a draft names as the source of a quotation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from lyceum import text as texts
from lyceum.tutor.drafts import BLANK, Quoted


@dataclass(frozen=True, slots=True)
class Work:
    """A document of the archive as drafts may name it; those with one `key` are editions of one work."""

    id: str
    title: str
    creators: tuple[str, ...]
    year: int | None
    key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a draft says of a quotation: its authors by name, years, pages, and works of the archive by id.

    `named` is false where authors are only mentioned near by, in which case any one of them may be meant.
    """

    authors: tuple[str, ...] = ()
    sure: bool = False
    years: frozenset[int] = frozenset()
    pages: frozenset[str] = frozenset()
    works: frozenset[str] = frozenset()


# --- persons -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """A name in parts, folded: the family's name and what is given of the first ones."""

    family: tuple[str, ...]
    given: tuple[str, ...] = ()

    def may_be(self, other: Person) -> bool:
        """Whether both names may mean one person: Marx, K. Marx, Karl Marx and Carlos Marx do, Jenny Marx does not."""
        return self._is(other) or other._is(self)

    def _is(self, other: Person) -> bool:
        """Whether the other's family may be what this name ends with: Ferdinand Domela Nieuwenhuis."""
        words = self.given + self.family
        size = len(other.family)
        if len(words) < size or not _alike(words[-size:], other.family):
            return False
        mine, theirs = words[:-size], other.given
        if not mine or not theirs:
            return True
        return mine[0][0] == theirs[0][0] or fuzz.ratio(mine[0], theirs[0]) >= _SAME_GIVEN


_SAME_GIVEN = 50
_SAME_FAMILY = 83
_LONG_NAME = 6
_PARTICLES = frozenset("von van de der den du la le di da dos das del della ten ter zu zur af av st saint".split())
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir lord lady dame rev herr frau fraulein monsieur madame mme senor senora "
    "comrade genosse citizen president senator general captain".split()
)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    if tuple(one) == tuple(other):
        return True
    a, b = " ".join(one), " ".join(other)
    # Transliterations: Tolstoi and Tolstoy, Kropotkin and Kropotkine.
    return min(len(a), len(b)) >= _LONG_NAME and a[0] == b[0] and fuzz.ratio(a, b) >= _SAME_FAMILY


def person_of(name: str) -> Person | None:
    """The person of “Du Bois, W. E. B. (William Edward Burghardt)” and of “W. E. B. Du Bois”; None for no name."""
    bare = re.sub(r"\([^)]*\)?|[’']s\b", "", name).strip(" ,.;:")
    family, comma, given = bare.partition(",")
    if comma:
        first = texts.plain_terms(given.partition(",")[0])
        return _person(texts.plain_terms(family), [term for term in first if term not in _TITLES])
    words = [word for word in bare.split() if _plain(word) not in _TITLES]
    at = len(words) - 1
    while at > 0 and _plain(words[at - 1]) in _PARTICLES:
        at -= 1
    return _person(texts.plain_terms(" ".join(words[at:])), texts.plain_terms(" ".join(words[: max(at, 0)])))


def _person(family: Sequence[str], given: Sequence[str]) -> Person | None:
    return Person(tuple(family), tuple(given)) if family else None


# --- what the archive knows --------------------------------------------------------------------------

_SHORTEST_TITLE = 2
_SUBTITLE = re.compile(r"\s*(?:[:;(\[]|\s[—–-]\s|,\s(?:or|oder|ou)\b|\.\s)")


class Known:
    """The authors and works of an archive, by their names."""

    def __init__(self, works: Iterable[Work]) -> None:
        self.works = {work.id: work for work in works}

    @cached_property
    def persons(self) -> dict[Person, set[str]]:
        """Every author with the ids of their works."""
        found: dict[Person, set[str]] = defaultdict(set)
        for work in self.works.values():
            for creator in work.creators:
                if person := person_of(creator):
                    found[person].add(work.id)
        return found

    @cached_property
    def families(self) -> dict[str, list[Person]]:
        """The authors by the last word of their family's name."""
        found: dict[str, list[Person]] = defaultdict(list)
        for person in self.persons:
            if len(person.family[-1]) > 1 and not person.family[-1].isdigit():
                found[person.family[-1]].append(person)
        return found

    @cached_property
    def titles(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """The titles, without what follows a colon, by their first word: their words, and the id of the work."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for work in self.works.values():
            for title in {work.title, main_title(work.title)}:
                words = tuple(texts.plain_terms(title))
                if len(words) >= _SHORTEST_TITLE:
                    found[words[0]].append((words, work.id))
        return found

    @cached_property
    def editions(self) -> dict[str, set[str]]:
        """The ids of the editions of each work, by its key."""
        found: dict[str, set[str]] = defaultdict(set)
        for work in self.works.values():
            found[work.key].add(work.id)
        return found

    def is_title(self, words: str) -> bool:
        """Whether words are no quotation but the title of a work."""
        terms = tuple(texts.plain_terms(words))
        return any(terms == title for title, _ in self.titles.get(terms[0] if terms else "", ()))

    @cached_property
    def _title_words(self) -> frozenset[str]:
        return frozenset(word for work in self.works.values() for word in texts.plain_terms(work.title))

    def has_in_titles(self, words: str) -> bool:
        """Whether all words stand in titles, such as those of the Communist Manifesto."""
        return set(texts.plain_terms(words)) <= self._title_words

    def named_in(self, text: str) -> frozenset[str]:
        """The ids of the works whose titles stand in a text, the longest title at each place."""
        terms = texts.plain_terms(text)
        capital = {term for word in re.findall(r"\b[^\W\d_a-z]\w*", text) for term in texts.plain_terms(word)}
        found: set[str] = set()
        at = 0
        while at < len(terms):
            fits = [t for t in self.titles.get(terms[at], ()) if tuple(terms[at : at + len(t[0])]) == t[0]]
            fits = [t for t in fits if capital.intersection(w for w in t[0] if len(w) > 3 or len(t[0]) > 3)]
            longest = max((len(words) for words, _ in fits), default=0)
            found.update(work for words, work in fits if len(words) == longest)
            at += max(1, longest)
        return frozenset(found)

    def same_work(self, one: str, other: str) -> bool:
        """Whether two documents are editions of one work."""
        return one in self.works and other in self.works and self.works[one].key == self.works[other].key


def main_title(title: str) -> str:
    """A title without its subtitle."""
    return _SUBTITLE.split(title, maxsplit=1)[0]


# --- claims ------------------------------------------------------------------------------------------

_SAYS = (
    "wrote writes written said says say argued argues held holds noted notes observed observes declared declares "
    "explained explains claimed claims insisted insists remarked remarks complained complains reported reports stated "
    "states replied replies answered answers warned warns recalled recalls thought thinks believed believes put puts "
    "maintained maintains asked asks called calls described describes concluded concludes demanded demands added adds "
    "asserted asserts affirmed affirms admitted admits confessed confesses continued continues begins began "
    "schrieb schreibt sagte sagt meinte meint erklärte erklärt behauptete behauptet betonte betont bemerkte bemerkt "
    "forderte fordert berichtete berichtet klagte klagt notierte notiert nannte nennt fragte fragt antwortete "
    "écrit écrivait écrivit dit disait affirme affirmait déclare déclarait notait note remarquait remarque "
    "escribió escribe dijo dice afirmó afirma declaró declara sostuvo sostiene señaló señala observó observa "
    "scrisse scrive disse escreveu diz schreef zei skrev"
).split()
_NAME_WORD = r"(?:(?:[^\W\d_a-zß-öø-ÿ]\.-?)+|[^\W\d_a-zß-öø-ÿ][\w’'-]*\.?)"
_NAME = rf"(?:{_NAME_WORD}(?:\s+(?:{_NAME_WORD}|von|van|de|der|den|du|la|le|di|da|del|ten|ter|zu))*\s+)?{_NAME_WORD}"
_VERB = rf"(?:{'|'.join(_SAYS)})"
_ADVERB = (
    r"(?:(?:had|has|have|hat|hatte|once|also|then|later|still|already|himself|herself|now|thus|a|avait|ha|había|\w+ly)"
    r"\s+){0,3}"
)
_BEFORE = (
    # Marx wrote in 1848: · Proudhon, who held that · Marx (1848) says
    re.compile(rf"(?P<name>{_NAME})(?:,?\s+(?:who|der|die|qui|que))?\s*(?:\((?P<year>[^()]*\d{{4}}[^()]*)\)\s*)?\s"
               rf"{_ADVERB}{_VERB}\b[^.!?;{BLANK}]{{0,90}}\Z"),
    # so schrieb Marx: · as said by Marx:
    re.compile(rf"\b{_VERB}\s+(?:by\s+|von\s+)?(?P<name>{_NAME})[^.!?;{BLANK}]{{0,60}}\Z"),
    # According to Marx, · in the words of Marx · laut Marx · selon Marx
    re.compile(rf"\b(?:[Aa]ccording\s+to|words\s+of|[Tt]o\s+quote|[Qq]uot(?:es|ed|ing)|[Ll]aut|[Nn]ach|[Bb]ei|[Mm]it\s+den\s+Worten|"
               rf"[Ss]elon|[Dd][’']après|[Ss]egún|[Ss]econdo|[Vv]olgens|[Ee]nligt)\s+(?P<name>{_NAME})[^.!?;{BLANK}]{{0,90}}\Z"),
    # Marx's phrase · Marx: · MARX, Capital (1867):
    re.compile(rf"(?P<name>{_NAME})[’']s?\s[^.!?;{BLANK}]{{0,60}}\Z"),
    re.compile(rf"(?:^|[.!?]\s|\n)\s*(?P<name>{_NAME})(?:\s*\([^()]*\)|,[^.!?:]{{0,80}})?\s*:\s*\Z"),
    re.compile(rf"(?P<name>{_NAME})\s*\((?P<year>[^()]*\d{{4}}[^()]*)\)[^.!?;{BLANK}]{{0,60}}\Z"),
)  # fmt: skip
_SUBJECTS = (_BEFORE[0], _BEFORE[3], _BEFORE[5])
_AFTER = (
    # ” wrote Marx · ” (so Marx) · ,” Marx wrote · ” (Marx 1848, p. 3) · ” — Karl Marx
    re.compile(rf"\A[\s,.”»\"]*(?:(?:as|so|wie|comme|como)\s+)?{_ADVERB}{_VERB}\s+(?:by\s+)?(?P<name>{_NAME})"),
    re.compile(rf"\A[\s,.]*(?:(?:as|wie|comme|como)\s+)?(?P<name>{_NAME}),?\s+{_ADVERB}{_VERB}\b(?![^.!?{BLANK}]*[:,]\s*[“„«\"‘]?{BLANK})"),
    re.compile(rf"\A[\s,.]*[(\[](?:[^()\[\]{BLANK}]{{0,40}}?\s)?(?P<name>{_NAME})[^()\[\]]*[)\]]"),
    re.compile(rf"\A[\s,.]*(?:[—–―]|--?)\s*(?P<name>{_NAME})"),
    re.compile(rf"\A[\s,.]*(?:so|says|thus)\s+(?P<name>{_NAME})"),
)  # fmt: skip
_OBJECT = re.compile(
    r"\b(?:to|about|of|against|for|with|from|unlike|like|than|on|upon|after|before|between|and\s+to|toward|towards|at|"
    r"criticised|criticized|attacked|read|met|knew|praised|opposed|answering|über|an|gegen|für|mit|zu|ohne|wider|"
    r"contre|sur|à|avec|pour|chez|contra|sobre|con|para|a)\s+(?:(?:the|Mr|Mrs|Dr|Herr|Frau|M|Sir)\.?\s+)*\Z"
)
_YEAR = re.compile(r"(?<![\d.,-])(1[4-9]\d\d|20\d\d)(?![\d,]|\.\d)")
_PAGE = re.compile(r"\b(?:pp?\.|pages?|S\.|Seiten?|págs?\.|página|pag\.|blz\.|s\.)\s*(\d{1,4}|[ivxlc]{1,7})\b")
_PRONOUN = re.compile(r"\b(?:he|she|they|er|sie|il|elle|él|ella|lui|lei|hij|zij|han|hon)\b", re.IGNORECASE)


class Attributor:
    """Reads claims around the quotations of one draft."""

    def __init__(self, known: Known, language: str) -> None:
        self._known = known
        self._language = language

    def claim(self, quoted: Quoted) -> Claim:
        """What the sentence around a quotation says of its source; where it says nothing, what the paragraph says."""
        before, after = self._sentence(quoted)
        facts = self._facts(before, after)
        if name := self._stated(before, after):
            return Claim((name,), True, *facts)
        if names := self._mentioned(before) or self._mentioned(after):
            return Claim(names, False, *facts)
        return self._of_paragraph(quoted, before, facts)

    def names_near(self, quoted: Quoted) -> tuple[str, ...]:
        """Every author of the archive that the paragraph names, whatever for."""
        return tuple(self._names(quoted.before)) + tuple(self._names(quoted.after))

    def _sentence(self, quoted: Quoted) -> tuple[str, str]:
        """What stands in the sentence of a quotation before and after it."""
        before, after = quoted.before.rstrip("“„«»\"'‘ \t\n"), quoted.after
        opens = self._sentences(before)
        head = before[opens[-1][0] :] if opens else ""
        if quoted.before.endswith("\n\n") or re.search(r":\s*\Z", before):
            head = before[opens[-1][0] :] if opens else ""
        elif re.search(r"[.!?…]\Z", before):
            head = ""
        return head, _first_sentence(quoted.words, after)

    def _sentences(self, text: str) -> list[tuple[int, int]]:
        return texts.sentences(text[-_NEAR:], self._language) if len(text) <= _NEAR else [
            (start + len(text) - _NEAR, end + len(text) - _NEAR)
            for start, end in texts.sentences(text[-_NEAR:], self._language)
        ]  # fmt: skip

    def _facts(self, before: str, after: str) -> tuple[frozenset[int], frozenset[str], frozenset[str]]:
        text = f"{before} {after}"
        years = frozenset(int(year) for year in _YEAR.findall(text))
        pages = frozenset(page.lower() for page in _PAGE.findall(text))
        return years, pages, self._known.named_in(text)

    def _of_paragraph(
        self, quoted: Quoted, head: str, facts: tuple[frozenset[int], frozenset[str], frozenset[str]]
    ) -> Claim:
        rest = quoted.before.rstrip("“„«»\"'‘ \t\n")
        rest = rest[: len(rest) - len(head)] if head else rest
        for start, end in reversed(self._sentences(rest)):
            if names := self._mentioned(rest[start:end]):
                return Claim(names, False, *facts)
        return Claim((), False, *facts)

    def _stated(self, before: str, after: str) -> str | None:
        """The name that a sentence states as the speaker's; None for none, or for what only looks like a name."""
        for pattern, text in [*((p, before) for p in _BEFORE), *((p, after) for p in _AFTER)]:
            match = next(reversed(list(pattern.finditer(text))), None)
            if match is None:
                continue
            start = match.start("name")
            if pattern in _SUBJECTS and _OBJECT.search(text[max(0, start - 40) : start]):
                continue
            if name := self._as_name(match.group("name"), text[max(0, start - 8) : start]):
                return name
        return None

    def _as_name(self, words: str, before: str) -> str | None:
        """A name without the words before it that are none; None where none is left.

        What has an article is a paper or a body, unless the archive knows an author of that name.
        """
        kept = words.split()
        while kept and (_plain(kept[0]) in _NO_NAMES or texts.is_function_word(_plain(kept[0]), self._language)):
            before = kept.pop(0)
        if not kept or all(_plain(word) in _PARTICLES | _TITLES for word in kept):
            return None
        name = re.sub(r"[’']s?\Z", "", " ".join(kept).rstrip(".,"))
        with_article = _plain((before.split() or [""])[-1]) in _ARTICLES
        return None if with_article and _plain(name.split()[-1]) not in self._known.families else name

    def _mentioned(self, text: str) -> tuple[str, ...]:
        """The archive's authors that a text names, but not those that are only spoken of or to."""
        return tuple(name for name, start in self._places(text) if not _OBJECT.search(text[max(0, start - 40) : start]))

    def _names(self, text: str) -> Iterator[str]:
        yield from (name for name, _ in self._places(text))

    def _places(self, text: str) -> Iterator[tuple[str, int]]:
        """Each author of the archive that is named, with the words of the name and where it begins."""
        for match in re.finditer(_NAME, text):
            words = re.sub(r"[’']s?\Z", "", match.group())
            terms = texts.plain_terms(words)
            last = next((n for n in range(len(terms) - 1, -1, -1) if terms[n] in self._known.families), None)
            if last is None:
                continue
            for person in self._known.families[terms[last]]:
                size = len(person.family)
                if tuple(terms[last + 1 - size : last + 1]) == person.family:
                    # Without the first words of a sentence, which only look like a name: “Here Marx …”.
                    yield _trimmed(words, terms[: last + 1 - size], person), match.start()
                    break


_NEAR = 1_500


def _trimmed(words: str, given: Sequence[str], person: Person) -> str:
    fits = [term for term in given if len(term) == 1 or any(term[0] == own[0] for own in person.given)]
    family = " ".join(person.family).title()
    others = [term for term in given if term not in fits]
    if others and not fits and len(words.split()) > 1 and given[-1] not in _NO_NAMES:
        return f"{' '.join(given).title()} {family}"
    return f"{' '.join(fits)} {family}".strip().title()


_NO_NAMES = frozenset(
    """here as in the this that when where while but and so thus then even yet now if though although because since what
    how why who for from of on at to by with after before both either only also later there it is hier wie
    als wenn da denn aber und auch nur dort comme ainsi mais et alors quand ici como pero y asi cuando aqui
    mr mrs dr sir""".split()
)


_ARTICLES = frozenset("the der die das dem den le la les el los las il lo a an ein eine un une una".split())


def _plain(word: str) -> str:
    return texts.unaccent(word.lower().strip(".,’'"))


_SENTENCE_END = re.compile(r"[.!?…](?=\s+[^\W\d_a-z]|\s*\Z|\s+[“„«])")


def _first_sentence(words: str, after: str) -> str:
    """What goes on with the sentence of a quotation behind it."""
    ended = words.rstrip()[-1:] in tuple(".!?…")
    rest = after.lstrip("”“»«\"'’")
    if re.match(r"\s*(?:[(\[—–―]|--?\s)", rest) or re.match(r"[ \t]*\n+\s*(?:[—–―(]|--?\s)", rest):
        return rest[:200].split("\n\n")[0] if rest.strip()[:1] in "([" else rest.strip()[:200].split("\n")[0]
    if ended and re.match(rf"\s*{_NAME}\s+{_ADVERB}{_VERB}\b", rest):
        return _until_end(rest)
    if ended and not re.match(r"\s*[,;a-zà-ÿ]", rest) and not _POINTS_BACK.match(rest):
        return ""
    return _until_end(rest)


_POINTS_BACK = re.compile(
    r"\s*(?:This|That|These|Those|So|Thus|Such|Das|Dies|Diese|So|Damit|Ainsi|Ces|Cela|Voilà|C['’]est|Esto|Eso|Así|Estas)\b"
)


def _until_end(rest: str) -> str:
    for match in _SENTENCE_END.finditer(rest):
        word = re.search(r"\w*\Z", rest[: match.start()])
        # W. E. B. Du Bois, Dr. Mill
        if word and (len(word.group()) == 1 or word.group().lower() in _TITLES):
            continue
        return rest[: match.end()]
    return rest
