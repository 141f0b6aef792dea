"""Text formats that NetworkX reads: edge lists with `{}` data, adjacency lists, GML, and JSON (node-link and others).

NetworkX is lenient: it skips lines that it cannot split and merges nodes that are listed twice. So each line is checked
first, and the edges that it made are counted.
"""

from __future__ import annotations

import codecs
import dataclasses
import importlib
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphbench.errors import FormatError, InputError
from graphbench.graphs.clean import Raw
from graphbench.graphs.convert import from_networkx, ignored_attributes, missing_weights
from graphbench.graphs.formats.packed import opened
from graphbench.graphs.formats.text import lines_of, shown

_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,17}")
_GML_TEXT = r'(?m)"[^"]*"|^\s*#.*$'
"""A quoted text or a comment of GML."""
_TABS = "Write it with tabs between the vertices: networkx.write_{}(graph, path, delimiter='\\t')"
_SEPARATOR = re.compile(r"[ \t]*[,;][ \t]*|[ \t]+")


def read_edges(path: Path, *, directed: bool | None = None) -> Raw:
    """Read `networkx.write_edgelist`: two names and a dictionary in each line.

    Raises:
        FormatError: if a line has another form.
    """
    nx = networkx()
    rows = [(number, line, line.partition("{")) for number, line in lines_of(path)]
    between = _between([ends for _, _, (ends, _, _) in rows])
    lines = []
    for number, line, (ends, brace, data) in rows:
        names = between.split(ends.rstrip(" \t,;"))
        if len(names) != 2 or not all(names) or not data.endswith("}"):
            found = f"expected two vertices and a dictionary, as NetworkX writes them, found {shown(line.encode())}"
            raise FormatError(path, f"{found}. {_TABS.format('edgelist')}", number)
        lines.append("\t".join([*names, brace + data.replace("\t", " ")]))
    with failures_of_networkx(path):
        graph = nx.parse_edgelist(
            lines, comments=None, delimiter="\t", nodetype=str, data=True, create_using=_multigraph(directed)
        )
    return raw_of(graph, path, rows=len(lines))


def _between(ends: list[str]) -> re.Pattern[str]:
    """What is between the two vertices of each row: one delimiter, or any where names have none of them."""
    fits = [
        mark
        for mark in (_SEPARATOR, *map(re.compile, ("\t", ",", ";", " +")))
        if all(len(names := mark.split(text.rstrip(" \t,;"))) == 2 and all(names) for text in ends)
    ]
    return fits[0] if fits and (fits[0] is _SEPARATOR or len(fits) == 1) else _SEPARATOR


def read_adjacency(path: Path, *, directed: bool | None = None) -> Raw:
    """Read `networkx.write_adjlist`: a vertex and its neighbours in each line.

    Raises:
        FormatError: if a name is invalid.
    """
    nx = networkx()
    lines = _lists(list(lines_of(path)), path)
    rows = sum(len(names) - 1 for names in lines)
    if without := _without_line(lines) if _is_of_networkx(path) else "":
        problem = f"{without!r} is a neighbour, but has no line, which NetworkX writes for each vertex"
        raise FormatError(path, f"{problem}: names may have blanks. {_TABS.format('adjlist')}")
    with failures_of_networkx(path):
        texts = map("\0".join, lines)
        graph = nx.parse_adjlist(texts, comments="\n", delimiter="\0", nodetype=str, create_using=_multigraph(directed))
    return raw_of(graph, path, rows=rows)


def _lists(lines: list[tuple[int, str]], path: Path) -> list[list[str]]:
    """The names in each line, which begins with a vertex.

    NetworkX separates names by blanks or by what its user chose. Where two delimiters are possible, that is taken by
    which each neighbour has a line too, as in all lists of NetworkX; else tabs.

    Raises:
        FormatError: if no delimiter is clear, or a name is empty.
    """
    text = "\n".join(line for _, line in lines)
    outside = re.sub(r"[ \t]*([\t,;|])[ \t]*", r"\1", text)
    marks = [mark for mark in "\t,;| " if mark in outside]
    if len(marks) > 1 and not re.fullmatch(r"[-0-9 \t\n]*", text):
        split = {mark: _split(lines, mark) for mark in marks}
        marks = [mark for mark in marks if not _without_line(split[mark])]
        marks = marks if len(marks) == 1 else ["\t"] if "\t" in split else []
        if not marks:
            problem = "more than one character may separate the vertices of a line"
            raise FormatError(path, f"{problem}. {_TABS.format('adjlist')}")
    lists = _split(lines, marks[0] if len(marks) == 1 else " ")
    for (number, line), names in zip(lines, lists, strict=True):
        if not all(names):
            raise FormatError(path, f"a name is empty in {shown(line.encode())}. Correct the line.", number)
    return lists


def _without_line(lists: list[list[str]]) -> str:
    """A neighbour whose own neighbours are not listed; empty if there is none."""
    vertices = {names[0] for names in lists}
    return next((name for names in lists for name in names if name not in vertices), "")


