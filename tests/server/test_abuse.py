"""What strangers may try at every address of the site: words that would be markup, what is not theirs, bad files."""

from __future__ import annotations

import io
import itertools
import re
import tarfile
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import hypothesis
import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import strategies as st

from server.conftest import HIDDEN_TITLE, HOSTILE, Site
from server.visiting import Visitor

SECRETS = ("sent the weavers bread", HIDDEN_TITLE)
MEMBERS_QUESTION = "What did the committee send the weavers?"
_OF_OTHERS = ("accounts/", "static/", "health", "api/v1/openapi.json")
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
_NUMBERS = itertools.count()


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the site as Django knows it, but for those of allauth."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        elif isinstance(one, URLPattern) and not route.startswith(_OF_OTHERS):
            yield route


@pytest.fixture(scope="module")
def places(people: dict[str, Visitor], hidden: str) -> list[str]:
    """What stands for something that is for members: a document, an answer, a question, a shared answer."""
    member = people["member"]
    page = member.get("ask", params={"question": MEMBERS_QUESTION}).text
    while waits := re.search(r'content="1;url=/(ask/wait/[^"]+)"', page):
        time.sleep(0.3)
        page = member.get(waits.group(1)).text
    assert SECRETS[0] in page
    key = re.search(r'name="answer" value="([^"]+)"', page).group(1)
    shared = member.post("answers", {"answer": key}, form="look").headers["location"].rpartition("/")[2]
    return [hidden, key, shared]


def asked(visitor: Visitor, method: str, path: str, said: dict[str, str]) -> httpx.Response:
    """A request that comes from an address of its own, so that no guest asks too often."""
    number = next(_NUMBERS)
    headers = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
    if method == "get":
        return visitor.client.get(path, params=said, headers=headers)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', visitor.get("look").text).group(1)
    return visitor.client.post(path, data={**said, "csrfmiddlewaretoken": token}, headers=headers)


def tells_nothing(answer: httpx.Response, what: str) -> None:
    assert answer.status_code < 500, what
    for secret in SECRETS:
        assert secret not in answer.text, what


def filled(route: str, place: str) -> str:
    return _CONVERTER.sub(lambda found: "1" if found.group(1) == "int" else quote(place, safe=""), route)


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_address_of_the_site_tells_what_is_for_members(people, places, who):
    known = list(routes())
    assert len(known) > 60
    for route, place in itertools.product(known, places):
        if place == places[0] or "<" in route:
            path = filled(route, place)
            tells_nothing(asked(people[who], "get", path, {"query": "committee", "question": MEMBERS_QUESTION}), path)


VALUES = st.sampled_from(
    ["committee", "cellar of the bakery", MEMBERS_QUESTION, "minutes", "main", "0-60", "1", "0", "-1", "2", "999999999",
     "useful", "withdraw", "describe", "all", "oai_dc", "ListRecords", "GetRecord", "collection:minutes", "1888", "de",
     "..", "\u202e", "x" * 300]
)  # fmt: skip
NAMES = st.sampled_from(
    ["query", "question", "words", "collection", "version", "cite", "find", "at", "from", "to", "before", "page",
     "answer", "document", "of", "act", "verb", "metadataPrefix", "identifier", "set", "language", "lang",
     "said", "sort", "key"]
)  # fmt: skip


