"""Means of ratios: of like with like, of one kind of graphs, each graph once, and worded as a single ratio is."""

import re

import pytest

from graphbench import reporting
from graphbench.records.comparison import compare
from graphbench.records.model import PREDICTED, Censored, Outcome, Phases, Reading, Trials
from graphbench.reporting import measured, report, speeds, suites
from graphbench.reporting.document import AllRecords, Cards, Chart, Fold, Table
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.sections import phases, quality, summary
from graphbench.reporting.wording import kind_of
from helpers.records import pagerank, record, replace


def of(records):
    (here,) = measured.group_by_machine(records, "networkx", {})
    return summary.section(here)


def tables(blocks):
    for block in blocks:
        if isinstance(block, Table | Cards):
            yield getattr(block, "table", block)
        elif isinstance(block, Fold):
            yield from tables(block.blocks)


def on(graph, engine, seconds, device="cpu", **changes):
    made = record(engine, seconds, id=f"{engine}-{graph}", device=device)
    made = replace(made, task__dataset=graph, dataset__name=graph, **changes)
    return replace(made, dataset__digest=graph, posed__digest=graph)


ABSENT = {"phases": Phases(), "certificate": None, "answer": {}, "environment": None}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"outcome": Outcome.UNSUPPORTED, **ABSENT}, "no CPU engine that was asked has it"),
        ({"outcome": Outcome.UNAVAILABLE, **ABSENT}, "no CPU engine ran here"),
        ({"outcome": Outcome.ERROR, "phases": Phases()}, "no CPU engine completed it"),
        ({"certificate": None}, "no pair is alike"),
    ],
)
def test_a_problem_without_a_ratio_says_why(changes, why):
    made = [record("networkx"), record("cugraph", 0.1, device="gpu")]
    made += [pagerank("cugraph", 0.1, device="gpu"), pagerank("networkx", **changes)]
    assert f"No ratio for pagerank: {why}." in of(made).blocks[-3].text


def test_among_cpu_engines_a_problem_without_a_ratio_is_one_that_the_baseline_has_not():
    lost = pagerank("networkx", outcome=Outcome.ERROR, phases=Phases())
    made = [record("networkx"), record("igraph", 0.1), pagerank("igraph", 0.1), pagerank("scipy", 0.2), lost]
    assert "No ratio for pagerank: networkx has no answer." in of(made).blocks[-3].text


def test_twins_are_averaged_apart_and_give_way_to_their_originals():
    graphs = {"A": 2.0, "B": 8.0, "twin:a": 1e3, "twin:C": 16.0, "twin:D,seed=1": 64.0, "ba:n=9,m=2": 5.0}
    made = [one for graph, ratio in graphs.items() for one in (on(graph, "networkx", ratio), on(graph, "igraph", 1.0))]
    answer = of(made)
    assert answer.blocks[0].text.startswith("On 2 real graphs, already built, a warm call of igraph is 4.00× as fast")  # noqa: RUF001
    ratios = {
        row[table.heads.index("graphs")]: row[1]
        for table in tables(answer.blocks)
        for row in table.rows
        if "graphs" in table.heads
    }
    assert ratios == {
        "2 real": "4.00× (2 graphs: 2.00 to 8.00)", "1 generated": "5.00× (95 % interval: 4.88 to 5.12)",  # noqa: RUF001
        "2 synthetic twins": "32.0× (2 graphs: 16.0 to 64.0)",  # noqa: RUF001
    }  # fmt: skip
    text = suites.summary(made, compare(made))
    assert re.search(r"of 2 cases on real graphs that all completed +4\.00× / ", text)  # noqa: RUF001
    assert re.search(r"of 2 cases on synthetic twins that all completed +32\.0× / ", text)  # noqa: RUF001
    assert "1,000×" in text  # noqa: RUF001 - shown, and in no mean


def test_a_twin_counts_where_its_original_has_no_ratio():
    lost = on("A", "networkx", 1.0, outcome=Outcome.ERROR, phases=Phases())
    made = [lost, on("A", "igraph", 1.0), on("twin:A", "networkx", 3.0), on("twin:A", "igraph", 1.0)]
    (twin,) = [row for table in tables(of(made).blocks) for row in table.rows if "1 synthetic twin" in row]
    assert twin[1] == "3.00× (95 % interval: 2.93 to 3.07)"  # noqa: RUF001


