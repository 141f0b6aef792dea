"""Workers forked from a process that has imported the libraries: a tenth of the work of starting them.

For tests of what surrounds a worker, such as the documentation's commands. Their `start` is no start, and settings of
threads come too late: tests of the clock and of engines use real workers.
"""

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress

LIBRARIES = ("numpy", "pyarrow.parquet", "networkx", "scipy.sparse.csgraph", "igraph", "graphbench.measure.trials")


class Warm:
    """The process that has imported the libraries; `start` replaces :func:`graphbench.measure.process.start`."""

    def __init__(self):
        self._socket, other = socket.socketpair()
        with other:
            command = [sys.executable, "-P", "-m", __name__, str(other.fileno())]
            path = os.pathsep.join(filter(None, sys.path))
            self._process = subprocess.Popen(
                command, pass_fds=[other.fileno()], env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
            )

    def start(self, requests, events, *, out, err, environment):
        """A worker, as its handle."""
        read, write = os.pipe()
        message = json.dumps(environment).encode()
        descriptors = [requests, events, out.fileno(), err.fileno(), write]
        socket.send_fds(self._socket, [len(message).to_bytes(4, "little")], descriptors)
        self._socket.sendall(message)
        os.close(write)
        return Forked(read)

    def close(self):
        self._socket.close()
        self._process.wait()


class Forked:
    """The part of `subprocess.Popen` that a worker's handle uses."""

    def __init__(self, status):
        self._status = os.fdopen(status, "rb", buffering=0)
        self.pid = int(self._status.readline())
        self.returncode = None

    def poll(self):
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("worker", timeout)
            with self._status:
                self.returncode = int(self._status.readline())
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def serve(connection):
    """Fork a worker for each request."""
    for name in LIBRARIES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        size, descriptors, *_ = socket.recv_fds(connection, 4, 5)
        if not size:
            return
        message = connection.recv(int.from_bytes(size, "little"), socket.MSG_WAITALL)
        if os.fork() == 0:
            connection.close()
            wait_for_worker(json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def wait_for_worker(environment, descriptors):
    """Fork it, write its process id and at last its exit status; does not return."""
    requests, events, out, err, status = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(status)
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
        from graphbench.measure import worker

        worker.main([str(requests), str(events), str(parent)])
        sys.exit()
    for descriptor in descriptors[:-1]:
        os.close(descriptor)
    os.write(status, f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(status, f"{code}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
