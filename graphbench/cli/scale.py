"""`graphbench scale ALGORITHM rmat:scale=22..28`: how time grows with the graph, and shrinks with GPUs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli import INTERRUPTED
from graphbench.cli.files import OutputFile, give, write
from graphbench.cli.options import (
    counted_since,
    gpu_numbers,
    hopeless_options,
    joined,
    machine_options,
    memory_options,
    names_option,
    result_options,
    resuming_options,
)
from graphbench.cli.run import check_chart
from graphbench.cli.session import able_to_run, able_to_solve, again, fine, measure
from graphbench.errors import UsageError

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.measure.suites.series import SizeSeries
    from graphbench.measure.suites.suite import Suite
    from graphbench.records.store import Store


@click.command("scale")
@click.argument("algorithm")
@click.argument("series", metavar="rmat:scale=FROM..TO[,edgefactor=16,...]")
@names_option("engine", "Engines [default: cugraph, and cugraph-mg with --gpus].")
@click.option(
    "--gpus", type=gpu_numbers, metavar="N[,N...]|all", help="Measure cugraph-mg on each of these numbers of GPUs."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use a running Dask cluster, tcp://HOST:PORT, for cugraph-mg.")
@names_option("allocator", "GPU memory resources: default, pool, async.")
@click.option("--budget", type=float, help="Seconds of warm trials per task [default: 10].")
@click.option("--timeout", type=float, help="Seconds per task, all included [default: 600].")
@click.option("--trials", type=int, help="Exactly this many warm trials per task.")
@machine_options
@memory_options
@resuming_options
@hopeless_options
@click.option("--chart", type=OutputFile(), metavar="FILE", help="Draw time against edges as well; .svg or .png.")
@result_options
def command(
    *,
    algorithm: str,
    series: str,
    fresh: bool,
    newer_than: str | None,
    no_skip: bool,
    no_predict: bool,
    form: str,
    output: Path | None,
    chart: Path | None,
    store: Path | None,
    **given: Any,
) -> int:
    """Measure one algorithm on a series of R-MAT graphs that differ in size alone, from small to large.

    An engine that ran out of memory or time on one graph is not tried on larger ones, and a graph is made only when
    an engine goes on to it. With --gpus, the same graphs are measured on each number of GPUs. One generator makes the
    whole series: NumPy's, or cuGraph's with `by=cugraph`. Every record is kept at once, so the same command goes on
    where it was interrupted.

    The tables give time and edges per second by graph and engine, the exponent b of time = c x edges^b with its 95 %
    interval, and for several GPUs speedup and efficiency t(1) / (g t(g)).

    Exit code 0: something completed, and nothing was wrong; 1: an answer was wrong, something failed, or no engine
    could run here; 130: interrupted.
    """
    from graphbench.cli.progress import Reporter
    from graphbench.records.store import Store

    check_chart(chart)
    started = datetime.now(UTC)
    since = counted_since(started, fresh=fresh, newer_than=newer_than)
    with Reporter.on_stderr() as reporter, warnings.catch_warnings():
        warnings.showwarning = reporter.warn
        suite = _suite(algorithm, series, given)
        with Store(store) as keeper:
            sizes = _series(suite, store, since, reporter)
            sizes.fit, sizes.skip = not no_predict, not no_skip
            try:
                _measure(sizes, reporter, keeper)
            except KeyboardInterrupt:
                left = len(suite.datasets) - len(sizes.done)
                reporter.say(
                    f"Interrupted. What was complete is kept; this graph and {left} larger ones are to go. To go on:\n"
                    f"  {again(started)}"
                )
                return INTERRUPTED
    _show(sizes, form, output, chart)
    named = set(suite.engines)
    completed = any(record.phases.run_s for record in sizes.measured)
    return 0 if completed and all(fine(record, named) for record in sizes.measured) else 1


def _suite(algorithm: str, series: str, given: dict[str, Any]) -> Suite:
    from graphbench import registry
    from graphbench.measure.suites import suite as definition
    from graphbench.measure.suites import tasks
    from graphbench.measure.suites.series import expand, usual_engines

    engines = joined(given.pop("engines")) or usual_engines(multi_gpu=bool(given["gpus"]))
    base = definition.Suite(
        name=f"scale {registry.algorithm(algorithm).name}",
        algorithms=[registry.algorithm(algorithm).name],
        datasets=expand(series),
        engines=[registry.engine(each).name for each in engines],
        baseline=registry.engine(engines[0]).name,
    )
    given["allocators"] = joined(given["allocators"])
    suite = definition.merged(base, given)
    tasks.check(suite)
    able_to_solve(suite.engines, *suite.algorithms)
    able_to_run(suite.engines)
    return suite


def _series(suite: Suite, store: Path | None, since: datetime | None, reporter: Reporter) -> SizeSeries:
    from graphbench.measure.planning import command_line
    from graphbench.measure.staleness import present
    from graphbench.measure.suites.series import SizeSeries
    from graphbench.measure.suites.tasks import StoredRecords
    from graphbench.records.store import Store

    records = list(Store(store).records())
    stored = StoredRecords(records, suite, present(), since)
    return SizeSeries(suite=suite, load=reporter.load_one, stored=stored, records=records, command=command_line())


def _measure(sizes: SizeSeries, reporter: Reporter, keeper: Store) -> None:
    for number, run in enumerate(sizes.runs(), start=1):
        measure(run, f"{run.suite.datasets[0]} ({number} of {len(sizes.suite.datasets)})", reporter, keeper)
    if sizes.ended:
        reporter.say(f"The series ends early: {sizes.ended}.")


def _show(sizes: SizeSeries, form: str, output: Path | None, chart: Path | None) -> None:
    from graphbench import api, reporting
    from graphbench.reporting import suites

    records = sizes.measured
    if form in {"json", "csv"}:
        text = reporting.render(records, api.Result(records, baseline=sizes.suite.baseline).comparisons, form)
    else:
        text = suites.scale_tables(records, form, _notes(sizes))
    give(text, output)
    if chart:
        try:
            picture = suites.scale_chart(records, chart.suffix)
        except UsageError as error:  # only now is it known how many sizes completed
            click.echo(f"Notice: {chart} is not drawn. {error}", err=True)
        else:
            write(chart, picture)


def _notes(sizes: SizeSeries) -> Sequence[str]:
    absent = {
        record.task.engine: record.reason for record in sizes.measured if record.environment is None and record.reason
    }
    told = [f"{engine}: {reason}" for engine, reason in absent.items()]
    return [*told, *([f"The series ends early: {sizes.ended}."] if sizes.ended else [])]
