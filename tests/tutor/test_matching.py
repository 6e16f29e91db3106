"""Quoted words stand in a text when every letter, digit and mark of sense agrees, however they were typeset."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lyceum.tutor import Mismatch, Span, locate

TEXT = (
    "In 1844 the weavers of Peterswaldau did not ask for alms. They asked for 3,000 thalers, about 5% more than "
    "before. “We’re hungry,” said one. Was that a crime? It was nothing of the kind!"
)


def quoted(words: str, text: str) -> str | Mismatch:
    """The words of the text where the quoted ones were found, or why they were not."""
    found = locate(words, text)
    return text[found.start : found.end] if isinstance(found, Span) else found


# --- what may differ -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("“We’re hungry,” said one.", '"We\'re hungry," said one.'),
        ("»So ist es«, sagte er.", "„So ist es“, sagte er."),
        ("« Non », dit-il.", "«Non», dit-il."),
        ("the mill – and the street – were one", "the mill — and the street — were one"),
        ("the mill -- and the street", "the mill — and the street"),
        ("from 1914–1918 on", "from 1914-1918 on"),
        ("They waited... and went.", "They waited… and went."),
        ("They waited . . . and went.", "They waited… and went."),
        ("The office found five offices.", "The oﬃce found ﬁve oﬃces."),
        ("a mission of bliſs", "a miſſion of bliss"),
        ("In the year 1919", "In the year １９１９"),
        ("ABC and d", "ＡＢＣ and ｄ"),
        ("the coop\u00aderative mill", "the cooperative mill"),
        ("the cooperative mill", "the co\u00adop\u00aderative mill"),
        ("the cooperative mill", "the coopera-\ntive mill"),
        ("the cooperative mill", "the coopera-  \n  tive mill"),
        ("the coopera-\ntive mill", "the cooperative mill"),
        ("a well-known mill", "a well-\nknown mill"),
        ("the looms stood still", "the looms\nstood   still"),
        ("the looms stood still", "the looms\u00a0stood\u2009still"),
        ("the looms stood still", "the looms\u200b stood still"),
        ("the looms stood still", "the _looms_ stood *still*"),
        ("the _looms_ stood still", "the looms stood still"),
        ("Le café était fermé", unicodedata.normalize("NFD", "Le café était fermé")),
        (unicodedata.normalize("NFD", "Die Löhne"), "Die Löhne"),
        ("織工たちは立ち上がった", "織工たちは立ち\n上がった"),
        ("織工たち は", "織工たちは"),
        ("だがそれは", unicodedata.normalize("NFD", "だがそれは")),
    ],
)  # fmt: skip
def test_what_typesetting_does_may_differ(said, printed):
    assert isinstance(locate(said, printed), Span)
    assert isinstance(locate(printed, said), Span)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("the cooperative mill", "the coopera\u00ad\ntive mill"),  # a soft hyphen that PDF extraction kept
        ("甲,乙", "甲，乙"),  # full-width forms may differ, punctuation among them
        ("노동자", unicodedata.normalize("NFD", "노동자")),
        ("at −5 degrees", "at -5 degrees"),  # U+2212 is listed among the dashes
    ],
)
def test_what_typesetting_does_may_differ_in_rarer_ways_too(said, printed):
    assert isinstance(locate(said, printed), Span)


def test_the_words_returned_are_the_texts_own():
    """What is cited is what stands there, not what was claimed."""
    assert quoted('"We\'re hungry," said one', TEXT) == "We’re hungry,” said one"


def test_surrounding_marks_and_spaces_do_not_count():
    """The span runs from the first letter to the last and the stop that ends it."""
    assert quoted(" “Was that a crime?” ", TEXT) == "Was that a crime?"


def test_without_a_final_stop_the_span_has_none():
    assert quoted("They asked for 3,000 thalers", TEXT) == "They asked for 3,000 thalers"


def test_a_full_stop_may_stand_for_none():
    """As where a quotation ends a sentence of its own."""
    assert quoted("They asked for 3,000 thalers.", TEXT) == "They asked for 3,000 thalers"


def test_a_later_place_that_fits_is_found():
    """The first place is within a word, the second is not."""
    assert locate("mill", "The millers left the mill.") == Span(21, 25)


# --- what may not differ -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "the weavers of Peterswaldau did ask for alms",
        "the weavers of Peterswaldau did not ask for arms",
        "The weavers of Peterswaldau did not ask",
        "In 1845 the weavers",
        "They asked for 3,001 thalers",
        "They asked for 30,00 thalers",
        "They asked for 3000 thalers",
        "They asked for 3.000 thalers",
        "about 5 more than before",
        "about 5‰ more than before",
        "Were hungry",
        "We`re angry",
        "did not ask for alms They asked",
        "did not ask for alms, They asked",
        "did not ask for alms. about 5% more",
        "Was that a crime.",
        "Was that a crime!",
        "It was nothing of the kind?",
        "nothing of the kind! Was that a crime?",
    ],
)
def test_words_numbers_and_marks_may_not_differ(said):
    assert isinstance(locate(said, TEXT), Mismatch)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("10² lines", "102 lines"),
        ("102 lines", "10² lines"),
        ("1½ hours", "112 hours"),
        ("1/2 hours", "½ hours"),
        ("12 hours", "1½ hours"),
        ("H2O and so", "H₂O and so"),
        ("cafe", "café"),
        ("schon", "schön"),
        ("the US", "the us"),
        ("§ 12", "12"),
        ("20° cold", "20 cold"),
        ("5 $", "5 £"),
        ("re-form the mill", "reform the mill"),
        ("its mill", "it’s mill"),
        ("workers rights", "workers’ rights"),
        ("a<b", "a>b"),
        ("1.5 million", "1,5 million"),
        ("1.5 million", "15 million"),
        ("甲、乙", "甲。乙"),
        ("Masse", "Maße"),
        ("I. Mai", "1. Mai"),
    ],
)
def test_signs_that_change_the_sense_may_not_differ(said, printed):
    assert isinstance(locate(said, printed), Mismatch)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("23 mills", "2*3 mills"),
        ("19141918", "1914-\n1918"),
        ("paid 1020 marks", "paid 10-\n20 marks"),
        ("5' long", '5" long'),
    ],
)
def test_numbers_are_not_joined_across_marks(said, printed):
    """A mark between two digits belongs to the number, whatever it does between letters."""
    assert isinstance(locate(said, printed), Mismatch)


@pytest.mark.parametrize(
    ("said", "printed"), [("他来了。", "他来了？"), ("他来了！", "他来了。"), ("ذهبوا.", "ذهبوا؟")]
)
def test_a_question_is_not_a_statement_in_any_script(said, printed):
    assert isinstance(locate(said, printed), Mismatch)


def test_nothing_is_no_quotation():
    for empty in ("", " ", "“…”", "—"):
        assert locate(empty, TEXT) is Mismatch.EMPTY


def test_words_that_are_not_there_are_not_found():
    assert locate("the spinners of Manchester", TEXT) is Mismatch.NOT_FOUND
    assert locate("anything", "") is Mismatch.NOT_FOUND


def test_other_punctuation_is_told_from_other_words():
    assert locate("for alms; They asked", TEXT) is Mismatch.OTHER_PUNCTUATION


# --- where it may begin and end ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("eavers", "the weavers left"),
        ("weaver", "the weavers left"),
        ("184", "In 1844 they"),
        ("844", "In 1844 they"),
        ("asked for 3", "asked for 3,000 thalers"),
        ("000 thalers", "asked for 3,000 thalers"),
        ("5 million", "about 1.5 million"),
        ("about 1", "about 1.5 million"),
        ("half past 8", "half past 8:30"),
        ("1914", "1914-1918"),
        ("1914", "1914–1918"),
        ("We", "We’re hungry"),
        ("homme", "l’homme"),
        ("known", "a well-known mill"),
        ("tive mill", "the coopera-\ntive mill"),
        ("nd it", "ﬁnd it"),
        ("10", "10²"),
        ("500 was paid", "£500 was paid"),
        ("about 5", "about 5% more"),
        ("cafe", "cafe\u0301s"),
    ],
)
def test_words_and_numbers_are_not_cut(said, printed):
    assert locate(said, printed) in (Mismatch.CUT_WORD, Mismatch.NOT_FOUND)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("5 degrees of frost", "It was -5 degrees of frost"),
        ("5 per cent more", "They asked for .5 per cent more"),
        ("000 weavers", "There were 10 000 weavers"),
        ("There were 10", "There were 10 000 weavers"),
        ("½ hours", "They worked 12 ½ hours"),
    ],
)
def test_numbers_are_not_cut_at_their_rarer_joints(said, printed):
    """A sign, a leading point, a space between thousands and one before a fraction belong to the number."""
    assert isinstance(locate(said, printed), Mismatch)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("he saw", "He came—he saw."),
        ("He came", "He came—he saw."),
        ("and the street", "the mill–and the street"),
        ("織工", "若い織工たち"),
        ("so", "“so”"),
        ("so", "(so)"),
    ],
)
def test_a_dash_bracket_or_mark_is_a_place_to_begin(said, printed):
    """Dashes are set without spaces in most English books; hyphens alone join words."""
    assert quoted(said, printed) == said


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("They rose in 1844.", "They rose in 1844. 3,000 came."),
        ("They rose in 1844", "They rose in 1844, 3,000 of them."),
        ("3,000 came.", "They rose in 1844. 3,000 came."),
    ],
)
def test_a_number_ends_where_a_space_follows_its_mark(said, printed):
    """A stop or comma with a space after it ends a number, even where another begins."""
    assert quoted(said, printed) == said


# --- negation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("ask for alms", "They did not ask for alms."),
        ("ask for alms", "They did not\nask for alms."),
        ("ask for alms", "They didn’t ask for alms."),
        ("ask for alms", "They cannot ask for alms."),
        ("asked for alms", "They never asked for alms."),
        ("workers were there", "No workers were there."),
        ("hope", "They were without hope."),
        ("They did", "They did not."),
        ("Sie baten", "Sie baten nicht um Almosen."),
        ("um Almosen", "Sie baten nicht um Almosen."),
        ("Almosen", "Sie wollten keine Almosen."),
        ("Ils demandaient", "Ils demandaient pas grâce."),
        ("demandent grâce", "Ils ne demandent grâce."),
        ("pidieron limosna", "No pidieron limosna."),
        ("просили", "Они не просили."),
    ],
)
def test_a_negation_is_not_left_out(said, printed):
    assert locate(said, printed) is Mismatch.CUT_NEGATION


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("ask for alms", "They did _not_ ask for alms."),
        ("ask for alms", "They did *not* ask for alms."),
        ("ask for alms", "They did not\u00a0ask for alms."),
        ("They did", "They did _not_ ask."),
        ("ask for alms", "They did **not** ask for alms."),
        ("ask for alms", "They did no\u00adt ask for alms."),
    ],
)
def test_a_negation_is_not_left_out_however_it_is_set(said, printed):
    """Emphasis falls on “not” more than on any other word."""
    assert locate(said, printed) is Mismatch.CUT_NEGATION


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("They asked for bread.", "They did not. They asked for bread."),
        ("did not ask for alms", "They did not ask for alms."),
        ("They went home", "They went home; not one stayed."),
        ("Nothing moved.", "Nothing moved."),
    ],
)
def test_a_negation_elsewhere_does_not_matter(said, printed):
    assert quoted(said, printed) == said


def test_a_heading_that_ends_in_no_negates_nothing():
    """A blank line stands between two thoughts."""
    assert quoted("The weavers struck.", "Why they said no\n\nThe weavers struck.") == "The weavers struck."


# --- properties --------------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzäöüéßøł")
WORDS = st.text(LETTERS, min_size=2, max_size=9).filter(lambda word: unicodedata.is_normalized("NFC", word))
NUMBERS = st.integers(10, 99_999).map(str)
JOINTS = st.sampled_from([" ", " ", " ", ", ", "; ", "\n", " – "])


@st.composite
def sentences(draw) -> str:
    words = draw(st.lists(st.one_of(WORDS, WORDS, NUMBERS), min_size=3, max_size=12))
    joints = draw(st.lists(JOINTS, min_size=len(words) - 1, max_size=len(words) - 1))
    body = words[0].capitalize() + "".join(j + w for j, w in zip(joints, words[1:], strict=True))
    return body + draw(st.sampled_from([".", ".", "!", "?"]))


TEXTS = st.lists(sentences(), min_size=1, max_size=8, unique_by=str.casefold)


@given(TEXTS, st.data())
def test_any_whole_sentence_is_found_at_its_own_place(made, data):
    text = "  ".join(made)
    chosen = data.draw(st.sampled_from(made))
    assume(text.count(chosen[:-1]) == 1)
    at = text.index(chosen)
    assert locate(chosen, text) == Span(at, at + len(chosen))


@given(TEXTS, st.data())
def test_any_run_of_whole_sentences_is_found(made, data):
    first = data.draw(st.integers(0, len(made) - 1))
    last = data.draw(st.integers(first, len(made) - 1))
    run = " ".join(made[first : last + 1])
    text = "\n".join(made)
    assert isinstance(quoted(run, text), str)


@given(TEXTS, st.data())
def test_any_single_letter_or_digit_changed_is_refused(made, data):
    text = " ".join(made)
    chosen = data.draw(st.sampled_from(made))
    at = data.draw(st.sampled_from([i for i, c in enumerate(chosen) if c.isalnum()]))
    other = data.draw(st.sampled_from("0123456789" if chosen[at].isdigit() else "abcxyzäé"))
    changed = chosen[:at] + other + chosen[at + 1 :]
    assume(changed not in text)
    assert isinstance(locate(changed, text), Mismatch)


@given(TEXTS, st.data())
def test_any_word_dropped_is_refused(made, data):
    text = " ".join(made)
    words = data.draw(st.sampled_from(made)).split()
    at = data.draw(st.integers(0, len(words) - 1))
    assume(0 < at < len(words) - 1 and words[at].strip(",;–"))
    without = " ".join(words[:at] + words[at + 1 :])
    assume(without not in " ".join(text.split()))
    assert isinstance(locate(without, text), Mismatch)


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_two_texts_are_compared(said, text):
    """Whatever the characters: a place within the text, or a reason."""
    found = locate(said, text)
    if isinstance(found, Span):
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Z"]), min_size=1, max_size=80))
def test_what_is_found_in_a_text_is_found_again_in_itself(text):
    """The span that is returned proves itself: verified once more, it stands."""
    found = locate(text, text)
    if isinstance(found, Span):
        exact = text[found.start : found.end]
        assert quoted(exact, exact) == exact
