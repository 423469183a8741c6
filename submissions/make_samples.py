"""Write the sample submission of the casme-sq twin: a demonstration of the format, made from the answers.

It starts from the twin's own events, moves, drops and invents some until the scores look like those of a method, and
says so in its comments and metadata. Run it again and the same bytes come out:

    python submissions/make_samples.py
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_dataset
from mebench.datasets.twin.sampling import Draws, half_up
from mebench.submission.write import write_submission

TWIN = "casme-sq-twin"
SEED = 0
COMMENTS = (
    f"Sample submission for {TWIN}: it shows the format and is no result.",
    "Made from the ground truth by submissions/make_samples.py: events moved, dropped and invented. Never ranked.",
)
META = {
    "method": "sample",
    "authors": ["mebench"],
    "training_data": [TWIN],
    "code": "submissions/make_samples.py",
    "seed": SEED,
    "preset": None,
    "selection": "oracle",
    "threshold_source": "oracle",
    "notes": f"Made from the ground truth of {TWIN}, seed 0, as a demonstration of the format; never ranked.",
}
KEPT = {"me": 0.45, "mae": 0.5}
"""Share of the events that the sample mentions at all."""
INVENTED = {"me": 55, "mae": 130}
"""Number of false alarms."""
JITTER = 0.4
"""How far an onset or offset may move, as a share of the event's length."""


def sample(dataset: Dataset) -> pd.DataFrame:
    """Return predictions made from the events of a dataset, by video and onset."""
    draws = Draws(SEED, "sample submission")
    events = ground_truth(dataset).expressions
    rows = []
    for event in events.itertuples():
        length = event.offset - event.onset + 1
        kept, early, late = draws.uniform() < KEPT[event.type], draws.between(-1, 1), draws.between(-1, 1)
        if kept:
            onset = max(1, event.onset + half_up(early * JITTER * length))
            offset = max(onset, event.offset + half_up(late * JITTER * length))
            rows.append((event.video, onset, offset, event.type, round(draws.between(0.4, 1.0), 3)))
    for kind, count in INVENTED.items():
        lengths = (events["offset"] - events["onset"] + 1)[events["type"] == kind].tolist()
        for _ in range(count):
            video = dataset.videos.iloc[draws.below(len(dataset.videos))]
            length = draws.pick(lengths)
            onset = 1 + draws.below(int(video["n_frames"]) - length)
            rows.append((video["video"], onset, onset + length - 1, kind, round(draws.between(0.1, 0.8), 3)))
    table = pd.DataFrame(rows, columns=["video", "onset", "offset", "type", "score"])
    last = table["video"].map(dataset.videos.set_index("video")["n_frames"]).astype("int64")
    table["offset"] = table["offset"].where(table["offset"] <= last, last)
    return table.drop_duplicates(["video", "onset", "offset", "type"]).sort_values(
        ["video", "onset", "offset", "type"], ignore_index=True
    )


def main(folder: Path) -> Path:
    """Write ``sample.csv`` and ``sample.meta.json`` into a folder; return where the CSV lies."""
    return write_submission(sample(load_dataset(TWIN)), folder / "sample.csv", META, comments=COMMENTS)


if __name__ == "__main__":
    print(main(Path(__file__).parent / TWIN))
