"""`graphbench capacity`: the boundary, resuming, other ends of a search, and its output."""

import csv
import io
import json

import msgspec
import psutil
import pytest

from graphbench.measure.suites import capacity as capacity_search
from graphbench.records.capacity import Capacity, failed_phase, failure, generator_of, host_out_of_memory, size_of
from graphbench.records.model import Censored, Memory, Outcome, Phases, SearchKey, Task
from graphbench.records.store import Store
from graphbench.reporting import report
from graphbench.reporting.capacity import between_scales, capacities, render
from graphbench.reporting.document import Bullets, Cards, Table
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.sections import capacity, growth, no_baseline, questions
from helpers.memory_engines import need
from helpers.records import H100, HERE, record, replace, stored

pytestmark = pytest.mark.usefixtures("warm_workers")

LIMIT = 400_000
GIB = 1 << 30
ASKED = ("capacity", "ordeal", "--engine", "hungry", "--by", "numpy")


@pytest.fixture
def graphbench(graphbench, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.memory_engines")
    return graphbench


def found(graphbench, *more, limit=str(LIMIT)):
    code, out, err = graphbench(*ASKED, "--device-memory", limit, "--format", "json", *more)
    (each,) = json.loads(out)["capacity"]
    return code, each, err


def test_the_boundary_of_memory_is_found_and_every_try_is_a_record(graphbench):
    code, each, _ = found(graphbench)
    assert code == 0
    assert (each["complete"], each["memory"], each["limit_bytes"]) == (True, "device", LIMIT)
    assert need(each["num_edges"]) == each["peak_bytes"] <= LIMIT < need(each["failed_num_edges"])
    assert each["num_entries"] == 2 * each["num_edges"]
    assert each["bytes_per_edge"] == pytest.approx(each["peak_bytes"] / each["num_edges"])
    assert (each["failed_phase"], each["failed_outcome"]) == ("build", "out_of_memory")
    records = stored()
    assert len(records) == each["tries"] <= 9
    assert {record.task.params["device_memory_limit"] for record in records} == {LIMIT}
    assert all(record.certificate.valid for record in records if record.outcome is Outcome.OK)
    assert {each["record"], each["failed_record"]} <= {record.id for record in records}


def test_the_same_command_resumes_without_repeating(graphbench):
    code, whole, _ = found(graphbench)
    total = len(stored())
    code, again, err = found(graphbench)
    assert (code, again) == (0, whole)
    assert len(stored()) == total
    assert f"{total} graphs tried before" in err


def test_a_search_with_few_tries_is_finished_by_the_next_session(graphbench):
    code, first, _ = found(graphbench, "--tries", "2")
    assert (code, first["complete"], first["tries"]) == (1, False, 2)
    assert "2 tries" in first["end"]
    code, whole, _ = found(graphbench)
    assert (code, whole["complete"]) == (0, True)
    assert len(stored()) == whole["tries"]


def test_another_limit_is_another_search_that_starts_from_bytes_per_edge(graphbench):
    _, first, _ = found(graphbench)
    code, second, _ = found(graphbench, limit=str(2 * LIMIT))
    assert code == 0
    assert second["num_edges"] > 1.8 * first["num_edges"]
    assert len(stored()) == first["tries"] + second["tries"]


def test_a_search_begins_where_records_of_other_files_say(graphbench, tmp_path):
    known, new = tmp_path / "known.jsonl", tmp_path / "new.jsonl"
    _, blind, _ = found(graphbench, "--store", str(known), limit="20MB")
    code, led, _ = found(graphbench, "--store", str(new), "--like", str(known), limit="20MB")
    assert (code, led["largest"], led["failed"]) == (0, blind["largest"], blind["failed"])
    assert led["tries"] < blind["tries"]


def test_the_nearest_records_say_where_a_search_begins():
    def known(algorithm, engine, size, taken, gpus=1):
        name = f"rmat:scale={size.scale},edgefactor={size.factor},by=cugraph,seed=1"
        params = {"gpus": gpus} if gpus > 1 else {}
        made = record(engine, device="gpu", memory=Memory(device_peak_bytes=taken * size.draws))
        return replace(made, task=Task(algorithm, name, engine, params))

    def begins(*records, like=()):
        suite = capacity_search.suite_of("bfs", "cugraph", {"device_memory_limit": "1.6GB"})
        search = capacity_search.CapacitySearch(suite=suite, load=None, records=[*records], like=like)
        return search.state.following

    small, large = capacity_search.Size(18, 16), capacity_search.Size(19, 16)
    other = known("louvain", "cugraph", large, 25)
    assert begins() == capacity_search.Size(17, 24), "500 bytes for each draw"
    assert begins(other) == begins(like=[other]) == capacity_search.Size(21, 30)
    mine = known("bfs", "cugraph", small, 50)
    assert begins(mine, other) == begins(other, like=[mine]) == capacity_search.Size(20, 30)
    assert begins(mine, known("bfs", "pylibcugraph", large, 25)) == capacity_search.Size(20, 30)
    assert begins(mine, known("bfs", "cugraph", large, 25)) == capacity_search.Size(21, 30), "the largest counts"
    assert begins(mine, known("bfs", "cugraph", large, 25, gpus=2)) == capacity_search.Size(20, 30)


def test_a_search_with_another_edge_factor_is_another_search(graphbench):
    _, first, _ = found(graphbench, "--edgefactor", "4")
    code, second, err = found(graphbench)
    assert "before" not in err
    assert (code, second["complete"]) == (0, True)
    factors = [int(record.task.dataset.partition("edgefactor=")[2].partition(",")[0]) for record in stored()]
    assert len(stored()) == first["tries"] + second["tries"]
    assert all(4 <= factor < 8 for factor in factors[: first["tries"]])
    assert all(16 <= factor < 32 for factor in factors[first["tries"] :])


def test_a_time_limit_ends_a_search(graphbench, monkeypatch):
    monkeypatch.setenv("HUNGRY_STOPS", "1500 time")
    code, each, _ = found(graphbench, "--edgefactor", "1", "--timeout", "8")  # between 1 and 2 nothing is bisected
    assert code == 1
    assert (each["failed_outcome"], each["failed_phase"], each["complete"]) == ("timeout", "build", False)
    assert "the limit was time, not memory; raise --timeout" in each["end"]


def test_a_time_limit_that_struck_far_above_does_not_end_a_search_below_it(graphbench, monkeypatch):
    monkeypatch.setenv("HUNGRY_STOPS", "30000 time")
    above = ("rmat:scale=12,edgefactor=16", "--engine", "hungry", "--device-memory-limit", str(LIMIT))
    graphbench("ordeal", *above, "--timeout", "8", "--no-predict", "--trials", "1")
    assert [record.outcome for record in stored()] == [Outcome.TIMEOUT]
    code, each, err = found(graphbench, "--timeout", "8")
    assert "tried before" not in err
    assert (code, each["complete"], each["failed_outcome"]) == (0, True, "out_of_memory")


def test_a_wrong_answer_gives_exit_code_1_even_above_the_boundary(graphbench):
    _, each, _ = found(graphbench)
    (lost,) = [record for record in stored() if record.id == each["failed_record"]]
    above = f"rmat:scale={size_of(lost.task.dataset).scale + 2},edgefactor=16,{generator_of(lost.task.dataset)[6:]}"
    wrong = replace(lost, id="w", outcome=Outcome.INVALID, task=msgspec.structs.replace(lost.task, dataset=above))
    with Store() as store:
        store.append(wrong)
    code, again, _ = found(graphbench)
    assert (code, again["complete"]) == (1, True)


def test_a_search_continues_below_the_limit_of_the_generator(graphbench, monkeypatch):
    most = 20 << 9  # edges that may be drawn
    there = psutil.virtual_memory()._replace(total=32 * most)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: there)
    code, each, _ = found(graphbench, "--edgefactor", "10", "--tries", "9", limit="1GB")
    assert (code, each["complete"], each["failed"]) == (1, False, None)
    assert size_of(each["largest"]).draws == most
    assert "the generator was the limit, and not hungry" in each["end"]
    assert each["tries"] == len(stored()) > 0
    assert all(record.outcome is Outcome.OK for record in stored())


