"""Every format gives its text faithfully, with structure, and metadata that says where it came from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from lyceum.archive.extract import detect, extract_here
from lyceum.archive.extractors import common, markup
from lyceum.archive.extractors.text import paragraphs
from lyceum.archive.model import Extracted, PartialDate
from lyceum.errors import ExtractionFailed

Take = Callable[[str, bytes | str], Extracted]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Extracts bytes as the store would hand them over: a path without an ending, and a name."""

    def run(name: str, data: bytes | str) -> Extracted:
        path = tmp_path / "blob"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        head = path.read_bytes()[:4096]
        extracted = extract_here(path, name, detect(head, name))
        for block in extracted.blocks:
            assert extracted.text[block.start : block.end].strip()
        return extracted

    return run


@pytest.fixture
def refused(take: Take) -> Callable[[str, bytes | str], str]:
    """The code of the refusal, which always comes with a hint."""

    def run(name: str, data: bytes | str) -> str:
        with pytest.raises(ExtractionFailed) as caught:
            take(name, data)
        assert caught.value.hint
        assert name in caught.value.message
        return caught.value.code

    return run


def blocks(extracted: Extracted) -> list[str]:
    """Blocks as `# heading` and plain paragraphs."""
    return [f"{'#' * block.level} {extracted.text[block.start : block.end]}".strip() for block in extracted.blocks]


def pages(extracted: Extracted) -> list[tuple[str, str]]:
    return [(page.label, extracted.text[page.start : page.end].strip()) for page in extracted.pages]


