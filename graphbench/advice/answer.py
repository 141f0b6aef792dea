"""Advice: for each algorithm the best CPU engine and the GPU engines, and what is said about them.

An estimate always looks like one: it says `about` or `~`, and has an interval.
"""

from __future__ import annotations

import math

import msgspec

from graphbench import registry
from graphbench.advice.estimate import Estimate, Near
from graphbench.advice.features import Features
from graphbench.advice.law import Span
from graphbench.advice.reference import Machine
from graphbench.records.break_even import Runs
from graphbench.reporting import markdown, markdown_table, terminal, text_table
from graphbench.reporting.numbers import indented_json, plain, seconds
from graphbench.system.text import count, listed, three

WIDTH = 100
"""Of text that is not for a terminal."""


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """The best CPU engine: by warm call, and the shortest whole script of any."""

    engine: str
    threads: int | None
    call: Span
    """Of a warm call; measured times have no interval."""
    script_engine: str
    script: Span
    measured: bool
    """Here; else estimated from the references' machine."""
    first_calls: bool = False
    """There is no warm call within the budget: it is the first one."""
    busy: bool = False


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU engine, estimated, against the best CPU engine."""

    estimate: Estimate
    faster: Span | None
    """How many times as fast per call it is; None without a CPU time."""
    pays_off: tuple[Runs, Runs, Runs] | None
    """From how many calls on: at best, likely, at worst."""
    until: int | None
    """Up to how many calls, where the GPU's start is shorter but its calls are longer."""
    total_s: Span | None
    """Of a script with as many calls as were asked about."""
    cards: dict[int, str]
    """By GB: whether the task fits, `yes`, `perhaps` or `no`; empty where the memory is unknown."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The advice on one algorithm.

    Attributes:
        options: GPU engines; first the one whose script with so many calls (100 by default) takes the least time.
        cpu_total_s: of a script with as many calls as were asked about.
        reason: why there is no estimate.
    """

    algorithm: str
    cpu: Cpu | None
    options: list[Option]
    cpu_total_s: Span | None = None
    reason: str = ""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates for a graph. They are no records, and enter no mean."""

    graph: str
    features: Features
    machine: Machine
    """Of the references."""
    cpu_machine: str
    """Whose CPU times are estimates; empty where they were measured here."""
    calls: int | None
    answers: list[Answer]
    nearest: list[Near]
    outside: str
    notes: list[str]

    def __str__(self) -> str:
        return to_text(self)

    __repr__ = __str__

    def to_json(self) -> str:
        """As JSON; seconds, bytes, and `estimated` where a number is no measurement."""
        return indented_json({"estimated": True, **msgspec.to_builtins(self, str_keys=True)})


def to_text(advice: Advice, form: str = "table", width: int | None = None) -> str:
    """The answer, the table, a sentence for each algorithm, and where it comes from; `table` or `markdown`."""
    marked = form == "markdown"

    def written(text: str) -> str:
        return markdown.safe(text) if marked else terminal.wrapped(plain(text), width or WIDTH)

    sentences = [sentence(answer, advice) for answer in advice.answers]
    heads, rows = _table(advice)
    if marked:
        drawn = markdown_table(heads, rows, right=_NUMBERS)
    else:
        drawn = text_table(heads, rows, right=_NUMBERS, width=width, lead=2)
    lines = "\n".join(map(written, [*sources(advice), *advice.notes]))
    return (
        "\n\n".join(filter(None, [written(summary(advice)), drawn if rows else "", *map(written, sentences), lines]))
        + "\n"
    )


def _title(answer: Answer) -> str:
    title = registry.algorithm(answer.algorithm).title
    return f"{title[0].upper()}{title[1:]}"


def summary(advice: Advice) -> str:
    """Where there are several algorithms: the whole answer in one sentence."""
    by_runs: dict[str, list[str]] = {}
    known = [(answer, answer.options[0]) for answer in advice.answers if answer.options and answer.options[0].pays_off]
    for answer, best in sorted(known, key=lambda pair: _order(pair[1])):
        by_runs.setdefault(_when(best), []).append(_title(answer))
    if len(advice.answers) < 2 or not by_runs:
        return ""
    never = by_runs.pop("never", [])
    parts = [f"for {listed(names)} {runs}" for runs, names in by_runs.items()]
    unknown = [_title(answer) for answer in advice.answers if answer not in [one for one, _ in known]]
    last = f"; not known for {listed(unknown)}" if unknown else ""
    subject = f"On {advice.graph} {with_article(advice.machine.name)} would probably"
    if not parts:
        return f"{subject} never pay off for {listed(never)}{last}."
    last = (f"; never for {listed(never)}" if never else "") + last
    return f"{subject} pay off {listed(parts)}{last}."


def _order(option: Option) -> float:
    assert option.pays_off is not None
    return math.inf if option.until or option.pays_off[1] == "never" else option.pays_off[1]


def _when(option: Option) -> str:
    """From how many calls on an engine probably pays off, in words."""
    assert option.pays_off is not None
    likely = option.pays_off[1]
    if option.until:
        return f"up to about {calls(option.until)} only"
    return "never" if likely == "never" else "from the first call on" if likely == 1 else f"from about {calls(likely)}"


def _likely(option: Option) -> str:
    """From how many calls on an engine probably pays off."""
    if option.pays_off is None:
        return ""
    return f"up to {two(option.until)}" if option.until else _rounded(option.pays_off[1])


def sentence(answer: Answer, advice: Advice) -> str:
    """The advice on one algorithm in a sentence or three."""
    subject = f"{_title(answer)} on {advice.graph} ({size(advice.features)})"
    gpu = with_article(advice.machine.name)
    if not answer.options:
        return f"{subject}: no estimate for {gpu}: {answer.reason}."
    best = answer.options[0]
    gpu = f"{gpu} ({best.estimate.engine})"
    if answer.cpu is None or best.faster is None:
        total = f" A script with {count(advice.calls or 1, 'call')}: {interval(best.total_s)}." if best.total_s else ""
        return (
            f"{subject}: {gpu} would probably take {interval(best.estimate.warm_call)} per call. "
            f"No time of a CPU engine to compare with.{total}"
        )
    whose = "here" if answer.cpu.measured else "of the references' machine"
    text = (
        f"{subject}: {gpu} {_per_call(best.faster)} the best CPU engine {whose} ({_engine(answer.cpu)}), "
        f"{_script(answer.cpu, best)}."
    )
    return f"{text} {_pays_off(best)}{_for_calls(answer, best, advice.calls)}"


def _per_call(faster: Span) -> str:
    if faster.low >= 1:
        return f"would probably be {between(faster)} times as fast per call as"
    if faster.high <= 1:
        slower = Span(1 / faster.high, 1 / faster.typical, 1 / faster.low)
        return f"would probably take {between(slower)} times as long per call as"
    return f"may be slower or faster per call (about {two(faster.typical)} times as fast, {between(faster)}) than"


def _engine(cpu: Cpu) -> str:
    threads = "" if cpu.threads is None else f", {count(cpu.threads, 'thread')}"
    return f"{cpu.engine}{threads}{', on a busy machine' if cpu.busy else ''}"


def _script(cpu: Cpu, best: Option) -> str:
    script = best.estimate.whole_script
    times = f"about {roughly(script.typical)} against {taken(cpu.script, measured=cpu.measured)}"
    longer, faster = script.over(cpu.script), best.faster is not None and best.faster.low >= 1
    if longer.low > 1:
        return f"{'but' if faster else 'and'} a script with one call would take longer ({times})"
    if longer.high < 1:
        return f"{'and' if faster else 'but'} a script with one call would take less time ({times})"
    return f"and a script with one call may take less or more ({times})"


def _pays_off(option: Option) -> str:
    assert option.pays_off is not None
    best, likely, worst = option.pays_off
    if option.until:
        return f"It probably pays off up to about {calls(option.until)} only: its start is shorter, its calls longer."
    if likely == "never":
        if best == "never":
            return "It does not pay off, however many calls there are."
        return f"It probably never pays off (at best from {calls(best)} on)."
    ends = f"{_rounded(best)} to {_rounded(worst)}" if worst != "never" else f"from {_rounded(best)} to never"
    if likely == 1:
        return "It pays off from the first call on." if worst == 1 else f"It probably pays off at once ({ends})."
    return f"It pays off from about {calls(likely)}{'' if best == worst else f' ({ends})'}."


def calls(runs: Runs) -> str:
    """A number of calls in words."""
    return "never" if runs == "never" else f"{_rounded(runs)} call{'s' if runs != 1 else ''}"


def _rounded(runs: Runs) -> str:
    return "never" if runs == "never" else two(runs)


def _for_calls(answer: Answer, best: Option, number: int | None) -> str:
    if number is None or best.total_s is None or answer.cpu is None or answer.cpu_total_s is None:
        return ""
    own = taken(answer.cpu_total_s, measured=answer.cpu.measured)
    return f" A script with {count(number, 'call')}: {interval(best.total_s)} on the GPU, {own} on the CPU."


_NUMBERS = (2, 3, 4, 5, 6)


def _table(advice: Advice) -> tuple[list[str], list[list[str]]]:
    """The best CPU engine of each algorithm, then a row for each GPU engine."""
    heads = ["", "engine", "warm call", "90 % interval", "times as fast", "pays off", "memory", "card"]
    return heads, [row for answer in advice.answers for row in _rows(answer)]


def _rows(answer: Answer) -> list[list[str]]:
    names = iter([answer.algorithm])
    rows = []
    if answer.options and (cpu := answer.cpu):
        own = seconds(cpu.call.typical) if cpu.measured else f"~{roughly(cpu.call.typical)}"
        own += "*" if cpu.first_calls else ""
        ends = "measured" if cpu.measured else _ends_of(cpu.call)
        threads = "" if cpu.threads is None else f" ({cpu.threads})"
        rows.append([next(names), f"{cpu.engine}{threads}", own, ends, "", "", "", ""])
    for option in answer.options:
        call, memory = option.estimate.warm_call, option.estimate.memory_bytes
        rows.append(
            [
                next(names, ""),
                option.estimate.engine,
                f"~{roughly(call.typical)}{'*' if option.estimate.first_calls else ''}",
                _ends_of(call),
                between(option.faster) if option.faster else "",
                _likely(option),
                f"~{two(memory.typical / 1e9)} GB" if memory else "",
                _card(option),
            ]
        )
    return rows


def _ends_of(span: Span) -> str:
    return f"[{roughly(span.low)}, {roughly(span.high)}]"


def _card(option: Option) -> str:
    """The smallest card that surely holds it, and a smaller one that perhaps does."""
    if not option.cards:
        return ""
    holds = next((f"{card} GB" for card, fit in option.cards.items() if fit == "yes"), "none")
    perhaps = next((f" ({card}?)" for card, fit in option.cards.items() if fit == "perhaps"), "")
    return f"{holds}{perhaps}"


def sources(advice: Advice) -> list[str]:
    """What the table means, and where the estimates come from."""
    machine, found = advice.machine, advice.features
    near = ", ".join(f"{one.graph} ({one.distance:.1f})" for one in advice.nearest)
    graphs = max((one.estimate.graphs for answer in advice.answers for one in answer.options), default=0)
    gpu = with_article(machine.gpu)
    lines = [
        (
            f"Estimates, not measurements: from {count(graphs, 'graph')} on {gpu}, {machine.measured}. Nearest: "
            f"{near}; a distance of 1 is a factor of 2.7 in size, density, depth or skew of degrees."
        ),
        (
            f"This graph{', as undirected' if found.directed else ''}: {count(found.num_vertices, 'vertex')}, "
            f"{count(found.num_edges, 'edge')}, largest degree "
            f"{found.max_degree:,}, skew {three(found.skew)}, depth {found.depth:,} ({found.kind})."
        ),
    ]
    if any(answer.options for answer in advice.answers):
        lines.append(
            "Pays off: from so many calls on, start included (of a GPU engine, on the references' machine). Card: the "
            "smallest that holds the upper end of the memory (in brackets: one that perhaps does). "
            "`graphbench advise --validate` shows how far estimates are wrong."
        )
    sides = [side for answer in advice.answers for side in (answer.cpu, *(one.estimate for one in answer.options))]
    if any(side.first_calls for side in sides if side):
        lines.append("* A first call: there are too few warm ones, of a CPU engine within the --budget.")
    if advice.outside:
        lines.append(f"Outside of the references, so the intervals are wide: {advice.outside}.")
    if advice.cpu_machine:
        lines.append(f"CPU times are estimates, too, from another machine than this: {advice.cpu_machine}.")
    return lines


def line(advice: Advice, graph: str) -> str:
    """One line for the end of a run without a GPU; empty without an estimate. The graph is in words of a command."""
    (answer,) = advice.answers
    if not answer.options or answer.cpu is None:
        return ""
    return plain(f"Estimate: {sentence(answer, advice)} More: graphbench advise {graph}")


def size(found: Features) -> str:
    """The size of a graph: `1.2 million edges`; of a directed one, that it is counted without direction."""
    number, which = found.num_edges, "as undirected: " if found.directed else ""
    for word, unit in ((1e9, "billion"), (1e6, "million")):
        if number >= word:
            return f"{which}{two(number / word)} {unit} edges"
    return f"{which}{number:,} edge{'s' if number != 1 else ''}"


def interval(span: Span) -> str:
    """The ends of an interval: `about 5.1 ms to 12 ms`."""
    return f"about {roughly(span.low)} to {roughly(span.high)}"


def taken(span: Span, *, measured: bool) -> str:
    """A measured time with three digits, or an estimated one."""
    return seconds(span.typical) if measured else f"about {roughly(span.typical)}"


def roughly(value: float) -> str:
    """A duration with two significant digits, as an estimate deserves: `5.1 ms`."""
    number, _, unit = seconds(float(f"{value:.1e}")).partition(" ")
    return f"{two(float(number.replace(',', '')))} {unit}"


def between(span: Span) -> str:
    """Two factors: `5 to 9`."""
    low, high = two(span.low), two(span.high)
    return low if low == high else f"{low} to {high}"


def two(value: float) -> str:
    """Two significant digits, without exponents; `5`, but `0.50`."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.1e}")
    digits = max(0, 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text and rounded >= 1 else text


def with_article(name: str) -> str:
    """A GPU with its article: `an H100`, `a V100`, `an NVIDIA H200`."""
    return f"{'an' if name[:1] in 'AEFHILMNORSX' else 'a'} {name}"
