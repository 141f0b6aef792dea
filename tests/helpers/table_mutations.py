"""Damaged tables, and how many rows they have by a count that shares nothing with the reader.

`python -m helpers.table_mutations 20000` (in `tests/`) reads so many of them and stops at the first that is read wrong,
raises something else than an error of graphbench, or takes longer than ten seconds.
"""

import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from graphbench.errors import DatasetError, UsageError
from graphbench.graphs import formats
from graphbench.graphs.clean import clean
from graphbench.graphs.formats import table
from graphbench.graphs.formats.table_roles import TableOptions

SECONDS = 10
BLOCKS = [1, 16, 100, 1 << 23]
SEEDS = [
    b"1,2\n2,3\n3,1\n4,1\n",
    b"source,target,weight\n1,2,.5\n2,3,1e3\n3,1,7\n",
    b"# SNAP\n# FromNodeId\tToNodeId\n10\t20\n20\t30\n30\t10\n",
    b"% sym\n1 2 3.5\n2 3 4\n 3 4   5\n",
    b'from,to\n"a, b",c\nc,"d ""e"""\n"f",g\n',
    b"\xef\xbb\xbfSource;Target;Label\nx;y;z\ny;w;z\n",
    "from,to\nÅre,京都\n京都,Oslo\n".encode(),
    b"007 8\n8 9\n9 007\n",
    b"1.0,2.0\n2.0,3.0\n",
    b"a|b\nb|c\nc|a\n",
    b"#tag,b\nfrom,to\n#x,y\ny,%z\n",
    b",source,target\n0,5,6\n1,6,7\n",
]
TOKENS = [
    *(b'"', b'""', b",", b";", b"|", b"\t", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"#", b"%", b"\\", b"'", b"{}"),
    *(b"0", b"-", b"-0", b"+1", b"00", b".", b".0", b"e5", b"1e400", b"nan", b"inf", b"-inf", b"NA", b"0x10", b"1_0"),
    *(b"9007199254740993", b"18446744073709551616", b"1" * 5000, b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\x7f", b"\x85"),
    *(b"\xa0", "\u2028".encode(), "\u00a0".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"# remark\n", b"source,target\n"),
    *(b"1,2\n", b"x,y,z\n"),
]


def mutated(random_):
    """A table with a few random damages."""
    data = random_.choice(SEEDS)
    if random_.random() < 0.3:
        lines = data.splitlines(keepends=True)
        data = b"".join([*lines[:-1], *lines[-1:] * random_.choice([1, 2, 150])])
    for _ in range(random_.choice([0, 1, 1, 2, 3, 5])):
        at = random_.randrange(len(data) + 1)
        kind = random_.random()
        if kind < 0.6:
            data = data[:at] + random_.choice(TOKENS) + data[at:]
        elif kind < 0.8:
            data = data[:at] + data[at + random_.randrange(1, 8) :]
        elif kind < 0.9:
            data = data[:at] + bytes([random_.randrange(256)]) + data[at + 1 :]
        else:
            lines = data.splitlines(keepends=True)
            random_.shuffle(lines)
            data = b"".join(lines)
    return data


def options(random_):
    """What a user might say about the table."""
    if random_.random() < 0.5:
        return TableOptions()
    return TableOptions(
        header=random_.choice([None, True, False]),
        delimiter=random_.choice([None, None, ",", ";", "space", "tab"]),
        no_weight=random_.random() < 0.3,
    )


def rows_in(data, header):
    """Rows of a table: lines that are not blank, without the comments above the first of them and a header."""
    lines = [line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    lines = [line for line in lines if line]
    while lines and lines[0][:1] in {b"#", b"%"}:
        lines = lines[1:]
    return len(lines) - bool(header)


def check(data, given, path, block=1 << 23):
    """Read the table in blocks of so many bytes: `refused`, or `read` after comparing the rows.

    Raises:
        AssertionError: if rows are missing.
    """
    path.write_bytes(data)
    usual, table.BLOCK_BYTES = table.BLOCK_BYTES, block
    try:
        raw = formats.read(path, options=given)
    except (DatasetError, UsageError):
        return "refused"
    finally:
        table.BLOCK_BYTES = usual
    if raw.reading is None or raw.reading.header is None:
        return "another format"
    expected = rows_in(data, raw.reading.header)
    assert len(raw.src) == raw.reading.rows == expected, (data, given, len(raw.src), expected)
    edges, cleaning = clean(raw, "fuzz")
    assert edges.num_edges + cleaning.loops_dropped + cleaning.duplicates_merged == expected
    return "read"


def _expired(*_):
    raise TimeoutError(f"a table took more than {SECONDS} s of CPU time")


def main(count, seed):
    """Check so many tables."""
    counts = Counter()
    slowest = (0.0, 0)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _expired)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        for number in range(count):
            random_ = random.Random(f"{seed} {number}")
            data, given = mutated(random_), options(random_)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            began = time.process_time()
            try:
                counts[check(data, given, path, random_.choice(BLOCKS))] += 1
            except Exception:
                print(f"table {number} of seed {seed}: {data!r} {given}")
                raise
            slowest = max(slowest, (time.process_time() - began, number))
            signal.setitimer(signal.ITIMER_PROF, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    took = f"number {slowest[1]} took {slowest[0]:.2f} s, the longest"
    print(f"{count} tables: {dict(counts)}; {took}; peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1")
