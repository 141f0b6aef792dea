"""Amounts of memory as people write them."""

import pytest

from graphbench.errors import UsageError
from graphbench.system.text import format_bytes, parse_bytes


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
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (10**6 + 1, "977 KiB"),
        (10**6, "1 MB"),
        (10**9, "1 GB"),
        (16 * 10**9, "16 GB"),
        (1_500_000_000, "1.5 GB"),
        (32 << 30, "32 GiB"),
        (1_234_567_890, "1.15 GiB"),
        (1010 << 10, "1010 KiB"),
        (300 << 20, "300 MiB"),
        (3 << 29, "1.5 GiB"),
        (1000 << 30, "1000 GiB"),
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
