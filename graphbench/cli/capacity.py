"""`graphbench capacity ALGORITHM...`: the largest graph that fits."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli import INTERRUPTED
from graphbench.cli.files import give
from graphbench.cli.options import counted_since, gpu_number, machine_options, result_options, resuming_options
from graphbench.cli.session import able_to_run, able_to_solve, again, measure
from graphbench.errors import UsageError
from graphbench.system.text import parse_bytes

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.measure.suites.capacity import CapacitySearch
    from graphbench.measure.suites.suite import Suite
    from graphbench.records.model import Record
    from graphbench.records.store import Store


@click.command("capacity")
@click.argument("algorithms", nargs=-1, required=True, metavar="ALGORITHM...")
@click.option("--engine", default="cugraph", show_default=True, help="The engine, one.")
@click.option(
    "--device-memory", "--device-memory-limit", "device_memory_limit", type=parse_bytes, metavar="SIZE",
    help="GPU memory that RMM may give, such as 32GB [default: all].",
)  # fmt: skip
@click.option(
    "--memory-limit", type=parse_bytes, metavar="SIZE",
    help="Host memory that the engine may hold; for engines on the CPU, the memory that is searched.",
)  # fmt: skip
@click.option(
    "--edgefactor", type=click.IntRange(min=1), default=16, show_default=True, help="Edges drawn for each vertex."
)
@click.option(
    "--by", type=click.Choice(["cugraph", "numpy"]),
    help="Who makes the graphs [default: cugraph for engines on a GPU, else numpy].",
)  # fmt: skip
@click.option(
    "--gpus", type=gpu_number, metavar="N|all", help="How many GPUs an engine for several uses [default: all]."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use a running Dask cluster, tcp://HOST:PORT.")
@click.option(
    "--tries", type=click.IntRange(min=1), default=16, show_default=True, help="At most so many an algorithm."
)
@click.option(
    "--allocator", type=click.Choice(["default", "pool", "async"]), default="default", show_default=True,
    help="GPU memory resource.",
)  # fmt: skip
@click.option("--trials", type=int, default=1, show_default=True, help="Warm trials on each graph.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds for each try, all included.")
@machine_options
@resuming_options
@result_options
def command(
    *,
    algorithms: tuple[str, ...],
    engine: str,
    edgefactor: int,
    by: str | None,
    gpus: int | None,
    tries: int,
    allocator: str,
    fresh: bool,
    newer_than: str | None,
    form: str,
    output: Path | None,
    store: Path | None,
    **given: Any,
) -> int:
    """Find the largest R-MAT graph that each algorithm completes within a limit of memory.

    The scale is raised while the graph completes, which doubles its edges; then the edge factor is bisected between the
    largest that completed and the smallest that did not. Memory that earlier tries took tells where to look first, so a
    search takes few tries. Each is an ordinary record, certified like any other: a search that was stopped goes on with
    the same command. A failure for another reason, such as a time limit, bounds the search too, and the result says so.

    Exit code 0: every search ended at the boundary of memory; 1: one did not, since --tries ended it or --timeout or
    an error came first, or an answer was wrong; 130: interrupted. After --tries, the same command goes on from there.
    """
    from graphbench.cli.progress import Reporter
    from graphbench.records.store import Store
    from graphbench.reporting.capacity import render

    given |= {"gpus": [gpus] if gpus else [], "allocators": [allocator]}
    started = datetime.now(UTC)
    since = counted_since(started, fresh=fresh, newer_than=newer_than)
    searches: list[CapacitySearch] = []
    with Reporter.on_stderr() as reporter, warnings.catch_warnings():
        warnings.showwarning = reporter.warn
        suites = _suites(algorithms, engine, given)
        with Store(store) as keeper:
            records = _stored(store)
            try:
                for suite in suites:
                    asked: dict[str, Any] = {"factor": edgefactor, "by": by or "", "max_tries": tries}
                    searches.append(_search(suite, records, since, reporter, **asked))
                    _measure(searches[-1], reporter, keeper)
            except KeyboardInterrupt:
                reporter.say(f"Interrupted. What was complete is kept. To go on:\n  {again(started)}")
                return INTERRUPTED
    results = [search.result for search in searches]
    give(render(results, form), output)
    return 0 if all(each.complete for each in results) and not any(search.wrong for search in searches) else 1


def _suites(algorithms: Sequence[str], engine: str, given: dict[str, Any]) -> list[Suite]:
    """A suite for each algorithm; what could not be measured is refused before anything is."""
    from graphbench import registry
    from graphbench.measure.suites import suite as definition
    from graphbench.measure.suites import tasks
    from graphbench.measure.suites.capacity import limit_of

    if "," in engine:
        raise UsageError(f"A search is about one engine, not {engine!r}: run the command once for each.")
    solver = registry.engine(engine)
    found = []
    for name in dict.fromkeys(registry.algorithm(each).name for each in algorithms):
        able_to_solve([solver.name], name)
        base = definition.Suite(name=f"capacity {name}", algorithms=[name], engines=[solver.name], baseline=solver.name)
        found.append(definition.merged(base, given))
        tasks.check(found[-1])
    if given["device_memory_limit"] and solver.device != "gpu":
        raise UsageError(f"{solver.name} computes on the CPU: --memory-limit SIZE is its limit, not --device-memory.")
    able_to_run([solver.name], one=True)
    for suite in found:
        limit_of(suite, solver)
    return found


def _stored(store: Path | None) -> list[Record]:
    from graphbench.records.store import Store

    return list(Store(store).records())


def _search(
    suite: Suite, records: list[Record], since: datetime | None, reporter: Reporter, **asked: Any
) -> CapacitySearch:
    from graphbench.measure.planning import command_line
    from graphbench.measure.suites.capacity import CapacitySearch

    load, command = reporter.load_one, command_line()
    return CapacitySearch(suite=suite, load=load, records=records, since=since, command=command, **asked)


def _measure(search: CapacitySearch, reporter: Reporter, keeper: Store) -> None:
    from graphbench.system.text import count

    known = search.result
    if known.tries:
        were = "was" if known.tries == 1 else "were"
        reporter.say(f"{search.suite.name}: {count(known.tries, 'graph')} {were} tried before")
    for run in search.runs():
        measure(run, f"{search.suite.name}: {run.suite.datasets[0]}", reporter, keeper)
    reporter.say(f"{search.suite.name}: {search.result.end}")
