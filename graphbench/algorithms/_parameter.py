"""One parameter of a problem: its name, its type, its range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from graphbench.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a problem, with its one meaning.

    `name` is also the option's name (`max_iterations` is `--max-iterations`).
    """

    name: str
    type: type
    default: Any
    help: str
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
