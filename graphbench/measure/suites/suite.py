"""What a suite is: a TOML file, or options of the command line, checked and typed."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

import msgspec

from graphbench.errors import UnknownNameError, UsageError
from graphbench.measure.options import (
    COMMAND_LINE,
    GPUS,
    SCALE,
    SUITE,
    THREADS,
    Allocator,
    Common,
    Option,
    Options,
    revised,
)
from graphbench.system import files
from graphbench.system.machine import usable_cores


class Variant(NamedTuple):
    """How engines run: CPU threads, the memory resource, and how many GPUs (None: all) engines for several use."""

    threads: int
    allocator: Allocator
    gpus: int | None = None


class Suite(Common, frozen=True, kw_only=True):
    """A suite; its fields are the keys of a suite file and, with dashes, options of `graphbench suite`."""

    name: Annotated[str, Option(on=(), help="Name of the file, without its suffix.")] = ""
    title: Annotated[str, Option(on=(), help="What the suite is for, in one sentence.")] = ""
    algorithms: Annotated[list[str], Option(on=(SUITE,), help="Algorithms to measure.", shown="all")] = msgspec.field(
        default_factory=list
    )
    datasets: Annotated[list[str], Option(on=(SUITE,), help="Datasets: whatever `graphbench ALGORITHM` takes.")] = (
        msgspec.field(default_factory=list)
    )
    twins: Annotated[
        bool,
        Option(
            on=(SUITE,),
            flag="--twins/--no-twins",
            help="Measure the synthetic twin of a graph that cannot be downloaded.",
            shown="as the suite says; deck: yes",
        ),
    ] = False
    engines: Annotated[list[str], Option(on=(SUITE, SCALE), help="Engines to measure.", shown="all")] = msgspec.field(
        default_factory=list
    )
    allocators: Annotated[
        list[Allocator],
        Option(
            on=(SUITE, SCALE),
            help=f"GPU memory resources: {', '.join(get_args(Allocator))}.",
        ),
    ] = msgspec.field(default_factory=lambda: ["default"])
    gpus: Annotated[
        list[int],
        Option(
            on=(SUITE, SCALE),
            metavar="N[,N...]|all",
            help="Measure cugraph-mg too, on each of these numbers of GPUs.",
            **GPUS,
        ),
    ] = msgspec.field(default_factory=list)
    threads: Annotated[list[int], Option(shown="1, max", **THREADS)] = msgspec.field(
        default_factory=lambda: [1, usable_cores()]
    )
    baseline: Annotated[str, Option(on=(SUITE,), metavar="NAME", help="The engine that ratios are taken against.")] = (
        "networkx"
    )
    skip: Annotated[
        bool,
        Option(
            on=(SUITE, SCALE),
            flag="--no-skip",
            help="Also try tasks that would time out, judging by the times on smaller graphs.",
        ),
    ] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.allocators:
            raise UsageError(f"allocators needs at least one of {', '.join(get_args(Allocator))}.")

    def variants(self) -> list[Variant]:
        """All combinations of threads, an allocator and a number of GPUs."""
        numbers: list[int | None] = [*self.gpus] or [None]
        return [Variant(*each) for each in itertools.product(self.threads, self.allocators, numbers)]

    def options(self, variant: Variant) -> Options:
        """The options of one round.

        Raises:
            UsageError: for a scheduler without a number of GPUs.
        """
        shared = {
            name: getattr(self, name)
            for name in Common.__struct_fields__
            if name not in {"engines", "baseline", "rounds"}
        }
        return Options(**shared | {"budget": self.budget / self.rounds} | variant._asdict())


def names() -> list[str]:
    """Names of the suites that ship with graphbench."""
    return sorted(path.stem for path in (files.data() / "suites").glob("*.toml"))


_HOW_TO_NAME = (
    'Included are: {known}. A file of your own has lines such as algorithms = ["bfs"], datasets = ["karate"] and '
    'engines = ["networkx", "igraph"].'
)


def read(name: str) -> Suite:
    """The suite of that name, or in that file.

    Raises:
        UnknownNameError: if there is no such suite.
        UsageError: if the file is not a valid suite; the message names the key.
    """
    if name in names():
        path = files.data() / "suites" / f"{name}.toml"
    elif name.endswith(".toml") or "/" in name:
        path = Path(name).expanduser()
    else:
        raise UnknownNameError("suite", name, names(), "A file is named by its path, and ends in .toml.")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"The suite file {path} does not exist. {_HOW_TO_NAME.format(known=', '.join(names()))}"
        ) from None
    except OSError as error:
        raise UsageError(f"Cannot read the suite {path}: {error.strerror or error}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The suite {path} is not valid TOML: {error}.") from None
    return revised(Suite(name=path.stem), table, f"{path}")


def merged(suite: Suite, given: Mapping[str, Any], where: str = COMMAND_LINE) -> Suite:
    """The suite with values of the command line or a call; None and empty lists are ignored.

    Raises:
        UsageError: as :func:`revised`.
    """
    return revised(suite, {name: value for name, value in given.items() if value not in (None, [], ())}, where)
