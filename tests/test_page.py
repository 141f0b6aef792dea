"""The page in a real browser: no error, no request, sorting and filtering, nothing wider than the screen."""

import base64
import json
import shutil
import time

import pytest

from graphbench.records.lines import to_json
from graphbench.reporting import numbers, report
from helpers.records import replace
from helpers.report_records import report_records

selenium = pytest.importorskip("selenium", reason="needs selenium, which the test extra installs")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver (chromium, chromium-driver)"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def records():
    return report_records()


@pytest.fixture(scope="module")
def address(tmp_path_factory, records):
    return report.write(report.build(records), tmp_path_factory.mktemp("report")).as_uri()


def open_page(browser, address, *, width=1400, scheme="light"):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.get(address)
    deadline = time.monotonic() + 60
    while not browser.execute_script("return document.documentElement.dataset.ready"):
        assert time.monotonic() < deadline, "the page's script did not come to its end"
        time.sleep(0.05)


def cells(browser, title, count=100):
    """The texts of a column of the table of every record."""
    return browser.execute_script(
        """const table = document.getElementById("all");
        const at = [...table.tHead.rows[0].cells].findIndex((head) => head.textContent === arguments[0]);
        return [...table.tBodies[0].rows].slice(0, arguments[1]).map((row) => row.cells[at].textContent);""",
        title,
        count,
    )


def head(browser, title):
    return browser.find_element("xpath", f"//table[@id='all']//th/button[text()='{title}']")


def status(browser):
    return browser.find_element("id", "status").text


def test_the_page_opens_without_errors_and_requests(browser, address):
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    open_page(browser, address)
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {address}


@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_screen(browser, address, width):
    open_page(browser, address, width=width)
    browser.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    wide = browser.execute_script(
        """return [...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll") &&
        each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 80));"""
    )
    assert wide == []


def test_printed_tables_fit_the_sheet_with_their_heads(browser, address):
    open_page(browser, address, width=720)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 720
        assert head(browser, "engine").is_displayed()
        assert not browser.find_element("id", "filters").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_text_stays_within_its_chart(browser, address):
    open_page(browser, address)
    outside = browser.execute_script(
        """return [...document.querySelectorAll("figure svg")].flatMap((chart) => {
          const frame = chart.getBoundingClientRect();
          return [...chart.querySelectorAll("text")].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 1;
          }).map((each) => chart.getAttribute("aria-label").slice(0, 30) + ": " + each.textContent);
        });"""
    )
    assert outside == []


def test_a_dark_scheme_applies_to_page_and_charts_but_not_to_paper(browser, address):
    script = """const words = document.querySelector("figure svg text");
        return [getComputedStyle(document.body).backgroundColor, getComputedStyle(words).fill];"""
    open_page(browser, address)
    light = browser.execute_script(script)
    open_page(browser, address, scheme="dark")
    assert browser.execute_script(script) == ["rgb(21, 23, 27)", "rgb(232, 233, 236)"] != light
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )
    assert browser.execute_script(script) == light
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_click_and_keyboard_sort_with_unknown_values_last(browser, address):
    from selenium.webdriver.common.keys import Keys

    open_page(browser, address)
    head(browser, "run, median").click()
    assert head(browser, "run, median").find_element("xpath", "..").get_attribute("aria-sort") == "ascending"
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}

    def shown():
        return [
            float(number.replace(",", "")) * units[unit]
            for number, unit in (text.split() for text in cells(browser, "run, median") if text)
        ]

    assert shown() == sorted(shown())
    head(browser, "run, median").send_keys(Keys.ENTER)
    assert shown() == sorted(shown(), reverse=True)
    assert len(shown()) == 100
    browser.find_element("id", "more").click()
    assert cells(browser, "run, median", 1000)[-1] == ""


def test_text_and_choices_filter_rows(browser, address, records):
    from selenium.webdriver.support.ui import Select

    open_page(browser, address)
    everything = f"{len(records)} of {len(records)} records"
    assert status(browser).startswith(everything)
    browser.find_element("id", "search").send_keys("skitter LOUVAIN")
    assert set(cells(browser, "graph")) == {"as-Skitter"}
    assert set(cells(browser, "algorithm")) == {"louvain"}
    Select(browser.find_element("css selector", "select[data-column=engine]")).select_by_visible_text("igraph")
    assert cells(browser, "engine") == ["igraph"]
    assert status(browser) == f"1 of {len(records)} records"
    browser.find_element("css selector", "button[type=reset]").click()
    deadline = time.monotonic() + 10
    while not status(browser).startswith(everything):
        assert time.monotonic() < deadline


def test_the_download_is_every_record_line_by_line(browser, address, records):
    open_page(browser, address)
    text = browser.execute_async_script(
        """const done = arguments[0];
        URL.createObjectURL = (blob) => { blob.text().then(done); return "#"; };
        document.getElementById("download").click();"""
    )
    assert sorted(text.encode().splitlines()) == sorted(to_json(each) for each in records)


def test_every_control_and_every_wide_table_can_be_reached_by_keyboard(browser, address):
    open_page(browser, address)
    unreachable = browser.execute_script(
        """return [...document.querySelectorAll("button, select, input, a, summary, .scroll")]
        .filter((each) => each.tabIndex < 0).length;"""
    )
    assert unreachable == 0


def test_numbers_are_written_as_in_the_rest_of_the_report(browser, address):
    open_page(browser, address)
    browser.find_element("id", "search").send_keys("louvain copapers timeout")
    assert cells(browser, "outcome") == ["timeout"]
    search = browser.find_element("id", "search")
    search.clear()
    search.send_keys("louvain copapers async")
    assert cells(browser, "warm call vs networkx") == ["≥ 1,020× first calls"]  # noqa: RUF001
    assert cells(browser, "host peak") == [numbers.memory(int(1.5e8 + 60 * 15_245_729))] == ["0.992 GiB"]


@pytest.mark.timeout(600)
def test_ten_thousand_records_open_quickly(browser, tmp_path_factory):
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
    open_page(browser, page.as_uri())
    assert status(browser) == "10,000 of 10,000 records, the first 100 shown"
    nodes = browser.execute_script("return document.querySelectorAll('*').length")
    assert nodes < 30_000
    browser.find_element("id", "search").send_keys("skitter-7 igraph")
    assert all(text == "as-Skitter-7" or text.startswith("as-Skitter-7") for text in cells(browser, "graph"))


def test_the_standalone_charts_turn_dark_too(browser, tmp_path, records):
    few = [each for each in records if each.task.algorithm == "wcc" and each.environment is not None]
    report.write(report.build([each for each in few if each.environment.machine == "m1"]), tmp_path)
    open_chart = (tmp_path / "charts" / "overview.svg").as_uri()
    colours = []
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        browser.get(open_chart)
        colours.append(browser.execute_script("return getComputedStyle(document.querySelector('text')).fill"))
        assert base64.b64decode(browser.get_screenshot_as_base64()).startswith(b"\x89PNG")
    assert colours == ["rgb(27, 28, 30)", "rgb(232, 233, 236)"]
