"""Results as a terminal and a pipe show them: golden captures of every kind of result, and what holds of all.

After a change that is meant, `GRAPHBENCH_GOLDEN=write pytest tests/test_terminal.py` writes the captures anew.
"""

import contextlib
import fcntl
import io
import os
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from graphbench import reporting
from graphbench.records.comparison import Comparison
from graphbench.records.model import Outcome
from graphbench.records.regression import changes
from graphbench.records.rules import RULES, Verdict
from graphbench.reporting.changes import render as render_changes
from graphbench.reporting.suites import scale_tables, summary
from helpers.records import record, replace
from helpers.terminal_cases import CASES

GOLDEN = Path(__file__).parent / "golden" / "terminal"
WIDTHS = (60, 80, 120, 200)
COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("case", CASES)
def test_a_result_matches_its_golden_capture_at_four_widths_and_piped(case):
    shown = CASES[case]()
    captures = [(f"{width} columns", reporting.render(*shown, width=width)) for width in WIDTHS]
    captures.append(("80 columns, --details", reporting.render(*shown, width=80, details=True)))
    captures.append(("piped, ASCII", reporting.render(*shown, ascii_only=True)))
    text = "\n".join(f"=== {title}\n\n{capture}" for title, capture in captures)
    path = GOLDEN / f"{case.replace(' ', '-')}.txt"
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
def test_colours_match_their_golden_capture(width):
    text = reporting.render(*CASES["failures"](), width=width, colour=True)
    path = GOLDEN / f"colour-{width}.txt"
    if os.environ.get("GRAPHBENCH_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES)
def test_colours_change_no_character(case, width):
    coloured = reporting.render(*CASES[case](), width=width, colour=True)
    assert "\x1b[" in coloured
    stripped = [line.rstrip() for line in COLOUR.sub("", coloured).splitlines()]
    assert stripped == reporting.render(*CASES[case](), width=width).splitlines()


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_the_terminal(case, width, details):
    text = reporting.render(*CASES[case](), width=width, details=details)
    assert max(map(cell_len, text.splitlines())) <= width


@pytest.mark.parametrize("case", CASES)
def test_the_first_line_is_the_answer_and_the_table_comes_next(case):
    first, table, *_ = reporting.render(*CASES[case](), width=200).split("\n\n")
    assert first.splitlines()[0].endswith(".")
    assert "engine" in table.splitlines()[0] + table.splitlines()[1]


@pytest.mark.parametrize("form", ["table", "markdown"])
@pytest.mark.parametrize("case", CASES)
def test_no_code_with_an_underscore_is_in_prose(case, form):
    text = reporting.render(*CASES[case](), form, width=200, details=True).replace("cugraph_graph_create", "")
    assert not re.findall(r"\w+_\w+", text)


@pytest.mark.parametrize("code", RULES)
def test_the_code_of_no_rule_is_in_prose(code):
    rule, one, two = RULES[code], record(), record("igraph", 0.1)
    verdict = Verdict.LIKE if rule.effect == "note" else Verdict(rule.effect)
    reasons = [rule.message("something")]
    comparison = Comparison(
        algorithm="louvain", dataset="coAuthorsDBLP", engine="igraph", baseline="networkx", ratio_call=10.0, n=6,
        interval=(9.0, 11.0), ratio_first_answer=10.0, ratio_whole_script=10.0, verdict=verdict, record=two.id,
        baseline_record=one.id, **{"notes" if rule.effect == "note" else "reasons": reasons},
    )  # fmt: skip
    text = reporting.render([one, two], [comparison])
    assert f"{rule.words}: something. {rule.remedy}" in text
    assert rule.words == code or code not in text


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.OK])
def test_outcomes_are_words(outcome):
    text = reporting.render([record(), record("igraph", outcome=outcome, reason="x")], [])
    assert outcome.in_words in text
    assert "_" not in text


def test_several_results_begin_with_their_graphs_where_these_differ():
    one, two = CASES["like"](), CASES["unlike"]()
    assert reporting.render(one[0] + two[0], one[1] + two[1]).startswith("networkit is ")
    elsewhere = [replace(each, task__dataset="karate") for each in two[0]]
    text = reporting.render(one[0] + elsewhere, one[1] + two[1])
    assert text.startswith("coAuthorsDBLP: networkit is ")
    assert "\n\nkarate: No ratio of like with like" in text


# Other tables


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_of_several_results_fit_the_terminal_too(width):
    records, comparisons = CASES["GPU"]()
    changed = changes(records, [replace(each, phases__call_s=[2.0] * 20) for each in records])
    drawn = [summary(records, comparisons, width=width), render_changes(changed, "table", width)]
    drawn.append(scale_tables(records, "table", ["a note " * 40], width))
    for text in drawn:
        assert max(map(cell_len, text.splitlines())) <= width
    answer, _, heads, *_ = render_changes(changed, "table").splitlines()
    assert answer.startswith("7 possible and 1 same.")
    assert heads.endswith("rounds")


def test_a_table_that_is_too_wide_breaks_its_longest_text_then_repeats_what_names_a_row():
    heads, row = ["family", "name", "count", "why"], ["trees", "mst", "1,234", "it was not measured " * 3]
    whole = reporting.text_table(heads, [row], right=(2,)).splitlines()
    assert len(whole) == 2
    assert reporting.text_table(heads, [row], right=(2,), width=45).splitlines() == [
        "family  name  count  why",
        "trees   mst   1,234  it was not measured it",
        "                     was not measured it was",
        "                     not measured",
    ]
    narrow = reporting.text_table(heads, [row], right=(2,), width=35, lead=2).splitlines()
    assert narrow[0] == "family  name  count"
    assert narrow[3] == "family  name  why"


def test_a_command_in_a_terminal_keeps_to_its_width():
    main, there = os.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 72, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    command = [sys.executable, "-m", "graphbench", "wcc", "karate", "--trials", "3", "--engine", "networkx,igraph"]
    with subprocess.Popen(command, stdin=there, stdout=there, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(there)
        text = b""
        with contextlib.suppress(OSError):  # how the end of a pseudo-terminal shows
            while part := os.read(main, 65_536):
                text += part
    os.close(main)
    lines = COLOUR.sub("", text.decode()).splitlines()
    assert process.returncode == 0
    assert any(line.startswith("engine") for line in lines)
    assert max(map(cell_len, lines)) <= 72


def test_a_terminal_has_a_width_and_a_pipe_has_none(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "72")
    assert reporting.terminal_width(Terminal()) == 72
    assert reporting.terminal_width(io.StringIO()) is None
