"""The page of a submission on what it shows: timelines, errors, rules, provenance, hostile text."""

import re

import pytest
from submissions_made import HOSTILE, TWIN, Seen, guesses, page_of, write

from mebench.datasets.library import load_dataset
from mebench.metrics.rules import RULES
from mebench.pages.submission_page import submission_page
from mebench.pages.told import tell
from mebench.scoring import score
from mebench.scoring.spot_then_recognise import score_spot_then_recognise


def test_the_timeline_counts_what_the_report_counts_in_every_video(twin):
    data = Seen(twin.page).data
    report = score(twin.file, TWIN)
    assert len(data["videos"]) == len(report.by_video) == len(load_dataset(TWIN).videos)
    kinds = set()
    for (name, subject, *_, said, events), row in zip(data["videos"], report.by_video, strict=True):
        assert (name, subject) == (row["video"], row["subject"])
        for code, kind in enumerate(("me", "mae")):
            assert row[kind] == {
                "tp": sum(1 for event in events if event[2] == code and event[3] == -1),
                "fp": sum(1 for one in said if one[2] == code and one[5] != -1),
                "fn": sum(1 for event in events if event[2] == code and event[3] != -1),
            }
        kinds |= {data["kinds"][one[5]] for one in said if one[5] >= 0}
        for place, event in enumerate(events):
            if event[3] == -1:
                prediction = said[event[4]]
                assert prediction[5:] == [-1, place]
                shared = min(event[0] + event[1], prediction[0] + prediction[1]) - max(event[0], prediction[0])
                assert 2 * shared >= event[1] + prediction[1] - shared
    assert {"background", "too early", "too late"} & kinds


def test_the_timeline_holds_every_row_of_the_file(twin):
    rows = [line.split(",") for line in twin.file.read_text().splitlines()]
    for name, *_, said, _events in Seen(twin.page).data["videos"]:
        for onset, frames, kind, row, confidence, *_ in said:
            video, first, last, written, value = rows[row - 1]
            assert (video, int(first), int(last), written) == (name, onset, onset + frames - 1, ("me", "mae")[kind])
            assert float(value) == confidence
    assert sum(len(video[6]) for video in Seen(twin.page).data["videos"]) == len(rows) - 1


def test_the_page_says_the_scores_of_every_rule_and_threshold_and_where_they_come_from(twin):
    text = Seen(twin.page).text
    for rule in RULES.values():
        assert f"{rule.name}/{rule.version}" in text
    for kind in ("me", "mae", "overall"):
        assert f"{twin.told.report.scores[kind].f1:.4f}" in text
        for f1 in twin.told.report.sweep["iou"]["scores"][kind]["f1"]:
            assert f"{f1:.4f}" in text
    for rule, found in twin.told.rules:
        if not isinstance(found, str):
            assert f"{found.scores['overall'].f1:.4f}" in text, rule.name
    for fact in (
        twin.told.report.submission["sha256"],
        twin.told.report.ground_truth["sha256"],
        twin.told.report.rule["statement"],
        "guesses",
        "jackknife over subjects",
    ):
        assert fact in text
    assert "SYNTHETIC" in text
    assert twin.told.report.environment["time"] not in text


def test_the_kinds_of_error_add_up_to_the_errors(twin):
    text = Seen(twin.page).text
    for row in twin.told.report.errors["kinds"]:
        assert row["kind"] in text
    counted = [sum(row["overall"][side] for row in twin.told.report.errors["kinds"]) for side in ("fp", "fn")]
    assert counted == [twin.told.report.scores["overall"].fp, twin.told.report.scores["overall"].fn]


def test_the_same_data_make_the_same_bytes_and_one_file_that_loads_nothing(twin):
    assert twin.page == page_of(twin.file, TWIN)
    seen = Seen(twin.page)
    loading = [(tag, name, value) for tag, name, value in seen.attributes if name in {"src", "href", "action"}]
    assert {value for _, _, value in loading if not value.startswith("#")} == {"data:,"}
    assert not {"iframe", "object", "embed", "img", "video", "form action"} & set(seen.elements)
    assert not re.search(r"\binnerHTML\b|\beval\(|new Function|document\.write", twin.page)


def test_every_section_has_a_link_at_the_top(twin, labels):
    for told in (twin.told, twin.hidden, tell(labels, "megc2019-twin")):
        page = submission_page(told)
        contents = re.search(r'<nav class="contents.*?</nav>', page, re.DOTALL)[0]
        links = re.findall(r'href="#(\w+)"', contents)
        names = [value for _, name, value in Seen(page).attributes if name == "id"]
        assert [names.count(link) for link in links] == [1] * len(links)
        headed = set(re.findall(r'<section aria-labelledby="(\w+)"', page))
        assert headed | ({"confusions"} & set(names)) == set(links)
        assert page.index("</nav>") < page.index("<section")


