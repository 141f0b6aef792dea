"""Warnings in a report: kind by kind, those about answers first, each with its most extreme case."""

import re
from pathlib import Path

import pytest

from graphbench.reporting import measured, report, warned
from graphbench.reporting.page import to_html
from graphbench.reporting.sections import agreement
from helpers.published import read, reports
from helpers.records import record, replace

ROOT = Path(warned.__file__).parents[1]
FILES = [ROOT / "records" / "times.py"]
FILES += [file for room in ("measure", "algorithms") for file in sorted((ROOT / room).rglob("*.py"))]
SOURCES = re.sub(r'"\s+f?"', "", "".join(file.read_text() for file in FILES))
"""With texts that are split over lines in one piece."""

NOISE = "the median is uncertain by ±{} % after 12 trials (target ±5 %). Raise --budget or close other programs."
WRONG = "the engine reports a modularity of {}, but that of its answer is {}"


def warning(engine, *texts):
    return replace(record(engine), warnings=list(texts))


def test_warnings_about_answers_come_first_and_each_kind_once():
    noisy = [warning(name, NOISE.format(number)) for name, number in (("igraph", 9), ("scipy", 81), ("networkit", 7))]
    wrong = [warning("cugraph", WRONG.format(0.8888, 0.8638)), warning("pylibcugraph", WRONG.format(0.89, 0.88))]
    found = warned.kinds([*noisy, *wrong])
    assert [(kind.word, kind.of_answer, len(own)) for kind, own in found.items()] == [
        ("misreported number", True, 2),
        ("uncertain median", False, 3),
    ]
    first, second = warned.bullets(found).items
    assert first == (
        "misreported number (2): cugraph and pylibcugraph; most extreme: cugraph, louvain on coAuthorsDBLP: "
        "the engine reports a modularity of 0.8888, but that of its answer is 0.8638"
    )
    assert "±81 %" in second


@pytest.mark.parametrize("kind", warned.KINDS, ids=lambda kind: kind.word)
def test_every_kind_of_warning_is_one_that_a_measurement_gives(kind):
    assert kind.phrase in SOURCES


def test_every_committed_warning_has_a_name():
    records = [record for one in reports() for record in read(*one.files)]
    assert [kind.word for kind in warned.kinds(records) if kind not in warned.KINDS] == []


def test_the_name_of_a_warning_leads_to_its_records():
    page = to_html(report.build([record("networkx"), warning("igraph", WRONG.format(0.9, 0.8))]))
    assert '<a href="#records?search=the+engine+reports+a">misreported number (1)</a>. The only ratio' in page


def test_the_name_of_a_warning_leads_to_the_records_of_its_machine():
    there = replace(warning("igraph", WRONG.format(0.9, 0.8)), id="there", environment__machine="other")
    links = [
        link
        for here in measured.group_by_machine([warning("igraph", WRONG.format(0.9, 0.8)), there], "networkx", {})
        for link in warned.bullets(warned.kinds(here.every), here.choice).links
    ]
    machines = [dict(link.choices)["machine"] for link in links]
    assert len(set(machines)) == 2


def test_a_warning_of_no_kind_is_counted_by_records_and_leads_nowhere():
    texts = ["the plugin skipped 12 of 34 edges. Fix it.", "the plugin skipped 1 of 3 edges. Fix it."]
    found = warned.bullets(warned.kinds([warning("igraph", *texts)]))
    assert found.items[0].startswith("the plugin skipped … of … edges (1): ")
    assert not found.links


def test_warnings_about_answers_are_beside_the_certificates():
    given = [record("networkx"), warning("igraph", WRONG.format(0.9, 0.8), NOISE.format(9))]
    (here,) = measured.group_by_machine(given, "networkx", {})
    (shown,) = (block.items for block in agreement.section(here).blocks if hasattr(block, "items"))
    assert [text.endswith("that of its answer is 0.8") for text in shown] == [True]
