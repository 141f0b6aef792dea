"""The command line: arguments, output and exit codes."""

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest

from graphbench import registry
from graphbench.engines.base import Availability
from graphbench.system import gpus

pytestmark = pytest.mark.usefixtures("warm_workers")

QUICK = ["--trials", "2", "--engine", "networkx,igraph"]


def start(*arguments, **options):
    command = [sys.executable, "-m", "graphbench", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_run_shows_every_engine_and_exits_with_0(graphbench):
    code, out, _ = graphbench("wcc", "karate", *QUICK)
    assert code == 0
    assert "networkx" in out
    assert "igraph" in out
    assert "34 vertices" in out
    assert "78 edges" in out


def test_json_holds_records_and_comparisons(graphbench):
    code, out, _ = graphbench("bfs", "karate", *QUICK, "--source", "1", "--format", "json")
    assert code == 0
    result = json.loads(out)
    assert set(result) == {"records", "comparisons"}
    for record in result["records"]:
        assert record["task"]["algorithm"] == "bfs"
        assert record["task"]["dataset"] == "karate"
        assert record["outcome"] == "ok"
        assert record["answer"]["reached"] == 34
        assert record["answer"]["max_distance"] == 3
        assert record["certificate"]["valid"] is True
        assert len(record["phases"]["call_s"]) == 2
        assert record["dataset"]["num_entries"] == 156
    (comparison,) = result["comparisons"]
    assert (comparison["engine"], comparison["baseline"]) == ("igraph", "networkx")
    assert comparison["ratio_call"] > 0
    assert comparison["verdict"] == "like"


def test_csv_has_one_line_per_record(graphbench):
    _, out, _ = graphbench("wcc", "karate", "lesmis", *QUICK, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["dataset"], row["engine"]) for row in rows] == [
        (dataset, engine) for dataset in ("karate", "lesmis") for engine in ("igraph", "networkx")
    ]


def test_a_problem_without_networkx_is_compared_with_another_cpu_engine(graphbench):
    asked = ("spectral-modularity", "karate", "--clusters", "2", "--trials", "2", "--engine", "igraph,scipy")
    code, out, _ = graphbench(*asked, "--format", "json")
    (each,) = json.loads(out)["comparisons"]
    assert (code, each["engine"], each["baseline"]) == (0, "igraph", "scipy")
    assert each["ratio_call"] > 0
    code, out, _ = graphbench(*asked, "--baseline", "networkx", "--format", "json")
    assert (code, json.loads(out)["comparisons"]) == (1, []), "it was asked for, and nothing can be set against it"


def test_nothing_measured_is_reported_with_exit_code_1(graphbench, monkeypatch):
    code, out, _ = graphbench("katz", "karate", "--engine", "igraph")
    assert code == 1
    assert "Nothing was measured: igraph does not have katz; `graphbench show katz` lists the engines that do" in out
    monkeypatch.setattr("graphbench.engines.cugraph.engine.availability", lambda: Availability(ok=False))
    code, out, _ = graphbench("ecg", "karate")
    assert code == 1
    assert "Nothing was measured: cugraph and pylibcugraph can compute ecg, but cannot run here" in out


def test_list_options_are_repeatable_and_have_both_spellings(graphbench):
    code, out, _ = graphbench(
        "wcc", "karate", "--trials", 1, "--engines", "networkx", "--engine", "igraph,networkx", "--format", "csv"
    )
    assert code == 0
    assert len(out.splitlines()) == 3


def test_an_alias_and_any_case_are_understood(graphbench):
    code, out, _ = graphbench("Components", "KARATE", *QUICK, "--format", "json")
    assert code == 0
    assert json.loads(out)["records"][0]["task"] | {"params": 0} == {
        "algorithm": "wcc",
        "dataset": "karate",
        "engine": "igraph",
        "params": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["luvain", "karate"], "louvain"),
        (["louvain", "karrate"], "karate"),
        (["louvain", "karate", "--engine", "netwrokx"], "networkx"),
        (["louvain", "karate", "--baseline", "igrph"], "igraph"),
        (["louvain"], "DATASET"),
        (["louvain", "karate", "--budget", "-1"], "budget"),
        (["louvain", "karate", "--resolution", "-1"], "resolution"),
        (["pagerank", "karate", "--damping", "2"], "damping"),
        (["bfs", "karate", "--source", "99"], "99"),
        (["louvain", "karate", "--save-answer", "answer.docx"], ".csv"),
        (["wcc", "karate", "lesmis", "--save-answer", "answer.csv"], "one dataset"),
        (["fetch"], "--all"),
        (["show", "louvian"], "louvain"),
        (["wcc", "ba:n=10,q=3"], "q"),
    ],
)
def test_wrong_usage_exits_with_2_and_names_the_right_one(graphbench, arguments, expected):
    code, out, err = graphbench(*arguments)
    assert code == 2
    assert out == ""
    assert expected in err
    assert "Traceback" not in err


