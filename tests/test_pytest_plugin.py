"""Engines x graphs x algorithms as pytest-benchmark cases, with pytest-benchmark's own comparisons."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from graphbench.benchmarks.options import Rounds
from graphbench.records import store
from graphbench.records.model import Outcome

pytest_plugins = ["pytester"]

QUICK = ("--benchmark-min-rounds=3", "--benchmark-max-time=0.00001")
MODULE = "graphbench/benchmarks/test_algorithms.py::test_measure"


CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def checkout(monkeypatch):
    """Processes import this checkout and its tests' helpers, whatever graphbench is installed."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, [CHECKOUT, CHECKOUT / "tests"])))


@pytest.fixture
def run(pytester, monkeypatch):
    """The cases in a pytest process of their own, in a folder of their own, with the engine `moody`."""
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.strict_engine")
    for inherited in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):  # the latter switches benchmarks off
        monkeypatch.delenv(inherited, raising=False)

    def run(*options, datasets="karate"):
        chosen = ("--graphbench-datasets", datasets) if datasets else ()
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--pyargs", "graphbench.benchmarks",
                                             *QUICK, *chosen, *options)  # fmt: skip

    return run


def chosen(engines, algorithms="wcc"):
    return (f"--graphbench-engines={engines}", f"--graphbench-algorithms={algorithms}")


def records(pytester, name="saved.json"):
    return store.load([pytester.path / name])


# At pytest's start


def test_pytest_finds_the_plugin():
    assert [each.value for each in metadata.entry_points(group="pytest11", name="graphbench")] == [
        "graphbench.benchmarks.plugin"
    ]


def test_the_plugin_imports_nothing_of_graphbench_until_it_is_used():
    code = (
        "import sys, graphbench.benchmarks.plugin; print(*sorted(m for m in sys.modules if m.startswith('graphbench')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [
        "graphbench",
        "graphbench._version",
        "graphbench.benchmarks",
        "graphbench.benchmarks.plugin",
    ]


def test_processes_import_this_checkout(pytester):
    pytester.makepyfile(
        f"""
        import sys
        from pathlib import Path

        def test_place():
            place = Path(sys.modules["graphbench.benchmarks.plugin"].__file__)
            assert place == Path({str(CHECKOUT)!r}) / "graphbench" / "benchmarks" / "plugin.py"
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_other_projects_see_only_the_options_in_the_help(pytester):
    pytester.makepyfile(
        test_own="""
        import sys

        def test_nothing_was_loaded():
            assert not {"graphbench.registry", "graphbench.benchmarks.session", "networkx", "igraph"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


# What is measured


def test_each_case_is_measured_certified_and_saved_with_its_record(run, pytester):
    result = run(
        *chosen("networkx,igraph,moody", "wcc,bfs"), "--benchmark-group-by=group", "--benchmark-json=saved.json"
    )
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["*benchmark 'bfs karate': 3 tests*", "*benchmark 'wcc karate': 3 tests*"])
    saved = json.loads((pytester.path / "saved.json").read_text())
    for bench, made in zip(saved["benchmarks"], records(pytester), strict=True):
        assert bench["fullname"] == f"{MODULE}[{made.task.algorithm}-karate-{made.task.engine}]"
        assert bench["params"] == {"algorithm": made.task.algorithm, "dataset": "karate", "engine": made.task.engine}
        assert made.phases.call_s == bench["stats"]["data"]
        assert len(made.phases.call_s) == 3
        assert made.outcome is Outcome.OK
        assert made.certificate.valid
        assert made.answer["digest"]
        assert made.phases.first_answer_s > 0
        assert made.dataset.sha256
        assert made.task.params["seed"] == 0
        assert made.environment.engine_version
        assert "--benchmark-group-by=group" in made.environment.command
    by_engine = {(made.task.algorithm, made.task.engine): made for made in records(pytester)}
    assert [each.kind for each in by_engine["bfs", "networkx"].agreement] == ["exact"]
    assert len(set(by_engine["bfs", "igraph"].trials.sources)) == 3
    assert saved["machine_info"]["graphbench"]["machine"] == by_engine["bfs", "igraph"].environment.machine
    assert {made.worker.shared_build for made in records(pytester)} == {False, True}


def test_a_dataset_may_be_a_generator_and_a_name_the_file_does_not_depend_on_the_folder(run, pytester):
    datasets = "ba:n=50,m=2,seed=1,karate"
    run(*chosen("moody"), "--benchmark-json=saved.json", datasets=datasets).assert_outcomes(passed=2)
    assert [made.dataset.num_vertices for made in records(pytester)] == [50, 34]


def test_unavailable_and_unsupported_cases_are_skipped_with_the_reason(run):
    result = run(*chosen("moody,away", "wcc,louvain"), "-rs")
    result.assert_outcomes(passed=1, skipped=3)
    result.stdout.fnmatch_lines(["*away is unavailable: not installed. Install it.*"])
    result.stdout.fnmatch_lines(["*moody does not solve louvain: *"])


def test_a_wrong_answer_fails_its_case_and_its_time_is_not_saved(run, pytester, monkeypatch):
    monkeypatch.setenv("TEMPER", "wrong")
    result = run(*chosen("moody,igraph"), "--benchmark-json=saved.json")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["moody answers wcc on karate wrongly: *"])
    assert [made.task.engine for made in records(pytester)] == ["igraph"]


