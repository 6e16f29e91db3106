"""The list of works: authors, titles and years, the editions of each together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lyceum.library import Scope, Work
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.desk import the_desk
from lyceum.server.web.shaping import sortable
from lyceum.server.web.words import collection_name, language_name

_A_PAGE = 50
_MOST_CHOICES = 40
_MOST_ORDERS = 60
_FILTERS = ("language", "collection", "kind", "letter")


def works(request: HttpRequest) -> HttpResponse:
    """Works by author, title or year."""
    scope = scope_of(request)
    said = _said(request)
    every = _in_order(scope, said["by"], the_desk().run(lambda library: library.works(scope)))
    found = [work for work in every.works if _fits(work, said)]
    page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "works": [_shown(work) for work in page.object_list],
        "page": page,
        "total": len(found),
        "said": said,
        "orders": [{"value": name, "name": _order_name(name), "address": _address(said, by=name)} for name in _ORDERS],
        "choices": _choices(every.counted, said),
        "letters": _letters(every.letters, said),
        "next": _address(said, page=page.next_page_number()) if page.has_next() else None,
        "previous": _address(said, page=page.previous_page_number()) if page.has_previous() else None,
    }
    return render(request, "web/works.html", context)


@dataclass(frozen=True, slots=True)
class _InOrder:
    """Works in an order, with what they can be narrowed to."""

    given: Sequence[Work]
    works: Sequence[Work]
    letters: Sequence[str]
    counted: Mapping[str, Counter[str]]


_ordered: dict[tuple[Scope, str], _InOrder] = {}


def _in_order(scope: Scope, by: str, works: Sequence[Work]) -> _InOrder:
    """Works in an order, which is kept for as long as the library gives the same."""
    known = _ordered.get((scope, by))
    if known is None or known.given is not works:
        letters = {letter for work in works if by != "year" and (letter := _letter(work, by)).isalpha()}
        if len(_ordered) >= _MOST_ORDERS:
            _ordered.clear()
        known = _InOrder(works, sorted(works, key=_ORDERS[by]), sorted(letters), _counted(works))
        _ordered[scope, by] = known
    return known


def _said(request: HttpRequest) -> dict[str, str]:
    by = request.GET.get("by", "")
    return {"by": by if by in _ORDERS else "author", **{name: request.GET.get(name, "")[:200] for name in _FILTERS}}


def _fits(work: Work, said: Mapping[str, str]) -> bool:
    editions = [edition.metadata for edition in work.editions]
    return (
        (not said["language"] or any((one.language or "und") == said["language"] for one in editions))
        and (not said["collection"] or any((one.collection or "main") == said["collection"] for one in editions))
        and (not said["kind"] or any(one.kind == said["kind"] for one in editions))
        and (not said["letter"] or _letter(work, said["by"]) == said["letter"])
    )


def _title(work: Work) -> str:
    return work.first.metadata.title or work.first.name


def _author(work: Work) -> str:
    """The name by which a work stands in a list: the last of the first author's names, where it says no other."""
    creators = work.first.metadata.creators
    if not creators:
        return ""
    if "," in creators[0]:
        return creators[0]
    *given, last = creators[0].split() or [""]
    return f"{last}, {' '.join(given)}" if given else last


def _year(work: Work) -> int:
    date = work.first.metadata.date
    return date.year if date else 9_999


_ORDERS: Mapping[str, Callable[[Work], Any]] = {
    "author": lambda work: (not _author(work), sortable(_author(work)), _year(work), sortable(_title(work))),
    "title": lambda work: (sortable(_title(work)), _year(work)),
    "year": lambda work: (_year(work), sortable(_author(work)), sortable(_title(work))),
}


def _order_name(name: str) -> str:
    return {"author": _("By author"), "title": _("By title"), "year": _("By year")}[name]


def _letter(work: Work, by: str) -> str:
    return sortable(_title(work) if by == "title" else _author(work))[:1].upper()


def _letters(letters: Sequence[str], said: Mapping[str, str]) -> list[dict[str, Any]]:
    """The letters with which names or titles begin, to go to."""
    return [
        {"name": letter, "address": _address(said, letter=letter), "chosen": said["letter"] == letter}
        for letter in letters[: 3 * _MOST_CHOICES]
    ]


def _counted(works: Sequence[Work]) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in ("language", "collection", "kind")}
    for work in works:
        editions = [edition.metadata for edition in work.editions]
        counted["language"].update({one.language or "und" for one in editions})
        counted["collection"].update({one.collection or "main" for one in editions})
        counted["kind"].update({one.kind for one in editions if one.kind})
    return counted


def _choices(counted: Mapping[str, Counter[str]], said: Mapping[str, str]) -> list[dict[str, Any]]:
    names: Mapping[str, tuple[str, Callable[[str], str]]] = {
        "language": (_("Language"), language_name),
        "collection": (_("Collection"), collection_name),
        "kind": (_("Kind"), str),
    }
    return [
        {
            "field": field,
            "title": names[field][0],
            "chosen": said[field],
            "values": [
                {"value": value, "name": names[field][1](value), "count": count}
                for value, count in counts.most_common(_MOST_CHOICES)
            ],
        }
        for field, counts in counted.items()
        if len(counts) > 1 or said[field]
    ]


def _shown(work: Work) -> dict[str, Any]:
    return {
        "title": _title(work),
        "author": "; ".join(work.first.metadata.creators),
        "year": str(work.first.metadata.date.year) if work.first.metadata.date else "",
        "language": work.first.metadata.language or "und",
        "language_name": language_name(work.first.metadata.language or "und"),
        "kind": work.first.metadata.kind or "",
        "address": f"/documents/{work.first.id}",
        "editions": [
            {
                "title": one.metadata.title or one.name,
                "year": str(one.metadata.edition_date or one.metadata.date or ""),
                "language": one.metadata.language or "und",
                "language_name": language_name(one.metadata.language or "und"),
                "address": f"/documents/{one.id}",
            }
            for one in work.editions
        ]
        if len(work.editions) > 1
        else [],
    }


def _address(said: Mapping[str, Any], **changed: Any) -> str:
    wanted = {**said, **changed}
    return "/works?" + urlencode({name: value for name, value in wanted.items() if value})