def test_the_summary_words_one_ratio_as_the_answer_to_a_problem_does():
    noisy = [
        replace(record(name), phases__call_s=[1.0, 1.3, 0.8, 1.1, 0.7, 1.2, 0.9]) for name in ("networkx", "igraph")
    ]
    sentences = reporting.render(noisy, compare(noisy)).partition("\n\n")[0]
    (ends,) = re.findall(r"No difference found .* \((.* to .*)\);", sentences)
    said = f"a warm call of igraph is not found to differ from networkx (95 % interval {ends}×)"  # noqa: RUF001
    assert said in of(noisy).blocks[0].text


def test_each_mean_names_its_graphs_once_where_they_are_not_the_same():
    both = [one for graph in "AB" for one in (on(graph, "igraph", 1.0), on(graph, "cugraph", 0.5, device="gpu"))]
    answer = of([on("A", "networkx", 4.0), *both]).blocks[0].text
    assert answer.startswith(
        "On a graph that is already built, a warm call of cugraph is 2.00\u00d7 as fast as the best CPU library, "
        "igraph (geometric mean of 2 cases on 2 real graphs, 2.00 to 2.00\u00d7). It is 8.00\u00d7 as fast as networkx "
    )
    assert "It is 8.00\u00d7 as fast as networkx (1 case on 1 real graph, " in answer
    answer = of([on("A", "networkx", 4.0), on("B", "networkx", 4.0), *both]).blocks[0].text
    assert answer.startswith("On 2 real graphs, already built, a warm call of cugraph is ")
    assert "(mean of 2 cases, " in answer
    lost = on("B", "igraph", 1.0, outcome=Outcome.ERROR, phases=Phases())
    answer = of([on("A", "networkx", 4.0), *both[:2], lost, both[3]]).blocks[0].text
    assert answer.startswith("On 1 real graph, already built, a warm call of cugraph is ")


def test_cases_below_a_millisecond_on_both_sides_enter_no_mean_and_are_counted():
    short = [on("B", "networkx", 9e-4), on("B", "igraph", 1e-6)]
    answer = of([on("A", "networkx", 4.0), on("A", "igraph", 1.0), *short]).blocks
    assert "igraph is 4.00× as fast as networkx (1 case, " in answer[0].text  # noqa: RUF001
    assert "1 case in which the calls of both sides take less than a millisecond" in answer[3].text
    assert "No mean includes 1 case in which" in suites.summary(short, compare(short))
    alone = of(short).blocks[0].text
    assert alone.startswith("On 1 real graph, igraph has no ratio: 1 case in which the calls of both sides take less")


def test_a_users_own_graph_is_no_real_graph():
    own = {"dataset__reading": Reading(format="table"), "dataset__source": "a.csv"}
    made = [on("a.csv", "networkx", 4.0, **own), on("a.csv", "igraph", 1.0, **own)]
    assert of(made).blocks[0].text.startswith("On 1 file, already built, a warm call of igraph is 4.00× as fast")  # noqa: RUF001
    assert kind_of("graph", replace(made[0], dataset__source="pandas.DataFrame in memory").dataset) == "graph object"


def test_ratios_of_first_calls_and_bounds_enter_no_mean_of_warm_calls():
    first = on("A", "networkx", 900.0, phases__first_s=990.0)
    first = replace(first, trials__stopped="first_only", phases__call_s=[990.0])
    stopped = replace(on("B", "networkx", 1.0), outcome=Outcome.TIMEOUT, censored=Censored("first", 600.0))
    made = [
        first, on("A", "igraph", 1.0),
        replace(stopped, phases__call_s=[], phases__first_s=None, trials=Trials()), on("B", "igraph", 1.0),
        on("C", "networkx", 4.0), on("C", "igraph", 1.0),
    ]  # fmt: skip
    answer = of(made)
    assert "4.00× as fast as networkx (1 case on 1 real graph, 95 % interval 3.9" in answer.blocks[0].text  # noqa: RUF001
    (headlines,) = [table for table in tables(answer.blocks) if "verdicts vs networkx" in table.heads]
    row = dict(zip(headlines.heads, headlines.rows[0], strict=True))
    assert row["warm call vs networkx"].startswith("4.00× (95 % interval: 3.9")  # noqa: RUF001
    assert row["verdicts vs networkx"] == "2 like, 1 undecided"
    row = next(tables(of(made[:2]).blocks)).rows[0]
    assert row[1] == "900× (first calls)"  # noqa: RUF001 - where there is no warm one


