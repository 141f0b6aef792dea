"""An engine's imports belong to `start`: the first call pays for none."""

import subprocess
import sys

import msgspec
import numpy as np
import pytest

from graphbench import registry
from graphbench.engines.base import Settings
from graphbench.measure import protocol
from helpers.graphs import graph, posed

WORKER = """
import sys
from graphbench.measure import protocol
from graphbench.measure.trials import Bench

def send(event):
    global before
    if isinstance(event, protocol.Began) and event.phase == "first":
        before = set(sys.modules)
    if isinstance(event, protocol.Ended) and event.phase == "first":
        print(request.problem.algorithm, "imports", *sorted(set(sys.modules) - before))

for line in open(sys.argv[1], "rb"):
    request = protocol.to_request(line)
    Bench(send).prepare(request)
"""


def _request(engine, algorithm, folder):
    rng = np.random.default_rng(0)
    ends, weights = rng.integers(50, size=(200, 2)), rng.integers(1, 9, size=200)
    rows = [(u, v, float(w)) for (u, v), w in zip(ends.tolist(), weights, strict=True)]
    page, edges, inputs, _ = posed(algorithm, graph(rows, 50))
    file = folder / f"{algorithm}.npz"
    np.savez(file, **{kind: drawn for kind, drawn in msgspec.structs.asdict(inputs).items() if drawn is not None})
    problem = protocol.Problem(
        algorithm=algorithm,
        dataset="tiny",
        edges=str(edges.write(folder / f"{algorithm}.parquet").path),
        inputs=str(file),
        params=page.resolve({}),
        seed=0,
    )
    return protocol.Request(
        problem=problem,
        engine=engine,
        settings=Settings(),
        answers=str(folder / "answer-"),
        deadline=protocol.now() + 600,
        budget_s=1.0,
        trials=1,
        command="",
    )


@pytest.mark.parametrize("engine", registry.engine_names())
def test_the_first_call_imports_nothing(engine, tmp_path):
    found = registry.engine(engine).availability()
    if not found.ok:
        pytest.skip(f"{engine} is unavailable: {found.reason}")
    algorithms = [name for name in registry.algorithm_names() if engine in registry.algorithm(name).adapters]
    requests = tmp_path / "requests"
    requests.write_bytes(b"".join(protocol.to_line(_request(engine, each, tmp_path)) for each in algorithms))
    command = [sys.executable, "-c", WORKER, str(requests)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{algorithm} imports" for algorithm in algorithms]
