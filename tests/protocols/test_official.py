import pytest

from mebench.problems import UserError
from mebench.protocols import composite, official
from mebench.protocols.registry import plan
from mebench.scoring import score


@pytest.fixture
def listed(tmp_path):
    """The twin's composite in the organisers' format: same counts, invented clips."""
    path = tmp_path / "combined_3class_gt.csv"
    path.write_bytes(composite.official_csv(plan("megc2019", "megc2019-twin").samples.samples).encode())
    return path


def test_the_list_is_read_back_whatever_the_spelling_of_subjects(listed):
    found = official.read_official(listed)
    twin = plan("megc2019", "megc2019-twin").samples
    assert not found.genuine
    assert len(found.samples) == 442
    columns = (found.samples[name] for name in ("dataset", "subject", "clip"))
    assert {(d + "-twin", s, c) for d, s, c in zip(*columns, strict=True)} == set(twin.keys)


def test_the_organisers_bytes_are_known_by_their_hash(listed, monkeypatch):
    monkeypatch.setattr(official, "OFFICIAL_SHA256", official.sha256_of(listed))
    assert official.read_official(listed).genuine


def test_an_adopted_list_makes_the_composite_without_the_three_tables(listed):
    with pytest.raises(UserError, match="casme2"):
        plan("megc2019", "megc2019")
    official.adopt(listed)
    made = plan("megc2019", "megc2019")
    assert len(made.folds) == 68
    assert "not the organisers' bytes" in made.notes[0]
    assert made.samples.synthetic, "the twins' clips stay synthetic under the organisers' format"
    report = score(made.samples.samples, "megc2019")
    assert report.scores["full"].uf1 == 1
    assert any("list" in note for note in report.ground_truth["notes"])


def test_the_defective_sibling_and_edited_lists_are_refused(listed):
    lines = listed.read_text().splitlines()
    listed.write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(UserError, match="defective"):
        official.read_official(listed)
    listed.write_text("\n,,,\n".join(lines) + "\n")
    with pytest.raises(UserError, match="row 2: expected database,subject,clip,label"):
        official.read_official(listed)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("casme3,sub01,EP02_01f,0", "none of casme2"),
        ("casme2,sub01,EP02_01f,3", "none of 0, 1, 2"),
        ("casme2,sub01", "expected database"),
        ("smic,s01,x,0", "no clip of smic"),
    ],
)
def test_wrong_lines_are_named(listed, line, words):
    listed.write_text(line + "\n" + listed.read_text())
    with pytest.raises(UserError, match=f"row 1: .*{words}"):
        official.read_official(listed)


def test_what_is_no_list_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        official.adopt(tmp_path / "nothing.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="UTF-8"):
        official.adopt(tmp_path / "binary.csv")
    assert official.adopted() is None
