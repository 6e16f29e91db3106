"""Builds the sample archive into a folder: copies the plain articles, prints the others.

    python sample/build.py OUT_DIR

The same sources give the same bytes: every time written into a file is the article's own date.
"""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from html import escape
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import yaml
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from markdown_it import MarkdownIt
from markdown_it.token import Token

SAMPLE = Path(__file__).resolve().parent
PLAIN = (".md", ".html", ".txt")
# Zip cannot hold a date before 1980, and readers need none.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
BY = {"en": "By", "de": "Von", "es": "Por", "fr": "Par"}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
# A5 in millimetres; fpdf2 warns whenever the name is used.
PAPER = (148, 210)


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one style."""

    text: str
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a quoted paragraph."""

    kind: Literal["heading", "paragraph", "quote"]
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words without their style."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Article:
    """One article to print; `name` is the file name without its ending."""

    name: str
    format: str
    title: str
    author: str
    day: date
    language: str
    publisher: str
    rights: str
    blocks: tuple[Block, ...]

    @property
    def moment(self) -> datetime:
        """Noon on the day of publication, so that no time zone turns it into another day."""
        return datetime.combine(self.day, time(12), UTC)

    @property
    def byline(self) -> str:
        """Author and day in words, in the article's language."""
        return f"{BY[self.language]} {self.author}, {day_in_words(self.day, self.language)}"

    @property
    def colophon(self) -> str:
        """The last line of every printed article."""
        return f"{self.publisher} · {self.rights}"


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 when built, 2 when no folder was named."""
    if len(arguments) != 1:
        print("usage: python sample/build.py OUT_DIR", file=sys.stderr)
        return 2
    files = build(Path(arguments[0]))
    print(f"{len(files)} files in {arguments[0]}")
    return 0


def build(out: Path) -> list[Path]:
    """Writes the whole archive into `out` and returns its files in order of name."""
    out.mkdir(parents=True, exist_ok=True)
    sources = [*(SAMPLE / "articles").iterdir(), SAMPLE / "metadata.csv"]
    copied = [copy(source, out) for source in sources if source.suffix in (*PLAIN, ".csv")]
    printed = [render(read(source), out) for source in (SAMPLE / "print").glob("*.md")]
    return sorted(copied + printed)


def copy(source: Path, out: Path) -> Path:
    """Copies the bytes and leaves the times behind."""
    return Path(shutil.copyfile(source, out / source.name))


def read(source: Path) -> Article:
    """Reads a Markdown source with its front matter."""
    _, front, body = source.read_text(encoding="utf-8").split("---\n", 2)
    meta: dict[str, str] = yaml.safe_load(front)
    return Article(
        name=source.stem,
        format=meta["format"],
        title=meta["title"],
        author=meta["author"],
        day=date.fromisoformat(meta["date"]),
        language=meta["language"],
        publisher=meta["publisher"],
        rights=meta["rights"],
        blocks=tuple(blocks(MarkdownIt().parse(body))),
    )


def blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Keeps headings, paragraphs and block quotes, which is all that the sources use."""
    opened = [""]
    for token in tokens:
        if token.type == "inline":
            yield Block(kind_of(opened), tuple(runs(token.children or [])))
        elif token.nesting == 1:
            opened.append(token.type)
        elif token.nesting == -1:
            opened.pop()


def kind_of(opened: Sequence[str]) -> Literal["heading", "paragraph", "quote"]:
    """Names a block by the Markdown elements that enclose it."""
    if "blockquote_open" in opened:
        return "quote"
    return "heading" if opened[-1] == "heading_open" else "paragraph"


def runs(tokens: Sequence[Token]) -> Iterator[Run]:
    """Splits a line of Markdown where its emphasis begins and ends."""
    italic = False
    for token in tokens:
        if token.type in ("em_open", "em_close"):
            italic = token.type == "em_open"
        elif token.type == "softbreak":
            yield Run(" ", italic)
        elif token.content:
            yield Run(token.content, italic)


