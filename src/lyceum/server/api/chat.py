"""The OpenAI-compatible door: existing chat clients ask the archive as if it were a model.

The last thing that the user said is the question, and what was said before helps to understand it. While the
answer is sought and verified a stream carries comments only; no word of an answer goes out before every quotation
in it was found.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lyceum.contract import abstention
from lyceum.errors import InvalidValue, LyceumError
from lyceum.library import Library, Turn
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.api import asking
from lyceum.server.api.shapes import LONGEST_QUESTION
from lyceum.server.desk import Desk, the_desk
from lyceum.server.failures import first_problem, status_of, with_hints
from lyceum.server.offered import model_of, models_of

_OWNER = "lyceum"
_SECONDS_BETWEEN_SIGNS = 1.0
_MOST_MESSAGES = 1_000
_MOST_TURNS = 20
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    405: "invalid_request_error",
    422: "invalid_request_error",
    502: "api_error",
    503: "overloaded_error",
}


class _Said(BaseModel):
    """Something said; what a client adds beside it does not matter here."""

    model_config = ConfigDict(extra="ignore")


class Part(_Said):
    """A part of a message; only text can be a question."""

    type: str
    text: str = Field("", max_length=LONGEST_QUESTION)


class Message(_Said):
    """One turn of a conversation."""

    role: str
    content: Annotated[str, Field(max_length=LONGEST_QUESTION)] | list[Part] | None = None

    @property
    def words(self) -> str:
        """What was said in words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(_Said):
    """What a stream tells besides."""

    include_usage: bool = False


class Completion(_Said):
    """A request for the next turn. Settings of a model's sampling are passed over: nothing is sampled."""

    model: str = Field(max_length=400)
    messages: list[Message] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, ge=1, le=1)

    @property
    def question(self) -> str:
        """The last thing that the user said; raises InvalidValue where that was nothing."""
        for message in reversed(self.messages):
            if message.role == "user":
                if message.words.strip():
                    return message.words
                break
        raise InvalidValue("The last message of the user holds no words.", hint="Images and sound cannot be asked.")

    @property
    def history(self) -> list[Turn]:
        """What was asked before it, each with what was answered."""
        turns: list[Turn] = []
        for message in self.messages:
            if message.role == "user":
                turns.append(Turn(message.words))
            elif message.role == "assistant" and turns:
                turns[-1] = Turn(turns[-1].question, message.words)
        return turns[:-1][-_MOST_TURNS:]


def models(request: HttpRequest) -> HttpResponse:
    """The models that may be named."""
    try:
        settings = the_desk().settings
        scope_of(request)
    except LyceumError as error:
        return _failed(error)
    if request.method != "GET":
        return _not_allowed("GET")
    return JsonResponse({"object": "list", "data": [_model(name) for name in models_of(settings)]})


def model(request: HttpRequest, name: str) -> HttpResponse:
    """One of them."""
    try:
        settings = the_desk().settings
        scope_of(request)
        return JsonResponse(_model(model_of(name, settings)))
    except LyceumError as error:
        return _failed(error)


@csrf_exempt
async def completions(request: HttpRequest) -> HttpResponseBase:
    """The next turn of a conversation: an answer in verified quotations."""
    if request.method != "POST":
        return _not_allowed("POST")
    try:
        desk = the_desk()
        scope = await sync_to_async(scope_of)(request)
        asked = Completion.model_validate_json(request.body)
        said = {"question": asked.question, "model": model_of(asked.model, desk.settings)}
    except ValidationError as error:
        message, hint = first_problem(
            [dict(problem) for problem in error.errors(include_input=False, include_url=False)]
        )
        return _failed(InvalidValue(message, hint=hint))
    except LyceumError as error:
        return _failed(error)
    turn = _Turn(asked, request.build_absolute_uri("/"))

    def task(library: Library) -> dict[str, Any]:
        return asking.ask(library, scope, said, desk.settings, history=asked.history)

    if asked.stream:
        return _streamed(turn, desk, task)
    try:
        return JsonResponse(turn.whole(await desk.wait(task)), json_dumps_params={"ensure_ascii": False})
    except LyceumError as error:
        return _failed(error)


