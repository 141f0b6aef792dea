"""Records of a stranger are data: nothing in them is run, computed, hidden or drawn as something else."""

import csv
import io
import json
import re
import warnings
from contextlib import suppress

import msgspec
import pytest

from graphbench import reporting
from graphbench.cli import records as cli_records
from graphbench.errors import GraphbenchError, UsageError
from graphbench.measure.staleness import present
from graphbench.records import pytest_benchmark
from graphbench.records.comparison import compare
from graphbench.records.lines import from_json, to_json
from graphbench.records.model import Outcome
from graphbench.records.regression import changes
from graphbench.reporting import changes as shown
from graphbench.reporting import markdown, page, report
from graphbench.reporting.forms import csv_text
from graphbench.reporting.numbers import visible, visible_json
from helpers.records import record

NASTY = (
    "=cmd()|$x^^$<script>alert(1)</script>``<img src=x>\x1b[2J\x9b1m\u202egnp.\u2066\x00\r\n\n# [x](javascript:1) @all"
)
KEYS = {"schema", "outcome", "kind", "measured_at", "digest", "machine", "algorithm", "device", "headline", "stopped"}
"""Fields that decide what a report has at all, or must have a certain form."""


def poisoned(value, key=""):
    """The same with every text replaced, but where it decides what is shown."""
    if isinstance(value, dict):
        return {name: poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, key) for item in value]
    return f"{NASTY}{value}" if isinstance(value, str) and key not in KEYS else value


@pytest.fixture(scope="module")
def strange():
    """Records with a stranger's texts in every field: two engines with answers, and one without."""
    failed = record("igraph", outcome=Outcome.ERROR, reason="lost", id="lost")
    given = [record("networkx", id="one"), record("igraph", id="two"), failed]
    found = [from_json(json.dumps(poisoned(json.loads(to_json(each))))) for each in given]
    assert all(NASTY in each.task.dataset and NASTY in each.task.engine for each in found)
    return found


WRITERS = {
    "page": lambda given: page.to_html(built(given)),
    "report": lambda given: markdown.to_markdown(built(given), charts="charts"),
    "charts": lambda given: "".join(chart.svg for chart in built(given).charts),
    "notebook": lambda given: reporting.html_table(given, compared(given)),
    "list": lambda given: cli_records._listed(given, "table", present()),
    "list json": lambda given: cli_records._listed(given, "json", present()),
    "export": lambda given: cli_records._exported(given, None, given[0].task.engine, present()),
    "compare": lambda given: shown.render(changes(given[:1], given), "table"),
    "compare markdown": lambda given: shown.render(changes(given[:1], given), "markdown"),
    "details": lambda given: reporting.render(given, compared(given), "table", details=True, width=80),
    "table": lambda given: reporting.render(given, compared(given), "table"),
    "markdown": lambda given: reporting.render(given, compared(given), "markdown"),
    "csv": lambda given: reporting.render(given, compared(given), "csv"),
    "json": lambda given: reporting.render(given, compared(given), "json"),
}
MARKDOWN = {"markdown", "report", "compare markdown"}


def built(given):
    return report.build(given, baseline=given[0].task.engine, title=NASTY)


def compared(given):
    return compare(given, baseline=given[0].task.engine)


@pytest.mark.parametrize("form", WRITERS)
def test_no_writer_passes_on_what_controls_a_terminal_a_page_or_a_reader(strange, form):
    text = WRITERS[form](strange)
    assert text
    assert visible(text) == text, "no control character and no override of the direction of writing"
    if form in MARKDOWN | {"page", "notebook", "charts"}:
        assert "<script>alert" not in text
        assert not re.search(r"^# \\?\[x", text, re.MULTILINE), "no line of its own"
    if form in MARKDOWN:
        prose = re.sub(r"`+.*?`+", "", text)
        assert not re.search(r"(?<!\\)\]\(javascript", prose)
        assert "@all" not in prose


@pytest.mark.parametrize("form", ["export", "list json", "json"])
def test_data_are_complete(strange, form):
    text = WRITERS[form](strange)
    found = json.loads(text.splitlines()[0] if form == "export" else text)
    assert json.dumps(NASTY)[1:-1] in json.dumps(found)


def test_a_spreadsheet_computes_nothing_of_a_table(strange):
    rows = list(csv.reader(io.StringIO(WRITERS["csv"](strange))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+", "\t", "\r"))]
    cells = ["=1+1", "+x", "-x", "@SUM(A1)", "\t=1", " =1", "-1", "+3.5", "-1e-9", -1, None, "a=b"]
    (_, row) = csv.reader(io.StringIO(csv_text(["h"] * len(cells), [cells])))
    assert row[:6] == ["'=1+1", "'+x", "'-x", "'@SUM(A1)", "'\ufffd=1", "' =1"]
    assert row[6:] == ["-1", "+3.5", "-1e-9", "-1", "", "a=b"], "numbers, and what only contains such a sign"


def test_names_of_vertices_in_a_saved_answer_are_those_of_the_table(graphbench, tmp_path):
    graph, answer = tmp_path / "people.csv", tmp_path / "answer.csv"
    graph.write_text("source,target\n=cmd(),bob\n-1x,@ada\n")
    assert graphbench("wcc", graph, "--engine", "scipy", "--trials", 1, "--save-answer", answer)[0] == 0
    names = [row[0] for row in csv.reader(answer.read_text().splitlines())][1:]
    assert sorted(names) == ["-1x", "=cmd()", "@ada", "bob"], "a table that is joined with it has no apostrophes"


def test_an_error_shows_no_control_character(graphbench, tmp_path):
    code, _, err = graphbench("wcc", f"{tmp_path}/\x1b[2J\u202e.csv")
    assert code != 0
    assert visible(err) == err


def test_json_keeps_its_values():
    text = json.dumps({"a": "\x7f\u202e\U000e0001é µ\xa0"}, ensure_ascii=False)
    assert json.loads(visible_json(text)) == json.loads(text)
    assert "é µ\xa0" in visible_json(text)


VALUES = [None, True, -1, 10**30, 2**64, 1e308, 5e-324, -0.0, [], {}, [[[]]], {"a": {"b": [1]}}, "", "x", "nan"]


def places(value, path=()):
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_malformed_field_is_an_error_or_can_be_shown_and_stored_again(value):
    base = json.loads(to_json(record("igraph", id="two")))
    other = record("networkx", id="one")
    for *path, last in filter(None, places(base)):
        changed = json.loads(json.dumps(base))
        place = changed
        for key in path:
            place = place[key]
        place[last] = value
        try:
            read = from_json(json.dumps(changed))
        except GraphbenchError:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            records = [other, read]
            for form in reporting.FORMATS:
                reporting.render(records, compare(records), form)
            changes([other], records)
            with suppress(UsageError):  # of two machines
                pytest_benchmark.document(records)
        assert msgspec.json.encode(from_json(to_json(read))) == msgspec.json.encode(read), (*path, last)
