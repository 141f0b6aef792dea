"""From what a user asks for to a plan: names and values are checked here, whether they were typed or passed."""

from __future__ import annotations

import math
import numbers
import operator
import re
import shlex
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.errors import UsageError
from graphbench.graphs.clean import Dataset
from graphbench.graphs.loading import distinct
from graphbench.measure.plan import Cell, Limits, Plan
from graphbench.system import gpus

SEEDS = 2**63 - 1
"""The largest seed. Trial i uses seed + i, which thus stays within 64 unsigned bits: what NetworKit and cuGraph take
(NumPy's generators and Python's, which NetworkX and igraph are given, take any number from 0)."""

_ADDRESS = re.compile(r"(tcp|tls|ucx|ucxx)://[^\s:/]+:\d+|\w+://\[[0-9a-fA-F:]+\]:\d+")
"""Of a Dask scheduler."""


def make_plan(
    algorithm: str,
    datasets: Iterable[Dataset],
    *,
    engines: Sequence[str] | None,
    limits: Limits,
    settings: Settings,
    seed: int,
    ignore_weights: bool,
    parameters: Mapping[str, Any],
    baseline: str | None = None,
    directed: bool | None = None,
    command: str = "",
) -> Plan:
    """Names and values checked, and put into one plan; nothing is measured yet.

    Args:
        algorithm: by name or alias.
        datasets: looked at after everything else has been checked, so an iterator may load them as it goes. One that
            comes twice is measured once, and different ones of one name are told apart.
        engines: names; None: all.
        limits: how long to measure.
        settings: how engines run.
        seed: of every draw and of seeded engines, from 0 to :data:`SEEDS`.
        ignore_weights: pose the problem without the dataset's weights.
        parameters: the algorithm's own.
        baseline: an engine that is to be measured as well, since ratios are taken against it; None: none.
        directed: how the user wants rows to be read; a warning says so where that makes no difference.
        command: what the user typed, for the record; by default this program's arguments.

    Raises:
        UsageError: unknown names or parameters, values of a wrong type or out of range, nothing to measure.
    """
    problem = registry.algorithm(_name("algorithm", algorithm))
    problem.resolve(parameters)
    limits, settings, seed = _limits(limits), checked(settings), _whole("seed", seed, 0, SEEDS)
    names = _engines(engines, baseline, settings)
    if directed and not problem.form.directed:
        warnings.warn(
            f"{problem.title} is posed on the graph without its direction: --directed changes nothing.", stacklevel=2
        )
    cells = tuple(
        Cell(
            algorithm=problem.name,
            dataset=dataset,
            engines=names,
            params=parameters,
            ignore_weights=bool(ignore_weights),
        )
        for dataset in distinct(datasets)
    )
    if not cells:
        raise UsageError("There is no dataset to measure on: name one (`graphbench list datasets`).")
    return Plan(cells=cells, limits=limits, settings=settings, seed=seed, command=command or command_line())


def gpu_count(given: int | str) -> int:
    """How many GPUs are meant: `all` are those that are visible here.

    Raises:
        UsageError: if it is neither that word nor a whole number from 1.
    """
    if given == "all":
        return max(len(gpus.visible_names()), 1)
    try:
        return _whole("gpus", given, 1)
    except UsageError as error:
        raise UsageError(f"gpus takes a whole number from 1, or all; not {given!r}.") from error


def _engines(engines: Sequence[str] | None, baseline: str | None, settings: Settings) -> tuple[str, ...]:
    names = _engines_named(engines, baseline, settings)
    if settings.gpus is not None:
        tell_unused_gpus(names)
    return names


def tell_unused_gpus(engines: Iterable[str]) -> None:
    """Warn that a number of GPUs was given to engines none of which takes several."""
    if not any(registry.engine(name).multi_gpu for name in engines):
        warnings.warn(
            "--gpus is for engines on several GPUs, none of which is measured: name --engine cugraph-mg too.",
            stacklevel=3,
        )


def _engines_named(engines: Sequence[str] | None, baseline: str | None, settings: Settings) -> tuple[str, ...]:
    if engines is None:
        wanted = dict.fromkeys([*registry.usual_engines(settings), *([] if baseline is None else [baseline])])
        return tuple(each.name for each in registry.engines(wanted))
    if not engines:
        raise UsageError(f"No engine is named; there are: {', '.join(registry.engine_names())}.")
    asked = [_name("engine", name) for name in (*engines, *([] if baseline is None else [baseline]))]
    return tuple(dict.fromkeys(each.name for each in registry.engines(asked)))


def _limits(given: Limits) -> Limits:
    return Limits(
        budget_s=_seconds("budget", given.budget_s, zero=True),
        timeout_s=_seconds("timeout", given.timeout_s, zero=False),
        trials=None if given.trials is None else _whole("trials", given.trials, 1),
        memory_bytes=None if given.memory_bytes is None else _whole("memory_limit", given.memory_bytes, 1),
    )


def checked(given: Settings) -> Settings:
    """How engines run, if it makes sense.

    Raises:
        UsageError: for values of a wrong type or out of range, and for a scheduler whose workers nobody counted.
    """
    allocators = get_args(get_type_hints(Settings)["allocator"])
    if given.allocator not in allocators:
        raise UsageError(f"allocator is one of {', '.join(allocators)}, not {given.allocator!r}.")
    memory, scheduler = given.device_memory_bytes, given.scheduler
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise UsageError(f"scheduler takes an address such as tcp://10.0.0.1:8786, not {scheduler!r}.")
    if scheduler is not None and given.gpus is None:
        raise UsageError("--scheduler needs --gpus N, the number of its workers: it is part of what is compared.")
    return Settings(
        threads=None if given.threads is None else _whole("threads", given.threads, 1),
        device=_whole("device", given.device, 0),
        allocator=given.allocator,
        device_memory_bytes=None if memory is None else _whole("device_memory_limit", memory, 1),
        gpus=None if given.gpus is None else _whole("gpus", given.gpus, 1),
        scheduler=scheduler,
    )


def _name(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"An {kind} is given by its name, not as {value!r}.")
    return value


def _whole(option: str, value: Any, least: int, most: int | None = None) -> int:
    """Whole numbers of Python's and NumPy's types; not `True`, not 5.0."""
    reach = f"from {least}" + ("" if most is None else f" to {most}")
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        raise UsageError(f"{option} takes a whole number {reach}, not {value!r}.")
    return number


def _seconds(option: str, value: Any, *, zero: bool) -> float:
    number = float(value) if isinstance(value, numbers.Real) and str(value) not in {"True", "False"} else math.nan
    if not math.isfinite(number) or number < 0 or (number == 0 and not zero):
        raise UsageError(f"{option} takes a finite number of seconds {'from' if zero else 'above'} 0, not {value!r}.")
    return number


def command_line() -> str:
    """What the user typed, without the folder that the program happens to lie in."""
    program = Path(sys.argv[0])
    name = "graphbench" if program.name == "__main__.py" and program.parent.name == "graphbench" else program.name
    return shlex.join([name, *sys.argv[1:]])
