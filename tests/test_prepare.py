"""Prepared graphs and inputs are stored for workers and later runs, and checked before use."""

import networkx as nx
import numpy as np
import pytest

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.errors import FormatError
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.from_objects import from_object
from graphbench.graphs.open import open_edges
from graphbench.measure.plan import Cell
from graphbench.measure.prepare import identity, prepare


@pytest.fixture
def cell():
    """Shortest paths: weights are drawn and written, and so are sources."""
    ring = from_object(nx.cycle_graph(3000), name="ring")
    return Cell(algorithm="sssp", dataset=ring, engines=("networkx",))


def posed(cell):
    return prepare(cell, registry.algorithm(cell.algorithm).resolve({}), 0)


def answers_to(problem):
    """What a worker would read."""
    columns = open_edges(problem.edges.path).to_numpy()
    with np.load(problem.inputs_file) as arrays:
        return [*(column.tolist() for column in columns), arrays["sources"].tolist()]


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def exchange_pages(path):
    content = path.read_bytes()
    path.write_bytes(content[4096:8192] + content[:4096] + content[8192:])


DAMAGE = {
    "flipped": flip,
    "cut off": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "another archive": lambda path: path.write_bytes(b"\x93NUMPY" + path.read_bytes()[6:]),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


def test_an_intact_prepared_graph_is_reused(cell, private_home):
    made = posed(cell).edges.path.stat().st_ino
    assert posed(cell).edges.path.stat().st_ino == made
    assert not (private_home / "logs").exists()


@pytest.mark.parametrize("damage", [*DAMAGE.values(), exchange_pages], ids=[*DAMAGE, "pages exchanged"])
def test_a_damaged_graph_is_rewritten_without_a_word_but_in_the_log(cell, damage, private_home):
    right = answers_to(posed(cell))
    damage(posed(cell).edges.path)
    assert answers_to(posed(cell)) == right
    assert "is written again" in (private_home / "logs" / "graphbench.log").read_text()


def test_another_graph_in_its_place_is_rewritten(cell):
    right = answers_to(posed(cell))
    other = EdgeList.from_columns(np.array([0]), np.array([1]), np.array([1.0]), num_vertices=2, directed=False)
    other.write(posed(cell).edges.path)
    assert answers_to(posed(cell)) == right


def test_a_graph_that_was_damaged_or_exchanged_since_is_not_intact(cell):
    prepared = posed(cell)
    prepared.require_intact()
    flip(prepared.edges.path)
    with pytest.raises(FormatError, match="damaged"):
        prepared.require_intact()
    other = EdgeList.from_columns(np.array([0]), np.array([1]), np.array([1.0]), num_vertices=2, directed=False)
    other.write(prepared.edges.path)
    with pytest.raises(FormatError, match="another graph"):
        prepared.require_intact()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_inputs_are_rewritten(cell, damage):
    right = answers_to(posed(cell))
    damage(posed(cell).inputs_file)
    assert answers_to(posed(cell)) == right


def test_a_device_memory_limit_is_part_of_a_gpu_task():
    settings = Settings(device_memory_bytes=32_000_000_000)
    told = {
        name: identity(registry.engine(name), settings, seed=0, ignore_weights=False) for name in ("cugraph", "igraph")
    }
    assert told["cugraph"]["device_memory_limit"] == 32_000_000_000
    assert "device_memory_limit" not in told["igraph"]
    assert "device_memory_limit" not in identity(registry.engine("cugraph"), Settings(), seed=0, ignore_weights=False)
