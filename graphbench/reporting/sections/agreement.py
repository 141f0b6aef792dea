"""Who agreed with whom, by how much, and which certificates were shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from graphbench.reporting import warned
from graphbench.reporting.document import Block, Bullets, Column, Fold, Section, Table, Text
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import plain
from graphbench.reporting.sections import method
from graphbench.reporting.sections.every_record import link
from graphbench.system.text import count


class _Pair(NamedTuple):
    """How often the answers of two engines to one problem agreed in which way, and the largest difference."""

    problem: str
    engine: str
    other: str
    kinds: Counter[str]
    apart: float


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
    if doubts := [
        method.in_words(kind) for kind in warned.kinds(case.record for case in checked) if warned.of_answers(kind)
    ]:
        blocks += [Text("Right by the certificate, but with a warning:", quiet=True), Bullets(doubts)]
    pairs = _pairs(measured)
    if pairs.rows:
        blocks.append(Fold(f"Answers compared with each other ({count(len(pairs.rows), 'pair')} of engines)", [pairs]))
    answers = sum(case.record.certificate.checked for case in checked if case.record.certificate)
    blocks.append(
        link(f"{answers:,} certificates, checks independent of every engine", measured, "certificate", key=key)
    )
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