class TestDetection:
    @pytest.mark.parametrize(
        ("head", "name", "media_type"),
        [
            (b"%PDF-1.7", "letter.txt", "application/pdf"),
            (b"junk %PDF-1.4", "letter.pdf", "application/pdf"),
            (b"<!DOCTYPE html><p>x", "report.pdf", "text/html"),
            (b"\xef\xbb\xbf<!-- saved --> <html lang=en>", "a", "text/html"),
            ("\ufeff<html>".encode("utf-16-le"), "a.txt", "text/html"),
            (b"<?xml version='1.0'?><!DOCTYPE html><html>", "a.xml", "application/xhtml+xml"),
            (b"<?xml version='1.0'?><TEI>", "a", "application/tei+xml"),
            (b"<?xml version='1.0'?><rss>", "a.rss", "application/x-feed"),
            (b"# A heading", "notes.md", "text/markdown"),
            (b"Just words", "notes", "text/plain"),
            (b"Just words", "notes.rst", "text/x-rst"),
            (b"\xff\xfeJ\x00u\x00", "notes", "text/plain"),
            (bytes(range(32)) * 4, "notes", "application/octet-stream"),
            (b"", "a.txt", "application/x-empty"),
            (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/epub+zip", "a", "application/epub+zip"),
            (b"PK\x03\x04 word/ [Content_Types].xml", "a", docx.opc.constants.CONTENT_TYPE.WML_DOCUMENT_MAIN[:-9]),
            (b"PK\x03\x04 anything", "a.docx", docx.opc.constants.CONTENT_TYPE.WML_DOCUMENT_MAIN[:-9]),
            (b"PK\x03\x04 anything", "a.txt", "application/zip"),
            (b"\x1f\x8b\x08", "a.txt", "application/gzip"),
            (b"\0" * 257 + b"ustar", "a", "application/x-tar"),
            (b"\0" * 60 + b"BOOKMOBI", "a", "application/x-mobipocket-ebook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a", "application/msword"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "application/vnd.ms-excel"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx", "application/x-ole-encrypted"),
        ],
    )
    def test_content_decides_first_and_the_name_where_content_is_silent(self, head, name, media_type):
        assert detect(head, name).startswith(media_type)

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("empty.txt", b"", "no_text"),
            ("blank.txt", b" \n\n ", "no_text"),
            ("blank.html", b" <html> </html>", "no_text"),
            ("front.md", b"---\ntitle: x\n---\n", "no_text"),
            ("book.mobi", b"x", "unsupported_format"),
            ("table.csv", b"a,b", "unsupported_format"),
            ("odd.xyz", bytes(range(32)) * 4, "unsupported_format"),
            ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted_file"),
            ("noise.txt", b"words\x00\x01\x02words", "binary_file"),
            ("box.zip", b"PK\x05\x06", "damaged_file"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_a_code_and_a_hint(self, refused, name, data, code):
        assert refused(name, data) == code

    def test_whatever_a_library_raises_becomes_a_damaged_file(self, refused, monkeypatch):
        monkeypatch.setattr("lyceum.archive.extractors.text.paragraphs", lambda _: 1 / 0)
        assert refused("a.txt", b"words") == "damaged_file"

    def test_stray_controls_are_replaced_one_for_one(self, take):
        assert (
            take("a.txt", "a\x85 word and a \x07 bell in a long enough line of plain words").text.count("\ufffd") == 1
        )


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_unicode_is_read_without_a_note(self, take, encoding):
        extracted = take("a.txt", "Łódź, café, Ωmega — and words enough.".encode(encoding))
        assert (extracted.text, extracted.notes) == ("Łódź, café, Ωmega — and words enough.", ())

    def test_a_guess_is_noted(self, take):
        extracted = take("a.txt", "Ils étaient très fâchés, « dit-elle ».".encode("cp1252"))
        assert extracted.text == "Ils étaient très fâchés, « dit-elle »."
        assert extracted.notes == ("The encoding was not stated; cp1252 was guessed.",)

    @pytest.mark.parametrize(
        ("encoding", "words"),
        [
            ("cp1252", "Die Männer gingen über die Brücke und hörten „Schluß“, größer als je."),
            ("cp1250", "Dělníci přišli ráno a čekali, až se brány továrny otevřou. Příliš žluťoučký kůň."),
            ("cp1250", "Robotnicy wyszli na ulicę; żądali ośmiu godzin pracy i łódzkiej płacy."),
            ("cp1254", "İşçiler sabah erkenden yürüdü ve öğleye doğru durdular; ışık söndü."),
        ],
    )
    def test_a_code_page_is_known_by_the_alphabet_that_it_gives(self, take, encoding, words):
        assert take("a.txt", words.encode(encoding)).text == words

    def test_cyrillic_is_guessed_too(self, take):
        words = "Призрак бродит по Европе, призрак коммунизма. Все силы старой Европы объединились. " * 4
        assert take("a.txt", words.encode("cp1251")).text.startswith("Призрак бродит")

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.txt", b"Character set encoding: KOI8-R\n\nWords: \xd0\xd2\xc9"),
            ("a.html", b"<html><meta charset='koi8-r'><body><p>Words: \xd0\xd2\xc9</p></body></html>"),
            ("a.xhtml", b"<?xml version='1.0' encoding='koi8-r'?><html><body><p>Words: \xd0\xd2\xc9</p></body></html>"),
        ],
    )
    def test_a_declared_encoding_is_believed(self, take, name, data):
        extracted = take(name, data)
        assert extracted.text.endswith("Words: при")
        assert extracted.notes == ()

    def test_latin_1_is_read_as_its_superset_as_browsers_do(self):
        assert common.decode(b"\x93caf\xe9\x94", "a", declared="iso-8859-1").text == "“café”"
        assert common.decode(b"caf\xe9\x81", "a", declared="latin1").text == "café\x81"

    def test_line_ends_of_any_system_are_one(self):
        assert common.decode(b"a\r\nb\rc\nd", "a").text == "a\nb\nc\nd"


class TestDatesAndLanguages:
    @pytest.mark.parametrize(
        ("stated", "date"),
        [
            ("1919", "1919"),
            ("1919-09", "1919-09"),
            ("2014-05-13 15:02:26 -0400", "2014-05-13"),
            ("2025-01-22T22:02:19Z", "2025-01-22"),
            ("22 September 1919", "1919-09-22"),
            ("September 22nd, 1919", "1919-09-22"),
            ("Sept. 1919", "1919-09"),
            ("Mon, 22 Sep 1919 10:00:00 GMT", "1919-09-22"),
            ("1919/9/22", "1919-09-22"),
            ("19190922", "1919-09-22"),
            ("03/04/1919", None),
            ("31 February 1919", None),
            ("the year of the strike", None),
            ("", None),
            (None, None),
        ],
    )
    def test_a_date_is_taken_where_it_can_be_read_in_one_way_only(self, stated, date):
        assert common.stated_date(stated) == (PartialDate.parse(date) if date else None)

    @pytest.mark.parametrize(
        ("stated", "code"),
        [("en-US", "en"), ("German", "de"), ("eng", "en"), ("zh_Hant", "zh"), ("und", None), ("", None), ("x y", None)],
    )
    def test_languages_become_short_codes(self, stated, code):
        assert common.language_code(stated) == code


PROSE = """\
The weavers of the district met in the square before noon, and when the
constable read the act aloud they listened in silence until he had ended,
and then they went home by the lower road, where nobody was waiting for
them.
"""


class TestPlainText:
    def test_wrapped_lines_are_joined_and_verse_is_not(self, take):
        verse = "Rise like lions\nafter slumber\nin unvanquishable number."
        extracted = take("a.txt", f"{PROSE}\n{PROSE}\n{verse}\n")
        first, _, last = blocks(extracted)
        assert "when the constable" in first
        assert "\n" not in first
        assert last == verse

    def test_a_hyphen_at_a_lines_end_stays_with_its_break(self, take):
        text = PROSE.replace("in silence until", "in silence un-\ntil")
        assert "un-\ntil" in take("a.txt", f"{PROSE}\n{text}").text

    def test_lines_that_are_whole_paragraphs_stay_apart(self, take):
        long = "A paragraph without a break that goes on for much longer than any line would. " * 3
        assert len(blocks(take("a.txt", f"{long}\n{long}\n{long}\n"))) == 3

    def test_paragraphs_told_apart_by_indents_only_are_parted(self):
        one = ["    It was noon when", *PROSE.splitlines()[1:3]]
        assert len(paragraphs("\n".join(one * 4))) == 4

    @pytest.mark.parametrize(
        ("line", "heading"),
        [
            ("CHAPTER IV", "## CHAPTER IV"),
            ("Chapter 12. The mill", "## Chapter 12. The mill"),
            ("PART THE FIRST", "# PART THE FIRST"),
            ("BOOK II", "# BOOK II"),
            ("IV.", "### IV."),
            ("Preface", "## Preface"),
            ("THE STRIKE AT THE MILL", "## THE STRIKE AT THE MILL"),
            ("IV. THE MEN RETURN", "## IV. THE MEN RETURN"),
            ("The mill\n========", "# The mill"),
            ("The mill\n--------", "## The mill"),
            ("Part of the way he walked with us.", None),
            ("He said no.", None),
            ("WE WILL NOT GO BACK,", None),
            ("section by section they came out", None),
        ],
    )
    def test_headings_are_taken_where_they_are_plain(self, line, heading):
        found = [
            f"{'#' * piece.level} {piece.text}"
            for piece in paragraphs(f"{PROSE}\n{line}\n\n{PROSE}")
            if piece.kind == "heading"
        ]
        assert found == ([heading] if heading else [])

    def test_a_text_all_in_capitals_has_no_headings_for_that(self):
        assert all(piece.kind == "paragraph" for piece in paragraphs("\n\n".join(["STOP THE LOOMS NOW"] * 9)))

    def test_a_table_of_contents_is_not_a_run_of_headings(self):
        text = "\n\n".join(["CONTENTS", "CHAPTER I", "CHAPTER II", "CHAPTER III", "CHAPTER I", PROSE])
        kinds = [piece.kind for piece in paragraphs(text)]
        assert kinds == ["heading", "paragraph", "paragraph", "paragraph", "heading", "paragraph"]

    @pytest.mark.parametrize(
        ("first", "title"),
        [("The Burston Strike", "The Burston Strike"), ("They struck.", None), ("[An edition]", None), ("1.", None)],
    )
    def test_a_short_first_line_is_the_title_and_nothing_else_is_guessed(self, take, first, title):
        metadata = take("a.txt", f"{first}\n\nBy Ada Holloway, 21 September 1889\n\n{PROSE}").metadata
        assert (metadata.title, metadata.date, metadata.creators) == (title, None, ())
        assert metadata.provenance.get("title") == ("text:first-line" if title else None)

    def test_rules_and_directives_are_no_text(self, take):
        extracted = take("a.rst", "The mill\n========\n\n.. vspace:: 2\n   :class: x\n\n* * *\n\nWords.\n\n-----\n")
        assert blocks(extracted) == ["# The mill", "Words."]

    @given(st.lists(st.text("abcdefgh IVX.\n", max_size=120), max_size=6).map("\n\n".join))
    def test_no_word_is_ever_lost(self, text):
        kept = "".join("".join(piece.text.split()) for piece in paragraphs(text))
        lost = set("".join(text.split())) - set(kept)
        assert lost <= {"."}
        assert kept.replace(".", "") == "".join(text.split()).replace(".", "")


HEADER = """\
The Project Gutenberg EBook of The Mill, by Ada Holloway and Ben Reed

This eBook is for the use of anyone anywhere under the Project Gutenberg License.

Title: The Mill
  A Chronicle

Author: Ada Holloway
        Ben Reed

Release Date: January 25, 2005 [EBook #99999]

Language: English
"""
LICENCE = """

End of the Project Gutenberg EBook of The Mill

*** END OF THIS PROJECT GUTENBERG EBOOK THE MILL ***

START: FULL LICENSE
"""


class TestGutenberg:
    @pytest.mark.parametrize(
        "start",
        [
            "*** START OF THIS PROJECT GUTENBERG EBOOK THE MILL ***",
            "***START OF THE PROJECT GUTENBERG EBOOK THE\nMILL***",
            "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
        ],
    )
    def test_a_text_file_loses_its_wrapping_and_credits_but_nothing_of_the_book(self, take, start):
        credits_ = (
            "Produced by Two Volunteers\n\nTranscriber's Note: spelling was retained.\n\n"
            "Obvious typographical errors were corrected."
        )
        extracted = take(
            "1.txt", f"{HEADER}\n{start}\n\n{credits_}\n\n* * *\n\nTHE MILL\n\n{PROSE}\n\nTHE END{LICENCE}"
        )
        assert blocks(extracted)[0] == "## THE MILL"
        assert blocks(extracted)[-1] == "## THE END"
        assert len(extracted.blocks) == 3

    def test_its_header_is_metadata_and_its_release_is_not_the_date(self, take):
        start = "*** START OF THIS PROJECT GUTENBERG EBOOK THE MILL ***"
        metadata = take("1.txt", f"{HEADER}\n{start}\n\n{PROSE}{LICENCE}").metadata
        assert (metadata.title, metadata.creators) == ("The Mill A Chronicle", ("Ada Holloway", "Ben Reed"))
        assert (metadata.language, metadata.date) == ("en", None)
        assert dict(metadata.extra) == {"gutenberg_number": "99999", "gutenberg_release": "2005-01-25"}
        assert metadata.provenance["title"] == "gutenberg:header"

    def test_an_old_header_without_fields_still_names_the_book(self, take):
        head = "**The Project Gutenberg Etext of The Mill by Ada Holloway**\n\nMay, 1998 [Etext #1325]\n"
        metadata = take("1.txt", f"{head}\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN*END*\n\n{PROSE}").metadata
        assert (metadata.title, metadata.creators) == ("The Mill", ("Ada Holloway",))

    @pytest.mark.parametrize(
        ("author", "creators"),
        [
            ("Karl Marx and Friedrich Engels", ("Karl Marx", "Friedrich Engels")),
            ("Department of Health and Welfare", ("Department of Health and Welfare",)),
            ("Various", ()),
        ],
    )
    def test_several_authors_are_parted_only_when_they_are_people(self, take, author, creators):
        text = f"Author: {author}\n\n*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\n{PROSE}"
        assert take("1.txt", text).metadata.creators == creators

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (
                f"<pre>{HEADER}\n*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\nProduced by A\n</pre>",
                "<pre>{}</pre>",
            ),
            (
                "<p>Title: The Mill</p><div>*** START OF THE PROJECT GUTENBERG EBOOK X ***</div>"
                "<div class='transnote'>Transcriber's words</div>",
                "<p>*** END OF THE PROJECT GUTENBERG EBOOK X ***</p><p>FULL LICENSE</p>",
            ),
        ],
    )
    def test_an_html_book_loses_its_wrapping_too(self, take, before, after):
        page = (
            f"<html lang=en><head><title>x</title></head><body>{before}<h1>The<br>Mill</h1><nav>kept out</nav>"
            f"<p>First <span class='pagenum'>[Pg 12]</span>words.</p><p>{PROSE}</p><p>Last words.</p>"
            "<p>Transcriber's Notes</p><p>Page 12: cta changed to cat</p>"
            f"{after.format(LICENCE)}</body></html>"
        )
        extracted = take("1.htm", page)
        assert [b for b in blocks(extracted) if "kept" not in b] == [
            "# The Mill", "First words.", " ".join(PROSE.split()), "Last words.",
        ]  # fmt: skip
        assert pages(extracted)[0][0] == "12"


