"""Answers in the parent process: certified, stored by digest, compared with those of other engines."""

import contextlib
import io
import os

import numpy as np
import pytest

import graphbench as gb
from graphbench import graphs
from graphbench.algorithms.base import Algorithm, Finding, Form, Inputs
from graphbench.errors import FormatError
from graphbench.graphs import parquet
from graphbench.graphs.edgelist import EdgeList
from graphbench.measure import answers
from graphbench.measure.answers import PreviousAnswers, agreements, digest, keep, verify
from graphbench.measure.options import Options
from graphbench.measure.plan import Cell, Plan
from graphbench.measure.protocol import FIRST
from graphbench.measure.runner import measure
from graphbench.measure.task_state import TaskState
from graphbench.system import files as paths
from helpers.damage import flip, in_place


@pytest.fixture
def edges():
    return EdgeList.from_columns(np.array([0, 1]), np.array([1, 2]), num_vertices=3, directed=False)


def problem(check, **options):
    made = Algorithm(
        name="x", title="X", family="structure", form=Form(directed=False, weights="ignored"), headline="q", **options
    )
    made.certificate(check)
    return made


def saved(folder, *values):
    files = {}
    folder.mkdir(exist_ok=True)
    for trial, value in enumerate(values):
        files[trial] = folder / f"{trial}-{digest(np.asarray(value))}.npy"
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
    algorithm = problem(
        lambda _, __, p: Finding(valid=p.check_seed == 7, detail="another seed", quantities={"q": 0}), kind="labels"
    )
    certificate = run(algorithm, edges, saved(tmp_path, [1])).certificate
    assert (certificate.valid, certificate.check_seed) == (True, 7)


def test_one_wrong_answer_makes_a_record_invalid(tmp_path, edges):
    algorithm = problem(
        lambda _, answer, __: Finding(valid=bool(answer[0]), detail="is 0", quantities={"q": 0}), kind="labels"
    )
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


# Damaged files


def claim(file, shape):
    """The header says that there are more values."""
    file.write_bytes(file.read_bytes().replace(b"(3,)", shape))


def archive():
    np.savez(file := io.BytesIO(), np.array([0, 1, 2]))
    return file.getvalue()


DAMAGE = {
    "empty": lambda file: file.write_bytes(b""),
    "cut off in the header": lambda file: os.truncate(file, 50),
    "cut off": lambda file: os.truncate(file, file.stat().st_size - 1),
    "a byte appended": lambda file: file.write_bytes(file.read_bytes() + b"\0"),
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "a bit flipped": lambda file: flip(file, file.stat().st_size - 3),
    "8 TB claimed": lambda file: claim(file, b"(1099511627776,)"),
    "less than nothing claimed": lambda file: claim(file, b"(-3,)"),
    "another dtype": lambda file: file.write_bytes(file.read_bytes().replace(b"<i8", b"<f8")),
    "objects": lambda file: file.write_bytes(file.read_bytes().replace(b"<i8'", b"|O' ")),
    "an archive of arrays": lambda file: file.write_bytes(archive()),
    "another answer": lambda file: np.save(file, np.array([0, 1, 9])),
    "gone": lambda file: file.unlink(),
    "a folder": lambda file: in_place(file, lambda file: file.mkdir()),
    "a pipe": lambda file: in_place(file, os.mkfifo),
    "unreadable": lambda file: in_place(file, lambda file: file.symlink_to("/proc/self/mem")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_answer_of_another_engine_is_dropped_and_never_compared(tmp_path, private_home, damage):
    mine, other = (PreviousAnswers(engine=name, files=saved(tmp_path / name, [0, 1, 2])) for name in "ab")
    algorithm = problem(lambda *_: Finding(valid=True, detail=""), kind="depths")
    assert [each.kind for each in agreements(algorithm, mine, [other], {})] == ["exact"]
    damage(other.files[0])
    assert agreements(algorithm, mine, [other], {}) == []
    assert other.files == {}
    assert "A kept answer is dropped." in (private_home / "logs" / "graphbench.log").read_text()


def test_no_flipped_bit_of_an_answer_changes_it_unnoticed(tmp_path):
    (file,) = saved(tmp_path, np.arange(5)).values()
    whole = file.read_bytes()
    for at in range(len(whole)):
        flip(file, at)
        with contextlib.suppress(FormatError):
            assert answers.load(file).tolist() == [0, 1, 2, 3, 4], at  # a blank of the header
        file.write_bytes(whole)


def test_exchanged_answers_are_dropped(tmp_path):
    mine = PreviousAnswers(engine="a", files=saved(tmp_path / "a", [0, 1, 2]))
    first, second = (
        PreviousAnswers(engine=n, files=saved(tmp_path / n, v)) for n, v in {"b": [0, 1, 2], "c": [7]}.items()
    )
    content = first.files[0].read_bytes()
    first.files[0].write_bytes(second.files[0].read_bytes())
    second.files[0].write_bytes(content)
    algorithm = problem(lambda *_: Finding(valid=True, detail=""), kind="depths")
    assert agreements(algorithm, mine, [first, second], {}) == []


def test_a_digest_in_a_record_leads_to_no_file_outside_the_cache():
    for name in ("../../x", "/etc/x", "..", "a/b", ""):
        assert answers.kept(name).parent == paths.home() / "answers"


@pytest.mark.parametrize("damage", ["none", "emptied", "exchanged"])
def test_a_damaged_answer_of_an_earlier_run_is_dropped_by_the_next(damage):
    def run(algorithm, engine, **answered):
        cell = Cell(algorithm=algorithm, dataset=graphs.load("karate"), engines=(engine,), answered=answered)
        (record,) = measure(Plan(cells=(cell,), options=Options(trials=1)))
        return record

    before = run("wcc", "scipy").answer["digest"]
    file = answers.kept(before)
    other = answers.kept(run("core-number", "scipy").answer["digest"]).read_bytes()
    whole = file.read_bytes()
    file.write_bytes({"none": whole, "emptied": b"", "exchanged": other}[damage])
    record = run("wcc", "networkx", scipy=before)
    assert (record.outcome, record.certificate.valid) == ("ok", True)
    assert [each.kind for each in record.agreement] == (["equivalent"] if damage == "none" else [])
    assert file.read_bytes() == whole, "networkx gave the same answer"


def test_an_answer_that_is_damaged_on_its_way_from_the_worker_accuses_no_engine(monkeypatch):
    def damaged(files):
        for file in files.values():
            flip(file, file.stat().st_size - 3)
        return files

    whole = TaskState.answers_to_certify
    monkeypatch.setattr(TaskState, "answers_to_certify", property(lambda state: damaged(whole.fget(state))))
    (record,) = gb.run("wcc", "karate", engines=["scipy"], budget=0.05, store=False).records
    assert (record.outcome, record.certificate) == ("ok", None)
    assert "the answer is not certified: " in record.warnings[0]
    assert "the answer is damaged, or another one" in record.warnings[0]


def test_a_graph_that_is_damaged_while_it_is_certified_accuses_no_engine(monkeypatch):
    def read(path, *_):
        raise FormatError(path, "the cached edge list cannot be read.")

    monkeypatch.setattr(parquet, "read_chunks", read)
    monkeypatch.setattr(parquet, "read_columns", read)
    (record,) = gb.run("wcc", "karate", engines=["scipy"], budget=0.05, store=False).records
    assert (record.outcome, record.certificate) == ("ok", None)
    assert "cannot be read" in record.warnings[0]
