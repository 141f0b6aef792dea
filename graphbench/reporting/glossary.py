"""Every word that a result uses, explained: for `graphbench explain` and for the legend under a table.

The words of verdicts, notes, outcomes, phases, totals and changes are explained where they are declared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graphbench.records.history import STEPS
from graphbench.records.model import PHASES, Outcome
from graphbench.records.regression import KINDS
from graphbench.records.rules import RULES, Effect, Verdict
from graphbench.records.statistics import CONFIDENCE, MIN_SAMPLES
from graphbench.reporting.numbers import AT_LEAST, AT_MOST, TIMES, encodable
from graphbench.reporting.quantities import QUANTITIES, TITLED
from graphbench.reporting.speeds import MEANINGS
from graphbench.reporting.warned import KINDS as WARNINGS
from graphbench.reporting.wording import EARLIER_RULES


class Entry(NamedTuple):
    """A word, what kind of word it is, and what it means; a word may have several entries."""

    word: str
    kind: str
    meaning: str


_MARKS = {
    "(a to b)": f"{100 * CONFIDENCE:g} % interval",
    "range": f"smallest to largest, as an interval needs {MIN_SAMPLES} calls",
    "first calls": "compared where a side has no warm call",
    "first call": "there is no warm call",
    "rebuilt": "a call on a graph built anew, where no work is reused",
    "collect": "copying the answer to the host, which is counted: the call leaves work to it",
    "at least": "a bound",
    "at most": "a bound",
    "predicted": "not started, because it was expected to run out of time or memory",
    "wrong": "the answer failed its certificate",
    EARLIER_RULES: "measured before the rules of measurement changed; it is in no ratio",
}
_OCCURS = {
    "(a to b)": re.compile(r"\([\d.,]+ to "),
    f"a to b{TIMES}": re.compile(rf"^[\d.,]+ to .*{TIMES}$|\(range "),
    "first calls": re.compile("first calls$"),
    "rebuilt": re.compile(r"\(rebuilt "),
    "collect": re.compile(r"\bcollect [\d.]+ \S+\)$"),
    f"{AT_LEAST}N": re.compile(f"^{AT_LEAST}"),
    f"{AT_MOST}N": re.compile(f"^{AT_MOST}"),
    "predicted": re.compile(", predicted$"),
    EARLIER_RULES: re.compile(EARLIER_RULES),
}
"""How a mark is recognised in a cell."""
_ALSO = {
    "a to bx": "range", ">=": "at least", ">=n": "at least", "<=": "at most", "<=n": "at most", "x": "vs",
    "possibly slower": "possible", "possibly faster": "possible", "possibly changed": "possible",
    "line break": "line breaks",
}  # fmt: skip
"""Signs in ASCII and forms of words, and the words that they are explained as."""
_COLUMNS = {
    **{re.split(" by | vs ", one.title)[0]: one.meaning for one in QUANTITIES if one.meaning},
    "vs": "how many times as fast as that engine: its time over the time of the row's engine",
    "baseline": "the engine that ratios are taken against; --baseline chooses it",
    "calls": TITLED["n"].meaning,
    "all trials": "the smallest and the largest of all trials",
    "cases vs": "how many pairs of a problem and a graph have a ratio",
    "stale": "what has changed since the record was made: it is in no ratio",
    "current": "the record is of this machine, and nothing has changed since it was made",
    "rounds": "in how many processes each side was measured, one after another",
}
_ANSWERS = {
    "answer": "the number that stands for the answer",
    "modularity": "quality of a partition: edges inside its parts, less those expected by chance; higher is better",
    "separation": "quality of a cut: edges inside the clusters against those between them; higher is better",
    "residual": "how far the answer is from solving its equation: lower is more accurate",
    "reached": "how many vertices the search reached from its source",
    "components": "how many components the graph has",
    "communities": "how many communities were found",
    "triangles": "how many triangles the graph has",
    "max core": "the largest core number",
    "average": "the mean over all vertices",
    "largest": "the largest score of a vertex",
    "edges": "how many edges the answer has",
    "entries": "of a graph or its matrix: its edges, an undirected one counted in both directions",
    "weight": "the sum of the edge weights of the answer",
    "hops": "how many steps all walks made together",
    "numbers": "how many new vertex numbers were given",
    "mean": "of an answer: the mean over all pairs that were asked about",
}
_TEXT = {
    "certified": "the answer passed its certificate",
    "certificate": "a check of an answer against the graph, outside the timer, which needs no engine's answer",
    "adapter": "the few lines of an engine's file that pose one problem to its library",
    "break even": "the number of calls on one graph from which on one engine costs no more in all than another",
    "mean": "of ratios: the geometric mean",
    "geometric mean": "of ratios: their product to the power of one over their number, so 2x and 0.5x make 1x",
    "no difference found": "the interval, or the range, of the ratio includes 1",
    "default": "of an allocator: the GPU memory resource that importing the library sets",
    "async": "of an allocator: GPU memory from CUDA's own pool, in the order of the stream",
    "case": "one problem on one graph",
    "cell": "of a heat map: an engine in a case; of two stores that are compared: a task that both have",
    "trial": "one timed call; all after the first are warm calls, of which --trials sets the number",
    "round": "one process of --rounds: each measures all anew, as times differ from process to process",
    "twin": "a generated graph of the size of a real one, to use without a download",
    "boundary": "of a capacity search: between the largest graph that fits in memory and the smallest that does not",
}

_ADVICE = {
    "90 % interval": "of an estimate: it holds the true value in 90 % of cases; of a measured time, that of its median",
    "script": "seconds of a script with so many calls: start, read, build and all calls",
    "times as fast": "the CPU's time of a call over that of the GPU, as an interval: below 1 the GPU is slower",
    "memory": "of an estimate: the most GPU memory that the task takes, the CUDA context included",
    "card": "the smallest usual size of GPU memory that surely holds the task; in brackets one that perhaps does",
    "busy": "more programs ran than the machine has cores, which leaves it open: measure again on a quiet machine",
    "unclear": "the interval includes both outcomes",
    "never": "however many calls there are, it costs more",
    "depth": "levels of a breadth-first search from a vertex far away: large for roads, small for social networks",
    "skew": "mean squared degree over squared mean degree: 1 where all degrees are equal",
    "social": "of a graph: few levels for its size, as in social networks",
    "road": "of a graph: many levels for its size, as in networks of roads",
    "largest degree": "the most edges at one vertex",
    "distance": "how different two graphs are: 1 is a factor of 2.7 in size, density, depth or skew of degrees",
}
_GPUS_AND_GROWTH = {
    "speedup": "how many times as fast: the time of one over that of the other",
    "efficiency": "speedup over the number of GPUs: 100 % where twice the GPUs take half the time",
    "exponent": "how time grows with the edges: 1 is in proportion, 2 is four times the time for twice the edges",
    "scatter": "how far the times lie from the fitted line, typically",
    "peak": "the most memory that was used at once",
    "limit": "the memory within which a capacity was searched",
    "tries": "how many graphs a capacity search tried",
}
_CELLS = {
    "broken": "it had an answer, and has none now; the reason is given",
    "lost": "both sides have an answer, and can no longer be compared: another graph, a worse answer, no warm call",
    "only in the old store": "it was not measured again",
    "only in the new store": "it was not measured before",
}
_OF_TABLES = {
    "algorithm": "what is computed, such as pagerank; `graphbench show` has its definition",
    "problem": "an algorithm with its parameters",
    "graph": "what it is computed on, by its name or file",
    "task": "an algorithm on a graph with an engine and parameters: what a record measures",
    "vertices": "how many the graph has, isolated ones included",
    "edges, once": "how many edges the graph has, an undirected one counted once",
    "its edges": "how many edges the smallest graph has that does not fit",
    "failed in": "the phase in which the smallest graph that does not fit ended",
    "sizes": "how many graphs the line is fitted to",
    "95 % interval": "it holds the true value in 95 % of cases",
    "change": "which way a time changed",
    "old call": "the warm call in the first of two stores; rebuilt or first calls where that is said, on both sides",
    "new call": "the same call in the second of two stores",
    "old / new": "how many times as fast the second store is: its old call over its new call",
    "from": "the day of the first record after a change",
    "time": "how much longer a call takes after a change, with the interval; below zero it takes less time",
    "version": "of the library that was measured",
    "new version, or why": "what changed with the time: a version, or the reason why it is not judged",
    "graphbench": "the version of graphbench that measured",
    "records": "how many records there are",
    "measured": "the days of the records",
    "newest": "the warm call of the newest record",
}
_GRAPH = {
    "isolated": "of a vertex: it has no edge",
    "loops": "edges from a vertex to itself; cleaning drops them",
    "duplicates": "edges that are there several times; cleaning keeps the one of smallest weight",
    "median": "half of the values are smaller, half are larger",
    "interval": "it holds the true value with the probability that is given with it",
    "warm trial": "a warm call: a timed call after the first one",
    "estimate": "computed from measurements elsewhere; it is in no ratio and no mean",
}


def entries() -> list[Entry]:
    """All words, kind by kind."""
    found = [Entry(str(each), "verdict", each.meaning) for each in Verdict]
    for rule in sorted(RULES.values(), key=lambda rule: list(Effect).index(rule.effect)):
        kind = "note of a verdict" if rule.effect is Effect.NOTE else f"reason of the verdict {rule.effect}"
        found.append(Entry(rule.words, kind, f"{rule.meaning} {rule.remedy}"))
    groups: dict[str, Mapping[str, str]] = {
        "outcome": {each.in_words: each.meaning for each in Outcome},
        "phase": PHASES,
        "total": MEANINGS,
        "mark in a cell": _MARKS,
        "column": _COLUMNS,
        "answer": _ANSWERS,
        "change between two stores": KINDS | _CELLS,
        "change in a history": {"line breaks" if kind == "apart" else kind: text for kind, text in STEPS.items()},
        "warning": {kind.word: kind.meaning for kind in WARNINGS},
        "word of a sentence": _TEXT | _GRAPH,
        "column of another table": _OF_TABLES,
        "word of an estimate": _ADVICE,
        "word of growth and capacity": _GPUS_AND_GROWTH,
    }
    return found + [Entry(word, kind, text) for kind, words in groups.items() for word, text in words.items()]


def meanings() -> dict[str, Entry]:
    """What the titles of tables mean: the first entry of each word, by the word in small letters."""
    found: dict[str, Entry] = {}
    for entry in entries():
        if entry.kind in {"verdict", "outcome", "phase", "total", "column"}:
            found.setdefault(entry.word.casefold(), entry)
    return found


def first_word(title: str, known: Mapping[str, Entry]) -> Entry | None:
    """The entry of the longest word that a title begins with; None where there is none."""
    folded = title.casefold()
    begun = [word for word in known if folded.startswith(word) and not folded[len(word) :][:1].isalnum()]
    return known[max(begun, key=len)] if begun else None


def explain(word: str) -> list[Entry]:
    """The entries of a word, however it is written, or of what it begins with: `few_trials`, `vs networkx`."""
    wanted = _word(" ".join(re.split(r"[\s_-]+", word.strip(" -").casefold())))
    found = [entry for entry in entries() if entry.word.casefold() == wanted]
    begun = first_word(wanted, meanings())
    if found or begun is not None:
        return found or ([begun] if begun else [])
    before, comma, _ = wanted.partition(",")
    shorter = before if comma else wanted.removesuffix("s")
    return explain(shorter) if shorter != wanted else []


def _word(text: str) -> str:
    """What a sign is explained as; any other text itself."""
    return _ALSO.get(encodable(text, "ascii").casefold(), text)


def legend(titles: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The words of a table that a reader may not know, each with its meaning."""
    heads = {" ".join(title.split()) for title in titles}
    found = {word: text for word, text in MEANINGS.items() if word in heads}
    found |= {mark: _MARKS[_word(mark)] for mark, pattern in _OCCURS.items() if any(map(pattern.search, cells))}
    found |= {str(each): each.meaning for each in Verdict if each is not Verdict.LIKE and str(each) in cells}
    return [f"{word}: {text}" for word, text in found.items()]
