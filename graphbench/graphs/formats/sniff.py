"""Recognise the format of a file by its first bytes; its name decides only between formats that look alike."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from graphbench.errors import FormatError
from graphbench.graphs.formats.numbers import REAL

HEAD_BYTES = 1 << 20
"""Bytes that decide: the comments before the first row of a table may be long."""

_PROLOG = 1 << 14

_LOAD = "From Python: graphbench.load({})"
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file (MATLAB 7.3, AnnData). Open it with h5py or scanpy, and pass its matrix to graphbench.load",
    ),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file. " + _LOAD.format("scipy.io.loadmat(path)['Problem']['A'][0, 0]")),
    (b"SQLite format 3\0", "an SQLite database. " + _LOAD.format("pandas.read_sql('select ...', connection)")),
    (b"ARROW1", "an Arrow (Feather) file. " + _LOAD.format("pyarrow.feather.read_table(path)")),
    (b"ORC", "an ORC file. " + _LOAD.format("pyarrow.orc.read_table(path)")),
    (b"\x93NUMPY", "a NumPy array. " + _LOAD.format("scipy.sparse.coo_array(numpy.load(path))")),
    (
        b"\xe2\x9b\xbe gt",
        "a graph-tool file. In graph-tool: load_graph(path).save('graph.graphml'), then pass that file",
    ),
    (
        b"nkbg00",
        "a NetworKit binary file. " + _LOAD.format("networkit.readGraph(path, networkit.Format.NetworkitBinary)"),
    ),
    (b"%PDF-", "a PDF document. Expected a graph"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file. Run `git lfs pull`"),
    (b"AdjacencyGraph\n", "a graph of Ligra, which lists offsets. Convert it to an edge list"),
    (b"WeightedAdjacencyGraph\n", "a graph of Ligra, which lists offsets. Convert it to an edge list"),
    (b">>graph6<<", "a graph6 file. " + _LOAD.format("networkx.read_graph6(path)")),
    (b">>sparse6<<", "a sparse6 file. " + _LOAD.format("networkx.read_sparse6(path)")),
)
_REFUSED_SUFFIXES = {
    ".g6": "a graph6 file. " + _LOAD.format("networkx.read_graph6(path)"),
    ".s6": "a sparse6 file. " + _LOAD.format("networkx.read_sparse6(path)"),
    ".sg": "a serialized graph of the GAP benchmark. Write it as an edge list (.el) with its converter",
    ".wsg": "a serialized graph of the GAP benchmark. Write it as an edge list (.wel) with its converter",
    ".rda": "an R data file. In R: igraph::write_graph(g, 'graph.graphml', 'graphml'), then pass that file",
    ".rdata": "an R data file. In R: igraph::write_graph(g, 'graph.graphml', 'graphml'), then pass that file",
}
_PICKLE = "a pickle, which can run any code when it is opened. If you trust it, from Python: "
_PICKLE += "graphbench.load(pickle.load(open(path, 'rb')))"
_SPREADSHEET = "a spreadsheet. " + _LOAD.format("pandas.read_excel(path)")
_UCINET = "a UCINET DL file. In R: igraph or sna read it. Write it as GraphML or an edge list"
_DOT = "a Graphviz (DOT) file. " + _LOAD.format("networkx.nx_pydot.read_dot(path)") + ", which needs pydot"
_HTML = "an HTML page, not a graph: perhaps a sign-in or error page of the server. Download the file again"

_MARKET = re.compile(rb"%+\s*MatrixMarket\b", re.IGNORECASE)
_KONECT = re.compile(rb"%[ \t]*(?:sym|asym|bip)(?:[ \t]+[a-z]+)?[ \t]*\r?\n")
_ELEMENT = re.compile(rb"<(?![?!])(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_GML = re.compile(rb"(?im)^[ \t]*graph\s*(?:#[^\n]*\s*)*\[")
_GML_START = re.compile(rb"(?i)(?:graph|creator|version|comment)\b")
_DOT_START = re.compile(rb"(?is)(?:\s+|/\*.*?\*/|(?://|#)[^\n]*\n)*(?:strict\s+)?(?:di)?graph\b[^\n\[{]*\{")
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]0-9]")
_PAJEK = re.compile(rb"(?i)\*(?:network|vertices|arcs|edges|matrix)")
_DIMACS_LINE = re.compile(rb"(?:p\s+[a-z]+\s+[0-9]+\s+[0-9]+|[ae]\s+[0-9]+\s+[0-9]+(?:\s+\S+)*|[cnxdv](?:\s.*)?)")
_GMT = re.compile(rb"#[^\n]*\n# ?GMT [^\n]*\n")
_NUMBER = re.compile(REAL.encode())


def format_of(head: bytes, name: str, path: Path) -> str:
    """The name of the reader for a file.

    Args:
        head: its first bytes, :data:`HEAD_BYTES` of them if there are as many, decompressed.
        name: its name without suffixes of compression.
        path: for messages.

    Raises:
        FormatError: if it is of a format that is not read; with the line of Python that reads it.
    """
    suffix = PurePath(name).suffix.casefold()
    if found := _binary(head, suffix, path):
        return found
    text = head.removeprefix(b"\xef\xbb\xbf")
    body = text.lstrip()
    if body.startswith(b"<"):
        return _xml(body, path)
    plain = _without_comments(body, b"#")
    if _DOT_START.match(body):
        raise FormatError(path, f"{_DOT}.")
    if re.match(rb"(?i)dl\s+n\s*=", plain):
        raise FormatError(path, f"{_UCINET}.")
    marked = (
        ("matrix_market", _MARKET.match(body) or suffix == ".mtx"),
        ("konect", _KONECT.match(body)),
        ("json", _JSON.match(body) or (suffix == ".json" and body[:1] in b'{["')),
        ("pajek", _PAJEK.match(_without_comments(body, b"%"))),
        ("gml", suffix == ".gml" or (_GML_START.match(plain) and _GML.search(plain[:_PROLOG]))),
    )
    for kind, matched in marked:
        if matched:
            return kind
    if suffix == ".tar":
        raise FormatError(path, "not a readable tar archive. Download the file again.")
    return _lines(text, body, plain, suffix, path)


def _binary(head: bytes, suffix: str, path: Path) -> str:
    if not head and suffix == ".tar":
        raise FormatError(path, "is empty. Download the file again.")
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if b".npy" in head[:64]:
            return "npz"
        inside = "a zip archive within an archive. Extract it and pass the file inside"
        office = any(word in head[:64] for word in (b".xml", b"mimetype", b"docProps/", b"xl/", b"_rels/"))
        raise FormatError(path, f"{_SPREADSHEET if office else inside}.")
    for magic, what in _REFUSED:
        if head.startswith(magic) and (magic != b"ORC" or b"\0" in head[:512]):
            raise FormatError(path, f"{what}.")
    if suffix in _REFUSED_SUFFIXES:
        raise FormatError(path, f"{_REFUSED_SUFFIXES[suffix]}.")
    if re.match(rb"\x80[\x02-\x05]", head) or suffix in {".pkl", ".pickle", ".gpickle"}:
        raise FormatError(path, f"{_PICKLE}.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(path, "UTF-16 text; expected UTF-8. Save the file as UTF-8.")
    return ""


def _xml(body: bytes, path: Path) -> str:
    if re.match(rb"(?i)<(?:!doctype\s+html|html|head|body)\b", body):
        raise FormatError(path, f"{_HTML}.")
    if re.match(rb"<(?:[a-z]+://|urn:|_:)", body):
        raise FormatError(path, "RDF triples, not an edge list. " + _LOAD.format("the edges as a frame") + ".")
    element = _ELEMENT.search(re.sub(rb"(?s)<!--.*?-->", b"", body[:_PROLOG]))
    kind = element[1].decode().casefold() if element else ""
    if kind in {"graphml", "gexf"}:
        return kind
    problem = f"an XML file of {kind!r}" if kind else "an XML file without an element"
    raise FormatError(path, f"{_HTML if kind == 'html' else problem + '; expected graphml or gexf'}.")


def _lines(text: bytes, body: bytes, plain: bytes, suffix: str, path: Path) -> str:
    """Formats of lines of tokens, which differ from a table by few marks."""
    rows = [line.strip() for line in plain.split(b"\n", 200)[:200] if line.strip()]
    if rows and all(_DIMACS_LINE.fullmatch(row) for row in rows[:-1] or rows):
        marks = {row.split()[0] for row in rows}
        if b"p" in marks or (marks & {b"a", b"e"} and marks <= {b"c", b"a", b"e"}):
            return "dimacs"
    if re.match(rb"(?:c\b[^\n]*\n\s*)*p\s+[a-z]+\s+[0-9]+\s+[0-9]+\s", body):
        return "dimacs"
    if suffix in {".graph", ".metis", ".chaco"}:
        return "metis"
    header = _GMT.match(body)
    if rows and rows[0].endswith(b"}") and re.search(rb"[ \t,;]\{", rows[0]):
        return "networkx_edges"
    if suffix in {".adjlist", ".multiline_adjlist"} or header:
        multiline = len(rows) > 1 and rows[1].endswith(b"}")
        return "multiline_adjacency" if multiline or suffix == ".multiline_adjlist" else "adjacency"
    return _lgl(text, suffix, path) or "table"


def _lgl(text: bytes, suffix: str, path: Path) -> str:
    """`lgl` for `# vertex` lines that are each followed by lines of one neighbour, perhaps with its weight."""
    if suffix == ".lgl":
        return "lgl"
    lines = [line.strip() for line in text.split(b"\n", 2000)[:2000] if line.strip()]
    heads = [at for at, line in enumerate(lines) if line.startswith(b"#")]
    data = [line for line in lines if not line.startswith(b"#")]
    if not heads or heads[0] != 0 or not data or any(len(lines[at][1:].split()) != 1 for at in heads):
        return ""
    if any(mark in line for line in data for mark in (b",", b";")):
        return ""
    if all(len(line.split()) == 1 for line in data):
        return "lgl"
    alternates = heads[-1] > len(heads) - 1  # a head after a row
    weighted = all(len(line.split()) == 2 and _NUMBER.fullmatch(line.split()[1]) for line in data)
    if alternates and weighted:
        problem = "may be LGL (lines '# vertex', then 'neighbour weight') or a table with comments between its rows"
        raise FormatError(path, f"{problem}. Rename it to .lgl, or remove the lines that begin with '#'.")
    return ""


def _without_comments(body: bytes, mark: bytes) -> bytes:
    """The text from its first line that is neither blank nor a comment."""
    comments = re.match(rb"(?:[ \t]*%b[^\n]*\n|\s+)*" % mark, body)
    return body[comments.end() :] if comments else body
