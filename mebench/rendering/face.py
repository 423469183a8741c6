"""A synthetic face before a camera: images, exact landmarks and exact flow."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.rendering import baking, landmarks, painting, raster, surface, tracking
from mebench.rendering.camera import Camera
from mebench.rendering.identity import Identity
from mebench.rendering.lighting import light_vertices, shade_eye
from mebench.rendering.mesh import EYE_VERTICES, build
from mebench.rendering.pack import PIVOT
from mebench.rendering.state import REST, State
from mebench.rendering.units import CHANNELS

__all__ = ["REST", "Face", "State"]

_SAMPLES = 2
_LOOK = 0.45
"""Angle of gaze (radians) at which the lids have followed as far as the pack lets them."""
_EXPOSURE = 0.80


def _tone_curve() -> NDArray[np.uint8]:
    """Return bytes for linear light from 0 to 4: the sRGB curve with a soft shoulder."""
    light = np.arange(16384) / 4096 * _EXPOSURE
    knee = 0.6
    soft = np.where(light > knee, knee + (1 - knee) * (1 - np.exp(-(light - knee) / (1 - knee))), light)
    curve = np.where(soft <= 0.0031308, 12.92 * soft, 1.055 * np.maximum(soft, 1e-9) ** (1 / 2.4) - 0.055)
    found: NDArray[np.uint8] = np.clip(np.rint(255 * curve), 0, 255).astype(np.uint8)
    return found


_TONE = _tone_curve()


class Face:
    """One person before one camera.

    Parameters
    ----------
    identity : Identity
        Who it is: :func:`mebench.rendering.identity.identity`.
    camera : Camera
    """

    def __init__(self, identity: Identity, camera: Camera) -> None:
        self.identity = identity
        self.camera = camera
        self._mesh = build(identity)
        key = np.array(identity.light, np.float32)
        self._key = (key / np.linalg.norm(key)).astype(np.float32)
        self._open = baking.open_to(self._mesh, self._key)
        self._atlas, scale = self._painted()
        self._texels = (self._mesh.texels + 0.5) * np.float32(scale) - np.float32(0.5)
        self._wall = self._background()
        n = len(self._mesh.rest)
        height, width = _SAMPLES * camera.height, _SAMPLES * camera.width
        self._moved, self._posed = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32)
        self._screen, self._normal = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32)
        self._lit, self._shine = np.empty((n, 5), np.float32), np.empty(n, np.float32)
        self._owner, self._near = np.empty((height, width), np.int32), np.empty((height, width), np.float32)
        self._colour = np.empty((height, width, 3), np.float32)
        self._image = np.empty((camera.height, camera.width, 3), np.uint8)

    def render(self, state: State) -> NDArray[np.uint8]:
        """Return the image of a state, without sensor noise.

        Returns
        -------
        (height, width, 3) uint8 array
            RGB, or (height, width) if the camera has no colour.
        """
        mesh = self._mesh
        self._place(state, _SAMPLES)
        surface.normals(self._posed, mesh.triangles, self._normal)
        self._light()
        self._owner.fill(-1)
        self._near.fill(0)
        raster.fill(self._screen, mesh.triangles, *mesh.opaque, False, self._owner, self._near)
        drawn = (self._screen, mesh.triangles, mesh.corners, self._texels, self._atlas, self._lit)
        raster.shade(*drawn, self._shine, mesh.eyes, self._owner, self._colour)
        for layer in mesh.layers:
            raster.lay_over(*drawn, layer, self._wall, self._owner, self._near, self._colour)
        raster.resolve(self._colour, self._owner, self._wall, np.float32(state.light), _TONE, self._image)
        if self.camera.colour:
            return self._image.copy()
        return np.asarray(cv2.cvtColor(self._image, cv2.COLOR_RGB2GRAY), np.uint8)

    def landmarks(self, state: State) -> NDArray[np.float64]:
        """Return the exact (68, 2) landmarks of a state in pixels, in the order of iBUG."""
        self._place(state, 1)
        return landmarks.on_screen(self._mesh.points, self._mesh.weights, self._screen)

    def flow(self, a: State, b: State) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the exact optical flow from one state to another.

        Returns
        -------
        (height, width, 2) float32 array
            Displacement (x, y) in pixels of the surface point seen at each pixel of ``a``; NaN outside the head.
        (height, width) bool array
            Whether that point is seen in both states.
        """
        return tracking.flow(self._mesh, self._screen_of(a), self._screen_of(b), self.camera)

    def reach(self) -> NDArray[np.float64]:
        """Return the largest displacement in pixels on the image of every channel at intensity 1, at the rest pose."""
        rest = self._screen_of(REST)[:, :2].copy()
        seen = tracking.seen(self._mesh, self._screen_of(REST), self.camera)
        found = np.zeros(len(CHANNELS))
        for k in range(len(CHANNELS)):
            units = np.zeros(len(CHANNELS))
            units[k] = 1
            found[k] = np.linalg.norm(self._screen_of(State(units=units))[:, :2] - rest, axis=1)[seen].max()
        return found

    def _painted(self) -> tuple[NDArray[np.uint8], float]:
        """Return the atlas at about one texel a sample, and its scale."""
        full = painting.paint(self.identity)
        scale = 1.0
        while scale > 0.2 and 162 * scale * 0.5 > 0.98 * self.camera.eye_distance * _SAMPLES:
            scale /= 2
        if scale < 1:
            height, width = int(full.shape[0] * scale), int(full.shape[1] * scale)
            full = np.asarray(cv2.resize(full, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return np.ascontiguousarray(full), scale

    def _background(self) -> NDArray[np.float32]:
        """Return the wall behind the head, brighter on the side of the light."""
        height, width = self.camera.height, self.camera.width
        x = (np.arange(width) - self.camera.centre_x * width) / self.camera.eye_distance
        y = (np.arange(height) - self.camera.centre_y * height) / self.camera.eye_distance
        across, down = np.meshgrid(x, y)
        shade = 1 + 0.06 * self._key[0] * across - 0.05 * down - 0.012 * (across**2 + down**2)
        wall = np.clip(shade, 0.3, 1.5)[..., None] * np.array(self.identity.backdrop)
        return np.ascontiguousarray(wall, np.float32)

    def _place(self, state: State, samples: int) -> None:
        """Move, turn and project all vertices for images with ``samples`` samples a pixel and axis."""
        mesh, camera = self._mesh, self.camera
        gaze_x, gaze_y = float(state.gaze[0]), float(state.gaze[1])
        follow = [min(max(gaze_y / _LOOK, 0), 1), min(max(-gaze_y / _LOOK, 0), 1)]
        intensities = np.concatenate([state.units, follow]).astype(np.float32)
        surface.express(mesh.rest, intensities, mesh.starts, mesh.index, mesh.delta, self._moved)
        eyes = surface.rotation(gaze_y, gaze_x, 0.0)
        for k in (0, 1):
            first, centre = mesh.eye_first[k], mesh.eye_centre[k]
            radius = np.float32(1.05 * mesh.eye_radius[k])
            surface.rotate_eye(self._moved, first, first + EYE_VERTICES, centre, eyes)
            surface.keep_outside(self._moved, mesh.near_eye[k], centre, radius)
        distance = np.float32(camera.distance)
        focal = np.float32(camera.eye_distance * samples * camera.distance)
        centre = np.array([camera.centre_x * camera.width, camera.centre_y * camera.height]) * samples - 0.5
        turn = surface.rotation(*(float(angle) for angle in state.turn))
        shift = np.asarray(state.shift, np.float32)
        surface.project(
            self._moved,
            mesh.share,
            turn,
            PIVOT,
            shift,
            distance,
            focal,
            centre.astype(np.float32),
            self._posed,
            self._screen,
        )

    def _screen_of(self, state: State) -> NDArray[np.float32]:
        """Return a copy of the projected vertices in pixels."""
        self._place(state, 1)
        return self._screen.copy()

    def _light(self) -> None:
        """Light the placed vertices."""
        mesh = self._mesh
        light_vertices(
            self._posed,
            self._normal,
            mesh.kind,
            mesh.tint,
            mesh.gloss,
            mesh.cover,
            self._open,
            self._key,
            np.float32(self.camera.distance),
            self._lit,
        )
        self._shade_eyes()

    def _shade_eyes(self) -> None:
        """Darken the eyeballs under the upper lid, and find their catchlights."""
        mesh = self._mesh
        self._shine.fill(0)
        half = self._key + np.array([0, 0, 1], np.float32)
        half /= np.linalg.norm(half)
        for k in (0, 1):
            first = mesh.eye_first[k]
            eye = slice(first, first + EYE_VERTICES)
            shade_eye(self._posed, first, first + EYE_VERTICES, mesh.lid_edges[k], mesh.eye_radius[k], self._lit)
            self._shine[eye] = self._normal[eye] @ half
