"""The certificate of random walks: every hop is an edge, walks end only at dead ends, and steps are uniform."""

import numpy as np
import pytest

from graphbench.certificates import walks as checks
from helpers import reference
from helpers.graphs import GRAPHS, certify, changed, graph, path, posed, rejected

GRID = graph([(v, v + 1) for v in range(99) if v % 10 < 9] + [(v, v + 10) for v in range(90)], 100)
DANGLING = GRAPHS["dangling vertices"]


def walked(edges, *, length=20, choose=None, vertices=50):
    _, at, inputs, _ = posed("random-walks", edges, length=length, vertices=vertices)
    return reference.walks(at, inputs.vertices, length, choose=choose)


def refused(edges, answer, because, *, length=20, vertices=50):
    rejected("random-walks", edges, answer, because, length=length, vertices=vertices)


def test_correct_walks_are_valid_and_their_hops_counted():
    right = walked(GRID)
    finding = certify("random-walks", GRID, right, length=20, vertices=50)
    assert finding.valid
    assert finding.quantities == {"hops": 1_000, "visited": len(set(right.ravel().tolist())), "ended_early": 0}


def test_a_walk_may_end_early_at_a_dead_end_only():
    right = walked(DANGLING)
    assert (right == -1).any()
    finding = certify("random-walks", DANGLING, right, length=20, vertices=50)
    assert finding.valid
    assert 0 < finding.quantities["ended_early"] <= len(right)
    assert finding.quantities["hops"] == (right >= 0).sum() - len(right)
    refused(GRID, changed(walked(GRID), (3, slice(9, None)), -1), "walk 3 ends after 8 steps at vertex")


def test_columns_after_the_longest_walk_may_be_left_out():
    line = graph(path(5), 5, directed=True)
    right = walked(line)
    assert certify("random-walks", line, right[:, :5], length=20, vertices=50).valid
    refused(line, right[:, :4], "ends after 3 steps")


@pytest.mark.parametrize(
    ("at", "value", "because"),
    [
        ((2, 7), 100, "walk 2 is at 100 after 7 steps, which is not a vertex"),
        ((2, 7), -2, "walk 2 is at -2 after 7 steps, which is not a vertex"),
        ((2, 7), -1, "walk 2 goes on after its end, at step 8"),
        ((4, 0), -1, "walk 4 starts at vertex -1, not at"),
    ],
)
def test_malformed_walks_are_explained_with_their_place(at, value, because):
    refused(GRID, changed(walked(GRID), at, value), because)


def test_walks_with_other_starts_or_order_are_invalid():
    right = walked(GRID)
    refused(GRID, right[::-1].copy(), "walk 0 starts at vertex")
    refused(GRID, np.roll(right, -1, axis=1), "starts at vertex")


def test_a_hop_that_is_no_edge_is_found_anywhere():
    right = walked(GRID)
    for at in ((0, 1), (17, 9), (49, 20)):
        stays = changed(right, at, right[at[0], at[1] - 1])
        refused(GRID, stays, "is no edge of the graph")


def test_walks_go_along_edges_and_not_against_them():
    ring = GRAPHS["directed cycle"]
    right = walked(ring)
    assert certify("random-walks", ring, right, length=20, vertices=50).valid
    against = (2 * right[:, :1] - right) % 6
    refused(ring, against, "is no edge of the graph; 120 such hops")


