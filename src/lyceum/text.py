"""Pure functions over strings: words, stems, sentences, languages.

Offsets are Unicode code points, half-open. Nothing here reads a file or keeps a setting.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import Stemmer

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Languages with a Snowball stemmer, by BCP 47 primary subtag."""

FUNCTION_WORDS = {
    "en": """a about above after again against all also although am an and any anybody anyone are as at be
        because been before being below between both but by can could did do does doing done down during each
        either else ever every few for from had has have having he her here hers herself him himself his how
        i if in into is it its itself just let like many may me might mine more most much must my myself
        neither no nor not of off on once one only or other ought our ours out over own per rather same shall
        she should since so some such than that the their theirs them themselves then there these they this
        those though through thus till to too under until up upon us very was we were what whatever when
        where whether which while who whom whose why will with within without would yet you your yours
        there's tell give say says said according called me please""",
    "de": """ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes
        auch auf aus bei beim bin bis bist da dabei dafür dagegen daher damit dann daran darauf daraus darf
        darin darüber darum das dass daß davon dazu dein deine dem den denen denn der deren des dessen dich
        die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er
        es etwa etwas euch euer für gegen hat hatte hatten habe haben her hier hin hinter ich ihm ihn ihnen
        ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja je jede jedem jeden jeder jedes jene jenem
        jenen jener jenes kann kein keine keinem keinen keiner können könnte machte man manche mehr mein
        meine mich mir mit muss mußte musste nach nicht nichts noch nun nur ob oder ohne sehr sein seine
        seinem seinen seiner seines seit selbst sich sie sind so sogar solche solchem solchen solcher soll
        sollte sondern sonst über um und uns unser unter viel viele vom von vor wann war waren warum was
        wegen weil weiter welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie
        wollten sollten konnten mussten hatten
        wieder will wir wird wo wollen wollte wurde wurden während zu zum zur zwar zwischen laut""",
    "fr": """à afin ai alors après as au aucun aucune aussi autre autres aux avait avant avec avoir avons ayant
        c car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment contre d dans de
        depuis des dès donc dont du elle elles en encore entre es est et étaient était étant été être eu eux
        fait faire fut furent il ils j je jusque l la laquelle le lequel les lesquelles lesquels leur leurs
        lorsque lui m ma mais me même mêmes mes moi moins mon n ne ni non nos notre nous on ont ou où par
        parce pas pendant peu peut plus pour pourquoi pu puis qu quand que quel quelle quelles quels qui quoi
        s sa sans se selon sera ses si sien son sont sous sur t ta te tes toi ton tous tout toute toutes très
        trop tu un une vers voici voilà vos votre vous y combien""",
    "es": """a al algo algún alguna algunas alguno algunos ante antes aquel aquella aquellas aquello aquellos
        aquí así aún aunque bajo bien cada casi como cómo con contra cual cuál cuales cuáles cualquier cuando
        cuándo cuánto cuánta cuántas cuántos de del desde donde dónde dos durante e el él ella ellas ello
        ellos en entre era eran es esa esas ese eso esos esta está están estaba estas este esto estos fue
        fueron ha había habían han hasta hay la las le les lo los más me mi mientras mis mucho muchos muy
        nada ni no nos nosotros o os otra otras otro otros para pero poco por porque qué que quien quién
        quienes se sea según ser si sí sido sin sino sobre son su sus también tan tanto te tiene tienen toda
        todas todo todos tras tu un una unas uno unos y ya yo""",
    "it": """a ad agli ai al alla alle allo anche ancora che chi ci come con contro cosa cui da dagli dai dal
        dalla dalle dallo degli dei del della delle dello di dopo dove e è ed era erano essere fa fra fu gli
        ha hanno i il in io l la le lei li lo loro lui ma mi mia mio molto ne negli nei nel nella nelle nello
        no noi non nostro o ogni per perché più quale quali quando quanto quella quelle quelli quello questa
        queste questi questo qui se sei si sia sono sta su sua sue sugli sui sul sulla suo suoi tra tu tutti
        tutto un una uno vi voi""",
    "pt": """a à ao aos as às até com como da das de dela dele deles do dos e é ela elas ele eles em entre era
        eram essa esse esta está este eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na
        não nas nem no nos nós o onde os ou para pela pelas pelo pelos por porque qual quais quando quanto que
        quem se seu seus são sem ser sobre sua suas também te tem um uma umas uns você""",
    "nl": """aan al alles als altijd andere ben bij dan dat de der deze die dit doch doen door dus een en er ge
        geen had heb hebben heeft het hij hoe hun ik in is ja je kan kon maar me meer men met mij mijn na naar
        niet niets nog nu of om omdat onder ons ook op over te tegen toch toen tot u uit uw van veel voor want
        waren was wat waar waarom wanneer we welke wel werd wezen wie wij wil worden wordt zal ze zich zij zijn
        zo zonder zou""",
    "ru": """а без более бы был была были было быть в вам вас ведь во вот все всего всех вы где да даже для до
        его ее её если есть еще ещё же за здесь и из или им их к как какая какие какой когда кого кто ли либо
        мне мы на над надо нас не него нее ней нет ни них но ну о об он она они оно от по под при с сам себя
        со так также такой там те тем то того тоже той только том ты у уже хотя чего чей чем что чтобы чье чья
        эта эти это этот я почему зачем сколько куда откуда""",
    "sv": """alla att av bara blev bli där de dem den denna deras dess det detta dig din du då efter ej eller en
        er ett för från ha hade han hans har henne hennes hon hur här i icke ingen inom inte jag ju kan kunde
        man med mellan men mig min mot mycket ni nu när någon och om oss på samma sedan sig sin själv skulle
        som så till under upp ut utan vad var vara varför vem vi vid vilka vilken är över""",
}
"""Words that carry grammar rather than content; they are indexed, but not asked for."""

