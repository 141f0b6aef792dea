"""Every quantity of a record, declared once: CSV, the table of every record and the details of a result show some.

A quantity has a name where programs read it (CSV, pandas), and a title where people do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from typing import Any, Literal, NamedTuple

from graphbench.records import limit
from graphbench.records.break_even import hardest
from graphbench.records.comparison import Comparison, RatioName
from graphbench.records.cost import COSTS, price
from graphbench.records.model import Outcome, Record
from graphbench.records.times import cpu_seconds, warm_calls
from graphbench.reporting import numbers, speeds
from graphbench.reporting.case import Case, Item, call_time, pays_off_from
from graphbench.reporting.document import Column
from graphbench.reporting.numbers import NOTHING, TIMES, bound_sign, plain
from graphbench.reporting.reproduce import command
from graphbench.reporting.speeds import TOTALS
from graphbench.reporting.wording import (
    brief,
    codes,
    cost,
    device_peak_bytes,
    device_peak_of_each,
    edge_list_bytes,
    outcome,
    peak,
)
from graphbench.system.text import count, listed, three

Kind = Literal["text", "choice", "count", "seconds", "ratio", "amount", "date", "command", "record"]
"""How a quantity is written. A choice is a text to filter by, a record an id, which opens the whole record."""
_WRITTEN: dict[Kind, Callable[[Any], str]] = {
    "count": "{:,}".format,
    "seconds": numbers.seconds,
    "ratio": lambda found: f"{found[1]}{numbers.ratio(found[0])}{found[2]}",
    "amount": lambda pair: str(pair[1]),
    "text": brief,
}


class Quantity(NamedTuple):
    """What is known of a case.

    Attributes:
        name: of its column in CSV, with the unit; empty: it is for people alone.
        value: where it is, or how it is made.
        title: of its column in tables; empty: it is for programs alone.
        kind: how tables write it.
        cell: what a page sorts and writes, where that is more than the value: of an amount, a number and a text; of a
            ratio, a number, the sign of a bound, and what follows.
        words: the text in a terminal, where it is another one.
        meaning: of the title, where it is no phase and no total.
        shown: a page shows it before columns are chosen.
    """

    name: str
    value: str | Callable[[Case], Any]
    title: str = ""
    kind: Kind = "text"
    cell: Callable[[Case], Any] | None = None
    words: Callable[[Case], str] | None = None
    meaning: str = ""
    shown: bool = False

    @property
    def right(self) -> bool:
        """Whether it is aligned at the right, as numbers are."""
        return self.kind in {"count", "seconds", "ratio", "amount"}

    def read(self, case: Case) -> Any:
        """The value, as programs get it; None where it is not known."""
        if not isinstance(self.value, str):
            return self.value(case)
        value: Any = case
        for part in self.value.split("."):
            value = None if value is None else getattr(value, part)
        return value

    def found(self, case: Case) -> Any:
        """The same as tables sort and write it."""
        return self.cell(case) if self.cell is not None else self.read(case)

    def data(self, case: Case) -> Any:
        """The same for the script of a page: numbers have six digits, and whatever shows them rounds them."""
        found = self.found(case)
        if isinstance(found, tuple) and self.kind == "ratio":
            return [_six(found[0]), *found[1:]] if any(found[1:]) else _six(found[0])
        if found is None and not self.right:
            return ""
        return _six(found) if isinstance(found, float) else found

    def written(self, case: Case) -> str:
        """The same as the script writes it; empty where it is not known."""
        found = self.found(case)
        return "" if found is None else _WRITTEN.get(self.kind, str)(found)

    def text(self, case: Case) -> str:
        """The same as a terminal has it."""
        return self.words(case) if self.words is not None else self.written(case)


def _six(value: float) -> float:
    return float(f"{value:.6g}")


def columns(case: Callable[[Item], Case], *titles: str) -> list[Column[Item]]:
    """Columns of a table of texts whose rows are of cases."""

    def column(one: Quantity) -> Column[Item]:
        return Column(one.title, lambda row: one.text(case(row)) or (NOTHING if one.right else ""), right=one.right)

    return [column(TITLED[title]) for title in titles]


# How values are made


def _call(of: Callable[[list[float]], float]) -> Callable[[Case], float | None]:
    return lambda case: of(calls) if (calls := warm_calls(case.record)) else None


def _median(values: list[float]) -> float | None:
    return median(values) if values else None


def _end(place: Literal[0, 1]) -> Callable[[Case], float | None]:
    return lambda case: case.main.interval[place] if case.main and case.main.interval else None


def _joined(name: str) -> Callable[[Case], str | None]:
    return lambda case: " | ".join(getattr(case.main, name)) if case.main else None


def _phase(name: str) -> Quantity:
    """A phase; where the time limit ended it, a terminal shows how long it had run."""

    def words(case: Case) -> str:
        taken, ended = getattr(case.record.phases, f"{name}_s"), case.record.censored
        if taken is None and case.record.outcome is Outcome.TIMEOUT and ended is not None and ended.phase == name:
            return f"> {numbers.seconds(ended.after_s)}"
        return numbers.seconds(taken)

    return Quantity(f"{name}_s", f"record.phases.{name}_s", name, "seconds", words=words)


def _ratio(name: RatioName, *, shown: bool = False) -> Quantity:
    """A ratio to the baseline, which is 1 of itself."""

    def words(case: Case) -> str:
        return "1" if case.is_baseline and case.call is not None else bare.written(case)

    title = f"{TOTALS[name]} vs baseline"
    bare = Quantity(name, f"main.{name}", title, "ratio", lambda case: _of(case.main, name), shown=shown)
    return bare._replace(words=words)


def _best(role: Literal["best", "first", "whole"], name: RatioName, *, shown: bool = False) -> Quantity:
    """A ratio to the CPU engine that is best by a total, which it names."""

    def cell(case: Case) -> tuple[float, str, str] | None:
        one = getattr(case, role)
        found = _of(one, name)
        return None if found is None else (*found[:2], f"{found[2]} {one.baseline}")

    return Quantity(f"{name}_best_cpu", f"{role}.{name}", f"{TOTALS[name]} vs best CPU", "ratio", cell, shown=shown)


def _of(comparison: Comparison | None, name: RatioName) -> tuple[float, str, str] | None:
    """A ratio, the sign of a bound, and what follows it."""
    value = getattr(comparison, name) if comparison is not None else None
    if comparison is None or value is None:
        return None
    return value, bound_sign(comparison.bound), speeds.tail(comparison, name)


def _pays_off(comparison: Comparison | None) -> tuple[float, str] | None:
    """After how many calls an engine pays off, to sort by and as it is written."""
    runs = pays_off_from(comparison)
    return None if runs is None else (hardest(runs), runs if isinstance(runs, str) else count(runs, "call"))


def _peak(where: str, of: Callable[[Record], int | None], meaning: str) -> Quantity:
    """A peak of memory, and how many times the edge list it is."""

    def cell(case: Case) -> tuple[int, str] | None:
        value, size = of(case.record), edge_list_bytes(case.record)
        if value is None:
            return None
        return value, peak(case.record, value) + (f" ({three(value / size)}{TIMES} the edges)" if size else "")

    def words(case: Case) -> str:
        gpus = len(case.record.memory.device_peaks_bytes) if where == "device" else 1
        return peak(case.record, of(case.record)) + (f" ({gpus} GPUs)" if gpus > 1 else "")

    path = f"record.memory.{where}_peak_bytes"
    return Quantity(f"{where}_peak_bytes", path, f"{where} peak", "amount", cell, words, meaning)


def _cost(name: str) -> Quantity:
    def cell(case: Case) -> tuple[float, str] | None:
        value = COSTS[name].of(case.record)
        return None if value is None else (value, cost(case.record, name))

    return Quantity(name, lambda case: COSTS[name].of(case.record), COSTS[name].title, "amount", cell)


def _rate(case: Case) -> tuple[float, str] | None:
    return (case.edges / case.call, three(case.edges / case.call)) if case.call and case.edges else None


def _share(record: Record) -> str | None:
    """The least share of the memory's bandwidth that a warm call reaches."""
    if limit.fits_in_cache(record):
        return "fits in cache"
    found = limit.share(record)
    return None if found is None else f"at least {three(100 * found)} %"


