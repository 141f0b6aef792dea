"""Every word that a result uses is explained."""

import json
import re
from pathlib import Path

import pytest

from graphbench import cli, registry
from graphbench.advice.answer import BUSY, UNCLEAR, _table
from graphbench.errors import UnknownNameError
from graphbench.records.model import PHASES, Outcome, Phases
from graphbench.records.regression import KINDS
from graphbench.records.rules import RULES, Verdict
from graphbench.reporting import glossary
from graphbench.reporting.result_table import problem_tables
from graphbench.reporting.speeds import TOTALS
from helpers.terminal_cases import CASES
from test_advice import advised

WORDS = [
    *(rule.code for rule in RULES.values()),
    *Verdict,
    *(outcome.in_words for outcome in Outcome),
    *PHASES,
    *TOTALS.values(),
    *KINDS,
    *("certified", "no difference found", "default", "async", "case", "twin", "boundary", "best CPU library"),
    *(
        "certificate",
        "adapter",
        "break-even",
        "cell",
        "cells",
        "trial",
        "--trials",
        "round",
        "rounds",
        "geometric mean",
    ),
    *("broken", "lost", "failed", "line breaks", "line break", "possibly slower", "possibly changed"),
    *("only in the old store", "only in the new store"),
]


@pytest.mark.parametrize("word", WORDS)
def test_every_verdict_note_reason_outcome_phase_total_and_change_is_explained(word):
    found = glossary.explain(word)
    assert found
    assert all(len(entry.meaning) > 3 for entry in found)


def test_every_phase_of_a_record_is_declared():
    measured = {name.removesuffix("_s") for name in Phases.__struct_fields__}
    assert measured - set(PHASES) == {
        "inputs",
        "collect_call",
        "copy",
        "build_gc",
        "build_steps",
        "start_steps",
        "each_round",
    }


DRAWN = ["capacity", "suites", "changes", "history", "sections/growth"]
TITLES = {
    title
    for name in DRAWN
    for title in re.findall(r'Column\("([^"]+)"', (Path(glossary.__file__).parent / f"{name}.py").read_text())
}
ESTIMATED = [*_table(advised(calls=7))[0], BUSY, UNCLEAR, "never", "skew", "depth", "largest degree", "social", "road"]
SAID = ["efficiency", "speedup", "distance", "isolated", "loops", "duplicates", "median", "interval", "estimate"]


@pytest.mark.parametrize("word", sorted(filter(None, {*TITLES, *ESTIMATED, *SAID})))
def test_every_word_of_other_tables_is_explained(word):
    assert glossary.explain(word)


@pytest.mark.parametrize("case", CASES)
def test_every_column_title_is_explained(case):
    for problem in problem_tables(*CASES[case](), details=True):
        for column in problem.table.columns:
            title = " ".join(column.title.split())
            for word in {title, *title.split(" vs ")[-1:]} if " vs best" in title else {title}:
                known = not word or glossary.explain(word) or all(map(glossary.explain, word.split(", ")))
                assert known or all(map(glossary.explain, word.split(" vs "))) or " vs " in word, word


@pytest.mark.parametrize("name", registry.algorithm_names())
def test_the_answer_of_every_algorithm_is_explained(name):
    assert glossary.explain(registry.algorithm(name).headline)


@pytest.mark.parametrize(
    ("word", "words"),
    [("mean", ["over all pairs", "geometric"]), ("entries", ["both directions"]), ("best CPU library", ["threads"])],
)
def test_a_word_has_all_of_its_meanings(word, words):
    said = " ".join(entry.meaning for entry in glossary.explain(word))
    assert all(one in said for one in words)


def test_a_word_is_found_however_it_is_written(capsys):
    for words in (["few_trials"], ["Few", "trials"], ["few trials"]):
        assert cli.invoke(["explain", *words]) == 0
        assert capsys.readouterr().out.startswith("few trials (note of a verdict): A side has too few warm calls")
    assert glossary.explain("vs igraph") == glossary.explain("×")  # noqa: RUF001 - the sign for multiplication


def test_a_word_of_several_kinds_has_every_explanation(capsys):
    assert cli.invoke(["explain", "invalid", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["kind"] for entry in found] == ["reason of the verdict refused", "outcome"]
    assert found[0].keys() == {"word", "kind", "meaning"}


def test_without_a_word_all_are_listed(capsys):
    assert cli.invoke(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(f"  {entry.word}: ") for line in lines) for entry in glossary.entries())


def test_an_unknown_word_suggests_others(capsys):
    assert cli.invoke(["explain", "unlik"]) == 2
    assert "Did you mean unlike or like?" in capsys.readouterr().err
    assert cli.invoke(["explain", "louvain"]) == 2
    assert "`graphbench show louvain` describes it." in capsys.readouterr().err
    with pytest.raises(UnknownNameError):
        cli.explain.command.callback(("nonsense",), as_json=False)
