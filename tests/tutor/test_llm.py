"""A model's reply is read as an object, or it is no usable answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lyceum.errors import ModelFailed
from lyceum.testing import LanguageModelSuite, ScriptedModel
from lyceum.tutor import parse_object


class TestScriptedModel(LanguageModelSuite):
    def make(self) -> ScriptedModel:
        return ScriptedModel({"claims": []})

    def make_broken(self) -> ScriptedModel:
        return ScriptedModel()


@pytest.mark.parametrize(
    "content",
    ['{"claims": []}', ' \n{"claims": []}\n', '```json\n{"claims": []}\n```', 'Here you are: {"claims": []} — done.'],
)
def test_an_object_is_read_fenced_or_bare(content):
    assert parse_object(content) == {"claims": []}


@pytest.mark.parametrize(
    "content", ["", "I cannot.", "[]", '"{"', "{", "}{", '{"claims": [}', "null", "{'claims': []}", "[1, 2]"]
)
def test_what_is_no_object_is_no_usable_answer(content):
    with pytest.raises(ModelFailed) as caught:
        parse_object(content)
    assert caught.value.hint


def test_an_object_nested_without_end_is_no_usable_answer():
    """A model in a loop opens brackets until it is stopped. In a process of its own: what it breaks is deep."""
    code = """
from lyceum.errors import ModelFailed
from lyceum.tutor import parse_object
try:
    parse_object('{"a":' * 100_000 + "1" + "}" * 100_000)
except ModelFailed:
    print("refused")
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout == "refused\n", ended.stderr[-300:]


def test_a_script_that_has_ended_fails():
    model = ScriptedModel({"claims": [1]})
    assert model.complete(system="a", user="b", schema={}) == {"claims": [1]}
    with pytest.raises(ModelFailed):
        model.complete(system="a", user="b", schema={})
    assert [asked.user for asked in model.asked] == ["b", "b"]
