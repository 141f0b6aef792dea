"""`graphbench capacity ALGORITHM...`: the largest graph that fits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli.completion import COMPLETERS
from graphbench.cli.files import write_result
from graphbench.cli.options import measurement_options, result_options, resuming_options
from graphbench.cli.session import Session, require_adapter, require_available
from graphbench.errors import UsageError
from graphbench.measure.options import CAPACITY, COMMAND_LINE, Options
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.measure.suites.capacity import CapacitySearch
    from graphbench.measure.suites.run import Run
    from graphbench.measure.suites.suite import Suite


@click.command(
    "capacity",
    params=measurement_options(
        CAPACITY,
        Options(trials=1),
        also={"device_memory_limit": "--device-memory"},
        memory_limit="Host memory that the engine may use; for engines on the CPU, the limit that is searched within.",
        gpus="Number of GPUs for a multi-GPU engine [default: all].",
    ),
)
@click.argument("algorithms", nargs=-1, required=True, metavar="ALGORITHM...", shell_complete=COMPLETERS["algorithms"])
@click.option(
    "--engine",
    default="cugraph",
    show_default=True,
    help="The engine to search with; name exactly one.",
    shell_complete=COMPLETERS["engines"],
)
@click.option(
    "--edgefactor",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Fewest edges drawn for each vertex.",
)
@click.option(
    "--by",
    type=click.Choice(["cugraph", "numpy"]),
    help="Generator of the graphs [default: cugraph for engines on a GPU, else numpy].",
)
@click.option(
    "--tries", type=click.IntRange(min=1), default=16, show_default=True, help="Try at most this many graphs."
)
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Records, maybe of another machine: the memory that an edge took there is where a search begins.",
)
@resuming_options
@result_options
def command(
    *,
    algorithms: tuple[str, ...],
    engine: str,
    edgefactor: int,
    by: str | None,
    tries: int,
    like: tuple[Path, ...],
    fresh: bool,
    newer_than: str | None,
    form: str,
    output: Path | None,
    store: Path | None,
    **given: Any,
) -> int:
    """Find the largest R-MAT graph that each algorithm completes within a limit of memory.

    Sizes are the whole edge factors from --edgefactor to below twice that, at each scale. The memory of earlier records
    (the store's, and those of --like) predicts the largest that fits, and that of the tries corrects it, until the
    largest graph that completed and the smallest that did not are neighbours. Each try is an ordinary, certified
    record, so the same command resumes a search. A failure for another reason, such as a time limit, ends the search
    too, and the result says so.

    Exit code 0: every search found the limit of memory; 1: a search was ended by --tries, --timeout or an error, or an
    answer was wrong; 130: interrupted. After --tries, the same command continues the search.
    """
    from graphbench.measure.plan import command_line
    from graphbench.measure.suites.capacity import CapacitySearch
    from graphbench.records.store import Store
    from graphbench.reporting import terminal_width
    from graphbench.reporting.capacity import render

    searches: list[CapacitySearch] = []

    def runs() -> Iterator[tuple[str, Run]]:
        for suite in suites:
            search = CapacitySearch(
                suite=suite,
                load=session.reporter.load_one,
                records=records,
                like=known,
                since=session.since,
                command=command_line(),
                factor=edgefactor,
                by=by or "",
                max_tries=tries,
            )
            searches.append(search)
            yield from _named_runs(search, session.reporter)

    with Session.start(store, fresh=fresh, newer_than=newer_than) as session:
        suites = _suites(algorithms, engine, given)
        known = [record for file in like for record in Store(file).records()]
        with session.open_store():
            records = session.records()
            session.measure(runs())
    results = [search.result for search in searches]
    write_result(render(results, form, None if output else terminal_width(sys.stdout)), output)
    session.end()
    wrong = session.unstored or any(search.wrong for search in searches)
    return 0 if all(result.complete for result in results) and not wrong else 1


def _suites(algorithms: Sequence[str], engine: str, given: dict[str, Any]) -> list[Suite]:
    """A suite for each algorithm; what could not be measured is refused before anything is."""
    from graphbench import registry
    from graphbench.measure.suites.capacity import limit_of, suite_of

    if "," in engine:
        raise UsageError(f"--engine takes one engine, not {engine!r}: run the command once for each.")
    solver = registry.engine(engine)
    given["allocators"] = given.pop("allocator")
    suites = []
    for name in dict.fromkeys(registry.algorithm(algorithm).name for algorithm in algorithms):
        require_adapter([solver.name], name)
        suites.append(suite_of(name, solver.name, given, COMMAND_LINE))
    if given["device_memory_limit"] and solver.device != "gpu":
        raise UsageError(f"--device-memory is for GPUs, and {solver.name} runs on the CPU: use --memory-limit SIZE.")
    require_available([solver.name], one=True)
    for suite in suites:
        limit_of(suite, solver)
    return suites


def _named_runs(search: CapacitySearch, reporter: Reporter) -> Iterator[tuple[str, Run]]:
    if before := search.result.tries:
        reporter.print_line(f"{search.suite.name}: {count(before, 'graph')} tried before")
    for run in search.runs():
        yield f"{search.suite.name}: {run.suite.datasets[0]}", run
    reporter.print_line(f"{search.suite.name}: {search.result.end}")
