/* The table of one board and part: rank interval, method, score with its whisker, the rest on demand. */
const NICE = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/* One axis for all rows, from 0 to a round number above every end. */
function axisOf(board, part) {
  const metric = mainMetric(board);
  const most = Math.max(
    0,
    ...board.rows.map((row) => {
      const s = scoreOf(board, row, part, metric);
      return s[2] ?? s[0] ?? 0;
    }),
  );
  const top = NICE.find((limit) => most <= limit + 1e-9) || most;
  return { top, ticks: [0, top / 2, top] };
}
const percent = (x) => `${(100 * x).toFixed(2)}%`;

/* Two paths a row: a thousand rows must be laid out in no time. Strokes do not scale, so a line of no length is a dot. */
function whisker([value, low, high], axis, words) {
  if (value === null) return null;
  const at = (x) => ((1000 * x) / axis.top).toFixed(1);
  const line = low === null ? "" : `M${at(low)} 9H${at(high)}M${at(low)} 5V13M${at(high)} 5V13`;
  return svg(
    "svg",
    { class: "whisker", viewBox: "0 0 1000 18", preserveAspectRatio: "none", role: "img", "aria-label": words },
    line ? svg("path", { class: "bar", d: line }) : null,
    svg("path", { class: "dot", d: `M${at(value)} 9h0` }),
  );
}

function axisHead(axis) {
  return svg(
    "svg",
    { class: "axis", width: "100%", height: 16, "aria-hidden": "true" },
    axis.ticks.map((tick, i) =>
      svg(
        "text",
        { x: percent(tick / axis.top), y: 12, "text-anchor": ["start", "middle", "end"][i] },
        String(+tick.toFixed(3)),
      ),
    ),
  );
}

function badges(row) {
  const marks = [];
  if (row.oracle) marks.push(el("span", { class: "badge oracle" }, "ORACLE"));
  else if (!row.ranked) marks.push(el("span", { class: "badge" }, "not ranked"));
  if (row.preset) marks.push(el("span", { class: "badge" }, clipped(row.preset, 24)));
  if (!row.oracle && row.threshold_source && row.threshold_source !== "train")
    marks.push(el("span", { class: "badge" }, `thresholds: ${clipped(row.threshold_source, 24)}`));
  if (!row.oracle && row.selection && row.selection !== "last")
    marks.push(el("span", { class: "badge" }, `epoch: ${clipped(row.selection, 24)}`));
  return marks;
}

function columnsOf(board) {
  const main = mainMetric(board);
  return [
    {
      key: "rank",
      title: "Rank",
      down: false,
      class: "c-rank",
      hint: "The best and the worst rank that it may truly hold",
    },
    { key: "method", title: "Method", down: false, class: "c-method" },
    { key: main, title: metricTitle(main), down: true, class: "c-score" },
    ...board.metrics
      .filter((metric) => metric !== main)
      .map((metric) => ({ key: metric, title: metricTitle(metric), down: true, class: "c-metric number" })),
    { key: "ties", title: "Ties", down: false, class: "c-ties", hint: "Rows that share a letter cannot be told apart" },
  ];
}

/* Each letter has a place of its own, so that a group is a column to the eye. */
function tieCell(row, part, letters) {
  const own = row.ranked ? row.ties[part] || "" : "";
  if (letters.length > 6) return clipped(own, 8);
  return letters.map((letter) =>
    el("span", { class: own.includes(letter) ? "tie" : "tie none" }, own.includes(letter) ? letter : "\u00a0"),
  );
}

