"""What people and programs get to see: golden files of every form, and what must hold of any record.

After a change that is meant, `GRAPHBENCH_GOLDEN=write pytest tests/test_reporting.py` writes the golden files anew:
read the difference before committing it.
"""

# ruff: noqa: RUF001 - the signs for multiplication and for nothing are what is tested

import csv
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from graphbench import reporting
from graphbench.errors import UsageError
from graphbench.records.comparison import Comparison, compare
from graphbench.records.model import (
    Agreement,
    Censored,
    Certificate,
    CpuTimes,
    Memory,
    Outcome,
    Phases,
    Record,
    Task,
    Trials,
)
from graphbench.reporting import markdown, numbers
from graphbench.reporting.charts.marks import Axis
from graphbench.reporting.document import Bullets, Chart, Column, Section, Table, Text
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.result_table import problem_tables
from graphbench.reporting.suites import summary
from graphbench.reporting.terminal import layout, split
from graphbench.reporting.wording import peak_note, twin_note
from graphbench.system.text import format_bytes, three
from helpers.records import DBLP, H100, HERE, bfs, record, replace

GOLDEN = Path(__file__).parent / "golden"


def gallery():
    """One of everything: GPU and CPU engines, a range, a worse answer, failures, a bound, a wrong answer."""
    on_gpu = replace(HERE, gpus=[H100], allocator="default", engine_version="26.10")
    device = Memory(host_peak_bytes=2 << 30, device_peak_bytes=700 << 20)
    nothing = {"phases": Phases(), "trials": Trials(), "memory": Memory(), "answer": {}, "certificate": None}
    worse = Trials(seeds=list(range(20)), quality=[0.71 + i * 1e-3 for i in range(20)])
    converted = record("nx-cugraph", 0.0034, n=3, device="gpu", environment=on_gpu, memory=device)
    wrong = Certificate(valid=False, detail="vertex 7 is wrong")
    stopped = Phases(start_s=0.1, read_s=0.2, build_s=3.0)
    return [
        record("cugraph", 0.0024, n=20, device="gpu", environment=on_gpu, memory=device),
        replace(converted, phases__build_steps_s={"graph": 0.0002, "conversion": 0.00014}),
        replace(record("networkit", 0.081, n=20), environment__threads=8),
        record("igraph", 0.21, n=20, trials=worse),
        record("networkx", 27.3, n=3, warnings=["the first trial took 3 times as long as the others"]),
        record("rustworkx", outcome=Outcome.ERROR, reason="ValueError in first: too big.", **nothing),
        record("graph-tool", outcome=Outcome.UNAVAILABLE, reason="not installed.", environment=None, **nothing),
        bfs("igraph", 1e-4),
        bfs("networkit", outcome=Outcome.INVALID, reason="vertex 7 is wrong", certificate=wrong),
        bfs("networkx", outcome=Outcome.TIMEOUT, censored=Censored("first", 600.0), reason="stopped after 600 s.",
            phases=stopped, trials=Trials(), answer={}, certificate=None),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    records = gallery()
    return records, compare(records)


FORMS = {
    "piped.txt": {},
    "ascii.txt": {"ascii_only": True},
    "report.md": {"format": "markdown"},
    "records.csv": {"format": "csv"},
    "comparisons.json": {"format": "json"},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_format_matches_its_golden_file(shown, name):
    text = reporting.render(*shown, **FORMS[name])
    if name.endswith(".json"):  # the records are the store's own affair
        text = json.dumps(json.loads(text)["comparisons"], indent=1) + "\n"
    path = GOLDEN / name
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_html_matches_its_golden_file_and_is_well_formed(shown):
    page = reporting.html_table(*shown)
    path = GOLDEN / "table.html"
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")

    class Balanced(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open_tags = []

        def handle_starttag(self, tag, attrs):
            if tag != "br":
                self.open_tags.append(tag)

        def handle_endtag(self, tag):
            assert self.open_tags.pop() == tag

    parser = Balanced()
    parser.feed(page)
    assert parser.open_tags == []


# Tables


def texts(problem):
    """The cells of each column of a table, by its title."""
    table = problem.table
    columns = zip(*table.rows, strict=True)
    return {head.replace("\n", " "): list(column) for head, column in zip(table.heads, columns, strict=True)}


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160, 250])
def test_no_line_is_wider_than_the_terminal_and_no_cell_is_cut(shown, width):
    text = reporting.render(*shown, width=width, details=True)
    assert max(map(cell_len, text.splitlines())) <= width
    for problem in problem_tables(*shown, details=True):
        for row in problem.table.rows:
            for cell in row:
                assert all(part in text for part in cell.split())


def test_a_cell_is_never_cut_in_a_narrow_terminal(shown):
    text = reporting.render(*shown, width=30)
    assert "nx-cugraph" in text
    assert "11,000 to 11,700×" in text


def columns(blocks):
    return [[" ".join(column.title.split()) for column in block.columns] for block in blocks]


def test_a_narrow_terminal_breaks_before_brackets_then_leaves_out_what_is_useful_and_says_so(shown):
    table = problem_tables(*shown)[0].table
    whole = ["engine", "warm call", "vs networkx", "whole script", "modularity", "verdict"]
    assert [len(columns(layout(table, width, details=False)[0])) for width in (80, 60)] == [1, 1]
    (at_80,), missing = layout(table, 80, details=False)
    assert (columns([at_80]), missing) == ([whole], [])
    (at_70,), missing = layout(table, 75, details=False)
    assert (columns([at_70]), missing) == ([whole], [])
    assert "cugraph\n(default)" in at_70.rows[0]
    (at_60,), missing = layout(table, 60, details=False)
    assert (columns([at_60]), missing) == ([[*whole[:4], "verdict"]], ["modularity"])
    assert "not shown in 60 columns: modularity (--details)" in reporting.render(*shown, width=60)


def test_a_wide_terminal_shows_details_and_a_narrow_one_on_request(shown):
    for text in (reporting.render(*shown, width=160), reporting.render(*shown, width=80, details=True)):
        assert re.search("start +read +build +first +collect", text)
    assert "build" not in reporting.render(*shown, width=159).partition("graph:")[0]
    blocks = split(problem_tables(*shown, details=True)[0].table.merged(), 80)
    assert len(blocks) > 1
    assert all(block.columns[0].title == "engine" for block in blocks)


def test_a_piped_table_has_one_line_for_each_engine(shown):
    lines = reporting.render(*shown).splitlines()
    (line,) = [line for line in lines if line.startswith("networkit ") and " like" in line]
    assert re.split(r"\s{2,}", line) == ["networkit", "81.0 ms", "327 to 347×", "53.1×", "0.8310", "like"]


def test_start_is_part_of_a_whole_script_and_not_of_a_first_answer(shown):
    (problem, _) = problem_tables(*shown, details=True)
    columns = texts(problem)
    assert (columns["start"][0], columns["first answer, time"][0], columns["whole script, time"][0]) == (
        "500 ms", "32.9 ms", "533 ms",
    )  # fmt: skip
    assert "whole script: start + first answer, garbage collector off" in problem.legend()


def test_a_build_with_the_garbage_collector_on_is_shown_beside_the_one_without():
    built = replace(record(), phases__build_s=1.4, phases__build_gc_s=2.9)
    (problem,) = problem_tables([built, record("igraph")], [])
    assert "networkx builds in 2.90 s with the garbage collector on, as in most scripts; 1.40 s with it off." in (
        problem.notes
    )


def test_phases_memory_and_cpu_seconds_are_details(shown):
    plain, detailed = (texts(problem_tables(*shown, details=details)[0]) for details in (False, True))
    assert list(plain) == ["engine", "warm call", "vs networkx", "whole script", "modularity", "verdict"]
    assert {"start", "collect", "host peak", "device peak"} < set(detailed)
    used = record("igraph", cpu=CpuTimes(call_s=[0.5, 0.7, 0.6]))
    assert texts(problem_tables([used], [], details=True)[0])["CPU, of a warm call"] == ["600 ms"]


def test_an_engine_is_shown_at_its_best_numbers_of_threads_and_with_details_at_all():
    def at(threads, seconds, build):
        task = record("networkit").task
        made = record(
            "networkit", seconds, id=f"t{threads}", task=replace(task, params=task.params | {"threads": threads})
        )
        return replace(made, phases__build_s=build, environment__threads=threads)

    made = [record("networkx", 9.0), at(1, 2.0, 0.1), at(4, 1.5, 5.0), at(8, 1.0, 9.0)]
    compared = compare(made)
    shown, all_ = (problem_tables(made, compared, details=details)[0] for details in (False, True))
    assert texts(shown)["engine"] == ["networkit (threads 8)", "networkit (threads 1)", "networkx"]
    assert len(texts(all_)["engine"]) == 4
    assert shown.answer[0].startswith("networkit (8 threads) is 9.00× faster than networkx")
    best_of_both = [record("networkx", 9.0), at(1, 2.0, 0.1), at(8, 1.0, 0.1)]
    (only,) = problem_tables(best_of_both, compare(best_of_both))
    assert texts(only)["engine"] == ["networkit (threads 8)", "networkx"]


def test_failed_engines_have_a_row_and_a_reason_below(shown):
    problem = problem_tables(*shown)[0]
    assert texts(problem)["engine"][-1] == "rustworkx"
    assert texts(problem)["warm call"][-1] == "error"
    assert "rustworkx, error: ValueError in first: too big." in problem.notes


def test_an_engine_that_never_ran_has_a_note_and_no_row(shown):
    problem = problem_tables(*shown)[0]
    assert "graph-tool" not in texts(problem)["engine"]
    assert "unavailable: graph-tool: not installed. `graphbench doctor` says how to install it." in problem.notes


def test_a_note_is_given_once_whatever_engines_it_is_about(shown):
    problem = problem_tables(*shown)[0]
    assert len(set(problem.notes)) == len(problem.notes)
    (few,) = [note for note in problem.notes if note.startswith("few trials")]
    assert "likewise nx-cugraph" in few
    assert sum("--trials 10" in note for note in problem.notes) == 1


def test_reasons_of_verdicts_come_before_notes(shown):
    kinds = [note.partition(":")[0] for note in problem_tables(*shown)[0].notes]
    assert kinds.index("unlike, quality") < kinds.index("few trials")


def test_counts_name_their_unit(shown):
    (graph, *_) = problem_tables(*shown)[0].facts
    assert "977,676 edges (1,955,352 entries in both directions)" in graph


def test_cleaning_is_reported():
    dirty = replace(DBLP, loops_dropped=3, duplicates_merged=65, num_isolated=266)
    (graph, *_) = problem_tables([record(dataset=dirty)], [])[0].facts
    assert "266 isolated" in graph
    assert "3 loops dropped and 65 duplicates merged" in graph


def test_machines_and_parameters_are_not_mixed_in_one_table():
    there = replace(record("igraph", id="there"), environment__machine="m2")
    other = replace(record("igraph", id="other"), task__params={"resolution": 2.0, "threshold": 1e-7})
    assert len(problem_tables([record(), there, other], [])) == 3


def test_two_records_of_one_engine_have_labels():
    one, two = (
        record("cugraph", id=name, device="gpu", environment=replace(HERE, allocator=name),
               task=msgspec.structs.replace(record("cugraph").task, params={"resolution": 1.0, "allocator": name}))
        for name in ("default", "async")
    )  # fmt: skip
    assert texts(problem_tables([one, two], [])[0])["engine"] == ["cugraph (default)", "cugraph (async)"]


def test_no_record_and_a_single_failure_can_be_shown():
    assert reporting.render([], []) == ""
    assert reporting.render([], [], "markdown") == ""
    assert json.loads(reporting.render([], [], "json")) == {"records": [], "comparisons": []}
    bare = Record(id="x", measured_at="", task=record().task, outcome=Outcome.UNAVAILABLE)
    for form in reporting.FORMATS:
        assert "unavailable" in reporting.render([bare], compare([bare]), form)


def test_names_cannot_inject_terminal_codes_or_markup():
    nasty = "<script>alert(1)</script>|`x`\x1b[2J\n**@everyone** #1 [red]"
    bad = record("igraph", outcome=Outcome.ERROR, reason=nasty, phases=Phases(), answer={})
    bad = replace(bad, task=msgspec.structs.replace(bad.task, dataset=nasty))
    for width in (None, 80):
        text = reporting.render([bad], compare([bad]), width=width)
        assert "\x1b" not in text
        assert "<script>" in text  # no markup to a terminal: shown as it is
        assert "[red]" in text
    assert "<script>" not in reporting.html_table([bad], [])
    markdown = reporting.render([bad], [], "markdown")
    assert "<script>" not in markdown
    assert "@everyone" not in markdown
    assert "#1" not in markdown


def test_an_unknown_format_is_refused_by_name():
    with pytest.raises(UsageError, match=r"'yaml'.*table, json, csv, markdown"):
        reporting.render([], [], "yaml")


# Streams


class Stream(io.TextIOWrapper):
    def __init__(self, encoding, terminal):
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def text(self):
        return self.buffer.getvalue().decode(self.encoding)


def show(records, *, encoding="utf-8", terminal=False, form="table"):
    stream = Stream(encoding, terminal)
    reporting.show(records, compare(records), form, stream)
    return stream.text()


def test_a_pipe_gets_plain_unwrapped_text(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert show(gallery()) == reporting.render(gallery(), compare(gallery()))


def test_a_terminal_gets_colours_unless_they_are_declined(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in show(gallery(), terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = show(gallery(), terminal=True)
    assert plain == reporting.render(gallery(), compare(gallery()), width=100)


@pytest.mark.parametrize("form", reporting.FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_with_a_limited_encoding_gets_an_ascii_table(encoding, form):
    records = [*gallery(), replace(record(), dataset__name="näive", task__dataset="日本")]
    text = show(records, encoding=encoding, form=form)
    assert "igraph" in text
    if form == "json":
        assert json.loads(text)["records"][-1]["task"]["dataset"] == "日本"


# CSV and JSON


def test_csv_has_one_line_per_record_and_flat_columns_with_units(shown):
    records, comparisons = shown
    rows = list(csv.DictReader(io.StringIO(reporting.render(records, comparisons, "csv"))))
    assert [row["engine"] for row in rows] == [each.task.engine for each in records]
    cugraph = rows[0]
    assert float(cugraph["call_median_s"]) == pytest.approx(0.0024)
    assert float(cugraph["ratio_call"]) == pytest.approx(27.3 / 0.0024)
    assert cugraph["best_cpu_engine"] == "networkit"
    assert rows[-1]["call_median_s"] == ""


def test_the_header_of_a_csv_does_not_depend_on_the_records(shown):
    assert reporting.render([], [], "csv") == reporting.render(*shown, "csv").splitlines(keepends=True)[0]


def test_json_survives_a_round_trip(shown):
    records, comparisons = shown
    found = json.loads(reporting.render(records, comparisons, "json"))
    assert msgspec.convert(found["records"], list[Record]) == records
    assert msgspec.convert(found["comparisons"], list[Comparison]) == comparisons


def test_json_has_the_fields_that_others_rely_on(shown):
    found = json.loads(reporting.render(*shown, "json"))
    comparison = {"algorithm", "dataset", "engine", "baseline", "ratio_call", "interval", "ratio_first_answer", "bound"}
    assert all(comparison | {"verdict", "reasons", "notes"} <= each.keys() for each in found["comparisons"])
    assert {"task", "outcome", "reason", "phases", "memory", "answer", "certificate"} <= found["records"][0].keys()


def test_json_has_no_nan_and_no_infinity():
    odd = record(answer={"modularity": float("nan"), "communities": 1})
    assert json.loads(reporting.render([odd], [], "json"), parse_constant=pytest.fail)["records"][0]["answer"] == {
        "modularity": None,
        "communities": 1,
    }


# The answer


def answer(records, baseline="networkx"):
    """The sentences above the table, in one line."""
    return reporting.render(records, compare(records, baseline)).partition("\n\n")[0].replace("\n", " ")


def test_the_answer_names_the_ratio_its_interval_and_quality_then_the_other_totals():
    assert re.fullmatch(
        r"networkit is 12\.3× faster than networkx on louvain \(1[12]\.\d to 12\.\d\); same quality\. "
        r"First answer 12\.\d× faster, whole script 8\.\d\d× faster, each timed once\.",
        answer([record("networkx", 12.3), record("networkit", 1.0)]),
    )
    both = [record("networkx", 12.3), record("networkit", 1.0)]
    rounds = [replace(one, phases__each_round=[one.phases] * 3) for one in both]
    assert answer(rounds).endswith(" faster, each taken from the middle one of 3 rounds.")
    assert answer([rounds[0], both[1]]).endswith(" faster, each timed once.")


def test_a_slower_engine_is_called_slower():
    line = answer([record("networkx", 1.0), record("igraph", 4.0)])
    match = re.match(r"igraph is 4\.00× slower than networkx on louvain \((\S+) to (\S+)\); same quality\. First", line)
    assert float(match[1]) <= 4 <= float(match[2])
    assert "Best CPU library: networkx." in line


def test_the_ratio_of_first_answers_comes_first_where_the_build_is_heavy():
    slow_build = replace(record("igraph", 0.1), phases__build_s=10.0)
    made = [record(), slow_build]
    line = answer(made)
    assert re.match(r"igraph is \S+× slower than networkx on louvain \(first answers\)", line)
    assert "warm call" not in line
    assert "Best CPU library: networkx" in line
    (problem,) = problem_tables(made, compare(made))
    assert re.fullmatch(r"0\.\d+×", texts(problem)["vs networkx"][0])
    assert texts(problem)[""][0] == "first answer"


NOISY = [1.0, 1.3, 0.8, 1.1, 0.7, 1.2, 0.9]


@pytest.mark.parametrize(
    ("networkx", "igraph", "words"),
    [
        (NOISY, NOISY, r"No difference found between igraph and networkx on louvain \(0\.\d+ to 1\.\d+\);"),
        ([2.0, 3.0], [1.0, 1.5], r"igraph is 1\.33 to 3\.00× faster than networkx on louvain \(range\);"),
        ([1.0, 1.5], [2.0, 3.0], r"igraph is 1\.33 to 3\.00× slower than networkx on louvain \(range\);"),
        ([1.0, 3.0], [2.0, 1.0], r"No difference found between \w+ and networkx on louvain \(range 0\.500 to 3\.00\);"),
    ],
)  # fmt: skip
def test_a_headline_obeys_the_interval_and_gives_the_range_where_there_is_none(networkx, igraph, words):
    made = [
        replace(record(name), phases__call_s=calls, phases__rebuilt_s=[])
        for name, calls in (("networkx", networkx), ("igraph", igraph))
    ]
    assert re.match(words, answer(made))


def test_a_cell_gives_only_the_range_where_there_is_no_interval():
    made = [replace(record(), phases__call_s=[2.0, 3.0]), replace(record("igraph"), phases__call_s=[1.0, 1.5])]
    (problem,) = problem_tables(made, compare(made))
    assert texts(problem)["vs networkx"] == ["1.33 to 3.00×", "1"]
    assert "a to b×: smallest to largest" in problem.legend()


def test_a_first_call_is_called_so_in_the_cells_and_in_the_sentence():
    alone = replace(record(n=1), trials__stopped="first_only", phases__first_s=3.0)
    made = [alone, record("igraph")]
    (problem,) = problem_tables(made, compare(made))
    assert [row[1:5] for row in problem.table.rows] == [
        ["1.00 s", "(first 1.10 s)", "2.73×", "first calls"],
        ["3.00 s", "(first call)", "1", ""],
    ]
    assert problem.answer[0].startswith("igraph is 2.73× faster than networkx on louvain (first calls)")
    turned = problem_tables(made, compare(made, "igraph"))[0]
    assert {row[1] + row[2] for row in turned.table.rows} == {"1.00 s(first 1.10 s)", "3.00 s(first call)"}


def test_a_time_that_leaves_work_out_is_marked_in_its_cell():
    lazy = replace(record("igraph", 0.01), phases__collect_s=0.3)
    reusing = replace(record("networkit", 0.01), phases__first_s=0.1, phases__rebuilt_s=[0.1] * 3)
    made = [record(), lazy, reusing]
    (problem,) = problem_tables(made, compare(made))
    asides = {row[0]: row[2] for row in problem.table.rows}
    assert asides == {"igraph": "(collect 300 ms)", "networkit": "(rebuilt 100 ms)", "networkx": ""}


def test_no_engine_whose_call_left_work_out_leads_the_answer():
    lazy = replace(record("lazy", 0.01), phases__collect_s=0.3)
    assert answer([record(), lazy, record("igraph", 0.5)]).startswith("igraph is 2.00× faster")


def test_after_an_interruption_the_answer_speaks_of_the_engines_that_were_asked():
    lacks = record("scipy", outcome=Outcome.UNSUPPORTED, phases=Phases(), certificate=None, answer={}, environment=None)
    assert answer([lacks]) == (
        "Nothing was measured: scipy does not have louvain; `graphbench show louvain` lists the engines that do."
    )


def test_without_the_baseline_the_answer_names_what_ratios_are_taken_against():
    assert answer([record("igraph", 2.0), record("networkit", 1.0)]).startswith("igraph is 2.00× slower than networkit")


def test_the_answer_on_one_engine_is_its_time():
    assert answer([record("igraph", 2.0)]) == "igraph takes 2.00 s for louvain (warm call); answer certified."


def test_a_superseded_record_is_shown_with_a_mark_and_no_ratio():
    made = [record(), record("igraph", 0.1, superseded=True)]
    (problem,) = problem_tables(made, compare(made))
    assert texts(problem)["engine"][0] == "igraph (earlier rules)"
    assert texts(problem)["vs networkx"] == ["–", "1"]
    assert problem.answer[0].startswith("No ratio: measured before something changed")


def test_the_answer_gives_bounds_as_bounds():
    stopped = {"outcome": Outcome.TIMEOUT, "censored": Censored("first", 600.0), "trials": Trials(), "answer": {}}
    times = Phases(read_s=0.1, build_s=0.1)
    lower = answer([record("networkx", phases=times, **stopped), record("igraph")])
    assert lower.startswith(
        "igraph is at least 545× faster than networkx on louvain (first calls); undecided: networkx"
    )
    assert "First answer at least " in lower
    upper = answer([record("networkx"), record("igraph", phases=times, **stopped)])
    assert upper.startswith("igraph is at least 545× slower than networkx on louvain (first calls); undecided: igraph")


def test_the_answer_gives_no_number_where_one_seed_does_not_know_the_quality():
    lower = record("networkit", 0.01, trials=Trials(seeds=[0] * 6, quality=[0.815] * 6))
    assert answer([record(), lower]) == (
        "No ratio of like with like on louvain: networkit against networkx is undecided (one seed)."
    )
    assert answer([record(), lower, record("igraph", 0.5)]).startswith("igraph is 2.00× faster than networkx")


def test_the_answer_gives_no_number_of_an_unlike_ratio():
    worse = record("igraph", 0.01, trials=Trials(seeds=[0, 1], quality=[0.5, 0.5]))
    assert answer([record(), worse]) == (
        "No ratio of like with like on louvain: igraph against networkx is unlike (quality)."
    )
    fair = answer([record(), worse, record("networkit", 0.5)])
    assert fair.startswith("networkit is 2.00× faster than networkx")


def test_the_best_cpu_engines_by_warm_call_and_first_answer_have_separate_columns_and_both_are_named():
    gpu = record("cugraph", 0.3, device="gpu")
    on_run = replace(record("igraph", 0.4), phases__build_s=7.0)
    whole = replace(record("scipy", 0.5), phases__build_s=0.001)
    made = [gpu, on_run, whole, record("networkx", 20.0)]
    (problem,) = problem_tables(made, compare(made), details=True)
    cells = {title: column[0] for title, column in texts(problem).items()}
    assert "igraph" in cells["warm call vs best CPU"]
    assert "scipy" in cells["first answer vs best CPU"]
    assert "scipy" in cells["whole script vs best CPU"]
    assert "Against igraph, the best CPU library by warm call: warm call " in problem.answer[1]
    assert "Against scipy, the best by first answer and whole script: first answer " in problem.answer[1]
    table = list(csv.DictReader(io.StringIO(reporting.render(made, compare(made), "csv"))))
    assert (table[0]["best_cpu_engine"], table[0]["best_cpu_engine_first_answer"]) == ("igraph", "scipy")


def test_the_answer_names_the_best_cpu_engine_beside_the_baseline(shown):
    line = "Against networkit, the best CPU library: warm call 33.8× faster (33.4 to 34.1), first answer 3.87× faster, "
    assert line in problem_tables(*shown)[0].answer[1]


@pytest.mark.parametrize(
    ("quality", "words"),
    [(0.795, "same quality"), (0.9, "modularity 11 % higher"), (0.7, "is unlike (quality)")],
)
def test_the_answer_says_how_good_the_answers_are(quality, words):
    one, two = (Trials(seeds=[0, 1], quality=[each] * 2) for each in (0.8, quality))
    assert words in answer([record(trials=one), record("igraph", 0.1, trials=two)])


def test_the_answer_says_whether_the_answers_are_the_same():
    same = [Agreement(engine="networkx", kind="equivalent")]
    assert "the same answer up to renaming" in answer([bfs(), bfs("igraph", 0.1, agreement=same)])
    assert "both answers certified" in answer([bfs(), bfs("igraph", 0.1)])


def test_the_answer_names_the_engine_with_a_wrong_answer(shown):
    assert "Wrong answer from networkit." in problem_tables(*shown)[1].answer[1]


def test_where_one_engine_alone_can_run_there_is_nothing_to_compare():
    away = record("cugraph", outcome=Outcome.UNSUPPORTED, reason="no GPU", phases=Phases(), certificate=None, answer={})
    assert answer([record("igraph", 2.0), away]) == (
        "Nothing to compare, as only igraph ran louvain here. igraph takes 2.00 s for louvain (warm call); answer "
        "certified."
    )


def test_the_answer_says_why_there_is_no_ratio():
    failed = record("igraph", outcome=Outcome.ERROR, reason="x", phases=Phases(), answer={})
    assert answer([record(), failed]) == "No ratio: igraph failed (x)."


def test_what_several_engines_may_use_is_said_in_one_sentence():
    made = [record("networkx")]
    for name, threads in (("networkit", 2), ("igraph", 2), ("graphblas", 4)):
        made.append(replace(record(name, 0.1), environment__threads=threads))
    (problem,) = problem_tables(made, compare(made))
    (note,) = [note for note in problem.notes if note.startswith("threads: ")]
    said = "threads: networkit and igraph may use 2 threads, networkx 1; graphblas may use 4 threads, networkx 1. Pass "
    assert note.startswith(said)


def test_warnings_that_differ_only_in_their_numbers_share_a_line():
    uncertain = "the median is uncertain by ±{} % after {} trials (target ±5 %). Raise --budget."
    made = [
        record("networkx", warnings=[uncertain.format(31, 6)]),
        record("igraph", 0.1, warnings=[uncertain.format("17.5", 47), "the GPU was hot."]),
        record("networkit", 0.2, warnings=[uncertain.format("17.5", 47)]),
    ]
    (problem,) = problem_tables(made, compare(made))
    assert [note for note in problem.notes if "uncertain" in note or "hot" in note] == [
        f"networkx: {uncertain.format(31, 6)} Likewise igraph and networkit.",
        "igraph: the GPU was hot.",
    ]


def test_a_row_with_a_warning_of_each_round_is_named_once():
    uncertain = "the median is uncertain by ±{} % after {} trials (target ±5 %). Raise --budget."
    made = [
        record("networkx", warnings=[uncertain.format(each, 6) for each in (12, 31)]),
        record("igraph", 0.1, warnings=[uncertain.format(each, 6) for each in (9, 17)]),
    ]
    (problem,) = problem_tables(made, compare(made))
    assert [note for note in problem.notes if "uncertain" in note] == [
        f"networkx: {uncertain.format(31, 6)} Likewise igraph."
    ]


def test_a_busy_machine_is_said_once():
    busy = "the machine was busy at the start: more processes were runnable than it has cores."
    made = [replace(record(name, warnings=[busy]), environment__load_average=99.0) for name in ("networkx", "igraph")]
    (problem,) = problem_tables(made, compare(made))
    assert [note for note in problem.notes if "busy" in note] == [f"networkx and igraph: {busy}"]


def test_the_answer_says_why_the_fastest_engine_is_not_the_best():
    sides = [("networkx", 10.0, 0.8), ("networkit", 0.1, 0.795), ("igraph", 1.0, 0.81)]
    made = [record(name, taken, trials=Trials(seeds=[0, 1], quality=[best] * 2)) for name, taken, best in sides]
    line = answer(made)
    assert line.startswith("networkit is 100× faster")
    said = (
        "Against igraph, networkit's modularity is too low, so igraph is the best CPU library, 10.0× faster (9.77 to "
    )
    assert said in line


# Figures


def parsed(text):
    return float(text.replace(",", ""))


@given(st.floats(1e-6, 1e11))
def test_three_digits_keep_the_magnitude(value):
    text = three(value)
    assert parsed(text) == pytest.approx(value, rel=0.005 + 1e-9)
    assert "e" not in text


@given(st.floats(-1e300, 1e300))
def test_three_digits_work_for_every_number(value):
    assert parsed(three(value)) == pytest.approx(value, rel=0.005 + 1e-9)


UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}


@given(st.floats(1e-9, 1e6), st.sampled_from(["utf-8", "ascii"]))
def test_a_duration_reads_back_as_itself_in_a_unit_that_fits(value, encoding):
    number, unit = numbers.encodable(numbers.seconds(value), encoding).split()
    assert parsed(number) * UNITS[unit] == pytest.approx(value, rel=0.006)
    assert parsed(number) >= 1
    assert unit == "s" or parsed(number) < 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9999, "1.00 s"), (0.0009996, "1.00 ms"), (0.0, "0 s"), (None, "–"), (1234.5, "1,230 s"), (3e-10, "0.300 ns")],
)
def test_durations_at_the_edges(value, text):
    assert numbers.seconds(value) == text


@given(st.floats(1e-9, 1e4), st.floats(1, 1000))
def test_the_ends_of_an_interval_are_in_the_unit_of_its_middle(middle, factor):
    low, high = middle / factor, middle * factor
    assume(high / middle < 1e6)
    _, unit = numbers.seconds(middle).split()
    ends = re.findall(r"[\d.,e+-]*\d", numbers.seconds_span(low, high, middle, interval=True))
    assert [parsed(end) * UNITS[unit] for end in ends] == pytest.approx([low, high], rel=0.006)


UNITS_OF_MEMORY = {
    "byte": 1, "bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
    "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
}  # fmt: skip


@given(st.integers(0, 1 << 50))
def test_memory_keeps_its_magnitude(value):
    number, unit = numbers.memory(value).split()
    assert parsed(number) * UNITS_OF_MEMORY[unit] == pytest.approx(value, rel=0.006)
    assert unit == "TiB" or parsed(number) <= 1024


@pytest.mark.parametrize("value", [1, 512, 1536, 300 << 20, 32 << 30, 16 * 10**9, 80 << 30, 25_232_932_864])
def test_an_amount_of_memory_is_the_same_in_a_table_and_in_a_sentence(value):
    assert numbers.memory(value) == format_bytes(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(299067, "299,067"), (0.83, "0.8300"), (1.27e-16, "1.27e-16"), (0.0, "0.000"), (None, "–"), ("ok", "ok")],
)
def test_figures_of_answers(value, text):
    assert numbers.quantity(value) == text


