"""Estimates of what a GPU would do: they find a known law, cover the truth, and say where they know nothing."""

import json
import math
import re
from statistics import median

import msgspec
import numpy as np
import pytest

import graphbench as gb
from graphbench import cli, registry
from graphbench.advice import answer as answers
from graphbench.advice import reference, validate
from graphbench.advice.advise import CARDS_GB, PUBLISHED, _option, advise, fits, on_quiet_machine
from graphbench.advice.answer import Cpu
from graphbench.advice.estimate import Estimate, estimate, outside
from graphbench.advice.features import features, rough
from graphbench.advice.law import Law, Observation, Span, distance
from graphbench.errors import UsageError
from graphbench.graphs.loading import load
from graphbench.records.break_even import pays_off
from graphbench.records.model import Memory, Outcome, Record, Task
from graphbench.reporting.numbers import visible
from graphbench.reporting.wording import kind_of
from helpers import advice, records
from helpers.graphs import GRAPHS, graph, path


def some(number=10, seed=7, **given):
    rng = np.random.default_rng(seed)
    return [advice.graph_features(rng, **given) for _ in range(number)]


# Features


def test_a_path_is_as_deep_as_a_road_network():
    found = features(graph(path(200), 200))
    assert (found.depth, found.kind, found.max_degree, found.work) == (199, "road", 2, 2 * 199 - 2)


def test_a_star_is_shallow_and_skewed():
    found = features(GRAPHS["star"])
    assert (found.depth, found.max_degree, found.work) == (2, 8, 8)
    assert found.skew == pytest.approx((64 + 8) / 9 / (16 / 9) ** 2)


def test_the_depth_is_that_of_the_component_with_the_largest_degree():
    assert features(graph([(0, 1), (1, 2), (2, 3), (4, 5), (4, 6), (4, 7), (4, 8)], 9)).depth == 2


def test_direction_is_dropped_and_remembered():
    one, two = features(GRAPHS["directed path"]), features(GRAPHS["path"])
    assert one.directed
    assert msgspec.structs.replace(one, directed=False) == two
    assert features(GRAPHS["loop and parallel arcs"]).num_edges == 2


@pytest.mark.parametrize("name", sorted(GRAPHS))
def test_every_graph_has_features_at_a_distance_of_0_from_itself(name):
    found = features(GRAPHS[name])
    assert distance(found, found) == 0
    assert math.isfinite(distance(found, rough(1000, 5000)))


# The law


@pytest.mark.parametrize("found", some(20))
def test_a_known_law_is_found(found):
    made = estimate(advice.references(noise=0.05), "pagerank", found, "cugraph")
    assert made.warm_call.typical == pytest.approx(advice.law(found), rel=0.2)
    assert made.first_answer.typical == pytest.approx(5 * advice.law(found), rel=0.2)
    assert made.whole_script.typical == pytest.approx(6 + 5 * advice.law(found), rel=0.2)


def test_intervals_cover_as_often_as_they_say():
    known = advice.references(noise=0.3, number=40)
    rng = np.random.default_rng(3)
    truths = [(found, advice.law(found) * rng.lognormal(0, 0.3)) for found in some(300)]
    spans = [(estimate(known, "pagerank", found, "cugraph").warm_call, truth) for found, truth in truths]
    covered = sum(span.low <= truth <= span.high for span, truth in spans)
    assert 0.87 * 300 <= covered <= 0.99 * 300
    assert np.median([span.high / span.low for span, _ in spans]) < 6


def test_intervals_widen_with_the_distance_from_the_references():
    known = advice.references()
    near = estimate(known, "pagerank", known.graphs["graph-0"].features, "cugraph")
    far = estimate(known, "pagerank", some(1, edges=(8e7, 8.1e7))[0], "cugraph")
    assert near.outside == ""
    assert "edges 8" in far.outside
    assert far.warm_call.high / far.warm_call.low > 1.2 * near.warm_call.high / near.warm_call.low


def test_intervals_of_few_graphs_are_wide_enough():
    covered = 0
    for seed in range(100):
        *few, new = some(5, seed)
        truth, *values = (1e-3 + 5e-9 * f.num_edges for f in (new, *few))
        noise = np.random.default_rng(seed).lognormal(0, 0.3, 5)
        law = Law(
            [Observation(f"g{i}", f, value * noise[i]) for i, (f, value) in enumerate(zip(few, values, strict=True))]
        )
        span = law.span(new)
        covered += span.low <= truth * noise[-1] <= span.high
    assert covered >= 85


