"""A report as GitHub-flavoured Markdown, its charts beside it as files."""

from __future__ import annotations

from collections.abc import Sequence

from graphbench.reporting.document import AllRecords, Block, Bullets, Chart, Code, Document, Fold, Section, Table, Text
from graphbench.reporting.markup import piped, safe


def to_markdown(document: Document, *, charts: str) -> str:
    """The whole report; pictures are looked for in the folder `charts` beside it."""
    several = sum(bool(part.title) for part in document.parts)
    lines = [f"# {safe(document.title)}", "\n".join(f"- {safe(fact)}" for fact in document.facts)]
    for part in document.parts:
        if part.title:
            lines.append(f"## {safe(part.title)}")
        depth = 3 if part.title and several else 2
        lines += [section(each, depth, charts) for each in part.sections]
    return "\n\n".join(line for line in lines if line) + "\n"


def section(one: Section, depth: int, charts: str) -> str:
    """One section under a heading of that depth; pictures are looked for in the folder `charts`."""
    return "\n\n".join([f"{'#' * depth} {safe(one.title)}", *_blocks(one.blocks, charts)])


def _blocks(blocks: Sequence[Block], charts: str) -> list[str]:
    return [text for block in blocks if (text := _block(block, charts))]


def _block(block: Block, charts: str) -> str:  # noqa: PLR0911 - one line for each kind
    match block:
        case Text():
            return f"**{safe(block.text)}**" if block.strong else safe(block.text)
        case Bullets():
            return "\n".join(f"- {safe(item)}" for item in block.items)
        case Code():
            return f"```sh\n{block.text}\n```"
        case Chart():
            return f"![{safe(block.caption)}]({charts}/{block.name}.svg)"
        case Table():
            return table(block)
        case Fold():
            inner = "\n\n".join(_blocks(block.blocks, charts))
            return f"<details><summary>{safe(block.summary)}</summary>\n\n{inner}\n\n</details>"
        case AllRecords():
            return f"All {block.count:,} are in the page beside this file, `index.html`, to sort, filter and download."


def table(block: Table) -> str:
    """One table."""
    heads = [safe(head) for head in block.heads]
    rules = ["---:" if place in block.right else "---" for place in range(len(heads))]
    rows = [[_cell(cell, code=place in block.code) for place, cell in enumerate(row)] for row in block.rows]
    return piped([heads, rules, *rows])


def _cell(text: str, *, code: bool) -> str:
    if not code or not text:
        return safe(text)
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', chr(92) + '|')}{fence}"
