"""`graphbench profile`: what is recorded of a program, and that the program does not notice."""

import importlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import networkx as nx
import pytest
from networkx import is_connected as imported_before

import graphbench as gb
from graphbench.advice.profile.calls import Recorder, _Calls
from graphbench.advice.profile.model import Site

ROOT = Path(gb.__file__).parents[1]


@pytest.fixture
def program(tmp_path):
    """Write a program, run it in a process of its own; gives what `subprocess.run` does."""

    def run(source, *arguments, options=(), start=("-m", "graphbench", "profile"), **more):
        script = tmp_path / "programs" / "program.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(textwrap.dedent(source))
        path = os.pathsep.join([str(ROOT), *more.pop("path", ())])
        environment = os.environ | {"PYTHONPATH": path} | more.pop("environment", {})
        command = [sys.executable, *start, *options, "programs/program.py", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False, timeout=120, **more
        )

    return run


def recorded(block, **options):
    recorder = Recorder(**options)
    with recorder.start():
        block()
    profile = recorder.stop("")
    return profile, {site.function: site for site in profile.sites}


def test_functions_imported_by_name_before_and_after_are_recorded():
    def block():
        from networkx import transitivity as imported_after

        imported_before(nx.path_graph(4))
        imported_after(nx.path_graph(4))

    _, sites = recorded(block)
    assert {"is_connected", "transitivity", "path_graph"} <= sites.keys()


def test_networkx_is_as_before_afterwards():
    dispatch = nx.utils.backends._dispatchable.__call__
    recorded(lambda: None)
    assert nx.utils.backends._dispatchable.__call__ is dispatch


def test_a_nested_call_counts_below_the_outermost_one_alone():
    _, sites = recorded(lambda: nx.average_shortest_path_length(nx.path_graph(30)))
    outer = sites["average_shortest_path_length"]
    assert "single_source_shortest_path_length" not in sites
    assert outer.inner["is_connected"].calls == 1
    assert 0 < sum(inner.seconds for inner in outer.inner.values()) < outer.seconds


def test_a_lazy_result_is_timed_while_it_is_read_and_no_longer():
    graph = nx.disjoint_union_all([nx.path_graph(2000)] * 2)

    def block():
        components = nx.connected_components(graph)
        assert sites_of(components) == "generator"
        next(components)
        time.sleep(0.3)
        assert len(list(components)) == 1

    def sites_of(lazy):
        return type(lazy).__name__

    profile, sites = recorded(block)
    site = sites["connected_components"]
    assert site.calls == 1
    assert 0.0001 < site.seconds < 0.3 <= profile.seconds - profile.networkx_seconds


def test_a_lazy_result_that_another_function_reads_is_timed_there():
    graph = nx.path_graph(3000)
    _, sites = recorded(lambda: nx.community.is_partition(graph, nx.connected_components(graph)))
    assert sites["is_partition"].seconds > 5 * sites["connected_components"].seconds


def test_a_lazy_result_that_is_left_unread_is_closed_and_one_that_raises_raises():
    closed = []

    class Function:
        name, graphs = "lazy", {}

    def lazy():
        try:
            yield 1
            raise KeyError
        finally:
            closed.append(True)

    answers = []
    recorder = Recorder(lambda _question, items, whole: answers.append((items, whole)))
    for _ in range(2):
        left = recorder._read(lazy(), _Calls(Site(function="lazy")), (Function, (), {}))
        assert next(left) == 1
        if closed:
            with pytest.raises(KeyError):
                next(left)
        else:
            left.close()
    assert closed == [True, True]
    assert answers == [([1], False)] * 2


def test_sizes_of_graphs_are_ranges_and_different_kinds_of_arguments_are_apart():
    def block():
        nx.pagerank(nx.path_graph(10))
        nx.pagerank(nx.complete_graph(20), dangling={0: 1})

    profile, _ = recorded(block)
    plain, given = (site for site in profile.sites if site.function == "pagerank")
    assert (plain.vertices, plain.edges, plain.arguments) == ((10, 10), (9, 9), {})
    assert (given.vertices, given.edges, given.arguments) == ((20, 20), (190, 190), {"dangling": "a dict"})


def test_edges_of_large_graphs_are_not_counted_next_to_quick_calls(monkeypatch):
    graph, counted = nx.path_graph(50_000), []
    monkeypatch.setattr(nx.Graph, "number_of_edges", lambda _: counted.append(1) or 49_999)

    def block():
        for _ in range(100):
            nx.is_isolate(graph, 3)
        assert not counted

    _, sites = recorded(block)
    assert sites["is_isolate"].edges == (49_999, 49_999)  # counted when the run had ended


