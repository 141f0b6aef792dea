"""The Python interface: `Result`, and what `run` stores."""

import inspect
import os
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import graphbench as gb
from graphbench import cli
from graphbench.errors import GraphbenchError, UsageError
from graphbench.records.model import Outcome, Task
from graphbench.records.store import Store
from graphbench.reporting.flat import FIELDS, USEFUL
from helpers.records import record, replace, stored

REPOSITORY = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("outcome", "ok"),
    [
        (Outcome.OK, True),
        (Outcome.UNSUPPORTED, True),
        (Outcome.UNAVAILABLE, True),
        (Outcome.INVALID, False),
        (Outcome.TIMEOUT, False),
        (Outcome.OUT_OF_MEMORY, False),
        (Outcome.ERROR, False),
    ],
)
def test_a_result_is_ok_if_every_task_that_could_run_succeeded(outcome, ok):
    assert gb.Result([record(), record("igraph", outcome=outcome)]).ok is ok


@pytest.mark.parametrize(("options", "count"), [({}, 1), ({"store": False}, 0)])
def test_run_stores_its_records_unless_store_is_false(options, count):
    result = gb.run("wcc", "karate", engines="igraph", trials=1, timeout=60, **options)
    assert len(result.records) == 1
    assert len(stored()) == count


def test_an_answer_is_of_one_engine_on_one_dataset():
    both = [
        record(id=name, task=Task("wcc", name, "igraph", {}), answer={"digest": name * 32}) for name in ("ab", "cd")
    ]
    result = gb.Result(both)
    with pytest.raises(UsageError, match="igraph has answers on ab, cd"):
        result.answer("igraph")
    with pytest.raises(UsageError, match=f"answer {'cd' * 32} is no longer in the cache"):
        result.answer("igraph", "cd")
    with pytest.raises(UsageError, match="'igrph' is not among the measured engines: igraph"):
        result.answer("igrph")
    failed = record(id="ef", task=Task("wcc", "ab", "networkx", {}), answer={})
    with pytest.raises(UsageError, match="networkx has no answer on 'ab'"):
        gb.Result([*both, failed]).answer("networkx", "ab")


def test_an_answer_by_drawn_weights_warns_that_it_means_nothing():
    drawn = gb.run("sssp", [(1, 2), (2, 3)], engines="igraph", trials=1, store=False)
    with pytest.warns(UserWarning, match="weights were drawn at random .* means nothing for this graph"):
        drawn.answer("igraph")
    chosen = gb.run("sssp", [(1, 2), (2, 3)], source=1, engines="igraph", trials=1, store=False)
    assert [text for text in chosen.records[0].warnings if "weights were drawn at random" in text]


@pytest.mark.parametrize(
    ("columns", "target"), [("payer payee amount day", "payee"), ("payer payee amount day", None), ("a payee", "payee")]
)
def test_an_error_tells_the_start_of_a_search_from_the_column_of_sources(columns, target):
    frame = pd.DataFrame({name: [place, 9] for place, name in enumerate(columns.split())})
    hint = "For bfs, source='payer' is the start vertex; the column of sources is source_column=.$"
    with pytest.raises(GraphbenchError, match=hint):
        gb.run("bfs", frame, source="payer", target=target, engines="igraph", trials=1, store=False)
    with pytest.raises(GraphbenchError) as plain:
        gb.run("bfs", "karate", source="payer", engines="igraph", trials=1, store=False)
    assert "source_column" not in str(plain.value)


def test_a_start_and_a_number_of_sources_exclude_each_other():
    with pytest.raises(UsageError, match=r"^source and sources exclude each other: .* remove source to draw 3\.$"):
        gb.run("bfs", "karate", source=1, sources=3, engines="igraph", trials=1, store=False)


