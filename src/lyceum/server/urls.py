"""Where everything stands."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from lyceum.errors import LyceumError
from lyceum.server.api import chat, v1
from lyceum.server.desk import the_desk
from lyceum.server.failures import failed


def health(_request: HttpRequest) -> JsonResponse:
    """200 when the archive can be asked."""
    try:
        the_desk().library.readable()
    except LyceumError as error:
        return failed(error)
    return JsonResponse({"ok": True})


urlpatterns = [
    path("", include("lyceum.server.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("health", health),
    path("api/v1/", v1.api.urls),
    path("v1/models", chat.models),
    path("v1/models/<path:name>", chat.model),
    path("v1/chat/completions", chat.completions),
]

handler400 = "lyceum.server.web.layers.bad_request"
handler404 = "lyceum.server.web.layers.not_found"
handler500 = "lyceum.server.web.layers.broken"
