"""Whatever the library says of its own accord is said in the reader's language: no code or note is forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from django.utils.translation import override

from lyceum.errors import AccessRefused, LyceumError, Refused
from lyceum.server.web import saying
from lyceum.server.web.words import REFUSALS
from lyceum.tutor import Reason
from server.translating import WEB

SOURCE = WEB.parents[1]
_ELSEWHERE = ("hall", "cli", "evals", "server/hall", "server/deciding")
"""Rooms whose refusals their own pages tell, or none."""


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return list(parsed())


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if not place.startswith(tuple(f"{room}/" for room in _ELSEWHERE)):
            yield place, ast.parse(path.read_text(encoding="utf-8"))


def codes() -> set[str]:
    found = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
            if isinstance(node, ast.ClassDef):
                found |= {
                    line.value.value
                    for line in node.body
                    if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
                    and getattr(line.targets[0], "id", "") == "code"
                }  # fmt: skip
    return found


def written(node: ast.expr) -> Iterator[str]:
    """A sentence as it may come out, with a number where it has a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("."):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        said = "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
        if said.endswith("."):
            yield said.replace("dated 7", "dated until 7")


def notes() -> set[str]:
    """What the tutor and the search may note, found where they write it."""
    wanted = {"tutor/answering.py": ("_notes_on", "_never_said", "_no_model", "_nothing_stands"),
              "library/door.py": ("search",)}  # fmt: skip
    found: set[str] = set()
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in wanted.get(place, ()):
                shown = node.body[1:] if isinstance(node.body[0], ast.Expr) and ast.get_docstring(node) else node.body
                parts = {id(part) for line in shown for one in ast.walk(line) for part in getattr(one, "values", ())}
                every = [one for line in shown for one in ast.walk(line) if id(one) not in parts]
                found |= {text for one in every for text in written(one)}
    return found


def test_every_code_has_words_for_the_reader():
    known = codes()
    assert len(known) > 60
    assert sorted(known - set(saying.CATALOGUE)) == [], "add it to a group in server/web/saying.py"


def test_no_code_has_words_that_is_none():
    everywhere = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.name != "saying.py")
    assert [code for code in saying.CATALOGUE if f'"{code}"' not in everywhere] == []


def test_every_note_has_words_for_the_reader():
    found = notes()
    assert len(found) >= 7
    with override("de"):
        assert [text for text in sorted(found) if saying.note(text)[1] != "de"] == []


def test_every_reason_to_leave_something_out_has_words():
    assert {reason.value for reason in Reason} == set(REFUSALS)


def test_in_english_the_library_speaks_for_itself():
    error = LyceumError("The page 7 is gone.", hint="Ask again.", code="web_gone")
    with override("en"):
        assert saying.said(error) == saying.Said("The page 7 is gone.", "Ask again.")
        assert saying.note("Found by words alone.") == ("Found by words alone.", "en")


def test_elsewhere_the_reader_is_told_the_kind_and_the_step_with_the_librarys_words_below():
    with override("fr"):
        told = saying.said({"code": "web_gone", "message": "The page 7 is gone.", "hint": "Ask again."})
        assert told.original == "The page 7 is gone. Ask again."
        assert told.message == str(saying.CATALOGUE["web_gone"][0])
        assert saying.said(AccessRefused("x", code="of another room")).message


def test_what_the_hall_refuses_is_told_as_such():
    with override("de"):
        hall = saying.said(Refused("x", code="of the hall"))
        assert hall.message == str(saying.CATALOGUE["not_entitled"][0])
        assert hall.original == "x"


def test_a_note_keeps_its_numbers_and_an_unknown_one_its_language():
    with override("de"):
        assert "7" in saying.note("7 of 9 passages can be found by meaning so far.")[0]
        assert saying.note("The shards rest.") == ("The shards rest.", "en")
        assert saying.notes(["The shards rest."]) == [{"text": "The shards rest.", "language": "en"}]
