"""Picks the sentences that may be shown alone: whole, of running prose, not leaning on what is not shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.tutor.model import Source
from lyceum.tutor.study.material import cite, source_of_passage
from lyceum.tutor.verify import Citation

FEWEST_WORDS, MOST_WORDS = 6, 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, at offsets into the passage's own text."""

    passage: Passage
    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its words as they stand."""
        return self.source.text[self.start : self.end]

    @property
    def language(self) -> str:
        """The primary subtag of its passage's language."""
        return texts.primary(self.passage.language)

    def cited(self) -> Citation | None:
        """Its citation, None where none may be made of it."""
        return cite(self.source, self.start, self.end)


def sentences_of(passage: Passage) -> Iterator[Sentence]:
    """The sentences of a passage that may stand alone; none where it is a table of contents, an index or notes."""
    if is_apparatus(passage.heading) or is_listing(passage.text):
        return
    source = source_of_passage(passage)
    for start, end in texts.sentences(passage.text, passage.language):
        if stands_alone(passage.text[start:end], passage.language):
            yield Sentence(passage, source, start, end)


_APPARATUS = re.compile(
    r"\b(?:table of contents|contents|index|bibliograph\w*|list of (?:illustrations|plates|figures|tables)|"
    r"illustrations|"
    r"foot-?notes?|end-?notes?|errata|advertisements?|transcriber\w*|glossary|inhalt(?:sverzeichnis)?|register|"
    r"literaturverzeichnis|anmerkungen|fußnoten|table des matières|notes|índice|notas|indice|note|sommaire|sisällys)"
    r"\s*[:.]?\s*$",
    re.IGNORECASE,
)


def is_apparatus(heading: str) -> bool:
    """Whether what stands under a heading is contents, an index, notes or the like."""
    return any(_APPARATUS.search(part) and len(part) < _LONGEST_HEADING for part in heading.split(" › ")[-2:])


_LONGEST_HEADING = 60
_LEADERS = re.compile(r"\.{4,}|(?:\. ){3,}|\t|…{2,}|_{3,}| {4,}")
_LINES = 4


