"""Why a ratio is not simply a ratio: every reason, its one fixed effect, a sentence, and what to do about it."""

from __future__ import annotations

import enum
from typing import Self


class Verdict(enum.StrEnum):
    """Whether a ratio compares like with like."""

    LIKE = "like"
    UNLIKE = "unlike"  # a ratio is given, and the two sides did not do the same
    REFUSED = "refused"  # no ratio is given


class Effect(enum.StrEnum):
    """What a reason does to the verdict."""

    NOTE = "note"  # stays like
    UNLIKE = "unlike"
    REFUSED = "refused"


class Reason(enum.StrEnum):
    """A reason; its value is the code that stands before the colon in records of a comparison.

    Attributes:
        effect: what it does to the verdict.
        sentence: what it means, in general; a comparison puts its own figures in.
        remedy: what to do about it.
    """

    effect: Effect
    sentence: str
    remedy: str

    def __new__(cls, code: str, effect: Effect, sentence: str, remedy: str) -> Self:
        """A member is a string, its code, and carries the rest."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.effect, member.sentence, member.remedy = effect, sentence, remedy
        return member

    FEW_TRIALS = (
        "few_trials",
        Effect.NOTE,
        "fewer than five trials give a range, not an interval",
        "Give more time with --budget, or ask for trials with --trials 5.",
    )
    THREADS = (
        "threads",
        Effect.NOTE,
        "the two sides may use different numbers of threads",
        "Engines without threads have one, so only --threads 1 is the same for all.",
    )
    DTYPE = (
        "dtype",
        Effect.NOTE,
        "the two sides compute in different floating-point types",
        "Choose a problem that is posed in float64 everywhere, or take the achieved accuracy into account.",
    )
    OVER_SOLVED = (
        "over_solved",
        Effect.NOTE,
        "an engine worked far beyond the tolerance, and its time includes that",
        "Ask for a smaller --tolerance, so that every engine has to work as far.",
    )
    CENSORED = (
        "censored",
        Effect.NOTE,
        "a time limit struck, so a time is only known to be longer",
        "Give more time with --timeout.",
    )
    ALLOCATOR = (
        "allocator",
        Effect.NOTE,
        "device memory was allocated in a way that changes the time up to threefold",
        "Measure with --allocator default and async, and quote the one that will be used.",
    )
    ONE_SEED = (
        "one_seed",
        Effect.NOTE,
        "quality was compared from a single seed, which can be off by 3 %",
        "Give more time with --budget, so that several seeds are run.",
    )
    QUALITY = (
        "quality",
        Effect.UNLIKE,
        "the faster side's answer is more than 1 % worse",
        "Compare at equal quality: tighten the faster side's settings or loosen the slower side's.",
    )
    RESIDUAL = (
        "residual",
        Effect.UNLIKE,
        "an answer misses the tolerance",
        "Ask for a larger --tolerance that both sides reach, or allow more --max-iterations.",
    )
    WEIGHTS = (
        "weights",
        Effect.UNLIKE,
        "the two sides did not see the same edge weights",
        "Measure both again in one command; --ignore-weights leaves the weights out for all.",
    )
    DIRECTION = (
        "direction",
        Effect.UNLIKE,
        "one side saw directed edges, the other undirected ones",
        "Measure both again in one command, so that the graph is posed once for all.",
    )
    SOURCES = (
        "sources",
        Effect.UNLIKE,
        "the two sides did not search from the same sources, or a search went nowhere",
        "Measure both again with the same --seed, or name a well-connected vertex with --source.",
    )
    PAIRS = (
        "pairs",
        Effect.UNLIKE,
        "the two sides were given different pairs, vertices or labels",
        "Measure both again with the same --seed, and with the same number of what is drawn.",
    )
    VACUOUS_TOLERANCE = (
        "vacuous_tolerance",
        Effect.UNLIKE,
        "the stopping rule is met by any vector",
        "Ask for a --tolerance below 2 in L1; the default is 1e-6.",
    )
    CONVERSION = (
        "conversion",
        Effect.UNLIKE,
        "making the graph is not fully timed, so end to end leaves out a conversion",
        "Measure again with this version of graphbench, which times reading, building and converting.",
    )
    DISAGREEMENT = (
        "disagreement",
        Effect.UNLIKE,
        "the two sides' answers differ by more than right answers can",
        "At least one is wrong where its certificate did not look: report both to the engines' authors.",
    )
    NOTHING_TO_COMPUTE = (
        "nothing_to_compute",
        Effect.UNLIKE,
        "there was nothing to compute, so calls were timed and no work",
        "Choose a graph with edges that the problem can work on.",
    )
    MACHINE = (
        "machine",
        Effect.REFUSED,
        "the two sides ran on different machines",
        "Measure both on one machine.",
    )
    DATASET = (
        "dataset",
        Effect.REFUSED,
        "the two sides did not get the same graph",
        "Measure both again on the present version of the dataset.",
    )
    INVALID = (
        "invalid",
        Effect.REFUSED,
        "an answer failed its certificate",
        "A wrong answer has no speed: look at the certificate and report it to the engine's authors.",
    )
    STALE = (
        "stale",
        Effect.REFUSED,
        "a record is older than the code that it measured",
        "Measure again.",
    )
    NO_TIME = (
        "no_time",
        Effect.REFUSED,
        "a side has no time",
        "See its outcome for why and what to do.",
    )

    def because(self, detail: str = "") -> str:
        """The text for a comparison: the code, a colon, and the sentence, or a sentence with figures in it."""
        return f"{self.value}: {detail or self.sentence}"

    @classmethod
    def of(cls, text: str) -> Reason:
        """The reason that a text made by :meth:`because` is about.

        Raises:
            ValueError: if the text is about none.
        """
        code = text.partition(":")[0]
        for reason in cls:
            if reason.value == code:
                return reason
        raise ValueError(f"no reason is called {code!r}")
