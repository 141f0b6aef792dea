"""The rules of comparisons: when a ratio is refused, is not of like with like, or needs a note. One function each.

A rule looks at a :class:`Pair` of records and returns a sentence with its numbers if it applies, else an empty string.
Its effect on the verdict and its remedy are fixed. Rules read records alone and know no engine. They are evaluated in
the order of this file, those that refuse a ratio first.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from graphbench.records.model import Outcome, Record
from graphbench.records.statistics import MIN_SAMPLES, Estimate
from graphbench.system.text import count

LOWER_QUALITY = 0.01
"""By what fraction the faster side's quality may be below the other's, from several seeds."""
LOWER_QUALITY_ONE_SEED = 0.03
"""The same from a single seed."""
OVER_SOLVED = 0.01
"""A residual below this fraction of the tolerance is far more accurate than was asked for."""
VACUOUS = 2.0
"""The largest L1 distance of two probability vectors: any vector meets a tolerance as large."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two records to compare.

    Attributes:
        baseline: the record whose time is divided.
        engine: the record whose time divides.
        ratio: baseline time over engine time; None where a side has no time.
        bound: `lower` or `upper` where the ratio is only a bound.
        stale: what changed since a record was made, for each stale record's id.
    """

    baseline: Record
    engine: Record
    ratio: Estimate | None
    bound: str | None = None
    stale: Mapping[str, str] = field(default_factory=dict)

    @property
    def sides(self) -> tuple[Record, Record]:
        """Both records, the baseline's first."""
        return self.baseline, self.engine

    @property
    def answered(self) -> list[Record]:
        """The records that have an answer."""
        return [record for record in self.sides if record.outcome is Outcome.OK]


class Verdict(enum.StrEnum):
    """Whether a ratio compares like with like."""

    LIKE = "like"
    UNLIKE = "unlike"  # a ratio is given, but the two sides did different work
    REFUSED = "refused"  # no ratio is given


class Effect(enum.StrEnum):
    """What a rule that applies does to the verdict."""

    NOTE = "note"  # stays like
    UNLIKE = "unlike"
    REFUSED = "refused"


NOTE, UNLIKE, REFUSED = Effect.NOTE, Effect.UNLIKE, Effect.REFUSED


class Rule(NamedTuple):
    """A rule of comparisons.

    Attributes:
        code: how its messages begin.
        effect: on the verdict.
        remedy: what to do about it, one sentence.
        check: returns why the rule applies to a pair, or an empty string.
    """

    code: str
    effect: Effect
    remedy: str
    check: Callable[[Pair], str]

    def message(self, detail: str) -> str:
        """The text for a comparison: the code, a colon, and a sentence."""
        return f"{self.code}: {detail}"


RULES: dict[str, Rule] = {}
"""All rules by their codes, in the order in which they are evaluated."""


def rule(code: str, effect: Effect, *, remedy: str) -> Callable[[Callable[[Pair], str]], Callable[[Pair], str]]:
    """Register the decorated function as a rule."""

    def register(check: Callable[[Pair], str]) -> Callable[[Pair], str]:
        RULES[code] = Rule(code, effect, remedy, check)
        return check

    return register


def rule_of(message: str) -> Rule:
    """The rule of a message.

    Raises:
        ValueError: if it does not begin with the code of a rule.
    """
    code = message.partition(":")[0]
    if code not in RULES:
        raise ValueError(f"no rule has the code {code!r}")
    return RULES[code]


def evaluate(pair: Pair) -> Iterator[tuple[Rule, str]]:
    """All rules that apply, with their messages; if the ratio is refused, only those that refuse it."""
    refused = False
    for candidate in RULES.values():
        if refused and candidate.effect is not REFUSED:
            return
        if detail := candidate.check(pair):
            refused = refused or candidate.effect is REFUSED
            yield candidate, candidate.message(detail)


# Refused


@rule("machine", REFUSED, remedy="Measure both on one machine.")
def _machine(pair: Pair) -> str:
    one, two = (record.environment for record in pair.sides)
    if one is None or two is None or one.machine == two.machine:
        return ""
    here, there = _engines(pair)
    return (
        f"{here} ran on {one.cpu} ({one.cores} cores), {there} on {two.cpu} ({two.cores} cores), machine {two.machine}"
    )


