"""Communities by synchronous label propagation, with a stated number of iterations.

Every vertex begins with its own id as its label. In each iteration all vertices at once take the label that is most
frequent among their neighbours, of several the smallest; a vertex without neighbours keeps its own. On a directed graph
in-neighbours and out-neighbours count, and one that is both counts twice. So the answer is unique. The algorithm is
that of LDBC Graphalytics (specification 1.0, section 2.3.4), after Raghavan, Albert, Kumara, Phys. Rev. E 76 (2007)
036106, who update vertices one by one in random order. Direction is kept, weights are ignored.

Labels are ids of vertices, so the certificate accepts no other labels of the same communities. The default is LDBC's
most frequent number of iterations, or what the properties of a graph in its format state.

How engines differ. No library has it: they update vertices one by one, in random order or in parallel, until labels
settle, and break ties at random. SciPy adds up equal labels in the rows of a matrix whose columns are the neighbours'
labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphbench.algorithms.base import Algorithm, Call, Finding, Form, Parameter, Quantities
from graphbench.certificates import partition
from graphbench.certificates.checks import Wrong, labels_fault, raise_if
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

cdlp = Algorithm(
    name="cdlp",
    revision=2,
    title="label propagation",
    family="community",
    aliases=("label-propagation",),
    form=Form(directed=True, weights="ignored"),
    kind="labels",
    labels_are_vertices=True,
    headline="communities",
    parameters=[
        Parameter(
            name="iterations",
            type=int,
            default=10,
            minimum=1,
            also=("max_iterations", "max_iter"),
            help="Number of iterations.",
        )
    ],
)


@cdlp.certificate
def _(edges: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
    """The labels, found again by sorting the neighbours' labels in each iteration, are exactly the same."""
    raise_if(labels_fault(answer, edges.num_vertices))
    _, sizes = np.unique(answer, return_counts=True)
    quantities: Quantities = {"communities": len(sizes), "largest": int(sizes.max())}
    right = partition.propagated_labels(edges, p.iterations)
    if len(wrong := np.flatnonzero(answer != right)):
        v = int(wrong[0])
        expected = f"expected {right[v]:,} after {p.iterations:,} iterations"
        raise Wrong(f"vertex {v:,} has the label {answer[v]:,}; {expected}", quantities)
    detail = f"{len(sizes):,} labels after {p.iterations:,} iterations, the same as recomputed by sorting"
    return Finding(detail=detail, quantities=quantities)


cdlp.gap("networkx", "would not be the same problem: it updates vertices one by one or colour by colour")
cdlp.gap("igraph", "would not be the same problem: it updates vertices one by one, and breaks ties at random")
cdlp.gap("networkit", "would not be the same problem: it updates vertices in parallel until few labels change")
cdlp.gap("cugraph", "not in the library")
cdlp.gap("nx-cugraph", "not in the library")
