"""`graphbench doctor`: the machine, the GPU, the libraries; what is missing and how to install it."""

from __future__ import annotations

import sys

import click


@click.command("doctor")
def command() -> None:
    """Check this machine: what works, what is missing and how to install it. Imports no engine."""
    from graphbench import registry
    from graphbench._version import __version__
    from graphbench.graphs import suitesparse
    from graphbench.reporting import text_table
    from graphbench.system import files, gpus
    from graphbench.system.machine import machine_summary

    machine = machine_summary()
    cuda = gpus.probe()
    facts = [
        ("graphbench", f"{__version__}, Python {sys.version.split()[0]} ({sys.executable})"),
        ("machine", f"{machine.cpu}, {machine.cores} cores, {machine.memory_bytes / 2**30:,.0f} GiB"),
        ("system", machine.os),
        ("NVIDIA driver", f"{cuda.driver} (CUDA {cuda.cuda[0]}.{cuda.cuda[1]})" if cuda.driver else "none"),
    ]
    for device in cuda.devices:
        free = f"{device.free / 2**30:,.1f} of {device.total / 2**30:,.1f} GiB free"
        capability = ".".join(map(str, device.capability))
        facts.append((f"GPU {device.index}", f"{device.name}, {free}, compute capability {capability}"))
    if not cuda.devices:
        facts.append(("GPU", "none"))
    facts += [
        ("home", f"{files.home()} (set {files.HOME_VARIABLE} to move it)"),
        ("data", str(files.data())),
        ("mirrors", " ".join(suitesparse.addresses(""))),
    ]
    click.echo("\n".join(f"{label:<15}{value}" for label, value in facts))
    rows, fixes = [], []
    for engine in registry.engines():
        found = engine.availability()
        rows.append([engine.name, engine.version() or "-", engine.device, "ok" if found.ok else found.reason])
        if found.fix and not found.ok:
            fixes.append(f"{engine.name}: {found.fix}")
    click.echo("\n" + text_table(["engine", "version", "device", "state"], rows))
    click.echo("\n" + ("\n".join(["To fix:", *fixes]) if fixes else "Every engine is available."))
