"""Comparison of two stores: changes, noise, what is incomparable, and what fails."""

import json

import numpy as np
import pytest

from graphbench.cli import invoke
from graphbench.errors import GraphbenchError
from graphbench.records.lines import to_json
from graphbench.records.model import Censored, Certificate, Outcome, Phases, Revisions, Trials
from graphbench.records.regression import changes, objections
from graphbench.reporting.changes import render
from helpers.records import HERE, bfs, record, replace
from helpers.simulation import rounds as simulated

LIMIT = 0.05


def one(old, new, **options):
    (found,) = changes([old], [new], **options)
    return found


def measured(rounds, made=record, engine="igraph", **changes_):
    """A record of these rounds, each a list of the seconds of its trials."""
    times = [seconds for trials in rounds for seconds in trials]
    counts = [len(trials) for trials in rounds]
    return replace(made(engine, n=len(times), **changes_), phases__call_s=times, trials__rounds=counts)


def steady(centre, rounds=3, **changes_):
    """Rounds that differ by one per cent."""
    return measured([[centre * (1 + 0.01 * (i % 3 - 1))] * 6 for i in range(rounds)], **changes_)


@pytest.mark.parametrize(("factor", "kind"), [(1.3, "slower"), (0.7, "faster"), (1.0, "same"), (1.01, "same")])
def test_changes_beyond_the_spread_of_rounds_are_reported(factor, kind):
    found = one(steady(1.0), steady(factor))
    assert (found.kind, found.rounds) == (kind, (3, 3))
    assert found.ratio == pytest.approx(1 / factor, rel=1e-6)
    assert (found.interval[0] <= 1 <= found.interval[1]) is (kind == "same")


def test_many_trials_of_rounds_that_differ_are_no_change():
    old = measured([[1.0, 1.001] * 50, [1.2, 1.201] * 50, [1.1, 1.101] * 50])
    new = measured([[1.3, 1.301] * 50, [1.1, 1.101] * 50, [1.2, 1.201] * 50])
    assert one(old, new).kind == "same"


@pytest.mark.parametrize("rounds", [1, 2])
def test_with_fewer_than_three_rounds_a_difference_is_possible_never_slower(rounds):
    for few, many in ((rounds, 3), (3, rounds), (rounds, rounds)):
        found = one(steady(1.0, few), steady(1.5, many))
        assert (found.kind, found.judged) == ("possible", False)
    assert one(steady(1.0, rounds), steady(1.0, rounds)).kind == "same"
    assert one(steady(1.0, rounds), steady(1.015, rounds)).kind == "same", "processes vary by more"


def test_a_record_without_rounds_comes_from_one_process():
    found = one(record("igraph", 1.0), record("igraph", 1.3))
    assert (found.kind, found.rounds) == ("possible", (1, 1))


def test_few_trials_are_compared_by_their_range():
    assert one(record("igraph", 1.0, n=2), record("igraph", 1.3, n=2)).kind == "possible"
    wide = replace(record("igraph", n=2), phases__call_s=[0.9, 2.0])
    assert one(record("igraph", 1.0, n=2), wide).kind == "same"


def test_searches_are_compared_over_the_sources_that_every_round_ran():
    def search(factor, asked=(6, 6, 6)):
        names = [source for number in asked for source in range(number)]
        times = [factor * (source + 1) for source in names]
        return replace(bfs("igraph"), phases__call_s=times, trials__sources=names, trials__rounds=list(asked))

    assert one(search(1.0), search(1.2)).interval == pytest.approx((1 / 1.2, 1 / 1.2))
    cut_off = one(search(1.0), search(1.2, asked=(6, 3, 6)))
    assert cut_off.ratio == pytest.approx(1 / 1.2), "the round that was cut off ran the easy sources only"
    assert cut_off.kind == "slower"


def test_a_wide_spread_of_rounds_needs_a_wide_change():
    old, new = measured([[1.0] * 6, [1.1] * 6, [0.9] * 6]), measured([[1.2] * 6, [1.32] * 6, [1.08] * 6])
    assert one(old, new).kind == "same"


@pytest.mark.parametrize("rounds", [3, 5])
def test_at_no_change_at_most_two_per_cent_of_cells_are_called_slower(rounds):
    draw, slower = np.random.default_rng(rounds), 0
    for _ in range(500):
        slower += one(measured(simulated(draw, rounds)), measured(simulated(draw, rounds))).kind == "slower"
    assert slower <= 0.02 * 500


