"""Who may read what: the one place where a request becomes a scope.

Who is signed in reads what their role may, who has the site's token everything, and everybody else the collections
that stand open and those that the setting `anonymous` names. A site that only its own machine can reach, with
neither token nor setting, is its owner's.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from enum import StrEnum

from lyceum.config import Settings
from lyceum.errors import AccessRefused, ConfigError
from lyceum.library import Scope

_SHORTEST_TOKEN = 16
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
EVERYTHING, NOBODY = "everything", "nobody"
"""What the setting `anonymous` may say besides names of collections."""


class Role(StrEnum):
    """What somebody with an account is to the house; `officer` is for the hall."""

    READER = "reader"
    MEMBER = "member"
    LIBRARIAN = "librarian"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"

    @property
    def reads_all(self) -> bool:
        """Whether collections for members are open to them."""
        return self is not Role.READER

    @property
    def keeps_the_library(self) -> bool:
        """Whether they may add, describe and open documents."""
        return self in (Role.LIBRARIAN, Role.ADMINISTRATOR)

    @property
    def administers(self) -> bool:
        """Whether they may invite and appoint."""
        return self is Role.ADMINISTRATOR


def scope_of_role(role: Role, settings: Settings, public: frozenset[str]) -> Scope:
    """What somebody with an account may read."""
    return Scope.everything() if role.reads_all else _anonymous(settings, public) or Scope.of()


def access(headers: Mapping[str, str], settings: Settings, public: frozenset[str] = frozenset()) -> Scope:
    """What whoever sent these headers may read, with the collections that stand open; raises AccessRefused."""
    if not is_guarded(settings):
        return _owner(headers)
    scope = _anonymous(settings, public)
    given = _bearer(headers.get("authorization") or "")
    if given and settings.api_token:
        if hmac.compare_digest(given.encode("utf-8", "replace"), settings.api_token.encode()):
            return Scope.everything()
        raise AccessRefused("This token is not the site's.", hint="Ask whoever runs the site.", code="token_wrong")
    if scope is None:
        raise AccessRefused("A token is needed.", hint="Sign in, or send it as `Authorization: Bearer TOKEN`.")
    return scope


def is_guarded(settings: Settings) -> bool:
    """Whether others than the owner of this machine may come."""
    return bool(settings.api_token or settings.anonymous)


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
            "with LYCEUM_ANONYMOUS: everything, COLLECTION,COLLECTION, or nobody where people are to sign in.",
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


def _anonymous(settings: Settings, public: frozenset[str]) -> Scope | None:
    if settings.anonymous == EVERYTHING:
        return Scope.everything()
    named = {name.strip() for name in settings.anonymous.split(",") if name.strip()} - {NOBODY}
    return Scope.of(*named, *public) if named or public else None


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
