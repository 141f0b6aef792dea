"""Whether timed calls did the work: each sign has its thresholds, and a fair engine shows none."""

import pickle

import pytest

from graphbench.records import times
from graphbench.records.best_cpu import best_cpu
from graphbench.records.comparison import compare, set_against
from graphbench.records.lines import to_json
from graphbench.records.model import CpuTimes, Limit
from graphbench.records.rules import rule_of
from helpers.records import HERE, bfs, pagerank, record, replace


def codes(comparison):
    return {rule_of(text).code for text in (*comparison.reasons, *comparison.notes)}


def cached(warm=0.01, rebuilt=0.1, first=0.1, **changes):
    """An engine whose repeated calls are served from the first one's work."""
    made = replace(pagerank("igraph", warm), phases__first_s=first, phases__rebuilt_s=[rebuilt] * 3)
    return replace(made, **changes)


def test_a_value_is_worked_out_once_for_each_record_and_is_no_part_of_it():
    asked = []
    number = times.once(lambda record: asked.append(record.id) or len(asked))
    one, other = pagerank("igraph"), pagerank("igraph")
    assert [number(one), number(one), number(replace(one, id="b")), number(other)] == [1, 1, 2, 3]
    assert pickle.loads(pickle.dumps(one)) == one == replace(one, id=one.id)
    assert to_json(one) == to_json(pickle.loads(pickle.dumps(one)))


# Reuse of work between calls


def test_where_work_is_reused_the_calls_on_rebuilt_graphs_are_compared():
    comparison = set_against(pagerank(seconds=1.0), cached())
    assert comparison.ratio_call == pytest.approx(10.0)  # not 100
    assert comparison.verdict == "like"
    assert codes(comparison) == {"reuses_work"}  # of rebuilt calls there are three at most: no trials are missing
    assert set_against(cached(), pagerank("x")).ratio_call == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("engine", "reused"),
    [
        (cached(), True),
        (cached(warm=1e-7), True),  # an answer that is only handed out
        (cached(warm=0.051), False),  # not twice as long
        (cached(warm=0.0009, rebuilt=0.0019, first=0.0019), False),  # less than a millisecond apart
        (cached(first=0.0009), False),
        (cached(first=0.019, device="gpu"), False),
        (cached(phases__rebuilt_s=[0.1, 0.1]), True),  # too few, so the first call is one
        (cached(phases__rebuilt_s=[0.1, 0.019]), False),  # and any of them may show that nothing is reused
        (cached(warm=0.0102, first=0.0089, phases__rebuilt_s=[0.043, 0.026, 0.030]), False),  # the first was quick
        (cached(warm=0.00362, first=0.00347, phases__rebuilt_s=[0.0037, 0.0078, 0.0118]), False),
        (cached(warm=0.0025, first=0.006, phases__rebuilt_s=[0.0061, 0.0065, 0.0022]), False),  # one rebuilt was
        (cached(warm=0.01, first=0.01, worker__shared_build=True), True),  # by then other tasks had used the graph
        (cached(phases__rebuilt_s=[], first=0.019), False),
        (cached(phases__rebuilt_s=[], device="gpu"), False),  # whose first call may load kernels
        (cached(trials__stopped="first_only"), False),
    ],
)
def test_reuse_is_judged_from_three_rebuilt_calls_or_the_first_and_above_a_millisecond(engine, reused):
    assert times.reuses_work(engine) is reused


def test_too_few_warm_calls_of_the_other_side_are_noted_beside_reuse():
    few = replace(pagerank(), phases__call_s=[1.0] * 4)
    (text,) = [note for note in set_against(few, cached()).notes if note.startswith("few_trials")]
    assert "4 of networkx" in text
    assert "igraph" not in text


def test_rebuilt_calls_are_compared_with_warm_calls_from_the_first_source():
    other = replace(bfs("networkx", 1.0), phases__rebuilt_s=[1.0] * 3)  # source 0 takes 1 s, source 5 takes 6 s
    assert not times.reuses_work(other)
    fast = replace(bfs("igraph", 0.01), phases__first_s=0.1, phases__rebuilt_s=[0.1] * 3)
    assert set_against(other, fast).ratio_call == pytest.approx(10.0)


