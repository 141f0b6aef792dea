"""Graphs generated on a GPU and never stored: a recipe is stored instead of the edges.

Reading billions of edges takes longer than generating them, and they do not fit into host memory. Such a graph is a
:mod:`.recipe` (a seeded R-MAT generator and the cleaning rules) with a :mod:`.census` (counts taken when it was first
generated). :class:`.edges.DeviceEdgeList` generates the edges again, range by range, each time they are needed. Only
:mod:`.generator` imports a GPU library, and only in the process that generates edges.
"""
