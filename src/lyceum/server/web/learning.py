"""Study in the browser: what is made of a topic, what a reader keeps of it, and cards that come back when due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lyceum.contract import studied
from lyceum.errors import AccessRefused, InvalidValue, LyceumError
from lyceum.library import Library, Recall, Scope, intervals, read_package
from lyceum.server.accounts.models import Person
from lyceum.server.accounts.scopes import person_of, scope_of
from lyceum.server.desk import the_desk
from lyceum.server.learning import actions
from lyceum.server.learning.models import KeptCard, KeptStudy

KINDS = {
    "reading-list": gettext_lazy("Reading list"),
    "course": gettext_lazy("Course"),
    "quiz": gettext_lazy("Quiz"),
    "cards": gettext_lazy("Cards"),
}
_FORMS = {
    "reading-list": ("pdf", "epub", "md"),
    "course": ("pdf", "epub", "md"),
    "quiz": ("pdf", "epub", "apkg"),
    "cards": ("apkg", "pdf", "epub"),
}
_TYPES = {
    "reading": gettext_lazy("Reading"),
    "aim": gettext_lazy("Aims"),
    "passage": gettext_lazy("Passages"),
    "question": gettext_lazy("To discuss"),
    "step": gettext_lazy("An evening"),
    "answer": gettext_lazy("Answers"),
}
_PROMPTS = {
    "demand": gettext_lazy("What speaks for this demand, and what against it?"),
    "cause": gettext_lazy("Is this the cause? What else could have brought it about?"),
    "contrast": gettext_lazy("Which side of this do you take, and what would the other answer?"),
    "all": gettext_lazy("Does this hold always? Think of a case for it and one against it."),
    "meaning": gettext_lazy("What is meant by this, and what follows from it?"),
}
_AIMS = {
    "say": gettext_lazy("Say in your own words what the author holds here."),
    "ground": gettext_lazy("Show on what it rests, with page and quotation."),
    "weigh": gettext_lazy("Weigh what speaks for it and what against."),
}
_STEPS = {
    "open": gettext_lazy("Open: who has read, and what struck you?"),
    "read": gettext_lazy("Read the passages aloud; after each, one says it in other words."),
    "discuss": gettext_lazy("Discuss the questions; ask for the page."),
    "check": gettext_lazy("Check from memory, then look up together."),
    "close": gettext_lazy("Close: what stays open, who brings the next reading?"),
}
_LEADS = {
    "year": gettext_lazy("Which year is missing?"),
    "number": gettext_lazy("Which number is missing?"),
    "person": gettext_lazy("Who is missing?"),
    "place": gettext_lazy("Which place is missing?"),
}
_LEVELS = {
    "very_easy": gettext_lazy("very easy"),
    "easy": gettext_lazy("easy"),
    "medium": gettext_lazy("of middling difficulty"),
    "hard": gettext_lazy("hard"),
    "very_hard": gettext_lazy("very hard"),
}
_LACKS = {
    "topic_missing": gettext_lazy("The archive holds nothing on this. Try other words."),
    "few_questions": gettext_lazy("The archive’s statements on this carry few questions; try a wider topic."),
    "one_work": gettext_lazy("The archive holds one work on this; there is nothing to put in an order."),
    "short_course": gettext_lazy("There is reading for fewer weeks than usual; try a wider topic."),
    "nothing_to_quote": gettext_lazy("No sentence of these works stands alone; search in them instead."),
}
_MOST_SHOWN = 200
_MOST_LOOKED_AT = 50
_MOST_BYTES = 64 << 20
_LONGEST_TOPIC = 400


def learn(request: HttpRequest) -> HttpResponse:
    """What can be made, and what somebody has kept."""
    scope_of(request)
    person = person_of(request)
    return render(request, "web/learn.html", {"kinds": KINDS, **(_own(person) if person else {})})


def make(request: HttpRequest) -> HttpResponse:
    """A study of a topic, made anew."""
    scope, (kind, topic, limit) = scope_of(request), _asked(request.GET)
    study = _made(scope, kind, topic, limit)
    return render(request, "web/learned.html", {"study": _shown(study, set()), "asked": {"limit": limit or ""}})


def kept(request: HttpRequest, number: int) -> HttpResponse:
    """A study of one's own, with what of it is done."""
    person, scope = _signed_in(request), scope_of(request)
    found = actions.study_of(person, number)
    documents = {c["document"] for item in _items(found.study) for c in item["citations"]}
    the_desk().run(lambda library: [library.document(document, scope=scope) for document in documents])
    return render(request, "web/learned.html", {"study": _shown(found.study, set(found.done)), "kept": found})


