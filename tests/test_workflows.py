"""Workflows, the Dockerfile and the conda recipe: they parse, and name scripts, options and dependencies that exist."""

import json
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
from packaging.requirements import Requirement

from graphbench._version import __version__
from graphbench.cli.commands import Commands

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SCRIPTS = [
    ROOT / ".ci/weekly",
    ROOT / ".ci/release",
    ROOT / ".ci/run",
    ROOT / ".ci/docs",
    ROOT / ".ci/lowest",
    ROOT / "action/run.sh",
]


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


def test_the_dockerfile_is_on_the_image_of_the_rapids_release_that_is_measured():
    lines = (ROOT / "packaging/Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    known = {"FROM", "COPY", "RUN", "ENV", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in steps} <= known
    assert steps[0][0] == "FROM"
    release = next(
        re.search(r"==([\d.]+)\.\*", each)[1] for each in PROJECT["optional-dependencies"]["cu13"] if "==" in each
    )
    assert re.fullmatch(rf"rapidsai/base:{release}-cuda13-py3\.\d+", steps[0][1])
    for name, value in steps:
        if name in {"ENTRYPOINT", "CMD"}:
            assert json.loads(value)  # the form that passes signals on
        if name == "RUN" and "pip install" in value:
            assert "--no-cache-dir" in value


def test_the_conda_recipe_has_the_version_and_the_dependencies_of_the_package():
    recipe = yaml.safe_load((ROOT / "packaging/conda/recipe.yaml").read_text(encoding="utf-8"))
    assert (recipe["package"]["name"], recipe["package"]["version"]) == (PROJECT["name"], __version__)
    assert recipe["build"]["python"]["entry_points"] == [f"graphbench = {PROJECT['scripts']['graphbench']}"]
    names = {"igraph": "python-igraph"}  # conda-forge's
    wanted = {"python >=3.11"}
    for each in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cpu"]]:
        need = Requirement(each)
        if need.name != "suitesparse-graphblas":  # a dependency of python-graphblas
            wanted.add(f"{names.get(need.name, need.name)} {need.specifier}")
    assert set(recipe["requirements"]["run"]) == wanted
