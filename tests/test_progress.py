"""Progress on stderr while a suite runs."""

import io
import re

import pytest
from rich.console import Console
from rich.progress import Progress as RichProgress

from graphbench import graphs
from graphbench.cli import progress
from graphbench.cli.progress import Reporter, duration
from graphbench.errors import FetchError, InputError
from graphbench.measure.plan import Progress
from graphbench.records.model import Outcome
from helpers.records import record, replace


@pytest.fixture
def told():
    return io.StringIO()


@pytest.fixture
def reporter(told):
    console = Console(file=told, width=200)
    return Reporter(console, RichProgress(console=console, disable=True))


def ends(record):
    return Progress(task=record.task, phase="done", record=record)


def test_lines_of_a_suite_begin_with_its_progress(reporter, told):
    reporter.overall("deck", 2, 10, 300.0)
    reporter.observe(ends(record()))
    assert told.getvalue().startswith("[2/10, about 5 min left] louvain · coAuthorsDBLP · networkx: ok")
    reporter.overall("deck", 10, 10, 0.0)
    reporter.observe(ends(record()))
    assert "\n[10/10] " in told.getvalue()


def test_a_line_has_the_median_of_an_even_number_of_trials(reporter, told):
    phases = replace(record(), phases__call_s=[1.0, 4.0, 2.0, 3.0]).phases
    reporter.observe(ends(record(phases=phases)))
    assert "warm call 2.50 s (n = 4)" in told.getvalue()


def test_an_unavailable_engine_is_reported_once(reporter, told):
    gone = {"outcome": Outcome.UNAVAILABLE, "reason": "no GPU"}
    for engine in ("cugraph", "cugraph", "nx-cugraph"):
        reporter.observe(ends(record(engine, **gone)))
    assert told.getvalue().count("no GPU") == 2


def test_a_line_says_why_an_engine_is_unavailable_and_leaves_out_how_to_install_it(reporter, told):
    reporter.observe(ends(record(outcome=Outcome.UNAVAILABLE, reason="no NVIDIA driver. Install driver 580 or newer.")))
    assert told.getvalue().endswith("networkx: unavailable, no NVIDIA driver\n")


def test_outcomes_are_words(reporter, told):
    reporter.observe(ends(record(outcome=Outcome.OUT_OF_MEMORY, reason="the host was full")))
    assert "networkx: out of memory, the host was full" in told.getvalue()


@pytest.mark.parametrize("width", [60, 80])
def test_a_terminal_breaks_lines_between_words_and_a_pipe_does_not(width):
    lines = {}
    for terminal in (True, False):
        told = io.StringIO()
        console = Console(file=told, width=width, force_terminal=terminal, color_system=None, highlight=False)
        long = record(outcome=Outcome.ERROR, reason="the library says something long " * 5)
        Reporter(console, RichProgress(console=console, disable=True)).observe(ends(long))
        lines[terminal] = told.getvalue().splitlines()
    assert max(map(len, lines[True])) <= width
    (line,) = lines[False]
    assert " ".join(lines[True]).split() == line.split()


def test_generating_a_large_graph_is_announced_and_its_end_reported(reporter, told, monkeypatch):
    seen = []
    monkeypatch.setattr(graphs, "load", lambda name, **_: seen.append((name, told.getvalue())), raising=False)
    reporter.load_one("TWIN:copapersdblp")
    ((_, before),) = seen
    assert re.fullmatch(r"making twin:coPapersDBLP, which takes about \d+ s \.\.\.\n", before)
    assert re.fullmatch(r"made twin:coPapersDBLP in [\d.]+ s\n", told.getvalue().removeprefix(before))


def test_a_cached_or_small_graph_is_not_announced(reporter, told, monkeypatch):
    reporter.load_one("ba:n=30,m=2")
    reporter.load_one("karate")
    assert told.getvalue() == ""
    monkeypatch.setattr(progress, "LONG_S", 0.0)
    reporter.load_one("ba:n=30,m=2")
    assert told.getvalue() == ""
    assert list(reporter.load(["rmat:scale=4"], directed=True))
    assert "made rmat:scale=4,edgefactor=16,seed=1,directed=1 in" in told.getvalue()
    before = told.getvalue()
    assert list(reporter.load(["rmat:scale=4,directed=1"], directed=None))
    assert told.getvalue() == before


def test_a_failed_generation_is_not_reported_as_done(reporter, told, monkeypatch):
    def load(*_, **__):
        raise InputError("too large")

    monkeypatch.setattr(graphs, "load", load, raising=False)
    with pytest.raises(InputError):
        reporter.load_one("twin:coPapersDBLP")
    assert "making" in told.getvalue()
    assert "made" not in told.getvalue()


def test_advice_that_several_errors_share_is_given_once(reporter):
    errors = [FetchError(f"{name} is nowhere", "Try a mirror.") for name in "ab"]
    assert [reporter.trouble(each) for each in errors] == ["a is nowhere\nTry a mirror.", "b is nowhere"]
    assert reporter.trouble(FetchError("c is nowhere")) == "c is nowhere"
    assert reporter.trouble(FetchError("d is nowhere", "Wait.")) == "d is nowhere\nWait."
    assert str(errors[1]) == "b is nowhere\nTry a mirror."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (40, "40 s"), (89, "89 s"), (120, "2 min"), (5_400, "1 h 30 min"), (7_200, "2 h")],
)
def test_waiting_times_are_rounded(seconds, text):
    assert duration(seconds) == text