_STOP = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}

# Scripts written without spaces are cut into overlapping pairs of characters.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])[\w\u0300-\u036f])*")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_LINE_END_HYPHEN = re.compile(r"(?<=\w)[-\u2010\u00ac]\s*\n\s*(?=[^\W\d_])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def primary(language: str | None) -> str:
    """The primary subtag of a BCP 47 tag in lower case; `und` for none."""
    return (language or "und").replace("_", "-").split("-")[0].lower()


def searchable(text: str) -> str:
    """The text as a reader means it: ligatures open, words cut at a line's end joined, lower case."""
    text = _LINE_END_HYPHEN.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return text.lower()


def plain_terms(text: str) -> list[str]:
    """The words of a text in order, folded but not stemmed; unspaced scripts give single characters."""
    terms: list[str] = []
    for match in _WORD.finditer(searchable(text)):
        word = match.group()
        if _IS_UNSPACED.match(word):
            terms.extend(word)
        else:
            terms.append(unaccent(word))
    return terms


def terms(text: str, language: str | None) -> list[str]:
    """The words of a text in order, stemmed by its language and folded; unspaced scripts give pairs."""
    code = primary(language)
    found: list[str] = []
    for match in _WORD.finditer(searchable(text)):
        word = match.group()
        if _IS_UNSPACED.match(word):
            found.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            found.append(stem(word, code))
    return found


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case; a run of an unspaced script is one."""
    return [match.group() for match in _WORD.finditer(searchable(text))]


def is_unspaced(word: str) -> bool:
    """Whether a word is written in a script without spaces."""
    return bool(_IS_UNSPACED.match(word))


def content_terms(text: str, language: str | None) -> list[str]:
    """As `terms`, without function words and single letters, each once, in order."""
    code = primary(language)
    found: dict[str, None] = {}
    for match in _WORD.finditer(searchable(text)):
        word = match.group()
        if _IS_UNSPACED.match(word):
            found.update(dict.fromkeys(word[i : i + 2] for i in range(max(1, len(word) - 1))))
        elif not is_function_word(word, code) and (len(word) > 1 or word.isdigit()):
            found[stem(word, code)] = None
    return list(found)


def is_function_word(word: str, language: str | None) -> bool:
    """Whether a lower-case word carries grammar only, in a language whose list is known."""
    return word in _STOP.get(primary(language), ())


def word_count(text: str) -> int:
    """How many words a reader would count; three characters of an unspaced script make one."""
    count = 0
    for match in _WORD.finditer(text):
        word = match.group()
        count += max(1, len(word) // 3) if _IS_UNSPACED.match(word) else 1
    return count


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a lower-case word, without accents; the word itself where no stemmer is known."""
    stemmer = _stemmer(language)
    return unaccent(stemmer.stemWord(word) if stemmer else word)


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(SNOWBALL[language], 0) if language in SNOWBALL else None


@lru_cache(maxsize=200_000)
def unaccent(word: str) -> str:
    """The word with accents taken off Latin, Greek and Cyrillic letters, and ß, æ, œ, ø, ł spelt out."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word.translate(_SPELT_OUT))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


_SPELT_OUT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "ſ": "s", "đ": "d"})
_ACCENTS = re.compile("[\u0300-\u036f]")


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
    return str(code)


def question_language(question: str) -> str:
    """The language of one line: by its function words where they decide, by its letters where it is long enough.

    `und` for a few words without grammar, such as a name or a title.
    """
    found = words(question)
    scores = {code: sum(word in stop for word in found) for code, stop in _STOP.items()}
    most = max(scores.values())
    likely = [code for code, score in scores.items() if score == most] if most else []
    if len(likely) == 1:
        return likely[0]
    if likely and (guess := detect_language(question)) in likely:
        return guess
    enough = len(found) >= _WORDS_TO_DETECT or any(map(is_unspaced, found))
    return detect_language(question) if enough else "und"


@cache
def _langid():  # type: ignore[no-untyped-def]
    import py3langid  # noqa: PLC0415  (its model costs most of a second to load)

    return py3langid