def _quality(record: Record) -> str:
    values = record.trials.quality
    if not values or not record.quality:
        return ""
    ends = numbers.ends(values, numbers.quantity)
    aside = f" ({ends} in {count(len(values), 'trial')})" if " to " in ends else ""
    return f"{record.quality} {numbers.quantity(median(values))}{aside}"


def _certificate(record: Record) -> str:
    shown = record.certificate
    how = "" if shown is None or shown.checked == 1 else f" ({shown.checked} answers)"
    return "" if shown is None else plain(f"{'' if shown.valid else 'wrong: '}{shown.detail}{how}")


def _verdict(case: Case) -> str:
    if case.main is not None:
        return str(case.main.verdict)
    if case.is_baseline:
        return "baseline"
    return str(case.best.verdict) if case.best is not None else ""


def _why(case: Case) -> str:
    record = case.record
    of_cpu: dict[str, dict[str, None]] = {}
    for one in (case.best, case.first, case.whole):
        if one is not None and (found := codes([*one.reasons, *one.notes])):
            of_cpu.setdefault(", ".join(found), {})[one.baseline] = None
    texts = [
        f"stale: {case.stale}" if case.stale else "",
        case.older,
        "the time is that of the first call" if case.call is not None and case.first_only else "",
        ", ".join(codes([*case.main.reasons, *case.main.notes])) if case.main else "",
        *(f"against {listed(list(names))}: {found}" for found, names in of_cpu.items()),
        outcome(record) if record.censored is not None else "",
        record.reason,
        *record.warnings,
    ]
    return plain("; ".join(dict.fromkeys(filter(None, texts))))


