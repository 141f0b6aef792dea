"""Answers in the parent process: certified, stored by digest, compared with those of other engines."""

import numpy as np
import pytest

from graphbench.algorithms.base import Algorithm, Finding, Form, Inputs
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import answers
from graphbench.measure.answers import PreviousAnswers, agreements, digest, keep, verify
from graphbench.measure.protocol import FIRST
from graphbench.system import files as paths


@pytest.fixture
def edges():
    return EdgeList.from_columns(np.array([0, 1]), np.array([1, 2]), num_vertices=3, directed=False)


def problem(check, **options):
    made = Algorithm(
        name="x", title="X", family="structure", form=Form(directed=False, weights="ignored"), headline="f", **options
    )
    made.certificate(check)
    return made


def saved(folder, *values):
    files = {}
    folder.mkdir(exist_ok=True)
    for trial, value in enumerate(values):
        files[trial] = folder / f"{trial}.npy"
        np.save(files[trial], np.asarray(value))
    return files


def run(algorithm, edges, files, claims=None):
    return verify(algorithm, edges, files, params={}, inputs=Inputs(), seed=0, check_seed=7, claims=claims or {})


def test_the_answer_of_median_quality_represents_a_heuristic(tmp_path, edges):
    algorithm = problem(
        lambda _, answer, p: Finding(valid=True, detail=f"seed {p.seed}", quantities={"q": float(answer[0])}),
        kind="partition",
        quality="q",
        seeded=True,
    )
    found = run(algorithm, edges, saved(tmp_path, [0.9], [0.2], [0.5], [0.4], [0.8]))
    assert found.quality == [0.9, 0.2, 0.5, 0.4, 0.8]
    assert (found.chosen, found.quantities, found.certificate.detail) == (2, {"q": 0.5}, "seed 2")
    assert found.certificate.checked == 5
    files = saved(tmp_path, [0.9], [0.2]) | {FIRST: saved(tmp_path / "first", [0.1])[0]}
    assert run(algorithm, edges, files).quality == [0.9, 0.2], "the first call is no trial"


def test_a_certificate_gets_a_seed_of_its_own(tmp_path, edges):
    algorithm = problem(lambda _, __, p: Finding(valid=p.check_seed == 7, detail="another seed"), kind="labels")
    certificate = run(algorithm, edges, saved(tmp_path, [1])).certificate
    assert (certificate.valid, certificate.check_seed) == (True, 7)


def test_one_wrong_answer_makes_a_record_invalid(tmp_path, edges):
    algorithm = problem(lambda _, answer, __: Finding(valid=bool(answer[0]), detail="is 0"), kind="labels")
    found = run(algorithm, edges, saved(tmp_path, [1], [0], [1]))
    assert not found.certificate.valid
    assert found.certificate.detail == "trial 1: is 0"
    assert found.certificate.checked == 2


@pytest.mark.parametrize(("claim", "believed"), [(0.5, True), (0.5004, True), (0.5006, False), (float("nan"), False)])
def test_claimed_figures_are_shown_beside_computed_ones(tmp_path, edges, claim, believed):
    algorithm = problem(
        lambda *_: Finding(valid=True, detail="", quantities={"q": 0.5}, notes=("odd",)), kind="partition", quality="q"
    )
    found = run(algorithm, edges, saved(tmp_path, [1]), {0: {"q": claim, "time": 3.0}})
    assert found.quantities["q"] == 0.5
    assert found.quantities["reported_time"] == 3.0
    assert found.quantities["reported_q"] == pytest.approx(claim, nan_ok=True)
    assert found.notes[0] == "odd"
    assert (len(found.notes) == 1) == believed
    assert found.quality == [0.5]


def test_answers_are_kept_by_digest_unless_they_are_too_large(tmp_path, monkeypatch):
    small, large = (
        PreviousAnswers(engine="a", files=saved(tmp_path / name, values)) for name, values in folders(tmp_path)
    )
    name = keep(small)
    assert small.files[0] == paths.home() / "answers" / f"{name}.npy"
    assert np.load(small.files[0]).tolist() == [1, 2]
    monkeypatch.setattr(answers, "MAX_STORED", 2)
    keep(large)
    assert large.files[0].parent == tmp_path / "large"


def folders(tmp_path):
    for name, values in {"small": [1, 2], "large": [1, 2, 3]}.items():
        (tmp_path / name).mkdir()
        yield name, values


def test_digests_depend_on_types_and_shapes():
    ones = np.ones(4, dtype=np.int64)
    assert digest(ones) == digest(ones.copy())
    assert len({digest(each) for each in (ones, ones.astype(np.int32), ones.reshape(2, 2), ones * 2)}) == 4


def test_agreement_is_that_of_the_worst_common_question(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    exact, other = [0, 1, 2], [0, 1, 9]
    a = PreviousAnswers(engine="a", files=saved(folders[0], exact, exact, exact))
    b = PreviousAnswers(engine="b", files={0: saved(folders[1], other)[0]})
    mine = PreviousAnswers(engine="c", files=saved(folders[2], exact, other))
    algorithm = problem(lambda *_: Finding(valid=True, detail=""), kind="depths")
    with_a, with_b = agreements(algorithm, mine, [a, b], {})
    assert (with_a.engine, with_a.kind, with_a.at, with_a.max_difference) == ("a", "differs", 2, 7)
    assert (with_b.engine, with_b.kind) == ("b", "differs")
    nothing_common = PreviousAnswers(engine="d", files={5: mine.files[0]})
    assert agreements(algorithm, nothing_common, [a, b], {}) == []
