"""LBP-chi2: how much a face's texture differs from that just before and after. Nothing is learnt but a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.config import Cost, Paper, Parameter, Published, Work
from mebench.baselines.data import Video
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.method import Run, Spotter, expressions_of
from mebench.baselines.postprocess.boxes import Boxes, boxes
from mebench.baselines.postprocess.peaks import carry_edges, contrast, fitting, relative_height
from mebench.baselines.postprocess.tables import prediction_table
from mebench.baselines.postprocess.tuning import tune_over
from mebench.datasets.tables import ME
from mebench.features.recipes.common import Recipe
from mebench.problems import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

Values = NDArray[np.float64]

_GRID = np.arange(101) / 100
"""The values of p that are tried."""
_NEVER = -1.0
"""The height of a frame in a section in which nothing stands out: below any p."""


@dataclass(frozen=True)
class Scheme:
    """The released constants of a dataset, in frames.

    Parameters
    ----------
    half : int
        k: a frame is compared with those k before and after.
    section, overlap : int
        Sections in which a threshold is sought, and what neighbours share.
    chunk, at_least : int
        Chunks, and how many frames of one must stand out.
    """

    half: int
    section: int
    overlap: int
    chunk: int
    at_least: int


SCHEMES: Mapping[str, Scheme] = {
    "casme-sq": Scheme(half=5, section=30, overlap=9, chunk=15, at_least=6),
    "samm-lv": Scheme(half=30, section=200, overlap=60, chunk=100, at_least=20),
}
"""Of the code of the MEGC2019 baseline (jingtingEmmaLi/MEGC_spotting@19878cc)."""


def scheme_of(video: Video) -> Scheme:
    """Return the constants for a video: those of its dataset, else (choice) the mean of both at the same times.

    Raises
    ------
    UserError
        If the frame rate is needed and not known.
    """
    if video.original in SCHEMES:
        return SCHEMES[video.original]
    if not video.fps > 0:
        raise UserError(f"{video.dataset} has no frame rate, so the parameters in frames are not known.")
    frames = round(video.fps)
    return Scheme(max(frames // 6, 1), max(frames, 3), frames * 3 // 10, max(frames // 2, 2), max(frames * 3 // 20, 1))


@dataclass(kw_only=True, eq=False, repr=False)
class LBPChi2(Spotter):
    """Chi-square distance of LBP histograms from those k frames before and after, with a threshold in each second.

    What the papers say
    -------------------
    Moilanen et al. (2014) divide the face into 6 x 6 blocks, compare each block's histogram of uniform local binary
    patterns (8 neighbours, radius 3) with the mean of those k frames before and after, average the 12 largest
    distances, subtract from every frame's value the mean of those k frames away, and call a peak what exceeds the mean
    by p times the distance from mean to maximum. The code of the MEGC2019 baseline does so in sections of one second
    that overlap, and makes an interval, from the first to the last, of each chunk of half a second in which enough
    frames stand out.

    What is open, or changed
    ------------------------
    The released code seeks its points with another landmark scheme; here they are the inner eye corners and the nasal
    base of iBUG-68 (39, 42, 33). It turns the face by an angle in radians given to a function that takes degrees, so
    that it hardly turns: here the eyes are level. Its evaluation glues intervals that overlap the same expression
    before IoU is computed: here they are not.

    A threshold relative to each section finds something in every second, whether or not anything happens: false
    positives in quiet videos cannot be avoided with it. p is tuned on the training side; ``published`` is that of the
    code. The preset ``cpu`` is the same method.
    """

    half: int | None = None
    section: int | None = None
    overlap: int | None = None
    chunk: int | None = None
    at_least: int | None = None
    blocks: int = 12
    radius: float = 3.0
    follow: str = "window"
    smooth: int = 5

    REQUIRES: ClassVar[tuple[str, ...]] = ("cv2",)
    NEEDS_LANDMARKS: ClassVar[bool] = True
    LEARNS: ClassVar[bool] = False
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        "half": Parameter(
            "k, frames to the ones compared with; none: 5 (CAS(ME)^2), 30 (SAMM-LV), else 1/6 s", "code, MEGC2019"
        ),
        "section": Parameter("frames in which a threshold is sought; none: 30, 200, else 1 s", "code, MEGC2019"),
        "overlap": Parameter("frames that sections share; none: 9, 60, else .3 s", "code, MEGC2019"),
        "chunk": Parameter("frames of which at most one interval is made; none: 15, 100, else .5 s", "code, MEGC2019"),
        "at_least": Parameter("frames of a chunk that stand out; none: 6, 20, else .15 s", "code, MEGC2019"),
        "blocks": Parameter("how many blocks of 36 count, those that differ most", "paper, Moilanen et al. 2014"),
        "radius": Parameter("of the patterns in pixels", "paper, Moilanen et al. 2014"),
        "follow": Parameter(
            "frame, window or video: how the blocks follow the face",
            "choice: the frames that are compared are cut out alike; the papers track points and cut out each frame",
        ),
        "smooth": Parameter("frames of the median over landmarks", "choice: dlib jitters as much as a weak ME moves"),
    }
    PAPER: ClassVar[Paper | None] = Paper(
        "Moilanen, Zhao, Pietikainen, Spotting rapid facial movements from videos using appearance-based feature "
        "difference analysis, ICPR 2014; as in Li et al., Spotting micro-expressions on long videos sequences, FG 2019",
        code="https://github.com/jingtingEmmaLi/MEGC_spotting at 19878cc",
        results=(
            Published("casme-sq", "loso", "me f1", 0.0055, "DynGeoNet, Table 1"),
            Published("samm-lv", "loso", "me f1", 0.0111, "DynGeoNet, Table 1"),
            Published("smic-e-long", "loso", "me f1", 0.0666, "DynGeoNet, Table 1"),
        ),
    )
    SLIPS: ClassVar[tuple[str, ...]] = (
        "DynGeoNet's Table 1 gives .0055 for CAS(ME)^2 and .0111 for SAMM-LV, and .0111 again for HOGTOP-LSTM on "
        "CAS(ME)^2; the two may have changed places.",
        "The released code passes an angle in radians where degrees are taken, so faces are hardly turned level.",
        "The released evaluation may glue several intervals that overlap one expression before computing their IoU.",
    )
    PUBLISHED_THRESHOLDS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"casme-sq": {"p": 0.15}, "samm-lv": {"p": 0.05}}

    def scheme(self, video: Video) -> Scheme:
        """Return the constants for a video, with those that were given.

        Raises
        ------
        UserError
            If they do not go together.
        """
        base = scheme_of(video)
        given = {name: getattr(self, name) for name in vars(base)}
        made = Scheme(**{name: value if given[name] is None else given[name] for name, value in vars(base).items()})
        if not (made.half >= 1 and 0 <= made.overlap < made.section and 1 <= made.at_least <= made.chunk):
            raise UserError(
                f"lbp-chi2: {made} does not go together; half is at least 1, overlap below section, at_least from 1 to "
                "chunk."
            )
        return made

    def recipe(self, video: Video) -> Recipe | None:
        """Return the recipe of the distances; None for a video that is too short for any."""
        from mebench.features.recipes import recipe

        half = fitting(self.scheme(video).half, video.n_frames)
        how = {"radius": self.radius, "follow": self.follow, "smooth": self.smooth}
        return recipe("lbp-chi2", {**how, "window": 2 * half + 1}) if half else None

    def needs(self, of: Any) -> Sequence[Recipe]:
        """Return the landmarks and the distances."""
        from mebench.features.recipes.landmarks import FacialPoints

        distances = self.recipe(of)
        return (FacialPoints(),) if distances is None else (FacialPoints(), distances)

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Choose p; nothing else is learnt, so the training videos themselves are the evidence."""
        tracks = [self.track(video) for video in videos] if run.threshold_source == "train" else []
        return self.choose_thresholds(tracks, expressions, run)

    def track(self, video: Video) -> ScoreTrack:
        """Return for every frame the largest p at which it stands out in a section, and the chunks as proposals.

        The score of a chunk is the p up to which enough of its frames stand out.
        """
        scheme, recipe = self.scheme(video), self.recipe(video)
        frames = np.arange(video.first_frame, video.last_frame + 1)
        if recipe is None:
            height = np.full(len(frames), _NEVER)
        else:
            found = video.features(recipe)
            frames, difference = _spread(found, self.blocks)
            half = fitting(scheme.half, len(frames))
            height = heights(contrast(difference, half, negatives="zero"), scheme.section, scheme.overlap)
        chunks = [
            {"onset": int(frames[a]), "offset": int(frames[b - 1]), "type": ME, "score": score}
            for a, b, score in _chunks(height, scheme)
        ]
        table = pd.DataFrame(chunks, columns=["onset", "offset", "type", "score"])
        return ScoreTrack(video.video, video.first_frame, video.last_frame, frames, {ME: height}, table)

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return the p of the best F1 (None: nothing is said)."""
        evidence = {track.video: track for track in tracks}
        chosen = tune_over(_GRID, evidence, _intervals, expressions_of(tracks, expressions).drop(columns="dataset"), ME)
        return {"p": chosen.value if np.isfinite(chosen.value) else None}

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return an interval for each chunk in which enough frames stand out, from the first to the last of them."""
        p = self.thresholds_["p"]
        return prediction_table(track.video, ME, _intervals(track, np.inf if p is None else p)).drop(columns="video")

    def cost(self, work: Work) -> Cost | None:
        """Estimate from measured times."""
        from mebench.baselines.spotting.costs import of_texture

        return of_texture(self, work)