def test_a_missing_file_and_one_without_a_graph_are_reported(graphbench, tmp_path):
    code, _, err = graphbench("wcc", tmp_path / "no.mtx", *QUICK)
    assert code in {1, 2}
    assert "no.mtx" in err
    broken = tmp_path / "broken.mtx"
    broken.write_text("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n")
    code, _, err = graphbench("wcc", broken, *QUICK)
    assert code == 1
    assert "broken.mtx" in err
    assert "2" in err


def test_only_a_named_unavailable_engine_changes_the_exit_code(graphbench, monkeypatch):
    gone = Availability(ok=False, reason="not installed", fix="Install it: somehow.")
    monkeypatch.setattr(type(registry.engine("networkit")), "availability", lambda _: gone)
    monkeypatch.setattr(type(registry.engine("cugraph")), "availability", lambda _: gone)
    monkeypatch.setattr(type(registry.engine("nx-cugraph")), "availability", lambda _: gone)
    code, out, _ = graphbench("wcc", "karate", "--trials", 1)
    assert code == 0
    assert "not installed" in out
    assert "`graphbench doctor` says how to install it" in out
    _, out, _ = graphbench("wcc", "karate", "--engine", "networkit")
    assert "Install it: somehow." in out, "nothing else is to be said"
    code, _, _ = graphbench("wcc", "karate", "--trials", 1, "--engine", "igraph,networkit")
    assert code == 1


def test_piped_tables_are_neither_wrapped_nor_coloured():
    process = start("wcc", "karate", *QUICK, env={**os.environ, "COLUMNS": "40"})
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) > 80


def test_results_go_to_stdout_and_progress_to_stderr(graphbench):
    _, out, err = graphbench("wcc", "karate", *QUICK)
    assert "n = 2" in err
    assert "wcc · karate · igraph: ok" not in out


def test_match_quality_is_for_heuristics_only(graphbench):
    code, out, _ = graphbench(
        "louvain", "karate", "--engine", "igraph", "--match-quality", "--budget", 0.1, "--format", "json"
    )
    assert code == 0
    (made,) = json.loads(out)["records"]
    assert made["matched"]["problem"] == "louvain"
    assert made["matched"]["tried"][0]["quality"]
    code, _, err = graphbench("louvain", "karate", "--allow", "leiden")
    assert (code, "--match-quality" in err) == (2, True)
    code, _, err = graphbench("pagerank", "karate", "--match-quality")
    assert (code, "No such option" in err) == (2, True)


def test_output_goes_to_a_file(graphbench, tmp_path):
    path = tmp_path / "result.md"
    code, out, _ = graphbench("wcc", "karate", *QUICK, "--format", "markdown", "--output", path)
    assert code == 0
    assert out == ""
    assert "| networkx |" in path.read_text(encoding="utf-8").replace("`", "")


def test_answers_are_saved_by_vertex_name_and_engine(graphbench, tmp_path):
    graph = tmp_path / "people.csv"
    graph.write_text("from,to\nada,bob\ncyd,dan\n")
    path = tmp_path / "answer.csv"
    code, _, _ = graphbench("wcc", graph, *QUICK, "--save-answer", path)
    assert code == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["vertex"] for row in rows] == ["ada", "bob", "cyd", "dan"]
    for engine in ("networkx", "igraph"):
        labels = [row[engine] for row in rows]
        assert labels[0] == labels[1] != labels[2] == labels[3]


def test_pair_answers_are_saved_with_their_pairs(graphbench, tmp_path):
    path = tmp_path / "answer.csv"
    code, _, _ = graphbench("jaccard", "karate", *QUICK, "--pairs", 7, "--save-answer", path)
    assert code == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 7
    assert set(rows[0]) == {"first", "second", "networkx", "igraph"}


def test_records_are_stored_as_they_come(graphbench, private_home):
    graphbench("wcc", "karate", *QUICK)
    lines = (private_home / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["task"]["engine"] for line in lines] == ["igraph", "networkx"]


@pytest.mark.parametrize("engines", ["igraph,networkx", "graph-tool,igraph,networkx"])
def test_an_interrupt_keeps_complete_records_and_exits_with_130(engines):
    process = start("bfs", "karate", "--engine", engines, "--trials", 10**7, start_new_session=True)
    for line in process.stderr:
        if "bfs · karate · igraph" in line:
            break
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert "Nothing was measured" not in out  # with a reason that is not the interrupt


def test_algorithms_are_listed_by_family_with_the_engines_that_have_them(graphbench):
    code, out, _ = graphbench("list", "algorithms")
    assert code == 0
    heads, *rows = out.split("\n\n")[0].splitlines()
    assert re.split(r"\s{2,}", heads) == ["family", "algorithm", *registry.engine_names(), "also called"]
    starts = [row for row in rows if not row.startswith(" ")]
    assert [row.split("  ")[0] for row in starts] == sorted({page.family for page in _by_family()})
    cells = [re.split(r"\s{2,}", row.strip())[row in starts :] for row in rows]
    assert cells == [
        [
            page.name,
            *("yes" if engine in page.adapters else "-" for engine in registry.engine_names()),
            *([", ".join(page.aliases)] if page.aliases else []),
        ]
        for page in _by_family()
    ]