# Answers computed in collect


def lazy(collect=1.0, **changes):
    return replace(pagerank("igraph", 0.01), **({"phases__collect_s": collect} | changes))


def test_of_a_lazy_answer_call_and_collect_are_compared_on_both_sides():
    comparison = set_against(pagerank(seconds=1.0), lazy())
    assert comparison.ratio_call == pytest.approx((1.0 + 0.02) / (0.01 + 1.0), rel=0.03)
    assert codes(comparison) == {"lazy_answer"}


@pytest.mark.parametrize(
    ("engine", "is_lazy"),
    [
        (lazy(), True),
        (lazy(collect=0.09), False),  # below five plain copies
        (lazy(collect=0.0009, phases__call_s=[1e-5] * 6, phases__copy_s=1e-6), False),  # below a millisecond
        (lazy(phases__call_s=[1.1] * 6), False),  # below the call
        (lazy(phases__copy_s=None), False),  # not known
        (lazy(collect=0.02, phases__collect_call_s=[1.0, 1.0]), True),  # warm answers count, where there are some
        (lazy(collect=1.0, phases__collect_call_s=[0.02, 0.02]), False),
        (lazy(task__params={"gpus": 2}), False),  # gathered from several devices
    ],
)
def test_an_answer_is_lazy_above_the_call_a_millisecond_and_five_copies(engine, is_lazy):
    assert times.is_lazy(engine) is is_lazy


def test_a_lazy_first_call_is_compared_with_its_collect_too():
    alone = replace(lazy(), trials__stopped="first_only", phases__first_s=0.5)
    assert set_against(replace(pagerank(), phases__first_s=2.98), alone).ratio_call == pytest.approx(3.0 / 1.5)


# Calls that are over before memory could read the graph


def quick(call=1e-6, **changes):
    """An engine that reads a graph for which a copy takes a millisecond."""
    bound = Limit(least_bytes=10_000_000, graph_bytes=20_000_000, copy_bytes_s=1e10, cache_bytes=None)
    return replace(replace(pagerank("cheat", call), phases__collect_s=1e-6, limit=bound), **changes)


@pytest.mark.parametrize(
    ("engine", "faster"),
    [
        (quick(), True),
        (quick(9e-5), True),
        (quick(1.1e-4), False),  # a cache may be ten times as fast
        (quick(limit=None), False),  # not known
        (quick(device="gpu"), True),
        (quick(phases__first_s=0.1), True),  # kept from the first call, also on rebuilt graphs
        (quick(phases__first_s=0.1, phases__rebuilt_s=[0.1] * 3), False),  # whose rebuilt calls are compared
        (quick(phases__collect_s=0.1, phases__copy_s=1e-5), False),  # lazy, so call and collect are
        (quick(trials__sources=[1, 2, 2, 2, 2, 2], phases__call_s=[0.1, *[1e-6] * 5]), False),  # searches of little
    ],
)
def test_a_call_cannot_be_ten_times_as_fast_as_memory(engine, faster):
    assert bool(times.faster_than_memory(engine)) is faster
    comparison = set_against(pagerank(), engine)
    assert (comparison.verdict == "unlike", "faster_than_memory" in codes(comparison)) == (faster, faster)
    assert (best_cpu([pagerank(), engine], "call").task.engine == "networkx") is (faster or engine.device == "gpu")


def test_of_first_calls_the_first_is_set_against_memory():
    alone = replace(pagerank(), trials__stopped="first_only", phases__call_s=[])
    slow_at_first = quick(phases__first_s=0.1)
    assert set_against(alone, slow_at_first).verdict == "like"
    assert codes(set_against(alone, quick())) == {"first_calls", "faster_than_memory"}


# Work done in build


def builder(engine, seconds, build, **changes):
    return replace(pagerank(engine, seconds), phases__build_s=build, **changes)


def heavy_group(build=30.0, call=0.001):
    return [builder("networkx", 1.0, 1.0), builder("scipy", 2.0, 1.0), builder("cheat", call, build)]


