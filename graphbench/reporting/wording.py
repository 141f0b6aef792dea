"""Words that several sections share: how a task ended, codes of reasons, names for files, peaks, costs, twins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from graphbench.records.cost import COSTS, unit
from graphbench.records.model import DatasetInfo, Environment, Outcome, Record
from graphbench.records.rules import rule_of
from graphbench.reporting.numbers import AT_LEAST, TIMES, bound_sign, ends, memory, seconds
from graphbench.system.text import three

MAX_CHARACTERS = 160
"""Maximum length of a reason in a table; the table of every record has it in full."""
_PLACE = re.compile(r"\s+at:?\s*/[^\s:]+:\d+")
"""Where in the sources of a library something was thrown, as RMM and libcugraph say it."""
_HOLLOW = "non-success value returned from "


def outcome(record: Record) -> str:
    """How it ended, in a few words: `timeout after 600 s in the first call`."""
    words = record.outcome.in_words
    if record.predicted:
        return f"{words}, predicted"
    if record.censored is not None and record.outcome is Outcome.TIMEOUT:
        words += f" after {seconds(record.censored.after_s)} in {record.censored.where}"
    return words


def codes(reasons: Sequence[str]) -> list[str]:
    """The codes of reasons, as words."""
    return [rule_of(reason).words for reason in reasons]


def slug(text: str) -> str:
    """A text as part of a file's name and of an anchor: `louvain (resolution 2)` is `louvain-resolution-2`."""
    return "-".join("".join(sign if sign.isalnum() and sign.isascii() else " " for sign in text).split()).lower()


def brief(reason: str) -> str:
    """A reason as a table has room for it: what libraries say at length without the place in their sources, then cut.

    The cut is where a clause ends, else where a word does, and is marked.
    """
    if len(reason) <= MAX_CHARACTERS:
        return reason
    text = _PLACE.sub("", " ".join(reason.split())).replace(_HOLLOW, "")
    if len(text) <= MAX_CHARACTERS:
        return text
    room = text[: MAX_CHARACTERS - 1]
    ends = [match.start() for match in re.finditer(r"[;.] ", room)]
    end = ends[-1] if ends and ends[-1] > MAX_CHARACTERS // 3 else room.rfind(" ") if " " in room else len(room)
    return f"{room[:end].rstrip(',:;. ')}…"


def gpus_of(where: Environment, used: int | None = None, *, sized: bool = True) -> list[str]:
    """The GPUs of a machine, or the first that were used, alike ones together: `2 × NVIDIA H200 (140 GiB)`."""  # noqa: RUF002
    counted = Counter(f"{gpu.name} ({memory(gpu.memory_bytes)})" if sized else gpu.name for gpu in where.gpus[:used])
    return [f"{number} {TIMES} {name}" if number > 1 else name for name, number in counted.items()]


def gpus_used(record: Record) -> int:
    """How many GPUs it computed on; 0: on the CPU."""
    number = record.task.params.get("gpus")
    return number if isinstance(number, int) else int(record.device == "gpu")


EARLIER_RULES = "earlier rules"
"""The mark of a superseded record, measured under earlier rules: it is shown, and no ratio of it."""

# Peaks of memory

_CUT_OFF = frozenset({Outcome.OUT_OF_MEMORY, Outcome.TIMEOUT, Outcome.ERROR})


def peaks_are_bounds(record: Record) -> bool:
    """Whether the peaks are lower bounds: the task was stopped, and may have used more."""
    return record.outcome in _CUT_OFF


def peak_note() -> str:
    """What the sign before such a peak means."""
    return f"a peak {AT_LEAST}N: a lower bound, because the task ended early"


def device_peak_bytes(record: Record) -> int | None:
    """The device peak; of several GPUs the sum of their peaks. None without a device."""
    return sum(record.memory.device_peaks_bytes) or record.memory.device_peak_bytes


def device_peak_of_each(record: Record) -> str:
    """The peaks of several GPUs: `4: 120 GiB to 134 GiB`; empty for one."""
    peaks = record.memory.device_peaks_bytes
    if len(peaks) < 2:
        return ""
    return f"{len(peaks)}: {ends(peaks, memory)}"


def peak(record: Record, value: int | None) -> str:
    """A peak in bytes of a record in words, marked where it is a bound."""
    bound = bound_sign("lower" if peaks_are_bounds(record) and value is not None else None)
    return f"{bound}{memory(value)}"


def cost(record: Record, name: str) -> str:
    """A cost in words, `3.2 J`; empty where it is not known."""
    value = COSTS[name].of(record)
    return "" if value is None else f"{three(value)} {unit(record, name)}"


_INT32_VERTICES = 2**31 - 1


def edge_list_bytes(record: Record) -> int:
    """Bytes of the posed edges as columns; 0 where the graph is not known."""
    posed = record.posed
    if posed is None:
        return 0
    ids = 4 if posed.num_vertices <= _INT32_VERTICES else 8
    return posed.num_edges * (2 * ids + (8 if posed.weights != "none" else 0))


# Synthetic twins

_PREFIX = "twin:"
_GENERATED = re.compile(r"[a-z]\w*:\w+=")
"""A generator with its parameters: `ba:n=100000,m=5`."""
HOLLOW_TWINS = "hollow: synthetic twins"
"""The axis note of a chart whose points have no names."""


def is_twin(dataset: str) -> bool:
    """Whether a graph of this name is a synthetic substitute for another."""
    return dataset.startswith(_PREFIX)


def kind_of(dataset: str, info: DatasetInfo | None = None) -> str:
    """What kind of graphs a graph belongs to: those of different kinds are never averaged together.

    Args:
        dataset: its name.
        info: says of a user's own graph that it was read from a file or an object; of others the name is enough.
    """
    if is_twin(dataset):
        return "synthetic twin"
    if info is not None and info.reading is not None:
        return "graph object" if info.source.endswith(" in memory") else "file"
    return "generated graph" if _GENERATED.match(dataset) else "real graph"


def original_of(dataset: str) -> str:
    """The name of the graph for which a twin is a substitute; empty for any other graph."""
    return dataset.removeprefix(_PREFIX).partition(",")[0] if is_twin(dataset) else ""


def graph_of(dataset: str) -> str:
    """The name of a graph, of a twin that of its original, without its collection and in small letters."""
    return (original_of(dataset) or dataset).rpartition("/")[2].lower()


def twin_note(datasets: Iterable[str]) -> str:
    """A note on the twins among these graphs; empty without twins."""
    found = sorted({name for name in datasets if is_twin(name)})
    if not found:
        return ""
    one = len(found) == 1
    name = original_of(found[0]) if one else "NAME"
    return (
        f"{found[0] if one else 'twin:NAME'} is not the graph {name} but a synthetic substitute: a random graph with "
        f"as many vertices, edges and components. Times on it are not times on {name}."
    )
