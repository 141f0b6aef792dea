"""Claims: what was published, under which conditions, and what was measured here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graphbench.reporting.claims import check
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text, Tone
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import plain, ratio, seconds
from graphbench.reporting.published import Claim, Finding, claims

_TONES: dict[str, Tone] = {
    "reproduced": "good",
    "not reproduced": "bad",
    "refuted": "bad",
    "depends on the count": "doubtful",
    "open": "doubtful",
    "measured": "doubtful",
}

_ELSEWHERE = "not runnable here"


def section(measured: Measured, key: str) -> Section:
    """A row for each claim with a figure of ours, in the order of their file; the rest are lines that open to rows."""
    found = [check(claim, measured) for claim in claims()]
    counted = Counter(finding.status for finding in found)
    told = ", ".join(f"{number} {status}" for status, number in counted.most_common())
    how = Bullets(
        [
            "reproduced: our ratio, or its interval, reaches the published one; not reproduced: it does not",
            "measured: there is a figure, and it decides nothing (unlike, only a bound, or other hardware by far)",
            (
                "not measured: the engine ran here, that case did not; not runnable here: the engine did not run, or "
                "more GPUs are needed"
            ),
            (
                "capacities, by certified records within the memory of the claim: reproduced if a graph with so many "
                "edges completed; refuted if memory ran out on one with no more; open in between; not tried. Each is "
                "judged counting an undirected edge once and counting its two entries, as the claim does not tell"
            ),
        ]
    )
    told_on = [each for each in found if each.status in _TONES]
    untried = [each for each in found if each.status not in _TONES and each.status != _ELSEWHERE]
    away = [each for each in found if each.status == _ELSEWHERE]
    head = Text(f"{len(found)} published figures: {told}.", strong=True)
    blocks: list[Block] = [_table(told_on)] if told_on else []
    blocks += [Fold(_untried(untried), [_table(untried)])] if untried else []
    blocks += [Fold(_elsewhere(away), [_table(away)])] if away else []
    if told_on or untried:
        blocks.append(how)
    return Section("Claims", f"{key}claims", [head, *blocks])


def _table(found: Sequence[Finding]) -> Table[Finding]:
    return Table(
        found,
        [
            Column("claim", lambda each: _what(each.claim)),
            Column("published", lambda each: _published(each.claim)),
            Column("source and conditions", lambda each: plain(f"{each.claim.source}; {each.claim.conditions}")),
            Column("ours", lambda each: each.ours),
            Column("status", lambda each: each.status, tone=lambda each: _TONES.get(each.status, "quiet")),
            Column("remark", lambda each: plain(each.remark)),
        ],
    )


def _untried(found: Sequence[Finding]) -> str:
    """What the engines could run here, and did not."""
    counted = Counter(each.status for each in found)
    return f"Without a figure of ours: {', '.join(f'{number} {status}' for status, number in counted.most_common())}."


def _elsewhere(found: Sequence[Finding]) -> str:
    """All that cannot run here, by their reasons, each with how many it keeps away."""
    why = Counter(each.remark for each in found)
    reasons = "; ".join(f"{plain(remark)} ({number})" for remark, number in why.most_common())
    return f"{len(found)} {'is' if len(found) == 1 else 'are'} {_ELSEWHERE}: {reasons}."


def _what(claim: Claim) -> str:
    if claim.text:
        return f"{claim.text}: {claim.algorithm}" if claim.algorithm else claim.text
    return f"{claim.algorithm} on {claim.dataset or 'any graph'}: {claim.engine} vs {claim.baseline}"


def _published(claim: Claim) -> str:
    parts = []
    if claim.ratio is not None:
        how = " end to end" if claim.timed == "end_to_end" else ""
        parts.append(f"{'up to ' if claim.bound else ''}{ratio(claim.ratio)}{how}")
    if claim.seconds is not None:
        parts.append(f"{seconds(claim.seconds)} against {seconds(claim.baseline_seconds)}")
    if claim.modularity is not None:
        parts.append(f"modularity {claim.modularity:g} against {claim.baseline_modularity:g}")
    return "; ".join(parts)
