"""Charts: the same bytes every time, readable in light and dark and by colour-blind people, no text over another."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from graphbench import reporting
from graphbench.cli import invoke
from graphbench.errors import UsageError
from graphbench.records import store
from graphbench.reporting import report
from graphbench.reporting.charts import layout, style, svg
from graphbench.reporting.charts.marks import Axis, Key, Line, Mark, Panel, Picture, Row, alternative, factors
from graphbench.reporting.numbers import compact, ratio, seconds, short
from helpers.readme_results import ROOT
from helpers.report_records import report_records

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def charts():
    """Every chart of four reports: made-up records, one GPU, four GPUs, searches for capacity."""
    files = ("2026-11-28-h100", "2026-11-26-4xh200", "2026-11-26-h100-capacity")
    measured = [store.load([ROOT / f"reports/records/{name}.jsonl"]) for name in files]
    return [chart for records in (report_records(), *measured) for chart in report.build(records).charts]


def bars(*marks, rows=("a",), **panel):
    """The picture of a panel of rows."""
    shown = Panel("graph", rows=[Row(name, "words") for name in rows], marks=marks, **panel)
    return Picture(panels=[shown], x=factors("times"))


def bar(x=2.0, **mark):
    return Mark(x, 0, "a 2", shape="bar", **mark)


def panels(picture):
    """Each panel of a page's chart as a tree of elements."""
    text = svg.page(picture, "what is seen")
    return [panel for panel in ET.fromstring(text).iter("svg") if panel.get("class") in {"narrow", "wide"}]


def boxes(panel):
    """Where the texts of a panel are at most."""
    found = []
    for text in panel.iter("text"):
        kind = text.get("class", "").split()
        size, bold = (11 if "small" in kind else 13 if "bold" in kind else 12), "bold" in kind
        wide, x, y = layout.width_of(text.text, size=size, bold=bold), float(text.get("x")), float(text.get("y"))
        left = x - wide * {"end": 1, "middle": 0.5}.get(text.get("text-anchor"), 0)
        found.append((text.text, layout.Box(left, y - size * 0.8, left + wide, y + 1)))
    return found


def test_reports_have_every_kind_of_chart(charts):
    kinds = {re.sub(r"^m\d-", "", chart.name).partition("-")[0] for chart in charts}
    assert kinds == {
        "speedup", "trials", "phases", "quality", "growth", "memory", "break", "python", "scaling", "capacity",
    }  # fmt: skip


def test_no_text_covers_another_or_leaves_its_panel(charts):
    for chart in charts:
        for panel in panels(chart):
            _, _, wide, tall = map(float, panel.get("viewBox").split())
            found = boxes(panel)
            for words, box in found:
                assert box.within(layout.Box(-1, 0, wide + 1, tall)), (chart.name, words, box)
            for (one, here), (two, there) in combinations(found, 2):
                assert not here.meets(there), (chart.name, one, two)


def test_no_mark_leaves_its_panel(charts):
    for chart in charts:
        for panel in panels(chart):
            _, _, wide, tall = map(float, panel.get("viewBox").split())
            for path in panel.iter("path"):
                corners = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d"))
                assert all(-1 <= float(x) <= wide + 1 and -1 <= float(y) <= tall for x, y in corners), chart.name


def test_no_chart_is_empty(charts):
    for chart in charts:
        for panel in chart.panels:
            assert panel.marks or panel.lines, (chart.name, panel.title)


