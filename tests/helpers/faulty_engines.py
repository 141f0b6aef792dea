"""A plugin that misbehaves on demand: the problem `ordeal`, an engine with every fault, and engines without."""
# ruff: noqa: ARG001, ARG005  adapters all have one signature, whatever they make of it

import ctypes
import gc
import os
import resource
import signal
import sys
import time
import weakref
from pathlib import Path

import numpy as np

from graphbench.algorithms.base import Algorithm, Finding, Form, Parameter
from graphbench.engines.base import Availability, Engine
from graphbench.measure import clock

STEP_S = 0.03
"""What each half of an asynchronous step takes: launching it, and waiting until it is done."""

ordeal = Algorithm(
    name="ordeal",
    title="Ordeal",
    family="structure",
    form=Form(directed=False, weights="ignored"),
    kind="labels",
    headline="labels",
    parameters=[
        Parameter(name="fault", type=str, default=os.environ.get("ORDEAL_FAULT", "none"), help="What goes wrong."),
        Parameter(
            name="note", type=str, default=os.environ.get("ORDEAL_NOTE", ""), help="A file to write process ids to."
        ),
    ],
)


@ordeal.certificate
def _(edges, answer, p):
    valid = bool(np.all(answer.reshape(edges.num_vertices) == 0))
    return Finding(valid=valid, detail="all zero" if valid else "not all zero", quantities={"labels": answer.size})


@ordeal.on("faulty", no_equivalent=("note",), parameters_used=lambda p: {"stops_at": 0.5})
def _(module, graph, p):
    module.calls += 1
    return FAULTS[p.fault](module, graph, p)


@ordeal.on("steady")
def _(module, graph, p):
    return graph


ordeal.gap("gappy", "not in the library")


class Steady(Engine):
    """Answers at once, and rightly."""

    name = "steady"
    title = "Steady"
    library = "numpy"
    distributions = ("numpy",)
    speed_class = 0

    def start(self, settings):
        self.calls = 0
        return self

    def build(self, columns, edges, **options):
        return np.zeros(edges.num_vertices, dtype=np.int64)

    def collect(self, raw, kind, edges):
        return raw


class Faulty(Steady):
    """Has the fault that the task asks for."""

    name = "faulty"
    speed_class = 1
    converts = True

    def used(self, settings):
        return {"threads": 3}


class Asynchronous(Steady):
    """Returns from everything before it is done, as a GPU's library does: the rest is done in `synchronize`."""

    name = "asynchronous"
    start_steps = ("connect",)
    converts = True
    pending = False

    def _launch(self):
        time.sleep(STEP_S)
        self.pending = True

    def synchronize(self):
        if self.pending:
            time.sleep(STEP_S)
        self.pending = False

    def start(self, settings):
        self._launch()
        return self

    def connect(self, settings):
        self._launch()

    def read(self, edges):
        self._launch()
        return edges.to_numpy()

    def build(self, columns, edges, **options):
        self._launch()
        return super().build(columns, edges, **options)

    def convert(self, graph, edges, **options):
        self._launch()
        return graph

    def collect(self, raw, kind, edges):
        self._launch()
        return raw


@ordeal.on("asynchronous")
def _(module, graph, p):
    module._launch()
    return graph


class _Cyclic(np.ndarray):
    """An array that may refer to itself: only a collection frees it then."""


class Recording(Steady):
    """Keeps a log of what the worker does with it, and of what it could not have done without disturbing the clock."""

    name = "recording"

    def __init__(self):
        self.log, self.graph, self.garbage = [], None, None

    def take_log(self):
        log, self.log = self.log, []
        return log

    def start(self, settings):
        self.log.append("start")
        return self

    def reset_device_peak(self):
        self.log.append("reset device peak")

    def read(self, edges):
        self.log.append("read beside another graph" if self.graph is not None and self.graph() is not None else "read")
        return edges.to_numpy()

    def build(self, columns, edges, **options):
        self.log.append(" ".join(["build", *options]))
        graph = super().build(columns, edges).view(_Cyclic)
        graph.itself = graph
        self.graph = weakref.ref(graph)
        return graph

    def wait_until_freed(self):
        self.log.append("freed")

    def collect(self, raw, kind, edges):
        self.log.append("collect")
        return raw


