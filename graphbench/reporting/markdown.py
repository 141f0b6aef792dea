"""Reports and tables as GitHub-flavoured Markdown; the charts of a report are files beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from graphbench.reporting.document import (
    AllRecords,
    Answers,
    Block,
    Bullets,
    Cards,
    Chart,
    Document,
    Fold,
    HeatMap,
    RecordsLink,
    Section,
    Table,
    Text,
)
from graphbench.reporting.numbers import plain
from graphbench.system.text import count


def to_markdown(document: Document, *, charts: str) -> str:
    """The whole report; `charts` is the folder of its pictures."""
    several = sum(bool(part.title) for part in document.parts)
    lines = [f"# {safe(document.title)}", "\n".join(f"- {safe(fact)}" for fact in document.facts)]
    for part in document.parts:
        if part.title:
            lines.append(f"## {safe(part.title)}")
        depth = 3 if part.title and several else 2
        lines += [text([section], depth=depth, charts=charts) for section in part.sections]
    return "\n\n".join(line for line in lines if line) + "\n"


def text(blocks: Sequence[Block | Section], *, depth: int = 3, charts: str = "") -> str:
    """Blocks and sections, without a line break at the end; the headings of sections are of that depth."""
    return "\n\n".join(made for block in blocks if (made := _block(block, depth, charts)))


def _block(block: Block | Section, depth: int, charts: str) -> str:  # noqa: C901, PLR0911 - one line for each kind
    match block:
        case Section():
            return f"{'#' * depth} {safe(block.title)}\n\n{text(block.blocks, charts=charts)}".rstrip()
        case Text():
            return f"**{safe(block.text)}**" if block.strong and block.text else safe(block.text)
        case Bullets():
            return "\n".join(f"- {safe(item)}" for item in block.items)
        case Answers():
            return "\n".join(f"- **{safe(question)}** {safe(answer)}" for question, answer in block.items)
        case Chart():
            return f"![{safe(block.caption)}]({charts}/{block.name}.svg)"
        case Table():
            return table(block)
        case Cards() | HeatMap():
            return table(block.table)
        case Fold():
            inner = text(block.blocks, charts=charts)
            return f"<details><summary>{safe(block.summary)}</summary>\n\n{inner}\n\n</details>"
        case RecordsLink():
            return ""
        case AllRecords():
            shown, where = len(block.table.items), "the page beside this file, `index.html`, has all"
            words = f"{shown:,} of {count(block.count, 'record')} with the main columns; {where}"
            return f"<details><summary>{words}</summary>\n\n{table(block.table)}\n\n</details>"


def table(block: Table[Any]) -> str:
    """One table."""
    lines = [
        [safe(column.title) for column in block.columns],
        ["---:" if column.right else "---" for column in block.columns],
        *(
            [_cell(cell, code=column.code) for column, cell in zip(block.columns, row, strict=True)]
            for row in block.rows
        ),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def safe(text: str) -> str:
    """Escape what Markdown, and HTML within it, would interpret; `@name` and `#1` must not notify anybody."""
    text = html.escape(plain(text), quote=False)
    text = re.sub(r"([\\`*_|\[\]~])", r"\\\1", text)
    return re.sub(r"([@#])(?=\w)", "\\1\u2060", text)


def _cell(text: str, *, code: bool) -> str:
    if not code or not text:
        return safe(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{plain(text).replace('|', chr(92) + '|')}{space}{fence}"
