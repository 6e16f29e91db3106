"""A claim that its evidence contradicts is found by rule, and one that rests on it is let pass."""

from __future__ import annotations

import pytest

from lyceum.tutor.conflicts import RULES, Kind, contradicts

CONTRADICTED = [
    ("1,500 girls struck for three weeks.", "About 1,400 girls struck for three weeks.", Kind.NUMBER),
    ("Die Miete stieg um zehn Prozent.", "Die Miete stieg 1872 um 15 Prozent.", Kind.NUMBER),
    ("La mine occupait 300 ouvriers.", "La mine occupait deux cents ouvriers.", Kind.NUMBER),
    ("Trabajaban 12 horas en la mina.", "En la mina trabajaban diez horas.", Kind.NUMBER),
    ("The mill lay 10 miles from the town.", "The mill lay 10 km from the town.", Kind.UNIT),
    ("The strike began in June 1888.", "The strike began in July 1888 at Bow.", Kind.DATE),
    ("The law was passed in 1847.", "The law was passed in 1848 by both houses.", Kind.DATE),
    ("The girls did not strike in 1888.", "The girls went on strike in July 1888.", Kind.NEGATION),
    ("The girls won the strike.", "The girls never won the strike.", Kind.NEGATION),
    ("They didn't accept the offer.", "They accepted the offer of the masters.", Kind.NEGATION),
    ("Die Weber gewannen den Streik nicht.", "Die Weber gewannen den Streik.", Kind.NEGATION),
    ("Les ouvriers ont accepté la loi.", "Les ouvriers n’ont pas accepté la loi.", Kind.NEGATION),
    ("Los obreros ganaron la huelga.", "Los obreros no ganaron la huelga.", Kind.NEGATION),
    ("Wages rose after the strike.", "After the strike, wages fell sharply.", Kind.DIRECTION),
    ("Der Lohn stieg.", "Der Lohn sank um 5 Prozent.", Kind.DIRECTION),
    ("Les salaires augmentent après la grève.", "Après la grève, les salaires baissent.", Kind.DIRECTION),
    ("Los obreros ganaron la huelga.", "Los obreros perdieron la huelga.", Kind.DIRECTION),
    ("The court found the strike legal.", "The court found that the strike was illegal.", Kind.DIRECTION),
    ("The fire broke out before the strike.", "The strike came before the fire broke out.", Kind.ORDER),
    ("The fire broke out before the strike.", "The fire broke out after the strike.", Kind.ORDER),
    ("London was larger than Paris.", "Paris was larger than London in those days.", Kind.ORDER),
    ("Carnegie attacked Gompers.", "In the press, Gompers attacked Carnegie.", Kind.ORDER),
    ("Annie Besant led the strike of the match girls.", "In Bow, Clementina Black led the strike of the match girls.",
     Kind.NAME),
]  # fmt: skip

SUPPORTED = [
    ("1,400 girls struck for 21 days.", "About 1,400 girls struck for three weeks."),
    ("1450 girls struck.", "About 1,400 girls struck."),
    ("More than a thousand girls struck.", "About 1,400 girls struck."),
    ("The girls earned 5 shillings a week.", "The girls earned four to nine shillings a week."),
    ("He died in 1848.", "He was born in 1820 and died in 1848."),
    ("The girls and the boys struck.", "Not only the girls but the boys struck."),
    ("Wages fell after the strike.", "After the strike, wages did not rise but fell sharply."),
    ("Prices increased.", "Prices increased in 1844 and decreased in 1845."),
    ("The fire broke out before the strike.", "The strike came after the fire broke out."),
    ("Gompers was attacked by Carnegie.", "Carnegie attacked Gompers in the press."),
    ("Die Weber verloren den Streik.", "Die Weber verloren den Streik, nicht aber den Mut."),
    ("Bread was dear.", "The strike was lost, and none of the leaders was taken back."),
]


@pytest.mark.parametrize(("claim", "evidence", "kind"), CONTRADICTED)
def test_what_the_evidence_contradicts_is_found(claim, evidence, kind):
    found = contradicts(claim, evidence)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(("claim", "evidence"), SUPPORTED)
def test_what_rests_on_the_evidence_is_let_pass(claim, evidence):
    assert contradicts(claim, evidence) is None


@pytest.mark.parametrize("text", sorted({text for case in CONTRADICTED for text in case[:2]}))
def test_nothing_contradicts_itself(text):
    assert contradicts(text, f"They met at Bow. {text} That was all.") is None


def test_a_conflict_shows_both_words():
    found = contradicts("Wages rose after the strike.", "After the strike, wages fell sharply.")
    assert found is not None
    assert (found.claim, found.evidence) == ("rose", "fell")


def test_words_of_two_languages_are_not_compared_but_numbers_are():
    evidence = "Im Jahre 1888 streikten 1400 Mädchen nicht."
    assert contradicts("The girls went on strike in 1888.", evidence) is None
    found = contradicts("The girls went on strike in 1889.", evidence)
    assert found is not None
    assert found.kind is Kind.DATE


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("claim", "evidence"), [("", ""), ("?", "Wages rose."), ("Wages rose.", ""), ("\0", "7 " * 500)]
)
def test_any_text_can_be_compared(rule, claim, evidence):
    assert RULES[rule](claim, evidence, None) is None
