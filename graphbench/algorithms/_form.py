"""The form of a problem's input: how a dataset's graph becomes the graph that every engine gets."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from graphbench.errors import InputError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system import text
from graphbench.system.lazy import np

Weights = Literal["ignored", "used", "required"]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The graph that a problem is posed on: direction and weights.

    Attributes:
        directed: keep the dataset's direction; False: symmetrise.
        entries: the entries of the adjacency matrix: a directed graph in which an undirected edge is an arc each way.
        weights: `ignored`; `used` if the dataset has any; `required`: drawn if it has none (integers 1-255).
        weight_values: which weights the problem is defined on, each case within the one before: `finite` numbers;
            `summable`: their sum is within float64; `non-negative`; `not all zero`.
        zero_weights: edges of weight 0 are `kept`, or `dropped` if such an edge is no edge by the problem's definition.
            They are dropped last: of two arcs that become one edge, the smaller weight counts, and it may be 0.
        unweighted: the problem that this one becomes without weights, if weights are required.
    """

    directed: bool
    weights: Weights
    entries: bool = False
    weight_values: Literal["finite", "summable", "non-negative", "not all zero"] = "not all zero"
    zero_weights: Literal["kept", "dropped"] = "kept"
    unweighted: str = ""

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
        if edges.weighted and (fault := self._fault(edges)):
            raise InputError(f"{edges.name} has {fault}, and {title} is not defined on them. {self._advice()}")
        if self.entries:
            edges = edges.entries()
        elif not self.directed:
            edges = edges.undirected()
        if edges.weighted and self.weight_values == "not all zero" and _all_zero(edges):
            raise InputError(
                f"{edges.name} has no weight above 0, and {title} is not defined on such a graph. {self._advice()}"
            )
        if edges.weighted and self.zero_weights == "dropped":
            edges = edges.without_zero_weights()
        if self.weights == "required" and not edges.weighted:
            edges = edges.with_drawn_weights(seed)
        return edges

    def drawn_note(self, weights: str) -> str:
        """What to know of an answer if the weights of the posed graph were drawn; else empty."""
        if weights != "drawn":
            return ""
        instead = f", or use {self.unweighted}, which needs none" if self.unweighted else ""
        return (
            "weights were drawn at random (integers 1 to 255), as the graph has none or they are ignored: the answer "
            f"means nothing for this graph. Choose its weights{instead}."
        )

    def _fault(self, edges: EdgeList) -> str:
        """Which weights the problem is not defined on."""
        weight = edges.to_numpy().weight
        assert weight is not None
        if count := int(np.count_nonzero(~np.isfinite(weight))):
            return text.count(count, "non-finite weight")
        if self.weight_values == "finite":
            return ""
        negative = int(np.count_nonzero(weight < 0))
        if negative and self.weight_values != "summable":
            return text.count(negative, "negative weight")
        with np.errstate(over="ignore"):
            total = float(2 * np.abs(weight).sum())  # twice, as degrees count each edge at both ends
        return "" if math.isfinite(total) else "weights whose sum is beyond float64"

    def _advice(self) -> str:
        if self.weights == "used":
            return "Use --ignore-weights to pose the problem on the graph without its weights."
        instead = f", use {self.unweighted}, which ignores them," if self.unweighted else ""
        return f"Correct the weights{instead} or pass --ignore-weights to draw others, integers from 1 to 255."


def _all_zero(edges: EdgeList) -> bool:
    weight = edges.to_numpy().weight
    return weight is not None and len(weight) > 0 and not weight.any()
