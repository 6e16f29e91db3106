"""Visitors of a site: strangers, and people with an account, who fill in forms as a browser does."""

from __future__ import annotations

import re
from typing import Any

import httpx

PASSWORD = "seven looms in the cellar"  # noqa: S105
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Somebody with cookies of their own; redirects are shown, not followed."""

    def __init__(self, address: str, **headers: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, timeout=60, headers={"Referer": address, **headers})

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def post(self, path: str, said: dict[str, Any], *, form: str | None = None, **more: Any) -> httpx.Response:
        """Sends the form that stands on a page, which is the one it is sent to unless another is named."""
        page = self.get(form or path)
        token = _TOKEN.search(page.text)
        assert token, f"no form at {form or path}: {page.status_code}"
        return self.client.post(path, data={"csrfmiddlewaretoken": token.group(1), **said}, **more)

    def join(self, link: str, email: str) -> Visitor:
        """Makes the account that a link is for."""
        path = link.removeprefix(self.address)
        answer = self.post(path, {"email": email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("accounts/login/", {"login": email, "password": password})

    def invite(self, role: str, email: str) -> Visitor:
        """A visitor who has joined by an invitation of this one."""
        page = self.post("people", {"act": "invite", "role": role, "email": email})
        link = re.search(r"http://\S+/join/[\w-]+", page.text)
        assert link, page.text
        return Visitor(self.address).join(link.group(), email)
