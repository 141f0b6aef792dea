"""What is said about a profile: who runs a call, what a GPU would probably take, and the sentence above all."""

import inspect
import json

import msgspec
import networkx as nx
import pytest

from graphbench import registry
from graphbench.advice import reference
from graphbench.advice.features import rough
from graphbench.advice.profile import estimate
from graphbench.advice.profile.backends import rules, verdict
from graphbench.advice.profile.estimate import Run, estimated
from graphbench.advice.profile.model import Inner, Profile, Site, Support
from graphbench.advice.profile.report import render
from graphbench.advice.profile.summary import Report, as_data, rows, sentence, settings
from graphbench.advice.reference import Graph, Machine, References, Timing
from graphbench.reporting.numbers import visible


def site(function="pagerank", **known):
    usual = {"calls": 1, "seconds": 6.0, "vertices": (1000, 1000), "edges": (5000, 5000), "graphs": 1}
    return Site(function=function, **(usual | known))


def profile(*sites, **known):
    usual = {"program": "program.py", "seconds": 10.0, "networkx_seconds": sum(each.seconds for each in sites)}
    return Profile(networkx="3.6", sites=list(sites), **(usual | known))


def report(*sites, run=None, **known):
    return Report(profile=profile(*sites, **known), run=run or Run())


def references(seconds=0.1, largest=10**5, kept=10):
    """One engine and two algorithms on ten graphs or fewer, each call taking as long."""
    sizes = [round(100 * (largest / 100) ** (place / 9)) for place in range(kept)]
    graphs = {f"g{size}": Graph(name=f"g{size}", features=rough(size, 5 * size)) for size in sizes}
    timings = [
        Timing(
            algorithm=algorithm, graph=name, engine="nx-cugraph", device="gpu", warm_call_s=seconds,
            first_answer_s=seconds + 1, start_s=2.0, conversion_s=0.5,
        )
        for name in graphs
        for algorithm in ("pagerank", "betweenness")
    ]  # fmt: skip
    machine = Machine(gpu="NVIDIA H100 80GB HBM3", memory_bytes=1, cpu="a CPU", cores=1, measured="2026-11-29")
    return References(machine=machine, graphs=graphs, timings=timings)


def test_the_sentence_has_the_share_the_largest_function_and_the_best_case():
    found = sentence(report(site(), site("triangles", seconds=2.0)))
    assert found == (
        "NetworkX takes 80 % of 10.0 s; pagerank alone 60 %. At best (all of NetworkX free) the run would take 2.00 s."
    )


def test_a_program_without_networkx_has_nothing_to_gain():
    assert sentence(report()) == (
        "The program never called NetworkX: no backend of NetworkX would make its 10.0 s shorter."
    )
    never = Report(profile=Profile(seconds=1.0), run=Run())
    assert "never imported NetworkX" in sentence(never)


def test_shares_of_calls_in_several_threads_add_up_to_that_of_networkx():
    found = report(site(seconds=12.0), site("triangles", seconds=6.0), networkx_seconds=9.0, overlapped=True)
    assert [row.share for row in rows(found)] == [pytest.approx(0.6), pytest.approx(0.3)]
    assert "several threads at once" in render(found)


@pytest.mark.parametrize(
    ("call", "short", "reason"),
    [
        (site("pagerank"), "yes", ""),
        (site("pagerank", arguments={"dangling": "a dict"}), "no", "not with dangling=a dict"),
        (site("betweenness_centrality", arguments={"weight": "'w'"}), "no", "not with weight='w'"),
        (site("louvain_communities", directed=True), "no", "not for directed graphs"),
        (site("to_numpy_array", multigraph=True), "no", "not for multigraphs"),
        (site("dijkstra_path", arguments={"weight": "a function"}, callables=["weight"]), "no", "a function as weight"),
        (site("greedy_color"), "no", "no such function"),
        (site("degree_centrality"), "not worth it", "converting takes longer"),
        (site("ego_graph", returns_graph=True), "if asked", "NETWORKX_BACKEND_PRIORITY_GENERATORS"),
        (site("relabel_nodes", mutates=True), "no", "changes its graph"),
        (site("closeness_centrality", inner={"shortest_path_length": Inner(seconds=5.0)}), "inside", "within it"),
        (site("closeness_centrality", inner={"shortest_path_length": Inner(seconds=1.0)}), "no", "no such function"),
        (
            site("parse_edgelist", inner={"empty_graph": Inner(seconds=5.0, returns_graph=True)}),
            "no",
            "no such function",
        ),
    ],
)
def test_without_nx_cugraph_its_published_rules_decide(call, short, reason):
    found = verdict(profile(call), "cugraph", [call])
    assert found.short == short
    assert reason in "".join(found.reasons)


