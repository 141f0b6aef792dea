"""Means of ratios: of like with like, of one kind of graphs, each graph once, and worded as a single ratio is."""

import re

from graphbench import reporting
from graphbench.records.comparison import compare
from graphbench.records.model import PREDICTED, Censored, Outcome, Phases, Trials
from graphbench.reporting import measured, report, suites
from graphbench.reporting.document import Fold, Table, Text
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.sections import summary
from helpers.records import record, replace


def of(records):
    (here,) = measured.group_by_machine(records, "networkx", {})
    return summary.section(here, "")


def tables(blocks):
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Fold):
            yield from tables(block.blocks)


def on(graph, engine, seconds, **changes):
    made = replace(record(engine, seconds, id=f"{engine}-{graph}"), task__dataset=graph, dataset__name=graph, **changes)
    return replace(made, dataset__digest=graph, posed__digest=graph)


def test_twins_are_averaged_apart_and_give_way_to_their_originals():
    graphs = {"A": 2.0, "B": 8.0, "twin:A": 1e3, "twin:C": 16.0, "twin:D,seed=1": 64.0, "ba:n=9,m=2": 5.0}
    made = [one for graph, ratio in graphs.items() for one in (on(graph, "networkx", ratio), on(graph, "igraph", 1.0))]
    answer = of(made)
    sentences = [block.text for block in answer.blocks if isinstance(block, Text) and block.strong]
    assert [text.partition(" faster")[0] for text in sentences] == [
        "igraph on 2 real graphs against networkx: warm call 4.00×",  # noqa: RUF001
        "igraph on 1 generated graph against networkx: warm call 5.00×",  # noqa: RUF001
        "igraph on 2 synthetic twins against networkx: warm call 32.0×",  # noqa: RUF001
    ]
    headlines = next(
        table for table in tables(answer.blocks) if table.heads[0] == "igraph on" and "graphs" in table.heads
    )
    assert [row[1] for row in headlines.rows] == ["2 real graphs", "1 generated graph", "2 synthetic twins"]
    text = suites.summary(made, compare(made))
    assert re.search(r"of 2 real graphs that all completed +4\.00× / ", text)  # noqa: RUF001
    assert re.search(r"of 2 synthetic twins that all completed +32\.0× / ", text)  # noqa: RUF001
    assert "1,000×" in text  # noqa: RUF001 - shown, and in no mean


def test_a_twin_counts_where_its_original_has_no_ratio():
    lost = on("A", "networkx", 1.0, outcome=Outcome.ERROR, phases=Phases())
    made = [lost, on("A", "igraph", 1.0), on("twin:A", "networkx", 3.0), on("twin:A", "igraph", 1.0)]
    assert "on 1 synthetic twin against networkx: warm call 3.00×" in of(made).blocks[1].text  # noqa: RUF001


def test_the_summary_words_one_ratio_as_the_answer_to_a_problem_does():
    noisy = [
        replace(record(name), phases__call_s=[1.0, 1.3, 0.8, 1.1, 0.7, 1.2, 0.9]) for name in ("networkx", "igraph")
    ]
    sentences = reporting.render(noisy, compare(noisy)).partition("\n\n")[0]
    (ends,) = re.findall(r"No difference found .* (\(.* to .*\));", sentences)
    assert f"warm call no difference found {ends}" in of(noisy).blocks[0].text


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
    assert "warm call 4.00× faster (" in answer.blocks[0].text  # noqa: RUF001
    assert "first call 900× faster" in answer.blocks[0].text  # noqa: RUF001
    (headlines,) = [table for table in tables(answer.blocks) if "verdicts" in table.heads]
    row = dict(zip(headlines.heads, headlines.rows[0], strict=True))
    assert (row["first call vs networkx"], row["verdicts"]) == ("900×", "2 like, 1 undecided")  # noqa: RUF001


def test_superseded_records_are_shown_with_a_mark_and_no_ratio_even_if_stale_ones_are_kept():
    made = [record("networkx", superseded=True), record("igraph", 0.1, superseded=True)]
    text = to_markdown(report.build(made, stale={}), charts="charts")
    assert "igraph (earlier rules)" in text
    assert "2 records marked 'earlier rules'" in text
    assert "10.0×" not in text  # noqa: RUF001


def test_a_report_shows_an_engine_at_its_best_number_of_threads():
    def at(threads, seconds):
        made = record("networkit", seconds, id=f"t{threads}")
        return replace(made, task__params=made.task.params | {"threads": threads}, environment__threads=threads)

    made = [record("networkx", 9.0), at(1, 2.0), at(8, 1.0)]
    (here,) = measured.group_by_machine(made, "networkx", {})
    assert {case.record.id: case.label for case in here.cases} == {"networkx-1": "networkx", "t8": "networkit"}
    assert here.slower_threads == {"t1"}
    assert "quicker at another number of threads" in report.build(made).rows


def test_a_baseline_that_was_predicted_to_time_out_is_not_replaced():
    predicted = record("networkx", outcome=Outcome.TIMEOUT, reason=f"{PREDICTED}600 s", phases=Phases())
    assert compare([predicted, record("igraph"), record("networkit")]) == []
