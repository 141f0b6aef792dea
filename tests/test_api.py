"""The Python interface: `Result`, and what `run` stores."""

import pytest

import graphbench as gb
from graphbench.errors import UsageError
from graphbench.records.model import Outcome, Task
from helpers.records import record, stored


@pytest.mark.parametrize(
    ("outcome", "ok"),
    [
        (Outcome.OK, True),
        (Outcome.UNSUPPORTED, True),
        (Outcome.UNAVAILABLE, True),
        (Outcome.INVALID, False),
        (Outcome.TIMEOUT, False),
        (Outcome.OUT_OF_MEMORY, False),
        (Outcome.ERROR, False),
    ],
)
def test_a_result_is_ok_if_every_task_that_could_run_succeeded(outcome, ok):
    assert gb.Result([record(), record("igraph", outcome=outcome)]).ok is ok


@pytest.mark.parametrize(("options", "count"), [({}, 1), ({"store": False}, 0)])
def test_run_stores_its_records_unless_store_is_false(options, count):
    result = gb.run("wcc", "karate", engines="igraph", trials=1, timeout=60, **options)
    assert len(result.records) == 1
    assert len(stored()) == count


def test_an_answer_is_of_one_engine_on_one_dataset():
    both = [
        record(id=name, task=Task("wcc", name, "igraph", {}), answer={"digest": name * 32}) for name in ("ab", "cd")
    ]
    result = gb.Result(both)
    with pytest.raises(UsageError, match="igraph has answers on ab, cd"):
        result.answer("igraph")
    with pytest.raises(UsageError, match=f"answer {'cd' * 32} is no longer in the cache"):
        result.answer("igraph", "cd")
    with pytest.raises(UsageError, match="'igrph' is not among the measured engines: igraph"):
        result.answer("igrph")
    failed = record(id="ef", task=Task("wcc", "ab", "networkx", {}), answer={})
    with pytest.raises(UsageError, match="networkx has no answer on 'ab'"):
        gb.Result([*both, failed]).answer("networkx", "ab")
