"""Documents in the words of others: Dublin Core for libraries, schema.org for search engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lyceum.library import Document

_IN_MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_KINDS = {"article": "Article", "book": "Book", "letter": "Message", "report": "Report", "thesis": "Thesis"}


def dublin_core(document: Document, address: str) -> Iterator[tuple[str, str]]:
    """The elements that a document has something to say in; `address` is that of its page."""
    metadata = document.metadata
    yield "title", metadata.title or document.name
    for creator in metadata.creators:
        yield "creator", creator
    told = {
        "date": metadata.date, "language": metadata.language, "publisher": metadata.publisher, "type": metadata.kind,
        "rights": metadata.rights, "relation": metadata.edition_of, "source": _public(metadata.address),
    }  # fmt: skip
    yield from ((name, str(value)) for name, value in told.items() if value)
    yield "identifier", address


def schema_org(document: Document, address: str, archive: str) -> dict[str, Any]:
    """A document as schema.org describes works; what is not known is left out."""
    metadata = document.metadata
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _KINDS.get((metadata.kind or "").lower(), "CreativeWork"),
        "@id": address,
        "url": address,
        "name": metadata.title or document.name,
        "author": [{"@type": "Person", "name": name} for name in metadata.creators],
        "datePublished": str(metadata.date) if metadata.date else "",
        "inLanguage": metadata.language,
        "publisher": {"@type": "Organization", "name": metadata.publisher} if metadata.publisher else None,
        "usageInfo": metadata.rights,
        "sameAs": _public(metadata.address),
        "exampleOfWork": {"@type": "CreativeWork", "name": metadata.edition_of} if metadata.edition_of else None,
        "provider": {"@type": "ArchiveOrganization", "name": archive},
    }
    return {name: value for name, value in told.items() if value}


def json_in_page(value: Any) -> str:
    """JSON that may stand inside a page's script element, whatever it holds.

    >>> json_in_page({"name": "</script>"})
    '{"name": "\\\\u003C/script\\\\u003E"}'
    """
    return json.dumps(value, ensure_ascii=False).translate(_IN_MARKUP)


def _public(address: str | None) -> str:
    return address if address and address.startswith(("http://", "https://")) else ""
