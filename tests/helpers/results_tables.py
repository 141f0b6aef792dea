"""What documentation shows of capacity, several GPUs, published claims and twins, from committed records."""

import json
import re
from statistics import median

from graphbench.records.ratios import round_medians
from graphbench.reporting import markdown
from graphbench.reporting.capacity import largest
from graphbench.reporting.document import Column, Table
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.numbers import NOTHING, TIMES, plain, ratio
from graphbench.reporting.published import claims as published_claims
from graphbench.reporting.sections import capacity, claims, no_baseline, scaling
from graphbench.system.text import listed
from helpers.gpu_ratios import newest
from helpers.published import ROOT, first, published, read, reports

TWINS = ROOT / "reports/twins.json"
LEAST_S = 0.001
"""A shorter call says nothing of reuse."""
SOURCES = {"RAPIDS": "RAPIDS", "cuGraph": "cuGraph's own documentation", "": "Others"}
"""Who claims it, by how the source begins."""
ORDER = ("reproduced", "not reproduced", "refuted", "depends on the count", "open", "measured", "not measured")


def _measured(*files):
    return group_by_machine(read(*files), "networkx", {})[0]


def _columns(table, *titles):
    """Some columns of a table of reports."""
    columns = {column.title: column for column in table.columns}
    return Table(table.items, [columns[title] for title in titles])


def _tables(section):
    return [block for block in section.blocks if isinstance(block, Table)]


def how_much_fits():
    """For each report the largest graph that completed within a limit and the next one, for each problem and engine."""
    shown = (
        "algorithm",
        "engine",
        "edges, once",
        "entries",
        "peak",
        "bytes per edge",
        "its edges",
        "failed in",
        "boundary",
    )

    def one(report):
        table, *_ = _tables(capacity.section(_measured(*report.files)))
        return f"{_origin(report)}\n\n{markdown.text([_columns(table, *shown)])}"

    return "\n\n".join(map(one, reports("capacity")))


def capacity_sentences():
    """How many edges fit, by report, engine and limit."""
    return [
        f"[{limit}](docs/results.md#how-much-fits) of one {_gpu(report)}, {rest}"
        for report in reports("capacity")
        for limit, rest in (said.split(", ", 1) for said in largest(_measured(*report.files)))
    ]


def several_gpus():
    """For each report the largest graphs on several GPUs, and one graph on more and more of them."""

    def one(report):
        measured = _measured(*report.files)
        largest = _columns(
            no_baseline.table(measured), "problem", "warm call", "size", "GPUs", "certified", "not completed"
        )
        growing, *_ = _tables(scaling.section(measured))
        shown = (
            "problem",
            "graph",
            "edges",
            "GPUs",
            "warm call",
            "collect",
            "speedup",
            "efficiency",
            "first answer speedup",
        )
        speedup = _columns(growing, *shown)
        return (
            f"{_origin(report)}\n\n{markdown.text([largest])}\n\nOne graph on more and more GPUs:\n\n"
            f"{markdown.text([speedup])}"
        )

    return "\n\n".join(map(one, reports("several")))


def scaling_sentences():
    """How much faster one graph becomes on two GPUs than on one."""
    report = first("several")
    found = {}
    for curve in scaling.curves(_measured(*report.files)):
        for step in curve:
            if (step.on, step.gpus) == (1, 2) and step.speedup:
                found.setdefault(step.case.edges, []).append(step)
    return [
        f"[On two GPUs](docs/results.md#several-gpus) ({_gpu(report)}, {gains[0].case.engine}) instead of one, on a "
        f"graph of {edges:,} edges, warm calls are {listed(list(map(_gain, gains)))} as fast, and first answers, which "
        f"are collected on the host, {listed(list(map(_gain_of_first_answers, gains)))}{_rules(report)}."
        for edges, gains in sorted(found.items())
    ]


