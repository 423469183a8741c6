"""Trainings are functions of data and seed, and the epoch that is kept is chosen by what was said."""

import functools
import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mebench.baselines import training
from mebench.baselines.training import Schedule, fitted, left_out, outputs, place_of, reproducible
from mebench.problems import UserError

CPU = torch.device("cpu")


def data(n=60, seed=0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 3, n)
    inputs = rng.normal(size=(n, 4)).astype(np.float32)
    inputs[:, 0] += 2 * targets
    return (inputs,), targets


def make():
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))


def schedule(epochs=3, batch=16, rate=0.02, **more):
    return Schedule(epochs, batch, lambda weights: torch.optim.Adam(weights, rate), nn.CrossEntropyLoss(), **more)


def state(network):
    return [value.numpy().tobytes() for value in network.state_dict().values()]


def accuracy(scores, labels):
    return float((scores.argmax(axis=1) == labels).mean())


def test_the_seed_decides_over_everything_and_nothing_else_does():
    network, epochs = fitted(make, *data(), schedule(), seed=5)
    assert epochs == 3
    torch.manual_seed(99)
    again, _ = fitted(make, *data(), schedule(), seed=5)
    other, _ = fitted(make, *data(), schedule(), seed=6)
    assert state(network) == state(again) != state(other)
    assert not network.training


def test_what_looks_on_changes_nothing():
    seen = []

    def look(epoch, network):
        torch.rand(3)
        network.train()
        seen.append((epoch, accuracy(outputs(network, data()[0], CPU), data()[1])))

    watched, _ = fitted(make, *data(), schedule(20), seed=5, after_epoch=look)
    alone, _ = fitted(make, *data(), schedule(20), seed=5)
    assert state(watched) == state(alone)
    assert [epoch for epoch, _ in seen] == list(range(1, 21))
    assert seen[-1][1] > seen[0][1]


def test_outside_all_is_as_before():
    torch.set_num_threads(2)
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    inside = []

    def fails():
        with reproducible(0):
            inside.append((torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.rand(1).item()))
            raise RuntimeError("out")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="out"):
            fails()
    assert inside[0] == inside[1] == (1, True, inside[0][2])
    assert torch.get_num_threads() == 2
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.rand(2), expected)