def test_a_slowdown_of_ten_per_cent_is_found_in_nine_of_ten_cells_at_five_rounds():
    draw, missed = np.random.default_rng(7), 0
    for _ in range(300):
        found = one(measured(simulated(draw, 5)), measured(simulated(draw, 5, slower=1.1)))
        missed += not objections([found], LIMIT)
    assert missed <= 0.1 * 300


def one_slower_of(draw, cells, rounds, slower):
    """What is called slower or faster of cells of 10 ms that did not change, but for the first, in a comparison."""

    def side(factor):
        seconds = [0.01 * factor] + [0.01] * (cells - 1)
        return [
            replace(measured(simulated(draw, rounds, slower=one), seconds=one), task__dataset=f"graph-{place}")
            for place, one in enumerate(seconds)
        ]

    found = changes(side(1.0), side(slower))
    assert all(change.judged for change in found)
    return [(change.kind, change.dataset) for change in found if change.kind != "same"]


def test_at_no_change_two_per_cent_of_comparisons_of_many_cells_name_one():
    draw = np.random.default_rng(3)
    alarms = sum(bool(one_slower_of(draw, cells=20, rounds=3, slower=1.0)) for _ in range(40))
    assert alarms <= 3, "98 % intervals of single cells give 15"


def test_a_slowdown_by_three_tenths_is_found_among_many_cells_at_five_rounds():
    draw = np.random.default_rng(4)
    found = sum(("slower", "graph-0") in one_slower_of(draw, cells=36, rounds=5, slower=1.3) for _ in range(20))
    assert found >= 19


def test_cells_with_too_few_rounds_to_judge_widen_no_interval():
    few = [replace(steady(1.0, 2), task__dataset=f"graph-{place}") for place in range(20)]
    (found,) = [change for change in changes([steady(1.0), *few], [steady(1.1), *few]) if change.rounds == (3, 3)]
    assert found == one(steady(1.0), steady(1.1))


def test_a_machine_that_was_busy_is_mentioned():
    busy = replace(steady(1.0), environment=replace(HERE, load_average=9.0))
    assert one(steady(1.0), busy).notes == ["the machine was busy during the new run"]
    earlier = replace(steady(1.0), warnings=["the machine was busy at the start: more processes were runnable"])
    assert one(earlier, busy).notes == ["the machine was busy during the old and the new run"]
    assert (one(earlier, busy).kind, one(earlier, busy).reasons) == ("same", [])
    (said,) = objections([one(steady(0.5), busy)], LIMIT)
    assert said.endswith("100 % longer; the machine was busy during the new run.")


def test_short_calls_are_noted_in_the_table_and_in_the_gate():
    def quick(seconds):
        return replace(steady(seconds), phases__rebuilt_s=[seconds] * 9)

    found = one(quick(2e-5), quick(3e-5))
    assert found.kind == "slower"
    assert found.notes == [
        "short_calls: most of a call of less than a millisecond is no work of the problem; use a larger graph"
    ]
    assert "short calls: most of a call" in render([found], "table")
    assert objections([found], LIMIT)[0].endswith("; use a larger graph.")
    assert one(quick(2e-3), quick(3e-3)).notes == []


OTHER = steady(1.0, engine="scipy", id="scipy-old"), steady(1.001, engine="scipy", id="scipy-new")
"""A cell that did not change."""


def test_where_work_is_reused_the_calls_on_rebuilt_graphs_are_compared():
    def cached(warm, rebuilt):
        return replace(steady(warm), phases__rebuilt_s=[rebuilt] * 9, phases__first_s=rebuilt)

    began_to_reuse = one(cached(1.0, 1.0), cached(0.01, 1.0))
    assert (began_to_reuse.kind, began_to_reuse.ratio) == ("same", pytest.approx(1))
    assert began_to_reuse.notes[0].startswith("reuses_work:")
    slower = one(cached(0.01, 1.0), cached(0.01, 3.0))
    assert (slower.kind, slower.judged) == ("slower", True)
    assert objections([slower], LIMIT)
    near = one(cached(1.0, 1.99), cached(1.0, 2.01))
    assert near.ratio == pytest.approx(1.99 / 2.01), "one side is below the threshold of reuse, and one above it"


