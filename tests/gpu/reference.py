"""Measure the reference records: every algorithm on every engine, GPU engines under several allocators.

    python tests/gpu/reference.py --store FILE [--dataset NAME]... [--budget S] [--timeout S]

Tasks whose record is in the file already are skipped, so that a run that was cut off is completed by starting it again.
"""

from __future__ import annotations

from pathlib import Path

import click

from graphbench import api, registry
from graphbench.cli.progress import Reporter
from graphbench.datasets.base import Dataset
from graphbench.engines.base import Settings
from graphbench.measure.base import Cell, Limits, Plan
from graphbench.model import Outcome
from graphbench.store import Store

LASTING = {Outcome.OK, Outcome.INVALID, Outcome.TIMEOUT, Outcome.OUT_OF_MEMORY, Outcome.UNSUPPORTED}
"""Outcomes that measuring again would not change; errors and unavailable engines are tried again."""


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True)
@click.option("--dataset", "datasets", multiple=True, default=["coAuthorsDBLP", "caidaRouterLevel"], show_default=True)
@click.option("--algorithm", "algorithms", multiple=True, help="[default: all]")
@click.option("--engine", "engines", multiple=True, help="[default: all]")
@click.option("--allocator", "allocators", multiple=True, default=["default", "async"], show_default=True)
@click.option("--budget", type=float, default=3.0, show_default=True)
@click.option("--timeout", type=float, default=150.0, show_default=True)
def main(
    *,
    store: Path,
    datasets: tuple[str, ...],
    algorithms: tuple[str, ...],
    engines: tuple[str, ...],
    allocators: tuple[str, ...],
    budget: float,
    timeout: float,
) -> None:
    """Measure what is missing in the store."""
    algorithms = algorithms or tuple(registry.algorithm_names())
    chosen = registry.engines(engines or None)
    with Reporter.on_stderr() as reporter:
        loaded = reporter.load(datasets, directed=None)
        for allocator in allocators:
            # CPU engines know no allocator: they are measured once, with the first.
            names = [each.name for each in chosen if each.device == "gpu" or allocator == allocators[0]]
            for dataset in loaded:
                done = _done(store, allocator, dataset)
                cells = tuple(
                    Cell(
                        algorithm=name,
                        dataset=dataset,
                        engines=tuple(each for each in names if (name, each) not in done),
                    )
                    for name in algorithms
                )
                plan = Plan(
                    cells=tuple(cell for cell in cells if cell.engines),
                    limits=Limits(budget_s=budget, timeout_s=timeout),
                    settings=Settings(allocator=allocator),  # type: ignore[arg-type]
                    command=f"python tests/gpu/reference.py --budget {budget:g} --timeout {timeout:g}",
                )
                for _ in api.execute(plan, observe=reporter.observe, store=store):
                    pass


def _done(store: Path, allocator: str, dataset: Dataset) -> set[tuple[str, str]]:
    return {
        (record.task.algorithm, record.task.engine)
        for record in Store(store).records()
        if record.outcome in LASTING
        and record.task.dataset == dataset.info.name
        and (record.device == "cpu" or (record.environment and record.environment.allocator == allocator))
    }


if __name__ == "__main__":
    main()
