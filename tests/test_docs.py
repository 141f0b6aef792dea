"""Every code block of the documentation runs, or says above it why not.

Blocks of a page run in their order, in one folder and one Python namespace, on small graphs with a single trial. One
that cannot run here has a line above it: `<!-- not run: the reason -->`.
"""

import re
import runpy
import shlex
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import pandas as pd
import pytest

import graphbench
from graphbench import cli, registry
from graphbench.advice import advise
from graphbench.api import measuring
from graphbench.measure import plan
from graphbench.measure.options import revised
from graphbench.measure.suites import tasks
from graphbench.measure.suites.suite import Suite

ROOT = Path(graphbench.__file__).resolve().parents[1]
PAGES = sorted(ROOT.glob("docs/*.md"))
ELSEWHERE = {"extend.md": "test_plugins.py"}
"""Pages whose blocks another file of tests runs."""
BLOCK = re.compile(r"(?:^<!-- not run: (.+?) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = {"python", "sh", "toml", "yaml"}
"""Languages of code; others are output."""
SMALL = {
    r"\b(?:email-Enron|coAuthorsDBLP|coPapersDBLP|netscience|caidaRouterLevel)\b": "karate",
    r"\bscale=\d+\.\.\d+": "scale=4..6",
    r"\bscale=\d\d\b(?!\.)": "scale=8",
    r"--rounds \d+": "--rounds 1",
    r"advise --validate": "advise karate --validate",
}
"""What is replaced, so that a block takes seconds."""
ENGINES = ["igraph", "networkx"]


class Block(NamedTuple):
    page: str
    line: int
    reason: str
    language: str
    text: str


def blocks(page):
    """The code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if match[2] in CODE:
            yield Block(page.name, text.count("\n", 0, match.start(2)) + 1, match[1] or "", match[2], match[3])


@pytest.fixture
def quick(monkeypatch):
    """One trial of everything, on two engines unless a block names others."""
    make, options = plan.make_plan, Suite.options

    def one_trial(algorithm, datasets, options, *rest):
        return make(algorithm, datasets, revised(options, {"trials": 1, "rounds": 1}), *rest)

    monkeypatch.setattr(plan, "make_plan", one_trial)
    monkeypatch.setattr(measuring, "make_plan", one_trial)
    monkeypatch.setattr(Suite, "options", lambda self, variant: revised(options(self, variant), {"trials": 1}))
    monkeypatch.setattr(registry, "usual_engines", lambda _: ENGINES)
    monkeypatch.setattr(tasks, "engines", lambda suite: suite.engines or ENGINES)
    monkeypatch.setattr(advise, "_cpu_engines", lambda: ENGINES)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The files that pages speak of."""
    monkeypatch.chdir(tmp_path)
    payments = "payer,payee,amount\nalice,bob,3\nbob,cyd,2\ncyd,alice,5\ncyd,dan,1\n"
    (tmp_path / "payments.csv").write_text(payments, encoding="utf-8")
    (tmp_path / "my-graph.csv").write_text("source,target\na,b\nb,c\nc,a\nc,d\n", encoding="utf-8")
    (tmp_path / "my_script.py").write_text("import networkx as nx\nnx.pagerank(nx.karate_club_graph())\n")
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in ELSEWHERE], ids=lambda page: page.name)
@pytest.mark.usefixtures("quick", "warm_workers")
def test_every_code_block_of_a_page_runs(page, folder, capsys):
    frame, graph = pd.read_csv("payments.csv"), nx.path_graph(4)
    names = {"nx": nx, "G": graph, "my_networkx_graph": graph, "my_frame": frame}
    for block in blocks(page):
        if block.reason:
            continue
        text = block.text
        for pattern, small in SMALL.items():
            text = re.sub(pattern, small, text)
        where = f"{page.name}, line {block.line}"
        if block.language == "python":
            exec(compile(text, where, "exec"), names)
        elif block.language == "toml":
            (folder / re.match(r"# ([\w.]+)", text)[1]).write_text(text, encoding="utf-8")
        else:
            assert block.language == "sh", f"{where} is {block.language}: say why it is not run"
            for command in commands(text):
                run(command, where, capsys)


def commands(text):
    """The commands of a block, as lists of words."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def run(words, where, capsys):
    """A command of a block; only those of graphbench are known."""
    assert words[0] == "graphbench", f"{where} has {words[0]!r}: say why it is not run"
    code = cli.invoke(words[1:])
    shown = capsys.readouterr()
    allowed = {0, 1} if words[1] == "compare" else {0}
    assert code in allowed, f"{where}: {shlex.join(words)} exited with {code}\n{shown.err}\n{shown.out}"


def test_blocks_that_are_not_run_have_a_reason(capsys):
    left_out = [block for page in PAGES for block in blocks(page) if block.reason]
    with capsys.disabled():
        print()
        for block in left_out:
            print(f"  not run: docs/{block.page}, line {block.line} ({block.language}): {block.reason}")
    assert len(left_out) < sum(len(list(blocks(page))) for page in PAGES) / 3


def test_every_mark_is_above_a_block_of_code():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.count("<!-- not run:") == sum(bool(block.reason) for block in blocks(page)), page.name


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ('<script src="https://cdn.example/x.js"></script>', 1),
        ('<link rel="stylesheet" href="//fonts.example/css">', 1),
        ("<img alt=a src=http://a.example/b.png>", 1),
        ('<style>@import "https://a.example/c.css"; p { background: url(https://a.example/d.png) }</style>', 2),
        ('<a href="https://sparse.tamu.edu">collection</a><img src="charts/a.svg"><link href="site.css">', 0),
    ],
)
def test_a_page_that_loads_from_another_host_is_found(tmp_path, text, hosts):
    loaded = runpy.run_path(str(ROOT / ".ci/docs_requests.py"))["loaded"]
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert len(loaded(tmp_path)) == hosts
