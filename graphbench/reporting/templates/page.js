"use strict";
(async () => {
  const PAGE = 50;
  const byId = (id) => document.getElementById(id);
  const bytes = (id) => {
    const text = atob(byId(id).textContent);
    const found = new Uint8Array(text.length);
    for (let place = 0; place < text.length; place += 1) found[place] = text.charCodeAt(place);
    return found;
  };
  // The records come after this script, as the page does not wait for them to be read.
  const loaded = new Promise((done) => { addEventListener("load", done); });
  const records = async () => { await loaded; return unpacked("records-data"); };
  const unpacked = (id) => new Response(new Blob([bytes(id)]).stream().pipeThrough(new DecompressionStream("gzip")));
  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // Numbers as the rest of the report writes them: three significant digits and a unit that fits.
  const three = (value) => {
    const rounded = Number(value.toPrecision(3));
    if (rounded === 0) return "0";
    const magnitude = Math.floor(Math.log10(Math.abs(rounded)));
    if (magnitude <= -7 || magnitude >= 12) return value.toExponential(2);
    const digits = Math.max(0, 2 - magnitude);
    return rounded.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  const united = (value, units) => {
    const [size, unit] = units.find(([least]) => Number(value.toPrecision(3)) >= least) || units[units.length - 1];
    return `${three(value / size)} ${unit}`;
  };
  const SECONDS = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];
  const FORMATS = {
    count: (value) => value.toLocaleString("en"),
    seconds: (value) => united(value, SECONDS),
    amount: ([, text]) => text,
    ratio: (value) => (Array.isArray(value) ? `${value[1]}${three(value[0])}×` : `${three(value)}×`),
  };
  const TONES = { like: "good", unlike: "doubtful", undecided: "doubtful", refused: "bad", ok: "good", invalid: "bad", error: "bad", timeout: "bad",
    "out of memory": "bad" };
  const plain = (value) => (Array.isArray(value) ? value[0] : value);
  const bounded = (value) => (Array.isArray(value) && value.length > 2 && value[1] ? 1 : 0);

  // A choice is kept in the page's address, as #anchor?name=value, so that it can be linked.
  const chosenAt = (anchor) => {
    const [at, given] = location.hash.slice(1).split("?");
    return new URLSearchParams(at === anchor ? given : "");
  };
  const keep = (anchor, choices) => {
    const chosen = new URLSearchParams(choices.filter(([, value]) => value)).toString();
    history.replaceState(null, "", `#${anchor}${chosen && "?"}${chosen}`);
  };
  const chooser = (title, name, options, value) => {
    const select = make("select", undefined, { name });
    select.append(...options.map(([key, text]) => make("option", text, { value: key })));
    select.value = value;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    const label = make("label", title);
    label.append(select);
    return label;
  };
  const box = (name, on) => {
    const input = make("input", undefined, { type: "checkbox", name });
    input.checked = on;
    const label = make("label");
    label.append(input);
    return label;
  };

  const heatMap = async () => {
    const { engines, metrics, start, most, rows } = await unpacked("heat-data").json();
    const [form, table] = [byId("heat-choices"), byId("heat-map")];
    const [machines, problems] = [0, 1].map((column) => [...new Set(rows.map((row) => row[column]))]);
    const asked = chosenAt("heat");
    const initial = { algorithm: start, metric: metrics[0], machine: machines[0], twins: "" };
    const choose = (title, name, options) => form.append(chooser(title, name, options, asked.get(name) ?? initial[name]));
    choose("Algorithm", "algorithm", [["", "all"], ...problems.map((name) => [name, name])]);
    choose("Metric", "metric", metrics.map((name) => [name, name]));
    if (machines.length > 1) choose("Machine", "machine", machines.map((name) => [name, name]));
    if (rows.some((row) => row[3]) && rows.some((row) => !row[3])) {
      const twins = box("twins", asked.has("twins"));
      twins.append("synthetic twins");
      form.append(twins);
    }
    const draw = (limit) => {
      const { algorithm, metric, machine = machines[0], twins } = Object.fromEntries(new FormData(form));
      const [own, at] = [rows.filter((row) => row[0] === machine), metrics.indexOf(metric)];
      const wanted = own.filter((row) => (twins || !form.elements.twins || !row[3]) && (!algorithm || row[1] === algorithm));
      const shown = wanted.slice(-limit);
      const there = engines.map((_, place) => place).filter((place) => shown.some((row) => row[6 + place].length));
      const head = make("tr");
      head.append(...["problem, graph", ...there.map((place) => engines[place])].map((name) => make("th", name, { scope: "col" })));
      table.tHead.replaceChildren(head);
      table.tBodies[0].replaceChildren(...shown.map((row) => {
        const line = make("tr");
        const name = make("th", `${row[1]} `, { scope: "row" });
        name.append(make("small", row[2]));
        line.append(name, ...there.map((place) => {
          const [text, factor, level] = row[6 + place][at] ?? ["", "", null];
          const cell = make("td", undefined, level === null ? {} : { class: level < 0 ? "aside" : `heat${level}` });
          if (level === null) return cell;
          const link = make("a", text, { href: `${row[4]}#records?${new URLSearchParams({ id: row[5][place] })}` });
          if (factor) link.append(make("small", factor));
          cell.append(link);
          return cell;
        }));
        return line;
      }));
      const status = byId("heat-status");
      status.textContent = `${metric}: ${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows `;
      if (shown.length < wanted.length) {
        const all = make("button", `Show all ${wanted.length.toLocaleString("en")}`, { type: "button" });
        all.addEventListener("click", () => draw(Infinity));
        status.append(all);
      }
    };
    form.addEventListener("change", () => {
      draw(most);
      keep("heat", [...new FormData(form)].filter(([name, value]) => value !== initial[name]));
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    if ([...asked].length) draw(most);
  };

  // What a link to one record shows of it.
  const OF_ONE = ["graph", "engine", "outcome", "warm call", "whole script", "verdict", "certificate", "why", "record", "command"];
  const everyRecord = async () => {
    const { columns, rows } = await unpacked("rows").json();
    let words = null; // of each row, made for the first search
    const wordsOf = (row) => row.filter((cell) => typeof cell === "string").join(" ").toLowerCase();
    const [form, table, status, more] = ["filters", "all", "status", "more"].map(byId);
    const visible = columns.map(([, , shown]) => shown);
    let order = { column: -1, down: false };
    let found = [];
    let count = 0;

    const show = async (id) => {
      const lines = (await (await records()).text()).split("\n").filter(Boolean);
      const record = lines.map((line) => JSON.parse(line)).find((one) => one.id === id);
      byId("record").querySelector("pre").textContent = JSON.stringify(record, null, 1);
      byId("record").showModal();
    };
    const fill = () => {
      const body = document.createDocumentFragment();
      for (const place of found.slice(count, count + PAGE)) {
        const line = make("tr");
        rows[place].forEach((value, at) => {
          if (!visible[at]) return;
          const kind = columns[at][1];
          const text = value === null ? "" : kind in FORMATS ? FORMATS[kind](value) : value;
          const cell = make("td", kind === "command" || kind === "record" ? undefined : text);
          if (kind === "command") cell.append(make("code", text));
          else if (kind === "record") {
            const button = make("button", text.slice(0, 8), { type: "button" });
            button.addEventListener("click", () => show(text));
            cell.append(button);
          }
          else if (kind === "ratio" && value?.[2]) cell.append(make("small", value[2]));
          if (kind in FORMATS) cell.className = "right";
          else if (kind === "choice" && text in TONES) cell.className = TONES[text];
          else if (kind !== "choice") cell.className = kind;
          line.append(cell);
        });
        body.append(line);
      }
      table.tBodies[0].append(body);
      count = Math.min(found.length, count + PAGE);
      more.hidden = count >= found.length;
      status.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} records` +
        (count < found.length ? `, the first ${count.toLocaleString("en")} shown` : "");
    };
    const head = () => {
      const heads = columns.map(([title, kind, , meaning], at) => {
        const head = make("th", undefined, { scope: "col" });
        const button = make("button", title, { type: "button", title: meaning });
        head.className = kind in FORMATS ? "right" : kind;
        if (order.column === at) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
        button.addEventListener("click", () => {
          order = { column: at, down: order.column === at ? !order.down : kind in FORMATS && kind !== "seconds" };
          changed();
          [...table.tHead.rows[0].cells].find((cell) => cell.textContent === title).firstChild.focus();
        });
        head.append(button);
        return head;
      });
      table.tHead.rows[0].replaceChildren(...heads.filter((_, at) => visible[at]));
    };
    const update = () => {
      const given = new FormData(form);
      const wanted = given.get("search").toLowerCase().split(/\s+/).filter(Boolean);
      const picks = columns.map(([title], at) => [at, given.get(title)]).filter(([, value]) => value);
      if (wanted.length) words ??= rows.map(wordsOf);
      found = [];
      for (let place = 0; place < rows.length; place += 1) {
        if (picks.every(([at, value]) => rows[place][at] === value) &&
            wanted.every((word) => words[place].includes(word))) found.push(place);
      }
      const { column, down } = order;
      if (column >= 0) {
        const way = down ? -1 : 1;
        found.sort((one, two) => {
          const [a, b] = [plain(rows[one][column]), plain(rows[two][column])];
          // What has no value comes last, whichever way round.
          if (a === null || a === "") return b === null || b === "" ? one - two : 1;
          if (b === null || b === "") return -1;
          // Bounds come after ratios, as they decide nothing.
          const bounds = bounded(rows[one][column]) - bounded(rows[two][column]);
          if (bounds) return bounds;
          return (a < b ? -way : a > b ? way : 0) || one - two;
        });
      }
      head();
      table.tBodies[0].replaceChildren();
      count = 0;
      fill();
      const usual = columns.every(([, , shown], at) => shown === visible[at]);
      return [
        ...[...given].filter(([name]) => name !== "columns"), ["sort", column >= 0 && columns[column][0]], ["down", down],
        ...(usual ? [] : columns.filter((_, at) => visible[at]).map(([title]) => ["columns", title])),
      ];
    };
    const changed = () => keep("records", update());

    columns.forEach(([title, kind, , meaning], at) => {
      const label = box("columns", visible[at]);
      const text = make("span");
      text.append(make("b", title), meaning && `: ${meaning}`);
      label.append(text);
      label.firstChild.addEventListener("input", (event) => { visible[at] = event.target.checked; });
      form.querySelector("#columns div").append(label);
      const values = kind === "choice" ? [...new Set(rows.map((row) => row[at]))].filter(Boolean).sort() : [];
      if (values.length < 2 || !columns[at][2]) return;
      byId("choices").append(chooser(title, title, [["", "all"], ...values.map((value) => [value, value])], ""));
    });
    // Takes over what an address asks for: of the page when it opens, or of a link within it.
    const adopt = () => {
      const [asked, boxes] = [chosenAt("records"), form.querySelectorAll("#columns input")];
      const wanted = asked.has("id") ? OF_ONE : asked.has("columns") && asked.getAll("columns");
      columns.forEach(([title, , shown], at) => {
        visible[at] = wanted ? wanted.includes(title) : shown;
        boxes[at].checked = visible[at];
        if (form.elements[title]) form.elements[title].value = asked.get(title) ?? "";
      });
      form.elements.search.value = asked.get("id") ?? asked.get("search") ?? "";
      order = { column: columns.findIndex(([title]) => title === asked.get("sort")), down: asked.has("down") };
      update();
      if ([...asked].length) byId("records").scrollIntoView();
    };
    addEventListener("hashchange", () => { if (location.hash.startsWith("#records?")) adopt(); });
    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => { history.replaceState(null, "", "#records"); setTimeout(adopt); });
    more.addEventListener("click", fill);
    byId("download").addEventListener("click", async () => {
      const link = make("a", undefined, { download: "records.jsonl" });
      link.href = URL.createObjectURL(await (await records()).blob());
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
    adopt();
  };

  await Promise.all([byId("heat-map") && heatMap(), byId("all") && everyRecord()]);
  if ([...chosenAt("heat")].length) byId("heat").scrollIntoView();
  document.documentElement.dataset.ready = "yes";
})();
