"""The tutor: a question, its progress, an answer with its sources, and what its asker keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_POST

from lyceum.contract import filter_of
from lyceum.errors import AccessRefused, InvalidValue, UnknownDocument
from lyceum.library import Library, Scope
from lyceum.server.accounts.models import Person
from lyceum.server.accounts.scopes import person_of, scope_of
from lyceum.server.desk import the_desk
from lyceum.server.ledger import actions as ledger
from lyceum.server.offered import models_of
from lyceum.server.reading import actions
from lyceum.server.reading.models import Exchange
from lyceum.server.web import answers
from lyceum.server.web.exporting import Exported, as_html, as_markdown
from lyceum.server.web.following import questions_after
from lyceum.server.web.words import NEXT, REASONS, STEPS, language_name, refusal

_PATIENCE_SECONDS = 2.5
_LONGEST = 20_000
_MOST_EARLIER = 12
_SHOWN_OF_HISTORY = 100


def ask(request: HttpRequest) -> HttpResponse:
    """A conversation with the archive; what takes longer is shown with its progress."""
    scope, said = scope_of(request), request.POST if request.method == "POST" else request.GET
    question = (said.get("question") or said.get("query", "")).strip()[:_LONGEST]
    before = [key for key in said.get("before", "").split(".") if key][-_MOST_EARLIER:]
    if not question:
        return render(request, "web/ask.html", {"models": models_of(the_desk().settings), "before": ""})
    wanted = filter_of({name: said.get(name) or None for name in ("from", "to", "language", "author", "collection")})
    desk = the_desk()
    known = desk.run(lambda library: answers.earlier(library, before, scope))
    asked = answers.question_of(question, scope, wanted, [answer for _, answer in known])
    key = answers.WORKS.put(answers.begin(desk, asked, said.get("model") or None, [key for key, _ in known]))
    return _show(request, key, scope, _PATIENCE_SECONDS)


def wait(request: HttpRequest, key: str) -> HttpResponse:
    """The answer to a question asked before, or how far it has come."""
    return _show(request, key, scope_of(request), 0.0)


@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Gives an answer an address of its own."""
    answer = _at_hand(request.POST.get("answer", ""), scope_of(request))
    return HttpResponseRedirect(f"/answers/{actions.share(answer)}")


def shared(request: HttpRequest, key: str) -> HttpResponse:
    """An answer that somebody has shared, for who may read its sources."""
    scope = scope_of(request)

    def task(library: Library) -> dict[str, Any]:
        return _told(actions.shared_answer(key, library, scope), library, scope)

    return render(request, "web/shared.html", {"turn": the_desk().run(task), "key": key})


def after(request: HttpRequest, key: str) -> HttpResponse:
    """Questions that may come next; looked for once an answer is read, since each of them is tried."""
    scope = scope_of(request)
    answer = _at_hand(key, scope)
    questions = answers.FURTHER.get(key)
    if questions is None:
        questions = the_desk().run(lambda library: questions_after(answer, library, scope))
        answers.FURTHER.note(key, questions)
    template = "web/_further.html" if request.headers.get("HX-Request") else "web/further.html"
    return render(request, template, {"questions": questions, "before": key, "question": answer["question"]})


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Counts what somebody makes of an answer, once an answer; neither which it was nor whose is kept."""
    scope = scope_of(request)
    key, said = request.POST.get("answer", ""), request.POST.get("said", "")
    _at_hand(key, scope)
    if not answers.JUDGED.get(key):
        ledger.judge(said, timezone.now().date())
        answers.JUDGED.note(key, True)
    template = "web/_judged.html" if request.headers.get("HX-Request") else "web/judged.html"
    return render(request, template, {"key": key})


def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """An answer as a file to keep, for who may read all that it quotes."""
    scope = scope_of(request)
    known = answers.ANSWERS.get(key)
    answer = _at_hand(key, scope) if known else the_desk().run(lambda lib: actions.shared_answer(key, lib, scope))
    write, media = _FORMS[form]
    direction = "rtl" if get_language_bidi() else "ltr"
    why = str(REASONS.get(answer["reason"], "")) if answer["reason"] else ""
    exported = Exported(
        answer, request.build_absolute_uri("/").rstrip("/"), the_desk().settings.archive_name or "Lyceum",
        get_language() or "en", direction, why,
    )  # fmt: skip
    response = HttpResponse(write(exported), content_type=f"{media}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answer.{form}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


_FORMS = {"md": (as_markdown, "text/markdown"), "html": (as_html, "text/html")}


def history(request: HttpRequest) -> HttpResponse:
    """What somebody has asked, for themselves alone."""
    person = _signed_in(request)
    kept = Exchange.objects.filter(person=person).values("pk", "question", "asked")[:_SHOWN_OF_HISTORY]
    return render(request, "web/history.html", {"kept": list(kept)})


def remembered(request: HttpRequest, number: int) -> HttpResponse:
    """An answer of one's own history."""
    person, scope = _signed_in(request), scope_of(request)
    kept = Exchange.objects.filter(person=person, pk=number).first()
    if kept is None or not the_desk().run(lambda library: answers.is_readable(kept.answer, library, scope)):
        raise UnknownDocument("There is no such answer in your history.", hint="Ask the question anew.")
    key = answers.ANSWERS.put(kept.answer)
    turn = the_desk().run(lambda library: _told(kept.answer, library, scope, key))
    return render(request, "web/ask.html", {"turns": [turn], "before": key, "models": models_of(the_desk().settings)})


