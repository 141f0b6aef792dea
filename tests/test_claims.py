"""Published numbers against ours: what reproduces a claim, what does not, and what is undecided."""

import re

import msgspec
import pytest

from graphbench.records.model import Censored, Certificate, Outcome, Phases, Task, Trials
from graphbench.reporting.document import Fold, Table
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.published import Claim, claims
from graphbench.reporting.sections import claims as section
from graphbench.reporting.sections.claims import check
from helpers.records import H100, HERE, record, replace
from test_report import tables

ON_GPU = replace(HERE, gpus=[H100])


def claim(**changes):
    made = {"source": "s", "conditions": "c", "algorithm": "louvain", "dataset": "coAuthorsDBLP", "engine": "cugraph",
            "baseline": "networkx", "ratio": 100.0}  # fmt: skip
    return Claim(**(made | changes))


def gpu(seconds, **changes):
    return record("cugraph", seconds, device="gpu", environment=ON_GPU, **changes)


def checked(the_claim, *records):
    (measured,) = group_by_machine(records, "networkx", {})
    return check(the_claim, measured)


@pytest.mark.parametrize(("seconds", "status"), [(0.005, "reproduced"), (0.05, "not reproduced")])
def test_a_ratio_that_reaches_the_published_one_reproduces_it(seconds, status):
    assert checked(claim(), record("networkx"), gpu(seconds)).status == status


def test_an_interval_that_reaches_the_published_ratio_reproduces_it():
    found = checked(claim(ratio=100.5), record("networkx", 1.0), gpu(0.01))
    assert found.status == "reproduced"


def test_a_claim_is_compared_with_the_ratio_it_is_about():
    # A hundred times as fast by warm call; in a first answer, read and collect weigh more.
    found = checked(claim(timed="first_answer"), record("networkx"), gpu(0.005))
    assert found.status == "not reproduced"
    assert found.ours.endswith("warm call")


def test_an_unlike_ratio_and_an_open_bound_decide_nothing():
    worse = Trials(seeds=list(range(6)), quality=[0.5] * 6)
    assert checked(claim(), record("networkx"), gpu(0.005, trials=worse)).status == "measured"
    slow = replace(record("networkx"), outcome=Outcome.TIMEOUT, censored=Censored("first", 0.1), trials=Trials(),
                   phases=Phases(start_s=1.0, read_s=1.0, build_s=1.0), answer={}, certificate=None)  # fmt: skip
    assert checked(claim(), slow, gpu(0.005)).status == "measured"
    assert checked(claim(ratio=10.0), slow, gpu(0.005)).status == "measured"


def test_tasks_that_did_not_run_and_cannot_run_are_distinguished():
    assert checked(claim(dataset="dblp-2010"), record("networkx"), gpu(0.005)).status == "not measured"
    assert checked(claim(), record("networkx"), record("igraph")).status == "not runnable here"


def test_a_try_within_limited_memory_does_not_explain_a_missing_speedup():
    lost = {"outcome": Outcome.OUT_OF_MEMORY, "phases": Phases(start_s=1.0), "certificate": None}
    limited = Task("louvain", "big", "cugraph", record().task.params | {"device_memory_limit": 2**35})
    on_device = gpu(1.0, task=limited, **lost)
    on_host = gpu(1.0, id="host", censored=Censored("build", 1.0, limit_bytes=2**30), **lost)
    for tries in ([on_device], [on_host], [on_device, on_host]):
        found = checked(claim(dataset=""), *tries)
        assert found.status == "not measured"
        assert found.remark == "louvain on any graph was not measured with cugraph"
    assert "out of memory" in checked(claim(dataset=""), gpu(1.0, **lost)).remark


def test_the_closest_engine_is_used_with_a_remark():
    found = checked(claim(baseline="python-louvain", nearest_baseline="networkx"), record("networkx"), gpu(0.005))
    assert found.status == "reproduced"
    assert "against networkx instead of python-louvain" in found.remark


# Capacities


def graph(edges):
    return replace(record().posed, num_edges=edges, num_entries=2 * edges)


