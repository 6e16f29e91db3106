"""What of a web page is its article, and what the page states about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lyceum.archive.extractors.dates import date_in_address, date_in_words
from lyceum.archive.extractors.html import extractor
from lyceum.archive.model import Extracted

PROSE = [
    "The men came out on Monday, and by Tuesday the whole river was idle from the bridge to the sea.",
    "Nobody had called them out; the word had gone from wharf to wharf before the masters were awake.",
    "By the end of the week ten thousand were standing at the gates, and not one of them had gone in.",
]
ARTICLE = "".join(f"<p>{words}</p>" for words in PROSE)


@pytest.fixture
def read(tmp_path: Path):
    def act(body: str, head: str = "") -> Extracted:
        path = tmp_path / "page.html"
        path.write_text(f"<!DOCTYPE html><html><head>{head}</head><body><nav>Home</nav>{body}</body></html>", "utf-8")
        return extractor.extract(path, "page.html")

    return act


def lines(extracted: Extracted) -> list[str]:
    return [extracted.text[block.start : block.end] for block in extracted.blocks]


@pytest.mark.parametrize(
    "furniture",
    [
        "<div class='share-buttons'><span>Share this:</span><a href=#>Facebook</a></div>",
        "<div id=comments><h3>3 comments</h3><p>I was there on that Monday, and it was not like that at all.</p></div>",
        "<div class='css-1x'><h2>Recommended for you</h2><p>The gas workers won.</p></div>",
        "<p><strong>Read more:</strong> <a href=/b>The gas workers win their eight hours</a></p>",
        "<div class='newsletter-signup'><p>Get the news of the river in your inbox every morning.</p></div>",
        "<p class=tags>Tags: <a href=/t/1>docks</a>, <a href=/t/2>strikes</a></p>",
        "<figure><img src=a.jpg><figcaption>The gates, on the first day. Photograph: A. Holloway</figcaption></figure>",
        "<ul><li><a href=/b>The gas workers win</a></li><li><a href=/c>The tanner is paid</a></li></ul>",
        "<p>© 1889 The Press. All rights reserved.</p>",
    ],
)
def test_what_stands_after_an_article_and_is_none_of_it_is_left_out(read, furniture):
    """Names, headings and links tell furniture from the article, whatever the site's own names for things."""
    assert lines(read(f"<div class='css-9'>{ARTICLE}{furniture}</div>")) == PROSE


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("<h2>The tanner</h2><p>They asked for sixpence.</p>", ["The tanner", "They asked for sixpence."]),
        ("<blockquote>Not one man has gone in.<footer>Ben Tillett</footer></blockquote>",
         ["Not one man has gone in.", "Ben Tillett"]),
        ("<p>Three docks were closed:</p><ul><li><a href=/1>The East Dock</a><li><a href=/2>The West Dock</a></ul>",
         ["Three docks were closed:", "The East Dock", "The West Dock"]),
        ("<table><tr><th>Dock<th>Men<tr><td>East<td>900</table>", ["Dock\tMen", "East\t900"]),
        ("<figure><table><tr><td>East<td>900</table><figcaption>Men who came out, by dock.</figcaption></figure>",
         ["East\t900", "Men who came out, by dock."]),
        ("<p class=paywall>They went home.</p>", ["They went home."]),
    ],
)  # fmt: skip
def test_headings_lists_quotations_and_tables_of_an_article_are_kept(read, kept, expected):
    """What a reader would copy out is all there, in its order."""
    last = "<p>When the masters met them at last, it was in the Mansion House, before the mayor and the cardinal.</p>"
    assert lines(read(f"<article>{ARTICLE}{kept}{last}</article>"))[3:-1] == expected


def test_title_and_byline_are_metadata_and_not_text(read):
    """The lines above the first sentence that say what the metadata say are told once."""
    top = "<h1>The river idle</h1><div>By Ada Holloway</div><div>21 September 1991 · 4 min read</div>"
    extracted = read(f"<div>{top}{ARTICLE}</div>", "<title>The river idle | The Press</title>")
    assert lines(extracted) == PROSE
    known = extracted.metadata
    assert (known.title, known.creators, str(known.date)) == ("The river idle", ("Ada Holloway",), "1991-09-21")
    assert known.provenance["date"] == "html:near-title (likely)"
    assert known.provenance["creators"] in ("html:near-title (likely)", "html:author-class (likely)")


