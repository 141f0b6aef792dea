"""Graphs made from a name: R-MAT, Barabási-Albert, lattices, nearest neighbours, affiliation models, twins."""
