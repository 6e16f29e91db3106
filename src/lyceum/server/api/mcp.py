"""The Model Context Protocol: the archive as tools that an assistant calls, on standard input and output or over HTTP.

Nothing of Django is needed here, so that `lyceum mcp` starts quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

from lyceum._version import __version__
from lyceum.errors import LyceumError
from lyceum.library import Scope
from lyceum.server.api import asking
from lyceum.server.api.shapes import (
    LONGEST_QUERY,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    AnswerTold,
    Filtered,
    QuotationsTold,
    SearchAsked,
    SearchTold,
    TextAsked,
    TextTold,
    Word,
)
from lyceum.server.desk import Desk, the_desk

_MOST_HITS = 50
_LONGEST_READING = 50_000
_READING = 8_000
_READS_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_INSTRUCTIONS = """An archive of documents. `ask` answers a question in quotations that were verified letter by letter,
or says that the archive is silent; pass its quotations on unaltered, with their sources. `search` finds passages,
`read` gives a document's text around an offset, and `check_quotes` tells of each quotation in a text whether it
stands so in the archive."""

Wanted = Annotated[Filtered | None, Field(description="What the documents must be; all of it must hold.")]


class Tools:
    """The four tools. Over HTTP each request's headers say what may be read; on standard input it is the owner."""

    async def search(
        self,
        context: Context[Any, Any],
        query: Annotated[str, Field(max_length=LONGEST_QUERY, description='Words, "exact phrases", -without.')],
        limit: Annotated[int, Field(ge=1, le=_MOST_HITS)] = 8,
        wanted: Wanted = None,
    ) -> SearchTold:
        """Finds passages of the archive by words and by meaning, best first, each with its place."""
        said = SearchAsked.model_validate({"query": query, "limit": limit}).model_dump(by_alias=True) | _filters(wanted)
        return SearchTold(**await self._wait(context, lambda library, scope: asking.search(library, scope, said)))

    async def ask(
        self,
        context: Context[Any, Any],
        question: Annotated[str, Field(max_length=LONGEST_QUESTION)],
        wanted: Wanted = None,
    ) -> AnswerTold:
        """Answers a question from the archive in verified quotations, or says that the archive does not say."""
        said = {"question": question, **_filters(wanted)}
        settings = the_desk().settings
        return AnswerTold(
            **await self._wait(context, lambda library, scope: asking.ask(library, scope, said, settings))
        )

    async def read(
        self,
        context: Context[Any, Any],
        document: Word,
        start: Annotated[int, Field(ge=0, description="Where to begin, as an offset in the document's text.")] = 0,
        length: Annotated[int, Field(ge=1, le=_LONGEST_READING)] = _READING,
        version: Word | None = None,
    ) -> TextTold:
        """Reads a stretch of a document's text, whose id `search` and `ask` give."""
        said = TextAsked(version=version, start=start, end=start + length).model_dump()
        return TextTold(**await self._wait(context, lambda library, scope: asking.text(library, scope, document, said)))

    async def check_quotes(
        self,
        context: Context[Any, Any],
        text: Annotated[str, Field(max_length=LONGEST_TEXT, description="A draft with quotations in it.")],
    ) -> QuotationsTold:
        """Tells of every quotation in a text whether it stands in the archive word for word, and where."""
        draft = text.encode("utf-8", "replace")
        told = await self._wait(context, lambda library, scope: asking.check_quotes(library, scope, draft, ".md"))
        return QuotationsTold(**told)

    async def _wait(self, context: Context[Any, Any], task: Any) -> dict[str, Any]:
        try:
            desk = the_desk()
            told: dict[str, Any] = await desk.wait(lambda library: task(library, _scope(context.headers, desk)))
        except LyceumError as error:
            raise ToolError(f"{error.message} {error.hint} [{error.code}]") from error
        return told


def make_server() -> MCPServer[Any]:
    """A server with the four tools, for either transport."""
    server: MCPServer[Any] = MCPServer(
        "lyceum", title="Lyceum", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR"
    )
    tools = Tools()
    for tool in (tools.search, tools.ask, tools.read, tools.check_quotes):
        server.add_tool(tool, annotations=_READS_ONLY)
    return server


def http_application() -> Starlette:
    """The tools over streamable HTTP at /mcp; names and origins are checked before it, for every door alike."""
    return make_server().streamable_http_app(
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def _scope(headers: Mapping[str, str] | None, desk: Desk) -> Scope:
    if headers is None:
        return Scope.everything()
    from lyceum.server.accounts.scopes import scope_of_headers  # noqa: PLC0415  (Django, which stdio does not need)

    return scope_of_headers(headers, desk.settings)


def _filters(wanted: Filtered | None) -> dict[str, Any]:
    return wanted.model_dump(by_alias=True, exclude_none=True) if wanted else {}
