"""Graphs on a device: the same in any blocks, counted once, and refused if they come out differently."""

import msgspec
import numpy as np
import psutil
import pytest

from graphbench.errors import DatasetError, FormatError, InputError, UnavailableError, UnsupportedError
from graphbench.graphs.clean import Raw, clean
from graphbench.graphs.on_device import census, edge_hash, ranges
from graphbench.graphs.on_device import edges as device_edges
from graphbench.graphs.on_device import recipe as recipes
from graphbench.graphs.on_device.edges import DeviceEdgeList
from graphbench.graphs.on_device.recipe import Stored
from graphbench.graphs.open import open_edges
from helpers.device import StandIn, census_here, made_here, rmat, small_blocks


@pytest.fixture(autouse=True)
def device(monkeypatch):
    small_blocks(monkeypatch)
    return made_here(monkeypatch)


def made(wanted, name="made", **options):
    return DeviceEdgeList(Stored(name=name, recipe=wanted, census=census.take(StandIn(), wanted, **options)))


def cleaned(wanted):
    """The same draws, cleaned on the host."""
    draws = [StandIn().draw(wanted, seed, count) for seed, count in wanted.blocks]
    src, dst = (np.concatenate([each[end]._host for each in draws]) for end in (0, 1))
    raw = Raw(src=src, dst=dst, weight=None, num_vertices=wanted.num_vertices, directed=wanted.directed)
    return clean(raw, "cleaned")


RECIPES = [rmat(), rmat(directed=True), rmat(scale=3, edgefactor=500), rmat(scale=13, edgefactor=1), rmat(scale=1)]


@pytest.mark.parametrize("wanted", RECIPES, ids=str)
def test_it_is_what_cleaning_makes_of_the_draws(wanted):
    edges, done = cleaned(wanted)
    there = made(wanted)
    for mine, right in zip(there.to_numpy()[:2], edges.to_numpy()[:2], strict=True):
        np.testing.assert_array_equal(mine, right)
        assert mine.dtype == right.dtype
    assert (there.num_edges, there.num_isolated) == (edges.num_edges, edges.num_isolated)
    counted = there.stored.census
    assert (counted.loops_dropped, counted.duplicates_merged) == (done.loops_dropped, done.duplicates_merged)
    np.testing.assert_array_equal(there.degrees, edges.degrees)
    assert there.largest_out_degree == edges.largest_out_degree


@pytest.mark.parametrize("wanted", RECIPES[:3], ids=str)
def test_the_census_does_not_depend_on_the_block_size(wanted):
    whole, *parts = (census.take(StandIn(), wanted, rows) for rows in (None, 700, 40, 1))
    assert whole.num_edges > 0
    assert all(each == whole for each in parts)


def test_the_columns_do_not_depend_on_free_memory(device, monkeypatch):
    there = made(rmat()).with_drawn_weights(5)
    everything = there.to_numpy()
    monkeypatch.setattr(ranges, "_MIN_ROWS", 100)
    monkeypatch.setattr(device_edges, "_VERTEX_BYTES", 0)
    device.free = 0
    device.drawn = 0
    pieces = list(there.chunks(rows=50))
    assert device.drawn > 10 * there.recipe.draws
    for column, right in enumerate(everything):
        np.testing.assert_array_equal(np.concatenate([piece[column]._host for piece in pieces]), right)


def test_a_range_that_does_not_fit_is_halved(monkeypatch):
    there, right = made(rmat()), made(rmat()).to_numpy()
    real = ranges.generate

    def cramped(by, wanted, at):
        if at.last - at.first > 100:
            raise MemoryError("std::bad_alloc: out_of_memory")
        return real(by, wanted, at)

    monkeypatch.setattr(ranges, "generate", cramped)
    np.testing.assert_array_equal(there.to_numpy().dst, right.dst)
    monkeypatch.setattr(ranges, "generate", lambda *_: (_ for _ in ()).throw(MemoryError("out_of_memory")))
    with pytest.raises(MemoryError):
        there.to_numpy()


def test_other_seeds_and_directions_are_other_graphs():
    digests = {made(each).digest for each in (rmat(), rmat(seed=2), rmat(directed=True), rmat(edgefactor=9))}
    assert len(digests) == 4
    assert made(rmat()).digest == made(rmat()).digest
    blocks = [seed for each in (rmat(), rmat(seed=2)) for seed, _ in each.blocks]
    assert len(set(blocks)) == len(blocks) == 10


def test_weights_belong_to_edges_and_seeds():
    plain = made(rmat())
    one, again, other = (plain.with_drawn_weights(seed) for seed in (1, 1, 2))
    weight = one.to_numpy().weight
    np.testing.assert_array_equal(weight, again.to_numpy().weight)
    assert (weight != other.to_numpy().weight).mean() > 0.9
    assert weight.dtype == np.float64
    assert set(weight) <= set(range(1, 256))
    assert abs(weight.mean() - 128) < 6 * 74 / len(weight) ** 0.5
    assert (one.weights, one.weighted, one.without_zero_weights()) == ("drawn", True, one)
    assert len({plain.digest, one.digest, other.digest}) == 3
    assert one.unweighted().digest == plain.digest


