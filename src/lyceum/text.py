"""Pure functions over strings: words, stems, sentences, languages.

Offsets are Unicode code points, half-open. Nothing here reads a file or keeps a setting.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import Stemmer

from lyceum.function_words import FUNCTION_WORDS

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Languages with a Snowball stemmer, by BCP 47 primary subtag."""

_STOP = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}

# Scripts written without spaces, and Hangul with its endings, are cut into overlapping runs of characters: pairs,
# and triples in the alphabets of South-East Asia, whose characters say less.
_PAIRED = "\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0002ffff"
_TRIPLED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = _PAIRED + _TRIPLED
# Vowel signs, points and accents, which a word holds though they are no letters.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0980-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
)
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])[\w{_MARKS}])*")
_WORD_OR_CUT_WORD = re.compile(rf"(?:{_WORD.pattern})(?:[-\u2010\u00ac]\s*\n\s*[^\W\d_][\w{_MARKS}]*|\u00ad\w+)*")
_NEEDS_CARE = re.compile(f"[{_UNSPACED}{_MARKS}]")
_SIMPLE_WORD = re.compile(r"[^\W_]\w*")  # the same where neither stands in a text, in half the time
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_BEFORE_UNSPACED = "\u0dff"  # most words begin before any unspaced script does: a comparison spares them a pattern
_IS_TRIPLED = re.compile(rf"[{_TRIPLED}]")
_LINE_END_HYPHEN = re.compile(r"(?<=\w)[-\u2010\u00ac]\s*\n\s*(?=[^\W\d_])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def primary(language: str | None) -> str:
    """The primary subtag of a BCP 47 tag in lower case; `und` for none."""
    return (language or "und").replace("_", "-").split("-")[0].lower()


def searchable(text: str) -> str:
    """The text as a reader means it: ligatures open, words cut at a line's end joined, lower case."""
    if "\n" in text:
        text = _LINE_END_HYPHEN.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return text.lower()


def plain_terms(text: str) -> list[str]:
    """The words of a text in order, folded but not stemmed; unspaced scripts give single characters."""
    terms: list[str] = []
    for word in words(text):
        if word[0] > _BEFORE_UNSPACED and _IS_UNSPACED.match(word):
            terms.extend(word)
        else:
            terms.append(unaccent(word))
    return terms


def terms(text: str, language: str | None) -> list[str]:
    """The words of a text in order, stemmed by its language and folded; unspaced scripts give runs."""
    code = primary(language)
    found: list[str] = []
    for word in words(text):
        if word[0] > _BEFORE_UNSPACED and _IS_UNSPACED.match(word):
            found.extend(_runs(word))
        else:
            found.append(stem(word, code))
    return found


@dataclass(frozen=True, slots=True)
class Terms:
    """A text as it is indexed: its stems, its words as written, and what its longer words begin with."""

    stems: list[str]
    plain: list[str]
    openings: list[str]


def indexed_terms(text: str, language: str | None) -> Terms:
    """All terms of a text in one pass: `terms`, `plain_terms`, and the `opening` of each word that has one."""
    code = primary(language)
    stems: list[str] = []
    plain: list[str] = []
    openings: list[str] = []
    for word in words(text):
        if word[0] > _BEFORE_UNSPACED and _IS_UNSPACED.match(word):
            stems.extend(_runs(word))
            plain.extend(word)
            continue
        a, b, c = _forms(word, code)
        stems.append(a)
        plain.append(b)
        if c:
            openings.append(c)
    return Terms(stems, plain, openings)


@lru_cache(maxsize=200_000)
def _forms(word: str, code: str) -> tuple[str, str, str]:
    return stem(word, code), unaccent(word), opening(word)


def opening(word: str) -> str:
    """What related words of most languages have in common, folded: the first letters; empty for short words."""
    folded = unaccent(word)
    return folded[:_OPENING] if len(folded) >= _OPENING else ""


_OPENING = 4


def _runs(word: str) -> list[str]:
    size = 3 if _IS_TRIPLED.match(word) else 2
    return [word[i : i + size] for i in range(max(1, len(word) - size + 1))]


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case; a run of an unspaced script is one."""
    text = searchable(text)
    found: list[str] = (_WORD if _NEEDS_CARE.search(text) else _SIMPLE_WORD).findall(text)
    return found


def located_words(text: str) -> Iterator[tuple[int, int, str]]:
    """The words of a text as it stands, with their offsets; one cut at a line's end is one word."""
    for match in _WORD_OR_CUT_WORD.finditer(text):
        yield match.start(), match.end(), searchable(match.group())


def is_unspaced(word: str) -> bool:
    """Whether a word is written in a script without spaces."""
    return bool(_IS_UNSPACED.match(word))


def content_terms(text: str, language: str | None) -> list[str]:
    """As `terms`, without function words and single letters, each once, in order."""
    code = primary(language)
    found: dict[str, None] = {}
    for word in words(text):
        if word[0] > _BEFORE_UNSPACED and _IS_UNSPACED.match(word):
            found.update(dict.fromkeys(_runs(word)))
        elif not is_function_word(word, code) and (len(word) > 1 or word.isdigit()):
            found[stem(word, code)] = None
    return list(found)


def is_function_word(word: str, language: str | None) -> bool:
    """Whether a lower-case word carries grammar only, in a language whose list is known."""
    return word in _STOP.get(primary(language), ())


def word_count(text: str) -> int:
    """How many words a reader would count; three characters of an unspaced script make one."""
    if not _NEEDS_CARE.search(text):
        return len(_SIMPLE_WORD.findall(text))
    count = 0
    for match in _WORD.finditer(text):
        word = match.group()
        count += max(1, len(word) // 3) if _IS_UNSPACED.match(word) else 1
    return count


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a lower-case word, without accents; the word itself where no stemmer is known.

    Vietnamese keeps its accents: they are tones, and tell most of its words apart.
    """
    if language == "vi":
        return word
    for old, new in _SPELLINGS.get(language, ()):
        word = old.sub(new, word)
    stemmer = _stemmer(language)
    return unaccent(stemmer.stemWord(word) if stemmer else word)


# What writers of other times and countries spelt otherwise, each made one before stemming.
_SPELLINGS = {
    language: [(re.compile(old), new) for old, new in rules]
    for language, rules in {
        "en": (
            (r"(?<=\w\w)our(?=$|s$|e[dr]s?$|ing$|able$|i[sz]|ite|less|ful|ab)", "or"),
            (r"(?<=\w\w\w)is(?=(?:e[ds]?|ers?|ing|ations?)$)", "iz"),
            (r"(?<=ne|le)xion", "ction"),
            (r"ae", "e"),
        ),
        "de": (
            (r"th(?!e)|th(?=eil)", "t"),
            (r"(?<=[sbkmdw])ey", "ei"),
            (r"c(?=[eiäöy])", "z"),
            (r"c(?=[aorltu])|(?<!s)c(?=$)", "k"),
            (r"(?<=g)ie(?=bst|bt|ng)", "i"),
            (r"niß$", "nis"),
        ),
        "fr": ((r"oi(?=(?:s|t|ent)$)(?<=\w\woi)", "ai"), (r"oî", "aî")),
    }.items()
}


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(SNOWBALL[language], 0) if language in SNOWBALL else None


@lru_cache(maxsize=200_000)
def unaccent(word: str) -> str:
    """The word without accents, vowel points and the stretching of Arabic, and with ß, æ, œ, ø, ł spelt out."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word.translate(_SPELT_OUT))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


_SPELT_OUT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "ſ": "s", "đ": "d"})
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")


