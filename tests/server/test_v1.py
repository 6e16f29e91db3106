"""HTTP API v1 says what the command says, and refuses what cannot be asked with a code and a hint."""

from __future__ import annotations

import pytest

MATCHES = "White Slavery in London"
SILESIA = "Das Elend und der Aufruhr in Schlesien"


def without_times(value: dict) -> dict:
    return {name: value[name] for name in value if name not in ("milliseconds", "trace")}


@pytest.mark.parametrize(
    ("path", "command", "asked"),
    [
        ("search", "search", {"query": "shillings", "limit": 3, "from": "1880", "author": "besant", "mode": "lexical"}),
        ("ask", "ask", {"question": "What is the salary of the match girls?", "as_of": "1890"}),
    ],
    ids=["search", "ask"],
)
def test_both_doors_and_both_methods_say_the_same(site, run, path, command, asked):
    got = site.get(f"api/v1/{path}", params=asked)
    posted = site.post(f"api/v1/{path}", json=asked)
    (_, words), *options = asked.items()
    flags = [part for name, value in options for part in (f"--{name.replace('_', '-')}", value)]
    said = run(command, words, *flags, "--json", home=site.home).json
    assert (got.status_code, posted.status_code) == (200, 200)
    assert without_times(got.json()) == without_times(posted.json()) == without_times(said)
    assert got.json()["hits" if path == "search" else "claims"]


def test_documents_are_listed_a_page_at_a_time(site, run):
    whole = run("documents", "--json", home=site.home).json["documents"]
    pages = [site.get("api/v1/documents", params={"limit": 2, "offset": start}).json() for start in (0, 2)]
    assert [page["total"] for page in pages] == [3, 3]
    assert [document for page in pages for document in page["documents"]] == whole
    assert len(site.get("api/v1/documents", params={"language": "de"}).json()["documents"]) == 1


def test_a_document_is_shown_and_read(site, run):
    document = site.id_of(MATCHES)
    said = run("show", document, "--text", "--json", home=site.home).json
    shown = site.get(f"api/v1/documents/{document}").json()
    read = site.get(f"api/v1/documents/{document}/text").json()
    assert shown == {name: said[name] for name in said if name not in ("text", "pages")}
    assert (read["text"], read["pages"], read["characters"]) == (said["text"], said["pages"], len(said["text"]))


def test_a_citation_stands_where_it_says(site):
    answer = site.get("api/v1/ask", params={"question": "What is the salary of the match girls?"}).json()
    assert answer["citations"]
    for citation in answer["citations"]:
        place = {name: citation[name] for name in ("version", "start", "end")}
        assert (
            site.get(f"api/v1/documents/{citation['document']}/text", params=place).json()["text"] == citation["exact"]
        )


def test_a_question_may_bring_its_own_passages(site):
    answer = site.post(
        "api/v1/ask",
        json={
            "question": "Who baked the bread?",
            "passages": [{"id": "p", "text": "The bread was baked by Ada Bell."}],
        },
    ).json()
    assert [citation["passage"] for citation in answer["citations"]] == ["p"]


def test_facets_are_counted_where_they_are_wanted(site):
    asked = {"query": "machines", "facets": "true"}
    assert site.get("api/v1/search", params=asked).json()["facets"]["documents"] == 1


def test_the_quotations_of_a_text_and_of_a_file_are_checked(site, run, tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text(
        "Besant wrote of “splendid salary of the match girls” and of “the silver spoon of their mothers”.\n"
    )
    said = run("check-quotes", draft, "--json", home=site.home).json
    assert site.post("api/v1/check-quotes", json={"text": draft.read_text()}).json() == said
    assert site.post("api/v1/check-quotes/file", files={"file": ("draft.md", draft.read_bytes())}).json() == said
    assert [one["verdict"] for one in said["quotations"]] == ["exact", "not_found"]


def test_coverage_is_the_commands(site, run):
    assert site.get("api/v1/coverage").json() == run("coverage", "--json", home=site.home).json


@pytest.mark.parametrize(
    ("path", "asked", "status", "code"),
    [
        ("search", {}, 422, "invalid_value"),
        ("search", {"query": "x", "limit": "0"}, 422, "invalid_value"),
        ("search", {"query": "x", "limit": "1001"}, 422, "invalid_value"),
        ("search", {"query": "x", "mode": "psychic"}, 422, "invalid_value"),
        ("search", {"query": "x", "from": "yesterday"}, 422, "invalid_date"),
        ("search", {"query": "x", "langauge": "de"}, 422, "invalid_value"),
        ("search", {"query": "lang:de x", "language": "en"}, 422, "contradictory_filter"),
        ("search", {"query": "x" * 10_001}, 422, "invalid_value"),
        ("ask", {"question": "Who?", "model": "openai:theirs"}, 422, "unknown_model"),
        ("documents/none", {}, 404, "unknown_document"),
        ("documents/none/text", {}, 404, "unknown_document"),
        ("nothing", {}, 404, "no_such_address"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_what_cannot_be_asked_is_refused_with_a_code(site, path, asked, status, code):
    answer = site.get(f"api/v1/{path}", params=asked)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"\xff\xfe", 400), (b"[]", 422), (b'{"query": 7}', 422), (b'{"query": "x", "surprise": 1}', 422),
     (b'{"query": "\\ud800"}', 422), (b'{"query": "' + b"x" * 1_100_000 + b'"}', 413), (b"[" * 50_000, 400)],
    ids=["cut", "bytes", "list", "number", "unknown", "half-a-character", "large", "deep"],
)  # fmt: skip
def test_a_bad_body_is_refused(site, body, status):
    answer = site.post("api/v1/search", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]["code"]


def test_a_body_without_a_stated_length_is_bounded_too(site):
    answer = site.post("api/v1/search", content=(b"x" * 100_000 for _ in range(20)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_wrong_method_is_told_which_is_right(site):
    answer = site.post("api/v1/coverage")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize("name", ["draft.exe", "draft.docx", "draft.pdf"])
def test_a_draft_that_cannot_be_read_is_refused(site, name):
    answer = site.post("api/v1/check-quotes/file", files={"file": (name, b"not what its name says \x00\x01")})
    assert (answer.status_code, bool(answer.json()["error"]["hint"])) == (422, True)


def test_the_reference_is_served(site):
    paths = site.get("api/v1/openapi.json").json()["paths"]
    for name in ("documents", "documents/{document}", "documents/{document}/text", "search", "ask", "check-quotes",
                 "coverage"):  # fmt: skip
        assert f"/api/v1/{name}" in paths
