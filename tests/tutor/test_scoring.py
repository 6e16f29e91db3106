"""A claim is supported by its evidence, contradicted by it, or neither."""

from __future__ import annotations

import pytest

from lyceum.errors import ModelFailed
from lyceum.testing import HashEmbedder, ScriptedModel
from lyceum.tutor import Label, ModelScorer, RuleScorer
from lyceum.tutor.scoring import FEATURES, features, probabilities

EVIDENCE = [
    "The match girls of Bow went on strike in July 1888.",
    "They had two hundred members, and wages rose after three weeks.",
]


def scorer(embedder: HashEmbedder | None = None) -> RuleScorer:
    return RuleScorer(lambda: embedder)


@pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words alone", "with an embedder"])
@pytest.mark.parametrize(
    ("claim", "label"),
    [
        ("The match girls of Bow went on strike in July 1888.", Label.SUPPORTED),
        ("The match girls of Bow went on strike in 1889.", Label.CONTRADICTED),
        ("The match girls of Bow did not go on strike.", Label.CONTRADICTED),
        ("Wages fell after three weeks.", Label.CONTRADICTED),
        ("Penicillin was discovered by a Scottish physician.", Label.NOT_ENOUGH),
    ],
)
def test_a_claim_is_judged_by_its_evidence(claim, label, embedder):
    found = scorer(embedder).score(claim, EVIDENCE, "en")
    assert found.label is label
    assert 1 / len(Label) <= found.probability <= 1


def test_a_contradiction_shows_the_words():
    found = scorer().score("Wages fell after three weeks.", EVIDENCE, "en")
    assert found.conflict is not None
    assert (found.conflict.claim, found.conflict.evidence) == ("fell", "rose")


@pytest.mark.parametrize("claim", ["", "\0", "?", "the of", "🜂" * 50, "word " * 3000], ids=range(6))
@pytest.mark.parametrize("evidence", [[], [""], ["A strike."]], ids=["none", "empty", "some"])
def test_any_claim_is_judged(claim, evidence):
    assert scorer().score(claim, evidence).label in Label


def test_evidence_in_another_language_is_no_contradiction_by_words():
    found = scorer(HashEmbedder()).score("The weavers rose in 1844.", ["Die Weber standen 1844 auf."])
    assert found.conflict is None


def test_every_feature_has_a_value_and_probabilities_sum_to_one():
    values = features("The girls struck.", EVIDENCE, "en", HashEmbedder())
    assert len(values) == len(FEATURES)
    assert sum(probabilities(values).values()) == pytest.approx(1)


# --- a model as judge ----------------------------------------------------------------------------------


def test_a_model_may_judge():
    model = ScriptedModel({"label": "contradicted", "probability": 0.9})
    found = ModelScorer(model).score("They won.", EVIDENCE)
    assert (found.label, found.probability) == (Label.CONTRADICTED, 0.9)
    assert "They won." in model.asked[0].user
    assert EVIDENCE[0] in model.asked[0].user


@pytest.mark.parametrize(
    "reply", [{}, {"label": "yes", "probability": 1}, {"label": "supported", "probability": "high"},
              {"label": "supported", "probability": 7}],
    ids=["nothing", "no label", "no number", "no probability"],
)  # fmt: skip
def test_a_judgement_that_is_none_supports_nothing(reply):
    assert ModelScorer(ScriptedModel(reply)).score("They won.", EVIDENCE).label is Label.NOT_ENOUGH


def test_a_model_that_fails_says_so():
    with pytest.raises(ModelFailed):
        ModelScorer(ScriptedModel(ModelFailed("The line is down."))).score("They won.", EVIDENCE)
