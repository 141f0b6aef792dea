"""`graphbench scale ALGORITHM rmat:scale=22..28`: how time grows with the graph, and shrinks with GPUs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli.completion import COMPLETERS
from graphbench.cli.files import OutputFile, write, write_result
from graphbench.cli.options import measurement_options, result_options, resuming_options
from graphbench.cli.run import check_chart
from graphbench.cli.session import Session, require_adapter, require_available, succeeded
from graphbench.errors import UsageError
from graphbench.measure.options import COMMAND_LINE, SCALE
from graphbench.measure.suites.suite import Suite
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.measure.suites.run import Run
    from graphbench.measure.suites.series import SizeSeries


@click.command(
    "scale",
    params=measurement_options(
        SCALE, Suite(), engines="Engines to measure [default: cugraph, and cugraph-mg with --gpus]."
    ),
)
@click.argument("algorithm", shell_complete=COMPLETERS["algorithms"])
@click.argument("series", metavar="rmat:scale=FROM..TO[,edgefactor=16,...]")
@resuming_options
@click.option(
    "--chart", type=OutputFile(), metavar="FILE", help="Draw time against edges to this file; .svg, .png or .pdf."
)
@result_options
def command(
    *,
    algorithm: str,
    series: str,
    fresh: bool,
    newer_than: str | None,
    form: str,
    output: Path | None,
    chart: Path | None,
    store: Path | None,
    engines: list[str],
    **given: Any,
) -> int:
    """Measure one algorithm on a series of R-MAT graphs that differ only in size, from small to large.

    An engine that ran out of memory or time on one graph is not tried on larger ones, and a graph is generated only
    when an engine needs it. With --gpus, the same graphs are measured on each number of GPUs, in one cluster for each
    number. One generator makes the whole series: NumPy's, or cuGraph's with `by=cugraph`. Every record is stored at
    once, so the same command resumes an interrupted series.

    The tables give time and edges per second by graph and engine, the exponent b of time = c x edges^b with its 95 %
    interval, and for several GPUs speedup and efficiency t(1) / (g t(g)).

    Exit code 0: at least one task completed and no answer was wrong; 1: an answer was wrong, an engine failed, or none
    could run here; 130: interrupted.
    """
    from graphbench.measure.plan import command_line
    from graphbench.measure.suites.series import SizeSeries, suite_of

    check_chart(chart)
    with Session.start(store, fresh=fresh, newer_than=newer_than) as session:
        suite = suite_of(algorithm, series, engines, given, COMMAND_LINE)
        require_adapter(suite.engines, *suite.algorithms)
        require_available(suite.engines)
        with session.open_store():
            records = session.records()
            sizes = SizeSeries(
                suite=suite,
                load=session.reporter.load_one,
                stored=session.stored(suite, records),
                records=records,
                command=command_line(),
            )
            session.measure(_named_runs(sizes), lambda: f"; {count(sizes.left, 'graph')} left to measure")
        for why in sizes.ended:
            session.reporter.print_line(f"The series ends early: {why}.")
    _show(sizes, form, output, chart)
    session.end()
    named = set(suite.engines)
    completed = any(record.phases.call_s for record in sizes.measured)
    return 0 if completed and not session.unstored and all(succeeded(record, named) for record in sizes.measured) else 1


def _named_runs(sizes: SizeSeries) -> Iterator[tuple[str, Run]]:
    for number, run in enumerate(sizes.runs(), start=1):
        yield f"{run.suite.datasets[0]} ({number} of {len(sizes)})", run


def _show(sizes: SizeSeries, form: str, output: Path | None, chart: Path | None) -> None:
    from graphbench import api, reporting
    from graphbench.reporting import suites

    records = sizes.measured
    if form in {"json", "csv"}:
        text = reporting.render(records, api.Result(records, baseline=sizes.suite.baseline).comparisons, form)
    else:
        text = suites.scale_tables(
            records, form, _notes(sizes), None if output else reporting.terminal_width(sys.stdout)
        )
    try:  # the chart first: the reader of the tables may be gone before their end
        if chart:
            write(chart, suites.scale_chart(records).to_file(chart.suffix))
    except UsageError as error:  # only now is it known how many sizes completed
        click.echo(f"Notice: {chart} is not drawn. {error}", err=True)
    finally:
        write_result(text, output)


def _notes(sizes: SizeSeries) -> Sequence[str]:
    absent = {
        record.task.engine: record.reason for record in sizes.measured if record.environment is None and record.reason
    }
    notes = [f"{engine}: {reason}" for engine, reason in absent.items()]
    return [*notes, *(f"The series ends early: {why}." for why in sizes.ended)]