@require_POST
def change_history(request: HttpRequest) -> HttpResponse:
    """Erases one exchange or all, or switches the keeping."""
    person, said = _signed_in(request), request.POST
    if "keep" in said:
        actions.switch_history(person, on=said["keep"] == "yes")
    elif said.get("erase") == "all":
        actions.erase_history(person)
    elif said.get("erase", "").isdecimal():
        actions.erase_history(person, int(said["erase"]))
    else:
        raise InvalidValue("Nothing is to be changed.", hint="Use the buttons of the page.")
    return HttpResponseRedirect("/history")


def _at_hand(key: str, scope: Scope) -> dict[str, Any]:
    """An answer of the last while, for who may read all that it quotes; raises UnknownDocument."""
    answer: dict[str, Any] | None = answers.ANSWERS.get(key)
    if not answer or not the_desk().run(lambda library: answers.is_readable(answer, library, scope)):
        raise UnknownDocument(
            "This answer is no longer at hand.", hint="Ask the question again.", code="unknown_answer"
        )
    return answer


def _show(request: HttpRequest, key: str, scope: Scope, seconds: float) -> HttpResponse:
    work = answers.WORKS.get(key)
    if work is None:
        raise UnknownDocument("This question is no longer at hand.", hint="Ask it again.", code="unknown_answer")
    swap = bool(request.headers.get("HX-Request"))
    answer = work.within(seconds)
    context: dict[str, Any] = {"models": models_of(the_desk().settings)}
    if answer is None:
        context |= {"question": work.question, "step": STEPS.get(work.step, work.step), "wait": f"/ask/wait/{key}"}
        return render(request, "web/_progress.html" if swap else "web/waiting.html", context)
    here = _kept(request, work, answer)
    turns = the_desk().run(lambda library: _turns(library, [*work.before, here], scope))
    context |= {"turns": turns, "before": ".".join([*work.before, here])}
    return render(request, "web/_conversation.html" if swap else "web/ask.html", context)


def _kept(request: HttpRequest, work: answers.Work, answer: dict[str, Any]) -> str:
    """The key of an answer; the first time that it is shown it goes into its asker's history."""
    if not work.key:
        work.key = answers.ANSWERS.put(answer)
        actions.keep(person_of(request), answer, timezone.now().date())
    return work.key


def _turns(library: Library, keys: Sequence[str], scope: Scope) -> list[dict[str, Any]]:
    return [_told(answer, library, scope, key) for key, answer in answers.earlier(library, keys, scope)]


def _told(answer: dict[str, Any], library: Library, scope: Scope, key: str = "") -> dict[str, Any]:
    """An answer with its sources and with words for its codes."""
    told = answers.shown(answer, library, scope)
    return {
        **told,
        "key": key,
        "why": str(REASONS.get(answer["reason"], "")) if answer["reason"] else "",
        "next": str(NEXT.get(answer["reason"], "")) if answer["reason"] else "",
        "refused": [{"text": one["text"], "why": refusal(one["why"])} for one in answer["refused"]],
        "steps": [
            {"name": STEPS.get(name, name), "milliseconds": round(spent)} for name, spent in told["steps"].items()
        ],
        "languages": sorted({language_name(source.language) for source in told["sources"]}),
    }


def _signed_in(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise AccessRefused("Sign in to see your history.", hint="Without an account none is kept.", code="sign_in")
    return person
