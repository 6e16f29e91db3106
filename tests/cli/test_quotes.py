"""`lyceum check-quotes` as an editor runs it before printing: verdicts, exit codes, reports, drafts of every format."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from fpdf import FPDF


@pytest.fixture
def draft(tmp_path: Path):
    def write(content: str, name: str = "draft.md") -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return write


TRUE = "Besant reports a “splendid salary of the match girls” of four shillings."
FALSE = (
    "Owen wrote of the “splendid salary of the match girls”.\n\n"
    "He held that “Nine hours of daily labour is enough for any human being.”\n\n"
    "And “the moon is a harsh mistress”, he said.\n"
)


def test_a_draft_whose_quotations_are_exact_is_exit_code_0(run, home, draft):
    ran = run("check-quotes", draft(TRUE), "--json", home=home)
    assert ran.code == 0
    assert [(q["verdict"], q["line"]) for q in ran.json["quotations"]] == [("exact", 1)]
    assert ran.json["quotations"][0]["source"]["title"] == "White Slavery in London"


def test_a_draft_with_other_quotations_is_exit_code_1(run, home, draft):
    path = draft(FALSE)
    ran = run("check-quotes", path, "--format", "json", home=home)
    assert ran.code == 1
    assert [q["verdict"] for q in ran.json["quotations"]] == ["misattributed", "altered", "not_found"]
    assert ran.json["quotations"][0]["misattribution"]["what"] == "author"
    assert ran.json["quotations"][1]["difference"] == [{"draft": "Nine", "source": "Eight", "kind": "number"}]
    shown = run("check-quotes", path, home=home)
    assert "draft “Nine”, source “Eight” (number)" in shown.out
    assert "3 quotations, 0 exact." in shown.err


def test_a_page_is_written_where_it_is_wanted(run, home, draft, tmp_path):
    report = tmp_path / "report.html"
    ran = run("check-quotes", draft(FALSE), "--format", "html", "--output", report, home=home)
    assert (ran.code, ran.out) == (1, "")
    assert "<del>Nine</del> <ins>Eight</ins>" in report.read_text()
    ran = run("check-quotes", draft(FALSE), "--output", tmp_path / "absent" / "x", home=home)
    assert ran.code == 3


@pytest.mark.parametrize("name", ["draft.txt", "draft.md"])
def test_lines_are_those_of_the_draft(run, home, draft, name):
    """As an editor counts them, whatever the reading of the file does to its white space."""
    path = draft("Title\n\n\n\nSome words here.\nAnd “Eight hours of daily labour is enough”.\n", name)
    assert [q["line"] for q in run("check-quotes", path, "--json", home=home).json["quotations"]] == [6]


def test_drafts_of_every_format_are_checked(run, home, draft, tmp_path):
    said = "Eight hours of daily labour is enough for any human being"
    document = docx.Document()
    document.add_paragraph("He wrote:")
    document.add_paragraph(said, style="Quote")
    document.save(str(tmp_path / "a.docx"))
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    pdf.add_page()
    pdf.multi_cell(0, 8, f'He wrote: "{said}", and nobody said a word against it in that year.')
    pdf.output(str(tmp_path / "a.pdf"))
    html = draft(f"<p>He wrote:\n<blockquote>{said}</blockquote>", "a.html")
    for path, line, page in ((tmp_path / "a.docx", None, None), (tmp_path / "a.pdf", None, "1"), (html, 2, None)):
        ran = run("check-quotes", path, "--json", home=home)
        assert [(q["verdict"], q["line"], q["page"]) for q in ran.json["quotations"]] == [("exact", line, page)], path


def test_a_draft_without_quotations_is_exit_code_0(run, home, draft):
    ran = run("check-quotes", draft("Nothing is “quoted” here."), "--json", home=home)
    assert (ran.code, ran.json["quotations"]) == (0, [])
    assert ran.json["left_out"] == {"short": 1, "titles": 0, "too_many": 0}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("draft.md", b"", "no_text"),
        ("draft.txt", bytes(range(256)) * 50, "binary_file"),
        ("draft.md", b"word " * 10_000_000, "too_large"),
        ("draft.xyz", b"\x00\x01\x02\x03" * 100, "unsupported_format"),
    ],
    ids=["empty", "binary", "50-MB", "unknown"],
)
def test_a_draft_that_cannot_be_read_is_told(run, home, tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    ran = run("check-quotes", tmp_path / name, "--json", home=home)
    assert (ran.code, ran.json["error"]["code"]) == (2, code)


def test_an_empty_archive_has_nothing(run, tmp_path, draft):
    ran = run("check-quotes", draft(TRUE), "--json", home=tmp_path / "new")
    assert [q["verdict"] for q in ran.json["quotations"]] == ["not_found"]