def reusing(warm, rebuilt):
    return replace(record("igraph", warm), phases__rebuilt_s=rebuilt, phases__first_s=max(rebuilt, default=10 * warm))


def search(sources):
    return replace(bfs("igraph"), phases__call_s=[source + 1.0 for source in sources], trials__sources=sources)


FIRST_ONLY = replace(record("igraph", 5.0, n=1), trials__stopped="first_only", phases__first_s=5.0)


@pytest.mark.parametrize(
    ("old", "new", "calls"),
    [
        (reusing(0.004, [0.04] * 3), reusing(0.004, [0.04, 0.04, 0.007]), "rebuilt"),
        (reusing(0.004, [0.04] * 3), reusing(0.004, []), "warm"),
        (search([*range(10)]), search([*range(3, 20)]), "warm"),
        (measured([[1.0] * 9, [1.2] * 6, [1.5] * 2]), measured([[1.1] * 2, [1.2] * 9, [1.3] * 2]), "warm"),
        (record("igraph", 1.0), FIRST_ONLY, "first"),
        (replace(record("igraph", 0.001), phases__collect_s=1.019, phases__rebuilt_s=[]), record("igraph"), "warm"),
    ],
    ids=["reuse", "reuse, no rebuilt calls", "sources", "rounds", "first call", "lazy"],
)  # fmt: skip
def test_the_ratio_is_that_of_the_times_shown_and_both_are_of_one_kind(old, new, calls):
    for found in (one(old, new), one(new, old)):
        assert found.calls == calls
        assert found.ratio == pytest.approx(found.old_s / found.new_s, rel=1e-12)


def test_what_is_found_to_reuse_work_once_is_not_nine_times_as_fast_without_it():
    found = one(reusing(0.004, [0.04] * 3), reusing(0.004, [0.04, 0.04, 0.007]))
    assert (found.kind, found.ratio, found.old_s) == ("same", pytest.approx(1), 0.04)
    assert " ".join(render([found], "table", details=True).split()).count("40.0 ms 40.0 ms (rebuilt)") == 1


def test_a_slow_first_call_without_rebuilt_calls_leaves_rounds_of_warm_calls_to_judge():
    def without_rebuilt(warm):
        return replace(steady(warm), phases__rebuilt_s=[], phases__first_s=10 * warm)

    found = one(without_rebuilt(1.0), without_rebuilt(1.2))
    assert (found.kind, found.judged) == ("slower", True)


def test_an_answer_that_became_lazy_is_no_gain():
    lazy = replace(steady(0.001), phases__collect_s=1.019, phases__rebuilt_s=[0.001] * 9)
    found = one(steady(1.0), lazy)
    assert found.kind == "same"
    assert found.notes[0].startswith("lazy_answer:")


def test_a_cell_that_became_too_slow_for_warm_calls_fails_a_gate():
    slow = replace(record("igraph", 50.0, n=1), trials__stopped="first_only", phases__first_s=50.0)
    found = changes([steady(1.0), OTHER[0]], [slow, OTHER[1]])
    assert (found[0].kind, found[0].lost) == ("possible", True)
    (said,) = objections(found, LIMIT)
    assert "can no longer be compared: the new side has no warm call" in said
    assert not objections(changes([slow, OTHER[0]], [steady(1.0), OTHER[1]]), LIMIT)


@pytest.mark.parametrize("which", ["old", "new"])
def test_where_one_side_alone_has_warm_calls_more_rounds_are_not_asked_for(which):
    slow = replace(measured([[50.0]] * 3), trials__stopped="first_only", phases__first_s=50.0, id="slow")
    found = [one(slow, steady(1.0)) if which == "old" else one(steady(1.0), slow)]
    assert (found[0].kind, found[0].judged) == ("possible", False)
    (said,) = objections(found, LIMIT)
    assert f"the {which} side has no warm call" in said
    assert "raise --budget" in said
    assert "rounds" not in said
    assert "rounds on a side" not in render(found, "table")


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
        ({"trials__quality": [0.5] * 18}, "quality"),
        ({"certificate": Certificate(valid=False, detail="wrong"), "outcome": Outcome.INVALID}, "invalid"),
    ],
)
def test_another_graph_other_weights_or_a_worse_answer_is_incomparable(change, reason):
    found = one(steady(1.0), replace(steady(0.5), **change))
    assert found.kind == "incomparable"
    assert found.lost is not found.broken
    assert objections([found, one(steady(1.0, engine="scipy"), steady(1.0, engine="scipy", id="new"))], LIMIT)
    assert any(text.startswith(f"{reason}:") for text in found.reasons)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"superseded": True}, "earlier rules"),
        ({"revisions": Revisions(algorithm=1, engine=2, trials=1)}, "engine 1 to 2"),
    ],
)
def test_what_was_measured_by_other_rules_or_other_code_is_incomparable(change, reason):
    for old, new in ((replace(steady(1.0), **change), steady(1.5)), (steady(1.0), replace(steady(1.5), **change))):
        found = one(old, new)
        assert found.kind == "incomparable"
        assert any(reason in text or "engine 2 to 1" in text for text in found.reasons)
        (said,) = objections([found, one(*OTHER)], LIMIT)
        assert "can no longer be compared" in said


