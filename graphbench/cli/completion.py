"""What a shell offers after TAB, by click's mechanism (`_GRAPHBENCH_COMPLETE=bash_source graphbench`).

Names are read without importing an algorithm, an engine or NumPy, so that the shell does not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def algorithm_names() -> list[str]:
    """Of algorithms, aliases included."""
    from graphbench import registry

    return sorted([*registry.algorithm_names(), *registry.aliases()])


def engine_names() -> list[str]:
    """Of engines."""
    from graphbench import registry

    return registry.engine_names()


def dataset_names() -> list[str]:
    """Of the graphs of the catalogue; other names are files or come from larger collections."""
    from graphbench.graphs import catalogue

    return catalogue.names()


def outcome_names() -> list[str]:
    """Of outcomes."""
    from graphbench.records.model import Outcome

    return [str(outcome) for outcome in Outcome]


def _completer(*sources: Callable[[], Iterable[str]]) -> Completer:
    """Offer names for the last one of a list; where no name begins so, the shell's files."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        before, comma, begun = incomplete.rpartition(",")
        names = [name for source in sources for name in source() if name.casefold().startswith(begun.casefold())]
        return [CompletionItem(f"{before}{comma}{name}") for name in names] or [CompletionItem(incomplete, type="file")]

    return complete


COMPLETERS = {
    "algorithms": _completer(algorithm_names),
    "engines": _completer(engine_names),
    "datasets": _completer(dataset_names),
    "outcomes": _completer(outcome_names),
    "anything": _completer(algorithm_names, engine_names, dataset_names),
}
"""By the plural of what is named."""
