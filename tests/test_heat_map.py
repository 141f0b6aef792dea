"""The heat map: relative to the fastest engine of a row, among answers that are as good; the rest has no colour."""

import json

from graphbench.records.model import Memory, Outcome, Phases
from graphbench.reporting import measured
from graphbench.reporting.document import MAX_ROWS, HeatMap
from graphbench.reporting.sections import heat_map
from helpers.records import record, replace


def drawn(records, stale=()):
    made = heat_map.section(measured.group_by_machine(records, "networkx", {}), dict.fromkeys(stale, "changed"))
    return next(block for block in made.blocks if isinstance(block, HeatMap))


def cells(records, metric="warm call", **given):
    (row,) = drawn(records, **given).rows
    at = heat_map.METRICS.index(metric)
    return {engine: (shown[at].text, shown[at].factor, shown[at].level) for engine, shown in row.cells.items()}


def with_quality(engine, seconds, quality):
    made = record(engine, seconds, id=f"{engine}-{quality}", answer={"modularity": quality}, quality="modularity")
    return replace(made, trials__quality=[quality] * len(made.phases.call_s))


def test_a_cell_is_relative_to_the_fastest_of_its_row():
    found = cells([record("networkx", 30.0), record("igraph", 1.5), record("networkit", 1.0)])
    assert found["networkit"] == ("1.00 s", "1.00×", 0)  # noqa: RUF001
    assert found["igraph"] == ("1.50 s", "1.50×", 1)  # noqa: RUF001
    assert found["networkx"][2] == 5


def test_what_does_not_differ_from_the_fastest_has_its_colour_and_what_does_has_not():
    varying = replace(record("igraph"), phases__call_s=[0.95, 1.2, 1.5])
    found = cells([record("networkit", 1.0), varying, record("scipy", 1.04)])
    assert [found[engine][1:] for engine in ("networkit", "igraph", "scipy")] == [
        ("1.00\u00d7", 0), ("1.20\u00d7", 0), ("1.04\u00d7", 1)
    ]  # fmt: skip


def test_a_worse_answer_is_never_the_fastest_and_has_no_colour():
    found = cells(
        [with_quality("networkx", 9.0, 0.8), with_quality("igraph", 0.1, 0.5), with_quality("scipy", 3.0, 0.8)]
    )
    assert found["igraph"][1:] == ("not alike", -1)
    assert found["scipy"][1:] == ("1.00×", 0)  # noqa: RUF001


def test_first_calls_failures_and_stale_records_have_no_colour():
    first = record("networkx", 900.0)
    first = replace(first, trials__stopped="first_only", phases__first_s=990.0, phases__call_s=[990.0])
    lost = record("scipy", outcome=Outcome.OUT_OF_MEMORY, phases=Phases())
    given = [first, record("igraph", 1.0), record("graphblas", 2.0), record("networkit", 0.1), lost]
    found = cells(given, stale=["networkit-1"])
    assert found["networkx"] == ("990 s", "first call", -1)
    assert found["scipy"] == ("out of memory", "", -1)
    assert found["networkit"][2] == -1
    assert found["igraph"][2] == 0


def test_memory_counts_host_and_device():
    found = cells(
        [
            record("networkx", memory=Memory(2**30)),
            record("cugraph", device="gpu", memory=Memory(2**30, 2**30)),
        ],
        metric="memory, host and device",
    )
    assert found["cugraph"][:2] == ("2 GiB", "2.00×")  # noqa: RUF001


def on(graph, engine):
    made = record(engine, id=f"{engine}-{graph}")
    return replace(made, task__dataset=graph, dataset__name=graph, dataset__digest=graph)


def test_a_cell_that_can_be_compared_with_no_other_has_no_colour():
    heavy = replace(on("A", "graphblas"), phases__build_s=50.0)
    rows = drawn([heavy, on("A", "igraph"), on("B", "graphblas"), on("B", "igraph")]).rows
    warm = {row.graph: {engine: str(shown[0]) for engine, shown in row.cells.items()} for row in rows}
    assert warm["A"] == {"graphblas": "1.00 s (heavy build)", "igraph": "1.00 s"}
    assert warm["B"] == dict.fromkeys(["graphblas", "igraph"], "1.00 s (1.00×)")  # noqa: RUF001


def test_a_slow_engine_with_a_heavy_build_has_its_colour():
    slow = replace(on("A", "graphblas"), phases__build_s=50.0, phases__call_s=[2.0] * 6)
    row = drawn([slow, on("A", "igraph")]).rows[0]
    assert str(row.cells["graphblas"][0]) == "2.00 s (2.00×)"  # noqa: RUF001


def test_twins_are_left_out_until_they_are_chosen():
    made = drawn([on(graph, engine) for graph in ("A", "twin:A") for engine in ("networkx", "igraph")])
    assert [row.graph for row in made.start] == ["A"]
    assert [row[2:4] for row in json.loads(made.data())["rows"]] == [["A", 0], ["twin:A", 1]]


def test_where_rows_are_many_the_first_problem_is_shown():
    graphs = [f"g{number}" for number in range(MAX_ROWS)]
    made = [on(graph, engine) for graph in graphs for engine in ("networkx", "igraph")]
    more = [replace(one, id=f"w{one.id}", task__algorithm="wcc") for one in made]
    assert drawn(made).problem == ""
    both = drawn([*made, *more])
    assert (both.problem, len(both.start), len(both.rows)) == ("louvain", MAX_ROWS, 2 * MAX_ROWS)


def test_a_way_that_was_asked_for_has_its_own_column():
    usual = record("pylibcugraph", 2.0, device="gpu")
    made = record("pylibcugraph", 1.0, device="gpu", id="way")
    made = replace(made, task__params=made.task.params | {"renumber": False})
    found = cells([record("networkx", 9.0), usual, made])
    assert found["pylibcugraph"][0] == "2.00 s"
    assert found["pylibcugraph (no renumbering)"][0] == "1.00 s"


def test_a_single_engine_has_no_heat_map():
    assert heat_map.section(measured.group_by_machine([record("igraph")], "networkx", {}), {}) is None
