"""Resolutions become documents of the library, so that the tutor can cite them.

Hall and library do not know each other; here they meet. What was carried waits in its row until the library has taken
it, so that neither a library that is busy nor a death in between loses a resolution.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet

from lyceum import hall
from lyceum.errors import NotInOrder
from lyceum.library import HandedIn
from lyceum.server.deciding import models
from lyceum.server.deciding.policies import access_motion
from lyceum.server.hall import models as base
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book
from lyceum.server.hall.policies import needs_clerk

HandIn = Callable[[Path, str, Mapping[str, str]], list[HandedIn]]
COLLECTION = "resolutions"


@dataclass(frozen=True, slots=True)
class PublishResolution(Act[str]):
    """Has the library take what a body has carried that does not show itself; returns the motion's id."""

    motion: str

    def check(self, book: Book) -> None:
        """Raises NotEntitled for who does not keep the body's papers."""
        needs_clerk(book, self.actor, access_motion(self.actor, self.motion, book.at).body)

    def perform(self, book: Book) -> str:
        """Raises NotInOrder for what was not carried."""
        row = models.Motion.objects.get(pk=self.motion)
        if row.stage != hall.Stage.CARRIED:
            raise NotInOrder("Only what a body has carried is a resolution.", hint="Have it decided first.")
        models.Motion.objects.filter(pk=row.id).update(public=True)
        book.record("resolution_published", row.body, {"motion": row.id})
        return self.motion


def due() -> QuerySet[models.Motion]:
    """The resolutions that the library has not taken yet: of bodies that show themselves, and those published."""
    shown = Exists(base.Body.objects.filter(pk=OuterRef("body"), public=True))
    return models.Motion.objects.filter(Q(public=True) | shown, stage=hall.Stage.CARRIED.value, document="")


def hand_over(hand_in: HandIn) -> int:
    """Hands what is due to the library by its own act; returns how many it took. A second time changes nothing."""
    taken = 0
    for row in due():
        body = base.Body.objects.get(pk=row.body)
        described = {
            "title": row.title,
            "creators": body.name.replace(";", ","),
            "date": f"{row.decided:%Y-%m-%d}" if row.decided else "",
            "kind": "resolution",
            "collection": COLLECTION,
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{row.id}.md")
            path.write_text(as_document(row, body.name), encoding="utf-8")
            handed = hand_in(path, f"{COLLECTION}/{row.id}.md", described)
        if document := next((one.document for one in handed if one.document), None):
            models.Motion.objects.filter(pk=row.id).update(document=document)
            taken += 1
    return taken


def as_document(row: models.Motion, body: str) -> str:
    """The resolution as Markdown, its first words those of the motion."""
    paragraphs = "\n\n".join(text for _, text in row.paragraphs)
    day = f" on {row.decided:%Y-%m-%d}" if row.decided else ""
    return f"# {row.title}\n\n{paragraphs}\n\nCarried by {body}{day}.\n"