class Garbage:
    """Refers to itself, so that only a collection removes it."""

    def __init__(self):
        self.itself = self


@ordeal.on("recording")
def _(module, graph, p):
    module.log.append("call")
    if gc.isenabled():
        module.log.append("the collector may run")
    if not gc.get_freeze_count():
        module.log.append("the collector looks at the graph")
    if module.garbage is not None and module.garbage() is not None:
        module.log.append("garbage of the call before")
    module.garbage = weakref.ref(Garbage())
    return graph


class OnGpu(Steady):
    """Keeps the number of vertices of each graph that it reads from a file, builds, and is called on."""

    name = "on-gpu"
    device = "gpu"

    def start(self, settings):
        self.loaded, self.built, self.called, self.refuses = [], [], [], 0
        return self

    def read(self, edges):
        self.loaded += [edges.num_vertices] if edges.path is not None else []
        return super().read(edges)

    def build(self, columns, edges, **options):
        self.built.append(edges.num_vertices)
        return super().build(columns, edges)


@ordeal.on("on-gpu")
def _(module, graph, p):
    module.called.append(len(graph))
    if len(graph) == module.refuses:
        raise ValueError("not on this graph")
    return graph


class Gappy(Steady):
    """Has no adapter."""

    name = "gappy"


class Absent(Steady):
    """Is not installed."""

    name = "absent"

    def availability(self):
        return Availability(ok=False, reason="not installed", fix="Install it.")


ordeal.adapters["absent"] = ordeal.adapters["steady"]
steady, faulty, asynchronous, recording, on_gpu, gappy, absent = (
    Steady(), Faulty(), Asynchronous(), Recording(), OnGpu(), Gappy(), Absent()
)  # fmt: skip


def _raise(module, graph, p):
    raise ValueError("the vertex\nis lost")


def _sleep(module, graph, p):
    time.sleep(600)


def _sleep_deaf(module, graph, p):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def _sleep_in_third_trial(module, graph, p):
    if module.calls == 4:
        time.sleep(600)
    return graph


def _sleep_in_first_trial(module, graph, p):
    if module.calls == 2:
        time.sleep(600)
    return graph


def _segfault(module, graph, p):
    sys.stderr.write("my last words\n")
    sys.stderr.flush()
    ctypes.string_at(0)


def _exhaust_address_space(module, graph, p):
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 40, hard))
    return np.ones(1 << 50, dtype=np.uint8)


def _abort_for_memory(module, graph, p):
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n")
    os.abort()


def _chatter(module, graph, p):
    line = "x" * 1023 + "\n"
    for stream in (sys.stdout, sys.stderr):
        stream.write(line * 2048)
    return graph


def _leave_child(module, graph, p):
    child = os.fork()
    if child == 0:
        time.sleep(600)
        os._exit(0)
    with Path(p.note).open("a") as file:
        file.write(f"{child}\n")
    return graph


def _hoard(module, graph, p):
    held = []
    while True:
        held.append(np.ones(4 << 20, dtype=np.uint8))
        time.sleep(0.01)


def _hoard_in_child(module, graph, p):
    if os.fork() == 0:
        _hoard(module, graph, p)
    time.sleep(600)


def _turn_clock_back(module, graph, p):
    if module.calls == 3:
        real = time.perf_counter_ns
        clock.perf_counter_ns = lambda: real() - 3_600_000_000_000
    return graph


def _leave_child_and_sleep(module, graph, p):
    _leave_child(module, graph, p)
    with Path(p.note).open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(600)


def _leave_daemon(module, graph, p):
    """As a server is started: forked twice, in a session of its own, all descriptors closed."""
    if os.fork() == 0:
        os.setsid()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.closerange(0, 64)
            time.sleep(600)
            os._exit(0)
        with Path(p.note).open("a") as file:
            file.write(f"{child}\n")
        os._exit(0)
    os.wait()
    return graph


def _leave_daemon_and_sleep(module, graph, p):
    _leave_daemon(module, graph, p)
    with Path(p.note).open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(600)


def _leave_daemon_and_die(module, graph, p):
    _leave_daemon(module, graph, p)
    ctypes.string_at(0)


def _events():
    """The descriptor of the worker's events: any library can write to it by mistake."""
    return int(sys.argv[2])