def test_the_same_fix_for_several_engines_is_given_once(graphbench, monkeypatch):
    faults = {"cugraph": "no driver", "nx-cugraph": "no driver", "cugraph-mg": "no cluster"}
    for engine in registry.engines():
        fault = faults.get(engine.name)
        found = Availability(ok=not fault, reason=fault or "", fix=f"End {fault}." if fault else "")
        monkeypatch.setattr(type(engine), "availability", lambda _, found=found: found)
    code, out, _ = graphbench("list", "engines")
    assert code == 0
    table, below = out.strip().split("\n\n")
    states = {line.split()[0]: line.split("  ")[-1].strip() for line in table.splitlines()[1:]}
    assert states == dict.fromkeys(registry.engine_names(), "available") | {
        name: f"unavailable: {fault}" for name, fault in faults.items()
    }
    assert sorted(below.splitlines()) == [
        "cugraph and nx-cugraph: no driver. End no driver.",
        "cugraph-mg: no cluster. End no cluster.",
    ]


def _by_family():
    return sorted(map(registry.algorithm, registry.algorithm_names()), key=lambda page: (page.family, page.name))


@pytest.mark.parametrize("what", ["algorithms", "datasets", "engines"])
def test_lists_are_available_as_markdown(graphbench, what):
    code, out, _ = graphbench("list", what, "--format", "markdown")
    assert code == 0
    heads, rule, *rows = [line for line in out.splitlines() if line.startswith("|")]
    assert set(rule) <= set("|-: ")
    assert len(rows) > 4
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in [heads, rule, *rows]} == {heads.count("|")}


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_show_gives_the_adapter_or_the_reason_for_every_engine(graphbench, name):
    _, out, _ = graphbench("show", name)
    page = registry.algorithm(name)
    shown, _, gaps = out.partition("\nNot solved by\n")
    for engine in registry.engine_names():
        if engine in page.adapters:
            assert re.search(rf"^([\w-]+, )*{engine}(, [\w-]+)*: graphbench/\S+\.py:\d+", shown, re.MULTILINE), engine
        else:
            assert re.search(rf"^  {engine} +{re.escape(page.gaps[engine])}$", gaps, re.MULTILINE), engine


@pytest.mark.parametrize(
    "words", [("show", "louvain"), ("show", "karate"), ("show", "igraph"), ("doctor",), ("list", "engines")]
)
def test_prose_fits_a_terminal(graphbench, monkeypatch, words):
    monkeypatch.setattr("graphbench.reporting.terminal_width", lambda _: 70)
    _, out, _ = graphbench(*words)
    prose = out.partition("/algorithms/")[0]  # then follow the adapters, as they are written
    assert max(map(len, prose.splitlines())) <= 70


def test_list_show_and_doctor_describe_what_exists(graphbench):
    _, out, _ = graphbench("list")
    for name in ("louvain", "coAuthorsDBLP", "nx-cugraph", "grid:rows=1000,cols=1000,seed=1", "knn:n=100000,d=8"):
        assert name in out
    _, out, _ = graphbench("show", "pagerank")
    for part in ("Family: link analysis.", "--damping", "networkit", "def _(", "graphbench/algorithms/pagerank.py:"):
        assert part in out
    _, out, _ = graphbench("show", "coAuthorsDBLP")
    assert "977,676" in out
    code, out, _ = graphbench("doctor")
    assert code == 0
    assert "driver" in out.lower()


ENGINE_KEYS = {"name", "title", "version", "device", "available", "reason", "fix"}
LIST_KEYS = {
    "algorithms": {"name", "title", "family", "aliases", "summary", "engines"},
    "datasets": {"name", "kind", "num_vertices", "num_edges", "state"},
    "engines": ENGINE_KEYS,
}


def test_list_as_json_has_the_same_facts_under_stable_keys(graphbench):
    code, out, _ = graphbench("list", "--json")
    found = json.loads(out)
    assert (code, list(found)) == (0, list(LIST_KEYS))
    for what, keys in LIST_KEYS.items():
        assert {frozenset(item) for item in found[what]} == {frozenset(keys)}
        assert json.loads(graphbench("list", what, "--format", "json")[1]) == {what: found[what]}
    assert [page["name"] for page in found["algorithms"]].count("wcc") == 1
    assert {"name": "karate", "num_edges": 78}.items() <= next(
        graph for graph in found["datasets"] if graph["name"] == "karate"
    ).items()


def test_doctor_as_json_has_the_same_facts_under_stable_keys(graphbench, monkeypatch):
    device = gpus.Device(index=0, name="H100", total=80 << 30, free=79 << 30, capability=(9, 0))
    monkeypatch.setattr(gpus, "probe", lambda: gpus.Cuda(driver="580.65", cuda=(13, 0), devices=(device,)))
    code, out, _ = graphbench("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == [
        "graphbench", "python", "machine", "driver", "cuda", "gpus", "home", "data", "mirrors", "engines",
    ]  # fmt: skip
    assert set(found["machine"]) == {"digest", "cpu", "cores", "memory_bytes", "os"}
    assert (found["driver"], found["cuda"]) == ("580.65", "13.0")
    assert found["gpus"] == [
        {"index": 0, "name": "H100", "memory_bytes": 80 << 30, "free_bytes": 79 << 30, "compute_capability": "9.0"}
    ]
    assert {frozenset(engine) for engine in found["engines"]} == {frozenset(ENGINE_KEYS)}
    assert re.search(r"GPU 0 +H100, 79 GiB of 80 GiB free, compute capability 9\.0", graphbench("doctor")[1])