def test_superseded_records_are_shown_with_a_mark_and_no_ratio_even_if_stale_ones_are_kept():
    made = [record("networkx", superseded=True), record("igraph", 0.1, superseded=True)]
    text = to_markdown(report.build(made, stale={}), charts="charts")
    assert text.count("measured before the rules of measurement changed, so there are times and no ratios") == 1
    assert "earlier rules" not in text, "said once"
    assert "10.0×" not in text  # noqa: RUF001
    text = to_markdown(report.build([*made, record("scipy")], stale={}), charts="charts")
    assert "igraph (earlier rules)" in text
    assert "2 records marked 'earlier rules'" in text


def test_a_report_shows_an_engine_at_its_best_number_of_threads():
    def at(threads, seconds):
        made = record("networkit", seconds, id=f"t{threads}")
        return replace(made, task__params=made.task.params | {"threads": threads}, environment__threads=threads)

    made = [record("networkx", 9.0), at(1, 2.0), at(8, 1.0)]
    (here,) = measured.group_by_machine(made, "networkx", {})
    assert {case.record.id: case.label for case in here.cases} == {"networkx-1": "networkx", "t8": "networkit"}
    assert here.slower_threads == {"t1"}
    assert any(
        "quicker at another number of threads" in block.data
        for block in report.build(made).parts[-1].sections[0].blocks
        if isinstance(block, AllRecords)
    )


def test_a_baseline_that_was_predicted_to_time_out_is_not_replaced():
    predicted = record("networkx", outcome=Outcome.TIMEOUT, reason=f"{PREDICTED}600 s", phases=Phases())
    assert compare([predicted, record("igraph"), record("networkit")]) == []


def test_a_report_on_cpu_engines_leads_with_the_fastest_and_not_the_first_by_alphabet():
    made = [on(graph, engine, seconds) for graph in "AB" for engine, seconds in
            (("networkx", 9.0), ("graphblas", 3.0), ("igraph", 2.0), ("networkit", 1.0))]  # fmt: skip
    assert "a warm call of networkit is 9.00× as fast as networkx" in of(made).blocks[0].text  # noqa: RUF001
    made.append(on("B", "scipy", 0.5))
    made += [on("C", "networkx", 9.0), on("C", "networkit", 1.0)]
    assert "a warm call of networkit, the fastest in 2 of 3 cases, is 9.00×" in of(made).blocks[0].text  # noqa: RUF001


def test_a_mean_of_faster_and_slower_cases_says_so_and_has_no_colour():
    made = [on(graph, engine, seconds) for graph, base in (("A", 4.0), ("B", 0.5), ("C", 3.0))
            for engine, seconds in (("networkx", base), ("igraph", 1.0))]  # fmt: skip
    answer = of(made)
    said = "(geometric mean of 3 cases, 0.500 to 4.00×). It is faster in 2 and slower in 1 of them."  # noqa: RUF001
    assert said in answer.blocks[0].text
    (table,) = tables(answer.blocks)
    assert table.tones[0][1] == ""
    assert next(tables(of([one for one in made if one.task.dataset != "B"]).blocks)).tones[0][1] == "good"


def test_the_answer_and_the_cards_have_the_same_numbers():
    ratios = {"A": 0.25, "B": 0.5}
    slower = [
        one for graph, ratio in ratios.items() for one in (on(graph, "networkx", ratio), on(graph, "igraph", 1.0))
    ]
    answer = of(slower)
    said = "0.354× as fast as networkx (geometric mean of 2 cases, 0.250 to 0.500×)."  # noqa: RUF001
    assert said in answer.blocks[0].text
    (table,) = tables(answer.blocks)
    assert table.rows[0][1] == "0.354× (2 graphs: 0.250 to 0.500)"  # noqa: RUF001


