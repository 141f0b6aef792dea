"""Progress where Python asked: in a notebook, on a terminal, elsewhere."""

import io
import sys
import types

import pytest

import graphbench as gb
from graphbench.measure.plan import Progress
from graphbench.reporting import progress
from graphbench.reporting.progress import follow
from helpers.records import record


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(progress, "_EVERY_S", 0)


@pytest.fixture
def cells(monkeypatch):
    """What a notebook's cell shows, place by place: a stand-in for IPython with a kernel."""
    shown = []

    class Handle:
        def __init__(self, place):
            self.place = place

        def update(self, bundle, **_):
            shown[self.place] = bundle["text/plain"]

    def display(bundle, **_):
        shown.append(bundle["text/plain"])
        return Handle(len(shown) - 1)

    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    return shown


def measure(follower, total=1):
    follower.total = total
    done = record()
    follower.observe(Progress(task=done.task, phase="call", trial=3))
    follower.observe(Progress(task=done.task, phase="done", record=done))


def test_nothing_is_shown_in_a_pipe_unless_asked_for(capsys):
    for wanted in (None, False):
        with follow(wanted) as follower:
            measure(follower)
    assert capsys.readouterr() == ("", "")
    with follow(True) as follower:
        measure(follower, total=2)
    assert capsys.readouterr().err.startswith("[1 of 2] louvain · coAuthorsDBLP · networkx: ok, warm call ")


def test_the_line_on_a_terminal_is_gone_at_the_end(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with follow(None) as follower:
        measure(follower)
    text = terminal.getvalue()
    assert "louvain · coAuthorsDBLP · networkx: call, 3 trials (0 of 1 tasks)" in text
    assert "\n" not in text
    assert not text.rsplit("\r", 2)[-2].strip()


def test_a_cell_has_one_line_that_ends_with_what_was_done(cells):
    with follow(None) as follower:
        measure(follower)
        assert cells == ["louvain · coAuthorsDBLP · networkx: call, 3 trials (0 of 1 tasks)"]
    (line,) = cells
    assert line.startswith("1 of 1 tasks in ")
    assert line.endswith(" s: 1 ok")


def test_a_cell_that_is_interrupted_says_that_records_are_kept(cells):
    def interrupt(follower):
        measure(follower, total=3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), follow(None) as follower:
        interrupt(follower)
    assert cells[0].startswith("1 of 3 tasks in ")
    assert cells[0].endswith("interrupted, and complete records are kept")


def test_an_error_leaves_no_line_in_a_cell(cells):
    def fail(follower):
        follower.fetching("karate")(1_000_000, 2_000_000)
        assert cells == ["fetching karate: 1.0 of 2.0 MB"]
        raise gb.GraphbenchError

    with pytest.raises(gb.GraphbenchError), follow(None) as follower:
        fail(follower)
    assert cells == [""]


def test_a_measurement_counts_its_tasks(cells):
    gb.run("wcc", ["karate", "lesmis"], engines=["igraph", "networkit"], threads=[1, 2], trials=1, store=False)
    assert cells[0].startswith("6 of 6 tasks in ")
    gb.load("karate")
    assert len(cells) == 1


def test_a_cell_shows_nothing_when_progress_is_switched_off(cells):
    with follow(False) as follower:
        measure(follower)
    assert cells == []
