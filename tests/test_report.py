"""Reports: the same bytes for the same records, every section, machines apart."""

import base64
import gzip
import json
import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import graphbench as gb
from graphbench.cli import invoke
from graphbench.errors import StoreError, UsageError
from graphbench.records.lines import to_json
from graphbench.records.model import Gpu, Matched, Memory, Outcome, Phases
from graphbench.reporting import means, measured, report
from graphbench.reporting.document import AllRecords, Answers, Bullets, Cards, Chart, Fold, Table, Text
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.numbers import ratio
from graphbench.reporting.page import to_html
from graphbench.reporting.power_law import crossing, fit
from graphbench.reporting.reproduce import command
from graphbench.reporting.sections import growth, memory, phases, scaling, speedup, summary
from graphbench.reporting.wording import HOLLOW_TWINS, brief, gpus_used, twin_note
from helpers.published import read, reports
from helpers.records import HERE, pagerank, record, replace
from helpers.report_records import report_records

GOLDEN = Path(__file__).parent / "golden" / "report-markdown.md"


def some(*graphs, algorithms=("louvain", "wcc")):
    return [each for each in report_records() if each.task.dataset in graphs and each.task.algorithm in algorithms]


@pytest.fixture(scope="module")
def records():
    return some("email-Enron", "preferentialAttachment", "coAuthorsDBLP", "coPapersDBLP")


@pytest.fixture(scope="module")
def document(records):
    return report.build(records, title="A <title> & more")


@pytest.fixture(scope="module")
def page(document):
    return to_html(document)


def of(records, section):
    (here, *_) = measured.group_by_machine(records, "networkx", {})
    return section.section(here)


def tables(blocks):
    for block in blocks:
        if isinstance(block, Table | Cards):
            yield getattr(block, "table", block)
        elif isinstance(block, Fold):
            yield from tables(block.blocks)


def rows_of(document):
    """The table of every record, as a page has it."""
    (found,) = (block for block in document.parts[-1].sections[0].blocks if isinstance(block, AllRecords))
    return json.loads(found.data)


def values(records, *titles):
    """Of each record of a report, the values of some columns, by its engine."""
    made = rows_of(report.build(records))
    at = {title: place for place, (title, *_) in enumerate(made["columns"])}
    return {row[at["engine"]]: [row[at[title]] for title in titles] for row in made["rows"]}


def texts(blocks):
    return " ".join(
        " ".join(block.items) if isinstance(block, Bullets) else block.text
        for block in blocks
        if isinstance(block, Text | Bullets)
    )


# The whole


def test_golden_records_give_the_golden_markdown(document):
    text = to_markdown(document, charts="charts")
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_same_records_give_the_same_bytes_in_any_order(records, tmp_path):
    few = [each for each in records if each.task.algorithm == "louvain"]
    mixed = random.Random(5).sample(few, len(few))
    for folder, given in (("one", few), ("two", mixed)):
        report.write(report.build(given), tmp_path / folder)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert {"index.html", "README.md"} < {path.name for path in files}
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_a_report_has_every_section(document):
    titles = [section.title for part in document.parts[:1] for section in part.sections]
    assert titles == [
        "The answer", "Every graph and engine", "Speedup, graph by graph", "Where the time goes",
        "Time against quality", "Growth with size", "Break-even", "Memory", "Claims", "Agreement and certificates",
    ]  # fmt: skip
    assert [section.title for section in document.parts[-1].sections] == ["Every record", "How it was measured"]


