"use strict";
(async () => {
  const PAGE = 100;
  const bytes = (id) => Uint8Array.from(atob(document.getElementById(id).textContent), (sign) => sign.charCodeAt(0));
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
  const memory = (value) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let [size, at] = [value, 0];
    for (; Number(size.toPrecision(3)) >= 1000 && at < 4; at += 1) size /= 1024;
    return `${at ? three(size) : size} ${units[at]}`;
  };
  const FORMATS = {
    count: (value) => value.toLocaleString("en"),
    seconds: (value) => united(value, SECONDS),
    bytes: (value) => (Array.isArray(value) ? `${value[1]}${memory(value[0])}` : memory(value)),
    ratio: (value) => (Array.isArray(value) ? `${value[1]}${three(value[0])}×${value[2]}` : `${three(value)}×`),
  };
  const TONES = { like: "good", unlike: "doubtful", undecided: "doubtful", refused: "bad", ok: "good", invalid: "bad", error: "bad", timeout: "bad",
    "out of memory": "bad" };
  const plain = (value) => (Array.isArray(value) ? value[0] : value);
  const bounded = (value) => (Array.isArray(value) && value.length > 2 && value[1] ? 1 : 0);

  const { columns, rows } = await unpacked("rows").json();
  const words = rows.map((row) => row.filter((cell) => typeof cell === "string").join(" ").toLowerCase());
  const table = document.getElementById("all");
  const status = document.getElementById("status");
  const more = document.getElementById("more");
  const search = document.getElementById("search");
  const chosen = new Map();
  let order = { column: -1, down: false };
  let found = [];
  let shown = 0;

  const fill = () => {
    const body = document.createDocumentFragment();
    for (const place of found.slice(shown, shown + PAGE)) {
      const line = make("tr");
      rows[place].forEach((value, at) => {
        const kind = columns[at][1];
        const text = value === null ? "" : kind in FORMATS ? FORMATS[kind](value) : value;
        const cell = make("td", kind === "command" ? undefined : text);
        if (kind === "command") cell.append(make("code", text));
        if (kind in FORMATS) cell.className = "right";
        else if (kind === "choice" && text in TONES) cell.className = TONES[text];
        else if (columns[at][0] === "why" && text) cell.className = "wrap";
        line.append(cell);
      });
      body.append(line);
    }
    table.tBodies[0].append(body);
    shown = Math.min(found.length, shown + PAGE);
    more.hidden = shown >= found.length;
    status.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} records` +
      (shown < found.length ? `, the first ${shown.toLocaleString("en")} shown` : "");
  };
  const update = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const picks = [...chosen].filter(([, select]) => select.value);
    found = [];
    for (let place = 0; place < rows.length; place += 1) {
      if (picks.every(([at, select]) => rows[place][at] === select.value) &&
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
    table.tBodies[0].replaceChildren();
    shown = 0;
    fill();
  };

  const heads = columns.map(([title, kind], at) => {
    const head = make("th", undefined, { scope: "col" });
    const button = make("button", title, { type: "button" });
    if (kind in FORMATS) head.className = "right";
    button.addEventListener("click", () => {
      order = { column: at, down: order.column === at ? !order.down : kind in FORMATS && kind !== "seconds" };
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      update();
    });
    head.append(button);
    return head;
  });
  table.tHead.rows[0].append(...heads);

  columns.forEach(([title, kind], at) => {
    const values = kind === "choice" ? [...new Set(rows.map((row) => row[at]))].filter(Boolean).sort() : [];
    if (values.length < 2) return;
    const select = make("select", undefined, { "data-column": title });
    select.append(make("option", "all", { value: "" }), ...values.map((value) => make("option", value)));
    const label = make("label", title);
    label.append(select);
    document.getElementById("choices").append(label);
    chosen.set(at, select);
    select.addEventListener("change", update);
  });
  search.addEventListener("input", update);
  const form = document.getElementById("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  more.addEventListener("click", fill);
  document.getElementById("download").addEventListener("click", async () => {
    const link = make("a", undefined, { download: "records.jsonl" });
    link.href = URL.createObjectURL(await unpacked("records-data").blob());
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  update();
  document.documentElement.dataset.ready = "yes";
})();
