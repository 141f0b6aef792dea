"""The chart of the answer: one row for each problem, the mean of the leading engine's ratios and their range."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graphbench.reporting import means
from graphbench.reporting.charts import bars, drawing, style
from graphbench.reporting.document import Chart
from graphbench.reporting.measured import Case, Measured
from graphbench.reporting.numbers import ratio
from graphbench.reporting.speeds import Speed


def overview(measured: Measured, lead: str, kind: str, kinds: Collection[str], *, name: str) -> Chart | None:
    """The chart over graphs of one kind; None where no problem has a ratio that counts."""
    rows = [
        _bar(problem, own, measured.colours[lead])
        for problem, cases in measured.problems.items()
        if (own := means.by_kind(means.started(cases, lead)).get(kind))
    ]
    if not any(row.ratio or row.first_answer for row in rows):
        return None
    title = f"{lead} against {measured.baseline}: mean and range over (n) {means.noun(kind, kinds)}s"
    heading = f"{lead} against {measured.baseline}: geometric mean and range over (n) {means.noun(kind, kinds)}s"
    alt = f"{heading}: " + "; ".join(f"{row.label} {row.value} {bars.in_prose(row.text)}" for row in rows)
    with style.style():
        svg = drawing.to_svg(bars.speedups([bars.Rows(title, rows)], baseline=measured.baseline), name, alt)
    return Chart(name=name, svg=svg, alt=alt, caption=f"{heading} (only like with like; on {measured.name})")


def _bar(problem: str, cases: Sequence[Case], colour: str) -> bars.Bar:
    known = means.against(cases)
    by_total: dict[str, Speed] = {speed.total: speed for speed in known.over_baseline()}
    call, answer, script = (by_total.get(total) for total in ("warm call", "first answer", "whole script"))
    number = f" ({call.ratios if call else answer.ratios if answer else 0})"
    room = (bars.LABEL if call else bars.LABEL_ALONE) - len(number)
    text = bars.marks(*(ratio(speed.value) if speed else "" for speed in (answer, script)))
    return bars.Bar(
        label=f"{bars.shortened(problem, room)}{number}",
        value=ratio(call.value) if call else "",
        text=text or _best_cpu(known) or "no ratio that compares like with like",
        ratio=call.value if call else None,
        ends=call.ends if call else None,
        first_answer=answer.value if answer else None,
        whole_script=script.value if script else None,
        colour=colour,
    )


def _best_cpu(known: means.Against) -> str:
    """The means against the best CPU engines, with their names: what a row has without a bar."""
    found = ", ".join(f"{speed.total} {ratio(speed.value)}" for speed in known.over_best_cpu())
    return f"{found} vs best CPU ({known.best_cpu})" if found else ""
