"""Who agreed with whom, by how much, and which certificates were shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from graphbench.records.model import Certificate, Outcome
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import plain
from graphbench.system.text import count


class _Pair(NamedTuple):
    """How often the answers of two engines to one problem agreed in which way, and the largest difference."""

    problem: str
    engine: str
    other: str
    kinds: Counter[str]
    apart: float


class _Certificates(NamedTuple):
    """The certificates of one engine's answers to one problem."""

    problem: str
    label: str
    shown: list[Certificate]
    wrong: int


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
    blocks.append(Fold(f"Certificates, checks independent of every engine ({len(checked)})", [shown]))
    return Section("Agreement and certificates", f"{key}agreement", blocks)


def _disagreements(measured: Measured) -> list[str]:
    found = []
    for case in measured.cases:
        for agreement in case.record.agreement:
            if agreement.kind == "differs":
                most = f" by up to {agreement.max_difference:.3g}" if agreement.max_difference is not None else ""
                where = f", most at {agreement.at:,}" if agreement.at is not None else ""
                found.append(
                    plain(
                        f"{case.problem} on {case.record.task.dataset}: {case.label} differs from "
                        f"{agreement.engine}{most}{where}"
                    )
                )
    return found


def _failures(measured: Measured) -> list[str]:
    return [
        plain(f"{case.problem} on {case.record.task.dataset}: {case.label} is wrong: {case.record.certificate.detail}")
        for case in measured.cases
        if case.record.certificate is not None and not case.record.certificate.valid
    ]


def _pairs(measured: Measured) -> Table[_Pair]:
    kinds: dict[tuple[str, str, str], Counter[str]] = {}
    apart: dict[tuple[str, str, str], float] = {}
    for case in measured.cases:
        for agreement in case.record.agreement:
            one, two = sorted((case.record.task.engine, agreement.engine))
            pair = (case.problem, one, two)
            kinds.setdefault(pair, Counter())[agreement.kind] += 1
            apart[pair] = max(apart.get(pair, 0.0), agreement.max_difference or 0.0)

    def number(title: str, kind: str) -> Column[_Pair]:
        return Column(title, lambda pair: str(pair.kinds[kind] or ""), right=True)

    return Table(
        [_Pair(*pair, counted, apart[pair]) for pair, counted in sorted(kinds.items())],
        [
            Column("problem", lambda pair: pair.problem),
            Column("engine", lambda pair: pair.engine),
            Column("other engine", lambda pair: pair.other),
            number("exact", "exact"),
            number("equivalent", "equivalent"),
            number("within epsilon", "epsilon"),
            number("by NMI", "nmi"),
            replace(number("differ", "differs"), tone=lambda pair: "bad" if pair.kinds["differs"] else ""),
            Column("largest difference", lambda pair: f"{pair.apart:.3g}" if pair.apart else "", right=True),
        ],
    )


def _certificates(cases: list[Case]) -> Table[_Certificates]:
    rows = []
    for problem, label in sorted({(case.problem, case.label) for case in cases}):
        own = [case for case in cases if (case.problem, case.label) == (problem, label)]
        shown = [case.record.certificate for case in own if case.record.certificate is not None]
        rows.append(_Certificates(problem, label, shown, sum(case.record.outcome is Outcome.INVALID for case in own)))
    return Table(
        rows,
        [
            Column("problem", lambda row: row.problem),
            Column("engine", lambda row: row.label),
            Column("valid", lambda row: str(sum(certificate.valid for certificate in row.shown)), right=True),
            Column(
                "invalid", lambda row: str(row.wrong or ""), right=True, tone=lambda row: "bad" if row.wrong else ""
            ),
            Column(
                "answers checked", lambda row: str(sum(certificate.checked for certificate in row.shown)), right=True
            ),
            Column("for instance", _example),
        ],
    )


def _example(row: _Certificates) -> str:
    return plain(([certificate for certificate in row.shown if certificate.valid] or row.shown)[-1].detail)
