"""`graphbench scale`: growth, several GPUs, where a series ends, and its sections in reports."""

import json

import msgspec
import psutil
import pytest

from graphbench.errors import UsageError
from graphbench.graphs.generators import spec as generators
from graphbench.measure.suites.run import Run
from graphbench.measure.suites.series import expand
from graphbench.records.model import Outcome, Phases, Task
from graphbench.reporting import report, suites
from graphbench.reporting.document import Bullets, Chart, Table
from graphbench.reporting.markdown import to_markdown
from graphbench.reporting.measured import group_by_machine
from graphbench.reporting.power_law import family, fit
from graphbench.reporting.sections import growth, no_baseline, scaling
from helpers.records import H100, HERE, POSED, record, replace, stored

pytestmark = pytest.mark.usefixtures("warm_workers")

ASKED = ("scale", "ordeal", "rmat:scale=4..7,edgefactor=8", "--engine", "hungry", "--trials", "1")


@pytest.fixture
def graphbench(graphbench, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.memory_engines")
    return graphbench


# What a series is


def test_a_range_of_scales_is_a_graph_for_each_from_small_to_large():
    assert expand("rmat:scale=9..11,edgefactor=4") == [
        f"rmat:scale={scale},edgefactor=4,seed=1" for scale in (9, 10, 11)
    ]
    assert expand("rmat:edgefactor=4,scale=3") == ["rmat:scale=3,edgefactor=4,seed=1"]
    assert all("by=cugraph" in each for each in expand("rmat:scale=4..6,by=cugraph"))


@pytest.mark.parametrize("on_gpu", [False, True])
def test_one_generator_makes_the_whole_series(monkeypatch, on_gpu):
    def resolved(spec):
        by = "cugraph" if on_gpu and spec.is_large and "by" not in spec.given else spec.values["by"]
        return msgspec.structs.replace(spec, values={**spec.values, "by": by})

    monkeypatch.setattr(generators.Spec, "resolved", resolved)
    names = expand("rmat:scale=22..26")
    assert {generators.parse(each).values["by"] for each in names} == {"cugraph" if on_gpu else "numpy"}
    assert [generators.parse(each).resolved().values["by"] for each in names] == [
        "cugraph" if on_gpu else "numpy"
    ] * 5, "nor does anybody decide otherwise when it is loaded"
    assert len({family(each) for each in names}) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("karate", "rmat:scale=22..28"),
        ("rmat:scale=9..8", "empty"),
        ("rmat:scale=1..9999999", "40"),
        ("rmat:scale=1..4,colour=2", "colour"),
        ("rmat:scale=28..31,by=cugraph", "scale 30"),
    ],
)
def test_other_datasets_than_series_are_refused(text, says):
    with pytest.raises(UsageError, match=says):
        expand(text)


@pytest.mark.parametrize("scale", ["10..", "..12", "10...12", "-3..4", "10..99", "0..4", "10-12", "1e1", "ten", ""])
def test_an_invalid_range_is_refused_with_an_example(scale):
    with pytest.raises(UsageError, match=r"FROM\.\.TO, whole numbers from 1 to 40") as caught:
        expand(f"rmat:scale={scale},edgefactor=4")
    assert "rmat:scale=22..28,edgefactor=16" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_series_without_a_scale_is_refused_with_the_syntax():
    with pytest.raises(UsageError, match=r"FROM\.\.TO"):
        expand("rmat:edgefactor=4")


# Measuring


def test_a_series_is_measured_from_small_to_large_and_resumes(graphbench):
    code, out, _ = graphbench(*ASKED)
    assert code == 0
    names = [f"rmat:scale={number},edgefactor=8,seed=1" for number in (4, 5, 6, 7)]
    assert [each.task.dataset for each in stored()] == names
    assert all(name in out for name in names)
    assert "95 % interval" in out
    assert "rmat:scale=*,edgefactor=8,seed=1" in out
    code, again, err = graphbench(*ASKED)
    assert (code, again) == (0, out)
    assert err.count("0 tasks to measure, 1 measured before") == 4
    assert len(stored()) == 4


@pytest.mark.parametrize(("series", "left"), [("rmat:scale=4..6", "3 graphs"), ("rmat:scale=4", "1 graph")])
def test_an_interrupted_series_counts_the_graph_that_it_stopped_in(graphbench, monkeypatch, series, left):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "measure", interrupted)
    code, _, err = graphbench("scale", "wcc", series, "--engine", "igraph")
    assert code == 130
    assert f"Completed records are kept; {left} left to measure. To resume:" in err


