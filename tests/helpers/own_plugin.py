"""A plugin with one engine, for tests that write it to a file: the calls are those of its own small library."""

ENGINE = """
from graphbench.engines.base import Engine

class Own(Engine):
    name = "own"
    library = "own_library"
    gap = "not in the library"

    def build(self, columns, edges, **_):
        return edges.num_vertices

    def collect(self, raw, kind, edges):
        return raw

engine = Own()

@engine.solves("wcc")
def _(library, n, p):
    return library.answer(n)
"""
