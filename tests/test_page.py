"""The page in a real browser: no error, no request, sorting and filtering, nothing wider than the screen."""

import time

import pytest

from graphbench import api
from graphbench.records.lines import to_json
from graphbench.reporting import numbers, report
from helpers.browser import CHROMIUM, Browser
from helpers.published import reports
from helpers.records import replace
from helpers.report_records import report_records

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium or google-chrome"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def records():
    return report_records()


@pytest.fixture(scope="module")
def address(tmp_path_factory, records):
    return report.write(report.build(records), tmp_path_factory.mktemp("report")).as_uri()


def cells(browser, title, count=100):
    """The texts of a column of the table of every record."""
    return browser.run(
        """const [title, count] = given, table = document.getElementById("all");
        const at = [...table.tHead.rows[0].cells].findIndex((head) => head.textContent === title);
        return [...table.tBodies[0].rows].slice(0, count).map((row) => row.cells[at].textContent);""",
        title,
        count,
    )


def heads(browser):
    return browser.run("return [...document.getElementById('all').tHead.rows[0].cells].map((head) => head.textContent)")


def fill(browser, name, value):
    """Type into a field, choose an option, or tick a box."""
    browser.run(
        """const field = document.querySelector(`[name="${given[0]}"]`);
        if (field.type === "checkbox") field.checked = given[1]; else field.value = given[1];
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));""",
        name,
        value,
    )


def click(browser, selector, text=""):
    browser.run(
        "[...document.querySelectorAll(given[0])].find((one) => one.textContent.includes(given[1])).click()",
        selector,
        text,
    )


def text(browser, selector):
    return browser.run("return document.querySelector(given[0]).textContent.trim()", selector)


def heat(browser):
    """The heat map: names of rows, names of engines, and the cells, row by row."""
    return browser.run(
        """const [head, ...rows] = [...document.querySelectorAll("#heat-map tr")].map((row) => [...row.cells]);
        return [rows.map((row) => row[0].textContent.trim()), head.slice(1).map((cell) => cell.textContent),
                rows.map((row) => row.slice(1).map((cell) => cell.textContent))];"""
    )


def test_the_page_opens_without_errors_and_requests(browser, address):
    browser.open(address)
    events = [event for event in browser.events if "method" in event]
    assert [event for event in events if event["method"] in {"Runtime.exceptionThrown", "Log.entryAdded"}] == []
    asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {address}


@pytest.mark.parametrize("width", [400, 1400, 1920])
def test_nothing_is_wider_than_the_screen(browser, address, width):
    browser.open(address, width=width)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    wide = browser.run(
        """return [...document.querySelectorAll("main *")].filter((one) => !one.closest(".scroll") &&
        one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80));"""
    )
    assert wide == []


@pytest.mark.parametrize("folder", ["capacity", "several"])
def test_tables_with_names_of_generated_graphs_fit_a_laptop(browser, tmp_path, folder):
    (published,) = (one for one in reports() if one.folder == folder)
    browser.open(api.report(published.files, tmp_path, title="A", keep_stale=True).as_uri(), width=1385)
    tables = browser.run(
        """const tables = document.querySelectorAll("#capacity .scroll, #scaling .scroll");
        return [...tables].map((one) => one.scrollWidth - one.clientWidth);"""
    )
    assert tables
    assert max(tables) == 0


@pytest.mark.parametrize("width", [400, 1400, 1920])
def test_long_words_stay_within_their_cells_of_a_card(browser, address, width):
    browser.open(address, width=width)
    wide = browser.run(
        """const cells = [...document.querySelectorAll(".cards tbody tr:last-child td")];
        cells.forEach((one) => { one.textContent = given[0]; });
        return [cells.length, cells.filter((one) => one.scrollWidth > one.clientWidth + 1).length];""",
        "after 505 to 896 calls",
    )
    assert wide[0] > 0
    assert wide[1] == 0


def test_tables_fill_a_wide_screen_and_their_first_column_stays(browser, address):
    browser.open(address, width=400)
    left = """const box = document.querySelector("#heat-map").parentElement;
        box.scrollLeft = given[0];
        return [box.scrollLeft, document.querySelector("#heat-map tbody th").getBoundingClientRect().left];"""
    (_, before), (scrolled, after) = browser.run(left, 0), browser.run(left, 100)
    assert scrolled == 100
    assert abs(after - before) < 5
    browser.open(address, width=1920)
    used = browser.run("return document.querySelector('.cards').getBoundingClientRect().width")
    assert used > 1500


def test_without_scripts_the_answer_and_the_heat_map_are_there(browser, address):
    browser.open(address, scripts=False)
    shown = "const part = document.querySelector(given[0]); return part.checkVisibility() && part.textContent"
    assert "warm call" in browser.run(shown, ".cards")
    assert "as-Skitter" in browser.run(shown, "#heat-map")