def test_every_sign_has_a_replacement_in_ascii_of_its_width():
    ours = "7 µs, ≥ 2.00×, ≤ 2.00×, ─, –"
    shown = numbers.encodable(ours, "ascii")
    assert shown == "7 us, >=2.00x, <=2.00x, -, -"
    assert len(shown) == len(ours)
    assert numbers.encodable("é", "ascii") == "?"
    assert numbers.encodable(ours, "utf-8") == ours
    assert not numbers.fits("ascii")
    assert not numbers.fits(None)
    assert numbers.fits("utf-8")


def test_text_tables_align_and_never_wrap():
    table = reporting.text_table(["name", "count"], [["a" * 300, "1"], ["b", "1,000"]], right=(1,))
    assert table.splitlines() == [f"{'name':300}  count", f"{'a' * 300}      1", f"{'b':300}  1,000"]


def test_reporting_imports_no_engine():
    code = (
        "import sys, graphbench.reporting;"
        "assert not {'rich', 'numpy', 'msgspec'} & set(sys.modules), 'light';"
        "from graphbench.records.comparison import compare;"
        "graphbench.reporting.render([], compare([]));"
        "assert not {'networkx', 'igraph', 'networkit', 'cugraph', 'pandas', 'scipy'} & set(sys.modules), 'no engine'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_gpu_engine_without_a_like_cpu_engine_is_noted():
    on_gpu = replace(HERE, gpus=[H100])
    worse = Trials(seeds=list(range(6)), quality=[0.7] * 6)
    alone = [
        record("cugraph", 0.1, device="gpu", environment=on_gpu, trials=worse),
        record("networkx"),
        record("igraph"),
    ]
    assert "No CPU engine is comparable with cugraph" in reporting.render(alone, compare(alone))
    fair = [record("cugraph", 0.1, device="gpu", environment=on_gpu), *alone[1:]]
    assert "No CPU engine" not in reporting.render(fair, compare(fair))
    nobody = alone[:1]
    assert "No CPU engine" not in reporting.render(nobody, compare(nobody))


def test_different_graphs_of_one_name_are_different_tables():
    other = {"dataset__digest": "x" * 32, "dataset__num_vertices": 7}
    records = [
        record(),
        record("igraph", 0.1),
        replace(record(id="networkx-2"), **other),
        replace(record("igraph", 0.1, id="igraph-2"), **other),
    ]
    first, second = problem_tables(records, compare(records))
    assert "299,067 vertices" in first.facts[0]
    assert "7 vertices" in second.facts[0]
    assert [len(each.table.rows) for each in (first, second)] == [2, 2]


def test_a_report_labels_different_graphs_of_one_name():
    other = replace(record(id="networkx-2"), dataset__digest="x" * 32)
    never = replace(record("cugraph", id="cugraph-1", environment=None), dataset__digest="y" * 32)

    def graphs(*records):
        (measured,) = group_by_machine(records, "networkx", {})
        return sorted(case.graph for case in measured.cases)

    first = f"coAuthorsDBLP ({DBLP.digest[:6]})"
    assert graphs(record(), other, never) == sorted([first, first, "coAuthorsDBLP (xxxxxx)"])
    assert graphs(record(), never) == ["coAuthorsDBLP", "coAuthorsDBLP"]


def test_a_report_shows_every_engine_where_none_could_run():
    never = [record(engine, id=engine, environment=None) for engine in ("cugraph", "igraph")]
    (measured,) = group_by_machine(never, "networkx", {})
    assert [case.record.id for case in measured.cases] == ["cugraph", "igraph"]


def test_changes_of_weights_by_the_problem_are_reported():
    arrows = replace(DBLP, weighted=True, directed=True)
    (problem,) = problem_tables([replace(record(), dataset=arrows, posed__weights="dataset")], [])
    assert "of two directions the smaller weight is kept" in " ".join(problem.facts)
    (problem,) = problem_tables([replace(record(), dataset=arrows)], [])
    assert "smaller weight" not in " ".join(problem.facts)
    light = replace(record(), dataset=replace(DBLP, weighted=True), posed__weights="dataset", posed__num_edges=977_674)
    (problem,) = problem_tables([light], [])
    assert "2 edges of weight 0 dropped" in " ".join(problem.facts)


def test_one_item_is_singular_and_a_named_source_is_not_drawn():
    odd = replace(bfs(), dataset__negative_weights=1, dataset__zero_weights=2, draw__count=1)
    (problem,) = problem_tables([odd], [])
    text = " ".join(problem.facts)
    assert "1 negative weight" in text
    assert "negative weights" not in text
    assert "2 zero weights" in text
    assert "1 source drawn with seed 0" in text
    named = replace(odd, task=Task("bfs", "coAuthorsDBLP", "networkx", {"sources": 64, "source": "17"}))
    (problem,) = problem_tables([named], [])
    text = " ".join(problem.facts)
    assert "source 17" in text
    assert "drawn" not in text


def test_tables_explain_twins():
    made = [replace(each, task__dataset="twin:coAuthorsDBLP") for each in (record("networkx"), record("igraph", 0.1))]
    told = twin_note(["twin:coAuthorsDBLP"])
    for form in ("table", "markdown"):
        assert told in reporting.render(made, compare(made), form)
    assert summary(made, compare(made)).endswith(f"{told}\n")
    real = [record("networkx"), record("igraph", 0.1)]
    assert "synthetic substitute" not in summary(real, compare(real)) + reporting.render(real, compare(real))


def test_memory_peaks_of_a_stopped_task_are_lower_bounds():
    lost = record("igraph", outcome=Outcome.OUT_OF_MEMORY, phases=Phases(start_s=1.0, read_s=1.0), reason="too big")
    made = [record("networkx"), lost]
    (problem,) = problem_tables(made, compare(made), details=True)
    column = texts(problem)["host peak"]
    assert sorted(column) == ["300 MiB", "≥ 300 MiB"]
    assert peak_note() in problem.legend()
    (problem,) = problem_tables(made[:1], [], details=True)
    assert peak_note() not in problem.legend()


def test_a_memory_limit_is_labelled_in_its_given_units():
    for limit, told in ((32 << 30, "at most 32 GiB"), (16 * 10**9, "at most 16 GB")):
        task = record("cugraph").task
        bounded = replace(task, params=task.params | {"device_memory_limit": limit})
        (problem,) = problem_tables([record("cugraph", device="gpu", task=bounded)], [])
        assert told in texts(problem)["engine"][0]


def test_the_device_peak_of_several_gpus_is_given_with_their_number():
    several = record("cugraph-mg", device="gpu", memory=Memory(2**30, 3 * 2**30, [2**30, 3 * 2**30]))
    (problem,) = problem_tables([several], [], details=True)
    column = texts(problem)["device peak"]
    assert column == ["4 GiB (2 GPUs)"]


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\fb"])
def test_a_line_break_in_a_text_ends_no_row_heading_or_item_of_markdown(text):
    columns = [Column(text, str), Column("command", str, code=True)]
    assert markdown.table(Table([text], columns)).splitlines()[2] == "| a b | `a b` |"
    made = [
        Section(
            title=text,
            anchor="a",
            blocks=[
                Text(text, strong=True),
                Bullets([text]),
                Chart(name="c", panels=[], x=Axis("s"), caption=text),
            ],
        )
    ]
    assert len(markdown.text(made).splitlines()) == 7