def test_a_heavy_build_shows_the_ratio_of_first_answers_first_and_enters_no_mean_of_warm_calls():
    found = {each.engine: each for each in compare(heavy_group())}
    assert (found["cheat"].verdict, found["cheat"].leads) == ("like", "ratio_first_answer")
    assert found["cheat"].ratio_call > 900
    assert not found["cheat"].counts("ratio_call")
    assert found["cheat"].counts("ratio_first_answer")
    assert (found["scipy"].leads, found["scipy"].counts("ratio_call")) == ("ratio_call", True)


@pytest.mark.parametrize(
    ("engine", "heavy"),
    [
        (cached(warm=1e-6, rebuilt=1e-6), True),  # a cache knows the rebuilt graph
        (cached(warm=1e-6, rebuilt=1e-6, first=0.009), False),  # later calls count as a millisecond
        (cached(warm=1e-6, phases__rebuilt_s=[]), False),  # reused work, whose first call is compared
        (cached(warm=0.009, rebuilt=0.011), False),
        (cached(warm=0.011, rebuilt=0.009), False),
        (cached(warm=1e-6, rebuilt=1e-6, device="gpu"), False),  # loads kernels
    ],
)
def test_a_first_call_ten_times_as_long_as_all_others_is_part_of_the_build(engine, heavy):
    comparison = set_against(pagerank(), engine)
    assert (comparison.leads == "ratio_first_answer", "heavy_build" in codes(comparison)) == (heavy, heavy)
    assert (best_cpu([pagerank(), engine], "call").task.engine == "networkx") is (heavy or engine.device == "gpu")
    assert set_against(engine, pagerank("slow", 2.0)).leads == comparison.leads
    assert set_against(replace(engine, phases__first_s=0.1), pagerank("quick", 1e-7)).leads == "ratio_call"


def test_a_slow_side_cannot_win_by_its_build_so_its_first_answer_does_not_lead():
    group = [builder("networkx", 0.1, 3.0), builder("scipy", 2.0, 0.5), builder("igraph", 0.01, 0.5)]
    assert times.builds_heavily(group[0], times.usual_builds(group))
    found = {each.engine: each for each in compare(group)}
    assert (found["igraph"].leads, codes(found["igraph"])) == ("ratio_call", set())
    assert found["igraph"].counts("ratio_call")
    assert found["scipy"].leads == "ratio_first_answer", "networkx is the faster side there"


@pytest.mark.parametrize(("build", "call", "heavy"), [(3.1, 0.1, True), (2.9, 0.1, False), (3.1, 0.16, False)])
def test_a_build_is_heavy_above_three_usual_ones_and_twenty_warm_calls(build, call, heavy):
    group = heavy_group(build, call)
    assert times.builds_heavily(group[-1], times.usual_builds(group)) is heavy


@pytest.mark.parametrize(("build", "heavy"), [(0.0084, False), (0.021, True)])
def test_a_build_of_milliseconds_does_not_change_which_ratio_leads(build, heavy):
    quick = [
        replace(one, phases__read_s=0.0, phases__build_s=built)
        for one, built in zip(heavy_group(call=1e-4), (0.001, 0.001, build), strict=True)
    ]
    (found,) = [one for one in compare(quick) if one.record == quick[-1].id]
    assert found.leads == ("ratio_first_answer" if heavy else "ratio_call")


def test_the_usual_build_is_that_of_other_engines_on_this_kind_of_device_here():
    one, two = builder("networkx", 1.0, 1.0), builder("cheat", 0.001, 30.0)
    assert times.usual_builds([one, two]) == {
        one.id: two.phases.before_calls_s,
        two.id: one.phases.before_calls_s,
    }
    for elsewhere in (
        replace(one, device="gpu"),
        replace(one, environment__machine="m2"),
        replace(one, dataset__digest="x"),
    ):
        assert times.usual_builds([elsewhere, two]) == {}


# Threads and work after the call