def test_different_machines_need_the_option_cross_machine():
    there = replace(steady(2.0), environment__machine="m2")
    with pytest.raises(GraphbenchError, match="--cross-machine"):
        changes([steady(1.0)], [there])
    assert one(steady(1.0), there, cross_machine=True).kind == "slower"


def test_records_of_a_machine_in_one_store_only_are_incomparable():
    there = replace(record("igraph", id="there"), environment__machine="m2")
    found = changes([record("igraph")], [record("igraph"), there])
    assert sorted(each.kind for each in found) == ["incomparable", "same"]


def test_the_newest_record_of_a_cell_counts():
    late = steady(3.0, id="late", measured_at="2026-02-01T00:00:00Z")
    assert one(steady(1.0), late).kind == "slower"
    (found,) = changes([steady(1.0)], [late, steady(1.0)])
    assert found.kind == "slower"


def test_a_graph_that_was_changed_and_changed_back_counts_with_its_newest_record():
    graphs = [("d1", "2026-01-01", 1.0), ("d2", "2026-02-01", 1.0), ("d1", "2026-03-01", 1.5)]
    new = [
        replace(steady(seconds, id=day), dataset__digest=digest, measured_at=f"{day}T00:00:00Z")
        for digest, day, seconds in graphs
    ]
    (found,) = changes([replace(steady(1.0), dataset__digest="d1")], new)
    assert found.kind == "slower"


# What fails


def stopped(after):
    return replace(record("igraph"), outcome=Outcome.TIMEOUT, censored=Censored("first", after), certificate=None,
                   phases=Phases(start_s=0.1, read_s=0.1, build_s=0.1), trials=Trials(), answer={})  # fmt: skip


def never_ran(outcome):
    return record("igraph", outcome=outcome, environment=None, phases=Phases(), certificate=None, answer={},
                  reason="not installed", trials=Trials())  # fmt: skip


@pytest.mark.parametrize(
    "new",
    [
        stopped(600.0),
        replace(stopped(600.0), environment=None, censored=None, reason="predicted: too long"),
        never_ran(Outcome.UNAVAILABLE),
        never_ran(Outcome.UNSUPPORTED),
        replace(steady(1.0), outcome=Outcome.INVALID),
        replace(record("igraph"), outcome=Outcome.ERROR, phases=Phases(), answer={}, trials=Trials()),
        None,
    ],
    ids=["timeout", "predicted", "unavailable", "unsupported", "invalid", "error", "missing"],
)
def test_a_cell_that_was_ok_and_has_no_answer_fails_beside_others_that_did_not_change(new):
    found = changes([steady(1.0), OTHER[0]], [OTHER[1]] if new is None else [new, OTHER[1]])
    assert [(each.broken, each.judged) for each in found] == [(True, False), (False, True)]
    (said,) = objections(found, 1e9)
    assert said.startswith("igraph louvain on coAuthorsDBLP was ok and has no answer now")


@pytest.mark.parametrize("busy", [1.0, 9.0])
def test_a_cell_that_broke_says_why_in_the_words_of_its_record(busy):
    where = replace(HERE, load_average=busy)
    died = replace(record("igraph"), outcome=Outcome.ERROR, phases=Phases(), answer={}, trials=Trials(),
                   environment=where, reason="died of SIGABRT in phase first")  # fmt: skip
    found = one(steady(1.0), died)
    assert found.reasons == ["no_time: the new side has none (error): died of SIGABRT in phase first"]
    assert "died of SIGABRT" in objections([found], LIMIT)[0]
    assert "died of SIGABRT" in render([found], "table")


