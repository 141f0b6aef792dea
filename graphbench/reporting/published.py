"""Published numbers, as `claims.toml` has them, and the finding on one. Pure."""

from __future__ import annotations

import tomllib
from typing import Literal

import msgspec

from graphbench.system.files import data

Status = Literal[
    "reproduced", "not reproduced", "refuted", "depends on the count", "open", "measured", "not measured", "not tried",
    "not runnable here",
]  # fmt: skip


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published number, as `claims.toml` has it.

    Attributes:
        source: where it was published.
        conditions: under which it was measured, as far as published.
        engine: that it is about.
        text: the claim in words, where it is no ratio.
        algorithm: graphbench's name of it; empty: not published.
        algorithms: a capacity without a published algorithm: the algorithms that it is checked for, one by one.
        dataset: graphbench's name of the graph; empty: over several.
        baseline: the engine that it was compared with.
        ratio: baseline time over engine time.
        bound: `upper` for an "up to".
        seconds: the engine's time.
        baseline_seconds: the baseline's.
        modularity: that the engine reached.
        baseline_modularity: that the baseline reached.
        measured: when.
        timed: which of our ratios it is compared with.
        nearest: our engine that comes closest; empty: the one of that name.
        nearest_baseline: the same of the baseline.
        num_edges: a capacity: edges of the graph.
        gpus: a capacity: on how many GPUs at least.
        gpu_memory_bytes: a capacity: with how much memory in each at most.
    """

    source: str
    conditions: str
    engine: str
    text: str = ""
    algorithm: str = ""
    algorithms: list[str] = []
    dataset: str = ""
    baseline: str = ""
    ratio: float | None = None
    bound: Literal["upper"] | None = None
    seconds: float | None = None
    baseline_seconds: float | None = None
    modularity: float | None = None
    baseline_modularity: float | None = None
    measured: str = ""
    timed: Literal["call", "first_answer"] = "call"
    nearest: str = ""
    nearest_baseline: str = ""
    num_edges: int | None = None
    gpus: int = 1
    gpu_memory_bytes: int | None = None


class ClaimCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The finding on a claim: its status, our number in words, and a remark."""

    claim: Claim
    status: Status
    ratio: float | None = None
    """Ours, where the claim is one."""
    ours: str = ""
    remark: str = ""


def claims() -> list[Claim]:
    """The published numbers that come with graphbench, in the order of their file; one for each algorithm it names."""
    table = tomllib.loads((data() / "claims.toml").read_text(encoding="utf-8"))
    return [
        msgspec.structs.replace(claim, algorithm=algorithm, algorithms=[])
        for claim in msgspec.convert(table["claim"], list[Claim])
        for algorithm in claim.algorithms or [claim.algorithm]
    ]
