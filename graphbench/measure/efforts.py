"""Settings with which a heuristic works less or more thoroughly: the candidates of `--match-quality`.

They are not on the pages, whose revision says what was measured: one candidate more makes no record stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphbench.algorithms.base import Algorithm

EFFORTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "louvain": (
        *({"threshold": threshold} for threshold in (1e-7, 1e-4, 1e-3, 1e-2)),
        *({"max_level": levels} for levels in (3, 2)),
    ),
    "ecg": tuple({"ensemble_size": size} for size in (4, 16, 64)),
    "leiden": tuple({"iterations": iterations} for iterations in (1, 2, 5)),
}
"""By algorithm; an engine without any of these knobs has one setting: its own."""


def efforts(algorithm: Algorithm, engine: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings of a heuristic that are worth trying on an engine, each once.

    Args:
        algorithm: the heuristic.
        engine: the engine's name; one that has no adapter gets one setting, and its gap is told when it is measured.
        given: parameters that the user fixed: they are not varied.
    """
    attached = algorithm.find_adapter(engine)
    fixed = {*given, *(attached.no_equivalent if attached else (each.name for each in algorithm.parameters))}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for setting in EFFORTS.get(algorithm.name, ({},)):
        free = {name: value for name, value in setting.items() if name not in fixed}
        # Without a knob that the engine lacks, a setting may be another under another name: the defaults, for one.
        found.setdefault(tuple(algorithm.resolve({**given, **free}).values()), free)
    return list(found.values())
