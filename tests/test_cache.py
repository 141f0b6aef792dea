"""The cache: graphs are cleaned once, safe among processes, and listed and cleared; damage: `test_damage.py`."""

import multiprocessing

import numpy as np
import pytest

import graphbench as gb
from graphbench.errors import DatasetError, UnknownNameError
from graphbench.graphs import cache, parquet
from graphbench.graphs.clean import Cleaning, Raw

SHA = "ab" * 32


def toy(names=None):
    src, dst = np.array([2, 0, 1, 1]), np.array([1, 0, 2, 3])
    return Raw(src=src, dst=dst, weight=None, num_vertices=5, directed=False, names=names)


def never():
    raise AssertionError("the cache should have had it")


def test_a_source_is_cleaned_once_and_its_counts_are_kept():
    first, done = cache.cleaned(SHA, "toy", toy)
    again, remembered = cache.cleaned(SHA, "toy", never)
    assert done == remembered == Cleaning(loops_dropped=1, duplicates_merged=1, num_isolated=2)
    assert first.digest == again.digest
    assert again.path is not None
    assert (again.to_numpy().src.tolist(), again.to_numpy().dst.tolist()) == ([1, 1], [2, 3])


def test_the_name_is_the_callers_each_time():
    cache.cleaned(SHA, "toy", toy)
    assert cache.cleaned(SHA, "/other/toy.mtx", never)[0].name == "/other/toy.mtx"


def test_vertex_names_are_kept():
    names = np.array(list("abcde"), dtype=object)
    cache.cleaned(SHA, "toy", lambda: toy(names))
    assert cache.cleaned(SHA, "toy", never)[0].names.tolist() == names.tolist()


def test_another_source_direction_or_cleaner_is_another_entry(monkeypatch):
    made = []

    def make():
        made.append(1)
        return toy()

    for arguments in ({}, {"directed": True}, {"directed": False}):
        for _ in range(2):
            cache.cleaned(SHA, "toy", make, **arguments)
    cache.cleaned("cd" * 32, "toy", make)
    monkeypatch.setattr(cache, "CLEANER_VERSION", -1)
    cache.cleaned(SHA, "toy", make)
    assert len(made) == 5


def test_a_failed_build_leaves_no_file(private_home):
    def broken():
        raise DatasetError("no such graph")

    with pytest.raises(DatasetError, match="no such graph"):
        cache.cleaned(SHA, "toy", broken)
    assert not list(private_home.rglob("*.*"))


def test_a_cache_that_cannot_be_written_says_what_to_do(private_home):
    (private_home / "cleaned").write_text("in the way")
    with pytest.raises(DatasetError, match=r"toy cannot be cached in .*GRAPHBENCH_HOME"):
        cache.cleaned(SHA, "toy", toy)


def _ask(barrier, results):
    barrier.wait(60)
    edges, cleaning = cache.cleaned(SHA, "toy", toy)
    results.put((edges.digest, edges.to_numpy().src.tolist(), cleaning.loops_dropped))


def test_concurrent_processes_build_one_file(private_home):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_ask, args=(barrier, results)) for _ in range(3)]
    for process in processes:
        process.start()
    answers = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
    assert answers == [(cache.cleaned(SHA, "toy", never)[0].digest, [1, 1], 1)] * 3
    assert len(list((private_home / "cleaned").iterdir())) == 1


# What is listed and cleared


