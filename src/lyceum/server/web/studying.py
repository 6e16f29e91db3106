"""Study: a topic as a guide, as a timeline with its picture, or as what somebody held over the years."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lyceum.contract import studied
from lyceum.library import Event, Item, Library, Scope, Study, forms_of, timeline_picture
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.desk import the_desk
from lyceum.server.web import learning

_HERE = {
    "guide": gettext_lazy("Study guide"),
    "timeline": gettext_lazy("Timeline"),
    "positions": gettext_lazy("Positions over the years"),
}
_KINDS = _HERE | learning.KINDS
_SECTIONS = {
    "about": gettext_lazy("What it is about"),
    "passages": gettext_lazy("Key passages, in order"),
    "people": gettext_lazy("Persons"),
    "places": gettext_lazy("Places"),
    "bodies": gettext_lazy("Organisations"),
    "terms": gettext_lazy("Terms"),
    "questions": gettext_lazy("Questions for discussion"),
    "opposing": gettext_lazy("Opposing readings"),
    "further": gettext_lazy("Further reading"),
    "said": gettext_lazy("What was said, by year"),
    "contradictions": gettext_lazy("Contradictions"),
}
_NOTES = {
    "opposing": gettext_lazy("Paired by words of praise and blame; whether they answer each other is yours to judge."),
    "said": gettext_lazy("Under the dates of the works, which may be later."),
}
_LACKS = {
    "topic_missing": gettext_lazy("The archive holds nothing on this. Try other words."),
    "no_dates": gettext_lazy("No sentence on this states a date."),
    "no_prose": gettext_lazy("No whole sentence could be taken from this text."),
    "no_statements": gettext_lazy("No whole statement on this has a dated source."),
    "no_contradictions": gettext_lazy("No two statements contradict each other in words that could be compared."),
    "no_speaker": gettext_lazy("Name an author to see how that author spoke of it."),
    "no_opposing": gettext_lazy("No other author here speaks against it in words that could be told apart."),
}
_ASKS = "The text itself asks"  # as a guide says it
_LONGEST, _KEPT, _MOST_PERIODS = 400, 16, 12
_PERIODS = (1, 2, 5, 10, 20, 50, 100, 500)
_FORMS = ("md", "html", "svg", "csv", "ics", "json")
_made: OrderedDict[tuple[Any, ...], Study] = OrderedDict()


def study(request: HttpRequest) -> HttpResponse:
    """What a topic gives for study; a timeline is looked at closer by the addresses of its periods."""
    scope, said = scope_of(request), _said(request)
    if said["topic"] and said["kind"] in learning.KINDS:
        return HttpResponseRedirect("/learn/make?" + urlencode({"kind": said["kind"], "topic": said["topic"]}))
    page: dict[str, Any] = {"said": said, "kinds": [{"id": name, "name": title} for name, title in _KINDS.items()]}
    if said["topic"]:
        found = the_desk().run(lambda library: _study(library, scope, said))
        page |= _timeline(found, said) if found.events else {"sections": list(_sections(found))}
        page |= {"lacks": [_LACKS[one.code] for one in found.lacks if one.code in _LACKS], "made": not found.empty}
        page["forms"] = [
            {"name": form, "address": _file(said, form)} for form in _FORMS if form in forms_of(found.kind)
        ]
    return render(request, "web/study.html", page)


def _said(request: HttpRequest) -> dict[str, str]:
    said = {name: request.GET.get(name, "").strip()[:_LONGEST] for name in ("topic", "author", "kind", "period")}
    return {**said, "kind": said["kind"] if said["kind"] in _KINDS else "guide"}


def _study(library: Library, scope: Scope, said: Mapping[str, str]) -> Study:
    """A study as it was made for the same scope and revision, or made now."""
    key = (scope, said["kind"], said["topic"], said["author"], library.index.state().revision)
    if key not in _made:
        _made[key] = studied(library, said["kind"], said["topic"], scope, {"author": said["author"] or None})
        while len(_made) > _KEPT:
            _made.popitem(last=False)
    return _made[key]


def _file(said: Mapping[str, str], form: str) -> str:
    wanted = {"kind": said["kind"], "topic": said["topic"], "author": said["author"], "format": form}
    return "/api/v1/study?" + urlencode({name: value for name, value in wanted.items() if value})


# --- guides and positions ----------------------------------------------------------------------------------


def _sections(found: Study) -> Iterator[dict[str, Any]]:
    for section in found.sections:
        yield {
            "id": section.id,
            "title": _SECTIONS.get(section.id, section.title),
            "note": _NOTES.get(section.id, ""),
            "items": [_item(item) for item in section.items],
        }


def _item(item: Item) -> dict[str, Any]:
    mentions = item.facts.get("mentions")
    return {
        "about": _("The text itself asks") if item.about == _ASKS else item.about,
        "text": "" if mentions else item.text,
        "mentions": ngettext("named %(n)s time", "named %(n)s times", mentions) % {"n": mentions} if mentions else "",
        "citations": [_citation(citation) for citation in item.citations],
        "document": item.facts.get("document"),
    }


def _citation(citation: Any) -> dict[str, Any]:
    return {
        "exact": citation.exact,
        "language": citation.language,
        "about": list(filter(None, (*citation.creators[:2], citation.title, citation.date))),
        "page": citation.page,
        "address": f"/documents/{citation.document}?cite={citation.start}-{citation.end}",
    }


# --- timelines ---------------------------------------------------------------------------------------------


def _timeline(found: Study, said: Mapping[str, str]) -> dict[str, Any]:
    """The events of the period that is looked at, their picture, and the periods that may be looked at."""
    first, last = _period(said["period"])
    events = [event for event in found.events if first <= event.date.first.year <= last]
    title = f"{_('Timeline')}: {said['topic']}"
    words = {"disputed": _("disputed"), "about": _("Each event of the picture stands in the table below it.")}
    return {
        # Its words are escaped where it is drawn.
        "picture": mark_safe(timeline_picture(title, events, **words)),  # noqa: S308
        "events": [_event(event) for event in events],
        "periods": list(_periods(events, found, said)),
    }


def _period(said: str) -> tuple[int, int]:
    first, _dash, last = said.partition("-")
    return (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 9_999)


def _periods(shown: Sequence[Event], found: Study, said: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The whole, and the parts of what is shown, each with how many events it has."""
    yield {"name": _("All"), "count": len(found.events), "address": _address(said, ""), "here": not said["period"]}
    years = [event.date.first.year for event in shown]
    if not years or min(years) == max(years):
        return
    step = next(step for step in _PERIODS if (max(years) - min(years)) / step < _MOST_PERIODS or step == _PERIODS[-1])
    for start in range(min(years) // step * step, max(years) + 1, step):
        count = sum(start <= year < start + step for year in years)
        name = f"{start}–{start + step - 1}" if step > 1 else str(start)
        if count:
            yield {
                "name": name,
                "count": count,
                "address": _address(said, f"{start}-{start + step - 1}"),
                "here": False,
            }


def _address(said: Mapping[str, str], period: str) -> str:
    wanted = {**said, "period": period}
    return "/study?" + urlencode({name: value for name, value in wanted.items() if value})


def _event(event: Event) -> dict[str, Any]:
    return {
        "date": str(event.date),
        "citations": [_citation(citation) for citation in event.citations],
        "rivals": [{"date": str(rival.date), **_citation(rival.citation)} for rival in event.rivals],
    }
