"""Predicted time and memory of tasks, and the tasks that are skipped because of them."""

import msgspec
import pytest

from graphbench import registry
from graphbench.measure.options import Options
from graphbench.measure.predict import Past, Predictor, device_bytes, host_bytes
from graphbench.records.model import Censored, Memory, Outcome, Phases, PosedInfo, Task
from graphbench.system import memory
from helpers.records import HERE, record

GIB = 1 << 30


def posed(entries, *, directed=False, weights="none"):
    return PosedInfo(
        num_vertices=1_000,
        num_edges=entries if directed else entries // 2,
        num_entries=entries,
        directed=directed,
        weights=weights,
        digest="x",
    )


def measured(dataset, entries, first_s, *, engine="networkx", seed=0, **changes):
    phases = Phases(start_s=0.5, read_s=0.1, build_s=1.0, first_s=first_s, call_s=[first_s] * 3, collect_s=0.1)
    made = {
        "task": task(dataset, engine, seed=seed),
        "posed": posed(entries),
        "phases": phases,
    }
    return record(engine, **(made | changes))


def task(dataset, engine="networkx", *, seed=0):
    return Task("louvain", dataset, engine, {"resolution": 1.0, "seed": seed})


def timed_out(dataset, entries, after_s, phase="first"):
    return measured(
        dataset,
        entries,
        None,
        outcome=Outcome.TIMEOUT,
        censored=Censored(phase=phase, after_s=after_s),
        phases=Phases(),
    )


def past(*records):
    return Past(records, "m1")


def test_a_measured_task_is_predicted_to_take_as_long():
    known = past(measured("a", 1_000, 2.0))
    assert known.task_seconds(task("a"), None, budget_s=10) == pytest.approx(0.5 + 0.1 + 1.0 + 2.0 + 0.1 + 6.0)


def test_larger_graphs_take_longer_and_trials_stop_at_the_budget():
    known = past(measured("a", 1_000, 2.0))
    assert known.task_seconds(task("b"), 10_000, budget_s=10) == pytest.approx(0.5 + 10 * 3.2 + 10)
    assert known.task_seconds(task("b"), None, budget_s=10) is None
    assert past().task_seconds(task("b"), 10_000, budget_s=10) is None


def test_a_task_is_predicted_to_grow_at_least_linearly():
    flat = past(measured("a", 1_000, 1.0), measured("b", 10_000, 1.0))
    assert flat.task_seconds(task("c"), 100_000, budget_s=10) == pytest.approx(0.5 + 10 * 2.2 + 10)


def test_other_machines_and_parameters_are_not_used_for_predictions():
    elsewhere = measured("a", 1_000, 2.0, environment=msgspec.structs.replace(HERE, machine="m2"))
    other = measured("a", 1_000, 2.0, task=Task("louvain", "a", "networkx", {"resolution": 2.0, "seed": 0}))
    assert past(elsewhere, other).task_seconds(task("b"), 1_000, budget_s=10) is None
    assert past(measured("a", 1_000, 2.0, seed=7)).task_seconds(task("b"), 1_000, budget_s=10) is not None


def test_growth_is_fitted_from_two_sizes_and_bounded():
    square = past(measured("a", 1_000, 1.0), measured("b", 10_000, 100.0))
    assert square.call_seconds(task("c"), 100_000) == pytest.approx(10_000.0)
    linear = past(measured("a", 1_000, 1.0), measured("b", 1_500, 100.0))
    assert linear.call_seconds(task("c"), 15_000) == pytest.approx(1_000.0)
    absurd = past(measured("a", 1_000, 1e-9), measured("b", 10_000, 1.0))
    assert absurd.call_seconds(task("c"), 100_000) == pytest.approx(10**2.5)