def test_ids_are_unique_and_links_within_the_page_resolve(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"?]+)', page)) <= set(ids)


def test_the_page_is_well_formed_and_has_no_external_address(page):
    class Balanced(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open_tags = []
            self.addresses = []

        def handle_starttag(self, tag, attrs):
            self.addresses += [value for name, value in attrs if name in {"src", "href"}]
            if tag not in {"meta", "link", "br", "input"}:
                self.open_tags.append(tag)

        def handle_startendtag(self, tag, attrs):
            self.addresses += [value for name, value in attrs if name in {"src", "href"}]

        def handle_endtag(self, tag):
            assert self.open_tags.pop() == tag

    parser = Balanced()
    parser.feed(page)
    assert parser.open_tags == []
    assert all(address.startswith(("#", "data:,")) for address in parser.addresses)
    assert "@import" not in page


def test_titles_and_records_are_escaped():
    nasty = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    bad = replace(record("igraph", outcome=Outcome.ERROR, reason=nasty), task__dataset=nasty, warnings=[nasty])
    made = report.build([record("networkx"), bad], title=nasty)
    page, text = to_html(made), to_markdown(made, charts="charts")
    for shown in (page, re.sub(r"(`+).*?\1", "", text)):  # what stands in a code span is text in any case
        assert "<script>alert" not in shown
        assert "<img" not in shown


def test_the_records_are_embedded_unchanged(records, page):
    packed = re.search(r'id="records-data">([^<]*)<', page)[1]
    lines = gzip.decompress(base64.b64decode(packed)).splitlines()
    assert sorted(lines) == sorted(to_json(each) for each in records)


def test_every_record_has_a_row_and_older_ones_are_marked(records):
    old = replace(records[0], id="older", measured_at="2020-01-01T00:00:00+00:00")
    rows = rows_of(report.build([*records, old]))
    titles = [title for title, *_ in rows["columns"]]
    assert len(rows["rows"]) == len(records) + 1
    assert all(len(row) == len(titles) for row in rows["rows"])
    assert rows["rows"][-1][titles.index("why")].startswith("measured again later")
    assert rows["rows"][-1][titles.index("warm call")] is not None  # its time is shown all the same
    assert not any(row[titles.index("why")].startswith("measured again") for row in rows["rows"][:-1])


def test_every_record_is_against_the_baseline_that_took_the_place_of_the_one_asked_for():
    rows = rows_of(report.build([record("igraph"), record("networkit", 0.5), record("scipy", 2.0)]))
    titles = [title for title, *_ in rows["columns"]]
    told = {row[titles.index("engine")]: row for row in rows["rows"]}
    assert told["scipy"][titles.index("warm call vs networkit")][0] == pytest.approx(0.25, rel=0.05)
    assert told["networkit"][titles.index("verdict")] == "baseline"


def test_charts_are_files_that_markdown_shows(document, tmp_path):
    report.write(document, tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((charts/[^)]+)\)", text)
    assert len(named) == len(document.charts) > 5
    assert all((tmp_path / name).is_file() for name in named)


# Machines


def test_machines_are_reported_separately(records):
    document = report.build(records)
    assert [part.title.split(",")[0] for part in document.parts] == [
        "NVIDIA H100; Example Processor 9000", "Another Processor", "",
    ]  # fmt: skip
    for each in measured.group_by_machine(records, "networkx", {}):
        own = {case.record.id for case in each.cases}
        pairs = [case.main or case.best for case in each.cases if case.main or case.best]
        assert pairs
        assert all(pair.baseline_record in own for pair in pairs)


def test_a_task_that_ran_elsewhere_is_no_gap():
    never = record("igraph", id="never", outcome=Outcome.UNAVAILABLE, environment=None)
    ran = [record("networkx"), record("igraph")]
    elsewhere = replace(record("networkx", id="there"), environment__machine="m2")
    machines = measured.group_by_machine([*ran, never, elsewhere], "networkx", {})
    shown = {each.digest: {case.record.id for case in each.cases} for each in machines}
    assert shown == {"m1": {"networkx-1", "igraph-1"}, "m2": {"there", "never"}}


def test_tasks_that_never_ran_are_shown():
    never = record("igraph", outcome=Outcome.UNAVAILABLE, reason="not installed.", environment=None)
    assert "unavailable" in to_markdown(report.build([never]), charts="charts")


def test_graphs_of_the_same_name_are_labelled():
    other = replace(record("networkx", id="other"), dataset__digest="ffffffffff")
    never = record("igraph", id="never", outcome=Outcome.UNAVAILABLE, environment=None, dataset=None)
    (here,) = measured.group_by_machine([record("networkx"), other, never], "networkx", {})
    graphs = measured.by_graph(here.cases)
    assert {name: len(cases) for name, cases in graphs.items()} == {
        "coAuthorsDBLP (d1d1d1)": 2, "coAuthorsDBLP (ffffff)": 1,
    }  # fmt: skip


# The answer


def test_the_headline_averages_like_ratios_of_the_gpu_engine(records):
    (here, *_) = measured.group_by_machine(records, "networkx", {})
    assert means.leader(here) == "cugraph (default)"
    table = next(tables(summary.section(here).blocks))
    (louvain,) = [row for row in table.rows if row[0] == "louvain"]
    ratios = [
        case.main.ratio_call
        for case in here.cases
        if case.label == "cugraph (default)" and case.problem == "louvain" and means.fair(case.main)
    ]
    assert len(ratios) == 2  # of four: one is unlike, one a bound
    mean = (ratios[0] * ratios[1]) ** 0.5
    assert louvain[1].startswith(f"{mean:.0f}×")  # noqa: RUF001
    assert louvain[table.heads.index("verdicts vs networkx")] == "2 like, 1 unlike, 1 undecided"


def test_a_report_without_a_baseline_shows_the_rest(records):
    left = [each for each in records if each.task.engine != "networkx" and each.task.algorithm == "wcc"]
    (answer, *_) = report.build(left).parts[0].sections
    assert "as fast as the best CPU library, networkit" in answer.blocks[0].text  # the best CPU library takes its place


def test_a_problem_without_the_baseline_has_bars_only_beside_another_cpu_engine():
    lacks = record("networkx", outcome=Outcome.UNSUPPORTED, phases=Phases(), certificate=None, answer={})
    made = of([lacks, record("igraph"), record("cugraph", 0.1, device="gpu")], speedup)
    assert any(isinstance(block, Chart) for block in made.blocks), "against the best CPU library there is a ratio"
    made = of([lacks, record("igraph"), record("networkit", 0.1)], speedup)
    (chart,) = (block for block in made.blocks if isinstance(block, Chart))
    assert [row.label for row in chart.panels[0].rows] == ["networkit", "igraph"], "the best is the base"
    assert of([lacks, record("igraph")], speedup) is None
    (alone,) = values([lacks, record("igraph")], "command").pop("igraph")
    assert "networkx" not in alone


def test_problems_without_comparisons_have_no_chart():
    alone = [pagerank("cugraph", 2.0, device="gpu"), replace(record("cugraph"), id="w", task__algorithm="wcc")]
    made = of([record("networkx", 10.0), record("igraph"), *alone], speedup)
    assert [block.text for block in made.blocks if isinstance(block, Text) and block.strong] == ["louvain"]


def test_a_report_on_one_engine_has_no_section_without_content():
    alone = replace(record("cugraph", device="gpu"), quality="modularity", trials__quality=[0.5] * 6)
    sections = [section for part in report.build([alone]).parts for section in part.sections]
    assert [section.title for section in sections] == [
        "The answer", "Where the time goes", "Memory", "Every record", "How it was measured"
    ]  # fmt: skip
    records = next(block for block in sections[3].blocks if isinstance(block, AllRecords))
    assert not [title for title in records.table.heads if " vs " in title]


@pytest.mark.parametrize(
    ("engine", "params", "named"),
    [("cugraph", {}, "1 of 2 × H200"), ("cugraph-mg", {"gpus": 2}, "2 × H200"), ("igraph", {}, "2 ×")],  # noqa: RUF001
)
def test_a_report_says_how_many_of_the_gpus_were_used(engine, params, named):
    host = replace(HERE, gpus=[Gpu(name="H200", memory_bytes=2**37)] * 2)
    given = record(engine, device="cpu" if engine == "igraph" else "gpu", environment=host)
    facts = report.build([replace(given, task__params=params)]).facts
    assert [fact for fact in facts if fact.startswith(named)], facts


@pytest.mark.parametrize("shown", [one for one in reports() if one.folder], ids=lambda one: one.folder)
def test_the_title_of_a_report_has_the_gpus_of_its_records(shown):
    words = {"a": 1, "an": 1, "one": 1, "two": 2, "four": 4}
    (most,) = [words[found[-1]] for found in [re.findall(r"\b(an?|one|two|four) H\d+", shown.title)]]
    (machine, *_) = measured.group_by_machine(read(*shown.files), "networkx", {})
    assert most == max(gpus_used(case.record) for case in machine.cases if case.ran)


def test_means_are_given_with_their_cases(records):
    answer = of(records, summary)
    (headlines,) = tables(answer.blocks)
    (here, *_) = measured.group_by_machine(records, "networkx", {})
    compared = means.against(means.started(here.cases, means.leader(here)))
    main, best = (sum(one.counts("ratio_call") for one in group) for group in (compared.main, compared.best))
    assert main != best
    sentence = answer.blocks[0].text
    assert re.search(rf"It is \S+ as fast as networkx \(mean of {main} cases, ", sentence)
    assert re.search(
        rf"a warm call .* as fast as the best CPU library, networkit \(geometric mean of {best} cases, ", sentence
    )
    assert [row[0] for row in headlines.rows] == ["all 2 problems", "louvain", "wcc"]  # the best ratio first


def test_the_best_cpu_engine_is_given_with_the_number_of_candidates():
    few = some("email-Enron", algorithms=("louvain",))
    blocks = of(few, summary).blocks
    table = next(tables(blocks))
    assert table.rows[0][table.heads.index("best CPU")].endswith("networkit, of 3 measured")
    assert "the only one with a time" not in blocks[0].text


def test_a_baseline_that_was_the_only_cpu_engine_with_a_time_is_not_the_best_of_them():
    few = some("email-Enron", algorithms=("louvain",))
    blocks = of([each for each in few if each.device == "gpu" or each.task.engine == "networkx"], summary).blocks
    assert "best CPU" not in blocks[0].text
    assert "warm call vs best CPU" not in next(tables(blocks)).heads
    blocks = of([each for each in few if each.device == "gpu" or each.task.engine == "igraph"], summary).blocks
    assert "as fast as igraph" in blocks[0].text  # which takes the baseline's place
    lacks = record("networkx", outcome=Outcome.UNSUPPORTED, phases=Phases(), environment=None, task=few[0].task)
    lacks = replace(lacks, task__engine="networkx")
    blocks = of(
        [lacks, *(each for each in few if each.device == "gpu" or each.task.engine == "igraph")], summary
    ).blocks
    questions = dict(next(block for block in blocks if isinstance(block, Answers)).items)
    assert questions["Fair baseline?"] == "The only CPU engine with a time in each case: igraph in 1 case (1 thread)."


def test_the_best_cpu_engines_of_all_problems_are_counted_in_each_case():
    rank = [replace(pagerank(name, 1.0), id=f"p-{name}") for name in ("networkx", "igraph", "scipy")]
    rank.append(replace(pagerank("cugraph", 0.1, device="gpu"), id="p-gpu"))
    made = [record("networkx", 9.0), record("igraph", 1.0), record("cugraph", 0.1, device="gpu"), *rank]
    (here,) = measured.group_by_machine(made, "networkx", {})
    (headlines, *_) = tables(summary.section(here).blocks)
    counted = {row[0]: row[headlines.heads.index("best CPU")].rpartition(", ")[2] for row in headlines.rows}
    assert counted["all 2 problems"] == "of 2 to 3 measured"
    assert sorted(counted.values()) == ["of 2 measured", "of 2 to 3 measured", "of 3 measured"]


def test_both_best_cpu_engines_are_named_beside_their_ratios():
    gpu = record("cugraph", 0.3, device="gpu")
    on_run = replace(record("igraph", 0.4), phases__build_s=7.0)
    whole = replace(record("scipy", 0.5), phases__build_s=0.001)
    (here,) = measured.group_by_machine([gpu, on_run, whole, record("networkx", 20.0)], "networkx", {})
    (case,) = [each for each in here.cases if each.record is gpu]
    ends = ratio(case.first.ratio_first_answer)
    (headlines, *_) = tables(summary.section(here).blocks)
    row = dict(zip(headlines.heads, headlines.rows[0], strict=True))
    assert row["best CPU"] == "igraph and scipy, of 3 measured"
    assert row["first answer vs best CPU"] == ends
    call, first = values([gpu, on_run, whole, record("networkx", 20.0)], "warm call vs best CPU",
                         "first answer vs best CPU")["cugraph"]  # fmt: skip
    assert re.fullmatch(r" \([\d.]+ to [\d.]+\)( no difference found)? igraph", call[2])
    assert (ratio(first[0]), first[2]) == (ends, " scipy")
    lacks = record("networkx", outcome=Outcome.UNSUPPORTED, phases=Phases(), certificate=None, answer={})
    (without,) = measured.group_by_machine([gpu, on_run, whole, lacks], "networkx", {})
    (chart,) = [block for block in speedup.section(without).blocks if isinstance(block, Chart)]
    assert "igraph" in chart.svg
    assert "scipy" in chart.svg


def test_break_even_is_against_the_harder_of_the_best_cpu_engines():
    gpu = record("cugraph", 0.3, device="gpu")
    on_run = replace(record("igraph", 0.4), phases__build_s=7.0)
    whole = replace(record("scipy", 0.5), phases__build_s=0.001, phases__start_s=0.0, phases__first_s=0.5)
    given = [replace(gpu, phases__start_s=2.0), on_run, whole, record("networkx", 20.0)]
    (here,) = measured.group_by_machine(given, "networkx", {})
    assert next(case for case in here.cases if case.record.device == "gpu").hardest.baseline == "scipy"
    ((runs, _),) = values(given, "pays off vs best CPU")["cugraph"]
    assert runs > 1


def test_a_report_without_comparisons_states_what_completed():
    several = replace(record("cugraph-mg", 2.0, device="gpu"), task__params={"gpus": 2}, posed__num_edges=10**9)
    lost = pagerank("cugraph-mg", device="gpu", outcome=Outcome.OUT_OF_MEMORY, phases=Phases(), certificate=None)
    unchecked = record("cugraph", device="gpu", certificate=None)
    made = of([several, lost, unchecked], summary)
    assert "2 of 3 tasks completed, 1 of them with a certified answer" in made.blocks[0].text
    largest = "A warm call of louvain on 1.00 billion edges, the largest graph here, takes cugraph-mg on 2 GPUs 2.00 s."
    assert made.blocks[0].text.startswith(largest)
    (table,) = tables(made.blocks)
    told = {row[0]: dict(zip(table.heads, row, strict=True)) for row in table.rows}
    assert told["louvain"]["size"] == "1,000,000,000 edges"
    assert (told["louvain"]["GPUs"], told["louvain"]["certified"]) == ("2", "1 of 2")
    assert told["pagerank"]["largest graph completed"] == "none"
    assert told["pagerank"]["not completed"] == "1 out of memory"
    assert "Verdicts" not in texts(made.blocks)


def test_long_reasons_are_complete_in_the_table_of_records_only():
    reason = (
        "RuntimeError: non-success value returned from cugraph_graph_create_with_times_sg(): CUGRAPH_UNKNOWN_ERROR "
        "std::bad_alloc: out_of_memory: RMM failure at:/src/rmm/mr/limiting_resource_adaptor_impl.cpp:61: Exceeded "
        "memory limit 34359738368; Allocated bytes 31685045248; Requested bytes 8377762688 (in phase build)"
    )
    assert brief(reason).endswith("out_of_memory: RMM failure: Exceeded memory limit 34359738368…")
    assert brief("a" * 500) == "a" * 159 + "…"
    assert brief(" ".join(["word"] * 100)).endswith(" word…")
    assert brief("memory ran out; --memory-limit SIZE sets it") == "memory ran out; --memory-limit SIZE sets it"
    made = report.build([record("cugraph", device="gpu", outcome=Outcome.OUT_OF_MEMORY, reason=reason)])
    assert "Allocated" not in to_markdown(made, charts="charts")
    assert "Allocated bytes 31685045248" in json.dumps(rows_of(made))


def test_graphs_the_leading_engine_never_began_are_not_counted():
    begun = [pagerank("networkx", 10.0), pagerank("igraph", 1.0)]
    never = record("igraph", outcome=Outcome.UNSUPPORTED, phases=Phases(), certificate=None, answer={})
    table = next(iter(tables(of([*begun, record("networkx"), never], summary).blocks)))
    assert [row[0] for row in table.rows] == ["pagerank"]


def test_unavailable_gpus_give_no_section():
    there = replace(record("cugraph-mg", device="gpu"), task__params={"gpus": 2})
    assert of([there], scaling) is not None
    away = replace(there, outcome=Outcome.UNAVAILABLE, phases=Phases(), certificate=None, answer={})
    assert of([away], scaling) is None


# Bars and phases


def test_bars_of_unlike_ratios_bounds_and_gaps_have_an_explanation(records):
    section = of(records, speedup)
    (louvain, _) = [block for block in section.blocks if isinstance(block, Chart)]
    for words in (
        "unlike: quality",
        "at least 1,020×",  # noqa: RUF001
        "out of memory",
        "unavailable",
        "timeout after 600 s in the first call",
    ):
        assert words in louvain.svg
        assert words in louvain.alt


def test_each_bar_has_the_command_that_reproduces_it(records):
    few = [each for each in records if (each.task.algorithm, each.task.dataset) == ("louvain", "email-Enron")]
    here = [each for each in few if each.environment is None or each.environment.machine == "m1"]
    (found,) = values(here, "command")["cugraph (async)"]
    assert found == (
        "graphbench louvain email-Enron --engine networkx,cugraph --resolution 1.0 --threshold 1e-07 --seed 0 "
        "--allocator async"
    )


def test_a_command_is_complete_and_quoted():
    told = replace(
        pagerank("igraph"), environment=replace(HERE, command="graphbench pagerank x --directed --budget 0.5")
    )
    told = replace(told, task__dataset="my graphs/a b.csv")
    assert command(told, "networkx") == (
        "graphbench pagerank 'my graphs/a b.csv' --engine networkx,igraph --damping 0.85 --tolerance 1e-06 --directed "
        "--budget 0.5"
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "pagerank 'my data/a b.csv' --source-column payer --target-column=payee --no-weight --undirected",
            "'my data/a b.csv' --engine igraph --undirected --source-column payer --target-column payee --no-weight",
        ),
        (
            "pagerank ~/x/a\\ b.csv --no-header --delimiter tab",
            "'~/x/a b.csv' --engine igraph --no-header --delimiter tab",
        ),
        ("suite --datasets 'karate,x/a b.csv' --output 'y/a b.csv'", "'x/a b.csv' --engine igraph"),
        ("pagerank https://host/x/a%20b.csv --source-column --output", "'a b.csv' --engine igraph"),
    ],
)
def test_a_command_reads_the_file_that_was_typed(typed, expected):
    made = replace(pagerank("igraph"), environment=replace(HERE, command=f"graphbench {typed}"))
    made = replace(made, task__dataset="a b.csv", task__params={})
    assert command(made) == f"graphbench pagerank {expected}"