def test_sections_out_of_sight_are_drawn_when_they_are_reached_found_or_printed(browser, address):
    drawn = "return document.querySelector('#method summary').checkVisibility({ contentVisibilityAuto: true })"
    top = "return document.querySelector('#method').getBoundingClientRect().top"
    browser.open(address)
    assert not browser.run(drawn)
    assert browser.run("return find('Machines are never compared')") is True
    browser.open(address)
    click(browser, "nav a", "How it was measured")
    deadline = time.monotonic() + 10
    while not (browser.run(drawn) and 0 <= browser.run(top) < 900):
        assert time.monotonic() < deadline
    browser.open(address, media="print")
    assert browser.run(drawn)


def test_the_page_prints_whole_tables_with_their_meanings(browser, address):
    browser.open(address, width=720, media="print")
    assert browser.run("return document.documentElement.scrollWidth") <= 720
    shown = "return getComputedStyle(document.querySelector(given[0])).display"
    assert browser.run(shown, "#filters") == "none"
    assert browser.run(shown, "#word-warm-call") == "block"
    assert "engine" in heads(browser)
    assert browser.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [400, 1400, 1920])
def test_text_stays_within_its_chart_and_covers_no_other(browser, address, width):
    browser.open(address, width=width)
    wrong = browser.run(
        """return [...document.querySelectorAll("figure .panels svg")].flatMap((chart) => {
          const frame = chart.getBoundingClientRect(), name = chart.closest("figure").id, found = [];
          const boxes = [...chart.querySelectorAll("text")].map((it) => [it.textContent, it.getBoundingClientRect()]);
          boxes.forEach(([words, box], at) => {
            if (box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 1)
              found.push([name, words]);
            for (const [other, there] of boxes.slice(at + 1)) {
              const wide = Math.min(box.right, there.right) - Math.max(box.left, there.left);
              const tall = Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top);
              if (wide > 1 && tall > 4) found.push([name, words, other]);
            }
          });
          return found;
        });"""
    )
    assert wrong == []


def test_a_dark_scheme_applies_to_page_and_charts_but_not_to_paper(browser, address):
    colours = """const words = document.querySelector("figure svg text");
        return [getComputedStyle(document.body).backgroundColor, getComputedStyle(words).fill];"""
    browser.open(address)
    light = browser.run(colours)
    browser.open(address, scheme="dark")
    assert browser.run(colours) == ["rgb(21, 23, 27)", "rgb(232, 233, 236)"] != light
    browser.media("print", "dark")
    assert browser.run(colours) == light


def test_choosers_of_the_heat_map_change_it_and_its_address(browser, address):
    browser.open(address)
    rows, engines, _ = heat(browser)
    assert len(rows) == 24
    assert "cugraph (async)" in engines
    fill(browser, "algorithm", "louvain")
    fill(browser, "metric", "memory, host and device")
    rows, _, found = heat(browser)
    assert {row.partition(" ")[0] for row in rows} == {"louvain"}
    assert all("B" in cell or not cell or "out of" in cell or "timeout" in cell for row in found for cell in row)
    linked = browser.run("return location.href")
    assert linked.endswith("#heat?algorithm=louvain&metric=memory%2C+host+and+device")
    browser.open(linked)
    assert heat(browser)[0] == rows
    fill(browser, "machine", browser.run("return document.querySelector('[name=machine]').options[1].value"))
    assert heat(browser)[0] == ["louvain email-Enron"]


def test_click_and_keyboard_sort_with_unknown_values_last(browser, address):
    browser.open(address)
    click(browser, "#all th button", "warm call")
    sort = "return document.querySelector('#all [aria-sort]').getAttribute('aria-sort')"
    assert browser.run(sort) == "ascending"
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}

    def shown():
        return [
            float(number.replace(",", "")) * units[unit]
            for number, unit in (text.split() for text in cells(browser, "warm call") if text)
        ]

    assert shown() == sorted(shown())
    browser.press("Enter")  # the head that was clicked has the focus
    assert browser.run(sort) == "descending"
    assert shown() == sorted(shown(), reverse=True)
    assert len(shown()) == 50
    while not browser.run("return document.getElementById('more').hidden"):
        click(browser, "#more")
    assert cells(browser, "warm call", 1000)[-1] == ""


def test_text_and_choices_filter_rows_and_can_be_linked(browser, address, records):
    browser.open(address)
    everything = f"{len(records)} of {len(records)} records"
    assert text(browser, "#status").startswith(everything)
    fill(browser, "search", "skitter LOUVAIN")
    assert set(cells(browser, "graph")) == {"as-Skitter"}
    assert set(cells(browser, "algorithm")) == {"louvain"}
    fill(browser, "engine", "igraph")
    assert cells(browser, "engine") == ["igraph"]
    assert text(browser, "#status") == f"1 of {len(records)} records"
    browser.open(browser.run("return location.href"))
    assert cells(browser, "engine") == ["igraph"]
    click(browser, "button[type=reset]")
    deadline = time.monotonic() + 10
    while not text(browser, "#status").startswith(everything):
        assert time.monotonic() < deadline