# --- sentences -------------------------------------------------------------------------------------

_ABBREVIATIONS = {
    "en": "mr mrs ms dr prof st rev hon gen col capt lt sgt gov sen rep jr sr vs etc no nos vol vols p pp ch "
    "fig art sec ed eds cf viz i.e e.g a.m p.m u.s u.k jan feb mar apr jun jul aug sept sep oct nov dec co "
    "inc ltd corp messrs ibid approx",
    "de": "dr prof hr hrn fr frl st nr z b d h u a s o bzw usw usf vgl etc ca jh jahrh bd abs abschn art aufl "
    "hrsg hg jan feb mär apr jun jul aug sept okt nov dez evtl ggf sog geb gest str tel mio mrd z.b d.h u.a",
    "fr": "m mm mme mmes mlle mlles dr me st ste p pp vol t éd cf etc av apr janv févr juil sept oct nov déc "
    "ch art n no",
    "es": "sr sra sres srta d dña dr dra prof ud uds vd vds etc p pp pág págs vol núm art av sto sta ee uu ej cía",
    "it": "sig sigg dott prof on ecc pag pagg vol art cfr n avv ing",
    "pt": "sr sra dr dra prof exmo etc pág vol art núm av",
    "nl": "dhr mevr dr prof mr ir enz bijv blz nr jl jr sr st",
    "ru": "г гг в вв т тт п пп с стр рис им ул д кв руб коп тыс млн млрд др пр см ср напр",
}
_ABBREVIATED = {code: frozenset(words.split()) for code, words in _ABBREVIATIONS.items()}
_ENDS = re.compile(
    r"""(?:\.{2,}|[.!?…]+)(?:[ \u00a0\u202f]»|["'”’»«)\]\u201c\u2018])*(?=\s)"""
    r"""|[。！？]+["」』”）]*|[।؟۔]+(?=\s)|\n\s*\n"""
)
_WORD_BEFORE = re.compile(r"[^\s(\[\"“„«‘']+$")
_ORDINAL_LANGUAGES = frozenset({"de", "da", "no", "nb", "nn", "fi", "cs", "hu", "et", "sr", "pl"})
_OPENERS = "\"'“”„«»‘’([—–-¿¡*_"