def fitted(edges, *, limit=None, lost=False, **changes):
    """A record of cuGraph on an H100, perhaps under a limit; `lost` where memory ran out."""
    params = {"resolution": 1.0} | ({} if limit is None else {"device_memory_limit": limit})
    made = {"id": f"{edges}", "task": Task("louvain", f"g{edges}", "cugraph", params), "posed": graph(edges)}
    if lost:
        made |= {"outcome": Outcome.OUT_OF_MEMORY, "phases": Phases(start_s=1.0, read_s=1.0), "certificate": None}
    return gpu(0.01, **(made | changes))


HALF_A_BILLION = Claim(
    source="s", conditions="c", engine="cugraph", algorithm="louvain", num_edges=500_000_000, gpu_memory_bytes=32 << 30
)
GB32 = 32_000_000_000


@pytest.mark.parametrize(
    ("completed", "lost", "status"),
    [
        (600_000_000, 700_000_000, "reproduced"),
        (600_000_000, None, "reproduced"),
        (490_000_000, 499_000_000, "depends on the count"),
        (300_000_000, 320_000_000, "depends on the count"),
        (300_000_000, None, "depends on the count"),
        (200_000_000, 210_000_000, "refuted"),
        (None, 210_000_000, "refuted"),
        (200_000_000, 300_000_000, "open"),
        (200_000_000, 600_000_000, "open"),
        (200_000_000, None, "open"),
    ],
)
def test_a_capacity_is_checked_by_both_ways_of_counting(completed, lost, status):
    found = checked(
        HALF_A_BILLION,
        *([fitted(completed, limit=GB32)] if completed else []),
        *([fitted(lost, limit=GB32, lost=True)] if lost else []),
    )
    assert found.status == status
    assert "counting edges once" in found.remark
    assert "counting entries" in found.remark
    if completed:
        assert f"{completed:,} edges, {2 * completed:,} entries" in found.ours
    if lost:
        assert "build: out of memory" in found.ours


def test_another_layer_of_the_library_answers_a_claim_about_its_capacity():
    task = Task("louvain", "g6", "pylibcugraph", {"resolution": 1.0, "device_memory_limit": GB32})
    found = checked(HALF_A_BILLION, fitted(600_000_000, task=task), fitted(200_000_000, limit=GB32))
    assert found.status == "reproduced"
    assert "(louvain on g6 with pylibcugraph)" in found.ours
    assert checked(claim(nearest="cugraph"), fitted(600_000_000, task=task)).status == "not runnable here"


def test_a_limit_without_the_context_is_more_than_a_card_of_that_size_offers():
    assert "offers a little less" in checked(HALF_A_BILLION, fitted(600_000_000, limit=GB32)).remark
    assert (
        "offers a little less"
        not in checked(msgspec.structs.replace(HALF_A_BILLION, gpu_memory_bytes=None), fitted(600_000_000)).remark
    )


def test_a_capacity_claim_states_its_boundary():
    def on(size, **changes):
        scale, factor = size
        params = {"resolution": 1.0, "device_memory_limit": GB32}
        task = Task("louvain", f"rmat:scale={scale},edgefactor={factor},by=cugraph,seed=1", "cugraph", params)
        return fitted(factor << scale, limit=GB32, task=task, **changes)

    def remark(*records):
        return checked(HALF_A_BILLION, *records).remark

    assert "the boundary was found" in remark(on((24, 25)), on((24, 26), lost=True))
    assert "the boundary was found" in remark(on((24, 31)), on((25, 16), lost=True))
    between = remark(on((24, 25)), on((25, 16), lost=True))
    assert f"lies between {25 << 24:,} and {16 << 25:,} edges" in between
    assert f"lies beyond {25 << 24:,} edges" in remark(on((24, 25)))
    assert "nothing completed" in remark(on((24, 25), lost=True))
    assert "the boundary was not found" in remark(fitted(10, limit=GB32), fitted(11, limit=GB32, lost=True))


def test_less_memory_refutes_no_capacity_claim_and_more_reproduces_none():
    assert checked(HALF_A_BILLION, fitted(100_000_000, limit=16 << 30, lost=True)).status == "not tried"
    assert checked(HALF_A_BILLION, fitted(600_000_000, limit=16 << 30)).status == "reproduced"
    larger = checked(HALF_A_BILLION, fitted(600_000_000))
    assert larger.status == "not tried"
    assert "80 GiB" in larger.remark
    assert "graphbench capacity louvain --device-memory 32GiB" in larger.remark


