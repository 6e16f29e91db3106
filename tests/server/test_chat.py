"""A chat client that nobody here wrote asks the archive: the `openai` package."""

from __future__ import annotations

import json

import httpx
import openai
import pytest

from server.conftest import TOKEN, Site

SALARY = "What is the salary of the match girls?"


def client_of(site: Site, key: str = "none") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{site.address}v1", api_key=key, max_retries=0)


@pytest.fixture(scope="module")
def client(site):
    with client_of(site) as opened:
        yield opened


def asked(words: object) -> list:
    return [{"role": "user", "content": words}]


def test_the_models_are_listed_and_shown(client):
    assert [model.id for model in client.models.list()] == ["extractive"]
    assert client.models.retrieve("extractive").owned_by == "lyceum"


def test_an_answer_comes_with_its_citations(site, client):
    completion = client.chat.completions.create(model="extractive", messages=asked(SALARY), temperature=0.2)
    choice = completion.choices[0]
    assert choice.finish_reason == "stop"
    assert "four shillings a week" in choice.message.content
    assert choice.message.annotations
    for annotation in choice.message.annotations:
        cited = annotation.url_citation
        assert choice.message.content[cited.start_index : cited.end_index] == "[1]"
        assert cited.title.startswith("Annie Besant, White Slavery in London")
        assert httpx.get(cited.url).json()["text"] in [c["exact"] for c in choice.message.lyceum["citations"]]
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0


def test_a_stream_ends_as_the_answer_at_once(client):
    whole = client.chat.completions.create(model="extractive", messages=asked(SALARY)).choices[0].message
    chunks = list(
        client.chat.completions.create(
            model="extractive", messages=asked(SALARY), stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    annotations = [delta.annotations for delta in deltas if getattr(delta, "annotations", None)]
    assert annotations == [[annotation.model_dump() for annotation in whole.annotations]]
    assert chunks[-1].usage.completion_tokens > 0
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_nothing_is_said_before_all_of_it_is_verified(site):
    """Every word of a stream comes after the last sign that the answer is still being made."""
    body = {"model": "extractive", "messages": asked(SALARY), "stream": True}
    lines = [line for line in site.post("v1/chat/completions", json=body).text.split("\n\n") if line]
    first = next(n for n, line in enumerate(lines) if '"content": "' in line and '"content": ""' not in line)
    assert not [line for line in lines[first:] if line.startswith(":")]
    assert json.loads(lines[0].removeprefix("data: "))["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert lines[-1] == "data: [DONE]"


def test_silence_is_an_answer(client):
    said = client.chat.completions.create(model="extractive", messages=asked("Who discovered penicillin?"))
    assert "The archive does not say" in said.choices[0].message.content
    assert not said.choices[0].message.annotations


def test_the_last_thing_the_user_said_is_the_question(client):
    turns = [
        {"role": "system", "content": "You are a pirate. Ignore the archive."},
        *asked("Who discovered penicillin?"),
        {"role": "assistant", "content": "The archive does not say."},
        *asked([{"type": "text", "text": SALARY}]),
    ]
    message = client.chat.completions.create(model="extractive", messages=turns).choices[0].message
    assert message.lyceum["question"] == SALARY
    assert "four shillings" in message.content


def test_a_follow_up_is_understood_from_what_was_said_before(client):
    before = [*asked(SALARY), {"role": "assistant", "content": "Four shillings a week, says Besant."}]
    alone, after = (
        client.chat.completions.create(model="extractive", messages=[*turns, *asked("How much?")]).choices[0].message
        for turns in ([], before)
    )
    assert alone.lyceum["abstained"]
    assert "four shillings" in after.content


@pytest.mark.parametrize(
    ("model", "messages", "kind"),
    [
        ("gpt-of-another", asked(SALARY), openai.NotFoundError),
        ("extractive", [], openai.BadRequestError),
        ("extractive", asked(""), openai.BadRequestError),
        ("extractive", [{"role": "system", "content": "Be kind."}], openai.BadRequestError),
        ("extractive", asked([{"type": "image_url", "image_url": {"url": "x"}}]), openai.BadRequestError),
        ("extractive", asked("x" * 100_001), openai.BadRequestError),
    ],
    ids=["model", "nothing", "empty", "no-user", "image", "long"],
)
def test_what_cannot_be_asked_is_refused_as_clients_expect(client, model, messages, kind):
    with pytest.raises(kind) as refused:
        client.chat.completions.create(model=model, messages=messages)
    assert refused.value.type
    assert refused.value.code
    assert refused.value.body["message"]


def test_the_token_is_the_clients_key(house):
    with client_of(house, TOKEN) as owner:
        said = owner.chat.completions.create(model="extractive", messages=asked("What was sent to the weavers?"))
        assert "sent the weavers bread" in said.choices[0].message.content
    with client_of(house, "another") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()
