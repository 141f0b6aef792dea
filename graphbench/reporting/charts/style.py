"""One style for all charts: colours that colour-blind people can distinguish, and their twins on dark pages.

The engines' colours are those of Okabe and Ito ("Color universal design", 2008) without their yellow, which is
invisible on white. No chart says anything by colour alone: rows have names, points have shapes, verdicts have hatches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

INK, MUTED, GRID, PAPER = "#1b1c1e", "#63666b", "#d9dbdf", "#fefefe"
GREY = "#7d8086"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#b8578c", "#e69f00", "#4a9fd4", "#8a5a44", "#5b5ea6")
MARKERS = "osD^vPX*"
PHASES = {
    "start": "#b4b7bd",
    "read": "#56b4e8",
    "build": SERIES[0],
    "first": SERIES[1],
    "call": SERIES[4],
    "collect": SERIES[2],
}
ON_BRIGHT = "#111213"
ON_PHASES = {"build": PAPER, "start": INK}
"""The colours of words on phases; the others have :data:`ON_BRIGHT` on light and on dark pages."""
DARK = {
    INK: "#e8e9ec",
    MUTED: "#a4a8af",
    GRID: "#3b3f46",
    PAPER: "#15171b",
    GREY: "#989ca4",
    "#0072b2": "#4aa3df",
    "#d55e00": "#f28a3c",
    "#009e73": "#2fbf93",
    "#b8578c": "#dd8fb9",
    "#e69f00": "#f2b83a",
    "#4a9fd4": "#8fd0f5",
    "#8a5a44": "#c39580",
    "#5b5ea6": "#9c9fe0",
    "#b4b7bd": "#6d7178",
    "#56b4e8": "#7cc4ee",
}
"""The colour on a dark page, for each on a light one."""

FONT = 8.5
RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": FONT,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is no formula
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": FONT + 0.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.labelsize": FONT - 0.7,
    "xtick.labelsize": FONT - 1,
    "ytick.labelsize": FONT - 1,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 1.1,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "svg.fonttype": "none",  # text stays text: a fraction of the size, searchable, and read aloud
    "svg.image_inline": True,
    "path.simplify": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in this style, whatever the user's own settings of matplotlib are."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = RC  # matplotlib's types list every key
        mpl.rcParams.update(settings)
        yield


def colours(names: Iterable[str], baseline: str = "") -> dict[str, str]:
    """A colour for each engine, by the order of their names, so that charts agree; grey for the baseline."""
    others = sorted({name for name in names if name != baseline})
    found = {name: SERIES[place % len(SERIES)] for place, name in enumerate(others)}
    return found | {baseline: GREY}


def markers(names: Iterable[str]) -> dict[str, str]:
    """A shape for each, in the order of their names."""
    return {name: MARKERS[place % len(MARKERS)] for place, name in enumerate(sorted(set(names)))}


def dark_css() -> str:
    """Rules that turn the colours of charts dark, for a media query to hold.

    They match the colours in the style attributes that matplotlib writes, so a viewer without style sheets shows the
    light colours. No selector has an ancestor: marks are `use` elements, in which an ancestor outside does not match.
    """
    rules = []
    for light, dark in DARK.items():
        rules.append(f'[style*="fill: {light}"]{{fill:{dark}!important}}')
        rules.append(f'[style*="stroke: {light}"]{{stroke:{dark}!important}}')
        rules.append(f'[fill="{light}"]{{fill:{dark}}}')
    return "".join(rules)