def test_an_error_of_a_library_fails_its_case_only(run, monkeypatch):
    monkeypatch.setenv("TEMPER", "raises")
    result = run(*chosen("moody,igraph", "wcc,bfs"))
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*ValueError: not today"])


def test_an_unavailable_graph_fails_its_cases_in_one_sentence(run, monkeypatch, tmp_path):
    monkeypatch.setenv("GRAPHBENCH_MIRROR", tmp_path.as_uri())
    monkeypatch.setenv("GRAPHBENCH_HOME", str(tmp_path / "home"))
    result = run(*chosen("igraph", "wcc,bfs"), datasets="SNAP/nosuch,karate")  # only the index says whether it is one
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["SNAP/nosuch needs the collection's index, *"])
    result.stdout.no_fnmatch_line("*During handling*")


def test_settings_and_warning_filters_do_not_reach_the_library(run, pytester, monkeypatch):
    monkeypatch.setenv("NETWORKX_BACKEND_PRIORITY", "parallel")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    run(*chosen("moody,away")).assert_outcomes(passed=1, skipped=1, warnings=1)


def test_only_a_timeout_on_the_command_line_stops_a_measurement(run, pytester, monkeypatch):
    monkeypatch.setenv("TEMPER", "slow")
    pytester.makeini("[pytest]\ntimeout = 0.05\n")
    run(*chosen("moody")).assert_outcomes(passed=1)
    monkeypatch.setenv("TEMPER", "stuck")  # or it could end while modules are imported, some of which catch everything
    run(*chosen("moody"), "--timeout=3").assert_outcomes(failed=1)


# What is asked wrongly


def test_an_unknown_engine_is_refused_before_anything_is_collected(run):
    result = run("--graphbench-engines=igrph")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: No engine is called 'igrph'. Did you mean igraph*"])


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("nosuch", "No dataset is called 'nosuch'. Known: *"),
        ("karate,gone.csv", "The file gone.csv does not exist. *"),
        ("ba:n=x", "n takes a whole number *"),
        ("snap:nosuch", "No dataset is called 'snap:nosuch'. *"),
    ],
)
def test_what_is_certainly_no_dataset_is_refused_before_anything_is_collected(run, dataset, message):
    result = run(*chosen("igraph"), datasets=dataset)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


@pytest.mark.parametrize(
    ("options", "datasets", "expected"),
    [
        ([], None, "Say which graphs to measure, for instance: --graphbench-datasets email-Enron"),
        (["-p", "no:benchmark"], "karate", "*need pytest-benchmark*"),
    ],
    ids=["no graph", "no pytest-benchmark"],
)
def test_missing_options_are_reported(pytester, options, datasets, expected):
    named = ("--graphbench-datasets", datasets) if datasets else ()
    result = pytester.runpytest_subprocess("--pyargs", "graphbench.benchmarks", *named, *options)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([expected])


# pytest-benchmark's own ways


