/* Two rows side by side: the paired difference over the same subjects, and each subject's part in it. */
function differenceLine(value, low, high) {
  const ends_ = [low, high, value].filter(Number.isFinite).map(Math.abs);
  const top = NICE.find((limit) => Math.max(...ends_) <= limit) || 1;
  const at = (x) => percent((x + top) / (2 * top));
  return svg(
    "svg",
    { class: "whisker difference", width: "100%", height: 44, "aria-hidden": "true" },
    [-top, 0, top].map((tick, i) => [
      svg("line", { class: tick ? "grid" : "zero", x1: at(tick), x2: at(tick), y1: 2, y2: 26 }),
      svg("text", { x: at(tick), y: 40, "text-anchor": ["start", "middle", "end"][i] }, tick ? signed(tick, 2) : "0"),
    ]),
    Number.isFinite(low)
      ? [
          svg("line", { class: "bar", x1: at(low), x2: at(high), y1: 14, y2: 14 }),
          svg("line", { class: "end", x1: at(low), x2: at(low), y1: 8, y2: 20 }),
          svg("line", { class: "end", x1: at(high), x2: at(high), y1: 8, y2: 20 }),
        ]
      : [],
    Number.isFinite(value) ? svg("circle", { cx: at(value), cy: 14, r: 5 }) : null,
  );
}

/* A bar a subject, sorted, to the scale of the largest; a subject of whom one of the two has no score has no bar. */
function strip(differences, words) {
  const sorted = differences.filter(Number.isFinite).sort((a, b) => b - a);
  const most = Math.max(...sorted.map(Math.abs), 0.01);
  const half = 44,
    width = 100 / Math.max(sorted.length, 1);
  const bars = sorted.map((d, i) => {
    const height = Math.max((Math.abs(d) / most) * half, d ? 1.5 : 0);
    const y = half + 1 - (d > 0 ? height : 0);
    return svg("rect", {
      class: d > 0 ? "for" : "against",
      x: `${(i + 0.12) * width}%`,
      width: `${0.76 * width}%`,
      y,
      height,
    });
  });
  return svg(
    "svg",
    { class: "strip", width: "100%", height: 2 * half + 2, role: "img", "aria-label": words },
    bars,
    svg("line", { class: "zero", x1: "0%", x2: "100%", y1: half + 1, y2: half + 1 }),
    svg("text", { x: "100%", y: 11, "text-anchor": "end" }, `tallest bar ${most.toFixed(2)}`),
  );
}

function sentenceOf(board, part, metric, [first, second], found) {
  const tested = metric === mainMetric(board) ? pairOf(board, part, first, second) : null;
  const level = `${Math.round(board.test.level * 100)} %`;
  const words = [];
  if (!Number.isFinite(found.value)) words.push("The difference is undefined.");
  else if (!Number.isFinite(found.low))
    words.push(
      `No interval: ${found.counted ? "leaving out any one subject changes nothing" : "this score does not follow from counts of single subjects"}.`,
    );
  else
    words.push(
      found.low > 0 || found.high < 0
        ? `The interval of this pair alone does not hold 0.`
        : "The interval holds 0: the lead may be chance.",
    );
  if (tested && tested[4] !== null) {
    const p = tested[4] < 0.0001 ? "p < 0.0001" : `p = ${tested[4].toFixed(4)}`;
    words.push(
      `After Holm over all pairs of the board ${p}: ${tested[4] <= 1 - board.test.level + NEAR ? "separable" : "not separable"} at ${level}.`,
    );
  } else words.push("This pair has no adjusted p-value here; the interval is of this pair alone.");
  return words.join(" ");
}

