"""Charts: well-formed SVG, the same bytes every time, readable in light and dark; and `--chart`."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from graphbench import reporting
from graphbench.cli import invoke
from graphbench.errors import UsageError
from graphbench.reporting import report
from graphbench.reporting.charts import drawing, style
from graphbench.reporting.charts.bars import Bar, Rows, shortened, speedups
from helpers.report_records import report_records

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def charts():
    few = {"email-Enron", "coAuthorsDBLP", "preferentialAttachment"}
    records = [each for each in report_records() if each.task.dataset in few and each.task.algorithm == "louvain"]
    return report.build([each for each in records if not each.id.endswith("-m2")]).charts


def drawn(rows, name="chart"):
    with style.style():
        return drawing.to_svg(speedups([Rows("graph", rows)], baseline="networkx"), name, "what is seen")


def test_charts_are_well_formed_named_and_reproducible(charts):
    again = {chart.name: chart.svg for chart in charts}
    assert {"speedup-louvain", "phases-louvain", "quality-louvain", "growth", "memory"} == set(again)
    for chart in charts:
        root = ET.fromstring(chart.svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == root.find(f"{SVG}title").text == chart.alt


def test_a_chart_contains_no_time_and_no_version(charts):
    for chart in charts:
        assert "metadata" not in chart.svg
        assert "matplotlib" not in chart.svg.lower()


def test_charts_do_not_depend_on_the_users_matplotlib_settings():
    import matplotlib as mpl

    row = Bar(label="igraph", value="2×", text="x", ratio=2.0, ends=(1.5, 2.5), first_answer=1.2, whole_script=1.1)  # noqa: RUF001
    first = drawn([row])
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "text.usetex": False, "axes.grid": True}):
        assert drawn([row]) == first


def test_ids_have_the_charts_prefix_and_references_resolve(charts):
    for chart in charts:
        ids = re.findall(r'\sid="([^"]+)"', chart.svg)
        assert len(ids) == len(set(ids))
        assert all(each.startswith(f"{chart.name}-") for each in ids)
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', chart.svg)) <= set(ids)


def test_every_colour_has_a_dark_counterpart(charts):
    for chart in charts:
        body = chart.svg.partition("</style>")[2]
        used = set(re.findall(r"#[0-9a-f]{6}\b", body))
        assert used <= {*style.DARK, style.ON_BRIGHT}, chart.name


def test_no_two_colours_look_the_same():
    def parts(colour):
        return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]

    for one, two in combinations(style.DARK, 2):
        assert max(abs(a - b) for a, b in zip(parts(one), parts(two), strict=True)) > 8, (one, two)


def contrast(one, two):
    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_enough_contrast_on_every_colour(dark):
    def shown(colour):
        return style.DARK.get(colour, colour) if dark else colour

    assert contrast(shown(style.INK), shown(style.PAPER)) >= 7
    assert contrast(shown(style.MUTED), shown(style.PAPER)) >= 4.5
    for phase, colour in style.PHASES.items():
        words = style.ON_PHASES.get(phase, style.ON_BRIGHT)
        assert contrast(shown(words), shown(colour)) >= 4, phase
    for colour in style.SERIES:
        assert contrast(shown(colour), shown(style.PAPER)) >= 2, colour


def test_an_engine_has_one_colour_in_all_charts_and_the_baseline_is_grey():
    given = style.colours(["igraph", "cugraph", "networkx"], "networkx")
    assert given["networkx"] == style.GREY
    assert len({*given.values()}) == 3
    assert style.colours(["networkx", "cugraph", "igraph"], "networkx") == given


def test_unlike_is_hatched_bounds_are_hollow_and_gaps_have_text():
    like = drawn([Bar(label="a", text="", ratio=2.0, colour=style.SERIES[0])])
    unlike = drawn([Bar(label="a", text="", ratio=2.0, look="unlike", colour=style.SERIES[0])])
    bound = drawn([Bar(label="a", text="", ratio=2.0, look="bound", colour=style.SERIES[0])])
    gap = drawn([Bar(label="a", text="out of memory")])
    assert "<pattern" in unlike
    assert "<pattern" not in like
    assert "stroke-dasharray" in bound
    assert "out of memory" in gap


def test_slower_engines_extend_to_the_left_and_names_are_escaped():
    svg = drawn([Bar(label="<b>$x$&", value="0.5×", text="$", ratio=0.5)])  # noqa: RUF001
    words = " ".join(each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text"))
    assert "<b>$x$&" in words


def test_long_names_are_cut_with_an_ellipsis():
    assert shortened("a" * 30, 10) == "a" * 9 + "…"


def test_numbers_in_text_keep_their_digits():
    assert "0.5000" in drawn([Bar(label="a", value="0.5000", text="", ratio=2.0)])


# One comparison


@pytest.mark.parametrize(("name", "start"), [("x.svg", b"<?xml"), ("x.png", b"\x89PNG")])
def test_a_measurement_draws_its_chart(tmp_path, name, start, capsys):
    file = tmp_path / name
    assert invoke(["wcc", "karate", "--engine", "networkx,igraph", "--trials", "1", "--chart", str(file)]) == 0
    assert file.read_bytes().startswith(start)
    capsys.readouterr()


def test_a_chart_of_another_kind_is_refused_before_anything_is_measured(tmp_path, capsys):
    assert invoke(["wcc", "karate", "--chart", str(tmp_path / "x.gif")]) == 2
    assert ".svg and .png" in capsys.readouterr().err


def test_a_single_engine_gives_no_chart():
    lone = [each for each in report_records() if each.id == "wcc-email-Enron-networkx"]
    with pytest.raises(UsageError, match="beside networkx"):
        reporting.chart(lone, "networkx", ".svg")
