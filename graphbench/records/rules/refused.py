"""When no ratio is given, or only a bound on it."""

from __future__ import annotations

from graphbench.records.model import NEVER_RAN, Outcome, Record
from graphbench.records.rules.base import REFUSED, UNDECIDED, Pair, names, rule
from graphbench.system.text import format_seconds


@rule("machine", REFUSED, meaning="The two sides ran on different machines.", remedy="Measure both on one machine.")
def _machine(pair: Pair) -> str:
    one, two = (record.environment for record in pair.sides)
    if one is None or two is None or one.machine == two.machine:
        return ""
    here, there = names(pair)
    return (
        f"{here} ran on {one.cpu} ({one.cores} cores), {there} on {two.cpu} ({two.cores} cores), machine {two.machine}"
    )


@rule(
    "dataset",
    REFUSED,
    meaning="The two sides ran on different graphs.",
    remedy="Measure both again on the current version of the dataset.",
)
def _dataset(pair: Pair) -> str:
    one, two = (record.dataset for record in pair.sides)
    if one is None or two is None:
        return ""
    if one.digest != two.digest:
        return f"{one.name} was not the same graph for both ({one.digest[:12]} and {two.digest[:12]})"
    if one.num_edges != two.num_edges:
        return f"one graph, but {one.num_edges:,} edges against {two.num_edges:,}: matrix entries were counted as edges"
    return ""


@rule(
    "invalid",
    REFUSED,
    meaning="An answer failed its certificate, the check that does not depend on any engine.",
    remedy="A wrong answer has no speed: look at the certificate and report it to the engine's authors.",
)
def _invalid(pair: Pair) -> str:
    for record in pair.sides:
        certificate = record.certificate
        if record.outcome is Outcome.INVALID or (certificate is not None and not certificate.valid):
            detail = certificate.detail if certificate is not None and not certificate.valid else record.reason
            return f"the answer of {record.task.engine} failed its certificate: {detail}"
    return ""


@rule(
    "stale",
    REFUSED,
    meaning="The engine, the graph or the measuring code has changed since the record was made.",
    remedy="Measure again.",
)
def _stale(pair: Pair) -> str:
    earlier = "measured under earlier rules of measurement"
    changed = [
        f"{record.task.engine}: {pair.stale.get(record.id, earlier)}"
        for record in pair.sides
        if record.superseded or record.id in pair.stale
    ]
    return f"measured before something changed ({'; '.join(changed)})" if changed else ""


@rule("no_time", REFUSED, meaning="A side has no time to compare.", remedy="See the reason of its outcome.")
def _no_time(pair: Pair) -> str:
    if pair.ratio is not None:
        return ""
    without = [record for record in pair.sides if record.outcome is not Outcome.OK] or list(pair.sides)
    return " and ".join(_why_no_time(record) for record in without)


def _why_no_time(record: Record) -> str:
    name = record.task.engine
    if record.outcome is Outcome.OK:
        return f"{name} has no complete call"
    if record.outcome in NEVER_RAN:
        why = record.reason.partition(". ")[0]
        return f"{name} is {record.outcome.in_words}{f' ({why})' if why else ''}"
    how = record.outcome.in_words
    return f"{name} has no time ({how}{f' in {record.censored.where}' if record.censored else ''})"


@rule(
    "bound",
    UNDECIDED,
    meaning="The time limit stopped one side, so the ratio is at least or at most this.",
    remedy="Raise --timeout, so that both sides answer.",
)
def _bound(pair: Pair) -> str:
    stopped = pair.baseline if pair.bound == "lower" else pair.engine
    if pair.bound is None or stopped.censored is None:
        return ""
    after, where = format_seconds(stopped.censored.after_s), stopped.censored.where
    sign = "more" if pair.bound == "lower" else "less"
    return (
        f"{stopped.task.engine} has no answer: it was stopped after {after} in {where}, so the ratio is this or {sign}"
    )