@pytest.mark.parametrize("arguments", [["--help"], ["louvain", "--help"], ["cache", "--help"], ["--version"]])
def test_help_imports_no_engine(arguments):
    script = (
        "import sys; from graphbench import cli; code = cli.invoke(sys.argv[1:]);"
        "heavy = {'networkx', 'igraph', 'networkit', 'cugraph', 'cudf', 'scipy', 'pandas', 'pyarrow', 'matplotlib'};"
        "sys.exit(code or (f'imported {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0))"
    )
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, stdout=subprocess.DEVNULL)


def test_fetching_an_embedded_graph_needs_no_network(graphbench):
    code, out, _ = graphbench("fetch", "karate")
    assert code == 0
    assert out.startswith("karate\t")


def test_the_cache_is_listed_and_cleared(graphbench, private_home):
    graphbench("wcc", "karate", *QUICK)
    _, out, _ = graphbench("cache", "list")
    assert "karate" in out
    code, out, _ = graphbench("cache", "clear", "--yes")
    assert code == 0
    assert not list(private_home.rglob("*.parquet"))
    assert (private_home / "records.jsonl").exists()


@pytest.mark.parametrize(
    ("redirection", "problem"), [(">/dev/full", "No space left on device"), (">&-", "stdout is closed")]
)
@pytest.mark.parametrize("arguments", ["wcc karate --trials 1 --engine igraph", "--help", "list datasets"])
def test_an_unwritable_stdout_is_reported_in_a_sentence(arguments, redirection, problem):
    if "full" in redirection and not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("this system has no /dev/full")
    command = f"{sys.executable} -m graphbench {arguments} {redirection}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("imported", ["click", "graphbench.registry", "graphbench.cli.run", "graphbench.api"])
def test_an_interrupt_during_startup_exits_with_130(imported):
    script = (
        "import sys\n"
        "class Press:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {imported!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Press())\n"
        "from graphbench.cli import main\n"
        "main(['wcc', 'karate'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 130
    assert done.stderr.strip() == "Interrupted. Completed records are kept."


def test_out_of_memory_is_reported_in_a_sentence(graphbench, monkeypatch):
    from graphbench.graphs import loading

    def hungry(*_, **__):
        raise MemoryError("Unable to allocate 7.28 TiB")

    monkeypatch.setattr(loading.cache, "cleaned", hungry)
    code, _, err = graphbench("wcc", "karate", *QUICK)
    assert code == 1
    assert "out of memory (Unable to allocate 7.28 TiB)" in err


@pytest.mark.parametrize("name", [b"caf\xe9.csv", b"two\nlines|.csv"], ids=["not UTF-8", "line break"])
def test_any_name_of_a_file_goes_through_every_command_and_cuts_no_row(graphbench, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(name)
    (tmp_path / name).write_text("1,2\n2,3\n")
    store = ["--store", f"store {name}.jsonl"]
    for command in (
        ["show", name],
        ["wcc", name, *QUICK, *store, "--output", f"{name}.md", "--format", "markdown", "--save-answer", name],
        ["records", *store],
        ["records", *store, "--format", "markdown"],
        ["records", "export", *store, "--format", "table"],
        ["records", "export", *store, "--format", "markdown"],
        ["compare", store[1], store[1]],
        ["report", "--records", store[1], "--output", f"report {name}"],  # prints a path as it is
    ):
        code, out, err = graphbench(*command)
        assert code == 0, (command, err)
        assert command[0] in {"show", "report"} or not re.search(r"(?m)^lines", out), command
    for file in (f"{name}.md", f"report {name}/README.md"):
        assert not re.search(r"(?m)^lines", (tmp_path / file).read_text(encoding="utf-8"))


def test_a_name_that_is_not_utf_8_is_shown_in_errors(graphbench):
    code, _, err = graphbench("show", os.fsdecode(b"caf\xe9.csv"))
    assert (code, "caf\\udce9.csv does not exist" in err) == (2, True), err


@pytest.mark.parametrize(
    ("option", "values"),
    [("--chart", ("a.svg", "b.svg")), ("--output", ("a.md", "b.md")), ("--timeout", (1, 2)), ("--seed", (1, 1))],
)
def test_an_option_of_one_value_that_is_given_twice_is_refused_instead_of_dropped(graphbench, option, values):
    code, out, err = graphbench("wcc", "karate", option, values[0], option, values[1])
    assert (code, out) == (2, "")
    assert err == f"Error: {option} takes one value and is given 2 times. Pass it once.\n"


def test_lists_and_flags_may_be_given_twice(graphbench):
    code, *_ = graphbench("wcc", "karate", "--engine", "networkx", "--engine", "igraph", "--details", "--details", "-h")
    assert code == 0


def test_algorithms_separated_by_commas_are_one_measurement(graphbench):
    code, out, _ = graphbench("bfs,components,wcc", "karate", *QUICK, "--format", "json")
    tasks = [(record["task"]["algorithm"], record["task"]["engine"]) for record in json.loads(out)["records"]]
    assert code == 0
    assert sorted(tasks) == [(name, engine) for name in ("bfs", "wcc") for engine in ("igraph", "networkx")]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["bfs,wccc", "karate"], "No algorithm or command is called 'wccc'. Did you mean `graphbench bfs,wcc karate`?"),
        (["bfs,wcc", "karate", "--max-level", "3"], "--max-level"),
        (["bfs,wcc", "karate", "--chart", "a.svg"], "--chart is about one algorithm, found 2: name only one."),
        (["bfs,wcc", "karate", "--save-answer", "a.csv"], "--save-answer is about one algorithm, found 2"),
    ],
)
def test_what_several_algorithms_do_not_take_is_refused(graphbench, typed, says):
    code, out, err = graphbench(*typed)
    assert (code, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("email-Enron pagerank", "pagerank email-Enron"),
        ("'my data.csv' pagerank --directed", "pagerank 'my data.csv' --directed"),
        ("ba:n=100,m=3 k-core --budget 1", "k-core ba:n=100,m=3 --budget 1"),
        ("run pagerank email-Enron --engine igraph", "pagerank email-Enron --engine igraph"),
        ("benchmark karate wcc", "wcc karate"),
        ("edges.csv", "pagerank edges.csv"),
        ("luvain karate --seed 2", "louvain karate --seed 2"),
    ],
)
def test_a_mistaken_command_is_answered_with_the_one_that_was_meant(graphbench, typed, meant):
    code, out, err = graphbench(*shlex.split(typed))
    assert (code, out) == (2, "")
    assert f"Did you mean `graphbench {meant}`?" in err
    assert len(err) < 200


