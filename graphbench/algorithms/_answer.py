"""What an answer is: its kinds, what an adapter may return besides a bare result, and a certificate's finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

import msgspec

Kind = Literal[
    "partition",
    "labels",
    "scores",
    "vectors",
    "depths",
    "distances",
    "pair_scores",
    "edges",
    "arcs",
    "numbering",
    "walks",
    "quantities",
]
AnyKind = Kind | Literal["counts"]
"""The common form of an answer, a NumPy array made by `Engine.answer`: counts are the same for all engines, each other
`Kind` depends on the engine's `collect`.

=============  ==================  ==========================================================================
kind           shape, dtype        meaning
=============  ==================  ==========================================================================
partition      (n,) int64          community of each vertex; any labels; several answers can be good
labels         (n,) int64          component of each vertex; any labels; one right answer up to renaming
scores         (n,) float64        one number for each vertex
vectors        (n, c) float64      c numbers for each vertex, in the order that the page states
counts         (n,) int64          one integer for each vertex, exact
depths         (n,) int64          hops from the source, -1 where unreached
distances      (n,) float64        weighted distance from the source, inf where unreached
pair_scores    (k,) float64        one number for each of the k given pairs, in their order
edges          (k, 2) int64        edges of a subgraph, sorted; an undirected one once, the smaller end first
arcs           (k, 2) int64        entries of a sparse matrix, row and column, sorted; with weights
               (k, 3) float64      a third column
numbering      (k + m, 2) int64    a table, then edges: for each new number 0 to k - 1, in order, that number and the
                                   old one; then the m edges in new numbers, sorted
walks          (k, l) int64        vertices of each walk, in the order of the given starts; -1 after its end
quantities        (c,) float64        a few numbers about the whole graph, in the order that the page states
=============  ==================  ==========================================================================
"""

KINDS: tuple[str, ...] = (*get_args(Kind), "counts")

Quantities = dict[str, float | int]


class Renumbered(NamedTuple):
    """A subgraph whose vertices were renumbered by the library.

    Attributes:
        graph: the library's.
        vertices: the old id of each new one, in order.
    """

    graph: Any
    vertices: Any


class Scaled(NamedTuple):
    """Scores on the library's own scale; they are rescaled when they are collected.

    Attributes:
        result: the raw result.
        factor: of every score.
        vertices: an index of the vertices with another factor.
        factor_there: the factor of these vertices; 0 makes a score 0 even if the library returned NaN.
    """

    result: Any
    factor: float
    vertices: Any = ()
    factor_there: float = 1.0


class Claimed(NamedTuple):
    """The result of a library that also reports how good its answer is.

    The record's `answer` has each quantity as `reported_...` beside the certificate's, and a warning if the two differ.
    Nothing else uses it.

    Attributes:
        result: the raw result.
        quantities: by the name of the certificate's quantity.
    """

    result: Any
    quantities: Mapping[str, float]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a certificate.

    Attributes:
        detail: one sentence: what was shown, or what is wrong and where.
        valid: whether the answer is right.
        quantities: a summary of the answer in a few numbers, for the record's `answer`.
        notes: what is unusual about a valid answer, one sentence each, for the record's `warnings`.
    """

    detail: str
    valid: bool = True
    quantities: Quantities = msgspec.field(default_factory=dict)
    notes: tuple[str, ...] = ()
