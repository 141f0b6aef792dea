"""Verdicts: each reason applies to its flaw, has one effect, and does not apply to a fair pair."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.records.break_even import break_even, fixed_cost
from graphbench.records.comparison import Comparison, baseline_among, best_by_total, compare, set_against
from graphbench.records.matching import newest
from graphbench.records.model import (
    PREDICTED,
    Censored,
    Matched,
    Memory,
    Outcome,
    Phases,
    Task,
    Trials,
)
from graphbench.records.rules import RULES, Effect, Verdict, rule_of
from graphbench.reporting import heading
from helpers.pairs import FAIR, UNFAIR, quality, timeout
from helpers.records import H100, HERE, bfs, pagerank, record, replace


def test_an_unsupported_baseline_gives_no_comparison():
    lacks = record("networkx", outcome=Outcome.UNSUPPORTED, phases=Phases(), certificate=None, answer={})
    (only,) = compare([lacks, record("igraph"), record("cugraph", 0.1, device="gpu")])
    assert (only.engine, only.baseline, only.role) == ("cugraph", "igraph", "best_cpu")


def codes(comparison):
    return {rule_of(text).code for text in (*comparison.reasons, *comparison.notes)}


@pytest.mark.parametrize("kind", FAIR)
def test_a_fair_pair_is_like_without_reasons_or_notes(kind):
    one, two = FAIR[kind]
    comparison = set_against(one, two)
    assert (comparison.verdict, comparison.reasons, comparison.notes) == (Verdict.LIKE, [], [])
    assert comparison.ratio_call == pytest.approx(10.0)
    assert comparison.interval[0] <= comparison.ratio_call <= comparison.interval[1]


@pytest.mark.parametrize("case", UNFAIR)
def test_each_flaw_gives_its_reason_with_one_effect(case):
    reason, one, two = UNFAIR[case]
    comparison = set_against(one, two)
    assert reason in codes(comparison)
    expected = "like" if RULES[reason].effect is Effect.NOTE else RULES[reason].effect
    assert comparison.verdict == expected
    assert any(
        text.startswith(f"{reason}: ") for text in getattr(comparison, "notes" if expected == "like" else "reasons")
    )


def test_every_rule_is_covered_and_says_what_to_do():
    assert {code for code, *_ in UNFAIR.values()} | {"stale", "heavy_build", "faster_left_out"} == set(RULES)
    for rule in RULES.values():
        assert rule.remedy.endswith(".")
        assert rule_of(rule.message("with numbers: 3")) is rule


def test_the_gravest_reason_comes_first_and_decides():
    engine = replace(record("igraph", n=2), posed__directed=True, environment__threads=8)
    bound = set_against(timeout("networkx"), engine)
    assert [rule_of(text).code for text in bound.reasons] == ["bound", "direction"]
    assert bound.verdict == "undecided"
    refused = set_against(timeout("networkx"), replace(engine, environment__machine="m2"))
    assert ([rule_of(text).code for text in refused.reasons], refused.notes) == (["machine"], [])


def test_a_text_without_a_known_code_raises():
    with pytest.raises(ValueError, match="no rule"):
        rule_of("nonsense: x")


@pytest.mark.parametrize(("id_", "verdict"), [("igraph-1", "refused"), ("networkx-1", "refused"), ("other", "like")])
def test_a_stale_record_on_either_side_refuses_the_ratio(id_, verdict):
    comparison = set_against(record(), record("igraph"), stale={id_: "igraph 0.11 is now 0.12"})
    assert comparison.verdict == verdict
    assert ("stale" in codes(comparison)) == (verdict == "refused")


def test_a_refused_comparison_has_no_ratio_and_only_refusing_reasons():
    worst = replace(record("igraph", n=1), environment__machine="m2", dataset__digest="x", posed__directed=True)
    comparison = set_against(record(), worst)
    assert (comparison.ratio_call, comparison.ratio_first_answer, comparison.interval) == (None, None, None)
    assert codes(comparison) == {"machine", "dataset"}


# Quality


@pytest.mark.parametrize(
    ("baseline", "engine", "seconds", "verdict"),
    [
        (0.80, 0.7921, 0.1, "like"),  # 0.99 % lower
        (0.80, 0.7919, 0.1, "unlike"),  # 1.01 % lower
        (0.80, 0.50, 10.0, "like"),  # the slower side may be worse: its ratio flatters nobody
        (0.50, 0.80, 10.0, "unlike"),  # the baseline is the faster side here
        (0.0, 0.0, 0.1, "like"),
        (0.01, -0.01, 0.1, "unlike"),
    ],
)
def test_the_faster_side_may_be_at_most_1_percent_worse(baseline, engine, seconds, verdict):
    comparison = set_against(
        record(trials=quality([baseline] * 6)), record("igraph", seconds, trials=quality([engine] * 6))
    )
    assert comparison.verdict == verdict
    assert "one_seed" not in codes(comparison)


@pytest.mark.parametrize(("of_slower_calls", "shown"), [(0.83, True), (0.823, True), (0.82, False)])
def test_a_quicker_script_with_a_worse_answer_has_no_ratio(of_slower_calls, shown):
    baseline = replace(record(trials=quality([of_slower_calls] * 6)), phases__start_s=0.1)
    engine = replace(record("igraph", 0.1, trials=quality([0.83] * 6)), phases__start_s=60.0)
    comparison = set_against(baseline, engine)
    assert comparison.verdict == "like"
    assert comparison.ratio_call > 1
    assert comparison.ratio_first_answer > 1
    assert (comparison.ratio_whole_script is not None) == shown
    assert ("quality_by_total" not in codes(comparison)) == shown


def test_quality_is_compared_by_medians_over_trials():
    lucky = record("igraph", 0.1, answer={"modularity": 0.99}, trials=quality([0.71, 0.71, 0.71, 0.71, 0.99]))
    assert set_against(record(), lucky).verdict == "unlike"


@pytest.mark.parametrize(
    ("engine", "verdict"), [(0.7921, "like"), (0.7919, "undecided"), (0.777, "undecided"), (0.775, "unlike")]
)
def test_a_single_seed_that_is_1_to_3_percent_worse_decides_nothing(engine, verdict):
    comparison = set_against(record(trials=quality([0.80])), record("igraph", 0.1, trials=quality([engine] * 6)))
    assert comparison.verdict == verdict
    assert ("one_seed" in codes(comparison)) == (verdict == "undecided")
    assert comparison.counts("ratio_call") == (verdict == "like")


def test_trials_of_an_engine_without_a_seed_count_as_several_seeds():
    unseeded = record("cugraph", 0.1, adapter={"seed": None}, trials=Trials(seeds=[0] * 6, quality=[0.83] * 6))
    assert "one_seed" not in codes(set_against(record(), unseeded))


# Bounds


def test_a_timeout_of_the_baseline_is_a_lower_bound_from_the_time_inside_the_call():
    comparison = set_against(timeout("networkx", after=600.0), record("igraph", 1.0))
    assert (comparison.bound, comparison.verdict, comparison.interval) == ("lower", "undecided", None)
    assert comparison.ratio_call == pytest.approx(600.0 / 1.1)  # a first call, as the one that was stopped
    assert comparison.first_calls
    assert comparison.ratio_first_answer == pytest.approx((1.0 + 2.0 + 600.0) / (0.01 + 0.1 + 1.1 + 0.02))


def test_a_timeout_of_the_engine_is_an_upper_bound():
    comparison = set_against(record("networkx", 1.0), timeout("igraph", after=600.0))
    assert (comparison.bound, comparison.verdict) == ("upper", "undecided")
    assert comparison.ratio_call == pytest.approx(1.1 / 600)


@given(seconds=st.floats(1e-3, 1e3), after=st.floats(1e-3, 1e4), more=st.floats(0, 1e4))
def test_a_timeout_bounds_the_ratio_for_any_true_time(seconds, after, more):
    engine, ended = record("igraph", seconds), record("networkx", (after + more) * 1.05)  # its quickest trial: 0.98
    lower = set_against(timeout("networkx", after=after), engine)
    assert lower.bound == "lower"
    assert lower.ratio_call <= set_against(ended, engine).ratio_call
    upper = set_against(engine, timeout("networkx", after=after))
    assert upper.bound == "upper"
    assert upper.ratio_call >= set_against(engine, ended).ratio_call


def test_a_timed_out_search_is_compared_at_its_own_source():
    stopped = bfs("networkx", outcome=Outcome.TIMEOUT, censored=Censored("first", 600.0), trials=Trials(), answer={})
    comparison = set_against(replace(stopped, phases__call_s=[]), bfs("igraph", 1.0, sources=9))
    assert (comparison.bound, comparison.ratio_call, comparison.n) == ("lower", pytest.approx(600.0), 1)


# Sources


def test_ratios_use_only_common_sources():
    slow = bfs("networkx", 10.0, sources=6)
    fast = bfs("igraph", 1.0, sources=64)
    comparison = set_against(slow, fast)
    assert (comparison.verdict, comparison.n) == ("like", 6)
    assert comparison.ratio_call == pytest.approx(10.0)
    assert comparison.interval == pytest.approx((10.0, 10.0))


def test_too_few_common_sources_give_a_range():
    slow = bfs("networkx", 10.0, sources=2)
    fast = replace(
        bfs("igraph", 1.0, sources=2),
        trials__sources=[100, 101, 100, 101, 100, 101],
        phases__call_s=[1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
    )
    comparison = set_against(slow, fast)
    assert (comparison.n, comparison.interval) == (2, None)
    assert comparison.ratio_call == pytest.approx(10.0)
    assert comparison.range == pytest.approx((5.0, 20.0))


def test_a_repeated_source_counts_once():
    slow = bfs("networkx", 10.0, sources=6)
    fast = replace(
        bfs("igraph", 1.0, sources=6), trials__sources=[100, *range(100, 106)], phases__call_s=[9.0, 9.0, 2, 3, 4, 5, 6]
    )
    comparison = set_against(slow, fast)
    assert comparison.n == 6
    assert comparison.ratio_call == pytest.approx(35 / 4.5)


# Trials


def test_notes_on_both_sides_have_a_plural():
    sides = [replace(record(name), environment__load_average=8.5) for name in ("networkx", "igraph")]
    (found,) = compare(sides)
    assert "while networkx and igraph were measured" in " ".join(found.notes)


def test_few_trials_give_a_range_and_two_single_trials_neither():
    few = set_against(record(n=3), record("igraph", 0.1, n=20))
    assert few.interval is None
    assert few.range[0] < few.ratio_call < few.range[1]
    one = set_against(record(n=1), record("igraph", 0.1, n=1))
    assert (one.interval, one.range, one.n) == (None, None, 1)
    assert one.ratio_call == pytest.approx(10.0)


def alone(engine="networkx", first=1.0, **changes):
    """A record whose first call outlasted the budget: it is the only call."""
    made = replace(record(engine, n=1), trials__stopped="first_only", phases__first_s=first, phases__call_s=[first])
    return replace(made, **changes)


def test_a_side_without_warm_calls_has_its_first_call_compared_with_the_other_first_call():
    warm = replace(record("igraph", 0.1), phases__first_s=0.4)
    for one, two, ratio in ((alone(), warm, 2.5), (warm, alone(), 0.4), (alone(), alone("igraph", 0.4), 2.5)):
        comparison = set_against(one, two)
        assert (comparison.ratio_call, comparison.first_calls, comparison.n) == (pytest.approx(ratio), True, 1)
        assert comparison.verdict == "like"
        assert codes(comparison) == {"first_calls"}
        assert not comparison.counts("ratio_call")
        assert comparison.counts("ratio_first_answer")


def test_a_ratio_of_first_calls_needs_both():
    unknown = alone(phases__first_s=None)
    assert codes(set_against(unknown, record("igraph"))) == {"no_time"}


# Who is set against whom


def test_every_engine_but_the_baseline_is_compared_within_its_group():
    records = [record("igraph"), record("networkx", 2.0), pagerank("networkit"), pagerank("networkx", 3.0)]
    found = compare(records)
    assert [(each.algorithm, each.engine, each.baseline) for each in found] == [
        ("louvain", "igraph", "networkx"),
        ("pagerank", "networkit", "networkx"),
    ]
    assert [each.ratio_call for each in found] == [pytest.approx(2.0), pytest.approx(3.0)]


def test_the_baseline_can_be_chosen():
    (found,) = compare([record("igraph", 1.0), record("networkx", 2.0)], baseline="igraph")
    assert (found.engine, found.ratio_call) == ("networkx", pytest.approx(0.5))


def test_without_the_baseline_the_best_cpu_engine_takes_its_place():
    gpu = record("cugraph", 0.1, device="gpu")
    found = compare([gpu, record("igraph", 2.0), record("networkit", 1.0)])
    assert [(each.engine, each.baseline, each.role) for each in found] == [
        ("cugraph", "networkit", "baseline"), ("igraph", "networkit", "baseline"),
    ]  # fmt: skip
    assert baseline_among([gpu, record("igraph", 2.0)], "networkx") == "igraph"
    assert baseline_among([gpu], "networkx") == "networkx"  # no CPU engine at all
    assert baseline_among([record("igraph")], "") == ""  # none is asked for
    assert compare([gpu]) == compare([]) == []


def test_a_task_that_was_only_predicted_to_time_out_is_not_compared():
    predicted = replace(timeout("networkx"), reason=f"{PREDICTED}600 s", censored=None, environment=None)
    assert compare([predicted, record("igraph")]) == []
    assert compare([record("networkx"), replace(predicted, task__engine="igraph")]) == []


@pytest.mark.parametrize("counted", [1, 8])
def test_a_baseline_is_compared_at_its_best_number_of_threads(counted):
    def at(threads, seconds):
        task = Task("louvain", "coAuthorsDBLP", "networkit", record().task.params | {"threads": threads})
        return replace(record("networkit", seconds, id=f"t{threads}", task=task), environment__threads=threads)

    several = [at(1, 4.0 if counted == 8 else 0.5), at(8, 1.0)]
    (against,) = compare([*several, record("igraph")], baseline="networkit")
    assert against.baseline_record == f"t{counted}"
    (best,) = [each for each in compare([*several, record("cugraph", 0.1, device="gpu")], "networkx") if each]
    assert best.baseline_record == f"t{counted}"


def test_the_best_cpu_engine_is_none_whose_answer_is_worse_than_that_of_a_slower_one():
    gpu = record("cugraph", 0.1, device="gpu", environment=replace(HERE, gpus=[H100]))
    sloppy = record("networkit", 0.2, trials=quality([0.5] * 6))
    beaten = record("igraph", 0.5, trials=quality([0.95] * 6))
    good = record("graph-tool", 1.0)
    found = compare([gpu, record("networkx", 10.0), sloppy, beaten, good])
    assert [(each.engine, each.baseline, each.role) for each in found if each.engine == "cugraph"] == [
        ("cugraph", "networkx", "baseline"),
        ("cugraph", "igraph", "best_cpu"),  # networkit is faster, and its answer worse than that of slower engines
    ]


def test_a_cpu_engine_with_a_better_answer_stays_the_best():
    gpu = record("cugraph", 0.1, device="gpu", trials=quality([0.828] * 6))
    better, slower = record("igraph", 0.5, trials=quality([0.95] * 6)), record("graph-tool", 1.0)
    (best,) = [each for each in compare([gpu, record("networkx", 10.0), better, slower]) if each.role == "best_cpu"]
    assert (best.baseline, best.verdict) == ("igraph", "unlike")


def test_a_baseline_that_is_the_best_cpu_engine_is_compared_once():
    gpu = record("cugraph", 0.1, device="gpu")
    (only,) = compare([gpu, record("networkx", 1.0)])
    assert (only.role, only.also_best_cpu) == ("baseline", False)  # the best of one was never contested
    _, found = compare([record("igraph", 9.0), gpu, record("networkx", 1.0)])
    assert (found.role, found.also_best_cpu) == ("baseline", True)


def test_the_best_cpu_engine_is_chosen_separately_for_warm_and_whole_calls():
    gpu = record("cugraph", 0.3, device="gpu")
    on_run = replace(record("igraph", 0.4), phases__build_s=7.0)
    whole = replace(record("scipy", 0.5), phases__build_s=0.001)
    found = {each.role: each for each in compare([gpu, on_run, whole, record("networkx", 20.0)])}
    assert (found["best_cpu"].baseline, found["best_cpu_first_answer"].baseline) == ("igraph", "scipy")
    ends = {each.task.engine: each.phases.first_answer_s for each in (gpu, on_run, whole)}
    assert found["best_cpu_first_answer"].ratio_first_answer == pytest.approx(ends["scipy"] / ends["cugraph"])
    alone = [each.role for each in compare([gpu, whole, record("networkx", 20.0)])]
    assert "best_cpu_first_answer" not in alone  # one that is the best of both is told once


def test_a_whole_script_is_compared_with_the_quickest_whole_script():
    gpu = record("cugraph", 0.3, device="gpu")
    by_call = replace(record("igraph", 0.4), phases__build_s=7.0, phases__start_s=9.0)
    by_first = replace(record("networkit", 0.5), phases__build_s=0.001, phases__start_s=9.0)
    by_script = replace(record("scipy", 0.6), phases__build_s=0.002, phases__start_s=0.1)
    rivals = [by_call, by_first, by_script]
    best = best_by_total(one for one in compare([gpu, *rivals, record("networkx", 20.0)]) if one.record == gpu.id)
    assert {total: one.baseline for total, one in best.items()} == {
        "call": "igraph",
        "first_answer": "networkit",
        "whole_script": "scipy",
    }
    expected = by_script.phases.whole_script_s / gpu.phases.whole_script_s
    assert best["whole_script"].ratio_whole_script == pytest.approx(expected)
    fast_start = replace(
        by_call, phases__start_s=0.001, phases__build_s=2.0
    )  # by call and by script, not by first answer
    best = best_by_total(
        one for one in compare([gpu, fast_start, by_first, record("networkx", 20.0)]) if one.record == gpu.id
    )
    assert [one.baseline for one in best.values()] == ["igraph", "networkit", "igraph"]


def test_no_slower_engine_replaces_the_best_one_by_a_total_that_is_unlike():
    gpu = record("cugraph", 0.05, device="gpu", trials=quality([0.80] * 3))
    by_call = replace(record("igraph", 0.1, trials=quality([0.805] * 3)), phases__start_s=9.0)
    by_script = replace(record("scipy", 0.6, trials=quality([0.81] * 3)), phases__build_s=0.002, phases__start_s=0.1)
    slow = replace(record("networkx", 20.0, trials=quality([0.805] * 3)), phases__start_s=99.0)
    own = [one for one in compare([gpu, by_call, by_script, slow]) if one.record == gpu.id]
    assert "whole_script" not in best_by_total(own)
    assert best_by_total(own, like=False)["whole_script"].baseline == "scipy"
    assert best_by_total(own)["call"].baseline == "igraph"


def test_different_parameters_are_different_problems():
    task = Task("louvain", "coAuthorsDBLP", "igraph", {"resolution": 2.0, "threshold": 1e-7})
    (refused,) = compare([record("networkx"), record("igraph", task=task)])
    assert refused.verdict == "refused"
    assert "resolution" in refused.reasons[0]
    matching = record("networkx", 3.0, task=Task("louvain", "coAuthorsDBLP", "networkx", task.params), id="networkx-2")
    (found,) = compare([record("networkx"), matching, record("igraph", task=task)])
    assert found.baseline_record == "networkx-2"


def test_a_parameter_of_one_engine_only_does_not_prevent_a_comparison():
    task = Task("louvain", "coAuthorsDBLP", "cugraph", record().task.params | {"allocator": "async"})
    (found,) = compare([record("networkx"), record("cugraph", task=task)])
    assert found.verdict == "like"


def test_a_baseline_on_the_same_machine_is_preferred():
    there = replace(record("networkx", 50.0, id="there", measured_at="2027-01-01"), environment__machine="m2")
    (found,) = compare([record("networkx", 2.0), there, record("igraph")])
    assert (found.baseline_record, found.verdict) == ("networkx-1", "like")
    (found,) = compare([there, record("igraph")])
    assert codes(found) == {"machine"}


def test_the_newest_of_equally_good_baselines_counts():
    task = Task("louvain", "coAuthorsDBLP", "networkx", {"seed": 1})
    older = record("networkx", 5.0, id="older", measured_at="2025-01-01T00:00:00Z", task=task)
    newer = record("networkx", 5.0, id="newer", task=replace(task, params={"seed": 2}))
    for order in ([older, newer], [newer, older]):
        (comparison,) = compare([*order, record("igraph")])
        assert comparison.baseline_record == "newer"


def test_the_newest_of_repeated_measurements_counts():
    old = record("networkx", 5.0, id="old", measured_at="2025-01-01T00:00:00Z")
    assert [each.id for each in newest([record("networkx"), old])] == ["networkx-1"]
    assert [each.id for each in newest([old, record("networkx")])] == ["networkx-1"]
    assert [each.id for each in newest([record("networkx"), record("networkx", id="later line")])] == ["later line"]


def test_a_setting_chosen_for_its_quality_replaces_no_usual_record():
    chosen = record(
        "networkx", id="chosen", matched=Matched(problem="louvain", best=1, within=0.01, setting={}, tried=[])
    )
    assert [each.id for each in newest([record("networkx"), chosen])] == ["networkx-1", "chosen"]
    (only,) = compare([record("cugraph", 0.1, device="gpu"), record("networkx", 0.5), chosen])
    assert only.baseline_record == "networkx-1"


@pytest.mark.parametrize(
    ("limit", "changes", "shown"),
    [
        (200 << 20, {}, "ok"),
        (400 << 20, {}, "starved"),
        (None, {}, "starved"),
        (200 << 20, {"memory": Memory()}, "ok"),
        (200 << 20, {"revisions": None}, "starved"),
        (200 << 20, {"environment__engine_version": "3.3"}, "starved"),
        (200 << 20, {"outcome": Outcome.INVALID}, "starved"),
    ],
    ids=str,
)
def test_out_of_memory_within_a_limit_does_not_hide_a_success_above_it(limit, changes, shown):
    ok = replace(record(id="ok"), **changes)
    starved = record(
        id="starved", outcome=Outcome.OUT_OF_MEMORY, measured_at="2026-02-01T00:00:00Z",
        censored=Censored(phase="build", after_s=0.1, limit_bytes=limit),
    )  # fmt: skip
    for order in ([ok, starved], [starved, ok]):
        assert [each.id for each in newest(order)] == [shown]
    again = record(id="again", measured_at="2026-03-01T00:00:00Z")
    assert [each.id for each in newest([again, starved, ok])] == ["again"]


def test_tasks_with_different_device_memory_limits_are_kept_apart():
    params = record().task.params
    ok = record("cugraph", device="gpu", id="ok")
    starved = record(
        "cugraph", device="gpu", id="starved", outcome=Outcome.OUT_OF_MEMORY, measured_at="2026-02-01T00:00:00Z",
        task=Task("louvain", "coAuthorsDBLP", "cugraph", params | {"device_memory_limit": 1 << 20}),
    )  # fmt: skip
    assert [each.id for each in newest([ok, starved])] == ["ok", "starved"]


def test_the_same_records_give_the_same_bytes_and_survive_json():
    records = [record("networkx", 10.0), record("igraph"), timeout("networkit"), record("cugraph", 0.1, device="gpu")]
    one, two = (msgspec.json.encode(compare(records)) for _ in range(2))
    assert one == two
    assert msgspec.json.decode(one, type=list[Comparison]) == compare(records)


def test_threads_of_the_host_do_not_matter_to_a_gpu():
    gpu = replace(record("cugraph", 0.1, device="gpu"), environment__threads=8)
    assert "threads" not in codes(set_against(record(), gpu))


def test_a_prefix_of_the_sources_and_a_one_vertex_graph_are_fair():
    lone = [
        replace(bfs(name), answer={"reached": 1, "max_distance": 0}, posed__num_vertices=1)
        for name in ("networkx", "igraph")
    ]
    assert set_against(*lone).verdict == "like"


# Break-even


def _costing(engine, fixed, run, *, device="cpu"):
    phases = Phases(start_s=fixed / 2, read_s=fixed / 8, build_s=fixed / 8, first_s=fixed / 4, call_s=[run] * 5)
    return record(engine, device=device, phases=replace(phases, collect_s=0.0, rebuilt_s=[run] * 3))


@given(st.floats(0.01, 1e3), st.floats(0.01, 1e3), st.floats(1e-4, 10), st.floats(1e-4, 10))
def test_break_even_is_the_first_run_where_the_gpu_costs_no_more(fixed_gpu, fixed_cpu, run_gpu, run_cpu):
    runs = break_even(_costing("networkx", fixed_cpu, run_cpu), _costing("cugraph", fixed_gpu, run_gpu, device="gpu"))

    def behind(n):
        return fixed_gpu + (n - 1) * run_gpu - fixed_cpu - (n - 1) * run_cpu

    slack = 1e-9 * (fixed_gpu + fixed_cpu)
    if runs == "never":
        assert fixed_gpu > fixed_cpu - slack
        assert run_gpu >= run_cpu
    else:
        assert behind(runs) <= slack * runs
        assert runs == 1 or behind(runs - 1) > -slack * runs


@pytest.mark.parametrize(
    ("gpu", "cpu", "expected"),
    [
        ((1.0, 0.1), (8.0, 5.0), 1),
        ((8.0, 0.1), (1.0, 1.1), 8),
        ((8.0, 2.0), (1.0, 1.0), "never"),
        ((8, 1), (1, 1), "never"),
    ],
)
def test_a_gpu_engine_has_a_break_even_run(gpu, cpu, expected):
    one = [_costing("cugraph", *gpu, device="gpu"), _costing("networkx", *cpu)]
    (found,) = compare(one)
    assert found.break_even_runs == expected


@pytest.mark.parametrize(
    ("seconds", "start", "expected"),
    [(0.99, 9.0, "not known"), (1.01, 9.0, "not known"), (0.5, 9.0, 17), (2.0, 9.0, "never"), (0.99, 0.1, 1)],
)
def test_break_even_is_not_known_where_no_difference_was_found(seconds, start, expected):
    gpu = replace(record("cugraph", seconds, device="gpu"), phases__start_s=start)
    assert compare([record(), gpu])[0].break_even_runs == expected


def test_drawn_inputs_count_wherever_phases_are_added():
    plain = record("cugraph", device="gpu", id="plain")
    drawn = replace(plain, id="drawn", phases__inputs_s=5.0)
    assert fixed_cost(drawn) == pytest.approx(fixed_cost(plain) + 5)
    assert drawn.phases.first_answer_s == pytest.approx(plain.phases.first_answer_s + 5)
    stopped = record(outcome=Outcome.TIMEOUT, censored=Censored("first", 9.0))
    bounds = [set_against(replace(stopped, phases__inputs_s=seconds), plain) for seconds in (None, 5.0)]
    assert bounds[0].ratio_first_answer < bounds[1].ratio_first_answer


def test_break_even_is_given_against_both_baselines():
    records = [_costing("cugraph", 8, 0.1, device="gpu"), _costing("networkx", 1, 10.1), _costing("igraph", 1, 0.2)]
    assert [(each.baseline, each.break_even_runs) for each in compare(records) if each.engine == "cugraph"] == [
        ("networkx", 2),
        ("igraph", 71),
    ]


def test_two_cpu_engines_have_no_break_even():
    (found,) = compare([_costing("igraph", 8, 0.1), _costing("networkx", 1, 10)])
    assert found.break_even_runs is None


def test_break_even_against_a_timed_out_first_call_is_1_or_unknown():
    gpu = _costing("cugraph", 8, 0.1, device="gpu")
    assert compare([gpu, timeout("networkx", after=600.0)])[0].break_even_runs == 1
    assert compare([gpu, timeout("networkx", after=1.0)])[0].break_even_runs is None


def test_break_even_is_unknown_without_a_phase_or_a_ratio():
    cpu, gpu = _costing("networkx", 1, 10), _costing("cugraph", 8, 0.1, device="gpu")
    for unknown in (replace(gpu, phases__start_s=None), replace(gpu, environment__machine="m2")):
        assert compare([cpu, unknown])[0].break_even_runs is None


def test_labels_name_a_device_memory_limit():
    from graphbench.reporting.heading import label

    def on_gpu(**params):
        task = Task("louvain", "coAuthorsDBLP", "cugraph", {"resolution": 1.0, "allocator": "default", **params})
        return record(
            "cugraph", id=str(params), device="gpu", task=task, environment=replace(HERE, allocator="default")
        )

    free, bounded, several = on_gpu(), on_gpu(device_memory_limit=32 << 30), on_gpu(gpus=2)
    rows = [free, bounded, several]
    assert [label(each, rows) for each in rows] == [
        "cugraph (default)", "cugraph (default, at most 32 GiB)", "cugraph (2 GPUs, default)",
    ]  # fmt: skip
    assert len({each.task.key for each in rows}) == 3


@pytest.mark.parametrize(
    ("option", "asked_for", "words"),
    [
        ("from_networkx", True, "from NetworkX"),
        ("direction_optimizing", True, "direction-optimizing"),
        ("renumber", False, "no renumbering"),
    ],
)
def test_a_way_of_running_an_engine_is_named_only_where_it_was_asked_for(option, asked_for, words):
    asked, usual = (
        record("nx-cugraph", task=Task("bfs", "g", "nx-cugraph", {"allocator": "async", option: value}))
        for value in (asked_for, not asked_for)
    )
    assert heading.label(asked, [asked]).endswith(f"{words})")
    assert heading.label(usual, [asked, usual]) == heading.label(usual, [usual]), "so its label is the same everywhere"
