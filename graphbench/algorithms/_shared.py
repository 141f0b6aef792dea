"""Parameters that mean the same on several pages."""

from __future__ import annotations

from graphbench.algorithms._parameter import Parameter

RESOLUTION = Parameter(
    name="resolution",
    type=float,
    default=1.0,
    minimum=0,
    help="Resolution gamma of the modularity; larger values give smaller communities.",
)

SOURCES = (
    Parameter(
        name="sources",
        type=int,
        default=64,
        minimum=1,
        help="How many sources to draw from the largest component.",
    ),
    Parameter(name="source", type=str, default=None, help="Search from this vertex only, and draw none."),
)
"""Of searches that start from one vertex: what :meth:`Algorithm.draw` needs to draw `sources`."""