def test_a_graph_and_its_twin_do_not_vouch_for_each_other():
    rng = np.random.default_rng(5)
    alone = [Observation(f"g{i}", found, float(rng.lognormal(0, 1))) for i, found in enumerate(some(15))]
    found = some(1, seed=9)[0]
    one, with_twins = (Law(given).span(found) for given in (alone, alone * 2))
    assert [*msgspec.structs.astuple(with_twins)] == pytest.approx(msgspec.structs.astuple(one))


def test_the_name_of_a_twin_gives_its_group():
    found = rough(10, 20)
    assert reference.Graph(name="twin:dblp-2010,seed=2", features=found).group == "dblp-2010"
    assert reference.Graph(name="dblp-2010", features=found).group == "dblp-2010"


def test_a_graph_much_larger_than_all_references_is_refused():
    known = advice.references()
    huge = rough(10**9, 10**10)
    assert estimate(known, "pagerank", huge, "cugraph") is None
    made = advise("huge", huge, records=[], references=[known], machine=known, algorithms=["pagerank"])
    assert "more than 30 times as many as the largest reference" in " ".join(str(made).split())


@pytest.mark.parametrize(("algorithm", "engine"), [("pagerank", "nx-cugraph"), ("bfs", "cugraph")])
def test_what_has_no_references_has_no_estimate(algorithm, engine):
    assert estimate(advice.references(), algorithm, rough(1000, 5000), engine) is None


@pytest.mark.parametrize(("number", "same"), [(8, True), (9, False)])
def test_the_law_of_fewer_than_nine_graphs_knows_only_their_edges(number, same):
    known = advice.references(number, noise=0.01)
    found = known.graphs["graph-0"].features
    deeper = msgspec.structs.replace(found, depth=3 * found.depth)
    one, two = (estimate(known, "pagerank", which, "cugraph").warm_call.typical for which in (found, deeper))
    assert (one == two) is same


def test_first_calls_bound_the_law_of_warm_calls_but_count_in_no_error():
    known = advice.references(30, noise=0.02)
    first = [records.replace(one, warm_call_s=None, first_call_s=one.warm_call_s + 0.2) for one in known.timings[10:]]
    mixed = records.replace(known, timings=[*known.timings[:10], *first])
    found = max((graph.features for graph in known.graphs.values()), key=lambda features: features.num_edges)
    made = estimate(mixed, "pagerank", found, "cugraph")
    assert made.warm_call.typical == pytest.approx(advice.law(found), rel=0.5)
    assert (made.graphs, made.first_calls) == (10, False)


def test_where_there_are_no_warm_calls_first_ones_are_estimated_and_called_so():
    known = advice.references(12)
    first = [records.replace(one, warm_call_s=None, first_call_s=one.warm_call_s) for one in known.timings]
    made = advised(records.replace(known, timings=first))
    assert made.answers[0].options[0].estimate.first_calls
    assert "* A first call: there are too few warm ones" in str(made)


def test_an_interval_over_a_factor_of_a_hundred_is_no_estimate():
    known = advice.references(3)
    apart = [records.replace(one, warm_call_s=10.0 ** (3 * place)) for place, one in enumerate(known.timings)]
    found = known.graphs["graph-0"].features
    assert estimate(known, "pagerank", found, "cugraph") is not None
    assert estimate(records.replace(known, timings=apart), "pagerank", found, "cugraph") is None


def test_independent_errors_of_a_ratio_add_as_squares():
    ratio = Span(0.5, 1, 2).over(Span(5, 10, 20))
    assert [*msgspec.structs.astuple(ratio)] == pytest.approx([0.1 / 2**2**0.5, 0.1, 0.1 * 2**2**0.5])


def test_two_graphs_are_too_few():
    two, three = (estimate(advice.references(n, noise=0), "pagerank", some(1)[0], "cugraph") for n in (2, 3))
    assert two is None
    assert three is not None


def test_inside_of_the_references_nothing_is_outside():
    known = advice.references()
    assert outside(known, known.graphs["graph-3"].features) == ""


# What is made of it


@pytest.mark.parametrize(
    ("cpu", "gpu", "runs"),
    [
        ((1.0, 0.1), (0.9, 5.0), 1),  # the script is shorter at once
        ((1.0, 0.1), (2.0, 0.05), 21),  # 1 + 1.0 / 0.05
        ((1.0, 0.1), (1.04, 0.05), 2),
        ((1.0, 0.1), (2.0, 0.1), "never"),
        ((1.0, 0.1), (2.0, 0.2), "never"),
    ],
)
def test_break_even_in_calls(cpu, gpu, runs):
    assert pays_off(*cpu, *gpu) == runs
    if runs not in (1, "never"):  # the two scripts cross there
        cost = [script + (runs - 1) * call for script, call in (cpu, gpu)]
        before = [script + (runs - 2) * call for script, call in (cpu, gpu)]
        assert cost[1] <= cost[0] + 1e-9
        assert before[1] > before[0] - 1e-9