def test_a_chart_is_a_named_image_and_the_same_records_give_the_same_bytes(charts):
    again = report.build(report_records()).charts
    assert [chart.svg for chart in charts[: len(again)]] == [chart.svg for chart in again]
    for chart in again:
        root = ET.fromstring(chart.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == root.find(f"{SVG}title").text == chart.alt


def test_every_value_shows_on_hover_and_is_in_the_alternative_text():
    picture = bars(bar(ends=(1.5, 2.5)), Mark(3, 0, "a first answer 3"))
    tips = [tip.text for tip in panels(picture)[0].iter("title")]
    assert tips == ["a 2", "a first answer 3"]
    assert alternative(picture) == "graph: a 2, a first answer 3"


def test_words_of_strangers_are_escaped():
    (panel, _) = panels(bars(bar(), rows=["<b>$x$&"]))
    assert "<b>$x$&" in [text.text for text in panel.iter("text")]


# Axes


def test_equal_ratios_are_equally_far_apart_on_a_logarithmic_axis():
    marks = [Mark(10.0**power, 0, "", shape="dot") for power in range(4)]
    (panel, _) = panels(bars(*marks))
    places = [float(dot.get("cx")) for dot in panel.iter("circle")]
    assert np.diff(places) == pytest.approx([places[1] - places[0]] * 3, abs=0.11)


def test_ticks_are_where_their_words_say():
    (panel, _) = panels(bars(Mark(1, 0, ""), Mark(1000, 0, "")))
    dots = [float(dot.get("cx")) for dot in panel.iter("circle")]
    ticks = {words: (box.left + box.right) / 2 for words, box in boxes(panel) if words.endswith("×")}  # noqa: RUF001
    assert ticks["1×"] == pytest.approx(dots[0], abs=0.2)  # noqa: RUF001
    assert ticks["1,000×"] == pytest.approx(dots[1], abs=0.2)  # noqa: RUF001


@pytest.mark.parametrize(("low", "high"), [(1e-7, 1e4), (3.0, 4.0), (0.9, 1.1), (1, 1), (1e9, 4e9)])
@pytest.mark.parametrize("base", [10, 2, 0])
def test_every_axis_has_two_ticks_or_more(low, high, base):
    axis = Axis("x", base=base)
    panel = Panel("graph", marks=[Mark(low, low, ""), Mark(high, high, "")])
    for drawn in panels(Picture(panels=[panel], x=axis, y=axis)):
        assert len(list(drawn.iter("text"))) >= 2 + 4 + 1


def test_panels_of_one_axis_have_the_same_limits_and_others_their_own():
    def places(*titles):
        rows = [Row("a")]
        made = [
            Panel("", rows=rows, marks=[Mark(10, 0, ""), Mark(most, 0, "")], x_title=title)
            for most, title in zip((100, 1000), titles, strict=True)
        ]
        drawn = panels(Picture(panels=[*made, *made], x=Axis("")))
        return [next(panel.iter("circle")).get("cx") for panel in drawn[:2]]

    assert len(set(places("x", "x"))) == 1
    assert len(set(places("x", "y"))) == 2


def test_words_of_ticks_are_short():
    assert [short(seconds(value)) for value in (1e-3, 0.02, 1.0, 10.0, 1000.0)] == [
        "1 ms", "20 ms", "1 s", "10 s", "1,000 s",
    ]  # fmt: skip
    assert [short(ratio(value)) for value in (0.5, 1, 250)] == ["0.5×", "1×", "250×"]  # noqa: RUF001
    assert [*map(compact, (500, 20_000, 1e6, 3e9))] == ["500", "20k", "1M", "3G"]


# Marks


def test_unlike_is_hatched_first_calls_are_hollow_and_bounds_dashed():
    def classes(look):
        drawn = panels(bars(bar(look=look)))[0]
        return [one.get("class") for one in drawn.iter("rect")], 'class="line"' in ET.tostring(drawn, "unicode")

    assert classes("solid") == (["solid"], False)
    assert classes("hollow") == (["hollow"], False)
    assert classes("bound") == (["bound"], False)
    assert classes("hatched") == (["hollow"], True)
    assert ".bound{stroke-dasharray" in style.css()


def test_bars_begin_at_one():
    (panel, _) = panels(bars(bar(0.5), Mark(1, 0, "")))
    (drawn,) = panel.iter("rect")
    ends = float(drawn.get("x")) + float(drawn.get("width"))
    assert ends == pytest.approx(float(next(panel.iter("circle")).get("cx")), abs=0.11)


def test_a_row_without_marks_has_its_reason_in_the_place_of_them():
    picture = Picture(panels=[Panel("graph", rows=[Row("a", "out of memory")])], x=Axis("", origin=1.0))
    (panel, _) = panels(picture)
    assert "out of memory" in [text.text for text in panel.iter("text")]
    assert alternative(picture) == "graph: a out of memory"


def test_the_rules_of_both_axes_are_under_the_marks():
    panel = Panel("graph", marks=[Mark(1, 1, "one")])
    drawn = panels(Picture([panel], Axis("x"), Axis("y")))[0]
    order = [one.get("class") for one in drawn.iter() if one.tag in {"circle", "path"}]
    assert order[-1] == "solid"
    assert "rule grid" in order


def test_a_label_stands_beside_marks_not_on_them():
    marks = [Mark(1 + k / 50, 1, "", label="name") for k in range(30)]
    panel = Panel("graph", marks=marks)
    drawn = panels(Picture(panels=[panel], x=Axis("x"), y=Axis("y")))[0]
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in drawn.iter("circle")]
    names = [box for words, box in boxes(drawn) if words == "name"]
    assert names
    assert not any(box.left < x < box.right and box.top < y < box.bottom for box in names for x, y in dots)