def _gain(step):
    calls, before = step.case.record.phases.call_s, step.base.record.phases.call_s
    if step.case.first_only:
        return f"{ratio(step.speedup)} ({step.case.problem}, one first call each)"
    same = min(before) <= max(calls) and min(calls) <= max(before)
    return f"{ratio(step.speedup)} ({step.case.problem}{', no difference found' if same else ''})"


def _gain_of_first_answers(step):
    answers = [case.record.phases.first_answer_s for case in (step.base, step.case)]
    return f"{ratio(answers[0] / answers[1])} ({step.case.problem})"


def _gpu(report):
    """The name of the GPU that a report was measured on."""
    known = (record.environment for record in read(*report.files) if record.environment is not None)
    return next(one.gpus[0].name for one in known if one.gpus)


def _rules(report):
    """What to add to a sentence on a report if its records are from before the rules changed."""
    return ", under earlier rules" if all(record.superseded for record in read(*report.files)) else ""


def _origin(report):
    """Where and when the records of a report were measured, and whether earlier rules held."""
    records = [record for record in read(*report.files) if record.environment is not None]
    days = sorted({record.measured_at[:10] for record in records})
    where = f"[The report](../reports/{report.folder}/README.md)" if report.folder else "The records"
    verb = "was" if report.folder else "were"
    return (
        f"{where} {verb} measured {' to '.join(dict.fromkeys([days[0], days[-1]]))} on {_gpu(report)} with cuGraph "
        f"{records[0].environment.engine_version}{_rules(report)}."
    )


def answers_to_claims():
    """A line for each claim; capacities, and claims that we have no number for, share one over their problems."""
    places = [_measured(*one.files) for one in reports("published", "capacity", "several")]
    found = {title: {} for title in SOURCES.values()}
    machines = {}
    for claim in published_claims():
        checks = [(claims.check(claim, place), place) for place in places]
        best, place = min(checks, key=lambda one: _by_finding(one[0]))
        machines[id(best)] = next(
            case.record.environment.gpus[0].name for case in place.cases if case.record.device == "gpu"
        )
        who = next(title for start, title in SOURCES.items() if claim.source.startswith(start))
        alone = bool(best.ours) and not claim.num_edges
        key = claim.text or (repr(claim) if alone else (claim.source, claim.dataset, claim.engine, claim.conditions))
        found[who].setdefault(key, []).append(best)
    parts = [
        f"## {who}\n\n" + "\n".join(_line(checks, machines[id(checks[0])]) for checks in groups.values())
        for who, groups in found.items()
    ]
    return "\n\n".join(parts)


def _by_finding(check):
    """A key to sort by: of checks with the same finding, that with our largest ratio is the claim's best case."""
    return (*ORDER, check.status).index(check.status), -(check.ratio or 0)


def _line(checks, machine):
    claim = checks[0].claim
    if claim.text:
        by_status = {}
        for check in checks:
            status = "not measured" if check.status == "not runnable here" else check.status
            by_status.setdefault(status, []).append(check.claim.algorithm)
        ours = "; ".join(f"{status} for {listed(names)}" for status, names in by_status.items())
        return f"- **{claim.text}**: {ours} ({claim.source}; {claim.conditions})"
    where = f" on {claim.dataset}" if claim.dataset else ""
    names = listed(list(dict.fromkeys(f"{check.claim.algorithm} {_published(check.claim)}" for check in checks)))
    said = f"**{claim.engine}, {names} as fast as {claim.baseline}{where}**"
    status = "cannot be measured with our engines" if checks[0].status == "not runnable here" else checks[0].status
    quality = f"; modularity {claim.modularity:g} against {claim.baseline_modularity:g}" if claim.modularity else ""
    here = f", {checks[0].ours} on one {machine}" if checks[0].ours else ""
    remark = f" ({checks[0].remark})" if checks[0].ours and checks[0].remark else ""
    return plain(f"- {said}: {status}{here}{remark} ({claim.source}; {claim.conditions}{quality})")


def _published(claim):
    return f"{'up to ' if claim.bound else ''}{claim.ratio:,g}{TIMES}"