@pytest.fixture
def kept(tmp_path):
    """A file of three records: two engines on one graph, and one on another."""
    made = [record(), record("igraph", 0.1), record("igraph", id="c", task=Task("wcc", "karate", "igraph", {}))]
    path = tmp_path / "kept.jsonl"
    with Store(path) as store:
        for one in made:
            store.append(one)
    return path


def test_records_are_those_of_files_and_may_be_chosen(kept):
    assert len(gb.records(kept).records) == 3
    assert [one.task.engine for one in gb.records(kept, engines="igraph").records] == ["igraph", "igraph"]
    assert [one.problem for one in gb.records(kept, algorithms="components").records] == ["wcc"]
    assert len(gb.records(kept, outcomes="OK").records) == 3


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ({"algorithms": "luvain"}, "No algorithm is called 'luvain'. Did you mean louvain"),
        ({"engines": "igrap"}, "No engine is called 'igrap'. Did you mean igraph"),
        ({"outcomes": "failed"}, "No outcome is called 'failed'. Known: error, invalid"),
    ],
)
def test_names_without_a_meaning_choose_no_records(kept, names, error, capsys):
    with pytest.raises(UsageError, match=error):
        gb.records(kept, **names)
    flags = [word for kind, name in names.items() for word in (f"--{kind}", name)]
    assert cli.invoke(["records", "list", str(kept), *flags]) == 2
    assert error.partition(".")[0] in capsys.readouterr().err


def test_a_choice_without_records_says_so(kept):
    with pytest.warns(UserWarning, match=r"^No records match datasets=nowhere, engines=scipy\.$"):
        none = gb.records(kept, datasets=["nowhere"], engines="scipy")
    assert [str(none), repr(none), none._repr_html_()] == ["No records.\n", "No records.", "<p>No records.</p>"]


def test_records_of_an_engine_that_is_gone_can_be_chosen(tmp_path):
    gone = tmp_path / "gone.jsonl"
    with Store(gone) as store:
        store.append(record("retired"))
    assert len(gb.records(gone, engines="retired").records) == 1


def forms(made, path):
    """The same records as a result, as records, as a file, and as a list of files."""
    with Store(path) as store:
        for one in made:
            store.append(one)
    return [gb.Result(made), made, path, str(path), [path]]


@pytest.fixture
def slowed(tmp_path):
    """A task before and after it became slower, over three rounds on each side, in each form."""
    old, new = (
        replace(record("igraph", taken, n=18, id=name), trials__rounds=[6, 6, 6])
        for name, taken in {"a": 1.0, "b": 1.5}.items()
    )
    return [*zip(forms([old], tmp_path / "old.jsonl"), forms([new], tmp_path / "new.jsonl"), strict=True)]


def test_two_measurements_are_compared_in_any_form(slowed):
    found = [gb.compare(old, new) for old, new in slowed]
    assert [[change.kind for change in changes] for changes in found] == [["slower"]] * len(slowed)
    assert repr(found[0]) == "[<Change: louvain on coAuthorsDBLP, igraph: slower, 0.667 times as fast as before>]"


def test_a_comparison_needs_two_measurements(slowed):
    with pytest.raises(UsageError, match=r"takes two results or stores, found one.*`result.comparisons`"):
        gb.compare(slowed[0][0])