def test_tries_carry_the_key_of_their_search(graphbench):
    found(graphbench, "--edgefactor", "4", "--tries", "2")
    assert {record.search for record in stored()} == {SearchKey(limit_bytes=LIMIT, edge_factor=4)}


def test_a_series_gives_a_search_no_tries_and_keeps_its_own(graphbench):
    limit = ("--engine", "hungry", "--device-memory-limit", str(LIMIT), "--trials", "1")
    graphbench("scale", "ordeal", "rmat:scale=4..7,edgefactor=16,by=numpy", *limit)
    before = stored()
    assert len(before) == 4
    code, each, _ = found(graphbench)
    assert (code, each["complete"]) == (0, True)
    assert [record.search for record in before] == [None] * len(before)
    assert len(stored()) == len(before) + each["tries"]


def test_a_limit_beyond_the_memory_of_the_machine_is_refused(graphbench, monkeypatch):
    monkeypatch.setattr(capacity_search, "host_bytes", lambda: 24 << 30)
    code, out, err = graphbench("capacity", "wcc", "--engine", "igraph", "--memory-limit", "500GB")
    assert (code, out, stored()) == (2, "", [])
    assert "more than the 24 GiB" in err
    assert "--memory-limit 12GB" in err


def test_an_error_ends_the_search_with_its_reason_and_is_tried_again_next_time(graphbench, monkeypatch):
    monkeypatch.setenv("HUNGRY_STOPS", "2500 error")
    code, each, _ = found(graphbench)
    assert code == 1
    assert "a number does not fit into 32 bits" in each["end"]
    monkeypatch.delenv("HUNGRY_STOPS")
    code, each, _ = found(graphbench)
    assert (code, each["complete"]) == (0, True)