def cards(request: HttpRequest) -> HttpResponse:
    """The card that is due, its answer behind a fold, and four buttons within reach of a thumb."""
    person, scope, now = _signed_in(request), scope_of(request), timezone.now()
    due = KeptCard.objects.filter(person=person, due__lte=now)
    card = next(_readable(due[:_MOST_LOOKED_AT], scope), None)
    told = _card(card) if card else None
    ways = [(int(recall), _RECALLS[recall], _wait(wait.total_seconds()))
            for recall, wait in intervals(actions.memory_of(card), now).items()] if card else []  # fmt: skip
    following = KeptCard.objects.filter(person=person, due__gt=now).first()
    return render(request, "web/cards.html", {"card": told, "ways": ways, "left": due.count(), "following": following})


def deck(request: HttpRequest) -> HttpResponse:
    """All cards on one plain page, which can be saved and read without a connection."""
    person, scope = _signed_in(request), scope_of(request)
    listed = [_card(card) for card in _readable(KeptCard.objects.filter(person=person)[:_MOST_SHOWN], scope)]
    return render(request, "web/deck.html", {"cards": listed})


# --- what is changed ---------------------------------------------------------------------------------------


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps a study for whoever asks, with its cards."""
    person, (kind, topic, limit) = _signed_in(request), _asked(request.POST)
    found = actions.keep(person, _made(scope_of(request), kind, topic, limit), timezone.now())
    return HttpResponseRedirect("/learn/cards" if kind in ("quiz", "cards") else f"/learn/{found.pk}")


@require_POST
def tick(request: HttpRequest, number: int) -> HttpResponse:
    """Marks a step as done, or as not."""
    step = request.POST.get("step", "")
    actions.tick(_signed_in(request), number, step, done=request.POST.get("done") == "yes")
    return HttpResponseRedirect(f"/learn/{number}#{step}")


@require_POST
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Says how well a card was remembered, and goes on to the next."""
    said = request.POST.get("recall", "")
    if said not in {str(int(recall)) for recall in Recall}:
        raise InvalidValue("How well was it remembered?", hint="Use one of the four buttons.")
    actions.review(_signed_in(request), number, Recall(int(said)), timezone.now())
    return HttpResponseRedirect("/learn/cards")


@require_POST
def bring(request: HttpRequest) -> HttpResponse:
    """Takes an Anki package in; raises InvalidValue for what is none."""
    person, scope = _signed_in(request), scope_of(request)
    file = request.FILES.get("package")
    if not isinstance(file, UploadedFile):
        raise InvalidValue("No file was chosen.", hint="Choose an .apkg file.")
    if (file.size or 0) > _MOST_BYTES:
        raise InvalidValue("The Anki package is larger than 64 MB.", hint="Export single decks.", code="too_large")
    data = file.read()
    brought = the_desk().run(lambda _library: read_package(data))
    actions.take_in(person, brought, the_desk().library, scope, timezone.now())
    return HttpResponseRedirect("/learn")


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erases one study, or all studies and cards."""
    person, said = _signed_in(request), request.POST.get("erase", "")
    if said != "all" and not said.isdecimal():
        raise InvalidValue("Nothing is to be erased.", hint="Use the buttons of the page.")
    actions.erase(person, None if said == "all" else int(said))
    return HttpResponseRedirect("/learn")


# --- what is asked -----------------------------------------------------------------------------------------


def _asked(said: Mapping[str, str]) -> tuple[str, str, int | None]:
    """Kind, topic and limit; raises InvalidValue."""
    kind, topic, limit = said.get("kind", ""), said.get("topic", "").strip()[:_LONGEST_TOPIC], said.get("limit", "")
    if kind not in KINDS:
        raise InvalidValue("There is no such kind of study.", hint="Choose one of the list.", code="unknown_kind")
    if limit and not (limit.isdecimal() and 1 <= int(limit) <= _MOST_SHOWN):
        raise InvalidValue(f"“{limit[:10]}” is no number of items.", hint=f"From 1 to {_MOST_SHOWN}.")
    return kind, topic, int(limit) if limit else None


def _made(scope: Scope, kind: str, topic: str, limit: int | None) -> dict[str, Any]:
    return the_desk().run(lambda library: studied(library, kind, topic, scope, {"limit": limit}).as_dict())


def _own(person: Person) -> dict[str, Any]:
    listed = KeptStudy.objects.filter(person=person)[:_MOST_SHOWN]
    mine = [{"pk": one.pk, "name": KINDS.get(one.kind, one.kind), "topic": one.topic, "done": len(one.done),
             "steps": len(actions.steps_of(one.study))} for one in listed]  # fmt: skip
    held = KeptCard.objects.filter(person=person)
    return {"mine": mine, "held": held.count(), "due": held.filter(due__lte=timezone.now()).count()}


def _readable(found: Sequence[KeptCard] | Any, scope: Scope) -> Iterator[KeptCard]:
    """The cards whose source may be read; those without one are the reader's own words."""
    library = the_desk().library
    for card in found:
        if card.citation is None or _may_read(library, str(card.citation["document"]), scope):
            yield card


def _may_read(library: Library, document: str, scope: Scope) -> bool:
    try:
        library.document(document, scope=scope)
    except LyceumError:
        return False
    return True


