"""Jupyter notebooks: their prose as Markdown, their code as it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lyceum.archive.extractors.common import Piece, compose, damaged, decode
from lyceum.archive.extractors.markdown import markdown_pieces, title_from_heading
from lyceum.archive.model import Extracted


class NotebookExtractor:
    """Reads notebooks; what their code printed is left out."""

    media_types = frozenset(("application/x-ipynb+json",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The cells in order."""
        try:
            notebook = json.loads(decode(path.read_bytes(), name).text)
            cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
            pieces = [piece for cell in cells for piece in _pieces(cell)]
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as exc:
            raise damaged(name, "it is no notebook") from exc
        return compose(pieces, title_from_heading(pieces))


extractor = NotebookExtractor()


def _pieces(cell: dict[str, Any]) -> list[Piece]:
    said = cell.get("source", cell.get("input", ""))
    source = "".join(said) if isinstance(said, list) else str(said)
    if cell.get("cell_type") == "markdown":
        return markdown_pieces(source)
    return [Piece("paragraph", source.strip("\n"))] if source.strip() else []
