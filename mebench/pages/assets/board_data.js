/* The data of the page, unpacked: rows as objects, counts by subject, what each row is called. */
const DATA = JSON.parse(document.getElementById("data").textContent);
const titleOf = (kind, key) => (Object.hasOwn(DATA.titles[kind], key) ? DATA.titles[kind][key] : key);
const collator = new Intl.Collator("en", { numeric: true });

function unpacked(board) {
  const { columns, values } = board.rows;
  board.rows = values.map((value, index) => {
    const row = Object.fromEntries(columns.map((column, i) => [column, value[i]]));
    const called = row.method || row.file || row.id;
    return Object.assign(row, { index, method: String(called), preset: row.preset || "", authors: row.authors || "" });
  });
  const seen = new Map();
  const key = (row) => `${row.method}\n${row.preset}`;
  for (const row of board.rows) seen.set(key(row), (seen.get(key(row)) || 0) + 1);
  const methods = new Map();
  for (const row of board.rows) methods.set(row.method, (methods.get(row.method) || 0) + 1);
  for (const row of board.rows) {
    const more = [];
    if (methods.get(row.method) > 1 && row.preset) more.push(clipped(row.preset, 30));
    if (seen.get(key(row)) > 1)
      more.push(row.seed === null || row.seed === undefined ? row.id.slice(0, 6) : `seed ${row.seed}`);
    row.label = clipped(row.method, 60) + (more.length ? ` (${more.join(", ")})` : "");
    row.oracle = row.selection === "oracle" || row.threshold_source === "oracle";
    row.found = [row.method, row.preset, row.authors, row.id, row.file, row.notes].join("\n").toLowerCase();
  }
  return board;
}

/* [value, low, high] of a row */
function scoreOf(board, row, part, metric) {
  return row.scores[board.parts.indexOf(part)][board.metrics.indexOf(metric)];
}
const mainMetric = (board) => board.main.metric;
const mainPart = (board) => (board.parts.includes(board.main.part) ? board.main.part : board.parts[0]);

/* Counts of each subject of a part: TP, FP, FN, or a confusion in one line; null where the entry has none. */
function subjectCounts(board, row, part) {
  if (board.task !== "spotting") {
    const line = row.subjects[board.task === "recognition" ? "full" : part];
    if (!line || !board.subjects.length) return null;
    const cells = line.length / board.subjects.length;
    return board.subjects
      .map((_, i) => line.slice(i * cells, (i + 1) * cells))
      .filter((_, i) => belongs(board, i, part));
  }
  if (!row.subjects[part]) {
    const kinds = Object.keys(row.subjects);
    if (part !== "overall" || !kinds.length) return null;
    const each = kinds.map((kind) => subjectCounts(board, row, kind));
    return each[0].map((_, i) => total(each.map((tables) => tables[i])));
  }
  const line = row.subjects[part];
  return board.events[part].map((events, i) => [line[2 * i], line[2 * i + 1], events - line[2 * i]]);
}

const belongs = (board, i, part) =>
  board.task !== "recognition" || part === "full" || !board.subject_parts || board.subject_parts[i] === part;
const subjectsOf = (board, part) => board.subjects.filter((_, i) => belongs(board, i, part));

/* The tested pair of two rows, first minus second: [difference, low, high, p, p after Holm], or null. */
function pairOf(board, part, first, second) {
  for (const [i, j, difference, low, high, p, adjusted] of board.pairs[part] || []) {
    if (i === first.index && j === second.index) return [difference, low, high, p, adjusted];
    if (j === first.index && i === second.index) {
      const turned = (x) => (x === null ? null : -x);
      return [turned(difference), turned(high), turned(low), p, adjusted];
    }
  }
  return null;
}

const rankOf = (row, part) => (row.ranked && row.rank[part]) || null;
const rankText = (rank) => (rank[0] === rank[1] ? `${rank[0]}` : `${rank[0]}\u2013${rank[1]}`);

/* Undefined goes last, whichever way the rest is sorted. */
function compareScores(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  return down ? b - a : a - b;
}

/* The same for many rows: where it stands is looked up once. */
function valueOf(board, part, metric) {
  const p = board.parts.indexOf(part),
    m = board.metrics.indexOf(metric);
  return (row) => row.scores[p][m][0];
}

