"""Requests are checked before anything is loaded or measured, and each graph is measured once."""

import math
import re

import networkx as nx
import numpy as np
import pytest

import graphbench as gb
from graphbench import cli, registry
from graphbench.api import measuring
from graphbench.cli import scale
from graphbench.errors import InputError, UsageError
from graphbench.measure import plan
from graphbench.measure.options import MAX_SEED, Options, revised
from graphbench.measure.suites import suite
from graphbench.system.machine import usable_cores
from helpers.records import stored

QUICK = {"engines": ["networkx", "igraph"], "trials": 1, "timeout": 60}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"budget": True}, "budget takes a finite number of seconds from 0, not True"),
        ({"ignore_weights": "no"}, "ignore_weights takes true or false, not 'no'"),
        ({"trials": 2.0}, r"trials takes a whole number from 1, not 2\.0"),
        ({"trials": True}, "trials takes a whole number"),
        ({"trials": 0}, "trials takes a whole number from 1, not 0"),
        ({"threads": "2"}, "threads takes whole numbers from 1, or max, not '2'"),
        ({"threads": [1, 0]}, "threads takes whole numbers from 1, or max, not 0"),
        ({"device": -1}, "device takes a whole number from 0, not -1"),
        ({"seed": -1}, "seed takes a whole number from 0 to 9223372036854775807, not -1"),
        ({"seed": MAX_SEED + 1}, "seed takes a whole number from 0 to"),
        ({"seed": None}, "seed takes a whole number"),
        ({"budget": math.nan}, "budget takes a finite number of seconds from 0, not nan"),
        ({"budget": "5"}, "budget takes a finite number"),
        ({"timeout": math.inf}, "timeout takes a finite number of seconds above 0, not inf"),
        ({"timeout": 0}, "timeout takes a finite number of seconds above 0, not 0"),
        ({"allocator": "fast"}, "allocator takes one of default, pool, async, managed, not 'fast'"),
        ({"baseline": "netwrokx"}, "Did you mean networkx"),
        ({"engines": []}, "engines is empty: name at least one of cugraph, cugraph-mg, graph-tool, "),
        ({"engines": [3]}, "engines takes names of engines, not 3"),
        ({"memory_limit": 0}, "memory_limit takes an amount of memory above 0, such as 16GB, not 0"),
        ({"gpus": 0}, "gpus takes a whole number from 1, or all, not 0"),
        ({"gpus": "most"}, "gpus takes a whole number from 1, or all, not 'most'"),
        ({"gpus": 2, "scheduler": "localhost"}, "scheduler takes an address such as tcp://"),
        ({"scheduler": "tcp://localhost:8786"}, "needs .*gpus.N as well"),
    ],
)
def test_an_invalid_value_is_refused_before_loading(given, expected):
    with pytest.raises(UsageError, match=expected):
        gb.run("wcc", "no/such/graph.mtx", **(QUICK | given))


@pytest.mark.parametrize(
    "how",
    [
        lambda **given: gb.run("wcc", "karate", engines="igraph", **given),
        lambda **given: gb.scale("wcc", "rmat:scale=4", engines="igraph", **given),
        lambda **given: gb.capacity("wcc", engine="igraph", memory_limit="1GB", **given),
        ["wcc", "karate", "--engine", "igraph"],
        ["scale", "wcc", "rmat:scale=4", "--engine", "igraph"],
        ["suite", "smoke"],
        ["suite", "smoke", "--dry-run"],
        ["capacity", "wcc", "--engine", "igraph", "--memory-limit", "1GB"],
    ],
    ids=["run()", "scale()", "capacity()", "run", "scale", "suite", "suite --dry-run", "capacity"],
)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"scheduler": "nonsense", "gpus": 2},
            "scheduler takes an address such as tcp://10.0.0.1:8786, not 'nonsense'",
        ),
        ({"scheduler": "tcp://10.0.0.1:8786"}, "needs .*gpus.N as well"),
    ],
    ids=["no address", "no number"],
)
def test_a_scheduler_is_checked_everywhere(capsys, how, given, expected):
    if isinstance(how, list):
        assert cli.invoke([*how, *(word for key, value in given.items() for word in (f"--{key}", str(value)))]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert re.search(expected, captured.err)
    else:
        with pytest.raises(UsageError, match=expected):
            how(**given)
    assert stored() == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [("all", [3]), ("1,all", [1, 3]), (["all", 3], [3]), (2, [2]), ([2, 4], [2, 4])],
    ids=str,
)
def test_gpus_all_means_the_visible_ones_everywhere(monkeypatch, given, expected):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,5")
    if isinstance(given, str):
        given = scale.command.make_context("scale", ["wcc", "rmat:scale=4", "--gpus", given]).params["gpus"]
    assert suite.merged(suite.Suite(), {"gpus": given}).gpus == expected
    if given == ["all"]:
        assert revised(Options(), {"gpus": "all"}).gpus == 3


