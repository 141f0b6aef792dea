"""The graphs of a suite: loaded, or replaced by their twins, or missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graphbench.errors import DatasetError, FetchError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.formats.table_roles import NONE, TableOptions
from graphbench.graphs.generators.twins import stand_in
from graphbench.graphs.loading import distinct
from graphbench.measure.suites.suite import Suite


def load_all(
    suite: Suite,
    load: Callable[[str, TableOptions], Dataset],
    missing: dict[str, DatasetError],
    notify: Callable[[str], None],
    words: Callable[[Exception], str] = str,
) -> list[Dataset]:
    """The datasets of a suite that can be loaded, or their twins; the others are put into `missing`.

    Args:
        suite: what to measure.
        load: loads a graph by name.
        missing: gets the error of each graph that cannot be loaded.
        notify: called with a message for each twin and each missing graph.
        words: what an error says.
    """

    def each() -> Iterator[Dataset]:
        for name in suite.datasets:
            try:
                yield load(name, suite.table)
            except DatasetError as error:
                twin = stand_in(name) if suite.twins and isinstance(error, FetchError) else None
                if twin is None:
                    notify(f"{name} cannot be loaded and is skipped: {words(error)}")
                    missing[name] = error
                    continue
                notify(
                    f"{name} cannot be downloaded. Its synthetic twin is measured instead, under the name "
                    f"{twin}: it is not the same graph. Once {name} can be downloaded, the same command measures it. "
                    f"({words(error)})"
                )
                yield load(twin, NONE)

    return distinct(each())
