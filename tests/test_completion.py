"""After TAB a shell offers algorithms, datasets and engines, by click's mechanism, without importing anything heavy."""

import os
import subprocess
import sys

import pytest

from graphbench import cli, registry
from graphbench.graphs import catalogue


@pytest.fixture
def offered(capsys, monkeypatch):
    """The kinds and values that bash would get for the last word of a line."""

    def offer(line):
        monkeypatch.setenv("_GRAPHBENCH_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        with pytest.raises(SystemExit):
            cli.invoke([])
        return capsys.readouterr().out.split()

    return offer


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("graphbench lou", ["louvain"]),
        ("graphbench rec", ["records"]),
        ("graphbench louvain coauthors", ["coAuthorsDBLP"]),
        ("graphbench bfs karate --engine igraph,networki", ["igraph,networkit"]),
        ("graphbench bfs karate --baseline networkx", ["networkx"]),
        ("graphbench suite --algorithms pager", ["pagerank"]),
        ("graphbench suite --datasets karate,email-", ["karate,email-Enron"]),
        ("graphbench records --outcome out", ["out_of_memory"]),
        ("graphbench show netwo", ["networkit", "networkx"]),
        ("graphbench capacity triang", ["triangle-count", "triangles"]),
        ("graphbench scale page", ["page-rank", "pagerank"]),
        ("graphbench bfs karate --no-pred", ["--no-predict"]),
    ],
)
def test_names_are_completed_where_they_are_expected(offered, line, expected):
    assert offered(line) == [f"plain,{name}" for name in expected]


@pytest.mark.parametrize("line", ["graphbench bfs ./my", "graphbench suite --datasets data/"])
def test_files_are_completed_where_no_name_begins_so(offered, line):
    assert offered(line) == [f"file,{line.rpartition(' ')[2]}"]


def test_all_names_are_offered_before_a_letter_is_typed(offered):
    assert {f"plain,{name}" for name in registry.algorithm_names()} <= set(offered("graphbench "))
    assert offered("graphbench bfs ") == [f"plain,{name}" for name in catalogue.names()]
    assert offered("graphbench bfs karate --engine ") == [f"plain,{name}" for name in registry.engine_names()]


@pytest.mark.parametrize("line", ["graphbench lou", "graphbench list dat", "graphbench records --engine net"])
def test_completion_imports_nothing_heavy(line):
    script = (
        "import sys; from graphbench import cli\ntry: cli.invoke([])\nexcept SystemExit: pass\n"
        "sys.exit(str({'numpy', 'networkx', 'scipy', 'pandas', 'pyarrow'} & set(sys.modules) or '') or 0)"
    )
    environment = os.environ | {"_GRAPHBENCH_COMPLETE": "bash_complete", "COMP_WORDS": line}
    environment["COMP_CWORD"] = str(line.count(" "))
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.startswith("plain,")) == (0, True), done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(capsys, monkeypatch, shell):
    monkeypatch.setenv("_GRAPHBENCH_COMPLETE", f"{shell}_source")
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", lambda _: None)
    with pytest.raises(SystemExit) as end:
        cli.invoke([])
    assert end.value.code == 0
    assert f"_GRAPHBENCH_COMPLETE={shell}_complete" in capsys.readouterr().out
