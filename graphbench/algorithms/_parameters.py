"""Parameters of problems: name, type and range; and those that mean the same on several pages."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from graphbench.errors import UsageError


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a problem, with its one meaning.

    `name` is also the option's name (`max_iterations` is `--max-iterations`). An error recognises `also`, the
    names that libraries have for it.
    """

    name: str
    type: type
    default: Any
    help: str
    also: tuple[str, ...] = ()
    minimum: float | None = None
    exclusive_minimum: bool = False
    maximum: float | None = None
    exclusive_maximum: bool = False

    def check(self, value: Any) -> Any:
        """The value in the parameter's type.

        Raises:
            UsageError: if it does not fit.
        """
        if value is None:
            return None if self.default is None else self.default
        try:
            value = self.type(value)
        except (TypeError, ValueError):
            raise UsageError(f"{self.name} takes {self._range()}, not {value!r}.") from None
        endless = self.type is float and not math.isfinite(value)
        too_low = self.minimum is not None and (
            not value >= self.minimum or (self.exclusive_minimum and value == self.minimum)
        )
        too_high = self.maximum is not None and (
            not value <= self.maximum or (self.exclusive_maximum and value == self.maximum)
        )
        if endless or too_low or too_high:
            raise UsageError(f"{self.name} takes {self._range()}, not {value!r}.")
        return value

    def _range(self) -> str:
        noun = {int: "a whole number", float: "a number", str: "a text"}[self.type]
        if self.minimum is None and self.maximum is None:
            return noun
        above = "above" if self.exclusive_minimum else "from"
        low = "" if self.minimum is None else f" {above} {self.minimum:g}"
        below = "below" if self.exclusive_maximum else "up to"
        return noun + low + ("" if self.maximum is None else f" {below} {self.maximum:g}")


RESOLUTION = Parameter(
    name="resolution",
    type=float,
    default=1.0,
    minimum=0,
    also=("gamma", "resolution_parameter"),
    help="Resolution gamma of the modularity; larger values give smaller communities.",
)

SOURCES = (
    Parameter(
        name="sources",
        type=int,
        default=64,
        minimum=1,
        help="Number of sources to draw from the largest component.",
    ),
    Parameter(
        name="source",
        type=str,
        default=None,
        also=("start", "i_start"),
        help="Search from this vertex only; no sources are drawn.",
    ),
)
"""Parameters of searches from one vertex, by which :meth:`Algorithm.draw` draws `sources`."""

PAIRS = Parameter(name="pairs", type=int, default=100_000, minimum=1, help="Number of vertex pairs to draw.")


def tolerance(what: str) -> Parameter:
    """The parameter `tolerance` of an iterative method, 1e-6 by default.

    Args:
        what: must not exceed it; the parameter's help.
    """
    return Parameter(
        name="tolerance", type=float, default=1e-6, minimum=0, exclusive_minimum=True, also=("tol",), help=what
    )


def max_iterations(default: int) -> Parameter:
    """The parameter `max_iterations` of an iterative method."""
    return Parameter(
        name="max_iterations",
        type=int,
        default=default,
        minimum=1,
        also=("max_iter", "maxiter", "maxit"),
        help="Give up after this many iterations.",
    )
