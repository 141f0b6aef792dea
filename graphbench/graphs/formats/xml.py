"""GraphML and GEXF, through NetworkX, after a pass of expat that counts edges and refuses entities and deep nesting.

Entities (`<!ENTITY ...>`) can expand to more than fits anywhere, and no graph needs them.
"""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from graphbench.errors import FormatError
from graphbench.graphs.clean import Raw
from graphbench.graphs.formats.networkx_text import failures_of_networkx, labelled, raw_of
from graphbench.graphs.formats.packed import opened

_DEEPEST = 100
_GEXF = "http://www.gexf.net/1.2draft"
"""A namespace of GEXF that NetworkX reads; it does not read that of R's rgexf."""
_TIMES = frozenset({"start", "end", "startopen", "endopen"})
_NUMBERED = re.compile(r"n(0|[1-9][0-9]{0,17})")


def read_graphml(path: Path, *, directed: bool | None = None) -> Raw:
    """Read GraphML. Vertices n0, n1, ..., as igraph and graph-tool write them, are called by `name` or their number.

    Raises:
        FormatError: if it is invalid, or has nested graphs or hyperedges.
    """
    import networkx as nx

    text, counts = _checked(path)
    if counts.get("hyperedge"):
        raise FormatError(path, f"has {counts['hyperedge']:,} hyperedges; expected edges of two ends.")
    if counts.get("graph", 0) != 1:
        raise FormatError(path, f"has {counts.get('graph', 0)} graphs; expected one. Split the file.")
    with failures_of_networkx(path):
        graph = nx.read_graphml(io.BytesIO(text), force_multigraph=True)
        _require_nodes(graph, counts, path)
        numbers = [_NUMBERED.fullmatch(str(node)) for node in graph.nodes]
        if numbers and all(numbers):
            names = labelled(graph, "name") or {node: str(node)[1:] for node in graph.nodes}
            graph = nx.relabel_nodes(graph, names)
        _apply_defaults(graph)
    return raw_of(graph, path, rows=counts.get("edge", 0), directed=directed)


def read_gexf(path: Path, *, directed: bool | None = None) -> Raw:
    """Read GEXF; vertices are called by their id.

    Raises:
        FormatError: if it is invalid.
    """
    import networkx as nx

    text, counts = _checked(path)
    with failures_of_networkx(path):
        graph = nx.read_gexf(io.BytesIO(_static(text, path)))
        _require_nodes(graph, counts, path)
        _apply_defaults(graph)
    return raw_of(graph, path, rows=counts.get("edge", 0), directed=directed)


def _static(text: bytes, path: Path) -> bytes:
    """A GEXF document without times, in a namespace that NetworkX knows.

    Raises:
        FormatError: if weights change with time.
    """
    root = ET.fromstring(text)  # noqa: S314  entities are refused before
    own = root.tag.rpartition("}")[0]
    elements = [(element.tag.rpartition("}")[2], element) for element in root.iter()]
    changing = set[str]()
    for name, element in elements:
        if element.tag.rpartition("}")[0] == own:
            element.tag = f"{{{_GEXF}}}{name}"
        if name == "attributes" and element.get("mode") == "dynamic":
            if element.get("class") == "edge" and any("weight" in (key.get("id"), key.get("title")) for key in element):
                raise FormatError(
                    path, "has weights that change with time; expected one for each edge. Write one time."
                )
            changing |= {key.get("id", "") for key in element}
    times = sum(_drop_times(element, changing) for name, element in elements if name in {"node", "edge"})
    if times:
        found = f"{times:,} of its vertices and edges have times, which are ignored"
        warnings.warn(f"{found}: the graph has those of all times.", stacklevel=2)
    return ET.tostring(root)


def _drop_times(element: ET.Element, changing: set[str]) -> bool:
    """Remove when a vertex or edge exists, and values of attributes that change; whether it had times."""
    found = not _TIMES.isdisjoint(element.attrib)
    for key in _TIMES & {*element.attrib}:
        del element.attrib[key]
    for child in [*element]:
        name = child.tag.rpartition("}")[2]
        if name in {"spells", "slices"}:
            element.remove(child)
            found = True
        elif name == "attvalues":
            for value in [value for value in child if value.get("for") in changing]:
                child.remove(value)
    return found


def _apply_defaults(graph: Any) -> None:
    """Give edges the default values of their attributes, which NetworkX keeps apart."""
    for name, value in graph.graph.get("edge_default", {}).items():
        for *_, data in graph.edges(data=True):
            data.setdefault(name, value)


def _require_nodes(graph: Any, counts: dict[str, int], path: Path) -> None:
    """NetworkX adds nodes that only edges name, and merges nodes with one id."""
    if len(graph) != counts.get("node", 0):
        problem = f"declares {counts.get('node', 0):,} nodes, but its edges and nodes have {len(graph):,} different ids"
        raise FormatError(path, f"{problem}. Correct the file.")


def _checked(path: Path) -> tuple[bytes, dict[str, int]]:
    """The document, and how many elements of each name it has."""
    counts: dict[str, int] = {}
    depth = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise FormatError(path, f"is nested more than {_DEEPEST} deep. Expected a flat graph.")
        local = name.rpartition(" ")[2]
        counts[local] = counts.get(local, 0) + 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*_: Any) -> None:
        raise FormatError(path, "declares XML entities, which can expand without limit. Remove the <!ENTITY> lines.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = start, end, entity
    with opened(path, objects=True) as stream:
        text = stream.everything()
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        problem = f"not well-formed XML: {expat.ErrorString(error.code)}. Get the file again."
        raise FormatError(path, problem, error.lineno) from error
    except (LookupError, ValueError) as error:
        raise FormatError(path, f"not readable XML: {error}. Save the file as UTF-8.") from error
    return text, counts
