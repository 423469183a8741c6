"""Compute the verdicts over all published results, and write them into the tables of mebench/leaderboard/published.

Run it as python tools/published_verdicts.py after a row or the audit has changed; it takes about two minutes on one
core. With --check nothing is written: rows whose stored verdict or finding differs are named, and the exit code is 1.
"""

import csv
import io
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from mebench.files import write_atomically
from mebench.leaderboard.published.table import TASKS, VERDICTS, lines, path, results
from mebench.leaderboard.published.verdicts import Judged, judge


def judged() -> list[Judged]:
    """Return verdict and finding of every result, in the order of the tables."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(judge, results()))


def as_csv(task: str, found: list[Judged]) -> str:
    """Return the table of a task with new verdicts and findings."""
    rows = [line | found._asdict() for line, found in zip(lines(task), found, strict=True)]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def main(check: bool) -> int:
    """Compute all; write them, or name what differs. Return the exit code."""
    found = judged()
    differing = [r for r, new in zip(results(), found, strict=True) if (r.verdict, r.finding) != tuple(new)]
    for result in differing:
        print(f"{result.task}, {result.dataset}: {result.method} ({result.source})")
    print(f"{len(differing)} of {len(found)} verdicts or findings differ from what is stored.")
    counted = Counter(new.verdict for new in found)
    print(", ".join(f"{counted[verdict]} {verdict}" for verdict in VERDICTS))
    if check:
        return int(bool(differing))
    for task in TASKS:
        mine = [new for result, new in zip(results(), found, strict=True) if result.task == task]
        write_atomically(path(task), as_csv(task, mine))
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
