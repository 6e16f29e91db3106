"""An MCP client that nobody here wrote uses the tools, on standard input and output and over HTTP."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from server.conftest import TOKEN, surroundings

SALARY = "What is the salary of the match girls?"
DRAFT = "Besant wrote of “splendid salary of the match girls” and of “the silver spoon of their mothers”."


def call(server: Any, *calls: tuple[str, dict[str, Any]], mode: str = "auto") -> list[Any]:
    """The results of some calls in one session."""

    async def act() -> list[Any]:
        async with Client(server, mode=mode) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(asyncio.wait_for(act(), 60))


@pytest.fixture(params=["http", "http-legacy", "stdio"])
def calls(request: pytest.FixtureRequest, site, models):
    """Calls tools by each transport, and over HTTP as clients of older revisions of the protocol do too."""
    if request.param == "stdio":
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "lyceum", "--home", str(site.home), "mcp"], env=surroundings(models)
        )
        return lambda *tools: call(parameters, *tools)
    mode = "legacy" if request.param == "http-legacy" else "auto"
    return lambda *tools: call(f"{site.address}mcp", *tools, mode=mode)


def test_every_tool_works_by_every_transport(calls, site):
    document = site.id_of("White Slavery in London")
    found, answer, read, checked = calls(
        ("search", {"query": "shillings", "wanted": {"author": "besant", "from": "1888"}}),
        ("ask", {"question": SALARY}),
        ("read", {"document": document, "start": 4, "length": 9}),
        ("check_quotes", {"text": DRAFT}),
    )
    assert not any(result.is_error for result in (found, answer, read, checked))
    assert {hit["document"] for hit in found.structured_content["hits"]} == {document}
    assert "four shillings a week" in answer.structured_content["citations"][0]["exact"]
    whole = site.get(f"api/v1/documents/{document}/text").json()["text"]
    assert read.structured_content["text"] == whole[4:13]
    assert [one["verdict"] for one in checked.structured_content["quotations"]] == ["exact", "not_found"]


def test_the_tools_say_what_they_take_and_give(site):
    async def listed() -> list[Any]:
        async with Client(f"{site.address}mcp") as client:
            return list((await client.list_tools()).tools)

    tools = {tool.name: tool for tool in asyncio.run(listed())}
    assert set(tools) == {"search", "ask", "read", "check_quotes"}
    for tool in tools.values():
        assert tool.description
        assert tool.input_schema["required"]
        assert "context" not in tool.input_schema["properties"]
        assert tool.output_schema["properties"]
        assert tool.annotations.read_only_hint


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("read", {"document": "none"}, "unknown_document"),
        ("search", {"query": "x", "wanted": {"from": "yesterday"}}, "invalid_date"),
        ("search", {"query": "x", "limit": 5_000}, "limit"),
        ("ask", {"question": "x" * 100_001}, "question"),
        ("erase", {}, "erase"),
    ],
    ids=["document", "date", "limit", "long", "tool"],
)
def test_what_cannot_be_asked_is_an_error_that_an_assistant_can_read(site, name, arguments, said):
    try:
        (result,) = call(f"{site.address}mcp", (name, arguments))
    except Exception as error:
        assert name == "erase"
        assert said in str(error)
        return
    assert result.is_error
    assert said in result.content[0].text


def test_over_http_the_token_says_what_may_be_read(house):
    async def found(key: str | None) -> int:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{house.address}mcp", http_client=http)
            async with Client(transport) as client:
                result = await client.call_tool("search", {"query": "cellar of the bakery"})
                if result.is_error:
                    return -1
                return sum(hit["collection"] == "minutes" for hit in result.structured_content["hits"])

    assert [asyncio.run(found(key)) for key in (TOKEN, None, "another")] == [1, 0, -1]
