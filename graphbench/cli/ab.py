"""`graphbench ab`: did a change of the code make an engine slower? Two states, measured in turns on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from graphbench.cli.compare import details_option, fail_slower_option, judge
from graphbench.cli.options import format_option
from graphbench.errors import UsageError


@click.command("ab")
@click.option("--suite", required=True, metavar="NAME|FILE.toml", help="What to measure.")
@click.option(
    "--base",
    required=True,
    metavar="REF",
    help="The state before: a commit, branch, tag, or a requirement such as networkx==3.4.",
)
@click.option("--head", required=True, metavar="REF", help="The state after.")
@click.option(
    "--install",
    default="pip install {ref}",
    show_default=True,
    metavar="COMMAND",
    help="Install a state; {ref} is the folder of the commit, or the requirement.",
)
@click.option(
    "--repository",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="The git repository of the commits [default: the current folder].",
)
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds of each state.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("ab"),
    show_default=True,
    metavar="FOLDER",
    help="Keep records and the result here; a second run goes on there.",
)
@click.option("--fresh", is_flag=True, help="Measure everything again, in the environments that are kept.")
@fail_slower_option
@details_option
@format_option
def command(
    *,
    suite: str,
    base: str,
    head: str,
    install: str,
    repository: Path,
    rounds: int,
    output: Path,
    fresh: bool,
    fail_slower: float | None,
    details: bool,
    form: str,
) -> int:
    """Measure two states of a project's code and compare them: an engine's, a plugin's, or graphbench's own.

    Each state is installed into a virtual environment that sees all other packages of this one, kept for the next run.
    The states take turns, each turn in new processes; --budget of the suite is shared out among the rounds. The same
    command measures what is missing in --output, and what failed; after Ctrl-C in a run with --fresh, leave that out.
    The result is that of `graphbench compare`; --output has base.jsonl and head.jsonl for reports.
    """
    from graphbench.measure.suites import ab
    from graphbench.measure.suites import suite as definition
    from graphbench.records import store

    measured = ab.Measured(definition.read(suite), rounds)
    states = [ab.resolve(side, ref, repository) for side, ref in (("base", base), ("head", head))]
    if len({state.installed for state in states}) == 1:
        raise UsageError(f"There is nothing to compare: {states[0]} and {states[1]} are one state.")
    environments = before, after = [ab.Environment.of(state, install, repository) for state in states]
    for environment in environments:
        if not environment.is_complete:
            click.echo(f"installing {environment.state} ...", err=True)
            environment.make()
        environment.check_plugins()
    (output / "rounds").mkdir(parents=True, exist_ok=True)
    turns = list(ab.turns(measured, before, after, output / "rounds"))
    if fresh:
        for turn in turns:
            turn.discard()
    for turn in turns:
        state = ": measured before" if turn.is_complete else ""
        click.echo(f"round {turn.number} of {rounds}: {turn.environment.state}{state}", err=True)
        if not turn.is_complete:
            turn.measure(measured)
    sides = []
    for environment in environments:
        records = ab.pool([store.load([turn.store]) for turn in turns if turn.environment == environment])
        path = output / f"{environment.state.side}.jsonl"
        path.unlink(missing_ok=True)
        with store.Store(path) as kept:
            for record in records:
                kept.append(record)
        sides.append((str(path), records))
    return judge(sides[0], sides[1], form, fail_slower, details=details)
