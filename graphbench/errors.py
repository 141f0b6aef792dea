"""Every error that graphbench raises on purpose, in one tree.

::

    GraphbenchError
    ├── UsageError            the request is wrong: a bad value, options that exclude each other
    │   ├── UnknownNameError  no such algorithm, engine, dataset ("did you mean ...?")
    │   └── UnknownVertexError  no such vertex in the graph
    ├── DatasetError          the data is wrong or unavailable
    │   ├── MissingFileError  no such file; a UsageError, too, as an unknown name is
    │   ├── FormatError       a file breaks its format (file, line, what was expected)
    │   ├── FetchError        the download failed (what was tried, what to try next)
    │   │   └── ChecksumError the downloaded file is not the expected one
    │   └── InputError        the graph does not fit the problem (negative weights, no vertex, ...)
    ├── EngineError           an engine cannot do what was asked
    │   ├── UnavailableError  not installed, no GPU, ... (reason and fix)
    │   ├── UnsupportedError  the engine has no such algorithm, or a declared gap (reason)
    │   └── ConvergenceError  the engine reached its limit of iterations before the tolerance
    ├── DefinitionError       a page, an engine's file or a plugin is not as CONTRIBUTING.md describes it
    └── StoreError            records cannot be read or written
        └── MissingStoreError no such store; a UsageError, too

Each message says what is wrong, what was found and what was expected, and ends with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar

on_command_line: ContextVar[bool] = ContextVar("on_command_line", default=False)
"""Whether the command line asked: messages keep its flags. Else they name arguments of Python."""

_LISTED = 80
"""How many names a message lists at most; the index of a collection has thousands."""


class GraphbenchError(Exception):
    """The root of the tree: catch it to catch every error that graphbench raises on purpose."""


class UsageError(GraphbenchError):
    """The request itself is wrong."""


class UnknownNameError(UsageError):
    """An unknown name.

    Args:
        kind: what was looked for, in the singular ("algorithm", "engine", "dataset").
        name: what the user typed.
        known: the names that exist; the message suggests similar ones.
        hint: one more sentence about what else is accepted.
        close: the similar names, if the caller knows better than a comparison with `known`.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], hint: str = "", *, close: list[str] | None = None
    ) -> None:
        import difflib  # here, because importing it takes longer than the rest of this module

        known = sorted(known)
        by_case = {candidate.casefold(): candidate for candidate in known}
        close = close or [
            by_case[match] for match in difflib.get_close_matches(name.casefold(), by_case, n=3, cutoff=0.6)
        ]
        everything = f"Known: {', '.join(known)}." if len(known) <= _LISTED else f"None of the {len(known):,} is close."
        advice = f"Did you mean {_either(close)}?" if close else everything
        super().__init__(" ".join(part for part in (f"No {kind} is called {name!r}.", advice, hint) if part))
        self.kind, self.name, self.suggestions = kind, name, tuple(close)


class UnknownVertexError(UsageError):
    """A vertex that was named is not in the graph."""


class DatasetError(GraphbenchError):
    """A dataset is wrong or unavailable."""


class MissingFileError(DatasetError, UsageError):
    """A file that was named does not exist."""


class FormatError(DatasetError):
    """A file breaks its format.

    Args:
        path: the file, as the user knows it.
        problem: what is wrong there, and what was expected.
        line: the 1-based line, if known.
    """

    def __init__(self, path: object, problem: str, line: int | None = None) -> None:
        place = f"{path}, line {line}" if line is not None else f"{path}"
        super().__init__(f"{place}: {problem}")
        self.path, self.line, self.problem = str(path), line, problem


class FetchError(DatasetError):
    """A download failed at every address.

    Args:
        problem: what was tried, with what result.
        advice: what to try next; the message ends with it.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(f"{problem}\n{advice}" if advice else problem)
        self.problem, self.advice = problem, advice


class ChecksumError(FetchError):
    """The downloaded file differs from the expected one."""


class InputError(DatasetError):
    """The graph does not fit the problem, such as negative weights."""


class EngineError(GraphbenchError):
    """An engine cannot do what was asked of it."""


class UnavailableError(EngineError):
    """An engine cannot run on this machine: why, and how to fix it.

    Args:
        engine: the engine's name.
        reason: why it is unavailable ("not installed", "no NVIDIA driver", ...).
        fix: what to do about it; empty if nothing helps.
    """

    def __init__(self, engine: str, reason: str, fix: str = "") -> None:
        super().__init__(f"{engine} is unavailable: {reason}." + (f" {fix}" if fix else ""))
        self.engine, self.reason, self.fix = engine, reason, fix


class UnsupportedError(EngineError):
    """An engine does not solve this problem."""


class ConvergenceError(EngineError):
    """An engine reached its limit of iterations.

    Args:
        iterations: the limit; None if it is the library's own, which no option changes.
        reported: what the library reports; for its own limit.
    """

    def __init__(self, iterations: int | None, reported: str = "") -> None:
        if iterations is None:
            message = f"did not converge within its own limit of iterations ({reported}); measure another engine"
        else:
            message = f"did not converge within {iterations:,} iterations; raise --max-iterations"
        super().__init__(message)
        self.iterations = iterations


class DefinitionError(GraphbenchError):
    """An algorithm's page, an engine's file or a plugin is not as CONTRIBUTING.md describes it."""


class StoreError(GraphbenchError):
    """A store of records cannot be read or written."""


class MissingStoreError(StoreError, UsageError):
    """A store that was named does not exist."""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
