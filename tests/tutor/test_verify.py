"""Only what was found in its source becomes a Citation, and a claim says no more than its citations."""

from __future__ import annotations

import dataclasses

import pytest

from lyceum.archive import Page
from lyceum.tutor import Citation, Quotation, Reason, Refusal, Source, check_claim, verify

TEXT = "In 1844 the weavers rose. They did not ask for alms. “We are hungry,” said Wolff."
SILESIA = Source(
    id="p1", text=TEXT, start=1000, document="d1", version="v1", title="Silesia",
    creators=("Wolff, Wilhelm", "Karl Marx"), date="1844-06", language="en", pages=(Page("12", 0, 10_000),),
)  # fmt: skip
SOURCES = {"p1": SILESIA, "own": Source(id="own", text="Bread costs 5 groschen.")}


def proven(words: str, source: str = "p1") -> Citation:
    found = verify(Quotation(source, words), SOURCES)
    assert isinstance(found, Citation)
    return found


def refused(words: str, *, source: str = "p1", creator: str | None = None) -> Reason:
    found = verify(Quotation(source, words, creator), SOURCES)
    assert isinstance(found, Refusal)
    assert found.text == words
    return found.why


def test_a_citation_holds_the_words_and_place_of_its_source():
    citation = proven('"We are hungry", said Wolff'.replace('",', ',"'))
    assert citation.exact == "We are hungry,” said Wolff"
    assert TEXT[citation.start - 1000 : citation.end - 1000] == citation.exact
    assert (citation.document, citation.version, citation.page) == ("d1", "v1", "12")
    assert (citation.creators, citation.date) == (("Wolff, Wilhelm", "Karl Marx"), "1844-06")


def test_prefix_and_suffix_are_the_words_around():
    citation = proven("They did not ask for alms.")
    assert citation.prefix == "In 1844 the weavers rose. "
    assert citation.suffix == " “We are hungry,” said Wolff."
    assert citation.prefix + citation.exact + citation.suffix == TEXT


def test_nobody_else_makes_a_citation():
    values = {f.name: None for f in dataclasses.fields(Citation)}
    for proof in (None, object(), True, "proof"):
        with pytest.raises(TypeError):
            Citation(**values, proof=proof)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(proven("In 1844"), exact="In 1845")


def test_a_citation_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        proven("In 1844").exact = "In 1845"


def test_a_citation_of_an_own_passage_names_the_passage():
    shown = proven("Bread costs 5 groschen.", "own").as_dict(3)
    assert (shown["n"], shown["passage"]) == (3, "own")
    assert "document" not in shown


def test_a_citation_of_a_document_names_document_and_version():
    shown = proven("In 1844").as_dict(1)
    assert (shown["document"], shown["version"]) == ("d1", "v1")
    assert (shown["start"], shown["end"], shown["exact"]) == (1000, 1007, "In 1844")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("In 1845 the weavers rose.", Reason.NOT_IN_SOURCE),
        ("They did ask for alms.", Reason.NOT_IN_SOURCE),
        ("ask for alms", Reason.CUT_NEGATION),
        ("the weaver", Reason.CUT_WORD),
        ("the weavers rose; They did", Reason.ALTERED_PUNCTUATION),
        ("the weavers rose?", Reason.ALTERED_PUNCTUATION),
        ("", Reason.EMPTY),
        ("In 1844 the weavers said Wolff.", Reason.NOT_IN_SOURCE),
    ],
)
def test_altered_words_are_refused_with_their_reason(words, why):
    assert refused(words) is why


def test_words_of_another_source_are_refused():
    assert refused("Bread costs 5 groschen.") is Reason.NOT_IN_SOURCE


def test_an_unknown_source_is_refused():
    assert refused("In 1844", source="p2") is Reason.UNKNOWN_SOURCE


@pytest.mark.parametrize("name", ["Wilhelm Wolff", "Wolff", "Wolff, Wilhelm", "MARX", "Marx, Karl"])
def test_a_creator_may_be_named_short_or_turned_round(name):
    assert isinstance(verify(Quotation("p1", "In 1844", name), SOURCES), Citation)


@pytest.mark.parametrize("name", ["Friedrich Engels", "Wolf", "Jenny Marx", "Wolff Marx", "?", "Christian Wolff"])
def test_another_creator_is_refused(name):
    assert refused("In 1844", creator=name) is Reason.OTHER_CREATOR


@pytest.mark.parametrize("name", ["K. Marx", "W. Wolff"])
def test_an_initial_stands_for_a_first_name(name):
    assert isinstance(verify(Quotation("p1", "In 1844", name), SOURCES), Citation)


@pytest.mark.parametrize("name", ["Karl", "Wilhelm"])
def test_a_first_name_alone_names_nobody(name):
    """“Karl” is as good a Kautsky as a Marx: the family name must fit."""
    assert refused("In 1844", creator=name) is Reason.OTHER_CREATOR


# --- claims ------------------------------------------------------------------------------------------


def claimed(text: str, *words: str) -> Reason | None:
    return check_claim(text, [proven(w) for w in words or (TEXT,)])


@pytest.mark.parametrize(
    "text",
    [
        "In 1844 the weavers rose.",
        "The rising is described by Wolff: “They did not ask for alms.”",
        'He quotes them: "We are hungry".',
        "The weavers, says Marx, rose in 1844.",
        "Page 12 of Silesia tells of hunger.",
    ],
)
def test_a_claim_that_rests_on_its_citations_stands(text):
    assert claimed(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("In 1845 the weavers rose.", Reason.NUMBER_NOT_IN_SOURCE),
        ("In 1844 some 3,000 rose.", Reason.NUMBER_NOT_IN_SOURCE),
        ("The weavers followed Engels.", Reason.NAME_NOT_IN_SOURCE),
        ("They said: “We want bread.”", Reason.UNQUOTED_MARKS),
        ('They said: "We want bread."', Reason.UNQUOTED_MARKS),
        ("They said: „We want bread.“", Reason.UNQUOTED_MARKS),
        ("They said: «We want bread.»", Reason.UNQUOTED_MARKS),
        ("They said: “We are hungry,” and “We want bread.”", Reason.UNQUOTED_MARKS),
    ],
)
def test_a_claim_that_says_more_is_refused(text, why):
    assert claimed(text) is why


def test_a_claim_without_citations_is_refused():
    assert check_claim("The weavers rose.", []) is Reason.NO_CITATION


@pytest.mark.parametrize(
    "text",
    [
        "They said: ‘We want bread.’",
        "They said: 'We want bread.'",
        "They said: »We want bread.«",
        "They said: ›We want bread.‹",
        "They said: ”We want bread.”",
        "They said: ‚We want bread.‘",
        "They said: 「We want bread.」",
        "They said: “We want bread.",
    ],
)
def test_invented_words_survive_between_no_quotation_marks(text):
    """Any text between quotation marks in a claim stands word for word in one of its citations."""
    assert claimed(text) is Reason.UNQUOTED_MARKS


def test_a_claim_may_not_begin_with_a_name_that_its_sources_lack():
    assert claimed("Bismarck asked for alms.") is Reason.NAME_NOT_IN_SOURCE


def test_a_name_in_the_possessive_is_the_name():
    assert claimed("This was Wolff’s account of Marx’s weavers.") is None


def test_an_apostrophe_quotes_nothing():
    assert claimed("It is the weavers’ word that they didn’t ask for alms in ’44.".replace(" in ’44", "")) is None


def test_numbers_and_names_may_stand_in_what_is_known_of_a_source():
    assert claimed("Wolff wrote this in 1844.", "They did not ask for alms.") is None
