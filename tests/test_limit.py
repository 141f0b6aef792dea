"""How far a call is from what memory allows: bounds worked out by hand, and the copy that they are set against."""

import sys
from types import SimpleNamespace

import msgspec
import pytest

from graphbench.measure import ranges
from graphbench.measure import record as recording
from graphbench.records import limit
from graphbench.records.model import Limit, Phases, PosedInfo, Task
from graphbench.reporting import render
from graphbench.reporting.document import Chart
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import limit as limit_section
from graphbench.system import bandwidth
from graphbench.system.bandwidth import Bandwidth
from helpers.records import bfs, jaccard

MEASURED = bandwidth.measured


def posed(n=100, edges=300, *, directed=False):
    entries = edges if directed else 2 * edges
    return PosedInfo(
        num_vertices=n, num_edges=edges, num_entries=entries, directed=directed, weights="none", digest="d"
    )


@pytest.mark.parametrize(
    ("algorithm", "graph", "reached", "isolated", "expected"),
    [
        ("wcc", posed(), None, 0, 4 * (300 + 100)),
        ("pagerank", posed(), None, 0, 4 * 600 + 8 * 100),
        ("transpose", posed(directed=True), None, 0, 4 * 2 * 300),
        ("bfs", posed(), 100, 0, 4 * (600 + 100)),
        ("bfs", posed(), 90, 10, 4 * (600 + 90)),
        ("bfs", posed(), 90, 0, 4 * (600 - 10 * 9 + 90)),
        ("bfs", posed(directed=True), 50, 0, 4 * (49 + 50)),
        ("bfs", posed(), None, 0, None),
        ("sssp", posed(), 90, 0, 4 * (600 - 10 * 9 + 90)),
        ("louvain", posed(), None, 0, 4 * (300 + 100)),
        ("jaccard", posed(), None, 0, None),
    ],
)
def test_least_bytes(algorithm, graph, reached, isolated, expected):
    assert limit.least_bytes(algorithm, graph, reached=reached, isolated=isolated) == expected


def test_ids_beyond_32_bits_take_eight_bytes():
    assert limit.least_bytes("wcc", posed(n=2**31)) == 8 * (300 + 2**31)


def searched(**changes):
    made = Limit(least_bytes=1_000_000, graph_bytes=50_000_000, copy_bytes_s=1e10, cache_bytes=30_000_000)
    return bfs("igraph", 1e-3, limit=msgspec.structs.replace(made, **changes))


def test_a_share_is_the_least_bytes_over_a_warm_call_of_the_copys_speed():
    assert limit.share(searched()) == pytest.approx(1e6 / 3.5e-3 / 1e10)
    first = msgspec.structs.replace(searched(), phases=Phases(first_s=2e-3))
    assert limit.share(first) == pytest.approx(0.05)
    assert limit.share(bfs("igraph", 1e-3)) is None


def test_details_show_the_share_or_that_the_graph_fits_into_the_cache():
    assert "at least 2.86 %" in render([searched()], [], details=True)
    assert "at least" not in render([searched()], [])
    assert "fits in cache" in render([searched(cache_bytes=60_000_000)], [], details=True)
    assert "at least 2.86 %" in render([searched(cache_bytes=None)], [], details=True)


def test_a_record_has_the_limit_of_its_problem(monkeypatch):
    monkeypatch.setattr("graphbench.system.bandwidth.measured", lambda *_: Bandwidth(2e9, 1 << 20))
    made = bfs("igraph", 1e-3, posed=posed(), answer={"reached": 100})
    prepared = SimpleNamespace(cell=SimpleNamespace(dataset=SimpleNamespace(info=SimpleNamespace(num_isolated=0))))
    one_gpu, several = SimpleNamespace(multi_gpu=False), SimpleNamespace(multi_gpu=True)
    found = recording._limited(made, one_gpu, prepared).limit
    assert found == Limit(least_bytes=2800, graph_bytes=2800, copy_bytes_s=2e9, cache_bytes=1 << 20)
    assert recording._limited(made, several, prepared).limit is None
    skipping = msgspec.structs.replace(made, task=Task("bfs", "g", "pylibcugraph", {"direction_optimizing": True}))
    assert recording._limited(skipping, one_gpu, prepared).limit is None
    assert recording._limited(jaccard(), one_gpu, prepared).limit is None


def test_a_copy_is_timed_once_per_machine(private_home, monkeypatch):
    found = MEASURED("cpu")
    assert found.copy_bytes_s > 1e6
    monkeypatch.setattr("subprocess.run", None)
    assert MEASURED("cpu") == found
    assert (private_home / "bandwidth.json").is_file()


def test_a_copy_that_fails_leaves_no_bandwidth():
    assert MEASURED("gpu", 99) is None


def test_phases_and_calls_are_ranges_of_a_profiler_where_nvtx_is_installed(monkeypatch):
    events = []
    nvtx = SimpleNamespace(
        start_range=lambda message, domain: events.append(f"{domain} {message}") or message,
        end_range=lambda message: events.append(f"end {message}"),
    )
    monkeypatch.setitem(sys.modules, "nvtx", nvtx)
    ranges._nvtx.cache_clear()
    started = ranges.start("build")
    with ranges.named("call 3"):
        events.append("calling")
    ranges.end(started)
    ranges.end(None)
    ranges._nvtx.cache_clear()
    assert events == ["graphbench build", "graphbench call 3", "calling", "end call 3", "end build"]


@pytest.mark.parametrize(("cache_bytes", "look"), [(None, "solid"), (1 << 30, "hollow")])
def test_a_report_draws_the_share_of_every_call_with_a_bound(cache_bytes, look):
    shown = searched(cache_bytes=cache_bytes)
    (machine,) = group_by_machine([shown, bfs("networkx", 1.0)], "networkx", {})
    (chart,) = (block for block in limit_section.section(machine).blocks if isinstance(block, Chart))
    (panel,) = chart.panels
    (mark,) = panel.marks
    assert (panel.title, mark.y, mark.look) == ("bfs", pytest.approx(limit.share(shown)), look)
    assert "at least 2.86 %" in mark.tip


def test_a_report_without_a_bound_has_no_chart_of_limits():
    (machine,) = group_by_machine([bfs("networkx", 1.0)], "networkx", {})
    assert limit_section.section(machine) is None
