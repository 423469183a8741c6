/* A tab of measured boards: which board, which part, the table, the comparison, the diagram. */
function boardView(root, kind, boards, state, changed) {
  let context = null,
    timer = null,
    replaced = "";
  const levels = [
    ["task", "Task", (task) => titleOf("tasks", task), (task) => Object.keys(DATA.titles.tasks).indexOf(task)],
    ["dataset", "Dataset", (dataset) => titleOf("datasets", dataset)],
    ["protocol", "Protocol", protocolTitle],
    ["variant", "Variant", (variant) => variant || "as it is", (variant) => (variant ? 1 : 0)],
  ];
  const selectors = el("div", { class: "selectors noprint" }),
    stage = el("div"),
    bar = el("div", { class: "bar noprint", hidden: true }),
    heard = el("p", { class: "hidden", role: "status" });
  /* The bar sums up the panel, so it stands aside where the panel is on the screen. */
  const watcher = new IntersectionObserver((seen) => bar.classList.toggle("aside", seen.at(-1).isIntersecting));
  root.append(
    ...(boards.length > 1 ? [overview(boards, (board) => show(board.id, mainPart(board)))] : []),
    selectors,
    stage,
    bar,
    heard,
  );

  /* Boards that agree with a choice; what was chosen at deeper levels is kept where it still exists. */
  function choose(level, value) {
    const now = current();
    const wanted = Object.fromEntries(levels.map(([key]) => [key, now[key]]));
    wanted[level] = value;
    const depth = levels.findIndex(([key]) => key === level);
    let left = boards.filter((board) => levels.slice(0, depth + 1).every(([key]) => board[key] === wanted[key]));
    for (const [key] of levels.slice(depth + 1)) {
      const same = left.filter((board) => board[key] === wanted[key]);
      if (same.length) left = same;
    }
    show(left[0].id);
  }
  const current = () => boards.find((board) => board.id === state.board) || boards[0];

  function show(id, part) {
    const turned = id !== state.board;
    if (turned) Object.assign(state, { a: "", b: "", sort: "", preset: "", author: "", open: new Set() });
    state.board = id;
    const board = current();
    const wanted = part || state.part;
    state.part = board.parts.includes(wanted) ? wanted : mainPart(board);
    if (turned) changed(true); // a step that Back undoes; whatever follows only amends it
    drawAll();
  }

  function drawSelectors(board, focused) {
    const rows = [];
    let left = boards;
    for (const [key, label, title, place] of levels) {
      const options = [...new Set(left.map((one) => one[key]))].sort(
        (a, b) => (place ? place(a) - place(b) : 0) || collator.compare(title(a), title(b)),
      );
      if (options.length > 1 || key === "task" || key === "dataset")
        rows.push(
          choice(
            label,
            options.map((o) => o ?? ""),
            board[key] ?? "",
            title,
            (value) => choose(key, value === "" ? null : value),
          ),
        );
      left = left.filter((one) => one[key] === board[key]);
    }
    if (board.parts.length > 1)
      rows.push(
        choice(
          board.task === "recognition" ? "Database" : "Part",
          board.parts,
          state.part,
          (part) => titleOf("parts", part),
          (part) => show(board.id, part),
        ),
      );
    selectors.replaceChildren(...rows);
    if (focused)
      for (const input of selectors.querySelectorAll("input:checked"))
        if (input.closest("fieldset").firstChild.textContent === focused) input.focus();
  }

  function drawAll() {
    const board = current(),
      part = state.part;
    const focused =
      document.activeElement && selectors.contains(document.activeElement)
        ? document.activeElement.closest("fieldset").firstChild.textContent
        : "";
    drawSelectors(board, focused);
    const byId = (id) => board.rows.find((row) => row.id === id);
    context = {
      board,
      part,
      id: kind,
      caption: `${headingOf(board)}, ${titleOf("parts", part)}`,
      open: new Set(),
      picked: [byId(state.a), byId(state.b)].filter(Boolean),
      toggle,
      pick,
      sortBy,
    };
    if (!columnsOf(board).some((column) => column.key === state.sort))
      Object.assign(state, { sort: mainMetric(board), down: true });
    context.view = boardTable(context);
    context.count = el("span", { role: "status", class: "soft" });
    context.slot = el("div", { id: `${kind}-compare` });
    watcher.disconnect();
    watcher.observe(context.slot);
    replaced = "";
    stage.replaceChildren(...boardStage(context, state, { search, update, exported }));
    update();
    drawComparison();
    stage.querySelectorAll("svg.cd").forEach(trimmed);
  }

  function filtered() {
    const q = (state.q || "").toLowerCase();
    return context.board.rows.filter(
      (row) =>
        (!q || row.found.includes(q)) &&
        (!state.only || row.ranked) &&
        (!state.preset || row.preset === state.preset) &&
        (!state.author || row.authors === state.author),
    );
  }

  function update() {
    const { board, part } = context;
    context.rows = filtered().sort(comparison(board, part, state.sort, state.down));
    context.view.draw(context.rows, state);
    context.count.textContent =
      context.rows.length === board.rows.length
        ? plural(board.rows.length, "entry").replace("entrys", "entries")
        : `${context.rows.length.toLocaleString("en")} of ${board.rows.length.toLocaleString("en")} entries`;
    changed();
  }

  function search(text) {
    state.q = text;
    clearTimeout(timer);
    timer = setTimeout(update, 60);
  }
  function sortBy(column) {
    state.down = state.sort === column.key ? !state.down : column.down;
    state.sort = column.key;
    update();
  }
  function toggle(row) {
    if (context.open.has(row)) context.open.delete(row);
    else context.open.add(row);
    context.view.turn(row);
  }
  function pick(row, on) {
    const { picked } = context;
    if (on) picked.push(row);
    else picked.splice(picked.indexOf(row), 1);
    const gone = picked.length > 2 ? picked.shift() : null;
    replaced = gone ? `${clipped(gone.label, 40)} is no longer selected: two rows are compared at a time.` : "";
    heard.textContent = replaced;
    [state.a, state.b] = [picked[0]?.id || "", picked[1]?.id || ""];
    state.by = "";
    context.view.ticks();
    changed();
    drawComparison();
  }

  function drawComparison() {
    const { board, picked, slot } = context;
    const close = () => {
      picked.length = 0;
      state.a = state.b = replaced = heard.textContent = "";
      context.view.ticks();
      changed();
      drawComparison();
    };
    const clear = el("button", { onclick: close }, "Clear");
    bar.hidden = !picked.length;
    if (picked.length < 2) {
      slot.replaceChildren();
      if (picked.length)
        bar.replaceChildren(
          el(
            "span",
            { role: "status" },
            name(picked[0].label, 40),
            " is selected. Select another row to compare the two.",
          ),
          clear,
        );
      return;
    }
    const metric = board.metrics.includes(state.by) ? state.by : mainMetric(board);
    const choose = (chosen) => {
      state.by = chosen;
      drawComparison();
      slot.querySelector("select").focus();
    };
    const { panel, number } = comparePanel(context, metric, choose, { close, replaced });
    slot.replaceChildren(panel);
    bar.replaceChildren(
      el(
        "span",
        { role: "status" },
        name(picked[0].label, 30),
        " \u2212 ",
        name(picked[1].label, 30),
        ": ",
        el("strong", {}, number),
      ),
      replaced ? el("span", { class: "soft small" }, replaced) : "",
      el("button", { onclick: () => slot.scrollIntoView({ block: "start" }) }, "See the comparison"),
      clear,
    );
  }

  function exported(form) {
    const { board, part, rows } = context,
      file = `${board.id.replace(/[^A-Za-z0-9]+/g, "-")}-${part.replace(/[^A-Za-z0-9]+/g, "-")}`;
    if (form === "json") {
      const { rows: all, pairs, events, ...facts_ } = board;
      const kept = rows.map((row) => ({
        ...Object.fromEntries(
          Object.entries(row).filter(
            ([key]) => !["subjects", "found", "index", "label", "oracle", "scores"].includes(key),
          ),
        ),
        scores: Object.fromEntries(board.metrics.map((metric) => [metric, scoreOf(board, row, part, metric)])),
        rank: rankOf(row, part),
        ties: row.ties[part],
      }));
      download(`${file}.json`, "application/json", JSON.stringify({ ...facts_, part, rows: kept }, null, 1));
      return;
    }
    const head = [
      "dataset",
      "synthetic",
      "protocol",
      "part",
      "rank_best",
      "rank_worst",
      "ranked",
      "method",
      "preset",
      "seed",
      "authors",
      ...board.metrics.flatMap((metric) => [metric, `${metric}_low`, `${metric}_high`]),
      "ties",
      "selection",
      "threshold_source",
      "id",
      "submission_sha256",
    ];
    const lines = rows.map((row) => [
      board.dataset,
      board.synthetic,
      board.protocol,
      part,
      ...(rankOf(row, part) || [null, null]),
      row.ranked,
      row.method,
      row.preset,
      row.seed,
      row.authors,
      ...board.metrics.flatMap((metric) => scoreOf(board, row, part, metric)),
      row.ties[part] || "",
      row.selection,
      row.threshold_source,
      row.id,
      row.submission_sha256,
    ]);
    download(`${file}.csv`, "text/csv", csv([head, ...lines]));
  }

  state.board = current().id;
  show(state.board, state.part);
  return { show };
}
