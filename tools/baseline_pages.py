"""Write docs/baselines/NAME.md for every baseline that comes with mebench.

Run it as python tools/baseline_pages.py after a docstring, a parameter or a score has changed.

What the methods scored here is kept in docs/baselines/scores.json, a list of rows for each name with
``dataset``, ``protocol``, ``preset``, ``metric``, ``value``, ``low``, ``high`` and ``floor``.
"""

import json
from pathlib import Path

from mebench.baselines.page import listed, markdown
from mebench.baselines.registry import is_ours

YOUR_OWN = """
## Your own method

Derive from `mebench.baselines.method.Spotter` or `Recogniser`; `mebench/baselines/floors/empty.py` and `constant.py`
are the shortest examples. A method sees handles of videos or clips, which carry no label, and in `fit` the expressions
or labels of the train subjects alone.

```console
$ mebench baseline check my_method.py:MyMethod   # is the contract kept?
$ mebench baseline run my_method.py:MyMethod     # the small twin, leave one subject out
$ mebench baseline run my_method.py:MyMethod --dataset samm-lv --engine slurm -E partition=gpu
```

### A spotter

`fit` is given the train videos, their expressions (a table with `dataset`, `subject`, `video`, `onset`, `offset`,
`type`, ...) and the `Run`: `run.seed` for whatever is drawn (`run.rng()`), `run.device`, `run.progress(epoch, epochs,
loss)`. What it learns it keeps on `self`, with names that end in `_`, and it ends with `self.choose_thresholds(tracks,
expressions, run)`, which calls `tune` unless other thresholds are asked for.
`track` returns the evidence for one video, before any threshold: a `ScoreTrack` of `video`, `first_frame`,
`last_frame`, and `frames` of shape (n,), ascending frame numbers, with `scores`, a dict of `"me"` or `"mae"` to an
array of shape (n,); or `proposals`, a table with the columns `PROPOSALS` (`onset`, `offset`, `type`, `score`; frames
inclusive); or both. `tune` returns the thresholds as a dict of plain values, and `intervals` turns a track into a
table with the columns `PROPOSALS`, with the help of `self.thresholds_` alone. This is a whole one:

```python
{spotter}```

A video has `fps`, `first_frame`, `last_frame`, `n_frames` and `frames`, of which `read(number)` is a frame of shape
(height, width, 3), RGB, or (height, width) with `grey=True`, as `uint8`. `face()` has the frames cut to the face,
`NEEDS_LANDMARKS = True` gives `video.landmarks()`, and features that `needs` declares are computed once, in parallel,
for `video.features(recipe)`. Parameters are those of the constructor, which only stores them.

### A recogniser

`features(clip)` returns an array of one shape for all clips. `fit` is given those of the train clips stacked, shape
(n, ...), `labels` of shape (n,), places in `run.classes`, `subjects` of shape (n,), and the `Run`; `predict_proba`
returns an array of shape (clips, classes), whose rows sum to 1.

### What check can see

`check` sees what an honest method gets wrong: a frame or declared feature of the test side opened through Python,
labels loaded through mebench, something kept from one fold to the next, an order that another process does not repeat.
Code that sets out to cheat (reads the caches, walks the frames of the interpreter) cannot be shut out in Python:
organisers who need that keep the test truth off the machine.

### Where methods run

A package offers methods under names of their own through the entry point group `mebench.baselines`.

Every finished fold is saved at once; whatever interrupts a run, the same command goes on and ends with the same bytes,
with any number of workers and on any engine. `--dry-run` says what would be done, and how long it takes.
Thresholds and epochs come from the train side. `--threshold-source oracle` and `--selection oracle` take them from the
test labels, to show what such a choice is worth: the result is marked wherever it is shown, and never ranked.
"""

SPOTTER = '''import numpy as np
import pandas as pd
from mebench.baselines.evidence import PROPOSALS, ScoreTrack
from mebench.baselines.method import Spotter


class Contrast(Spotter):
    """Says ten frames around those of the highest contrast."""

    def fit(self, videos, expressions, run):
        return self.choose_thresholds([self.track(video) for video in videos], expressions, run)

    def track(self, video):
        frames = np.arange(video.first_frame, video.last_frame + 1, 20)
        scores = np.array([video.frames.read(int(n), grey=True).std() for n in frames])
        return ScoreTrack(video.video, video.first_frame, video.last_frame, frames, {"me": scores})

    def tune(self, tracks, expressions):
        return {"above": float(np.quantile(np.concatenate([track.track("me") for track in tracks]), 0.98))}

    def intervals(self, track):
        chosen = track.frames[track.track("me") > self.thresholds_["above"]].tolist()
        rows = [(n, min(n + 9, track.last_frame), "me", 1.0) for n in chosen]
        return pd.DataFrame(rows, columns=[*PROPOSALS])
'''
"""The shortest spotter that keeps the contract and looks at the frames."""

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "baselines"


def pages() -> dict[str, str]:
    """Return the text of every page by its file name, the list of all among them."""
    file = FOLDER / "scores.json"
    scores = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    rows = [row for row in listed() if is_ours(row["name"])]
    made = {f"{row['name']}.md": markdown(row["name"], scores.get(row["name"], ())) for row in rows}
    lines = ["# Baselines", "", "| name | task | what it is |", "|---|---|---|"]
    lines += [f"| [{row['name']}]({row['name']}.md) | {row['task']} | {row['summary']} |" for row in rows]
    return {"README.md": "\n".join(lines) + "\n" + YOUR_OWN.replace("{spotter}", SPOTTER), **made}


def write_pages() -> None:
    """Write all pages, and remove those of baselines that are no more."""
    made = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
        old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages()