def is_listing(text: str) -> bool:
    """Whether a passage is lines of a table or of a list of names and pages rather than prose."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < _LINES:
        return len(_LEADERS.findall(text)) >= _LINES
    listed = sum(bool(_LEADERS.search(line) or _ENDS_IN_NUMBER.search(line)) for line in lines)
    return listed * 2 >= len(lines)


_ENDS_IN_NUMBER = re.compile(r"[^\d\s.,]\D*\s(?:\d{1,4}|[ivxlc]{1,7})\.?\s*$")
_OPENS = re.compile(r"[\"“„«»‘'¿¡(\[]*[^\W\d_a-zà-öø-ÿа-я]|[\"“„«»‘'¿¡]*\d{1,4}\s+[^\W\d_]|[^\W\d_a-zA-Z]")
_CLOSES = re.compile(r"[.!?。！？؟…][\"”’'»«“)\]\u201c\u2018]*$")
_MARKS = re.compile(
    r"\[\d+\]|\[[*†‡A-Z]\]|[*†‡¹²³⁰-⁹]|\[(?:Illustration|Footnote|Pg|Page)\b|\b(?:https?://|www\.)|[|{}<>\\=]|"
    r"\(\?\)|\.—|\bleft to right\b",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"[\W\d]*[^\W\d_a-z]{2,}\W+[^\W\d_a-z]{2,}\b")
_ENDS_CUT = re.compile(
    r"(?:\b(?:[^\W\d_a-z]|St|Mr|Mrs|Messrs|Dr|Prof|No|Nos|Gen|Col|Capt|Lieut|Rev|Hon|Wm|Jas|Geo|Chas|Thos|vs?|"
    r"pp?|vol|bzw|vgl|Abs|Bd)\.|:)[\"”’»)]*$"
)
_BACK = re.compile(
    r"\b(?:above|aforesaid|aforementioned|preceding|foregoing|"
    r"(?:already|just|previously|before) (?:been )?(?:mentioned|noted|seen|said|described|received|stated|quoted)|"
    r"(?:see|on|in) (?:page|chapter|note|appendix|table)|as (?:we|I) (?:have )?(?:noted|seen|said|shown)|"
    r"which (?:we|I) (?:have )?noted|the (?:latter|former)|(?:as )?follows|following|these|those days|"
    r"at the same|(?:that|this) (?:district|meeting|time|year|day|city|town|place|period|point|matter)|"
    r"[Tt]he \w+ there|obengenannte\w*|erwähnte[nrms]?|letztere[nrms]?|susdit\w*|ci-dessus|susodich\w*)\b",
    re.IGNORECASE,
)
_NEAR_START = 70
_CAPITALS = re.compile(r"\b[^\W\d_a-z]{2,}\b")


def stands_alone(sentence: str, language: str) -> bool:
    """Whether a sentence is whole and of prose, and can be understood by who has not read the one before it."""
    words = texts.word_count(sentence)
    if not FEWEST_WORDS <= words <= MOST_WORDS or "\n\n" in sentence:
        return False
    if (
        not _OPENS.match(sentence)
        or not _CLOSES.search(sentence)
        or _MARKS.search(sentence)
        or _LEADERS.search(sentence)
    ):
        return False
    if not _is_balanced(sentence) or len(_CAPITALS.findall(sentence)) > max(2, words // 4):
        return False
    if _HEADLINE.match(sentence) or _ENDS_CUT.search(sentence) or _BACK.search(sentence[:_NEAR_START]):
        return False
    return _has_verb(sentence, language) and not leans_back(sentence, language)


_VERBS = frozenset(
    """is are was were be been has have had do does did can could will would shall should may might must became become
    began broke brought built bought called came caught chose cut drew fell felt fought found gave got grew held kept
    knew laid led left lost made meant met paid put ran rose said sat saw sent set shot showed spoke stood struck took
    taught thought told went won wore wrote wrung swept sought spread spent swore threw understood withdrew hung
    comes goes gives makes takes means shows finds says tells stands lies seems needs requires remains makes knows
    gets brings keeps lives works holds becomes leads wants begins ends follows depends consists contains belongs
    think believe know say want need see find make take come go mean hold live work stand ought""".split()
)


def _has_verb(sentence: str, language: str) -> bool:
    """Whether an English sentence has a word that may be its verb; of other languages nothing is asked."""
    if texts.primary(language) != "en":
        return True
    lower = [word for word in re.findall(r"[^\W\d_]+", sentence) if word.islower()]
    return any(word in _VERBS or (word.endswith("ed") and len(word) > _SHORT) for word in lower)


_SHORT = 4


def _is_balanced(sentence: str) -> bool:
    """Whether every bracket and quotation mark that opens closes too."""
    counts = {mark: sentence.count(mark) for mark in '"()[]«»„“”'}
    opened = counts["„"] or counts["“"]
    closed = counts["”"] + (counts["“"] if counts["„"] else 0)
    paired = all(counts[a] == counts[b] for a, b in ("()", "[]", "«»"))
    return opened == closed and paired and counts['"'] % 2 == 0


_LEANING = {
    "en": "he she it they this that these those his her its their such him them thus hence therefore but and or nor so "
    "yet then however moreover furthermore nevertheless also besides likewise again otherwise still accordingly "
    "consequently similarly finally secondly thirdly here both neither another others which who whose because "
    "for i we my our me us you your ye thou the_latter the_former the_same the_following the_above the_other "
    "as_a_result in_this in_that in_these in_such of_this of_these of_course on_the_contrary for_instance for_example "
    "for_this at_this at_that to_this from_this by_this after_this with_this it_is indeed meanwhile perhaps yes no "
    "nay ah oh well now first second third lastly instead rather nor even only the_reason all_this all_these all_that "
    "one_of_these some_of_these many_of_these most_of_these the_two one_of_them some_of_them not_so in_other_words "
    "that_is the_second the_third the_first in_fact in_short in_addition in_spite on_this on_that under_these "
    "under_this under_such during_this upon_this next immediately thereafter afterwards afterward subsequently "
    "at_the_same_time about_this_time at_length until_then up_to_this such_a such_an such_was such_were commenced "
    "developed after_that before_this before_that the_result the_rest the_others others hitherto there_was there_were",
    "de": "er sie es dies diese dieser dieses diesem diesen jene jener jenes sein seine ihr ihre ihm ihn ihnen solche "
    "solcher aber und oder denn also daher darum deshalb doch jedoch dann da hier dort so auch ferner außerdem "
    "trotzdem dagegen dabei damit dazu daraus darauf davon ebenso endlich schließlich ich wir mein unser mir uns man "
    "beide letztere letzterer ersterer nun ja nein zweitens drittens allerdings freilich indessen",
    "fr": "il elle ils elles ce cet cette ces cela ceci c son sa ses leur leurs mais et ou donc or ni car ainsi alors "
    "pourtant cependant toutefois ensuite enfin aussi là ici y en lui on je nous mon notre vous votre tel telle celui "
    "celle ceux celles puis d_ailleurs par_conséquent en_effet",
    "es": "él ella ello ellos ellas este esta esto estos estas ese esa eso esos esas aquel aquella su sus pero y o e u "
    "pues así entonces luego además también sin_embargo por_eso por_tanto mas aquí allí lo yo nosotros mi nuestro",
}  # fmt: skip
_LEANS = {code: frozenset(phrase.replace("_", " ") for phrase in words.split()) for code, words in _LEANING.items()}
_MOST_OPENING_WORDS = 4
# “In September 1900, they called a strike”: who, stands in the sentence before.
_UNNAMED = re.compile(
    r"(?:In|On|At|During|By|After|Before|Since|From|About|Early|Late|When|Am|Im|Le|En)\s+"
    r"(?:(?:[a-zà-ÿ]+|[\d.,]+|Jan\w*|Feb\w*|Mar\w*|Apr\w*|May|Jun\w*|Jul\w*|Aug\w*|Sep\w*|Oct\w*|Nov\w*|Dec\w*),?\s+){0,7}"
    r"(?:he|she|it|they|his|its|their|this|er|sie|es|il|elle|ils|elles)\b"
)


def leans_back(sentence: str, language: str) -> bool:
    """Whether a sentence begins with words for something that was named before it, or goes on from there."""
    leaning = _LEANS.get(texts.primary(language), frozenset())
    words = texts.words(sentence[:80])
    opening = words[:_MOST_OPENING_WORDS]
    if any(" ".join(opening[:n]) in leaning for n in range(1, len(opening) + 1)):
        return True
    return bool(_UNNAMED.match(sentence))
