"""A store of any number of records: those of the published reports, again and again under other ids and graphs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

PUBLISHED = Path(__file__).parents[2] / "reports" / "records" / "2026-11-28-h100.jsonl"


def write_store(path: Path, count: int, *, slower: float = 1.0) -> Path:
    """Write that many records, a minute apart, every repetition of the published ones on graphs of its own.

    Args:
        path: the file.
        count: of records.
        slower: every call takes this many times as long as published.
    """
    published = [json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines()]
    start = datetime.fromisoformat(published[0]["measured_at"])
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            record = published[number % len(published)]
            round_ = number // len(published)
            task = record["task"] | {"dataset": f"{record['task']['dataset']}-{round_}"}
            phases = record["phases"]
            if slower != 1.0 and "call_s" in phases:
                phases = phases | {"call_s": [seconds * slower for seconds in phases["call_s"]]}
            measured = (start + timedelta(minutes=number)).isoformat()
            changed = {"id": f"{number:032x}", "measured_at": measured, "task": task, "phases": phases}
            file.write(json.dumps(record | changed, separators=(",", ":")) + "\n")
    return path
