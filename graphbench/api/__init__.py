"""The Python interface: what the command line does, as calls."""

from graphbench.api.graphs import Download, load
from graphbench.api.measuring import advise, baseline_of, capacity, execute, last_of_each, run, scale, suite
from graphbench.api.result import Result, kept_answer, report
from graphbench.api.stores import compare, history, proper_names, records

__all__ = [
    "Download",
    "Result",
    "advise",
    "baseline_of",
    "capacity",
    "compare",
    "execute",
    "history",
    "kept_answer",
    "last_of_each",
    "load",
    "proper_names",
    "records",
    "report",
    "run",
    "scale",
    "suite",
]
