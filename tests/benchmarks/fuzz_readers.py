"""Mutated files for every reader: none may end in a traceback, take more than 10 s or need more than 1 GiB.

    nice python tests/benchmarks/fuzz_readers.py [--files 100000] [--seed 1] [READER ...]

Each reader starts from valid files of its format, whose bytes, tokens and lines are mutated; compressed files are
mutated before or after they are compressed. A file is read and cleaned, or it is refused with a GraphbenchError. Prints
a line for each reader, and saves the files of failures in the current folder. `tests/test_fuzz.py` runs a few of each.
"""

import argparse
import bz2
import faulthandler
import gzip
import io
import json
import lzma
import random
import re
import resource
import signal
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io
import scipy.sparse

from graphbench.errors import GraphbenchError
from graphbench.graphs import formats
from graphbench.graphs.clean import clean

LIMIT_S = 10.0
LIMIT_BYTES = 1 << 30
TOKENS = [
    *(
        b"0",
        b"-1",
        b"1",
        b"2",
        b"99999999999999999999",
        b"9" * 5000,
        b"1e999",
        b"nan",
        b"inf",
        b"-inf",
        b"1.5",
        b"0x10",
    ),
    *(b'"', b"'", b"{", b"}", b"[", b"]", b"<", b">", b"()", b"%", b"#", b"*", b",", b";", b"\t", b" ", b"\n", b"\r"),
    *(b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"&a;", b"true", b"null", b"%%MatrixMarket", b"p edge 3 3\n"),
    *(
        b"*Vertices 3\n",
        b"graph [",
        b"edge [",
        b"<node id='x'/>",
        b"<!ENTITY a 'b'>",
        b"source,target\n",
        b"a" * 70_000,
    ),
    *(b"9223372036854775807", b"7" * 60_000 + b"x"),
]


def _written(write):
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "graph"
        write(path)
        return next(iter(Path(folder).iterdir())).read_bytes()


