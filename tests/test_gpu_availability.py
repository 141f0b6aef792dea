"""Whether a GPU can be used: each cause has its reason and its fix."""

import subprocess
import sys

import pytest

from graphbench.engines import _gpu
from graphbench.system import gpus

GIB = 1 << 30


def machine(driver="580.65.06", *, capability=(9, 0), free=70 * GIB, devices=1):
    device = gpus.Device(index=0, name="NVIDIA Test", total=80 * GIB, free=free, capability=capability)
    return gpus.Cuda(driver=driver, cuda=(13, 0), devices=(device,) * devices)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(_gpu.platform, "system", lambda: "Linux")


@pytest.fixture
def installed(monkeypatch):
    """RAPIDS wheels of a CUDA major version, as far as availability can see."""

    def install(major):
        monkeypatch.setattr(_gpu.importlib.util, "find_spec", lambda _: object())
        monkeypatch.setattr(_gpu, "installed_major", lambda _: major)

    return install


@pytest.fixture
def not_installed(monkeypatch):
    monkeypatch.setattr(_gpu.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(_gpu, "installed_major", lambda _: None)


def ask(cuda, python=(3, 12)):
    return _gpu.availability("cugraph", "cugraph", cuda=cuda, python=python)


@pytest.mark.usefixtures("not_installed")
@pytest.mark.parametrize(
    ("cuda", "python", "reason", "fix"),
    [
        (gpus.Cuda(), (3, 12), "no NVIDIA driver", "install driver 580"),
        (gpus.Cuda(driver="unknown", fault="the driver does not answer"), (3, 12), "does not answer", "nvidia-smi"),
        (machine(devices=0), (3, 12), "no NVIDIA GPU", "nvidia-smi -L"),
        (machine("470.82"), (3, 12), "driver too old (470.82)", "535 (for CUDA 12) or 580 (for CUDA 13)"),
        (machine(capability=(6, 1)), (3, 12), "GPU too old", "7.0"),
        (machine(), (3, 12), "not installed", ".[cu13]"),
        (machine("550.54"), (3, 12), "not installed", ".[cu12]"),
        (machine(capability=(7, 0)), (3, 12), "not installed", ".[cu12]"),
        (machine(), (3, 10), "no wheel for Python 3.10", "Python 3.11 to 3.14"),
    ],
)
def test_each_cause_has_its_reason_and_fix(cuda, python, reason, fix):
    found = ask(cuda, python)
    assert not found.ok
    assert reason in found.reason
    assert fix in found.fix


def test_a_fitting_machine_is_available(installed):
    installed(13)
    assert ask(machine()).ok


def test_wheels_for_a_newer_gpu_than_the_driver_name_the_fitting_extra(installed):
    installed(13)
    found = ask(machine("550.54"))
    assert "580" in found.reason
    assert ".[cu12]" in found.fix


def test_a_full_device_is_out_of_memory(installed):
    installed(13)
    found = ask(machine(free=100 << 20))
    assert found.reason == "out of device memory (100 MiB free)"


def test_hidden_and_missing_devices_have_different_reasons(installed, monkeypatch):
    installed(13)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert ask(machine()).reason == "no NVIDIA GPU visible"


def test_other_systems_than_linux_are_reported(monkeypatch):
    monkeypatch.setattr(_gpu.platform, "system", lambda: "Darwin")
    assert "Linux" in ask(gpus.Cuda()).reason


@pytest.mark.parametrize(("listed", "device", "seen"), [(None, 1, "1"), ("4,7", 1, "7"), ("4", 2, "")])
def test_the_device_option_counts_among_the_visible_ones(monkeypatch, listed, device, seen):
    if listed is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert gpus.visible(device) == seen


def test_availability_imports_no_gpu_library():
    script = (
        "import sys; from graphbench.engines import _gpu; _gpu.availability('cugraph', 'cugraph');"
        "heavy = {'cudf', 'cugraph', 'cupy', 'nx_cugraph', 'pylibcugraph', 'networkx'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