def day_in_words(day: date, language: str) -> str:
    """Writes a day as its language does: 3 May 1976, 14. Juli 1984, 14 de junio de 1890."""
    month = MONTHS[language].split()[day.month - 1]
    if language == "de":
        return f"{day.day}. {month} {day.year}"
    if language == "es":
        return f"{day.day} de {month} de {day.year}"
    return f"{day.day} {month} {day.year}"


def render(article: Article, out: Path) -> Path:
    """Prints an article in the format that its front matter names."""
    path = out / f"{article.name}.{article.format}"
    path.write_bytes(RENDERERS[article.format](article))
    return path


# PDF


class Page(FPDF):
    """An A5 page with a running title above and a page number below."""

    def __init__(self, title: str) -> None:
        """Sets the paper and its margins, in millimetres."""
        super().__init__(format=PAPER)
        self.running_title = title
        self.set_margins(18, 20)
        self.set_auto_page_break(auto=True, margin=20)

    def header(self) -> None:
        """Repeats the title on every page but the first."""
        if self.page_no() == 1:
            return
        self.set_y(10)
        self.set_font("Times", "I", 9)
        self.cell(0, 5, self.running_title, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(20)

    def footer(self) -> None:
        """Numbers every page."""
        self.set_y(-14)
        self.set_font("Times", "", 9)
        self.cell(0, 5, str(self.page_no()), align="C")


def pdf(article: Article) -> bytes:
    """Prints with the core fonts, which hold Latin-1 and need no font file."""
    page = Page(article.title)
    page.set_title(article.title)
    page.set_author(article.author)
    page.set_subject(article.publisher)
    page.set_keywords(article.rights)
    page.set_lang(article.language)
    page.set_creation_date(article.moment)
    page.add_page()
    line(page, article.title, "B", 18, 9)
    line(page, article.byline, "I", 11, 6)
    for block in article.blocks:
        pdf_block(page, block)
    page.ln(4)
    line(page, article.colophon, "I", 9, 5)
    return bytes(page.output())


def line(page: Page, text: str, style: Literal["B", "I"], size: int, height: int) -> None:
    """Sets one line, or more if it is long, in a single style."""
    page.set_font("Times", style, size)
    page.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def pdf_block(page: Page, block: Block) -> None:
    """Sets a heading or a paragraph; a quotation stands further in."""
    page.ln(2.5)
    if block.kind == "heading":
        # A heading at the foot of a page would be parted from its text.
        if page.will_page_break(22):
            page.add_page()
        line(page, block.text, "B", 12, 7)
        return
    page.set_left_margin(24 if block.kind == "quote" else 18)
    for run in block.runs:
        page.set_font("Times", "I" if run.italic else "", 10.5)
        page.write(5, run.text)
    page.set_left_margin(18)
    page.ln(5)


# DOCX


def docx(article: Article) -> bytes:
    """Writes real heading styles, core properties and the language of the text."""
    document = Document()
    describe(document, article)
    document.add_paragraph(article.title, style="Title")
    document.add_paragraph(article.byline, style="Subtitle")
    for block in article.blocks:
        docx_block(document, block)
    document.add_paragraph(article.colophon)
    buffer = io.BytesIO()
    document.save(buffer)
    return with_fixed_times(buffer.getvalue())


def describe(document: WordDocument, article: Article) -> None:
    """Fills in the core properties, and the language that a spelling checker reads."""
    core = document.core_properties
    core.title, core.author, core.language = article.title, article.author, article.language
    core.created = core.modified = article.moment.replace(tzinfo=None)
    core.last_modified_by, core.comments = article.publisher, article.colophon
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), article.language)
    normal = document.styles["Normal"].element.get_or_add_rPr()
    normal.append(language)


def docx_block(document: WordDocument, block: Block) -> None:
    """Adds one block in the style of its kind."""
    style = {"heading": "Heading 1", "paragraph": "Normal", "quote": "Quote"}[block.kind]
    paragraph = document.add_paragraph(style=style)
    for run in block.runs:
        added = paragraph.add_run(run.text)
        if run.italic:
            added.italic = True


