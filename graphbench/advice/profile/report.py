"""A profile as text, JSON or Markdown: the sentence, a table of functions, notes, and what to try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from graphbench.advice.answer import with_article
from graphbench.advice.profile.backends import GPU_BACKEND, rules
from graphbench.advice.profile.estimate import NOT_RUN, Run
from graphbench.advice.profile.model import NO_FUNCTION, Profile
from graphbench.advice.profile.summary import NAMES, Report, Row, as_data, between, percent, rows, sentence, settings
from graphbench.advice.profile.verify import Verified
from graphbench.reporting import markdown, terminal
from graphbench.reporting.document import Block, Bullets, Column, Section, Table, Text
from graphbench.reporting.numbers import NOTHING, encodable, indented_json, plain, seconds
from graphbench.system.text import count, listed, three

WIDTH = 100
_SHOWN = 12
"""Functions in the table."""
_MIN_SHARE = 0.001
"""A function below this share of the run is counted with the others that are not shown."""
_MIN_CHILDREN = 0.01
"""Child processes that took less CPU time than this part of the run are not mentioned."""
_STALE = (
    "A graph that was converted is converted again after G.add_edge and other methods that change it; an assignment "
    "such as G[u][v][key] = value goes unnoticed."
)


def render(report: Report, form: str = "table", width: int | None = None, *, ascii_only: bool = False) -> str:
    """The report as text that ends with a line break.

    Args:
        report: what to say.
        form: `table`, `json` or `markdown`.
        width: of a terminal; None: tables are as wide as they are. Commands to paste are never broken.
        ascii_only: use no sign beyond ASCII.
    """
    if form == "json":
        return indented_json(as_data(report), ascii_only=ascii_only)
    blocks = _blocks(report)
    text = markdown.text(blocks) + "\n" if form == "markdown" else "\n".join(_drawn(blocks, width))
    return encodable(text, "ascii") if ascii_only else text


def _drawn(blocks: Sequence[Block | Section], width: int | None) -> Iterator[str]:
    for block in blocks:
        match block:
            case Section():
                yield f"{block.title}\n"
                yield from _drawn(block.blocks, width)
            case Table():
                pasted = any(column.code for column in block.columns)
                yield terminal.text([block], None if pasted else width)
            case _:
                yield terminal.text([block], width or WIDTH)


def _blocks(report: Report) -> list[Block | Section]:
    blocks: list[Block | Section] = [Text(sentence(report), strong=True)]
    every = rows(report)
    if not every:
        return blocks
    shown = [row for row in every[:_SHOWN] if row.share >= _MIN_SHARE] or every[:1]
    blocks.append(_table(shown))
    blocks.append(Bullets(_notes(report, shown, every)))
    if report.verified is not None or report.trouble:
        blocks += _verified(report)
    if tried := settings(report):
        columns: list[Column[tuple[str, str]]] = [
            Column("to try", itemgetter(0), code=True),
            Column("what it does", itemgetter(1)),
        ]
        blocks += [Table(tried, columns), Text(_STALE)]
    else:
        blocks.append(Text("Nothing to try: what backends would run takes less than 1 % of this run."))
    return blocks


def _table(shown: Sequence[Row]) -> Table[Row]:
    columns: list[Column[Row]] = [
        Column("function", lambda row: plain(row.function)),
        Column("calls", lambda row: _compact(row.calls), right=True),
        Column("time", lambda row: seconds(row.seconds), right=True),
        Column("share", lambda row: percent(row.share), right=True),
        Column("vertices", lambda row: _range(row.vertices), right=True),
        Column("edges", lambda row: _range(row.edges), right=True),
        Column("nx-cugraph", lambda row: row.gpu.short),
        Column("also on", lambda row: ", ".join(row.others) or NOTHING, optional=True),
        Column("estimate on GPU", lambda row: between(row.estimate), optional=True),
    ]
    return Table(shown, columns)


def _notes(report: Report, shown: Sequence[Row], every: Sequence[Row]) -> list[str]:
    profile, run = report.profile, report.run
    notes = []
    if hidden := len(every) - len(shown):
        taken = sum(row.seconds for row in every) - sum(row.seconds for row in shown)
        notes.append(f"{count(hidden, 'more function')}: {seconds(taken)} together.")
    rest = profile.seconds - profile.networkx_seconds
    notes.append(
        f"Not NetworkX: {seconds(rest)}, {percent(rest / profile.seconds)} of the run: the program itself, imports, "
        "and methods of graphs such as add_edges_from, which no backend takes over."
    )
    if profile.child_seconds > _MIN_CHILDREN * profile.seconds:
        notes.append(f"Child processes took {seconds(profile.child_seconds)} of CPU time; they are not profiled.")
    if profile.overlapped:
        notes.append("Calls ran in several threads at once: times add up to more than the run, shares do not.")
    notes.append(_about_gpu_backend(profile))
    for row in shown:
        notes += [f"{plain(row.function)}: {plain(reason)}." for reason in row.gpu.reasons if reason != NO_FUNCTION]
    if raised := [row for row in every if row.raised]:
        notes.append(listed([f"{row.function} raised {count(row.raised, 'error')}" for row in raised]) + ".")
    notes += _about_estimate(run, shown)
    for name, trouble in profile.backends.items():
        if trouble and name != GPU_BACKEND:
            notes.append(f"{NAMES.get(name, name)} is installed and cannot be loaded: {plain(trouble)}.")
    if profile.priority:
        notes.append(
            f"This run itself had the priority {', '.join(profile.priority)}: its times are not NetworkX's alone."
        )
    return notes


def _about_gpu_backend(profile: Profile) -> str:
    trouble = profile.backends.get(GPU_BACKEND)
    if trouble == "":
        return "nx-cugraph is installed: the column is its own answer to these arguments."
    why = "is not installed here" if trouble is None else f"cannot be loaded here ({plain(trouble)})"
    return f"nx-cugraph {why}: the column is what nx-cugraph {rules().version} publishes that it runs."


def _about_estimate(run: Run, shown: Sequence[Row]) -> list[str]:
    if run.seconds is not None:
        text = (
            f"Estimated, not measured, with 90 % intervals: {seconds(run.start.typical)} to start the GPU's libraries, "
            f"{seconds(run.conversion.typical)} to convert the graphs once each, then the calls. It replaces "
            f"{seconds(run.covered)} of NetworkX."
        )
        if run.guessed:
            text += " Graphs that no longer existed at the end are taken for social networks of their size."
        notes = [text]
        if run.through_library:
            notes.append(
                f"nx-cugraph has too few references near {listed(run.through_library)}'s graphs: pylibcugraph's, which "
                "it calls, are taken, times how much longer nx-cugraph took on the graphs of both."
            )
        if run.outside:
            notes.append(f"A graph lies outside of the references: {run.outside}.")
    else:
        notes = []
    by_reason: dict[str, list[str]] = {}
    for row in shown:
        if row.estimate is None and run.reasons.get(row.function, NOT_RUN) != NOT_RUN:
            by_reason.setdefault(run.reasons[row.function], []).append(row.function)
    if run.seconds is None and len(by_reason) == 1:
        return [f"No estimate for a GPU: {next(iter(by_reason))}."]
    return notes + [f"No estimate for {listed(names)}: {reason}." for reason, names in by_reason.items()]


def _verified(report: Report) -> list[Block | Section]:
    name = NAMES.get(report.backend, report.backend)
    if report.verified is None:
        return [Section(f"With {name}", "verified", [Text(report.trouble)])]
    before, after = report.profile.seconds, report.backend_seconds
    text = f"The run took {seconds(before)} with NetworkX and {seconds(after)} with {name}: {_faster(before, after)}."
    estimates = report.run if report.backend == GPU_BACKEND else Run()
    if estimates.seconds is not None:
        text += f" The estimate for {with_article(estimates.gpu)} was {between(estimates.seconds)}."
    blocks: list[Block] = [Text(report.trouble or f"{text} {_about_answers(report.verified)}")]
    columns: list[Column[Verified]] = [
        Column("function", lambda each: plain(each.function)),
        Column("NetworkX", lambda each: seconds(each.seconds), right=True),
        Column(name, lambda each: seconds(each.backend_seconds), right=True),
        Column("estimated", lambda each: between(estimates.calls.get(each.function)), right=True, optional=True),
        Column("ran on", lambda each: _ran_on(each, name)),
        Column("answers", lambda each: plain(each.finding)),
    ]
    shown = [
        each
        for each in report.verified
        if max(each.seconds, each.backend_seconds) >= _MIN_SHARE * before or each.compared or each.agrees is False
    ][:_SHOWN]
    blocks += [Table(shown, columns)]
    fell = [f"{each.function} fell back to NetworkX: {plain(each.fell_back)}." for each in shown if each.fell_back]
    last = "Times include the conversion of graphs at the first call. Answers: up to 25 of each function."
    blocks.append(Bullets([*fell, last]))
    return [Section(f"With {name}", "verified", blocks)]


def _faster(before: float, after: float) -> str:
    ratio = before / after if after else 1.0
    return f"{three(ratio)} times as fast" if ratio >= 1 else f"{three(1 / ratio)} times as long"


def _about_answers(verified: Sequence[Verified]) -> str:
    wrong = [each.function for each in verified if each.agrees is False]
    compared = sum(each.compared for each in verified)
    if wrong:
        return f"Different answers: {listed(wrong)}."
    return f"{count(compared, 'answer')} compared, all agree." if compared else "No answer was compared."


def _ran_on(each: Verified, name: str) -> str:
    if each.on_backend:
        return name if each.on_backend >= each.calls else f"{name}, {each.on_backend:,} of {each.calls:,}"
    return f"NetworkX, {name} inside" if each.on_backend_inside else "NetworkX" if each.calls else NOTHING


def _range(span: tuple[int, int] | None) -> str:
    if span is None:
        return NOTHING
    low, high = _compact(span[0]), _compact(span[1])
    return low if low == high else f"{low} to {high}"


def _compact(number: int) -> str:
    if number < 10_000:
        return f"{number:,}"
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size * 0.9995:
            return f"{three(number / size)}{unit}"
    return str(number)
