"""Populations of subjects whose true scores are known by construction: what intervals and p-values are held against.

A population draws subjects independently, each with its own number of events or clips, its own skill and its own mix of
classes, so that what happens to one subject happens together. Its true score is the score of the expected counts.
Tables come for many datasets at once, shape (n_subjects, n_datasets, ...): a statistic works on them as they are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

# Micro-expressions a subject: the published counts of CAS(ME)^2 (57 over 22 subjects, eight without), and 159 over 30
# subjects with SAMM-LV's four largest counts and its one subject without.
CASME_SQ = (11, 8, 8, 6, 6, 4, 3, 2, 2, 2, 2, 1, 1, 1) + (0,) * 8
SAMM_LV = (20, 13, 11, 11, 9, 8, 8, 7, 7, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 0)


@dataclass(frozen=True)
class Spotting:
    """Events a subject as in ``events``; hits by a skill of mean ``hit`` and intra-subject correlation ``alike``.

    False alarms are Poisson with a rate that differs between subjects (exponential, of mean ``alarms``).
    """

    events: tuple[int, ...]
    hit: float
    alarms: float
    alike: float = 0.15

    @property
    def expected(self):
        n = np.mean(self.events)
        return np.array([n * self.hit, self.alarms, n * (1 - self.hit)])

    def draw(self, rng, n_subjects, n_datasets, systems=1):
        """Tables (n_subjects, n_datasets, 3) of each of several systems that meet the same events and difficulties."""
        shape = n_subjects, n_datasets
        events, rate = rng.choice(self.events, shape), rng.exponential(self.alarms, shape)
        strength = 1 / self.alike - 1
        skill = beta.ppf(rng.random(shape), self.hit * strength, (1 - self.hit) * strength)
        tables = []
        for _ in range(systems):
            hits = rng.binomial(events, skill)
            tables.append(np.stack([hits, rng.poisson(rate), events - hits], axis=-1))
        return tables


@dataclass(frozen=True)
class Recognition:
    """Clips a subject geometric of mean ``clips``; classes by ``prior``, answers by the rows of ``answers``.

    Both vary between subjects (Dirichlet): most subjects show one or two classes only, as in MEGC2019.
    """

    prior: tuple[float, ...]
    answers: tuple[tuple[float, ...], ...]
    clips: float = 6.5
    mixed: float = 2.5
    steady: float = 6.0

    @property
    def expected(self):
        prior = np.array(self.prior) / np.sum(self.prior)
        return self.clips * prior[:, np.newaxis] * np.array(self.answers)

    def draw(self, rng, n_subjects, n_datasets, systems=1):
        """Tables (n_subjects, n_datasets, classes, classes) of each of several systems that meet the same clips."""
        shape = n_subjects, n_datasets
        prior, answers = np.array(self.prior) / np.sum(self.prior), np.array(self.answers)
        clips = rng.multinomial(rng.geometric(1 / self.clips, shape), dirichlet(rng, self.mixed * prior, shape))
        habits = dirichlet(rng, self.steady * answers, shape)
        return [rng.multinomial(clips, habits) for _ in range(systems)]


def dirichlet(rng, strengths, shape):
    """Dirichlet draws over the last axis of ``strengths``, shape (*shape, *strengths.shape)."""
    weight = rng.standard_gamma(strengths, (*shape, *strengths.shape)) + 1e-300
    return weight / weight.sum(axis=-1, keepdims=True)


MEGC2019 = (250, 109, 83)
POOR = ((0.6, 0.2, 0.2), (0.45, 0.35, 0.2), (0.4, 0.2, 0.4))
FAIR = ((0.8, 0.1, 0.1), (0.25, 0.65, 0.1), (0.2, 0.1, 0.7))
GOOD = ((0.93, 0.04, 0.03), (0.1, 0.87, 0.03), (0.05, 0.05, 0.9))