@rule("dataset", REFUSED, remedy="Measure both again on the current version of the dataset.")
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
    remedy="A wrong answer has no speed: look at the certificate and report it to the engine's authors.",
)
def _invalid(pair: Pair) -> str:
    for record in pair.sides:
        certificate = record.certificate
        if record.outcome is Outcome.INVALID or (certificate is not None and not certificate.valid):
            detail = certificate.detail if certificate is not None and not certificate.valid else record.reason
            return f"the answer of {record.task.engine} failed its certificate: {detail}"
    return ""


@rule("stale", REFUSED, remedy="Measure again.")
def _stale(pair: Pair) -> str:
    changed = [f"{record.task.engine}: {pair.stale[record.id]}" for record in pair.sides if record.id in pair.stale]
    return f"measured before something changed ({'; '.join(changed)})" if changed else ""


@rule("no_time", REFUSED, remedy="See the reason of its outcome.")
def _no_time(pair: Pair) -> str:
    if pair.ratio is not None:
        return ""
    without = [record for record in pair.sides if record.outcome is not Outcome.OK] or list(pair.sides)
    return " and ".join(_why_no_time(record) for record in without)


def _why_no_time(record: Record) -> str:
    name, phase = record.task.engine, record.censored.phase if record.censored else ""
    if record.outcome is Outcome.OK:
        return f"{name} has no complete trial"
    how = record.outcome.in_words
    return f"{name} has no time ({how}{f' in {phase}' if phase else ''})"


# Unlike


@rule(
    "quality",
    UNLIKE,
    remedy="Compare at equal quality: tighten the faster side's settings or loosen the slower side's.",
)
def _quality(pair: Pair) -> str:
    shortfall = _shortfall(pair)
    if shortfall is None:
        return _quality_unknown(pair)
    allowed = LOWER_QUALITY_ONE_SEED if _single_seed(pair) else LOWER_QUALITY
    if shortfall <= allowed:
        return ""
    fast, slow = _fast_slow(pair)
    return (
        f"{fast.quality} {quality_of(fast):.4f} of {fast.task.engine} against {quality_of(slow):.4f} "
        f"of {slow.task.engine} ({100 * shortfall:.2g} % lower on the faster side)"
    )


def _quality_unknown(pair: Pair) -> str:
    without = [record.task.engine for record in pair.answered if record.quality and quality_of(record) is None]
    return f"the quality of {' and '.join(without)} is not known" if without else ""


@rule("residual", UNLIKE, remedy="Ask for a larger --tolerance that both sides reach, or allow more --max-iterations.")
def _residual(pair: Pair) -> str:
    for record in pair.answered:
        residual, tolerance = record.answer.get("residual"), record.task.params.get("tolerance")
        if residual is not None and tolerance is not None and not residual <= tolerance:
            return f"the residual of {record.task.engine} is {residual:.2g}, above the tolerance of {tolerance:.2g}"
    return ""


@rule("weights", UNLIKE, remedy="Measure both again in one command; --ignore-weights leaves the weights out for all.")
def _weights(pair: Pair) -> str:
    one, two = (record.posed for record in pair.sides)
    here, there = _engines(pair)
    if one is not None and two is not None:
        if one.weights != two.weights:
            return f"{here} got weights: {one.weights}; {there} got weights: {two.weights}"
        if one.directed == two.directed and one.digest != two.digest:
            return f"{here} and {there} got different edge weights"
    for record in pair.sides:
        given = record.adapter.get("weight")
        if given and record.posed is not None and record.posed.weights == "none":
            return f"{record.task.engine} was given weights ({given}) on a graph that has none"
    return ""


@rule("direction", UNLIKE, remedy="Measure both again in one command, so that the graph is posed once for all.")
def _direction(pair: Pair) -> str:
    one, two = (record.posed for record in pair.sides)
    if one is None or two is None or one.directed == two.directed:
        return ""
    here, there = _engines(pair)
    directed, undirected = (here, there) if one.directed else (there, here)
    return f"{directed} saw directed edges, {undirected} undirected ones"


@rule(
    "sources",
    UNLIKE,
    remedy="Measure both again with the same --seed, or name a well-connected vertex with --source.",
)
def _sources(pair: Pair) -> str:
    for record in pair.answered:
        alone = record.answer.get("reached") == 1 and record.posed is not None and record.posed.num_vertices > 1
        if alone:
            assert record.posed is not None
            return f"the search of {record.task.engine} reached one vertex of {record.posed.num_vertices:,}: its source"
    one, two = (set(record.trials.sources) for record in pair.sides)
    if one and two and not (one <= two or two <= one):
        return f"only {len(one & two)} of {len(one)} and {len(two)} sources are common to both sides"
    return ""