def test_a_slowdown_fails_the_comparison_with_a_saved_run_and_without_one_it_passes(run, pytester, monkeypatch):
    run(*chosen("moody"), "--benchmark-autosave").assert_outcomes(passed=1)
    (saved,) = pytester.path.glob(".benchmarks/*/0001_*.json")
    assert store.load([saved])[0].phases.call_s, "saved without --benchmark-save-data, the times are in the record"
    compare = ("--benchmark-compare", "--benchmark-compare-fail=median:1000%")
    run(*chosen("moody"), *compare).assert_outcomes(passed=1)
    monkeypatch.setenv("TEMPER", "slow")
    result = run(*chosen("moody"), *compare)
    assert result.ret != 0
    result.stderr.fnmatch_lines(["*Performance has regressed*", "*test_measure[[]wcc-karate-moody]*median*"])


def test_under_xdist_answers_are_certified_and_not_timed(run, monkeypatch):
    monkeypatch.setenv("TEMPER", "untimed")
    result = run(*chosen("moody,igraph", "wcc,bfs"), "-n2")
    result.assert_outcomes(passed=4)
    result.stdout.no_fnmatch_line("*benchmark 'wcc karate'*")


@pytest.mark.parametrize("option", ["--benchmark-cprofile=tottime", "--benchmark-precision=0.5"])
def test_other_options_of_pytest_benchmark_work_too(run, option, monkeypatch):
    monkeypatch.setenv("TEMPER", "untimed")
    run(*chosen("moody,igraph"), option).assert_outcomes(passed=2)


def test_answers_are_certified_with_benchmarks_disabled(run, monkeypatch):
    monkeypatch.setenv("TEMPER", "wrong")
    run(*chosen("moody,igraph"), "--benchmark-disable").assert_outcomes(passed=1, failed=1)


def test_benchmarks_that_are_skipped_start_no_engine(run, monkeypatch):
    monkeypatch.setenv("TEMPER", "raises")
    run(*chosen("moody"), "--benchmark-skip").assert_outcomes(skipped=1)


# Parts


def settle(rounds, first, warm, most=1000):
    calls = iter(warm)
    found = rounds.settle(first, lambda: next(calls), most)
    return found, len(list(calls))


FIVE_PERCENT = Rounds(fewest=3, max_s=1e3, precision=0.05, confidence=0.95)


@pytest.mark.parametrize(
    ("rounds", "first", "warm", "expected"),
    [
        pytest.param(Rounds(), 100.0, [], 5, id="slow: the cold call was warm-up enough"),
        pytest.param(Rounds(), 0.5, [0.01], 100, id="a warm call tells how many fit"),
        pytest.param(Rounds(), 0.5, [0.4], 5, id="never below the fewest"),
        pytest.param(Rounds(), 0.5, [1e-6], 1000, id="nor above what is worth having"),
        pytest.param(Rounds(fewest=2000), 0.5, [1e-6], 2000, id="unless so many are asked for"),
        pytest.param(Rounds(), 0.5, [0.0], 1000, id="a clock too coarse"),
        pytest.param(Rounds(max_s=0.25), 0.1, [0.01], 25, id="in the time that is given"),
        # Where calls take 1.0 +- 0.1 s, a margin of 0.05 at 95 % takes (1.96 * 0.1 / 0.05) ** 2 = 15.4 rounds.
        pytest.param(FIVE_PERCENT, 1.0, [0.9, 1.0, 1.1], 16, id="as many as the precision takes"),
        pytest.param(replace(FIVE_PERCENT, max_s=9.0), 1.0, [0.9, 1.0, 1.1], 9, id="if there is time"),
    ],
)
def test_rounds_follow_the_options(rounds, first, warm, expected):
    assert settle(rounds, first, warm) == (expected, 0)


def test_the_users_own_settings_come_back_after_the_session(monkeypatch):
    from graphbench.benchmarks import plugin

    class Config:
        stash = pytest.Stash()

        def getoption(self, name):
            return ["igraph"] if name == "graphbench_engines" else []

    monkeypatch.setenv("NETWORKX_BACKEND_PRIORITY", "parallel")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")  # NetworkX does not read it
    monkeypatch.delitem(sys.modules, "networkx", raising=False)
    config = Config()
    plugin.pytest_configure(config)
    assert "NETWORKX_BACKEND_PRIORITY" not in os.environ
    plugin.pytest_unconfigure(config)
    assert os.environ["NETWORKX_BACKEND_PRIORITY"] == "parallel"
    monkeypatch.setitem(sys.modules, "networkx", object())
    with pytest.raises(pytest.UsageError, match=r"NETWORKX_BACKEND_PRIORITY set.*Unset"):
        plugin.pytest_configure(config)