# Hostile text


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_stays_text(tmp_path, case, truth):
    words = HOSTILE[case]
    meta = {
        "method": words[:200],
        "authors": [words[:200]],
        "code": words[:500],
        "preset": words[:200],
        "training_data": [words[:200]],
        "notes": words,
        "extra": {"thing": {words: [words]}},
    }
    name = "said.csv" if "/" in words or "\x00" in words else f"{words}.csv"
    file = write(tmp_path / name, guesses("casme-sq-twin-tiny"), meta)
    page = page_of(file, "casme-sq-twin-tiny", ground_truth=truth)
    seen = Seen(page)
    assert [tag for tag in seen.elements if tag == "script"] in (["script"] * 2, [])
    assert not {"img", "b onmouseover", "iframe"} & set(seen.elements)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert not set(page) & set("\u202e\u2066\u200b\x00\x1b\r")
    if case in {"script", "end", "quotes", "template", "formula"}:
        assert words in seen.text


def test_long_names_are_cut_where_they_lead_and_whole_where_they_are_facts(tmp_path):
    meta = {"method": "m" * 200, "notes": "n" * 10_000}
    file = write(tmp_path / "said.csv", guesses("casme-sq-twin-tiny"), meta)
    page = page_of(file, "casme-sq-twin-tiny")
    assert "m" * 121 not in re.search(r"<h1>.*?</h1>", page, re.DOTALL)[0]
    assert "m" * 200 in page
    assert "n" * 10_000 in page


def test_names_of_videos_and_subjects_stay_text(tmp_path):
    words = "<script>alert(1)</script>\u202e"
    truth = write(tmp_path / "t.csv", [(words, f"{words}1", 10, 20, "me")], header="subject,video,onset,offset,type")
    videos = write(tmp_path / "v.csv", [(words, f"{words}1", 25, 900)], header="subject,video,fps,n_frames")
    from mebench.datasets.library import add

    add("hostile", annotations=truth, videos=videos)
    file = write(tmp_path / "said.csv", [(f"{words}1", 12, 21, "me", 0.5), (f"{words}1", 400, 420, "me", 0.5)])
    page = page_of(file, "hostile", ground_truth=True)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert Seen(page).data["videos"][0][:2] == [r"<script>alert(1)</script>\u202e1", r"<script>alert(1)</script>\u202e"]


def test_a_page_of_recognition_has_its_confusions_and_its_wrong_clips(labels):
    told = tell(labels, "megc2019-twin")
    text = Seen(submission_page(told)).text
    full = told.report.scores["full"]
    wrong = sum(sum(row) for row in full.confusion) - sum(full.confusion[i][i] for i in range(3))
    assert len(told.misnamed) == wrong > 0
    assert f"Clips named wrong: {wrong}" in text
    for part, found in told.report.scores.items():
        assert f"Confusion: {part}" in text
        cells = " ".join(str(n) for row in found.confusion for n in row)
        shown = re.search(rf"Confusion: {part} true, predicted as .*? F1 (.*?)(Confusion|Clips)", text)[1]
        counts = re.findall(r"(\d+) \d+ %", shown)
        assert " ".join(counts) == cells
        assert f"{found.uf1:.4f}" in text


def test_intervals_with_emotions_have_their_analysis(tmp_path):
    events = load_dataset(TWIN).annotations
    events = events[(events["type"] == "me") & events["offset"].notna()]
    rows = [(e.video, int(e.onset) + 1, int(e.offset) + 1, "me", e.emotion) for e in events.itertuples()]
    file = write(tmp_path / "said.csv", rows, header="video,onset,offset,type,emotion")
    text = Seen(page_of(file, TWIN)).text
    found = score_spot_then_recognise(file, TWIN)
    assert f"STRS {found.scores['strs'].strs:.4f}" in text
    assert "Confusion: analysis of the" in text
    file = write(
        tmp_path / "odd.csv", [(*row[:4], "boredom") for row in rows], header="video,onset,offset,type,emotion"
    )
    assert "Not scored" in Seen(page_of(file, TWIN)).text


def test_a_submission_without_predictions_has_a_page(tmp_path):
    text = Seen(page_of(write(tmp_path / "none.csv", []), TWIN)).text
    assert "undefined" in text
    assert "there are no predictions" in text


def test_a_page_of_the_size_of_samm_lv_stays_small(tmp_path):
    rows = list(guesses("samm-lv-twin", background=10))
    assert len(rows) > 5000
    assert len(page_of(write(tmp_path / "said.csv", rows), "samm-lv-twin").encode()) < 1_000_000
