"""How fast is the leaderboard with a thousand entries? Prints one table; run with ``python benchmarks/leaderboard.py``.

Needs Chromium and playwright. Writing the page is timed in Python; opening, sorting, searching and comparing in the
browser, each until the new layout is there. Best of several runs, beside its bound.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "pages"))

import boards_made
from browser import chromium, opened

from mebench.leaderboard.rendered import rendered

VIEW = "section[role=tabpanel]:not([hidden])"
RUNS = 5

CLICK = """([selector, place]) => {
  const button = document.querySelectorAll(selector)[place];
  const begin = performance.now();
  button.click();
  document.body.offsetHeight;
  return performance.now() - begin;
}"""
WHOLE = """([selector, place]) => new Promise((done) => {
  const body = document.querySelector("table.board tbody"), n = body.rows.length, begin = performance.now();
  document.querySelectorAll(selector)[place].click();
  const look = () => {
    document.body.offsetHeight;
    if (body.rows.length === n) done(performance.now() - begin); else setTimeout(look, 0);
  };
  look();
})"""
SEARCH = """(selector) => new Promise((done) => {
  const field = document.querySelector(selector), body = document.querySelector("table.board tbody");
  const begin = performance.now();
  new MutationObserver(() => { document.body.offsetHeight; done(performance.now() - begin); })
    .observe(body, { childList: true });
  field.value = "softnet";
  field.dispatchEvent(new Event("input"));
})"""
LOADED = """() => {
  document.body.offsetHeight;
  const [entry] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return Math.max(entry.loadEventEnd, paint ? paint.startTime : 0);
}"""


def best(work: Any) -> float:
    return min(work() for _ in range(RUNS))


def opening(browser: Any, path: Path) -> float:
    with opened(browser, path) as seen:
        seen.page.wait_for_load_state("load")
        return float(seen.page.evaluate(LOADED)) / 1000


def rows_of(browser: Any, folder: Path, task: str, board: dict[str, Any]) -> list[tuple[str, str, str]]:
    path = folder / f"{task}.html"

    def write() -> float:
        begin = time.perf_counter()
        path.write_text(rendered([board]), encoding="utf-8")
        return time.perf_counter() - begin

    n = f"{len(board['rows'])} entries, {len(board['subjects'])} subjects"
    written = best(write)
    rows = [
        (f"{task}, {n}: write the page", f"{written:.2f} s", "2 s"),
        (f"{task}, {n}: size", f"{path.stat().st_size / 1e6:.2f} MB", "3 MB"),
        (f"{task}, {n}: open it", f"{best(lambda: opening(browser, path)):.2f} s", "2 s"),
    ]
    with opened(browser, path) as seen:
        seen.page.wait_for_selector(f"{VIEW} table.board > tbody > tr:nth-child({len(board['rows'])})")
        for place, what in ((0, "rank"), (1, "method"), (2, "main score"), (3, "another score")):
            took = best(lambda p=place: seen.page.evaluate(CLICK, [f"{VIEW} table.board th button", p]))
            rows.append((f"{task}, {n}: sort by {what}", f"{took:.0f} ms", "100 ms"))
        took = best(lambda: seen.page.evaluate(WHOLE, [f"{VIEW} table.board th button", 2]))
        rows.append((f"{task}, {n}: the same, until the last row below the screen is there", f"{took:.0f} ms", ""))
        for place in (0, 400):
            took = best(lambda p=place: seen.page.evaluate(CLICK, [f"{VIEW} .opener", p]))
            rows.append((f"{task}, {n}: open or close row {place + 1}", f"{took:.0f} ms", "100 ms"))
        took = float(seen.page.evaluate(SEARCH, f"{VIEW} input[type=search]"))
        rows.append((f"{task}, {n}: search (60 ms of it are waiting for the next key)", f"{took:.0f} ms", ""))
    return rows


def main() -> None:
    boards = {"spotting": boards_made.spotting_board(1000, 68), "recognition": boards_made.recognition_board(1000, 68)}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        rows = [row for task, board in boards.items() for row in rows_of(browser, Path(folder), task, board)]
    table = [("what", "mebench", "bound"), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(3)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