@rule("pairs", UNLIKE, remedy="Measure both again with the same --seed, and draw the same number.")
def _pairs(pair: Pair) -> str:
    """Both sides need the same draw, except that sources may differ in part: :func:`_sources` checks them."""
    one, two = (record.draw for record in pair.sides)
    if one is None or two is None or {one.kind, two.kind} <= {"sources"} or one.digest == two.digest:
        return ""
    here, there = _engines(pair)
    drawn = [f"{name} got {draw.count:,} {draw.kind} of seed {draw.seed}" for name, draw in ((here, one), (there, two))]
    return f"{drawn[0]}, {drawn[1]}: not the same"


@rule("vacuous_tolerance", UNLIKE, remedy="Ask for a --tolerance below 2 in L1; the default is 1e-6.")
def _vacuous(pair: Pair) -> str:
    for record in pair.sides:
        limits = [record.adapter.get("stops_at")]
        if "residual" in record.answer or "stops_at" in record.adapter:
            limits.append(record.task.params.get("tolerance"))
        widest = max((limit for limit in limits if limit is not None), default=0.0)
        if widest >= VACUOUS:
            return f"{record.task.engine} stops at an L1 change of {widest:.2g}, which any vector meets"
    return ""


@rule(
    "conversion",
    UNLIKE,
    remedy="Measure again with this version of graphbench, which times reading, building and converting.",
)
def _conversion(pair: Pair) -> str:
    for record in pair.answered:
        phases, name = record.phases, record.task.engine
        for phase in ("read", "build", "collect"):
            if getattr(phases, f"{phase}_s") is None:
                return f"the {phase} phase of {name} was not timed, so its end to end leaves it out"
        steps = sum(phases.build_steps_s.values())
        if phases.build_s is not None and steps > 1.01 * phases.build_s:
            return f"the steps of building for {name} take {steps:.3g} s, and only {phases.build_s:.3g} s are counted"
    return ""


@rule(
    "disagreement",
    UNLIKE,
    remedy="At least one is wrong in a way that its certificate does not check: report both to the engines' authors.",
)
def _disagreement(pair: Pair) -> str:
    for record, other in (pair.sides, pair.sides[::-1]):
        for agreed in record.agreement:
            if agreed.engine == other.task.engine and agreed.kind == "differs":
                far = "" if agreed.max_difference is None else f" by {agreed.max_difference:.2g}"
                where = "" if agreed.at is None else f", most at {agreed.at:,}"
                return f"the answers of {record.task.engine} and {other.task.engine} differ{far}{where}"
    return ""


@rule("nothing_to_compute", UNLIKE, remedy="Choose a graph with edges that the problem can work on.")
def _nothing(pair: Pair) -> str:
    for record in pair.sides:
        if record.posed is not None and record.posed.num_edges == 0:
            return f"{record.task.dataset} as posed has no edge, so calls were timed without any work"
        if record.draw is not None and record.draw.count == 0:
            return f"{record.task.dataset} has no {record.draw.kind} to draw, so calls were timed without any work"
    return ""


# Notes


@rule("few_trials", NOTE, remedy="Raise --budget, or pass --trials 5.")
def _few_trials(pair: Pair) -> str:
    if pair.ratio is None or pair.ratio.n >= MIN_SAMPLES:
        return ""
    few = [record for record in pair.answered if len(record.phases.call_s) < MIN_SAMPLES]
    trials = [f"{len(record.phases.call_s)} of {record.task.engine}" for record in few]
    counts = ", ".join(trials) or f"{pair.ratio.n} from sources that both ran"
    text = f"too few warm trials for an interval ({counts}; {MIN_SAMPLES} are needed)"
    alone = [record.task.engine for record in pair.answered if record.trials.stopped == "first_only"]
    if not alone:
        return text
    text += f"; the first call of {' and '.join(alone)} outlasted the budget and is the only one"
    return text + _of_first_calls(pair) if len(alone) == 1 else text


def _of_first_calls(pair: Pair) -> str:
    """The ratio of first calls, where the ratio given compares a first call with warm calls."""
    one, two = (record.phases.first_s for record in pair.sides)
    if not one or not two or pair.bound:
        return ""
    return f", compared with warm trials; the ratio of the first calls is {one / two:.3g}"