@pytest.mark.parametrize(
    ("device", "cpu", "beyond"),
    [
        ("cpu", CpuTimes(call_s=[0.1] * 6, after_s={0: 0.021}), True),
        ("cpu", CpuTimes(call_s=[0.1] * 6, after_s={0: 0.019}), False),  # 20 ms
        ("cpu", CpuTimes(call_s=[1.0] * 6, after_s={0: 0.19}), False),  # 20 % of the call's own
        ("cpu", CpuTimes(first_s=0.1, after_s={-1: 0.03}), True),
        ("cpu", CpuTimes(after_s={0: 0.05}), False),  # of what share is not known
        ("gpu", CpuTimes(call_s=[0.01] * 6, after_s={0: 0.05}), False),  # the device's time counts, 1 s a call
        ("gpu", CpuTimes(after_s={0: 0.21}), True),
    ],
)
def test_work_after_a_call_counts_above_20_ms_and_a_fifth_of_its_own(device, cpu, beyond):
    assert (times.after_return(record("x", device=device, cpu=cpu)) is not None) is beyond


@pytest.mark.parametrize(
    ("seconds", "cpu", "exceeds"),
    [
        (1.0, CpuTimes(call_s=[1.25] * 6), True),
        (1.0, CpuTimes(call_s=[1.15] * 6), False),
        (1.0, CpuTimes(call_s=[1.0, 1.0, 1.0, 1.0, 9.0, 9.0]), False),  # by the median
        (0.019, CpuTimes(call_s=[0.1] * 6), False),  # too short to say
        (0.001, CpuTimes(first_s=3.0), False),
        (1.0, CpuTimes(first_s=3.0), True),
        (1.0, CpuTimes(), False),
    ],
)
def test_threads_are_exceeded_above_a_fifth_more_cpu_seconds_than_allowed(seconds, cpu, exceeds):
    made = record("x", seconds, cpu=cpu)
    assert times.exceeds_threads(made) is exceeds
    assert not times.exceeds_threads(replace(made, device="gpu"))
    assert not times.exceeds_threads(replace(made, environment__threads=8))


# Who may be called the best


def cheats():
    """Records of engines that are faster than igraph because they do less, or elsewhere: by how they show it."""
    return {
        "cached": cached(warm=1e-6, rebuilt=1.0, first=1.0),
        "in build": builder("build", 1e-6, 30.0),
        "in collect": replace(pagerank("collect", 1e-6), phases__collect_s=1.0),
        "in a thread": pagerank("thread", 0.03, cpu=CpuTimes(call_s=[0.03] * 6, after_s={0: 0.1})),
        "more threads": pagerank("threads", 0.03, cpu=CpuTimes(call_s=[0.06] * 6)),
        "worse": record("worse", 1e-3, answer={"modularity": 0.0}, trials=replace(record().trials, quality=[0.0] * 6)),
        "superseded": pagerank("old", 1e-3, superseded=True),
        "not certified": pagerank("unchecked", 1e-3, certificate=None),
        "sleeps in collect": replace(pagerank("sleeps", 1e-3), phases__collect_s=2.0),
    }


@pytest.mark.parametrize("kind", cheats())
def test_no_engine_that_does_less_in_its_calls_is_the_best_cpu_engine(kind):
    cheat = replace(cheats()[kind], task__engine="cheat")
    made = record if kind == "worse" else pagerank
    group = [made("networkx", 1.0), made("igraph", 0.5), cheat]
    assert best_cpu(group, "call", usual_build=times.usual_builds(group)).task.engine == "igraph"
    gpu = made("cugraph", 0.1, device="gpu")
    best = {each.role: each.baseline for each in compare([*group, gpu]) if each.engine == "cugraph"}
    assert best["best_cpu"] == "igraph"


