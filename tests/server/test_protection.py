"""What stands before every door: names, origins, sizes and headers."""

from __future__ import annotations

import pytest

DOORS = ["health", "api/v1/coverage", "v1/models", "mcp", "nothing"]


@pytest.mark.parametrize("path", DOORS)
def test_a_name_that_is_not_the_sites_is_refused(site, path):
    """A page that rebinds its name to this machine gets nothing."""
    answer = site.get(path, headers={"Host": "attacker.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_host")


@pytest.mark.parametrize("path", ["api/v1/search", "v1/chat/completions", "mcp"])
@pytest.mark.parametrize("origin", ["https://attacker.example", "null"])
def test_a_page_of_another_site_may_ask_nothing(site, path, origin):
    answer = site.post(path, headers={"Origin": origin}, json={"query": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")


def test_a_page_of_the_site_itself_may(site):
    origin = site.address.rstrip("/")
    assert site.post("api/v1/search", headers={"Origin": origin}, json={"query": "weavers"}).status_code == 200


@pytest.mark.parametrize("path", DOORS)
def test_every_answer_tells_browsers_to_be_careful(site, path):
    headers = site.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_what_a_program_is_told_is_kept_nowhere_on_the_way(site):
    assert site.get("api/v1/coverage").headers["cache-control"] == "no-store"
