"""The board: an overview and a page for each machine, where each number leads to its record, without any request."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import graphbench
from graphbench.cli import invoke
from graphbench.errors import UsageError
from graphbench.records.store import Store, load
from graphbench.reporting import board
from graphbench.reporting.document import AllRecords, Text
from graphbench.reporting.numbers import NOTHING
from helpers.browser import CHROMIUM, Browser
from helpers.records import record, replace
from helpers.report_records import ON_GPU, report_records

COMMITTED = Path(graphbench.__file__).parents[1] / "reports/records"


def overview(records, stale=None, **more):
    return board.build([board.Source("a.jsonl", records)], stale or {}, **more)


def section(document, anchor):
    (found,) = [one for part in document.parts for one in part.sections if one.anchor == anchor]
    return found


def heat(document):
    return section(document, "heat").blocks[0]


def table(document):
    """JSON of the table of every record; empty where there is none."""
    found = [one for part in document.parts for one in part.sections if one.anchor == "records"]
    return found[0].blocks[1].data if found else ""


@pytest.fixture(scope="module")
def pages():
    return overview(report_records())


def test_there_is_a_page_for_each_machine_and_its_records_are_on_it_alone(pages):
    assert list(pages) == ["index.html", "nvidia-h100-m1.html", "another-processor-4-cores-32-gib-m2.html"]
    ids = [set(re.findall(r'"id":"([^"]+)"', page.records.decode())) for page in pages.values()]
    assert ids[0] == set()
    machines = {one.id: one.environment.machine for one in report_records() if one.environment is not None}
    assert [{machines[id_] for id_ in own & machines.keys()} for own in ids] == [set(), {"m1"}, {"m2"}]
    assert ids[1] | ids[2] >= machines.keys()


def test_each_cell_leads_to_its_record_on_the_page_of_its_machine(pages):
    rows = heat(pages["index.html"]).rows
    assert {row.machine for row in rows} == {page.title for page in list(pages.values())[1:]}
    for row in rows:
        for engine in row.cells:
            page, _, chosen = row.link(engine).partition("#records?")
            assert pages[page].title == row.machine
            assert f'"{parse_qs(chosen)["id"][0]}"' in table(pages[page])


def test_on_the_page_itself_cells_lead_to_its_own_table(pages):
    page = pages["nvidia-h100-m1.html"]
    assert all(row.link(engine).startswith("#records?") for row in heat(page).rows for engine in row.cells)


def test_the_fastest_engines_are_counted_for_each_machine_alone(pages):
    answers, table, _ = section(pages["index.html"], "fastest").blocks
    (one, words), (other, _) = answers.items
    assert (one, other[:17]) == ("NVIDIA H100:", "Another Processor")
    assert words.startswith("a warm call is fastest with cugraph in")
    assert table.heads[:3] == ["problem", "NVIDIA H100: warm call", "NVIDIA H100: whole script"]
    wcc = next(row for row in table.rows if row[0] == "wcc")
    assert wcc[1].startswith("cugraph ")
    assert wcc[3] == NOTHING


def on(graph, *engines):
    """Records of engines on a graph, by their seconds."""
    made = [record(engine, seconds, id=f"{engine}-{graph}", device=device) for engine, device, seconds in engines]
    where = {"task__dataset": graph, "dataset__name": graph, "dataset__digest": graph, "environment": ON_GPU}
    return [replace(one, **where) for one in made]


GPU = [("cugraph", "gpu", 1.0), ("pylibcugraph", "gpu", 0.5)]


def test_only_cases_with_engines_of_both_kinds_are_counted():
    both = on("A", *GPU, ("igraph", "cpu", 0.1))
    pages = overview([*both, *on("B", *GPU), *on("C", *GPU), *on("D", ("igraph", "cpu", 1.0), ("scipy", "cpu", 2.0))])
    answers, table, _ = section(pages["index.html"], "fastest").blocks
    ((_, words),) = answers.items
    assert words.startswith("a warm call is fastest with igraph in 1 of 1 case; ")
    assert words.endswith("; 2 further cases with GPU engines only.")
    assert table.rows == [["louvain", "igraph 1 of 1", "igraph 1 of 1"]]


def test_a_record_without_a_baseline_is_beside_the_fastest_on_its_page():
    (_, page) = overview(on("A", *GPU, ("igraph", "cpu", 2.0))).values()
    (every,) = [block for block in section(page, "records").blocks if isinstance(block, AllRecords)]
    data = json.loads(every.data)
    titles = [title for title, *_ in data["columns"]]
    engine, fastest = titles.index("engine"), titles.index("warm call vs fastest")
    found = {row[engine]: row[fastest] for row in data["rows"]}
    assert found == {"cugraph (default)": 0.5, "pylibcugraph (default)": 1.0, "igraph (default)": 0.25}


def test_where_no_cpu_library_was_measured_nothing_is_called_fastest():
    answers, *others = section(overview([*on("A", *GPU), *on("B", *GPU)])["index.html"], "fastest").blocks
    assert answers.items == [("NVIDIA H100:", "2 cases with GPU engines only.")]
    assert [type(one) for one in others] == [Text]


def test_records_of_earlier_rules_are_left_out_and_counted():
    few = report_records()
    old = [replace(one, id=f"{one.id}-old", superseded=True) for one in few[:7]]
    pages = overview([*few, *old])
    (row,) = section(pages["index.html"], "sources").blocks[0].rows
    assert row == ["a.jsonl", f"{len(few) + 7}", "7"]
    assert not any("-old" in table(page) or "-old" in page.records.decode() for page in pages.values())
    with pytest.raises(UsageError, match="no record to show"):
        overview(old)


def test_records_of_older_code_keep_their_numbers_and_say_what_changed():
    few = report_records()
    one = next(record for record in few if record.task.engine == "igraph" and record.environment is not None)
    pages = overview(few, {one.id: "igraph was at revision 0 and is at 1"})
    assert heat(pages["index.html"]).data() == heat(overview(few)["index.html"]).data()
    assert "stale: igraph was at revision 0" in table(pages["nvidia-h100-m1.html"])
    assert section(pages["index.html"], "sources").blocks[0].rows == [["a.jsonl", f"{len(few)}", "1"]]


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path):
    few = report_records()
    for name, records in (("one", few), ("two", few[::-1])):
        board.write(overview(records), tmp_path / name)
    for page in (tmp_path / "one").iterdir():
        assert page.read_bytes() == (tmp_path / "two" / page.name).read_bytes()


def test_the_command_reads_every_file_below_a_folder(tmp_path, capsys):
    for place, one in enumerate(report_records()[:40]):
        folder = tmp_path / "records" / str(place % 2)
        folder.mkdir(parents=True, exist_ok=True)
        with Store(folder / "own.jsonl") as store:
            store.append(one)
    assert invoke(["board", str(tmp_path / "records"), "--output", str(tmp_path / "site"), "--title", "Mine"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'site' / 'index.html'}\n"
    text = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "<h1>Mine</h1>" in text
    assert "0/own.jsonl" in text
    assert "1/own.jsonl" in text
    assert invoke(["board", str(tmp_path / "none")]) == 2
    (tmp_path / "empty").mkdir()
    assert invoke(["board", str(tmp_path / "empty")]) == 2
    assert "--store FOLDER/NAME.jsonl`" in capsys.readouterr().err


@pytest.mark.filterwarnings("always:File skipped")
@pytest.mark.parametrize("bad", ['{"a":1}', '{"schema":1,"id":"x"}'])
def test_a_file_that_cannot_be_read_is_left_out_with_a_warning_and_counted(tmp_path, capsys, bad):
    with Store(tmp_path / "good.jsonl") as store:
        for one in report_records()[:10]:
            store.append(one)
    (tmp_path / "bad.jsonl").write_text(f"{bad}\n", encoding="utf-8")
    assert invoke(["board", str(tmp_path), "--output", str(tmp_path / "site")]) == 0
    assert f"File skipped: {tmp_path / 'bad.jsonl'}, line 1: " in capsys.readouterr().err
    text = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "1 file left out, as graphbench cannot read it." in text
    (tmp_path / "good.jsonl").unlink()
    assert invoke(["board", str(tmp_path), "--output", str(tmp_path / "site")]) == 1
    assert f"{tmp_path / 'bad.jsonl'}, line 1: " in capsys.readouterr().err


# In a browser

needs_browser = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium or google-chrome"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("needs chromium or google-chrome")
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The board of the committed records."""
    folder = tmp_path_factory.mktemp("site")
    assert invoke(["board", str(COMMITTED), "--output", str(folder)]) == 0
    return folder