def test_a_word_like_no_other_is_not_answered_with_all_names(graphbench):
    code, _, err = graphbench("zzzzzz", "karate")
    assert (code, err) == (
        2,
        "Error: No algorithm or command is called 'zzzzzz'. `graphbench --help` lists them all.\n",
    )


@pytest.mark.parametrize(
    ("word", "name"),
    {
        "shortest-paths": "sssp",
        "components": "wcc",
        "communities": "louvain",
        "betweenness-centrality": "betweenness",
        "label-propagation": "cdlp",
        "clustering-coefficient": "lcc",
        "k-core": "core-number",
        "page-rank": "pagerank",
    }.items(),
)
def test_an_algorithm_has_the_names_that_people_search_for(word, name):
    assert registry.algorithm(word).name == name


@pytest.mark.parametrize("command", ["show", "wcc", "advise"])
def test_a_file_that_does_not_exist_is_called_a_file(graphbench, command):
    code, out, err = graphbench(command, "rowindex.xlsx")
    assert (code, out) == (2, "")
    assert "The file rowindex.xlsx does not exist." in err
    assert len(err) < 200


@pytest.mark.parametrize("body", ["import no_such_library", "1 / 0", "raise SystemError", "def ("])
def test_a_broken_plugin_is_named(graphbench, monkeypatch, tmp_path, body):
    (tmp_path / "broken_plugin.py").write_text(f"{body}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "broken_plugin")
    monkeypatch.delitem(sys.modules, "broken_plugin", raising=False)
    code, _, err = graphbench("list", "engines")
    assert code == 2
    assert "GRAPHBENCH_PLUGINS names 'broken_plugin', which cannot be imported" in err


@pytest.mark.parametrize("option", ["--output", "--save-answer", "--chart"])
def test_an_unwritable_file_is_reported_before_measuring(graphbench, private_home, tmp_path, option):
    suffix = {"--output": "md", "--save-answer": "csv", "--chart": "svg"}[option]
    code, out, err = graphbench("wcc", "karate", *QUICK, option, tmp_path / "no" / f"x.{suffix}")
    assert (code, out) == (2, "")
    assert "does not exist" in err
    assert not (private_home / "records.jsonl").exists()


@pytest.mark.parametrize("command", [["suite", "smoke"], ["records", "export"]])
def test_every_command_checks_its_output_first(graphbench, tmp_path, command):
    code, out, err = graphbench(*command, "--output", tmp_path / "no" / "x.md")
    assert (code, out) == (2, "")
    assert "does not exist" in err


@pytest.mark.parametrize("option", ["--output", "--save-answer"])
def test_an_output_that_fails_later_goes_to_stdout(graphbench, tmp_path, option):
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("this system has no /dev/full")
    path = tmp_path / "full.csv"
    path.symlink_to("/dev/full")
    code, out, err = graphbench("wcc", "karate", *QUICK, option, path)
    assert code == 1
    assert "networkx" in out
    assert "full.csv: No space left on device. The records are kept" in err


def test_the_answer_to_a_search_names_its_source(graphbench, tmp_path):
    graph = tmp_path / "people.csv"
    graph.write_text("from,to\nada,bob\nbob,cyd\n")
    path = tmp_path / "hops.csv"
    code, _, err = graphbench("bfs", graph, *QUICK, "--source", "cyd", "--save-answer", path)
    assert code == 0, err
    rows = {row["vertex"]: row for row in csv.DictReader(path.read_text().splitlines())}
    assert {name: row["igraph from cyd"] for name, row in rows.items()} == {"ada": "2", "bob": "1", "cyd": "0"}
    assert "the answers of igraph and networkx, those to the search from cyd." in err


def test_the_saved_answer_is_of_the_first_source(graphbench, tmp_path):
    path = tmp_path / "hops.csv"
    graphbench("bfs", "karate", "--engine", "networkx,igraph", "--sources", 3, "--trials", 4, "--save-answer", path)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    (column,) = (head for head in rows[0] if head.startswith("networkx from "))
    assert [row["vertex"] for row in rows if row[column] == "0"] == [column.removeprefix("networkx from ")]


def test_clearing_an_unknown_name_is_wrong_usage(graphbench):
    graphbench("wcc", "karate", *QUICK)
    code, out, err = graphbench("cache", "clear", "karrate")
    assert (code, out) == (2, "")
    assert "Did you mean karate?" in err


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [("", 2, "Nothing removed: no terminal"), ("n\n", 1, "Nothing removed."), ("y\n", 0, "")],
)
def test_clearing_everything_needs_a_confirmation(private_home, typed, code, words):
    kept = private_home / "answers" / f"{'0' * 32}.npy"
    kept.parent.mkdir()
    kept.touch()
    done = subprocess.run(
        [sys.executable, "-m", "graphbench", "cache", "clear"], input=typed, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert words in done.stderr
    assert "Interrupted" not in done.stderr
    assert kept.exists() == (code != 0)


def test_fetched_graphs_keep_a_line_and_failed_ones_do_not(capsys):
    from graphbench.cli.progress import Reporter

    def torn(reporter):
        with reporter.download("G/two") as progress:
            progress(5, 10)
            raise OSError("gone")

    with Reporter.on_stderr() as reporter:
        with reporter.download("G/one") as progress:
            for done, total in ((0, 10**6), (10**6, 10**6), (0, None), (2 * 10**6, None)):  # the index, then the graph
                progress(done, total)
        with reporter.download("G/here"):
            pass
        with pytest.raises(OSError, match="gone"):
            torn(reporter)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("fetched")]
    assert len(lines) == 1
    assert lines[0].startswith("fetched 3.0 MB for G/one in ")


