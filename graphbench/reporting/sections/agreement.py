"""Who agreed with whom, by how much, and which certificates were shown."""

from __future__ import annotations

from collections import Counter

from graphbench.records.model import Outcome
from graphbench.reporting.document import Block, Bullets, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import plain
from graphbench.system.text import count

_KINDS = ("exact", "equivalent", "epsilon", "nmi", "differs")


def section(measured: Measured, key: str) -> Section | None:
    """A row for each problem and pair of engines; disagreements and failed certificates above, one by one."""
    checked = [case for case in measured.cases if case.record.certificate is not None]
    if not checked:
        return None
    blocks: list[Block] = []
    troubles = _disagreements(measured) + _failures(measured)
    if troubles:
        blocks.append(Text(f"Disagreements and failed certificates, {len(troubles)} in all:", strong=True))
        blocks.append(Bullets(troubles))
    else:
        blocks.append(Text("No two engines disagreed, and no certificate failed.", strong=True))
    pairs, shown = _pairs(measured), _certificates(checked)
    if pairs.rows:
        blocks.append(Fold(f"Answers compared with each other ({count(len(pairs.rows), 'pair')} of engines)", [pairs]))
    blocks.append(Fold(f"Certificates, each a check that takes no engine's word ({len(checked)})", [shown]))
    return Section("Agreement and certificates", f"{key}agreement", blocks)


def _disagreements(measured: Measured) -> list[str]:
    found = []
    for case in measured.cases:
        for each in case.record.agreement:
            if each.kind == "differs":
                most = f" by up to {each.max_difference:.3g}" if each.max_difference is not None else ""
                where = f", most at {each.at:,}" if each.at is not None else ""
                found.append(
                    plain(
                        f"{case.problem} on {case.record.task.dataset}: {case.label} differs from "
                        f"{each.engine}{most}{where}"
                    )
                )
    return found


def _failures(measured: Measured) -> list[str]:
    return [
        plain(f"{case.problem} on {case.record.task.dataset}: {case.label} is wrong: {case.record.certificate.detail}")
        for case in measured.cases
        if case.record.certificate is not None and not case.record.certificate.valid
    ]


def _pairs(measured: Measured) -> Table:
    kinds: dict[tuple[str, str, str], Counter[str]] = {}
    apart: dict[tuple[str, str, str], float] = {}
    for case in measured.cases:
        for each in case.record.agreement:
            one, two = sorted((case.record.task.engine, each.engine))
            pair = (case.problem, one, two)
            kinds.setdefault(pair, Counter())[each.kind] += 1
            apart[pair] = max(apart.get(pair, 0.0), each.max_difference or 0.0)
    rows = [
        [
            problem,
            one,
            two,
            *(str(counted[kind] or "") for kind in _KINDS),
            f"{apart[problem, one, two]:.3g}" if apart[problem, one, two] else "",
        ]
        for (problem, one, two), counted in sorted(kinds.items())
    ]
    tones = [{7: "bad"} if row[7] else {} for row in rows]
    heads = [
        "problem",
        "engine",
        "other engine",
        "exact",
        "equivalent",
        "within epsilon",
        "by NMI",
        "differ",
        "largest difference",
    ]
    return Table(heads=heads, rows=rows, right=tuple(range(3, 9)), tones=tones)


def _certificates(cases: list[Case]) -> Table:
    rows = []
    for problem, label in sorted({(case.problem, case.label) for case in cases}):
        own = [case for case in cases if (case.problem, case.label) == (problem, label)]
        shown = [case.record.certificate for case in own if case.record.certificate is not None]
        valid = [each for each in shown if each.valid]
        answers = sum(each.checked for each in shown)
        wrong = sum(case.record.outcome is Outcome.INVALID for case in own)
        rows.append(
            [problem, label, str(len(valid)), str(wrong or ""), str(answers), plain((valid or shown)[-1].detail)]
        )
    tones = [{3: "bad"} if row[3] else {} for row in rows]
    heads = ["problem", "engine", "valid", "invalid", "answers checked", "for instance"]
    return Table(heads=heads, rows=rows, right=(2, 3, 4), tones=tones)
