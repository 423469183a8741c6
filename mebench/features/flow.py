"""Dense optical flow by the name of the back-end.

An estimator is made once and called for every pair of frames; :func:`flow` does both. All back-ends take uint8 or
float, grey or RGB images and give float32 vectors in pixels, from the first image to the second: ``[..., 0]`` to the
right, ``[..., 1]`` down. What each one needs inside (a byte, 0..1, 0..255) is arranged here.

References
----------
TV-L1: Zach, Pock, Bischof, DAGM 2007; Sanchez, Meinhardt-Llopis, Facciolo, IPOL 2013.
Farneback: SCIA 2003. DIS: Kroeger, Timofte, Dai, Van Gool, ECCV 2016. RLOF: Senst, Eiselein, Sikora, TCSVT 2012.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import cv2
import numpy as np

from mebench.features.arrays import Array, FloatArray, grey_pair
from mebench.problems import quoted, suggest

_LARGEST = 1_000_000
"""No parameter that is a whole number has a use beyond this."""


@dataclass(frozen=True)
class Estimator:
    """A flow back-end with its parameters; call it with two images.

    Pickling keeps the parameters and makes the solver anew, so an estimator can be sent to a worker. One estimator
    must not be called from two threads at once: the solvers keep buffers.
    """

    name: ClassVar[str]
    presets: ClassVar[dict[str, dict[str, Any]]]
    smallest: ClassVar[int] = 16

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_type(self.name, field.name, str(field.type), getattr(self, field.name))
        try:
            object.__setattr__(self, "_solver", self._make())
        except (cv2.error, TypeError, OverflowError) as error:
            raise ValueError(f"{self.name} does not take these parameters: {self.parameters} ({error})") from error

    def _need_positive(self, *names: str) -> None:
        for name in names:
            if not getattr(self, name) > 0:
                raise ValueError(f"{self.name}: {name} is positive, not {getattr(self, name)}")

    def _need_fraction(self, name: str) -> None:
        if not 0 < getattr(self, name) < 1:
            raise ValueError(f"{self.name}: {name} lies between 0 and 1, not at {getattr(self, name)}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self.parameters.values())

    def __call__(self, first: Array, second: Array) -> FloatArray:
        """Return the flow from `first` to `second`.

        Parameters
        ----------
        first, second : ndarray, shape (H, W) or (H, W, 3)
            uint8; or float in 0..1 or 0..255, both images on one scale. Colour is RGB.

        Returns
        -------
        ndarray of float32, shape (H, W, 2)
            Displacements in pixels: x to the right, y down.

        Raises
        ------
        ValueError
            If the images differ in size, are too small for this back-end, or hold anything else.
        """
        first, second = grey_pair(first, second, self.smallest)
        self._check(*first.shape)
        return self._solve(first, second)

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def identity(self) -> dict[str, Any]:
        """Return what decides the numbers, JSON-ready: back-end, parameters and OpenCV's version."""
        return {"flow": self.name, **self.parameters, "opencv": cv2.__version__}

    def _make(self) -> Any:
        raise NotImplementedError

    def _check(self, height: int, width: int) -> None:
        """Raise ValueError for a size that the back-end cannot do."""

    def _solve(self, first: Array, second: Array) -> FloatArray:
        return self._solver.calc(first, second, None)  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True)
class TVL1(Estimator):
    """Dual TV-L1. Parameters as in IPOL 2013, section 5: `epsilon` stops a warp, `scale_step` is IPOL's zoom.

    ``ipol`` is the setting of the authors of STSTNet, Bi-WOOF and OFF-ApexNet (without IPOL's contrast stretch and
    presmoothing, which OpenCV does not have); ``opencv`` are OpenCV's defaults, as SOFTNet, ABPN and I3D use them.
    `scales` is an upper bound: the pyramid ends where a side falls below 16 pixels.
    """

    tau: float = 0.25
    lambda_: float = 0.15
    theta: float = 0.3
    scales: int = 100
    scale_step: float = 0.5
    warps: int = 5
    epsilon: float = 0.01
    inner: int = 300
    outer: int = 1
    median: int = 1

    name: ClassVar[str] = "tvl1"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "ipol": {},
        "opencv": {"scales": 5, "scale_step": 0.8, "inner": 30, "outer": 10, "median": 5},
        "quick": {"scales": 3, "scale_step": 0.8, "warps": 3, "inner": 10, "outer": 5, "median": 5},
    }

    def _make(self) -> Any:
        self._need_positive("tau", "lambda_", "theta", "scales", "warps", "epsilon", "inner", "outer")
        self._need_fraction("scale_step")
        if self.median not in (1, 3, 5):
            raise ValueError(f"tvl1's median filter is 1 (none), 3 or 5 pixels wide, not {self.median}")
        solver = cv2.optflow.DualTVL1OpticalFlow_create()  # type: ignore[attr-defined]
        solver.setTau(self.tau)
        solver.setLambda(self.lambda_)
        solver.setTheta(self.theta)
        solver.setScalesNumber(self.scales)
        solver.setScaleStep(self.scale_step)
        solver.setWarpingsNumber(self.warps)
        solver.setEpsilon(self.epsilon)
        solver.setInnerIterations(self.inner)
        solver.setOuterIterations(self.outer)
        solver.setMedianFiltering(self.median)
        return solver


