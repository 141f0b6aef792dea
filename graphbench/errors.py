"""Every error that graphbench raises on purpose, in one tree.

::

    GraphbenchError
    ├── UsageError            the request is wrong: a bad value, options that exclude each other
    │   └── UnknownNameError  no such algorithm, engine, dataset ("did you mean ...?")
    ├── DatasetError          the data is wrong or cannot be had
    │   ├── FormatError       a file is not what its format promises (file, line, expected)
    │   ├── FetchError        nothing could be downloaded (what was tried, what to try next)
    │   │   └── ChecksumError the download is not the graph that was asked for
    │   └── InputError        the graph does not fit the problem (negative weights, no vertex, ...)
    ├── EngineError           an engine cannot do what was asked
    │   ├── UnavailableError  not installed, no GPU, ... (reason and fix)
    │   ├── UnsupportedError  the engine has no such algorithm, or a declared gap (reason)
    │   └── ConvergenceError  the engine used up its iterations before it met the tolerance
    └── StoreError            records cannot be read or written

Each message says what happened and why, and ends with what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable

_LISTED = 80
"""How many names a message lists at most; the index of a collection has thousands."""


class GraphbenchError(Exception):
    """The root: catching it catches all that graphbench raises on purpose."""


class UsageError(GraphbenchError):
    """The request itself is wrong."""


class UnknownNameError(UsageError):
    """A name that nothing answers to.

    Args:
        kind: what was looked for, in the singular ("algorithm", "engine", "dataset").
        name: what the user typed.
        known: the names that exist; the nearest ones are suggested.
        hint: one more sentence on what else would be accepted.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        import difflib  # a slip is rare, and importing this takes longer than naming all errors

        known = sorted(known)
        spelt = {candidate.casefold(): candidate for candidate in known}
        close = [spelt[match] for match in difflib.get_close_matches(name.casefold(), spelt, n=3, cutoff=0.6)]
        all_of_them = (
            f"Known: {', '.join(known)}." if len(known) <= _LISTED else f"None of the {len(known):,} is close."
        )
        advice = f"Did you mean {_either(close)}?" if close else all_of_them
        super().__init__(" ".join(part for part in (f"No {kind} is called {name!r}.", advice, hint) if part))
        self.kind, self.name, self.suggestions = kind, name, tuple(close)


class DatasetError(GraphbenchError):
    """A dataset is wrong or cannot be had."""


class FormatError(DatasetError):
    """A file breaks its format.

    Args:
        path: the file, as the user knows it.
        problem: what is wrong there, and what was expected.
        line: the 1-based line, where one can be named.
    """

    def __init__(self, path: object, problem: str, line: int | None = None) -> None:
        place = f"{path}, line {line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {problem}")
        self.path, self.line, self.problem = str(path), line, problem


class FetchError(DatasetError):
    """A download failed at every address.

    Args:
        problem: what was tried, and what came of it.
        advice: what to try next, whatever was to be fetched; the message ends with it.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(f"{problem}\n{advice}" if advice else problem)
        self.problem, self.advice = problem, advice


class ChecksumError(FetchError):
    """Bytes arrived, but not those of the graph that was asked for."""


class InputError(DatasetError):
    """The graph does not fit the problem posed on it."""


class EngineError(GraphbenchError):
    """An engine cannot do what was asked of it."""


class UnavailableError(EngineError):
    """An engine cannot run on this machine: why, and the command that mends it.

    Args:
        engine: the engine's name.
        reason: why it is unavailable ("not installed", "no NVIDIA driver", ...).
        fix: what to do about it; empty where nothing can be done.
    """

    def __init__(self, engine: str, reason: str, fix: str = "") -> None:
        super().__init__(f"{engine} is unavailable: {reason}." + (f" {fix}" if fix else ""))
        self.engine, self.reason, self.fix = engine, reason, fix


class UnsupportedError(EngineError):
    """An engine does not solve this problem."""


class ConvergenceError(EngineError):
    """An engine gave up at the limit of iterations.

    Args:
        iterations: the limit that it was given.
    """

    def __init__(self, iterations: int) -> None:
        super().__init__(f"did not converge within {iterations:,} iterations; raise --max-iterations")
        self.iterations = iterations


class StoreError(GraphbenchError):
    """A store of records cannot be read or written."""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
