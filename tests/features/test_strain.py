"""The identities that define strain, for every kind of difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.features.strain import strain, strain_tensor

KINDS = ("central", "backward", "forward")
numbers = st.floats(-2, 2, width=32)
sizes = st.tuples(st.integers(2, 9), st.integers(2, 9))


def linear(size, ux=0.0, uy=0.0, vx=0.0, vy=0.0, u=0.0, v=0.0):
    y, x = np.mgrid[: size[0], : size[1]].astype(float)
    return np.dstack([u + ux * x + uy * y, v + vx * x + vy * y])


@pytest.mark.parametrize("kind", KINDS)
@given(sizes, numbers)
def test_stretch_is_its_rate(kind, size, a):
    for form in ("frobenius", "three-term"):
        for field in (linear(size, ux=a), linear(size, vy=a)):
            assert strain(field, form, kind) == pytest.approx(np.full(size, abs(a)), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@given(sizes, numbers)
def test_simple_shear(kind, size, a):
    for field in (linear(size, uy=a), linear(size, vx=a)):
        assert strain(field, "frobenius", kind) == pytest.approx(np.full(size, abs(a) / np.sqrt(2)), abs=1e-5)
        assert strain(field, "three-term", kind) == pytest.approx(np.full(size, abs(a) / 2), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@given(sizes, numbers, numbers, numbers)
def test_shift_and_rotation_are_no_strain(kind, size, w, u, v):
    assert strain(linear(size, u=u, v=v), differences=kind).max() == 0
    turning = linear(size, uy=-w, vx=w, u=u, v=v)
    assert strain(turning, differences=kind) == pytest.approx(np.zeros(size), abs=1e-5)


@given(st.integers(0, 10**6), st.sampled_from(KINDS))
def test_against_the_definition(seed, kind):
    field = np.random.default_rng(seed).normal(size=(5, 6, 2)).astype(np.float32)
    exx, eyy, exy = strain_tensor(field, kind)
    before, after = {"central": (1, 1), "backward": (1, 0), "forward": (0, 1)}[kind]
    for y in range(1, 4):
        for x in range(1, 5):

            def along(c, dy, dx, y=y, x=x):
                ends = field[y + after * dy, x + after * dx, c] - field[y - before * dy, x - before * dx, c]
                return ends / (before + after)

            tensor = [along(0, 0, 1), along(1, 1, 0), (along(0, 1, 0) + along(1, 0, 1)) / 2]
            assert [exx[y, x], eyy[y, x], exy[y, x]] == pytest.approx(tensor, abs=1e-5)
            full = np.array([[tensor[0], tensor[2]], [tensor[2], tensor[1]]])
            assert strain(field, differences=kind)[y, x] == pytest.approx(np.linalg.norm(full), abs=1e-5)


@given(st.integers(0, 10**6))
def test_mirror(seed):
    field = np.random.default_rng(seed).normal(size=(5, 6, 2)).astype(np.float32)
    mirrored = field[:, ::-1] * np.float32([-1, 1])
    assert strain(mirrored) == pytest.approx(strain(field)[:, ::-1], abs=1e-6)
    turned = -field[::-1, ::-1]
    forward = strain(field, differences="forward")[::-1, ::-1]
    assert strain(turned, differences="backward") == pytest.approx(forward, abs=1e-6)


@pytest.mark.parametrize(
    ("field", "arguments", "said"),
    [
        (np.zeros((4, 4)), {}, "shape"),
        (np.zeros((4, 4, 3)), {}, "shape"),
        (np.zeros((1, 4, 2)), {}, "2 x 2"),
        (np.full((4, 4, 2), np.nan), {}, "finite"),
        (np.zeros((4, 4, 2)), {"form": "four"}, "form"),
        (np.zeros((4, 4, 2)), {"differences": "sobel"}, "differences"),
    ],
)
def test_refused(field, arguments, said):
    with pytest.raises(ValueError, match=said):
        strain(field, **arguments)