def test_a_slow_first_call_is_not_taken_for_growth():
    def leiden(dataset, entries, first_s, call_s):
        phases = Phases(start_s=0.5, read_s=0.1, build_s=0.01, first_s=first_s, call_s=[call_s] * 10, collect_s=0.01)
        return measured(dataset, entries, first_s, engine="networkit", phases=phases)

    known = past(leiden("karate", 156, 0.002, 0.001), leiden("lesmis", 508, 0.35, 0.004))
    large = task("celegansneural", "networkit")
    assert known.call_seconds(large, 4_296) == pytest.approx(0.346 + 0.004 * (4_296 / 508) ** 1.174, rel=0.01)
    assert (
        predictor(*known._by_work["louvain", "networkit"], timeout=30, fit=False, time=True)(
            large, registry.engine("networkit"), posed(4_296)
        )
        is None
    )
    assert known.task_seconds(large, 4_296, budget_s=0.2) < 3


@pytest.mark.parametrize(
    ("small", "large", "exponent"),
    [
        ((1_000, 0.001), (5_000, 0.5), 2.0),
        ((1_000, 1e-6), (100_000, 0.09), 2.0),
        ((1_000, 1e-6), (100_000, 0.11), 2.5),
        ((1_000, 0.001), (10_000, 0.2), 2.301),
    ],
)
def test_an_exponent_above_two_needs_a_decade_of_sizes_and_long_calls(small, large, exponent):
    known = past(measured("a", *small), measured("b", *large))
    found = known.call_seconds(task("c"), 10 * large[0])
    assert found == pytest.approx(large[1] * 10**exponent, rel=0.001)


def test_the_only_call_counts_where_there_are_no_warm_ones():
    once = measured("a", 1_000, 2.0, phases=Phases(start_s=0.5, read_s=0.1, build_s=1.0, first_s=2.0, collect_s=0.1))
    assert past(once).call_seconds(task("b"), 10_000) == pytest.approx(20.0)


def test_calls_are_predicted_for_larger_graphs_only():
    known = past(measured("a", 1_000, 1.0))
    assert known.call_seconds(task("c"), 1_000) is None
    assert known.call_seconds(task("c"), 10**9) is None, "too far away to tell"


def predictor(*records, timeout=60.0, memory_bytes=None, fit=True, **how):
    options = Options(timeout=timeout, memory_limit=memory_bytes, predict=fit)
    return Predictor(past=past(*records), options=options, **how)


def test_a_task_that_timed_out_on_a_smaller_graph_is_skipped():
    networkx = registry.engine("networkx")
    predict = predictor(timed_out("small", 1_000, 58.0), fit=False, time=True)
    found = predict(task("large"), networkx, posed(2_000))
    assert found.outcome is Outcome.TIMEOUT
    assert "60 s on small" in found.reason
    assert "--no-skip" in found.reason
    assert record(reason=found.reason).predicted
    assert predict(task("smaller"), networkx, posed(500)) is None
    assert predictor(timed_out("small", 1_000, 5.0), fit=False, time=True)(task("l"), networkx, posed(2_000)) is None


def test_a_task_is_skipped_above_three_times_the_limit():
    networkx = registry.engine("networkx")
    predict = predictor(measured("a", 1_000, 1.0), fit=False, time=True)
    assert "limit is 60 s" in predict(task("b"), networkx, posed(200_000)).reason
    assert predict(task("b"), networkx, posed(120_000)) is None
    assert predictor(measured("a", 1_000, 1.0), fit=False)(task("b"), networkx, posed(200_000)) is None


def test_new_records_improve_predictions():
    predict = predictor(fit=False, time=True)
    assert predict(task("b"), registry.engine("networkx"), posed(2_000)) is None
    predict.past.add(timed_out("a", 1_000, 60.0))
    assert predict(task("b"), registry.engine("networkx"), posed(2_000)) is not None


