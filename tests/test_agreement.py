"""Comparison of two answers to one question: the kind of agreement, the largest difference and its place."""

import numpy as np
import pytest

from graphbench.certificates.agreement import agreement, normalised_mutual_information


@pytest.mark.parametrize(
    ("kind", "a", "b", "expected"),
    [
        ("depths", [0, 1, -1], [0, 1, -1], ("exact", 0.0, None)),
        ("depths", [0, 1, 4], [0, 1, 2], ("differs", 2.0, 2)),
        ("depths", [0, 1, -1], [0, 1, 0], ("differs", None, 2)),
        ("labels", [0, 0, 1], [5, 5, 2], ("equivalent", None, None)),
        ("labels", [0, 0, 1], [0, 1, 1], ("differs", None, 1)),
        ("labels", [0, 0, 1, 2], [4, 4, 4, 2], ("differs", None, 2)),
        ("distances", [0.0, 2.0, np.inf], [0.0, 2.0, np.inf], ("exact", 0.0, None)),
        ("distances", [0.0, 256.0], [0.0, 256.0 + 2**-10], ("epsilon", 2**-10, 1)),
        ("distances", [0.0, 2.0], [0.0, 2.5], ("differs", 0.5, 1)),
        ("distances", [0.0, 2.0], [0.0, np.inf], ("differs", None, 1)),
        ("scores", [0.5, 0.5], [0.5 + 2**-20, 0.5], ("epsilon", 2**-20, 0)),
        ("scores", [0.5, 0.5], [0.25, 0.75], ("differs", 0.25, 0)),
        ("scores", [0.5, np.nan], [0.5, 0.5], ("differs", None, 1)),
        ("counts", [3, 0], [3, 0], ("exact", 0.0, None)),
        ("counts", [3, 0], [3, 1], ("differs", 1.0, 1)),
        ("pair_scores", [], [], ("exact", 0.0, None)),
        ("partition", [0, 0, 1, 1], [3, 3, 2, 2], ("nmi", 0.0, None)),
        ("partition", [0, 0, 1, 1], [0, 1, 0, 1], ("nmi", 1.0, None)),
    ],
)
def test_agreement_gives_kind_difference_and_place(kind, a, b, expected):
    found = agreement(kind, np.array(a), np.array(b), tolerance=1e-5)
    assert (found.kind, found.max_difference, found.at) == expected


def test_answers_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="different questions"):
        agreement("depths", np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="no kind of answer"):
        agreement("colours", np.zeros(3), np.zeros(3))


def test_mutual_information_follows_its_definition():
    rng = np.random.default_rng(0)
    a, b = rng.integers(4, size=500), rng.integers(6, size=500)
    b[:250] = a[:250]
    joint = np.histogram2d(a, b, bins=(4, 6))[0] / 500
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    positive = joint > 0
    information = (joint[positive] * np.log((joint / np.outer(rows, columns))[positive])).sum()
    entropies = -(rows * np.log(rows)).sum() - (columns * np.log(columns)).sum()
    assert normalised_mutual_information(a, b) == pytest.approx(2 * information / entropies)
    assert normalised_mutual_information(a, a + 3) == 1.0
    assert normalised_mutual_information(np.zeros(5), np.zeros(5)) == 1.0
    assert normalised_mutual_information(np.zeros(5), np.arange(5)) == 0.0
