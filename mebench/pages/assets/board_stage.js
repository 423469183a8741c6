/* What a tab of measured boards consists of: all boards at a glance, then one board from its headline to its papers. */

/* Every board in a line: who scores highest there, and how many cannot be told apart from it. */
function overviewLine(board, choose) {
  const part = mainPart(board);
  const ranked = board.rows.filter((row) => row.ranked).sort(byRank(board, part));
  const [value, low, high] = ranked.length ? scoreOf(board, ranked[0], part, mainMetric(board)) : [null];
  const cells = [el("span", { class: "soft" }, "none defined"), "", ""];
  if (value !== null) {
    const mates = matesOf(board, part, ranked[0]);
    const of = part === "full" ? "" : `${titleOf("parts", part)} `;
    const shared = sharing(ranked, board, part).length;
    cells[0] = shared > 1 ? `${shared} share it` : name(ranked[0].label, 40);
    cells[1] = `${of}${metricTitle(mainMetric(board))} ${shown(value)} ${ends(low, high, 2)}`;
    cells[2] = mates && mates.length ? `not separable from ${mates.length}` : "separable from all";
    if (ranked.length === 1) cells[2] = "the only one";
    else if (shared > 1) cells[2] = "none alone";
    else if (mates === null) cells[2] = "not tested";
  }
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("button", { onclick: () => choose(board) }, headingOf(board))),
    el("td", { class: "number" }, String(board.rows.length)),
    cells.map((cell) => el("td", {}, cell)),
  );
}

function overview(boards, choose) {
  const lines = boards.map((board) => overviewLine(board, choose));
  const head = ["Board", "Entries", "Highest", "Score", "Lead"].map((title, i) =>
    el("th", { scope: "col", class: i === 1 ? "number" : null }, title),
  );
  return el(
    "details",
    { class: "overview noprint" },
    el("summary", {}, `All ${boards.length} boards at a glance`),
    el(
      "div",
      { class: "wide", tabindex: 0, role: "region", "aria-label": "All boards" },
      el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, lines)),
    ),
  );
}

/* A diagram without the empty room that its names did not need. */
function trimmed(diagram) {
  const box = diagram.getBBox();
  if (!box.width) return;
  const left = Math.floor(box.x - 4),
    width = Math.ceil(box.width + 8);
  diagram.setAttribute("viewBox", `${left} 0 ${width} ${diagram.viewBox.baseVal.height}`);
  diagram.setAttribute("width", width);
}

const protocolTitle = (protocol) => (protocol ? (protocol === "loso" ? "LOSO" : protocol) : "none");
const headingOf = (board) =>
  `${titleOf("tasks", board.task)} on ${titleOf("datasets", board.dataset)}` +
  (board.variant ? `, ${board.variant}` : "") +
  (board.protocol ? ` (${protocolTitle(board.protocol)})` : "");

/* What is counted, by which rule, against which truth: one line. */
function factsLine(board) {
  const counts = Object.entries(board.ground_truth.counts || {})
    .filter(([, n]) => typeof n === "number")
    .map(([k, n]) => `${n.toLocaleString("en")} ${titleOf("parts", k).replaceAll("_", " ")}`);
  const iou = board.rule.iou ? `, IoU at least ${board.rule.iou}` : "";
  return el(
    "p",
    { class: "soft small" },
    `Rule ${board.rule.name}, version ${board.rule.version}${iou}. Truth: ${counts.join(", ")}; policy ${board.ground_truth.policy}, sha256 `,
    el("code", {}, String(board.ground_truth.sha256).slice(0, 12)),
    `. ${board.test.words}`,
  );
}

function boardStage(context, state, { search, update, exported }) {
  const { board, part } = context;
  const distinct = (key) => [...new Set(board.rows.map((row) => row[key]).filter(Boolean))].sort(collator.compare);
  const filter = (label, key, field) =>
    distinct(field).length > 1
      ? dropdown(label, distinct(field).slice(0, 300), state[key], (value) => {
          state[key] = value;
          update();
        })
      : null;
  const diagram = document.querySelector(`template[data-diagram="${CSS.escape(`${board.id} ${part}`)}"]`);
  return [
    el(
      "h2",
      {},
      headingOf(board),
      el("span", { class: "of" }, board.parts.length > 1 ? ` ${titleOf("parts", part)}` : ""),
    ),
    el("p", { class: "lead" }, verdictOf(board, part)),
    el(
      "div",
      { class: "tools noprint" },
      el(
        "label",
        { class: "field grow" },
        "Search",
        el("input", {
          type: "search",
          value: state.q || "",
          placeholder: "method, author, note",
          oninput: (event) => search(event.target.value),
        }),
      ),
      filter("Preset", "preset", "preset"),
      filter("Authors", "author", "authors"),
      el(
        "label",
        { class: "field check" },
        el("input", {
          type: "checkbox",
          checked: Boolean(state.only),
          onchange: (event) => {
            state.only = event.target.checked;
            update();
          },
        }),
        " ranked only",
      ),
      el(
        "span",
        { class: "buttons" },
        el("button", { onclick: () => exported("csv") }, "CSV"),
        el("button", { onclick: () => exported("json") }, "JSON"),
      ),
    ),
    el(
      "p",
      { class: "legend soft small" },
      context.count,
      el("span", {}, el("span", { class: "key first", "aria-hidden": "true" }), "may truly be the best"),
      el("span", {}, "whisker: 95 % interval over subjects"),
      el("span", { class: "noprint" }, "tick two rows to compare them"),
    ),
    el(
      "div",
      { class: "wide table", tabindex: 0, role: "region", "aria-label": "Table of results" },
      context.view.table,
    ),
    factsLine(board),
    context.slot,
    diagram
      ? el(
          "section",
          { class: "diagram" },
          el("h3", {}, "Who ranks where, over subjects"),
          el(
            "div",
            { class: "wide", tabindex: 0, role: "region", "aria-label": "Critical-difference diagram" },
            diagram.content.cloneNode(true),
          ),
          el("p", { class: "soft small" }, diagram.content.querySelector("desc")?.textContent || ""),
        )
      : null,
    publishedBeside(board),
  ].filter(Boolean);
}