def test_the_edge_hash_spreads_all_bits():
    keys = np.arange(1 << 12)
    bits = np.unpackbits(edge_hash.hash64(keys, 0).view(np.uint8).reshape(len(keys), 8), axis=1)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 6 * 0.5 / len(keys) ** 0.5
    assert edge_hash.checksum(keys) == edge_hash.checksum(keys[::-1])
    assert (edge_hash.checksum(keys[:9]) + edge_hash.checksum(keys[9:])) % 2**64 == edge_hash.checksum(keys)


@pytest.mark.parametrize("directed", [False, True])
def test_sources_can_start_a_search(directed):
    there = made(rmat(scale=12, edgefactor=2, directed=directed))
    matrix = there.to_scipy()
    sources = there.source_candidates
    assert len(sources) == len(set(sources)) > 500
    assert (np.diff(matrix.indptr)[sources] > 0).all()
    assert abs(sources[:500].mean() / there.num_vertices - 0.5) < 0.1


def test_sources_of_many_vertices_are_all_different(monkeypatch):
    wanted = rmat(scale=21, edgefactor=1)
    monkeypatch.setattr(recipes, "BLOCK", 1 << 21)
    sources = made(wanted).source_candidates
    assert len(sources) == len(set(sources)) == census.MAX_SOURCES


def test_pairs_share_a_neighbour():
    there = made(rmat())
    matrix, pairs = there.to_scipy(), there.pair_candidates
    assert len(pairs) > 1000
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    common = (matrix @ matrix)[pairs[:, 0], pairs[:, 1]]
    assert (np.asarray(common) > 0).all()


def test_without_draws_there_are_no_edges():
    nothing = msgspec.structs.replace(rmat(scale=4), draws=0)
    there = made(nothing).with_drawn_weights(1)
    assert (there.num_edges, there.num_isolated, there.source_candidates.tolist()) == (0, 16, [0])
    (chunk,) = there.chunks()
    assert [len(column) for column in chunk] == [0, 0, 0]
    assert [len(column) for column in there.to_numpy()] == [0, 0, 0]


def test_a_graph_that_comes_out_differently_is_refused(device):
    there = made(rmat())
    device.draw = lambda recipe, seed, count: StandIn().draw(recipe, seed + 1, count)
    ranges._expected.cache_clear()
    with pytest.raises(DatasetError, match=r"differs from.*cache clear made"):
        there.to_numpy()


def test_another_device_is_refused(device):
    device.library = "stand-in 2"
    with pytest.raises(DatasetError, match=r"first generated by stand-in 1 on none.*stand-in 2.*cache clear made"):
        next(made(rmat()).chunks())


def test_too_little_host_memory_is_reported(monkeypatch):
    there = made(rmat())
    room = psutil.virtual_memory()._replace(available=1000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: room)
    with pytest.raises(InputError, match=r"host memory.*engine"):
        there.to_numpy()


def test_a_frame_has_no_more_rows_than_cudf_counts():
    there = made(rmat())
    more = msgspec.structs.replace(there.stored.census, num_edges=2**31)
    with pytest.raises(UnsupportedError, match="cugraph-mg"):
        DeviceEdgeList(msgspec.structs.replace(there.stored, census=more)).to_cudf()


def test_ids_are_wide_where_cugraph_could_not_count_entries():
    there = made(rmat())
    assert there.id_type is np.int32
    more = msgspec.structs.replace(there.stored.census, num_edges=2**30)
    assert DeviceEdgeList(msgspec.structs.replace(there.stored, census=more)).id_type is np.int64


@pytest.mark.parametrize("parts", [1, 3, 8, 1000])
def test_partitions_together_are_the_graph(parts):
    there = made(rmat(scale=8)).with_drawn_weights(2)
    counts = recipes.integers(there.stored.census.slices)
    cut = ranges.split_evenly(counts, parts)
    assert len(cut) == parts
    columns = [there.part(at, np.int64) for at in cut]
    for column, right in enumerate(there.to_numpy()):
        np.testing.assert_array_equal(np.concatenate([each[column]._host for each in columns]), right)
    assert columns[0].src.dtype == np.int64
    if parts == 3:
        assert max(len(each.src) for each in columns) < 0.5 * there.num_edges


def test_held_columns_are_made_once(device):
    there = made(rmat())
    assert there.pin()
    device.drawn = 0
    assert sum(len(part.src) for part in there.chunks(rows=100)) == there.num_edges
    assert device.drawn == 0
    there.unpin()
    needed = 8 * there.num_edges + 40 * there.num_vertices
    device.free = 5 * needed // 3
    assert not there.pin(), "two fifths must stay free to make them in"
    device.free += 5
    assert there.pin()


