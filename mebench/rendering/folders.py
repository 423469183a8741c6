"""Where the frames of a twin lie and how they are called: the folders of the originals, with their own padding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mebench.datasets.catalog import of_size, original_name
from mebench.datasets.twin.sampling import Draws
from mebench.problems import UserError

_FILMS: Mapping[str, str] = {
    "0101": "disgustingteeth", "0102": "eatingworms", "0401": "girlcrashing", "0402": "beatingpregnantwoman",
    "0502": "funnyerrors", "0503": "unnyfarting", "0505": "funnyinnovations", "0507": "climbingthewall",
    "0508": "funnydunkey",
}  # fmt: skip
"""What follows the code of a film in the names of the folders of CAS(ME)^2, spelled as there."""
_EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise"}
_FOUR_DIGITS = 9_999


@dataclass(frozen=True)
class Place:
    """The folder of one video or clip, relative to the root of the twin, with ``/``, and how its frames are called.

    ``pattern`` is a format of the frame number, e.g. ``"img{:03d}.jpg"``.
    """

    folder: str
    pattern: str

    def file(self, number: int) -> str:
        """Return the name of a frame's file."""
        return self.pattern.format(number)

    @property
    def root(self) -> str:
        """The outermost folder."""
        return self.folder.partition("/")[0]


def place(name: str, seed: int, subject: str, video: str, last: int, whole: bool) -> Place:
    """Return where the frames of a video lie.

    Parameters
    ----------
    name : str
        Of the twin, in any size.
    seed : int
    subject, video : str
        As in :attr:`mebench.datasets.twin.generate.Twin.videos`.
    last : int
        Number of the last frame of the whole video.
    whole : bool
        Whether all frames of the original clip are there, or those from onset to offset (CASME II has a folder each).
    """
    draws = Draws(seed, of_size(name, "full"), "video", video, "digits")
    return _PLACES[original_name(name)](subject, video, _digits(last, draws), whole)


def check_video_files(name: str) -> None:
    """Raise UserError unless the original of a twin has its videos as files too."""
    if original_name(name) != "casme-sq":
        raise UserError(f"{name} comes as images; only the twins of casme-sq have video files.")


def video_file(folder: Place) -> str:
    """Return the path of the same video as a file, relative to the root of the twin (CAS(ME)^2 alone has such)."""
    return folder.folder.replace("rawpic/", "rawvideo/", 1) + ".avi"


def _digits(last: int, draws: Draws) -> int:
    """Return to how many digits SAMM pads: five where the numbers need them and, for some, where they do not."""
    return 5 if last > _FOUR_DIGITS or draws.uniform() < 0.25 else 4


def _casme_sq(subject: str, video: str, digits: int, whole: bool) -> Place:
    code = video.partition("_")[2]
    return Place(f"rawpic/{subject}/{subject[1:]}_{code}{_FILMS[code]}", "img{:03d}.jpg")


def _samm_lv(subject: str, video: str, digits: int, whole: bool) -> Place:
    return Place(f"SAMM_longvideos/{video}", f"{video}_{{:0{digits}d}}.jpg")


def _smic_e_long(subject: str, video: str, digits: int, whole: bool) -> Place:
    return Place(f"SMIC_crop/cropped/{subject}/{video}", "image{:06d}.jpg")


def _casme2(subject: str, video: str, digits: int, whole: bool) -> Place:
    return Place(f"{'CASME2-RAW' if whole else 'CASME2_RAW_selected'}/{video}", "img{}.jpg")


def _smic(subject: str, video: str, digits: int, whole: bool) -> Place:
    bare, kind, number = video.rpartition("/")[2].split("_")
    bare = f"s{int(bare[1:])}"
    return Place(f"SMIC_all_raw/HS/{bare}/micro/{_EMOTIONS[kind]}/{bare}_{kind}_{number}", "image{:06d}.bmp")


def _samm(subject: str, video: str, digits: int, whole: bool) -> Place:
    return Place(f"SAMM/{video}", f"{subject}_{{:0{digits}d}}.jpg")


_PLACES: Mapping[str, Callable[[str, str, int, bool], Place]] = {
    "casme-sq": _casme_sq,
    "samm-lv": _samm_lv,
    "smic-e-long": _smic_e_long,
    "casme2": _casme2,
    "smic": _smic,
    "samm": _samm,
}
