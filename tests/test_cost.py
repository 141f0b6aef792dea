"""Energy per call, from counters that a test sets, and prices of calls and scripts."""

import csv
import io
import json

import msgspec
import pytest

import graphbench as gb
from graphbench.errors import UsageError
from graphbench.measure import trials
from graphbench.measure.suites.rounds import pooled
from graphbench.records.cost import costs, energy_counts
from graphbench.records.model import Energy
from graphbench.records.regression import changes
from graphbench.reporting import changes as shown
from graphbench.reporting.flat import to_csv
from graphbench.system import energy
from helpers.own_plugin import ENGINE
from helpers.records import H100, HERE, record, replace

PRICES = """
[[price]]
machine = "h100"
device = "gpu"
per_hour = 3.6
currency = "USD"
date = 2026-11-01

[[price]]
machine = "Example Processor"
per_hour = 0.36
currency = "EUR"
date = 2026-11-02
"""
LIBRARY = """
import os
import time
from pathlib import Path

import numpy
from graphbench.system import energy

__version__ = "1"
energy.POWERCAP = Path(os.environ["COUNTERS"])
COUNTER = energy.POWERCAP / "intel-rapl:0" / "energy_uj"

def answer(n):
    time.sleep(0.3)
    COUNTER.write_text(str(int(COUNTER.read_text()) + 5_000_000))
    return numpy.zeros(n, numpy.int64)
"""
GPU_HERE = replace(HERE, gpus=[H100])
ON_GPU = {"device": "gpu", "environment": GPU_HERE}


@pytest.fixture
def counters(tmp_path, monkeypatch):
    """RAPL's folder with one package; sets its counter."""
    folder = tmp_path / "powercap"
    package, part = folder / "intel-rapl:0", folder / "intel-rapl:0:0"
    package.mkdir(parents=True)
    part.mkdir()
    (package / "max_energy_range_uj").write_text("9999999\n")
    monkeypatch.setattr(energy, "POWERCAP", folder)

    def put(microjoules):
        (package / "energy_uj").write_text(f"{microjoules}\n")

    put(0)
    return put