@dataclass(frozen=True)
class Farneback(Estimator):
    """Farneback's polynomial expansion; the defaults are those of He 2021 and Zhao 2022, ``emr`` of Liu 2019."""

    pyramid_scale: float = 0.5
    levels: int = 3
    window: int = 15
    iterations: int = 5
    poly_n: int = 7
    poly_sigma: float = 1.5
    flags: int = 0

    name: ClassVar[str] = "farneback"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "he": {},
        "emr": {"levels": 1, "iterations": 2, "poly_n": 5, "poly_sigma": 1.1},
    }
    smallest: ClassVar[int] = 8

    def _make(self) -> Any:
        self._need_fraction("pyramid_scale")
        self._need_positive("levels", "window", "iterations", "poly_n", "poly_sigma")
        if self.flags not in (0, cv2.OPTFLOW_FARNEBACK_GAUSSIAN):
            raise ValueError(f"farneback: flags are 0 or {cv2.OPTFLOW_FARNEBACK_GAUSSIAN} (Gaussian), not {self.flags}")
        return tuple(self.parameters.values())

    def _solve(self, first: Array, second: Array) -> FloatArray:
        if first.dtype != np.uint8:  # its least-squares step is damped: grey levels of 0..1 would hardly move
            first, second = first * np.float32(255), second * np.float32(255)
        return cv2.calcOpticalFlowFarneback(first, second, None, *self._solver)  # type: ignore[attr-defined, no-any-return, call-overload]


@dataclass(frozen=True)
class DIS(Estimator):
    """Dense inverse search on bytes (floats are rounded to them). choice: ``medium``.

    ``medium`` is the preset that still sees sub-pixel motion: on a bump of 1.5 pixels its error is half of ``fast``.
    """

    quality: str = "medium"

    name: ClassVar[str] = "dis"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "medium": {},
        "fast": {"quality": "fast"},
        "ultrafast": {"quality": "ultrafast"},
    }

    def _make(self) -> Any:
        if self.quality not in self.presets:
            raise ValueError(f"dis has the qualities {', '.join(self.presets)}, not {self.quality!r}")
        preset = getattr(cv2, f"DISOPTICAL_FLOW_PRESET_{self.quality.upper()}")
        return cv2.DISOpticalFlow_create(preset)  # type: ignore[attr-defined]

    def _check(self, height: int, width: int) -> None:
        # OpenCV plans the pyramid by the width alone (coarsest level: log2 of width / 20), and crashes where the height
        # there is less than a patch of 8 pixels.
        if height < 8 << max(0, (width // 20).bit_length() - 1):
            raise ValueError(f"an image of {width} x {height} pixels is too wide for dis; cut or scale it")

    def _solve(self, first: Array, second: Array) -> FloatArray:
        return self._solver.calc(_byte(first), _byte(second), None)  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True)
class RLOF(Estimator):
    """Robust local optical flow on bytes, with fixed square windows (OpenCV's cross-shaped ones need colour).

    ``mdmd``: a vector for every pixel, as He 2020 (with the authors' Matlab build: OpenCV's is not bit-identical).
    ``opencv``, OpenCV's defaults, is some five times as fast: a vector every 6 pixels, those kept that lead back to
    where they began, edge-preserving interpolation. Where hardly any is kept (noise), that interpolation gives numbers
    that are not finite, and this raises. OpenCV's geodesic interpolation gives other numbers in every run: left out.
    """

    grid_step: int = 1
    forward_backward: float = 0.0
    large_window: int = 21
    small_window: int = 9
    levels: int = 4
    iterations: int = 30
    illumination_model: bool = True

    name: ClassVar[str] = "rlof"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "mdmd": {},
        "opencv": {"grid_step": 6, "forward_backward": 1.0},
    }
    smallest: ClassVar[int] = 48

    def _make(self) -> Any:
        self._need_positive("grid_step", "large_window", "small_window", "levels", "iterations")
        local = cv2.optflow.RLOFOpticalFlowParameter_create()  # type: ignore[attr-defined]
        local.setSupportRegionType(cv2.optflow.SR_FIXED)
        local.setLargeWinSize(self.large_window)
        local.setSmallWinSize(self.small_window)
        local.setMaxLevel(self.levels)
        local.setMaxIteration(self.iterations)
        local.setUseIlluminationModel(self.illumination_model)
        solver = cv2.optflow.DenseRLOFOpticalFlow_create()  # type: ignore[attr-defined]
        solver.setRLOFOpticalFlowParameter(local)
        solver.setForwardBackward(self.forward_backward)
        solver.setGridStep((self.grid_step, self.grid_step))
        solver.setInterpolation(cv2.optflow.INTERP_EPIC)
        return solver

    def _solve(self, first: Array, second: Array) -> FloatArray:
        found: FloatArray = self._solver.calc(_byte(first), _byte(second), None)  # type: ignore[attr-defined]
        if not np.isfinite(found).all():
            raise ValueError(
                "rlof found too few matches between the two images to interpolate between them; take grid_step 1"
            )
        return found


