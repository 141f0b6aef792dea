"""One case for each algorithm, graph and engine that the options name."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from graphbench.benchmarks import options
from graphbench.benchmarks.options import Case, Rounds
from graphbench.benchmarks.session import Session
from graphbench.errors import GraphbenchError, UnavailableError, UnsupportedError
from graphbench.records import pytest_benchmark
from graphbench.records.model import Outcome


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make the cases, grouped so that each engine builds each graph once."""
    if not metafunc.config.pluginmanager.hasplugin("benchmark"):
        pytest.fail("graphbench's cases need pytest-benchmark: pip install pytest-benchmark", pytrace=False)
    chosen = options.cases(metafunc.config)
    if not chosen:
        pytest.fail("Say which graphs to measure, for instance: --graphbench-datasets email-Enron", pytrace=False)
    marks = _no_limit_meant_for_others(metafunc.config)
    cases = [pytest.param(*case, id=pytest_benchmark.case_id(*case), marks=marks) for case in chosen]
    metafunc.parametrize(Case._fields, cases)


def _no_limit_meant_for_others(config: pytest.Config) -> list[pytest.MarkDecorator]:
    """Lift a time limit of pytest-timeout that a project's settings have for its tests; one that is typed holds."""
    if not config.pluginmanager.hasplugin("timeout"):
        return []
    typed = config.getoption("timeout", None) is not None or "PYTEST_TIMEOUT" in os.environ
    return [] if typed else [pytest.mark.timeout(0)]


@pytest.fixture
def case(algorithm: str, dataset: str, engine: str) -> Case:
    """The parameters, which pytest-benchmark can group by, as one."""
    return Case(algorithm, dataset, engine)


@pytest.fixture(scope="session")
def session(pytestconfig: pytest.Config) -> Iterator[Session]:
    """What the cases share: graphs loaded, engines started."""
    command = shlex.join(["pytest", *map(str, pytestconfig.invocation_params.args)])
    with Session(command) as opened:
        yield opened


# A library's warning is no failure of its algorithm, as in a worker; a case that is skipped says itself why.
@pytest.mark.filterwarnings("default", "ignore:Benchmark fixture was not used")
@pytest.mark.benchmark(disable_gc=True)
def test_measure(benchmark: Any, session: Session, case: Case, request: pytest.FixtureRequest) -> None:
    """Times the engine's warm calls; passes if its answers are right."""
    try:
        record, stopped = session.measure(case, benchmark, Rounds.of(request)), None
    except GraphbenchError as error:
        record, stopped = None, error
    if isinstance(stopped, UnavailableError | UnsupportedError):
        pytest.skip(str(stopped))
    if record is None:
        pytest.fail(str(stopped), pytrace=False)
    if record.outcome is not Outcome.OK:
        benchmark.has_error = True  # not saved: nothing is to be compared with a wrong answer's time
        pytest.fail(f"{case.engine} answers {case.algorithm} on {case.dataset} wrongly: {record.reason}", pytrace=False)
