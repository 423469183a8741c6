import json

import pytest
from test_scoring import guesses

import mebench
from mebench.problems import UserError
from mebench.scoring.pooled import score_pooled


def test_pooled_counts_are_the_sums_and_pooled_f1_is_of_the_sums():
    said = {name: guesses(name) for name in ("casme-sq-twin", "samm-lv-twin", "smic-e-long-twin")}
    found = score_pooled(said)
    for kind in ("me", "mae", "overall"):
        parts = [r.scores[kind] for r in found.reports.values() if kind in r.scores]
        pooled = found.scores[kind]
        assert [pooled.tp, pooled.fp, pooled.fn] == [sum(getattr(p, c) for p in parts) for c in ("tp", "fp", "fn")]
        assert pooled.f1 == pytest.approx(2 * pooled.tp / (2 * pooled.tp + pooled.fp + pooled.fn))
    for name, table in said.items():
        assert found.reports[name].scores == mebench.score(table, name).scores
    low, high = found.scores["overall"].interval["f1"]
    assert low < found.scores["overall"].f1 < high
    json.dumps(found.as_dict(), allow_nan=False)


def test_the_published_arithmetic_of_megc2022(tmp_path):
    # CZP-1's README: 16 of 36 events with 60 predictions, 10 of 31 with 21, pooled F1 .3514.
    sizes = {"cas": (16, 60, 36), "samm": (10, 21, 31)}
    said = {}
    for name, (hits, predictions, events) in sizes.items():
        truth = ["subject,video,onset,offset,type"] + [f"s,v,{100 * i},{100 * i + 9},me" for i in range(1, events + 1)]
        rows = [f"v,{100 * i},{100 * i + 9},me" for i in range(1, hits + 1)]
        rows += [f"v,{100 * i + 50},{100 * i + 59},me" for i in range(1, predictions - hits + 1)]
        (tmp_path / f"{name}.csv").write_text("\n".join(truth) + "\n")
        (tmp_path / f"{name}_pred.csv").write_text("vid,pred_onset,pred_offset,type\n" + "\n".join(rows) + "\n")
        from mebench.datasets import library

        library.add(f"megc2022-{name}", tmp_path / f"{name}.csv", fps=30)
        said[f"megc2022-{name}"] = tmp_path / f"{name}_pred.csv"
    found = score_pooled(said)
    assert found.reports["megc2022-cas"].scores["me"].f1 == pytest.approx(0.3333, abs=5e-5)
    assert found.reports["megc2022-samm"].scores["me"].f1 == pytest.approx(0.3846, abs=5e-5)
    assert found.scores["me"].f1 == pytest.approx(0.3514, abs=5e-5)


def test_nothing_to_pool_and_recognition_are_refused():
    with pytest.raises(UserError, match="no set"):
        score_pooled({})
    from mebench.protocols.registry import plan

    with pytest.raises(UserError, match="clips"):
        score_pooled({"smic-twin": plan("loso", "smic-twin").samples.samples})
