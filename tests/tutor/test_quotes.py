"""Each quotation of a draft gets its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lyceum import text as texts
from lyceum.archive import Page
from lyceum.tutor import (
    Checked,
    Known,
    QuoteReport,
    Source,
    Verdict,
    Work,
    check_quotations,
    find_quotations,
    main_title,
    quotes_as_html,
    quotes_as_text,
)

WOLFF = Source(
    "w", "In 1844 the weavers of Peterswaldau rose. They did not ask for alms, but for their wages of four years. "
    "The masters of the town, as old Hauptmann saw them, were rich[12] and they would pay nothing at all.",
    document="d1", version="v1", title="Silesia", creators=("Wolff, Wilhelm",), date="1844", language="en",
)  # fmt: skip
MARX = Source(
    "m", "The wages of the weavers were the riches of their masters, said the old man. Nobody [not even the priest] "
    "came to help them in the winter of that year.",
    document="d2", version="v2", title="Notes on Weaving: A Fragment", creators=("Marx, Karl",), date="1848",
    language="en", start=500, pages=(Page("14", 0, 5000),),
)  # fmt: skip
SECOND = Source(
    "m2", "The wages of the weavers were the wealth of their lords, said the old man.",
    document="d3", version="v3", title="Notes on Weaving", creators=("Marx, Karl",), date="1888", language="en",
)  # fmt: skip
BESANT = Source(
    "b", "Let us strip off the mask and look at the girls who make the matches.",
    document="d4", version="v4", title="White Slavery in London", creators=("Besant, Annie",), language="en",
)  # fmt: skip
ALL = (WOLFF, MARX, SECOND, BESANT)


class Shelves:
    """A shelf of a few sources, each a place of its own."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def together(self, words: Sequence[str], *, author: str | None = None, most: int = 16) -> list[int]:
        wanted = f" {' '.join(words)} "
        found = [n for n, s in enumerate(self._sources) if wanted in f" {' '.join(texts.plain_terms(s.text))} "]
        by = [n for n in found if author is None or author in " ".join(self._sources[n].creators).lower()]
        return by[:most]

    def rarest(self, words: Sequence[str]) -> list[int]:
        held = [len(set(words) & set(texts.plain_terms(s.text))) for s in self._sources]
        return [n for n in sorted(range(len(held)), key=lambda n: -held[n]) if held[n]]

    def stretch(self, place: int, *, around: int) -> Source:
        return self._sources[place]


def known(sources: Sequence[Source]) -> Known:
    return Known(
        Work(s.document or "", s.title, s.creators, int(s.date) if s.date else None, main_title(s.title))
        for s in sources
    )


def report(draft: str, *sources: Source) -> QuoteReport:
    held = sources or ALL
    return check_quotations(find_quotations(draft), Shelves(held), known(held), language="en")


def check(draft: str, *sources: Source) -> Checked:
    (one,) = report(draft, *sources)
    return one


# --- exact -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "draft",
    [
        "“They did not ask for alms”",
        '"They did not ask for alms," he wrote.',
        "“In 1844 the weavers of Peterswaldau rose.”",
        "“They did not ask for alms … their wages of four years.”",
        "“They did not ask for alms [...] their wages of four years”",
        "“… did not ask for alms …”",
        "“[t]hey did not ask for alms”",
        "“[T]he weavers of Peterswaldau rose.”",
        "“They did not ask for alms [sic], but for their wages”",
        "“They did not ask for alms, but for [the] wages of four years”",
        "“They [the weavers] did not ask for alms”",
        "“they would [refuse to pay] nothing at all”",
        "“as old Hauptmann [saw] them, were rich”",
        "“were rich and they would pay nothing at all.”",
        "“The masters of the town … were rich … pay nothing at all.”",
        "“the weaver[s] of Peterswaldau rose”",
    ],
)
def test_words_that_stand_in_a_source_are_exact(draft):
    one = check(draft)
    assert (one.verdict, one.difference) == (Verdict.EXACT, ())
    assert one.source is not None
    assert one.source.document == "d1"


