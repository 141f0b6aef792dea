"""When two sides did different work, or may have: a ratio is given, and does not count."""

from __future__ import annotations

from graphbench.records.rules.base import UNDECIDED, UNLIKE, Pair, names, rule
from graphbench.records.rules.quality import (
    LOWER_QUALITY,
    LOWER_QUALITY_ONE_SEED,
    has_single_seed,
    lower,
    quality_of,
    shortfall_of,
)
from graphbench.system.text import format_seconds

VACUOUS = 2.0
"""The largest L1 distance of two probability vectors: any vector meets a tolerance as large."""


@rule(
    "not_certified",
    UNLIKE,
    meaning="An answer could not be checked, so it may be wrong.",
    remedy="See the engine's warning for the cause, and measure again.",
)
def _not_certified(pair: Pair) -> str:
    without = [record.task.engine for record in pair.answered if record.certificate is None]
    return f"the answer of {' and of '.join(without)} is not certified" if without else ""


@rule(
    "quality",
    UNLIKE,
    meaning="The faster side's answer is more than 1 % worse (3 % where one seed is known).",
    remedy="Compare at equal quality: tighten the faster side's settings or loosen the slower side's.",
)
def _quality(pair: Pair) -> str:
    shortfall = shortfall_of(pair)
    if shortfall is None:
        return _quality_unknown(pair)
    allowed = LOWER_QUALITY_ONE_SEED if has_single_seed(pair) else LOWER_QUALITY
    if shortfall <= allowed:
        return ""
    return lower(pair, shortfall)


@rule(
    "one_seed",
    UNDECIDED,
    meaning="The faster side's answer is 1 to 3 % worse, and a side's quality is known from one seed only.",
    remedy="Raise --budget, so that several seeds are run.",
)
def _one_seed(pair: Pair) -> str:
    shortfall = shortfall_of(pair)
    if shortfall is None or not has_single_seed(pair) or not LOWER_QUALITY < shortfall <= LOWER_QUALITY_ONE_SEED:
        return ""
    return f"{lower(pair, shortfall)}, from a single seed"


def _quality_unknown(pair: Pair) -> str:
    without = [record.task.engine for record in pair.answered if record.quality and quality_of(record) is None]
    return f"the quality of {' and '.join(without)} is not known" if without else ""


@rule(
    "residual",
    UNLIKE,
    meaning="An answer misses the tolerance that was asked for.",
    remedy="Ask for a larger --tolerance that both sides reach, or allow more --max-iterations.",
)
def _residual(pair: Pair) -> str:
    for record in pair.answered:
        residual, tolerance = record.answer.get("residual"), record.task.params.get("tolerance")
        if residual is not None and tolerance is not None and not residual <= tolerance:
            return f"the residual of {record.task.engine} is {residual:.2g}, above the tolerance of {tolerance:.2g}"
    return ""


@rule(
    "weights",
    UNLIKE,
    meaning="The two sides used different edge weights.",
    remedy="Measure both again in one command; --ignore-weights leaves the weights out for all.",
)
def _weights(pair: Pair) -> str:
    one, two = (record.posed for record in pair.sides)
    here, there = names(pair)
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


@rule(
    "direction",
    UNLIKE,
    meaning="One side saw directed edges, the other undirected ones.",
    remedy="Measure both again in one command, so that the graph is posed once for all.",
)
def _direction(pair: Pair) -> str:
    one, two = (record.posed for record in pair.sides)
    if one is None or two is None or one.directed == two.directed:
        return ""
    here, there = names(pair)
    directed, undirected = (here, there) if one.directed else (there, here)
    return f"{directed} saw directed edges, {undirected} undirected ones"


@rule(
    "sources",
    UNLIKE,
    meaning="The two sides searched from different sources, or a search reached its source alone.",
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


@rule(
    "pairs",
    UNLIKE,
    meaning="The two sides answered about different pairs or vertices.",
    remedy="Measure both again with the same --seed, and draw the same number.",
)
def _pairs(pair: Pair) -> str:
    """Both sides need the same draw, except that sources may differ in part: :func:`_sources` checks them."""
    one, two = (record.draw for record in pair.sides)
    if one is None or two is None or {one.kind, two.kind} <= {"sources"} or one.digest == two.digest:
        return ""
    here, there = names(pair)
    drawn = [f"{name} got {draw.count:,} {draw.kind} of seed {draw.seed}" for name, draw in ((here, one), (there, two))]
    return f"{drawn[0]}, {drawn[1]}: not the same"


@rule(
    "vacuous_tolerance",
    UNLIKE,
    meaning="The tolerance is so large that any answer meets it.",
    remedy="Ask for a --tolerance below 2 in L1; the default is 1e-6.",
)
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
    meaning="A conversion that a user has to wait for was not timed.",
    remedy="Measure again with this version of graphbench, which times reading, building and converting.",
)
def _conversion(pair: Pair) -> str:
    for record in pair.answered:
        phases, name = record.phases, record.task.engine
        for phase, taken in (("read", phases.read_s), ("build", phases.build_s), ("collect", phases.collect_s)):
            if taken is None:
                return f"the {phase} phase of {name} was not timed, so its first answer leaves it out"
        steps = sum(phases.build_steps_s.values())
        if phases.build_s is not None and steps > 1.01 * phases.build_s:
            whole, counted = format_seconds(steps), format_seconds(phases.build_s)
            return f"the steps of building for {name} take {whole}, and only {counted} are counted"
    return ""


@rule(
    "disagreement",
    UNLIKE,
    meaning="The two answers differ.",
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


@rule(
    "nothing_to_compute",
    UNLIKE,
    meaning="The graph has nothing that the problem works on, so the calls did no work.",
    remedy="Choose a graph with edges that the problem can work on.",
)
def _nothing(pair: Pair) -> str:
    for record in pair.sides:
        if record.posed is not None and record.posed.num_edges == 0:
            return f"{record.task.dataset} as posed has no edge, so calls were timed without any work"
        if record.draw is not None and record.draw.count == 0:
            return f"{record.task.dataset} has no {record.draw.kind} to draw, so calls were timed without any work"
    return ""
