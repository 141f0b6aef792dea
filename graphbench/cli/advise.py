"""`graphbench advise GRAPH`: would a GPU pay off? Answered without one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphbench.advice.advise import ADVISING
from graphbench.cli.completion import COMPLETERS
from graphbench.cli.files import output_option, write, write_result
from graphbench.cli.options import gpu_option, measurement_options, names_option, reference_option
from graphbench.cli.session import Session
from graphbench.errors import UsageError
from graphbench.measure.options import ADVISE, COMMAND_LINE, revised

if TYPE_CHECKING:
    from graphbench.advice.reference import References

FORMATS = ("table", "json", "markdown")


@click.command(
    "advise",
    params=measurement_options(ADVISE, ADVISING, engines="CPU engines to measure [default: all but NetworkX]."),
)
@click.argument("graph", required=False, shell_complete=COMPLETERS["datasets"])
@names_option("algorithm", "Algorithms [default: the eight of the published comparison].")
@gpu_option
@click.option("--calls", type=click.IntRange(min=1), metavar="N", help="Also compare a script with N calls.")
@click.option("--no-measure", is_flag=True, help="Estimate CPU engines, too, instead of measuring them here.")
@reference_option
@click.option("--validate", is_flag=True, help="Show how far estimates are wrong, by leaving GRAPH, or each, out.")
@click.option(
    "--make-reference",
    "stores",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    metavar="STORE",
    help="Make a file of references from this store; repeatable; with --output.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@output_option
def command(
    *,
    graph: str | None,
    algorithms: list[str],
    gpu: str | None,
    calls: int | None,
    no_measure: bool,
    references: tuple[Path, ...],
    validate: bool,
    stores: tuple[Path, ...],
    form: str,
    output: Path | None,
    **given: Any,
) -> int:
    """Estimate whether a GPU would pay off for a graph, without a GPU.

    CPU engines are measured here, briefly; GPU engines are estimated from records of a machine that has one, with 90 %
    intervals. Estimates are no measurements: they become no records and enter no mean.
    """
    from graphbench.advice import reference

    if (graph is not None or validate) == bool(stores):
        raise UsageError("advise takes a graph, --validate or both; or --make-reference alone.")
    with Session.start() as session:
        if stores:
            return _make(stores, gpu, output, session)
        found = reference.load(references, load_graph=session.reporter.load_one)
        if validate:
            text = _validated(graph, reference.choose(found, gpu), session, form)
        elif graph is not None:
            text = _advised(
                graph,
                session,
                form,
                given,
                {"algorithms": algorithms, "gpu": gpu, "calls": calls, "measure": not no_measure, "reference": found},
            )
    write_result(text, output)
    return 0


def _advised(graph: str, session: Session, form: str, given: dict[str, Any], asked: dict[str, Any]) -> str:
    from graphbench import api
    from graphbench.advice.answer import to_text
    from graphbench.reporting import terminal_width

    given = {name: value for name, value in given.items() if value not in (None, [])}
    options = revised(ADVISING, given, COMMAND_LINE)
    (dataset,) = session.reporter.load([graph], directed=options.directed, table=options.table)
    advice = api.advise(dataset, observe=session.reporter.observe, **asked, **given)
    if form == "json":
        return advice.to_json()
    return to_text(advice, form, terminal_width(sys.stdout))


def _validated(graph: str | None, references: References, session: Session, form: str) -> str:
    from graphbench.advice import validate
    from graphbench.reporting.numbers import indented_json

    misses = validate.validate(references, graph, lambda name: session.reporter.print_line(f"estimating {name} ..."))
    return indented_json(misses) if form == "json" else validate.to_text(references, misses, form, graph)


def _make(stores: tuple[Path, ...], gpu: str | None, output: Path | None, session: Session) -> int:
    from graphbench.advice import reference
    from graphbench.advice.answer import with_article
    from graphbench.records import store
    from graphbench.system.text import count

    if output is None:
        raise UsageError("--make-reference needs --output FILE: where to write the references.")
    made = reference.make(store.load(list(stores)), session.reporter.load_one)
    chosen = reference.choose(made, gpu)
    if len(made) > 1 and gpu is None:
        names = ", ".join(one.machine.name for one in made)
        raise UsageError(f"The records are of several GPUs ({names}), a file is of one: name it with --gpu.")
    write(output, reference.encoded(chosen), lost="Name another file: --output FILE.")
    sizes = f"{count(len(chosen.graphs), 'graph')}, {count(len(chosen.timings), 'record')}"
    click.echo(f"{output}: {sizes} of {with_article(chosen.machine.gpu)}.", err=True)
    return 0