def test_the_answer_is_how_fast_where_the_time_goes_and_whether_the_answers_are_right():
    made = [
        replace(on(graph, engine, seconds), phases__start_s=start, phases__read_s=0.0, phases__build_s=0.0,
                phases__first_s=1.0, phases__collect_s=0.0)
        for graph in "AB" for engine, seconds, start in (("networkx", 2.0, 1.0), ("igraph", 1.0, 3.0))
    ]  # fmt: skip
    calls, scripts, answers = (block.text for block in of(made).blocks[:3])
    assert calls.startswith("On 2 real graphs, already built, a warm call of igraph is 2.00× as fast as networkx (")  # noqa: RUF001
    assert scripts == (
        "A whole script, with one call, is 0.500× as fast as networkx (mean of 2 cases, 0.500 to 0.500×): it takes "  # noqa: RUF001
        "2.00× as long. It takes 4.00 s in the median case: 75 % start and 25 % first call."  # noqa: RUF001
    )
    assert answers == (
        "All 4 answers are certified, independently of every engine. Both ratios compare like with like."
    )


def test_wins_are_those_on_the_graphs_of_the_answer():
    made = [on(graph, engine, seconds) for graph in ("A", "ba:n=9,m=2", "ba:n=99,m=2") for engine, seconds in
            (("networkx", 9.0), ("igraph", 1.0), ("scipy", 2.0))]  # fmt: skip
    made += [on("B", "networkx", 9.0), on("B", "igraph", 2.0), on("B", "scipy", 1.0)]
    assert " of igraph, the fastest in 1 of 2 cases, is " in of(made).blocks[0].text


def test_a_mean_of_some_problems_says_of_how_many():
    first = replace(pagerank("networkx", 9.0), id="p-networkx", trials__stopped="first_only")
    made = [record("networkx", 4.0), record("igraph"), first, replace(pagerank("igraph", 1.0), id="p-igraph")]
    (table,) = tables(of(made).blocks)
    every = dict(zip(table.heads, table.rows[0], strict=True))
    assert every["igraph on"] == "all 2 problems"
    assert every["warm call vs networkx"].startswith("4.00× (1 of 2 problems; 95 % interval: ")  # noqa: RUF001
    assert "problems" not in every["first answer vs networkx"]


def test_a_ratio_whose_interval_holds_1_says_that_no_difference_was_found():
    noisy = [
        replace(record(name), phases__call_s=[1.0, 1.3, 0.8, 1.1, 0.7, 1.2, 0.9]) for name in ("networkx", "igraph")
    ]
    (comparison,) = compare(noisy)
    assert re.fullmatch(r" \([\d.]+ to [\d.]+\) no difference found", speeds.tail(comparison, "ratio_call"))
    (cell,) = [row[1] for table in tables(of(noisy).blocks) for row in table.rows]
    assert re.fullmatch(r"1\.00× \(95 % interval: [\d.]+ to [\d.]+; no difference found\)", cell)  # noqa: RUF001


def test_a_first_call_is_drawn_hollow_wherever_calls_are_drawn():
    first = replace(record("igraph", 900.0, quality="modularity"), trials__stopped="first_only", phases__first_s=990.0)
    given = [record("networkx", quality="modularity"), first]
    given = [replace(one, trials__quality=[0.8] * len(one.phases.call_s)) for one in given]
    (here,) = measured.group_by_machine(given, "networkx", {})
    (chart,) = (block for block in quality.section(here).blocks if isinstance(block, Chart))
    looks = {mark.tip.split()[0]: mark.look for mark in chart.panels[0].marks}
    assert looks == {"networkx": "solid", "igraph": "hollow"}
    assert [key.look for key in chart.key][-1] == "hollow"
    (chart,) = (block for block in phases.section(here).blocks if isinstance(block, Chart))
    (panel,) = chart.panels
    assert [row.words.endswith("no warm call") for row in panel.rows if row.label == "igraph"] == [True]
    assert not any(mark.tip.startswith("igraph one warm call") for mark in panel.marks)


def test_stale_records_are_counted_at_the_top():
    made = report.build([record("networkx"), record("igraph")], stale={"igraph-1": "igraph was at revision 1"})
    assert "1 record without ratios: their engines have changed since" in made.facts