def test_a_card_holds_what_the_upper_end_of_the_memory_needs():
    span = Span(10e9, 20e9, 30e9)
    assert {size: fits(span, size) for size in CARDS_GB} == {
        16: "no", 24: "perhaps", 40: "yes", 80: "yes", 141: "yes"
    }  # fmt: skip
    assert fits(Span.exactly(16.5e9), 16) == "no"  # the unit that the table shows


def advised(known=None, *, name="my-graph", seconds=0.1, found=None, calls=None):
    known = known or advice.references()
    found = found or known.graphs["graph-0"].features
    own = [records.pagerank("igraph", seconds)]
    return advise(name, found, records=own, references=[known], machine=known, algorithms=["pagerank"], calls=calls)


def test_the_sentence_says_how_much_faster_what_a_script_takes_and_when_it_pays_off():
    known = advice.references(noise=0.1)
    found = known.graphs["graph-0"].features
    text = " ".join(str(advised(known, seconds=100 * advice.law(found))).split())
    assert text.index("PageRank on my-graph (") < text.index("warm call")
    assert ", your CPU (igraph) against an H100 (cugraph): the GPU would probably be " in text
    assert "times as fast per call, but a script with one call would take longer" in text
    assert "It probably pays off from about " in text


@pytest.mark.parametrize(
    ("faster", "script", "says"),
    [
        (1.0, 1.0, "unclear which is faster per call (the GPU 0.50 to 2 times as fast), and unclear whether a script"),
        (1.0, 1.0, "Unclear whether it pays off: from 1 call on at best, else never."),
        (4.0, 10.0, "It probably pays off from about 13 calls on ("),
        (4.0, 0.1, "It probably pays off from the first call on."),
        (0.25, 10.0, "It does not pay off, however many calls there are."),
        (1.0, 0.1, "It probably pays off for one call (unclear for many)."),
        (1.0, 10.0, "Unclear whether it pays off: from "),
    ],
)
def test_no_verdict_claims_what_its_interval_leaves_open(faster, script, says):
    made = between_two(Span(0.5 / faster, 1 / faster, 2 / faster), Span(0.9 * script, script, 1.1 * script))
    assert says in " ".join(answers.to_text(made).split())


def between_two(gpu_call, gpu_script, *, busy=False):
    """Advice where the CPU takes a second for a script and for each call."""
    known = advice.references()
    found = known.graphs["graph-0"].features
    gpu = msgspec.structs.replace(
        estimate(known, "pagerank", found, "cugraph"), warm_call=gpu_call, whole_script=gpu_script
    )
    one = on_quiet_machine(Span.exactly(1.0), busy=busy)
    cpu = Cpu(engine="igraph", threads=None, call=one, script_engine="igraph", script=one, measured=True, busy=busy)
    made = advised(known)
    answer = msgspec.structs.replace(made.answers[0], cpu=cpu, options=[_option(gpu, cpu, None)])
    return msgspec.structs.replace(made, answers=[answer])


@pytest.mark.parametrize(
    ("faster", "says"),
    [(1.0, "unclear whether a GPU pays off for PageRank"), (0.1, "a GPU would probably never pay off for PageRank")],
)
def test_a_sentence_on_several_algorithms_can_begin_without_a_number(faster, says):
    made = between_two(Span(0.5 / faster, 1 / faster, 2 / faster), Span(9, 10, 11))
    made = msgspec.structs.replace(made, answers=made.answers * 2)
    assert answers.summary(made) == f"Your CPU against an H100, on my-graph: {says} and PageRank."


def test_a_busy_machine_gets_no_verdict_where_its_load_may_decide():
    made = between_two(Span(0.1, 0.2, 0.3), Span(1, 2, 3), busy=True)
    shown = " ".join(answers.to_text(made).split())
    assert shown.startswith(
        "PageRank on my-graph (111,503 edges), your CPU (igraph) against an H100 (cugraph): no verd"
    )
    assert "as the machine was busy during the measurement. Measure again on a quiet machine. " in shown
    assert "pays off" not in answers.sentence(made.answers[0], made)
    assert re.search(r"cugraph .* 0\.48 to 10 +busy", answers.to_text(made))
    several = answers.summary(msgspec.structs.replace(made, answers=made.answers * 2))
    assert several.startswith("Your CPU against an H100, on my-graph: no verdict for ")
    assert "CPU times may be up to 10 times too long, which the intervals allow for. busy: that leaves " in shown
    assert "busy" not in answers.to_text(between_two(Span(0.1, 0.2, 0.3), Span(1, 2, 3)))