def test_an_engine_that_fits_nothing_is_reported(graphbench):
    code, each, _ = found(graphbench, limit="1000")
    assert (code, each["complete"], each["largest"], each["num_edges"]) == (0, True, None, None)
    assert each["end"].startswith("nothing fits: not even rmat:scale=4")
    _, out, _ = graphbench(*ASKED, "--device-memory", "1000")
    assert "certified" not in out


def test_one_try_is_written_in_the_singular(graphbench):
    _, each, _ = found(graphbench, "--tries", "1")
    assert each["end"].startswith("stopped after 1 try;")
    _, _, err = found(graphbench, "--tries", "1")
    assert "1 graph tried before" in err


def test_each_algorithm_has_a_row_and_the_table_explains_edge_counts(graphbench):
    code, out, _ = graphbench("capacity", "wcc", "bfs", "--engine", "igraph", "--memory-limit", "30MB", "--tries", "1")
    assert code == 1
    rows = [line.split()[0] for line in out.splitlines()[1:3]]
    assert rows == ["wcc", "bfs"]
    assert "edges, once" in out
    assert "counts once in edges, twice in entries" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["capacity", "wcc"], 1, " or networkx."),
        (["capacity", "wcc", "--engine", "igraph,scipy"], 2, "one engine"),
        (["capacity", "wcc", "coo-to-csr", "--engine", "igraph"], 1, "igraph cannot solve coo-to-csr"),
        (
            ["capacity", "coo-to-csr", "--engine", "igraph"],
            1,
            "an --engine that has it: cugraph, graphblas, scipy.",
        ),
        (["capacity", "wcc", "--engine", "igraph"], 2, "--memory-limit 4GB"),
        (["capacity", "wcc", "--engine", "igraph", "--device-memory", "1GB"], 2, "use --memory-limit SIZE"),
        (["capacity", "wcx", "--engine", "igraph"], 2, "wcc"),
        (["capacity", "wcc", "--engine", "hungry", "--device-memory", "1GB"], 1, "hungry"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(graphbench, arguments, code, says):
    given, out, err = graphbench(*arguments)
    assert (given, out) == (code, "")
    assert says in err
    assert stored() == []


def test_a_success_above_the_present_host_limit_is_tried_again(graphbench):
    asked = ("capacity", "wcc", "--engine", "igraph", "--tries", "1", "--format", "json", "--memory-limit")
    _, out, _ = graphbench(*asked, "1GB")
    assert json.loads(out)["capacity"][0]["largest"]
    (before,) = stored()
    _, out, _ = graphbench(*asked, "5MB")
    (each,) = json.loads(out)["capacity"]
    assert (each["largest"], each["failed_outcome"]) == (None, "out_of_memory")
    assert before.outcome is Outcome.OK
    assert len(stored()) == 2


# What is shown


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"phases": Phases()}, "start"),
        ({"phases": Phases(start_s=1.0)}, "read"),
        ({"phases": Phases(start_s=1.0, read_s=1.0)}, "build"),
        ({"phases": Phases(start_s=1.0, read_s=1.0, build_s=1.0)}, "first"),
        ({"phases": Phases(start_s=1.0, read_s=1.0, build_s=1.0, first_s=1.0)}, "call"),
        ({"phases": Phases(start_s=1.0, read_s=1.0), "censored": Censored("collect", 1.0)}, "collect"),
    ],
)
def test_the_phase_that_failed_is_the_first_that_did_not_end(changes, where):
    assert failed_phase(record(outcome=Outcome.OUT_OF_MEMORY, **changes)) == where


