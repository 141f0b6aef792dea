"""Graphs made from a name: R-MAT, Barabási-Albert, affiliation models, twins of published graphs."""