def test_a_command_has_only_declared_parameters_and_quotes_them():
    strange = replace(
        pagerank("igraph"), environment=replace(HERE, command="x --budget --output --timeout=5;id --trials 3 --store y")
    )
    params = {"output": "/etc/passwd", "store": "x", "scheduler": "tcp://host", "damping": "$(id)", "seed": 3}
    strange = replace(strange, task__params=params | {"tolerance": 1e-6, "threads": "2; id", "fault\n": 1, "-x": True})
    assert command(strange) == (
        "graphbench pagerank coAuthorsDBLP --engine igraph --seed 3 --tolerance 1e-06 --trials 3"
    )


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("task__dataset", "--output=x", "graphbench pagerank ./--output=x --engine igraph"),
        ("task__dataset", "a;id", "graphbench pagerank 'a;id' --engine igraph"),
        ("task__dataset", " ", ""),
        ("task__engine", "x --output y", ""),
        ("task__engine", "--output", ""),
        ("task__algorithm", "cache", ""),
        ("task__algorithm", "pagerank; id", ""),
    ],
)
def test_a_command_is_of_a_known_algorithm_and_its_names_are_no_options(field, value, expected):
    assert command(replace(replace(pagerank("igraph"), task__params={}), **{field: value})) == expected


def test_records_at_equal_quality_are_reported_separately():
    def at(engine, **setting):
        how = Matched(problem="louvain", best=0.83, within=0.01, setting=setting, tried=[])
        made = record(engine, id=f"{engine}-{len(setting)}-{setting}", matched=how)
        return replace(made, task__params={"resolution": 1.0, "threshold": 1e-7} | setting)

    given = [record("networkx"), record("igraph"), at("networkx", threshold=1e-3), at("igraph", trials=2)]
    (here,) = measured.group_by_machine(given, "networkx", {})
    problems = {name: sorted(case.label for case in cases) for name, cases in here.problems.items()}
    assert problems == {"louvain": ["igraph", "networkx"], "louvain (equal quality)": ["igraph", "networkx"]}
    assert all(case.main is not None for case in here.cases if case.label == "igraph")
    assert command(given[-1], "networkx").startswith(
        "graphbench louvain coAuthorsDBLP --engine networkx,igraph --match-quality --resolution 1.0"
    )
    assert "--trials" not in command(given[-1])


