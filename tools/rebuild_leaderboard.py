"""Run every baseline on the small synthetic twins, and make the leaderboard of this repository from it.

Usage: ``python tools/rebuild_leaderboard.py [NAME ...]``, or ``make leaderboard``.

From nothing: ``submissions/DATASET/NAME.csv`` with their metadata, ``leaderboard/entries``, ``leaderboard/index.html``,
and the scores in ``docs/baselines``. Runs are kept in ``runs/`` and taken up where they stopped; all of them
take about half an hour on two cores. With names, only those are run; other submissions are scored as they lie there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from mebench.baselines.page import listed
from mebench.baselines.registry import is_ours
from mebench.baselines.runner import Result, run_baseline
from mebench.files import write_atomically
from mebench.leaderboard.boards import boards
from mebench.leaderboard.published import published
from mebench.leaderboard.rendered import rendered
from mebench.leaderboard.store import add, read_entries
from mebench.scoring import score

ROOT = Path(__file__).resolve().parent.parent
SPOTTING = ("casme-sq-twin-small", "samm-lv-twin-small", "smic-e-long-twin-small")
RECOGNITION = "megc2019-twin-small"
QUICK = ("empty", "random-spotter", "oracle-boundaries", "lbp-chi2")
"""They learn no network, and are run leave-one-subject-out on all three; the others on the first."""
CROSS = (
    ("samm-lv-twin-small", "cross-a"),
    ("smic-e-long-twin-small", "cross-b"),
    ("casme-sq-twin-small", "cross-c"),
)
"""What Table 2 of the DynGeoNet paper compares, with the methods below."""
CROSSING = ("dyngeonet", "vgg16", "random-spotter")
MAIN = {"spotting": ("me", "f1", "ME F1"), "recognition": ("full", "uf1", "UF1")}
SUBMISSIONS = ROOT / "submissions"
LEADERBOARD = ROOT / "leaderboard"


def settings(name: str, task: str) -> tuple[tuple[str, str], ...]:
    """Return the datasets and protocols under which a baseline is run."""
    if task == "recognition":
        return ((RECOGNITION, "megc2019"),)
    loso = tuple((dataset, "loso") for dataset in (SPOTTING if name in QUICK else SPOTTING[:1]))
    return loso + (CROSS if name in CROSSING else ())


def run(name: str, dataset: str, protocol: str) -> Result:
    """Run a baseline under a protocol, or take up its run."""
    oracle = "oracle" if name == "oracle-boundaries" else None
    return run_baseline(name, dataset, protocol=protocol, threshold_source=oracle)


def kept(name: str, dataset: str, protocol: str, result: Result) -> dict[str, Any]:
    """Copy a submission into the repository; its row for the page of the baseline."""
    task = result.report.task if result.report else ""
    place = SUBMISSIONS / dataset / (f"{name}-{protocol}.csv" if (dataset, protocol) in CROSS else f"{name}.csv")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(result.submission, place)
    shutil.copy(result.submission.with_suffix(".meta.json"), place.with_suffix(".meta.json"))
    part, metric, words = MAIN[task]
    found = result.report.scores[part] if result.report else None
    low, high = found.interval[metric] or (None, None)
    return {
        "dataset": dataset,
        "protocol": protocol,
        "preset": "cpu",
        "metric": words,
        "value": getattr(found, metric),
        "low": low,
        "high": high,
        "floor": result.floor.value if result.floor else None,
    }


def rebuild(scratch: Path) -> None:
    """Score all submissions of the repository, and make the entries and the page from nothing."""
    reports = []
    for dataset in (*SPOTTING, RECOGNITION):
        for submission in sorted((SUBMISSIONS / dataset).glob("*.csv")):
            protocol = json.loads(submission.with_suffix(".meta.json").read_text(encoding="utf-8"))["protocol"]
            reports.append(scratch / f"{dataset}-{submission.stem}.json")
            score(submission, dataset, protocol=protocol).save(reports[-1])
    shutil.rmtree(LEADERBOARD, ignore_errors=True)
    refused = [found.refusal for found in add(reports, LEADERBOARD) if found.refusal]
    if refused:
        sys.exit("\n".join(refused))
    made = [board.as_dict() for board in boards(read_entries(LEADERBOARD).entries)]
    write_atomically(LEADERBOARD / "index.html", rendered(made, published()))


def main() -> None:
    """Run, keep, rebuild."""
    sys.path.insert(0, str(ROOT / "tools"))
    from baseline_pages import FOLDER, write_pages

    file = FOLDER / "scores.json"
    scores = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for row in listed():
        name = row["name"]
        if is_ours(name) and name in (sys.argv[1:] or [name]):
            scores[name] = [kept(name, *where, run(name, *where)) for where in settings(name, row["task"])]
            print(json.dumps({name: scores[name]}), flush=True)
    write_atomically(file, json.dumps(scores, indent=1, sort_keys=True) + "\n")
    with tempfile.TemporaryDirectory() as scratch:
        rebuild(Path(scratch))
    write_pages()


if __name__ == "__main__":
    main()