def _streamed(turn: _Turn, desk: Desk, task: Callable[[Library], dict[str, Any]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_events(turn, desk, task), content_type="text/event-stream; charset=utf-8")
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(turn: _Turn, desk: Desk, task: Callable[[Library], dict[str, Any]]) -> AsyncIterator[str]:
    """Signs of life while the answer is made, then the verified answer, then the end."""
    work = asyncio.ensure_future(desk.wait(task))
    try:
        yield _event(turn.beginning())
        while not (await asyncio.wait({work}, timeout=_SECONDS_BETWEEN_SIGNS))[0]:
            yield ": searching and verifying\n\n"
        for chunk in turn.chunks(work.result()):
            yield _event(chunk)
    except LyceumError as error:
        yield _event(_error(error))
    finally:
        work.cancel()
    yield "data: [DONE]\n\n"


class _Turn:
    """One turn, in the shapes that OpenAI's clients read."""

    def __init__(self, asked: Completion, site: str) -> None:
        self._asked, self._site = asked, site
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}

    def whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer at once."""
        content, annotations = self._message(answer)
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "annotations": annotations,
            "lyceum": answer,
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage(content)}

    def beginning(self) -> dict[str, Any]:
        """The first chunk, which says who speaks."""
        return self._chunk({"role": "assistant", "content": ""})

    def chunks(self, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The answer in chunks: its words, what they rest on, the end."""
        content, annotations = self._message(answer)
        for line in content.splitlines(keepends=True):
            yield self._chunk({"content": line})
        yield self._chunk({"annotations": annotations, "lyceum": answer})
        yield self._chunk({}, finish_reason="stop")
        if self._asked.stream_options and self._asked.stream_options.include_usage:
            yield {**self._chunk({}), "choices": [], "usage": self._usage(content)}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice]}

    def _message(self, answer: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
        """The answer as Markdown, and for each mark in it the place that it cites."""
        if answer["abstained"]:
            return "\n".join(abstention(answer)), []
        sources = {citation["n"]: citation for citation in answer["citations"]}
        content, annotations = "", []
        for claim in answer["claims"]:
            content += f"{claim['text']} "
            for n in claim["citations"]:
                start = len(content)
                content += f"[{n}]"
                annotations.append(self._annotation(sources[n], start, len(content)))
            content += "\n\n"
        return content + "\n".join(f"[{n}] {_source(citation)}" for n, citation in sources.items()), annotations

    def _annotation(self, citation: dict[str, Any], start: int, end: int) -> dict[str, Any]:
        place = {"start_index": start, "end_index": end, "title": _source(citation), "url": self._address(citation)}
        return {"type": "url_citation", "url_citation": place}

    def _address(self, citation: dict[str, Any]) -> str:
        where = urlencode({"version": citation["version"], "start": citation["start"], "end": citation["end"]})
        return f"{self._site}api/v1/documents/{citation['document']}/text?{where}"

    def _usage(self, content: str) -> dict[str, int]:
        """Words, for want of tokens."""
        asked, told = sum(len(message.words.split()) for message in self._asked.messages), len(content.split())
        return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}


def _source(citation: dict[str, Any]) -> str:
    page = f"p. {citation['page']}" if citation.get("page") else None
    return ", ".join(filter(None, [*citation["creators"], citation["title"], citation["date"], page]))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _failed(error: LyceumError) -> JsonResponse:
    status = 404 if error.code == "unknown_model" else 400 if isinstance(error, InvalidValue) else status_of(error)
    return with_hints(JsonResponse(_error(error), status=status))


def _not_allowed(method: str) -> HttpResponse:
    value = {"message": f"Only {method} is answered here.", "type": _KINDS[405], "param": None, "code": "bad_request"}
    return JsonResponse({"error": value}, status=405, headers={"Allow": method})


def _error(error: LyceumError) -> dict[str, Any]:
    kind = _KINDS.get(status_of(error), "api_error")
    return {
        "error": {"message": f"{error.message} {error.hint}".strip(), "type": kind, "param": None, "code": error.code}
    }