def test_brackets_of_the_source_are_quoted_as_they_are():
    assert check("“Nobody [not even the priest] came to help them”").verdict is Verdict.EXACT
    assert check("“Nobody [not even the bishop] came to help them”").verdict is Verdict.ALTERED


def test_every_part_around_an_omission_has_its_place():
    one = check("“They did not ask for alms … of four years.”")
    assert one.source is not None
    assert [one.source.exact, *(c.exact for c in one.further)] == ["They did not ask for alms", "of four years."]


def test_titles_of_the_archive_are_no_quotations():
    found = report("In “White Slavery in London” she wrote “Let us strip off the mask”.")
    assert ([one.verdict for one in found], found.titles) == ([Verdict.EXACT], 1)


def test_a_quotation_within_one_that_is_not_the_archives_is_checked_too():
    draft = "“My father used to tell us ‘They did not ask for alms’ with tears in his eyes,” she said."
    assert [one.verdict for one in report(draft)] == [Verdict.NOT_FOUND, Verdict.EXACT]


# --- altered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "difference"),
    [
        ("“In 1845 the weavers of Peterswaldau rose.”", ("1845", "1844", "number")),
        ("“They did ask for alms, but for their wages of four years.”", ("", "not", "negation")),
        ("“They did not ask for bread, but for their wages of four years.”", ("bread,", "alms,", "word")),
        ("“as old Schiller saw them, were rich”", ("Schiller", "Hauptmann", "name")),
        ("“They do not ask for alms, but for their wages”", ("do", "did", "verb")),
        ("“They did not for alms, but for their wages”", ("", "ask", "missing")),
        ("“They did not ever ask for alms, but for their wages”", ("ever", "", "added")),
        ("“They did not for ask alms, but for their wages”", ("for ask", "ask for", "order")),
        ("“They did not ask for Alms, but for their wages”", ("Alms,", "alms,", "case")),
        ("“They did not ask for alms but for their wages”", ("alms", "alms,", "punctuation")),
        ("“ask for alms, but for their wages”", ("", "not", "negation")),
    ],
    ids=lambda value: value[2] if isinstance(value, tuple) else None,
)
def test_altered_words_are_told_with_what_stands_there(draft, difference):
    one = check(draft)
    assert one.verdict is Verdict.ALTERED
    assert (
        difference in [(d.draft, d.source, d.kind) for d in one.difference] or one.difference[0].kind == difference[2]
    )
    assert one.source is not None
    assert one.source.document == "d1"


def test_words_from_two_places_are_spliced():
    one = check("“They did not ask for alms, but for the riches of their masters, said the old man.”", WOLFF, MARX)
    assert (one.verdict, [d.kind for d in one.difference]) == (Verdict.ALTERED, ["spliced"])
    assert one.source is not None
    assert (one.source.document, [c.document for c in one.further]) == ("d1", ["d2"])


@pytest.mark.parametrize(
    "draft",
    [
        "“their wages of four years … They did not ask for alms”",
        "“They did … ask for alms”",
        "“They [often] ask for alms”",
        "“[N]ey did not ask for alms, but for their wages”",
        "“were rich (203) and they would pay nothing at all (204).”",
    ],
    ids=["order", "hidden-negation", "replaced-negation", "other-letter", "other-note"],
)
def test_marks_of_editing_do_not_hide_an_alteration(draft):
    assert check(draft).verdict in (Verdict.ALTERED, Verdict.NOT_FOUND)