@pytest.mark.parametrize(
    ("call", "script", "words"),
    [
        (Span(300, 400, 600), Span(300, 400, 600), "It does not pay off, however many calls there are."),
        (Span(2, 3, 4), Span(2, 3, 4), "It does not pay off, however many calls there are."),
        (Span(0.001, 0.002, 0.003), Span(0.001, 0.002, 0.003), "It probably pays off from the first call on."),
        (Span(0.001, 0.002, 0.003), Span(2, 3, 4), "It probably pays off from about 4 calls on (3 to "),
    ],
)
def test_what_no_load_explains_is_said_on_a_busy_machine_too(call, script, words):
    made = between_two(call, script, busy=True)
    assert words in answers.sentence(made.answers[0], made)
    shown = answers.line(made, "g")
    assert "no verdict" not in shown
    assert (
        "The machine was busy (more programs ran than it has cores), so CPU times may be up to 10 times too " in shown
    )


def test_a_time_of_a_busy_machine_may_be_ten_times_too_long():
    known = advice.references()
    own = [records.replace(records.pagerank("igraph", 0.1), environment__load_average=99.0)]
    found = known.graphs["graph-0"].features
    made = advise("g", found, records=own, references=[known], machine=known, algorithms=["pagerank"])
    cpu = made.answers[0].cpu
    assert cpu.busy
    assert (cpu.call.low, cpu.script.low) == pytest.approx((cpu.call.typical / 10, cpu.script.typical / 10), rel=0.05)
    assert cpu.script.high == cpu.script.typical


def test_a_table_says_of_every_gpu_how_many_times_as_fast_it_is():
    assert re.search(r"cugraph .* 0\.000063 to 0\.00025 +never", text_of(Span(4_000, 8_000, 16_000)))
    assert re.search(r"cugraph .* 0\.17 to 0\.50 +never", text_of(Span(2, 4, 6)))


def text_of(gpu_call):
    return answers.to_text(between_two(gpu_call, gpu_call), width=160)


def test_the_spread_of_the_measured_calls_is_in_the_interval():
    known = advice.references()
    found = known.graphs["graph-0"].features
    calls = [0.05, 0.1, 0.2]

    def faster(measured):
        own = [records.replace(records.pagerank("igraph", 0.1), phases__call_s=measured)]
        made = advise("g", found, records=own, references=[known], machine=known, algorithms=["pagerank"])
        return made.answers[0].cpu.call, made.answers[0].options[0].faster

    (exact, narrow), (spread, wide) = faster([0.1] * 3), faster(calls)
    assert (exact, spread) == (Span.exactly(0.1), Span(0.05, 0.1, 0.2))
    assert wide.low < 0.6 * narrow.low
    assert wide.high > 1.5 * narrow.high


def test_the_engine_whose_script_takes_the_least_time_comes_first():
    known = advice.references()
    lean = [
        records.replace(one, engine="pylibcugraph", warm_call_s=2 * one.warm_call_s, start_s=2.0)
        for one in known.timings
    ]
    both = records.replace(known, timings=[*known.timings, *lean])
    found = min((graph.features for graph in known.graphs.values()), key=lambda features: features.num_edges)
    for calls, first in ((None, "pylibcugraph"), (1, "pylibcugraph"), (1_000_000, "cugraph")):
        (answer,) = advised(both, found=found, calls=calls).answers
        assert answer.options[0].estimate.engine == first


def test_a_slower_gpu_is_called_slower():
    known = advice.references(noise=0.1)
    found = known.graphs["graph-0"].features
    text = " ".join(str(advised(known, seconds=0.001 * advice.law(found))).split())
    assert re.search(r"would probably take [0-9,]+ to [0-9,]+ times as long per call", text)
    assert "It does not pay off, however many calls there are." in text