def test_a_history_takes_records_in_any_form(slowed):
    shown = "[<Line: louvain on coAuthorsDBLP, igraph: 1 point>]"
    assert [repr(gb.history(new)) for _, new in slowed] == [shown] * len(slowed)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gb.records(engine="igraph"), "graphbench.records 'engine': use engines="),
        (lambda: gb.advise("karate", algorithm="bfs"), "graphbench.advise 'algorithm': use algorithms="),
        (lambda: gb.run(algorithms="bfs", dataset="karate"), "graphbench.run 'algorithms': use algorithm="),
        (lambda: gb.capacity(algorithm="bfs"), "graphbench.capacity 'algorithm': use algorithms="),
        (lambda: gb.capacity("bfs", engines="igraph"), "graphbench.capacity 'engines': use engine="),
        (lambda: gb.scale("bfs", "x", engine="igraph"), "graphbench.scale 'engine': use engines="),
        (lambda: gb.suite("smoke", rouds=3), "graphbench.suite 'rouds': did you mean rounds="),
        (lambda: gb.report(folder="x"), "graphbench.report 'folder'; it has: baseline, keep_stale"),
        (lambda: gb.profile(gpus="H100"), "graphbench.profile 'gpus': use gpu="),
        (lambda: gb.Result([]).plot(algorithms="bfs"), "Result.plot 'algorithms': use algorithm="),
        (lambda: gb.Result([]).answer(engines="igraph"), "Result.answer 'engines': use engine="),
    ],
)
def test_a_misspelt_argument_of_any_call_leads_to_the_right_one(call, message):
    with pytest.raises(UsageError, match=message.replace(" ", " has no argument ", 1)):
        call()


def test_the_function_records_is_not_hidden_by_the_folder_of_that_name(kept):
    code = f"import graphbench.records.model, graphbench as gb; print(len(gb.records({str(kept)!r}).records))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "3\n"


def test_a_frame_has_twelve_columns_or_all(kept):
    result = gb.records(kept, keep_stale=True)
    few, all_of_them = result.to_pandas(), result.to_pandas(full=True)
    assert list(few) == USEFUL
    assert len(few.columns) == 12
    assert list(all_of_them) == list(FIELDS)
    assert few["ratio_call"].notna().tolist() == [False, True, False]
    assert few["call_median_s"].dtype == float


def test_a_frame_has_names_as_they_are():
    odd = record(task=Task("wcc", "NA", "igraph", {}))
    formula = record(id="b", task=Task("wcc", "=1+1", "igraph", {}))
    assert gb.Result([odd, formula]).to_pandas()["dataset"].tolist() == ["NA", "=1+1"]


def test_records_and_comparisons_are_shown_in_one_line():
    result = gb.Result([record(), record("igraph", 0.1)])
    assert repr(result.records[1]) == "<Record: louvain on coAuthorsDBLP, igraph: ok, warm call 0.1 s (n = 6)>"
    (comparison,) = result.comparisons
    text = repr(comparison)
    assert text.startswith("<Comparison: louvain on coAuthorsDBLP, igraph against networkx: ")
    assert "\n" not in text


def test_a_long_result_shows_some_tables_and_says_how_to_see_the_others():
    many = [record(id=str(number), task=Task("wcc", f"g{number}", "igraph", {})) for number in range(11)]
    result = gb.Result(many)
    for text in (repr(result), result._repr_html_()):
        assert "g7" in text
        assert "g8" not in text
        assert "3 more tables: print(result)" in text
    assert "g10" in str(result)


