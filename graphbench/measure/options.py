"""Every option of a measurement, declared once.

The command line, the Python calls and the suite files take their names, types, defaults, checks and help from here.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import operator
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from graphbench.errors import UnknownNameError, UsageError
from graphbench.system import gpus
from graphbench.system.machine import usable_cores
from graphbench.system.text import parse_bytes

if TYPE_CHECKING:
    from graphbench.engines.base import Settings
    from graphbench.graphs.formats.table_roles import TableOptions

COMMAND_LINE = "the command line"
MAX_SEED = 2**63 - 1
"""Trial i uses seed + i, which stays within the 64 unsigned bits that NetworKit and cuGraph take. The generators of
NumPy and Python, which NetworkX and igraph use, take any number from 0."""

Allocator = Literal["default", "pool", "async", "managed"]
_ADDRESS = re.compile(r"(tcp|tls|ucx|ucxx)://[^\s:/]+:\d+|\w+://\[[0-9a-fA-F:]+\]:\d+")

RUN, HEURISTIC, SUITE, SCALE, CAPACITY = "run", "heuristic", "suite", "scale", "capacity"
SHOW, ADVISE = "show", "advise"
"""Commands with options: `graphbench ALGORITHM`, the same for algorithms with a quality, and five other commands."""
_MEASURING = (RUN, SUITE, SCALE, CAPACITY)


def _threads(value: Any) -> Any:
    return usable_cores() if value == "max" else value


def _all_gpus(value: Any) -> Any:
    return max(len(gpus.visible_names()), 1) if value == "all" else value


@dataclass(frozen=True, kw_only=True)
class Option:
    """What the type and default of a field of :class:`Options` do not say.

    Attributes:
        help: one sentence for the command line.
        on: the commands that take it.
        shown: the default as help shows it, where the value alone does not say it.
        flag: how the command line spells it, where that is not the field's name.
        also: names that libraries have for it, which an error recognises.
        minimum: the smallest number.
        above: the number that all others must exceed.
        maximum: the largest number.
        read: turns a word such as `16GB` into a value of the field's type.
        matches: what a text must match in full.
        expected: what to give, for messages, where the type and the bounds do not say it.
    """

    help: str
    on: tuple[str, ...] = _MEASURING
    shown: str = ""
    flag: str = ""
    also: tuple[str, ...] = ()
    metavar: str | None = None
    minimum: float = -math.inf
    above: float = -math.inf
    maximum: float = math.inf
    read: Callable[[Any], Any] | None = None
    matches: re.Pattern[str] | None = None
    expected: str = ""


READING = (RUN, SUITE, SHOW, ADVISE)
"""The commands that take options about how a file is read; no other option has just these."""
_SIZE: dict[str, Any] = {"metavar": "SIZE", "read": parse_bytes, "minimum": 1}
THREADS: dict[str, Any] = {
    "metavar": "N[,N...]|max",
    "help": "CPU threads that an engine may use; engines that run in parallel are measured with each number.",
    "read": _threads,
    "minimum": 1,
    "expected": "whole numbers from 1, or max",
    "also": ("n_jobs", "num_threads"),
}
GPUS: dict[str, Any] = {"read": _all_gpus, "minimum": 1, "expected": "a whole number from 1, or all"}


class Common(msgspec.Struct, frozen=True, kw_only=True):
    """Options that mean the same to every command. Values are checked and converted when an object is made."""

    engines: Annotated[
        list[str] | None,
        Option(on=(RUN, SUITE, SCALE, ADVISE), help="Engines to measure.", shown="all", expected="names of engines"),
    ] = None
    baseline: Annotated[
        str | None,
        Option(
            on=(RUN, SUITE),
            metavar="NAME",
            expected="the name of an engine",
            help="The engine that ratios are taken against.",
            shown="networkx; if it does not have the algorithm, the first of scipy, igraph and networkit that does",
        ),
    ] = None
    budget: Annotated[
        float, Option(on=(RUN, SUITE, SCALE, ADVISE), help="Seconds of warm trials per task.", minimum=0)
    ] = 10.0
    timeout: Annotated[
        float, Option(on=(*_MEASURING, ADVISE), help="Seconds per task, everything included.", above=0)
    ] = 600.0
    trials: Annotated[
        int | None,
        Option(help="Run exactly this many warm trials.", shown="until the interval is narrow enough", minimum=1),
    ] = None
    threads: Annotated[
        list[int],
        Option(on=(*_MEASURING, ADVISE), shown="max", **THREADS),
    ] = msgspec.field(default_factory=lambda: [usable_cores()])
    rounds: Annotated[
        int,
        Option(
            on=(RUN, SUITE),
            help="How often the engines take turns on a dataset, each time in new processes; --budget is shared out "
            "among the rounds, --timeout and --trials hold for each. `graphbench compare` judges from 3 on.",
            minimum=1,
        ),
    ] = 1
    seed: Annotated[
        int,
        Option(
            help="Seed of every draw, of seeded engines and of the order.",
            minimum=0,
            maximum=MAX_SEED,
            also=("random_state",),
        ),
    ] = 0
    ignore_weights: Annotated[
        bool, Option(on=(RUN, SUITE), help="Solve the problem without the dataset's weights.")
    ] = False
    directed: Annotated[
        bool | None,
        Option(
            on=READING,
            flag="--directed/--undirected",
            help="How to read files whose format does not say (CSV, Parquet, ...).",
            shown="undirected",
        ),
    ] = None
    source_column: Annotated[
        str | None,
        Option(on=READING, metavar="NAME", help="Column of sources in a table; its number from 1 without a header."),
    ] = None
    target_column: Annotated[
        str | None, Option(on=READING, metavar="NAME", help="Column of targets in a table, likewise.")
    ] = None
    weight_column: Annotated[
        str | None, Option(on=READING, metavar="NAME", help="Column of weights in a table, likewise.")
    ] = None
    no_weight: Annotated[bool, Option(on=READING, help="Read no weights from a table.")] = False
    header: Annotated[
        bool | None,
        Option(
            on=READING,
            flag="--header/--no-header",
            help="Whether the first row of a table names the columns.",
            shown="detected, or refused if not clear",
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        Option(
            on=READING,
            metavar="CHAR",
            help="What separates the columns of a table: CHAR, tab or space.",
            shown="detected",
        ),
    ] = None
    drop_missing: Annotated[
        bool,
        Option(
            on=READING,
            help="Leave out rows of a table in which a vertex or the weight is missing, or is a word among integers.",
        ),
    ] = False
    names: Annotated[
        bool, Option(on=READING, help="Take the vertices of a table as names, also those that look like integers.")
    ] = False
    device: Annotated[int, Option(help="Index of the GPU among the visible ones.", minimum=0)] = 0
    memory_limit: Annotated[
        int | None, Option(help="Host memory that an engine may use, such as 16GB.", shown="all", **_SIZE)
    ] = None
    device_memory_limit: Annotated[
        int | None, Option(help="GPU memory that RMM may allocate, such as 32GB.", shown="all", **_SIZE)
    ] = None
    scheduler: Annotated[
        str | None,
        Option(
            metavar="ADDRESS",
            help="Run cugraph-mg on the workers of this Dask scheduler, such as tcp://HOST:PORT.",
            matches=_ADDRESS,
            expected="an address such as tcp://10.0.0.1:8786",
        ),
    ] = None
    renumber: Annotated[
        bool,
        Option(flag="--no-renumber", help="cugraph, pylibcugraph: build graphs without sorting vertices by degree."),
    ] = True
    direction_optimizing: Annotated[
        bool, Option(help="pylibcugraph: direction-optimizing breadth-first search of undirected graphs.")
    ] = False
    from_networkx: Annotated[
        bool, Option(help="nx-cugraph: convert a NetworkX graph instead of building one on the device.")
    ] = False
    predict: Annotated[
        bool,
        Option(
            on=(RUN, SUITE, SCALE), flag="--no-predict", help="Also try tasks that are predicted not to fit in memory."
        ),
    ] = True

    def __post_init__(self) -> None:
        for option in fields(type(self)).values():
            value = getattr(self, option.name)
            msgspec.structs.force_setattr(self, option.name, option.check(value, option.name))

    @property
    def table(self) -> TableOptions:
        """How to read tables."""
        from graphbench.graphs.formats.table_roles import TableOptions  # with NumPy, which help does without

        return TableOptions(
            source=self.source_column,
            target=self.target_column,
            weight=self.weight_column,
            no_weight=self.no_weight,
            header=self.header,
            delimiter=self.delimiter,
            drop_missing=self.drop_missing,
            names=self.names,
        )


class Options(Common, frozen=True, kw_only=True):
    """The options of one measurement: of `graphbench ALGORITHM`, of :func:`graphbench.run`, and of a plan."""

    match_quality: Annotated[
        bool,
        Option(
            on=(HEURISTIC,),
            help="Measure each engine at its fastest setting whose quality is within 1 % of the best seen.",
        ),
    ] = False
    allow: Annotated[
        list[str],
        Option(
            on=(HEURISTIC,),
            help="With --match-quality: other heuristics that an engine may use instead, such as leiden.",
        ),
    ] = []
    allocator: Annotated[
        Allocator, Option(on=(RUN, CAPACITY), help="GPU memory resource; `default` is what importing the library sets.")
    ] = "default"
    gpus: Annotated[
        int | None,
        Option(on=(RUN, CAPACITY), metavar="N|all", help="Measure cugraph-mg too, on so many GPUs.", **GPUS),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scheduler is not None and self.gpus is None:
            raise UsageError(
                "--scheduler needs --gpus N as well: the number of its workers is part of what is compared."
            )
        if self.rounds > 1 and self.match_quality:
            raise UsageError("--match-quality measures one round: remove it, or --rounds.")
        if self.allow and not self.match_quality:
            raise UsageError("--allow has no effect without --match-quality: add that, or remove --allow.")

    @property
    def settings(self) -> Settings:
        """What engines get, with the largest number of threads."""
        from graphbench.engines.base import Settings  # with NumPy, which help does without

        return Settings(
            threads=max(self.threads),
            device=self.device,
            allocator=self.allocator,
            device_memory_bytes=self.device_memory_limit,
            gpus=self.gpus,
            scheduler=self.scheduler,
            renumber=self.renumber,
            direction_optimizing=self.direction_optimizing,
            from_networkx=self.from_networkx,
        )


@dataclass(frozen=True, kw_only=True)
class Field:
    """An option with the name, type and default of its field.

    Attributes:
        type: of a value, or of an entry where `many` may be given.
        choices: the values of a literal type.
        optional: whether None is a value.
    """

    name: str
    option: Option
    type: type
    choices: tuple[str, ...]
    many: bool
    optional: bool
    default: Any

    @property
    def typed(self) -> str:
        """The option as it is typed, with its opposite if it has one: `--directed/--undirected`."""
        return self.option.flag or f"--{self.name.replace('_', '-')}"

    def check(self, value: Any, label: str) -> Any:
        """The value in the field's type.

        Args:
            value: as given.
            label: what the user calls the option.

        Raises:
            UsageError: for a value of a wrong type or out of range.
        """
        if value is None and self.optional:
            return None
        if not self.many:
            return self._check_one(value, label)
        several = value if isinstance(value, list | tuple) else [value]
        return list(dict.fromkeys(self._check_one(entry, label) for entry in several))

    def _check_one(self, value: Any, label: str) -> Any:
        try:
            found = _TYPES[self.type](self.option.read(value) if self.option.read else value)
        except (TypeError, ValueError, UsageError):
            found = None
        option = self.option
        good = found is not None and (
            found in self.choices
            if self.choices
            else option.matches is None or option.matches.fullmatch(found)
            if self.type is str
            else option.minimum <= found <= option.maximum and found > option.above
        )
        if not good:
            raise UsageError(f"{label} takes {self._expected()}, not {value!r}.")
        return found

    def _expected(self) -> str:
        option = self.option
        if option.expected:
            return option.expected
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if option.metavar == "SIZE":
            return "an amount of memory above 0, such as 16GB"
        kind = {int: "a whole number", float: "a finite number of seconds", bool: "true or false", str: "text"}
        bounds = [
            f" from {option.minimum:g}" if option.minimum > -math.inf else "",
            f" above {option.above:g}" if option.above > -math.inf else "",
            f" to {option.maximum}" if option.maximum < math.inf else "",
        ]
        return kind[self.type] + "".join(bounds)


def _whole(value: Any) -> int:
    """Whole numbers of Python's and NumPy's types; not True, not 5.0."""
    if isinstance(value, bool):
        raise TypeError
    return operator.index(value)


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _truth(value: Any) -> bool:
    if value not in (True, False):
        raise TypeError
    return bool(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_TYPES: dict[type, Callable[[Any], Any]] = {int: _whole, float: _real, bool: _truth, str: _text}


@functools.cache
def fields(kind: type[Common]) -> dict[str, Field]:
    """The options of a class by name."""
    hints, found = get_type_hints(kind, include_extras=True), {}
    defaults = {field.name: field for field in msgspec.structs.fields(kind)}
    for parent in reversed(kind.__mro__):
        for name in inspect.get_annotations(parent):
            if name in defaults and name not in found:
                default = defaults[name].default
                found[name] = _field(
                    name, hints[name], defaults[name].default_factory() if default is msgspec.NODEFAULT else default
                )
    return found


def _field(name: str, hint: Any, default: Any) -> Field:
    declared, option = get_args(hint)
    parts = get_args(declared) if get_origin(declared) is types.UnionType else (declared,)
    (value,) = [part for part in parts if part is not type(None)]
    many = get_origin(value) is list
    if many:
        (value,) = get_args(value)
    choices = get_args(value) if get_origin(value) is Literal else ()
    return Field(
        name=name,
        option=option,
        type=str if choices else value,
        choices=choices,
        many=many,
        optional=type(None) in parts,
        default=default,
    )


Some = TypeVar("Some", bound=Common)


def revised(options: Some, given: Mapping[str, Any], where: str = "") -> Some:
    """The options with other values.

    Args:
        options: their values hold unless new ones are given.
        given: values by name.
        where: they were given, for messages: the command line, a file, or (empty) a call.

    Raises:
        UsageError: for an unknown name, or a value of a wrong type or out of range.
    """
    known, checked = fields(type(options)), dict[str, Any]()
    for name, value in given.items():
        if name not in known:
            raise UnknownNameError("option", name, set(known) - {"name"}, f"It is in {where}." if where else "")
        checked[name] = known[name].check(value, label(name, where))
    return msgspec.structs.replace(options, **checked)


def label(name: str, where: str) -> str:
    """An option as the user gave it: `--memory-limit`, a keyword argument, or a key and its file."""
    if where == COMMAND_LINE:
        return f"--{name.replace('_', '-')}"
    return f"{where}: {name}" if where else name