def test_a_bound_is_no_judgement():
    found = one(stopped(600.0), steady(1.0))
    assert (found.kind, found.bound, found.broken) == ("incomparable", "lower", False)
    assert "no cell has a time on both sides" in objections([found], LIMIT)[0]


@pytest.mark.parametrize("new", [[], [stopped(600.0)]])
def test_nothing_to_compare_is_no_pass(new):
    assert objections(changes([stopped(600.0)], new), LIMIT)
    assert objections([], LIMIT)


@pytest.mark.parametrize(("old", "new"), [(1, 3), (3, 2), (1, 1)])
def test_too_few_rounds_are_no_pass(old, new):
    (said,) = objections([one(steady(1.0, old), steady(1.001, new, id="new"))], LIMIT)
    assert said == "too few rounds to judge: pass --rounds 3 to both measurements."
    assert objections([one(steady(1.0, old), steady(1.001, new, id="new")), one(*OTHER)], LIMIT) == []


def test_trials_that_both_stores_share_are_no_new_measurement():
    assert one(steady(1.0), steady(1.0)).repeated
    busy = replace(steady(1.0), environment=replace(HERE, load_average=9.0))
    (said,) = objections([one(busy, busy)], LIMIT)
    assert said.endswith(": it was not measured again. Measure into a new file with --store FILE.")
    extended = steady(1.0, 6, id="new")
    assert one(steady(1.0), extended).repeated
    assert not one(*OTHER).repeated


def test_what_could_not_be_compared_before_does_not_fail_now():
    hollow = [replace(side, posed__num_edges=0) for side in (steady(1.0), steady(1.001, id="new"))]
    found = changes([hollow[0], OTHER[0]], [hollow[1], OTHER[1]])
    assert [each.kind for each in found] == ["same", "incomparable"]
    assert objections(found, LIMIT) == []
    (said,) = objections(found[1:], LIMIT)
    assert said.startswith("igraph louvain on coAuthorsDBLP cannot be judged: ")


def test_only_cells_slower_than_the_limit_fail():
    found = [one(steady(1.0), steady(1.2))]
    assert "slower by more than 10 %: 20 % longer" in objections(found, 0.1)[0]
    assert objections(found, 0.25) == []
    assert objections([one(steady(1.0), steady(0.5))], 0.0) == []


@pytest.fixture
def stores(tmp_path):
    def write(name, *records):
        path = tmp_path / name
        path.write_bytes(b"".join(to_json(each) + b"\n" for each in records))
        return str(path)

    new = replace(steady(1.2, id="new"), environment=replace(HERE, engine_version="3.5"))
    return write("old.jsonl", steady(1.0), OTHER[0]), write("new.jsonl", new, OTHER[1])


def test_the_command_lists_cells_and_fails_beyond_the_limit(stores, capsys):
    assert invoke(["compare", *stores]) == 0
    shown = capsys.readouterr().out
    answer, _, _, first, *_ = shown.splitlines()
    assert answer == "1 slower and 1 same; at worst 20 % longer."
    assert first.split()[:4] == ["slower", "louvain", "coAuthorsDBLP", "igraph"]
    assert "igraph 3.4 to 3.5: louvain on coAuthorsDBLP, igraph" in shown
    assert invoke(["compare", *stores, "--fail-slower", "10%"]) == 1
    assert "slower by more than 10 %" in capsys.readouterr().err
    assert invoke(["compare", *stores, "--fail-slower", "30"]) == 0


def test_a_home_folder_is_compared_by_its_store(stores, tmp_path, capsys):
    (tmp_path / "records.jsonl").write_bytes((tmp_path / "old.jsonl").read_bytes())
    assert invoke(["compare", str(tmp_path), stores[1]]) == 0
    assert capsys.readouterr().out.startswith("1 slower and 1 same")