@pytest.mark.parametrize("command", [["wcc", "karate"], ["records"], ["suite", "smoke", "--dry-run"]])
@pytest.mark.parametrize("empty", ["", " , "])
def test_a_list_without_names_is_wrong_usage_and_not_all_of_them(graphbench, command, empty):
    code, out, err = graphbench(*command, "--engine", empty)
    assert (code, out) == (2, "")
    assert "no name given" in err


def test_a_file_is_shown(graphbench, tmp_path):
    path = tmp_path / "toy.csv"
    path.write_text("source,target,weight\na,b,1\nb,a,2\nb,b,3\nb,c,4\n")
    code, out, _ = graphbench("show", path)
    assert code == 0
    assert "Cleaning dropped 1 loop and merged 1 duplicate (the smallest weight stays)." in out
    for line in ("Vertices:   3", "Edges:      2", "Entries:    4", "Weighted:   yes", f"From:       {path}"):
        assert line in out
    assert (
        "Read as:    table, columns separated by commas, with a header; source 'source', target 'target', weight" in out
    )
    assert "First rows: source  target  weight\n            a       b       1\n            b       a       2\n" in out
    code, _, err = graphbench("show", tmp_path / "no.csv")
    assert code == 2
    assert "does not exist" in err


@pytest.mark.parametrize("command", [["report"], ["compare", "no.jsonl"], ["records", "--store"], ["suite"]])
def test_a_file_that_does_not_exist_is_wrong_usage_as_a_misspelt_name_is(graphbench, tmp_path, command):
    code, _, err = graphbench(*command, tmp_path / f"no.{'toml' if command == ['suite'] else 'jsonl'}")
    assert (code, "does not exist" in err) == (2, True)


def test_a_missing_suite_file_is_told_which_suites_there_are_and_how_to_write_one(graphbench):
    code, _, err = graphbench("suite", "nightly.toml")
    assert code == 2
    assert "The suite file nightly.toml does not exist. Included are: deck, smoke." in err
    assert 'datasets = ["karate"]' in err


def test_seconds_that_are_none_are_told_what_is_expected(graphbench):
    code, _, err = graphbench("bfs", "karate", "--budget", "abc")
    assert code == 2
    assert "'--budget': expected seconds, such as 30 or 0.5, got 'abc'." in err


def test_a_store_is_no_graph_and_the_message_says_how_to_see_it(graphbench, tmp_path):
    store = tmp_path / "a.jsonl"
    graphbench("wcc", "karate", *QUICK, "--store", store)
    code, _, err = graphbench("pagerank", store)
    assert code == 1
    assert f"{store}: a store of graphbench's records, not a graph. To see them: `graphbench report {store}`." in err


