"""What allauth is to do in our way: accounts come from invitations, and addresses are not kept."""

from __future__ import annotations

import hashlib
import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

_SALT = secrets.token_bytes(32)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in alone; who joins comes by /join/."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up without an invitation."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """A name for whoever asks that limits attempts and ends with the process."""
        return hashlib.blake2b(super().get_client_ip(request).encode(), key=_SALT, digest_size=16).hexdigest()
