"""What a suite is: a TOML file, or options of the command line, checked and typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from graphbench.errors import UnknownNameError, UsageError
from graphbench.measure.planning import gpu_count
from graphbench.system import files
from graphbench.system.text import parse_bytes

Allocator = Literal["default", "pool", "async"]
COMMAND_LINE = "the command line"


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite; its fields are the keys of a suite file and, with dashes, options of `graphbench suite`.

    Attributes:
        name: of the file, without its suffix.
        title: what it is for, in one sentence.
        algorithms: their names; empty: all.
        datasets: whatever `graphbench ALGORITHM` takes.
        twins: measure the synthetic twin of a graph that cannot be fetched, under the twin's name, instead of nothing.
        engines: their names; empty: all but those that are measured on request only.
        allocators: GPU engines are measured with each of them, CPU engines once.
        gpus: engines for several GPUs are measured on each of these numbers of them; empty: on all that are visible.
            A single number stands for a list, and `all` for the number of those that are visible.
        scheduler: address of a running Dask scheduler, whose workers these engines use.
        budget: seconds of warm trials per task, all rounds together.
        timeout: seconds per task and round.
        trials: exactly this many warm trials per task and round.
        threads: CPU threads that an engine may use.
        seed: of every draw, of seeded engines and of the order.
        rounds: how often the engines take turns on a dataset; a task's trials are shared out among the rounds.
        ignore_weights: pose the problems without the datasets' weights.
        directed: how to read files that do not say.
        device: index of the GPU.
        memory_limit: bytes of host memory that a worker may hold; a file may also say `16GB`.
        device_memory_limit: bytes that the GPU's memory resource may give.
        baseline: the engine that ratios are taken against.
    """

    name: str = ""
    title: str = ""
    algorithms: list[str] = []
    datasets: list[str] = []
    twins: bool = False
    engines: list[str] = []
    allocators: list[Allocator] = msgspec.field(default_factory=lambda: ["default"])
    gpus: list[int] = []
    scheduler: str | None = None
    budget: float = 10.0
    timeout: float = 600.0
    trials: int | None = None
    threads: int | None = None
    seed: int = 0
    rounds: int = 1
    ignore_weights: bool = False
    directed: bool | None = None
    device: int = 0
    memory_limit: int | None = None
    device_memory_limit: int | None = None
    baseline: str = "networkx"


def names() -> list[str]:
    """Names of the suites that ship with graphbench."""
    return sorted(path.stem for path in (files.data() / "suites").glob("*.toml"))


def read(name: str) -> Suite:
    """The suite of that name, or in that file.

    Raises:
        UnknownNameError: if nothing is called that.
        UsageError: if the file is no suite; the message names the key.
    """
    if name in names():
        path = files.data() / "suites" / f"{name}.toml"
    elif name.endswith(".toml") or "/" in name:
        path = Path(name).expanduser()
    else:
        raise UnknownNameError("suite", name, names(), "A file is named by its path, and ends in .toml.")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The suite {path} cannot be read: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The suite {path} is not TOML: {error}.") from None
    return _typed({"name": path.stem} | table, f"{path}")


def merged(suite: Suite, given: Mapping[str, Any], where: str = COMMAND_LINE) -> Suite:
    """The suite with what the command line, or a call, says instead.

    Args:
        suite: as the file has it.
        given: by name of the field, what was given; a list that is empty was not.
        where: it was given, for messages, which name options if it is the command line; empty: a call.

    Raises:
        UsageError: if the result makes no sense.
    """
    own = msgspec.to_builtins(suite)
    return _typed(own | {key: value for key, value in given.items() if value not in (None, [])}, where)


def _typed(table: dict[str, Any], where: str) -> Suite:
    known = {field.name for field in msgspec.structs.fields(Suite)}
    for key in table:
        if key not in known:
            raise UnknownNameError("setting of a suite", key, known - {"name"}, f"It is in {where}." if where else "")
    limits = {key: parse_bytes(table[key]) for key in ("memory_limit", "device_memory_limit") if table.get(key)}
    try:
        suite = msgspec.convert(table | limits | {"gpus": _counted(table.get("gpus", []), where)}, Suite)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        found = re.match(r"\w*", place)
        raise UsageError(f"{_named(found[0] if found else '', where)}: {problem}.") from None
    for key in ("algorithms", "datasets", "engines", "allocators", "gpus"):
        if len(set(getattr(suite, key))) < len(getattr(suite, key)):
            suite = msgspec.structs.replace(suite, **{key: list(dict.fromkeys(getattr(suite, key)))})
    _check(suite, where)
    return suite


def _counted(gpus: Any, where: str) -> list[int]:
    try:
        return [gpu_count(number) for number in (gpus if isinstance(gpus, list | tuple) else [gpus])]
    except UsageError as error:
        raise UsageError(f"{where}: {error}" if where else f"{error}") from None


def _check(suite: Suite, where: str) -> None:
    for key, least in {
        "budget": 0, "trials": 1, "threads": 1, "seed": 0, "rounds": 1, "device": 0, "memory_limit": 1,
        "device_memory_limit": 1,
    }.items():  # fmt: skip
        value = getattr(suite, key)
        if value is not None and not value >= least:
            raise UsageError(f"{_named(key, where)} takes a number from {least}, not {value}.")
    if not suite.timeout > 0:
        raise UsageError(f"{_named('timeout', where)} takes seconds above 0, not {suite.timeout}.")
    if not suite.allocators:
        raise UsageError(f"{_named('allocators', where)} needs one at least.")


def _named(key: str, where: str) -> str:
    """A setting as whoever gave it knows it: an option, an argument of a call, or a key and its file."""
    if where == COMMAND_LINE:
        return f"--{key.replace('_', '-')}"
    return f"{where}: {key}" if where else key
