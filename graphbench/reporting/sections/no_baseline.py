"""The answer where nothing could be set against the baseline: what was measured, how large, and whether it is right."""

from __future__ import annotations

from collections import Counter

from graphbench.records.model import NEVER_RAN, Outcome
from graphbench.reporting.document import Table
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import plain, seconds, three
from graphbench.reporting.scaling import gpus
from graphbench.reporting.wording import NOTHING, outcome
from graphbench.system.text import count


def sentence(measured: Measured) -> str:
    """How much completed, how much of it was certified, and the largest graph; empty where nothing was begun."""
    begun = [case for case in measured.cases if case.record.outcome not in NEVER_RAN]
    done = [case for case in begun if case.record.outcome is Outcome.OK]
    if not begun:
        return ""
    certified = sum(_certified(case) for case in done)
    every = "all of them" if certified == len(done) else f"{certified:,} of them"
    told = f"{len(done):,} of {count(len(begun), 'task')} completed"
    told += f", {every} with a certified answer." if done else "."
    timed = [case for case in done if case.run]
    largest = max(timed, key=lambda case: (case.edges, -(case.run or 0.0)), default=None)
    if largest is not None and largest.edges:
        on = f" on {count(number, 'GPU')}" if (number := _gpus(largest)) else ""
        told += (
            f" The largest graph, {largest.record.task.dataset} with {count(largest.edges, 'edge')}, took "
            f"{largest.record.task.engine}{on} {seconds(largest.run)} for {largest.problem}."
        )
    return plain(told)


def table(measured: Measured) -> Table:
    """A row for each problem: the largest graph that any engine completed, by the quickest that did."""
    rows = []
    for problem, cases in measured.problems.items():
        begun = [case for case in cases if case.record.outcome not in NEVER_RAN]
        done = [case for case in begun if case.record.outcome is Outcome.OK]
        lost = Counter(outcome(case) for case in begun if case not in done)
        failed = ", ".join(f"{number:,} {words}" for words, number in lost.most_common())
        best = max(done, key=lambda case: (case.edges, -(case.run or 0.0)), default=None)
        if best is None:
            if begun:
                rows.append([problem, "none", *[NOTHING] * 6, f"0 of {len(begun):,}", failed])
            continue
        posed = best.record.posed
        rows.append(
            [
                problem,
                plain(best.record.task.dataset),
                f"{posed.num_vertices:,}" if posed else NOTHING,
                f"{best.edges:,}" if best.edges else NOTHING,
                best.label,
                str(_gpus(best) or NOTHING),
                seconds(best.run),
                three(best.edges / best.run) if best.run and best.edges else NOTHING,
                f"{sum(_certified(case) for case in done):,} of {len(begun):,}",
                failed,
            ]
        )
    heads = [
        "problem", "largest graph completed", "vertices", "edges", "engine", "GPUs", "run", "edges/s",
        "certified", "not completed",
    ]  # fmt: skip
    return Table(heads=heads, rows=rows, right=(2, 3, 5, 6, 7, 8))


def _certified(case: Case) -> bool:
    return case.record.certificate is not None and case.record.certificate.valid


def _gpus(case: Case) -> int:
    """How many GPUs it computed on; 0: on the CPU."""
    return gpus(case) or (1 if case.record.device == "gpu" else 0)
