"""The section of a report on what cuGraph's Python layer costs."""

import pytest

from graphbench.records.model import Outcome, Task
from graphbench.reporting.document import Table
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import python_layer
from helpers.records import HERE, record, replace

ON_GPU = replace(HERE, allocator="async", engine_version="26.10")


def measured(engine, call_s, build_s, *, graph="coAuthorsDBLP", algorithm="bfs", **params):
    """A record of 12 calls that differ by 2 %."""
    own = {"renumber": True, "direction_optimizing": False} if engine == "pylibcugraph" else {}
    task = Task(algorithm, graph, engine, {"seed": 0, "allocator": "async", **own, **params})
    made = record(engine, call_s, id=f"{engine}{graph}{algorithm}{params}", device="gpu", task=task, environment=ON_GPU)
    calls = [call_s * (1 + 0.01 * (i % 3)) for i in range(12)]
    return replace(made, phases__call_s=calls, phases__rebuilt_s=[], phases__build_s=build_s)


def section(*records):
    (machine,) = group_by_machine(records, "networkx", {})
    return python_layer.section(machine)


def cells(made):
    """The rows of its table as texts."""
    (table,) = (block for block in made.blocks if isinstance(block, Table))
    return [*map(list, table.rows)]


def test_the_layer_is_the_difference_of_calls_and_of_second_builds():
    layered, bare = measured("cugraph", 0.030, 0.034), measured("pylibcugraph", 0.010, 0.002)
    (problem,) = cells(section(replace(layered, phases__build_gc_s=0.004), replace(bare, phases__build_gc_s=0.001)))
    assert problem[:4] + problem[5:] == ["bfs", "async", "1", "20.2 ms", "3.00 ms"]
    assert problem[4].startswith("3.00")
    (problem,) = cells(section(layered, bare))
    assert problem[5] == "–", "first builds also load kernels"  # noqa: RUF001


def test_graphs_are_summed_up_by_the_median_of_all_and_extremes():
    records = [
        measured(engine, call_s, 0.01, graph=graph)
        for graph, *both in (("a", 0.03, 0.01), ("b", 0.05, 0.01), ("c", 0.01, 0.01))
        for engine, call_s in zip(("cugraph", "pylibcugraph"), both, strict=True)
    ]
    (problem,) = cells(section(*records))
    assert problem[3] == "20.2 ms (0 s to 40.4 ms); no difference found on 1"


@pytest.mark.parametrize(
    "other",
    [
        {"allocator": "pool"},
        {"renumber": False},
        {"direction_optimizing": True},
        {"graph": "dblp-2010"},
        {"algorithm": "wcc"},
        {"source": 7},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_the_same_work_is_compared(other):
    assert section(measured("cugraph", 0.03, 0.03), measured("pylibcugraph", 0.01, 0.01, **other)) is None


def test_a_wrong_answer_costs_nothing():
    wrong = replace(measured("pylibcugraph", 0.01, 0.01), outcome=Outcome.INVALID)
    assert section(measured("cugraph", 0.03, 0.03), wrong) is None


def test_the_section_is_part_of_a_report():
    from graphbench.reporting.report import build

    document = build([measured("cugraph", 0.030, 0.034), measured("pylibcugraph", 0.010, 0.002)])
    assert "What the Python layer costs" in to_markdown(document, charts="charts")
