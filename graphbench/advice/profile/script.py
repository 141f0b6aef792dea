"""The process that a profiled program runs in: like `python PROGRAM ARGS` or `python -m MODULE ARGS`, recorded.

`python -m graphbench.advice.profile.script FOLDER ANSWERS PROGRAM ARGS...`. The folder gets `profile.json`, `graphs`
and (unless ANSWERS is empty) `answers` when the interpreter exits: after the program's threads and its own exit
handlers, so that the process that started this one can report. Only what a recorder needs is imported, and nothing
while the program runs.
"""

from __future__ import annotations

import atexit
import builtins
import os
import pickle
import runpy
import shlex
import signal
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType

import msgspec

from graphbench.advice.profile import calls, dispatch
from graphbench.advice.profile.answers import Answers
from graphbench.advice.profile.calls import Recorder
from graphbench.advice.profile.features import gather

_OURS = (__file__, calls.__file__, dispatch.__file__, "<frozen runpy>")


def main() -> None:
    """Run the program, and leave as it leaves."""
    folder, keep, program, *arguments = sys.argv[1:]
    answers = Answers() if keep else None
    recorder = Recorder(answers.keep if answers else None, watch_backends=answers is not None)
    interrupted: list[KeyboardInterrupt] = []
    process = os.getpid()

    def write(_recording: object) -> None:
        if os.getpid() != process:  # a child that the program forked and that did not exec
            return
        profile = recorder.stop(shlex.join([program, *arguments]))
        profile.interrupted = bool(interrupted)
        gathered = [tuple(each) for each in gather(profile, recorder.graphs())]
        Path(folder, "graphs").write_bytes(pickle.dumps(gathered))
        if answers:
            answers.write(Path(folder, "answers"))
        Path(folder, "profile.json").write_bytes(msgspec.json.encode(profile))

    recording = recorder.start()
    atexit.register(write, recording)  # the first to be registered is the last to run; it keeps the context alive
    recording.__enter__()
    try:
        _run(program, arguments)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - Python's own last resort is this
        sys.excepthook(type(error), error, _clean(error))
        if isinstance(error, KeyboardInterrupt):
            interrupted.append(error)
            raise SystemExit(128 + signal.SIGINT) from None
        raise SystemExit(1) from None


def _run(program: str, arguments: list[str]) -> None:
    """Run a module by its name, or a file in a module `__main__` such as Python makes."""
    if program == "-m":
        name, *sys.argv[1:] = arguments
        if not sys.flags.safe_path:
            sys.path[0] = str(Path.cwd())
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        return
    sys.argv = [program, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(program).resolve().parent)
    path = os.path.abspath(program)  # noqa: PTH100 - as Python does, without following links
    code = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    module = ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = SourceFileLoader("__main__", path)
    for name, value in {"__annotations__": {}, "__builtins__": builtins, "__cached__": None}.items():
        if name in globals():
            setattr(module, name, value)
    sys.modules["__main__"] = module
    exec(code, vars(module))  # noqa: S102 - the user's own program


def _clean(error: BaseException, seen: set[int] | None = None) -> TracebackType | None:
    """The traceback without the frames of the profiler, also of the errors that led to this one."""
    seen = seen if seen is not None else set()
    if id(error) in seen:
        return error.__traceback__
    seen.add(id(error))
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if other is not None:
            _clean(other, seen)
    kept = []
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename not in _OURS:
            kept.append(step)
        step = step.tb_next
    for one, following in zip(kept, [*kept[1:], None], strict=False):
        one.tb_next = following
    error.__traceback__ = kept[0] if kept else None
    return error.__traceback__


if __name__ == "__main__":
    main()