def test_host_and_device_out_of_memory_are_distinguished():
    killed = record("cugraph", device="gpu", outcome=Outcome.OUT_OF_MEMORY, reason="died of SIGKILL in phase build")
    assert host_out_of_memory(killed)
    assert host_out_of_memory(replace(killed, reason="", censored=Censored("build", 1.0, limit_bytes=1 << 30)))
    assert not host_out_of_memory(replace(killed, reason="std::bad_alloc"))
    assert not host_out_of_memory(replace(killed, device="cpu"))


def test_capacities_are_shown_in_every_format():
    lost = record(
        "cugraph", id="2", device="gpu", outcome=Outcome.OUT_OF_MEMORY, phases=Phases(start_s=1.0, read_s=1.0)
    )
    one = Capacity(algorithm="wcc", engine="cugraph", gpu=True, limit_bytes=32 << 30, limited=True, largest=record(),
                  failed=lost, end="found", complete=True, tries=4, surprises=["rmat:a"])  # fmt: skip
    none = Capacity(algorithm="bfs", engine="cugraph", gpu=True, limit_bytes=80 << 30, limited=False, end="nothing")
    table, markdown = (render([one, none], form) for form in ("table", "markdown"))
    for text in (table, markdown):
        assert "977,676" in text
        assert "build: out of memory" in text
        assert "80 GiB, all" in text
        assert "not monotone: rmat:a" in text
        assert "context" in text
    assert failure(lost) == "build: out of memory"
    rows = list(csv.DictReader(io.StringIO(render([one, none], "csv"))))
    assert [row["num_edges"] for row in rows] == ["977676", ""]
    assert json.loads(render([none], "json"))["capacity"][0]["largest"] is None


def tried(size, outcome=Outcome.OK, **changes):
    """A try on the R-MAT graph of a scale and an edge factor, none of whose edges is lost."""
    scale, factor = size
    lost = {} if outcome is Outcome.OK else {"phases": Phases(start_s=1.0, read_s=1.0), "certificate": None}
    made = (
        {"device": "gpu", "outcome": outcome, "memory": Memory(device_peak_bytes=64 * factor << scale)} | lost | changes
    )
    made = {"search": SearchKey(limit_bytes=32 << 30, edge_factor=16)} | made
    made = replace(record("cugraph", 1.0, **made), id=f"{scale}-{factor}-{made.get('id', '')}",
                   posed__num_edges=factor << scale)  # fmt: skip
    name = f"rmat:scale={scale},edgefactor={factor},by=cugraph,seed=1"
    return replace(made, task=Task("wcc", name, "cugraph", {"device_memory_limit": 32 << 30, **made.task.params}))


def here(*records):
    (measured,) = group_by_machine(records, "networkx", {})
    return measured


LOST = Outcome.OUT_OF_MEMORY
SEARCH = (tried((22, 16)), tried((24, 16)), tried((24, 27)), tried((24, 28), LOST), tried((25, 16), LOST))


def test_a_search_is_reported_from_its_records():
    (found,) = capacities(here(*SEARCH, record("networkx")))
    assert found.largest.task.dataset.startswith("rmat:scale=24,edgefactor=27,")
    assert found.failed.task.dataset.startswith("rmat:scale=24,edgefactor=28,")
    assert (found.limit_bytes, found.gpu, found.tries, found.bytes_per_edge) == (32 << 30, True, 5, 64)
    (table,) = [each for each in capacity.section(here(*SEARCH)).blocks if isinstance(each, Table)]
    (row,) = table.rows
    assert row[table.heads.index("limit")] == "32 GiB"
    assert row[table.heads.index("failed in")] == "build: out of memory"
    assert capacity.section(here(record("networkx"), record("igraph"))) is None


