"""A draft is read as its writer sees it: paragraphs, lines or pages, and what is set off as quoted."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.shared import Cm
from fpdf import FPDF

from lyceum.archive import Draft, LimitedWorker
from lyceum.archive.drafts import LARGEST_DRAFT, checked_draft
from lyceum.archive.extract import detect, draft_here
from lyceum.errors import ExtractionFailed


def read(path: Path) -> Draft:
    return draft_here(path, path.name, detect(path.read_bytes()[:4096], path.name))


@pytest.fixture
def draft(tmp_path: Path):
    def make(name: str, content: str) -> Draft:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return read(path)

    return make


def shown(draft: Draft) -> list[tuple[str, int | None, bool]]:
    """Each paragraph with its line, and whether it is set off."""
    return [(draft.text[p.start : p.end].strip(), draft.line(p.start), p.quoted) for p in draft.parts]


def line_of(draft: Draft, word: str) -> int | None:
    return draft.line(draft.text.index(word))


# --- lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Title\n\n\nOne two\nthree four\n\nfive\n"),
        ("a.txt", "Title\r\n\r\n\r\nOne two\r\nthree four\r\n\r\nfive\r\n"),
        ("a.md", "---\ntitle: x\n---\nOne *two*\n**three** [four](http://a/b)\n\n- five\n"),
        ("a.md", "<!-- a\n-->\n\n> One two\n> three four\n\n| five |\n|---|\n"),
        ("a.html", "<html><body>\n\n<p\n class='x'>One two\nthree <b>four</b></p>\n<p>five"),
    ],
    ids=["text", "carriage-returns", "front-matter", "comment", "html"],
)
def test_lines_are_those_of_the_file(draft, name, content):
    read = draft(name, content)
    lines = content.replace("\r\n", "\n").split("\n")
    for word in ("One", "three", "four", "five"):
        assert line_of(read, word) == next(n for n, line in enumerate(lines, 1) if word in line), word


def test_a_pdf_has_pages_and_no_lines(tmp_path: Path):
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in ("The first page says this and no more.", "The second page says something else."):
        pdf.add_page()
        pdf.multi_cell(0, 8, text)
    pdf.output(str(tmp_path / "a.pdf"))
    read_back = read(tmp_path / "a.pdf")
    at = read_back.text.index("something")
    assert (read_back.line(at), read_back.page(at, at + 5)) == (None, "2")


# --- what is set off ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "He wrote:\n\n    One two three\n    four.\n\nAnd left.\n"),
        ("a.txt", "He wrote:\n\n> One two three\n> four.\n\nAnd left.\n"),
        ("a.md", "He wrote:\n\n> One two three\nfour.\n\nAnd left.\n"),
        ("a.html", "<p>He wrote:<blockquote><p>One two three\nfour.</p></blockquote><p>And left."),
        ("a.md", "He wrote:\n\n<blockquote>One two three\nfour.</blockquote>\n\nAnd left.\n"),
    ],
    ids=["indented", "mail", "markdown", "html", "html-in-markdown"],
)
def test_block_quotations_are_told(draft, name, content):
    assert [quoted for _, _, quoted in shown(draft(name, content))] == [False, True, False]
    assert draft(name, content).text.count("One two three\nfour.") == 1


def test_where_every_paragraph_is_indented_none_is_set_off(draft):
    content = "    One two three.\n\n    Four five six.\n\nSeven.\n"
    assert [quoted for _, _, quoted in shown(draft("a.txt", content))] == [False, False, False]


def test_who_is_quoted_is_not_quoted(draft):
    read = draft("a.html", "<blockquote>One two three <cite>Annie Besant</cite></blockquote>")
    assert [(text, quoted) for text, _, quoted in shown(read)] == [("One two three", True), ("Annie Besant", False)]


def test_q_gives_quotation_marks(draft):
    assert shown(draft("a.html", "<p>He: <q>one <q>two</q> three</q>"))[0][0] == "He: “one ‘two’ three”"
    assert shown(draft("a.md", "He: <q>one two</q>"))[0][0] == "He: “one two”"


def test_what_is_no_prose_quotes_nothing(draft):
    content = '<script>"a b c"</script><p>Run <code>echo "one two three"</code>.'
    assert shown(draft("a.html", content))[0][0] == "Run echo one two three."
    assert shown(draft("a.md", 'Run `echo "one two"`.[^1]'))[0][0] == "Run echo one two."


def test_word_tells_quotations_by_style_and_indentation(tmp_path: Path):
    document = docx.Document()
    document.add_paragraph("He wrote:")
    document.add_paragraph("One two three.", style="Intense Quote")
    document.add_paragraph("Four five six.").paragraph_format.left_indent = Cm(1.5)
    document.add_paragraph("Seven.", style="List Bullet")
    document.save(str(tmp_path / "a.docx"))
    assert shown(read(tmp_path / "a.docx")) == [
        ("He wrote:", None, False), ("One two three.", None, True), ("Four five six.", None, True),
        ("Seven.", None, False),
    ]  # fmt: skip


# --- limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "no_text"),
        ("a.md", b" \n\n", "no_text"),
        ("a.html", b"<p></p>", "no_text"),
        ("a.txt", bytes(range(256)) * 40, "binary_file"),
        ("a.docx", b"PK\x03\x04 no more", "damaged_file"),
        ("a.txt", b"a b " * (LARGEST_DRAFT // 4 + 1), "too_large"),
        ("a.txt", b"a " * 25_000_000, "too_large"),
    ],
    ids=["empty", "blank", "no-words", "binary", "damaged", "too-long", "50-MB"],
)
def test_what_cannot_be_checked_is_told(tmp_path: Path, name, content, code):
    (tmp_path / name).write_bytes(content)
    with LimitedWorker(seconds=20) as worker, pytest.raises(ExtractionFailed) as caught:
        worker.read_draft(tmp_path / name, name)
    assert caught.value.code == code


def test_a_worker_reads_drafts_as_this_process_does(tmp_path: Path):
    (tmp_path / "a.md").write_text("He wrote:\n\n> One two “three”\n")
    with LimitedWorker(seconds=20) as worker:
        assert worker.read_draft(tmp_path / "a.md", "a.md") == read(tmp_path / "a.md")


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "abc", "parts": [[2, 9, False]], "lines": [], "pages": []},
        {"text": "abc", "parts": [[1, 2, False], [0, 1, False]], "lines": [], "pages": []},
        {"text": "abc", "parts": [], "lines": [[2, 1], [0, 1]], "pages": []},
    ],
    ids=["beyond-the-text", "out-of-order", "lines-out-of-order"],
)
def test_what_a_worker_sends_is_checked(sent):
    with pytest.raises(ValueError, match="out of order"):
        checked_draft(sent)
