"""Who may read what: the one place where a request becomes a scope.

Until there are accounts there are two kinds of askers: who has the site's token reads everything, and who has none
reads what the setting `anonymous` names. A site that only its own machine can reach, with neither set, is its
owner's.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping

from lyceum.config import Settings
from lyceum.errors import AccessRefused, ConfigError
from lyceum.library import Scope

_SHORTEST_TOKEN = 16
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


def access(headers: Mapping[str, str], settings: Settings) -> Scope:
    """What whoever sent these headers may read; raises AccessRefused."""
    scope = _anonymous(settings)
    given = _bearer(headers.get("authorization") or "")
    if not settings.api_token:
        return scope or _owner(headers)
    if given:
        if hmac.compare_digest(given.encode("utf-8", "replace"), settings.api_token.encode()):
            return Scope.everything()
        raise AccessRefused("This token is not the site's.", hint="Ask whoever runs the site.", code="token_wrong")
    if scope is None:
        raise AccessRefused("A token is needed.", hint="Send it as `Authorization: Bearer TOKEN`.")
    return scope


def check_access(host: str, settings: Settings) -> None:
    """Raises ConfigError where a site would be open by oversight, or its token could be guessed or not be sent."""
    token = settings.api_token
    if token and (len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise ConfigError(
            "The setting api_token is too short, or has characters that no header can carry.",
            hint=f"Take at least {_SHORTEST_TOKEN} letters and digits, such as `openssl rand -hex 32` gives.",
            code="token_weak",
        )
    if not (token or settings.anonymous or (is_loopback(host) and not settings.hosts)):
        raise ConfigError(
            f"At {settings.hosts or host} others than this machine could read everything.",
            hint="Set LYCEUM_API_TOKEN (or LYCEUM_API_TOKEN_FILE) for those who may, or say what anybody may read "
            "with LYCEUM_ANONYMOUS=everything or LYCEUM_ANONYMOUS=COLLECTION,COLLECTION.",
            code="access_open",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _owner(headers: Mapping[str, str]) -> Scope:
    """Everything, for who sits at this machine; whom a proxy brings in does not."""
    if any(name in headers for name in _FORWARDED):
        raise AccessRefused(
            "A proxy stands before a site that was started for its own machine.",
            hint="Start it with LYCEUM_API_TOKEN or LYCEUM_ANONYMOUS.",
        )
    return Scope.everything()


def _anonymous(settings: Settings) -> Scope | None:
    if settings.anonymous == "everything":
        return Scope.everything()
    names = [name.strip() for name in settings.anonymous.split(",") if name.strip()]
    return Scope.of(*names) if names else None


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
