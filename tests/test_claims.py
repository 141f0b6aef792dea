"""Published figures against ours: what reproduces a claim, what does not, and what decides nothing."""

import pytest
from builders import H100, HERE, record, replace

from graphbench.model import Censored, Outcome, Phases, Trials
from graphbench.reporting.claims import Claim, check, claims
from graphbench.reporting.document import Table
from graphbench.reporting.measured import sort_out
from graphbench.reporting.sections import claims as section

ON_GPU = replace(HERE, gpus=[H100])


def claim(**changes):
    made = {"source": "s", "conditions": "c", "algorithm": "louvain", "dataset": "coAuthorsDBLP", "engine": "cugraph",
            "baseline": "networkx", "ratio": 100.0}  # fmt: skip
    return Claim(**(made | changes))


def gpu(seconds, **changes):
    return record("cugraph", seconds, device="gpu", environment=ON_GPU, **changes)


def checked(the_claim, *records):
    (measured,) = sort_out(records, "networkx", {})
    return check(the_claim, measured)


@pytest.mark.parametrize(("seconds", "status"), [(0.005, "reproduced"), (0.05, "not reproduced")])
def test_a_ratio_that_reaches_the_published_one_reproduces_it(seconds, status):
    assert checked(claim(), record("networkx"), gpu(seconds)).status == status


def test_an_interval_that_reaches_it_is_enough():
    found = checked(claim(ratio=100.5), record("networkx", 1.0), gpu(0.01))
    assert found.status == "reproduced"


def test_the_ratio_is_the_one_the_claim_was_about():
    # A hundred times as fast on run; end to end read and collect weigh more.
    found = checked(claim(timed="end_to_end"), record("networkx"), gpu(0.005))
    assert found.status == "not reproduced"
    assert found.ours.endswith("run")


def test_an_unlike_ratio_and_an_open_bound_decide_nothing():
    worse = Trials(seeds=list(range(6)), quality=[0.5] * 6)
    assert checked(claim(), record("networkx"), gpu(0.005, trials=worse)).status == "measured"
    slow = replace(record("networkx"), outcome=Outcome.TIMEOUT, censored=Censored("cold", 0.1), trials=Trials(),
                   phases=Phases(start_s=1.0, read_s=1.0, build_s=1.0), answer={}, certificate=None)  # fmt: skip
    assert checked(claim(), slow, gpu(0.005)).status == "measured"
    assert checked(claim(ratio=10.0), slow, gpu(0.005)).status == "reproduced"


def test_what_did_not_run_is_told_apart_from_what_cannot():
    assert checked(claim(dataset="dblp-2010"), record("networkx"), gpu(0.005)).status == "not measured"
    assert checked(claim(), record("networkx"), record("igraph")).status == "not runnable here"


def test_the_nearest_of_our_engines_stand_in_and_the_remark_says_so():
    found = checked(claim(baseline="python-louvain", nearest_baseline="networkx"), record("networkx"), gpu(0.005))
    assert found.status == "reproduced"
    assert "against networkx instead of python-louvain" in found.remark


def test_a_capacity_needs_the_edges_and_a_gpu_such_as_it_speaks_of():
    big = gpu(0.01, posed=replace(record().posed, num_edges=600_000_000))
    capacity = Claim(source="s", conditions="c", engine="cugraph", text="big", num_edges=500_000_000)
    assert checked(capacity, big).status == "reproduced"
    assert (
        checked(Claim(source="s", conditions="c", engine="cugraph", num_edges=700_000_000), big).status
        == "not measured"
    )
    small = Claim(source="s", conditions="c", engine="cugraph", num_edges=500_000_000, gpu_memory_bytes=32 << 30)
    assert checked(small, big).status == "measured"
    several = Claim(source="s", conditions="c", engine="cugraph", num_edges=1_000_000_000, gpus=2)
    assert checked(several, big).status == "not runnable here"


def test_every_published_claim_is_read_and_has_its_row():
    (measured,) = sort_out([record("networkx"), gpu(0.005)], "networkx", {})
    (table,) = [block for block in section.section(measured, "").blocks if isinstance(block, Table)]
    assert len(table.rows) == len(claims()) == 23
    published = {row[1] for row in table.rows}
    assert any(each.startswith("up to 12,000×") for each in published)  # noqa: RUF001
    assert any("modularity 0.765 against 0.827" in each for each in published)