PAYMENTS = "id,payer,payee,amount\n1,ann,bob,5\n2,bob,cyd,2.5\n3,cyd,ann,1\n"


@pytest.fixture
def payments(tmp_path):
    path = tmp_path / "payments.csv"
    path.write_text(PAYMENTS)
    return path


def test_the_options_that_a_refusal_names_can_be_pasted(graphbench, payments):
    code, out, err = graphbench("wcc", payments, *QUICK)
    assert (code, out) == (1, "")
    assert "found the columns id, payer, payee, amount" in err
    advice = err.partition("for example: ")[2].partition(" (or")[0].split()
    assert advice[::2] == ["--source-column", "--target-column", "--weight-column"]
    code, _, _ = graphbench("show", payments, *advice)
    assert code == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--source-column", "payer", "--target-column", "payee", "--weight-column", "amount"],
        ["--source-column", "PAYER", "--target-column", "payee", "--weight-column", "amount", "--header"],
        ["--source-column", "payer", "--target-column", "payee", "--weight-column", "amount", "--delimiter", ","],
    ],
)
@pytest.mark.parametrize("command", ["show", "louvain", "suite"])
def test_columns_are_chosen_on_the_command_line(graphbench, payments, command, options):
    arguments = {"show": [payments], "louvain": [payments, *QUICK], "suite": ["--datasets", payments, *QUICK]}[command]
    also = ["--algorithms", "wcc"] if command == "suite" else []
    code, out, err = graphbench(command, *arguments, *also, *options)
    assert code == 0, err
    assert "source 'payer', target 'payee', weight 'amount'; ignored: 'id'; 3 rows" in out


@pytest.mark.parametrize("command", ["show", "advise", "louvain"])
def test_only_searches_have_a_source(graphbench, payments, command):
    code, out, err = graphbench(command, payments, "--source", "payer")
    assert (code, out) == (2, "")
    assert "--source-column" in err


@pytest.mark.parametrize(
    ("algorithm", "option", "advice"),
    [
        ("bfs", "--target", "write --target-column NAME. bfs has no target: it goes from --source VERTEX to all"),
        ("sssp", "--target", "write --target-column NAME. sssp has no target: it goes from --source VERTEX to all"),
        ("louvain", "--target", "write --target-column NAME."),
        ("louvain", "--weight", "write --weight-column NAME."),
        ("pagerank", "--source", "write --source-column NAME."),
    ],
)
def test_a_column_is_never_called_like_a_vertex(graphbench, payments, algorithm, option, advice):
    code, out, err = graphbench(algorithm, payments, option, "cust2")
    assert (code, out) == (2, "")
    assert f"No such option '{option}'. For a column of the table, {advice}" in err


@pytest.mark.skipif(bool(gpus.visible_names()), reason="advice is for machines without a GPU")
@pytest.mark.parametrize(
    "options",
    [
        ["--directed", "--source-column", "payer", "--target-column", "payee", "--no-weight"],
        ["--source-column", "2", "--target-column", "3", "--weight-column", "4", "--no-header"],
    ],
)
def test_the_advice_after_a_run_can_be_pasted(graphbench, tmp_path, monkeypatch, options):
    (tmp_path / "my data").mkdir()
    rows = PAYMENTS if "--no-header" not in options else PAYMENTS.partition("\n")[2]
    (tmp_path / "my data" / "payments.csv").write_text(rows)
    monkeypatch.chdir(tmp_path)
    code, out, err = graphbench("pagerank", "my data/payments.csv", *QUICK, *options)
    assert code == 0, err
    *_, line = " ".join(out.split()).partition("More: ")
    words = shlex.split(line)
    assert words == ["graphbench", "advise", "my data/payments.csv", *options]
    code, _, err = graphbench(*words[1:], "--no-measure")
    assert code == 0, err


def test_a_search_has_its_vertex_and_its_columns(graphbench, payments):
    columns = ["--source-column", "payer", "--target-column", "payee", "--weight-column", "amount"]
    code, out, _ = graphbench("sssp", payments, *QUICK, *columns, "--source", "cyd", "--format", "json")
    assert code == 0
    assert {record["answer"]["max_distance"] for record in json.loads(out)["records"]} == {2.5}


def test_without_weights_sssp_draws_them(graphbench, payments):
    columns = ["--source-column", "payer", "--target-column", "payee", "--no-weight"]
    _, out, _ = graphbench("sssp", payments, *QUICK, *columns)
    assert "no weight; ignored: 'id', 'amount'" in out
    assert "drawn weights" in out


DRAWN = "weights were drawn at random (integers 1 to 255)"


