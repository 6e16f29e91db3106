"""Words, stems, sentences and languages of a text, in every script."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum import text as texts


@pytest.mark.parametrize(
    ("tag", "code"), [("de", "de"), ("en-GB", "en"), ("pt_BR", "pt"), ("ZH-Hant", "zh"), (None, "und"), ("", "und")]
)
def test_the_primary_subtag_stands_for_a_language(tag, code):
    assert texts.primary(tag) == code


# --- words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Weavers' strike", ["the", "weavers", "strike"]),
        ("oﬃce ﬁve", ["office", "five"]),
        ("coopera-\ntive", ["cooperative"]),
        ("co\u00adop", ["coop"]),
        ("Löhne, Straße, œuvre", ["lohne", "strasse", "oeuvre"]),
        ("１９１９", ["1919"]),
        ("織工", ["織", "工"]),
        ("3,000", ["3", "000"]),
        ("…!?", []),
        ("", []),
    ],
)
def test_plain_terms_are_words_folded(text, words):
    assert texts.plain_terms(text) == words


def test_terms_are_stems_in_the_texts_language():
    assert texts.terms("The weavers were striking", "en") == ["the", "weaver", "were", "strike"]
    assert texts.terms("Die Löhne der Weber", "de-AT") == ["die", "lohn", "der", "web"]
    assert texts.terms("織工階級", "ja") == ["織工", "工階", "階級"]
    assert texts.terms("織", "ja") == ["織"]


def test_words_of_an_unknown_language_stay_whole():
    assert texts.terms("Weavers striking", "xx") == ["weavers", "striking"]


def test_content_terms_leave_grammar_out():
    assert texts.content_terms("When did the weavers rise, the weavers?", "en") == ["weaver", "rise"]
    assert texts.content_terms("Wann kam ein A 4 Bogen", "de") == ["kam", "4", "bog"]


def test_stems_meet_across_accents():
    assert texts.stem("löhne", "de") == texts.stem("lohne", "de") == "lohn"
    assert texts.unaccent("éàüñç") == "eaunc"


def test_function_words_are_known_by_language():
    assert texts.is_function_word("the", "en-US")
    assert not texts.is_function_word("the", "de")
    assert not texts.is_function_word("the", "xx")


@pytest.mark.parametrize(("text", "count"), [("one two three", 3), ("", 0), ("…", 0), ("織工たちの夜", 2), ("織", 1)])
def test_words_are_counted_as_a_reader_counts(text, count):
    assert texts.word_count(text) == count


# --- sentences ---------------------------------------------------------------------------------------


def cut(text: str, language: str) -> list[str]:
    return [text[a:b] for a, b in texts.sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["They rose.", "Did they win?", "They did not!"]),
        ("en", ["Mr. Smith met Dr. Jones at 5 p.m. on Monday.", "They spoke."]),
        ("en", ["“We are hungry,” he said.", "“Then eat.”", "They ate."]),
        ("de", ["Am 4. Juni 1844 zogen sie aus.", "Dr. Wolff sah es."]),
        ("de", ["Das gilt z. B. auch für Kinder.", "Sie gingen."]),
        ("de", ["»Gebt uns Brot!«", "Niemand gab es."]),
        ("fr", ["M. Thiers parla.", "« Du pain ! »", "Ils partirent."]),
        ("es", ["El Sr. Pérez habló.", "¿Qué dijo?", "Nada."]),
        ("ru", ["Это было в 1905 г. в Москве.", "Они ушли."]),
        ("zh", ["他们罢工了。", "为什么？", "因为饥饿。"]),
        ("ja", ["「パンをくれ。」", "誰もくれなかった。"]),
        ("ar", ["ذهبوا؟", "نعم."]),
        ("hi", ["वे गए।", "वे लौटे।"]),
    ],
)
def test_sentences_are_cut_where_a_reader_ends_them(language, sentences):
    joint = "" if language in ("zh", "ja") else " "
    assert cut(joint.join(sentences), language) == sentences


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_blank_line_ends_a_sentence(language):
    assert cut("A heading\n\nAnd below it", language) == ["A heading", "And below it"]


@pytest.mark.parametrize("language", ["en", "de", "xx", None])
def test_no_text_has_no_sentences(language):
    for text in ("", "  ", "\n\n\n"):
        assert cut(text, language) == []


@given(st.text(alphabet="aB .!?\n«»“”1。\t-", max_size=200), st.sampled_from(["en", "de", "fr", "zh", None]))
def test_sentences_hold_every_word_in_order(text, language):
    """In order, without overlap, without white space around; together they hold all that is not space."""
    spans = texts.sentences(text, language)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


# --- languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The weavers of Silesia rose against their masters in the summer of that year.", "en"),
        ("Die Weber in Schlesien erhoben sich in jenem Sommer gegen ihre Herren.", "de"),
        ("Les tisserands de Silésie se soulevèrent contre leurs maîtres cet été-là.", "fr"),
        ("Los tejedores de Silesia se alzaron contra sus amos aquel verano.", "es"),
        ("Ткачи Силезии восстали против своих хозяев в то лето.", "ru"),
        ("12345 67890", "und"),
        ("", "und"),
        ("Ja.", "und"),
    ],
)
def test_the_language_of_a_text_is_told(text, language):
    assert texts.detect_language(text) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("When did they rise?", "en"),
        ("Wann kam es dazu?", "de"),
        ("", "und"),
        ("1844", "und"),
        ("Was wollten die Weber?", "de"),
    ],
)
def test_the_language_of_one_line_is_told_by_its_small_words(question, language):
    assert texts.question_language(question) == language


@given(st.text(max_size=120))
def test_any_text_can_be_read(text):
    language = texts.question_language(text)
    texts.terms(text, language)
    texts.content_terms(text, language)
    texts.plain_terms(text)
    assert texts.word_count(text) >= 0


@pytest.mark.parametrize("language", ["en", "de", "hi", "th", "vi", "zh", "ko", "ar", "und"])
def test_indexed_terms_are_the_terms_that_queries_are_made_of(language):
    """In one pass the same stems and words as in two."""
    text = "Die Weberstreiks 1844 — मज़दूरों की हड़ताल, การนัดหยุดงาน, cuộc đình công, 罷工の歴史, 파업의 역사, إضرابُ العمّال"
    found = texts.indexed_terms(text, language)
    assert found.stems == texts.terms(text, language)
    assert found.plain == texts.plain_terms(text)
    assert set(found.openings) == {texts.opening(word) for word in texts.words(text) if texts.opening(word)} - {
        texts.opening(word) for word in texts.words(text) if texts.is_unspaced(word)
    }


def test_vowel_signs_do_not_cut_words():
    """The marks of Indic scripts, and vowel points of Arabic and Hebrew, are parts of their words."""
    assert texts.words("मज़दूरों की हड़ताल") == ["मज़दूरों", "की", "हड़ताल"]
    assert texts.plain_terms("إضرابُ العمّال") == ["اضراب", "العمال"]
    assert texts.plain_terms("שְׁבִיתָה") == ["שביתה"]


def test_vietnamese_words_keep_their_tones_when_stemmed():
    """They tell its words apart; as written without them they are found among the plain words."""
    assert texts.terms("má mà ma", "vi") == ["má", "mà", "ma"]
    assert texts.plain_terms("má mà ma") == ["ma", "ma", "ma"]


def test_scripts_without_spaces_give_overlapping_runs():
    """Two characters where each means something, three where it is a letter."""
    assert texts.terms("罷工史", "zh") == ["罷工", "工史"]
    assert texts.terms("파업사", "ko") == ["파업", "업사"]
    assert texts.terms("งาน", "th") == ["งาน"]
    assert texts.terms("หยุด", "th") == ["หยุ", "ยุด"]
    assert texts.terms("工", "zh") == ["工"]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        pytest.param("罷工", "zh", id="chinese"),
        pytest.param("罷工の歴史", "ja", id="japanese"),
        pytest.param("파업의 역사", "ko", id="korean"),
        pytest.param("หยุดงาน", "th", id="thai"),
        pytest.param("απεργία", "el", id="greek"),
        pytest.param("Γ", "el", id="one letter"),
        pytest.param("strike", "und", id="latin"),
        pytest.param("забастовка", "und", id="cyrillic"),
    ],
)
def test_a_script_of_one_language_tells_it(line, language):
    """Even a single word; letters shared by many languages tell nothing."""
    assert texts.question_language(line) == language
