/* Tabs, and the state of the page in its address: a link shows what its sender saw. */
const KEYS = ["board", "part", "sort", "down", "q", "only", "preset", "author", "a", "b", "task", "dataset", "verdict"];
const place = (board) => Object.keys(DATA.titles.tasks).indexOf(board.task);
/* Spotting first, datasets as they are before their variants, the best filled board of these at the top. */
const boards = DATA.boards
  .map(unpacked)
  .sort((a, b) => place(a) - place(b) || Boolean(a.variant) - Boolean(b.variant) || b.rows.length - a.rows.length);
const kinds = {
  real: boards.filter((board) => !board.synthetic),
  twins: boards.filter((board) => board.synthetic),
};
const states = { real: {}, twins: {}, published: {}, help: {} };
const views = {};
const tabs = [...document.querySelectorAll('[role="tab"]')];
let active = "";

/* Another board or tab is a step in the history of the browser; sorting and the like only amend the address. */
function written(step = false) {
  const said_ = new URLSearchParams();
  said_.set("view", active);
  for (const key of KEYS) {
    const value = states[active][key];
    if (value) said_.set(key, value === true ? "yes" : value);
  }
  const hash = `#${said_}`;
  if (hash === location.hash) return;
  try {
    if (step) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  } catch {
    /* some readers of local files refuse: the page works without */
  }
}

function readAddress() {
  const said_ = new URLSearchParams(location.hash.slice(1));
  const view = said_.get("view");
  const found = Object.hasOwn(states, view) ? view : kinds.real.length || !kinds.twins.length ? "real" : "twins";
  for (const key of KEYS) {
    const value = said_.get(key) || "";
    if (view === found) states[found][key] = key === "down" || key === "only" ? value === "yes" : value;
  }
  return found;
}

function open(view, { focus = false, step = false } = {}) {
  active = view;
  written(step);
  for (const tab of tabs) {
    const on = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(`view-${tab.dataset.view}`).hidden = !on;
    if (on && focus) tab.focus();
  }
  if (!views[view]) {
    const root = document.querySelector(`#view-${view} .app`);
    if (view === "published" && DATA.published.length) publishedView(root, states[view], written);
    if (kinds[view] && kinds[view].length) boardView(root, view, kinds[view], states[view], written);
    views[view] = true;
  }
  written();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab.dataset.view, { step: true }));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(tab), End: tabs.length - 1 - tabs.indexOf(tab) }[
      event.key
    ];
    if (step === undefined) return;
    event.preventDefault();
    open(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].dataset.view, { focus: true, step: true });
  });
}
window.addEventListener("hashchange", () => {
  const view = readAddress();
  const root = document.querySelector(`#view-${view} .app`);
  if (root) root.replaceChildren();
  views[view] = false;
  open(view);
});
document.documentElement.classList.add("scripted");
open(readAddress());