def test_batches_hold_every_sample_once_in_a_new_order_every_epoch():
    inputs = (np.arange(10, dtype=np.float32)[:, None],)
    seen = []

    class Recorder(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(1, 2)

        def forward(self, x):
            seen.append(x[:, 0].int().tolist())
            return self.layer(x)

    for shuffle in (True, False):
        seen.clear()
        fitted(Recorder, inputs, np.zeros(10, int), schedule(2, 4, shuffle=shuffle), seed=1)
        assert [len(rows) for rows in seen] == [4, 4, 2] * 2
        epochs = [functools.reduce(operator.iadd, seen[:3], []), functools.reduce(operator.iadd, seen[3:], [])]
        assert all(sorted(rows) == list(range(10)) for rows in epochs)
        assert (epochs[0] != epochs[1]) == shuffle


def test_the_mean_loss_counts_samples_and_targets_keep_their_kind():
    inputs, _ = data(5)
    goal = np.arange(5.0)
    flat = nn.Linear(4, 1)
    nn.init.zeros_(flat.weight)
    nn.init.zeros_(flat.bias)
    plan = Schedule(1, 2, lambda w: torch.optim.SGD(w, 0.0), lambda said, goal: ((said[:, 0] - goal) ** 2).mean())
    assert training.train(flat, inputs, goal, plan, CPU) == [pytest.approx((goal**2).mean())]


def test_inner_selection_is_the_training_that_stops_at_the_best_epoch_of_people_left_out():
    inputs, targets = data(120)
    subjects = np.repeat([f"s{k}" for k in range(12)], 10)
    out = left_out(subjects, 0.25, 4)
    told, seen = [], []
    wanted = 4

    def score(scores, labels):
        seen.append(len(labels))
        assert np.array_equal(labels, targets[out])
        return {wanted: 1.0, wanted + 2: 1.0}.get(len(seen), 0.5)

    network, epochs = fitted(
        make, inputs, targets, schedule(8), seed=4, selection="inner", subjects=subjects, score=score, share=0.25,
        progress=lambda *now: told.append(now[:2]),
    )  # fmt: skip
    assert epochs == wanted
    assert len(seen) == 8
    assert state(network) == state(fitted(make, inputs, targets, schedule(wanted), seed=4)[0])
    assert told[:8] == [(k, 16) for k in range(1, 9)]
    assert told[8:] == [(k, 12) for k in range(9, 13)]


def test_oracle_selection_trains_as_the_last_epoch_does():
    runs = [fitted(make, *data(), schedule(), seed=2, selection=name)[0] for name in ("last", "oracle")]
    assert state(runs[0]) == state(runs[1])
    with pytest.raises(UserError, match="Did you mean 'last'"):
        fitted(make, *data(), schedule(), seed=2, selection="lost")


@given(st.lists(st.integers(1, 9), min_size=2, max_size=9), st.floats(0.01, 0.99), st.integers(0, 2**40))
def test_left_out_are_whole_people_some_and_never_all(sizes, share, seed):
    subjects = np.repeat([f"s{k}" for k in range(len(sizes))], sizes)
    out = left_out(subjects, share, seed)
    assert 0 < out.sum() < len(subjects)
    assert all(len(set(out[subjects == name])) == 1 for name in subjects)
    enough = out.sum() >= share * len(subjects)
    assert enough or len(set(subjects[~out])) == 1
    assert np.array_equal(out, left_out(subjects, share, seed))


def test_one_person_cannot_be_left_out():
    with pytest.raises(UserError, match="at least two subjects"):
        left_out(np.array(["a", "a"]), 0.2, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        left_out(np.array(["a", "b"]), 1.0, 0)


def test_a_training_that_diverges_is_told():
    plan = Schedule(3, 8, lambda w: torch.optim.SGD(w, 1e30), nn.CrossEntropyLoss())
    with pytest.raises(UserError, match="diverged: in epoch"):
        fitted(make, *data(), plan, seed=0)


def test_mistakes_are_sentences(monkeypatch):
    with pytest.raises(UserError, match="0 epochs"):
        schedule(0)
    with pytest.raises(UserError, match="There is no device 'gpu'"):
        place_of("gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="Take --device cpu"):
        place_of("cuda:0")
    with pytest.raises(ValueError, match="equally many"):
        fitted(make, data()[0], data()[1][:-1], schedule(), seed=0)
    with pytest.raises(ValueError, match="no samples"):
        outputs(make(), (np.empty((0, 4), np.float32),), CPU)


def test_outputs_do_not_depend_on_the_batch_and_leave_the_network_in_its_mode():
    network = make()
    whole = outputs(network, data()[0], CPU, 60)
    assert network.training
    assert whole.shape == (60, 3)
    assert outputs(network, data()[0], CPU, 7) == pytest.approx(whole, abs=1e-6)


def test_a_state_comes_back_and_runs_no_code():
    network, _ = fitted(make, *data(), schedule(), seed=0)
    there = training.restore(make(), training.state_of(network))
    assert state(there) == state(network)
    wrong = (b"", b"nothing", training.state_of(nn.Linear(2, 2)), training.state_of(network)[:200], _pickle())
    for content in wrong:
        with pytest.raises(UserError, match=r"my\.pt does not hold the weights"):
            training.restore(make(), content, "my.pt")


def _pickle():
    import io

    stream = io.BytesIO()
    torch.save(_Trap(), stream)
    return stream.getvalue()


class _Trap:
    def __reduce__(self):
        return pytest.fail, ("code was run",)


def test_parameters_are_counted():
    assert training.n_parameters(make()) == 4 * 16 + 16 + 16 * 3 + 3
