"""Booklets are whole: every word and note is on paper, on the page that the contents name, in files others can read."""

from __future__ import annotations

import io
import re
import zipfile

import pypdfium2
import pytest
from lxml import etree

from lyceum.archive import LimitedWorker
from lyceum.library import Kind, Scope, Topic, render
from lyceum.tutor import Quotation, Source, verify
from lyceum.tutor.study import Item, Section, Study, Subject
from lyceum.tutor.study.booklet import Style, duration, lay_out

XHTML = {"h": "http://www.w3.org/1999/xhtml", "epub": "http://www.idpf.org/2007/ops"}


@pytest.fixture(scope="module")
def course(strikes):
    return strikes.study(Kind.COURSE, Topic("collection:main", Scope.everything(), limit=3))


@pytest.fixture(scope="module")
def quiz(strikes):
    return strikes.study(Kind.QUIZ, Topic("collection:main", Scope.everything(), limit=6))


def pages_of(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def quoting(text: str, language: str = "en") -> Study:
    source = Source("p", text, document="d", version="v", title="T", language=language)
    citation = verify(Quotation("p", text), {"p": source})
    section = Section("one", "One", (Item("", (citation,)),))
    return Study(Kind.COURSE, "t", Subject.WORDS, "Course: t", sections=(section,), notice="From one archive.")


def test_the_contents_name_the_page_on_which_a_chapter_opens(course):
    pages = pages_of(render(course, "pdf"))
    contents = pages[1]
    assert contents.startswith("Contents")
    for section in course.sections:
        start = section.title.split(":")[0]
        page = int(re.search(rf"{re.escape(start)}.*?(\d+)(?: |$)", contents.replace(".", ""))[1])
        assert pages[page - 1].startswith(start) or start in pages[page - 1][:80]


def test_a_note_stands_at_the_foot_of_the_page_that_calls_it(course):
    booklet = lay_out(course)
    pages = pages_of(render(course, "pdf"))
    for chapter in booklet.chapters:
        for block in chapter.blocks:
            words = block.text[:30]
            called = [page for page in pages[2:] if words in page] if block.notes and block.style is Style.QUOTE else []
            for n in block.notes if called else ():
                assert any(booklet.notes[n][:40] in page for page in called)


def test_answers_stand_apart_from_their_questions(quiz):
    asked, answered = lay_out(quiz).chapters
    assert (asked.title, answered.title) == ("Questions", "Answers")
    assert [block.text.split(". ")[0] for block in answered.blocks] == [str(n + 1) for n in range(len(quiz.cards))]
    pages = pages_of(render(quiz, "pdf"))
    assert any(page.startswith("Answers") for page in pages)


def test_greek_cyrillic_and_arabic_are_printed(tmp_path):
    text = pages_of(render(quoting("Ἡ ἀπεργία, забастовка и mężczyźni. إضراب"), "pdf"))[2]
    assert "Ἡ ἀπεργία, забастовка и mężczyźni." in text
    assert set("إضراب") <= set(text)


def test_what_no_font_has_is_shown_as_a_box_and_told():
    pages = pages_of(render(quoting("The word 罢工 means strike."), "pdf"))
    assert "The word □□ means strike." in pages[2]
    assert "Cjk (2" in pages[-1] or "CJK" in pages[-1].upper()


def test_a_text_longer_than_a_page_runs_on():
    """Nothing of it is lost."""
    words = " ".join(f"word{n}" for n in range(1_500))
    text = " ".join(pages_of(render(quoting(words), "pdf")))
    assert all(f"word{n} " in text for n in range(0, 1_499, 97))


@pytest.fixture(scope="module")
def book(course):
    return render(course, "epub")


def test_an_epub_opens_with_its_type_uncompressed(book):
    with zipfile.ZipFile(io.BytesIO(book)) as made:
        first = made.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert made.read("mimetype") == b"application/epub+zip"


def test_every_file_of_an_epub_is_listed_and_well_formed(book):
    opf = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}
    with zipfile.ZipFile(io.BytesIO(book)) as made:
        package = etree.fromstring(made.read("EPUB/book.opf"))
        listed = {item.get("href"): item for item in package.iterfind(".//o:item", opf)}
        held = {name.removeprefix("EPUB/") for name in made.namelist() if name.startswith("EPUB/")} - {"book.opf"}
        assert set(listed) == held
        ids = {item.get("id") for item in listed.values()}
        assert {ref.get("idref") for ref in package.iterfind(".//o:itemref", opf)} <= ids
        assert package.find(".//dc:identifier", opf).get("id") == package.get("unique-identifier")
        assert package.find(".//o:meta[@property='dcterms:modified']", opf) is not None
        for name in held:
            if name.endswith(".xhtml"):
                assert etree.fromstring(made.read(f"EPUB/{name}")).findtext("h:head/h:title", namespaces=XHTML)


def test_links_of_an_epub_lead_somewhere(book):
    """Contents to files that are there, calls to notes on the same page."""
    with zipfile.ZipFile(io.BytesIO(book)) as made:
        pages = {name: etree.fromstring(made.read(name)) for name in made.namelist() if name.endswith(".xhtml")}
    for root in pages.values():
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids))
        for href in root.xpath("//h:a/@href", namespaces=XHTML):
            assert href[1:] in ids if href.startswith("#") else f"EPUB/{href}" in pages


def test_our_own_reader_reads_every_quotation_of_an_epub(book, course, tmp_path):
    path = tmp_path / "book.epub"
    path.write_bytes(book)
    with LimitedWorker(seconds=60, memory_mb=1024) as worker:
        read = " ".join(worker.extract(path, "book.epub").text.split())
    quoted = {" ".join(c.exact.split()) for section in course.sections for item in section.items
              if not item.text for c in item.citations}  # fmt: skip
    assert quoted
    assert [words for words in quoted if words not in read] == []


def test_the_same_study_makes_the_same_book(course, book):
    assert render(course, "epub") == book


def test_signs_that_xml_forbids_do_not_break_a_book():
    with zipfile.ZipFile(io.BytesIO(render(quoting("Two\x0bwords & <one> more."), "epub"))) as made:
        assert b"&amp; &lt;one&gt; more." in made.read("EPUB/chapter-1.xhtml")


@pytest.mark.parametrize(("minutes", "said"), [(5, "5 min"), (60, "1 h"), (95, "1 h 35 min"), (0, "0 min")])
def test_durations_are_said_as_people_do(minutes, said):
    assert duration(minutes) == said


def test_a_reading_list_ticks_off_its_works_and_says_what_comes_before(strikes):
    made = strikes.study(Kind.READING_LIST, Topic("strike", Scope.everything()))
    (chapter,) = lay_out(made).chapters
    ticked = [block.text for block in chapter.blocks if block.style is Style.TICK]
    assert all(any(item.about in text for text in ticked) for item in made.sections[0].items)
