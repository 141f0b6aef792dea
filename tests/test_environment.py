"""The machine and the software in a record."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from graphbench import registry
from graphbench.measure import environment
from graphbench.measure.environment import capture, libraries
from graphbench.system import gpus, machine, memory
from graphbench.system.machine import machine_summary


@pytest.fixture
def two_gpus(monkeypatch):
    device = {"total": 80 << 30, "free": 79 << 30, "capability": (9, 0)}
    found = gpus.Cuda(
        driver="580.65.06",
        cuda=(13, 0),
        devices=tuple(gpus.Device(index=index, name="NVIDIA H100", **device) for index in range(2)),
    )
    monkeypatch.setattr(gpus, "probe", lambda: found)
    machine_summary.cache_clear()
    yield
    machine_summary.cache_clear()


def test_the_machine_is_described_and_has_one_digest():
    machine = machine_summary()
    assert machine.cpu
    assert machine.cores >= 1
    assert machine.memory_bytes > 1 << 28
    assert len(machine.digest) == 16
    again = subprocess.run(
        [sys.executable, "-c", "from graphbench.system.machine import machine_summary as m; print(m().digest)"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert again.stdout.strip() == machine.digest


@pytest.mark.usefixtures("two_gpus")
def test_another_gpu_makes_another_machine(monkeypatch):
    machine = machine_summary()
    assert [(gpu.name, gpu.index, gpu.total) for gpu in machine.gpus] == [
        ("NVIDIA H100", 0, 80 << 30),
        ("NVIDIA H100", 1, 80 << 30),
    ]
    assert (machine.driver, machine.cuda) == ("580.65.06", "13.0")
    machine_summary.cache_clear()
    monkeypatch.setattr(gpus, "probe", gpus.Cuda)
    assert machine_summary().digest != machine.digest
    assert (machine_summary().driver, machine_summary().cuda) == (None, None)


def test_the_environment_names_what_was_used_and_by_which_command():
    found = capture(registry.engine("networkx"), {"threads": 3, "allocator": "pool"}, "graphbench wcc karate", 3)
    assert (found.threads, found.allocator, found.command) == (3, "pool", "graphbench wcc karate")
    assert capture(registry.engine("networkx"), {"threads": 64}, "").threads == 1, "no engine claims more than it may"
    assert found.libraries["numpy"] == np.__version__
    assert found.engine_version == found.libraries["networkx"]
    assert found.machine == machine_summary().digest
    assert found.clocks == {}


def test_libraries_that_are_missing_are_left_out():
    engine = SimpleNamespace(distributions=("no-such-distribution",), packages=("no_such_package",), device="gpu")
    assert "no-such-distribution" not in libraries(engine)


@pytest.mark.usefixtures("two_gpus")
def test_clocks_are_read_from_the_visible_gpu_where_allowed(monkeypatch):
    import pynvml

    def refuse(*_):
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    asked = []
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    for name in ("nvmlInit", "nvmlShutdown"):
        monkeypatch.setattr(pynvml, name, lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: asked.append(index) or "gpu")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetClockInfo", lambda *_: 1980)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMaxClockInfo", refuse)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetTemperature", lambda *_: 41)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCurrentClocksThrottleReasons", refuse)
    assert environment.gpu_clocks() == {"sm_mhz": 1980, "memory_mhz": 1980, "temperature_c": 41}
    assert asked == [1]


@pytest.mark.parametrize("apart", [False, True])
def test_a_worker_the_processes_it_starts_and_who_started_it_are_its_own(apart):
    asks = (
        "import os, subprocess, sys; from graphbench.measure.environment import own_processes; "
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE, "
        f"start_new_session={apart}); own = own_processes(); child.communicate(b'\\n'); "
        f"print({{os.getpid(), os.getppid(), child.pid}} <= own, {os.getppid()} in own)"
    )
    told = subprocess.run(
        [sys.executable, "-c", asks], check=False, capture_output=True, text=True, start_new_session=True
    )
    assert (told.stdout.split(), told.stderr) == (["True", "False"], "")


@pytest.mark.skipif(sys.platform != "linux", reason="who computes is told by /proc")
def test_a_process_with_the_cuda_device_open_counts_as_computing(monkeypatch, tmp_path):
    device = tmp_path / "nvidia-uvm"
    monkeypatch.setattr(environment, "UVM_DEVICE", str(device))
    assert not environment.has_cuda_context(os.getpid())
    with device.open("w"):
        assert environment.has_cuda_context(os.getpid())
    assert not environment.has_cuda_context(4_200_000), "there is no such process"


@pytest.mark.parametrize(
    ("on_gpu", "computing", "others"),
    [
        ({1, 2, 3}, {1, 2, 3}, 0),  # workers of one cluster
        ({1, 2, 9}, {1, 2}, 1),
        ({2}, {2}, 0),  # a cluster's worker, whose client has no context
        ({7, 8}, {2, 3}, 0),  # a container: ids are not ours
        ({7, 8, 9}, {2, 3}, 1),
        ({7, 8}, set(), 1),
    ],
)
def test_processes_of_a_measurement_are_not_foreign_on_its_gpu(monkeypatch, on_gpu, computing, others):
    monkeypatch.setattr(environment, "has_cuda_context", computing.__contains__)
    assert environment.foreign_processes(on_gpu, {1, 2, 3, 4}) == others


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("pids", "others"), [([], 0), (["own"], 0), (["own", 4_000_001], 1), ([4_000_001], 0), ([4_000_001, 4_000_002], 1)]
)
def test_other_processes_on_the_gpu_are_counted_and_in_a_container_one_of_those_seen_is_this(monkeypatch, pids, others):
    import pynvml

    for name in ("nvmlInit", "nvmlShutdown"):
        monkeypatch.setattr(pynvml, name, lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    running = [SimpleNamespace(pid=os.getpid() if pid == "own" else pid) for pid in pids]
    monkeypatch.setattr(pynvml, "nvmlDeviceGetComputeRunningProcesses", lambda _: running)
    assert environment.count_other_processes() == {"other_processes": others}


def test_without_a_gpu_the_environment_has_no_gpu_fields():
    if gpus.probe().devices:
        pytest.skip("there is a GPU here")
    assert environment.count_other_processes() == environment.gpu_clocks() == {}
    assert memory.free_device_bytes(0) is None


def test_peak_memory_belongs_to_what_ran_since_the_reset():
    ballast = np.ones(50_000_000)
    del ballast
    before = memory.host_peak_bytes()
    if not memory.reset_host_peak():
        pytest.skip("this system cannot reset a process's peak memory")
    assert memory.host_peak_bytes() < before - 200_000_000
    ballast = np.ones(25_000_000)
    assert memory.host_peak_bytes() > 200_000_000
    del ballast


@pytest.fixture
def identity(monkeypatch, tmp_path):
    """The digest of a machine with this hardware, memory and /etc/machine-id."""

    def identify(
        machine_id="0123456789abcdef" * 2, *, cpu="Example", cores=8, physical=4, blocks=190, gpus=("NVIDIA H100",)
    ):
        real = machine.Path
        folder = tmp_path / f"memory-{blocks}"
        folder.mkdir(exist_ok=True)
        (folder / "block_size_bytes").write_text("8000000\n")
        for number in range(blocks):
            (folder / f"memory{number}").touch()
        (tmp_path / "machine-id").write_text(machine_id)
        places = {"/etc/machine-id": tmp_path / "machine-id", "/sys/devices/system/memory": folder}
        monkeypatch.setattr(machine, "Path", lambda path: places.get(path, real(path)))
        return machine._identity(cpu, cores, physical, gpus)

    return identify


@pytest.mark.parametrize(
    "changed",
    [
        {"machine_id": "f" * 32},
        {"machine_id": ""},
        {"cpu": "Other"},
        {"cores": 4},
        {"physical": 8},
        {"blocks": 384},
        {"gpus": ()},
        {"gpus": ("NVIDIA H100",) * 2},
    ],
)
def test_another_machine_has_another_digest(identity, changed):
    assert identity(**changed) != identity()


def test_a_machine_keeps_its_digest_when_its_kernel_reports_a_little_less_memory(identity):
    assert identity(blocks=192) == identity(blocks=188)


@pytest.mark.parametrize("unset", ["", "uninitialized\n", "b08dfa6083e7567a1921a715000001fb-more"])
def test_a_machine_without_an_id_is_identified_by_its_hardware(identity, unset):
    assert identity(unset) == identity("")


def test_the_machine_id_itself_is_nowhere_in_a_record(identity):
    identity()
    digest = machine._system_identity()
    assert len(digest) == 64
    assert "0123456789abcdef" not in digest


@pytest.mark.parametrize(
    ("vendor", "family", "flags", "slow"),
    [
        ("AuthenticAMD", 25, "avx2 avx512f avx512dq", True),
        ("AuthenticAMD", 25, "avx2 fma", False),
        ("AuthenticAMD", 26, "avx2 avx512f avx512dq", False),
        ("GenuineIntel", 25, "avx2 avx512f avx512dq", False),
    ],
    ids=["Zen 4", "Zen 3", "Zen 5", "Intel"],
)
def test_numpy_sorts_slowly_on_zen_4(tmp_path, vendor, family, flags, slow):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nflags\t\t: fpu {flags} sse4a\n")
    assert machine.sorts_slowly(file) is slow


def test_without_cpuinfo_numpy_is_taken_to_sort_fast(tmp_path):
    assert not machine.sorts_slowly(tmp_path / "none")
