"""The reports of `reports/reports.toml` and their records."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import graphbench
from graphbench.records.lines import from_json

KINDS = ("published", "families", "capacity", "several", "other")
ROOT = Path(graphbench.__file__).resolve().parents[1]
RECORDS = ROOT / "reports/records"


@dataclass(frozen=True, kw_only=True)
class Report:
    """An entry of the file; without a folder, records that no report is made of."""

    what: str
    records: tuple[str, ...]
    folder: str = ""
    title: str = ""
    reference: str = ""
    """The file of references for estimates that is made of them."""

    @property
    def path(self):
        return ROOT / "reports" / self.folder

    @property
    def files(self):
        return [file for pattern in self.records for file in sorted(RECORDS.glob(pattern))]


@cache
def _table():
    return tomllib.loads((ROOT / "reports/reports.toml").read_text(encoding="utf-8"))


def reports(*kinds):
    """Those of some kinds, or of all, that have records; of each kind the first is the newest."""
    found = [
        Report(**{**entry, "records": tuple(entry["records"])}) for kind in kinds or KINDS for entry in _table()[kind]
    ]
    return [report for report in found if report.files]


def first(kind):
    """The report of a kind that README and docs show; None if none of them has records."""
    return next(iter(reports(kind)), None)


def published():
    """The report on the published comparisons that README shows."""
    return first("published")


@cache
def read(*files):
    """The records of files on the machine that has most of them."""
    found = [from_json(line) for file in files for line in file.read_bytes().splitlines()]
    machines = Counter(record.environment.machine for record in found if record.environment is not None)
    here = machines.most_common(1)[0][0]
    return [record for record in found if record.environment is None or record.environment.machine == here]