def heights(values: Values, section: int, overlap: int) -> Values:
    """Return the largest p at which each frame exceeds the relative threshold of a section that it lies in.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    section, overlap : int
        Sections of so many frames, of which neighbours share `overlap`; the last one ends with the track.

    Examples
    --------
    >>> heights(np.array([0.0, 0, 1, 0, 0, 0]), 3, 0).round(6).tolist()
    [-0.5, -0.5, 1.0, -1.0, -1.0, -1.0]
    """
    found = np.full(len(values), _NEVER)
    for begin in range(0, max(len(values) - overlap, 1), section - overlap):
        part = slice(begin, begin + section)
        found[part] = np.maximum(found[part], relative_height(values[part]))
    return found


def _spread(found: Mapping[str, NDArray[Any]], blocks: int) -> tuple[NDArray[np.int64], Values]:
    """Return the frames of a video and the mean of the largest distances; those at the ends take the nearest ones."""
    inner = np.sort(found["distance"].astype(np.float64), axis=1)[:, -blocks:].mean(1)
    frames = np.union1d(found["first"], found["last"])
    begin, end = int(found["first"][0]), int(found["last"][-1])
    frames = np.arange(begin, end + 1) if len(frames) != end - begin + 1 else frames
    half = (len(frames) - len(inner)) // 2
    return frames, carry_edges(np.pad(inner, half, mode="edge"), half)


def _chunks(height: Values, scheme: Scheme) -> Iterator[tuple[int, int, float]]:
    """Yield begin, end (excluded) and score of every chunk that is long enough to say something."""
    for begin in range(0, len(height), scheme.chunk):
        part = np.sort(height[begin : begin + scheme.chunk])
        if len(part) >= scheme.at_least:
            yield begin, begin + len(part), float(part[-scheme.at_least])


def _intervals(track: ScoreTrack, p: float) -> Boxes:
    chunks, height = track.boxes(ME), track.track(ME)
    rows = []
    for onset, offset, score in zip(chunks.onset, chunks.offset, chunks.score, strict=True):
        if score >= p:
            inside = np.flatnonzero((track.frames >= onset) & (track.frames <= offset) & (height >= p))
            rows.append((track.frames[inside[0]], track.frames[inside[-1]], score))
    onsets, offsets, scores = zip(*rows, strict=True) if rows else ((), (), ())
    return boxes(np.array(onsets, np.int64), np.array(offsets, np.int64), np.array(scores, np.float64))
