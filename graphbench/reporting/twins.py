"""What a synthetic twin is, in words, told wherever one may be taken for the graph it stands in for. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_PREFIX = "twin:"
HOLLOW = "hollow: synthetic twins"
"""What a chart says whose points have no names."""


def is_twin(dataset: str) -> bool:
    """Whether a graph of this name is a synthetic stand-in for another."""
    return dataset.startswith(_PREFIX)


def note(datasets: Iterable[str]) -> str:
    """What to know of the twins among these graphs; empty where there is none."""
    found = sorted({name for name in datasets if is_twin(name)})
    if not found:
        return ""
    one = len(found) == 1
    name = found[0].removeprefix(_PREFIX).partition(",")[0] if one else "NAME"
    return (
        f"{found[0] if one else 'twin:NAME'} is not the graph {name} but a synthetic stand-in, drawn at random with as "
        f"many vertices, edges and components: no edge of it is the original's, and a time on it is no time on {name}."
    )
