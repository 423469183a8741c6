"""The brightness of a video does not tell when a face moves, nor that of a clip what it shows."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import median_filter

from mebench.datasets.twin.generate import twin
from mebench.rendering import one_video
from mebench.rendering.dials import Dials
from mebench.rendering.motion import motion_of
from mebench.rendering.plan import Plan
from mebench.rendering.units import CHANNELS

REACH = np.full(len(CHANNELS), 3.0)


def motions(name):
    """The motion of every video of a twin, with its job."""
    for job in Plan(twin(name), Dials(), Path()).jobs:
        yield (
            job,
            motion_of(
                job.video,
                job.movements,
                REACH,
                job.camera.eye_distance,
                job.dials,
                job.seed,
                job.twin,
                job.first,
                job.last,
            ),
        )


def area(values, inside):
    """Area under the ROC curve: how often a frame inside has the larger value (.5: it tells nothing)."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    n = inside.sum()
    return (order[inside].sum() - n * (n - 1) / 2) / (n * (~inside).sum())


@pytest.mark.parametrize("name", ["casme-sq-twin-small", "samm-lv-twin-small", "smic-e-long-twin-small"])
@pytest.mark.parametrize("what", ["light", "change of light", "deviation"])
def test_the_light_does_not_tell_when_a_face_moves(name, what):
    """Compared with the same events somewhere else in their videos, each turned by a random number of frames."""
    signals, inside = [], []
    for job, motion in motions(name):
        me = np.zeros(len(motion), bool)
        for kind, onset, offset in job.movements[["type", "onset", "offset"]].itertuples(index=False):
            if kind == "me" and job.first <= onset and offset <= job.last:
                me[onset - job.first : offset - job.first + 1] = True
        light = motion.light / motion.light.mean()
        signals.append(
            {
                "light": light,
                "change of light": np.abs(np.gradient(light)),
                "deviation": np.abs(light - np.convolve(light, np.ones(15) / 15, "same")),
            }[what]
        )
        inside.append(me)
    values = np.concatenate(signals)
    random = np.random.default_rng(0)
    guesses = [
        area(values, np.concatenate([np.roll(me, random.integers(len(me))) for me in inside])) for _ in range(200)
    ]
    low, high = np.quantile(guesses, (0.01, 0.99))
    found = area(values, np.concatenate(inside))
    assert low <= found <= high
    assert 0.4 < found < 0.6


@pytest.mark.parametrize("name", ["casme2-twin-small", "smic-twin-small", "samm-twin-small"])
def test_the_nearest_clip_of_somebody_else_in_light_and_pose_shows_another_emotion(name):
    """What a clip shows before the face has moved: brightness, where the head is, where the eyes look."""
    features, labels, who = [], [], []
    for job, motion in motions(name):
        features.append([motion.light.mean(), *motion.shift[0], *motion.turn[0], *motion.gaze[0]])
        labels.append(job.movements["emotion"].iloc[0])
        who.append(job.video["subject"])
    labels, who = np.array(labels), np.array(who)
    table = np.array(features)
    table = (table - table.mean(0)) / table.std(0)
    far = np.abs(table[:, None] - table[None]).sum(2) + np.where(who[:, None] == who[None], np.inf, 0)
    said = labels[far.argmin(1)]
    random = np.random.default_rng(0)
    hits = [np.mean(said == random.permutation(labels)) for _ in range(300)]
    assert np.mean(said == labels) <= np.quantile(hits, 0.99)


def brightness(job):
    """The mean grey level of every rendered frame."""
    return np.array([image.mean() for _, image in one_video.frames(job)])


def test_the_brightness_of_the_rendered_frames_does_not_tell_when_a_face_moves():
    """As above, on images with their noise and shading: level, jumps, and distance from what is usual around."""
    jobs = [*Plan(twin("casme-sq-twin-tiny"), Dials(), Path()).jobs]
    levels = [brightness(job) for job in jobs]
    inside = [np.zeros(len(level), bool) for level in levels]
    for job, me in zip(jobs, inside, strict=True):
        for onset, offset in job.movements[["onset", "offset"]].itertuples(index=False):
            me[max(onset - job.first, 0) : max(offset - job.first + 1, 0)] = True
    signals = {
        "level": [level / level.mean() for level in levels],
        "jump": [np.abs(np.gradient(level)) for level in levels],
        "deviation": [np.abs(level - median_filter(level, 31)) for level in levels],
    }
    random = np.random.default_rng(0)
    turns = [[random.integers(len(me)) for me in inside] for _ in range(300)]
    for what, values in signals.items():
        whole = np.concatenate(values)
        guesses = [
            area(whole, np.concatenate([np.roll(me, turn) for me, turn in zip(inside, each, strict=True)]))
            for each in turns
        ]
        low, high = np.quantile(guesses, (0.01, 0.99))
        assert low <= area(whole, np.concatenate(inside)) <= high, what