def sentences(text: str, language: str | None) -> list[tuple[int, int]]:
    """The sentences of a text as offsets, without the white space around them; together they hold it all.

    English is cut by nupunkt's trained model, other languages by their punctuation, their abbreviations
    and what follows. A blank line always ends a sentence.
    """
    code = primary(language)
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        cuts = _english(text[start:end]) if code == "en" else _by_rule(text[start:end], code)
        spans.extend((start + a, start + b) for a, b in cuts)
    return spans


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\n\s*\n", text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _english(text: str) -> list[tuple[int, int]]:
    if not text.strip():
        return []
    return [span for cut in _nupunkt().sent_spans(text) if (span := _strip(text, *cut))]


@cache
def _nupunkt():  # type: ignore[no-untyped-def]
    import nupunkt  # noqa: PLC0415  (its model costs a tenth of a second, and searching needs none)

    return nupunkt


def _by_rule(text: str, language: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _ENDS.finditer(text):
        if _ends_sentence(text, match.start(), match.end(), language):
            if span := _strip(text, start, match.end()):
                spans.append(span)
            start = match.end()
    if span := _strip(text, start, len(text)):
        spans.append(span)
    return spans


def _ends_sentence(text: str, mark: int, after: int, language: str) -> bool:
    first = text[after : after + 60].lstrip().lstrip(_OPENERS)[:1]
    if first.islower():
        return False
    if text[mark] not in ".…":
        return True
    before = _WORD_BEFORE.search(text[max(0, mark - 30) : mark])
    word = before.group() if before else ""
    if len(word) == 1 and word.isupper():
        return False
    if word.isdigit() and len(word) <= 2 and language in _ORDINAL_LANGUAGES:
        return False
    return word.lower() not in _ABBREVIATED.get(language, ())


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


# --- languages -------------------------------------------------------------------------------------

_FIRST_WORDS = 400
_WORDS_TO_DETECT = 5


def detect_language(text: str) -> str:
    """The language of a text of some length, as a BCP 47 primary subtag; `und` for too little text."""
    sample = " ".join(text.split()[:_FIRST_WORDS])
    letters = sum(character.isalpha() for character in sample)
    if letters < 20:
        return "und"
    code, _ = _langid().classify(sample)
    return "zh" if code in _CHINESE else str(code)


@lru_cache(maxsize=1_024)
def question_language(question: str) -> str:
    """The language of one line: by its function words where they decide, by its letters where it is long enough.

    `und` for a few words without grammar, such as a name or a title.
    """
    if written := _by_script(question):
        return written
    found = words(question)
    scores = {code: sum(word in stop for word in found) for code, stop in _STOP.items()}
    most = max(scores.values())
    likely = [code for code, score in scores.items() if score == most] if most else []
    if len(likely) == 1:
        return likely[0]
    if len(found) < _WORDS_TO_DETECT:
        return "und"
    guess = detect_language(question)
    return guess if guess in likely or not likely else "und"


def sure_language(text: str) -> str:
    """The language of a short text where its function words and its letters tell the same, or `und`."""
    told = question_language(text)
    return told if told == primary(detect_language(text)) else "und"


def _by_script(line: str) -> str:
    """The language that most letters of a line tell by themselves; empty where they are shared by several."""
    letters = sum(character.isalpha() for character in line)
    for code, script in _SCRIPTS:
        if 2 * len(script.findall(line)) > letters:
            return "ja" if code == "zh" and _KANA.search(line) else code
    return ""


_CHINESE = ("wuu", "yue", "zh")
_KANA = re.compile("[\u3040-\u30ff]")
_SCRIPTS = [
    (code, re.compile(f"[{letters}]"))
    for code, letters in {
        "zh": "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff",
        "ko": "\u1100-\u11ff\uac00-\ud7a3",
        "th": "\u0e00-\u0e7f",
        "lo": "\u0e80-\u0eff",
        "my": "\u1000-\u109f",
        "km": "\u1780-\u17ff",
        "el": "\u0370-\u03ff\u1f00-\u1fff",
        "he": "\u0590-\u05ff",
        "hy": "\u0530-\u058f",
        "ka": "\u10a0-\u10ff",
        "ta": "\u0b80-\u0bff",
    }.items()
]


@cache
def _langid():  # type: ignore[no-untyped-def]
    import py3langid  # noqa: PLC0415  (its model costs most of a second to load)

    return py3langid