def put(path, size=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


@pytest.fixture
def full_home(private_home):
    """A home with all that graphbench keeps, and beside it files that are none of its business."""
    home = private_home
    cache.cleaned(SHA, "toy", lambda: toy(np.array(list("abcde"), dtype=object)))
    cache.cleaned("cd" * 32, "DIMACS10/coAuthorsDBLP", toy)
    digest = "0123456789abcdef" * 2
    own = [
        put(home / "downloads" / "DIMACS10" / "coAuthorsDBLP.tar.gz", 100),
        put(home / "downloads" / "HB" / "other.tar.gz", 50),
        put(home / "downloads" / "HB" / "other.tar.gz.sha256", 5),
        put(home / "downloads" / "HB" / ".torn.tar.gz.part"),
        put(home / "downloads" / "ssstats.csv"),
        put(home / "answers" / f"{digest}.npy"),
        put(home / "digests" / f"{digest}.sha256"),
        put(home / "posed" / f"{digest}-drawn.parquet"),
        put(home / "inputs" / f"sources-{digest}.npz"),
        put(home / "inputs" / f".pairs-{digest}.npz.123.456.part"),
        put(home / "cleaned" / f".{digest}.parquet.123.456.part"),
        put(home / "posed" / f".{digest}-drawn.parquet.123.456.part"),
        put(home / "cleaned" / f"{digest}.names.parquet"),
        *(path for path in (home / "cleaned").iterdir() if path.name.endswith(".parquet")),
    ]
    alien = [
        put(home / "records" / "2026-01-01.jsonl"),
        put(home / "downloads" / "holiday.jpg"),
        put(home / "downloads" / "backup.tar.gz"),
        put(home / "downloads" / "projects" / "thesis.tar.gz"),
        put(home / "answers" / "exam.npy"),
        put(home / "cleaned" / "mine.parquet"),
        put(home / "posed" / "photo.parquet"),
        put(home / "inputs" / "survey.npz"),
        put(home / "cleaned" / "sub" / f"{digest}.parquet"),
        put(home / "thesis.parquet"),
    ]
    return home, set(own), set(alien)


def files(home):
    return {path for path in home.rglob("*") if path.is_file()}


def test_entries_are_listed_with_name_kind_size_and_time(full_home):
    home, own, _ = full_home
    entries = cache.entries()
    assert {file for entry in entries for file in entry.files} == own
    listed = {(entry.kind, entry.name): entry for entry in entries}
    assert {"toy", "DIMACS10/coAuthorsDBLP"} <= {name for kind, name in listed if kind == "cleaned"}
    other = listed["download", "HB/other"]
    assert (other.bytes, other.path) == (55, home / "downloads" / "HB" / "other.tar.gz")
    assert sum(entry.bytes for entry in entries) == sum(path.stat().st_size for path in own)
    assert other.modified.timestamp() == pytest.approx(other.path.stat().st_mtime)


def test_clearing_all_removes_what_graphbench_made_and_nothing_else(full_home):
    home, _, alien = full_home
    listed = cache.entries()
    assert cache.clear() == listed
    assert files(home) == alien
    assert not (home / "downloads" / "HB").exists()
    assert cache.entries() == cache.clear() == []


@pytest.mark.parametrize("name", ["coauthorsdblp", "DIMACS10/coAuthorsDBLP"])
def test_clearing_by_name_removes_the_archive_and_the_cleaned_form(full_home, name):
    home, own, alien = full_home
    removed = cache.clear([name])
    assert {(entry.kind, entry.name) for entry in removed} == {
        ("download", "DIMACS10/coAuthorsDBLP"),
        ("cleaned", "DIMACS10/coAuthorsDBLP"),
    }
    assert files(home) == (own | alien) - {entry.path for entry in removed}


def test_clearing_a_download_forgets_its_recorded_checksum(full_home):
    home, _, _ = full_home
    cache.clear(["HB/other"])
    assert not (home / "downloads" / "HB" / "other.tar.gz.sha256").exists()


def test_clearing_nothing_or_an_unknown_name_removes_nothing(full_home):
    home, own, alien = full_home
    assert cache.clear([]) == []
    with pytest.raises(UnknownNameError, match="Did you mean DIMACS10/coAuthorsDBLP"):
        cache.clear(["toy", "DIMACS10/coAuthorDBLP"])
    assert files(home) == own | alien


def test_clearing_by_name_removes_posed_forms_that_carry_it(private_home):
    edges, _ = cache.cleaned(SHA, "toy", toy)
    posed = edges.with_drawn_weights(seed=0)
    path = private_home / "posed" / f"{posed.digest}-drawn.parquet"
    posed.write(path, metadata={parquet.DATASET: "toy"})
    assert {entry.kind for entry in cache.clear(["toy"])} == {"cleaned", "posed"}
    assert not path.exists()


def test_files_of_a_measurement_are_listed_and_cleared(private_home):
    for algorithm in ("sssp", "jaccard", "induced-subgraph"):
        assert gb.run(algorithm, "karate", engines="igraph", trials=1, timeout=60).ok
    assert {entry.kind for entry in cache.entries()} == {"cleaned", "posed", "inputs", "answer"}
    cache.clear()
    assert {path.name for path in files(private_home)} - {"records.jsonl.lock"} == {"records.jsonl"}


@pytest.mark.parametrize("folder", ["cleaned", "posed", "inputs"])
def test_partial_files_of_a_killed_process_are_cleared(private_home, folder):
    whole = {
        "cleaned": private_home / "cleaned" / f"{'0' * 32}.parquet",
        "posed": cache.posed_path("0" * 32, "drawn", ".parquet"),
        "inputs": cache.inputs_path("sources", "0" * 32),
    }[folder]
    part = []

    def killed(path):
        part.append(path.name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parquet.atomically(whole, killed)
    put(whole.with_name(part[0]))
    assert len(cache.clear()) == 1
    assert files(private_home) == set()


def test_a_home_that_does_not_exist_is_empty(private_home):
    private_home.rmdir()
    assert cache.entries() == cache.clear() == []
