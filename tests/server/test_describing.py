"""Documents in the words of libraries and search engines, and the map of a site."""

from __future__ import annotations

import json

from lxml import etree

from lyceum.archive import Document, Metadata, PartialDate, State
from lyceum.server.web import sitemaps
from lyceum.server.web.describing import dublin_core, json_in_page, schema_org

PAGE = "https://example.org/documents/d1"
LOCATIONS = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def works(**known):
    metadata = Metadata(title="On Looms", creators=("Ada Holt", "R. Owen"), **known)
    return Document("d1", "d1-1", 1, 1, "looms.txt", "looms.txt", "0" * 64, metadata, State.INDEXED, 1, 10)


def test_dublin_core_says_what_is_known_and_no_more():
    told = list(dublin_core(works(date=PartialDate.parse("1819-03"), address="file:///home/ada/x"), PAGE))
    assert told == [
        ("title", "On Looms"), ("creator", "Ada Holt"), ("creator", "R. Owen"), ("date", "1819-03"),
        ("identifier", PAGE),
    ]  # fmt: skip


def test_schema_org_knows_the_kind_of_work_its_authors_and_its_archive():
    told = schema_org(works(kind="article"), PAGE, "Weavers’ Library")
    assert (told["@type"], told["name"], told["url"]) == ("Article", "On Looms", PAGE)
    assert [one["name"] for one in told["author"]] == ["Ada Holt", "R. Owen"]
    assert told["provider"]["name"] == "Weavers’ Library"
    assert "datePublished" not in told


def test_json_in_a_page_cannot_end_its_element():
    hostile = {"name": "</script><script>alert(1)</script><!--&\u2028"}
    written = json_in_page(hostile)
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == hostile


def locations(xml: bytes) -> tuple[str, list[str]]:
    root = etree.fromstring(xml)
    return etree.QName(root).localname, [one.text for one in root.iter(LOCATIONS)]


def test_a_site_has_one_map_while_it_fits_and_parts_beyond():
    base, ids = "https://example.org", [f"d{n}" for n in range(5)]
    assert locations(sitemaps.sitemap(base, ids[:2], most=3)) == (
        "urlset", [f"{base}/", f"{base}/documents/d0", f"{base}/documents/d1"],
    )  # fmt: skip
    assert locations(sitemaps.sitemap(base, ids, most=3)) == (
        "sitemapindex", [f"{base}/sitemap-1.xml", f"{base}/sitemap-2.xml"],
    )  # fmt: skip
    assert locations(sitemaps.part(base, ids, 2, most=3) or b"") == (
        "urlset", [f"{base}/documents/d3", f"{base}/documents/d4"],
    )  # fmt: skip
    assert sitemaps.part(base, ids, 3, most=3) is None
    assert sitemaps.part(base, ids, 0, most=3) is None
