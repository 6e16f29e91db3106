"""The map of the site: one list, or where it would be longer than the protocol lets it be, a list of lists.

https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

MOST = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SPACES: Any = {None: _SPACE}


def sitemap(base: str, documents: Sequence[str], *, most: int = MOST) -> bytes:
    """The map of a site with these documents; more than fit are in the parts that it names."""
    # The first page of the site stands in the first list.
    if len(documents) < most:
        return _list("urlset", "url", [f"{base}/", *_addresses(base, documents)])
    parts = (len(documents) + most - 1) // most
    return _list("sitemapindex", "sitemap", [f"{base}/sitemap-{n}.xml" for n in range(1, parts + 1)])


def part(base: str, documents: Sequence[str], number: int, *, most: int = MOST) -> bytes | None:
    """One part of the map, from 1; None where there is no such part."""
    shown = documents[most * (number - 1) : most * number] if number else ()
    return _list("urlset", "url", _addresses(base, shown)) if shown else None


def _addresses(base: str, documents: Sequence[str]) -> list[str]:
    return [f"{base}/documents/{document}" for document in documents]


def _list(name: str, item: str, addresses: Sequence[str]) -> bytes:
    root = etree.Element(f"{{{_SPACE}}}{name}", nsmap=_SPACES)
    for address in addresses:
        etree.SubElement(etree.SubElement(root, f"{{{_SPACE}}}{item}"), f"{{{_SPACE}}}loc").text = address
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