# --- misattributed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "draft",
    [
        "Karl Marx wrote: “They did not ask for alms.”",
        "As Marx put it, “They did not ask for alms.”",
        "According to Marx, “They did not ask for alms.”",
        "“They did not ask for alms,” wrote Karl Marx.",
        "“They did not ask for alms,” Marx wrote.",
        "“They did not ask for alms” (Marx 1848).",
        "Marx (1848) held that “They did not ask for alms”.",
        "“They did not ask for alms.”\n\n— Karl Marx",
        "The matter is old. Marx had a view of it. It was this: “They did not ask for alms.”",
        "Wolff was there, but Marx wrote: “They did not ask for alms.”",
        "Marx wrote to Wolff: “They did not ask for alms.”",
        "Rosa Luxemburg wrote: “They did not ask for alms.”",
        "“They did not ask for alms,” in Marx’s words.",
        "In Marx’s words: “They did not ask for alms.”",
    ],
)
def test_words_of_one_author_given_to_another_are_misattributed(draft):
    one = check(draft)
    assert one.verdict is Verdict.MISATTRIBUTED, one.misattribution
    assert one.misattribution is not None
    assert (one.misattribution.what, one.misattribution.actual) == ("author", "Wolff, Wilhelm")


@pytest.mark.parametrize(
    "draft",
    [
        "Wolff, unlike Marx, wrote: “They did not ask for alms.”",
        "In a letter to Marx he complained: “They did not ask for alms.”",
        "Wolff knew it. In a letter to Marx he complained: “They did not ask for alms.”",
        "Marx disagreed. Wolff wrote: “They did not ask for alms.”",
        "Wilhelm Wolff put it so. “They did not ask for alms.” Marx answered: “The wages of the weavers were”.",
        "As W. Wolff wrote, “They did not ask for alms.”",
        "Prof. Wolff wrote: “They did not ask for alms.”",
        "Marx said: “We shall see what comes of it all.” Wolff replied: “They did not ask for alms.”",
        "“Marx is a great man of our time,” said the editor. “They did not ask for alms.”",
        "The Daily Chronicle wrote: “They did not ask for alms.”",
        "In Berlin he said: “They did not ask for alms.”",
    ],
)
def test_names_that_are_not_given_as_the_author_do_no_harm(draft):
    verdicts = {one.quoted.words: one.verdict for one in report(draft)}
    assert verdicts["They did not ask for alms."] is Verdict.EXACT


def test_of_several_authors_in_a_paragraph_each_has_their_own():
    draft = "Marx wrote: “They did not ask for alms.” Wolff wrote: “The wages of the weavers were the riches”."
    assert [one.verdict for one in report(draft)] == [Verdict.MISATTRIBUTED] * 2


def test_what_many_say_is_looked_for_with_whom_the_draft_names():
    others = [replace(WOLFF, id=f"x{n}", document=f"x{n}", creators=(f"Writer, Nr {n}",)) for n in range(20)]
    mine = replace(WOLFF, id="mine", document="mine", creators=("Besant, Annie",))
    one = check("Besant wrote: “They did not ask for alms.”", *others, mine)
    assert one.source is not None
    assert (one.verdict, one.source.document) == (Verdict.EXACT, "mine")


# --- editions ----------------------------------------------------------------------------------------


def test_the_edition_that_is_named_is_chosen():
    one = check("In Notes on Weaving (1888) Marx wrote: “The wages of the weavers were the wealth of their lords”")
    assert one.source is not None
    assert (one.verdict, one.source.document) == (Verdict.EXACT, "d3")


def test_words_that_stand_in_another_edition_only_are_of_the_wrong_edition():
    one = check("In Notes on Weaving (1888) Marx wrote: “The wages of the weavers were the riches of their masters”")
    assert (one.verdict, one.misattribution and one.misattribution.what) == (Verdict.MISATTRIBUTED, "edition")
    assert one.misattribution is not None
    assert "1848" in one.misattribution.actual


def test_words_said_to_be_in_another_work_are_misattributed():
    other = replace(WOLFF, id="o", document="o", title="The Silesian Milliard", text="Nothing of that is in here.")
    one = check("In The Silesian Milliard, Wolff wrote: “They did not ask for alms.”", WOLFF, other)
    assert (one.verdict, one.misattribution and one.misattribution.what) == (Verdict.MISATTRIBUTED, "work")