def test_long_names_are_cut_with_an_ellipsis():
    assert layout.fitted("a" * 30, 60) == "aaaaaa…"
    assert layout.fitted("a" * 30, 1000) == "a" * 30


def test_a_cloud_is_one_path_however_many_trials():
    line = Line([(1 + k, 0) for k in range(100)], look="cloud")
    assert sum("cloud" in path.get("class") for path in panels(bars(lines=[line]))[0].iter("path")) == 1


def test_the_legend_takes_as_many_lines_as_it_needs():
    picture = Picture(panels=bars(bar()).panels, x=Axis(""), key=[Key(f"engine {k}") for k in range(40)])
    root = ET.fromstring(svg.document(picture, "what is seen"))
    wide, tall = float(root.get("width")), float(root.get("height"))
    shown = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("engine")]
    assert len(shown) == 40
    assert all(float(text.get("x")) + layout.width_of(text.text) <= wide for text in shown)
    assert all(float(text.get("y")) < tall for text in shown)


# Colours

MACHADO = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
"""What people see of linear RGB: Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009, severity 1."""
TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]


def linear(colour):
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour, sight):
    xyz = np.array(TO_XYZ) @ np.clip(np.array(MACHADO[sight]) @ linear(colour), 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, two):
    light, dark = sorted((np.array(TO_XYZ)[1] @ linear(colour) for colour in (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize("palette", [[*style.ENGINES.values(), *style.OTHERS], [*style.PHASES.values()]])
def test_colour_blind_people_can_tell_any_two_colours_apart(palette, sight, dark):
    for one, two in combinations(palette, 2):
        assert np.linalg.norm(lab(one[dark], sight) - lab(two[dark], sight)) >= 12, (one, two)


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_has_enough_contrast(dark):
    for colour in (*style.ENGINES.values(), *style.OTHERS, *style.PHASES.values()):
        assert contrast(colour[dark], style.PAPER[dark]) >= 3, colour
    assert contrast(style.INK[dark], style.PAPER[dark]) >= 7
    assert contrast(style.MUTED[dark], style.PAPER[dark]) >= 4.5


def test_an_engine_has_one_colour_in_every_chart_of_every_report(charts):
    assert style.engine("cugraph") == "engine-cugraph"
    assert style.engine("somebodys-engine") == "other-1", "by its name alone"
    for chart in charts:
        if not re.search("phases|scaling", chart.name):
            for key in chart.key:
                name = key.label.partition(" ")[0]
                assert key.colour == style.engine(name) or name not in style.ENGINES, chart.name


def test_variants_of_an_engine_differ_in_shape_not_in_colour():
    (measured,) = reporting.measured.group_by_machine(
        store.load([ROOT / "reports/records/2026-11-28-h100.jsonl"]), "", {}
    )
    known = {case.label: case for case in measured.cases}
    assert known["cugraph (async)"].colour == known["cugraph (default)"].colour
    assert known["cugraph (async)"].shape != known["cugraph (default)"].shape


def test_every_class_of_a_mark_has_a_colour_in_both_schemes(charts):
    for dark in (False, True):
        known = set(re.findall(r"\.chart \.([\w-]+)\{color", style.rules(dark=dark)))
        for chart in charts:
            used = {mark.colour for panel in chart.panels for mark in (*panel.marks, *panel.lines)}
            assert used <= known, chart.name


# One comparison


@pytest.mark.parametrize(("name", "start"), [("x.svg", b"<?xml"), ("x.png", b"\x89PNG"), ("x.pdf", b"%PDF")])
def test_a_measurement_draws_its_chart(tmp_path, name, start, capsys):
    file = tmp_path / name
    assert invoke(["wcc", "karate", "--engine", "networkx,igraph", "--trials", "1", "--chart", str(file)]) == 0
    assert file.read_bytes().startswith(start)
    capsys.readouterr()


def test_a_chart_of_another_kind_is_refused_before_anything_is_measured(tmp_path, capsys):
    assert invoke(["wcc", "karate", "--chart", str(tmp_path / "x.gif")]) == 2
    assert ".svg, .png and .pdf" in capsys.readouterr().err


def test_a_single_engine_gives_no_chart():
    lone = [each for each in report_records() if each.id == "wcc-email-Enron-networkx"]
    with pytest.raises(UsageError, match="beside networkx"):
        reporting.chart(lone, "networkx")