def test_a_graph_that_does_not_fit_on_the_host_is_skipped(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 10 * GIB)
    predict = predictor()
    large, small = posed(40_000_000), posed(2_000_000)
    found = predict(task("large"), registry.engine("networkx"), large)
    assert found.outcome is Outcome.OUT_OF_MEMORY
    assert "10 GiB free" in found.reason
    assert "--no-predict" in found.reason
    assert predict(task("large"), registry.engine("igraph"), large) is None
    assert predict(task("small"), registry.engine("networkx"), small) is None
    assert predictor(fit=False)(task("large"), registry.engine("networkx"), large) is None


def test_memory_held_by_the_worker_counts_as_free(monkeypatch):
    free = iter([10 * GIB, 2 * GIB])
    monkeypatch.setattr(memory, "free_host_bytes", lambda: next(free))
    predict = predictor()
    assert [predict(task("a"), registry.engine("networkx"), posed(16_000_000)) for _ in range(2)] == [None, None]


def test_a_memory_limit_counts_as_free_memory(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 100 * GIB)
    found = predictor(memory_bytes=GIB)(task("large"), registry.engine("networkx"), posed(40_000_000))
    assert "1 GiB allowed" in found.reason


def test_records_replace_the_rules_of_thumb(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 10 * GIB)
    base = 3 * GIB  # libraries, whatever the graph
    small, frugal = (
        measured(name, entries, 1.0, memory=Memory(host_peak_bytes=base + 100 * (entries - 1_000)))
        for name, entries in (("a", 1_000), ("b", 1_001_000))
    )
    known = past(small, frugal)
    assert known.peaks("louvain", "networkx", 2_001_000).host == pytest.approx(base + 1.1 * 200_000_000)
    assert predictor(small, frugal)(task("large"), registry.engine("networkx"), posed(40_000_000)) is None


def test_edges_on_the_device_take_no_host_memory(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: GIB)
    monkeypatch.setattr(memory, "free_device_bytes", lambda _: 1_000 * GIB)
    predict = Predictor(past=Past([], "m"), options=Options())
    made, stored = "rmat:scale=24,by=cugraph", "rmat:scale=24"

    def foreseen(dataset, engine, **more):
        asked = task(dataset, engine)
        asked = Task(asked.algorithm, asked.dataset, asked.engine, asked.params | more)
        found = predict(asked, registry.engine(engine), posed(100_000_000))
        return found and found.outcome

    assert foreseen(made, "cugraph") is None
    assert foreseen(stored, "cugraph") is Outcome.OUT_OF_MEMORY
    assert foreseen(made, "igraph") is Outcome.OUT_OF_MEMORY
    assert foreseen(made, "nx-cugraph") is None
    assert foreseen(made, "nx-cugraph", from_networkx=True) is Outcome.OUT_OF_MEMORY


def test_memory_of_one_size_or_tiny_graphs_is_not_extrapolated():
    large = measured("a", 1_000_000, 1.0, memory=Memory(host_peak_bytes=GIB))
    assert past(large).peaks("louvain", "networkx", 2_000_000) == (None, None)
    tiny = [measured("a", size, 1.0, memory=Memory(host_peak_bytes=GIB * size)) for size in (10, 1_000)]
    assert past(*tiny).peaks("louvain", "networkx", 2_000_000) == (None, None)


def test_run_skips_graphs_that_do_not_fit_unless_no_predict():
    import graphbench as gb

    (record,) = gb.run("wcc", "karate", engines="igraph", trials=1, memory_limit="10MB").records
    assert (record.outcome, record.worker) == (Outcome.OUT_OF_MEMORY, None)
    assert record.predicted
    (record,) = gb.run("wcc", "karate", engines="igraph", trials=1, memory_limit="10MB", predict=False).records
    assert record.outcome is Outcome.OUT_OF_MEMORY
    assert record.censored.limit_bytes == 10_000_000


