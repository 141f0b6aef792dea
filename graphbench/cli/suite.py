"""`graphbench suite [NAME|FILE.toml]`: a whole matrix, measured in any number of sittings."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli import INTERRUPTED
from graphbench.cli.files import write
from graphbench.cli.options import (
    counted_since,
    datasets,
    gpu_numbers,
    hopeless_options,
    joined,
    machine_options,
    memory_options,
    names_option,
    result_options,
    resuming_options,
)
from graphbench.cli.session import again, fine, measure
from graphbench.errors import DatasetError, FetchError, UsageError
from graphbench.records.model import Record
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.cli.progress import Reporter
    from graphbench.graphs.clean import Dataset
    from graphbench.measure.predict import Past
    from graphbench.measure.suites.run import Run
    from graphbench.measure.suites.suite import Suite
    from graphbench.measure.suites.tasks import Graph, Item, StoredRecords


@click.command("suite")
@click.argument("name", required=False, metavar="[NAME|FILE.toml]")
@names_option("algorithm", "Algorithms [default: all].")
@names_option("dataset", "Datasets: whatever `graphbench ALGORITHM` takes.")
@click.option(
    "--twins/--no-twins",
    default=None,
    help="Measure the synthetic twin of a graph that cannot be fetched [default: as the suite says; deck: yes].",
)
@names_option("engine", "Engines [default: all].")
@names_option("allocator", "GPU memory resources: default, pool, async; CPU engines are measured once.")
@click.option(
    "--gpus", type=gpu_numbers, metavar="N[,N...]|all", help="Measure cugraph-mg too, on each of these numbers of GPUs."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use a running Dask cluster, tcp://HOST:PORT, for cugraph-mg.")
@click.option("--baseline", help="The engine that ratios are taken against [default: networkx].")
@click.option("--budget", type=float, help="Seconds of warm trials per task [default: 10].")
@click.option("--timeout", type=float, help="Seconds per task and round, all included [default: 600].")
@click.option("--trials", type=int, help="Exactly this many warm trials per task and round.")
@click.option("--rounds", type=int, help="How often the engines take turns on a dataset [default: 1].")
@machine_options
@click.option("--ignore-weights", is_flag=True, default=None, help="Pose the problems without the datasets' weights.")
@click.option("--directed/--undirected", default=None, help="How to read files that do not say (CSV, Parquet, ...).")
@memory_options
@click.option("--dry-run", is_flag=True, help="Show the plan with predicted times, and measure nothing.")
@resuming_options
@hopeless_options
@result_options
def command(
    *,
    name: str | None,
    dry_run: bool,
    fresh: bool,
    newer_than: str | None,
    no_skip: bool,
    no_predict: bool,
    form: str,
    output: Path | None,
    store: Path | None,
    **given: Any,
) -> int:
    """Measure every algorithm on every dataset with every engine.

    What is measured is named here, or in a file, whose settings options replace; `smoke` (small graphs, two minutes)
    and `deck` (the eight graphs of the published table) are shipped. Every task is kept at once, so a suite that was
    interrupted, by whatever, goes on with the same command: tasks that have a current record on this machine are not
    measured again.

    Exit code 0: every task has ended, a timeout or too little memory being results too; 1: an answer was wrong, or
    something failed; 130: interrupted.
    """
    from graphbench.cli.progress import Reporter
    from graphbench.measure.planning import command_line
    from graphbench.measure.suites import tasks as matrix
    from graphbench.records.store import Store

    suite, named = _suite(name, given)
    if not suite.datasets:
        raise UsageError("A suite needs datasets: name them with --datasets, or a suite that has some.")
    started = datetime.now(UTC)
    since = counted_since(started, fresh=fresh, newer_than=newer_than)
    with Reporter.on_stderr() as reporter, warnings.catch_warnings():
        warnings.showwarning = reporter.warn
        matrix.check(suite)
        if dry_run:
            click.echo(_dry(_prepared(suite, list(Store(store).records()), since, reporter, load=False)))
            return 0
        with Store(store) as keeper:
            run = _prepared(suite, list(Store(store).records()), since, reporter, load=True)
            run.fit, run.skip, run.command = not no_predict, not no_skip, command_line()
            try:
                measure(run, run.suite.name, reporter, keeper)
            except KeyboardInterrupt:
                left, _ = run.left()
                reporter.say(f"Interrupted. What was complete is kept; {left} to go. To go on:\n  {again(started)}")
                return INTERRUPTED
    _show(run, form, output)
    return 0 if all(fine(record, named) for record in run.records.values()) else 1


def _suite(name: str | None, given: dict[str, Any]) -> tuple[Suite, set[str]]:
    """The suite, and the engines that the user asked for by name."""
    from graphbench import registry
    from graphbench.measure.suites import suite as definition

    for key in ("algorithms", "engines", "allocators"):
        given[key] = joined(given[key])
    given["datasets"] = datasets(given["datasets"])
    base = definition.read(name) if name else definition.Suite(name="suite")
    suite = definition.merged(base, given)
    return suite, {registry.engine(each).name for each in suite.engines}


def _prepared(
    suite: Suite, records: Sequence[Record], since: datetime | None, reporter: Reporter, *, load: bool
) -> Run:
    """The suite with its datasets; what cannot be had is known by its error, and the others are measured."""
    from graphbench.graphs.loading import distinct
    from graphbench.measure.staleness import present
    from graphbench.measure.suites.run import Run, past
    from graphbench.measure.suites.tasks import Graph, StoredRecords

    stored, known = StoredRecords(records, suite, present(), since), past(records)
    missing: dict[str, DatasetError] = {}
    if load:
        graphs = [Graph.loaded(dataset) for dataset in distinct(_loaded(suite, reporter, missing))]
    else:
        graphs = list({graph.name: graph for graph in _described(suite, stored, known)}.values())
    return Run(
        suite=suite,
        graphs=graphs,
        missing=missing,
        stored=stored,
        past=known,
    )


def _described(suite: Suite, stored: StoredRecords, known: Past) -> Iterator[Graph]:
    """The datasets to plan with; of one that may have to be fetched and its twin, that on which more is measured."""
    from graphbench.measure.suites.tasks import Graph, items

    def left(graph: Graph) -> int:
        return sum(item.rounds for item in items(suite, [graph], stored, known))

    for name in suite.datasets:
        twin = _substitute(suite, name)
        graph = Graph.described(name)
        yield graph if twin is None else min(graph, Graph.described(twin), key=left)


def _substitute(suite: Suite, name: str) -> str | None:
    """The twin that would be measured if a graph, which is not at hand, cannot be fetched; None: nothing would."""
    from graphbench.graphs import suitesparse
    from graphbench.graphs.generators.twins import stand_in

    twin = stand_in(name) if suite.twins else None
    return None if twin is None or suitesparse.is_available_offline(name) else twin


def _loaded(suite: Suite, reporter: Reporter, missing: dict[str, DatasetError]) -> Iterator[Dataset]:
    """The datasets that can be had, or their twins; the others are put into `missing`, and told."""
    from graphbench.graphs.generators.twins import stand_in

    for name in suite.datasets:
        try:
            yield from reporter.load([name], directed=suite.directed)
        except DatasetError as error:
            twin = stand_in(name) if suite.twins and isinstance(error, FetchError) else None
            if twin is None:
                reporter.say(f"Error: {name} cannot be had, and is passed over: {reporter.trouble(error)}")
                missing[name] = error
                continue
            reporter.say(
                f"Notice: {name} cannot be fetched, so its synthetic twin is measured in its place, and called {twin} "
                f"everywhere: it is not the graph. Once {name} can be had, the same command measures it. "
                f"({reporter.trouble(error)})"
            )
            yield from reporter.load([twin], directed=suite.directed)


def _dry(run: Run) -> str:
    """The plan: a row for each task that is or was measured; those that cannot be are counted by their reason."""
    from graphbench import reporting
    from graphbench.cli.progress import duration

    rows, cannot = [], Counter[str]()
    for item in run.items:
        if why := _hindrance(item):
            cannot[why] += 1
            continue
        allocator = item.task.params.get("allocator")
        engine = f"{item.task.engine} ({allocator})" if allocator else item.task.engine
        predicted = "" if not item.rounds else "?" if item.seconds is None else duration(item.seconds)
        state = "to measure" if item.rounds else "measured before"
        rows.append([item.task.dataset, item.task.algorithm, engine, state, predicted])
    due = [item for item in run.items if item.rounds and not _hindrance(item)]
    known = [item.seconds for item in due if item.seconds is not None]
    unknown = f", {len(due) - len(known)} of unknown length" if len(known) < len(due) else ""
    beneath = "".join(f"\n{line}" for line in [*_left_out(cannot), *_twins(run)])
    heads = ["dataset", "algorithm", "engine", "state", "predicted"]
    table = f"{reporting.text_table(heads, rows, right=(4,))}\n\n" if rows else ""
    known_to_take = f": about {duration(sum(known))}" if known else ""
    tasks = f"{count(len(run.items), 'task')}, {len(due)} to measure{known_to_take}{unknown}"
    return f"{table}{tasks}. Nothing was measured.{beneath}"


def _left_out(cannot: Mapping[str, int]) -> list[str]:
    return [f"{count(number, 'task')} left out: {why}." for why, number in cannot.items()]


def _hindrance(item: Item) -> str:
    """Why a task cannot be measured here; empty if it can be."""
    from graphbench import registry

    if registry.algorithm(item.task.algorithm).find_adapter(item.engine.name) is None:
        return "the engine does not have the algorithm (`graphbench list algorithms` shows which do)"
    found = item.engine.availability()
    return (
        ""
        if found.ok or not item.rounds
        else f"{item.engine.name} is unavailable: {found.reason} (`graphbench doctor` says what to do)"
    )


def _twins(run: Run) -> list[str]:
    """What stands in for what is still to be fetched, or would."""
    twins = {name: twin for name in run.suite.datasets if (twin := _substitute(run.suite, name))}
    planned = {graph.name for graph in run.graphs}
    stood = [name for name, twin in twins.items() if twin in planned]
    due = [name for name in twins if name not in stood]
    told = []
    if stood:
        told.append(
            f"Still to be fetched: {', '.join(stood)}. The plan has the synthetic twins, which were measured in their "
            "place; what can be fetched is measured itself."
        )
    if due:
        instead = ", ".join(twins[name] for name in due)
        told.append(
            f"Still to be fetched: {', '.join(due)}. Of what cannot be, the synthetic twin is measured: {instead}."
        )
    return told


def _show(run: Run, form: str, output: Path | None) -> None:
    from graphbench import api, reporting
    from graphbench.reporting.numbers import ASCII, UNICODE, fits
    from graphbench.reporting.suites import summary

    result = api.Result(list(run.records.values()), baseline=run.suite.baseline)
    signs = UNICODE if output or fits(sys.stdout.encoding) else ASCII
    beneath = f"\n{summary(result.records, result.comparisons, signs)}" if form == "table" else ""
    if output:
        text = reporting.render(result.records, result.comparisons, form) + beneath
        write(output, text)
    else:
        reporting.show(result.records, result.comparisons, form, sys.stdout)
        click.echo(beneath, nl=False)
