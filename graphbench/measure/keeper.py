"""The process between a command and its worker: it forks the worker, and ends all that the worker started.

It is alone in its thread and imports no engine, so it acts while an engine holds the interpreter's lock. On Linux it
adopts whatever a dead worker leaves behind, in whatever session (`PR_SET_CHILD_SUBREAPER`): a daemon that was forked
twice ends with its task too. It ends everything when the worker ends, or when the command does, however that died.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # from <linux/prctl.h>
_TICK_MS = 250
"""Between two looks at the sizes of logs, and at whether the command lives."""
_PATIENCE_S = 5.0
"""How long what a worker left behind may take to end after SIGKILL."""
MAX_LOG_BYTES = 16 << 20
"""A log that grows beyond this is emptied, so that an engine that prints for hours fills no disk."""


def fork_worker(requests: int, events: int, parent: int) -> None:
    """Fork, and return in the child, which is the worker. The calling process becomes its keeper and never returns.

    The keeper exits as the worker did, with the same status or signal. It passes SIGTERM on.

    Args:
        requests: the pipe that the command closes when it ends, or when all is to end.
        events: the pipe of events, which the keeper closes: the command sees the worker's end close.
        parent: the command's process id.
    """
    keeper = os.getpid()
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    woken, wake = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(woken)
        os.close(wake)
        os.setpgid(0, 0)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # so that the CPU seconds of its daemons can be found and counted
        if os.getppid() != keeper:
            os._exit(1)
        return
    try:
        os.close(events)
        with suppress(OSError):  # the worker was faster, or is gone
            os.setpgid(worker, worker)
        status = _watch(worker, requests, parent, woken, wake)
        _end_all(worker)
        _exit_as(status)
    finally:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value)


def _watch(worker: int, requests: int, parent: int, woken: int, wake: int) -> int:
    """Wait until the worker ends, or end it because the command did; returns its status as of `os.waitpid`."""
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: _signal_group(worker, number))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    watch = select.poll()
    watch.register(requests, 0)  # only the other end's closing, which is always reported
    watch.register(woken, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in watch.poll(_TICK_MS)}
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 1 << 12)
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)  # the worker is among its children, so there are some
            if ended == worker:
                return status
            if ended == 0:
                break
        if requests in ready or os.getppid() != parent:
            _signal_group(worker, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)  # it may have left its group
            return os.waitpid(worker, 0)[1]
        for log in (1, 2):
            with suppress(OSError):
                if os.fstat(log).st_size > MAX_LOG_BYTES:
                    os.ftruncate(log, 0)


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS returns EPERM if all are zombies
        os.killpg(group, number)


def _end_all(group: int) -> None:
    """Kill every process that the worker left behind: its group, and on Linux all that this process has adopted."""
    _signal_group(group, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        import psutil  # takes longer than all else here, and most workers leave nothing behind

        with suppress(psutil.Error):
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        time.sleep(0.01)


def _exit_as(status: int) -> None:
    """Exit with the status of another process, or die of the same signal."""
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):  # SIGKILL has no handler
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))
