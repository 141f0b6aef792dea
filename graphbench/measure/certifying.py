"""Answers about graphs that are made on a device, certified there: in the worker, after the last trial.

The engine has let go of its graph by then, so that the device's memory is the certificate's: the same page's, over
chunks of edges that are made anew. Where that fails, because memory runs out or a library does, nothing is said of the
answer: neither that it is valid nor that it is not.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import msgspec

from graphbench import registry
from graphbench.algorithms.base import Algorithm
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.on_device.edges import MadeOnDevice
from graphbench.graphs.on_device.maker import is_out_of_memory
from graphbench.measure.answers import Verified, verify
from graphbench.measure.job import load_inputs
from graphbench.measure.protocol import Certify

LEAST_S = 600.0
"""How long certifying may take at least, whatever limit the task has: it is no part of what is measured."""
_THRIFT = (1, 4, 16)
"""Parts of the device's memory to make edges in: the next is tried when memory runs out."""


def certified(request: Certify) -> Verified:
    """Certify the answers of a task.

    Raises:
        Exception: whatever the libraries raise.
    """
    algorithm = registry.algorithm(request.algorithm)
    return certified_there(
        algorithm,
        EdgeList.open(request.edges, request.dataset),
        {trial: Path(file) for trial, file in request.files.items()},
        inputs=load_inputs(request.inputs),
        params=request.params,
        seed=request.seed,
        claims=request.claims,
        disputed=request.disputed_pairs,
    )


def certified_there(algorithm: Algorithm, posed: EdgeList, files: dict[int, Path], **asked: Any) -> Verified:
    """Like :func:`graphbench.measure.answers.verify`, on the graph's device where the certificate can.

    Raises:
        Exception: whatever the libraries raise.
    """
    if not isinstance(posed, MadeOnDevice):
        return verify(algorithm, posed, files, **asked)
    if not algorithm.on_device:
        return verify(algorithm, posed.on_host(), files, **asked)
    for thrift in _THRIFT:
        posed.thrift = thrift
        try:
            if thrift == _THRIFT[0]:
                posed.hold()
            verdict = verify(algorithm, posed, files, **asked)
        except Exception as error:
            if not is_out_of_memory(error) or thrift == _THRIFT[-1]:
                raise
        else:
            detail = f"{verdict.certificate.detail}; certified on the device"
            return verdict._replace(certificate=msgspec.structs.replace(verdict.certificate, detail=detail))
        finally:
            posed.let_go()
        gc.collect()  # a traceback holds the arrays of the failed attempt
    raise AssertionError("the last attempt returns or raises")


def attempted(algorithm: Algorithm, posed: EdgeList, files: dict[int, Path], **asked: Any) -> Verified | str:
    """Like :func:`certified_there`; a failure comes back as its reason."""
    try:
        return certified_there(algorithm, posed, files, **asked)
    except Exception as error:  # noqa: BLE001  a library of a device may raise anything
        return f"{type(error).__name__}: {error}"
