"""What comes back to a question: claims with their citations, where sources differ, or why there is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lyceum.tutor.model import Abstention, Nearest, Refusal, Searched
from lyceum.tutor.verify import Citation

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leaning:
    """What some of the holdings say where they differ: the value as printed, who says so, and since when."""

    value: str
    citations: tuple[int, ...]
    documents: int
    creators: tuple[str, ...]
    dates: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "value": self.value,
            "citations": list(self.citations),
            "documents": self.documents,
            "creators": list(self.creators),
            "dates": list(self.dates),
        }


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What sources give different answers to, and their sides, that of the best source first."""

    about: str
    sides: tuple[Leaning, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"about": self.about, "sides": [side.as_dict() for side in self.sides]}


@dataclass(frozen=True, slots=True)
class Translation:
    """A quotation as a machine turned it into the asker's language: help for reading, never proof."""

    citation: int
    language: str
    text: str
    model: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, marked as a machine's."""
        return {"language": self.language, "text": self.text, "model": self.model, "machine": True}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question, proven, or that it does not say, and why.

    `asked` is the question as it was understood, where that is not as it was put. `editions` names, by document, the
    other editions that the archive holds of a work that is cited. `yours` has statements that rest
    on nothing but what the asker wrote; the archive neither bears them out nor denies them. `notice` says whose
    archive has answered, and `notes` what the reader should know of this answer.
    """

    question: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    reason: Abstention | None
    model: str
    index_revision: int
    disagreements: tuple[Disagreement, ...] = ()
    refused: tuple[Refusal, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    searched: Searched | None = None
    notes: tuple[str, ...] = ()
    notice: str = ""
    asked: str = ""
    yours: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()
    editions: Mapping[str, tuple[Nearest, ...]] = field(default_factory=dict)
    trace: Mapping[str, Any] = field(default_factory=dict)

    @property
    def abstained(self) -> bool:
        """Whether it is no answer."""
        return self.reason is not None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "question": self.question,
            "asked": self.asked or self.question,
            "abstained": self.abstained,
            "reason": self.reason,
            "claims": [{"text": claim.text, "citations": list(claim.citations)} for claim in self.claims],
            "citations": [self._citation(n, citation) for n, citation in enumerate(self.citations, start=1)],
            "disagreements": [disagreement.as_dict() for disagreement in self.disagreements],
            "yours": list(self.yours),
            "model": self.model,
            "index_revision": self.index_revision,
            "refused": [{"text": refusal.text, "why": refusal.why} for refusal in self.refused],
            "nearest": [near.as_dict() for near in self.nearest],
            "searched": self.searched.as_dict() if self.searched else None,
            "notice": self.notice,
            "notes": list(self.notes),
            "trace": dict(self.trace),
        }

    def _citation(self, n: int, citation: Citation) -> dict[str, Any]:
        found = citation.as_dict(n)
        if others := self.editions.get(citation.document or ""):
            found["editions"] = [other.as_dict() for other in others]
        for translation in self.translations:
            if translation.citation == n:
                found["translation"] = translation.as_dict()
        return found