class TestMarkdown:
    def test_front_matter_is_metadata_and_links_are_their_words(self, take):
        extracted = take(
            "a.md",
            "---\ntitle: 'Tom &amp; Ann'\nauthors: [Ada, {name: Ben}]\ndate: 2014-05-13 15:02:26 -0400\nlang: en-GB\n"
            "license: CC0\nsource_url: https://example.org/a\ntopics:\n  - strikes\n  - mills\nnested: {a: 1}\n---\n\n"
            '# Hear\n\nSee [the *mill*](https://example.org "t") and ![a picture](x.png)here\n'
            "and on,\\\nwith `code`.\n\n"
            "1) one\n2) two\n\n- three\n\n> quoted\n\n```\nx = {{ kept }}\n```\n\n|a|b|\n|-|-|\n|c|d|\n",
        )
        assert blocks(extracted) == [
            "# Hear", "See the mill and here and on,\nwith code.", "1) one", "2) two", "three", "quoted",
            "x = {{ kept }}", "a\tb", "c\td",
        ]  # fmt: skip
        known = extracted.metadata
        assert (known.title, known.creators, str(known.date)) == ("Tom & Ann", ("Ada", "Ben"), "2014-05-13")
        assert (known.language, known.rights, known.address) == ("en", "CC0", "https://example.org/a")
        assert dict(known.extra) == {"topics": "strikes; mills"}
        assert known.provenance["creators"] == "front-matter:authors"

    def test_toml_front_matter_is_read_too(self, take):
        known = take("a.md", '+++\ntitle = "Mill"\ndate = 1919-09-22\n+++\nWords.').metadata
        assert (known.title, str(known.date)) == ("Mill", "1919-09-22")

    def test_hugos_json_front_matter_is_read_too(self, take):
        extracted = take(
            "a.md", '{\n "title": "Mill", "date": "1919-09-22T10:00:00Z", "weight": 1.50,\n "draft": true}\nWords.'
        )
        known = extracted.metadata
        assert (known.title, str(known.date), known.extra["weight"]) == ("Mill", "1919-09-22", "1.50")
        assert extracted.text == "Words."

    @pytest.mark.parametrize("prose", ["{a} is a set.", '{"a": 1} stands in a line.', "{}"])
    def test_braces_in_prose_are_no_front_matter(self, take, prose):
        assert take("a.md", prose).text == prose

    def test_the_name_of_a_post_gives_what_its_front_matter_does_not(self, take):
        known = take("1919-09-22-the-great-strike.md", "---\nlastmod: 1920-01-02\n---\nWords.").metadata
        assert (str(known.date), str(known.edition_date), known.title) == (
            "1919-09-22",
            "1920-01-02",
            "The great strike",
        )
        assert known.provenance["date"] == "file-name:date"

    def test_a_draft_is_called_one(self, take):
        assert take("a.md", "---\ndraft: true\n---\nWords.").notes == ("Its front matter calls it a draft.",)

    @pytest.mark.parametrize("front", ["a: [", "a: &x [1]\nb: *x", "a: !!python/object:x {}"])
    def test_front_matter_that_cannot_be_read_costs_only_itself(self, take, front):
        extracted = take("a.md", f"---\n{front}\n---\n\nWords.")
        assert extracted.text == "Words."

    @pytest.mark.parametrize("prose", ["- a list", "Some prose", "see: this\n\nand that"])
    def test_prose_between_two_rules_is_no_front_matter(self, take, prose):
        assert "Words." in take("a.md", f"---\n{prose}\n---\n\nWords.").text

    def test_blank_lines_may_stand_before_front_matter(self, take):
        assert take("a.md", "\n\n---\ntitle: Mill\n---\nWords.").metadata.title == "Mill"

    def test_what_cannot_be_understood_is_kept_as_it_was_said(self, take):
        known = take("a.md", "---\ndate: 03/04/1919\npermalink: /a\n---\nWords.").metadata
        assert (known.date, known.address) == (None, None)
        assert dict(known.extra) == {"date": "03/04/1919", "permalink": "/a"}

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ('{{< img src="a.jpg" >}}Words.', "Words."),
            ('See [the app]({{< ref "b.md" >}} "The app") now.', "See the app now."),
            ("{% image x %}Words{% include y %}.", "Words."),
            ("{% comment %}hidden{% endcomment %}Words.<!-- no -->", "Words."),
            ("Write `{{ x }}` so.", "Write {{ x }} so."),
            ("Words.\n{: .class}", "Words."),
        ],
    )
    def test_shortcodes_are_no_words(self, take, source, text):
        assert take("a.md", source).text == text

    def test_footnotes_stand_at_the_end(self, take):
        extracted = take(
            "a.md", "Claim.[^1]\n\n[^1]: Source,\n    page 2.\n\n    More.\n\nAfter.\n\n```\n[^2]: code\n```\n"
        )
        assert blocks(extracted) == ["Claim.[1]", "After.", "[^2]: code", "[1] Source, page 2.", "More."]

    def test_raw_html_gives_its_words(self, take):
        extracted = take("a.md", "<div><p>One</p><script>no()</script>two &amp; three</div>\n\na<br>b <b>c</b>")
        assert blocks(extracted) == ["One", "two & three", "a\nb c"]

    @pytest.mark.parametrize(
        ("text", "title"),
        [("# The mill\n\nWords.", "The mill"), ("# One\n\nWords.\n\n# Two", None), ("Words.\n\nMore.", None)],
    )
    def test_a_lone_first_heading_is_the_title(self, take, text, title):
        assert take("a.md", text).metadata.title == title


