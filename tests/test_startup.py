"""What a process imports: short commands no NumPy, and no process pandas."""

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from graphbench.graphs.arrow import from_numpy, to_numpy

COMMANDS = ("list", "list --json", "show louvain", "show igraph", "show karate", "doctor", "records")
IMPORTED = (
    "import sys; sys.argv[1:] = {words!r}.split()\n"
    "from graphbench.cli import invoke\n"
    "invoke()\n"
    "slow = {{'numpy', 'pandas', 'rich', 'scipy', 'importlib.metadata', 'logging'}}\n"
    "print(*slow & set(sys.modules), file=sys.stderr)"
)


def imported(words, home):
    environment = os.environ | {"GRAPHBENCH_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    code = IMPORTED.format(words=words)
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", COMMANDS)
def test_short_commands_import_nothing_that_takes_long(words, tmp_path):
    assert imported(words, tmp_path) == set()


def test_measuring_imports_pandas_in_no_process(tmp_path):
    """A substitute for pandas, first on the path of the command and of its worker, leaves a trace where imported."""
    trace = tmp_path / "trace"
    (tmp_path / "pandas.py").write_text(f"open({str(trace)!r}, 'a').write('imported')\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    environment = os.environ | {"GRAPHBENCH_HOME": str(tmp_path), "PYTHONPATH": path}
    command = [sys.executable, "-m", "graphbench", "bfs", "karate", "--engine", "networkx", "--trials", "1"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "bfs" in ran.stdout
    assert not trace.exists()


@pytest.mark.parametrize("dtype", ["int32", "int64", "float64"])
def test_columns_of_numbers_keep_their_values_between_numpy_and_arrow(dtype):
    values = np.arange(10, dtype=dtype)
    column = from_numpy(values[::2])
    assert column.equals(pa.array(values[::2]))
    pieces = pa.chunked_array([column[1:3], column[:0], column[3:]])
    assert to_numpy(pieces).tolist() == [2, 4, 6, 8]
    assert to_numpy(pieces).dtype == dtype
    assert to_numpy(pa.chunked_array([], type=column.type)).dtype == dtype


@pytest.mark.parametrize("column", [pa.array([1, None]), pa.array(["a"])])
def test_a_column_with_nulls_or_text_is_refused(column):
    with pytest.raises(TypeError, match="expected numbers without nulls"):
        to_numpy(column)
