"""A WordPress export becomes its posts, each with what WordPress knows of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lyceum.archive.extract import detect
from lyceum.archive.wordpress import wordpress_export, wordpress_post
from lyceum.config import Settings
from lyceum.errors import ExtractionFailed
from lyceum.library import Library

HEAD = """<?xml version="1.0" encoding="UTF-8"?><!-- generator="WordPress" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>The Press</title><language>en-GB</language>
<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name>Ada Holloway</wp:author_display_name>
</wp:author>"""
ITEM = """<item><title>{title}</title><link>https://press.example/{n}</link><dc:creator>ada</dc:creator>
<excerpt:encoded>An excerpt.</excerpt:encoded><content:encoded><![CDATA[{content}]]></content:encoded>
<wp:post_id>{n}</wp:post_id><wp:post_date>2019-09-22 10:00:00</wp:post_date><wp:post_modified>2020-01-02 10:00:00
</wp:post_modified><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type><wp:post_password>{locked}
</wp:post_password><category domain="category">Labour</category><category domain="post_tag">docks</category>
<wp:comment><wp:comment_content>I was there.</wp:comment_content></wp:comment></item>"""
WORDS = "The men came out on Monday.\n\nBy Tuesday the river was idle.\n[caption id=1]A picture[/caption]"


def item(n: int = 1, **said: str) -> str:
    values = {"title": "The mill", "content": WORDS, "status": "publish", "kind": "post", "locked": "", **said}
    return ITEM.format(n=n, **values)


def export(*items: str) -> str:
    return f"{HEAD}{''.join(items)}</channel></rss>"


@pytest.fixture
def read(tmp_path: Path):
    def act(text: str):
        path = tmp_path / "export.xml"
        path.write_text(text, encoding="utf-8")
        return list(wordpress_export(path, path.name, path.name))

    return act


COMMENT = """<wp:comment><wp:comment_author>{who}</wp:comment_author><wp:comment_date>{day} 10:00:00</wp:comment_date>
<wp:comment_content><![CDATA[{said}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>
<wp:comment_type>{kind}</wp:comment_type></wp:comment></item>"""


def commented(*comments: tuple[str, str, str, str, str]) -> str:
    """An item with comments below it: who, when, what, whether approved, and of which type."""
    whole = item(1)
    for who, day, said, approved, kind in comments:
        comment = COMMENT.format(who=who, day=day, said=said, approved=approved, kind=kind)
        whole = whole.removesuffix("</item>") + comment
    return whole.replace("<wp:comment><wp:comment_content>I was there.</wp:comment_content></wp:comment>", "")


def test_comments_are_a_document_of_their_own_when_they_are_asked_for(tmp_path, models):
    """Nothing that a reader said is taken for the author's; what was not approved, and pings, are nobody's."""
    path = tmp_path / "export.xml"
    said = [
        ("Joe &amp; Ann", "2019-10-01", "I was there.<br>All day.", "1", ""),
        ("Spam", "2019-10-02", "Buy looms.", "0", ""),
        ("Other site", "2019-10-03", "A ping.", "1", "pingback"),
        ("", "2019-10-04", "So was I.", "1", "comment"),
    ]
    path.write_text(export(commented(*said)), encoding="utf-8")
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        assert library.add([str(path)], vectors=False).added == 1
        assert library.add([str(path)], vectors=False, comments=True).added == 1
        post, comments = library.documents()
        text = library.text(comments)
    assert post.metadata.creators == ("Ada Holloway",)
    assert (comments.metadata.title, comments.metadata.creators) == ("Comments on “The mill”", ())
    assert (comments.source, comments.metadata.extra["comments_on"]) == (
        f"{post.source}#comments",
        "https://press.example/1",
    )
    assert text == "Joe & Ann, 2019-10-01:\n\nI was there.\n\nAll day.\n\n—, 2019-10-04:\n\nSo was I."


def test_a_post_without_comments_has_no_document_of_them(tmp_path):
    path = tmp_path / "export.xml"
    path.write_text(export(item(1).replace("I was there.", " ")), encoding="utf-8")
    assert len(list(wordpress_export(path, path.name, path.name, comments=True))) == 1


def test_an_export_is_known_by_what_it_says():
    """Its name is that of any XML file."""
    assert detect(export().encode()[:4096], "export.xml") == "application/x-wxr+xml"


def test_only_what_was_published_for_all_is_taken(read):
    """Drafts, private ones, attachments, menus and those behind a password are not."""
    found = read(
        export(
            item(1), item(2, status="draft"), item(3, kind="attachment"), item(4, locked="word"), item(5, kind="page"),
            item(6, content=" [gallery ids=1] "),
        )
    )  # fmt: skip
    assert [one.source for one in found] == [f"export.xml!/https://press.example/{n}" for n in (1, 5)]


def test_a_post_becomes_a_document_with_all_that_is_known_of_it(tmp_path, models):
    """Author by name, day, categories and tags; paragraphs by blank lines; comments left out."""
    path = tmp_path / "export.xml"
    path.write_text(export(item(1)), encoding="utf-8")
    with Library.open(Settings(tmp_path / "home", models, threads=1)) as library:
        assert library.add([str(path)], vectors=False).added == 1
        assert library.add([str(path)], vectors=False).unchanged == 1
        (document,) = library.documents()
        known, text = document.metadata, library.text(document)
    assert text == "The men came out on Monday.\n\nBy Tuesday the river was idle.\nA picture"
    assert (known.title, known.creators, str(known.date), known.language) == (
        "The mill", ("Ada Holloway",), "2019-09-22", "en"
    )  # fmt: skip
    assert known.address == "https://press.example/1"
    assert known.provenance["date"] == "wordpress:post"
    assert dict(known.extra) == {
        "modified": "2020-01-02", "categories": "Labour", "tags": "docks", "wordpress_type": "post"
    }  # fmt: skip


def test_what_stood_before_a_fault_is_taken_and_the_fault_is_told(tmp_path):
    """A cut file gives its posts and then an error."""
    path = tmp_path / "export.xml"
    path.write_text(export(item(1), item(2))[:-400], encoding="utf-8")
    found = wordpress_export(path, path.name, path.name)
    assert next(found).source.endswith("/1")
    with pytest.raises(ExtractionFailed):
        list(found)


def test_a_post_without_words_is_none():
    """Nothing is kept of it."""
    assert wordpress_post(title="x", content="<p> </p>", address="https://x.example/")[0] == b""
