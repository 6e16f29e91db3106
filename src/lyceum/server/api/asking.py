"""What every door for programs asks of the library, in one place: HTTP, chat and MCP differ only in how they say it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lyceum.config import Settings
from lyceum.contract import (
    answer_json,
    document_json,
    filter_of,
    own_passages,
    quotations_json,
    search_json,
    studied,
    timed,
)
from lyceum.errors import InvalidValue
from lyceum.library import Library, Mode, Order, Question, Scope, Study, Turn, read_query
from lyceum.server.api.shapes import LONGEST_TEXT
from lyceum.server.offered import model_of


def search(library: Library, scope: Scope, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a search finds."""
    query = read_query(
        said["query"],
        scope,
        filter_of(said),
        mode=Mode(said["mode"]),
        limit=said["limit"],
        order=Order(said["sort"]),
        elsewhere=said["elsewhere"],
    )
    return search_json(library.search(query), library.facets(query) if said["facets"] else None)


def ask(
    library: Library, scope: Scope, said: Mapping[str, Any], settings: Settings, *, history: Sequence[Turn] = ()
) -> dict[str, Any]:
    """The answer to a question after earlier turns; raises InvalidValue for a model that the site does not offer."""
    model = model_of(said.get("model"), settings)
    question = Question(said["question"], scope, filter_of(said), own_passages(said.get("passages")), tuple(history))
    return {"id": None, **answer_json(*timed(library, question, model))}


def study(library: Library, scope: Scope, said: Mapping[str, Any], settings: Settings) -> Study:
    """What is made of a topic for study; raises InvalidValue for a model that the site does not offer."""
    model = model_of(said.get("model"), settings)
    return studied(library, said["kind"], said["topic"], scope, {**said, "model": model})


def documents(library: Library, scope: Scope, said: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the list of documents."""
    found = library.documents(filter_of(said), scope)
    page = found[said["offset"] : said["offset"] + said["limit"]]
    return {"documents": [document_json(document) for document in page], "total": len(found)}


def text(library: Library, scope: Scope, document: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A stretch of a document's text with its pages, at most LONGEST_TEXT long."""
    found = library.document(document, version=said["version"], scope=scope)
    start = min(said["start"], found.characters)
    end = found.characters if said["end"] is None else min(said["end"], found.characters)
    if end < start:
        raise InvalidValue("“end” is before “start”.", hint="Offsets are half-open: start is the first, end not in.")
    end = min(end, start + LONGEST_TEXT)
    pages = [p for p in library.pages(found) if p.start < max(end, start + 1) and p.end > start]
    return {
        "id": found.id,
        "version": found.version,
        "start": start,
        "end": end,
        "characters": found.characters,
        "text": library.text(found, start, end),
        "pages": [{"label": p.label, "start": p.start, "end": p.end} for p in pages],
    }


def check_quotes(library: Library, scope: Scope, draft: bytes, suffix: str) -> dict[str, Any]:
    """A verdict on every quotation of a draft, which is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"draft{suffix}")
        path.write_bytes(draft)
        return quotations_json(library.check_quotes(path, scope))
