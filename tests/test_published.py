"""Reports, tables and sentences of records that arrive under a name that `reports/reports.toml` has a pattern for."""

import shutil

import pytest

from graphbench.records.regression import changes
from helpers import gpu_ratios, published, readme_results, results_tables

RECORDS = published.RECORDS


@pytest.fixture
def arrived(monkeypatch, tmp_path):
    """Puts a copy of records under a new name among records that are otherwise none."""

    def copied(name, file):
        shutil.copy(RECORDS / file, tmp_path / name)

    monkeypatch.setattr(published, "RECORDS", tmp_path)
    return copied


@pytest.mark.usefixtures("arrived")
def test_a_kind_without_records_says_nothing():
    assert published.first("families") is None
    assert readme_results.families() == "Not measured yet."
    assert readme_results._of_families() == []
    assert published.reports() == []


def test_families_get_a_table_and_a_sentence_for_each_graph(arrived):
    arrived("2026-12-01-2xh200-families.jsonl", "2026-11-30-h200-published.jsonl")
    arrived("2026-12-02-2xh200-families.jsonl", "2026-12-01-h200-published.jsonl")
    report = published.first("families")
    assert report.path.name == "families"
    table = readme_results.families()
    assert table.startswith("[The report](../reports/families/README.md)")
    assert "| pagerank | coAuthorsDBLP | " in table
    sentences = readme_results._of_families()
    assert len(sentences) == len({sentence.split("`")[1] for sentence in sentences}) >= 3
    assert all("warm calls of cuGraph with its default allocator" in sentence for sentence in sentences)


def test_capacities_of_all_engines_get_rows_and_sentences(arrived):
    arrived("2026-12-01-2xh200-capacity-cugraph.jsonl", "2026-11-26-h100-capacity.jsonl")
    assert published.first("capacity").path.name == "capacity"
    assert results_tables.how_much_fits().startswith("[The report](../reports/capacity/README.md) was measured")
    (sentence,) = results_tables.capacity_sentences()
    assert "308,065,455 edges (pagerank)" in sentence
    assert "449,606,782 edges (wcc)" in sentence
    arrived("2026-12-01-2xh200-capacity-pylibcugraph.jsonl", "2026-11-22-2xh200.jsonl")
    assert len(published.first("capacity").files) == 2


def test_several_gpus_get_tables_and_a_sentence_for_each_graph(arrived):
    arrived("2026-12-01-2xh200-several.jsonl", "2026-11-26-4xh200.jsonl")
    assert published.first("several").path.name == "several"
    assert "One graph on more and more GPUs" in results_tables.several_gpus()
    (sentence,) = results_tables.scaling_sentences()
    assert "1,060,384,315 edges, warm calls are 1.20\N{MULTIPLICATION SIGN} (bfs) and 1.48" in sentence


def test_the_same_code_measured_again_has_not_changed():
    before = gpu_ratios.read_file(published.RECORDS / "2026-12-01-h200-published.jsonl")
    after = gpu_ratios.read_file(gpu_ratios.AGAIN)
    found = [one.kind for one in changes(before, after) if one.new_s is not None]
    assert found.count("same") >= 36
    assert set(found) <= {"same", "incomparable"}
