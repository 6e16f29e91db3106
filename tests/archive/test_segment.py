"""Passages are whole sentences in order that hold the whole text, each below its heading and on its pages."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lyceum import text as texts
from lyceum.archive import Extracted, Page, PageFinder, TextBuilder, segment
from lyceum.archive.segment import LONGEST_SENTENCE, TARGET_WORDS

SENTENCE = "The looms of the mill stood still that morning. "


def built(*parts: tuple[str, str]) -> Extracted:
    """Parts as (kind, text): `#`, `##` … for headings, `p` for a paragraph, `page` for a page's label."""
    builder = TextBuilder()
    for kind, text in parts:
        if kind == "page":
            builder.page(text)
        elif kind == "p":
            builder.paragraph(text)
        else:
            builder.heading(text, level=len(kind))
    return builder.build()


def cut(extracted: Extracted) -> list[tuple[str, str]]:
    return [(s.heading, extracted.text[s.start : s.end]) for s in segment(extracted, "en")]


def test_passages_have_about_the_wanted_length():
    found = cut(built(*[("p", SENTENCE * 5)] * 60))
    counts = [texts.word_count(text) for _, text in found]
    assert all(TARGET_WORDS * 0.6 <= count <= TARGET_WORDS * 1.5 for count in counts[:-1])


def test_passages_are_whole_sentences():
    for _, text in cut(built(("p", SENTENCE * 100))):
        assert text.startswith("The looms")
        assert text.endswith("morning.")


def test_a_passage_does_not_cross_a_heading():
    found = cut(built(("#", "One"), ("p", "First."), ("#", "Two"), ("p", "Second.")))
    assert found == [("One", "First."), ("Two", "Second.")]


def test_headings_are_a_path():
    parts = [
        ("#", "A"),
        ("p", "Zero."),
        ("##", "B\n b"),
        ("p", "One."),
        ("##", "C"),
        ("p", "Two."),
        ("#", "D"),
        ("p", "Three."),
    ]
    assert cut(built(*parts)) == [("A", "Zero."), ("A › B b", "One."), ("A › C", "Two."), ("D", "Three.")]


def test_a_heading_with_nothing_below_is_a_passage():
    """So that nothing that was extracted stays unsearchable."""
    assert cut(built(("#", "Title"), ("##", "By somebody"))) == [("", "Title"), ("Title", "By somebody")]


def test_a_sentence_without_end_is_cut_at_spaces():
    found = cut(built(("p", "word " * 2_000)))
    assert len(found) > 5
    assert all(texts.word_count(text) <= LONGEST_SENTENCE for _, text in found)
    assert all(text.split()[0] == text.split()[-1] == "word" for _, text in found)


def test_text_without_spaces_is_cut_too():
    found = cut(built(("p", "織" * 5_000)))
    assert "".join(text for _, text in found) == "織" * 5_000
    assert all(texts.word_count(text) <= LONGEST_SENTENCE * 1.5 for _, text in found)


def test_a_line_without_words_does_not_cut_a_passage_short():
    """Stars and dashes between paragraphs are no reason to stop after a sentence."""
    found = cut(built(("p", "One short sentence."), ("p", "* * *"), ("p", "Another short sentence.")))
    assert len(found) == 1


def test_no_text_has_no_passages():
    assert segment(Extracted("", ()), "en") == []


def test_pages_are_named_where_a_passage_stands():
    text = "x" * 30
    pages = PageFinder([Page("xii", 0, 10), Page("1", 10, 10), Page("2", 10, 20), Page("3", 20, 30)])
    assert pages.label(0, 5) == "xii"
    assert pages.label(0, 10) == "xii"
    assert pages.label(5, 15) == "xii–2"
    assert pages.label(10, len(text)) == "2–3"
    assert PageFinder([]).label(0, 5) is None


def test_what_stands_on_no_page_has_none():
    """Before the first, as a title leaf often does, and between two."""
    pages = PageFinder([Page("3", 10, 20), Page("5", 30, 40)])
    assert [pages.label(*span) for span in ((0, 5), (22, 28), (0, 12), (15, 32))] == [None, None, "3", "3–5"]


def test_a_passage_across_pages_names_both():
    extracted = built(("page", "7"), ("p", "One."), ("page", "8"), ("p", "Two."))
    assert [[page.label for page in s.pages] for s in segment(extracted, "en")] == [["7", "8"]]


PARTS = st.lists(
    st.tuples(
        st.sampled_from(["p", "p", "p", "#", "##", "page"]),
        st.text(alphabet="ab. !?\n。織«»“”1-*", min_size=1, max_size=120),
        st.integers(1, 12),
    ).map(lambda part: (part[0], part[1] * (part[2] if part[0] == "p" else 1))),
    max_size=12,
)


@given(PARTS, st.sampled_from(["en", "de", "zh", None]))
def test_passages_are_in_order_apart_and_hold_every_word_of_every_paragraph(parts, language):
    extracted = built(*parts)
    found = segment(extracted, language)
    assert all(s.start < s.end for s in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = {i for s in found for i in range(s.start, s.end)}
    for block in extracted.blocks:
        if block.kind == "paragraph":
            assert all(i in covered for i in range(block.start, block.end) if not extracted.text[i].isspace())
    assert all(extracted.text[s.start : s.end].strip() == extracted.text[s.start : s.end] for s in found)


@given(PARTS)
def test_cutting_twice_gives_the_same(parts):
    extracted = built(*parts)
    assert segment(extracted, "en") == segment(extracted, "en")


FRENCH = (
    "Les ouvriers de la vallée ont cessé le travail, et dans la soirée du même jour les métiers des cinq filatures "
    "s'étaient arrêtés. On ne savait pas encore ce que les maîtres allaient répondre à leurs demandes. "
)
RUSSIAN = "Рабочие долины прекратили работу, и к вечеру того же дня станки пяти фабрик остановились, и все молчали. "
ENGLISH = "The workers of the valley have laid down their work, and in the evening the looms of the mills had stopped. "


def test_a_passage_in_another_language_than_its_document_says_so():
    builder = TextBuilder()
    for text in (ENGLISH * 6, FRENCH * 4, RUSSIAN * 6):
        builder.paragraph(text)
    found = [one.language for one in segment(builder.build(), "en")]
    assert list(dict.fromkeys(found)) == ["", "fr", "ru"]


def test_names_and_numbers_are_not_another_language():
    builder = TextBuilder()
    builder.paragraph("Müller Schmidt Łódź 1844 1845 1846 Breslau Reichenbach Peterswaldau Langenbielau " * 5)
    assert {one.language for one in segment(builder.build(), "en")} == {""}