ARTICLE = "<p>" + "The men came out on Monday, and by Tuesday the whole river was idle. " * 6 + "</p>"


class TestHtml:
    def test_navigation_is_left_out_and_structure_kept(self, take):
        page = (
            "<html lang='de-AT'><head><title>Der Streik | Die Presse</title></head><body><nav><a href=/>Start</a></nav>"
            f"<article><h1>Der Streik</h1>{ARTICLE}<h2>Danach</h2>{ARTICLE}<ul><li>Erstens</li><li>Zweitens</li></ul>"
            f"<blockquote>Genug.</blockquote>{ARTICLE}</article><aside>Werbung</aside><footer>Impressum</footer></body></html>"
        )
        extracted = take("a.html", page)
        assert "## Danach" in blocks(extracted)
        assert not {"Start", "Werbung", "Impressum"} & set(extracted.text.split())
        assert {"Erstens", "Zweitens", "Genug."} <= set(blocks(extracted))
        assert (extracted.metadata.title, extracted.metadata.language) == ("Der Streik", "de")

    @pytest.mark.parametrize(
        ("head", "field", "value", "provenance"),
        [
            ("<meta property='article:published_time' content='2021-03-04T10:00Z'>", "date", "2021-03-04",
             "html:meta:article:published_time"),
            ("<meta name='DC.date' content='1919'>", "date", "1919", "html:meta:dc.date"),
            ("<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"NewsArticle\", \"datePublished\": "
             "\"2020-01-02\"}]}</script><meta name=date content=1919>", "date", "2020-01-02",
             "html:json-ld:datePublished"),
            ("<meta property='og:title' content='The mill'><title>x</title>", "title", "The mill",
             "html:meta:og:title"),
            ("<title> The  mill </title>", "title", "The mill", "html:title"),
            ("<meta name=author content='Ada H.; Ben R.'>", "creators", ("Ada H.", "Ben R."), "html:meta:author"),
            ("<script type='application/ld+json'>[{\"@type\": \"Article\", \"author\": [{\"name\": \"Ada\"}, \"Ben\"]}]"
             "</script>", "creators", ("Ada", "Ben"), "html:json-ld:author"),
            ("<link rel=canonical href='https://example.org/a'>", "address", "https://example.org/a",
             "html:link:canonical"),
            ("<link rel=license href='https://cc.example/0'>", "rights", "https://cc.example/0", "html:link:license"),
            ("<meta property='og:site_name' content='The Press'>", "publisher", "The Press",
             "html:meta:og:site_name"),
            ("<meta property='og:locale' content='fr_FR'>", "language", "fr", "html:meta:og:locale"),
        ],
    )  # fmt: skip
    def test_what_the_page_states_is_taken_and_its_place_named(self, take, head, field, value, provenance):
        known = take("a.html", f"<html><head>{head}</head><body>{ARTICLE}</body></html>").metadata
        found = getattr(known, field)
        assert (str(found) if field == "date" else found) == value
        assert known.provenance[field] == provenance

    @pytest.mark.parametrize(
        ("body", "field", "value"),
        [
            ("<article><header><time datetime=1889-09-21>then</time></header>X</article>", "date", "1889-09-21"),
            ("<time pubdate>1889-09-21</time>", "date", "1889-09-21"),
            ("<span itemprop=datePublished content=1889-09>x</span>", "date", "1889-09"),
            ("<a rel=author href=/ada>Ada Holloway</a>", "creators", ("Ada Holloway",)),
            ("<p class=byline>By Ada Holloway, 21 September 1889</p>", "creators", ("Ada Holloway",)),
            ("<p class=byline>Our own correspondent in the north</p>", "creators", ()),
            ("<time datetime=1889-09-21>somewhere</time>", "date", None),
            ("<article><header><time class=updated datetime=1889-09-21></time></header></article>", "date", None),
            ("<meta property='article:modified_time' content='2020-01-01'>", "date", None),
            ("<script type='application/ld+json'>{\"@type\": \"Article\", \"dateModified\": \"2020-01-01\"}</script>",
             "date", None),
            ("<script type='application/ld+json'>{broken</script>", "date", None),
            ("<script type='application/ld+json'>[7, {\"@type\": \"Person\", \"name\": \"Ada\"}]</script>", "title",
             None),
        ],
    )  # fmt: skip
    def test_what_is_not_clearly_so_is_not_taken(self, take, body, field, value):
        found = getattr(take("a.html", f"<html><body>{body}{ARTICLE}</body></html>").metadata, field)
        assert (str(found) if found and field == "date" else found) == value

    def test_a_heading_serves_as_title_where_nothing_else_does(self, take):
        assert take("a.html", f"<html><body><h1>Mill</h1>{ARTICLE}</body></html>").metadata.title == "Mill"

    def test_a_page_without_furniture_is_kept_whole(self, take):
        rows = "".join(f"<tr><td>{n}<td>word</tr>" for n in range(40))
        extracted = take("a.html", f"<html><body><p>Short.</p><table>{rows}</table></body></html>")
        assert "39\tword" in blocks(extracted)

    def test_a_menu_that_is_only_called_one_is_left_out(self, take):
        page = f"<html><body><div class='top-menu'><a href=/>Start</a></div><div>{ARTICLE}{ARTICLE}</div></body></html>"
        assert "Start" not in take("a.html", page).text

    def test_a_very_large_page_is_kept_whole(self, take, monkeypatch):
        monkeypatch.setattr("lyceum.archive.extractors.html._LARGEST_PAGE", 10)
        page = f"<html><body><nav>Start</nav>{ARTICLE}<div class=menu>menu</div></body></html>"
        assert take("a.html", page).text.endswith("menu")

    def test_scripts_hidden_words_and_comments_are_no_text(self, take):
        page = (
            f"<html><body><!-- no --><script>no()</script><style>no</style><noscript>no</noscript>{ARTICLE}"
            "<p hidden>no</p><p style='display: none'>no</p><template>no</template></body></html>"
        )
        assert "no" not in take("a.html", page).text.split()

    def test_a_page_nested_beyond_reason_is_refused_at_once(self, refused):
        assert refused("a.html", "<html><body>" + "<div>" * 50_000 + "text" + "</div>" * 50_000) == "damaged_file"

    def test_a_page_without_elements_is_refused(self, refused):
        assert refused("a.html", "<!-- nothing -->") in ("damaged_file", "no_text")


