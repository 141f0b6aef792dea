"""The search for the largest size, without an engine: the boundary is found exactly, in few tries."""

import pytest

from graphbench.measure.suites.search import Search, Size, Try, state
from graphbench.records.model import Outcome

GB = 10**9


def hunt(need, limit, known=(), **asked):
    """All tries of a search among sizes whose need of bytes is known, and where it ended."""
    search = Search(**({"factor": 16, "limit_bytes": limit} | asked))
    tries = list(known)
    while (size := state(search, tries).following) is not None:
        assert size not in [each.size for each in tries], "nothing is tried twice"
        assert len(tries) < 50
        taken = need(size)
        ok = taken <= limit
        tries.append(Try(size, Outcome.OK if ok else Outcome.OUT_OF_MEMORY, taken if ok else None))
    return state(search, tries), tries


NEEDS = {
    "linear": lambda size: GB // 2 + 60 * size.draws,
    "with vertices": lambda size: GB // 2 + 40 * size.draws + (16 << size.scale),
    "steeper": lambda size: 30 * size.draws + 30 * size.draws * size.draws // GB,
    "no base": lambda size: 77 * size.draws,
}


@pytest.mark.parametrize("kind", NEEDS)
@pytest.mark.parametrize("limit", [GB, 3 * GB, 8 * GB, 31 * GB, 32 * GB, 33 * GB, 79 * GB])
def test_the_boundary_is_found_exactly_in_few_tries(kind, limit):
    found, tries = hunt(NEEDS[kind], limit)
    scale, factor = found.largest.size
    assert found.end == "found"
    assert NEEDS[kind](Size(scale, factor)) <= limit
    assert found.failed.size in {Size(scale, factor + 1), Size(scale + 1, 16)}
    assert NEEDS[kind](found.failed.size) > limit
    if found.failed.size == Size(scale + 1, 16):
        assert factor == 31, "no factor between them is untried"
    assert len(tries) <= (10 if kind == "steeper" else 5)


def test_a_known_size_per_edge_makes_the_search_shorter():
    _, blind = hunt(NEEDS["no base"], 32 * GB)
    _, told = hunt(NEEDS["no base"], 32 * GB, bytes_by_draw=77.0)
    assert len(told) < len(blind)
    assert [made.outcome.value for made in told] == ["ok", "out_of_memory"]


@pytest.mark.parametrize("off", [0.9, 0.95, 1.05, 1.1])
def test_a_size_per_edge_that_is_nearly_right_costs_one_or_two_tries(off):
    _, tries = hunt(NEEDS["no base"], 32 * GB, bytes_by_draw=77.0 * off)
    assert len(tries) <= 4


@pytest.mark.parametrize("misleading", [0.01, 1.0, 1e4, 1e9])
def test_a_wrong_prediction_costs_only_tries(misleading):
    right, _ = hunt(NEEDS["linear"], 32 * GB)
    found, tries = hunt(NEEDS["linear"], 32 * GB, bytes_by_draw=misleading)
    assert (found.end, found.largest.size) == ("found", right.largest.size)
    assert len(tries) < 16


def test_a_search_resumes_after_any_try():
    whole, tries = hunt(NEEDS["linear"], 32 * GB)
    for done in range(len(tries) + 1):
        found, again = hunt(NEEDS["linear"], 32 * GB, known=tries[:done])
        assert found == whole
        assert len(again) == len(tries)


def test_a_search_reports_that_nothing_fits():
    found, tries = hunt(NEEDS["linear"], GB // 4)
    assert (found.end, found.largest) == ("nothing fits", None)
    assert found.failed.size.scale == 4
    assert len(tries) < 8


def test_a_search_ends_at_the_largest_graph_that_can_be_generated():
    found, _ = hunt(NEEDS["linear"], 10**16, highest=30)
    assert (found.end, found.largest.size, found.failed) == ("no larger graph", Size(30, 16), None)


OTHERS = [Outcome.TIMEOUT, Outcome.ERROR, Outcome.INVALID]


@pytest.mark.parametrize("outcome", OTHERS)
def test_another_failure_ends_the_search_if_no_size_below_it_is_untried(outcome):
    tries = [Try(Size(20, 20), Outcome.OK, GB), Try(Size(20, 21), outcome)]
    found = state(Search(factor=16, limit_bytes=2 * GB), tries)
    assert (found.end, found.following) == ("other", None)
    assert (found.largest.size, found.failed.size) == (Size(20, 20), Size(20, 21))


@pytest.mark.parametrize("outcome", OTHERS)
def test_sizes_below_another_failure_are_still_tried(outcome):
    for known in ([Try(Size(26, 16), outcome)], [Try(Size(20, 16), Outcome.OK, GB), Try(Size(26, 16), outcome)]):
        found, tries = hunt(NEEDS["linear"], 8 * GB, known=known)
        assert found.end == "found"
        assert found.failed.outcome is Outcome.OUT_OF_MEMORY
        assert len(tries) < 16


def test_the_largest_size_below_another_failure_is_no_memory_boundary():
    found, _ = hunt(NEEDS["linear"], 8 * GB, known=[Try(Size(21, 16), Outcome.TIMEOUT)])
    assert (found.end, found.largest.size, found.failed.size) == ("other", Size(20, 31), Size(21, 16))
    found, _ = hunt(NEEDS["linear"], GB // 4, known=[Try(Size(4, 16), Outcome.ERROR)])
    assert (found.end, found.largest) == ("other", None)


def test_failures_above_an_out_of_memory_do_not_matter():
    tries = [
        Try(Size(20, 16), Outcome.OK, GB),
        Try(Size(21, 16), Outcome.OUT_OF_MEMORY),
        Try(Size(23, 16), Outcome.TIMEOUT),
    ]
    assert state(Search(factor=16, limit_bytes=GB), tries).following.scale == 20


def test_a_failure_below_a_success_is_a_surprise_and_no_boundary():
    tries = [
        Try(Size(20, 16), Outcome.OK, GB),
        Try(Size(20, 24), Outcome.OUT_OF_MEMORY),
        Try(Size(21, 16), Outcome.OK, 2 * GB),
        Try(Size(22, 16), Outcome.OUT_OF_MEMORY),
    ]
    found = state(Search(factor=16, limit_bytes=3 * GB), tries)
    assert [each.size for each in found.surprises] == [Size(20, 24)]
    assert (found.largest.size, found.failed.size) == (Size(21, 16), Size(22, 16))
    assert found.following == Size(21, 24), "2 GB held 16 draws for each vertex, so 3 GB hold 24"


def test_the_search_bisects_after_some_guesses():
    tries = [Try(Size(20, factor), Outcome.OK, 1) for factor in range(16, 21)]
    tries.append(Try(Size(21, 16), Outcome.OUT_OF_MEMORY))
    assert state(Search(factor=16, limit_bytes=GB), tries).following == Size(20, 26), "between 20 and 32"


def test_a_search_of_unknown_peaks_doubles_the_scale():
    tries = [Try(Size(20, factor), Outcome.OK) for factor in range(16, 22)]
    assert state(Search(factor=16, limit_bytes=GB), tries).following == Size(21, 21)
