"""The page of the record: its head, its last entries, what vouches for it, and its export."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from lyceum.errors import InvalidValue, LyceumError
from lyceum.hall import read_anchor
from lyceum.library import time_stamper
from lyceum.server.desk import the_desk
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.policies import needs_overseer
from lyceum.server.hall.recording import KeepAnchor, cosign, export_record, stamp_head
from lyceum.server.hall.shown import public_bodies, record_shown
from lyceum.server.web.hall.forms import asker, now

_LARGEST = 50_000_000


def record(request: HttpRequest) -> HttpResponse:
    """What was recorded; for the site's officers, anchors and co-signatures."""
    actor = asker(request)
    problem: LyceumError | None = None
    if request.method == "POST":
        try:
            return _act(actor, request)
        except InvalidValue as error:
            problem = error
    context = {"record": record_shown(actor, now()), "problem": problem}
    return render(request, "web/hall/record.html", context, status=422 if problem else 200)


def export(_request: HttpRequest) -> HttpResponse:
    """The whole record, as `lyceum hall verify` reads it."""
    response = JsonResponse(export_record(opened=public_bodies(now())), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="record.json"'
    return response


def _act(actor: Actor, request: HttpRequest) -> HttpResponse:
    said: Any = request.POST
    if said.get("act") == "stamp":
        needs_overseer(actor)
        KeepAnchor(actor, stamp_head(time_stamper(the_desk().settings))).execute(now())
    elif said.get("act") == "anchor":
        KeepAnchor(actor, read_anchor(_json(said.get("anchor", "")))).execute(now())
    elif said.get("act") == "cosign":
        needs_overseer(actor)
        file = request.FILES.get("file")
        if file is None or (file.size or 0) > _LARGEST:
            raise InvalidValue("There is no record in this form.", hint="Choose the file of an export.")
        anchor = cosign(_json(file.read().decode("utf-8", "replace")), now())
        response = JsonResponse(anchor.as_dict())
        response["Content-Disposition"] = 'attachment; filename="anchor.json"'
        return response
    else:
        raise InvalidValue("There is no such act.", hint="stamp, anchor, cosign")
    return HttpResponseRedirect("/hall/record")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValue("This is no JSON.", hint="Send the file as it was made.") from error