def test_a_report_on_searches_begins_with_how_much_fits():
    first, *_ = no_baseline.sentences(here(*SEARCH))
    assert first == "Within 32 GiB, cugraph completes graphs of 452,984,832 edges (wcc)."


def test_a_report_on_searches_misses_no_engine_and_names_no_command_for_ratios():
    shown = to_markdown(report.build([*SEARCH]), charts="charts")
    assert "is compared with" not in shown
    assert "For yours:" not in shown
    shown = to_markdown(report.build([*SEARCH, replace(record("cugraph", device="gpu"), id="timed")]), charts="charts")
    assert "No engine is compared with networkx." in shown
    assert "For yours: graphbench louvain FILE." in shown


def test_load_is_no_caveat_of_how_much_fits():
    crowded = [replace(one, environment__load_average=99.0) for one in SEARCH]
    assert questions.busy(here(*crowded)) == (0, 0)
    beside = replace(record("igraph"), environment__load_average=99.0)
    assert questions.busy(here(*crowded, beside)) == (1, 1)


def test_the_card_of_a_search_that_is_open_says_so():
    assert Cards(no_baseline.table(here(*SEARCH[:3]))).card(0).asides[0] == ("size", "452,984,832 edges (or more)")


def test_the_number_on_the_card_of_a_search_is_that_of_edges():
    table = no_baseline.table(here(*SEARCH))
    assert Cards(table).card(0).asides[0] == ("size", "452,984,832 edges")
    assert not {"warm call", "edges/s"} & set(table.heads)
    beside = replace(record("cugraph", 2.0, device="gpu"), id="timed")
    cards = Cards(no_baseline.table(here(*SEARCH, beside)))
    assert ("warm call", "2.00 s") in cards.card(0).asides
    assert "warm call" not in dict(cards.card(1).asides)


def test_failures_below_the_largest_success_are_reported():
    below = tried((24, 20), Outcome.ERROR)
    (found,) = capacities(here(*SEARCH, below))
    assert found.tries == 6
    assert found.surprises == [below.task.dataset]


def test_a_record_without_a_key_is_no_try_of_a_search():
    assert capacities(here(*(replace(each, search=None) for each in SEARCH))) == []
    (found,) = capacities(here(*SEARCH, tried((24, 28), id="scale", search=None), tried((23, 99), LOST, search=None)))
    assert (found.tries, found.complete) == (5, True)


def on_host(size, outcome=Outcome.OK, *, limit, factor=16, **changes):
    """A try in the host's memory; one that ran out of memory ran into the limit."""
    if outcome is LOST:
        changes["censored"] = Censored("build", 1.0, limit_bytes=limit)
    made = tried(size, outcome, device="cpu", memory=Memory(host_peak_bytes=64 * size[1] << size[0]), **changes)
    key = SearchKey(limit_bytes=limit, edge_factor=factor)
    return replace(made, search=key, task=Task("wcc", made.task.dataset, "igraph", {}))


def test_searches_within_different_host_limits_keep_their_tries_apart():
    small = [on_host((20, 16), limit=2 << 30), on_host((20, 17), LOST, limit=2 << 30, id="small")]
    large = [on_host((20, 17), limit=4 << 30, id="large"), on_host((21, 16), LOST, limit=4 << 30)]
    found = capacities(here(*small, *large))
    assert [(each.limit_bytes, each.largest.id, each.failed.id, each.complete, each.gpu) for each in found] == [
        (2 << 30, small[0].id, small[1].id, True, False), (4 << 30, large[0].id, large[1].id, False, False),
    ]  # fmt: skip


def test_searches_with_different_first_edge_factors_are_kept_apart():
    key = SearchKey(limit_bytes=32 << 30, edge_factor=4)
    sizes = [(25, 4), (26, 4), (26, 6)]
    small = [tried(size, search=key) for size in sizes] + [tried(size, LOST, search=key) for size in [(26, 7), (27, 4)]]
    found = capacities(here(*SEARCH, *small))
    assert [(each.largest.id, each.failed.id, each.tries) for each in found] == [
        (small[2].id, small[3].id, 5), (SEARCH[2].id, SEARCH[3].id, 5),
    ]  # fmt: skip