def test_every_number_of_gpus_is_a_task_of_its_own(graphbench):
    code, out, _ = graphbench(*ASKED[:2], "rmat:scale=5", "--engine", "hungry,pack", "--gpus", "1,2", "--trials", "1")
    assert code == 0, out
    assert sorted((each.task.engine, each.task.params.get("gpus", 0)) for each in stored()) == [
        ("hungry", 0), ("pack", 1), ("pack", 2),
    ]  # fmt: skip
    assert "efficiency" in out
    assert "pack (2 GPUs, default)" in out
    assert "No exponent is fitted" in out


def workers(number):
    """The worker and the place in it of each task on that many GPUs."""
    return [(each.worker.id, each.worker.position) for each in stored() if each.task.params.get("gpus") == number]


def test_one_cluster_serves_all_graphs_of_a_number_of_gpus(graphbench):
    asked = (*ASKED[:2], "rmat:scale=4..6", "--engine", "hungry,pack", "--gpus", "1,2", "--trials", "1")
    assert graphbench(*asked)[0] == 0
    assert [(each.task.engine, each.task.params.get("gpus", 0), each.posed.num_vertices) for each in stored()] == [
        (engine, number, size) for engine, number in [("hungry", 0), ("pack", 1), ("pack", 2)] for size in (16, 32, 64)
    ]
    (one, *_), (two, *_) = workers(1), workers(2)
    assert one[0] != two[0]
    assert workers(1) == [(one[0], place) for place in range(3)]
    assert workers(2) == [(two[0], place) for place in range(3)]
    alone = [each.worker for each in stored() if each.task.engine == "hungry"]
    assert [each.position for each in alone] == [0, 0, 0]
    assert len({each.id for each in alone}) == 3


def test_a_cluster_that_keeps_memory_is_not_used_again(graphbench, monkeypatch):
    asked = (*ASKED[:2], "rmat:scale=4..6", "--engine", "pack", "--gpus", "2", "--trials", "1")
    monkeypatch.setenv("PACK_HOLDS", str(65 << 20))
    assert graphbench(*asked)[0] == 0
    assert [place for _, place in workers(2)] == [0, 0, 0]
    assert len(set(workers(2))) == 3


def test_a_cluster_that_failed_is_not_used_again(graphbench, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.memory_engines,helpers.faulty_engines")
    monkeypatch.setenv("HUNGRY_STOPS", "100 error")
    graphbench(*ASKED[:2], "rmat:scale=4..6", "--engine", "pack", "--gpus", "2", "--trials", "1")
    assert [each.outcome for each in stored()] == [Outcome.OK, Outcome.ERROR, Outcome.ERROR]
    (first, again, other) = workers(2)
    assert first[0] == again[0] != other[0]


def test_a_number_of_gpus_ends_its_series_for_itself(graphbench, monkeypatch):
    limit = ("--device-memory-limit", "30000", "--no-predict")
    monkeypatch.setenv("HUNGRY_STOPS", "100 memory")
    code, out, _ = graphbench(
        *ASKED[:2], "rmat:scale=4..7", "--engine", "pack", "--gpus", "1,2", "--trials", "1", *limit
    )
    assert code == 0
    assert "no engine completed rmat:scale=5,edgefactor=16,seed=1 on 1 GPU within" in " ".join(out.split())
    assert "no engine completed rmat:scale=5,edgefactor=16,seed=1 on 2 GPUs within" in " ".join(out.split())
    assert len(stored()) == 4


def test_a_series_ends_when_every_engine_ran_out_of_memory(graphbench, monkeypatch):
    monkeypatch.setenv("HUNGRY_STOPS", "100 memory")
    code, out, err = graphbench(*ASKED)
    assert code == 0
    assert [each.outcome for each in stored()] == [Outcome.OK, Outcome.OUT_OF_MEMORY]
    assert "no engine completed rmat:scale=5" in err
    assert "ends early" in out


def test_a_graph_that_cannot_be_generated_ends_the_series(graphbench, monkeypatch):
    room = psutil.virtual_memory()._replace(total=32 * 8 << 4)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: room)
    code, out, err = graphbench(*ASKED)
    assert (code, len(stored())) == (0, 1)
    for text in (out, err):
        assert "Choose a smaller graph." in text
        assert "graph.." not in text


