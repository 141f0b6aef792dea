"""`graphbench suite [NAME|FILE.toml]`: a whole matrix, measured in any number of sessions."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.cli.files import write
from graphbench.cli.options import measurement_options, result_options, resuming_options
from graphbench.cli.session import Session, succeeded
from graphbench.errors import UsageError
from graphbench.measure.options import SUITE
from graphbench.measure.suites.suite import Suite
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.errors import DatasetError
    from graphbench.measure.predict import Past
    from graphbench.measure.suites.run import Run
    from graphbench.measure.suites.tasks import Graph, Item, StoredRecords


@click.command("suite", params=measurement_options(SUITE, Suite()))
@click.argument("name", required=False, metavar="[NAME|FILE.toml]")
@click.option("--dry-run", is_flag=True, help="Show the plan with predicted times, and measure nothing.")
@resuming_options
@result_options
def command(
    *,
    name: str | None,
    dry_run: bool,
    fresh: bool,
    newer_than: str | None,
    form: str,
    output: Path | None,
    store: Path | None,
    **given: Any,
) -> int:
    """Measure every algorithm on every dataset with every engine.

    Name a suite, a TOML file, or what to measure; options replace the settings of the file. Two suites are included:
    `smoke` (small graphs, two minutes) and `deck` (the graphs of the published table, and two of other shapes). Every
    record is stored at once, so the same command resumes an interrupted suite: tasks with a current record on this
    machine are not measured again.

    Exit code 0: every task has ended (a timeout or out of memory is a result, too); 1: an answer was wrong, or
    something failed; 130: interrupted.
    """
    from graphbench import registry
    from graphbench.measure.plan import command_line
    from graphbench.measure.suites import suite as definition
    from graphbench.measure.suites import tasks as matrix

    if dry_run and (output or form != "table"):
        raise UsageError("--dry-run prints a plan and excludes --format and --output: they are for results.")
    suite = definition.merged(definition.read(name) if name else Suite(name="suite"), given)
    named = {registry.engine(engine).name for engine in suite.engines}
    if not suite.datasets:
        raise UsageError("The suite has no datasets: pass --datasets NAME[,NAME...], or name a suite that has some.")
    with Session.start(store, fresh=fresh, newer_than=newer_than) as session:
        matrix.check(suite)
        if dry_run:
            click.echo(_dry(_prepared(suite, session, load=False)))
            return 0
        with session.open_store():
            run = _prepared(suite, session, load=True)
            run.command = command_line()
            session.measure([(suite.name, run)], lambda: f"; {run.left()[0]} left to measure")
    _show(run, form, output)
    session.end()
    return 0 if not session.unstored and all(succeeded(record, named) for record in run.records.values()) else 1


def _prepared(suite: Suite, session: Session, *, load: bool) -> Run:
    """The suite with its datasets; those that cannot be loaded are listed with their errors, the others measured."""
    from graphbench.measure.suites.datasets import load_all
    from graphbench.measure.suites.run import Run, past
    from graphbench.measure.suites.tasks import Graph

    records = session.records()
    stored, known = session.stored(suite, records), past(records)
    missing: dict[str, DatasetError] = {}
    if load:
        reporter = session.reporter
        datasets = load_all(
            suite,
            lambda name, table: reporter.load_one(name, directed=suite.directed, table=table),
            missing,
            lambda notice: reporter.print_line(f"Notice: {notice}"),
            reporter.trouble,
        )
        graphs = [Graph.loaded(dataset) for dataset in datasets]
    else:
        graphs = list({graph.name: graph for graph in _described(suite, stored, known)}.values())
    return Run(suite=suite, graphs=graphs, missing=missing, stored=stored, past=known)


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
    """The twin to measure if a graph that is not on disk cannot be downloaded, or None."""
    from graphbench.graphs import suitesparse
    from graphbench.graphs.generators.twins import stand_in

    twin = stand_in(name) if suite.twins else None
    return None if twin is None or suitesparse.is_available_offline(name) else twin


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
    unknown = f", {len(due) - len(known):,} of unknown length" if len(known) < len(due) else ""
    beneath = "".join(f"\n{line}" for line in [*_left_out(cannot), *_twins(run)])
    heads = ["dataset", "algorithm", "engine", "state", "predicted"]
    table = (
        f"{reporting.text_table(heads, rows, right=(4,), width=reporting.terminal_width(sys.stdout))}\n\n"
        if rows
        else ""
    )
    known_to_take = f": about {duration(sum(known))}" if known else ""
    tasks = f"{count(len(run.items), 'task')}, {len(due):,} to measure{known_to_take}{unknown}"
    return f"{table}{tasks}. Nothing was measured.{beneath}"


def _left_out(cannot: Mapping[str, int]) -> list[str]:
    return [f"{count(number, 'task')} left out: {why}." for why, number in cannot.items()]


def _hindrance(item: Item) -> str:
    """Why a task cannot be measured here; empty if it can be."""
    from graphbench import registry

    if item.engine.name not in registry.algorithm(item.task.algorithm).adapters:
        return "the engine does not have the algorithm (`graphbench list algorithms` shows which do)"
    found = item.engine.availability()
    return (
        ""
        if found.ok or not item.rounds
        else f"{item.engine.name} is unavailable: {found.reason} (`graphbench doctor` shows how to fix it)"
    )


def _twins(run: Run) -> list[str]:
    """Which twins replace graphs that are still to be downloaded, or would."""
    twins = {name: twin for name in run.suite.datasets if (twin := _substitute(run.suite, name))}
    planned = {graph.name for graph in run.graphs}
    stood = [name for name, twin in twins.items() if twin in planned]
    due = [name for name in twins if name not in stood]
    notes = []
    if stood:
        notes.append(
            f"Still to be downloaded: {', '.join(stood)}. The plan has the synthetic twins, which were measured "
            "instead; graphs that can be downloaded replace them."
        )
    if due:
        instead = ", ".join(twins[name] for name in due)
        notes.append(
            f"Still to be downloaded: {', '.join(due)}. If a download fails, the synthetic twin is measured: {instead}."
        )
    return notes


def _show(run: Run, form: str, output: Path | None) -> None:
    from graphbench import api, reporting
    from graphbench.measure.suites import tasks as matrix
    from graphbench.reporting.numbers import encodable
    from graphbench.reporting.suites import summary

    result = api.Result(list(run.records.values()), baseline=matrix.baseline_of(run.suite))
    width = None if output else reporting.terminal_width(sys.stdout)
    beneath = f"\n{summary(result.records, result.comparisons, width)}" if form == "table" else ""
    if output:
        text = reporting.render(result.records, result.comparisons, form) + beneath
        write(output, text)
    else:
        reporting.show(result.records, result.comparisons, form, sys.stdout)
        click.echo(encodable(beneath, sys.stdout.encoding), nl=False)