@rule("threads", NOTE, remedy="Engines without threads have one, so only --threads 1 is the same for all.")
def _threads(pair: Pair) -> str:
    one, two = (record.environment for record in pair.sides)
    if one is None or two is None or one.threads == two.threads or pair.baseline.device != pair.engine.device:
        return ""
    here, there = _engines(pair)
    return f"{there} may use {count(two.threads, 'thread')}, {here} {count(one.threads, 'thread')}"


@rule(
    "dtype",
    NOTE,
    remedy="Choose a problem that is posed in float64 everywhere, or take the achieved accuracy into account.",
)
def _dtype(pair: Pair) -> str:
    one, two = (record.adapter.get("dtype") or "float64" for record in pair.sides)
    here, there = _engines(pair)
    return "" if one == two else f"{there} computes in {two}, {here} in {one}"


@rule("over_solved", NOTE, remedy="Ask for a smaller --tolerance, so that every engine has to be as accurate.")
def _over_solved(pair: Pair) -> str:
    for record in pair.answered:
        residual, tolerance = record.answer.get("residual"), record.task.params.get("tolerance")
        if residual is not None and tolerance is not None and residual < OVER_SOLVED * tolerance:
            return f"{record.task.engine} reached a residual of {residual:.2g} where {tolerance:.2g} was asked for"
    return ""


@rule("censored", NOTE, remedy="Raise --timeout.")
def _censored(pair: Pair) -> str:
    for record in pair.sides:
        if record.censored is not None:
            limit, name = record.censored, record.task.engine
            if record.outcome is Outcome.TIMEOUT:
                sign = "more" if pair.bound == "lower" else "less"
                return f"{name} was stopped after {limit.after_s:.3g} s in {limit.phase}; the ratio is this or {sign}"
            return f"a trial of {name} was cut off after {limit.after_s:.3g} s and is not in its median"
    return ""


@rule("allocator", NOTE, remedy="Measure with --allocator default and async, and quote the one that will be used.")
def _allocator(pair: Pair) -> str:
    one, two = (record.environment.allocator if record.environment else None for record in pair.sides)
    if one == two:
        return ""
    named = [f"{name} from the {each} allocator" for each, name in zip((one, two), _engines(pair), strict=True) if each]
    return f"device memory of {' and of '.join(named)}"


@rule("one_seed", NOTE, remedy="Raise --budget, so that several seeds are run.")
def _one_seed(pair: Pair) -> str:
    shortfall = _shortfall(pair)
    if shortfall is None or not _single_seed(pair) or shortfall > LOWER_QUALITY_ONE_SEED:
        return ""
    fast, slow = _fast_slow(pair)
    return (
        f"{fast.quality} {quality_of(fast):.4f} of {fast.task.engine} and {quality_of(slow):.4f} of "
        f"{slow.task.engine} are compared from a single seed, where 3 % is allowed"
    )


# What several rules share


def _engines(pair: Pair) -> tuple[str, str]:
    return pair.baseline.task.engine, pair.engine.task.engine


def quality_of(record: Record) -> float | None:
    """The median over trials of the quality that graphbench recomputed; the certified answer's if none is recorded."""
    if record.trials.quality:
        return median(record.trials.quality)
    return record.answer.get(record.quality)


def _fast_slow(pair: Pair) -> tuple[Record, Record]:
    assert pair.ratio is not None
    return (pair.engine, pair.baseline) if pair.ratio.value > 1 else (pair.baseline, pair.engine)


def _shortfall(pair: Pair) -> float | None:
    """By what fraction the faster side's quality is below the other's; None if there is nothing to compare."""
    if pair.ratio is None or len(pair.answered) < 2 or not all(record.quality for record in pair.sides):
        return None
    fast, slow = (quality_of(record) for record in _fast_slow(pair))
    if fast is None or slow is None:
        return None
    if fast >= slow:
        return 0.0
    return (slow - fast) / abs(slow) if slow else float("inf")


def _single_seed(pair: Pair) -> bool:
    """Whether a side's quality comes from one seed: one trial, or trials that all used the same seed."""
    return any(
        len(record.trials.quality) < 2
        or (len(set(record.trials.seeds)) == 1 and record.adapter.get("seed", record.trials.seeds) is not None)
        for record in pair.sides
    )
