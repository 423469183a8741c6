import json

import numpy as np
import pandas as pd
import pytest
from test_scoring import guesses

from mebench.comparing import compare
from mebench.problems import UserError
from mebench.protocols.registry import plan


def test_a_submission_against_itself_differs_by_nothing():
    said = guesses("casme-sq-twin")
    found = compare([said, said], "casme-sq-twin", names=["a", "b"], permutations=199)
    for pair in found.pairs:
        assert pair.difference == 0
        assert pair.p_value == 1
    assert found.tie_groups["overall"] == (("a", "b"),)
    assert {(s.best_rank, s.worst_rank) for s in found.systems} == {(1, 2)}


def test_a_much_better_system_is_told_apart_and_the_order_only_turns_the_sign():
    good, bad = guesses("samm-lv-twin", share=0.9), guesses("samm-lv-twin", share=0.1)
    there = compare([good, bad], "samm-lv-twin", names=["good", "bad"], permutations=999)
    back = compare([bad, good], "samm-lv-twin", names=["bad", "good"], permutations=999)
    for forth, other in zip(there.pairs, back.pairs, strict=True):
        assert forth.difference == pytest.approx(-other.difference)
        assert forth.p_value == pytest.approx(other.p_value, abs=0.02)
    overall = there.pairs[-1]
    assert overall.low > 0
    assert overall.p_value <= 0.01
    assert there.tie_groups["overall"] == (("good",), ("bad",))


def test_three_systems_are_adjusted_for_three_tests():
    said = [guesses("samm-lv-twin", share=s) for s in (0.9, 0.5, 0.1)]
    found = compare(said, "samm-lv-twin", names=["a", "b", "c"], permutations=499)
    overall = [p for p in found.pairs if p.part == "overall"]
    assert len(overall) == 3
    assert all(p.adjusted >= p.p_value for p in overall)
    assert max(p.adjusted / p.p_value for p in overall) == pytest.approx(3)


def test_recognition_is_compared_by_database_too():
    samples = plan(None, "megc2019-twin").samples
    rng = np.random.default_rng(0)
    worse = samples.samples.assign(label=rng.choice(samples.classes, len(samples)))
    found = compare([samples.samples, worse], "megc2019-twin", names=["perfect", "chance"], permutations=199)
    assert [p.part for p in found.pairs] == ["full", "casme2-twin", "smic-twin", "samm-twin"]
    assert found.metric == "uf1"
    assert found.pairs[0].difference > 0.4
    json.dumps(found.as_dict(), allow_nan=False)


def test_the_same_seed_gives_the_same_comparison():
    said = [guesses("casme-sq-twin", seed=s) for s in (1, 2)]
    runs = [compare(said, "casme-sq-twin", names=["a", "b"], permutations=199, seed=5).as_dict() for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"metric": "f2"}, "f1"), ({"names": ["a"]}, "1 names for 2"), ({"names": ["a", "a"]}, "same name")],
)
def test_wrong_options_are_one_sentence(options, words):
    with pytest.raises(UserError, match=words):
        compare([guesses("casme-sq-twin")] * 2, "casme-sq-twin", **{"names": ["a", "b"], **options})


def test_one_submission_is_no_comparison():
    with pytest.raises(UserError, match="at least two"):
        compare([pd.DataFrame()], "casme-sq-twin")


def test_legacy_rules_are_not_compared():
    with pytest.raises(UserError, match="canonical"):
        compare([guesses("casme-sq-twin")] * 2, "casme-sq-twin", names=["a", "b"], rule="softnet")


def test_a_system_that_chose_on_the_test_labels_is_named(tmp_path):
    for name, selection in (("honest", "last"), ("peeked", "oracle")):
        guesses("casme-sq-twin", seed=len(name)).to_csv(tmp_path / f"{name}.csv", index=False)
        (tmp_path / f"{name}.meta.json").write_text(json.dumps({"method": name, "selection": selection}))
    found = compare([tmp_path / "honest.csv", tmp_path / "peeked.csv"], "casme-sq-twin", permutations=99)
    assert found.oracle == ("peeked",)


def test_more_pairs_than_the_swaps_can_part_are_tested_by_the_jackknife():
    said = [guesses("casme-sq-twin", seed=s) for s in range(4)]
    names = ["a", "b", "c", "d"]
    few, enough = (compare(said, "casme-sq-twin", names=names, permutations=n) for n in (99, 199))
    assert (few.test, enough.test) == ("jackknife", "permutation")
    assert few.as_dict()["test"] == "jackknife"
    assert [p.difference for p in few.pairs] == pytest.approx([p.difference for p in enough.pairs])
