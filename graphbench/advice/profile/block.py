"""`with graphbench.profile():` - a block of a notebook or a program, profiled in its own process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from graphbench.advice.profile.calls import Recorder
from graphbench.measure.spelling import python_call

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from graphbench.advice.profile.summary import Report


class profile:  # noqa: N801 - a context manager is called like a function
    """Profile what NetworkX does in a block, and report on stderr when the block ends.

    >>> import graphbench as gb
    >>> with gb.profile() as found:  # doctest: +SKIP
    ...     nx.pagerank(G)
    >>> found.to_dict()["sentence"]  # doctest: +SKIP

    Args:
        gpu: the GPU to estimate for, by a part of its name.
        reference: files of references to estimate from; none: those of the package.
        quiet: print nothing.
    """

    @python_call()
    def __init__(self, *, gpu: str | None = None, reference: Sequence[Path] = (), quiet: bool = False) -> None:
        self._gpu, self._reference, self._quiet = gpu, reference, quiet
        self._recorder: Recorder | None = None
        self._context: AbstractContextManager[None] | None = None
        self.report: Report | None = None
        """What was found; None until the block has ended."""

    def __enter__(self) -> Self:
        self._recorder = Recorder()
        self._context = self._recorder.start()
        self._context.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from graphbench.advice.profile.features import describe, gather
        from graphbench.advice.profile.run import estimates
        from graphbench.advice.profile.summary import Report

        assert self._recorder is not None
        assert self._context is not None
        self._context.__exit__(None, None, None)
        recorded = self._recorder.stop("")
        describe(recorded, gather(recorded, self._recorder.graphs()))
        self.report = Report(profile=recorded, run=estimates(recorded, self._gpu, self._reference))
        if not self._quiet:
            print(self, file=sys.stderr)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values; empty until the block has ended."""
        from graphbench.advice.profile.summary import as_data

        return as_data(self.report) if self.report else {}

    def __str__(self) -> str:
        from graphbench.advice.profile.report import render

        return render(self.report) if self.report else "The block has not ended."
