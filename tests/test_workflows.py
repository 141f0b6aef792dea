"""The files of GitHub Actions: they parse, name scripts and options that exist, and may write nothing."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from graphbench.cli.commands import Commands

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCRIPTS = [ROOT / ".ci/weekly", ROOT / ".ci/run", ROOT / ".ci/docs", ROOT / ".ci/lowest", ROOT / "action/run.sh"]


def jobs(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_a_limit_reads_only_and_runs_what_exists(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", True, "permissions", "jobs"} <= set(workflow)  # YAML 1.1 reads `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    for job in jobs(path):
        assert job["timeout-minutes"] <= 360  # GitHub's own limit
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), step
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])
            elif (script := shlex.split(step["run"])[0]).startswith(".ci/"):
                assert os.access(ROOT / script, os.X_OK), script


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_bash(path):
    subprocess.run(["bash", "-n", path], check=True)


def test_the_weekly_script_fetches_the_published_graphs_and_knows_the_options():
    text = (ROOT / ".ci/weekly").read_text(encoding="utf-8").replace("\\\n", " ")
    calls = [
        shlex.split(line[line.index("graphbench ") :]) for line in text.splitlines() if re.match(r"graphb|timeo", line)
    ]
    fetch = next(words[2:] for words in calls if words[1] == "fetch")
    deck = tomllib.loads((ROOT / "datasets/suites/deck.toml").read_text(encoding="utf-8"))["datasets"]
    assert fetch == [name for name in deck if ":" not in name]
    commands = Commands()
    for _, name, *words in calls:
        command = commands.get_command(click.Context(commands), name)
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, name


def test_the_weekly_script_keeps_records_and_a_report(tmp_path):
    """Against a command line that only says what it was asked."""
    double = tmp_path / "graphbench"
    double.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/asked\n')
    double.chmod(0o755)
    variables = {**os.environ, "PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run([ROOT / ".ci/weekly", tmp_path / "out"], check=True, env=variables)
    assert (tmp_path / "asked").read_text().split() == ["fetch", "louvain", "suite", "report"]
