"""Run a program in a process of its own, profiled, and report when it has ended."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType

import msgspec

from graphbench.advice import reference as references
from graphbench.advice.profile.answers import read as read_answers
from graphbench.advice.profile.backends import GPU_BACKEND
from graphbench.advice.profile.estimate import Run, estimated
from graphbench.advice.profile.features import Gathered, describe
from graphbench.advice.profile.model import Profile
from graphbench.advice.profile.summary import Report
from graphbench.advice.profile.verify import verify
from graphbench.errors import UnavailableError, UsageError

_CHOICES = ("NETWORKX_BACKEND_PRIORITY", "NETWORKX_AUTOMATIC_BACKENDS", "NX_CUGRAPH_AUTOCONFIG")
"""Prefixes of the variables that choose a backend."""
_LINES = 4
"""Of a failed second run's stderr."""


def profiled(
    command: Sequence[str],
    *,
    gpu: str | None = None,
    reference: Sequence[Path] = (),
    backend: str | None = None,
) -> tuple[Report | None, int]:
    """Run a program like `python COMMAND`, and again under a backend if one is named.

    Args:
        command: its file, or `-m` and the name of a module; then its own arguments.
        gpu: the references to estimate from, by a part of the GPU's name.
        reference: files of references; none: those of the package.
        backend: compare with a second run under this backend of NetworkX.

    Returns:
        The report, None if the program left no profile (killed, or by `os._exit`); its exit code, negative: the signal
        that killed it.
    """
    if command[0] != "-m" and not Path(command[0]).is_file():
        raise UsageError(
            f"{command[0]} is not a file. Name the Python program to profile: graphbench profile SCRIPT.py"
        )
    if list(command) == ["-m"]:
        raise UsageError("-m needs the name of a module: graphbench profile -m MODULE")
    with tempfile.TemporaryDirectory(prefix="graphbench-profile-") as made:
        folder = Path(made)
        environment = _without_backends(os.environ) if backend else dict(os.environ)
        code = _child(command, folder, environment, answers=bool(backend))
        profile = _profile(folder)
        if profile is None:
            return None, code
        profile.exit_code = code
        graphs = pickle.loads((folder / "graphs").read_bytes())  # noqa: S301 - our own file
        describe(profile, [Gathered(*each) for each in graphs])
        report = Report(profile=profile, run=estimates(profile, gpu, reference))
        if profile.interrupted:
            return report, -signal.SIGINT
        return _second(report, command, folder, environment, backend) if backend else report, code


def _profile(folder: Path) -> Profile | None:
    file = folder / "profile.json"
    return msgspec.json.decode(file.read_bytes(), type=Profile) if file.exists() else None


def _second(report: Report, command: Sequence[str], first: Path, environment: dict[str, str], backend: str) -> Report:
    folder = first / "second"
    folder.mkdir()
    chosen = {"NETWORKX_BACKEND_PRIORITY": backend, "NETWORKX_FALLBACK_TO_NX": "True"}
    print(f"Running it again with the backend {backend} (its output is not shown).", file=sys.stderr)
    said = folder / "stderr"
    again = {"NETWORKX_WARNINGS_TO_IGNORE": "cache"} | environment | chosen
    code = _child(command, folder, again, answers=True, quiet=said)
    trouble = ""
    if code != report.profile.exit_code:
        last = "\n".join(said.read_text(errors="replace").splitlines()[-_LINES:])
        trouble = f"The run with {backend} ended with exit code {code}" + (f", and said:\n{last}" if last else ".")
    other = _profile(folder)
    if other is None:
        return msgspec.structs.replace(report, backend=backend, trouble=trouble)
    answers = read_answers(first / "answers"), read_answers(folder / "answers")
    return msgspec.structs.replace(
        report,
        backend=backend,
        backend_seconds=other.seconds,
        verified=verify(report.profile, other, *answers, failed=bool(trouble)),
        trouble=trouble,
    )


def estimates(profile: Profile, gpu: str | None = None, reference: Sequence[Path] = ()) -> Run:
    """What references estimate for a run: those that ship with the package, if no file is named.

    Raises:
        UsageError: if a file has none, or none are of the GPU that was named.
    """
    found = references.load(reference)
    return estimated(profile, references.choose(found, gpu) if found or gpu else None)


def chosen_backend(name: str | None) -> str:
    """The backend to verify with: the one named, else nx-cugraph, else the only one.

    Raises:
        UnavailableError: if there is none.
        UsageError: if there are several, or none of that name.
    """
    installed = sorted({entry.name for entry in entry_points(group="networkx.backends")} - {"nx_loopback"})
    if name in installed:
        return str(name)
    if name is None and GPU_BACKEND in installed:
        return GPU_BACKEND
    if name is None and len(installed) == 1:
        return installed[0]
    if not installed:
        raise UnavailableError(
            name or "a backend of NetworkX",
            "none is installed in this environment",
            "Install nx-cugraph-cu13 on a machine with a GPU, or leave out --verify.",
        )
    raise UsageError(f"--backend takes one of {', '.join(installed)}" + (f", not {name!r}." if name else "."))


def leave(code: int) -> int:
    """The exit code for a process that ends as the program did; does not return after a signal."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _without_backends(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a run with NetworkX alone, in which sets have the same order in every run."""
    kept = {name: value for name, value in environment.items() if not name.startswith(_CHOICES)}
    return {"PYTHONHASHSEED": "0"} | kept


def _child(
    program: Sequence[str], folder: Path, environment: Mapping[str, str], *, answers: bool, quiet: Path | None = None
) -> int:
    """Run a program profiled; signals go to it, and it alone decides what they do.

    Args:
        program: what to run.
        folder: for what is recorded.
        environment: its variables.
        answers: also keep the answers of every function.
        quiet: a file for what it writes to stderr; it reads and shows nothing.
    """
    command = [
        *(sys.executable, *subprocess._args_from_interpreter_flags()),  # type: ignore[attr-defined]  # noqa: SLF001
        *("-m", "graphbench.advice.profile.script", str(folder), "answers" if answers else "", *program),
    ]
    silent = subprocess.DEVNULL if quiet else None
    with quiet.open("wb") if quiet else contextlib.nullcontext() as errors:
        child = subprocess.Popen(command, env=environment, stdin=silent, stdout=silent, stderr=errors)

    def forward(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT or not _from_terminal():
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _from_terminal() -> bool:
    """Whether Ctrl-C of the terminal reached the child, too: both are in its foreground."""
    try:
        with open("/dev/tty", "rb") as terminal:  # noqa: PTH123 - a device
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