def _is_of_networkx(path: Path) -> bool:
    with opened(path, objects=True) as stream:
        return re.match(rb"#[^\n]*\n# ?GMT ", stream.read(1 << 12)) is not None


def _split(lines: list[tuple[int, str]], mark: str) -> list[list[str]]:
    """The names in each line, separated by a mark; a blank means any run of blanks and tabs."""
    return [line.split() if mark == " " else [name.strip() for name in line.split(mark)] for _, line in lines]


def read_multiline_adjacency(path: Path, *, directed: bool | None = None) -> Raw:
    """Read `networkx.write_multiline_adjlist`: `vertex degree`, then a line `neighbour {data}` for each.

    Raises:
        FormatError: if a line has another form.
    """
    nx = networkx()
    lines = list[str]()
    rows = left = 0
    mark: str | None = None
    for number, line in lines_of(path):
        if not lines and "\t" in line:
            mark = "\t"
        fields = line.split(mark, maxsplit=1)
        if left:
            left -= 1
        elif len(fields) == 2 and re.fullmatch(r"[0-9]{1,9}", fields[1]):
            left = int(fields[1])
            rows += left
        else:
            found = f"expected a vertex and its degree, found {shown(line.encode())}"
            raise FormatError(path, f"{found}. {_TABS.format('multiline_adjlist')}", number)
        lines.append(line)
    if left:
        raise FormatError(path, f"the last vertex has {left:,} neighbours fewer than its degree. Get the file again.")
    with failures_of_networkx(path):
        graph = nx.parse_multiline_adjlist(
            iter(lines), comments="\0", delimiter=mark, nodetype=str, create_using=_multigraph(directed)
        )
    return raw_of(graph, path, rows=rows)


def read_gml(path: Path, *, directed: bool | None = None) -> Raw:
    """Read GML; vertices are called by their label if all labels differ, else by their id.

    Raises:
        FormatError: if it is invalid.
    """
    nx = networkx()
    with opened(path, objects=True) as stream, failures_of_networkx(path):
        text = stream.everything().decode("utf-8-sig")
        for quoted in re.finditer(_GML_TEXT, text):
            if re.search(r"\n\s*(?:edge|node)\s*\[", quoted[0]):
                problem = "a text has a node or an edge in it, as where a quotation mark is not closed. Close the text"
                raise FormatError(path, f"{problem}.", 1 + text.count("\n", 0, quoted.start()))
        graph = nx.parse_gml(text, label=None)
    for key, value in graph.graph.items():
        records = value if isinstance(value, list) else [value]
        if any(isinstance(record, dict) and record.keys() >= {"source", "target"} for record in records):
            raise FormatError(path, f"{key!r} has a source and a target; expected 'edge'. Correct the file.")
    rows = len(re.findall(r"(?<![\w.])edge\s*\[", re.sub(_GML_TEXT, '""', text)))
    return raw_of(graph, path, rows=rows, directed=directed, label="label")


def read_json(path: Path, *, directed: bool | None = None) -> Raw:
    """Read JSON of NetworkX (node-link with `links` or `edges`, adjacency, Cytoscape) and of D3.

    Raises:
        FormatError: if it has another structure.
    """
    import msgspec

    nx = networkx()
    with opened(path, objects=True) as stream, failures_of_networkx(path):
        try:
            text = stream.everything().removeprefix(codecs.BOM_UTF8)
            data = msgspec.json.decode(text)
            _refuse_repeated_keys(text, path)
        except msgspec.DecodeError as error:
            raise FormatError(path, f"not a JSON document: {error}. {_JSON_ADVICE}") from error
        rows, reading = _json_reader(data, path)
        graph = reading(nx)
    return raw_of(graph, path, rows=rows, directed=directed)


def _refuse_repeated_keys(text: bytes, path: Path) -> None:
    """Refuse an object with two values of one key, such as two lists of edges: a parser would keep the last only."""

    def unique(pairs: list[tuple[str, Any]]) -> None:
        if len(pairs) > len(dict(pairs)):
            key, times = Counter(key for key, _ in pairs).most_common(1)[0]
            raise FormatError(path, f"an object has the key {key!r} {times} times. Keep one, or join the lists.")

    json.loads(text, object_pairs_hook=unique, parse_int=str, parse_float=str)


_JSON_ADVICE = (
    "Expected node-link JSON ('nodes' with 'links' or 'edges'). Records: graphbench.load(pandas.read_json(path)) or, "
    "if each line is one, graphbench.load(pandas.read_json(path, lines=True))."
)


