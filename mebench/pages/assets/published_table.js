/* What papers printed, with the verdict of an audit: beside measured results, never among them. */
const SIGNS = {
  impossible: "\u2715",
  "precision printed as recall": "\u21c4",
  "test-selected": "\u25b2",
  consistent: "\u2713",
  unverified: "?",
};
const verdictClass = (verdict) => `verdict v-${Object.keys(DATA.verdicts).indexOf(verdict)}`;
const chip = (verdict) =>
  el(
    "span",
    { class: verdictClass(verdict) },
    el("span", { "aria-hidden": "true" }, `${SIGNS[verdict] || ""} `),
    verdict,
  );
const yearOf = (row) => (row.year === null || row.year === undefined ? "" : String(row.year));

/* ".104" and the like, as the paper prints them. */
const SHORT = { precision: "P", recall: "R" };
const ORDER = ["f1", "uf1"];
const first = (scores) => Object.entries(scores).sort(([a], [b]) => ORDER.includes(b) - ORDER.includes(a));

function printed(row) {
  return el(
    "div",
    { class: "printed" },
    Object.entries(row.parts).map(([part, scores]) =>
      el(
        "div",
        {},
        el("span", { class: "part" }, clipped(titleOf("parts", part), 20)),
        el(
          "span",
          {},
          first(scores)
            .filter(([, text]) => text !== null && text !== "")
            .flatMap(([metric, text], i) => [
              i ? " \u00b7 " : "",
              el("span", { class: "soft" }, `${SHORT[metric] || clipped(metricTitle(metric), 20)} `),
              name(String(text), 40),
            ]),
        ),
      ),
    ),
  );
}

function countsPrinted(row) {
  const lines = Object.entries(row.counts || {}).filter(([, counts]) => Object.keys(counts).length);
  return lines
    .map(
      ([part, counts]) =>
        `${titleOf("parts", part)}: ${Object.entries(counts)
          .map(([k, n]) => `${k.toUpperCase()} ${n}`)
          .join(", ")}`,
    )
    .join("; ");
}

function publishedDetail(row, id, columns) {
  return el(
    "tr",
    { class: "detail", id },
    el(
      "td",
      { colspan: columns },
      el("p", {}, chip(row.verdict), " ", name(row.why || "", 20000)),
      el("p", { class: "soft" }, DATA.verdicts[row.verdict] || ""),
      facts([
        ["Method", said(row.method)],
        ["Source", said(row.source)],
        ["Citation", said(row.citation)],
        ["Link", row.link ? linked(row.link) : null],
        ["Protocol", said(row.protocol)],
        ["Rule of its code", row.rule ? said(row.rule) : "not known"],
        ["Selection of its code", row.selection ? said(row.selection) : "not known"],
        [row.counts_are === "recovered" ? "Counts that give these digits" : "Counts printed", said(countsPrinted(row))],
      ]),
    ),
  );
}

let publishedTables = 0;
function publishedTable(rows, withDataset) {
  const made = new Map(),
    open = new Set(),
    body = el("tbody"),
    id = `published-${++publishedTables}`;
  const columns = [
    { key: "method", title: "Method", of: (row) => row.method },
    ...(withDataset ? [{ key: "dataset", title: "Dataset", of: (row) => row.dataset_words || row.dataset }] : []),
    { key: "scores", title: "As printed" },
    { key: "year", title: "Year", of: yearOf },
    { key: "source", title: "Source", of: (row) => row.source },
    { key: "verdict", title: "Verdict", of: (row) => Object.keys(DATA.verdicts).indexOf(row.verdict) },
  ];
  const state = { sort: null, down: false, rows };
  const heads = columns.map((column) =>
    el(
      "th",
      { scope: "col", class: `p-${column.key}` },
      !column.of
        ? column.title
        : el(
            "button",
            {
              onclick: () => {
                state.down = state.sort === column ? !state.down : false;
                state.sort = column;
                draw(state.rows);
              },
            },
            column.title,
          ),
    ),
  );
  const line = (row, index) => {
    const detail = `${id}-${index}`;
    const opener = el(
      "button",
      {
        class: "opener",
        "aria-expanded": "false",
        "aria-controls": detail,
        onclick: () => {
          if (open.has(row)) open.delete(row);
          else open.add(row);
          draw(state.rows);
        },
      },
      el("span", { class: "arrow", "aria-hidden": "true" }),
      name(row.method),
    );
    const cells = {
      method: opener,
      dataset: name(row.dataset_words || row.dataset, 40),
      scores: printed(row),
      year: clipped(yearOf(row), 12),
      source: name(row.source || "", 120),
      verdict: chip(row.verdict),
    };
    return {
      opener,
      detail,
      node: el(
        "tr",
        {},
        columns.map((column) => el("td", { class: `p-${column.key}` }, cells[column.key])),
      ),
    };
  };
  const draw = (shownRows) => {
    state.rows = shownRows;
    const { sort, down } = state;
    const sorted = sort
      ? [...shownRows].sort((a, b) => (down ? -1 : 1) * collator.compare(String(sort.of(a)), String(sort.of(b))))
      : shownRows;
    columns.forEach((column, i) => {
      if (column === sort) heads[i].setAttribute("aria-sort", down ? "descending" : "ascending");
      else heads[i].removeAttribute("aria-sort");
    });
    const nodes = [];
    for (const row of sorted) {
      if (!made.has(row)) made.set(row, line(row, made.size));
      const one = made.get(row);
      one.opener.setAttribute("aria-expanded", String(open.has(row)));
      nodes.push(one.node);
      if (open.has(row)) nodes.push((one.extra ||= publishedDetail(row, one.detail, columns.length)));
    }
    if (!nodes.length)
      nodes.push(
        el("tr", {}, el("td", { colspan: columns.length, class: "soft" }, "No published row fits the filter.")),
      );
    body.replaceChildren(...nodes);
  };
  draw(rows);
  const table = el(
    "table",
    { class: "published" },
    el("caption", { class: "hidden" }, "Published results and what an audit says of each"),
    el("thead", {}, el("tr", {}, heads)),
    body,
  );
  return {
    node: el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Published results" }, table),
    draw,
  };
}

