"""Submissions and datasets for the tests of their pages; nothing in them is from a real dataset."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd

from mebench.datasets.library import add, load_dataset
from mebench.pages.submission_page import submission_page
from mebench.pages.told import tell

TWIN = "casme-sq-twin"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end": "</script><img src=x onerror=alert(1)>",
    "quotes": "\"'`><b onmouseover=alert(1)>",
    "template": "{{7*7}}{% raw %}",
    "bidi": "abc\u202edef\u2066ghi\u200bjkl",
    "formula": '=HYPERLINK("http://example.org","x")',
    "lines": "one\ntwo\r\x00\x1b[31mthree",
}


def write(path, rows, meta=None, header="video,onset,offset,type,score"):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
    if meta is not None:
        path.with_name(f"{path.stem}.meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return path


def guesses(name, seed=0, background=1.0, found=0.5):
    """Events of a twin, moved and some dropped, and intervals anywhere; not one of them is an event to the frame.

    ``found`` is the share of the events that are kept.
    """
    rng = np.random.default_rng(seed)
    dataset = load_dataset(name)
    videos = dataset.videos.set_index("video")
    last = (videos["first_frame"] + videos["n_frames"].astype("Int64").fillna(1000) - 1).astype(int)
    events = dataset.annotations.dropna(subset=["onset", "offset"])
    rows = []
    for event in events[rng.random(len(events)) < found].itertuples():
        length = int(event.offset - event.onset + 1)
        onset = int(event.onset) + int(rng.integers(1, max(length // 2, 2)))
        if onset + length <= last[event.video]:
            rows.append((event.video, onset, onset + length, event.type, round(float(rng.random()), 3)))
    for video in rng.choice(videos.index, int(background * len(events))):
        onset = int(rng.integers(videos["first_frame"][video], last[video] - 40))
        rows.append((video, onset, onset + 30, ("me", "mae")[int(rng.integers(2))], round(float(rng.random()), 3)))
    return pd.DataFrame(rows).drop_duplicates([0, 1, 2, 3]).itertuples(index=False)


SUBJECTS = ("anna", "bert", "cleo", "dora")
EVENTS = {  # of frames whose numbers stand for nothing else in a page
    "anna": [(10211, 10229, "me"), (11013, 11087, "mae"), (13001, 13023, "me")],
    "bert": [(10677, 10701, "me"), (12807, 12893, "mae")],
    "cleo": [(11499, 11613, "mae"), (12203, 12221, "me")],
    "dora": [],
}
SAID = [(10215, 10231, "me"), (11009, 11071, "mae"), (11717, 11797, "mae"), (12501, 12523, "me"), (14001, 14017, "me")]


def private(folder, name="mine", given=SUBJECTS):
    """Register a dataset of four subjects, one video each; ``given`` says whose events each of them has."""
    truth = write(
        folder / "truth.csv",
        [(who, f"{who}_1", *event) for who, of in zip(SUBJECTS, given, strict=True) for event in EVENTS[of]],
        header="subject,video,onset,offset,type",
    )
    videos = write(
        folder / "videos.csv", [(who, f"{who}_1", 25, 20000) for who in SUBJECTS], header="subject,video,fps,n_frames"
    )
    add(name, annotations=truth, videos=videos)
    return name


def same_for_all(path, meta=None):
    """A submission that says the same of every video of the private dataset."""
    return write(path, [(f"{who}_1", *span, 0.5) for who in SUBJECTS for span in SAID], meta)


class Seen(HTMLParser):
    """What a page holds: the texts outside scripts and styles, the data, and every element."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.data, self.attributes = [], [], "", []
        self._in = None
        self.feed(page)
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))
        self.data = json.loads(self.data) if self.data else None

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        self._in = (tag, dict(attributes)) if tag in {"script", "style"} else self._in

    def handle_endtag(self, tag):
        self._in = None if tag in {"script", "style"} else self._in

    def handle_data(self, data):
        if self._in is None:
            self.texts.append(data)
        elif self._in[1].get("type") == "application/json":
            self.data += data


def page_of(file, dataset, **options):
    return submission_page(tell(file, dataset, **options))
