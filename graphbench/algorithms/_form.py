"""The form of a problem's input: how a dataset's graph becomes the graph that every engine gets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from graphbench.errors import InputError
from graphbench.graphs.edgelist import EdgeList


@dataclass(frozen=True, kw_only=True)
class Form:
    """The graph that a problem is posed on: direction and weights.

    Attributes:
        directed: keep the dataset's direction; False: symmetrise.
        entries: the entries of the adjacency matrix: a directed graph in which an undirected edge is an arc each way.
        weights: `ignored`; `used` if the dataset has any; `required`: drawn if it has none (integers 1-255).
        zero_weights: edges of weight 0 are `kept`, `dropped` (if such an edge is no edge by the problem's definition)
            or `refused`. If they are kept, not all weights may be 0. `any` is for problems that do not compute with
            weights: all may be 0, and negative.
    """

    directed: bool
    weights: Literal["ignored", "used", "required"]
    entries: bool = False
    zero_weights: Literal["any", "kept", "dropped", "refused"] = "kept"

    def apply(self, edges: EdgeList, *, title: str, seed: int, ignore_weights: bool = False) -> EdgeList:
        """Convert a graph to this form.

        Args:
            edges: the dataset's graph.
            title: the problem's, for errors.
            seed: of drawn weights.
            ignore_weights: treat a weighted graph as unweighted.

        Raises:
            InputError: if the graph does not fit: no vertices, or weights that the problem forbids.
        """
        if edges.num_vertices == 0:
            raise InputError(f"{edges.name} has no vertices: there is nothing to compute.")
        if self.weights == "ignored" or ignore_weights:
            edges = edges.unweighted()
        if edges.weighted:
            self._require_usable_weights(edges, title)
            if self.zero_weights == "dropped":
                edges = edges.without_zero_weights()
        if self.entries:
            edges = edges.entries()
        elif not self.directed:
            edges = edges.undirected()
        if self.weights == "required" and not edges.weighted:
            edges = edges.with_drawn_weights(seed)
        return edges

    def _require_usable_weights(self, edges: EdgeList, title: str) -> None:
        weight = edges.to_numpy().weight
        assert weight is not None
        zero = int(np.count_nonzero(weight == 0))
        with np.errstate(over="ignore", invalid="ignore"):
            total = float(2 * weight.sum())  # twice, as degrees count each edge at both ends
        faults = {
            "non-finite": int(np.count_nonzero(~np.isfinite(weight))),
            "negative": 0 if self.zero_weights == "any" else int(np.count_nonzero(weight < 0)),
            "zero": zero if self.zero_weights == "refused" else 0,
        }
        fault_text = ", ".join(f"{count:,} {fault}" for fault, count in faults.items() if count) + " weights"
        if not any(faults.values()):
            if self.zero_weights == "kept" and 0 < zero == len(weight):
                fault_text = "no weight above 0"
            elif math.isfinite(total) or self.zero_weights == "any":
                return
            else:
                fault_text = "weights whose sum is beyond float64"
        raise InputError(
            f"{edges.name} has {fault_text}, and {title} is not defined on them. "
            "Use --ignore-weights to pose the problem on the graph without its weights."
        )