def seeds():
    """By reader: a file name, and valid files."""
    graph = nx.gnm_random_graph(12, 25, seed=1)
    for number, (_, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = number + 0.5
    arcs = nx.gnm_random_graph(9, 20, seed=2, directed=True)
    multi = nx.MultiGraph(nx.relabel_nodes(graph, str))
    matrix = nx.to_scipy_sparse_array(graph, format="csr", dtype=float)
    rows = [(one + 1, two + 1, data["weight"]) for one, two, data in graph.edges(data=True)]
    table = b"".join(b"%d,%d,%g\n" % row for row in rows)
    blanks = b"".join(b"%d %d %g\n" % row for row in rows)
    ends = b"".join(b"%d %d\n" % row[:2] for row in rows)
    lists = {node: [] for node in range(1, 13)}
    for one, two, weight in rows:
        lists[one].append((two, weight))
        lists[two].append((one, weight))
    metis = "".join(" ".join(str(two) for two, _ in lists[node]) + "\n" for node in lists).encode()
    weighted = "".join(" ".join(f"{two} {weight}" for two, weight in lists[node]) + "\n" for node in lists).encode()
    lgl = "".join(
        f"# {node}\n" + "".join(f"{two} {w}\n" for two, w in lists[node] if two > node) for node in lists
    ).encode()
    return {
        "table": ("g.csv", [b"source,target,weight\n" + table, table, blanks, b'source,target\n"a b",c\nd,"e""f"\n']),
        "matrix_market": (
            "g.mtx",
            [
                _written(lambda path: scipy.io.mmwrite(path, matrix)),
                b"%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n",
            ],
        ),
        "metis": ("g.graph", [b"12 25\n" + metis, b"% c\n12 25 1\n" + weighted]),
        "dimacs": (
            "g",
            [
                b"c x\np edge 12 25\n" + b"".join(b"e %d %d\n" % row[:2] for row in rows),
                b"p sp 12 25\n" + b"".join(b"a %d %d %g\n" % row for row in rows),
                b"p tw 12 25\n" + ends,
            ],
        ),
        "konect": (
            "out.g",
            [b"% sym weighted\n" + blanks, b"% bip unweighted\n% 25 12 12\n" + ends, b"% asym positive\n" + ends],
        ),
        "graphml": (
            "g",
            [_written(lambda path: nx.write_graphml(graph, path)), _written(lambda path: nx.write_graphml(arcs, path))],
        ),
        "gexf": ("g", [_written(lambda path: nx.write_gexf(graph, path))]),
        "gml": (
            "g",
            [
                _written(lambda path: nx.write_gml(graph, path)),
                b'graph [\n node [ id 1 label "a" ]\n node [ id 2 ]\n edge [ source 1 target 2 weight 2.5 ]\n]\n',
            ],
        ),
        "pajek": (
            "g",
            [
                _written(lambda path: nx.write_pajek(multi, path)),
                b"*Vertices 4\n1 a\n2 b\n*Arcslist\n1 2 3\n*Edges\n3 4 2\n",
            ],
        ),
        "json": (
            "g",
            [
                json.dumps(nx.node_link_data(graph, edges="links")).encode(),
                json.dumps(nx.adjacency_data(arcs)).encode(),
                json.dumps(nx.cytoscape_data(graph)).encode(),
            ],
        ),
        "lgl": ("g.lgl", [lgl]),
        "npz": (
            "g.npz",
            [
                _written(lambda path: scipy.sparse.save_npz(path, matrix)),
                _written(lambda path: scipy.sparse.save_npz(path, matrix.tocoo(), compressed=False)),
            ],
        ),
        "networkx_edges": ("g", [_written(lambda path: nx.write_edgelist(graph, path))]),
        "adjacency": (
            "g.adjlist",
            ["\n".join(nx.generate_adjlist(graph)).encode(), _written(lambda path: nx.write_adjlist(arcs, path))],
        ),
        "multiline_adjacency": ("g.multiline_adjlist", ["\n".join(nx.generate_multiline_adjlist(graph)).encode()]),
        "ldbc": (
            "g.tar",
            [
                _archive(
                    {
                        "g.v": b"".join(b"%d\n" % node for node in lists),
                        "g.e": blanks,
                        "g.properties": b"graph.g.directed = true\ngraph.g.meta.edges = 25\n",
                    }
                )
            ],
        ),
        "packed": ("g", [pack(table) for pack in PACKS.values()]),
        "tar": ("g.tar", [_archive({"g/g.csv": table, "g/" * 60 + "README": b"x"}, form) for form in TAR_FORMATS]),
        "parquet": (
            "g.parquet",
            [
                _parquet(columns, codec)
                for codec in ("none", "snappy")
                for columns in (
                    {"source": [1, 2, 3], "target": [2, 3, 1], "weight": [0.5, 1.5, 2.5]},
                    {"a": ["x", "y", "z"] * 9, "b": pa.array(["y", "z", "x"] * 9).dictionary_encode()},
                )
            ],
        ),
    }


def _parquet(columns, codec):
    return _written(lambda path: pq.write_table(pa.table(columns), path, compression=codec))


TAR_FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def _archive(files, form=tarfile.PAX_FORMAT):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if form == tarfile.PAX_FORMAT:
                info.pax_headers = {"comment": "a comment", "mtime": "1.5"}
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _zipped(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("g.csv", text)
    return packed.getvalue()


PACKS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda text: lzma.compress(text, preset=0),  # others take 94 MiB, which would hide what a reader needs
    "zst": lambda text: pa.compress(text, codec="zstd", asbytes=True),
    "zip": _zipped,
    "tar.gz": lambda text: gzip.compress(_archive({"g/g.csv": text})),
}


BINARY = frozenset({"packed", "npz", "ldbc", "tar", "parquet"})
"""Readers whose files are not compressed once more."""


def mutated(data, draw):
    """A copy with one to eight mutations."""
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        data = draw.choice(MUTATIONS)(data, draw.randrange(len(data) + 1), draw)
    return data


def _flip_bit(data, at, draw):
    return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :] if at < len(data) else data