def test_what_the_recorder_asks_itself_is_not_recorded():
    class Asking:
        """A backend, and a graph, that call NetworkX when they are asked."""

        @staticmethod
        def load():
            return Asking

        @staticmethod
        def can_run(_name, args, _kwargs):
            return not nx.is_negatively_weighted(args[0])

        number_of_isolates = None

    class Graph(nx.Graph):
        def number_of_edges(self):
            return sum(degree for _, degree in self.degree) // 2 + nx.number_of_selfloops(self)

    recorder = Recorder()
    recorder._backends = {"asking": Asking}
    graph = Graph([(0, 1), (1, 2)])
    with recorder.start():
        nx.number_of_isolates(graph)
    (site,) = recorder.stop("").sites
    assert (site.function, site.edges, site.support[0].runs) == ("number_of_isolates", (2, 2), True)
    assert site.inner.keys() <= {"isolates"}


def test_each_thread_has_its_own_outermost_calls():
    graph = nx.gnp_random_graph(150, 0.1, seed=1)

    def block():
        threads = [threading.Thread(target=nx.betweenness_centrality, args=[graph]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    profile, sites = recorded(block)
    assert sites["betweenness_centrality"].calls == 3
    assert profile.overlapped
    assert profile.networkx_seconds <= profile.seconds


def test_an_error_passes_through_and_is_counted():
    def block():
        with pytest.raises(nx.NodeNotFound):
            nx.shortest_path(nx.path_graph(3), 0, 9)
        with pytest.raises(TypeError):
            nx.pagerank()

    _, sites = recorded(block)
    assert sites["shortest_path"].raised == 1


def test_the_program_is_run_as_python_runs_it(program):
    source = """
        import sys
        import networkx
        print(__name__, __file__, sys.argv, sys.path[0], sorted(globals()), __spec__)
        print(sys.modules["__main__"].sys is sys, sys.stdin.read())
    """
    asked = program(source, "--verify", "-x", "b c", input="hello")
    told = program(source, "--verify", "-x", "b c", input="hello", start=())
    assert asked.stdout.replace("'__cached__', ", "") == told.stdout.replace("'__cached__', ", "")
    assert "never called NetworkX" in asked.stderr


@pytest.mark.parametrize(
    "ending",
    ["sys.exit(3)", "sys.exit('stopped')", "sys.exit()", "raise SystemExit(256 + 7)", "def f(:", "import nowhere"],
)
def test_the_exit_code_is_kept(program, ending):
    asked, told = (program(f"import sys\n{ending}\n", **start) for start in ({}, {"start": ()}))
    assert asked.returncode == told.returncode
    assert asked.stderr.startswith(told.stderr)


def test_a_module_is_run_as_python_runs_it(program, tmp_path):
    source = """
        import sys
        import networkx as nx
        print(__name__, __spec__.name, sys.argv, sys.path[0])
        for _ in range(20):
            nx.pagerank(nx.path_graph(500))
        nx.shortest_path(nx.path_graph(3), 0, 9)
    """
    program(source)
    asked, told = (
        subprocess.run(
            [sys.executable, *start, "-m", "programs.program", "--verify", "b c"],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False,
        )
        for start in (("-m", "graphbench", "profile"), ())
    )  # fmt: skip
    assert (asked.returncode, asked.stdout) == (told.returncode, told.stdout)
    assert "Traceback" in asked.stderr
    assert "advice" not in asked.stderr.partition("NetworkX takes")[0]
    assert "graphbench profile --verify -m programs.program --verify 'b c'" in asked.stderr


def test_commands_to_try_can_be_pasted_with_the_programs_arguments(program):
    source = "import networkx as nx\nfor _ in range(20):\n    nx.pagerank(nx.path_graph(500))\n"
    shown = program(source, "two words", "$(exit)").stderr
    assert "NETWORKX_BACKEND_PRIORITY=cugraph python programs/program.py 'two words' '$(exit)'" in shown


def test_an_uncaught_error_looks_as_without_profiling(program):
    source = """
        import networkx as nx
        try:
            nx.shortest_path(nx.path_graph(3), 0, 9)
        except nx.NodeNotFound as error:
            raise ValueError("wrong") from error
    """
    asked, told = program(source), program(source, start=())
    assert asked.returncode == 1
    assert asked.stderr.startswith(told.stderr)
    assert "shortest_path raised 1 error" in asked.stderr
    assert "advice" not in asked.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_program_and_end_both(tmp_path, number):
    (tmp_path / "program.py").write_text("import time\nopen('up', 'w').close()\ntime.sleep(100)\n")
    command = [sys.executable, "-m", "graphbench.profile", "program.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stderr=subprocess.PIPE, start_new_session=True
    )
    while not (tmp_path / "up").exists():
        time.sleep(0.05)
        assert started.poll() is None
    started.send_signal(number)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == -number
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)


def test_the_report_follows_the_output_of_threads_and_exit_handlers(program):
    source = """
        import atexit, sys, threading, time
        import networkx as nx
        def last():
            nx.path_graph(3)
            print("from an exit handler", file=sys.stderr)
        atexit.register(last)
        def later():
            time.sleep(0.2)
            nx.complete_graph(4)
            print("from a thread", file=sys.stderr)
        threading.Thread(target=later).start()
        print("the answer is 42")
    """
    found = program(source, options=("--format", "json"))
    assert found.stdout == "the answer is 42\n"
    said, brace, report = found.stderr.partition("{")
    assert said == "from a thread\nfrom an exit handler\n"
    assert {row["function"] for row in json.loads(brace + report)["functions"]} == {"complete_graph", "path_graph"}


def test_a_program_that_sets_networkx_up_before_importing_it_is_obeyed(program):
    found = program(
        "import os; os.environ['NETWORKX_BACKEND_PRIORITY'] = 'networkx'\nimport networkx as nx\n"
        "print(nx.config.backend_priority.algos); nx.transitivity(nx.path_graph(3))\n"
    )
    assert found.stdout == "['networkx']\n"
    assert "had the priority networkx" in found.stderr


def test_processes_that_a_program_spawns_run_without_a_profile(program):
    found = program("""
        import multiprocessing
        import networkx as nx
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(nx.number_of_nodes, [nx.path_graph(3)]))
    """)
    assert found.stdout == "[3]\n"
    assert found.stderr.count("Not NetworkX:") == 1
    assert "Child processes took" in found.stderr


def test_a_child_that_a_program_forks_leaves_no_profile(program):
    found = program("import os, sys\nif os.fork() == 0:\n    sys.exit(5)\nos.wait()\nos._exit(4)\n")
    assert found.returncode == 4
    assert found.stderr.startswith("No profile: ")


def test_json_goes_to_a_file(program, tmp_path):
    found = program(
        "import networkx as nx\nnx.pagerank(nx.karate_club_graph())\n",
        options=("--format", "json", "--output", "found.json"),
    )
    assert (found.stdout, found.stderr) == ("", "")
    report = json.loads((tmp_path / "found.json").read_text())
    row = next(row for row in report["functions"] if row["function"] == "pagerank")
    assert (row["calls"], row["vertices"], row["edges"]) == (1, [34, 34], [78, 78])
    assert report["other_seconds"] == pytest.approx(report["seconds"] - report["networkx_seconds"])


def test_the_shape_of_graphs_that_exist_at_the_end_is_known(program):
    source = """
        import gc
        import networkx as nx
        G = nx.MultiGraph(nx.path_graph(300))
        G.add_edges_from([(1, 0), (5, 5), (0, 2)])
        nx.connected_components(G).__next__()
        nx.closeness_centrality(G)
        nx.betweenness_centrality(nx.path_graph(200))
        gc.collect()
    """
    report = json.loads(program(source, options=("--format", "json")).stderr)
    features = {site["function"]: site["features"] for site in report["profile"]["sites"]}
    known = features["closeness_centrality"]
    assert (known["num_vertices"], known["num_edges"], known["max_degree"], known["depth"]) == (300, 300, 3, 298)
    assert features["betweenness_centrality"] is None


def test_a_report_that_cannot_be_written_follows_on_stderr(program):
    found = program("import networkx as nx\nnx.path_graph(3)\n", options=("--output", "/dev/full"))
    assert found.returncode == 1
    assert "Cannot write /dev/full: No space left on device. The report follows." in found.stderr
    assert "NetworkX takes" in found.stderr
    assert "records" not in found.stderr


def test_importing_the_module_leaves_the_context_manager_in_place():
    code = "import graphbench as gb, graphbench.profile\nwith gb.profile(quiet=True) as found: pass\nprint(found)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "never imported NetworkX" in found.stdout
    assert importlib.import_module("graphbench.profile") is gb.profile


def test_a_missing_program_is_wrong_usage(graphbench):
    code, _, errors = graphbench("profile", "nowhere.py")
    assert code == 2
    assert "nowhere.py is not a file" in errors
    assert "needs the name of a module" in graphbench("profile", "-m")[2]


def test_a_block_of_a_notebook_is_profiled(capsys):
    with gb.profile() as found:
        nx.pagerank(nx.karate_club_graph())
    assert capsys.readouterr().err.startswith("NetworkX takes ")
    assert "pagerank" in str(found)
    assert found.to_dict()["functions"]


def test_a_block_that_raises_is_reported_and_raises(capsys):
    with pytest.raises(KeyError), gb.profile():
        raise KeyError
    assert "never called NetworkX" in capsys.readouterr().err


def test_blocks_within_blocks_are_both_recorded():
    with gb.profile(quiet=True) as outer:
        nx.path_graph(3)
        with gb.profile(quiet=True) as inner:
            nx.pagerank(nx.complete_graph(4))
    names = [{row["function"] for row in found.to_dict()["functions"]} for found in (inner, outer)]
    assert names == [{"complete_graph", "pagerank"}, {"path_graph", "complete_graph", "pagerank"}]