def test_a_series_with_another_edge_factor_is_no_try_of_a_search():
    search = [on_host((20, 16), limit=GIB), on_host((20, 17), limit=GIB), on_host((21, 16), LOST, limit=GIB)]
    series = [replace(on_host((scale, 4), limit=0), search=None) for scale in (16, 17, 18)]
    measured = here(*search, *series)
    (found,) = capacities(measured)
    assert found.tries == len(search)
    (row,) = growth.exponents(measured).rows
    assert any("edgefactor=4" in column for column in row)
    assert "3" in row


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [(Outcome.TIMEOUT, "the limit was time, not memory"), (Outcome.ERROR, "larger graphs may fit")],
)
def test_a_failure_for_another_reason_bounds_a_search(outcome, cause):
    search = [on_host((20, 16), limit=GIB), on_host((20, 18), outcome, limit=GIB), on_host((21, 16), LOST, limit=GIB)]
    (found,) = capacities(here(*search))
    assert (found.failed.outcome, found.complete) == (outcome, False)
    assert cause in found.end


def test_a_search_that_was_resumed_later_is_complete_by_its_later_tries():
    first, later = SEARCH[:2], [replace(each, measured_at="2027-01-01T00:00:00+00:00") for each in SEARCH[2:]]
    assert not capacities(here(*first))[0].complete
    assert capacities(here(*first, *later))[0].complete


def test_growth_charts_show_edge_factors_of_a_series_only():
    measured = here(*SEARCH)
    assert between_scales(measured) == {SEARCH[2].id, SEARCH[3].id}
    series = [tried((scale, 16)) for scale in (20, 21)]
    (row,) = growth.exponents(here(*SEARCH, *series)).rows
    assert any("edgefactor=16" in column for column in row)
    assert "4" in row
    own = [tried((scale, 27), search=None) for scale in (21, 22)]
    assert SEARCH[2].id not in between_scales(here(*SEARCH, *own))


def test_the_report_states_the_boundary_of_a_search():
    def shown(*records):
        (told,) = [each for each in capacity.section(here(*records)).blocks if isinstance(each, Bullets)]
        (table,) = [each for each in capacity.section(here(*records)).blocks if isinstance(each, Table)]
        return table.rows[0][table.heads.index("boundary")], "\n".join(told.items)

    assert shown(*SEARCH)[0] == "found"
    assert "lies between" not in shown(*SEARCH)[1]
    state, told = shown(*SEARCH[:3], SEARCH[4])
    assert state == "open"
    assert "lies between rmat:scale=24,edgefactor=27" in told
    assert "and rmat:scale=25,edgefactor=16" in told
    state, told = shown(*SEARCH[:3])
    assert (state, "nothing larger was tried" in told) == ("open", True)
    state, told = shown(tried((24, 16), LOST), tried((20, 16), LOST))
    assert (state, "below rmat:scale=20" in told) == ("open", True)
    assert shown(tried((8, 16), LOST), tried((4, 16), LOST))[0] == "nothing fits"


def test_a_search_within_all_memory_of_a_device_names_the_device():
    def everything(each):
        where = replace(HERE, gpus=[H100])
        key = SearchKey(limit_bytes=None, edge_factor=16)
        return replace(each, environment=where, search=key, task=Task("wcc", each.task.dataset, "cugraph", {}))

    whole = [everything(each) for each in SEARCH]
    (found,) = capacities(here(*whole))
    assert (found.limited, found.limit_bytes, found.complete) == (False, 80 << 30, True)
    (table,) = [each for each in capacity.section(here(*whole)).blocks if isinstance(each, Table)]
    assert table.rows[0][table.heads.index("limit")] == "all memory of NVIDIA H100 (80 GiB)"


def test_the_same_from_python(monkeypatch):
    import graphbench as gb

    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.memory_engines")
    (found,) = gb.capacity("ordeal", engine="hungry", by="numpy", device_memory=LIMIT)
    assert found.complete
    assert found.peak_bytes <= LIMIT < need(found.failed.posed.num_edges)
    assert len(stored()) == found.tries
    result = gb.scale("ordeal", "rmat:scale=4..6", engines="hungry", trials=1)
    assert [each.posed.num_vertices for each in result.records] == [16, 32, 64]
    assert len(stored()) == found.tries + 3