function makeRow(context, row) {
  const { board, part, axis, letters } = context;
  const main = mainMetric(board),
    score = scoreOf(board, row, part, main),
    rank = rankOf(row, part);
  const words = `${metricTitle(main)} ${shown(score[0])} ${ends(score[1], score[2])}`;
  const detail = `${context.id}-detail-${row.index}`;
  const opener = el(
    "button",
    { class: "opener", "aria-expanded": "false", "aria-controls": detail, onclick: () => context.toggle(row) },
    el("span", { class: "arrow", "aria-hidden": "true" }),
    name(row.method),
  );
  const pick = el("input", {
    type: "checkbox",
    "aria-label": `Compare ${row.label}`,
    onchange: (event) => context.pick(row, event.target.checked),
  });
  const place = rank ? rankText(rank) : row.ranked ? "\u2013" : "";
  const node = el(
    "tr",
    { class: [row.ranked ? "" : "unranked", rank && rank[0] === 1 ? "first" : ""].join(" ").trim() || null },
    el("td", { class: "c-pick" }, el("label", { class: "pick" }, pick)),
    el("td", { class: "c-rank" }, place || el("span", { class: "soft" }, "\u2013")),
    el("td", { class: "c-method" }, opener, el("span", { class: "badges" }, badges(row))),
    el(
      "td",
      { class: "c-score" },
      el(
        "div",
        { class: "score" },
        el("span", { class: score[0] === null ? "value undefined" : "value" }, shown(score[0])),
        el("span", { class: "ends" }, score[0] === null ? "" : ends(score[1], score[2], 2)),
        whisker(score, axis, words),
      ),
    ),
    board.metrics
      .filter((metric) => metric !== main)
      .map((metric) => {
        const [value, low, high] = scoreOf(board, row, part, metric);
        return el(
          "td",
          {
            class: value === null ? "c-metric number undefined" : "c-metric number",
            title: value === null ? null : ends(low, high),
          },
          shown(value),
        );
      }),
    el("td", { class: "c-ties" }, tieCell(row, part, letters)),
  );
  return { node, opener, pick, detail: null, id: detail };
}

const facts = (pairs) =>
  el(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0)
      .map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );
const code = (text) => (text ? el("code", {}, name(String(text), 4000)) : null);
const LONG = 400;
const said = (text) =>
  text
    ? el("span", { class: "said", tabindex: String(text).length > LONG ? 0 : null }, name(String(text), 20000))
    : null;

/* The confusion of a part; spot-then-recognise has a last column, for whatever is not analysed. */
function confusionTable(board, part, counts) {
  if (!counts || !counts.confusion || !counts.confusion.length) return null;
  const classes = board.classes || counts.confusion.map((_, i) => `class ${i + 1}`);
  const across = counts.confusion[0].map((_, i) => (i < classes.length ? classes[i] : "other"));
  return el(
    "table",
    { class: "confusion" },
    el("caption", {}, `${titleOf("parts", part)}: true class down, predicted across`),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", {}),
        across.map((c) => el("th", { scope: "col", class: "number" }, name(c, 20))),
      ),
    ),
    el(
      "tbody",
      {},
      counts.confusion.map((line, i) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, name(classes[i], 20)),
          line.map((n) => el("td", { class: "number" }, String(n))),
        ),
      ),
    ),
  );
}

function countsText(counts) {
  if (!counts) return null;
  const words = { tp: "TP", fp: "FP", fn: "FN" };
  return Object.entries(counts)
    .filter(([, n]) => typeof n === "number")
    .map(([k, n]) => `${words[k] || k} ${n}`)
    .join(" \u00b7 ");
}

/* Where an entry comes from, and everything else that it scores. */
function makeDetail(context, row, id) {
  const { board } = context;
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, "Part"),
    board.metrics.map((metric) => el("th", { scope: "col", class: "number" }, metricTitle(metric))),
    el("th", { scope: "col" }, "Rank"),
    board.task === "recognition" ? null : el("th", { scope: "col" }, "Counts"),
  );
  const lines = board.parts.map((part) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, titleOf("parts", part)),
      board.metrics.map((metric) => {
        const [value, low, high] = scoreOf(board, row, part, metric);
        return el(
          "td",
          { class: "number" },
          shown(value),
          value === null ? null : el("span", { class: "soft small" }, ` ${ends(low, high, 2)}`),
        );
      }),
      el("td", {}, rankOf(row, part) ? rankText(rankOf(row, part)) : "\u2013"),
      board.task === "recognition" ? null : el("td", {}, countsText(row.counts[part])),
    ),
  );
  const confusion = confusionTable(board, context.part, row.counts[context.part]);
  const columns = columnsOf(board).length + 1;
  return el(
    "tr",
    { class: "detail", id },
    el(
      "td",
      { colspan: columns },
      row.ranked
        ? null
        : el(
            "p",
            { class: "reason" },
            "Not ranked: ",
            name(String(row.unranked_because || "no reason given"), 2000),
            ".",
          ),
      el(
        "div",
        { class: "columns" },
        el(
          "div",
          { class: "wide", tabindex: 0, role: "region", "aria-label": `Scores of ${row.label}` },
          el("table", { class: "parts" }, el("thead", {}, head), el("tbody", {}, lines)),
          confusion,
        ),
        facts([
          ["Method", said(row.method)],
          ["Authors", said(row.authors)],
          ["Preset", said(row.preset)],
          ["Seed", row.seed === null ? null : String(row.seed)],
          ["Epoch chosen", said(row.selection)],
          ["Thresholds from", said(row.threshold_source)],
          ["Trained on", said((row.training_data || []).join("; "))],
          ["Predictions", row.predictions === null ? null : String(row.predictions)],
          ["Code", row.code ? linked(row.code) : null],
          ["File", code(row.file)],
          ["sha256 of it", code(row.submission_sha256)],
          ["Entry", code(row.id)],
          ["Scored by", said(row.mebench ? `mebench ${row.mebench}` : "")],
          ["Commit", code(row.commit)],
          ["Scored at", said(row.time)],
          ["Notes", said(row.notes)],
        ]),
      ),
    ),
  );
}

