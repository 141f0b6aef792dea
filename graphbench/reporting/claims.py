"""Published figures set against ours: what was claimed, under which conditions, and what was measured here."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Literal

import msgspec

from graphbench.comparison import Comparison
from graphbench.model import Outcome
from graphbench.paths import data
from graphbench.reasons import Verdict
from graphbench.reporting.figures import count, listed, memory, ratio, span
from graphbench.reporting.measured import NEVER_RAN, Cell, Measured

Status = Literal["reproduced", "not reproduced", "measured", "not measured", "not runnable here"]


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure, as `datasets/claims.toml` has it.

    Attributes:
        source: where it was published.
        conditions: under which it was measured, as far as they were told.
        engine: that it is about.
        text: the claim in words, where it is no ratio.
        algorithm: graphbench's name of it.
        dataset: graphbench's name of the graph; empty: over several.
        baseline: what the engine was set against.
        ratio: baseline time over engine time.
        bound: `upper` for an "up to".
        seconds: the engine's time.
        baseline_seconds: the baseline's.
        modularity: that the engine reached.
        baseline_modularity: that the baseline reached.
        measured: when.
        timed: which of our ratios it is to be set against.
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
    dataset: str = ""
    baseline: str = ""
    ratio: float | None = None
    bound: Literal["upper"] | None = None
    seconds: float | None = None
    baseline_seconds: float | None = None
    modularity: float | None = None
    baseline_modularity: float | None = None
    measured: str = ""
    timed: Literal["run", "end_to_end"] = "run"
    nearest: str = ""
    nearest_baseline: str = ""
    num_edges: int | None = None
    gpus: int = 1
    gpu_memory_bytes: int | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a claim: its status, our figure in words, and what to know of it."""

    claim: Claim
    status: Status
    ours: str = ""
    remark: str = ""


def claims() -> list[Claim]:
    """The published figures that come with graphbench, in the order of their file."""
    table = tomllib.loads((data() / "claims.toml").read_text(encoding="utf-8"))
    return msgspec.convert(table["claim"], list[Claim])


def check(claim: Claim, measured: Measured) -> Finding:
    """Set a claim against what was measured on one machine.

    A ratio is reproduced if ours is at least as large, or its interval reaches as far; `measured` is what decides
    nothing: an unlike ratio, a bound on the wrong side, a capacity on a larger GPU.
    """
    if claim.ratio is None:
        return _capacity(claim, measured)
    engine, baseline = claim.nearest or claim.engine, claim.nearest_baseline or claim.baseline
    cells = [
        cell
        for cell in measured.cells
        if cell.record.task.engine == engine
        and cell.record.task.algorithm == claim.algorithm
        and claim.dataset in {"", cell.record.task.dataset}
    ]
    pairs = [
        (cell, each)
        for cell in cells
        for each in (cell.main, cell.best)
        if each is not None and each.baseline == baseline
    ]
    given = [(cell, each) for cell, each in pairs if _ours(each, claim.timed) is not None]
    if not given:
        return Finding(claim=claim, status=_absent(engine, measured), remark=_why_absent(claim, cells, measured))
    cell, each = max(given, key=lambda pair: (pair[1].verdict is Verdict.LIKE, _ours(pair[1], claim.timed) or 0.0))
    return _judged(claim, cell, each)


def _ours(each: Comparison, timed: str) -> float | None:
    return each.ratio_run if timed == "run" else each.ratio_end_to_end


def _judged(claim: Claim, cell: Cell, each: Comparison) -> Finding:
    value = _ours(each, claim.timed)
    assert value is not None
    assert claim.ratio is not None
    ends = (each.interval or each.range) if claim.timed == "run" else None
    reaches = max(value, ends[1] if ends else value) >= claim.ratio
    status: Status = "reproduced" if reaches else "not reproduced"
    undecided = (each.bound == "lower" and not reaches) or (each.bound == "upper" and reaches)
    if each.verdict is not Verdict.LIKE or undecided:
        status = "measured"
    shown = f" {span(*ends, interval=each.interval is not None)}" if ends else ""
    other = each.ratio_end_to_end if claim.timed == "run" else each.ratio_run
    names = ("run", "end to end") if claim.timed == "run" else ("end to end", "run")
    return Finding(
        claim=claim,
        status=status,
        ours=f"{ratio(value, bound=each.bound)}{shown} {names[0]}; {ratio(other, bound=each.bound)} {names[1]}",
        remark="; ".join([_nearest(claim, cell, each), *each.reasons]).strip("; "),
    )


def _nearest(claim: Claim, cell: Cell, each: Comparison) -> str:
    parts = [] if claim.dataset else [f"on {cell.record.task.dataset}"]
    if claim.nearest_baseline:
        parts.append(f"against {each.baseline} instead of {claim.baseline}")
    if claim.nearest or cell.label != claim.engine:
        parts.append(f"with {cell.label}")
    return ", ".join(parts)


def _absent(engine: str, measured: Measured) -> Status:
    ran = any(cell.record.task.engine == engine and cell.record.outcome not in NEVER_RAN for cell in measured.cells)
    return "not measured" if ran else "not runnable here"


def _why_absent(claim: Claim, cells: Sequence[Cell], measured: Measured) -> str:
    engine = claim.nearest or claim.engine
    if _absent(engine, measured) == "not runnable here":
        return f"{engine} did not run on this machine"
    if not cells:
        return f"{claim.algorithm} on {claim.dataset or 'any graph'} was not measured with {engine}"
    failed = [
        f"{cell.label}: {str(cell.record.outcome).replace('_', ' ')}"
        for cell in cells
        if cell.record.outcome is not Outcome.OK
    ]
    refused = [reason for cell in cells for each in (cell.main,) if each for reason in each.reasons]
    return listed(failed) or "; ".join(refused) or f"not set against {claim.nearest_baseline or claim.baseline}"


def _capacity(claim: Claim, measured: Measured) -> Finding:
    """How large a graph: the largest that the engine finished, on GPUs such as the claim speaks of."""
    done = [
        cell for cell in measured.cells
        if cell.record.task.engine == claim.engine and cell.record.outcome is Outcome.OK and cell.edges
    ]  # fmt: skip
    if not done:
        return Finding(
            claim=claim, status=_absent(claim.engine, measured), remark=f"{claim.engine} finished no graph here"
        )
    largest = max(done, key=lambda cell: (cell.edges, cell.label))
    gpus = largest.record.environment.gpus if largest.record.environment else []
    smallest = min((gpu.memory_bytes for gpu in gpus), default=0)
    ours = f"{largest.edges:,} edges ({largest.record.task.algorithm} on {largest.record.task.dataset})"
    where = f"on {count(len(gpus), 'GPU')} of {memory(smallest)}" if gpus else "without a GPU"
    if claim.gpus > len(gpus):
        return Finding(claim=claim, status="not runnable here", ours=ours, remark=f"{where}, {claim.gpus} are needed")
    larger = claim.gpu_memory_bytes is not None and smallest > claim.gpu_memory_bytes
    if claim.num_edges is None or largest.edges < claim.num_edges:
        return Finding(
            claim=claim, status="not measured", ours=ours, remark=f"{where}; the largest graph that was tried"
        )
    return Finding(claim=claim, status="measured" if larger else "reproduced", ours=ours, remark=where)