def _signed_in(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise AccessRefused("Sign in to keep what you learn.", hint="Studies are made without it.", code="sign_in")
    return person


# --- what is shown -----------------------------------------------------------------------------------------

_RECALLS = {
    Recall.AGAIN: gettext_lazy("Not known"),
    Recall.HARD: gettext_lazy("With effort"),
    Recall.GOOD: gettext_lazy("Known"),
    Recall.EASY: gettext_lazy("At once"),
}
_MINUTE, _DAY = 60, 86_400


def _wait(seconds: float) -> str:
    if seconds < _DAY:
        return _("%(n)s min") % {"n": max(1, round(seconds / _MINUTE))}
    return _("%(n)s d") % {"n": round(seconds / _DAY)}


def _items(study: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in study.get("sections", ()):
        yield from section["items"]
    yield from study.get("items", ())


def _shown(study: Mapping[str, Any], done: set[str]) -> dict[str, Any]:
    """A study with words in the reader's language for its codes."""
    kind = str(study["kind"])
    steps = actions.steps_of(study)
    files = [{"form": form.upper(), "address": _download(kind, str(study["topic"]), form)} for form in _FORMS[kind]]
    return {
        "kind": kind, "name": KINDS[kind], "topic": study["topic"],
        "sections": [_section(section, kind, done) for section in study.get("sections", ())],
        "cards": [_question(item) for item in study.get("items", ())] if kind in ("quiz", "cards") else [],
        "lacks": [{"said": _LACKS.get(lack["code"], lack["message"]), "hint": lack["hint"]} for lack in study["lacks"]],
        "minutes": study.get("minutes"), "steps": len(steps), "done": len(done.intersection(steps)),
         "files": files,
    }  # fmt: skip


def _download(kind: str, topic: str, form: str) -> str:
    return "/api/v1/study?" + urlencode({"kind": kind, "topic": topic, "format": form})


def _section(section: Mapping[str, Any], kind: str, done: set[str]) -> dict[str, Any]:
    week = section.get("week")
    title = _("Week %(n)s") % {"n": week} if week else _title(section)
    step = section["id"] if kind == "course" and week else ""
    return {"title": title, "step": step, "done": step in done, "minutes": section.get("minutes"),
            "groups": _groups(section["items"], kind, done)}  # fmt: skip


def _title(section: Mapping[str, Any]) -> str:
    return {"leader": _("For who leads the circle"), "reading-list": _("Reading list")}.get(
        section["id"], str(section["title"])
    )


def _groups(items: Sequence[Mapping[str, Any]], kind: str, done: set[str]) -> list[dict[str, Any]]:
    """Items that follow each other under the name of their type."""
    groups: list[dict[str, Any]] = []
    for item in items:
        sort = str(item.get("type", ""))
        if not groups or groups[-1]["sort"] != sort:
            groups.append({"sort": sort, "name": _TYPES.get(sort, ""), "items": []})
        groups[-1]["items"].append(_item(item, kind, done))
    return groups


def _item(item: Mapping[str, Any], kind: str, done: set[str]) -> dict[str, Any]:
    sort = item.get("type", "")
    step = str(item.get("document", "")) if kind == "reading-list" else ""
    return {
        "text": _told(item, str(sort)), "about": item["about"], "step": step, "done": bool(step) and step in done,
        "quotes": [_quote(c) for c in item["citations"]] if sort not in ("aim", "step") else [],
        "minutes": item.get("minutes") if "parts" in item else None, "parts": item.get("parts", ()),
        "level": _LEVELS.get(str(item.get("level", "")), ""), "lix": item.get("lix"), "date": item.get("date"),
        "after": item.get("after", ()),
    }  # fmt: skip


def _told(item: Mapping[str, Any], sort: str) -> str:
    """What an item says, in the reader's language where it is a form of words."""
    if sort == "step":
        return f"{_('%(n)s min') % {'n': item['minutes']}} · {_STEPS[item['step']]}"
    worded = {"aim": _AIMS, "question": _PROMPTS}.get(sort)
    return str(worded[item[_CODED[sort]]]) if worded else str(item["text"])


_CODED = {"aim": "aim", "question": "ask"}


def _quote(citation: Mapping[str, Any]) -> dict[str, Any]:
    start, end = citation["start"], citation["end"]
    about = (*citation.get("creators", ())[:2], citation.get("title"), citation.get("date"))
    return {
        "exact": citation["exact"],
        "language": citation.get("language", "und"),
        "source": ", ".join(filter(None, about)),
        "page": citation.get("page"),
        "place": f"/documents/{citation['document']}?version={citation['version']}&cite={start}-{end}#{start}-{end}",
    }


def _question(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"lead": _LEADS.get(item.get("asks", ""), ""), "front": item["cloze"], "back": item["answer"],
            "options": item.get("options", ()), "quote": _quote(item["citations"][0])}  # fmt: skip


def _card(card: KeptCard) -> dict[str, Any]:
    quote = _quote(card.citation) if card.citation else None
    return {"pk": card.pk, "front": card.front, "back": card.back, "source": card.source, "quote": quote}