def test_an_engine_that_stopped_is_predicted_while_others_go_on(graphbench, monkeypatch):
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "helpers.memory_engines,helpers.faulty_engines")
    monkeypatch.setenv("HUNGRY_STOPS", "100 memory")
    code, out, _ = graphbench(*ASKED, "--engine", "steady")
    assert code == 0
    hungry = [each for each in stored() if each.task.engine == "hungry"]
    assert [each.outcome for each in hungry] == [Outcome.OK] + 3 * [Outcome.OUT_OF_MEMORY]
    assert [each.predicted for each in hungry] == [False, False, True, True]
    assert "out of memory, predicted" in out
    assert [each.outcome for each in stored() if each.task.engine == "steady"] == 4 * [Outcome.OK]


def test_results_go_to_programs_and_pictures_to_files(graphbench, tmp_path):
    picture, table = tmp_path / "growth.svg", tmp_path / "growth.json"
    code, out, _ = graphbench(*ASKED, "--chart", picture, "--format", "json", "--output", table)
    assert (code, out) == (0, "")
    assert picture.read_text().startswith("<?xml")
    assert len(json.loads(table.read_text())["records"]) == 4
    code, out, _ = graphbench(*ASKED, "--format", "markdown")
    assert out.startswith("### Time against edges")
    code, _, err = graphbench(*ASKED, "--chart", tmp_path / "growth.jpg")
    assert (code, ".svg" in err) == (2, True)


