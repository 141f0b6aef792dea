"""What documentation shows of estimates, and the shipped references, from the committed records they are made of."""

import textwrap
from functools import cache
from statistics import median
from unittest import mock

from graphbench.advice import reference, validate
from graphbench.system import files
from helpers.published import read, reports

FOLDER = files.data() / reference.FOLDER


def all_references():
    """The names of the files, and the records of each."""
    return {one.reference: one.files for one in reports() if one.reference}


@cache
def made(name, *stores):
    """The references of stores of records, by default all those of a file; graphs have the features in that file.

    For a graph that it does not have, which is a KeyError, make it by `graphbench advise --make-reference` first.
    """
    (shipped,) = reference.load([FOLDER / f"{name}.jsonl"])
    with mock.patch.object(reference, "_graph", lambda graph, *_: shipped.graphs[graph]):
        (found,) = reference.make(read(*(stores or all_references()[name])), None)
    return found


@cache
def _shown():
    """The references with the most graphs, which `graphbench advise --validate` takes."""
    return max(all_references(), key=lambda name: len(made(name).graphs))


@cache
def _misses(*stores):
    return validate.validate(made(_shown(), *stores))


def validation():
    """What `graphbench advise --validate --format markdown` prints."""
    return validate.to_text(made(_shown()), _misses(), "markdown").rstrip()


def later_graphs():
    """How wrong estimates are on the graphs of the first store, on which the law was chosen, and on the others."""
    first = all_references()[_shown()][0]
    old, now = made(_shown(), first), made(_shown())
    calls = [miss for miss in _misses(first) if miss.total == validate.WARM]
    real = [miss for miss in calls if miss.real]
    later = [
        miss
        for miss in _misses()
        if (miss.total, miss.engine) == (validate.WARM, "cugraph") and miss.graph not in old.graphs
    ]
    more = len(now.graphs) - len(old.graphs)
    others = _graphs_of("pylibcugraph", now) - _graphs_of("pylibcugraph", old)
    text = (
        f"The terms of the law were chosen on {len(old.graphs)} of these {len(now.graphs)} graphs, where the median "
        f"error of warm calls is {_error(calls)} (real graphs: {_error(real)}). The {more} other graphs, and {others} "
        "graphs of `pylibcugraph`, were measured afterwards: all together they give the table above, and cuGraph on "
        f"those {more} alone has a median of {_error(later)} and {sum(miss.covered for miss in later)} of {len(later)} "
        f"intervals that hold the truth. `nx-cugraph` was measured on {_graphs_of('nx-cugraph', now)} graphs only, so "
        "its estimates are rough."
    )
    return textwrap.fill(text, 120, break_on_hyphens=False)


def _error(misses):
    return f"{median(miss.error for miss in misses):.2f}"


def _graphs_of(engine, known):
    return len({timing.graph for timing in known.timings if timing.engine == engine})


def commands():
    """How the shipped files are made."""
    made = []
    for name, stores in all_references().items():
        words = [f"--make-reference reports/records/{store.name}" for store in stores]
        words.append(f"--output datasets/reference/{name}.jsonl")
        made.append("graphbench advise " + " \\\n  ".join(words))
    return "\n".join(["<!-- not run: writes files of the package -->", "```sh", *made, "```"])
