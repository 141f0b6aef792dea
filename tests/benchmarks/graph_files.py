"""Random graphs as files of several formats, written when a benchmark asks for them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

DEGREE = 16
"""Lines for each vertex."""


def ends(lines, *, by_column=False):
    """Ends of edges, in random order or (by_column) as the lower triangle of a matrix, column by column."""
    generator = np.random.default_rng(seed=0)
    vertices = lines // DEGREE
    keys = generator.integers(0, vertices**2, size=lines + lines // 20)
    low, high = np.sort(np.stack([keys // vertices, keys % vertices]), axis=0)
    keys = np.unique((low * vertices + high)[low != high])
    keys = generator.permutation(keys)[:lines]
    if by_column:
        keys.sort()
    return keys % vertices, keys // vertices


def _write(path, columns, *, head="", delimiter=","):
    with path.open("wb") as stream:
        stream.write(head.encode())
        table = pa.table(dict(zip("ab", columns, strict=True)))
        csv.write_csv(table, stream, csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="none"))


def _matrix_market(path, lines, symmetry):
    row, column = ends(lines, by_column=symmetry == "symmetric")
    vertices = lines // DEGREE
    head = f"%%MatrixMarket matrix coordinate pattern {symmetry}\n{vertices} {vertices} {lines}\n"
    _write(path, (row + 1, column + 1), head=head, delimiter=" ")


def general(path, lines):
    """A Matrix Market file of arcs in no order."""
    _matrix_market(path, lines, "general")


def symmetric(path, lines):
    """A Matrix Market file as the collection stores graphs."""
    _matrix_market(path, lines, "symmetric")


def integers(path, lines):
    """CSV of integers with gaps, so that they must be renumbered."""
    _write(path, (3 * end + 1 for end in ends(lines)), head="source,target\n")


def named(path, lines):
    """CSV of names in random order."""
    order = np.random.default_rng(seed=1).permutation(lines // DEGREE)
    names = pc.binary_join_element_wise("user", pc.utf8_lpad(pc.cast(pa.array(order), pa.string()), 7, "0"), "")
    _write(path, (names.take(pa.array(end)) for end in ends(lines)), head="source,target\n")


def snap(path, lines):
    """A list of arcs separated by tabs, as SNAP has them."""
    head = f"# Directed graph: {path.name}\n# Nodes: {lines // DEGREE} Edges: {lines}\n# FromNodeId\tToNodeId\n"
    _write(path, ends(lines), head=head, delimiter="\t")


def metis(path, lines):
    """METIS: as many edges as lines elsewhere, each listed by both ends."""
    one, two = ends(lines)
    vertices = lines // DEGREE
    owner, neighbour = np.concatenate([one, two]), np.concatenate([two, one])
    order = np.lexsort((neighbour, owner))
    texts = pc.cast(pa.array(neighbour[order] + 1), pa.string())
    starts = np.append(0, np.cumsum(np.bincount(owner, minlength=vertices))).astype(np.int32)
    rows = pc.binary_join(pa.ListArray.from_arrays(pa.array(starts), texts), " ")
    with path.open("wb") as stream:
        stream.write(f"{vertices} {lines}\n".encode())
        stream.write("\n".join([*rows.to_pylist(), ""]).encode())