def test_a_chart_is_shown_by_a_notebook_and_written_to_a_file(tmp_path):
    result = gb.Result([record(), record("igraph", 0.1)])
    for name, start in {"a.svg": b"<?xml", "a.png": b"\x89PNG", "a.pdf": b"%PDF"}.items():
        figure = result.plot(file=tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    assert isinstance(figure, Figure)
    assert figure._repr_png_()[0] == (tmp_path / "a.png").read_bytes()
    with pytest.raises(UsageError, match=r"A chart is \.svg, \.png or \.pdf, not '\.gif'"):
        result.plot(file=tmp_path / "speedup.gif")
    with pytest.raises(UsageError, match="cannot be written to"):
        result.plot(file=tmp_path / "no" / "such.svg")


def test_a_chart_is_of_one_algorithm(kept):
    result = gb.records(kept, keep_stale=True)
    with pytest.raises(UsageError, match="pass algorithm=, one of louvain, wcc"):
        result.plot()
    assert result.plot(algorithm="louvain").axes


def test_a_result_writes_its_report(tmp_path):
    page = gb.Result([record(), record("igraph", 0.1)]).report(tmp_path / "out", title="Lesson 3")
    assert "Lesson 3" in page.read_text(encoding="utf-8")


def test_run_stores_into_a_file(tmp_path):
    path = tmp_path / "lesson.jsonl"
    gb.run("wcc", "karate", engines="igraph", trials=1, store=path)
    assert len(gb.records(path).records) == 1
    assert stored() == []


def test_a_suite_resumes_and_goes_on_without_what_cannot_be_loaded(tmp_path):
    path = tmp_path / "suite.jsonl"
    asked = {"algorithms": ["wcc"], "engines": "igraph", "trials": 1, "store": path}
    with pytest.warns(UserWarning, match="missing.csv cannot be loaded and is skipped"):
        result = gb.suite(datasets=["karate", "missing.csv"], **asked)
    assert {record.task.dataset: record.outcome for record in result.records} == {
        "karate": Outcome.OK,
        "missing.csv": Outcome.ERROR,
    }
    assert len(result.answer("igraph", "karate")) == 34
    again = gb.suite(datasets=["karate"], **asked)
    assert again.records[0].id == next(one.id for one in result.records if one.task.dataset == "karate")
    fresh = gb.suite(datasets=["karate"], fresh=True, **asked)
    assert fresh.records[0].id != again.records[0].id


def test_a_suite_needs_datasets_and_known_settings():
    with pytest.raises(UsageError, match="pass datasets="):
        gb.suite(algorithms=["wcc"])
    with pytest.raises(UsageError, match="use datasets="):
        gb.suite(dataset=["karate"])


def test_help_begins_with_every_public_name():
    text = pydoc.plain(pydoc.render_doc(gb))
    beginning = text[: text.index("PACKAGE CONTENTS")]
    for name in set(gb.__all__) - {"__version__"}:
        assert re.search(rf"^ +{name} +\S", beginning, re.MULTILINE), name


def test_every_public_name_has_an_entry_in_the_documentation():
    entries = re.findall(r"^::: [\w.]+\.(\w+)$", (REPOSITORY / "docs" / "api.md").read_text(), re.MULTILINE)
    assert set(gb.__all__) - {"__version__", "Record"} <= {*entries}  # a page of its own has the fields of a record


CALLS = [getattr(gb, name) for name in gb.__all__ if inspect.isfunction(getattr(gb, name))]
METHODS = [method for name, method in vars(gb.Result).items() if inspect.isfunction(method) and name[0] != "_"]


def test_errors_that_docstrings_name_are_public():
    raised = [inspect.getdoc(function).partition("Raises:")[2] for function in [*CALLS, *METHODS]]
    named = {name for text in raised for name in re.findall(r"^ +(\w+Error): ", text, re.MULTILINE)}
    assert {"UsageError", "DatasetError", "StoreError"} <= named <= {*gb.__all__}


@pytest.mark.parametrize("function", [*CALLS, *METHODS], ids=lambda function: function.__qualname__)
def test_public_functions_say_what_they_return(function):
    assert "Returns:" in inspect.getdoc(function)


def test_editors_and_type_checkers_know_what_calls_return(tmp_path):
    (tmp_path / "lesson.py").write_text(
        "import graphbench as gb\n"
        "result = gb.run('louvain', 'karate')\n"
        "reveal_type(result.records[0].phases.first_s)\n"
        "reveal_type(result.comparisons[0].ratio_call)\n"
        "reveal_type(gb.records('a.jsonl').plot())\n"
        "reveal_type(gb.suite('smoke'))\n"
        "reveal_type(gb.load('karate').num_edges)\n"
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "lesson.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": ""},
    )  # fmt: skip
    found = [kind.replace("builtins.", "") for kind in re.findall(r'Revealed type is "(.*)"', checked.stdout)]
    assert found == [
        "float | None", "float | None", "matplotlib.figure.Figure", "graphbench.api.result.Result", "int"
    ], checked.stdout + checked.stderr  # fmt: skip