const AT_ONCE = 100;

/* A table that sorts and filters without making its rows again. */
function boardTable(context) {
  const { board, part } = context;
  context.axis = axisOf(board, part);
  context.letters = [...new Set(board.rows.flatMap((row) => (row.ranked ? [...(row.ties[part] || "")] : [])))].sort(
    (a, b) => (a < "a") - (b < "a") || (a < b ? -1 : 1),
  );
  const made = new Map();
  const body = el("tbody");
  let timer = null;
  const heads = columnsOf(board).map((column) => {
    const button = el("button", { onclick: () => context.sortBy(column), title: column.hint }, column.title);
    const axis = column.key === mainMetric(board) ? axisHead(context.axis) : null;
    return {
      column,
      node: el("th", { scope: "col", class: column.class }, el("div", { class: "head" }, button, axis)),
    };
  });
  const table = el(
    "table",
    { class: "board" },
    el("caption", { class: "hidden" }, context.caption),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col", class: "c-pick" }, el("span", { class: "hidden" }, "Compare")),
        heads.map((head) => head.node),
      ),
    ),
    body,
  );
  const of = (row) => made.get(row) || made.set(row, makeRow(context, row)).get(row);
  const draw = (rows, state) => {
    for (const { column, node } of heads) {
      if (column.key === state.sort) node.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else node.removeAttribute("aria-sort");
    }
    const nodes = (some) =>
      some.flatMap((row) => {
        const one = of(row),
          open = context.open.has(row);
        one.opener.setAttribute("aria-expanded", String(open));
        one.pick.checked = context.picked.includes(row);
        return open ? [one.node, (one.detail ||= makeDetail(context, row, one.id))] : [one.node];
      });
    clearTimeout(timer);
    // What is on the screen comes at once, the rest right after; meanwhile the page keeps its height.
    const holder = table.parentNode,
      waits = rows.length > AT_ONCE;
    if (holder) holder.style.minHeight = waits && body.firstChild ? `${table.offsetHeight}px` : "";
    body.replaceChildren(...nodes(rows.slice(0, AT_ONCE)));
    if (!rows.length)
      body.append(el("tr", {}, el("td", { colspan: heads.length + 1, class: "soft" }, "No entry fits the filter.")));
    const append = (from) => {
      body.append(...nodes(rows.slice(from, from + AT_ONCE)));
      if (from + AT_ONCE < rows.length) timer = setTimeout(append, 0, from + AT_ONCE);
      else if (table.parentNode) table.parentNode.style.minHeight = "";
    };
    if (waits) timer = setTimeout(append, 0, AT_ONCE);
  };
  const turn = (row) => {
    const one = of(row),
      open = context.open.has(row);
    one.opener.setAttribute("aria-expanded", String(open));
    if (open) one.node.after((one.detail ||= makeDetail(context, row, one.id)));
    else one.detail.remove();
  };
  const ticks = () => {
    for (const [row, one] of made) one.pick.checked = context.picked.includes(row);
  };
  return { table, draw, turn, ticks };
}
