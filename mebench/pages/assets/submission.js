"use strict";
// Timelines: one drawing a video, made when it comes near the screen; every text of a user goes in as text.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const HIT = -1;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const DUPLICATE = data.kinds.indexOf("duplicate");
  const LANE = 11, STACK = 8, MOST = 4, GAP = 3, AXIS = 20, LEFT = 62, RIGHT = 10, LEAST = 3;

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };
  const drawn = (name, attributes = {}, text = null) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== null) made.textContent = text;
    return made;
  };
  const whole = (n) => n.toLocaleString("en-US");

  // One interval: side 0 is the truth, side 1 a prediction.
  const span = (side, place, cells) => {
    const [onset, frames, type] = cells;
    const made = { side, place, onset, offset: onset + frames - 1, frames, type, level: 0 };
    if (side === 1) Object.assign(made, { row: cells[3], score: cells[4], kind: cells[5], partner: cells[6] ?? -1 });
    else Object.assign(made, { kind: cells[3], partner: cells[4] });
    return made;
  };

  const stacked = (spans) => {
    const ends = [];
    for (const one of spans) {
      let level = ends.findIndex((end) => end < one.onset);
      if (level < 0) level = Math.min(ends.length, MOST - 1);
      ends[level] = Math.max(ends[level] ?? -Infinity, one.offset);
      one.level = level;
    }
    return Math.max(ends.length, 1);
  };

  const videos = data.videos.map(([name, subject, fps, first, last, known, said, events], index) => {
    const predictions = said.map((cells, i) => span(1, i, cells));
    const truth = events.map((cells, i) => span(0, i, cells));
    const lanes = [];
    data.types.forEach((type, code) => {
      for (const [side, all] of [[0, truth], [1, predictions]]) {
        if (side === 0 && !data.truth) continue;
        const spans = all.filter((one) => one.type === code);
        lanes.push({ type, code, side, spans, levels: stacked(spans), fresh: side === 0 || !data.truth });
      }
    });
    let y = 2;
    for (const lane of lanes) {
      if (lane.fresh && lane !== lanes[0]) y += GAP + 2;
      lane.y = y;
      lane.height = lane.levels > 1 ? lane.levels * STACK : LANE;
      y += lane.height + GAP;
    }
    const count = (spans, wanted) => spans.filter(wanted).length;
    return {
      index, name, subject, fps, first, last: Math.max(last, first + 1), known: Boolean(known), predictions, truth, lanes,
      height: y + AXIS,
      tp: count(truth, (one) => one.kind === HIT),
      fn: count(truth, (one) => one.kind !== HIT),
      fp: count(predictions, (one) => one.kind !== HIT),
      all: [...truth, ...predictions].sort((a, b) => a.onset - b.onset || a.side - b.side),
      from: first, to: Math.max(last, first + 1), chosen: null,
    };
  });

  // Words
  const seconds = (video, frame) => (video.fps ? (frame - video.first) / video.fps : null);
  const clock = (video, frame) => (video.fps ? `${seconds(video, frame).toFixed(2)} s` : "");
  const outcome = (one) => {
    if (!data.truth) return "";
    if (one.kind === HIT) return one.side ? "hit (TP)" : "found (TP)";
    const kind = data.kinds[one.kind];
    if (one.side) return `false positive (FP): ${kind}`;
    return kind === "missed" ? "missed (FN)" : `missed (FN): ${kind}`;
  };
  const iou = (a, b) => {
    const shared = Math.min(a.offset, b.offset) - Math.max(a.onset, b.onset) + 1;
    return shared > 0 ? shared / (a.frames + b.frames - shared) : 0;
  };
  const partner = (video, one) =>
    one.partner === undefined || one.partner < 0 ? null : (one.side ? video.truth : video.predictions)[one.partner];
  const frames = (one) => (one.frames > 0 ? `frames ${one.onset} to ${one.offset}` : `frame ${one.onset}, without an end`);
  const lines = (video, one) => {
    const said = [`${one.side ? "Prediction" : "Event"}, ${data.types[one.type]}${data.truth ? `, ${outcome(one)}` : ""}`];
    const length = video.fps ? `, ${(one.frames / video.fps).toFixed(2)} s` : "";
    said.push(`${frames(one)} (${whole(one.frames)} frame${one.frames === 1 ? "" : "s"}${length})`);
    if (video.fps) said.push(`${clock(video, one.onset)} to ${clock(video, one.offset)}`);
    const other = partner(video, one);
    if (other) said.push(`${one.side ? "event" : "prediction"}: ${frames(other)}, IoU ${iou(one, other).toFixed(3)}`);
    if (one.side) said.push(`row ${one.row} of the file${one.score === null ? "" : `, score ${one.score}`}`);
    return said;
  };
  const mark = (one) => {
    if (!data.truth) return "said";
    if (one.kind === HIT) return "tp";
    return one.side ? (one.kind === DUPLICATE ? "again" : "fp") : "fn";
  };

  // Drawing
  const step = (extent, room) => {
    const rough = extent / Math.max(room / 62, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough * 0.999);
  };
  const across = (video, width) => {
    const scale = (width - LEFT - RIGHT) / (video.to - video.from + 1);
    return { scale, x: (frame) => LEFT + (frame - video.from) * scale, frame: (x) => video.from + (x - LEFT) / scale };
  };
  const axis = (video, svg, width, at) => {
    const bottom = video.height - AXIS;
    const rate = video.fps || 1;
    const size = step((video.to - video.from + 1) / rate, width - LEFT);
    const fine = video.fps ? size : Math.max(1, size);
    const from = video.fps ? (video.from - video.first) / rate : video.from;
    const to = video.fps ? (video.to + 1 - video.first) / rate : video.to + 1;
    const digits = Math.max(0, -Math.floor(Math.log10(fine) + 1e-9));
    for (let k = Math.ceil(from / fine - 1e-9); k * fine <= to; k += 1) {
      const x = at.x(video.fps ? video.first + k * fine * rate : k * fine);
      svg.append(drawn("line", { class: "rail", x1: x, x2: x, y1: 0, y2: bottom + 3 }));
      const words = (k * fine).toFixed(digits) + (video.fps ? " s" : "");
      if (x < width - 24) svg.append(drawn("text", { x, y: bottom + 15, "text-anchor": "middle" }, words));
    }
    svg.append(drawn("text", { x: 0, y: bottom + 15 }, video.fps ? "time" : "frame"));
  };
  const place = (lane, one) => ({
    y: lane.y + one.level * STACK + 0.5,
    height: (lane.levels > 1 ? STACK : LANE) - 1,
  });
  const box = (video, lane, one, at) => {
    const from = at.x(one.onset), to = at.x(one.offset + 1);
    const width = Math.max(to - from, LEAST);
    return { x: (from + to - width) / 2, width, ...place(lane, one) };
  };

  const draw = (video) => {
    const svg = video.svg;
    const width = Math.max(Math.floor(svg.getBoundingClientRect().width), 200);
    const at = across(video, width);
    svg.setAttribute("viewBox", `0 0 ${width} ${video.height}`);
    svg.replaceChildren();
    video.width = width;
    for (const lane of video.lanes) {
      svg.append(drawn("rect", { class: "lane", x: LEFT, y: lane.y, width: width - LEFT - RIGHT, height: lane.height }));
      const words = data.truth ? (lane.side ? "predicted" : `${lane.type} truth`) : lane.type;
      svg.append(drawn("text", { x: LEFT - 6, y: lane.y + LANE - 2, "text-anchor": "end" }, words));
    }
    axis(video, svg, width, at);
    const clip = drawn("svg", { x: LEFT, y: 0, width: width - LEFT - RIGHT, height: video.height, viewBox: `${LEFT} 0 ${width - LEFT - RIGHT} ${video.height}` });
    video.boxes = new Map();
    const inside = (one) => one.offset >= video.from - 1 && one.onset <= video.to + 1;
    for (const lane of video.lanes) {
      for (const one of lane.spans) {
        if (!inside(one)) continue;
        const at_box = box(video, lane, one, at);
        video.boxes.set(one, at_box);
        clip.append(drawn("rect", { class: `mark ${mark(one)}`, rx: 1, ...at_box }));
      }
    }
    for (const one of video.predictions) {
      const other = partner(video, one);
      if (one.kind !== HIT || !other || !video.boxes.has(one) || !video.boxes.has(other)) continue;
      const [a, b] = [video.boxes.get(other), video.boxes.get(one)];
      clip.append(drawn("line", { class: "joined", x1: a.x + a.width / 2, x2: b.x + b.width / 2, y1: a.y + a.height, y2: b.y }));
    }
    video.cursor = drawn("line", { class: "cursor", y1: 0, y2: video.height - AXIS, visibility: "hidden" });
    clip.append(video.cursor);
    if (video.chosen && video.boxes.has(video.chosen)) {
      const { x, y, width: w, height } = video.boxes.get(video.chosen);
      clip.append(drawn("rect", { class: "chosen", x: x - 2.5, y: y - 2, width: w + 5, height: height + 4, rx: 2 }));
    }
    svg.append(clip);
    video.drawn = true;
  };

  // Where one looks
  const look = (video, from, to) => {
    const least = Math.min(10, video.last - video.first + 1);
    let extent = Math.min(Math.max(to - from, least - 1), video.last - video.first);
    let start = Math.min(Math.max(from, video.first), video.last - extent);
    video.from = start;
    video.to = start + extent;
    draw(video);
  };
  const zoom = (video, factor, frame = (video.from + video.to) / 2) => {
    const extent = (video.to - video.from) * factor;
    const share = (frame - video.from) / Math.max(video.to - video.from, 1e-9);
    look(video, frame - share * extent, frame + (1 - share) * extent);
  };
  const pan = (video, by) => look(video, video.from + by, video.to + by);
  const reset = (video) => look(video, video.first, video.last);

  // Tip
  const tip = byId("tip");
  const hide = () => { tip.hidden = true; };
  const show = (video, words, x, y) => {
    tip.replaceChildren(...words.map((line) => element("div", {}, line)));
    tip.hidden = false;
    tip.style.left = "0"; // room for its width to be measured
    const wide = tip.offsetWidth, high = tip.offsetHeight;
    const edge = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(4, Math.min(x + 12, edge - wide - 8)) + window.scrollX}px`;
    const below = y + 18 + high < window.innerHeight || y < high + 12;
    tip.style.top = `${(below ? y + 18 : y - high - 12) + window.scrollY}px`;
  };
  const nearest = (video, x, y) => {
    let best = null, least = 6;
    for (const [one, at] of video.boxes ?? []) {
      const dx = Math.max(at.x - x, 0, x - at.x - at.width), dy = Math.max(at.y - y, 0, y - at.y - at.height);
      const far = Math.hypot(dx, dy * 1.5);
      if (far < least) [best, least] = [one, far];
    }
    return best;
  };
  const choose = (video, one) => {
    video.chosen = one;
    const middle = (one.onset + one.offset) / 2, extent = video.to - video.from;
    if (one.onset < video.from || one.offset > video.to) look(video, middle - extent / 2, middle + extent / 2);
    else draw(video);
    const words = lines(video, one), at = video.boxes.get(one), stage = video.svg.getBoundingClientRect();
    show(video, words, stage.left + at.x, stage.top + at.y + at.height);
    byId("said").textContent = words.join("; ");
  };
  const next = (video, way) => {
    if (!video.all.length) return;
    const here = video.all.indexOf(video.chosen);
    const start = way > 0 ? video.all.findIndex((one) => one.offset >= video.from) : video.all.length - 1;
    const to = here < 0 ? Math.max(start, 0) : Math.min(Math.max(here + way, 0), video.all.length - 1);
    choose(video, video.all[to]);
  };

  const onKey = (video) => (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const middle = video.chosen ? (video.chosen.onset + video.chosen.offset) / 2 : undefined;
    if (way && event.shiftKey) pan(video, (way * (video.to - video.from)) / 4);
    else if (way) next(video, way);
    else if (event.key === "+" || event.key === "=") zoom(video, 0.5, middle);
    else if (event.key === "-" || event.key === "_") zoom(video, 2, middle);
    else if (event.key === "0" || event.key === "Home") reset(video);
    else if (event.key === "Escape") { video.chosen = null; hide(); draw(video); return; }
    else return;
    event.preventDefault();
  };
  const onWheel = (video) => (event) => {
    const active = document.activeElement === video.svg;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!active && !event.ctrlKey) return;
    event.preventDefault();
    hide();
    const turned = sideways ? event.deltaX || event.deltaY : event.deltaY;
    if (sideways) pan(video, (turned / 500) * (video.to - video.from));
    else zoom(video, Math.exp(Math.max(-1, Math.min(1, turned / 250))), across(video, video.width).frame(event.clientX - video.svg.getBoundingClientRect().left));
  };
  const onPointer = (video) => {
    let held = null;
    const svg = video.svg;
    const inside = (event) => {
      const stage = svg.getBoundingClientRect();
      return [event.clientX - stage.left, event.clientY - stage.top];
    };
    svg.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, from: video.from, to: video.to };
      svg.focus({ preventScroll: true });
    });
    svg.addEventListener("pointermove", (event) => {
      const [x, y] = inside(event);
      const { scale, frame } = across(video, video.width);
      if (held && event.buttons && Math.abs(event.clientX - held.x) > 3) {
        if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
        const by = (held.x - event.clientX) / scale;
        look(video, held.from + by, held.to + by);
        hide();
        return;
      }
      if (x < LEFT || x > video.width - RIGHT) { hide(); return; }
      video.cursor.setAttribute("x1", x);
      video.cursor.setAttribute("x2", x);
      video.cursor.setAttribute("visibility", "visible");
      const one = nearest(video, x, y), here = Math.floor(frame(x));
      show(video, one ? lines(video, one) : [`frame ${here}`, ...(video.fps ? [clock(video, here)] : [])], event.clientX, event.clientY);
    });
    svg.addEventListener("pointerup", (event) => {
      const [x, y] = inside(event);
      if (held && Math.abs(event.clientX - held.x) <= 3) {
        const one = nearest(video, x, y);
        if (one) choose(video, one);
      }
      held = null;
    });
    svg.addEventListener("pointercancel", () => { held = null; });
    svg.addEventListener("pointerleave", () => { hide(); video.cursor?.setAttribute("visibility", "hidden"); });
    svg.addEventListener("blur", () => { if (video.chosen) { video.chosen = null; draw(video); } hide(); });
  };

  // The rows of the page
  const table = (video) => {
    const headings = ["what", "type", "onset", "offset", "frames", ...(video.fps ? ["from", "to"] : []), ...(data.truth ? ["outcome", "IoU"] : []), "row", "score"];
    const rows = video.all.map((one) => {
      const other = partner(video, one);
      const cells = [one.side ? "prediction" : "event", data.types[one.type], one.onset, one.offset, one.frames];
      if (video.fps) cells.push(clock(video, one.onset), clock(video, one.offset));
      if (data.truth) cells.push(outcome(one), other ? iou(one, other).toFixed(3) : "");
      cells.push(one.side ? one.row : "", one.side && one.score !== null ? one.score : "");
      return element("tr", {}, ...cells.map((cell) => element("td", typeof cell === "number" ? { class: "number" } : {}, String(cell))));
    });
    const head = element("thead", {}, element("tr", {}, ...headings.map((words) => element("th", { scope: "col" }, words))));
    return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `Intervals of ${video.name}` }, element("table", {}, head, element("tbody", {}, ...rows)));
  };
  const button = (words, label, act) => element("button", { type: "button", "aria-label": label, title: label, on: { click: act } }, words);
  const build = (video) => {
    const facts = [`subject ${video.subject}`];
    if (video.known) facts.push(`${whole(video.last - video.first + 1)} frames`);
    if (video.known && video.fps) facts.push(`${((video.last - video.first + 1) / video.fps).toFixed(1)} s at ${video.fps} fps`);
    const tally = data.truth
      ? [["TP", video.tp], ["FP", video.fp], ["FN", video.fn]].map(([name, n]) => element("span", {}, `${name} `, element("b", {}, String(n)), " "))
      : [`${video.predictions.length} prediction${video.predictions.length === 1 ? "" : "s"}`];
    const words = data.truth ? `${video.tp} found, ${video.fn} missed, ${video.fp} false positives` : tally[0];
    video.svg = drawn("svg", {
      class: "timeline", height: video.height, tabindex: 0, role: "application",
      "aria-roledescription": "timeline", "aria-label": `Timeline of ${video.name}: ${words}. Arrow keys go through the intervals.`,
    });
    onPointer(video);
    video.svg.addEventListener("keydown", onKey(video));
    video.svg.addEventListener("wheel", onWheel(video), { passive: false });
    const listed = element("div", { class: "listed", hidden: "" });
    const opener = element("button", { type: "button", "aria-expanded": "false", "aria-label": `Intervals of ${video.name} as a table` }, "Table");
    opener.addEventListener("click", () => {
      if (!listed.firstChild) listed.append(table(video));
      listed.hidden = !listed.hidden;
      opener.setAttribute("aria-expanded", String(!listed.hidden));
    });
    const head = element("div", { class: "video-head" },
      element("h3", {}, element("bdi", {}, video.name)),
      element("span", { class: "soft" }, element("bdi", {}, facts.join(" · "))),
      element("span", { class: "tally number" }, ...tally),
      element("span", { class: "zoom noprint" },
        button("+", `Zoom in on ${video.name}`, () => zoom(video, 0.5)),
        button("−", `Zoom out of ${video.name}`, () => zoom(video, 2)),
        button("All", `Show all of ${video.name}`, () => reset(video)),
        ...(video.all.length ? [opener] : [])));
    video.box = element("article", { class: "video", "data-video": String(video.index) }, head, video.svg, listed);
    return video.box;
  };

  // Which videos are shown
  const fill = () => {
    const subject = byId("subject").value, which = byId("which")?.value ?? "all", part = byId("search").value.trim().toLowerCase();
    let n = 0;
    for (const video of videos) {
      const right = { all: true, errors: video.fp + video.fn > 0, misses: video.fn > 0, hits: video.tp > 0 }[which];
      const kept = right && (!subject || video.subject === subject) && video.name.toLowerCase().includes(part);
      video.box.hidden = !kept;
      n += kept ? 1 : 0;
    }
    byId("count").textContent = `${whole(n)} of ${whole(videos.length)} videos`;
    byId("empty").hidden = n > 0;
  };
  for (const subject of [...new Set(videos.map((video) => video.subject))]) byId("subject").append(element("option", { value: subject }, subject));
  byId("videos").append(...videos.map(build));
  for (const id of ["subject", "which"]) byId(id)?.addEventListener("change", fill);
  byId("search").addEventListener("input", fill);
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("tools").hidden = false;
  byId("hint").hidden = false;
  fill();

  const of = new Map(videos.map((video) => [video.svg, video]));
  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) {
      const video = of.get(one.target);
      if (one.isIntersecting && !video.drawn) draw(video);
    }
  }, { rootMargin: "600px" });
  for (const video of videos) watcher.observe(video.svg);
  new ResizeObserver(() => {
    for (const video of videos) if (video.drawn && Math.floor(video.svg.getBoundingClientRect().width) !== video.width && !video.box.hidden) draw(video);
  }).observe(byId("videos"));
  window.addEventListener("beforeprint", () => { for (const video of videos) if (!video.box.hidden) draw(video); });
})();
