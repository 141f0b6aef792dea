"""What a reader asks before using a ratio: each answer follows the records, and a question without one is left out."""

import re

import pytest

from graphbench.records.model import Certificate, CpuTimes, Outcome, Phases
from graphbench.reporting import means, measured
from graphbench.reporting.document import Answers
from graphbench.reporting.sections import questions, summary
from helpers.records import pagerank, record, replace


def asked(records):
    (here,) = measured.group_by_machine(records, "networkx", {})
    (block,) = (one for one in summary.section(here).blocks if isinstance(one, Answers))
    return dict(block.items)


def gpu(seconds=0.1, engine="cugraph", n=6, **changes):
    return replace(record(engine, seconds, n=n, device="gpu"), **changes)


BOTH = [record("networkx", 9.0), record("igraph", 1.0), gpu()]
SLOW_START = gpu(phases__start_s=9.0)
SLOWER = gpu(3.0, phases__start_s=9.0)
AGAINST = ", against the best CPU library."
CERTIFIED = "All 3 answers are certified, independently of every engine"
ALIKE = ". The only ratio compares like with like."
WHICH = "cugraph or a CPU library?"


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([*BOTH[:2], gpu(phases__start_s=0.1)], "From the first call, against the best CPU library, in 1 case."),
        ([*BOTH[:2], SLOW_START],
         f"Not for a single call (0 of 1 case); for many calls on one graph after 10 calls{AGAINST}"),
        ([*BOTH[:2], SLOWER],
         f"Not for a single call (0 of 1 case); for many calls on one graph never{AGAINST}"),
        (BOTH[:2], None),
        ([gpu()], None),
        ([*BOTH[:2], gpu(outcome=Outcome.UNAVAILABLE, phases=Phases(), environment=None)], None),
    ],
)  # fmt: skip
def test_whether_it_pays_off(records, answer):
    assert asked(records).get("Does it pay off?") == answer


def test_it_pays_off_from_a_number_of_calls_that_differs_from_case_to_case():
    assert questions.pays_off([5]) == questions.pays_off([5, 5]) == "after 5 calls"
    assert questions.pays_off([9, 1, 5]) == "after 1 to 9 calls"
    assert questions.pays_off([1, 5, "never"]) == "after 1 to 5 calls (never in 1 of 3)"
    assert questions.pays_off(["never"]) == "never"
    assert questions.pays_off(["not known"]) == "not known: no difference found"
    assert questions.pays_off(["not known", "never"]) == "never (not known in 1 of 2: no difference found)"
    assert questions.pays_off([7, "not known", "never"]) == (
        "after 7 calls (never in 1, not known in 1 of 3: no difference found)"
    )


def other(engine, seconds, **changes):
    return replace(pagerank(engine, seconds, **changes), id=f"p-{engine}")


def elsewhere(made):
    return replace(made, id=f"B-{made.id}", task__dataset="B", dataset__digest="B", posed__digest="B")


def test_what_to_use_is_the_side_that_pays_off_on_all_graphs():
    made = [*BOTH[:2], SLOW_START, other("networkx", 9.0), other("igraph", 1.0), other("cugraph", 3.0, device="gpu")]
    assert asked(made)[WHICH] == "cugraph for louvain (after 10 calls); igraph for pagerank."
    made = [*BOTH[:2], SLOW_START, *map(elsewhere, [*BOTH[:2], SLOWER])]
    assert asked(made)[WHICH] == "depends on the graph for louvain."


def test_what_may_be_slower_is_not_what_to_use():
    varying = gpu(phases__start_s=9.0, phases__call_s=[0.5, 0.9, 1.5], phases__rebuilt_s=[])
    assert asked([*BOTH[:2], varying])[WHICH] == "no clear winner for louvain."
    slower = gpu(phases__start_s=9.0, phases__call_s=[0.9, 1.1, 1.5], phases__rebuilt_s=[])
    answers = asked([*BOTH[:2], slower])
    assert answers[WHICH] == "no clear winner for louvain."
    assert "many calls on one graph not known: no difference found, against" in answers["Does it pay off?"]


def test_among_cpu_engines_the_fastest_is_what_to_use():
    twice = [other("networkx", 1.0), other("igraph", 2.0)]
    third = [replace(one, id=f"C-{one.id}", task__dataset="C", dataset__digest="C", posed__digest="C") for one in twice]
    made = [*BOTH[:2], *twice, *third, elsewhere(other("networkx", 2.0)), elsewhere(other("igraph", 1.0))]  # fmt: skip
    answers = asked(made)
    assert answers["What to use?"] == "By warm calls, igraph for louvain; networkx or igraph for pagerank."
    assert answers["Fastest engine?"] == "igraph in 2 and networkx in 2 of 4 cases."


