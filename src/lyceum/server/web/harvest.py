"""The door for harvesters: OAI-PMH over what anybody may read, whoever asks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lyceum.errors import AccessRefused, UnknownDocument
from lyceum.library import Library, Scope
from lyceum.server.accounts.scopes import public_scope
from lyceum.server.desk import the_desk
from lyceum.server.ledger import actions
from lyceum.server.ledger.models import ToldRecord
from lyceum.server.web import oai
from lyceum.server.web.describing import dublin_core
from lyceum.server.web.words import collection_name

_A_PAGE = 100
_LOOK_SECONDS = 60.0
_SALT = "oai"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def harvest(request: HttpRequest) -> HttpResponse:
    """What a harvester asks; an account changes nothing of what is told."""
    try:
        scope = public_scope(request)
    except AccessRefused:
        scope = Scope.of()
    said = request.POST if request.method == "POST" else request.GET
    asked = [(name, value) for name, values in said.lists() for value in values]
    base = request.build_absolute_uri("/oai")
    now = timezone.now()
    with override("en"):
        answer = oai.respond(asked, _repository(request, scope, now), _TOKENS, base=base, now=now)
    return HttpResponse(answer, content_type="text/xml; charset=utf-8")


def _repository(request: HttpRequest, scope: Scope, now: datetime) -> _Repository:
    _look(scope, now)
    settings = the_desk().settings
    host = next((name.strip() for name in settings.hosts.split(",") if name.strip()), "") or (
        request.get_host().partition(":")[0].strip("[]")
    )
    contact = settings.web_contact if "@" in settings.web_contact else f"librarian@{host}"
    return _Repository(
        settings.archive_name or "Lyceum", contact, scope, f"oai:{host}:", request.build_absolute_uri("/documents/")
    )


_looked: dict[str, tuple[Scope, int, float]] = {}


def _look(scope: Scope, now: datetime) -> None:
    """Brings the ledger up to what stands open now; not again while nothing has changed."""

    def task(library: Library) -> None:
        revision = library.revision
        known = _looked.get("last")
        if known and known[:2] == (scope, revision) and time.monotonic() - known[2] < _LOOK_SECONDS:
            return
        actions.tell_of(library.documents(scope=scope), now)
        _looked["last"] = scope, revision, time.monotonic()

    the_desk().run(task)


@dataclass(frozen=True, slots=True)
class _Repository:
    """The ledger, and the library for what is in it."""

    name: str
    contact: str
    scope: Scope
    begins: str
    pages: str

    def earliest(self) -> datetime:
        first = ToldRecord.objects.order_by("stamp").values_list("stamp", flat=True).first()
        return first or datetime(2000, 1, 1, tzinfo=UTC)

    def collections(self) -> Mapping[str, str]:
        named = ToldRecord.objects.filter(deleted=False).order_by("shelf").values_list("shelf", flat=True).distinct()
        return {name: collection_name(name) for name in named}

    def page(self, wanted: oai.Wanted) -> oai.Page:
        found = actions.told(first=wanted.first, last=wanted.last, shelf=wanted.collection, after=wanted.after)
        rows = list(found[: _A_PAGE + 1])
        shown, last = rows[:_A_PAGE], rows[_A_PAGE - 1] if len(rows) > _A_PAGE else None
        records = the_desk().run(lambda library: [self._record(library, row) for row in shown])
        return oai.Page(records, found.count(), (last.stamp, last.document) if last else None)

    def record(self, identifier: str) -> oai.Record | None:
        if not identifier.startswith(self.begins):
            return None
        row = ToldRecord.objects.filter(document=identifier.removeprefix(self.begins)).first()
        return the_desk().run(lambda library: self._record(library, row)) if row else None

    def _record(self, library: Library, row: ToldRecord) -> oai.Record:
        identifier = self.begins + row.document
        try:
            if row.deleted:
                return oai.Record(identifier, row.stamp, row.shelf, None)
            document = library.document(row.document, scope=self.scope)
        except UnknownDocument:
            # It was taken out since the ledger was looked through.
            return oai.Record(identifier, row.stamp, row.shelf, None)
        return oai.Record(identifier, row.stamp, row.shelf, list(dublin_core(document, self.pages + row.document)))


def _read(token: str) -> dict[str, str]:
    try:
        kept = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise ValueError(token) from error
    return {str(name): str(value) for name, value in kept.items()}


_TOKENS = oai.Tokens(lambda kept: signing.dumps(kept, salt=_SALT), _read)