function byRank(board, part) {
  const score = valueOf(board, part, mainMetric(board));
  return (a, b) => b.ranked - a.ranked || compareScores(score(a), score(b), true) || collator.compare(a.label, b.label);
}

/* How the rows of a board may be sorted; whatever is not ranked stays below. */
function comparison(board, part, column, down) {
  const basic = byRank(board, part);
  const turn = down ? -1 : 1;
  const value = board.metrics.includes(column) ? valueOf(board, part, column) : null;
  const texts = { method: (row) => row.label, preset: (row) => row.preset, ties: (row) => row.ties[part] || "\uffff" };
  return (a, b) => {
    if (a.ranked !== b.ranked) return b.ranked - a.ranked;
    let order = 0;
    if (column === "rank") {
      const [x, y] = [rankOf(a, part), rankOf(b, part)];
      order = !x || !y ? !x - !y : turn * (x[0] - y[0] || x[1] - y[1]);
    } else if (Object.hasOwn(texts, column)) order = turn * collator.compare(texts[column](a), texts[column](b));
    else order = compareScores(value(a), value(b), down);
    return order || basic(a, b);
  };
}

/* The ranked rows that share a letter with a row; null where it was not tested. */
function matesOf(board, part, best) {
  const letters = [...(best.ties[part] || "")];
  if (!letters.length) return null;
  return board.rows.filter(
    (row) => row.ranked && row !== best && letters.some((letter) => (row.ties[part] || "").includes(letter)),
  );
}

/* A few of the rows by name, and how many more there are. */
function listed(rows, most) {
  const named = rows.slice(0, most).flatMap((row, i) => [i ? ", " : "", name(row.label, 40)]);
  return rows.length > most ? [...named, ` and ${rows.length - most} more`] : named;
}

/* The rows, best first, that have the score of the first. */
function sharing(ranked, board, part) {
  const score = valueOf(board, part, mainMetric(board));
  return ranked.filter((row) => score(row) !== null && score(row) === score(ranked[0]));
}

/* The same where several are ahead together. */
function sharedVerdict(board, part, ranked, best) {
  const metric = mainMetric(board);
  const lead = [
    `${best.length.toLocaleString("en")} entries share the highest score: `,
    el("strong", {}, listed(best, 3)),
    `, ${metricTitle(metric)} ${shown(scoreOf(board, best[0], part, metric)[0])}. `,
  ];
  const others = ranked.length - best.length;
  if (!others) return [...lead, "There is no other to compare them with."];
  const mates = best.map((row) => matesOf(board, part, row));
  if (mates.includes(null)) return [...lead, "The entries were not tested against each other."];
  const level = `${Math.round(board.test.level * 100)}\u00a0%`;
  const near = [...new Set(mates.flat())].filter((row) => !best.includes(row)).sort(byRank(board, part));
  if (!near.length)
    return [...lead, `At ${level} ${others === 1 ? "the other is" : `the other ${others} are`} separable from them.`];
  return [...lead, `At ${level} at least one of them cannot be told apart from `, ...listed(near, 4), "."];
}

/* Who is ahead, and is it real? */
function verdictOf(board, part) {
  const metric = mainMetric(board);
  const ranked = board.rows.filter((row) => row.ranked).sort(byRank(board, part));
  const [best] = ranked;
  if (!best) return [];
  const [value, low, high] = scoreOf(board, best, part, metric);
  if (value === null) return ["No entry has a defined score here."];
  const best_ = sharing(ranked, board, part);
  if (best_.length > 1) return sharedVerdict(board, part, ranked, best_);
  const lead = [
    el("strong", {}, name(best.label)),
    ` scores highest: ${metricTitle(metric)} ${shown(value)} `,
    ends(low, high),
    ". ",
  ];
  if (ranked.length === 1) return [...lead, "There is nothing to compare it with yet."];
  const mates = matesOf(board, part, best);
  if (!mates) return [...lead, "The entries were not tested against each other."];
  mates.sort(byRank(board, part));
  const level = `${Math.round(board.test.level * 100)}\u00a0%`;
  if (!mates.length)
    return [
      ...lead,
      `It is separable from ${ranked.length === 2 ? "the other" : `each of the other ${ranked.length - 1}`} at ${level}: the lead is more than chance.`,
    ];
  return [
    ...lead,
    `At ${level} it cannot be told apart from ${mates.length === 1 ? "" : `${mates.length} others: `}`,
    ...listed(mates, 4),
    ".",
  ];
}
