"""Amounts of memory as people write them."""

import json
import re

import pytest

from graphbench import load as graphbench_load
from graphbench.errors import UsageError
from graphbench.system.text import count, format_bytes, parse_bytes


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("16GB", 16 * 10**9),
        ("1.5 GiB", 3 << 29),
        ("512M", 512 * 10**6),
        ("10", 10),
        (7, 7),
        (".5kib", 512),
        ("2tb", 2 * 10**12),
    ],
)
def test_sizes_are_read(written, size):
    assert parse_bytes(written) == size


@pytest.mark.parametrize("written", ["", "GB", "-1GB", "1.2.3MB", "4 apples", "1e9"])
def test_an_invalid_size_is_refused(written):
    with pytest.raises(UsageError, match="16GB"):
        parse_bytes(written)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (4, "4 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KiB"),
        (10**6 + 1, "977 KiB"),
        (10**6, "1 MB"),
        (10**9, "1 GB"),
        (16 * 10**9, "16 GB"),
        (1_500_000_000, "1.5 GB"),
        (32 << 30, "32 GiB"),
        (1_234_567_890, "1.15 GiB"),
        (1010 << 10, "1,010 KiB"),
        (300 << 20, "300 MiB"),
        (3 << 29, "1.5 GiB"),
        (1000 << 30, "1,000 GiB"),
        (2 << 40, "2 TiB"),
    ],
)
def test_sizes_are_shown(size, text):
    assert format_bytes(size) == text


@pytest.mark.parametrize("written", ["1 GB", "32 GiB", "1.5 GiB", "512 MB", "300 MiB", "2 TB", "100 kB", "750 GB"])
def test_a_given_size_is_shown_in_its_units(written):
    assert format_bytes(parse_bytes(written)) == written


def test_amounts_beside_a_limit_are_shown_in_its_units():
    assert format_bytes(1_001_400_000, like=10**9) == "1.001 GB"
    assert format_bytes((32 << 30) + (50 << 20), like=32 << 30) == "32.05 GiB"


@pytest.mark.parametrize(
    ("number", "noun", "written"),
    [(0, "edge", "0 edges"), (1, "edge", "1 edge"), (1, "vertex", "1 vertex"), (2000, "vertex", "2,000 vertices")],
)
def test_one_thing_is_singular(number, noun, written):
    assert count(number, noun) == written


def test_counts_of_one_are_singular_in_graphs_certificates_and_the_cache(graphbench, tmp_path):
    (tmp_path / "pair.csv").write_text("0,1\n")
    assert repr(graphbench_load(tmp_path / "pair.csv")).startswith("<EdgeList pair.csv: 2 vertices, 1 undirected edge,")
    (tmp_path / "arc.csv").write_text("0,1\n")
    for algorithm in ("bfs", "sssp"):
        command = [
            algorithm,
            tmp_path / "arc.csv",
            "--directed",
            "--source",
            "1",
            "--engine",
            "networkx",
            "--trials",
            "1",
        ]
        _, out, _ = graphbench(*command, "--format", "json")
        assert json.loads(out)["records"][0]["certificate"]["detail"].endswith("; 1 vertex reached")
    _, out, _ = graphbench("cache", "list")
    assert re.search(r"(?m)^\S+ +[\d.]+ (KiB|bytes)  \S", out)
    assert re.search(r"(?m)^\d files, [\d.]+ KiB in ", out)