@pytest.mark.parametrize(
    ("kind", "says"),
    {
        "in build": "cheat takes 1.00 µs, igraph 500 ms (heavy build)",
        "in a thread": "cheat takes 30.0 ms, igraph 500 ms (works after return)",
        "more threads": "cheat takes 30.0 ms, igraph 500 ms (threads exceeded)",
        "worse": "cheat takes 1.00 ms, igraph 500 ms (quality)",
        "not certified": "cheat takes 1.00 ms, igraph 500 ms (not certified)",
        "in collect": "",
        "superseded": "",
    }.items(),
)
def test_a_faster_engine_that_is_not_the_best_is_named_beside_the_ratio(kind, says):
    cheat = replace(cheats()[kind], task__engine="cheat")
    made = record if kind == "worse" else pagerank
    gpu = made("cugraph", 0.1, device="gpu")
    for others, asked in (([made("networkx", 1.0)], "networkx"), ([], "igraph")):
        found = compare([*others, made("igraph", 0.5), cheat, gpu], asked)
        (best,) = [one for one in found if (one.engine, one.baseline) == ("cugraph", "igraph")]
        notes = [note for note in best.notes if note.startswith("faster_left_out: ")]
        assert notes == ([f"faster_left_out: {says}"] if says else [])
        assert best.verdict == "like"


def test_the_best_engine_at_more_threads_is_named_with_them():
    many = replace(pagerank("igraph", 0.1, cpu=CpuTimes(call_s=[9.0] * 6)), id="many", environment__threads=8)
    many = replace(many, task__params=many.task.params | {"threads": 8})
    found = compare([pagerank("networkx", 1.0), pagerank("igraph", 0.5), many, pagerank("cugraph", 0.1, device="gpu")])
    (best,) = [one for one in found if one.role == "best_cpu"]
    assert (
        "faster_left_out: igraph on 8 threads takes 100 ms, igraph on 1 thread 500 ms (threads exceeded)" in best.notes
    )


@pytest.mark.parametrize("kind", cheats())
def test_no_engine_that_does_less_is_called_like_without_a_note(kind):
    cheat = replace(cheats()[kind], task__engine="cheat")
    made = record if kind == "worse" else pagerank
    found = {each.engine: each for each in compare([made("networkx", 1.0), made("igraph", 0.5), cheat])}["cheat"]
    assert codes(found) - {"few_trials", "over_solved"}
    assert not found.counts("ratio_call") or found.ratio_call <= 1.03


def test_the_best_cpu_engine_of_a_busy_machine_carries_the_mark():
    busy = replace(pagerank("igraph", 0.5), environment=replace(HERE, load_average=9.0))
    found = compare([pagerank(), busy, pagerank("cugraph", 0.1, device="gpu")])
    (best,) = [each for each in found if each.role == "best_cpu"]
    assert (best.baseline, codes(best)) == ("igraph", {"busy_machine"})


def test_lazy_answers_compete_with_collect_on_both_sides():
    lazy = replace(pagerank("lazy", 0.01), phases__collect_s=0.5)  # 0.51 s with collect
    slow_to_copy = replace(pagerank("eager", 0.4), phases__collect_s=0.3, phases__copy_s=0.3)  # 0.7 s
    assert times.is_lazy(lazy)
    assert not times.is_lazy(slow_to_copy)
    assert best_cpu([lazy, slow_to_copy], "call") is lazy
    assert best_cpu([lazy, pagerank("third", 0.45)], "call").task.engine == "third"
    first = [replace(one, phases__call_s=[], trials__stopped="first_only") for one in (lazy, slow_to_copy)]
    assert best_cpu(first, "call") is first[0]
    found = compare([pagerank("networkx", 9.0), lazy, slow_to_copy, pagerank("cugraph", 0.001, device="gpu")])
    assert [one.baseline for one in found if one.role == "best_cpu"] == ["lazy"]


def test_a_superseded_record_has_no_ratio_whoever_asks():
    old = record("igraph", 0.1, superseded=True)
    for comparison in (set_against(record(), old), set_against(old, record())):
        assert (comparison.verdict, comparison.ratio_call, codes(comparison)) == ("refused", None, {"stale"})


def test_a_record_without_current_ratios_is_not_the_best_and_hides_no_other():
    fast, slow = pagerank("igraph", 0.5), pagerank("networkx", 1.0)
    assert best_cpu([fast, replace(slow, superseded=True)], "call") is fast
    assert best_cpu([replace(fast, superseded=True)], "call") is None
    assert best_cpu([replace(fast, certificate=None)], "call") is None
    assert best_cpu([fast, slow], "call", stale={fast.id: "it changed"}) is slow