def quiet(browser, address):
    """Whether the page that is open reported no error, and asked for nothing but itself."""
    events = [event for event in browser.events if "method" in event]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    errors = [event for event in events if event["method"] in {"Runtime.exceptionThrown", "Log.entryAdded"}]
    return not errors and {url.partition("#")[0] for url in asked if not url.startswith(("data:", "blob:"))} == {
        address
    }


class TestInABrowser:
    pytestmark = needs_browser

    @pytest.mark.parametrize("width", [400, 1400])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_every_page_opens_without_errors_and_requests_and_fits(self, browser, site, width, scheme):
        for page in sorted(site.glob("*.html")):
            browser.open(page.as_uri(), width=width, scheme=scheme)
            assert quiet(browser, page.as_uri())
            assert browser.run("return document.documentElement.scrollWidth") <= width

    def test_all_links_resolve(self, browser, site):
        for page in sorted(site.glob("*.html")):
            browser.open(page.as_uri())
            links = browser.run("return [...document.links].map((one) => one.getAttribute('href'))")
            assert links
            for link in links:
                target, _, anchor = link.partition("#")
                text = (site / (target or page.name)).read_text(encoding="utf-8")
                assert f'id="{anchor.partition("?")[0]}"' in text if anchor else text

    def test_a_number_leads_to_its_record_with_verdict_and_command(self, browser, site):
        browser.open((site / "index.html").as_uri())
        link = browser.run("return document.querySelector('#heat-map td a').href")
        id_ = parse_qs(link.partition("?")[2])["id"][0]
        browser.open(link)
        assert browser.run("return document.getElementById('status').textContent").startswith("1 of ")
        cells = browser.run(
            """const table = document.getElementById("all");
            const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
            const cells = [...table.tBodies[0].rows[0].cells];
            return Object.fromEntries(cells.map((cell, at) => [heads[at], cell.textContent]));"""
        )
        assert cells["record"] == id_[:8]
        assert cells["command"].startswith("graphbench ")
        assert "verdict" in cells
        shown = browser.run(
            """document.querySelector("#all tbody button").click();
            const dialog = document.getElementById("record");
            while (!dialog.open) await new Promise((done) => setTimeout(done, 20));
            return dialog.querySelector("pre").textContent;"""
        )
        assert f'"id": "{id_}"' in shown

    def test_a_number_of_a_machines_own_page_opens_its_record_there(self, browser, site):
        page = min(site.glob("nvidia*.html"))
        browser.open(page.as_uri())
        browser.run("document.querySelector('#heat-map td a').click()")
        found = ""
        for _ in range(200):
            found = browser.run(
                "return document.documentElement.dataset.ready && document.getElementById('status').textContent"
            )
            if found and found.startswith("1 of "):
                break
        assert found.startswith("1 of ")

    def test_the_committed_records_are_all_shown_or_counted(self, browser, site):
        browser.open((site / "index.html").as_uri())
        listed = browser.run(
            """const rows = [...document.querySelectorAll("#sources tbody tr")];
            return rows.map((row) => [...row.cells].map((one) => one.textContent));"""
        )
        assert [row[0] for row in listed] == [path.name for path in sorted(COMMITTED.glob("*.jsonl"))]
        old = {row[0]: row[2] for row in listed}
        for path in COMMITTED.glob("*.jsonl"):
            superseded = sum(record.superseded for record in load([path]))
            assert old[path.name] == (f"{superseded:,}" if superseded else NOTHING)
