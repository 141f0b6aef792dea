"""Claims: what was published, under which conditions, and what was measured here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graphbench.records.comparison import Comparison
from graphbench.records.rules import Verdict, readable
from graphbench.reporting import capacity_claims
from graphbench.reporting.case import Case
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import plain, ratio, seconds, span
from graphbench.reporting.published import Claim, ClaimCheck, Status, claims
from graphbench.system.text import listed

_TONES: dict[str, Tone] = {
    "reproduced": "good",
    "refuted": "bad",
    "not reproduced": "bad",
    "depends on the count": "doubtful",
    "open": "doubtful",
    "measured": "doubtful",
}
"""The findings with a number of ours, in the order in which they are shown."""
_MEANINGS = (
    "reproduced: our ratio, or its interval, reaches the published one; not reproduced: it does not",
    "measured: there is a number, but it decides nothing (unlike, only a bound, or very different hardware)",
    "not measured: the engine ran here, that case did not; not runnable here: it did not run, or needs more GPUs",
    (
        "capacities, by certified records within the memory of the claim: reproduced if a graph with so many edges "
        "completed; refuted if memory ran out on one with no more; open in between; not tried. Each is checked twice, "
        "counting an undirected edge once and as two entries: the claim does not say which"
    ),
)


def section(measured: Measured) -> Section | None:
    """A line for each claim that we have a number for, those reproduced or refuted first; the others are folded.

    None where we have a number for none.
    """
    found = [check(claim, measured) for claim in claims()]
    order = [*_TONES, *dict.fromkeys(finding.status for finding in found)]
    found.sort(key=lambda finding: order.index(finding.status))
    counted = Counter(finding.status for finding in found)
    statuses = ", ".join(f"{number} {status}" for status, number in counted.items())
    compared = [finding for finding in found if finding.status in _TONES]
    others = found[len(compared) :]
    if not compared:
        return None
    blocks: list[Block] = [Text(f"{len(found)} published numbers: {statuses}.", strong=True), _table(compared)]
    blocks += [Fold(f"{len(others)} without a number of ours", [_table(others)])] if others else []
    blocks.append(Fold("What the findings mean", [Bullets(_MEANINGS)]))
    return Section("Claims", f"{measured.key}claims", blocks)


def _table(found: Sequence[ClaimCheck]) -> Table[ClaimCheck]:
    return Table(
        found,
        [
            Column("finding", lambda finding: finding.status, tone=lambda finding: _TONES.get(finding.status, "quiet")),
            Column("published, and ours", _line),
            Column("source, conditions, details", _details),
        ],
    )


def _line(finding: ClaimCheck) -> str:
    """A claim and our number in one line: `louvain on G, cugraph vs networkx: 900x published; 450x warm call here`."""
    claim = finding.claim
    how = " by first answer" if claim.timed == "first_answer" else ""
    published = f"{'up to ' if claim.bound else ''}{ratio(claim.ratio)}{how} published" if claim.ratio else ""
    numbers = "; ".join(filter(None, (published, f"{finding.ours} here" if finding.ours else "")))
    return plain(f"{_what(claim)}: {numbers}" if numbers else _what(claim))


def _details(finding: ClaimCheck) -> str:
    claim = finding.claim
    times = f"{seconds(claim.seconds)} against {seconds(claim.baseline_seconds)}" if claim.seconds else ""
    quality = f"modularity {claim.modularity:g} against {claim.baseline_modularity:g}" if claim.modularity else ""
    return plain("; ".join(filter(None, (finding.remark, claim.source, claim.conditions, times, quality))))


def _what(claim: Claim) -> str:
    if claim.text:
        return f"{claim.text}: {claim.algorithm}" if claim.algorithm else claim.text
    return f"{claim.algorithm} on {claim.dataset or 'any graph'}, {claim.engine} vs {claim.baseline}"


def check(claim: Claim, measured: Measured) -> ClaimCheck:
    """Compare a claim with what was measured on one machine.

    A ratio is reproduced if ours is at least as large, or if its interval contains it. An unlike ratio, or a bound on
    the wrong side, decides nothing (`measured`). :mod:`graphbench.reporting.capacity_claims` decides on capacities.
    """
    if claim.ratio is None:
        return capacity_claims.check(claim, measured)
    engine, baseline = claim.nearest or claim.engine, claim.nearest_baseline or claim.baseline
    cases = [
        case
        for case in measured.cases
        if case.engine == engine
        and case.record.task.algorithm == claim.algorithm
        and claim.dataset in {"", case.record.task.dataset}
    ]
    pairs = [
        (case, comparison)
        for case in cases
        for comparison in (case.main, case.best)
        if comparison is not None and comparison.baseline == baseline
    ]
    given = [(case, comparison) for case, comparison in pairs if _ours(comparison, claim.timed) is not None]
    if not given:
        return ClaimCheck(claim=claim, status=_absent(engine, measured), remark=_why_absent(claim, cases, measured))
    case, comparison = max(
        given, key=lambda pair: (pair[1].verdict is Verdict.LIKE, _ours(pair[1], claim.timed) or 0.0)
    )
    return _judged(claim, case, comparison)


def _ours(comparison: Comparison, timed: str) -> float | None:
    return comparison.ratio_call if timed == "call" else comparison.ratio_first_answer


def _judged(claim: Claim, case: Case, comparison: Comparison) -> ClaimCheck:
    value = _ours(comparison, claim.timed)
    assert value is not None
    assert claim.ratio is not None
    ends = (comparison.interval or comparison.range) if claim.timed == "call" else None
    reaches = max(value, ends[1] if ends else value) >= claim.ratio
    status: Status = "reproduced" if reaches else "not reproduced"
    undecided = (comparison.bound == "lower" and not reaches) or (comparison.bound == "upper" and reaches)
    if comparison.verdict is not Verdict.LIKE or undecided:
        status = "measured"
    shown = f" {span(*ends, interval=comparison.interval is not None)}" if ends else ""
    other = comparison.ratio_first_answer if claim.timed == "call" else comparison.ratio_call
    call = "first call" if comparison.first_calls else "warm call"
    names = (call, "first answer") if claim.timed == "call" else ("first answer", call)
    return ClaimCheck(
        claim=claim,
        status=status,
        ratio=value,
        ours=f"{ratio(value, bound=comparison.bound)}{shown} {names[0]}; "
        f"{ratio(other, bound=comparison.bound)} {names[1]}",
        remark="; ".join([_nearest(claim, case, comparison), *map(readable, comparison.reasons)]).strip("; "),
    )


def _nearest(claim: Claim, case: Case, comparison: Comparison) -> str:
    parts = [] if claim.dataset else [f"on {case.record.task.dataset}"]
    if claim.nearest_baseline:
        parts.append(f"against {comparison.baseline} instead of {claim.baseline}")
    if claim.nearest or case.label != claim.engine:
        parts.append(f"with {case.label}")
    return ", ".join(parts)


def _absent(engine: str, measured: Measured) -> Status:
    ran = any(case.engine == engine and case.ran for case in measured.cases)
    return "not measured" if ran else "not runnable here"


def _bounded(case: Case) -> bool:
    """Whether the memory was limited: a failure then says how much fits and nothing about speed."""
    lost = case.record.censored
    return case.record.task.params.get("device_memory_limit") is not None or (
        lost is not None and lost.limit_bytes is not None
    )


def _why_absent(claim: Claim, cases: Sequence[Case], measured: Measured) -> str:
    engine = claim.nearest or claim.engine
    if _absent(engine, measured) == "not runnable here":
        return f"{engine} did not run on this machine"
    cases = [case for case in cases if not _bounded(case)]
    if not cases:
        return f"{claim.algorithm} on {claim.dataset or 'any graph'} was not measured with {engine}"
    failed = [f"{case.label}: {case.record.outcome.in_words}" for case in cases if not case.answered]
    refused = [readable(reason) for case in cases if case.main for reason in case.main.reasons]
    return listed(failed) or "; ".join(refused) or f"not compared with {claim.nearest_baseline or claim.baseline}"