def test_a_side_without_a_warm_call_is_not_compared_by_warm_calls():
    first = replace(other("networkx", 9.0), trials__stopped="first_only")
    made = [*BOTH[:2], first, other("igraph", 1.0)]
    answers = asked(made)
    assert answers["What to use?"] == "By warm calls, igraph for louvain; not compared for pagerank."
    assert answers["Fastest engine?"] == "igraph in 1 of 1 case."


def test_without_a_best_cpu_library_what_to_use_names_the_baseline():
    assert asked([BOTH[0], gpu()])["cugraph or networkx?"] == "cugraph for louvain (after 1 call)."


def test_the_gpu_engine_that_is_the_fastest_most_often_is_named():
    made = [record("networkx", 9.0), record("igraph", 2.0), gpu(1.0), gpu(0.5, "pylibcugraph")]
    answer = asked(made)["Fastest engine?"]
    assert answer.startswith("Of the GPU engines pylibcugraph, in 1 of 1 case: 4.00× as fast as the best CPU")  # noqa: RUF001
    answer = asked([*made, *map(elsewhere, made)])["Fastest engine?"]
    assert "(mean of 2 cases on real graphs, 4.00 to 4.00×)" in answer  # noqa: RUF001


def test_cases_without_a_difference_are_nobodys():
    made = [record("networkx", 9.0), record("igraph", 2.0), gpu(1.0), gpu(1.01, "pylibcugraph")]
    assert asked(made)["Fastest engine?"] == "No difference found in 1 case."
    clear = [elsewhere(one) for one in (*made[:3], gpu(5.0, "pylibcugraph"))]
    assert (
        asked([*made, *clear])["Fastest engine?"]
        == "Of the GPU engines cugraph, in 1 of 2 cases (no difference found in 1)."
    )
    near = [elsewhere(one) for one in (*made[:3], gpu(1.01, "nx-cugraph"))]
    alone = [*made[:3], gpu(0.1, "pylibcugraph"), *near]
    found = asked(alone)["Fastest engine?"]
    assert found.startswith("Of the GPU engines pylibcugraph, in 1 of 1 case that it ran in: 20.0")
    on_cpus = [record("networkx", 1.0), record("igraph", 1.01)]
    twice = [elsewhere(record("networkx", 1.0)), elsewhere(record("igraph", 9.0))]
    answers = asked([*on_cpus, *twice])
    assert answers["Fastest engine?"] == "networkx in 1 of 2 cases; no difference found in 1."
    assert asked(on_cpus)["What to use?"] == "By warm calls, no clear winner for louvain."


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, f"{CERTIFIED}{ALIKE}"),
        ({"warnings": ["its 3 communities are in 4 pieces, though Leiden keeps them connected", "2 are odd: look"]},
         f"{CERTIFIED}; with a warning: disconnected communities (1) and … are odd (1){ALIKE}"),
        ({"warnings": ["the median is uncertain by ±9 % after 12 trials (target ±5 %)."]}, f"{CERTIFIED}{ALIKE}"),
        ({"outcome": Outcome.INVALID, "certificate": Certificate(valid=False, detail="wrong")},
         f"2 of 3 answers are certified, independently of every engine{ALIKE}"),
    ],
)  # fmt: skip
def test_whether_answers_are_the_same(changes, answer):
    assert asked([*BOTH[:2], gpu(**changes)])["Same answers?"] == answer


def test_the_baseline_says_how_many_engines_it_was_chosen_from_and_how_it_was_run():
    assert asked(BOTH)["Fair baseline?"] == "The fastest of 2 CPU engines in each case: igraph in 1 case (1 thread)."
    twice = replace(BOTH[1], id="twice", task__params=BOTH[1].task.params | {"allocator": "system"})
    assert asked([*BOTH, twice])["Fair baseline?"].startswith("The fastest of 2 CPU engines")
    apart = replace(BOTH[1], environment__command="graphbench louvain coAuthorsDBLP")
    assert asked([BOTH[0], apart, BOTH[2]])["Fair baseline?"].endswith(
        " In 1 case the CPU was measured in another run."
    )


def test_a_faster_engine_that_is_not_the_best_is_named_with_the_baseline():
    busy = record("scipy", 0.5, cpu=CpuTimes(call_s=[0.9] * 6))
    assert asked([*BOTH, busy])["Fair baseline?"].endswith(
        " Faster, but left out (threads exceeded): scipy for louvain."
    )


def test_without_a_best_cpu_engine_it_is_that_of_the_report_and_may_have_been_called_once():
    assert asked(BOTH[:2])["Fair baseline?"].startswith("networkx in 1 case (1 thread). ")
    once = replace(BOTH[0], trials__stopped="first_only", phases__call_s=[])
    assert asked([once, BOTH[1]])["Fair baseline?"].startswith("networkx in 1 case (1 thread, called once in 1). ")


def test_threads_are_those_of_all_records():
    many = replace(BOTH[1], id="many", task__params=BOTH[1].task.params | {"threads": 8}, environment__threads=8)
    assert asked(BOTH)["How many threads?"] == "1 on 8 cores."
    assert asked([*BOTH, many])["How many threads?"] == "1 and 8 on 8 cores; the faster number counts."


