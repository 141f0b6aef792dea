"""What the documentation says of rules, words and records, from the code that has them."""

import ast
import itertools
import re
from pathlib import Path

from graphbench.records import model
from graphbench.records.best_cpu import left_out
from graphbench.records.comparison import set_against
from graphbench.records.model import CpuTimes
from graphbench.records.rules import RULES, Effect, Verdict
from graphbench.reporting.document import Column, Table
from graphbench.reporting.glossary import entries
from graphbench.reporting.markdown import table
from helpers.pairs import UNFAIR
from helpers.records import record

EFFECTS = {
    Effect.REFUSED: "no ratio is given",
    Effect.UNLIKE: "the ratio is given, and does not count",
    Effect.UNDECIDED: "the ratio is only a bound, or its seeds are too few, and does not count",
    Effect.NOTE: "the ratio counts, and the reader should know this",
}
OTHERS = [
    "total",
    "phase",
    "outcome",
    "mark in a cell",
    "column",
    "answer",
    "change between two stores",
    "warning",
    "word of a sentence",
    "column of another table",
    "word of an estimate",
    "word of growth and capacity",
]


def rules():
    """Every rule of comparisons by its effect: what it means, what it says of an example, what to do."""
    messages = {"stale": _stale(), "heavy_build": _heavy_build(), "faster_left_out": _left_out()}
    for code, baseline, engine in UNFAIR.values():
        made = set_against(baseline, engine)
        text = next(text for text in (*made.reasons, *made.notes) if text.startswith(f"{code}: "))
        messages.setdefault(code, text)
    parts = []
    for effect, consequence in EFFECTS.items():
        verdict = "like, with a note" if effect is Effect.NOTE else str(effect)
        parts.append(f"## {verdict.capitalize()}: {consequence}")
        for rule in RULES.values():
            if rule.effect is effect:
                example = messages[rule.code].partition(": ")[2]
                parts.append(f"### {rule.words.capitalize()}\n\n{rule.meaning}\n\n> {example}\n\n{rule.remedy}")
    return "\n\n".join(parts)


def _stale():
    made = set_against(record(), record("igraph", 0.1), stale={"igraph-1": "igraph 1.0.0 is now 1.0.1"})
    return made.reasons[0]


def _heavy_build():
    heavy = record("igraph", 0.001)
    phases = type(heavy.phases)(
        **{**{f: getattr(heavy.phases, f) for f in heavy.phases.__struct_fields__}, "build_s": 3}
    )
    heavy = record("igraph", 0.001, phases=phases)
    made = set_against(record(), heavy, usual_build={"igraph-1": 0.5, "networkx-1": 0.5})
    return next(text for text in made.notes if text.startswith("heavy_build: "))


def _left_out():
    faster = record("igraph", 0.5, cpu=CpuTimes(call_s=[4.0] * 6))
    made = set_against(record(), record("cugraph", 0.1, device="gpu"), left_out=left_out([faster], record()))
    return next(text for text in made.notes if text.startswith("faster_left_out: "))


def words():
    """Every other word of a result, kind by kind."""
    parts = []
    for kind in OTHERS:
        rows = [(entry.word, entry.meaning) for entry in entries() if entry.kind == kind]
        columns = [Column("word", lambda row: row[0]), Column("meaning", lambda row: row[1])]
        parts.append(f"### {'Ratios of' if kind == 'total' else kind.capitalize()}\n\n{table(Table(rows, columns))}")
    return "\n\n".join(parts).replace("### Ratios of", "### Totals")


def verdicts():
    """The four verdicts."""
    columns = [Column("verdict", str), Column("meaning", lambda verdict: verdict.meaning)]
    return table(Table(list(Verdict), columns)).rstrip()


def schema():
    """The fields of a record and of every struct in it, with types and documentation, from the source."""
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    structs = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    order, waiting = [], ["Record"]
    while waiting:
        name = waiting.pop(0)
        if name in order or name not in structs or name == "Outcome":
            continue
        order.append(name)
        waiting += re.findall(
            r"[A-Z]\w+", " ".join(ast.unparse(field.annotation) for field, _ in _fields(structs[name]))
        )
    return "\n\n".join(_struct(structs[name], structs) for name in order)


def _fields(node):
    """The annotated fields of a class, each with the text below it."""
    for here, after in itertools.pairwise([*node.body, None]):
        if isinstance(here, ast.AnnAssign):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            yield here, text


def _struct(node, structs):
    lines = ["| field | type | meaning |", "|---|---|---|"]
    for field, text in _fields(node):
        kind = _type(ast.unparse(field.annotation))
        meaning = " ".join(_plain(text).split()) or _of_struct(kind, structs)
        cells = [f"`{field.target.id}`", f"`{kind}`", meaning]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return f"## {node.name}\n\n{_plain(ast.get_docstring(node))}\n\n" + "\n".join(lines)


def _of_struct(kind, structs):
    """The first sentence on the struct that a field holds."""
    named = [name for name in re.findall(r"[A-Z]\w+", kind) if name in structs]
    return _plain(ast.get_docstring(structs[named[0]])).partition("\n\n")[0].partition(". ")[0] if named else ""


def _type(text):
    for long, short in (("CallSeconds", "seconds"), ("Seconds", "seconds"), ("Params", "dict[str, Any]")):
        text = re.sub(rf"\b{long}\b", short, text)
    return re.sub(r"Annotated\[(\w+), .*?\)\]", r"\1", text).replace(" | ", " or ")


def _plain(text):
    """A docstring without the marks of Sphinx."""
    return re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text or "")
