import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.protocols.classes import SCHEMES
from mebench.protocols.folds import Fold, Subject, folds_csv, hold_out, leave_one_subject_out

subjects = st.lists(st.builds(Subject, st.sampled_from(["a", "b"]), st.text("0123456789", min_size=1, max_size=2)))


@given(subjects)
def test_leaving_one_out_tests_everybody_once_and_learns_from_all_others(everyone):
    distinct = set(everyone)
    folds = leave_one_subject_out(everyone)
    assert [who for fold in folds for who in fold.test] == list(dict.fromkeys(everyone))
    for fold in folds:
        assert set(fold.train) == distinct - set(fold.test)
        assert len(fold.train) == len(distinct) - 1
    assert len({fold.name for fold in folds}) == len(folds)


def test_the_same_number_in_two_datasets_is_two_people():
    folds = leave_one_subject_out([Subject("smic", "06"), Subject("samm", "06")])
    assert [fold.name for fold in folds] == ["smic/06", "samm/06"]
    assert folds[0].train == (Subject("samm", "06"),)


def test_a_subject_on_both_sides_cannot_be_built():
    one = Subject("a", "1")
    with pytest.raises(ValueError, match="learned from and tested"):
        Fold("leaky", (one,), (one,))
    with pytest.raises(ValueError, match="tests nobody"):
        hold_out([one], [], "empty")


def test_the_export_names_every_test_subject():
    text = folds_csv(leave_one_subject_out([Subject("a", "1"), Subject("a", "2")]))
    assert text == "fold,role,dataset,subject\n1,test,a,1\n2,test,a,2\n"
    text = folds_csv(hold_out([Subject("a", "1")], [Subject("b", "1")], "cross"))
    assert text.splitlines()[1:] == ["cross,test,b,1", "cross,train,a,1"]


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_maps_to_its_own_classes(name):
    chosen = SCHEMES[name]
    assert set(chosen.of_emotion.values()) == set(chosen.classes)
    assert len(set(chosen.classes)) == len(chosen.classes)