def _json_reader(data: Any, path: Path) -> tuple[int, Callable[[Any], Any]]:
    """The number of edges that the document has, and what makes a graph of it."""
    graph = data.get("graph") if isinstance(data, dict) else None
    if isinstance(graph, dict) and isinstance(graph.get("nodes"), list):  # the JSON Graph Format
        data = {**data, **graph}
    if isinstance(data, dict) and all(isinstance(data.get(key), list) and data[key] for key in ("links", "edges")):
        raise FormatError(path, "has both 'links' and 'edges'; expected one list of edges. Remove the other.")
    for key in ("links", "edges"):
        if isinstance(data, dict) and isinstance(data.get("nodes"), list) and isinstance(data.get(key), list):
            _check_node_link(data["nodes"], data[key], path)
            return len(data[key]), lambda nx, key=key: nx.node_link_graph({**data, "multigraph": True}, edges=key)
    if isinstance(data, dict) and isinstance(data.get("adjacency"), list) and isinstance(data.get("nodes"), list):
        rows = sum(len(neighbours) for neighbours in data["adjacency"])
        if data.get("directed"):
            return rows, lambda nx: nx.adjacency_graph(data)
        return -1, lambda nx: _undirected(nx.adjacency_graph(data), rows, path)
    if isinstance(data, dict) and isinstance(data.get("elements"), dict):
        edges = data["elements"].get("edges", [])
        return len(edges), lambda nx: nx.cytoscape_graph({**data, "multigraph": True})
    keys = f"the keys {', '.join(map(repr, list(data)[:6]))}" if isinstance(data, dict) else "a list"
    raise FormatError(path, f"found JSON with {keys}. {_JSON_ADVICE}")


def _undirected(graph: Any, rows: int, path: Path) -> Any:
    """The graph, if each of its edges was listed from both ends, or each from one."""
    edges = graph.number_of_edges()
    if rows not in {edges, 2 * edges - networkx().number_of_selfloops(graph)}:
        problem = f"lists {rows:,} neighbours, but has {edges:,} edges; expected each from both ends, or each from one"
        raise FormatError(path, f'{problem}. Add "directed": true if they are arcs.')
    return graph


def _check_node_link(nodes: list[Any], edges: list[Any], path: Path) -> None:
    """NetworkX numbers nodes without an id and adds nodes that only edges name: both would be another graph."""
    if not all(isinstance(node, dict) and "id" in node for node in nodes):
        raise FormatError(path, "a node has no 'id'. Add it.")
    if not all(isinstance(edge, dict) and "source" in edge and "target" in edge for edge in edges):
        raise FormatError(path, "an edge has no 'source' or no 'target'. Add them.")
    known = {_hashable(node["id"]) for node in nodes}
    if len(known) < len(nodes):
        raise FormatError(path, f"{len(nodes) - len(known):,} nodes have the id of another one. Make ids unique.")
    for edge in edges:
        for end in ("source", "target"):
            if _hashable(edge[end]) not in known:
                raise FormatError(path, f"an edge has the {end} {edge[end]!r}, which is not the id of a node.")


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def networkx() -> Any:
    """The module; its types say that some of its defaults are not allowed."""
    return importlib.import_module("networkx")


def raw_of(graph: Any, path: Path, *, rows: int, directed: bool | None = None, label: str = "") -> Raw:
    """The rows of a NetworkX graph that was read from a file.

    Args:
        graph: as NetworkX read it.
        path: for messages.
        rows: edges that the file has, which the graph must have too; -1 if unknown.
        directed: False drops the direction.
        label: the node attribute that names vertices, if all have one and all differ.
    """
    if rows not in {-1, graph.number_of_edges()}:
        problem = f"NetworkX read {graph.number_of_edges():,} of {rows:,} edges: some are repeated, nested or outside"
        raise FormatError(path, f"{problem} the graph. Write the graph as an edge list.")
    named = labelled(graph, label) if label else None
    nodes = list(graph.nodes)
    if named is not None:
        graph = _renamed(graph, named)
    elif nodes and all(isinstance(node, str) and _CANONICAL.fullmatch(node) for node in nodes):
        graph = _renamed(graph, {node: int(node) for node in nodes})
    advice = "To use an attribute as the edge weight, rename it to weight."
    for warning in (
        *ignored_attributes((data for *_, data in graph.edges(data=True)), advice),
        *missing_weights(weight for *_, weight in graph.edges(data="weight")),
    ):
        warnings.warn(warning, stacklevel=2)
    raw = from_networkx(graph)
    return dataclasses.replace(raw, directed=raw.directed and directed is not False)


def _renamed(graph: Any, names: dict[Any, Any]) -> Any:
    return networkx().relabel_nodes(graph, names)


def labelled(graph: Any, attribute: str) -> dict[Any, str] | None:
    """The names of nodes by an attribute; None unless all have it and all differ."""
    labels = {node: str(data[attribute]) for node, data in graph.nodes(data=True) if attribute in data}
    return labels if 0 < len(labels) == len(graph) == len(set(labels.values())) else None


def _multigraph(directed: bool | None) -> Any:
    nx = networkx()
    return nx.MultiDiGraph if directed else nx.MultiGraph


@contextmanager
def failures_of_networkx(path: Path) -> Iterator[None]:
    """Turn whatever NetworkX raises at a malformed file into a FormatError."""
    try:
        yield
    except (FormatError, InputError, OSError, MemoryError):
        raise
    except RecursionError as error:
        raise FormatError(path, "is nested too deeply. Expected a flat graph.") from error
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise FormatError(path, f"NetworkX cannot read it ({type(error).__name__}: {text}). Check the file.") from error