def walked(body: str) -> list[markup.Piece]:
    return markup.pieces_of(markup.parse_html(f"<html><body>{body}</body></html>", "a"))


class TestMarkup:
    @pytest.mark.parametrize(
        ("body", "texts"),
        [
            ("lead<p>one</p>tail", ["lead", "one", "tail"]),
            ("<p>a <b>bold</b>  word</p>", ["a bold word"]),
            ("<p>one<br> two</p>", ["one\ntwo"]),
            ("one<br><br>two", ["one", "two"]),
            ("<p>soft\u00adhyphen and\u00a0space</p>", ["soft\u00adhyphen and\u00a0space"]),
            ("<pre>a  b\nc\n\nd</pre>", ["a  b\nc", "d"]),
            ("<p><img alt=T>he mill <img alt='a picture'></p>", ["The mill"]),
            ("<ruby>漢<rp>(</rp><rt>kan</rt></ruby>字", ["漢字"]),
            (
                "<p>fact<a role=doc-noteref>1</a>.</p><p>1 note <a role=doc-backlink>back</a></p>",
                ["fact[1].", "1 note"],
            ),
            ("<p>fact<a role=doc-noteref>[1]</a></p>", ["fact[1]"]),
            ("<table><tr><th>a</th><td> b</td></tr><tr><td></td><td>c</td></tr></table>", ["a\tb", "c"]),
            ("<p><a id='x'></a></p>", []),
        ],
    )
    def test_text_comes_out_as_a_reader_sees_it(self, body, texts):
        assert [piece.text for piece in walked(body)] == texts

    @pytest.mark.parametrize(
        ("element", "label"),
        [
            ("<span class=pagenum>[Pg 12]</span>", "12"),
            ("<span class=pageno>{xiv}</span>", "xiv"),
            ("<span class=pagenum><a id=Page_7></a></span>", "7"),
            ("<span role=doc-pagebreak title=9></span>", "9"),
            ("<span role=doc-pagebreak aria-label='p. 10'></span>", "10"),
            ("<span role=doc-pagebreak title='Plate A'></span>", "Plate A"),
            ("<span role=doc-pagebreak id=page11></span>", "11"),
        ],
    )
    def test_a_page_begins_inside_a_paragraph_without_breaking_it(self, element, label):
        (piece,) = walked(f"<p>on the {element} mill</p>")
        assert (piece.text, piece.marks) == ("on the mill", ((7, label),))

    def test_a_page_mark_before_a_paragraph_belongs_to_it(self):
        (piece,) = walked("<div><span class=pagenum>3</span></div><p>Words.</p>")
        assert piece.marks == ((0, "3"),)

    def test_a_class_for_pages_does_not_swallow_words(self):
        assert [piece.text for piece in walked("<p class=pagenum>See the mill</p>")] == ["See the mill"]


