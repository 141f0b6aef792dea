"""Advice: for each algorithm the best CPU library and the GPU engines, and what is said about them.

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
BUSY_FACTOR = 10.0
"""How many times too long a CPU time of a busy machine may be: far more than load is seen to cost."""


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """The best CPU library: by warm call, and the shortest whole script of any."""

    engine: str
    threads: int | None
    call: Span
    """Of a warm call; of measured ones the interval of their median, or their range where there are few."""
    script_engine: str
    script: Span
    measured: bool
    """Here; else estimated from the references' machine."""
    first_calls: bool = False
    """There is no warm call within the budget: it is the first one."""
    busy: bool = False
    """More programs ran during its measurement than the machine has cores: the intervals allow for `BUSY_FACTOR`."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU engine, estimated, against the best CPU library."""

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
    """The answer, the table, and where it comes from; `table` or `markdown`."""
    marked = form == "markdown"

    def written(text: str) -> str:
        return markdown.safe(text) if marked else terminal.wrapped(plain(text), width or WIDTH)

    heads, rows = _table(advice)
    numbers = tuple(range(2, 2 + len(heads) - 3))
    if marked:
        drawn = markdown_table(heads, rows, right=numbers)
    else:
        drawn = text_table(heads, rows, right=numbers, width=width, lead=2)
    lines = "\n".join(map(written, [*sources(advice), *advice.notes]))
    return "\n\n".join(filter(None, [written(summary(advice)), drawn if rows else "", lines])) + "\n"


def _title(answer: Answer) -> str:
    title = registry.algorithm(answer.algorithm).title
    return f"{title[0].upper()}{title[1:]}"


def summary(advice: Advice) -> str:
    """The whole answer: a sentence on one algorithm, or one on all."""
    if len(advice.answers) == 1:
        return sentence(advice.answers[0], advice)
    known = [answer for answer in advice.answers if answer.cpu and answer.options and answer.options[0].pays_off]
    by_verdict: dict[str, list[str]] = {}
    for answer in sorted(known, key=lambda answer: _order(answer.options[0])):
        by_verdict.setdefault(verdict(answer), []).append(_title(answer))
    pays = [f"{words} for {listed(names)}" for words, names in by_verdict.items() if words not in _OPEN_OR_NEVER]
    parts = [f"a GPU would probably pay off {'; '.join(pays)}"] if pays else []
    for words, alone in _OPEN_OR_NEVER.items():
        if alone and words in by_verdict:
            parts.append(f"{words if parts else alone} for {listed(by_verdict[words])}")
    said = f"{_cpu_of(advice)} against {with_article(advice.machine.name)}, on {advice.graph}: "
    text = f"{said}{'; '.join(parts)}." if parts else ""
    if BUSY in by_verdict:
        text += f"{' N' if text else f'{said}n'}o verdict for {listed(by_verdict[BUSY])}: {_AGAIN}"
    reasons: dict[str, list[str]] = {}
    for answer in advice.answers:
        if answer not in known:
            reasons.setdefault(answer.reason or "no time of a CPU engine to compare with", []).append(_title(answer))
    none = [f"No estimate for {listed(names)}: {reason}." for reason, names in reasons.items()]
    text = " ".join(filter(None, [text, *none]))
    return text[:1].upper() + text[1:]


BUSY, UNCLEAR = "busy", "unclear"
_OPEN_OR_NEVER = {
    BUSY: "", UNCLEAR: "unclear whether a GPU pays off", "never": "a GPU would probably never pay off",
}  # fmt: skip
"""Verdicts that name no number of calls, and how a sentence begins with them."""
_FOR_ONE = f"for one call ({UNCLEAR} for many)"
_AGAIN = "the machine was busy during the measurement. Measure again on a quiet machine."
_LOAD = (
    f"The machine was busy (more programs ran than it has cores), so CPU times may be up to {BUSY_FACTOR:g} times too "
    "long, which the intervals allow for."
)


def _cpu_of(advice: Advice) -> str:
    return advice.cpu_machine or "your CPU"


def _order(option: Option) -> float:
    assert option.pays_off is not None
    return math.inf if option.until or option.pays_off[1] == "never" else option.pays_off[1]


def verdict(answer: Answer, option: Option | None = None) -> str:
    """When a GPU engine (by default the first one) pays off, as far as all of the interval says the same."""
    assert answer.cpu is not None
    words = _when(option or answer.options[0])
    return BUSY if answer.cpu.busy and words in (UNCLEAR, _FOR_ONE) else words


def _when(option: Option) -> str:
    assert option.pays_off is not None
    assert option.faster is not None
    best, likely, worst = option.pays_off
    if best == "never":
        return "never"
    if worst == "never":
        return UNCLEAR
    if worst == 1 and option.faster.low < 1:
        sure = option.until and option.faster.high < 1
        return f"up to about {calls(option.until or 1)} only" if sure else _FOR_ONE
    if worst == 1:
        return "from the first call on"
    ends = "" if best == worst else f" ({_rounded(best)} to {_rounded(worst)})"
    return f"from about {calls(likely)} on{ends}"


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
    subject = f"{subject}, {_cpu_of(advice)} ({_engine(answer.cpu)}) against {gpu}"
    if verdict(answer) == BUSY:
        return f"{subject}: no verdict, as {_AGAIN}"
    script = _script(answer.cpu, best)
    return f"{subject}: {_per_call(best.faster)}, {script}. {_pays_off(best)}{_for_calls(answer, best, advice.calls)}"


