"""The Python interface: what the command line does, as calls."""

from graphbench.api.graphs import Download, load
from graphbench.api.measuring import advise, baseline_of, capacity, execute, last_of_each, run, scale, suite
from graphbench.api.result import Result, kept_answer, records, report

__all__ = [
    "Download",
    "Result",
    "advise",
    "baseline_of",
    "capacity",
    "execute",
    "kept_answer",
    "last_of_each",
    "load",
    "records",
    "report",
    "run",
    "scale",
    "suite",
]
