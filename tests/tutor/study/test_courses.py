"""Reading lists and courses put works in an order that their own words bear out."""

from __future__ import annotations

import pytest

from lyceum.config import Settings
from lyceum.library import Kind, Library, Scope, Topic
from lyceum.tutor.study.works import how_hard

EASY = """---
title: A First Book of Unions
author: Anne Reed
date: 1910
language: en
---

# Unions

The union is a band of men. The men of the mill pay a dime a week. The union keeps the dime for a strike. A strike is
hard for the men. The men must stand as one in a strike. The union won a strike in May because all men stood as one.
"""
HARD = """---
title: Economic Consequences of Organisation
author: Victor Brandt
date: 1905
language: en
---

# Consequences

Organisational consolidation necessarily presupposes comprehensive administrative responsibilities, notwithstanding
considerable jurisdictional disagreements concerning representation, recognition and contributory benefits during a
strike. Professional associations consequently accumulated extraordinary financial reserves throughout industrial
communities, because every protracted strike required extensive expenditure.
"""
DEBTOR = """---
title: Little Talks
author: Mary Stone
date: 1915
language: en
---

# Talks

The best book on the cost of a strike is by Victor Brandt of the mill school. He says that a strike is paid by all. A
man must read it, but a man must work too. The talk of a strike is old. Men talk of a strike at noon. It is said.
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, models):
    folder = tmp_path_factory.mktemp("shelf")
    for name, text in (("easy", EASY), ("hard", HARD), ("debtor", DEBTOR)):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with Library.open(Settings(folder / "home", models, threads=1)) as library:
        library.add([str(folder / f"{name}.md") for name in ("easy", "hard", "debtor")], vectors=False)
        yield library


@pytest.fixture(scope="module")
def listed(shelf):
    return shelf.study(Kind.READING_LIST, Topic("strike", Scope.everything()))


@pytest.fixture(scope="module")
def course(shelf):
    return shelf.study(Kind.COURSE, Topic("strike", Scope.everything(), limit=6))


def items(study):
    return [item for section in study.sections for item in section.items]


def test_the_easier_stands_first_and_a_work_after_what_it_speaks_of(listed):
    """“Little Talks” is easier than the book that it names, and comes after it."""
    titles = [item.facts["title"] for item in items(listed)]
    assert titles == ["A First Book of Unions", "Economic Consequences of Organisation", "Little Talks"]


def test_what_a_work_rests_on_is_shown_by_its_own_words(listed):
    last = items(listed)[-1]
    assert [one["title"] for one in last.facts["after"]] == ["Economic Consequences of Organisation"]
    assert "Victor Brandt" in last.citations[-1].exact


def test_every_entry_has_its_measures_and_words_of_its_own(shelf, listed):
    for item in items(listed):
        assert item.facts["minutes"] >= 0
        assert item.facts["lix"] > 0
        for citation in item.citations:
            text = shelf.text(shelf.document(citation.document))
            assert text[citation.start : citation.end] == citation.exact
    levels = [item.facts["level"] for item in items(listed)]
    assert (levels[0], levels[1]) == ("very_easy", "very_hard")


def test_longer_sentences_of_longer_words_are_harder(shelf):
    readings = shelf._stacks()
    assert how_hard([EASY], "en", readings).measure < how_hard([HARD], "en", readings).measure


def test_a_week_has_reading_aims_passages_and_questions(course):
    weeks = [section for section in course.sections if section.id.startswith("week-")]
    assert weeks
    for week in weeks:
        types = {item.facts["type"] for item in week.items}
        assert types >= {"reading", "aim", "passage", "question"}
        assert all(item.citations for item in week.items)
        assert week.facts["minutes"] >= 1


def test_a_question_to_discuss_quotes_what_it_is_about(course):
    asked = [item for item in items(course) if item.facts.get("type") == "question"]
    assert asked
    for item in asked:
        assert " ".join(item.citations[0].exact.split()) in item.text
    assert "demand" in {item.facts["ask"] for item in asked}


def test_the_leader_has_an_evening_and_the_answers(strikes):
    course = strikes.study(Kind.COURSE, Topic("collection:main", Scope.everything(), limit=4))
    leader = course.sections[-1]
    steps = [item.facts["minutes"] for item in leader.items if item.facts["type"] == "step"]
    answers = [item for item in leader.items if item.facts["type"] == "answer"]
    assert (leader.id, sum(steps)) == ("leader", 90)
    assert [item.text.rsplit(": ", 1)[1] for item in answers] == [card.answer for card in course.cards]
    assert {card.facts["week"] for card in course.cards} <= {1, 2, 3, 4}
    assert [one["answer"] for one in course.as_dict()["items"]] == [card.answer for card in course.cards]


def test_no_longer_course_is_made_than_there_is_reading_for(course):
    (lack,) = course.lacks
    assert lack.code == "short_course"


@pytest.mark.parametrize("kind", [Kind.READING_LIST, Kind.COURSE])
def test_what_the_archive_lacks_is_said(shelf, kind):
    made = shelf.study(kind, Topic("submarines", Scope.everything()))
    assert (made.empty, made.lacks[0].code) == (True, "topic_missing")


def test_one_work_is_no_order_and_a_list_says_so(shelf):
    made = shelf.study(Kind.READING_LIST, Topic("document:Little Talks", Scope.everything()))
    assert (len(items(made)), [lack.code for lack in made.lacks]) == (1, ["one_work"])


def test_an_archive_of_one_page_gives_a_short_course(tmp_path, models):
    page = tmp_path / "page.txt"
    page.write_text("The weavers of the town struck for bread because the price of bread rose in the spring.\n")
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        library.add([str(page)], vectors=False)
        made = library.study(Kind.COURSE, Topic("bread", Scope.everything()))
        assert len([section for section in made.sections if section.id.startswith("week")]) == 1
        assert [lack.code for lack in made.lacks] == ["short_course"]
        quiz = library.study(Kind.QUIZ, Topic("bread", Scope.everything()))
        assert (quiz.cards, quiz.lacks[0].code) == ((), "few_questions")


def test_a_long_chapter_is_read_in_stretches(tmp_path, models):
    """What takes longer than three quarters of an hour is cut, with its pages or places told."""
    words = "The weavers of the mill struck for bread because the price of bread rose. " * 1_500
    (tmp_path / "long.md").write_text(f"---\ntitle: Long\nlanguage: en\n---\n\n# One\n\n{words}\n", encoding="utf-8")
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        library.add([str(tmp_path / "long.md")], vectors=False)
        made = library.study(Kind.READING_LIST, Topic("document:Long", Scope.everything()))
    parts = items(made)[0].facts["parts"]
    assert len(parts) in (2, 3)
    assert all(part["minutes"] <= 46 for part in parts)
    assert [part["title"] for part in parts] == ["One"] * len(parts)
