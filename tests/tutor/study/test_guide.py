"""A guide tells what a text is about in its own words, who and what it names, what to ask, and who speaks otherwise."""

from __future__ import annotations

import pytest

from lyceum.search import Scope
from lyceum.tutor.study import Kind, Topic, make_study
from lyceum.tutor.study.names import names_in
from lyceum.tutor.study.questions import question_on
from lyceum.tutor.study.stance import leaning
from tutor.study.conftest import document

MILL = (
    "The weavers of the valley depend upon the mill and its looms for their bread.",
    "The mill was built by Mr. John Foster in Bradford, and Mr. Foster paid the weavers by the piece.",
    "The weavers must have a union of weavers because the mill owner has a union of owners. Mr. Foster said little.",
    "In Bradford the Weavers Union holds that piece rates are a danger and a great evil to every weaver of the mill.",
    "Why should the weavers of the mill work twelve hours while the looms of the valley stand idle in summer?",
    "The Weavers Union won the strike at the mill because piece rates in Bradford were so low.",
)
OWNER = "Payment by piece rates is just and good for every honest weaver, since it lets skill earn more bread."


@pytest.fixture
def guide(shelf):
    def make(topic="The Mill", *more, limit=None):
        mill = document("mill", *MILL, title="The Mill", creators=("Lee, Ann",), headings=["One"] * 3 + ["Two"] * 3)
        owner = document("owner", OWNER, title="On Piece Rates", creators=("Hall, Sir Amos",), date="1901")
        return make_study(Kind.GUIDE, Topic(topic, Scope.everything()), shelf(mill, owner, *more))

    return make


def section(study, name):
    return next((part for part in study.sections if part.id == name), None)


def quoted(study, name):
    return [c.exact for item in section(study, name).items for c in item.citations]


def test_every_statement_rests_on_words_that_stand_in_the_text(guide):
    study = guide()
    text = {"mill": "\n\n".join(MILL), "owner": OWNER}
    citations = study.citations()
    assert len(citations) >= 5
    assert all(text[c.document][c.start : c.end] == c.exact for c in citations)
    assert all(item.citations for part in study.sections for item in part.items)


def test_key_passages_stand_in_the_order_of_the_text_under_their_headings(guide):
    items = section(guide(), "passages").items
    places = [item.citations[0].start for item in items]
    assert places == sorted(places)
    assert [item.about for item in items if item.about] == ["One", "Two"]


@pytest.mark.parametrize(
    ("name", "about", "mentions"),
    [
        ("people", "John Foster", 3),
        ("places", "Bradford", 3),
        ("bodies", "Weavers Union", 2),
        ("terms", "piece rates", 2),
    ],
)
def test_who_and_what_is_named_is_told_with_its_first_place(guide, name, about, mentions):
    item = next(item for item in section(guide(), name).items if item.about == about)
    assert item.facts["mentions"] == mentions
    first = next(i for i, passage in enumerate(MILL) if about in passage)
    assert item.citations[0].exact in MILL[first]


def test_questions_are_put_on_what_is_argued_and_some_are_the_texts_own(guide):
    items = section(guide(), "questions").items
    assert any(item.text == "Which reasons are given here, and are they enough?" for item in items)
    (own,) = (item for item in items if item.about == "The text itself asks")
    assert own.citations[0].exact == MILL[4]


def test_another_author_who_leans_the_other_way_is_heard(guide):
    (pair,) = section(guide(), "opposing").items
    assert pair.about == "Lee · Hall"
    assert [c.exact for c in pair.citations] == [MILL[3], OWNER]


def test_further_reading_names_the_other_works_on_it(guide):
    (other,) = section(guide(), "further").items
    assert (other.about, other.citations[0].exact) == ("Hall, Sir Amos, On Piece Rates, 1901", OWNER)


def test_a_guide_to_words_quotes_each_work_once(guide):
    study = guide("piece rates")
    assert [c.document for item in section(study, "passages").items for c in item.citations] == ["owner", "mill"]


def test_a_topic_that_is_not_there_has_no_guide(guide):
    study = guide("submarines")
    assert study.empty
    assert [lack.code for lack in study.lacks] == ["topic_missing"]


def test_an_archive_of_one_page_gives_what_it_can(shelf):
    one = document("one", "The Mill. The weavers of Bradford asked the owner of the mill for bread.", title="One Page")
    study = make_study(Kind.GUIDE, Topic("One Page", Scope.everything()), shelf(one))
    assert quoted(study, "passages") == ["The weavers of Bradford asked the owner of the mill for bread."]
    assert {"no_people", "no_opposing", "no_further"} <= {lack.code for lack in study.lacks}


def test_a_text_without_a_sentence_says_so(shelf):
    lines = document("list", "Looms 3\nSpindles 19\nCarders 44\nBobbins 71", title="A List")
    study = make_study(Kind.GUIDE, Topic("A List", Scope.everything()), shelf(lines))
    assert [lack.code for lack in study.lacks] == ["no_prose"]


@pytest.mark.parametrize(
    ("sentence", "language", "sign"),
    [
        ("The strike was a great success and a just cause.", "en", 1),
        ("The strike was a crime and brought ruin.", "en", -1),
        ("The strike was no crime.", "en", 1),
        ("Der Streik ist notwendig und nützlich.", "de", 1),
        ("La grève est un danger.", "fr", -1),
        ("The strike began on Monday.", "en", 0),
        ("スト は 正しい。", "ja", 0),
    ],
)
def test_words_of_praise_and_blame_tell_which_way_a_sentence_leans(sentence, language, sign):
    found = leaning(sentence, language)
    assert (found > 0) - (found < 0) == sign


@pytest.mark.parametrize(
    ("sentence", "language", "names"),
    [
        ("In 1894 Eugene V. Debs spoke in New York.", "en", ["Eugene V. Debs", "New York"]),
        ("Workers struck on Monday in May.", "en", []),
        ("The Mayor of Chicago met McDonald.", "en", ["Mayor of Chicago", "McDonald"]),
        ("Der Weber ging nach Peterswaldau.", "de", []),
    ],
)
def test_names_are_runs_of_capitals(sentence, language, names):
    assert list(names_in(sentence, language)) == names


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_questions_are_put_in_the_language_of_the_text(language):
    said = {"en": "It is so because they will it.", "de": "Es ist so, weil sie es wollen.",
            "fr": "Elle cède parce qu’elle a faim.", "es": "Cede porque tiene hambre."}  # fmt: skip
    asked = {"en": "Which", "de": "Welche", "fr": "Quelles", "es": "¿Qué"}
    assert question_on(said[language], language).startswith(asked[language])


def test_no_question_is_put_in_a_language_that_has_none():
    assert question_on("Ez azért van, mert akarják.", "hu") is None
