"""Advice as text: a sentence for each algorithm, then the numbers. An estimate always looks like one."""

from __future__ import annotations

import math
import shlex
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

from graphbench.reporting import markdown, markdown_table, text_table
from graphbench.reporting.numbers import plain, seconds, three
from graphbench.system.text import count

if TYPE_CHECKING:
    from graphbench.advice.answer import Answer, Cpu, Estimates, Option
    from graphbench.advice.features import Features
    from graphbench.advice.law import Span
    from graphbench.records.break_even import Runs

WIDTH = 100
UNKNOWN = 100.0
"""Where the ends of an interval are further apart than this factor, the sentence says that nothing is known."""


def to_text(advice: Estimates, form: str = "table") -> str:
    """The sentences, the table, and where the estimates come from; as `table` or `markdown`."""
    filled = markdown.safe if form == "markdown" else lambda text: textwrap.fill(plain(text), WIDTH)
    sentences = [filled(sentence(answer, advice)) for answer in advice.answers]
    lines = [filled(line) for line in (*sources(advice), *advice.notes)]
    parts = [*sentences, table(advice, markdown_table if form == "markdown" else text_table), "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def sentence(answer: Answer, advice: Estimates) -> str:
    """The advice on one algorithm in a sentence or three."""
    from graphbench import registry

    title = registry.algorithm(answer.algorithm).title
    subject = f"{title[0].upper()}{title[1:]} on {advice.graph} ({size(advice.features)})"
    gpu = with_article(advice.machine.name)
    if not answer.options:
        return f"{subject}: no estimate for {gpu}: {answer.reason}."
    best = answer.options[0]
    gpu = f"{gpu} ({best.estimate.engine})"
    if answer.cpu is None or best.faster is None or best.pays_off is None:
        likely = interval(best.estimate.warm_call)
        return f"{subject}: {gpu} would probably take {likely} per call. No time of a CPU engine to compare with."
    whose = "here" if answer.cpu.measured else "of the references' machine"
    if is_unknown(best):
        return (
            f"{subject}: the references do not say whether {gpu} would be faster than the best CPU engine {whose} "
            f"({_engine(answer.cpu)}): {between(best.faster)} times as fast per call."
        )
    text = (
        f"{subject}: {gpu} {_per_call(best.faster)} the best CPU engine {whose} ({_engine(answer.cpu)}), "
        f"{_script(answer.cpu, best)}."
    )
    return f"{text} {_pays_off(best.pays_off)}{_for_calls(answer, best, advice.calls)}"


def is_unknown(option: Option) -> bool:
    """Whether the interval is so wide that it does not even say which side is faster."""
    faster = option.faster
    return faster is not None and faster.low < 1 < faster.high and faster.high > UNKNOWN * faster.low


def _per_call(faster: Span) -> str:
    if faster.low >= 1:
        return f"would probably be {between(faster)} times as fast per call as"
    if faster.high <= 1:
        return f"would probably be slower per call ({between(faster)} times as fast) than"
    return f"may be slower or faster per call (about {two(faster.typical)} times as fast, {between(faster)}) than"


def _engine(cpu: Cpu) -> str:
    threads = "" if cpu.threads is None else f", {count(cpu.threads, 'thread')}"
    return f"{cpu.engine}{threads}{', on a busy machine' if cpu.busy else ''}"


def _script(cpu: Cpu, best: Option) -> str:
    gpu, own = best.estimate.whole_script, cpu.script
    times = f"about {roughly(gpu.typical)} against {taken(own, measured=cpu.measured)}"
    faster = best.faster is not None and best.faster.low >= 1
    if gpu.low > own.high:
        return f"{'but' if faster else 'and'} a script with one call would take longer ({times})"
    if gpu.high < own.low:
        return f"and a script with one call would be faster, too ({times})"
    return f"and a script with one call may take less or more ({times})"


def _pays_off(runs: tuple[Runs, Runs, Runs]) -> str:
    best, likely, worst = runs
    if likely == "never":
        if best == "never":
            return "It does not pay off, however many calls there are."
        return f"It probably never pays off (at best from {calls(best)} on)."
    if likely == 1:
        return "It pays off from the first call on." if worst == 1 else f"It probably pays off at once{_ends(runs)}."
    return f"It pays off from about {calls(likely)}{_ends(runs)}."


def _ends(runs: tuple[Runs, Runs, Runs]) -> str:
    best, _, worst = runs
    return f" ({_rounded(best)} to {_rounded(worst)})" if worst != "never" else f" (from {_rounded(best)} to never)"


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


def table(advice: Estimates, draw: Callable[..., str] = text_table) -> str:
    """The best CPU engine of each algorithm, then a row for each GPU engine."""
    heads = ["", "engine", "warm call", "90 % interval", "times as fast", "pays off", "memory", "card"]
    rows = [row for answer in advice.answers for row in _rows(answer)]
    return draw(heads, rows, right=(2, 3, 4, 5, 6)) if rows else ""


def _rows(answer: Answer) -> list[list[str]]:
    names = iter([answer.algorithm])
    rows = []
    if answer.options and (cpu := answer.cpu):
        own = seconds(cpu.call.typical) if cpu.measured else f"~{roughly(cpu.call.typical)}"
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
                "" if option.pays_off is None else "?" if is_unknown(option) else _rounded(option.pays_off[1]),
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


def sources(advice: Estimates) -> list[str]:
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
            f"This graph: {count(found.num_vertices, 'vertex')}, {count(found.num_edges, 'edge')}, largest degree "
            f"{found.max_degree:,}, skew {three(found.skew)}, depth {found.depth:,} ({found.kind})."
        ),
    ]
    if any(answer.options for answer in advice.answers):
        lines.append(
            "Pays off: from so many calls on, start included (of a GPU engine, on the references' machine). Card: the "
            "smallest that holds the upper end of the memory (in brackets: one that perhaps does). "
            "`graphbench advise --validate` shows how far estimates are wrong."
        )
    if any(one.estimate.first_calls for answer in advice.answers for one in answer.options):
        lines.append("* A first call: the references have too few warm ones.")
    if advice.outside:
        lines.append(f"Outside of the references, so the intervals are wide: {advice.outside}.")
    if advice.cpu_machine:
        lines.append(f"CPU times are estimates, too, from another machine than this: {advice.cpu_machine}.")
    return lines