FAVOURITES = {
    "the lowest": lambda _, near: near[0],
    "the highest": lambda _, near: near[-1],
    "never the highest": lambda rng, near: near[rng.integers(max(len(near) - 1, 1))],
    "the outer ones": lambda rng, near: near[[0, -1][rng.integers(2)]],
    "the middle": lambda _, near: near[len(near) // 2],
}


@pytest.mark.parametrize("favourite", FAVOURITES)
def test_biased_walks_are_invalid(favourite):
    answer = walked(GRID, length=80, vertices=100, choose=FAVOURITES[favourite])
    refused(GRID, answer, "the hops prefer", length=80, vertices=100)


def test_uniform_walks_are_never_rejected():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        choices = rng.integers(1, 9, size=2_000)
        assert checks.chance_fault(rng.integers(choices), choices) == ""


HUB = graph([*((0, v) for v in range(1, 401)), *((v, v % 400 + 1) for v in range(1, 401))], 401)


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (lambda near: near[::2], "which has 400 neighbours, take the same one more often than by chance"),
        (lambda near: near[len(near) // 4 : -(len(near) // 4)], "the hops prefer"),
        (lambda near: near[np.arange(len(near)) % 10 > 0], "take the same one more often than by chance"),
    ],
    ids=["every second", "the middle half", "nine of ten"],
)
def test_walks_that_never_visit_some_neighbours_of_a_hub_are_invalid(kept, says):
    def choose(rng, near):
        return rng.choice(kept(np.array(near)) if len(near) > 3 else near)

    answer = walked(HUB, length=300, vertices=400, choose=choose)
    refused(HUB, answer, says, length=300, vertices=400)
    fair = walked(HUB, length=300, vertices=400, choose=lambda rng, near: rng.choice(near))
    finding = certify("random-walks", HUB, fair, length=300, vertices=400)
    assert finding.valid, finding.detail


def test_walks_that_take_the_neighbours_of_a_hub_in_turn_are_invalid():
    tails, degree = np.zeros(3_000, dtype=np.int64), np.array([1_000])
    assert "less often than by chance" in checks.repetition_fault(tails, np.arange(3_000) % 1_000, degree)


def test_a_habit_of_many_vertices_is_found_where_each_has_few_hops():
    vertices, hops, d = 300, 12, 12
    tails, degree = np.repeat(np.arange(vertices), hops), np.full(vertices, d)
    rng = np.random.default_rng(0)
    half, fair = (tails * d + rng.integers(most, size=len(tails)) for most in (d // 2, d))
    assert "hops from vertices such as 0" in checks.repetition_fault(tails, half, degree)
    assert checks.repetition_fault(tails, fair, degree) == ""


@pytest.mark.parametrize(("d", "hops"), [(2, 20), (2, 5_000), (3, 50), (10, 1_000), (100, 20), (1_000, 300)])
def test_the_bound_on_repetitions_holds_at_a_probability_that_can_be_simulated(monkeypatch, d, hops):
    monkeypatch.setattr(checks, "_EXPONENT", 4.0)
    rng, tails = np.random.default_rng(1), np.zeros(hops, dtype=np.int64)
    wrong = sum(bool(checks.repetition_fault(tails, rng.integers(d, size=hops), np.array([d]))) for _ in range(400))
    assert wrong / 400 <= 2 * 2 * np.exp(-4.0)


def test_walks_without_a_choice_are_valid():
    assert checks.chance_fault(np.zeros(1_000, dtype=np.int64), np.ones(1_000, dtype=np.int64)) == ""


def test_walks_that_remember_the_last_vertex_are_invalid():
    right = walked(GRID, length=40)
    bouncing = right.copy()
    bouncing[:, 2::2], bouncing[:, 3::2] = right[:, :1], right[:, 1:2]
    onwards = right.copy()
    arcs = _both(GRID)
    near = [[v for u, v in arcs if u == at] for at in range(100)]
    rng = np.random.default_rng(0)
    for walk in onwards:
        for step in range(2, 41):
            choices = [v for v in near[walk[step - 1]] if v != walk[step - 2]]
            walk[step] = rng.choice(choices or near[walk[step - 1]])
    refused(GRID, bouncing, "the hops ", length=40)
    refused(GRID, onwards, "straight back less often", length=40)
    assert "straight back more often" in checks.memory_fault(np.ones(80, dtype=bool), np.full(80, 3))
    assert checks.memory_fault(np.arange(300) % 3 == 0, np.full(300, 3)) == ""
    assert checks.memory_fault(np.array([True, True, False]), np.full(3, 10_000)) == "", "rare, but too few to tell"


def _both(edges):
    src, dst, _ = edges.to_numpy()
    return [*zip(src.tolist(), dst.tolist(), strict=True), *zip(dst.tolist(), src.tolist(), strict=True)]
