"""A page is kept for those who ask the same, and for nobody else."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lyceum.library import Scope
from lyceum.server.web.keptpages import KeptPages


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def made() -> list[HttpRequest]:
    return []


@pytest.fixture
def pages() -> KeptPages:
    return KeptPages(seconds=30, most=2, now=Clock())


def asked(path: str = "/search?query=x", **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers={"Host": "127.0.0.1", **headers})


def shown(pages, made, request, scope=Scope.everything(), revision=1, response=None) -> str:  # noqa: B008
    def make() -> HttpResponse:
        made.append(request)
        return response or HttpResponse(f"page {len(made)}")

    return pages.kept(request, scope, revision, make).content.decode()


def test_who_asks_the_same_soon_gets_the_same_page(pages, made):
    assert [shown(pages, made, asked()) for _ in range(3)] == ["page 1"] * 3
    assert len(made) == 1


def test_after_some_seconds_it_is_made_anew(pages, made):
    shown(pages, made, asked())
    pages.now.at = 31
    assert shown(pages, made, asked()) == "page 2"


@pytest.mark.parametrize(
    "other",
    [{"request": asked("/search?query=y")}, {"scope": Scope.of("main")}, {"revision": 2},
     {"request": asked(**{"HX-Request": "true"})}, {"request": asked(Cookie="look=theme=dark")},
     {"request": asked(Host="localhost")}],
    ids=["words", "scope", "revision", "part", "look", "host"],
)  # fmt: skip
def test_nobody_gets_a_page_that_is_not_theirs(pages, made, other):
    shown(pages, made, asked())
    assert shown(pages, made, **{"request": asked(), **other}) == "page 2"


def test_what_is_one_readers_own_is_not_kept(pages, made):
    token, cookie = asked(), HttpResponse("x")
    token.META["CSRF_COOKIE"] = "x"
    cookie.set_cookie("a", "b")
    for request, response in ((token, None), (asked(), cookie), (asked(), HttpResponse("x", status=422))):
        shown(pages, made, request, response=response)
        shown(pages, made, request, response=response)
    assert len(made) == 6


def test_no_more_are_kept_than_may_be(pages, made):
    for n in (1, 2, 3, 1):
        shown(pages, made, asked(f"/search?query={n}"))
    assert len(made) == 4
