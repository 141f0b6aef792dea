"""Two states of a project's code, each in an environment of its own, measured in turns on this machine.

The project may be an engine or graphbench itself. An environment sees every package of this one; what the install
command brings comes first. So the two differ in nothing but what that command installs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from graphbench import registry
from graphbench._version import __version__
from graphbench.errors import GraphbenchError, UsageError
from graphbench.measure.suites.rounds import after_round
from graphbench.measure.suites.suite import Suite
from graphbench.records.model import Record
from graphbench.system import files

REF = "{ref}"
"""In an install command: the folder with the checked-out state, or the requirement itself."""
_LOG_LINES = 20
"""Of a failed command, in its error."""
_OF_REQUIREMENTS = ("==", ">=", "<", "~=", "@", "://")
"""A requirement has one of these: a mistyped branch must not become a package of that name on PyPI."""
_FAILED, _INTERRUPTED = 1, 130
"""The exit codes of a suite in which a task failed, and of an interrupted command."""


@dataclass(frozen=True, kw_only=True)
class State:
    """One state of the code.

    Attributes:
        side: `base` or `head`.
        ref: as the user named it.
        commit: its hash in the repository; empty if it is no commit, but for example `networkx==3.4`.
    """

    side: str
    ref: str
    commit: str = ""

    @property
    def installed(self) -> str:
        """What its environment has."""
        return self.commit or self.ref

    def __str__(self) -> str:
        return f"{self.side} ({self.ref}{f', {self.commit[:10]}' if self.commit else ''})"


def resolve(side: str, ref: str, repository: Path) -> State:
    """The state that a reference names: a commit of the repository, or a requirement, with a version or an address.

    Raises:
        UsageError: if it is neither.
    """
    asked = ("git", "-C", str(repository), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise GraphbenchError("git is not installed, and `graphbench ab` checks states out with it.") from None
    commit = done.stdout.strip() if done.returncode == 0 else ""
    if not commit and not any(mark in ref for mark in _OF_REQUIREMENTS):
        raise UsageError(
            f"No commit, branch or tag of {repository.resolve()} is called {ref!r}. In a workflow, check out with "
            "fetch-depth: 0; to install a released version name it, such as networkx==3.4."
        )
    return State(side=side, ref=ref, commit=commit)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment with one state installed.

    Attributes:
        folder: where it is; kept, and used again for the same state and install command.
        state: what is installed in it.
        install: the install command.
        repository: where the state is checked out from.
    """

    folder: Path
    state: State
    install: str
    repository: Path

    @classmethod
    def of(cls, state: State, install: str, repository: Path) -> Environment:
        """The environment of a state, in the home folder.

        Raises:
            UsageError: if the command installs the same for every state.
        """
        if REF not in install:
            raise UsageError(f"--install needs {REF}, such as 'pip install {REF}'; it is {install!r}.")
        known = (state.installed, install, str(repository.resolve()), sys.prefix, sys.version, __version__)
        key = hashlib.sha256("\0".join(known).encode()).hexdigest()[:16]
        return cls(folder=files.home() / "environments" / key, state=state, install=install, repository=repository)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def is_complete(self) -> bool:
        """Whether the state is installed."""
        return (self.folder / "complete").exists()

    def variables(self) -> dict[str, str]:
        """The environment variables of a command that runs in it: PYTHONPATH would come before what is installed."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        others = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
        return {**others, "VIRTUAL_ENV": str(self.folder), "PATH": path}

    def make(self) -> None:
        """Make it, unless it is complete.

        Raises:
            GraphbenchError: if the state cannot be checked out or installed, with the end of what was printed.
        """
        if self.is_complete:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        log = self.folder / "install.log"
        try:
            venv.create(self.folder, with_pip=True)
        except subprocess.CalledProcessError as error:
            raise GraphbenchError(
                f"Cannot make a virtual environment: {error}. Install Python's venv module."
            ) from error
        for packages in self.folder.glob("lib/python*/site-packages"):
            lines = [f"import site; site.addsitedir({folder!r})\n" for folder in _packages()]
            (packages / "zz_measured_with.pth").write_text("".join(lines))  # after all that is installed here
        place = self.state.ref
        if self.state.commit:
            place = str(self.folder / "source")
            self._run(("git", "clone", "-q", "--no-checkout", str(self.repository.resolve()), place), log)
            self._run(("git", "-C", place, "checkout", "-q", "--detach", self.state.commit), log)
        self._run(("bash", "-c", self.install.replace(REF, shlex.quote(place))), log)
        (self.folder / "complete").touch()

    def check_plugins(self) -> None:
        """Import the plugins in it, before anything is measured.

        Raises:
            GraphbenchError: if one cannot be imported.
        """
        for plugin in registry.plugins():
            done = subprocess.run(
                (self.python, "-c", f"import importlib; importlib.import_module({plugin!r})"),
                env=self.variables(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                *_, why = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
                raise GraphbenchError(
                    f"{registry.PLUGINS_VARIABLE} names {plugin!r}, which cannot be imported in {self.state} ({why}). "
                    "PYTHONPATH is not used there: each state has to install the plugin (docs/ci.md, Your own library)."
                )

    def _run(self, command: Sequence[str], log: Path) -> None:
        with log.open("ab") as output:
            done = subprocess.run(
                command, env=self.variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
            raise GraphbenchError(
                f"Cannot install {self.state}: {shlex.join(command)} ended with {done.returncode}:\n{last}\n"
                f"All of it is in {log}."
            )


def _packages() -> list[str]:
    """Where this process finds its packages: a checkout, PYTHONPATH, site-packages."""
    found = dict.fromkeys([*sys.path, str(Path(__file__).parents[3])])
    return [folder for folder in found if folder and Path(folder).is_dir()]


@dataclass(frozen=True)
class Measured:
    """What every turn measures.

    Attributes:
        suite: its budget is shared out among the rounds.
        rounds: of each state.
    """

    suite: Suite
    rounds: int

    def text(self) -> str:
        """The suite file of one round, without defaults: another version of graphbench may read it."""
        once = msgspec.structs.replace(self.suite, rounds=1, budget=self.suite.budget / self.rounds)
        usual, fields = msgspec.to_builtins(Suite()), msgspec.to_builtins(once)
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items() if value != usual[name])


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One round of one state.

    Attributes:
        number: of the round, from 1.
        environment: of the state.
        store: the file of its records: a turn that was interrupted goes on there.
    """

    number: int
    environment: Environment
    store: Path

    @property
    def is_complete(self) -> bool:
        """Whether every task of it has ended; errors are measured again, as in a suite."""
        return self._done.exists()

    @property
    def _done(self) -> Path:
        return self.store.with_suffix(".done")

    def discard(self) -> None:
        """Remove what is measured."""
        for path in (self._done, self.store):
            path.unlink(missing_ok=True)

    def measure(self, measured: Measured) -> None:
        """Measure what it has not yet; progress goes to stderr.

        Raises:
            GraphbenchError: if the suite cannot begin in the environment, or is killed.
            KeyboardInterrupt: on Ctrl-C, once the suite has kept what is complete.
        """
        suite = self.store.with_suffix(".toml")
        suite.write_text(measured.text(), encoding="utf-8")
        command = (
            self.environment.python,
            "-m",
            "graphbench",
            "suite",
            suite.resolve(),
            "--store",
            self.store.resolve(),
        )
        with self.store.with_suffix(".txt").open("wb") as output:
            process = subprocess.Popen(
                command, env=self.environment.variables(), stdin=subprocess.DEVNULL, stdout=output, cwd=suite.parent
            )
            try:
                code = process.wait()
            except KeyboardInterrupt:
                process.wait()  # Ctrl-C has reached it, too
                raise
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
        if code not in {0, _FAILED} or not self.store.exists():
            raise GraphbenchError(f"{self.environment.state} cannot be measured (exit code {code}): see above.")
        if code == 0:
            self._done.touch()


def turns(measured: Measured, base: Environment, head: Environment, folder: Path) -> Iterator[Turn]:
    """Rounds of both states in the order base, head, head, base, ...: a drift of the machine affects both alike."""
    for number in range(1, measured.rounds + 1):
        for environment in (base, head) if number % 2 else (head, base):
            known = hashlib.sha256(f"{environment.folder.name}{measured.text()}".encode()).hexdigest()[:8]
            yield Turn(
                number=number,
                environment=environment,
                store=folder / f"{environment.state.side}-{known}-{number}.jsonl",
            )


def pool(stores: Sequence[Sequence[Record]]) -> list[Record]:
    """One record for each task, of all its rounds.

    Args:
        stores: the records of one state, by round.
    """
    found: dict[str, Record] = {}
    for records in stores:
        for record in {record.task.key: record for record in records}.values():
            found[record.task.key] = after_round(found.get(record.task.key), record)
    return list(found.values())