def test_arcs_around_vertices_are_those_of_the_host():
    for wanted in (rmat(), rmat(directed=True)):
        there = made(wanted).with_drawn_weights(1)
        vertices = np.array([3, 77, 500])
        for mine, right in zip(there.around(vertices), there.on_host().around(vertices), strict=True):
            np.testing.assert_array_equal(np.sort(mine), np.sort(right))
        assert set(there.around(vertices)[0]) <= set(vertices)


def test_the_file_holds_the_whole_recipe(tmp_path):
    there = made(rmat()).with_drawn_weights(4)
    file = there.write(tmp_path / "made.json")
    again = open_edges(file.path)
    assert isinstance(again, DeviceEdgeList)
    assert again.stored == there.stored
    assert again.path == file.path
    assert (tmp_path / "made.json").stat().st_size < 1 << 20


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text[:100], "damaged"),
        (lambda text: text.replace(b'"version":1', b'"version":0'), "damaged"),
        (lambda text: text.replace(b'"num_edges":', b'"num_edges":1'), "damaged"),
        (lambda _: b"{}", "damaged"),
        (lambda _: b"", "damaged"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, change, why):
    path = made(rmat()).write(tmp_path / "made.json").path
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FormatError, match=why):
        open_edges(path)


# The census in a process of its own


def test_without_a_gpu_the_error_names_what_is_missing():
    with pytest.raises(UnavailableError, match=r"no NVIDIA GPU.*doctor"):
        DeviceEdgeList.load_or_generate("made", rmat())


@pytest.fixture
def in_process(monkeypatch):
    """Run the census in this process, and count how often."""
    return census_here(monkeypatch, StandIn())


def test_the_census_is_taken_once(in_process):
    first, second = DeviceEdgeList.load_or_generate("one", rmat()), DeviceEdgeList.load_or_generate("two", rmat())
    assert len(in_process) == 1
    assert (first.name, second.name) == ("one", "two")
    assert first.digest == second.digest
    assert DeviceEdgeList.load_or_generate("three", rmat(seed=2)).digest != first.digest
    assert len(in_process) == 2


def test_no_flipped_bit_of_a_recipe_is_overlooked(tmp_path):
    path = made(rmat()).write(tmp_path / "made.json").path
    whole = path.read_bytes()
    for at in [*range(200), *range(200, len(whole), 97), *range(len(whole) - 200, len(whole))]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(FormatError, match="damaged"):
            open_edges(path)


@pytest.mark.parametrize("another", [False, True])
def test_a_damaged_or_exchanged_recipe_is_rebuilt_without_a_word_but_in_the_log(in_process, private_home, another):
    first = DeviceEdgeList.load_or_generate("one", rmat())
    other = DeviceEdgeList.load_or_generate("two", rmat(seed=2))
    first.path.write_bytes(other.path.read_bytes() if another else b"{}")
    assert DeviceEdgeList.load_or_generate("one", rmat()).digest == first.digest
    assert len(in_process) == 3
    assert "The graph one is generated again." in (private_home / "logs" / "graphbench.log").read_text()


def test_dropping_the_direction_takes_a_census_of_its_own(in_process):
    arcs = DeviceEdgeList.load_or_generate("one", rmat(directed=True))
    edges = arcs.undirected()
    assert len(in_process) == 2
    np.testing.assert_array_equal(edges.to_numpy().src, made(rmat()).to_numpy().src)
    assert edges.undirected() is edges


@pytest.mark.parametrize(
    ("error", "raised", "why"),
    [
        (MemoryError("std::bad_alloc: out_of_memory"), DatasetError, r"GPU ran out of memory.*smaller"),
        (
            ValueError("scale too large"),
            DatasetError,
            r"could not generate made: ValueError: scale too large.*doctor",
        ),
        (UnavailableError("the generator", "not installed", "Install it."), UnavailableError, "not installed. Install"),
    ],
)
def test_an_error_in_the_census_is_reported(monkeypatch, capsys, error, raised, why):
    def fails(_):
        raise error

    monkeypatch.setattr(census, "generator", fails)

    def run(command, **_):
        code = census.main(command[4:])
        return type("Done", (), {"returncode": code, "stdout": capsys.readouterr().out, "stderr": ""})

    monkeypatch.setattr(census.subprocess, "run", run)
    with pytest.raises(raised, match=why):
        DeviceEdgeList.load_or_generate("made", rmat())


def test_a_crashed_census_is_reported(monkeypatch):
    done = type("Done", (), {"returncode": -9, "stdout": "", "stderr": "warning\nKilled"})
    monkeypatch.setattr(census.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(DatasetError, match="exited with status -9: Killed"):
        DeviceEdgeList.load_or_generate("made", rmat())
