"""``mebench report``: where the page goes, and what is said about the ground truth in it."""

import pytest

EVENTS = "subject,video,onset,offset,type\nanna,anna_1,10211,10229,me\nbert,bert_1,10677,10701,me\n"
VIDEOS = "subject,video,fps,n_frames\nanna,anna_1,25,20000\nbert,bert_1,25,20000\n"
SAID = "video,onset,offset,type\nanna_1,10215,10231,me\nbert_1,400,420,me\n"


@pytest.fixture
def said(run, tmp_path):
    """A submission for a dataset of one's own."""
    for name, text in (("gt.csv", EVENTS), ("videos.csv", VIDEOS), ("said.csv", SAID)):
        (tmp_path / name).write_text(text)
    add = ["dataset", "add", "mine", "--annotations", tmp_path / "gt.csv", "--videos", tmp_path / "videos.csv"]
    assert run(*add)[0] == 0
    return tmp_path / "said.csv"


def test_the_page_goes_where_it_is_told_and_its_path_is_printed(run, said, tmp_path):
    target = tmp_path / "new" / "page.html"
    code, out, err = run("report", said, "-d", "mine", "--html", target)
    assert code == 0
    assert out == f"{target}\n"
    assert "must not leak into a page that is shared" in " ".join(err.split())
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "must not leak into a page that is shared" in page
    assert "10211" not in page


def test_without_a_place_it_goes_beside_the_submission(run, said):
    code, out, _ = run("report", said, "-d", "mine")
    assert code == 0
    assert out == f"{said.with_suffix('.html')}\n"
    assert said.with_suffix(".html").exists()


def test_ground_truth_on_request_comes_with_a_warning(run, said, tmp_path):
    code, _, err = run("report", said, "-d", "mine", "--html", tmp_path / "page.html", "--ground-truth")
    assert code == 0
    assert "do not publish" in err
    assert "[10211,19," in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_twin_needs_no_such_words(run, tmp_path):
    (tmp_path / "twin.csv").write_text("video,onset,offset,type\ns15_0101,10,20,me\n")
    code, _, err = run("report", tmp_path / "twin.csv", "-d", "casme-sq-twin")
    assert code == 0
    assert "note:" not in err
    assert "SYNTHETIC" in (tmp_path / "twin.html").read_text(encoding="utf-8")


WRONG = {
    "not a page": (["--html", "page.pdf"], "a page ends in .html"),
    "a folder": (["--html", "folder.html"], "that is a folder"),
    "the annotation": (["--html", "gt.csv"], "a page ends in .html"),
    "classes": (["--classes", "megc3"], "--classes is for recognition"),
    "a policy": (["--gt-policy", "mirrored"], "mirror"),
    "a protocol": (["--protocol", "losso"], "loso"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_one_sentence_and_writes_nothing(run, said, tmp_path, monkeypatch, case):
    arguments, words = WRONG[case]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    before = sorted(tmp_path.iterdir())
    code, out, err = run("report", said, "-d", "mine", *arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err
    assert out == ""
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "gt.csv").read_text() == EVENTS


def test_a_submission_that_is_named_like_a_page_is_not_overwritten(run, said, tmp_path):
    file = tmp_path / "said.html"
    file.write_text(SAID)
    code, _, err = run("report", file, "-d", "mine")
    assert code == 2
    assert "that is the submission itself" in err
    assert file.read_text() == SAID


@pytest.mark.parametrize("option", [("--gt-policy", "mirror"), ("--type", "me"), ("--allow-duplicates",)])
def test_options_of_spotting_are_refused_for_recognition(run, tmp_path, option):
    (tmp_path / "labels.csv").write_text("subject,clip,label\n01,x,positive\n")
    code, _, err = run("report", tmp_path / "labels.csv", "-d", "casme2-twin", *option)
    assert code == 2
    assert f"{option[0]} is for spotting" in err


def test_a_file_that_is_not_there(run, tmp_path):
    code, _, err = run("report", tmp_path / "none.csv", "-d", "casme-sq-twin")
    assert code == 2
    assert "none.csv" in err
    assert not (tmp_path / "none.html").exists()
