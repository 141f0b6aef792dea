"""What a call costs: energy, as counters of the machine say, and money, by the user's prices. Pure but for the file.

`prices.toml` in the home folder has what the user pays for machines:

    [[price]]
    machine = "H100"      # a part of the processor's or a GPU's name, or the machine's digest, as records have them
    per_hour = 3.50
    currency = "USD"
    date = 2026-11-01
    device = "gpu"        # optional: only for engines that compute there

The first price that fits a record holds. A price times a time is what renting the machine for that time costs; nothing
is added for the time in which it is idle.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Callable, Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec

from graphbench.errors import UsageError
from graphbench.records.model import Record
from graphbench.records.times import call_seconds, once
from graphbench.system import files

MIN_ENERGY_S = 1.0
"""Shorter blocks of calls have no energy: the counters are renewed some ten times a second."""
MIN_CALL_SHARE = 0.9
"""Of the block, the least part that its calls must take: else its energy is that of the pauses between them."""


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a machine costs."""

    machine: Annotated[str, msgspec.Meta(min_length=1)]
    per_hour: Annotated[float, msgspec.Meta(ge=0)]
    currency: str
    date: dt.date
    device: Literal["", "cpu", "gpu"] = ""

    def fits(self, record: Record) -> bool:
        """Whether it is the price of the machine that made the record."""
        where = record.environment
        if where is None or self.device not in {"", record.device}:
            return False
        names = (where.cpu, *(gpu.name for gpu in where.gpus))
        return where.machine == self.machine or any(self.machine.lower() in name.lower() for name in names)


class _Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    price: list[Price]


def prices() -> tuple[Price, ...]:
    """The user's prices, none without a file; a process reads it once.

    Raises:
        UsageError: if the file is not as this module says; the message names the key.
    """
    return _read(os.environ.get(files.HOME_VARIABLE))


@functools.cache
def _read(_home: str | None) -> tuple[Price, ...]:
    path = files.home() / "prices.toml"
    if not path.is_file():
        return ()
    import tomllib  # which takes longer to import than all of this module

    try:
        return tuple(msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Prices).price)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the prices in {path}: {error}. Correct the file, or remove it.") from None


@once
def price(record: Record) -> Price | None:
    """The price of the machine that made a record."""
    return next((found for found in prices() if found.fits(record)), None)


def energy_counts(block_s: float, calls_s: float) -> bool:
    """Whether the energy of a block of calls says what a call takes.

    Args:
        block_s: seconds of the block.
        calls_s: of them, those in its calls.
    """
    return block_s >= MIN_ENERGY_S and calls_s >= MIN_CALL_SHARE * block_s


class Cost(NamedTuple):
    """One cost of a record: its title in tables, its unit (empty: the currency of the price), and its value."""

    title: str
    unit: str
    of: Callable[[Record], float | None]


def _joules(counter: Literal["gpu_j", "cpu_j"]) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        energy = record.energy
        joules = None if energy is None else getattr(energy, counter)
        return None if energy is None or joules is None else joules / energy.calls

    return of


def _paid(seconds: Callable[[Record], float | None]) -> Callable[[Record], float | None]:
    def of(record: Record) -> float | None:
        found = price(record)
        taken = seconds(record) if found is not None else None
        return None if found is None or taken is None else found.per_hour * taken / 3600

    return of


COSTS: dict[str, Cost] = {
    "gpu_energy_call_j": Cost("GPU energy, warm call", "J", _joules("gpu_j")),
    "cpu_energy_call_j": Cost("CPU energy, warm call", "J", _joules("cpu_j")),
    "price_call": Cost("price, warm call", "", _paid(call_seconds)),
    "price_script": Cost("price, whole script", "", _paid(lambda record: record.phases.whole_script_s)),
}
"""Every cost of a record by name; tables, CSV, JSON and comparisons show them in this order."""


def costs(record: Record) -> dict[str, float]:
    """The costs of a record that are known, by name."""
    return {name: value for name, cost in COSTS.items() if (value := cost.of(record)) is not None}


def known(records: Iterable[Record]) -> list[str]:
    """The names of the costs that any of some records has."""
    names = {name for record in records for name in costs(record)}
    return [name for name in COSTS if name in names]


def unit(record: Record, name: str) -> str:
    """Of a cost: joules, or the currency of its price."""
    found = price(record)
    return COSTS[name].unit or (found.currency if found else "")
