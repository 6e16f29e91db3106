"""A feed that is given as a file becomes its entries."""

from __future__ import annotations

import pytest

from lyceum.archive.extract import detect
from lyceum.archive.feeds import announced, begins_feed, feed_documents, is_feed_file
from lyceum.config import Settings
from lyceum.errors import ExtractionFailed
from lyceum.library import Library

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Press</title>
<item><title>The &amp;amp; mill</title><link>https://press.example/1</link><dc:creator>Ada Holloway</dc:creator>
<pubDate>Sun, 22 Sep 2019 10:00:00 GMT</pubDate><description>In short.</description>
<content:encoded><![CDATA[<p>The men came out on Monday.</p><p>By Tuesday the river was idle.</p>]]></content:encoded>
</item>
<item><title>The docks</title><link>https://press.example/2</link>
<description>The cranes stood still.</description></item>
<item><title>Nothing</title><link>https://press.example/3</link></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>The Press</title>
<entry><title>The mill</title><id>urn:1</id><updated>2020-01-02T10:00:00Z</updated>
<published>2019-09-22T10:00:00Z</published>
<author><name>Ada Holloway</name></author>
<content type="html">&lt;p&gt;The men came out on Monday.&lt;/p&gt;</content></entry>
</feed>"""


@pytest.mark.parametrize(
    ("text", "name"),
    [(RSS, "news.xml"), (ATOM, "news.xml"), (ATOM, "news.atom"), (RSS.split("?>\n")[1], "news.rss")],
    ids=["rss", "atom", "atom-by-name", "without-declaration"],
)
def test_a_feed_is_known_by_its_root(text, name):
    assert detect(text.encode()[:4096], name) == "application/x-feed"
    assert begins_feed(text.encode())


def test_a_page_about_feeds_is_none(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html><body><p>An example: <rss version='2.0'></p></body></html>")
    assert not is_feed_file(path)
    assert not is_feed_file(tmp_path / "none.xml")


def test_entries_become_documents_with_what_the_feed_says_of_them(tmp_path, models):
    """The whole text where the feed has it, and a summary that says that it is one; entries without words are left."""
    path = tmp_path / "news.xml"
    path.write_text(RSS, encoding="utf-8")
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        report = library.add([str(path)], vectors=False)
        assert (report.added, report.failed) == (2, [])
        assert library.add([str(path)], vectors=False).unchanged == 2
        mill, docks = library.documents()
        texts = [library.text(one) for one in (mill, docks)]
    assert texts == ["The men came out on Monday.\n\nBy Tuesday the river was idle.", "The cranes stood still."]
    assert (mill.metadata.title, mill.metadata.creators, str(mill.metadata.date)) == (
        "The & mill", ("Ada Holloway",), "2019-09-22"
    )  # fmt: skip
    assert (mill.source, mill.metadata.address) == (f"{path}!/https://press.example/1", "https://press.example/1")
    assert (mill.metadata.extra.get("extent"), docks.metadata.extra["extent"]) == (None, "summary")


def test_an_atom_entry_without_an_address_is_known_by_its_number(tmp_path):
    path = tmp_path / "news.atom"
    path.write_text(ATOM)
    (one,) = feed_documents(path, path.name, path.name)
    assert one.source == "news.atom!/1"
    assert (str(one.hints.date), one.hints.extra["modified"]) == ("2019-09-22", "2020-01-02")
    assert [entry.address for entry in announced(ATOM.encode())] == ["urn:1"]


def test_a_feed_of_addresses_alone_says_how_they_are_read(tmp_path):
    path = tmp_path / "news.rss"
    path.write_text(RSS.replace("description", "x").replace("content:encoded", "y"))
    with pytest.raises(ExtractionFailed) as caught:
        list(feed_documents(path, path.name, path.name))
    assert (caught.value.code, "--follow" in caught.value.hint) == ("no_text", True)
