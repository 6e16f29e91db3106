"""Who may read what, by every door."""

from __future__ import annotations

import pytest

from server.conftest import TOKEN

OWNER = {"Authorization": f"Bearer {TOKEN}"}
BAKERY = "cellar of the bakery"


def test_without_a_token_only_what_anybody_may_read_is_there(house):
    documents = house.get("api/v1/documents").json()["documents"]
    assert {document["collection"] for document in documents} == {"main"}
    whole = house.get("api/v1/documents", headers=OWNER).json()["documents"]
    assert "minutes" in {document["collection"] for document in whole}
    assert len([document for document in whole if document["collection"] == "main"]) == len(documents)


def test_the_minutes_leak_by_no_door(house):
    hidden = house.get("api/v1/documents", headers=OWNER, params={"collection": "minutes"}).json()["documents"][0]["id"]
    asked = {"messages": [{"role": "user", "content": "Where did the committee meet?"}], "model": "extractive"}
    draft = {"text": "They say “The committee met in the cellar of the bakery” and more."}
    told = [
        house.get(f"api/v1/documents/{hidden}"),
        house.get(f"api/v1/documents/{hidden}/text"),
        house.get("api/v1/search", params={"query": BAKERY, "mode": "lexical"}),
        house.get("api/v1/ask", params={"question": "Where did the committee meet?"}),
        house.post("api/v1/check-quotes", json=draft),
        house.get("api/v1/coverage"),
        house.post("v1/chat/completions", json=asked),
    ]
    assert [answer.status_code for answer in told] == [404, 404, 200, 200, 200, 200, 200]
    for answer in told[2:]:
        assert hidden not in answer.text
    for answer in told:
        assert "minutes" not in answer.text
        assert "sent the weavers bread" not in answer.text
    assert told[4].json()["quotations"][0]["verdict"] == "not_found"


def test_who_has_the_token_finds_them(house):
    found = house.get("api/v1/search", headers=OWNER, params={"query": BAKERY, "mode": "lexical"}).json()["hits"]
    assert found[0]["collection"] == "minutes"


@pytest.mark.parametrize("path", ["api/v1/documents", "api/v1/coverage", "v1/models"])
def test_a_wrong_token_is_refused_even_where_none_is_needed(house, path):
    answer = house.get(path, headers={"Authorization": "Bearer another"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="lyceum"')
    assert answer.json()["error"]["code"] == "token_wrong"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_whom_a_proxy_brings_is_not_taken_for_the_owner(site, header):
    answer = site.get("api/v1/documents", headers={header: "192.0.2.7"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_missing")


def test_health_needs_no_token(house):
    assert house.get("health", headers={"Authorization": "Bearer another"}).status_code == 200