def test_graphs_with_fewer_numbers_of_threads_are_named():
    def threads(number, made):
        return replace(made, id=f"{made.id} {number}", task__params=made.task.params | {"threads": number})

    many = [threads(number, BOTH[1]) for number in (1, 4, 8)]
    fewer = [threads(number, elsewhere(BOTH[1])) for number in (1, 8)]
    found = asked([BOTH[0], *many, *fewer, BOTH[2]])["How many threads?"]
    assert found.endswith(f" Engines that run in parallel had 1 and 8 only on {elsewhere(BOTH[1]).task.dataset}.")


def test_calls_that_reuse_work_are_counted():
    said = "3 of 3 times of warm calls were checked against 3 calls on fresh graphs: none reused work."
    assert asked(BOTH)["Cached?"] == said
    once = replace(BOTH[1], phases__rebuilt_s=[1.0])
    said = "2 of 3 times of warm calls were checked against 3 calls on fresh graphs, 1 against its first call alone: "
    assert asked([BOTH[0], once, BOTH[2]])["Cached?"] == f"{said}none reused work."
    made = [*BOTH[:2], gpu(phases__rebuilt_s=[1.0] * 3, phases__first_s=1.0)]
    assert asked(made)["Cached?"].endswith(": 1 reused work, so the fresh call counts.")
    made = [gpu(phases__rebuilt_s=[])]
    assert asked(made)["Cached?"] == "Not checked: no call ran on a fresh graph."


def test_how_sure_names_calls_processes_and_interval():
    found = asked(BOTH)["How sure?"]
    width = re.search(r"±([\d.]+) % in the median case", found)
    (here,) = measured.group_by_machine(BOTH, "networkx", {})
    (best,) = (case.best for case in here.cases if case.best)
    assert float(width[1]) == float(f"{50 * (best.interval[1] - best.interval[0]) / best.ratio_call:.2g}")
    rounds = replace(BOTH[2], trials__rounds=[3, 3])
    calls = "Warm calls of cugraph: 6 on real graphs"
    assert asked([*BOTH[:2], rounds])["How sure?"].startswith(f"{calls}, in 2 processes; ")
    once = replace(rounds, phases__each_round=[replace(rounds).phases] * 3)
    assert asked([*BOTH[:2], once])["How sure?"].endswith("All else was taken from the middle one of 3 rounds.")
    assert found.startswith(f"{calls}, in one process; 95 % interval of a ratio ±")
    assert asked([record("networkx", n=3), record("igraph", n=3)])["How sure?"].startswith(
        "Warm calls of igraph: 3 on real graphs, in one process, too few for an interval."
    )


def test_calls_are_not_too_few_where_no_ratio_counts():
    short = [record(name, 1e-6, n=20) for name in ("networkx", "igraph")]
    assert (
        asked(short)["How sure?"] == "Warm calls of igraph: 20 on real graphs, in one process. All else was timed once."
    )


def test_how_sure_names_the_calls_on_graphs_of_each_kind():
    few = [replace(elsewhere(made), task__dataset="rmat:scale=9") for made in (BOTH[1], gpu(n=2))]
    assert asked([*BOTH, *few])["How sure?"].startswith(
        "Warm calls of cugraph: 6 on real graphs and 2 on generated graphs, in one process; "
    )


@pytest.mark.parametrize(
    ("crowded", "answer", "lead"),
    [
        (3, "All 3 tasks ran on a busy machine, so times and ratios may be off. ", True),
        (2, "2 of 3 tasks ran on a busy machine, so times and ratios may be off. ", True),
        (1, "1 of 3 tasks ran on a busy machine, so times and ratios may be off. ", False),
        (0, "Warm calls of cugraph: ", False),
    ],
)
def test_a_busy_machine_is_said_in_how_sure_and_if_it_mostly_was_beside_the_lead(crowded, answer, lead):
    made = [replace(one, environment__load_average=99.0) for one in BOTH[:crowded]] + BOTH[crowded:]
    (here,) = measured.group_by_machine(made, "networkx", {})
    assert asked(made)["How sure?"].startswith(answer)
    assert summary.section(here).blocks[0].text.endswith(" Measured on a busy machine.") is lead


def test_a_busy_machine_is_said_where_nothing_is_compared():
    alone = asked([gpu(environment__load_average=99.0)])
    assert alone["How sure?"] == "All 1 task ran on a busy machine, so times and ratios may be off."


def test_means_of_a_machine_without_a_gpu_do_not_count_engines_that_never_ran():
    away = gpu(outcome=Outcome.UNAVAILABLE, phases=Phases(), environment=None, certificate=None)
    (here,) = measured.group_by_machine([*BOTH[:2], away], "networkx", {})
    assert means.on_cpus_only(here)