def test_a_gpu_that_starts_sooner_but_is_slower_pays_off_up_to_so_many_calls_only():
    known = advice.references(noise=0.01)
    slow = records.replace(records.pagerank("igraph", 1e-6), phases__start_s=100.0)
    found = known.graphs["graph-0"].features
    made = advise("g", found, records=[slow], references=[known], machine=known, algorithms=["pagerank"])
    ((option,),) = (answer.options for answer in made.answers)
    calls = option.until
    gpu = option.estimate
    costs = [
        (
            gpu.whole_script.typical + (n - 1) * gpu.warm_call.typical,
            made.answers[0].cpu.script.typical + (n - 1) * 1e-6,
        )
        for n in (calls, calls + 2)
    ]
    assert [one <= two for one, two in costs] == [True, False]
    shown = " ".join(str(made).split())
    assert "but a script with one call would take less time" in shown
    assert f"It probably pays off up to about {answers.two(calls)} calls only" in shown
    assert "at once" not in shown


def test_a_gpu_that_is_surely_faster_pays_off_in_a_finite_number_of_calls():
    known = advice.references()
    gpu = estimate(known, "pagerank", known.graphs["graph-0"].features, "cugraph")
    gpu = msgspec.structs.replace(gpu, warm_call=Span(0.4, 1, 2.5), whole_script=Span(5, 6, 7))
    cpu = Cpu(engine="igraph", threads=None, call=Span(1.6, 4, 10), script_engine="igraph",
              script=Span(1, 2, 4), measured=False)  # fmt: skip
    option = _option(gpu, cpu, None)
    assert option.faster.low > 1
    assert option.pays_off[2] != "never"  # although the worst ends of both intervals cross
    measured = msgspec.structs.replace(cpu, call=Span.exactly(4), script=Span.exactly(2))
    assert _option(gpu, measured, None).pays_off == (
        pays_off(2, 4, 5, 0.4),
        pays_off(2, 4, 6, 1),
        pays_off(2, 4, 7, 2.5),
    )


def test_several_algorithms_begin_with_one_sentence():
    known = advice.references(noise=0.01)
    other = [records.replace(one, algorithm="wcc") for one in known.timings]
    both = records.replace(known, timings=[*known.timings, *other])
    seconds = advice.law(both.graphs["graph-0"].features)
    own = [
        records.pagerank("igraph", 100 * seconds),
        records.replace(records.pagerank("igraph", 0.001 * seconds), task__algorithm="wcc"),
    ]
    names = ["pagerank", "wcc", "betweenness"]
    made = advise("g", both.graphs["graph-0"].features, records=own, references=[both], machine=both, algorithms=names)
    shown = " ".join(str(made).split())
    assert re.match(
        r"Your CPU against an H100, on g: a GPU would probably pay off from about [0-9,]+ calls on"
        r"( \([0-9,]+ to [0-9,]+\))? for PageRank; never for WCC\. No estimate for Betweenness: the references",
        shown,
    )
    assert "the references of the H100 do not have it; they have pagerank and wcc." in shown
    assert "PageRank on g (" not in shown, "nothing is said twice"


def test_estimates_look_like_estimates():
    made = advised(calls=50)
    shown = answers.to_text(made)
    assert re.search(r"cugraph +~[0-9.]+ .s +\[", shown)
    assert "measured" in shown
    assert "Estimates, not measurements: from 30 graphs" in shown
    assert "script, 50 calls" in shown
    assert "A script with 50 calls: about " in " ".join(shown.split())
    assert json.loads(made.to_json())["estimated"] is True


def test_the_line_ends_with_one_command():
    line = answers.line(advised(name="my graph.txt"), "'data/my graph.txt' --directed")
    assert line.endswith("More: graphbench advise 'data/my graph.txt' --directed")


def test_a_directed_graph_is_counted_as_undirected():
    found = msgspec.structs.replace(some(1)[0], num_edges=3874, directed=True)
    made = advised(found=found)
    assert "PageRank on my-graph (as undirected: 3,874 edges), your CPU" in answers.line(made, "my-graph")
    assert "This graph, as undirected: " in " ".join(str(made).split())


def test_a_name_controls_neither_the_terminal_nor_markdown():
    nasty = "a\x1b[2J\u202e`*b*\nc"
    known = msgspec.json.decode(
        msgspec.json.encode(advice.references()).replace(b'"graph-0"', msgspec.json.encode(nasty)),
        type=reference.References,
    )
    found = advised(known, found=known.graphs[nasty].features, name=nasty)
    assert found.nearest[0].graph == nasty
    text, marked, line = answers.to_text(found), answers.to_text(found, "markdown"), answers.line(found, "g")
    misses = validate.validate(known)
    validated = [validate.to_text(known, misses), validate.to_text(known, misses, graph=nasty)]
    assert all(visible(shown) == shown for shown in [text, marked, line, found.to_json(), *validated])
    assert "\n" not in line
    assert "\\`\\*b\\* c" in marked
    assert json.loads(found.to_json())["graph"] == nasty


