"""The colours and shapes of charts: an engine has the same in every chart of every report, on light and dark pages.

The colours of engines were searched for: as people with normal sight, deuteranopia and protanopia see them (Machado,
Oliveira and Fernandes, 2009), any two are at least 12 apart in CIELAB, and all have a contrast of at least 3 to 1. Cold
colours are those of GPU engines. No chart says anything by colour alone: rows have names, points have shapes, and what
is unlike is hatched.
"""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

SHAPES = ("dot", "square", "diamond", "up", "down", "plus", "cross")
"""The shapes of points."""


class Colour(NamedTuple):
    """A colour on a light page, and its counterpart on a dark one."""

    light: str
    dark: str


PAPER, INK, MUTED, GRID = (
    Colour("#fefefe", "#15171b"),
    Colour("#1b1c1e", "#e8e9ec"),
    Colour("#5c6066", "#a4a8af"),
    Colour("#d9dbdf", "#3b3f46"),
)
ENGINES = {
    "cugraph": Colour("#227fe9", "#b5c7fe"),
    "cugraph-mg": Colour("#0b4369", "#037fc6"),
    "nx-cugraph": Colour("#251fb7", "#7a5bfc"),
    "pylibcugraph": Colour("#095a65", "#059eb2"),
    "networkx": Colour("#7d8086", "#a8abb0"),
    "igraph": Colour("#d56c5e", "#fdcac1"),
    "networkit": Colour("#c5139c", "#fc87d7"),
    "scipy": Colour("#687201", "#abb919"),
    "graphblas": Colour("#944f38", "#de9176"),
    "graph-tool": Colour("#bf7aad", "#ffcff1"),
    "scikit-network": Colour("#8b003a", "#e24371"),
}
OTHERS = (Colour("#463e03", "#867801"), Colour("#3e55e7", "#a69efd"))
"""An engine that comes from elsewhere has one of these, by its name."""
PHASES = {
    "start": Colour("#583469", "#966fa8"),
    "read": Colour("#1f8ab9", "#8ad3ff"),
    "build": Colour("#4928c4", "#976cfc"),
    "first": Colour("#b68058", "#fecdab"),
    "call": Colour("#095700", "#279b11"),
    "collect": Colour("#9d8302", "#f1cc2a"),
}
LINES = len(PHASES)
"""How many colours there are for lines that are of no engine: `line-0` and so on."""
_CLASSES = {
    **{f"engine-{name}": colour for name, colour in ENGINES.items()},
    **{f"other-{number}": colour for number, colour in enumerate(OTHERS)},
    **{f"phase-{name}": colour for name, colour in PHASES.items()},
    **{f"line-{number}": colour for number, colour in enumerate(PHASES.values())},
    "ink": INK,
    "muted": MUTED,
    "grid": GRID,
    "paper": PAPER,
}
"""The colours by the classes of the elements that have them."""


def engine(name: str) -> str:
    """The class of an engine's colour."""
    return f"engine-{name}" if name in ENGINES else f"other-{crc32(name.encode()) % len(OTHERS)}"


def shape(name: str, variant: int = 0) -> str:
    """The shape of an engine's points; its variants, such as allocators, have the shapes that follow."""
    place = list(ENGINES).index(name) if name in ENGINES else crc32(name.encode())
    return SHAPES[(place + variant) % len(SHAPES)]


def light(name: str) -> str:
    """The colour of a class on a light page."""
    return _CLASSES[name].light


def rules(*, dark: bool) -> str:
    """Style rules with the colours of one scheme; a mark takes its colour from `color`."""
    paper = PAPER[dark]
    return (
        "".join(f".chart .{name}{{color:{colour[dark]}}}" for name, colour in _CLASSES.items())
        + f".chart .halo{{stroke:{paper}}}.chart .solid{{stroke:{paper}}}"
        + f".chart .hollow,.chart .bound{{fill:{paper}}}"
    )


_SHARED = (
    ".chart text{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:currentColor}"
    ".chart .small{font-size:11px}.chart .bold{font-weight:600;font-size:13px}.chart .italic{font-style:italic}"
    ".chart .halo{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}"
    ".chart .line{fill:none;stroke:currentColor;stroke-width:1.4px}.chart .heavy{stroke-width:2.6px}"
    ".chart .rule{fill:none;stroke:currentColor;stroke-width:1px}"
    ".chart .dashed{stroke-dasharray:3 3;stroke-width:1px}.chart .faint{opacity:.5}"
    ".chart .cloud{stroke-width:3px;stroke-linecap:round;opacity:.55}"
    ".chart .solid{fill:currentColor;stroke-width:.8px}.chart .pale{fill:currentColor;opacity:.5}"
    ".chart .hollow,.chart .bound{stroke:currentColor;stroke-width:1.4px}.chart .bound{stroke-dasharray:3 2}"
)
PAGE = (
    "div.chart{margin:.5rem 0}.chart svg{display:block;height:auto}"
    ".chart .key{display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.8rem;margin-bottom:.5rem}"
    ".chart .key span{display:inline-flex;align-items:center;gap:.25rem}"
    ".chart .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem 1.5rem}"
    ".chart .panels svg{width:100%}.chart .wide{display:none}"
    "@media screen and (min-width:60rem){.chart :is(.few-1,.few-2) .wide{display:block}"
    ".chart :is(.few-1,.few-2) .narrow{display:none}"
    ".chart .few-1{grid-template-columns:1fr}.chart .few-2{grid-template-columns:1fr 1fr}}"
    "@media print{.chart .key{break-after:avoid}.chart .panels{grid-template-columns:1fr 1fr}"
    ".chart svg{break-inside:avoid}figure:has(.panels){break-inside:auto}}"
)
"""How the panels of a chart flow on a page."""


def css() -> str:
    """The rules of every chart in both schemes; on paper charts are light."""
    return f"{_SHARED}{rules(dark=False)}@media screen and (prefers-color-scheme:dark){{{rules(dark=True)}}}"
