"""The clock: a time holds the call and what the device still does after it returned."""

import pytest

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.measure.plan import Cell
from graphbench.measure.prepare import prepare
from graphbench.measure.runner import measure
from graphbench.measure.trials import Bench
from graphbench.records.model import Outcome
from helpers import faulty_engines
from test_runner import FEW, dataset, plan

WHOLE_S = 2 * faulty_engines.STEP_S


@pytest.mark.usefixtures("ordeal")
def test_every_time_lasts_until_the_device_is_done():
    (record,) = measure(plan("none", engines=("asynchronous",), options=FEW))
    assert record.outcome is Outcome.OK
    phases = record.phases
    assert len(phases.run_s) == FEW.trials
    assert min(phases.run_s) >= WHOLE_S
    assert min(phases.read_s, phases.cold_s, phases.collect_s) >= WHOLE_S
    assert min(phases.start_steps_s.values()) >= WHOLE_S
    assert min(phases.build_steps_s.values()) >= WHOLE_S
    assert min(phases.start_s, phases.build_s) >= 2 * WHOLE_S, "the parts of a phase are added"


@pytest.fixture
def bench():
    here = Bench(lambda _: None)
    yield here
    here.release()


def prepared_job(bench, folder, engine="asynchronous", **params):
    cell = Cell(algorithm="ordeal", dataset=dataset(), engines=(engine,))
    prepared = prepare(cell, registry.algorithm("ordeal").resolve(params), 0)
    request = prepared.request(registry.engine(engine), Settings(), answers=folder / "answer-", command="")
    return bench.prepare(request)[0]


@pytest.mark.usefixtures("ordeal")
def test_the_bare_call_returns_when_the_device_is_done(bench, tmp_path):
    job = prepared_job(bench, tmp_path)
    bench.solver(job)(job.call(0))
    assert not job.engine.pending