def test_lines_have_at_most_100_columns():
    shown = str(advised(found=some(1, edges=(2e8, 2.1e8))[0]))
    assert max(map(len, shown.splitlines())) <= 100


def test_cpu_times_of_another_machine_are_marked_and_wider():
    known = advice.references(cpu=True)
    found = known.graphs["graph-0"].features
    made = advise("g", found, records=[], references=[known], machine=known, algorithms=["pagerank"])
    (answer,) = made.answers
    there = estimate(known, "pagerank", found, "igraph").warm_call
    assert not answer.cpu.measured
    assert answer.cpu.call.high == pytest.approx(2 * there.high)
    assert answer.cpu.call.low == pytest.approx(there.low / 2)
    assert "CPU times are estimates, too, from another machine" in str(made)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123, "0.12"), (5.04, "5"), (12.34, "12"), (1999, "2,000"), (0, "0"), (99.6, "100"), (0.6, "0.60")],
)
def test_estimates_have_two_digits(value, text):
    assert answers.two(value) == text


# References


@pytest.mark.parametrize("file", reference.shipped(), ids=lambda file: file.name)
def test_shipped_references_are_valid_and_small(file):
    (found,) = reference.load([file])
    assert file.stat().st_size < 2_000_000
    assert set(PUBLISHED) <= set(found.algorithms())
    assert {timing.graph for timing in found.timings} == set(found.graphs)
    assert {timing.algorithm for timing in found.timings} <= set(registry.algorithm_names())
    assert {timing.engine for timing in found.timings} <= set(registry.engine_names())
    assert all((timing.warm_call_s or 1) > 0 < (timing.first_answer_s or 1) for timing in found.timings)
    assert reference.encoded(found) == file.read_bytes()


def test_the_embedded_graphs_still_have_the_features_of_the_references():
    for found in reference.load():
        for name in {"karate", "email-Enron"} & set(found.graphs):
            assert found.graphs[name].features == features(load(name).edges)


KARATE = load("karate")


def measured(**changes):
    """A record of the GPU machine on karate."""
    made = records.pagerank("cugraph", 0.01)
    return records.replace(
        made,
        device="gpu",
        dataset=KARATE.info,
        environment=records.replace(records.HERE, gpus=[records.H100]),
        memory=Memory(device_peak_bytes=1 << 20),
        task=Task(
            "pagerank",
            "karate",
            "cugraph",
            {**registry.algorithm("pagerank").resolve({}), "seed": 0, "allocator": "default"},
        ),
        **changes,
    )


def made_of(*found):
    return reference.make(found, lambda _: KARATE)


def test_references_are_made_of_records(tmp_path):
    (found,) = made_of(measured())
    (timing,) = found.timings
    assert found.machine.gpu == "NVIDIA H100"
    assert found.graphs["karate"].features == features(KARATE.edges)
    assert (timing.engine, timing.start_s, timing.device_peak_bytes, timing.fresh) == ("cugraph", 0.5, 1 << 20, True)
    assert timing.warm_call_s == pytest.approx(0.01, rel=0.02)
    file = tmp_path / "references.jsonl"
    file.write_bytes(reference.encoded(found))
    assert [reference.encoded(one) for one in reference.load([file])] == [reference.encoded(found)]


USUAL = {"damping": 0.85, "tolerance": 1e-6, "max_iterations": 500, "allocator": "default"}


@pytest.mark.parametrize(
    "changes",
    [
        {"superseded": True},
        {"outcome": Outcome.INVALID},
        {"outcome": Outcome.TIMEOUT},
        {"task__params": {"damping": 0.5, "tolerance": 1e-6, "max_iterations": 500}},
        {"task__params": USUAL | {"allocator": "async"}},
        {"task__params": USUAL | {"renumber": False}},
        {"task__params": USUAL | {"from_networkx": False}},
    ],
    ids=["earlier rules", "invalid", "timeout", "parameters", "allocator", "not renumbered", "not converted"],
)
def test_other_records_are_no_references(changes):
    assert made_of(records.replace(measured(), **changes)) == []


@pytest.mark.parametrize("options", [{}, {"renumber": True}, {"from_networkx": True}])
def test_records_with_the_usual_options_are_references(options):
    assert made_of(records.replace(measured(), task__params=USUAL | options))