function comparePanel(context, metric, setMetric, { close, replaced }) {
  const { board, part, picked } = context,
    [first, second] = picked;
  const counts = picked.map((row) => subjectCounts(board, row, part));
  const counted = counts.every((tables) => tables && tables.length) && Object.hasOwn(STATISTICS, metric);
  const scores = picked.map((row) => scoreOf(board, row, part, metric)[0]);
  const plain = { value: scores.includes(null) ? NaN : scores[0] - scores[1], low: NaN, high: NaN };
  const found = { ...(counted ? pairedDifference(counts[0], counts[1], metric, board.test.level) : plain), counted };
  const words = sentenceOf(board, part, metric, picked, found);
  const number = Number.isFinite(found.value)
    ? `${signed(found.value)} ${ends(found.low, found.high, 3, signed)}`
    : "undefined";
  const exact = el("data", { class: "exact", value: JSON.stringify([found.value, found.low, found.high]) }, number);
  const panel = el(
    "section",
    { class: "compare", "aria-label": "Comparison of two entries" },
    el(
      "div",
      { class: "compare-head" },
      el("h3", {}, name(first.label, 40), el("span", { class: "soft" }, " minus "), name(second.label, 40)),
      el(
        "div",
        { class: "compare-tools noprint" },
        el(
          "label",
          { class: "field" },
          "Score ",
          el(
            "select",
            { "aria-label": "Score to compare by", onchange: (event) => setMetric(event.target.value) },
            board.metrics.map((m) => el("option", { value: m, selected: m === metric }, metricTitle(m))),
          ),
        ),
        el("button", { onclick: close }, "Close"),
      ),
    ),
    replaced ? el("p", { class: "soft noprint" }, replaced) : null,
    el(
      "div",
      { class: "halves" },
      el(
        "div",
        {},
        el("p", { class: "big" }, `${titleOf("parts", part)} ${metricTitle(metric)}: `, exact),
        el("p", {}, `${shown(scores[0])} against ${shown(scores[1])}. `, words),
        Number.isFinite(found.value) ? differenceLine(found.value, found.low, found.high) : null,
      ),
      counted ? el("div", {}, subjectsStrip(context, metric, counts)) : null,
    ),
    counted ? subjectsTable(context, metric, counts) : null,
  );
  return { panel, number, words };
}

function differencesOf(metric, counts) {
  const [first, second] = counts.map((tables) => tables.map(STATISTICS[metric]));
  return first.map((value, i) => value - second[i]);
}

function subjectsStrip({ picked }, metric, counts) {
  const differences = differencesOf(metric, counts);
  const n = (test) => differences.filter(test).length;
  const [first, second] = picked.map((row) => clipped(row.label, 30));
  const undefined_ = n((d) => !Number.isFinite(d));
  const words =
    `Of ${plural(differences.length, "subject")}: ${n((d) => d > NEAR)} better by ${first}, ${n((d) => d < -NEAR)} by ${second}, ` +
    `${n((d) => Math.abs(d) <= NEAR)} alike${undefined_ ? `, ${undefined_} without a score of both` : ""}.`;
  return [el("p", {}, words, " One bar a subject, up where the first is better:"), strip(differences, words)];
}

function subjectsTable({ board, part, picked }, metric, counts) {
  const differences = differencesOf(metric, counts);
  const [first, second] = picked.map((row) => clipped(row.label, 30));
  const text = (table) => (board.task === "recognition" ? table.join(" ") : table.join(" / "));
  const kind = board.task === "recognition" ? "confusion, row by row" : "TP / FP / FN";
  const lines = subjectsOf(board, part).map((subject, i) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, name(String(subject), 40)),
      counts.map((tables) => el("td", { class: "number" }, text(tables[i]))),
      el("td", { class: "number" }, Number.isFinite(differences[i]) ? signed(differences[i]) : "undefined"),
    ),
  );
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, "Subject"),
    el("th", { scope: "col", class: "number" }, `${first}: ${kind}`),
    el("th", { scope: "col", class: "number" }, `${second}: ${kind}`),
    el("th", { scope: "col", class: "number" }, `${metricTitle(metric)} difference`),
  );
  return el(
    "details",
    {},
    el("summary", {}, "Counts of every subject"),
    el(
      "div",
      { class: "wide", tabindex: 0, role: "region", "aria-label": "Counts of every subject" },
      el("table", {}, el("thead", {}, head), el("tbody", {}, lines)),
    ),
  );
}
