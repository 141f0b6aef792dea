"""The pytest plugin: options that say what `pytest --pyargs graphbench.benchmarks` measures.

pytest imports this file at every start, in projects that have nothing to do with graphs as well, so it imports nothing
but pytest, and does nothing until one of its options is given.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

OPTIONS = {
    "datasets": "Graphs: names of the catalogue, GROUP/NAME of the SuiteSparse Matrix Collection, files, generators.",
    "algorithms": "Algorithms [default: all].",
    "engines": "Engines [default: all; those that are not available are skipped with their reason].",
}
"""Each becomes `--graphbench-NAME`."""

_set_aside = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each a list: separated by commas, repeatable."""
    group = parser.getgroup("graphbench", "graph libraries, measured by `pytest --pyargs graphbench.benchmarks`")
    for name, text in OPTIONS.items():
        group.addoption(f"--graphbench-{name}", action="append", default=[], metavar="NAME[,NAME...]", help=text)


def is_used(config: pytest.Config) -> bool:
    """Whether any of the options is given."""
    return any(config.getoption(f"graphbench_{name}") for name in OPTIONS)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse unknown names before anything is collected; keep users' NetworkX settings away from the baseline.

    Raises:
        pytest.UsageError: for a name that nothing has; or if NetworkX has read settings that would send
            its calls elsewhere.
    """
    if not is_used(config):
        return
    from graphbench.benchmarks import options
    from graphbench.errors import UsageError
    from graphbench.measure.process import REMOVED_VARIABLES

    try:
        options.cases(config)
        options.refuse_unknown_datasets(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    foreign = sorted(name for name in os.environ if name.startswith(REMOVED_VARIABLES))
    read = [name for name in foreign if name.startswith(("NETWORKX_", "NX_CUGRAPH_"))]
    if read and "networkx" in sys.modules:
        raise pytest.UsageError(
            f"NetworkX was imported with {', '.join(read)} set, which may send its calls to another library, and "
            "all cases share this process. Unset them and start pytest again."
        )
    config.stash[_set_aside] = {name: os.environ.pop(name) for name in foreign}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give back what was set aside."""
    kept: dict[str, str] = config.stash.get(_set_aside, {})
    os.environ.update(kept)


@pytest.hookimpl(optionalhook=True)  # the hook is pytest-benchmark's, which may not be installed
def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Add what pytest-benchmark does not know of the machine, so that comparisons across GPUs are warned of."""
    if not is_used(config):
        return
    from graphbench.records.pytest_benchmark import KEY
    from graphbench.system.machine import machine_summary

    machine = machine_summary()
    machine_info[KEY] = {
        "machine": machine.digest,
        "gpus": [gpu.name for gpu in machine.gpus],
        "driver": machine.driver,
    }