def test_a_graph_that_is_another_one_by_now_is_left_out():
    with pytest.warns(UserWarning, match="not the graph that was measured"):
        (found,) = made_of(records.replace(measured(), dataset__digest="other"))
    assert not found.graphs
    assert not found.timings


def test_the_newest_record_of_a_task_counts():
    old = records.replace(measured(), measured_at="2025-01-01T00:00:00Z", phases__start_s=9.0)
    (found,) = made_of(measured(), old)
    assert [timing.start_s for timing in found.timings] == [0.5]


def test_a_gpu_is_chosen_by_a_part_of_its_name():
    one, two = advice.references(5), records.replace(advice.references(4), machine__gpu="NVIDIA H200")
    assert reference.choose([one, two]) is one
    assert reference.choose([one, two], "h200") is two
    with pytest.raises(UsageError, match="those of H100 and H200"):
        reference.choose([one, two], "A100")


def test_a_file_that_is_neither_references_nor_a_store_is_an_error(tmp_path):
    file = tmp_path / "references.jsonl"
    file.write_bytes(reference.encoded(advice.references(3)) + b'{"type":"other"}\n')
    with pytest.raises(UsageError, match="line 8: not a line of references"):
        reference.load([file])
    lines = reference.encoded(advice.references(3)).splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    with pytest.raises(UsageError, match="times of a graph that it does not describe: graph-0"):
        reference.load([file])
    file.write_bytes(b"".join(lines).replace(b'"warm_call_s":', b'"warm_call_s":-'))
    with pytest.raises(UsageError, match="line 5: not a line of references"):
        reference.load([file])
    with pytest.raises(UsageError, match="Cannot read references"):
        reference.load([tmp_path / "none"])


# Validation


def test_validation_leaves_each_graph_out():
    known = advice.references(12, noise=0.0)
    lone = msgspec.structs.replace(known.timings[0], warm_call_s=50.0)
    misses = validate.validate(msgspec.structs.replace(known, timings=[lone, *known.timings[1:]]))
    (miss,) = [miss for miss in misses if miss.total == "warm call" and miss.graph == lone.graph]
    assert miss.error > 10
    assert not miss.covered


def test_one_graph_is_compared_with_what_was_measured_on_it(capsys, known):
    assert cli.invoke(["advise", "graph-3", "--validate", "--reference", known]) == 0
    shown = capsys.readouterr().out
    assert "graph-3 left out with its twin" in shown
    assert re.search(r"warm call +~[^\[]+\[.+\] +[0-9.]+ .s +1\.. times too (long|short)", shown)
    assert re.search(r"memory +~[0-9.,]+ MB", shown)
    assert " of 3 intervals hold what was measured" in shown
    assert cli.invoke(["advise", "karate", "--validate", "--reference", known]) == 2
    assert "karate is none of the references" in capsys.readouterr().err


def test_an_estimate_that_is_not_given_is_not_validated():
    known = advice.references(4)
    apart = [records.replace(one, warm_call_s=100.0**place) for place, one in enumerate(known.timings)]
    assert {miss.total for miss in validate.validate(records.replace(known, timings=apart))} == {
        "first answer",
        "memory",
    }


def test_validation_prints_factors_coverage_its_interval_and_misses():
    known = advice.references(14)
    shown = validate.to_text(known, validate.validate(known))
    low, high = validate.binomial(13, 14)
    assert (round(low, 2), round(high, 2)) == (0.66, 1.0)
    assert len(set(validate.HEADS)) == len(validate.HEADS)
    for text in ("pagerank   cugraph", "Clopper-Pearson", "each graph left out with its twin", "The largest misses"):
        assert text in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_estimates_from_the_shipped_references_meet_their_target():
    known = reference.choose(reference.load())
    real = [name for name in known.graphs if kind_of(name) == "real graph"]
    misses = [miss for name in real for miss in validate.validate(known, name) if miss.real]
    assert len({miss.graph for miss in misses}) == 4
    errors = [miss.error for miss in misses if miss.total == validate.WARM]
    assert median(errors) <= validate.TARGET_FACTOR


# The commands


@pytest.fixture
def known(tmp_path):
    """A file of references with GPU and CPU engines."""
    file = tmp_path / "known.jsonl"
    file.write_bytes(reference.encoded(advice.references(cpu=True)))
    return str(file)


