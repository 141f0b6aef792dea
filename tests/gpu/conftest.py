"""Every test here needs an NVIDIA GPU with cuGraph, and says why it is skipped where there is none."""

from pathlib import Path

import pytest

from graphbench import registry

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    found = registry.engine("cugraph").availability()
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.gpu)
            if not found.ok:
                item.add_marker(pytest.mark.skip(reason=f"cugraph is unavailable: {found.reason}"))