def test_an_installed_nx_cugraph_answers_for_itself():
    call = site("greedy_color", support=[Support(backend="cugraph", runs=True)])
    assert verdict(profile(call, backends={"cugraph": ""}), "cugraph", [call]).short == "yes"
    assert verdict(profile(call, backends={"cugraph": "no GPU"}), "cugraph", [call]).short == "no"
    assert "is installed" in render(report(call, backends={"cugraph": ""}))
    assert "cannot be loaded here (no GPU)" in render(report(call, backends={"cugraph": "no GPU"}))


def test_a_function_that_runs_with_some_arguments_is_partly_supported():
    calls = [site(seconds=1.0), site(seconds=2.0, arguments={"dangling": "a dict"})]
    found = verdict(profile(*calls), "cugraph", calls)
    assert found.short == "partly"


@pytest.mark.skipif(nx.__version__ < "3.5", reason="the rules name arguments of newer versions of NetworkX")
def test_the_published_rules_name_functions_and_arguments_of_networkx():
    published = rules()
    known = nx.utils.backends._registered_algorithms
    named = {*published.undirected, *published.simple, *published.not_worthwhile, *published.default_only}
    assert named <= published.functions
    for name, arguments in published.default_only.items():
        if name in known and name != "forceatlas2_layout":
            assert set(arguments) <= inspect.signature(known[name].orig_func).parameters.keys()
    assert len(published.functions - known.keys()) <= 8  # those of newer or older versions of NetworkX


@pytest.mark.gpu
def test_the_published_rules_are_those_of_the_installed_version():
    info = pytest.importorskip("_nx_cugraph")
    if info.__version__ != rules().version:
        pytest.skip(f"nx-cugraph {info.__version__} is installed, the rules are of {rules().version}")
    assert set(info._info["functions"]) == rules().functions


def test_functions_are_mapped_to_what_our_own_adapters_call():
    for function, name in estimate._ALGORITHMS.items():
        assert function in nx.utils.backends._registered_algorithms or function == "leiden_communities"
        assert registry.algorithm(name).find_adapter("nx-cugraph")


def test_an_estimate_is_the_rest_the_start_the_conversions_and_the_calls():
    run = estimated(profile(site(calls=10, seconds=6.0, graphs=2)), references())
    assert run.gpu == "H100"
    assert run.covered == 6.0
    assert run.conversion.typical == pytest.approx(1.0, rel=0.2)
    assert run.calls["pagerank"].typical == pytest.approx(1.0, rel=0.2)
    assert run.seconds.typical == pytest.approx(4.0 + 2.0 + 1.0 + 1.0, rel=0.1)
    assert run.seconds.low <= run.seconds.typical <= run.seconds.high


def test_a_graph_is_converted_once_for_all_functions():
    run = estimated(profile(site(), site("betweenness_centrality", arguments={"k": "16"})), references())
    assert run.conversion.typical == pytest.approx(0.5, rel=0.2)


def test_the_shape_of_a_graph_decides_where_it_is_known():
    flat = msgspec.to_builtins(rough(1000, 5000)) | {"depth": 3}
    guessed, known = (estimated(profile(call), references()) for call in (site(), site(features=flat)))
    assert (guessed.guessed, known.guessed) == (True, False)
    assert "depth 3" in known.outside
    assert "depth" not in guessed.outside
    large = estimated(profile(site(vertices=(10**6, 10**6), edges=(5 * 10**6, 5 * 10**6))), references())
    assert "vertices 1,000,000" in large.outside
    assert "edges 5,000,000" in large.outside
    assert "depth" not in large.outside  # guessed


def test_betweenness_grows_with_the_number_of_sources():
    few, all_ = (
        estimated(profile(site("betweenness_centrality", arguments=given)), references()).calls[
            "betweenness_centrality"
        ]
        for given in ({"k": "16"}, {})
    )
    assert all_.typical == pytest.approx(few.typical * 1000 / 16)


@pytest.mark.parametrize(
    ("call", "given", "reason"),
    [
        (site("hits"), references(), "the references of the H100 do not have it on nx-cugraph"),
        (site(), references(kept=2), "too few references, or graphs too unlike them"),
        (site("shortest_path"), references(), "the references have no problem that is the same"),
        (site(vertices=(10**8, 10**8), edges=(10**9, 10**9)), references(), "times as many as the largest reference"),
        (site(edges=None), references(), "size of its graphs is unknown"),
        (site(), None, "no reference records of a GPU"),
    ],
)
def test_where_there_is_no_estimate_the_reason_is_given_once(call, given, reason):
    run = estimated(profile(call, msgspec.structs.replace(call)), given)
    assert run.seconds is None
    assert render(report(call, run=run)).replace("\n", " ").count(reason) == 1


