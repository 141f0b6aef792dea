"""Hooks of the documentation site: links that leave docs/, and the outputs of the notebook.

A page in docs/ may link to any file of the repository, as on GitHub. Such a file becomes part of the site: Markdown and
Python as pages, others as they are; of a report the page that opens from disk.
"""

from __future__ import annotations

import html
import posixpath
import re
import tempfile
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from graphbench.measure.options import Options

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
KERNEL = "python3"
ROLE = re.compile(r":\w+:`~?(?:[\w.]*\.)?(\w+)`")
"""A reference as Sphinx writes it, in docstrings."""


class PlainDocstrings(griffe.Extension):
    """Show references as names, and the values of defaults that are read from the options."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of an object, and the defaults of a function."""
        if obj.docstring:
            obj.docstring.value = ROLE.sub(r"`\1`", obj.docstring.value)
        for parameter in obj.parameters if isinstance(obj, griffe.Function) else ():
            name = str(parameter.default).removeprefix("DEFAULTS.")
            if name != str(parameter.default):
                parameter.default = repr(getattr(Options(), name))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the pages link to outside docs/, and what that links to."""
    waiting = [f"docs/{file.src_uri}" for file in files.documentation_pages()]
    known = set(waiting)
    while waiting:
        source = waiting.pop()
        text = (ROOT / source).read_text(encoding="utf-8")
        for match in LINK.finditer(_without_code(text)):
            path = _target(source, match[1])
            if path in known or path.startswith("docs/") or not (ROOT / path).is_file():
                continue
            known.add(path)
            files.append(_file(path, config))
            if path.endswith(".md"):
                waiting.append(path)
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn links of the repository into links of the site, and run the notebook."""
    source = _source(page.file.src_uri)
    here = posixpath.dirname(page.file.src_uri)

    def site_link(match: re.Match[str]) -> str:
        uri = _uri(_target(source, match[1]))
        return posixpath.relpath(uri, here or ".") + (match[2] or "")

    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    linked = "".join(part if part.startswith("```") else LINK.sub(site_link, part) for part in parts)
    return _executed(linked) if page.meta.get("jupytext") else linked


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _target(source: str, link: str) -> str:
    """The file in the repository that a link of another file leads to."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    if (ROOT / path).is_dir():
        path = posixpath.join(path, "index.md" if path == "docs" else "README.md")
    report = re.fullmatch(r"(reports/[^/]+)/README\.md", path)
    return f"{report[1]}/index.html" if report else path


def _uri(path: str) -> str:
    """Where a file of the repository is among the sources of the site."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"project/{path}.md" if path.endswith(".py") else f"project/{path}"


def _source(uri: str) -> str:
    return uri.removeprefix("project/") if uri.startswith("project/") else f"docs/{uri}"


def _file(path: str, config: MkDocsConfig) -> File:
    content: str | bytes = (ROOT / path).read_bytes()
    if path.endswith(".md"):
        content = (ROOT / path).read_text(encoding="utf-8")
    elif path.endswith(".py"):
        content = f"# `{path}`\n\n```python\n{(ROOT / path).read_text(encoding='utf-8')}```\n"
    file = File.generated(config, _uri(path), content=content)
    file.inclusion = file.inclusion.__class__.NOT_IN_NAV if path.endswith((".md", ".py")) else file.inclusion
    return file


# The notebook: a page whose front matter names jupytext


def _executed(markdown: str) -> str:
    """The page with the outputs of its cells, run in a kernel."""
    import jupytext
    from nbclient import NotebookClient

    notebook = jupytext.reads(markdown, fmt="md")
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=600, kernel_name=KERNEL, resources={"metadata": {"path": folder}}).execute()
    if re.search("ipywidgets|Traceback", str(notebook)) or "tasks in" not in str(notebook):
        raise PluginError("The notebook shows no progress, or asks for ipywidgets.")
    return "\n\n".join(_cell(cell) for cell in notebook.cells)


def _cell(cell: Any) -> str:
    if cell.cell_type != "code":
        return str(cell.source)
    shown = "\n\n".join(filter(None, map(_output, cell.outputs)))
    code = f"```python\n{cell.source}\n```"
    return f'{code}\n\n<div class="output">\n{shown}\n</div>' if shown else code


def _output(output: Any) -> str:
    if output.output_type == "stream":
        return _pre(output.text) if output.name == "stdout" else ""
    data = output.get("data", {})
    if "image/png" in data:
        width = output.metadata["image/png"]["width"]
        return f'<img alt="Chart" width="{width}" src="data:image/png;base64,{"".join(data["image/png"].split())}">'
    if "text/html" in data:
        return re.sub(r"\n\s*\n", "\n", data["text/html"])
    return _pre(data.get("text/plain", ""))


def _pre(text: str) -> str:
    lines = html.escape(text.rstrip()).replace("\n", "&#10;")
    return f"<pre>{lines}</pre>" if lines else ""