def _write_to_events(text):
    def fault(module, graph, p):
        os.write(_events(), text)
        time.sleep(600)

    return fault


def _flood_events(module, graph, p):
    while True:
        os.write(_events(), b"x" * 65536)


def _write_to_events_in_third_trial(module, graph, p):
    if module.calls == 4:
        os.write(_events(), b"{}\n")
    return graph


def _fork_and_return(module, graph, p):
    if os.fork():
        os.wait()
    return graph


def _print_until_the_log_is_emptied(module, graph, p):
    for descriptor in (1, 2):
        before = 0
        while (size := os.fstat(descriptor).st_size) >= before and size < 200 << 20:
            before = size
            os.write(descriptor, b"x" * (1 << 20))
            time.sleep(0.005)  # or a fast disk takes 200 MB before the keeper looks again
    os.write(2, b"at last\n")
    return graph


def _raise_on_a_full_disk(module, graph, p):
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    os.dup2(1, 2)
    raise ValueError("the vertex is lost")


def _raise_with_closed_streams(module, graph, p):
    sys.stdout.close()
    sys.stderr.close()
    raise ValueError("the vertex is lost")


class SpeechlessError(Exception):
    def __str__(self):
        raise ValueError("not even this")


def _raise_speechless(module, graph, p):
    raise SpeechlessError


def _raise_what_is_no_text(module, graph, p):
    raise ValueError("\ud800 is lost")


def _stop_the_keeper(module, graph, p):
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(600)


def _damage_the_graph(module, graph, p):
    for file in Path(os.environ["GRAPHBENCH_HOME"]).rglob("*.parquet") if module.calls == 1 else ():
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 1
        file.write_bytes(content)
    return graph


def _remove_answers(module, graph, p):
    for file in (Path(os.environ["GRAPHBENCH_HOME"]) / "runs").glob("*/*.npy"):
        file.unlink()
    return graph


FAULTS = {
    "none": lambda module, graph, p: graph,
    "raise": _raise,
    "leave": lambda module, graph, p: sys.exit(0),
    "wrong": lambda module, graph, p: graph + 1,
    "not numbers": lambda module, graph, p: np.array([object()] * len(graph)),
    "not an array": lambda module, graph, p: list(graph),
    "odd shape": lambda module, graph, p: np.zeros((2, 2)),
    "sleep": _sleep,
    "sleep deaf": _sleep_deaf,
    "sleep in third trial": _sleep_in_third_trial,
    "sleep in first trial": _sleep_in_first_trial,
    "exit": lambda module, graph, p: os._exit(3),
    "segfault": _segfault,
    "be killed": lambda module, graph, p: os.kill(os.getpid(), signal.SIGKILL),
    "memory error": _exhaust_address_space,
    "bad alloc": _abort_for_memory,
    "hoard": _hoard,
    "hoard in child": _hoard_in_child,
    "turn clock back": _turn_clock_back,
    "chatter": _chatter,
    "leave child": _leave_child,
    "leave child and sleep": _leave_child_and_sleep,
    "leave daemon": _leave_daemon,
    "leave daemon and sleep": _leave_daemon_and_sleep,
    "leave daemon and die": _leave_daemon_and_die,
    "garbage among events": _write_to_events(b"Segmentation fault\n"),
    "bytes among events": _write_to_events(b"\xff\0\n"),
    "an impossible event": _write_to_events(b'{"type":"trial","seconds":-1}\n'),
    "an unknown event": _write_to_events(b'{"type":"party"}\n'),
    "an event without end": _flood_events,
    "garbage in third trial": _write_to_events_in_third_trial,
    "fork and return": _fork_and_return,
    "close every descriptor": lambda module, graph, p: os.closerange(3, 256),
    "kill the group": lambda module, graph, p: os.killpg(0, signal.SIGKILL),
    "print without end": _print_until_the_log_is_emptied,
    "raise on a full disk": _raise_on_a_full_disk,
    "raise with closed streams": _raise_with_closed_streams,
    "raise speechless": _raise_speechless,
    "raise what is no text": _raise_what_is_no_text,
    "stop the keeper": _stop_the_keeper,
    "damage the graph": _damage_the_graph,
    "remove answers": _remove_answers,
}
