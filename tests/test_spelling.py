"""Messages name flags on the command line, and arguments where Python asked."""

import warnings

import networkx as nx
import pytest

import graphbench as gb
from graphbench import cli, registry
from graphbench.errors import FormatError, UsageError
from graphbench.measure.options import Options, fields
from graphbench.measure.spelling import in_python, speaking_python
from graphbench.records.rules import RULES
from helpers.records import record, replace


@pytest.mark.parametrize(
    ("flags", "arguments"),
    [
        ("Raise --budget, or pass --trials 10.", "Raise budget, or pass trials=10."),
        ("needs 3 GB; --no-predict tries anyway", "needs 3 GB; predict=False tries anyway"),
        ("pass --header or --no-header.", "pass header=True or header=False."),
        ("Correct it, or pass --no-weight.", "Correct it, or pass no_weight=True."),
        ("--memory-limit SIZE sets it", "memory_limit=SIZE sets it"),
        ("such as --memory-limit 4GB.", 'such as memory_limit="4GB".'),
        ("Use at least --tolerance 1e-06.", "Use at least tolerance=1e-06."),
        ("Ask for a --tolerance below 2 in L1", "Ask for a tolerance below 2 in L1"),
        ("Add --engine cugraph-mg.", 'Add engines="cugraph-mg".'),
        ("Measure with --allocator default and async", 'Measure with allocator="default" and async'),
        ("--scheduler needs --gpus N as well", "scheduler needs gpus=N as well"),
        ("did not converge; raise --max-iterations", "did not converge; raise max_iterations"),
        ("`graphbench advise --validate` shows it", "`graphbench advise --validate` shows it"),
        ("a -- b, x--y, --", "a -- b, x--y, --"),
        (
            "for example: --source-column id --target-column 'a b' --weight-column w (or --no-weight)",
            "for example: source_column='id', target_column='a b', weight_column='w' (or no_weight=True)",
        ),
        ("Pass --weight-column edge_id to use it", "Pass weight_column='edge_id' to use it"),
        ("--source-column 'it'\"'\"'s' --target-column 2.", "source_column=\"it's\", target_column='2'."),
        ("Pass --no-weight --drop-missing.", "Pass no_weight=True, drop_missing=True."),
        ("so --delimiter ';' --header has no effect", "so delimiter=';', header=True has no effect"),
    ],
)
def test_flags_become_arguments(flags, arguments):
    assert in_python(flags) == arguments


@pytest.mark.parametrize("field", fields(Options).values(), ids=lambda field: field.name)
def test_every_flag_of_a_measurement_is_an_argument_in_python(field):
    for flag in (field.option.flag or f"--{field.name.replace('_', '-')}").split("/"):
        assert in_python(f"pass {flag}.").partition(" ")[2].rstrip(".").partition("=")[0] == field.name


def test_advice_in_a_result_names_arguments():
    result = gb.Result([record(), replace(record("igraph", 0.1), phases__call_s=[0.1, 0.1])])
    texts = [result.render(), result.render("markdown"), result._repr_html_(), repr(result)]
    for text in texts:
        assert "Raise budget" in text
        assert "--budget" not in text


@pytest.mark.parametrize(
    "text",
    [
        "first,src,second\n1,2,3\n4,5,6\n",
        "it's,edge id,b,n\n1,2,3,4\n4,5,6,7\n",
        "a b,kind,c,n\n1,x,2,3\n4,y,5,6\n",
    ],
)
def test_the_arguments_that_a_refusal_names_can_be_pasted(text, tmp_path):
    (tmp_path / "edges.csv").write_text(text)
    with pytest.raises(FormatError) as refused:
        gb.load(tmp_path / "edges.csv")
    arguments = str(refused.value).partition("for example: ")[2].partition(" (or ")[0]
    assert eval(f"gb.load(path, {arguments})", {"gb": gb, "path": tmp_path / "edges.csv"}).num_edges == 2


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_the_remedy_of_every_rule_has_no_flag_in_python(rule):
    assert "--" not in in_python(rule.remedy)


def test_errors_name_arguments_in_python_and_flags_on_the_command_line(capsys):
    with pytest.raises(UsageError, match=r"^scheduler needs gpus=N as well"):
        gb.run("wcc", "karate", scheduler="tcp://10.0.0.1:8786")
    assert cli.invoke(["wcc", "karate", "--scheduler", "tcp://10.0.0.1:8786"]) == 2
    assert "--scheduler needs --gpus N as well" in capsys.readouterr().err


def test_warnings_name_arguments_in_python():
    with pytest.warns(UserWarning, match=r"^directed=True has no effect"):
        gb.run("wcc", nx.path_graph(3), engines="igraph", trials=1, directed=True, store=False)


def test_warnings_are_shown_as_before_afterwards():
    before = warnings.showwarning
    with speaking_python():
        assert warnings.showwarning is not before
    assert warnings.showwarning is before


CALLS = [
    lambda path: gb.load(path, directed=True),
    lambda path: gb.run("wcc", path, directed=True, engines="scipy", trials=1, store=False),
]


@pytest.mark.parametrize("call", CALLS, ids=["load", "run"])
def test_warnings_point_to_the_line_of_the_caller(tmp_path, call):
    path = tmp_path / "graph.mtx"
    path.write_text("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n")
    with pytest.warns(UserWarning, match="directed=True has no effect") as found:
        call(path)
    assert {(each.filename, each.lineno) for each in found} == {(__file__, call.__code__.co_firstlineno)}


OTHERS_NAMES = [
    ("pagerank", "alpha", "damping"),
    ("pagerank", "tol", "tolerance"),
    ("hits", "max_iter", "max-iterations"),
    ("katz", "alpha", "attenuation"),
    ("bfs", "start", "source"),
    ("betweenness", "k", "vertices"),
    ("louvain", "random_state", "seed"),
]


@pytest.mark.parametrize(("algorithm", "theirs", "ours"), OTHERS_NAMES)
def test_the_names_that_libraries_give_to_parameters_lead_to_ours(algorithm, theirs, ours, capsys):
    with pytest.raises(UsageError, match=f"no (parameter|argument) '{theirs}'.* [Uu]se {ours.replace('-', '_')}(: |=)"):
        gb.run(algorithm, "karate", **{theirs: 1})
    assert cli.invoke([algorithm, "karate", f"--{theirs.replace('_', '-')}", "1"]) == 2
    assert f"Use --{ours}: " in capsys.readouterr().err


def test_no_parameter_is_called_as_libraries_call_another_one():
    for page in registry.algorithms():
        own = [parameter.name for parameter in page.parameters]
        theirs = [name for parameter in page.parameters for name in parameter.also]
        assert len({*own, *theirs}) == len(own) + len(theirs), page.name
