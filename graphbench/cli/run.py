"""`graphbench ALGORITHM DATASET...`: measure, keep, compare, show."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.algorithms.base import Algorithm, Parameter
from graphbench.cli.completion import COMPLETERS
from graphbench.cli.files import OutputFile, write
from graphbench.cli.options import as_read, measurement_options, result_options
from graphbench.cli.session import Session, succeeded
from graphbench.errors import GraphbenchError, StoreError, UsageError
from graphbench.measure.options import COMMAND_LINE, HEURISTIC, RUN, Options, revised
from graphbench.records.model import NEVER_RAN, Record
from graphbench.system.text import listed

if TYPE_CHECKING:
    from graphbench.api import Result
    from graphbench.measure.plan import Plan

SAVED = (".csv", ".tsv", ".parquet")
DEFAULTS = Options()


def algorithm_command(*algorithms: Algorithm) -> click.Command:
    """The command of an algorithm: its own parameters as options, then those of every measurement.

    That of several algorithms has no parameters of any: each gets its defaults.
    """
    parameters = algorithms[0].parameters if len(algorithms) == 1 else ()

    @click.option(
        "--save-answer",
        type=OutputFile(),
        metavar="FILE",
        help="Write the answers: a row per vertex, pair or edge, vertices by name; .csv, .tsv or .parquet.",
    )
    @click.option(
        "--details", is_flag=True, help="Show every number of threads, CPU seconds, and peaks of memory in the table."
    )
    @click.option(
        "--chart", type=OutputFile(), metavar="FILE", help="Draw the speedups to this file; .svg, .png or .pdf."
    )
    @result_options
    def callback(**given: Any) -> int:
        own = {parameter.name: given.pop(parameter.name) for parameter in parameters}
        return run(algorithms, {name: value for name, value in own.items() if value is not None}, **given)

    heuristic = (
        measurement_options(HEURISTIC, DEFAULTS) if [page.quality for page in algorithms if page.quality] else []
    )
    return click.command(
        ",".join(page.name for page in algorithms),
        short_help=listed([page.title for page in algorithms]),
        help=_help(algorithms),
        params=[
            click.Argument(
                ["datasets"], nargs=-1, required=True, metavar="DATASET...", shell_complete=COMPLETERS["datasets"]
            ),
            *map(_option, parameters),
            *heuristic,
            *measurement_options(RUN, DEFAULTS),
        ],
    )(callback)


def run(
    algorithms: Sequence[Algorithm],
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
    _check_files(save_answer, chart, algorithms, datasets)
    records: list[Record] = []
    with Session.start(store) as session:
        graphs = session.reporter.load(datasets, directed=options.directed, table=options.table)
        plan = make_plan(algorithms[0].name, graphs, options, parameters)
        known = [cell.dataset for cell in plan.cells]
        others = [make_plan(page.name, known, options, parameters).cells for page in algorithms[1:]]
        plan = replace(plan, cells=(*plan.cells, *chain.from_iterable(others)))
        unstored = None
        try:
            with session.interruptible():
                for record in api.execute(plan, observe=session.reporter.observe, store=store or True):
                    records.append(record)  # noqa: PERF402 - those complete before Ctrl-C are still shown
        except StoreError as error:
            unstored = error
    began = any(record.outcome not in NEVER_RAN for record in records)
    if not began:
        session.end()  # a result would only say which engines cannot run here, which is not why it is empty
    if unstored and not records:
        raise unstored
    records = api.last_of_each(records)
    baseline = api.baseline_of(plan)
    if session.interrupted and baseline and all(record.task.engine != baseline for record in records):
        click.echo(f"Interrupted before {baseline} ran, so there is no ratio yet.", err=True)
        baseline = ""  # else the result would choose another one, which nobody asked for
    result = api.Result(records, baseline=baseline)
    try:  # files first: the reader of the table may be gone before its end
        if save_answer:
            click.echo(save_answers(save_answer, result, plan), err=True)
        if chart:
            write(chart, reporting.chart(result.records, result.baseline).to_file(chart.suffix))
    finally:
        _show(result, form, output, details=details)
    if form == "table" and output is None and not session.interrupted:
        _advise(plan, records, as_read(datasets[0], options))
    session.end()
    if unstored:
        raise unstored
    named = {registry.engine(name).name for name in [*(options.engines or []), *filter(None, [options.baseline])]}
    return 0 if began and all(succeeded(record, named, limits=True) for record in records) else 1


def _check_files(
    save_answer: Path | None, chart: Path | None, algorithms: Sequence[Algorithm], datasets: Sequence[str]
) -> None:
    """Check file names before anything is measured.

    Raises:
        UsageError: if nothing here writes files of that ending, or a file is about one of several things.
    """
    for option, file in {"--save-answer": save_answer, "--chart": chart}.items():
        if file and len(algorithms) > 1:
            raise UsageError(f"{option} is about one algorithm, found {len(algorithms)}: name only one.")
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
    from graphbench.reporting.charts import FORMS

    if chart and chart.suffix not in FORMS:
        raise UsageError(f"--chart writes {listed(FORMS)}, not {chart.name!r}.")


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


def _advise(plan: Plan, records: list[Record], graph: str) -> None:
    """End with what a GPU would do, where there is none; the graph is in words of a command line."""
    from graphbench.advice.advise import after_run
    from graphbench.reporting import terminal_width
    from graphbench.reporting.numbers import encodable
    from graphbench.reporting.terminal import wrapped

    if len(plan.cells) == 1 and (line := after_run(plan.cells[0].dataset, records, graph)):
        click.echo(encodable(f"\n{wrapped(line, terminal_width(sys.stdout))}", sys.stdout.encoding))


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


def _help(algorithms: Sequence[Algorithm]) -> str:
    from graphbench import registry

    about = []
    for page in algorithms:
        also = f" Also called {', '.join(page.aliases)}." if page.aliases else ""
        about.append(f"{registry.summary(page.name)}{also}")
    return (
        f"{' '.join(about)}\n\nDATASET is a name from `graphbench list datasets`, GROUP/NAME of "
        "the SuiteSparse Matrix Collection, a file, or a generator such as ba:n=100000,m=5 or twin:as-Skitter.\n\n"
        f"`graphbench show {algorithms[0].name}` shows the definition, the check of answers, and every adapter."
    )
