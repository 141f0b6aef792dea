"""A few mutated files for every reader; `benchmarks/fuzz_readers.py` runs many."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
import fuzz_readers


@pytest.mark.parametrize("reader", fuzz_readers.seeds())
def test_mutated_files_are_read_or_refused(reader):
    _, outcomes, failures, _, _ = fuzz_readers.fuzz(reader, 60, seed=7)
    assert not failures
    assert outcomes["refused"]


@pytest.mark.parametrize("reader", fuzz_readers.seeds())
def test_what_they_start_from_is_read(reader, tmp_path):
    name, valid = fuzz_readers.seeds()[reader]
    for data in valid:
        outcome, _ = fuzz_readers.attempt(name, data, tmp_path)
        assert outcome == "read"
