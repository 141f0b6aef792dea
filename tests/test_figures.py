"""Charts drawn by matplotlib: the marks, axes and words of the description, nothing outside the figure, same bytes."""

import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.text import Text

from graphbench.records import store
from graphbench.reporting import report
from graphbench.reporting.charts import FORMS, style
from graphbench.reporting.charts.figure import draw, to_bytes
from graphbench.reporting.charts.layout import GAP, NARROW, arrange, fitted
from graphbench.reporting.charts.marks import Axis, Key, Line, Mark, Panel, Picture, Row, factors
from helpers.readme_results import ROOT
from helpers.report_records import report_records


@pytest.fixture(scope="module")
def drawn():
    """A picture of each kind in each of four reports, and its figure."""
    files = ("2026-11-28-h100", "2026-11-26-4xh200", "2026-11-26-h100-capacity")
    reports = [report_records(), *(store.load([ROOT / f"reports/records/{name}.jsonl"]) for name in files)]
    kinds = {
        (number, re.sub(r"^m\d-", "", chart.name).partition("-")[0]): chart
        for number, records in enumerate(reports)
        for chart in report.build(records).charts
    }
    assert len({kind for _, kind in kinds}) == 10
    return [(picture, draw(picture)) for picture in kinds.values()]


@pytest.fixture(scope="module")
def panels(drawn):
    """Each panel with its axes, its picture and its layout."""
    return [
        (panel, axes, picture, arrange(panel, picture, 2 * NARROW + GAP if len(picture.panels) == 1 else NARROW))
        for picture, figure in drawn
        for panel, axes in zip(picture.panels, figure.axes, strict=True)
    ]


def of(axes, kind):
    return [artist for artist in axes.get_children() if artist.get_gid() == kind]


def bar(look="solid", x=2.0, **mark):
    return Mark(x, 0, "a 2", colour="engine-igraph", shape="bar", look=look, **mark)


def one(*marks, label="a", words="words", **picture):
    """The picture of a panel of one row."""
    return Picture([Panel("graph", marks=marks, rows=[Row(label, words)])], factors("times"), **picture)


def test_every_mark_is_drawn_at_its_value(panels):
    for panel, axes, _, layout in panels:
        marks = of(axes, "mark")
        assert len(marks) == len(panel.marks)
        for artist, mark in zip(marks, panel.marks, strict=True):
            if mark.shape == "bar":
                assert artist.get_x() + artist.get_width() == pytest.approx(mark.x)
                assert artist.get_y() + artist.get_height() / 2 == pytest.approx(mark.y)
            else:
                assert artist.get_offsets().tolist() == [[mark.x, mark.y]]
        ends = [tuple(line.get_xdata()) for line in of(axes, "ends")]
        assert ends == [mark.ends for mark in panel.marks if mark.ends is not None]
        assert [line.get_xydata().tolist() for line in of(axes, "line")] == [
            [list(point) for point in line.points] for line in panel.lines
        ]
        assert layout.plot.right > layout.plot.left


def test_a_colour_is_that_of_the_other_charts(panels):
    for panel, axes, *_ in panels:
        for artist, mark in zip(of(axes, "mark"), panel.marks, strict=True):
            wanted = mpl.colors.to_rgb(style.light(mark.colour))
            shown = [np.ravel(colour)[:3].tolist() for colour in (artist.get_facecolor(), artist.get_edgecolor())]
            assert [*wanted] in shown


def test_axes_have_the_limits_scales_and_words_of_the_description(panels):
    for panel, axes, picture, layout in panels:
        assert axes.get_xlim() == pytest.approx((layout.x.low, layout.x.high))
        assert axes.get_xscale() == ("log" if picture.x.base else "linear")
        assert [text.get_text() for text in axes.get_xticklabels()] == [words for _, words in layout.x.ticks()]
        assert (panel.x_title or picture.x.title).startswith(axes.get_xlabel().rstrip("…"))
        assert panel.title.startswith(axes.get_title(loc="left").rstrip("…"))
        if picture.y is not None:
            assert axes.get_ylim() == pytest.approx((layout.y.low, layout.y.high))
            assert axes.get_yscale() == ("log" if picture.y.base else "linear")
            assert axes.get_ylabel() == picture.y.title
        else:
            shown = {text.get_text() for text in [*axes.get_yticklabels(), *axes.texts]}
            assert {fitted(row.label, layout.names) for row in panel.rows} <= shown


