"""`graphbench ALGORITHM DATASET...`: measure, keep, compare, show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.algorithms.base import Algorithm, Parameter
from graphbench.cli.files import OutputFile, write
from graphbench.cli.options import measurement_options, result_options, short_columns
from graphbench.cli.session import Session, succeeded
from graphbench.errors import GraphbenchError, StoreError, UsageError
from graphbench.measure.options import COMMAND_LINE, HEURISTIC, RUN, Options, revised
from graphbench.records.model import NEVER_RAN, Record

if TYPE_CHECKING:
    from graphbench.api import Result

SAVED = (".csv", ".tsv", ".parquet")
CHARTED = (".svg", ".png")
DEFAULTS = Options()


def algorithm_command(algorithm: Algorithm) -> click.Command:
    """The command of one algorithm: its own parameters as options, then those of every measurement."""

    @click.option(
        "--save-answer",
        type=OutputFile(),
        metavar="FILE",
        help="Write the answers: a row per vertex, pair or edge, vertices by name; .csv, .tsv or .parquet.",
    )
    @click.option(
        "--details", is_flag=True, help="Show every number of threads, CPU seconds, and peaks of memory in the table."
    )
    @click.option("--chart", type=OutputFile(), metavar="FILE", help="Draw the speedups to this file; .svg or .png.")
    @result_options
    def callback(**given: Any) -> int:
        own = {parameter.name: given.pop(parameter.name) for parameter in algorithm.parameters}
        return run(algorithm, {name: value for name, value in own.items() if value is not None}, **given)

    heuristic = measurement_options(HEURISTIC, DEFAULTS) if algorithm.quality else []
    return click.command(
        algorithm.name,
        short_help=algorithm.title,
        help=_help(algorithm),
        params=[
            click.Argument(["datasets"], nargs=-1, required=True, metavar="DATASET..."),
            *(_option(parameter) for parameter in algorithm.parameters),
            *heuristic,
            *measurement_options(
                RUN, DEFAULTS, also=short_columns({parameter.name for parameter in algorithm.parameters})
            ),
        ],
    )(callback)


def run(
    algorithm: Algorithm,
    parameters: dict[str, Any],
    *,
    datasets: tuple[str, ...],
    save_answer: Path | None,
    form: str,
    output: Path | None,
    chart: Path | None,
    details: bool,
    store: Path | None,
    **given: Any,
) -> int:
    """Measure, show the result, and return the exit code."""
    from graphbench import api, registry, reporting
    from graphbench.cli.answers import save_answers
    from graphbench.measure.plan import make_plan

    given = {name: value for name, value in given.items() if value not in (None, [])}
    options = revised(DEFAULTS, given, COMMAND_LINE)
    _check_files(save_answer, chart, datasets)
    records: list[Record] = []
    with Session.start(store) as session:
        graphs = session.reporter.load(datasets, directed=options.directed, table=options.table)
        plan = make_plan(algorithm.name, graphs, options, parameters)
        unstored = None
        try:
            with session.interruptible():
                for record in api.execute(plan, observe=session.reporter.observe, store=store or True):
                    records.append(record)  # noqa: PERF402 - those complete before Ctrl-C are still shown
        except StoreError as error:
            unstored = error
    if session.interrupted and not records:
        raise KeyboardInterrupt
    if unstored and not records:
        raise unstored
    records = api.last_of_each(records)
    result = api.Result(records, baseline=api.baseline_of(plan))
    _show(result, form, output, details=details)
    if save_answer:
        click.echo(save_answers(save_answer, result, plan), err=True)
    if chart:
        write(chart, reporting.chart(result.records, result.baseline, chart.suffix))
    if session.interrupted:
        raise KeyboardInterrupt
    if unstored:
        raise unstored
    named = {registry.engine(name).name for name in [*(options.engines or []), *filter(None, [options.baseline])]}
    began = any(record.outcome not in NEVER_RAN for record in records)
    return 0 if began and all(succeeded(record, named, limits=True) for record in records) else 1


def _check_files(save_answer: Path | None, chart: Path | None, datasets: tuple[str, ...]) -> None:
    """Check file names before anything is measured.

    Raises:
        UsageError: if a file has an ending that nothing here writes, or there is more than one dataset for it.
    """
    if save_answer and save_answer.suffix not in SAVED:
        raise UsageError(f"--save-answer writes {', '.join(SAVED)}, not {save_answer.name!r}.")
    if save_answer and len(datasets) > 1:
        raise UsageError("--save-answer writes the answers on one dataset: name only one.")
    check_chart(chart)


def check_chart(chart: Path | None) -> None:
    """Refuse a chart whose ending is that of no picture.

    Raises:
        UsageError: if it is.
    """
    if chart and chart.suffix not in CHARTED:
        raise UsageError(f"--chart writes {' and '.join(CHARTED)}, not {chart.name!r}.")


def _show(result: Result, form: str, output: Path | None, *, details: bool) -> None:
    from graphbench import reporting

    if output is None:
        return reporting.show(result.records, result.comparisons, form, sys.stdout, details=details)
    try:
        write(output, reporting.render(result.records, result.comparisons, form, details=details))
    except GraphbenchError:
        reporting.show(
            result.records, result.comparisons, form, sys.stdout, details=details
        )  # better there than nowhere
        raise


def _option(parameter: Parameter) -> click.Option:
    name = parameter.name.replace("_", "-")
    default = (
        ""
        if parameter.default is None
        else f" [default: {parameter.default:g}]"
        if isinstance(parameter.default, float)
        else f" [default: {parameter.default}]"
    )
    return click.Option([f"--{name}", parameter.name], type=parameter.type, help=parameter.help + default)


def _help(algorithm: Algorithm) -> str:
    from graphbench import registry

    also = f" Also called {', '.join(algorithm.aliases)}." if algorithm.aliases else ""
    return (
        f"{registry.summary(algorithm.name)}{also}\n\nDATASET is a name from `graphbench list datasets`, GROUP/NAME of "
        "the SuiteSparse Matrix Collection, a file, or a generator such as ba:n=100000,m=5 or twin:as-Skitter.\n\n"
        f"`graphbench show {algorithm.name}` shows the definition, the check of answers, and every adapter."
    )
