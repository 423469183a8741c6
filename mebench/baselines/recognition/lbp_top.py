"""``lbp-top``: the baseline of MEGC2019."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.config import CPU_PRESET, PAPER_PRESET, Cost, Paper, Parameter, Published, Work
from mebench.baselines.data import Clip, Face, Video
from mebench.baselines.method import Labels, Names, Recogniser, Run
from mebench.baselines.recognition.svm import Machine, as_probabilities, chosen_c

if TYPE_CHECKING:
    from mebench.features.recipes.common import Recipe
    from mebench.features.recipes.lbp_top import LBPTop as Histograms

_GUIDELINE = "MEGC2019 recognition guideline"
_SECONDS_A_CLIP = 0.3
"""For 70 frames of 128 x 128 pixels, most of it to read them."""


class LBPTop(Recogniser):
    """LBP-TOP histograms of a clip in 5 x 5 blocks, and a linear support vector machine: the baseline of MEGC2019.

    **In the paper.** The grey face is interpolated in time to 10 frames (TIM). LBP-TOP takes 4 neighbours on each plane
    and radii "R_XY, R_XT, R_YT = {1,1,4}" in 5 x 5 blocks that do not overlap; an SVM names the class.

    **Left open.** Kernel and C of the machine, the size of the face, which codes are counted, how histograms are
    normalised, how classes are weighed.

    **What we chose.** The radii are read as (R_X, R_Y, R_T) = (1, 1, 4), the order of the original LBP-TOP code and the
    setting of CASME II's baseline: read plane by plane, XT and YT would be treated differently. With 10 frames and
    R_T = 4 only two frames can be centres. All 16 codes of 4 neighbours count: 25 * 3 * 16 = 1200 numbers. The machine
    is linear; C is the best of five over subjects left out of the training side, by UF1; numbers are standardised and
    classes balanced; ``scale=False balanced=False c=1`` leaves these out.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        PAPER_PRESET: {},
        CPU_PRESET: {"crop": None, "size": 128},
    }
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        "crop": Parameter(
            "how the face is cut out (none: frames as they are)", "choice: not stated; as CASME II's crop"
        ),
        "size": Parameter("width and height in pixels to which the face is scaled", "choice: not stated"),
        "frames": Parameter("frames after interpolation in time (TIM)", f"paper, {_GUIDELINE}"),
        "grid": Parameter("rows and columns of blocks", f"paper, {_GUIDELINE}"),
        "radii": Parameter("R_X, R_Y, R_T", f"paper, {_GUIDELINE}; as we read its R_XY, R_XT, R_YT"),
        "neighbours": Parameter("neighbours on each plane", f"paper, {_GUIDELINE}"),
        "codes": Parameter(
            "all 16 codes, or uniform (15)", "choice: not stated; with 4 neighbours hardly a difference"
        ),
        "c": Parameter("C of the machine; none: chosen by subjects left out", "choice: not stated"),
        "candidates": Parameter("the values of C to choose from", "choice: not stated"),
        "inner": Parameter("parts of the training subjects, each left out once to choose C", "choice: five are quick"),
        "scale": Parameter("standardise the descriptor over the training clips", "choice: not stated"),
        "balanced": Parameter("weigh classes by the inverse of their number", "choice: not stated"),
    }
    PAPER = Paper(
        "See, Yap, Li, Hong, Wang: MEGC 2019 - the second facial micro-expressions grand challenge, FG 2019; LBP-TOP: "
        "Zhao, Pietikainen, TPAMI 2007",
        results=(
            Published("megc2019", "megc2019", "uf1", 0.5882, _GUIDELINE),
            Published("megc2019", "megc2019", "uar", 0.5785, _GUIDELINE),
            Published("smic", "megc2019", "uf1", 0.2000, _GUIDELINE),
            Published("smic", "megc2019", "uar", 0.5280, _GUIDELINE),
            Published("casme2", "megc2019", "uf1", 0.7026, _GUIDELINE),
            Published("casme2", "megc2019", "uar", 0.7429, _GUIDELINE),
            Published("samm", "megc2019", "uf1", 0.3954, _GUIDELINE),
            Published("samm", "megc2019", "uar", 0.4102, _GUIDELINE),
        ),
    )
    SLIPS = (
        "The pair for SMIC, UF1 .2000 and UAR .5280, is impossible: such a UAR needs a UF1 of .398 to .555. The other "
        "seven numbers imply .548 to .556; .2000 is close to .1994, what naming every clip negative scores.",
    )
    REQUIRES = ("cv2", "sklearn")
    LEARNS = False

    def __init__(
        self,
        *,
        crop: str | None = "casme2",
        size: int = 200,
        frames: int = 10,
        grid: tuple[int, ...] = (5, 5),
        radii: tuple[int, ...] = (1, 1, 4),
        neighbours: int = 4,
        codes: str = "all",
        c: float | None = None,
        candidates: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0, 100.0),
        inner: int = 5,
        scale: bool = True,
        balanced: bool = True,
    ) -> None:
        self.crop = crop
        self.size = size
        self.frames = frames
        self.grid = grid
        self.radii = radii
        self.neighbours = neighbours
        self.codes = codes
        self.c = c
        self.candidates = candidates
        self.inner = inner
        self.scale = scale
        self.balanced = balanced
        if inner < 2 or not candidates or any(not value > 0 for value in (*candidates, 1.0 if c is None else c)):
            raise ValueError(f"C is positive and there are at least 2 parts: {c}, {candidates}, {inner} parts")

    def face(self) -> Face | None:
        """Return how faces are cut out."""
        return None if self.crop is None else Face(self.crop, self.size)

    def needs(self, of: Video | Clip) -> Sequence[Recipe]:
        """Return the one recipe."""
        return (self._recipe(),)

    def features(self, clip: Clip) -> NDArray[np.float32]:
        """Return the histograms of a clip, shape (1200,) as in the paper."""
        found: NDArray[np.float32] = clip.features(self._recipe())["lbp_top"][0]
        return found

    def fit(self, clips: Sequence[Clip] | NDArray[Any], labels: Labels, subjects: Names, run: Run) -> Self:
        """Choose C, and keep the training clips, of which the machine consists."""
        rows = self._rows(clips)
        self.classes_ = run.classes
        self.machine_ = Machine(len(run.classes), self.scale, self.balanced)
        self.c_ = self.c or chosen_c(self.machine_, rows, labels, subjects, self.candidates, self.inner, run.seed)
        self.rows_, self.labels_ = rows, np.asarray(labels)
        return self

    def predict_proba(self, clips: Sequence[Clip] | NDArray[Any]) -> NDArray[np.float64]:
        """Return the decisions of the machine as numbers that sum to 1, (n, classes); they are not calibrated."""
        scores = self.machine_.scores(self.rows_, self.labels_, self._rows(clips), [self.c_])[0]
        return as_probabilities(scores)

    def cost(self, work: Work) -> Cost | None:
        """Estimate from times that were measured once."""
        fits = 1 if self.c is not None else self.inner * len(self.candidates) + 1
        seconds = fits * (0.01 + 2e-7 * work.train_items**2)
        return Cost(_SECONDS_A_CLIP * work.items, seconds, 4800.0 * work.items, "from times that were measured once")

    def _rows(self, clips: Sequence[Clip] | NDArray[Any]) -> NDArray[np.float64]:
        found = self.arrays(clips)
        return np.asarray(found, np.float64).reshape(len(found), -1)

    def _recipe(self) -> Histograms:
        from mebench.features.recipes import recipe

        made: Any = recipe(
            "lbp-top",
            {
                "size": self.size,
                "frames": self.frames,
                "grid": self.grid,
                "radii": self.radii,
                "neighbours": (self.neighbours,) * 3,
                "codes": self.codes,
            },
        )
        return made  # type: ignore[no-any-return]
