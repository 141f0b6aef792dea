"""Whether answers agree and are certified: what is wrong one by one, what is right in numbers."""

from __future__ import annotations

from collections import Counter

from graphbench.records.model import Agreement
from graphbench.reporting import warned
from graphbench.reporting.case import Case
from graphbench.reporting.document import Block, Bullets, Section, Text
from graphbench.reporting.measured import Measured
from graphbench.reporting.numbers import plain
from graphbench.reporting.sections.every_record import link
from graphbench.system.text import count, listed

_KINDS = {
    "exact": "the same",
    "equivalent": "the same up to renaming",
    "epsilon": "the same within the problem's tolerance",
    "nmi": "partitions compared by normalised mutual information",
    "differs": "different",
}


def section(measured: Measured) -> Section | None:
    """Disagreements and failed certificates one by one, warnings about answers, and how many answers agreed how.

    None where no answer was compared and none is doubtful: how many are certified is in the report's first section.
    """
    checked = [case for case in measured.cases if case.record.certificate is not None]
    troubles = [trouble for case in measured.cases for trouble in _troubles(case)]
    kinds = warned.kinds(case.record for case in checked).items()
    doubts = {kind: own for kind, own in kinds if kind.of_answer}
    found = Counter(one.kind for case in measured.cases for one in case.record.agreement)
    if not (troubles or doubts or found):
        return None
    blocks: list[Block] = []
    if troubles:
        blocks.append(Text(f"Disagreements and failed certificates, {len(troubles)} in all:", strong=True))
        blocks.append(Bullets(troubles))
    else:
        blocks.append(Text("No two engines disagreed, and no certificate failed.", strong=True))
    if doubts:
        blocks += [
            Text("Right by the certificate, but with a warning:", quiet=True),
            warned.bullets(doubts, measured.choice),
        ]
    if found:
        words = [f"{found[kind]:,} {words}" for kind, words in _KINDS.items() if found[kind]]
        blocks.append(Text(f"{count(found.total(), 'answer')} compared with another engine's: {listed(words)}."))
    answers = sum(case.record.certificate.checked for case in checked if case.record.certificate)
    blocks.append(link(f"{answers:,} certificates, independent of every engine", measured, "certificate"))
    return Section("Agreement and certificates", f"{measured.key}agreement", blocks)


def _troubles(case: Case) -> list[str]:
    where = f"{case.problem} on {case.record.task.dataset}: {case.label}"
    found = [f"{where} {_apart(one)}" for one in case.record.agreement if one.kind == "differs"]
    shown = case.record.certificate
    found += [f"{where} is wrong: {shown.detail}"] if shown is not None and not shown.valid else []
    return [plain(text) for text in found]


def _apart(agreement: Agreement) -> str:
    most = f" by up to {agreement.max_difference:.3g}" if agreement.max_difference is not None else ""
    where = f", most at {agreement.at:,}" if agreement.at is not None else ""
    return f"differs from {agreement.engine}{most}{where}"
