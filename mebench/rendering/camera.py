"""Where the camera stands and what it records."""

from __future__ import annotations

from dataclasses import dataclass

from mebench.problems import UserError


@dataclass(frozen=True)
class Camera:
    """A still pinhole camera before the head.

    Attributes
    ----------
    width, height : int
        Size of the image in pixels.
    eye_distance : float
        Pixels between the centres of the eyeballs at the rest pose.
    colour : bool
        RGB images if true, grey ones otherwise.
    centre_x, centre_y : float
        Where the middle between the eyes lies at the rest pose, as a fraction of width and height.
    distance : float
        From the camera to the eyes, in eye distances. About 16 (one metre) gives mild perspective.

    Raises
    ------
    UserError
        If a size or distance is not positive, or the camera stands inside the head.
    """

    width: int
    height: int
    eye_distance: float
    colour: bool = True
    centre_x: float = 0.5
    centre_y: float = 0.42
    distance: float = 16.0

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise UserError(
                f"camera: {self.width}x{self.height} is no image size; give a width and height of at least 1"
            )
        if not self.eye_distance > 0:
            raise UserError(f"camera: eye distance {self.eye_distance} is not positive; give it in pixels")
        if not self.distance >= 5:
            raise UserError(f"camera: distance {self.distance} is inside the head; give at least 5 eye distances")

    @classmethod
    def square(cls, size: int, *, colour: bool = True) -> Camera:
        """Return the usual framing of a face crop: eyes .30 of the size apart, at .42 of the height."""
        return cls(size, size, 0.30 * size, colour)
