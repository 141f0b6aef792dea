"""Fail if a page of the site would load anything from elsewhere when viewed: `python .ci/docs_requests.py FOLDER`."""

import re
import sys
from pathlib import Path

LOADED = re.compile(
    r"""<(?:script|img|iframe|source|embed|object|audio|video)\b[^>]*?\b(?:src|data)\s*=\s*["']?(?:https?:)?//[^\s"'>]+"""
    r"""|<link\b(?![^>]*rel=["']?(?:canonical|prev|next))[^>]*href\s*=\s*["']?(?:https?:)?//[^\s"'>]+"""
    r"""|@import\s+["']?(?:https?:)?//[^\s"'>]+|url\(\s*["']?(?:https?:)?//[^\s"')]+""",
    re.IGNORECASE,
)


def loaded(folder: Path) -> list[str]:
    """What pages and style sheets load from other hosts, with the file."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".css"}]
    return [
        f"{path.relative_to(folder)}: {match[0][:160]}"
        for path in files
        for match in LOADED.finditer(path.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    site = Path(sys.argv[1])
    found = loaded(site)
    print(*found, sep="\n")
    pages = len(list(site.rglob("*.html")))
    print(f"{site}: {pages} pages, {len(found)} requests to other hosts")
    sys.exit(bool(found) or not pages)