def with_fixed_times(archive: bytes) -> bytes:
    """Writes a zip again without the moment at which each entry was made."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return zipped([(name, source.read(name)) for name in source.namelist()])


def zipped(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """Packs entries in the order given; EPUB wants `mimetype` first and not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, ZIP_TIME)
            plain = name == "mimetype"
            info.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            # The default differs from one operating system to the next.
            info.create_system = 3
            archive.writestr(info, content)
    return buffer.getvalue()


# EPUB

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0"
 unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:date>{day}</dc:date>
<dc:language>{language}</dc:language>
<dc:publisher>{publisher}</dc:publisher>
<dc:rights>{rights}</dc:rights>
<meta property="dcterms:modified">{day}T12:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{items}
</manifest>
<spine>
{references}
</spine>
</package>
"""
XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
 lang="{language}" xml:lang="{language}">
<head><title>{title}</title></head>
<body>
{body}
</body>
</html>
"""


def epub(article: Article) -> bytes:
    """Makes a chapter of each heading, behind a title page."""
    pages = [title_page(article), *map(chapter_page, chapters(article.blocks))]
    names = [f"{number:02}.xhtml" for number in range(len(pages))]
    titles = [article.title, *(chapter[0].text for chapter in chapters(article.blocks))]
    entries = [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("OEBPS/package.opf", package(article, names)),
        ("OEBPS/nav.xhtml", xhtml(article, article.title, navigation(names, titles))),
    ]
    for name, title, body in zip(names, titles, pages, strict=True):
        entries.append((f"OEBPS/{name}", xhtml(article, title, body)))
    return zipped([(name, text.encode()) for name, text in entries])


def chapters(content: Sequence[Block]) -> list[list[Block]]:
    """Cuts the article before each heading; an EPUB source opens with one."""
    cuts = [at for at, block in enumerate(content) if block.kind == "heading"]
    ends = [*cuts[1:], len(content)]
    return [list(content[start:end]) for start, end in zip(cuts, ends, strict=True)]


def package(article: Article, names: Sequence[str]) -> str:
    """Describes the book: Dublin Core, its files and their order."""
    items = "\n".join(f'<item id="c{name[:2]}" href="{name}" media-type="application/xhtml+xml"/>' for name in names)
    return PACKAGE.format(
        identifier=uuid5(NAMESPACE_URL, f"lyceum-sample/{article.name}"),
        title=escape(article.title),
        author=escape(article.author),
        day=article.day.isoformat(),
        language=article.language,
        publisher=escape(article.publisher),
        rights=escape(article.rights),
        items=items,
        references="\n".join(f'<itemref idref="c{name[:2]}"/>' for name in names),
    )


def navigation(names: Sequence[str], titles: Sequence[str]) -> str:
    """Lists the chapters for the reader's menu."""
    links = "\n".join(
        f'<li><a href="{name}">{escape(title)}</a></li>' for name, title in zip(names, titles, strict=True)
    )
    return f'<nav epub:type="toc"><ol>\n{links}\n</ol></nav>'


def title_page(article: Article) -> str:
    """Shows title, byline and colophon."""
    return f"<h1>{escape(article.title)}</h1>\n<p>{escape(article.byline)}</p>\n<p>{escape(article.colophon)}</p>"


def chapter_page(chapter: Sequence[Block]) -> str:
    """Marks up a heading and what follows it."""
    return "\n".join(map(xhtml_block, chapter))


def xhtml_block(block: Block) -> str:
    """Marks up one block."""
    words = "".join(f"<em>{escape(run.text)}</em>" if run.italic else escape(run.text) for run in block.runs)
    if block.kind == "heading":
        return f"<h2>{words}</h2>"
    paragraph = f"<p>{words}</p>"
    return f"<blockquote>{paragraph}</blockquote>" if block.kind == "quote" else paragraph


def xhtml(article: Article, title: str, body: str) -> str:
    """Puts a body into a page of the article's language."""
    return XHTML.format(language=article.language, title=escape(title), body=body)


RENDERERS: dict[str, Callable[[Article], bytes]] = {"pdf": pdf, "docx": docx, "epub": epub}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
