"""The clock: a time holds the call and what the device still does after it returned."""

import pytest

from graphbench.measure.runner import measure
from graphbench.records.model import Outcome
from helpers import faulty_engines
from test_runner import FEW, plan

WHOLE_S = 2 * faulty_engines.STEP_S


@pytest.mark.usefixtures("ordeal")
def test_every_time_lasts_until_the_device_is_done():
    (record,) = measure(plan("none", engines=("asynchronous",), limits=FEW))
    assert record.outcome is Outcome.OK
    phases = record.phases
    assert len(phases.run_s) == FEW.trials
    assert min(phases.run_s) >= WHOLE_S
    assert min(phases.read_s, phases.cold_s, phases.collect_s) >= WHOLE_S
    assert min(phases.start_steps_s.values()) >= WHOLE_S
    assert min(phases.build_steps_s.values()) >= WHOLE_S
    assert min(phases.start_s, phases.build_s) >= 2 * WHOLE_S, "the parts of a phase are added"
