"""`graphbench ALGORITHM DATASET...`: measure, keep, compare, show."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.algorithms.base import Algorithm, Parameter
from graphbench.cli.files import OutputFile, output_option, write
from graphbench.cli.options import gpu_number, joined, names_option
from graphbench.engines.base import Settings
from graphbench.errors import GraphbenchError, UsageError
from graphbench.measure.plan import Limits
from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.reporting import FORMATS
from graphbench.system.text import parse_bytes

if TYPE_CHECKING:
    from graphbench.api import Result

SAVED = (".csv", ".tsv", ".parquet")
CHARTED = (".svg", ".png")


def algorithm_command(algorithm: Algorithm) -> click.Command:
    """The command of one algorithm: its own parameters as options, then those of every measurement."""

    def callback(**options: Any) -> int:
        own = {parameter.name: options.pop(parameter.name) for parameter in algorithm.parameters}
        given = {name: value for name, value in own.items() if value is not None}
        return run(algorithm, given, **options)

    command: click.Command = click.command(algorithm.name, short_help=algorithm.title)(callback)
    command.help = _help(algorithm)
    command.params = [
        click.Argument(["datasets"], nargs=-1, required=True, metavar="DATASET..."),
        *(_option(parameter) for parameter in algorithm.parameters),
        *(_MATCHING.params if algorithm.quality else ()),
        *_MEASURING.params,
    ]
    return command


@click.command()
@click.option(
    "--match-quality",
    is_flag=True,
    help="Measure each engine at its fastest setting whose quality is within 1 % of the best seen.",
)
@names_option("allow", "With --match-quality: other heuristics that an engine may use instead, such as leiden.")
def _MATCHING() -> None:  # noqa: N802 - as below, of heuristics
    """Carry the options of equal quality."""


@click.command()
@names_option("engine", "Engines to measure, instead of all.")
@click.option(
    "--baseline",
    metavar="NAME",
    help="The engine that ratios are taken against [default: networkx; where it lacks the problem scipy, igraph or "
    "networkit, the first that has it].",
)
@click.option("--budget", type=float, default=10.0, show_default=True, help="Seconds of warm trials per engine.")
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds per engine, all included.")
@click.option("--trials", type=int, help="Exactly this many warm trials, instead of as many as the interval needs.")
@click.option("--threads", type=int, help="CPU threads that an engine may use [default: all].")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every draw and of seeded engines.")
@click.option("--ignore-weights", is_flag=True, help="Pose the problem without the dataset's weights.")
@click.option("--directed/--undirected", default=None, help="How to read files that do not say (CSV, Parquet, ...).")
@click.option(
    "--allocator",
    type=click.Choice(["default", "pool", "async"]),
    default="default",
    show_default=True,
    help="GPU memory resource; `default` is what importing the library gives.",
)
@click.option("--device", type=int, default=0, show_default=True, help="Which GPU, counted among the visible ones.")
@click.option("--memory-limit", type=parse_bytes, metavar="SIZE", help="Host memory an engine may hold, such as 16GB.")
@click.option("--device-memory-limit", type=parse_bytes, metavar="SIZE", help="GPU memory that RMM may give.")
@click.option("--gpus", type=gpu_number, metavar="N|all", help="Measure cugraph-mg too, on so many GPUs.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler for it, such as tcp://HOST:PORT."
)
@click.option("--no-predict", is_flag=True, help="Try also what is predicted not to fit into memory.")
@click.option(
    "--save-answer",
    type=OutputFile(),
    metavar="FILE",
    help="Write the answers: a row per vertex, pair or edge, vertices by name; .csv, .tsv or .parquet.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to show the result."
)
@output_option
@click.option(
    "--chart",
    type=OutputFile(),
    metavar="FILE",
    help="Draw the speedups to this file as well; .svg or .png.",
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Append records to this file [default: records.jsonl in the home folder].",
)
def _MEASURING() -> None:  # noqa: N802 - a carrier of options, shared by all algorithms
    """Carry the options of every measurement."""


def run(
    algorithm: Algorithm,
    parameters: dict[str, Any],
    *,
    datasets: tuple[str, ...],
    engines: tuple[str, ...],
    baseline: str | None,
    budget: float,
    timeout: float,
    trials: int | None,
    threads: int | None,
    seed: int,
    ignore_weights: bool,
    directed: bool | None,
    allocator: Any,
    device: int,
    memory_limit: int | None,
    device_memory_limit: int | None,
    gpus: int | None,
    scheduler: str | None,
    no_predict: bool,
    save_answer: Path | None,
    form: str,
    output: Path | None,
    chart: Path | None,
    store: Path | None,
    match_quality: bool = False,
    allows: tuple[str, ...] = (),
) -> int:
    """Measure, show the result, and return the exit code."""
    from graphbench import api, registry, reporting
    from graphbench.cli.answers import save_answers
    from graphbench.cli.progress import Reporter
    from graphbench.measure.planning import make_plan

    named = joined(engines)
    chosen = registry.engine(baseline).name if baseline is not None else None
    against = chosen or registry.baseline(algorithm.name)
    _check_files(save_answer, chart, datasets)
    settings = Settings(
        threads=threads,
        device=device,
        allocator=allocator,
        device_memory_bytes=device_memory_limit,
        gpus=gpus,
        scheduler=scheduler,
    )
    match = api.matching(match_quality, joined(allows))
    limits = Limits(budget_s=budget, timeout_s=timeout, trials=trials, memory_bytes=memory_limit)
    with Reporter.on_stderr() as reporter, warnings.catch_warnings():
        warnings.showwarning = reporter.warn
        plan = make_plan(
            algorithm.name,
            reporter.load(datasets, directed=directed),
            engines=named if engines else None,
            baseline=chosen,
            directed=directed,
            limits=limits,
            settings=settings,
            seed=seed,
            ignore_weights=ignore_weights,
            parameters=parameters,
        )
        records, interrupted = [], False
        try:
            measured = api.execute(
                plan, observe=reporter.observe, store=store or True, predict=not no_predict, match=match
            )
            for record in measured:
                records.append(record)  # noqa: PERF402 - on Ctrl-C those complete are still shown
        except KeyboardInterrupt:
            interrupted = True
    if interrupted and not records:
        raise KeyboardInterrupt
    result = api.Result(records, baseline=against)
    _show(result, form, output)
    if save_answer:
        click.echo(save_answers(save_answer, result, plan), err=True)
    if chart:
        write(chart, reporting.chart(result.records, against, chart.suffix))
    if interrupted:
        raise KeyboardInterrupt
    asked = {registry.engine(name).name for name in named} | ({chosen} if chosen else set())
    began = any(record.outcome not in NEVER_RAN for record in records)
    return 0 if began and all(_fine(record, asked) for record in records) else 1


def _check_files(save_answer: Path | None, chart: Path | None, datasets: tuple[str, ...]) -> None:
    """Wrong endings are told before anything is measured.

    Raises:
        UsageError: if a file has an ending that nothing here writes, or there is more than one dataset for it.
    """
    if save_answer and save_answer.suffix not in SAVED:
        raise UsageError(f"--save-answer writes {', '.join(SAVED)}, not {save_answer.name!r}.")
    if save_answer and len(datasets) > 1:
        raise UsageError("--save-answer writes the answers on one dataset; name just one.")
    check_chart(chart)


def check_chart(chart: Path | None) -> None:
    """Refuse a chart whose ending is that of no picture.

    Raises:
        UsageError: if it is.
    """
    if chart and chart.suffix not in CHARTED:
        raise UsageError(f"--chart writes {' and '.join(CHARTED)}, not {chart.name!r}.")


def _show(result: Result, form: str, output: Path | None) -> None:
    from graphbench import reporting

    if output is None:
        return reporting.show(result.records, result.comparisons, form, sys.stdout)
    try:
        write(output, reporting.render(result.records, result.comparisons, form))
    except GraphbenchError:
        reporting.show(result.records, result.comparisons, form, sys.stdout)  # better there than nowhere
        raise


def _fine(record: Record, asked: set[str]) -> bool:
    if record.outcome in NEVER_RAN:
        return record.task.engine not in asked
    return record.outcome is Outcome.OK


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
        f"`graphbench show {algorithm.name}` tells what is computed, how it is checked, and shows every adapter."
    )
