"""TEI and JATS: notes apart, pages inside, speakers with their words, journals as articles, headers as metadata."""

from __future__ import annotations

import pytest

from lyceum.archive.extract import detect, extract_here
from lyceum.archive.model import Extracted
from lyceum.archive.parts import Part, split_here

TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="de">{}</TEI>'
HEADER = """<teiHeader><fileDesc>
<titleStmt><title type="main">Die Weber</title><title type="sub">Ein Bericht</title>
<author><persName><surname>Holm</surname><forename>Ida</forename></persName></author></titleStmt>
<publicationStmt><date when="2022-09-26"/><availability><licence target="https://example.org/licence"/></availability>
<idno type="URL">https://example.org/weber.xml</idno></publicationStmt>
<sourceDesc><bibl>Breslau <date when="1844">1844</date></bibl></sourceDesc></fileDesc></teiHeader>"""


@pytest.fixture
def put(tmp_path):
    def act(source: str, name: str):
        path = tmp_path / "blob"
        path.write_text(source, encoding="utf-8")
        return path, name, detect(source.encode()[:4096], name)

    return act


@pytest.fixture
def take(put):
    return lambda source, name="a.xml": extract_here(*put(source, name))


@pytest.fixture
def split(put):
    return lambda source, name="a.xml": list(split_here(*put(source, name), {}))


def lines(extracted: Extracted) -> list[str]:
    return [extracted.text[block.start : block.end] for block in extracted.blocks]


class TestTei:
    def test_notes_stand_apart_and_pages_inside(self, take):
        extracted = take(
            TEI.format(
                HEADER + '<text><body><div><head>Erstes</head><p>Sie <pb n="12"/>kamen<note n="1"><p>Aus dem '
                "Tal.</p></note> zur <choice><sic>Müle</sic><corr>Mühle</corr></choice>.</p></div></body></text>"
            )
        )
        assert lines(extracted) == ["Erstes", "Sie kamen[1] zur Mühle.", "[1] Aus dem Tal."]
        (page,) = extracted.pages
        assert (page.label, extracted.text[page.start :][:5]) == ("12", "kamen")

    def test_a_speech_begins_with_its_speaker(self, take):
        extracted = take(
            TEI.format(
                "<text><body><div><stage>Morgen.</stage><sp><speaker>Anna.</speaker><p>Komm <stage>leise</stage> "
                "herein!</p><p>Gleich.</p></sp><sp><speaker>Bert</speaker><lg><l>Ein Vers,</l>"
                "<l>noch einer.</l></lg></sp></div></body></text>"
            )
        )
        assert lines(extracted) == [
            "Morgen.", "Anna. Komm (leise) herein!", "Gleich.", "Bert\nEin Vers,\nnoch einer.",
        ]  # fmt: skip
        assert extracted.metadata.kind == "play"

    def test_the_header_tells_the_work_from_its_edition(self, take):
        known = take(TEI.format(HEADER + "<text><body><p>Worte.</p></body></text>")).metadata
        assert (known.title, known.creators, known.language) == ("Die Weber", ("Ida Holm",), "de")
        assert (str(known.date), str(known.edition_date)) == ("1844", "2022-09-26")
        assert known.provenance["date"] == "tei:sourceDesc:date"
        assert (known.rights, known.address) == ("https://example.org/licence", "https://example.org/weber.xml")

    def test_a_word_parted_by_a_break_that_is_none_stays_whole(self, take):
        extracted = take(TEI.format('<text><body><p>Web<lb break="no"/>stuhl und<lb/>Garn</p></body></text>'))
        assert extracted.text == "Webstuhl und Garn"

    def test_a_volume_is_parted_into_its_articles(self, split, take):
        article = (
            '<text xml:id="a{0}"><front><titlePart type="main">Titel {0}.</titlePart><titlePart type="sub">Von '
            '<persName role="author">Max {0}</persName></titlePart></front><body><p>Text {0}.</p></body></text>'
        )
        volume = TEI.format(
            HEADER + '<text><front><p>Inhalt.</p><pb n="7"/></front><group>'
            + article.format(1) + article.format(2) + "</group></text>"
        )  # fmt: skip
        parts = split(volume)
        assert [part.name for part in parts] == ["a1.tei", "a2.tei", "volume.tei"]
        first = take(parts[0].data.decode(), "a1.tei")
        assert lines(first) == ["Titel 1.", "Von Max 1", "Text 1."]
        assert (first.metadata.title, first.metadata.creators, str(first.metadata.date)) == (
            "Titel 1", ("Max 1",), "1844",
        )  # fmt: skip
        assert (first.metadata.kind, first.metadata.extra["in"]) == ("article", "Die Weber")
        assert first.pages[0].label == "7"
        assert take(parts[2].data.decode(), "volume.tei").text == "Inhalt."

    def test_one_text_is_one_document(self, split):
        assert split(TEI.format("<text><body><p>Worte.</p></body></text>")) == [Part("", None)]


JATS = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS.dtd">
<article article-type="research-article" xml:lang="en"><front><journal-meta><journal-title-group>
<journal-title>Annals of Looms</journal-title></journal-title-group><publisher>
<publisher-name>Mill Press</publisher-name></publisher></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1/loom</article-id><title-group>
<article-title>On <italic>looms</italic></article-title></title-group><contrib-group>
<contrib contrib-type="author"><name><surname>Holloway</surname><given-names>Ada</given-names></name></contrib>
<contrib contrib-type="editor"><name>
<surname>Reed</surname><given-names>Ben</given-names></name></contrib></contrib-group>
<pub-date pub-type="collection"><year>1990</year></pub-date><pub-date pub-type="epub"><day>3</day><month>2</month>
<year>1990</year></pub-date><abstract><p>Short.</p></abstract></article-meta></front>
<body><sec><title>Methods</title><p>We wove<xref>1</xref>.</p><sec><title>Yarn</title><p>Blue.</p></sec></sec></body>
</article>"""


class TestJats:
    def test_an_article_reads_from_its_title_on(self, take):
        extracted = take(JATS)
        assert lines(extracted) == ["On looms", "Short.", "Methods", "We wove1.", "Yarn", "Blue."]
        assert [block.level for block in extracted.blocks] == [1, 0, 1, 0, 2, 0]

    def test_its_front_matter_is_metadata(self, take):
        known = take(JATS).metadata
        assert (known.title, known.creators, str(known.date)) == ("On looms", ("Ada Holloway",), "1990-02-03")
        assert known.provenance["date"] == "jats:pub-date:epub"
        assert (known.extra["in"], known.address) == ("Annals of Looms", "https://doi.org/10.1/loom")


@pytest.mark.parametrize("source", ["<TEI><text>", '<article article-type="x"><front>'])
def test_xml_that_is_not_well_formed_is_damaged(take, source):
    with pytest.raises(Exception, match="damaged"):
        take(source)