def test_an_answer_without_a_certificate_does_not_reproduce_a_claim():
    for certificate in (None, Certificate(valid=False, detail="wrong")):
        assert checked(HALF_A_BILLION, fitted(600_000_000, limit=GB32, certificate=certificate)).status == "not tried"


def test_host_out_of_memory_and_predictions_do_not_refute_a_claim():
    killed = fitted(100_000_000, limit=GB32, lost=True, reason="died of SIGKILL in phase build")
    assert checked(HALF_A_BILLION, killed).status == "not tried"
    predicted = fitted(100_000_000, limit=GB32, lost=True, reason="predicted: needs", worker=None)
    assert checked(HALF_A_BILLION, predicted).status == "not tried"


def test_a_claim_is_checked_on_its_own_algorithm_only():
    bfs = replace(HALF_A_BILLION, algorithm="bfs")
    assert checked(bfs, fitted(600_000_000, limit=GB32)).status == "not tried"


def test_claims_of_billions_need_several_gpus_and_sum_their_memory():
    (claimed,) = [each for each in claims() if each.gpus > 1 and each.algorithm == "louvain"]

    def on(gpus, edges):
        task = Task("louvain", "big", "cugraph-mg", {"gpus": gpus})
        four = replace(HERE, gpus=[H100] * 4)
        return record("cugraph-mg", 0.01, device="gpu", task=task, posed=graph(edges), environment=four)

    assert checked(claimed, fitted(10)).status == "not runnable here"
    assert checked(claimed, on(1, 2_000_000_000)).status == "not runnable here"
    found = checked(claimed, on(4, 2_000_000_000))
    assert found.status == "reproduced"
    assert "on 4 GPUs of 80 GiB, 320 GiB together" in found.remark
    found = checked(claimed, on(4, 1_060_000_000))  # a billion is not billions, unless entries are what is counted
    assert found.status == "depends on the count"
    assert "counting edges once: open; counting entries: reproduced" in found.remark
    assert checked(claimed, on(4, 990_000_000)).status == "open"


def test_every_published_claim_is_read_and_has_its_row():
    (measured,) = group_by_machine([record("networkx"), gpu(0.005)], "networkx", {})
    blocks = section.section(measured).blocks
    rows = [row for block in tables(blocks) for row in block.rows]
    assert len(rows) == len(claims()) > 30
    assert any(row[1].startswith("louvain on any graph, cugraph vs networkx: up to 12,000×") for row in rows)  # noqa: RUF001
    assert any("modularity 0.765 against 0.827" in row[2] for row in rows)
    capacities = [row[1] for row in rows if row[1].startswith("500 million edges")]
    assert [each.removeprefix("500 million edges on one 32 GB GPU: ").partition(":")[0] for each in capacities] == [
        "pagerank", "bfs", "wcc", "louvain", "sssp", "jaccard", "triangle-count",
    ]  # fmt: skip


def test_claims_without_a_number_of_ours_are_folded_below_the_others():
    (measured,) = group_by_machine([record("networkx"), gpu(0.005)], "networkx", {})
    blocks = section.section(measured).blocks
    (shown,) = [block for block in blocks if isinstance(block, Table)]
    (others,) = [block.blocks[0] for block in blocks if isinstance(block, Fold) and "without" in block.summary]
    assert len(shown.rows) + len(others.rows) == len(claims())
    absent = {"not measured", "not tried", "not runnable here"}
    assert {row[0] for row in others.rows} <= absent
    assert not {row[0] for row in shown.rows} & absent


def test_where_no_claim_has_a_number_of_ours_there_is_no_section():
    (measured,) = group_by_machine([record("networkx"), record("igraph")], "networkx", {})
    assert section.section(measured) is None


def test_claims_reproduced_come_first_with_both_numbers_in_one_line(monkeypatch):
    monkeypatch.setattr(section, "claims", lambda: [claim(ratio=1e6), claim(ratio=100.0)])
    (measured,) = group_by_machine([record("networkx"), gpu(0.005)], "networkx", {})
    head, shown, *_ = section.section(measured).blocks
    assert head.text == "2 published numbers: 1 reproduced, 1 not reproduced."
    assert [row[0] for row in shown.rows] == ["reproduced", "not reproduced"]
    assert re.search(r", cugraph vs networkx: 100× published; 200× .* warm call; .* here$", shown.rows[0][1])  # noqa: RUF001
