"""Damaged files of the cache: each is noticed and made anew, with the same graph and no word but a line in the log."""

import contextlib
import os
import shutil

import numpy as np
import pytest

import graphbench as gb
from graphbench.errors import DatasetError, FormatError
from graphbench.graphs import cache, formats
from graphbench.graphs.clean import Raw
from graphbench.graphs.edgelist import EdgeList
from graphbench.graphs.parquet import names_path
from graphbench.system import files
from helpers.damage import flip, in_place

NAMES = np.array(list("abcde"), dtype=object)


def toy():
    src, dst = np.array([2, 0, 1, 1]), np.array([1, 0, 2, 3])
    return Raw(src=src, dst=dst, weight=None, num_vertices=5, directed=False, names=NAMES)


def load(make=toy):
    return cache.cleaned("ab" * 32, "toy", make)


def never():
    raise AssertionError("the cache should have had it")


def content(edges):
    return (
        edges.num_vertices,
        [None if each is None else each.tolist() for each in edges.to_numpy()],
        edges.names.tolist(),
    )


def overlooked(edges, path):
    """Places in a file of an edge list where a flipped bit is not noticed."""
    found = []
    for at in range(path.stat().st_size):
        flip(path, at)
        with contextlib.suppress(FormatError):
            EdgeList.open(edges.path, verify=True)
            found.append(at)
        flip(path, at)
    assert EdgeList.open(edges.path, verify=True).digest == edges.digest
    return found


def exchange(one, two):
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def log(home):
    return (home / "logs" / "graphbench.log").read_text()


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "one byte": lambda path: path.write_bytes(b"P"),
    "junk": lambda path: path.write_bytes(b"junk" * 100),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "cut off": lambda path: os.truncate(path, path.stat().st_size - 5),
    "cut off by half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a byte appended": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a byte inserted": lambda path: path.write_bytes(path.read_bytes()[:60] + b"\0" + path.read_bytes()[60:]),
    "a footer claimed of 4 GB": lambda path: path.write_bytes(path.read_bytes()[:-8] + b"\xff" * 4 + b"PAR1"),
    "an empty folder": lambda path: in_place(path, lambda path: path.mkdir()),
    "a pipe": lambda path: in_place(path, os.mkfifo),
    "unreadable": lambda path: in_place(path, lambda path: path.symlink_to("/proc/self/mem")),
    "endless": lambda path: in_place(path, lambda path: path.symlink_to("/dev/zero")),
    "a link to itself": lambda path: in_place(path, lambda path: path.symlink_to(path)),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("which", ["edges", "names"])
def test_a_damaged_graph_is_made_anew_without_a_word_but_in_the_log(private_home, damage, which):
    whole, cleaning = load()
    damage(names_path(whole.path) if which == "names" else whole.path)
    again, remembered = load()
    assert (content(again), remembered) == ((5, [[1, 1], [2, 3], None], NAMES.tolist()), cleaning)
    assert content(load(never)[0]) == content(again)
    assert log(private_home).count("graph toy is replaced") == 1


def test_a_folder_with_files_in_place_of_a_graph_is_left_alone():
    path = load()[0].path
    path.unlink()
    (path / "mine").mkdir(parents=True)
    with pytest.raises(DatasetError, match=rf"the folder {path.name} is in its place; remove it"):
        load()
    assert (path / "mine").is_dir()
    assert [each.name for each in path.parent.glob(".*")] == []


def test_no_flipped_bit_of_a_cached_graph_is_overlooked():
    edges = gb.load("karate")
    assert overlooked(edges, edges.path) == []


def test_no_flipped_bit_of_the_names_is_overlooked():
    edges = load()[0]
    assert overlooked(edges, names_path(edges.path)) == []


@pytest.mark.parametrize("at", [-1, -7, -60, -300, -900, 20])
def test_karate_has_34_vertices_whatever_bit_of_its_cached_file_is_flipped(at):
    edges = gb.load("karate")
    flip(edges.path, at % edges.path.stat().st_size)
    again = gb.load("karate")
    assert (again.num_vertices, again.num_edges, again.digest) == (34, 78, edges.digest)


def test_words_that_change_places_within_a_page_are_noticed():
    edges = gb.load("ba:n=3000,m=3")
    data = bytearray(edges.path.read_bytes())
    data[4096:4104], data[8184:8192] = data[8184:8192], data[4096:4104]
    edges.path.write_bytes(data)
    with pytest.raises(FormatError, match="damaged"):
        EdgeList.open(edges.path, verify=True)


@pytest.mark.parametrize("with_names", [False, True])
def test_exchanged_graphs_are_noticed(private_home, with_names):
    def other():
        return Raw(src=np.array([0]), dst=np.array([4]), weight=None, num_vertices=5, directed=False, names=NAMES[::-1])

    first, second = load()[0], cache.cleaned("cd" * 32, "other", other)[0]
    right = content(first), content(second)
    exchange(first.path, second.path)
    if with_names:
        exchange(names_path(first.path), names_path(second.path))
    again = load()[0], cache.cleaned("cd" * 32, "other", other)[0]
    assert tuple(map(content, again)) == right
    assert log(private_home).count("is replaced") == 2


def test_a_copy_of_another_graph_under_this_key_is_noticed():
    edges = load()[0]
    shutil.copy(gb.load("karate").path, edges.path)
    assert content(load()[0]) == (5, [[1, 1], [2, 3], None], NAMES.tolist())


def test_a_copy_of_a_cached_graph_is_read_like_any_file_and_refused_if_it_is_damaged(tmp_path):
    shutil.copy(gb.load("karate").path, copy := tmp_path / "copy.parquet")
    assert (formats.read(copy).num_vertices, len(formats.read(copy).src)) == (34, 78)
    flip(copy, copy.stat().st_size - 300)
    with pytest.raises(FormatError, match="damaged"):
        formats.read(copy)


def test_the_log_is_bounded_and_a_log_that_cannot_be_written_is_no_error(private_home, monkeypatch):
    monkeypatch.setattr(files, "_MAX_LOG", 100)
    for number in range(10):
        files.log(f"line {number}\nof two")
    old = (private_home / "logs" / "graphbench.log.old").read_text()
    assert log(private_home).splitlines()[-1].endswith(" line 9 of two")
    assert len(old) + len(log(private_home)) < 400
    shutil.rmtree(private_home / "logs")
    (private_home / "logs").write_text("in the way")
    files.log("lost")


@pytest.mark.parametrize("damage", [*DAMAGE.values(), lambda path: path.write_bytes(b"\x1b]0;x\x07")])
def test_the_cache_is_listed_and_cleared_whatever_is_damaged(private_home, graphbench, damage):
    load()
    recipe = private_home / "cleaned" / f"{'1' * 32}.json"
    note = private_home / "downloads" / "address-1" / "address"
    note.parent.mkdir(parents=True)
    for file in (recipe, note):
        file.write_bytes(b"x" * 200)
    for file in [*private_home.rglob("*.parquet"), recipe, note]:
        damage(file)
    code, out, _ = graphbench("cache", "list")
    assert (code, "\x1b" in out) == (0, False)
    assert graphbench("cache", "clear", "--yes")[0] == 0
