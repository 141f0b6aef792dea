"""`graphbench report`: records to a page, to Markdown and to charts."""

from __future__ import annotations

from pathlib import Path

import click

from graphbench.cli.options import baseline_option


@click.command("report")
@click.option(
    "--records",
    "stores",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Report on this file; repeatable [default: records.jsonl in the home folder].",
)
@click.argument("more", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE...]")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    metavar="FOLDER",
    help="Write here; other files in the folder stay.",
)
@click.option("--title", help="The heading of the report.")
@baseline_option
@click.option(
    "--keep-stale", is_flag=True, help="Also give ratios of records whose adapter or graph has changed since."
)
def command(
    *,
    stores: tuple[Path, ...],
    more: tuple[Path, ...],
    output: Path,
    title: str | None,
    baseline: str,
    keep_stale: bool,
) -> None:
    """Write a report: a self-contained page, the same in Markdown, and its charts.

    FOLDER gets index.html, README.md and charts/*.svg. Nothing is measured; no engine, GPU or network is used, and the
    same records give the same bytes. Records of different machines are shown apart and never compared.
    """
    from graphbench import api, registry
    from graphbench.records import lines

    with lines.collector_off(for_good=True):
        page = api.report(
            [*stores, *more] or None,
            output,
            title=title,
            baseline=registry.engine(baseline).name,
            keep_stale=keep_stale,
        )
    click.echo(str(page))