def test_a_predicted_timeout_is_marked():
    foreseen = record("igraph", outcome=Outcome.TIMEOUT, reason="predicted: 3 h.", environment=None, phases=Phases())
    chart = next(chart for chart in report.build([record("networkx"), foreseen]).charts if "phases" in chart.name)
    assert "timeout, predicted" in chart.svg


def test_phases_are_of_the_largest_graph_that_most_engines_finished(records):
    section = of(records, phases)
    (chart,) = [block for block in section.blocks if isinstance(block, Chart)]
    graphs = {panel.title: panel.aside.partition(",")[0] for panel in chart.panels}
    assert graphs == {"louvain": "coAuthorsDBLP", "wcc": "coPapersDBLP"}


# Growth, break-even, memory


def test_a_power_law_is_fitted_from_three_sizes_or_more():
    law = fit([(edges, 3e-6 * edges**1.2) for edges in (1e3, 1e4, 1e5, 1e6)])
    assert law.exponent == pytest.approx(1.2)
    assert law.at(1e5) == pytest.approx(3e-6 * 1e5**1.2)
    assert law.residual == pytest.approx(0, abs=1e-9)
    assert fit([(1e3, 1.0), (1e4, 2.0), (1e4, 2.1)]) is None


def test_laws_cross_where_their_times_are_equal():
    slow_start = fit([(edges, 1.0 * edges**0.1) for edges in (10, 100, 1000)])
    steep = fit([(edges, 0.01 * edges) for edges in (10, 100, 1000)])
    edges = crossing(slow_start, steep)
    assert slow_start.at(edges) == pytest.approx(steep.at(edges))
    assert crossing(steep, slow_start) is None


