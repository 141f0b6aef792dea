"""Ratios to another way of doing the same, in rounds that alternate, and peaks of memory.

A busy machine slows both sides of a round, so ratios can be read where times cannot. CPU times are shown beside them.
"""

import multiprocessing
import resource
import time


class Target:
    """What one benchmark is asked for, and what was seen."""

    def __init__(self, rows, benchmark):
        self._rows, self._benchmark = rows, benchmark

    def ratio(self, name, ours, other, *, at_most, rounds=5, setup=None):
        """Time two functions alternately and report ours / the other's; the benchmark's own times are ours.

        Args:
            name: of the row.
            ours: the measured function, without arguments.
            other: what it is compared with, likewise.
            at_most: what is asked for.
            rounds: how many count; one before them does not.
            setup: called before each call of `ours`, untimed.

        Returns:
            The fastest time of each side.
        """
        times = ([], [])

        def timed(function, side):
            started = time.perf_counter(), time.process_time()
            result = function()
            times[side].append((time.perf_counter() - started[0], time.process_time() - started[1]))
            return result

        def before():
            timed(other, 1)
            if setup is not None:
                setup()

        self._benchmark.pedantic(timed, (ours, 0), setup=before, rounds=rounds + 1)
        (fastest, cpu), (other_fastest, other_cpu) = (map(min, zip(*side[1:], strict=True)) for side in times)
        details = f"{fastest:.3f} s / {other_fastest:.3f} s, CPU {cpu / other_cpu:.3g}"
        self.report(name, fastest / other_fastest, at_most=at_most, details=details)
        return fastest, other_fastest

    def report(self, name, seen, *, at_most=None, at_least=None, details=""):
        """Add a row to the table."""
        asked = f"<= {at_most:g}" if at_most is not None else f">= {at_least:g}"
        self._benchmark.extra_info[name] = seen
        self._rows.append((name, asked, seen, details))


def _measured(function, arguments):
    before = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # Linux counts in KiB
    result = function(*arguments)
    return result, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def peak_of(function, *arguments):
    """What a function returns, and by how many bytes it raises the peak of memory of a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.apply(_measured, (function, arguments))