def test_the_text_that_a_page_says_it_has_leads_to_it(read):
    """JSON-LD that repeats the article's words finds it among longer texts."""
    other = (
        "<div>"
        + "<p>Every subscriber is entitled to two free tickets to the fair in the park on Sunday.</p>" * 9
        + "</div>"
    )
    stated = json.dumps({"@type": "NewsArticle", "articleBody": " ".join(PROSE)})
    head = f"<script type='application/ld+json'>{stated}</script>"
    assert lines(read(f"<div>{other}<div>{ARTICLE}</div></div>", head)) == PROSE


def test_a_page_that_only_a_program_fills_is_read_from_its_own_statement(read):
    """Where the body holds nothing, the stated text is the text."""
    stated = json.dumps({"@type": "Article", "articleBody": "\n".join(PROSE)})
    assert lines(read("<div id=root></div>", f"<script type='application/ld+json'>{stated}</script>")) == PROSE


def test_a_person_named_by_reference_is_the_author(read):
    """A graph of things that point at one another is followed; the site is no author."""
    graph = {"@graph": [
        {"@type": "Organization", "@id": "#o", "name": "The Press"},
        {"@type": "Article", "headline": "X", "author": [{"@id": "#a"}, {"@id": "#o"}], "dateModified": "2020-02-03"},
        {"@type": "Person", "@id": "#a", "name": "Ada Holloway"},
    ]}  # fmt: skip
    things = f"<script type='application/ld+json'>{json.dumps(graph)}</script>"
    head = f"<meta property='og:site_name' content='The Press'>{things}"
    known = read(ARTICLE, head).metadata
    assert known.creators == ("Ada Holloway",)
    assert (known.extra["modified"], known.provenance["modified"]) == ("2020-02-03", "html:json-ld:dateModified")


def test_the_authors_of_comments_are_not_the_authors(read):
    """A name among comments is another's."""
    comment = "<div id=comments><p class=comment><a rel=author href=/u>Ben Reader</a> says: not so.</p></div>"
    assert read(f"<article>{ARTICLE}</article>{comment}").metadata.creators == ()


def test_the_section_of_the_site_is_kept_with_its_place(read):
    """A section is an extra, and says where it was read."""
    known = read(ARTICLE, "<meta property='article:section' content='Labour'>").metadata
    assert (known.extra["section"], known.provenance["section"]) == ("Labour", "html:meta:article:section")


@pytest.mark.parametrize(
    ("address", "date"),
    [
        ("https://x.example/2019/09/22/the-mill", "2019-09-22"),
        ("https://x.example/2019/09/the-mill", "2019-09"),
        ("https://x.example/the-mill-20190922.html", "2019-09-22"),
        ("https://x.example/2019-09-22-mill", "2019-09-22"),
        ("https://x.example/item/20199922", None),
        ("https://x.example/1200/09/22/", None),
    ],
)
def test_a_date_in_an_address_is_read_as_far_as_it_goes(address, date):
    """Day or month, never one that the address does not hold."""
    found = date_in_address(address)
    assert (str(found) if found else None) == date


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("Posted on September 22nd, 2019 by Ada", "2019-09-22"),
        ("22. Januar 2019, 10:15 Uhr", "2019-01-22"),
        ("le 1er août 2019", "2019-08-01"),
        ("22 de septiembre de 2019", "2019-09-22"),
        ("03.04.2019", "2019-04-03"),
        ("2019年9月22日", "2019-09-22"),
        ("9/22/2019", "2019-09-22"),
        ("03/04/2019", None),
        ("In the spring of 2019", None),
    ],
)
def test_a_date_in_words_is_taken_where_it_can_be_read_in_one_way(words, date):
    """Numbers that two readers read two ways are no date."""
    found = date_in_words(words)
    assert (str(found) if found else None) == date