def test_the_sentence_says_how_much_of_networkx_the_estimate_leaves():
    sites = [site(seconds=4.0), site("hits", seconds=4.0)]
    text = sentence(report(*sites, run=estimated(profile(*sites), references())))
    assert "With nx-cugraph on an H100 the run would probably take" in text
    assert "(4.00 s of NetworkX left as it is)" in text
    other = msgspec.structs.replace(estimated(profile(*sites), references()), gpu="V100")
    assert "With nx-cugraph on a V100" in sentence(report(*sites, run=other))


def test_a_run_that_a_gpu_makes_longer_is_called_so():
    run = estimated(profile(site(seconds=0.01), seconds=0.02), references())
    assert "probably take longer, " in sentence(report(site(seconds=0.01), seconds=0.02, run=run))


def test_settings_name_the_backends_that_would_run_something():
    found = report(site(support=[Support(backend="other", runs=True)]), backends={"other": ""})
    assert [command for command, _ in settings(found)][:1] == ["NETWORKX_BACKEND_PRIORITY=other python program.py"]
    assert any("NX_CUGRAPH_AUTOCONFIG" in command for command, _ in settings(report(site())))
    assert settings(report(site("greedy_color"))) == []
    assert "Nothing to try" in render(report(site("greedy_color")))


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_every_form_has_the_sentence_and_ascii_where_asked(form):
    found = report(site(seconds=1e-5), site("triangles", seconds=2e-6, edges=None), seconds=1e-4)
    text = render(found, form, ascii_only=True)
    assert text.isascii()
    assert "?" not in text
    assert text.endswith("\n")
    assert "NetworkX takes" in text


def test_json_keeps_names_that_ascii_cannot_show():
    text = render(report(site(), program="é.py"), "json", ascii_only=True)
    assert text.isascii()
    assert json.loads(text)["profile"]["program"] == "é.py"


def test_lines_follow_the_width_but_commands_are_not_broken():
    shown = render(report(site(), program="program.py " + "x" * 70), width=60).splitlines()
    assert max(len(line) for line in shown if not line.startswith(("NETWORKX", "NX_", "graphbench", "to try"))) <= 60
    assert any(line.startswith("NETWORKX_BACKEND_PRIORITY=cugraph python program.py xxx") for line in shown)


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_the_name_of_a_program_controls_no_terminal(form):
    text = render(report(site(), program="a\x1b[2J\u202e.py"), form)
    assert visible(text) == text


def test_the_table_fits_a_hundred_columns():
    names = ["single_source_dijkstra_path_length", "all_pairs_bellman_ford_path_length", "pagerank"]
    sites = [site(name, calls=12_345_678, vertices=(10_000, 10**7), edges=(10**5, 10**8)) for name in names]
    text = render(report(*sites, seconds=100.0, backends={"cugraph": "it needs a GPU " * 10}))
    table = [line for line in text.splitlines() if not line.startswith("NETWORKX")]
    assert max(map(len, table)) <= 110


def test_plain_values_can_be_read_by_programs():
    found = as_data(report(site()))
    assert found["other_seconds"] == 4.0
    assert found["functions"][0]["gpu"]["short"] == "yes"
    assert found["settings"][0][0].startswith("NETWORKX_BACKEND_PRIORITY=cugraph")


def test_the_references_of_the_package_estimate_a_pagerank():
    run = estimated(profile(site(vertices=(299_067,) * 2, edges=(977_676,) * 2)), reference.choose(reference.load()))
    assert run.seconds is not None
    assert run.seconds.low > 0


@pytest.mark.parametrize("function", ["pagerank", "louvain_communities"])
def test_a_small_graph_has_an_estimate_as_advice_has(function):
    call = site(function, vertices=(3_000,) * 2, edges=(12_000,) * 2)
    given = reference.choose(reference.load())
    run = estimated(profile(call), given)
    assert 0 < run.calls[function].low < run.calls[function].typical < run.calls[function].high < 1
    assert 0 < run.conversion.high < 1
    assert 1 < run.start.typical < 10
    text = " ".join(render(report(call, run=run)).split())
    assert f"nx-cugraph has too few references near {function}'s graphs: pylibcugraph's, which it calls, are" in text