def reuse():
    """How long calls of GPU engines take on graphs that are built anew, against their warm calls."""
    found = {}
    for record in read(*published().files):
        warm, rebuilt = record.phases.call_s, record.phases.rebuilt_s
        if record.device == "gpu" and len(warm) >= 3 and len(rebuilt) >= 3 and median(warm) > LEAST_S:
            found.setdefault(record.task.engine, []).append(median(rebuilt) / median(warm))
    return _spreads(found)


def processes():
    """How much longer warm calls take in the slowest of several processes than in the fastest."""
    found = {}
    for record in newest():
        (times,) = round_medians([record])
        if len(times) > 1:
            found.setdefault(record.task.engine, []).append(max(times) / min(times))
    return _spreads(found)


def allocators():
    """How many times as fast warm calls of GPU engines are with CUDA's own pool as with the default allocator."""
    calls, found = {}, {}
    for report in reports("published"):
        for record in read(*report.files):
            if record.device == "gpu" and record.phases.call_s:
                rest = dict(record.task.params)
                allocator = rest.pop("allocator", None)
                task = record.task
                key = report.folder, task.engine, task.algorithm, task.dataset, repr(sorted(rest.items()))
                calls.setdefault(key, {})[allocator] = median(record.phases.call_s)
    for (_, engine, *_), times in calls.items():
        if {"default", "async"} <= times.keys():
            found.setdefault(engine, []).append(times["default"] / times["async"])
    return _spreads(found)


def _spreads(found):
    """The ratios of each engine."""
    return markdown.text(
        [
            Table(
                sorted(found.items()),
                [
                    Column("engine", lambda row: row[0]),
                    Column("cases", lambda row: str(len(row[1])), right=True),
                    Column("smallest", lambda row: ratio(min(row[1])), right=True),
                    Column("median", lambda row: ratio(median(row[1])), right=True),
                    Column("largest", lambda row: ratio(max(row[1])), right=True),
                ],
            )
        ]
    )


def twins():
    """CPU time on a twin as a multiple of that on its original, with earlier twins and with these."""
    known = json.loads(TWINS.read_text(encoding="utf-8"))["cpu_seconds"]

    def factor(name, problem, side):
        times = known[name][problem]
        return f"{times[side] / times['original']:.2f}"

    problems = list(next(iter(known.values())))
    rows = [(name, side) for name in known for side in ("earlier", "twin")]
    columns = [
        Column("graph", lambda row: row[0]),
        Column("numbers of vertices", lambda row: {"earlier": "before", "twin": "as in the original"}[row[1]]),
        *(Column(problem, lambda row, it=problem: factor(row[0], it, row[1]), right=True) for problem in problems),
    ]
    return markdown.text([Table(rows, columns)])


def structure():
    """Degrees, clustering, modularity and the largest component of originals and twins."""
    known = json.loads(TWINS.read_text(encoding="utf-8"))["structure"]
    return markdown.text(
        [
            Table(
                sorted(known.items(), key=lambda row: (row[0].removeprefix("twin:"), row[0])),
                [
                    Column("graph", lambda row: row[0]),
                    Column("degrees: median, 90 %, 99 %, largest", lambda row: ", ".join(map(str, row[1]["degrees"]))),
                    *(
                        Column(name, lambda row, name=name: f"{row[1][name]:.3f}", right=True)
                        for name in ("clustering", "transitivity", "modularity")
                    ),
                    Column("largest component", lambda row: f"{row[1]['largest_component']:,}", right=True),
                ],
            )
        ]
    )


def report_list():
    """The reports and their records."""

    def records(report):
        return ", ".join(f"[{file.stem}](records/{file.name})" for file in report.files)

    made = markdown.text(
        [
            Table(
                reports(),
                [
                    Column("report", lambda one: f"[{one.folder}]({one.folder}/README.md)" if one.folder else NOTHING),
                    Column("what", lambda one: one.what),
                    Column("records", records),
                ],
            )
        ]
    )
    return re.sub(r"\\([\[\]`])", r"\1", made)  # links and names of engines, which are ours
