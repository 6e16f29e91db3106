"""A question's time is that of documents or of what they tell."""

from __future__ import annotations

import datetime as dt

import pytest

from lyceum.tutor.times import Ordered, Window, read_when, speaks_of_another_time, windows


def days(said: Window | None) -> str | None:
    return str(said) if said else None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What was written about Haymarket before 1890?", "…/1889-12-31"),
        ("What did Marx write in 1848?", "1848-01-01/1848-12-31"),
        ("What do sources from the 1890s say on wages?", "1890-01-01/1899-12-31"),
        ("Which pamphlets printed between March 1871 and 1873 speak of the Commune?", "1871-03-01/1873-12-31"),
        ("As of 1905, how many members had the union?", "…/1905-12-31"),
        ("What was printed 1890-95 about wages?", "1890-01-01/1895-12-31"),
        ("Was schrieb Lassalle vor 1864 über das Wahlrecht?", "…/1863-12-31"),
        ("Quels livres publiés avant 1900 parlent de grève?", "…/1899-12-31"),
        ("¿Qué escribieron los autores después de 1910?", "1911-01-01/…"),
        ("Что писал Плеханов до 1917 года?", "…/1916-12-31"),
    ],
)
def test_the_time_of_writing_bounds_documents(question, said):
    assert days(read_when(question).said) == said
    assert read_when(question).happened is None


@pytest.mark.parametrize(
    ("question", "happened"),
    [
        ("Who was president of the union from 1921 to 1925?", "1921-01-01/1925-12-31"),
        ("What happened on May 4, 1886 in Chicago?", "1886-05-04/1886-05-04"),
        ("What happened on 4 May 1886 in Chicago?", "1886-05-04/1886-05-04"),
        ("What did Marx say about the revolution of 1848?", "1848-01-01/1848-12-31"),
        ("Who wrote about the 1848 revolution?", "1848-01-01/1848-12-31"),
        ("Who led the union after 12 March 1921?", "1921-03-13/…"),
        ("Who led it in the nineteenth century?", "1801-01-01/1900-12-31"),
        ("Qui dirigeait le syndicat au XIXe siècle?", "1801-01-01/1900-12-31"),
        ("Wer streikte im Juni 1844?", "1844-06-01/1844-06-30"),
        ("Which strikes were lost since 1889?", "1889-01-01/…"),
        ("Who was mayor by 1900?", "…/1900-12-31"),
    ],
)
def test_the_time_of_what_happened_bounds_what_sentences_tell(question, happened):
    assert days(read_when(question).happened) == happened
    assert read_when(question).said is None


@pytest.mark.parametrize("question", ["Who led the strike?", "How many of the 1,848 weavers?", "What is § 1848?"])
def test_a_question_without_a_time_bounds_nothing(question):
    assert (read_when(question).said, read_when(question).happened) == (None, None)


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("Who first called for eight hours?", Ordered.EARLIEST),
        ("When did Bernstein change his mind on the mass strike?", Ordered.CHANGE),
        ("Wann hat sich die Haltung geändert?", Ordered.CHANGE),
        ("Who was the last to speak for the union?", Ordered.LATEST),
        ("What did the First International decide?", None),
    ],
)
def test_a_question_may_want_an_order_of_time(question, order):
    assert read_when(question).order is order


def test_a_sentence_names_its_times():
    named = [str(w) for w in windows("He served from 1918 to 1924 and, since 1930, as consul; born 31 February 1889.")]
    assert named == ["1918-01-01/1924-12-31", "1930-01-01/…", "1889-02-28/1889-02-28"]


@pytest.mark.parametrize(
    ("sentence", "another"),
    [
        ("He was mayor from 1918 to 1924.", False),
        ("He has been mayor since 1910.", False),
        ("He was mayor.", False),
        ("He was mayor in 1919.", True),
        ("He left before 1921.", True),
    ],
)
def test_a_sentence_is_of_another_time_when_all_that_it_names_is(sentence, another):
    window = Window(dt.date(1921, 1, 1), dt.date(1925, 12, 31))
    assert speaks_of_another_time(sentence, window) is another