@pytest.mark.parametrize(
    "command", [["scale", "wcc", "rmat:scale=4"], ["suite", "smoke", "--dry-run"], ["wcc", "karate"]]
)
@pytest.mark.parametrize("given", ["most", "1,,2", "-1", "1.5"])
def test_an_invalid_number_of_gpus_is_refused(capsys, command, given):
    assert cli.invoke([*command, "--gpus", given]) == 2
    assert "gpus takes a whole number from 1, or all, not" in capsys.readouterr().err


@pytest.mark.filterwarnings("default:--gpus has no effect")
@pytest.mark.parametrize(
    "command",
    [
        ["wcc", "karate"],
        ["scale", "wcc", "rmat:scale=4"],
        ["suite", "--datasets", "karate", "--algorithms", "wcc"],
        ["capacity", "wcc", "--memory-limit", "1GB", "--tries", "1"],
    ],
    ids=lambda command: command[0],
)
def test_gpus_for_single_gpu_engines_is_a_warning(capsys, command):
    cli.invoke([*command, "--engine", "igraph", "--trials", "1", "--gpus", "2"])
    err = capsys.readouterr().err
    assert err.count("Warning: --gpus has no effect: no engine that uses several GPUs is measured") == 1
    assert [each.task.engine for each in stored()] == ["igraph"]


def test_a_series_called_with_numbers_of_gpus_is_measured_on_several(monkeypatch):
    measured = []
    monkeypatch.setattr(measuring, "_measure_runs", lambda runs, *_: measured.extend(run.suite for run in runs))
    gb.scale("wcc", "rmat:scale=4,by=numpy", gpus=[1, 2])
    assert {engine for suite in measured for engine in suite.engines} == {"cugraph", "cugraph-mg"}