def test_a_year_of_no_edition_in_the_archive_says_nothing():
    assert check("In 1850 Wolff wrote: “They did not ask for alms.”").verdict is Verdict.EXACT


def test_another_page_is_remarked():
    assert check("Marx (p. 14): “The wages of the weavers were the riches”").remarks == ()
    assert "page 14" in check("Marx (p. 99): “The wages of the weavers were the riches”").remarks[0]


# --- not found ---------------------------------------------------------------------------------------


def test_words_that_stand_nowhere_are_not_found():
    one = check("“The moon is a harsh mistress”")
    assert (one.verdict, one.source, one.nearest) == (Verdict.NOT_FOUND, None, None)


def test_the_nearest_passage_is_named_where_one_is_near():
    one = check(
        "“The wages of the weavers, so the people of our town would have it, were lower than the riches of the sea”"
    )
    assert one.verdict is Verdict.NOT_FOUND
    assert one.nearest is not None


@pytest.mark.parametrize(
    "draft", ["„Das ist ein ganz anderer Satz“", "“هذا كلام من الكتاب”", "「働く者には働く権利がある」"]
)
def test_drafts_in_other_languages_have_their_answer(draft):
    assert check(draft).verdict is Verdict.NOT_FOUND


# --- reports -----------------------------------------------------------------------------------------


def test_a_verdict_is_printed_as_the_contract_says():
    shown = check("“In 1845 the weavers of Peterswaldau rose.”").as_dict()
    assert {"quotation", "line", "verdict", "source", "difference"} <= set(shown)
    assert (shown["verdict"], shown["line"], shown["misattribution"]) == ("altered", 1, None)
    assert shown["source"]["document"] == "d1"
    assert shown["difference"] == [{"draft": "1845", "source": "1844", "kind": "number"}]


def test_a_report_tells_what_was_not_checked():
    found = report("“So” he “said it” and “never closed the mark")
    assert found.clean
    assert found.notes == (
        "2 in quotation marks with one or two words, not checked.", "1 quotation marks do not close: line 1.",
    )  # fmt: skip


def test_a_report_on_a_part_of_a_draft_is_not_clean():
    """What was not looked at may be false."""
    found = find_quotations("“They did not ask for alms” " * 30, most=20)
    part = check_quotations(found, Shelves(ALL), known(ALL), language="en")
    assert (len(part), part.left_out, part.clean) == (20, 10, False)
    assert {one.verdict for one in part} == {Verdict.EXACT}
    assert part.as_dict()["left_out"] == {"short": 0, "titles": 0, "too_many": 10}


def test_the_text_report_names_place_and_difference():
    shown = quotes_as_text(report("Marx wrote: “In 1845 the weavers of Peterswaldau rose.”"))
    assert "line 1: altered" in shown
    assert "draft “1845”, source “1844” (number)" in shown
    assert "Wolff, Wilhelm, Silesia, 1844" in shown


class Shown(HTMLParser):
    """What a page holds: its elements in order, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.texts: dict[str, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def test_the_page_stands_alone_and_marks_what_differs():
    page = Shown()
    page.feed(quotes_as_html(report("“In 1845 the weavers of Peterswaldau rose.”"), "draft.md"))
    assert page.open == []
    assert (page.texts["del"], page.texts["ins"]) == (["1845"], ["1844"])
    assert not {"script", "link", "img", "iframe"} & set(page.seen)


def test_the_page_escapes_what_archive_and_draft_say():
    evil = replace(
        WOLFF, text="They did not <script>alert(1)</script> ask for alms & more.", title="<b>T</b>", language='x"><img'
    )
    page = quotes_as_html(report("“They did never <script>alert(1)</script> ask for alms & more.”", evil), "<i>.md")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "<i>" not in page