def test_sizes_too_near_for_a_line_show_no_growth():
    few = some("email-Enron", "preferentialAttachment")
    assert of(few, growth) is None


def test_growth_gives_the_exponent_that_the_times_were_made_with(records):
    (table,) = tables(of(records, growth).blocks)
    found = {(row[0], row[1]): float(row[2]) for row in table.rows}
    assert found["wcc", "networkx"] == pytest.approx(1.12, abs=0.06)
    assert found["wcc", "cugraph (default)"] == pytest.approx(0.55, abs=0.06)


def test_break_even_is_the_comparisons_own(records):
    (here, *_) = measured.group_by_machine(records, "networkx", {})
    case = next(case for case in here.cases if case.record.id == "wcc-email-Enron-cugraph")
    few = [each for each in records if (each.task.algorithm, each.task.dataset) == ("wcc", "email-Enron")]
    ((runs, words),) = values(few, "pays off vs networkx")["cugraph (default)"]
    assert (runs, words) == (case.main.break_even_runs, f"{runs} calls" if runs > 1 else "1 call")


def test_memory_is_given_in_multiples_of_the_edge_list(records):
    few = [each for each in records if (each.task.algorithm, each.task.dataset) == ("wcc", "coPapersDBLP")]
    ((_, words),) = values(few, "host peak")["cugraph (default)"]
    edges = 15_245_729
    assert words.endswith(f" ({(1.5e8 + 60 * edges) / (8 * edges):.2f}× the edges)")  # noqa: RUF001


