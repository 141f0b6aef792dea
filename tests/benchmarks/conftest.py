"""The fixture `target`, and the table of targets that ends a run. Nothing is asserted of them."""

import pytest
from targets import Target

_ROWS = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[_ROWS] = []


def pytest_terminal_summary(terminalreporter, config):
    if rows := config.stash[_ROWS]:
        terminalreporter.section("targets: fastest rounds, ours / the other's")
        width = max(len(name) for name, *_ in rows)
        for name, asked, seen, details in rows:
            terminalreporter.line(f"{name:<{width}}  {asked:>9}  seen {seen:>7.3g}  {details}".rstrip())


@pytest.fixture
def target(request, benchmark):
    return Target(request.config.stash[_ROWS], benchmark)
