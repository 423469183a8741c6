/* Elements are made of names and text only: nothing that came from a user is ever parsed as HTML. */
const SVG = "http://www.w3.org/2000/svg";

function fill(node, given, children) {
  for (const [name, value] of Object.entries(given || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const el = (tag, given, ...children) => fill(document.createElement(tag), given, children);
const svg = (tag, given, ...children) => fill(document.createElementNS(SVG, tag), given, children);
/* Cut between characters, never within one that takes two units (an emoji). */
function clipped(text, length) {
  if (text.length <= length) return text;
  const signs = Array.from(text);
  return signs.length > length ? signs.slice(0, length - 1).join("") + "…" : text;
}
const name = (text, length = 80) =>
  el("bdi", { title: clipped(text, length) === text ? null : clipped(text, 2000) }, clipped(text, length));
const plural = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
const shown = (value, digits = 3) => (value === null || !isFinite(value) ? "undefined" : value.toFixed(digits));
const signed = (value, digits = 3) => (value > 0 ? "+" : value < 0 ? "\u2212" : "") + Math.abs(value).toFixed(digits);
const ends = (low, high, digits = 3, as = shown) =>
  low === null || !isFinite(low) ? "no interval" : `[${as(low, digits)}, ${as(high, digits)}]`;
const METRICS = {
  f1: "F1",
  precision: "Precision",
  recall: "Recall",
  uf1: "UF1",
  uar: "UAR",
  accuracy: "Accuracy",
  strs: "STRS",
  spotting_f1: "Spotting F1",
  analysis_f1: "Analysis F1",
};
const metricTitle = (metric) => METRICS[metric] || metric;

/* A link only where it is one; anything else stays text. */
function linked(text) {
  if (!/^https?:\/\/[^\s]+$/i.test(text)) return name(text, 4000);
  return el("a", { href: text, rel: "noopener noreferrer" }, clipped(text, 90));
}

/* One choice among a few: radio buttons in a row, so that arrow keys work as everywhere. */
let groups = 0;
function choice(label, options, chosen, titleOf, onchange) {
  const group = `choice-${++groups}`;
  return el(
    "fieldset",
    { class: "choice" },
    el("legend", {}, label),
    el(
      "div",
      { class: "options" },
      options.map((option) =>
        el(
          "label",
          {},
          el("input", {
            type: "radio",
            name: group,
            value: option,
            checked: option === chosen,
            onchange: () => onchange(option),
          }),
          el("span", {}, clipped(titleOf(option), 60)),
        ),
      ),
    ),
  );
}

function dropdown(label, options, chosen, onchange, titleOf = (option) => option) {
  return el(
    "label",
    { class: "field" },
    label,
    el(
      "select",
      { onchange: (event) => onchange(event.target.value) },
      el("option", { value: "" }, "any"),
      options.map((option) =>
        el("option", { value: option, selected: option === chosen }, clipped(titleOf(option), 50)),
      ),
    ),
  );
}

function download(file, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: file });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/* What a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = /^[\s"']*[=+\-@\t\r]/.test(value) ? "'" + value : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
const csv = (rows) => rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