CONTAINER = '<container xmlns="urn:oasis:names:tc"><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
OPF = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="c1" href="text/one%20.xhtml" media-type="application/xhtml+xml"/>
<item id="c2" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="a.css" media-type="text/css"/></manifest>
<spine><itemref idref="nav"/><itemref idref="c2"/><itemref idref="c1"/><itemref idref="css"/>
<itemref idref="gone"/></spine></package>"""
XHTML = '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{}</body></html>'
METADATA = "<dc:title>The Mill</dc:title><dc:creator>Ada Holloway</dc:creator><dc:language>en-GB</dc:language>"


def epub(*, metadata: str = METADATA, above: str = "", **extra: str | bytes | None) -> bytes:
    members: dict[str, str | bytes | None] = {
        "META-INF/container.xml": CONTAINER.format("ops/book.opf"),
        "ops/book.opf": OPF.format(metadata=metadata),
        "ops/nav.xhtml": XHTML.format("<nav epub:type='toc'>contents</nav>"),
        "ops/text/one .xhtml": XHTML.format("<h2>One</h2><p>Caf&eacute;&nbsp;words.</p>"),
        "ops/text/two.xhtml": XHTML.format("<h2>Two</h2><p>Begin <span epub:type='pagebreak' title='5'/>here.</p>"),
    }
    members |= {key.replace("__", "/").replace("_xml", ".xml"): value for key, value in extra.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            if data is not None:
                package.writestr(above + name, data)
    return buffer.getvalue()


class TestEpub:
    @pytest.mark.parametrize("above", ["", "book-main/src/"])
    def test_chapters_come_in_reading_order_with_pages(self, take, above):
        extracted = take("a.epub", epub(above=above))
        assert blocks(extracted) == ["## Two", "Begin here.", "## One", "Café\u00a0words."]
        assert pages(extracted) == [("5", "here.\n\nOne\n\nCafé\u00a0words.")]

    def test_the_package_states_the_metadata(self, take):
        stated = (
            '<dc:title id="s">A Chronicle</dc:title><dc:title id="t">The Mill</dc:title>'
            '<meta refines="#t" property="title-type">main</meta>'
            '<dc:creator id="a">Ada</dc:creator><meta refines="#a" property="role">aut</meta>'
            '<dc:creator opf:role="ill">Ben</dc:creator><dc:date opf:event="modification">2001</dc:date>'
            '<dc:date>1889-09</dc:date><meta property="dcterms:modified">2020-01-01</meta>'
            "<dc:publisher>A Press</dc:publisher><dc:rights>CC0</dc:rights><dc:language>de</dc:language>"
            "<dc:identifier>https://example.org/mill</dc:identifier><dc:source>a scan</dc:source>"
        )
        known = take("a.epub", epub(metadata=stated)).metadata
        assert (known.title, known.creators, str(known.date)) == ("The Mill", ("Ada",), "1889-09")
        assert (known.publisher, known.rights, known.language) == ("A Press", "CC0", "de")
        assert known.address == "https://example.org/mill"
        assert known.provenance["date"] == "epub:dc:date"
        assert known.extra["source"] == "a scan"

    @pytest.mark.parametrize("publisher", ["Standard Ebooks", "Project Gutenberg"])
    def test_an_ebook_makers_date_is_the_ebooks_release(self, take, publisher):
        stated = f"{METADATA}<dc:publisher>{publisher}</dc:publisher><dc:date>2025-01-22</dc:date>"
        known = take("a.epub", epub(metadata=stated)).metadata
        assert (known.date, known.extra["ebook_release"]) == (None, "2025-01-22")

    def test_what_is_not_the_book_is_passed_over(self, take):
        body = "<section epub:type='imprint'>no</section><section epub:type='chapter'><p>Yes.</p></section>"
        extracted = take("a.epub", epub(**{"ops/text/two.xhtml": XHTML.format(body)}))
        assert blocks(extracted)[0] == "Yes."

    def test_a_list_of_pages_labels_its_targets(self, take):
        links = "<li><a href='text/one%20.xhtml#p'>xii</a></li><li><a href='x'>0</a></li>"
        nav = f"<nav epub:type='page-list'><ol>{links}</ol></nav>"
        one = XHTML.format("<p>Words <a id='p'/>here.</p>")
        extracted = take("a.epub", epub(**{"ops/nav.xhtml": XHTML.format(nav), "ops/text/one .xhtml": one}))
        assert pages(extracted)[-1] == ("xii", "here.")

    def test_a_missing_or_broken_chapter_does_not_lose_the_rest(self, take):
        broken = "<html><body><p>Words &unknown; & <b>unclosed</p></body></html>"
        extracted = take("a.epub", epub(**{"ops/text/two.xhtml": None, "ops/text/one .xhtml": broken}))
        assert "Words" in extracted.text
        assert extracted.notes == ("The chapter “ops/text/two.xhtml” is missing.",)

    def test_entities_are_never_expanded(self, take):
        bomb = (
            '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
            "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Safe &b; &f;</p></body></html>"
        )
        text = take("a.epub", epub(**{"ops/text/two.xhtml": bomb})).text
        assert "Safe" in text
        assert "aaaaaaaaaa" not in text
        assert "root:" not in text

    def test_encrypted_content_is_refused_and_obfuscated_fonts_are_not(self, take, refused):
        template = "<encryption><EncryptedData><EncryptionMethod Algorithm='{}'/></EncryptedData></encryption>"
        fonts = template.format("http://www.idpf.org/2008/embedding")
        locked = template.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
        assert take("a.epub", epub(**{"META-INF/encryption.xml": fonts})).text
        assert refused("a.epub", epub(**{"META-INF/encryption.xml": locked})) == "encrypted_file"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"ops/text/two.xhtml": b"<p>" + bytes(40_000_000)}, "archive_bomb"),
            ({"META-INF/container.xml": None, "ops/book.opf": None}, "damaged_file"),
            ({"ops/book.opf": "<package/>"}, "damaged_file"),
            ({"ops/book.opf": "<package"}, "damaged_file"),
        ],
    )
    def test_what_cannot_be_a_book_is_refused(self, refused, changes, code):
        assert refused("a.epub", epub(**changes)) == code

    def test_a_lone_package_document_is_enough(self, take):
        assert take("a.epub", epub(**{"META-INF/container.xml": None})).metadata.title == "The Mill"

    def test_a_package_of_too_many_or_too_large_parts_is_refused(self, refused, monkeypatch):
        monkeypatch.setattr(common, "_PACKAGE_MEMBERS", 2)
        assert refused("a.epub", epub()) == "archive_bomb"

    def test_damage_is_said(self, refused):
        data = epub()
        assert refused("a.epub", data[:-40]) == "damaged_file"
        torn = bytearray(data)
        torn[data.index(b"ops/text/two.xhtml") + 25] ^= 0xFF
        assert refused("a.epub", bytes(torn)) == "damaged_file"


def word(build: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


class TestDocx:
    def test_headings_lists_and_tables_are_kept_in_order(self, take):
        def build(document):
            document.add_heading("The Mill", 0)
            document.add_heading("Before", 2)
            document.add_paragraph("Words\twith a tab\nand a break.")
            document.add_paragraph("an item", style="List Bullet")
            table = document.add_table(2, 2)
            table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 1).text = "a", "b", "d"
            document.add_paragraph("After.")

        assert blocks(take("a.docx", word(build))) == [
            "# The Mill", "## Before", "Words\twith a tab\nand a break.", "an item", "a\tb", "d", "After.",
        ]  # fmt: skip

    def test_its_properties_are_metadata_and_its_making_is_not_its_date(self, take):
        def build(document):
            document.add_paragraph("Words.")
            document.core_properties.title = "The Mill"
            document.core_properties.author = "Ada Holloway; Ben Reed"
            document.core_properties.language = "en-GB"

        known = take("a.docx", word(build)).metadata
        assert (known.title, known.creators, known.language) == ("The Mill", ("Ada Holloway", "Ben Reed"), "en")
        assert known.date is None
        assert "docx_created" in known.extra

    def test_what_a_program_filled_in_is_ignored(self, take):
        known = take("a.docx", word(lambda document: document.add_paragraph("Words."))).metadata
        assert (known.title, known.creators) == (None, ())

    def test_changes_read_as_accepted_and_footnotes_stand_at_the_end(self, take):
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        body = (
            f"<w:p {space}><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t xml:space='preserve'> new</w:t><w:noBreakHyphen/><w:t>er</w:t></w:r></w:ins>"
            "<w:r><w:footnoteReference w:id='2'/><w:softHyphen/><w:cr/><w:br w:type='page'/></w:r></w:p>"
        )
        notes = (
            f"<w:footnotes {space}><w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
            "<w:footnote w:id='2'><w:p><w:r><w:t>A source.</w:t></w:r></w:p></w:footnote></w:footnotes>"
        )

        def build(document):
            element = docx.oxml.parse_xml(body)
            document.element.body.insert(0, element)
            wrapper = docx.oxml.parse_xml(
                f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
            )
            document.element.body.insert(1, wrapper)
            kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
            part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
            document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
            broken = Part(PackURI("/word/endnotes.xml"), kind, b"<broken", document.part.package)
            document.part.relate_to(broken, RELATIONSHIP_TYPE.ENDNOTES)

        assert blocks(take("a.docx", word(build))) == ["Kept new\u2011er[2]\u00ad", "In a control.", "[2] A source."]

    @pytest.mark.parametrize("data", [b"PK\x03\x04 no more", epub()])
    def test_what_is_no_word_document_is_damaged(self, refused, data):
        assert refused("a.docx", data) == "damaged_file"


class Pages:
    """A PDF built line by line, in points from the top left."""

    def __init__(self) -> None:
        self.pdf = FPDF(unit="pt", format=(400, 600))

    def page(self, *lines: tuple[float, float, str], size: int = 11) -> Pages:
        self.pdf.add_page()
        for left, top, text in lines:
            self.pdf.set_font("Times", size=18 if text.startswith("!") else size)
            self.pdf.text(left, top, text.removeprefix("!"))
        return self

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())


class TestPdf:
    def test_lines_become_paragraphs_by_gap_and_indent(self, take):
        data = (
            Pages()
            .page(
                (50, 100, "!The strike"),
                (50, 140, "The weavers of the district met in the square, and"),
                (50, 154, "when the act was read they listened until the dis-"),
                (50, 168, "trict was silent."),
                (50, 200, "A gap begins another, and it goes on to the next"),
                (50, 214, "line until its end, which is here and is long now."),
                (62, 228, "So does an indent, which printers have always used"),
                (50, 242, "to save paper."),
            )
            .bytes()
        )
        extracted = take("a.pdf", data)
        assert blocks(extracted) == [
            "# The strike",
            "The weavers of the district met in the square, and when the act was read they listened until the "
            "district was silent.",
            "A gap begins another, and it goes on to the next line until its end, which is here and is long now.",
            "So does an indent, which printers have always used to save paper.",
        ]

    def test_a_paragraph_goes_on_over_the_page_and_running_heads_are_left_out(self, take):
        pages_ = Pages()
        for number in (1, 2, 3, 4):
            pages_.page(
                (150, 30, f"THE MILL {number}"),
                (50, 140, "and they walked on together through the night until"),
                (50, 154, "the lamps of the town were seen below them, where"),
                (195, 580, str(number)),
            )
        extracted = take("a.pdf", pages_.bytes())
        assert len(extracted.blocks) == 1
        assert "MILL" not in extracted.text
        assert [page.label for page in extracted.pages] == ["1", "2", "3", "4"]
        assert all(text.startswith("and they walked") for _, text in pages(extracted))
        assert extracted.notes == ("Running headers, footers and page numbers were left out of the text.",)

    def test_pages_bear_their_printed_labels(self, take):
        pages_ = Pages().page((50, 100, "A preface.")).page((50, 100, "The text."))
        data = pages_.bytes().replace(
            b"/Type /Catalog", b"/Type /Catalog /PageLabels << /Nums [0 << /S /r >> 1 << /S /D /St 7 >>] >>"
        )
        assert pages(take("a.pdf", data)) == [("i", "A preface."), ("7", "The text.")]

    def test_empty_pages_are_refused_and_a_page_without_text_is_named(self, take, refused):
        assert refused("a.pdf", Pages().page().bytes()) == "no_text"
        extracted = take("a.pdf", Pages().page().page((50, 100, "Words.")).bytes())
        assert extracted.notes == ("Pages without text: 1.",)
        assert pages(extracted) == [("1", ""), ("2", "Words.")]

    def test_many_pages_without_text_are_counted(self, take):
        pages_ = Pages().page((50, 100, "Words."))
        for _ in range(35):
            pages_.page()
        assert take("a.pdf", pages_.bytes()).notes[0].endswith("and 5 more.")

    def test_its_dictionary_is_metadata_and_its_making_is_not_its_date(self, take):
        pages_ = Pages().page((50, 100, "Words."))
        pages_.pdf.set_title("The Mill")
        pages_.pdf.set_author("Ada Holloway")
        known = take("a.pdf", pages_.bytes()).metadata
        assert (known.title, known.creators, known.date) == ("The Mill", ("Ada Holloway",), None)
        assert "pdf_created" in known.extra

    @pytest.mark.parametrize("junk", ["Microsoft Word - strike.doc", "untitled", "book.indd", "1234"])
    def test_a_title_that_a_program_made_up_is_ignored(self, take, junk):
        pages_ = Pages().page((50, 100, "Words."))
        pages_.pdf.set_title(junk)
        assert take("a.pdf", pages_.bytes()).metadata.title is None

    def test_a_date_that_xmp_calls_publication_is_the_date(self, take):
        data = Pages().page((50, 100, "Words.")).bytes()
        packet = b"\n%<x:xmpmeta><prism:publicationDate>1919-09-22</prism:publicationDate></x:xmpmeta>\n"
        known = take("a.pdf", data + packet).metadata
        assert (str(known.date), known.provenance["date"]) == ("1919-09-22", "pdf:xmp:prism:publicationDate")

    def test_a_password_is_said(self, refused):
        pages_ = Pages().page((50, 100, "Words."))
        pages_.pdf.set_encryption("owner", "user")
        assert refused("a.pdf", pages_.bytes()) == "encrypted_file"

    @pytest.mark.parametrize("data", [b"%PDF-1.4 and no more", b"%PDF-1.7\n" + bytes(3000)])
    def test_damage_is_said(self, refused, data):
        assert refused("a.pdf", data) == "damaged_file"

    def test_a_document_of_no_pages_is_damaged(self, refused):
        empty = PdfDocument.new()
        buffer = io.BytesIO()
        empty.save(buffer)
        assert refused("a.pdf", buffer.getvalue()) == "damaged_file"

    def test_two_columns_are_read_one_after_the_other(self, take):
        left = [(40.0, 100 + 14.0 * n, f"left line {n} goes on to") for n in range(6)]
        right = [(220.0, 100 + 14.0 * n, f"right line {n} goes on to") for n in range(6)]
        (only,) = blocks(take("a.pdf", Pages().page(*left, *right).bytes()))
        assert only.index("left line 5") < only.index("right line 0")

    def test_a_very_long_paragraph_is_parted_at_a_sentence(self, take):
        pages_ = Pages()
        for word_ in ("ant", "bee", "cat", "dog", "elk", "fox"):
            texts = [f"this {word_} is as long as the line" + " is wide." * (1 - n % 2) for n in range(40)]
            pages_.page(*[(20.0, 40 + 12.0 * n, text) for n, text in enumerate(texts)])
        assert 1 < len(take("a.pdf", pages_.bytes()).blocks) < 6

    def test_a_page_as_printed_keeps_its_running_lines_and_its_broken_words(self, take):
        pages_ = Pages()
        for number in (1, 2, 3, 4):
            pages_.page(
                (150, 30, "THE MILL"),
                (50, 140, "and they walked on together through the night to dis-"),
                (50, 154, "tant lamps, well-known to all of them, and to well-"),
                (50, 168, "known lamps, where"),
                (195, 580, str(number)),
            )
        extracted = take("a.pdf", pages_.bytes())
        page = extracted.pages[0]
        assert extracted.text[page.start : page.end].strip() == (
            "and they walked on together through the night to distant lamps, "
            "well-known to all of them, and to well-known lamps, where"
        )
        assert page.printed(extracted.text) == (
            "THE MILL\nand they walked on together through the night to dis-\n"
            "tant lamps, well-known to all of them, and to well-known lamps, where\n1"
        )