@pytest.mark.parametrize(("algorithm", "instead"), [("sssp", "bfs"), ("mst", "")])
def test_a_saved_answer_for_drawn_weights_is_said_to_mean_nothing(graphbench, tmp_path, algorithm, instead):
    graph = tmp_path / "edges.csv"
    graph.write_text("source,target\n1,2\n2,3\n3,1\n")
    code, _, err = graphbench(algorithm, graph, *QUICK, "--save-answer", tmp_path / "a.csv")
    words = " ".join(err.split())
    assert (code, DRAWN in words, "the answer means nothing for this graph" in words) == (0, True, True)
    assert (f"or use {instead}, which needs none" in words) is bool(instead)
    graph.write_text("source,target,weight\n1,2,1\n2,3,2\n3,1,3\n")
    assert DRAWN not in " ".join(graphbench(algorithm, graph, *QUICK, "--save-answer", tmp_path / "a.csv")[2].split())


def test_distances_from_a_chosen_source_by_drawn_weights_have_a_note(graphbench, tmp_path):
    graph = tmp_path / "edges.csv"
    graph.write_text("source,target\n1,2\n2,3\n3,1\n")
    _, out, err = graphbench("sssp", graph, *QUICK, "--source", 1, "--save-answer", tmp_path / "a.csv")
    notes = " ".join(out.split())
    assert (notes.count(DRAWN), DRAWN in " ".join(err.split())) == (1, False)
    assert "distances mean nothing for it" in " ".join(graphbench("explain", "drawn weights")[1].split())
    assert DRAWN not in " ".join(graphbench("sssp", graph, *QUICK)[1].split())
    assert DRAWN not in " ".join(graphbench("bfs", graph, *QUICK, "--source", 1)[1].split())


@pytest.mark.parametrize("algorithm", ["bfs", "sssp", "ego-graph"])
def test_a_start_vertex_without_edges_has_a_note(graphbench, tmp_path, algorithm):
    graph = tmp_path / "alone.mtx"
    graph.write_text("%%MatrixMarket matrix coordinate integer symmetric\n4 4 2\n2 1 5\n3 2 5\n")
    once = ["--trials", 1, "--engine", "igraph", "--baseline", "igraph"]
    alone, joined = (" ".join(graphbench(algorithm, graph, *once, "--source", source)[1].split()) for source in (4, 1))
    assert "igraph: no edge leaves the start vertex 4, so the search is over at once. Choose another" in alone
    assert "no edge leaves" not in joined


@pytest.mark.filterwarnings("default::UserWarning")
def test_warnings_of_a_reader_are_shown_on_every_run(graphbench, tmp_path):
    path = tmp_path / "kinds.csv"
    path.write_text("source,target,kind\n1,2,friend\n2,3,enemy\n")
    for _ in range(2):
        _, out, err = graphbench("wcc", path, *QUICK)
        assert "Warning: kinds.csv: Column 'kind' is not numeric and is ignored" in err
        assert "no weight; ignored: 'kind'" in out
    _, out, err = graphbench("show", path)
    assert ("Warning:    Column 'kind' is not numeric" in out, err) == (True, "")
    code, out, err = graphbench("show", "ba:n=10,m=2", "--directed")
    assert (code, err.count("\n")) == (0, err.count("Warning: "))


def test_options_of_tables_are_refused_where_they_have_no_effect(graphbench, payments):
    code, _, err = graphbench("wcc", "karate", *QUICK, "--weight-column", "x")
    assert (code, "karate is not a table, so --weight-column x has no effect" in err) == (2, True)
    code, _, err = graphbench("show", "karate", "--no-weight")
    assert (code, "karate is not a table, so --no-weight has no effect" in err) == (2, True)
    code, _, err = graphbench("wcc", payments, *QUICK, "--weight-column", "amount", "--no-weight")
    assert (code, "--weight-column amount --no-weight exclude each other" in err) == (1, True)


def test_to_fetch_a_generated_graph_or_a_file_is_wrong_usage(graphbench, tmp_path):
    path = tmp_path / "toy.csv"
    path.write_text("from,to\na,b\n")
    for name, what in ((path, "a file"), ("ba:n=10,m=2", "generated")):
        code, out, err = graphbench("fetch", "karate", name)
        assert (code, out) == (2, "")
        assert f"{name} is {what}, so there is nothing to fetch." in err
    assert graphbench("fetch", " ")[0] == 2
    code, _, err = graphbench("fetch", "ba:n=10,q=2")
    assert (code, "'q=2'" in err) == (2, True)


@pytest.mark.parametrize(
    ("algorithm", "dataset", "words"),
    [
        ("pagerank", "karate", "karate is undirected by its format or generator: --directed has no effect."),
        ("wcc", None, "--directed has no effect: "),
        ("pagerank", None, ""),
    ],
)
def test_a_direction_without_effect_is_reported(tmp_path, algorithm, dataset, words):
    table = tmp_path / "toy.csv"
    table.write_text("from,to\na,b\nb,c\n")
    process = start(algorithm, dataset or table, *QUICK, "--directed")  # here, warnings would be errors
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert words in err
    assert ("Warning" in err) is bool(words)


def test_clearing_a_dataset_clears_its_posed_forms(graphbench, private_home):
    graphbench("sssp", "karate", *QUICK)
    assert list((private_home / "posed").iterdir())
    code, out, _ = graphbench("cache", "clear", "karate")
    assert code == 0
    assert out.startswith("Removed 2 files")
    assert not list((private_home / "posed").iterdir())