def test_advise_estimates_without_measuring(capsys, known):
    assert cli.invoke(["advise", "karate", "--algorithm", "pagerank", "--no-measure", "--reference", known]) == 0
    shown = capsys.readouterr().out
    assert "PageRank on karate (78 edges), 16 cores of Example (igraph) against an H100 (" in shown
    assert records.stored() == []


def test_algorithms_without_references_are_not_measured(capsys, known):
    assert cli.invoke(["advise", "karate", "--algorithm", "wcc", "--reference", known]) == 0
    shown = capsys.readouterr().out
    assert "WCC on karate (78 edges): no estimate for an H100" in shown
    assert "Estimates, not measurements" not in shown
    assert "--no-measure" not in shown
    assert records.stored() == []


def test_what_advise_keeps_are_the_measurements_on_the_cpu_alone(capsys, known):
    asked = ["advise", "karate", "--algorithm", "pagerank", "--reference", known, "--engine", "scipy", "--budget", "0"]
    assert cli.invoke([*asked, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["answers"][0]["cpu"]["engine"] == "scipy"
    assert shown["answers"][0]["cpu"]["measured"] is True
    assert shown["answers"][0]["options"][0]["estimate"]["engine"] == "cugraph"
    assert [(record.task.engine, record.device) for record in records.stored()] == [("scipy", "cpu")]


def test_an_estimate_is_no_record():
    assert not issubclass(Estimate, Record)
    made = advised()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(made.answers[0].options[0].estimate), type=Record)


def test_advise_from_python(known):
    made = gb.advise([("ann", "bob"), ("bob", "cyd")], algorithms="pagerank", measure=False, reference=known)
    assert made.answers[0].options[0].estimate.warm_call.typical > 0
    with pytest.raises(UsageError, match="no argument"):
        gb.advise("karate", rounds=3)


@pytest.mark.parametrize(
    "asked",
    [[], ["karate", "--make-reference", "x"], ["--validate", "--make-reference", "x"], ["--make-reference", "x"]],
)
def test_wrong_usage(asked, capsys):
    assert cli.invoke(["advise", *asked]) == 2
    assert "advise takes a graph, --validate or both" in (error := capsys.readouterr().err) or "--output" in error


def test_references_are_made_by_the_command(tmp_path, capsys):
    from graphbench.records.store import Store

    store, file = tmp_path / "store.jsonl", tmp_path / "slim.jsonl"
    with Store(store) as opened:
        opened.append(measured())
    assert cli.invoke(["advise", "--make-reference", str(store), "--output", str(file)]) == 0
    assert ": 1 graph, 1 record of an NVIDIA" in capsys.readouterr().err
    assert [timing.engine for timing in reference.load([file])[0].timings] == ["cugraph"]
    assert reference.encoded(reference.load([store])[0]) == file.read_bytes()
    assert cli.invoke(["advise", "--validate", "--reference", str(file)]) == 0
    assert "Too few graphs" in capsys.readouterr().out


# The end of a run


@pytest.fixture
def without_gpu(monkeypatch, tmp_path):
    file = tmp_path / "h100.jsonl"
    file.write_bytes(reference.encoded(advice.references()))
    monkeypatch.setattr(reference, "shipped", lambda: [file])


@pytest.mark.usefixtures("without_gpu")
def test_a_run_without_a_gpu_ends_with_a_line_of_advice(capsys):
    asked = ["pagerank", "karate", "--engine", "scipy", "--budget", "0"]
    assert cli.invoke(asked) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("Estimate: PageRank on karate (78 edges), your CPU (scipy) against an H100 (")
    assert last.endswith("More: graphbench advise karate")
    assert {record.device for record in records.stored()} == {"cpu"}
    for quiet in (["--format", "json"], ["--damping", "0.5"]):
        assert cli.invoke([*asked, *quiet]) == 0
        assert "Estimate:" not in capsys.readouterr().out


@pytest.mark.usefixtures("without_gpu")
@pytest.mark.parametrize("asked", [["wcc", "karate"], ["pagerank", "karate", "lesmis"]])
def test_a_run_that_the_references_do_not_know_ends_as_before(capsys, asked):
    assert cli.invoke([*asked, "--engine", "scipy", "--budget", "0"]) == 0
    assert "Estimate:" not in capsys.readouterr().out


@pytest.mark.usefixtures("without_gpu")
def test_on_a_machine_with_a_gpu_there_is_no_line():
    from graphbench.advice.advise import after_run

    own = records.replace(measured(), device="cpu", task__engine="scipy")
    assert after_run(KARATE, [own], "karate") == ""
    assert after_run(KARATE, [records.replace(own, environment__gpus=[])], "karate") != ""
