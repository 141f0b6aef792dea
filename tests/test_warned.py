"""Warnings in a report: kind by kind, those about answers first, each with its most extreme case."""

from graphbench.reporting import measured, warned
from graphbench.reporting.sections import agreement, method
from helpers.records import record, replace

NOISE = "the median is uncertain by ±{} % after 12 trials (target ±5 %). Raise --budget or close other programs."
WRONG = "the engine reports a modularity of {}, but that of its answer is {}"


def warning(engine, *texts):
    return replace(record(engine), warnings=list(texts))


def test_warnings_about_answers_come_first_and_each_kind_once():
    noisy = [warning(name, NOISE.format(number)) for name, number in (("igraph", 9), ("scipy", 81), ("networkit", 7))]
    wrong = [warning("cugraph", WRONG.format(0.8888, 0.8638)), warning("pylibcugraph", WRONG.format(0.89, 0.88))]
    first, second = warned.kinds([*noisy, *wrong])
    assert (len(first), len(second)) == (2, 3)
    assert warned.of_answers(first)
    assert not warned.of_answers(second)
    assert method.in_words(first) == (
        "2 records of cugraph and pylibcugraph, the most extreme of cugraph, louvain on coAuthorsDBLP: "
        "the engine reports a modularity of 0.8888, but that of its answer is 0.8638"
    )
    assert "±81 %" in method.in_words(second)


def test_warnings_about_answers_are_beside_the_certificates():
    given = [record("networkx"), warning("igraph", WRONG.format(0.9, 0.8), NOISE.format(9))]
    (here,) = measured.group_by_machine(given, "networkx", {})
    (shown,) = (block.items for block in agreement.section(here).blocks if hasattr(block, "items"))
    assert [text.endswith("that of its answer is 0.8") for text in shown] == [True]
