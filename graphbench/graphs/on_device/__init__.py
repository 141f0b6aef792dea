"""Graphs that are made on a GPU and never stored: a recipe travels instead of edges.

A graph of billions of edges takes longer to read than to make, and does not fit a host. So it is a :mod:`.recipe`
(draws by a seeded generator, and what cleaning makes of them) with a :mod:`.census` (what came out when it was first
made), and whoever needs the edges makes them anew, range by range: :class:`.edges.MadeOnDevice` is an edge list like
any other. Only :mod:`.by_cugraph` imports a library of a GPU, in the process that makes edges.
"""