def test_nor_does_any_whatever_is_said_to_it(people, places):
    known = sorted(routes())

    @hypothesis.settings(max_examples=120, derandomize=True, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(
        route=st.sampled_from(known), place=st.sampled_from([*places, "x", "1"]),
        who=st.sampled_from(["stranger", "reader"]), method=st.sampled_from(["get", "get", "post"]),
        said=st.dictionaries(NAMES, VALUES | st.sampled_from(places), max_size=4),
    )  # fmt: skip
    def ask(route: str, place: str, who: str, method: str, said: dict[str, str]) -> None:
        path = filled(route, place)
        tells_nothing(asked(people[who], method, path, said), f"{method} {path} {said}")

    ask()


# --- words that would be markup --------------------------------------------------------------------------


def hostile_answer(document: dict[str, Any]) -> dict[str, Any]:
    """An answer whose every word a model, or somebody else, has written with intent."""
    citation = {
        "n": 1, "document": document["id"], "version": document["version"], "title": HOSTILE, "creators": [HOSTILE],
        "date": HOSTILE, "language": HOSTILE, "page": HOSTILE, "start": 0, "end": 10, "exact": HOSTILE, "prefix": "",
        "suffix": "", "translation": {"language": HOSTILE, "text": HOSTILE, "model": HOSTILE},
    }  # fmt: skip
    side = {"value": HOSTILE, "citations": [1], "documents": 1, "creators": [HOSTILE], "dates": [HOSTILE]}
    return {
        "id": None, "question": HOSTILE, "asked": f"{HOSTILE}?", "abstained": False, "reason": None,
        "claims": [{"text": f"“{HOSTILE}” {HOSTILE}", "citations": [1]}], "citations": [citation],
        "disagreements": [{"about": HOSTILE, "sides": [side, side]}], "yours": [HOSTILE], "model": HOSTILE,
        "refused": [{"text": HOSTILE, "why": HOSTILE}], "nearest": [], "searched": None, "notice": HOSTILE,
        "notes": [HOSTILE], "milliseconds": 1.0, "trace": {"milliseconds": {HOSTILE: 1.0}},
    }  # fmt: skip


def is_harmless(answer: httpx.Response) -> None:
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_what_a_model_writes_never_becomes_markup(house: Site):
    from lyceum.server.web.answers import ANSWERS  # noqa: PLC0415  (the house stands in this process)

    listed = house.get("api/v1/documents").json()["documents"]
    key = ANSWERS.put(hostile_answer(next(d for d in listed if "script" in d["title"])))
    for path in (f"ask?before={key}&question=Who+struck%3F", f"answers/{key}/answer.html", f"ask/further/{key}"):
        answer = house.get(path)
        is_harmless(answer)
        assert "&lt;script&gt;" in answer.text, path


def test_words_of_documents_never_become_markup_on_any_page_of_the_desk(people):
    librarian = people["librarian"]
    for path in ("desk", "desk/state", "desk/documents", "desk/table", "desk/editions", "desk/coverage",
                 "oai?verb=Identify", "desk/collections", "oai?verb=ListRecords&metadataPrefix=oai_dc",
                 f"oai?verb={quote(HOSTILE)}",
                 f"desk/table?words={quote(HOSTILE)}", "sitemap.xml", "widget"):  # fmt: skip
        is_harmless(librarian.get(path))


def test_words_in_a_table_never_become_markup(people, house):
    listed = house.get("api/v1/documents").json()["documents"]
    said = {"field": "rights", "value": HOSTILE, "document": [listed[0]["id"], HOSTILE]}
    answer = people["librarian"].post("desk/table/preview", said, form="desk/table")
    is_harmless(answer)
    assert "&lt;script&gt;" in answer.text


def test_what_a_page_tells_search_engines_cannot_end_its_element(house):
    listed = house.get("api/v1/documents").json()["documents"]
    page = house.get(f"documents/{next(d for d in listed if 'script' in d['title'])['id']}").text
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S).group(1)
    assert "\\u003Cscript\\u003Ealert" in told


# --- files -----------------------------------------------------------------------------------------------


def leads_out() -> bytes:
    """An archive with a member that would land outside its folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as packed:
        member = tarfile.TarInfo("../../leads-out.txt")
        member.size = 5
        packed.addfile(member, io.BytesIO(b"words"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("program.exe", b"MZ\x90\x00" + bytes(200)), ("packed.tar", leads_out()),
     ("text.txt", b"\x7fELF" + bytes(300)), ("picture.pdf", b"<script>alert(1)</script>")],
    ids=["program", "path", "disguised", "no-pdf"],
)  # fmt: skip
def test_a_file_of_another_kind_than_it_says_is_not_taken_for_text(people, name, content):
    librarian = people["librarian"]
    added = librarian.post("desk/add", {"collection": "minutes"}, form="desk", files=[("files", (name, content))]).text
    for _ in range(150):
        state = librarian.get("desk/state").text
        if name in state or 'class="problem"' in added:
            break
        time.sleep(0.1)
    assert "leads-out" not in librarian.get("desk/documents").text
    assert name in state or 'class="problem"' in added


def test_a_page_that_is_uploaded_is_read_as_words_and_saved_as_a_file(people):
    librarian = people["librarian"]
    page = (
        b"<html><title>Looms of Leith</title><body onload=alert(1)><p>The looms of Leith stood still.</p>"
        + HOSTILE.encode()
    )
    name = "../../<b>leith.html"
    librarian.post("desk/add", {"collection": "minutes"}, form="desk", files=[("files", (name, page, "text/html"))])
    for _ in range(150):
        listed = librarian.get("desk/documents?words=leith").text
        if found := re.search(r'href="/desk/documents/([^"]+)"', listed):
            break
        time.sleep(0.1)
    is_harmless(librarian.get(f"documents/{found.group(1)}"))
    original = librarian.get(f"documents/{found.group(1)}/original")
    assert original.headers["content-type"] == "application/octet-stream"
    assert original.headers["content-disposition"].startswith("attachment")
    assert ".." not in original.headers["content-disposition"]
