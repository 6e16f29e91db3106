"""Answers questions about a home, one JSON line each, from where the home can be reached: within the namespace."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

import lyceum_hashed  # noqa: F401  (sets the embedder)

from lyceum import config
from lyceum.archive import READABLE
from lyceum.library import Library, Mode, Query, Scope


class Agent:
    def __init__(self) -> None:
        self.library = Library.open(config.load(None, os.environ))

    def counts(self) -> dict[str, int]:
        return self.library._catalogue.counts()

    def claims(self) -> int:
        return len(self.library._catalogue._some("SELECT 1 FROM versions WHERE claimed_until > now()"))

    def passages(self) -> list[tuple[str, str, str]]:
        """Everything that was made of the documents: ids, texts, states."""
        catalogue = self.library._catalogue
        return sorted(
            (passage.id, passage.text, str(document.state))
            for document in catalogue.find(states=READABLE)
            for passage in catalogue.passages_of(document)
        )

    def search(self, words: str, mode: str) -> dict[str, Any]:
        found = self.library.search(Query(words, Scope.everything(), mode=Mode(mode)))
        return {
            "documents": [hit.passage.document.id for hit in found.hits],
            "passages": [hit.passage.id for hit in found.hits],
            "scores": [hit.score for hit in found.hits],
            "notes": list(found.notes),
            "milliseconds": found.milliseconds,
        }

    def replicas(self) -> list[list[Any]]:
        return [[*which, *place] for which, place in sorted(self.library.index.replicas().items())]

    def problems(self) -> list[str]:
        return [f"{problem.code}: {problem.message}" for problem in self.library.check()[0]]


def main() -> None:
    agent = Agent()
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            reply: dict[str, Any] = {"ok": getattr(agent, method)(*arguments)}
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), flush=True)
    agent.library.close()


if __name__ == "__main__":
    main()