def test_columns_can_be_chosen(browser, address):
    browser.open(address)
    before = heads(browser)
    assert "host peak" not in before
    toggle = (
        "[...document.querySelectorAll('#columns label')].find((one) => one.textContent.startsWith(given[0])).click()"
    )
    browser.run(toggle, "host peak")
    browser.run(toggle, "command")
    assert set(heads(browser)) == {*before, "host peak", "command"}
    assert all("iB (" in cell for cell in cells(browser, "host peak", 5))
    browser.open(browser.run("return location.href"))
    assert set(heads(browser)) == {*before, "host peak", "command"}


def test_a_link_below_a_chart_shows_its_numbers(browser, address):
    browser.open(address)
    click(browser, "p.numbers a", "Numbers and commands of louvain")
    assert set(cells(browser, "algorithm") if "algorithm" in heads(browser) else ["louvain"]) == {"louvain"}
    assert heads(browser)[:3] == ["graph", "engine", "warm call"]
    assert "first answer vs best CPU" in heads(browser)
    assert browser.run("return document.querySelector('[name=algorithm]:not(#heat-choices *)').value") == "louvain"


def test_a_cell_of_the_heat_map_leads_to_its_record(browser, address, records):
    browser.open(address)
    click(browser, "#heat-map tbody td:last-child a")
    assert text(browser, "#status") == f"1 of {len(records)} records"
    shown = {"graph", "engine", "outcome", "warm call", "whole script", "verdict", "certificate", "why"}
    assert set(heads(browser)) == {*shown, "record", "command"}


def test_words_are_explained_by_keyboard(browser, address):
    browser.open(address)
    browser.run("document.querySelector('button.term').focus()")
    shown = "return [...document.querySelectorAll('[popover]')].filter((one) => one.matches(':popover-open')).length"
    browser.press("Enter")
    assert browser.run(shown) == 1
    browser.press("Escape")
    assert browser.run(shown) == 0


def test_the_download_is_every_record_line_by_line(browser, address, records):
    browser.open(address)
    lines = browser.run(
        """return new Promise((done) => {
          URL.createObjectURL = (blob) => { blob.text().then(done); return "#"; };
          document.getElementById("download").click();
        });"""
    )
    assert sorted(lines.encode().splitlines()) == sorted(to_json(each) for each in records)


def test_every_control_and_every_wide_table_can_be_reached_by_keyboard(browser, address):
    browser.open(address)
    unreachable = browser.run(
        """return [...document.querySelectorAll("button, select, input, a, summary, .scroll")]
        .filter((one) => one.tabIndex < 0).length;"""
    )
    assert unreachable == 0


def test_numbers_are_written_as_in_the_rest_of_the_report(browser, address):
    browser.open(f"{address}#records?search=louvain+copapers+timeout")
    assert cells(browser, "outcome") == ["timeout"]
    browser.open(f"{address}#records?search=louvain+copapers+async&columns=host+peak&columns=warm+call+vs+networkx")
    assert cells(browser, "warm call vs networkx") == ["≥ 1,020× first calls"]  # noqa: RUF001
    assert cells(browser, "host peak")[0].startswith(numbers.memory(int(1.5e8 + 60 * 15_245_729)))


@pytest.mark.timeout(600)
def test_ten_thousand_records_open(browser, tmp_path_factory):
    few = [each for each in report_records() if each.task.algorithm == "wcc" and each.environment is not None]
    many = [
        replace(
            each, id=f"{each.id}-{number}", task__dataset=f"{each.task.dataset}-{number}", phases__call_s=[1.0, 1.1]
        )
        for number in range(-(-10_000 // len(few)))
        for each in few
    ][:10_000]
    document = report.build(many)
    page = report.write(document, tmp_path_factory.mktemp("many"))
    assert page.stat().st_size < 6 << 20
    browser.open(page.as_uri())
    assert text(browser, "#status") == "10,000 of 10,000 records, the first 50 shown"
    assert browser.run("return document.querySelectorAll('*').length") < 50_000
    fill(browser, "search", "skitter-7 igraph")
    assert all(text == "as-Skitter-7" or text.startswith("as-Skitter-7") for text in cells(browser, "graph"))


def test_the_standalone_charts_turn_dark_too(browser, tmp_path, records):
    few = [each for each in records if each.task.algorithm == "wcc" and each.environment is not None]
    report.write(report.build([each for each in few if each.environment.machine == "m1"]), tmp_path)
    colours = []
    for scheme in ("light", "dark"):
        browser.media("", scheme)
        browser.call("Page.navigate", url=(tmp_path / "charts/speedup-wcc.svg").as_uri())
        time.sleep(0.5)
        colours.append(browser.run("return getComputedStyle(document.querySelector('text')).fill"))
        assert browser.picture().startswith(b"\x89PNG")
    assert colours == ["rgb(27, 28, 30)", "rgb(232, 233, 236)"]