/* Below a board of a real dataset: what was printed for the same dataset and task. */
function publishedBeside(board) {
  const rows = board.synthetic
    ? []
    : DATA.published.filter((row) => row.dataset === board.dataset && row.task === board.task);
  if (!rows.length) return null;
  return el(
    "section",
    { class: "beside" },
    el("h3", {}, `Published on ${titleOf("datasets", board.dataset)}, not measured here`),
    el(
      "p",
      { class: "soft" },
      "As papers print them, with their own rules and selections: they have no rank among the rows above. Open a row for the reason of its verdict.",
    ),
    publishedTable(rows, false).node,
  );
}

function publishedView(root, state, changed) {
  const count = el("span", { role: "status", class: "soft" });
  const { node, draw } = publishedTable(DATA.published, true);
  const fits = (row, without) =>
    (without === "task" || !state.task || row.task === state.task) &&
    (without === "dataset" || !state.dataset || row.dataset === state.dataset) &&
    (without === "verdict" || !state.verdict || row.verdict === state.verdict) &&
    (!state.q ||
      [row.method, row.source, row.dataset_words, row.why, row.rule, row.selection, yearOf(row)]
        .join("\n")
        .toLowerCase()
        .includes(state.q.toLowerCase()));
  const chips = Object.keys(DATA.verdicts).map((verdict) => {
    const number = el("span", { class: "count" });
    const button = el(
      "button",
      {
        class: verdictClass(verdict),
        "aria-pressed": "false",
        title: DATA.verdicts[verdict],
        onclick: () => {
          state.verdict = state.verdict === verdict ? "" : verdict;
          update();
        },
      },
      `${SIGNS[verdict]} ${verdict} `,
      number,
    );
    return { verdict, number, button };
  });
  const update = () => {
    const rows = DATA.published.filter((row) => fits(row));
    for (const { verdict, number, button } of chips) {
      number.textContent = String(
        DATA.published.filter((row) => row.verdict === verdict && fits(row, "verdict")).length,
      );
      button.setAttribute("aria-pressed", String(state.verdict === verdict));
    }
    draw(rows);
    count.textContent =
      rows.length === DATA.published.length
        ? plural(rows.length, "row")
        : `${rows.length} of ${plural(rows.length && DATA.published.length, "row")}`;
    changed();
  };
  const distinct = (key) => [...new Set(DATA.published.map((row) => row[key]))].sort(collator.compare);
  const search = el("input", {
    type: "search",
    value: state.q || "",
    placeholder: "method, source, reason",
    oninput: (event) => {
      state.q = event.target.value;
      update();
    },
  });
  root.replaceChildren(
    el("h2", {}, "Published results, audited"),
    el(
      "p",
      {},
      "What papers print, each row with its source and what an audit says of it. None was measured here, and none has a rank: their rules, selections and even their event counts differ. A verdict is on printed numbers, not on people. P is precision, R is recall.",
    ),
    el(
      "div",
      { class: "chips", role: "group", "aria-label": "Filter by verdict" },
      chips.map(({ button }) => button),
    ),
    el(
      "div",
      { class: "tools noprint" },
      el("label", { class: "field grow" }, "Search", search),
      dropdown(
        "Task",
        distinct("task"),
        state.task,
        (value) => {
          state.task = value;
          update();
        },
        (task) => titleOf("tasks", task),
      ),
      dropdown(
        "Dataset",
        distinct("dataset"),
        state.dataset,
        (value) => {
          state.dataset = value;
          update();
        },
        (dataset) => titleOf("datasets", dataset),
      ),
      count,
    ),
    node,
  );
  update();
}