def test_pixels_are_those_of_svg(panels):
    """Words are placed by the layout's pixels: they fit only where matplotlib's pixels are the same."""
    for panel, axes, _, layout in panels:
        for mark in panel.marks:
            across, down = axes.transAxes.inverted().transform(axes.transData.transform((mark.x, mark.y)))
            plot = layout.plot
            assert plot.left + across * (plot.right - plot.left) == pytest.approx(layout.x(mark.x), abs=0.1)
            assert plot.bottom - down * (plot.bottom - plot.top) == pytest.approx(layout.y(mark.y), abs=0.1)


def test_no_text_leaves_the_figure_or_covers_another(drawn):
    for picture, figure in drawn:
        texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
        boxes = [text.get_window_extent() for text in texts]
        for text, box in zip(texts, boxes, strict=True):
            assert box.x0 >= 0, text
            assert box.y0 >= 0, text
            assert box.x1 <= figure.bbox.x1, text
            assert box.y1 <= figure.bbox.y1, text
        legend = [text.get_text() for text in figure.legends[0].get_texts()] if picture.key else []
        assert legend == [key.label for key in picture.key]
        for place, box in enumerate(boxes):
            for other, there in enumerate(boxes[:place]):
                assert not box.padded(-2).overlaps(there.padded(-2)), (texts[place], texts[other])


@pytest.mark.parametrize("form", [form for form in FORMS if form != ".svg"])
def test_the_same_picture_gives_the_same_bytes_whatever_the_settings_of_the_user(form):
    picture = one(bar("hatched"), key=[Key("a", shape="bar"), Key("b", "engine-igraph")])
    made = to_bytes(draw(picture), form)
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "savefig.bbox": "tight", "text.color": "red"}):
        assert to_bytes(draw(picture), form) == made
    assert b"Date" not in made
    assert b"atplotlib" not in made, "its version would differ"


def test_unlike_is_hatched_first_calls_are_hollow_and_bounds_dashed():
    def looks(mark):
        (artist,) = of(draw(one(mark)).axes[0], "mark")
        filled = mpl.colors.same_color(np.ravel(artist.get_facecolor())[:3], style.light(mark.colour))
        dashed = artist.get_linestyle() if isinstance(artist, PathCollection) else [artist.get_linestyle()]
        return filled, bool(artist.get_hatch()), dashed not in (["solid"], ["-"], [(0, None)])

    for mark in (bar, lambda look: Mark(2, 0, "a", "engine-igraph", look=look)):
        assert looks(mark("solid")) == (True, False, False)
        assert looks(mark("hollow")) == (False, False, False)
        assert looks(mark("bound")) == (False, False, True)
        assert looks(mark("hatched")) == (False, True, False)


def test_names_of_strangers_are_drawn_as_they_are():
    figure = draw(one(bar(), label="$x^^$", words="图 $"))
    assert "$x^^$" in [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert to_bytes(figure, ".png").startswith(b"\x89PNG")


def test_a_line_without_points_and_a_row_without_marks_are_drawn():
    rows = Picture([Panel("graph", rows=[Row("a", "out of memory")])], Axis("", origin=1.0))
    assert "out of memory" in [text.get_text() for text in draw(rows).axes[0].texts]
    points = Panel("graph", marks=[Mark(1, 1, "a")], lines=[Line([])])
    assert len(of(draw(Picture([points], Axis("x"), Axis("y"))).axes[0], "line")) == 1


def test_a_notebook_shows_the_figure_at_its_size_and_needs_no_pyplot():
    script = (
        "import sys, graphbench.reporting.charts.figure as figure\n"
        "from graphbench.reporting.charts.marks import *\n"
        "shown, size = figure.draw(Picture([Panel('g', marks=[Mark(1, 1, 'a')])], Axis('x'), Axis('y')))._repr_png_()\n"
        "assert shown.startswith(b'\\x89PNG') and size['width'] == 912, size\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    warned = ["-W", "error", "-W", "ignore::DeprecationWarning"]  # which matplotlib's own dependencies cause
    subprocess.run([sys.executable, *warned, "-c", script], check=True, timeout=60)