# Errors and the interfaces


def test_nothing_to_report_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="no record"):
        gb.report([], tmp_path)


def test_a_result_is_reported_on_with_its_own_baseline(tmp_path, records):
    given = [replace(each, revisions=None) for each in records if each.task.algorithm == "wcc"]
    page = gb.report(gb.Result(given, baseline="igraph"), tmp_path, title="Mine", keep_stale=True)
    text = page.with_name("README.md").read_text(encoding="utf-8")
    assert text.startswith("# Mine\n")
    assert "warm call vs igraph" in text


def test_an_empty_store_is_reported_with_advice(tmp_path, capsys):
    assert invoke(["report", "--output", str(tmp_path / "out")]) == 2
    assert "graphbench louvain karate" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_of_records_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"gone\.jsonl"):
        gb.report(tmp_path / "gone.jsonl", tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, records):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="another folder with output"):
        gb.report(records[:3], tmp_path / "file" / "in", keep_stale=True)


def test_ratios_of_stale_records_are_refused_unless_they_are_kept(tmp_path):
    stale = [replace(each, revisions=None) for each in some("email-Enron", algorithms=("wcc",))]
    refused = gb.report(stale, tmp_path / "refused").read_text(encoding="utf-8")
    kept = gb.report(stale, tmp_path / "kept", keep_stale=True).read_text(encoding="utf-8")
    assert "measured before something changed" in refused
    assert "stale" not in kept


