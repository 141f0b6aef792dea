"""Comparison of two stores: changes, noise, what is incomparable, and what fails."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphbench.cli import invoke
from graphbench.errors import UsageError
from graphbench.records.model import Censored, Certificate, Outcome, Phases, Trials
from graphbench.records.regression import LARGE_EFFECT, changes, cliffs_delta, failed
from graphbench.records.store import to_json
from helpers.records import HERE, bfs, record, replace

seconds = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=30)


def one(old, new, **options):
    (found,) = changes([old], [new], **options)
    return found


def noisy(centre, seed, n=20, **changes_):
    draw = random.Random(seed)
    call_s = [centre * draw.uniform(0.9, 1.1) for _ in range(n)]
    return replace(record("igraph", centre, n=n, **changes_), phases__call_s=call_s)


@pytest.mark.parametrize(("factor", "kind"), [(1.3, "slower"), (0.7, "faster"), (1.0, "same"), (1.01, "same")])
def test_changes_beyond_the_noise_are_reported(factor, kind):
    found = one(record("igraph", 1.0), record("igraph", factor))
    assert found.kind == kind
    assert found.ratio == pytest.approx(1 / factor, rel=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_change(seed):
    assert one(noisy(1.0, seed), noisy(1.0, seed + 1000)).kind == "same"


def test_a_small_effect_is_no_change_even_if_the_interval_excludes_one():
    draw = random.Random(3)
    old = replace(record("igraph"), phases__call_s=[draw.uniform(0.5, 1.5) for _ in range(1500)])
    new = replace(record("igraph"), phases__call_s=[draw.uniform(0.5, 1.5) * 1.08 for _ in range(1500)])
    found = one(old, new)
    assert found.interval[1] < 1
    assert abs(found.effect) < LARGE_EFFECT
    assert found.kind == "same"


def test_few_trials_are_compared_by_their_range():
    assert one(record("igraph", 1.0, n=2), record("igraph", 1.3, n=2)).kind == "slower"
    wide = replace(record("igraph", n=2), phases__call_s=[0.9, 2.0])
    assert one(record("igraph", 1.0, n=2), wide).kind == "same"


@pytest.mark.parametrize(
    ("old", "new"), [([1.0, 1.01, 0.99, 1.02, 0.98], [0.9, 1.2, 1.2, 1.2, 1.2]), ([1.0, 0.98], [0.99, 1.5])]
)
def test_a_large_effect_is_no_change_where_the_interval_or_range_includes_one(old, new):
    found = one(replace(record("igraph"), phases__call_s=old), replace(record("igraph"), phases__call_s=new))
    low, high = found.interval or found.range
    assert low < 1 < high
    assert abs(found.effect) > LARGE_EFFECT
    assert found.kind == "same"


def test_searches_are_paired_by_their_sources():
    found = one(bfs("igraph", 1.0), bfs("igraph", 1.2))
    assert found.ratio == pytest.approx(1 / 1.2)
    assert found.interval == pytest.approx((1 / 1.2, 1 / 1.2))


@given(seconds, seconds)
def test_cliffs_delta_is_the_share_of_pairs_won_minus_the_share_lost(old, new):
    won = sum((a > b) - (a < b) for a in old for b in new) / (len(old) * len(new))
    assert cliffs_delta(old, new) == pytest.approx(won)
    assert cliffs_delta(new, old) == pytest.approx(-won)


# What cannot be compared


def test_cells_of_one_store_only_are_incomparable():
    found = changes([record("igraph")], [record("networkit")])
    assert [(each.kind, each.reasons) for each in found] == [
        ("incomparable", ["only in the old store"]), ("incomparable", ["only in the new store"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dataset__digest": "other"}, "dataset"),
        ({"posed__weights": "drawn"}, "weights"),
        ({"trials__quality": [0.5] * 6}, "quality"),
        ({"certificate": Certificate(valid=False, detail="wrong"), "outcome": Outcome.INVALID}, "invalid"),
    ],
)
def test_another_graph_other_weights_or_a_worse_answer_is_incomparable(change, reason):
    found = one(record("igraph"), replace(record("igraph", 0.5), **change))
    assert found.kind == "incomparable"
    assert any(text.startswith(f"{reason}:") for text in found.reasons)


def test_different_machines_need_the_option_cross_machine():
    there = replace(record("igraph", 2.0), environment__machine="m2")
    with pytest.raises(UsageError, match="--cross-machine"):
        changes([record("igraph")], [there])
    assert one(record("igraph"), there, cross_machine=True).kind == "slower"


def test_records_of_a_machine_in_one_store_only_are_incomparable():
    there = replace(record("igraph", id="there"), environment__machine="m2")
    found = changes([record("igraph")], [record("igraph"), there])
    assert sorted(each.kind for each in found) == ["incomparable", "same"]


def test_the_newest_record_of_a_cell_counts():
    late = record("igraph", 3.0, id="late", measured_at="2026-02-01T00:00:00Z")
    assert one(record("igraph", 1.0), late).kind == "slower"
    (found,) = changes([record("igraph", 1.0)], [late, record("igraph", 1.0)])
    assert found.kind == "slower"


# What fails


def stopped(after):
    return replace(record("igraph"), outcome=Outcome.TIMEOUT, censored=Censored("first", after), certificate=None,
                   phases=Phases(start_s=0.1, read_s=0.1, build_s=0.1), trials=Trials(), answer={})  # fmt: skip


def test_a_new_timeout_is_broken_and_only_a_bound():
    found = one(record("igraph", 1.0), stopped(600.0))
    assert (found.kind, found.ratio, found.broken) == ("incomparable", None, True)
    assert failed([found], 1e9) == [found]


def test_an_engine_that_is_no_longer_installed_is_not_broken():
    gone = record("igraph", outcome=Outcome.UNAVAILABLE, environment=None, phases=Phases(), certificate=None, answer={})
    assert not any(each.broken for each in changes([record("igraph")], [gone]))


def test_only_cells_slower_than_the_limit_fail():
    found = changes([record("igraph", 1.0)], [record("igraph", 1.2)])
    assert failed(found, 0.1) == found
    assert failed(found, 0.25) == []
    assert failed(changes([record("igraph", 1.0)], [record("igraph", 0.5)]), 0.0) == []


@pytest.fixture
def stores(tmp_path):
    def write(name, *records):
        path = tmp_path / name
        path.write_bytes(b"".join(to_json(each) + b"\n" for each in records))
        return str(path)

    new = replace(record("igraph", 1.2), environment=replace(HERE, engine_version="3.5"))
    return write("old.jsonl", record("igraph", 1.0), bfs("igraph")), write("new.jsonl", new, bfs("igraph"))


def test_the_command_lists_cells_and_fails_beyond_the_limit(stores, capsys):
    assert invoke(["compare", *stores]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[1].split()[:4] == ["slower", "louvain", "coAuthorsDBLP", "igraph"]
    assert "igraph 3.4 to 3.5" in shown
    assert "1 slower and 1 same; at worst 20 % longer." in shown
    assert invoke(["compare", *stores, "--fail-slower", "10%"]) == 1
    assert "beyond --fail-slower 10%" in capsys.readouterr().err
    assert invoke(["compare", *stores, "--fail-slower", "30"]) == 0


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_every_format_has_every_cell(stores, capsys, form):
    assert invoke(["compare", *stores, "--format", form]) == 0
    shown = capsys.readouterr().out
    kinds = [each["kind"] for each in json.loads(shown)] if form == "json" else None
    assert kinds in (None, ["slower", "same"])
    assert shown.count("igraph") >= 2


@pytest.mark.parametrize("value", ["much", "-1%", "nan"])
def test_a_fail_limit_must_be_a_percentage(stores, capsys, value):
    assert invoke(["compare", *stores, f"--fail-slower={value}"]) == 2
    assert "10%" in capsys.readouterr().err