def test_what_was_not_run_again_is_no_failure_and_what_never_ran_is_one_line():
    absent = [replace(never_ran(Outcome.UNAVAILABLE), id=id_) for id_ in ("old", "new")]
    answered, new = steady(1.0, engine="networkit"), steady(1.0, engine="graphblas")
    found = changes([answered, absent[0], OTHER[0]], [absent[1], OTHER[1], new])
    text, listed = render(found, "table", width=200), render(found, "table", width=200, details=True)
    assert text.startswith("1 same, 1 incomparable, 1 only in the old store and 1 only in the new store.")
    assert "broken" not in text
    assert "1 cell without an answer on either side: igraph" in text
    for engine, store in (("networkit", "old"), ("graphblas", "new")):
        assert f"only in the {store} store (--details lists them): louvain on coAuthorsDBLP, {engine}" in text
        assert f"only in the {store} store: louvain on coAuthorsDBLP, {engine}" in listed
        assert text.count(engine) == 1
        assert listed.count(engine) == 2
    assert objections(found, LIMIT)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (b"", "no records"),
        (b"\n\n", "no records"),
        (b"{}\n", "line 1"),
        (b'GOOD\n{"schema": 2}\nGOOD\n', "line 2"),
        (b"GOOD\nGOOD TORN", "line 2"),
        (b"NEGATIVE\n", "line 1"),
        (b"ELSEWHERE\n", "different machines"),
    ],
)
def test_a_gate_never_passes_on_a_store_without_a_new_measurement(tmp_path, stores, capsys, lines, says):
    good = to_json(steady(1.0, id="good"))
    for word, data in (
        (b"GOOD TORN", good[:-9]),
        (b"GOOD", good),
        (b"NEGATIVE", good.replace(b'"call_s":[0.99', b'"call_s":[-0.99', 1)),
        (b"ELSEWHERE", good.replace(b'"machine":"m1"', b'"machine":"m2"')),
    ):
        lines = lines.replace(word, data)
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(lines)
    for pair in ([stores[0], str(broken)], [str(broken), stores[0]]):
        assert invoke(["compare", *pair, "--fail-slower", "10%"]) == 1
        assert says in capsys.readouterr().err


def test_a_store_against_itself_is_no_pass(stores, capsys):
    assert invoke(["compare", stores[0], stores[0], "--fail-slower", "10%"]) == 1
    assert "not measured again" in capsys.readouterr().err


def test_a_possible_change_and_its_rounds_are_shown(tmp_path, capsys):
    paths = []
    for name, factor in (("a", 1.0), ("b", 1.5)):
        paths.append(str(tmp_path / name))
        (tmp_path / name).write_bytes(to_json(steady(factor, 2)) + b"\n")
    assert invoke(["compare", *paths]) == 0
    shown = capsys.readouterr().out
    assert "possibly slower" in shown
    assert "1 cell with fewer than 3 rounds on a side: not judged." in shown
    assert invoke(["compare", *paths, "--fail-slower", "5%"]) == 1
    assert "--rounds 3" in capsys.readouterr().err


def test_cells_without_a_change_are_one_line_which_says_what_it_could_show(stores, capsys):
    assert invoke(["compare", *stores]) == 0
    short = capsys.readouterr().out
    assert invoke(["compare", *stores, "--details"]) == 0
    whole = capsys.readouterr().out
    line = "1 cell unchanged (--details lists it); interval of old / new: ±3.76 % in louvain on coAuthorsDBLP, scipy"
    assert line in short
    assert "unchanged" not in whole
    assert [[kind for kind in ("slower", "same") if f"\n{kind} " in text] for text in (short, whole)] == [
        ["slower"],
        ["slower", "same"],
    ]


def test_without_a_change_there_is_no_table():
    found = changes([OTHER[0], steady(1.0)], [OTHER[1], steady(1.005, id="new")])
    answer, unchanged, *notes = render(found, "table").split("\n\n")
    assert answer == "2 same."
    assert "2 cells unchanged" in unchanged
    assert not notes


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_every_format_has_every_cell(stores, capsys, form):
    assert invoke(["compare", *stores, "--format", form, "--details"]) == 0
    shown = capsys.readouterr().out
    kinds = [each["kind"] for each in json.loads(shown)] if form == "json" else None
    assert kinds in (None, ["slower", "same"])
    assert shown.count("igraph") >= 1
    assert "scipy" in shown


@pytest.mark.parametrize("value", ["much", "-1%", "nan"])
def test_a_fail_limit_must_be_a_percentage(stores, capsys, value):
    assert invoke(["compare", *stores, f"--fail-slower={value}"]) == 2
    assert "5%" in capsys.readouterr().err