@pytest.mark.parametrize(
    "command",
    [
        ["scale", "wcc", "rmat:scale=4", "--engine", "igraph"],
        ["suite", "smoke"],
        ["capacity", "wcc", "--engine", "igraph"],
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--memory-limit", "0"], "--memory-limit takes an amount of memory above 0, such as 16GB, not 0."),
        (
            ["--device-memory-limit", "0"],
            "--device-memory-limit takes an amount of memory above 0, such as 16GB, not",
        ),
        (["--seed", "-1"], "--seed takes a whole number from 0 to 9223372036854775807, not -1."),
        (["--timeout", "0"], "--timeout takes a finite number of seconds above 0, not 0"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_an_invalid_option_is_refused_by_its_name(capsys, command, given, expected):
    assert cli.invoke([*command, *given]) == 2
    err = capsys.readouterr().err
    assert expected in err
    assert "the command line" not in err


def test_an_invalid_argument_is_refused_by_its_name():
    with pytest.raises(UsageError, match=r"^memory_limit takes an amount of memory above 0, such as 16GB, not 0"):
        gb.scale("wcc", "rmat:scale=4", engines="igraph", memory_limit=0)
    with pytest.raises(UsageError, match=r"^trials takes a whole number from 1, not 'many'"):
        gb.capacity("wcc", engine="igraph", trials="many")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"engine": "igraph"}, "no argument 'engine': use engines="),
        ({"memory-limit": "1GB"}, "no argument 'memory-limit': use memory_limit="),
        ({"--budget": 1}, "use budget="),
        ({"allows": "leiden"}, "use allow="),
        ({"no_predict": True}, "no argument 'no_predict': use predict=False"),
        ({"undirected": True}, "use directed=False"),
        ({"format": "csv"}, r"use print\(result.render\('csv'\)\)"),
        ({"save_answer": "a.csv"}, r"use result.answer\(engine\)"),
        ({"trails": 3}, r"did you mean trials=\?"),
        ({"dampin": 3}, "bfs has no parameter 'dampin'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_call_that_spells_an_option_in_another_way_is_refused_with_its_name(given, expected):
    with pytest.raises(UsageError, match=expected):
        gb.run("bfs", "no/such/graph.mtx", **given)


def test_a_series_and_a_search_that_spell_an_option_in_another_way_are_refused_with_its_name():
    with pytest.raises(UsageError, match=r"did you mean trials=\?"):
        gb.scale("wcc", "rmat:scale=4", engines="igraph", trails=2)
    with pytest.raises(UsageError, match=r"graphbench.scale has no argument 'allocator': use allocators="):
        gb.scale("wcc", "rmat:scale=4", engines="igraph", allocator="pool")
    with pytest.raises(UsageError, match=r"graphbench.scale has no argument 'no-skip': use skip=False"):
        gb.scale("wcc", "rmat:scale=4", engines="igraph", **{"no-skip": True})
    with pytest.raises(UsageError, match=r"graphbench.capacity has no argument 'engines': use engine="):
        gb.capacity("wcc", engines="igraph")


def test_an_algorithm_without_networkx_has_another_baseline():
    result = gb.run("weighted-jaccard", "karate", engines="scipy", trials=2, store=False)
    assert result.baseline == "scipy"


def test_an_invalid_algorithm_and_an_empty_list_of_graphs_are_refused():
    with pytest.raises(UsageError, match="algorithm takes a name, not 7"):
        gb.run(7, "karate")
    with pytest.raises(UsageError, match="There is no dataset to measure"):
        gb.run("wcc", [], **QUICK)


def test_numpy_numbers_are_accepted():
    given = {"trials": np.int64(1), "seed": np.uint32(3), "budget": np.float64(1), "timeout": np.int32(60)}
    assert gb.run("wcc", "karate", engines="igraph", **given).ok


@pytest.mark.parametrize("engine", ["networkx", "igraph", "networkit"])
@pytest.mark.parametrize("algorithm", ["louvain", "leiden"])
def test_the_largest_seed_is_accepted_by_every_engine(algorithm, engine):
    pytest.importorskip(engine)
    result = gb.run(algorithm, "karate", engines=[engine], trials=2, seed=MAX_SEED, timeout=60)
    (record,) = result.records
    if record.outcome != "unsupported":
        assert record.outcome == "ok", record.reason
        assert record.trials.seeds == [MAX_SEED, MAX_SEED + 1]


def test_a_named_baseline_is_measured_too_and_the_default_one_is_not():
    named = gb.run("wcc", "karate", engines="igraph", baseline="NetworkX", trials=1, timeout=60)
    assert [record.task.engine for record in named.records] == ["igraph", "networkx"]
    assert [each.baseline for each in named.comparisons] == ["networkx"]
    alone = gb.run("wcc", "karate", engines="igraph", trials=1, timeout=60)
    assert [record.task.engine for record in alone.records] == ["igraph"]


def test_two_graphs_in_memory_are_two_tables_and_two_answers():
    result = gb.run("wcc", [nx.path_graph(3), nx.empty_graph(4)], **QUICK)
    assert [record.task.dataset for record in result.records] == ["graph 1", "graph 1", "graph 2", "graph 2"]
    assert [str(result).count(f"\ngraph: graph {number}, ") for number in (1, 2)] == [1, 1]
    assert [len(result.answer("igraph", f"graph {number}")) for number in (1, 2)] == [3, 4]
    with pytest.raises(UsageError, match="answers on graph 1, graph 2: name one"):
        result.answer("igraph")
    with pytest.raises(UsageError, match=r"no answer on 'graph 3'.* Measured datasets: graph 1, graph 2"):
        result.answer("igraph", "graph 3")


def test_files_of_the_same_name_are_labelled_with_their_folders(tmp_path, capsys):
    for folder, text in (("d1", "from,to\na,b\n"), ("d2", "from,to\na,b\nb,c\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "g.csv").write_text(text)
    files = [str(tmp_path / folder / "g.csv") for folder in ("d1", "d2")]
    assert cli.invoke(["wcc", *files, "--engine", "igraph", "--trials", "1"]) == 0
    out = capsys.readouterr().out
    assert "graph: d1/g.csv, " in out
    assert "graph: d2/g.csv, " in out


def test_a_graph_that_is_given_twice_is_measured_once(tmp_path):
    for folder in ("d1", "d2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "g.csv").write_text("from,to\na,b\n")
    twice = [tmp_path / "d1" / "g.csv", tmp_path / "d2" / "g.csv", "karate", "KARATE"]
    result = gb.run("wcc", twice, engines="igraph", trials=1, timeout=60)
    assert [record.task.dataset for record in result.records] == ["g.csv", "karate"]


def test_a_file_with_more_vertices_than_memory_is_refused_at_once(tmp_path):
    path = tmp_path / "huge.mtx"
    path.write_text("%%MatrixMarket matrix coordinate pattern general\n99999999999 99999999999 1\n1 2\n")
    for algorithm in ("wcc", "pagerank", "louvain", "bfs"):
        with pytest.raises(InputError, match=r"99,999,999,999 vertices .* at least 1\.46 TiB.* are free"):
            gb.run(algorithm, path, **QUICK)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("/home/me/.venv/bin/graphbench", "graphbench"),
        ("/home/me/src/graphbench/__main__.py", "graphbench"),
        ("/home/me/nightly.py", "nightly.py"),
    ],
)
def test_the_recorded_command_names_no_folder_of_the_program(monkeypatch, program, name):
    monkeypatch.setattr("sys.argv", [program, "wcc", "my graph.csv"])
    assert plan.command_line() == f"{name} wcc 'my graph.csv'"


def test_engines_that_run_in_parallel_are_measured_with_each_number_of_threads():
    several = plan.Plan(cells=(), options=Options(threads=[1, "max", usable_cores()]))
    all_of_them = sorted({1, usable_cores()})

    def threads(engine, algorithm):
        settings = several.settings_of(registry.engine(engine), registry.algorithm(algorithm))
        return [one.threads for one in settings]

    assert threads("networkit", "bfs") == threads("scipy", "eigenvector") == all_of_them
    assert threads("networkx", "bfs") == threads("scipy", "bfs") == [1]