FLOWS: dict[str, type[Estimator]] = {backend.name: backend for backend in (TVL1, Farneback, DIS, RLOF)}
"""The back-ends by name; each has named parameter sets in ``presets``, the first of which is the default."""


def estimator(method: str = "tvl1", preset: str | None = None, **parameters: Any) -> Estimator:
    """Make a flow estimator to be called for many pairs of images.

    Parameters
    ----------
    method : {"tvl1", "farneback", "dis", "rlof"}
    preset : str, optional
        A named parameter set of that method, e.g. ``"opencv"`` for ``tvl1``.
    **parameters
        Single parameters, over those of the preset.

    Returns
    -------
    Estimator

    Raises
    ------
    ValueError
        If a name is unknown or a value impossible.

    Examples
    --------
    >>> estimator("tvl1", "opencv", warps=3).parameters["scales"]
    5
    """
    if method not in FLOWS:
        raise ValueError(f"there is no flow {method!r}.{suggest(str(method), FLOWS)} Known: {', '.join(FLOWS)}")
    backend = FLOWS[method]
    if preset is not None and preset not in backend.presets:
        raise ValueError(f"{method} has no preset {preset!r}: {', '.join(backend.presets)}")
    known = [field.name for field in fields(backend)]
    for name in parameters:
        if name not in known:
            raise ValueError(f"{method} has no parameter {name!r}.{suggest(name, known)} Known: {', '.join(known)}")
    return backend(**{**backend.presets.get(preset or "", {}), **parameters})


def flow(first: Array, second: Array, method: str = "tvl1", preset: str | None = None, **parameters: Any) -> FloatArray:
    """Return the flow between two images: :func:`estimator`, used once.

    Returns
    -------
    ndarray of float32, shape (H, W, 2)
        Displacements from `first` to `second` in pixels: x to the right, y down.

    Raises
    ------
    ValueError
        If a name or value is unknown, the images differ in size, are too small, or hold anything but grey levels.
    """
    return estimator(method, preset, **parameters)(first, second)


_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "float": ((int, float, np.integer, np.floating), "a number"),
    "int": ((int, np.integer), "a whole number"),
    "bool": ((bool, np.bool_), "true or false"),
    "str": ((str,), "a word"),
}


def _check_type(method: str, name: str, kind: str, value: Any) -> None:
    """Raise ValueError that names the parameter which is no number of its kind."""
    allowed, meant = _TYPES[kind]
    suits: bool = isinstance(value, allowed)
    if not suits or (isinstance(value, bool) and kind != "bool"):
        raise ValueError(f"{method}: {name} is {meant}, not {quoted(value)}")
    if kind == "float" and not math.isfinite(float(value)):
        raise ValueError(f"{method}: {name} is a finite number, not {value}")
    if kind == "int" and abs(int(value)) > _LARGEST:
        raise ValueError(f"{method}: {name} is at most {_LARGEST}, not {value}")


def _byte(image: Array) -> Array:
    return image if image.dtype == np.uint8 else np.rint(image * 255).astype(np.uint8)