def _insert_token(data, at, draw):
    return data[:at] + draw.choice(TOKENS) + data[at:]


def _remove(data, at, draw):
    return data[:at] + data[at + draw.randrange(1, 60) :]


def _repeat(data, at, draw):
    return data[:at] + data[at : at + draw.randrange(1, 200)] * draw.choice([2, 3, 50]) + data[at:]


def _shuffle_lines(data, _at, draw):
    lines = data.split(b"\n")
    draw.shuffle(lines)
    return b"\n".join(lines)


def _replace_token(data, _at, draw):
    tokens = data.split(b" ")
    tokens[draw.randrange(len(tokens))] = draw.choice(TOKENS)
    return b" ".join(tokens)


def _cut(data, at, _draw):
    return data[:at]


def _replace_digit(data, _at, draw):
    digits = [place for place, byte in enumerate(data[:5000]) if 48 <= byte <= 57]
    if not digits:
        return data
    place = draw.choice(digits)
    return data[:place] + draw.choice([b"0", b"9", b"-", b".", b"77777777"]) + data[place + 1 :]


def _swap_number(data, _at, draw):
    """Numbers that occur elsewhere make valid files of other graphs."""
    found = re.findall(rb"[0-9]+", data[:5000])
    if not found:
        return data
    return re.sub(rb"\b%b\b" % draw.choice(found), draw.choice(found), data, count=draw.choice([1, 2, 99]))


MUTATIONS = [
    *(_flip_bit, _insert_token, _remove, _repeat, _shuffle_lines, _replace_token, _cut, _replace_digit, _swap_number)
]


class _HangError(BaseException):
    """Not an Exception, so that no reader turns it into an error of its own."""


def _expired(*_):
    raise _HangError(f"more than {LIMIT_S} s of CPU time")


def attempt(name, data, folder):
    """The outcome of reading and cleaning one file, and its seconds."""
    path = Path(folder) / name
    path.write_bytes(data)
    began = time.process_time()
    signal.signal(signal.SIGPROF, _expired)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    try:
        clean(formats.read(path), name)
        outcome = "read"
    except GraphbenchError:
        outcome = "refused"
    except BaseException:  # noqa: BLE001  the point of this script
        outcome = traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return outcome, time.process_time() - began


def fuzz(reader, files, seed, keep=None):
    """Counts of outcomes, failures, the longest time in seconds and the growth of the peak of memory in bytes."""
    name, valid = seeds()[reader]
    draw = random.Random(f"{reader} {seed}")
    outcomes, failures, longest = Counter(), [], 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory = Path("/dev/shm")  # files on a disk take three times as long
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(files):
            data = mutated(draw.choice(valid), draw)
            if reader not in BINARY and draw.random() < 0.1:
                data = draw.choice(list(PACKS.values()))(data)
            outcome, seconds = attempt(name, data, folder)
            longest = max(longest, seconds)
            if outcome not in {"read", "refused"} or seconds > LIMIT_S:
                failures.append(f"{reader} {number} ({seconds:.1f} s): {outcome}")
                if keep is not None:
                    (Path(keep) / f"fuzz-{reader}-{seed}-{number}").write_bytes(data)
                outcome = "failed"
            outcomes[outcome] += 1
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    return reader, dict(outcomes), failures, longest, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("readers", nargs="*", default=list(seeds()))
    asked = parser.parse_args()
    faulthandler.enable()
    pa.set_cpu_count(1)
    failed = 0
    for reader in asked.readers:
        began = time.monotonic()
        _, outcomes, failures, longest, peak = fuzz(reader, asked.files, asked.seed, ".")
        failed += len(failures) + (peak > LIMIT_BYTES)
        counts = ", ".join(f"{outcomes.get(kind, 0):,} {kind}" for kind in ("read", "refused", "failed"))
        took = f"{time.monotonic() - began:,.0f} s, longest {longest:.2f} s, peak {peak / 2**20:,.0f} MiB"
        print(f"{reader}: {counts}; {took}", flush=True)
        for failure in failures[:3]:
            print(failure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