@pytest.fixture
def nvml(monkeypatch):
    """Two GPUs, whose counters are read from a list of millijoules."""
    import pynvml

    from graphbench.system import gpus

    millijoules = [1_000, 50_000]
    device = gpus.Device(index=0, name="GPU", total=1, free=1, capability=(9, 0))
    monkeypatch.setattr(gpus, "probe", lambda: gpus.Cuda(driver="1", devices=(device, replace_index(device))))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for name in ("nvmlInit", "nvmlShutdown"):
        monkeypatch.setattr(pynvml, name, lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetTotalEnergyConsumption", lambda gpu: millijoules[gpu])
    return millijoules


def replace_index(device):
    return msgspec.structs.replace(device, index=1)


@pytest.fixture
def prices(private_home):
    (private_home / "prices.toml").write_text(PRICES)


def test_the_processors_counter_may_start_again_at_0_and_parts_do_not_count(counters):
    counters(9_000_000)
    meter = energy.Meter()
    counters(1_000_000)
    assert meter.cpu_joules() == pytest.approx(2.0)
    assert meter.gpu_joules() is None


@pytest.mark.usefixtures("counters")
def test_counters_that_only_root_may_read_are_none(monkeypatch):
    meter = energy.Meter()
    monkeypatch.setattr(energy, "_number", lambda _: (_ for _ in ()).throw(PermissionError()))
    assert (meter.cpu_joules(), energy.Meter().cpu_joules()) == (None, None)


@pytest.mark.parametrize(("devices", "joules"), [([0], 2.0), ([0, 1], 12.0), ([], None)])
def test_the_energy_of_the_gpus_that_an_engine_uses_is_summed(nvml, devices, joules):
    meter = energy.Meter(devices)
    nvml[:] = [3_000, 60_000]
    assert meter.gpu_joules() == joules


@pytest.mark.usefixtures("nvml")
def test_a_gpu_that_counts_no_energy_gives_none(monkeypatch):
    import pynvml

    def refuse(_):
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetTotalEnergyConsumption", refuse)
    assert energy.Meter([0]).gpu_joules() is None


@pytest.mark.parametrize(("block_s", "calls_s", "counts"), [(1.0, 0.95, True), (0.9, 0.9, False), (2.0, 1.0, False)])
def test_energy_needs_a_second_that_calls_fill(block_s, calls_s, counts):
    assert energy_counts(block_s, calls_s) is counts


def test_a_block_of_calls_on_a_gpu_has_its_energy(nvml):
    meter = energy.Meter([0])
    nvml[0] = 201_000
    assert trials._energy(meter, [0.5] * 4, 2.1) == Energy(calls=4, seconds=2.1, gpu_j=200.0)
    assert trials._energy(meter, [0.1] * 4, 0.5) is None
    assert trials._energy(energy.Meter(), [0.5] * 4, 2.1) is None


@pytest.mark.usefixtures("warm_workers", "counters")
def test_a_measurement_records_the_energy_of_its_warm_calls(tmp_path, monkeypatch):
    (tmp_path / "energy_engine.py").write_text(ENGINE)
    (tmp_path / "own_library.py").write_text(LIBRARY)
    (tmp_path / "powercap/intel-rapl:0/max_energy_range_uj").write_text("99999999999")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("GRAPHBENCH_PLUGINS", "energy_engine")
    monkeypatch.setenv("COUNTERS", str(tmp_path / "powercap"))
    (found,) = gb.run("wcc", "karate", engines="own", baseline="own", trials=4, store=tmp_path / "own.jsonl").records
    assert (found.energy.calls, found.energy.cpu_j) == (4, pytest.approx(20.0))
    assert costs(found) == {"cpu_energy_call_j": pytest.approx(5.0)}


def test_rounds_add_their_energy_up():
    one, two = Energy(calls=2, seconds=1.0, gpu_j=10.0), Energy(calls=3, seconds=2.0, gpu_j=5.0, cpu_j=1.0)
    both = pooled(record(energy=one), record(energy=two)).energy
    assert both == Energy(calls=5, seconds=3.0, gpu_j=15.0)
    assert pooled(record(energy=one), record()).energy == one


@pytest.mark.usefixtures("prices")
def test_a_price_is_that_of_the_machine_times_the_time():
    made = record("cugraph", 1.0, **ON_GPU)
    assert costs(made) == {"price_call": pytest.approx(0.001), "price_script": pytest.approx(0.001 * 1.73, rel=1e-3)}
    assert costs(record("igraph", 1.0, environment=GPU_HERE))["price_call"] == pytest.approx(0.0001)
    elsewhere = replace(HERE, cpu="Another")
    assert costs(record(environment=elsewhere)) == {}


def test_without_a_file_there_are_no_prices():
    assert costs(record()) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PRICES.replace("per_hour = 3.6", "per_hour = -1"), ">= 0.*per_hour"),
        (PRICES.replace("per_hour = 3.6", "per_hou = 1"), "per_hou"),
        ("[[price]\n", "Cannot read the prices"),
    ],
)
def test_a_wrong_price_file_is_refused_by_name(private_home, text, message):
    (private_home / "prices.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        costs(record())


@pytest.mark.usefixtures("prices")
def test_costs_are_columns_of_csv_and_of_comparisons():
    made = record(energy=Energy(calls=6, seconds=6.0, gpu_j=600.0), **ON_GPU)
    (row,) = csv.DictReader(io.StringIO(to_csv([made], [])))
    assert (row["gpu_energy_call_j"], row["cpu_energy_call_j"], row["currency"]) == ("100.0", "", "USD")
    assert float(row["price_call"]) == pytest.approx(0.001, rel=0.02)

    slower = replace(made, id="later", phases__call_s=[2 * seconds for seconds in made.phases.call_s])
    found = changes([made], [replace(slower, energy=Energy(calls=6, seconds=12.0, gpu_j=900.0))])
    assert "100 to 150" in shown.render(found, "table", 200)
    (change,) = json.loads(shown.render(found, "json"))
    assert change["costs"]["gpu_energy_call_j"] == [100.0, 150.0]
    (row,) = csv.DictReader(io.StringIO(shown.render(found, "csv")))
    assert (row["old_gpu_energy_call_j"], row["new_gpu_energy_call_j"]) == ("100.0", "150.0")
