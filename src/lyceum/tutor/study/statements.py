"""Picks the sentences that can be asked about: statements that are understood by who sees nothing else of the text.

Stricter than `prose`, since whoever is asked must be able to know what is meant without a gap's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.tutor.study.prose import Sentence, sentences_of
from lyceum.tutor.times import month

_FEWEST, _MOST = 9, 40
_GRAMMAR = 0.2
_STATED = 0.5
_SETTLED_BY = 8
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WHOLE = re.compile(r"[^\W\d_].*[.!]\Z", re.DOTALL)
_MARKUP = re.compile(r"[_~^#\[\]]|\.{3,}|…|--|—\s*$")
_HEADED = re.compile(r"\b[^\W\d_a-zà-ÿ]{2,}\s+[^\W\d_a-zà-ÿ]{2,}\b")
_INDEXED = re.compile(
    r",\s\d{1,4}(?:[–-]\d+)?\s*(?:[;.]|,\s\d)|^[^\W\d_]+, [^\W\d_]+(?: [^\W\d_]+)*, [a-z][^,]*, |\bvs?\. "
)
_OF_AN_EDITION = re.compile(
    r"gutenberg|copyright|all rights reserved|e-?book|e-?text|@|\bISBN\b|transcri(?:ber|bed)|proofread|illustration|"
    r"footnote|printed (?:in|by)|frontispiece|\bibid\b|op\. cit|\bvol\.|\bpp?\. ?\d",
    re.IGNORECASE,
)
_OPENS_ON = re.compile(
    r"(?:No\.?|The (?:year|day|week|month|night|next|previous|other|second|third|last|result|object|meeting|"
    r"convention|company|case|lad|boy|girl|men|man|delegates?|speaker|author|writer)|Another|Others?|Both|Neither|Each|There|One|Two|"
    r"Three|Some|Many|Among the|All|Most|Several|Its?|What|Published|Printed|Reprinted|See|Cf|Here|Im folgenden|"
    r"Von diesen|Das Jahr|Die andere|L['’]autre|Un autre|Une autre|El otro|La otra|Otro|Otra)\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|will|would|shall|should|can|could|may|might|must|became|"
    r"began|came|fell|found|gave|went|grew|held|kept|knew|led|left|lost|made|met|paid|rose|said|saw|sent|spoke|stood|"
    r"struck|took|thought|told|won|wrote|broke|brought|built|drew|fought|put|ran|set|sold|[a-z]{3,}(?:ed|ied))\b"
)
_AT_THAT = re.compile(r"\b(?:at|in|on|from|by|under|with|after|before) that\b(?! of)", re.IGNORECASE)
_POINTING = frozenset(
    """this these those such latter former above aforesaid aforementioned following foregoing hereafter hereby thereby
    therein thereof herein here below beneath yesterday today tomorrow ago likewise
    ditto same accordingly hence thus again also
    dieser diese dieses diesem diesen jener jene jenes letztere letzterer erstere obige folgende hier dort gestern
    heute morgen derselbe dieselbe dasselbe solche solcher
    ce cette ces cet celui celle ceux celles ci-dessus suivant suivante ici hier aujourd'hui demain ledit ladite tel
    telle tels telles
    este esta esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas dicho dicha siguiente
    aquí ayer hoy mañana tal tales""".split()
)
_OF_PEOPLE = frozenset(
    """he she him his her hers himself herself er ihm ihn sein seine seinen seinem seiner seines il elle lui son sa ses
    él ella su sus""".split()
)
_OF_THINGS = frozenset(
    """it they its their theirs them itself themselves es sie ihr ihre ihren ihrem ihrer ihres ils elles leur leurs
    ellos ellas""".split()
)
_SPEAKER = frozenset(
    """i me my mine myself we us our ours ourselves you your yours thou thee thy
    ich mich mir mein meine meinen meinem meiner wir uns unser unsere unseren du dich dir dein euch
    je j me moi mon ma mes nous notre nos vous votre vos tu
    yo mí mi mis nosotros nuestro nuestra nuestros nuestras usted ustedes tú vosotros""".split()
)


def statements(passage: Passage) -> Iterator[Sentence]:
    """The sentences of a passage that can be asked about; none in one that is mostly lists, titles or addresses."""
    alone = list(sentences_of(passage))
    said = [sentence for sentence in alone if _says_something(sentence.text, sentence.language)]
    if len(said) >= _STATED * len(alone):
        yield from (sentence for sentence in said if _is_clean(sentence.text) and _is_understood(sentence.text))


def is_statement(sentence: Sentence) -> bool:
    """Whether a sentence by itself would do."""
    text = sentence.text
    return _says_something(text, sentence.language) and _is_clean(text) and _is_understood(text)


def _says_something(sentence: str, language: str) -> bool:
    """Whether it has the grammar of a statement, as a title, an address or an entry has not."""
    found = texts.words(sentence)
    grammar = sum(texts.is_function_word(word, language) for word in found)
    return grammar >= _GRAMMAR * len(found) and (language != "en" or bool(_VERB.search(sentence)))


def _is_clean(sentence: str) -> bool:
    """Whether nothing of a heading, an index, a note or an edition's own words runs into it."""
    return (
        bool(_WHOLE.match(sentence))
        and sentence[0].isupper()
        and sentence.count("—") <= 2
        and not any(marks.search(sentence) for marks in (_MARKUP, _HEADED, _INDEXED, _OF_AN_EDITION))
    )


def _is_understood(sentence: str) -> bool:
    """Whether it points at nothing outside of itself, and whoever reads it is not spoken to."""
    found = [match.group().lower() for match in _WORD.finditer(sentence)]
    if not _FEWEST <= len(found) <= _MOST or _OPENS_ON.match(sentence):
        return False
    points = (_POINTING | _SPEAKER).intersection(found) or _AT_THAT.search(sentence)
    return not points and not _pronoun_before_name(sentence)


def _pronoun_before_name(sentence: str) -> bool:
    """Whether he or she comes before anybody was named, or it or they before there was room to say what."""
    named = False
    for n, match in enumerate(_WORD.finditer(sentence)):
        word = match.group()
        if (word.lower() in _OF_PEOPLE and not named) or (word.lower() in _OF_THINGS and n < _SETTLED_BY):
            return True
        named = named or bool(n and word[0].isupper() and month(word) is None)
    return False
