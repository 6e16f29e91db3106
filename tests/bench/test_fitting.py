"""What is fitted tells apart what can be told apart, and is measured on what it did not see."""

from __future__ import annotations

import numpy as np
from bench.abstention import Measured, fit, rates, stored, unseen
from bench.calibrate import auc
from bench.claims import softmax_regression


def measured(signal: float, number: int = 200, seed: int = 7) -> Measured:
    random = np.random.default_rng(seed)
    truth = np.arange(number) % 2 == 0
    features = random.normal(size=(number, 3))
    features[:, 0] += signal * truth
    return Measured(
        names=("a", "b", "c"),
        features=features,
        questions=random.normal(size=(number, 4)),
        answerable=truth,
        languages=np.array(["en"] * number),
        folds=np.arange(number) // 2 % 10,
        sentences_alone=np.zeros(number),
    )


def test_a_signal_is_found_and_noise_is_not():
    """Scores of cases that the weights did not see are at chance level where there is nothing to learn."""
    for signal, least, most in ((4.0, 0.95, 1.0), (0.0, 0.35, 0.65)):
        cases = measured(signal)
        scores = unseen([(cases, 1.0), (measured(signal, seed=8), 0.2)])[0]
        assert least <= auc(scores, cases.answerable) <= most


def test_what_is_stored_scores_as_what_was_fitted():
    """Rounding changes little, and the threshold becomes a chance of a half."""
    cases = measured(4.0)
    fitted = fit([(cases, np.ones(200, dtype=bool), 1.0)])
    kept = stored(fitted, cases.names, threshold=0.7)
    again = cases.features @ np.array([kept["features"][name] for name in cases.names])
    again += cases.questions @ np.array(kept["question"]) * kept["scale"] + kept["bias"]
    assert np.allclose(again, fitted.scores(cases) - 0.7, atol=0.05)


def test_rates_are_of_the_two_kinds_apart():
    scores, truth = np.array([0.9, 0.2, 0.8, 0.1]), np.array([True, True, False, False])
    assert rates(scores, truth, 0.5) == (0.5, 0.5)


def test_three_labels_are_told_apart():
    truth = np.arange(300) % 3
    x = np.eye(3)[truth] * 3 + np.random.default_rng(7).normal(size=(300, 3))
    weights = softmax_regression(x, truth)
    said = np.argmax(np.hstack([x, np.ones((300, 1))]) @ weights, axis=1)
    assert np.mean(said == truth) > 0.85