def line(advice: Estimates) -> str:
    """One line for the end of a run without a GPU; empty without an estimate."""
    (answer,) = advice.answers
    if not answer.options or answer.cpu is None or is_unknown(answer.options[0]):
        return ""
    return plain(f"Estimate: {sentence(answer, advice)} More: graphbench advise {shlex.quote(advice.graph)}")


# Words


def size(found: Features) -> str:
    """The size of a graph: `1.2 million edges`."""
    number = found.num_edges
    for word, unit in ((1e9, "billion"), (1e6, "million")):
        if number >= word:
            return f"{two(number / word)} {unit} edges"
    return f"{number:,} edge{'s' if number != 1 else ''}"


def interval(span: Span) -> str:
    """The ends of an interval: `about 5.1 ms to 12 ms`."""
    return f"about {roughly(span.low)} to {roughly(span.high)}"


def taken(span: Span, *, measured: bool) -> str:
    """A measured time with three digits, or an estimated one."""
    return seconds(span.typical) if measured else f"about {roughly(span.typical)}"


def roughly(value: float) -> str:
    """A duration with two significant digits, as an estimate deserves: `5.1 ms`."""
    number, _, unit = seconds(value).partition(" ")
    return f"{two(float(number.replace(',', '')))} {unit}"


def between(span: Span) -> str:
    """Two factors: `5 to 9`."""
    low, high = two(span.low), two(span.high)
    return low if low == high else f"{low} to {high}"


def two(value: float) -> str:
    """Two significant digits, without exponents."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.1e}")
    digits = max(0, 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_article(name: str) -> str:
    """A GPU with its article: `an H100`, `a V100`, `an NVIDIA H200`."""
    return f"{'an' if name[:1] in 'AEFHILMNORSX' else 'a'} {name}"