def _per_call(faster: Span) -> str:
    if faster.low > 1:
        return f"the GPU would probably be {between(faster)} times as fast per call"
    if faster.high < 1:
        return f"the GPU would probably take {between(_slower(faster))} times as long per call"
    return f"{UNCLEAR} which is faster per call (the GPU {between(faster)} times as fast)"


def _slower(faster: Span) -> Span:
    return Span(1 / faster.high, 1 / faster.typical, 1 / faster.low)


def _engine(cpu: Cpu) -> str:
    threads = "" if cpu.threads is None else f", {count(cpu.threads, 'thread')}"
    return f"{cpu.engine}{threads}"


def _script(cpu: Cpu, best: Option) -> str:
    script = best.estimate.whole_script
    times = f"about {roughly(script.typical)} against {taken(cpu.script, measured=cpu.measured)}"
    longer, faster = script.over(cpu.script), best.faster is not None and best.faster.low > 1
    if longer.low > 1:
        return f"{'but' if faster else 'and'} a script with one call would take longer ({times})"
    if longer.high < 1:
        return f"{'and' if faster else 'but'} a script with one call would take less time ({times})"
    return f"and {UNCLEAR} whether a script with one call would take longer ({times})"


def _pays_off(option: Option) -> str:
    assert option.pays_off is not None
    when = _when(option)
    if when == "never":
        return "It does not pay off, however many calls there are."
    if when == UNCLEAR:
        return f"{UNCLEAR.capitalize()} whether it pays off: from {calls(option.pays_off[0])} on at best, else never."
    return f"It probably pays off {when}."


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


def _table(advice: Advice) -> tuple[list[str], list[list[str]]]:
    """The best CPU library of each algorithm, then a row for each GPU engine."""
    total = [f"script, {count(advice.calls, 'call')}"] if advice.calls else []
    heads = ["", "engine", "warm call", "90 % interval", *total, "times as fast", "pays off", "memory", "card"]
    return heads, [row for answer in advice.answers for row in _rows(answer)]


def _rows(answer: Answer) -> list[list[str]]:
    names = iter([answer.algorithm])
    rows = []
    if answer.options and (cpu := answer.cpu):
        own = seconds(cpu.call.typical) if cpu.measured else f"~{roughly(cpu.call.typical)}"
        own += "*" if cpu.first_calls else ""
        total = [taken(answer.cpu_total_s, measured=cpu.measured)] if answer.cpu_total_s else []
        threads = "" if cpu.threads is None else f" ({cpu.threads})"
        rows.append([next(names), f"{cpu.engine}{threads}", own, _ends_of(cpu.call), *total, "", "", "", ""])
    for option in answer.options:
        call, memory = option.estimate.warm_call, option.estimate.memory_bytes
        rows.append(
            [
                next(names, ""),
                option.estimate.engine,
                f"~{roughly(call.typical)}{'*' if option.estimate.first_calls else ''}",
                _ends_of(call),
                *([_ends_of(option.total_s)] if option.total_s else []),
                between(option.faster) if option.faster else "",
                _short(answer, option),
                f"~{two(memory.typical / 1e9)} GB" if memory else "",
                _card(option),
            ]
        )
    return rows


def _short(answer: Answer, option: Option) -> str:
    """From how many calls on it pays off, in a cell."""
    if answer.cpu is None or option.pays_off is None:
        return ""
    words = verdict(answer, option)
    short = {"from the first call on": "1", _FOR_ONE: UNCLEAR}
    best, likely, worst = option.pays_off
    if words.startswith("from about"):
        return _rounded(likely) if best == worst else f"{_rounded(best)} to {_rounded(worst)}"
    return f"up to {two(option.until)}" if words.startswith("up to") and option.until else short.get(words, words)


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
    estimated = [
        (
            f"Estimates, not measurements: from {count(graphs, 'graph')} on {gpu}, {machine.measured}. Nearest: "
            f"{near}; a distance of 1 is a factor of 2.7 in size, density, depth or skew of degrees."
        )
    ]
    lines = [
        *(estimated if graphs else []),
        (
            f"This graph{', as undirected' if found.directed else ''}: {count(found.num_vertices, 'vertex')}, "
            f"{count(found.num_edges, 'edge')}, largest degree "
            f"{found.max_degree:,}, skew {three(found.skew)}, depth {found.depth:,} ({found.kind})."
        ),
    ]
    if any(answer.options for answer in advice.answers):
        lines.append(
            "~: estimated, else measured here. Pays off: from so many calls on, start included (of a GPU engine, on "
            "the references' machine); unclear: the interval includes both outcomes. Card: the smallest that holds the "
            "upper end of the memory (in brackets: one that perhaps does). "
            "`graphbench advise --validate` shows how far estimates are wrong."
        )
    sides = [side for answer in advice.answers for side in (answer.cpu, *(one.estimate for one in answer.options))]
    if any(side.first_calls for side in sides if side):
        lines.append("* A first call: there are too few warm ones, of a CPU engine within the --budget.")
    if any(answer.cpu and answer.cpu.busy for answer in advice.answers):
        lines.append(f"{_LOAD} busy: that leaves the verdict open; measure again on a quiet machine.")
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
    load = f" {_LOAD}" if answer.cpu.busy and verdict(answer) != BUSY else ""
    return plain(f"Estimate: {sentence(answer, advice)}{load} More: graphbench advise {graph}")


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
