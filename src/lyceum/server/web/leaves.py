"""The pages of an original as they look, beside the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control

from lyceum.errors import Busy
from lyceum.library import Document, Library, Page
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.desk import the_desk

_AN_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page as it looks, its number counted from 1, with the places of the pages beside it."""

    number: int
    label: str
    count: int
    picture: str
    larger: str
    every: str
    previous: str | None
    next: str | None


@cache_control(private=True, max_age=_AN_HOUR)
def picture(request: HttpRequest, document: str, number: int) -> HttpResponse:
    """A page as a picture, for who may read the document."""
    scope = scope_of(request)
    version = request.GET.get("version") or None
    found = the_desk().run(lambda library: library.document(document, version=version, scope=scope))
    size = "large" if request.GET.get("size") == "large" else "page"
    # Not at the desk: a page that is slow to draw holds up nobody who searches.
    shown = the_desk().library.pictures.page(found, number - 1, size)
    return HttpResponse(shown, content_type="image/jpeg")


def leaf_at(library: Library, document: Document, pages: Sequence[Page], at: int, wanted: int) -> Leaf | None:
    """The page that is wanted, or on which an offset stands; None where the document has no pictures of pages."""
    try:
        pictured = library.pictures.pictured(document)[: len(pages)] if pages else []
    except Busy:
        return None
    numbers = [number for number, one in enumerate(pictured, start=1) if one]
    if not numbers:
        return None
    number = wanted if wanted in numbers else _nearest(numbers, _number_at(pages, at))
    place = numbers.index(number)
    base = f"/documents/{document.id}"
    return Leaf(
        number,
        pages[number - 1].label or str(number),
        len(pages),
        f"{base}/pages/{number}.jpg?version={document.version}",
        f"{base}/pages/{number}.jpg?version={document.version}&size=large",
        f"{base}/pages/0.jpg?version={document.version}",
        place_of(document, pages, numbers[place - 1]) if place else None,
        place_of(document, pages, numbers[place + 1]) if place + 1 < len(numbers) else None,
    )


def place_of(document: Document, pages: Sequence[Page], number: int) -> str:
    """Where a page begins in the text, with its picture beside it."""
    page = pages[number - 1]
    return f"/documents/{document.id}?version={document.version}&at={page.start}&page={number}#p{page.label}"


def _number_at(pages: Sequence[Page], at: int) -> int:
    return next((number for number, page in enumerate(pages, start=1) if page.end > at), len(pages))


def _nearest(numbers: Sequence[int], number: int) -> int:
    return min(numbers, key=lambda one: (abs(one - number), one))