def test_a_report_imports_no_engine_and_uses_no_network(tmp_path, records):
    file = tmp_path / "records.jsonl"
    file.write_bytes(b"".join(to_json(each) + b"\n" for each in records if each.task.algorithm == "wcc"))
    script = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = refuse\n"
        "from graphbench.cli import invoke\n"
        f"assert invoke(['report', '--records', {str(file)!r}, '--output', {str(tmp_path / 'out')!r}]) == 0\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "networkx",
        "igraph",
        "networkit",
        "cugraph",
        "nx_cugraph",
        "cudf",
        "cupy",
        "rmm",
        "pandas",
    }  # SciPy may be there: it fits growth
    assert (tmp_path / "out" / "index.html").is_file()


# Twins


def _twin(each, suffix=""):
    return replace(each, id=f"{each.id}-twin{suffix}", task__dataset=f"twin:{each.task.dataset}{suffix}")


def test_a_report_marks_twins_wherever_graphs_are_listed():
    real = [record("networkx", 10.0), record("cugraph", device="gpu")]
    made = report.build([*real, *map(_twin, real)])
    told = twin_note(["twin:coAuthorsDBLP"])
    assert "synthetic substitute" in told
    assert told in made.facts
    assert any("1 of them synthetic twins" in fact for fact in made.facts)
    assert to_markdown(made, charts="charts").count("synthetic substitute") == 2
    assert "synthetic substitute" in to_html(made)
    alone = to_markdown(report.build(real), charts="charts")
    assert "synthetic" not in alone
    twins = report.build([_twin(each) for each in real])
    assert twins.parts[0].sections[0].blocks[0].text.startswith("On 1 synthetic twin, ")