def test_a_graph_that_does_not_fit_on_the_device_is_skipped(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 1_000 * GIB)
    monkeypatch.setattr(memory, "free_device_bytes", lambda _: 4 * GIB)
    cugraph = registry.engine("cugraph")
    assert "device memory, 4 GiB free" in predictor()(task("l"), cugraph, posed(200_000_000)).reason
    assert predictor()(task("l"), cugraph, posed(100_000_000)) is None
    almost = posed(165_000_000)
    assert device_bytes(almost) < 4 * GIB
    assert predictor()(task("l"), cugraph, almost) is not None, "the CUDA context takes memory too"


def test_undirected_and_weighted_graphs_need_more_on_the_device():
    assert device_bytes(posed(2_000)) == 1_000 * 8 * 6
    assert device_bytes(posed(1_000, directed=True)) == 1_000 * 8 * 3
    assert device_bytes(posed(2_000, weights="dataset")) == 1_000 * 16 * 6


def test_a_graph_of_python_objects_needs_more_on_the_host():
    compiled, python = (host_bytes(posed(2_000_000), python=python) for python in (False, True))
    assert 2 * compiled < python


def test_free_memory_is_bounded_by_the_container(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 30000\nactive_file 20000\nactive_file_else 7\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.free_host_bytes() == 650_000
    assert memory.host_bytes() == 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_host_bytes() > 650_000
    assert memory.host_bytes() > 1_000_000


def ran_out(dataset, entries, limit=None):
    struck = Censored(phase="build", after_s=1.0, limit_bytes=limit) if limit else None
    return measured(dataset, entries, None, outcome=Outcome.OUT_OF_MEMORY, censored=struck, phases=Phases())


def test_out_of_memory_skips_larger_graphs_of_the_series(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 100 * GIB)
    predict = predictor(ran_out("b", 2_000))
    networkx = registry.engine("networkx")
    assert predict(task("c"), networkx, posed(4_000)) is None, "other graphs differ in more than their size"
    predict.series = ("a", "b", "c")
    found = predict(task("c"), networkx, posed(4_000))
    assert found.outcome is Outcome.OUT_OF_MEMORY
    assert "ran out of memory on b, which is smaller" in found.reason
    assert predict(task("a"), networkx, posed(1_000)) is None


def test_out_of_memory_with_less_memory_skips_nothing(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 100 * GIB)
    networkx = registry.engine("networkx")
    for allowed, foreseen in ((GIB, True), (2 * GIB, True), (3 * GIB, False), (None, False)):
        predict = predictor(ran_out("a", 1_000, limit=2 * GIB), memory_bytes=allowed)
        predict.series = ("a", "b")
        assert (predict(task("b"), networkx, posed(2_000)) is not None) is foreseen


def test_several_gpus_share_a_graph():
    def peak(entries, gpus, peak):
        name = Task("louvain", f"g{entries}", "networkx", {"gpus": gpus})
        return measured("g", entries, 1.0, task=name, memory=Memory(device_peak_bytes=peak))

    known = past(peak(1_000_000, 1, 1 * GIB), peak(8_000_000, 2, 4 * GIB))
    (one, four) = (known.peaks("louvain", "networkx", 32_000_000, gpus).device for gpus in (1, 4))
    assert four == pytest.approx(GIB + 1.1 * 7 * GIB, rel=0.01), "8 million for each, as many as there were once"
    assert one > 3 * four


def test_a_device_limit_does_not_include_the_libraries(monkeypatch):
    monkeypatch.setattr(memory, "free_host_bytes", lambda: 100 * GIB)
    monkeypatch.setattr(memory, "free_device_bytes", lambda _: 80 * GIB)
    cugraph, graph = registry.engine("cugraph"), posed(40_000_000)
    for allowed, foreseen in ((device_bytes(graph), False), (device_bytes(graph) - 1, True)):
        predict = Predictor(past=past(), options=Options(device_memory_limit=allowed))
        assert (predict(task("g", "cugraph"), cugraph, graph) is not None) is foreseen