def test_a_single_size_is_measured_without_a_chart(graphbench, tmp_path):
    picture = tmp_path / "growth.svg"
    code, out, err = graphbench(*ASKED[:2], "rmat:scale=5", *ASKED[3:], "--chart", picture)
    assert code == 0
    assert "rmat:scale=5" in out
    assert "growth.svg is not drawn. " in err
    assert "nothing to draw" in err
    assert not picture.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["scale", "wcc", "rmat:scale=4..5"], 1, "Available here"),
        (["scale", "wcc", "karate", "--engine", "igraph"], 2, "R-MAT"),
        (["scale", "coo-to-csr", "rmat:scale=4", "--engine", "igraph"], 1, "igraph cannot solve coo-to-csr"),
        (
            ["scale", "coo-to-csr", "rmat:scale=4", "--engine", "igraph"],
            1,
            "Choose an --engine that has it: cugraph, graphblas, scipy.",
        ),
        (["scale", "wcc", "rmat:scale=4..5", "--gpus", "0"], 2, "gpus takes a whole number from 1, or all, not 0"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(graphbench, arguments, code, says):
    given, out, err = graphbench(*arguments)
    assert (given, out) == (code, "")
    assert says in err
    assert stored() == []


# What is shown


def on(gpus, seconds, *, edges=10**9, engine="cugraph-mg", **changes):
    params = {"resolution": 1.0, "allocator": "default"} | ({"gpus": gpus} if gpus else {})
    made = {
        "id": f"{engine}-{gpus}-{edges}",
        "task": Task("louvain", f"rmat:scale={edges},edgefactor=16,seed=1", engine, params),
        "posed": replace(POSED, num_edges=edges),
        "device": "gpu",
        "environment": replace(HERE, gpus=[H100] * 4, allocator="default"),
    }
    return record(engine, seconds, **(made | changes))


def lost(gpus, **changes):
    return on(gpus, 1.0, outcome=Outcome.OUT_OF_MEMORY, phases=Phases(start_s=1.0, read_s=1.0), **changes)


def shown(*records):
    (measured,) = group_by_machine(records, "networkx", {})
    return scaling.section(measured)


def blocks(section, kind):
    return [block for block in section.blocks if isinstance(block, kind)]


def cells(section, *columns):
    (table,) = blocks(section, Table)
    return [tuple(row[table.heads.index(column)] for column in columns) for row in table.rows]


def test_speedup_and_efficiency_are_over_one_gpu_of_the_same_engine():
    section = shown(on(1, 8.0), on(2, 5.0), on(4, 2.0), on(None, 4.0, engine="cugraph"))
    assert cells(section, "GPUs", "speedup", "efficiency", "vs the engine for one GPU") == [
        ("1", "1.00×", "1.00", "0.500×"),  # noqa: RUF001
        ("2", "1.60× (1.56 to 1.64)", "0.80", "0.800×"),  # noqa: RUF001
        ("4", "4.00× (3.91 to 4.10)", "1.00", "2.00×"),  # noqa: RUF001
    ]
    assert "4 GPUs 4.00" in section.blocks[0].alt
    assert not blocks(section, Bullets)


def test_few_calls_have_a_range_and_first_answers_a_speedup_of_their_own():
    slow = on(2, 7.0, n=3)
    section = shown(on(1, 8.0, n=3), replace(slow, phases__build_s=20.0))
    answers = 8.0 * 1.1 + 8.0 * 0.1 + 0.03, 7.0 * 1.1 + 20.0 + 0.03
    assert cells(section, "speedup", "first answer speedup") == [
        ("1.00×", "1.00×"),  # noqa: RUF001
        ("1.14× (range 1.12 to 1.17)", f"{answers[0] / answers[1]:.3f}×"),  # noqa: RUF001
    ]


def test_the_lead_is_a_warm_call_where_there_is_one():
    def first(made):
        return replace(made, id=f"wcc-{made.id}", task__algorithm="wcc", trials__stopped="first_only")

    alone = [first(on(1, 9.0)), first(on(2, 3.0))]

    def lead(*records):
        (measured,) = group_by_machine(records, "networkx", {})
        return no_baseline.sentences(measured)[1]

    said = lead(on(1, 8.0), on(2, 5.0), *alone)
    assert said == (
        "On 2 GPUs, a warm call of louvain on 1.00 billion edges is 1.60× as fast as on 1 GPU, a first answer 1.60×."  # noqa: RUF001
    )
    assert lead(*alone) == (
        "On 2 GPUs, a first call of wcc on 1.00 billion edges is 3.00× as fast as on 1 GPU (one each), "  # noqa: RUF001
        "a first answer 2.98×."  # noqa: RUF001
    )


def test_a_report_on_numbers_of_gpus_misses_no_engine_and_names_no_command_for_ratios():
    shown = to_markdown(report.build([on(1, 8.0), on(2, 5.0)]), charts="charts")
    assert "is compared with" not in shown
    assert "For yours:" not in shown


def test_speedup_is_over_the_fewest_gpus_that_suffice():
    section = shown(lost(1), on(2, 6.0), on(4, 4.0))
    assert cells(section, "GPUs", "warm call", "speedup", "efficiency") == [
        ("1", "out of memory", "–", "–"),  # noqa: RUF001
        ("2", "6.00 s", "1.00× over 2 GPUs", "1.00"),  # noqa: RUF001
        ("4", "4.00 s", "1.50× over 2 GPUs (1.46 to 1.54)", "0.75"),  # noqa: RUF001
    ]
    (notes,) = blocks(section, Bullets)
    assert "relative to 2 GPUs" in notes.items[0]
    (drawn,) = blocks(section, Chart)
    assert "over 2 GPUs on 4 GPUs 1.50×" in drawn.alt  # noqa: RUF001
    assert "ideal over 2" in drawn.svg


def test_one_number_of_gpus_has_no_speedup_and_no_chart():
    sizes = (10**6, 2 * 10**6, 3 * 10**6)
    section = shown(*(on(2, 1.0, edges=edges) for edges in sizes), lost(1, edges=sizes[0]))
    (table,) = blocks(section, Table)
    assert not {"speedup", "efficiency"} & set(table.heads)
    assert cells(section, "GPUs", "warm call", "edges/s")[:2] == [
        ("1", "out of memory", "–"),  # noqa: RUF001
        ("2", "1.00 s", "1,000,000"),
    ]
    assert not blocks(section, Chart)
    (notes,) = blocks(section, Bullets)
    assert len(notes.items) == 1
    assert notes.items[0].startswith("3 cases have a time on 2 GPUs only")


def test_graphs_with_one_number_of_gpus_are_listed_separately():
    section = shown(on(1, 8.0), on(2, 5.0), on(2, 7.0, edges=10**6))
    compared, alone = blocks(section, Table)
    assert [row[4] for row in compared.rows] == ["1", "2"]
    assert [row[4:6] for row in alone.rows] == [["2", "7.00 s"]]
    (drawn,) = blocks(section, Chart)
    assert "scale=1000000," not in drawn.alt + drawn.svg


def test_several_gpus_are_compared_with_the_same_library_and_settings_on_one():
    def posed(each, **params):
        allocator = params.get("allocator", "default")
        where = replace(each.environment, allocator=allocator)
        task = replace(each.task, params=each.task.params | {"seed": 0} | params)
        return replace(each, id=f"{each.id}-{params}", task=task, environment=where)

    column = "vs the engine for one GPU"
    several, single = [posed(on(1, 8.0)), posed(on(2, 5.0))], on(None, 4.0, engine="cugraph")
    others = [
        posed(on(None, 1.0, engine="nx-cugraph")),
        posed(replace(single, phases=on(1, 0.5).phases), allocator="async"),
        posed(replace(single, phases=on(1, 0.5).phases), seed=7),
    ]
    for other in others:
        assert {row for (row,) in cells(shown(*several, other), column)} == {"–"}  # noqa: RUF001
    assert cells(shown(*several, *others, posed(single)), column) == [("0.500×",), ("0.800×",)]  # noqa: RUF001


def test_graphs_completed_nowhere_are_listed():
    (notes,) = blocks(shown(lost(1), lost(2)), Bullets)
    assert "on no number of GPUs" in notes.items[0]


def test_without_several_gpus_there_is_no_such_section():
    assert shown(record("networkx"), on(None, 1.0, engine="cugraph")) is None


def test_graphs_of_a_series_have_separate_lines():
    sizes = (10**6, 2 * 10**6, 4 * 10**6)
    numpy = [on(None, edges / 10**6, edges=edges, engine="cugraph") for edges in sizes]
    slower = [
        replace(each, id=f"{each.id}-device", task=replace(each.task, dataset=f"{each.task.dataset},by=cugraph"),
                phases=replace(each.phases, call_s=[each.phases.call_s[0] ** 2] * 5))
        for each in numpy
    ]  # fmt: skip
    (measured,) = group_by_machine([*numpy, *slower], "networkx", {})
    table = growth.exponents(measured)
    assert [row[table.heads.index("exponent")] for row in table.rows] == ["1.00", "2.00"]
    assert len({row[table.heads.index("graphs")] for row in table.rows}) == 2


def test_twins_have_separate_lines():
    sizes = (10**6, 2 * 10**6, 4 * 10**6)

    def called(names, power):
        return [
            record("igraph", (edges / 10**6) ** power, id=name, posed=replace(POSED, num_edges=edges),
                   task=Task("louvain", name, "igraph", {"resolution": 1.0}))
            for name, edges in zip(names, sizes, strict=True)
        ]  # fmt: skip

    real, twins = called(("a", "b", "c"), 1), called(("twin:a", "twin:b", "twin:c"), 2)
    (measured,) = group_by_machine([*real, *twins], "networkx", {})
    table = growth.exponents(measured)
    found = {row[table.heads.index("graphs")]: row[table.heads.index("exponent")] for row in table.rows}
    assert found == {"various": "1.00", "twins": "2.00"}
    section = growth.section(measured)
    assert "Synthetic twins" in section.blocks[0].text
    assert "exponent 1.00" in section.blocks[1].alt
    assert "exponent 2.00" in section.blocks[1].alt
    (without,) = group_by_machine(real, "networkx", {})
    assert "twins" not in growth.section(without).blocks[0].text


def test_the_interval_of_an_exponent_is_that_of_least_squares():
    import numpy as np
    from scipy.stats import linregress, t

    points = [(1e3, 1.0), (1e4, 9.0), (1e5, 120.0), (1e6, 1000.0)]
    known = linregress(*np.log(points).T)
    half = t.ppf(0.975, 2) * known.stderr
    assert fit(points).interval == pytest.approx((known.slope - half, known.slope + half), rel=1e-3)
    many = [(10.0**i, (1.1 if i % 2 else 0.9) * 10.0**i) for i in range(1, 31)]
    known = linregress(*np.log(many).T)
    half = t.ppf(0.975, 28) * known.stderr
    assert fit(many).interval == pytest.approx((known.slope - half, known.slope + half), rel=1e-3)


def test_a_single_size_is_drawn_against_the_number_of_gpus():
    assert suites.scale_chart([on(1, 8.0), on(2, 5.0)]).name == "scaling"
    with pytest.raises(UsageError, match="nothing to draw"):
        suites.scale_chart([on(1, 8.0)])