def test_twins_are_hollow_in_the_chart_of_memory():
    real = [record("networkx", 10.0), record("cugraph", device="gpu")]
    (chart,) = [block for block in of([*real, *map(_twin, real)], memory).blocks if isinstance(block, Chart)]
    assert HOLLOW_TWINS in chart.svg
    assert HOLLOW_TWINS in chart.caption
    (chart,) = [block for block in of(real, memory).blocks if isinstance(block, Chart)]
    assert HOLLOW_TWINS not in chart.svg


def test_several_twins_are_explained_once():
    assert twin_note(["karate", "twin:a", "twin:b,seed=2"]).startswith("twin:NAME is not the graph NAME")
    assert twin_note(["twin:b,seed=2"]).startswith("twin:b,seed=2 is not the graph b ")
    assert twin_note(["karate"]) == ""


def test_device_memory_of_several_gpus_is_given_for_each_and_in_total():
    posed = replace(record(), posed__num_edges=2**30, posed__num_vertices=2**20).posed  # an edge list of 8 GiB
    one = record("cugraph", device="gpu", posed=posed, memory=Memory(2**30, 24 * 2**30))
    several = record(
        "cugraph-mg", device="gpu", posed=posed, memory=Memory(2**30, 16 * 2**30, [16 * 2**30, 12 * 2**30])
    )
    told = values([one, several], "device peak", "device peak of each GPU")
    assert told["cugraph-mg"] == [[28 * 2**30, "28 GiB (3.50× the edges)"], "2: 12 GiB to 16 GiB"]  # noqa: RUF001
    assert told["cugraph"] == [[24 * 2**30, "24 GiB (3.00× the edges)"], ""]  # noqa: RUF001
    assert "sum" in texts(of([one, several], memory).blocks)
