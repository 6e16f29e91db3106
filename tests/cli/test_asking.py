"""`lyceum ask` keeps what it is told to keep, follows on, and shows where sources differ."""

from __future__ import annotations

from lyceum.cli.asking import answer_text

ANSWER = {
    "question": "How many  struck?", "asked": "How many struck?", "abstained": False, "reason": None, "yours": [],
    "notice": "Answered from the holdings of the Bow Branch alone.",
    "claims": [{"text": "Besant (1888): “1,400 struck.”", "citations": [1]}],
    "citations": [
        {"n": 1, "document": "d", "title": "Bow", "creators": ["Besant, Annie"], "date": "1888", "page": "3",
         "start": 0, "end": 13, "translation": {"language": "de", "text": "1400 streikten.", "machine": True}},
    ],
    "disagreements": [{"about": "How many struck?", "sides": [
        {"value": "1,400", "citations": [1], "documents": 2, "creators": ["Besant, Annie"], "dates": ["1888"]},
        {"value": "200", "citations": [2], "documents": 1, "creators": [], "dates": []},
    ]}],
}  # fmt: skip


def test_sides_notice_and_translation_are_shown():
    shown = answer_text(ANSWER, 5)
    assert "  1,400: 2 sources (Besant, Annie, 1888) [1]" in shown
    assert "  200: 1 source (no author named) [2]" in shown
    assert "in a machine's de: 1400 streikten." in shown
    assert "holdings of the Bow Branch alone" in shown
    assert "Understood as" not in shown


def test_a_question_understood_otherwise_says_how():
    assert answer_text({**ANSWER, "question": "And here?"}, None).startswith("Understood as: How many struck?")


def test_what_is_the_readers_own_is_said_to_be():
    silent = {**ANSWER, "abstained": True, "reason": "nothing_found", "yours": ["We won."]}
    assert "You wrote: We won. (Yours, and not ruled upon.)" in answer_text(silent, None)


def test_an_answer_is_kept_followed_shown_exported_and_erased(run, home, tmp_path):
    first = run("ask", "--keep", "--json", "What is the salary of the match girls?", home=home).json
    second = run("ask", "--follow", "last", "--json", "Why?", home=home).json
    assert second["asked"].startswith("Why: the salary of the match girls")
    shown = run("show", first["answer"], "--json", home=home)
    assert (shown.code, {one["standing"] for one in shown.json["rechecked"]}) == (0, {"stands"})
    run("answers", "--export", str(tmp_path / "mine.jsonl"), home=home)
    assert len((tmp_path / "mine.jsonl").read_text().splitlines()) == 2
    assert run("answers", "--erase-all", "--json", home=home).json == {"answers": []}
