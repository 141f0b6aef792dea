"""`graphbench doctor`: the machine, the GPU, the libraries; what is missing and how to install it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
def command(*, as_json: bool) -> None:
    """Check this machine: what works, what is missing and how to install it. Imports no engine."""
    found = findings()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _text(found))


def findings() -> dict[str, Any]:
    """All that is known without importing an engine; keys stay, new ones may come."""
    from graphbench._version import __version__
    from graphbench.cli.list import engines
    from graphbench.graphs import suitesparse
    from graphbench.system import files, gpus
    from graphbench.system.machine import machine_summary
    from graphbench.system.text import public

    machine, cuda = machine_summary(), gpus.probe()
    return {
        "graphbench": __version__,
        "python": {"version": sys.version.split()[0], "executable": sys.executable},
        "machine": {
            "digest": machine.digest,
            "cpu": machine.cpu,
            "cores": machine.cores,
            "memory_bytes": machine.memory_bytes,
            "os": machine.os,
        },
        "driver": cuda.driver or None,
        "cuda": ".".join(map(str, cuda.cuda)) if cuda.driver else None,
        "gpus": [
            {
                "index": device.index,
                "name": device.name,
                "memory_bytes": device.total,
                "free_bytes": device.free,
                "compute_capability": ".".join(map(str, device.capability)),
            }
            for device in cuda.devices
        ],
        "home": str(files.home()),
        "data": str(files.data()),
        "mirrors": list(map(public, suitesparse.addresses(""))),
        "engines": engines(),
    }


def _text(found: dict[str, Any]) -> str:
    from graphbench.cli.list import engine_table
    from graphbench.reporting import terminal_width, text_table
    from graphbench.reporting.terminal import wrapped
    from graphbench.system.files import HOME_VARIABLE
    from graphbench.system.text import count, format_bytes

    python, machine = found["python"], found["machine"]
    facts = [
        ("graphbench", f"{found['graphbench']}, Python {python['version']} ({python['executable']})"),
        ("machine", f"{machine['cpu']}, {count(machine['cores'], 'core')}, {format_bytes(machine['memory_bytes'])}"),
        ("system", machine["os"]),
        ("NVIDIA driver", f"{found['driver']} (CUDA {found['cuda']})" if found["driver"] else "none"),
        *((f"GPU {gpu['index']}", _gpu(gpu)) for gpu in found["gpus"]),
        *([] if found["gpus"] else [("GPU", "none")]),
        ("home", f"{found['home']} (set {HOME_VARIABLE} to move it)"),
        ("data", found["data"]),
        ("mirrors", " ".join(found["mirrors"])),
    ]
    engines, width = engine_table(found["engines"]), terminal_width(sys.stdout)
    below = "\n".join(wrapped(line, width, 2) for line in engines.below.splitlines())
    return "\n\n".join(
        [
            "\n".join(wrapped(f"{label:<15}{value}", width, 15) for label, value in facts),
            text_table(engines.heads, engines.rows, width=width),
            f"To fix:\n{below}" if below else "Every engine is available.",
        ]
    )


def _gpu(gpu: dict[str, Any]) -> str:
    from graphbench.system.text import format_bytes

    free = f"{format_bytes(gpu['free_bytes'])} of {format_bytes(gpu['memory_bytes'])} free"
    return f"{gpu['name']}, {free}, compute capability {gpu['compute_capability']}"