def _spread(case: Case) -> str:
    ends = case.warm and (case.warm.interval or case.warm.range)
    if not case.warm or not ends:
        return ""
    return numbers.seconds_span(ends.low, ends.high, case.warm.value, interval=case.warm.interval is not None)


# fmt: off
QUANTITIES = (
    Quantity("algorithm", "record.task.algorithm", "algorithm", "choice", lambda case: plain(case.problem), shown=True),
    Quantity("dataset", "record.task.dataset", "graph", "choice", lambda case: plain(case.graph), shown=True),
    Quantity("engine", "record.task.engine", "engine", "choice", lambda case: plain(case.label), shown=True,
             meaning="the library that computed; in brackets what it ran with: allocator, GPUs, threads"),
    Quantity("engine_version", "record.environment.engine_version"),
    Quantity("device", "record.device"),
    Quantity("params", lambda case: json.dumps(case.record.task.params, sort_keys=True)),
    Quantity("outcome", lambda case: str(case.record.outcome), "outcome", "choice",
             lambda case: case.record.outcome.in_words, shown=True),
    Quantity("reason", "record.reason"),
    Quantity("num_vertices", "record.dataset.num_vertices", "vertices", "count"),
    Quantity("num_edges", "record.dataset.num_edges"),
    Quantity("num_entries", "record.dataset.num_entries"),
    Quantity("posed_edges", "record.posed.num_edges", "edges", "count", lambda case: case.edges or None),
    Quantity("directed", "record.posed.directed"),
    Quantity("weights", "record.posed.weights"),
    *map(_phase, ("start", "read", "build", "first", "collect")),
    Quantity("", "call", "warm call", "seconds", shown=True,
             words=lambda case: call_time(case) if case.call else outcome(case.record)),
    Quantity("", _spread, "spread",
             meaning="the interval of the median warm call, or the range where it is called so"),
    Quantity("call_median_s", _call(median)),
    Quantity("call_low_s", "warm.interval.low"),
    Quantity("call_high_s", "warm.interval.high"),
    Quantity("call_coverage", "warm.coverage"),
    Quantity("call_min_s", _call(min)),
    Quantity("call_max_s", _call(max)),
    Quantity("calls", lambda case: len(warm_calls(case.record)), "n", "count",
             meaning="how many warm calls the time is the median of"),
    Quantity("rounds", lambda case: len(case.record.trials.rounds) or (1 if warm_calls(case.record) else None)),
    Quantity("rebuilt_median_s", lambda case: _median(case.record.phases.rebuilt_s)),
    Quantity("first_answer_s", "record.phases.first_answer_s", "first answer", "seconds", shown=True),
    Quantity("whole_script_s", "record.phases.whole_script_s", "whole script", "seconds", shown=True),
    Quantity("build_gc_s", "record.phases.build_gc_s"),
    Quantity("cpu_first_s", "record.cpu.first_s"),
    Quantity("cpu_call_median_s", lambda case: _median(case.record.cpu.call_s)),
    Quantity("", lambda case: cpu_seconds(case.record), "CPU, of a warm call", "seconds",
             meaning="CPU seconds of all threads during a warm call"),
    Quantity("bandwidth_share", lambda case: limit.share(case.record), "memory's bandwidth",
             cell=lambda case: _share(case.record),
             meaning="the least share of a plain copy's speed that a warm call reaches"),
    *map(_cost, COSTS),
    Quantity("currency", lambda case: found.currency if (found := price(case.record)) else None),
    Quantity("", _rate, "edges/s", "amount",
             meaning="edges of the graph, each counted once, by the seconds of a warm call"),
    _peak("host", lambda record: record.memory.host_peak_bytes, "the most main memory of the process that measured"),
    _peak("device", device_peak_bytes, "the most GPU memory; of several GPUs, of all together"),
    Quantity("", lambda case: device_peak_of_each(case.record), "device peak of each GPU"),
    Quantity("answer", "record.headline"),
    Quantity("answer_value", lambda case: case.record.answer.get(case.record.headline)),
    Quantity("", lambda case: _quality(case.record), "quality"),
    Quantity("certified", "record.certificate.valid", "certificate", cell=lambda case: _certificate(case.record)),
    Quantity("baseline", "main.baseline"),
    _ratio("ratio_call", shown=True),
    Quantity("ratio_call_low", _end(0)),
    Quantity("ratio_call_high", _end(1)),
    Quantity("first_calls", "main.first_calls"),
    _ratio("ratio_first_answer"),
    _ratio("ratio_whole_script"),
    Quantity("", "vs_fastest", "warm call vs fastest", "ratio",
             lambda case: case.vs_fastest and (case.vs_fastest, "", ""), shown=True),
    Quantity("break_even_runs", "main.break_even_runs", "pays off vs baseline", "amount",
             lambda case: _pays_off(case.main),
             meaning="the number of calls on one graph from which it takes no more time in total, start included"),
    Quantity("bound", "main.bound"),
    Quantity("verdict", lambda case: str(case.main.verdict) if case.main else None, "verdict", "choice", _verdict,
             shown=True, meaning="whether the ratio compares like with like"),
    Quantity("reasons", _joined("reasons")),
    Quantity("notes", _joined("notes")),
    Quantity("best_cpu_engine", "best.baseline", "best CPU by warm call", "choice",
             meaning="the best CPU library: of the engines on the CPU whose answer is as good the fastest, at its best "
                     "number of threads; chosen anew for each total"),
    _best("best", "ratio_call", shown=True),
    Quantity("break_even_runs_best_cpu", "best.break_even_runs", "pays off vs best CPU", "amount",
             lambda case: _pays_off(case.hardest)),
    Quantity("best_cpu_engine_first_answer", "first.baseline", "best CPU by first answer", "choice"),
    _best("first", "ratio_first_answer"),
    Quantity("best_cpu_engine_whole_script", "whole.baseline", "best CPU by whole script", "choice"),
    _best("whole", "ratio_whole_script"),
    Quantity("superseded", "record.superseded"),
    Quantity("machine", "record.environment.machine", "machine", "choice", lambda case: case.machine),
    Quantity("threads", "record.environment.threads"),
    Quantity("allocator", "record.environment.allocator"),
    Quantity("measured_at", "record.measured_at", "measured", "date",
             lambda case: case.record.measured_at[:16].replace("T", " ")),
    Quantity("", _why, "why", shown=True, meaning="the reasons and notes of the verdict"),
    Quantity("id", "record.id", "record", "record"),
    Quantity("", lambda case: command(case.record, case.baseline if case.main else ""), "command", "command"),
)
# fmt: on
EXPORTED = {quantity.name: quantity for quantity in QUANTITIES if quantity.name}
"""By name."""
TITLED = {quantity.title: quantity for quantity in QUANTITIES if quantity.title}
"""By title."""
