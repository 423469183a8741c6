"""Optical strain: how much a flow deforms the skin, blind to rigid shifts and (small) rotations.

With a flow ``(u, v)`` the infinitesimal strain tensor has ``e_xx = u_x``, ``e_yy = v_y``, ``e_xy = (u_y + v_x) / 2``.
Its Frobenius norm is ``sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)``; STSTNet (Liong et al. 2019, equation 7) prints the
shear once instead of twice. Numbers are per pixel (dimensionless).

References
----------
Shreve, Godavarthy, Goldgof, Sarkar, FG 2011; Liong, Phan, See, Oh, Wong, ACCV workshops 2014.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mebench.features.arrays import FloatArray, flow_of

Differences = Literal["central", "backward", "forward"]
Form = Literal["frobenius", "three-term"]


def strain_tensor(flow: ArrayLike, differences: Differences = "central") -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three components ``(e_xx, e_yy, e_xy)`` of the strain of a flow.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
        Displacements in pixels; at least 2 x 2 pixels.
    differences : {"central", "backward", "forward"}
        ``backward`` is what the authors of STSTNet and Bi-WOOF take, half a pixel off; central differences (choice)
        keep the strain of a mirrored face the mirror image. A border pixel without the neighbour it needs takes the
        difference of the pixel beside it (central: the one-sided difference).

    Returns
    -------
    tuple of three ndarrays of float32, shape (H, W)

    Raises
    ------
    ValueError
        If the flow is not one, is smaller than 2 x 2, or the differences have another name.
    """
    field = flow_of(flow)
    if min(field.shape[:2]) < 2:
        raise ValueError(f"strain needs a flow of at least 2 x 2 pixels, not {field.shape[:2]}")
    if differences not in ("central", "backward", "forward"):
        raise ValueError(f"differences are central, backward or forward, not {differences!r}")
    u, v = field[..., 0], field[..., 1]
    shear = _difference(u, 0, differences)
    shear += _difference(v, 1, differences)
    shear *= np.float32(0.5)
    return _difference(u, 1, differences), _difference(v, 0, differences), shear


def strain(flow: ArrayLike, form: Form = "frobenius", differences: Differences = "central") -> FloatArray:
    """Return the strain magnitude of a flow.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
        Displacements in pixels; at least 2 x 2 pixels.
    form : {"frobenius", "three-term"}
        ``frobenius`` counts the shear twice, as the tensor holds it; ``three-term`` once.
    differences : {"central", "backward", "forward"}
        See :func:`strain_tensor`.

    Returns
    -------
    ndarray of float32, shape (H, W)

    Raises
    ------
    ValueError
        As :func:`strain_tensor`, or if the form has another name.

    Examples
    --------
    >>> stretch = np.zeros((4, 5, 2), np.float32)
    >>> stretch[..., 0] = 0.25 * np.arange(5)
    >>> float(strain(stretch).min()), float(strain(stretch).max())
    (0.25, 0.25)
    """
    if form not in ("frobenius", "three-term"):
        raise ValueError(f"the form of the strain is frobenius or three-term, not {form!r}")
    along_x, along_y, shear = strain_tensor(flow, differences)
    shear *= shear
    if form == "frobenius":
        shear *= np.float32(2)
    shear += along_x * along_x
    shear += along_y * along_y
    return np.sqrt(shear, out=shear)


def _difference(values: FloatArray, axis: int, differences: Differences) -> FloatArray:
    """Return the derivative along an axis, float32, of the same shape."""
    values = values if axis == 1 else values.T
    step = np.empty(values.shape, np.float32)
    inner = values[:, 1:] - values[:, :-1]
    if differences == "central":
        step[:, 1:-1] = (inner[:, 1:] + inner[:, :-1]) * np.float32(0.5)
        step[:, 0], step[:, -1] = inner[:, 0], inner[:, -1]
    elif differences == "backward":
        step[:, 1:], step[:, 0] = inner, inner[:, 0]
    else:
        step[:, :-1], step[:, -1] = inner, inner[:, -1]
    return step if axis == 1 else step.T
