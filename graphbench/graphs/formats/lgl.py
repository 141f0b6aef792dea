"""LGL, the format of Large Graph Layout: a line `# vertex`, then a line `neighbour [weight]` for each of its edges."""

from __future__ import annotations

from pathlib import Path

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.networkx_text import networkx, raw_of
from graphbench.graphs.formats.text import lines_of, shown


def read(path: Path, *, directed: bool | None = None) -> Raw:
    """Read LGL; NetworkX has no reader, and igraph's crashes on malformed files.

    Raises:
        FormatError: if a line has another form, or only some edges have a weight.
    """
    nx = networkx()
    graph = nx.MultiDiGraph() if directed else nx.MultiGraph()
    head, weighted = "", 0
    for number, line in lines_of(path, comments=""):
        fields = line.split()
        if fields[0].startswith("#"):
            named = line[1:].split()
            if len(named) != 1:
                raise FormatError(path, f"expected '# vertex', found {shown(line.encode())}.", number)
            head = named[0]
            graph.add_node(head)
            continue
        if not head or len(fields) > 2 or "#" in fields[0]:
            raise FormatError(
                path, f"expected 'neighbour [weight]' after '# vertex', found {shown(line.encode())}.", number
            )
        if len(fields) == 1:
            graph.add_edge(head, fields[0])
            continue
        try:
            graph.add_edge(head, fields[0], weight=float(fields[1]))
        except ValueError:
            problem = f"expected a number as the weight, found {shown(fields[1].encode())}."
            raise FormatError(path, problem, number) from None
        weighted += 1
    if weighted not in {0, graph.number_of_edges()}:
        raise FormatError(
            path, f"{weighted:,} of {graph.number_of_edges():,} edges have a weight; expected all or none."
        )
    return raw_of(graph, path, rows=graph.number_of_edges())
