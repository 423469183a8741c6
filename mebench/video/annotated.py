"""How the numbers of the files meet the frame numbers of the annotation.

Both are the same in a complete copy: CAS(ME)^2, SAMM-LV and CASME II count from 1, SMIC and SAMM clips carry the
numbers of the camera, and a folder of selected frames keeps the numbers of the whole video. Copies that were numbered
anew differ by a constant, which is found as follows, the first rule that fits:

1. A shift that the user gives is taken.
2. The images of a video begin with 0 where the annotation begins with 1: they are one frame early.
3. The annotated frames do not all lie among the images, but there are as many images as the annotation has frames: the
   images were counted anew, and the first image is the first frame.
4. No annotated frame lies among the images: these are other frames, which is an error.
5. The images of a clip begin with 0 where the annotation counts from 1: as 2.
6. Otherwise the numbers are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from mebench.problems import UserError, printable


@dataclass(frozen=True)
class Annotated:
    """What the annotation says of the frames of one video or clip.

    Parameters
    ----------
    first : int or None
        Number of the first frame; of a clip that is not known.
    n_frames : int or None
        How many the video has, or the clip from onset to offset.
    lowest, highest : int or None
        The outermost annotated frames.
    from_one : bool
        Whether the annotation counts from 1, so that there is no frame 0.
    """

    first: int | None = None
    n_frames: int | None = None
    lowest: int | None = None
    highest: int | None = None
    from_one: bool = True

    @property
    def outermost(self) -> tuple[int | None, int | None]:
        """First and last frame that the annotation speaks of, whether by an event or by the length of the video."""
        ends = None if self.first is None else self.first + (self.n_frames or 1) - 1
        known = [frame for frame in (self.first, ends, self.lowest, self.highest) if frame is not None]
        return min(known, default=None), max(known, default=None)


_EARLY = "the images begin with 0 where the annotation begins with 1, so image 0 is taken for frame 1"


def shift_of(first: int, last: int, annotated: Annotated, place: str, name: str) -> tuple[int, str]:
    """Return what to add to the numbers of the files, and a note if that is not 0.

    Parameters
    ----------
    first, last : int
        Numbers of the first and the last image.
    annotated : Annotated
    place, name : str
        The folder, and the video or clip, for messages.

    Raises
    ------
    UserError
        If no annotated frame is among the images, and it is not plain that they were counted anew.
    """
    if first == 0 and annotated.from_one and annotated.first == 1:
        return 1, _EARLY
    low, high = annotated.outermost
    if low is not None and high is not None and not first <= low <= high <= last:
        if annotated.n_frames == last - first + 1:
            anew = (low if annotated.first is None else annotated.first) - first
            note = (
                f"the images {first} to {last} were counted anew; the first one is taken for frame {first + anew} of "
                "the annotation"
            )
            return anew, note if anew else ""
        if last < low or high < first:
            raise UserError(
                f"{printable(place)}: the images are numbered {first} to {last}, but {printable(name)} is annotated "
                f"from frame {low} to {high}. Give the folder with those frames, or say with a shift by how much the "
                "numbers differ."
            )
    if first == 0 and annotated.from_one and annotated.first is None and low is not None:
        return 1, _EARLY
    return 0, ""
