"""What a stranger's method raises is a sentence with the place in its file; what ours raises is a defect of ours."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mebench.baselines.kinds import files_of, find_kind, short_name
from mebench.baselines.registry import is_ours
from mebench.files import write_atomically
from mebench.problems import UserError, printable


class Crashed(UserError):
    """A method of somebody else's raised something; ``what`` is the part of the sentence that names no fold."""

    what: str = ""


def place_of(error: BaseException, files: Collection[Path]) -> str:
    """Return ``mine.py, line 12``, the innermost line within some files that an error went through, or nothing."""
    names = {str(path) for path in files}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in names]
    return f"{Path(lines[-1].filename).name}, line {lines[-1].lineno}" if lines else ""


@contextmanager
def blamed(name: str, folder: Path, doing: str | None = None) -> Iterator[None]:
    """Turn what a stranger's method raises in the block into a :class:`Crashed`, the full traceback kept in a folder.

    Parameters
    ----------
    name : str
        The method, as :func:`mebench.baselines.kinds.find_kind` takes it.
    folder : Path
        The work folder of the run.
    doing : str or None
        What the block does, e.g. ``"fold s15"``, if it is the method's work alone; without, an error that went
        through no file of the method's is left as it is.

    Raises
    ------
    Crashed
    """
    try:
        yield
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        if is_ours(name):
            raise
        place = place_of(error, files_of(find_kind(name), name))
        if not place and doing is None:
            raise
        path = folder / f"traceback-{quote((doing or 'run').replace(' ', '-'), safe='')[:100]}.txt"
        write_atomically(path, "".join(traceback.format_exception(error)))
        what = f"{type(error).__name__}{f' in {place}' if place else ''}: {printable(str(error).strip(), 400)}"
        crash = Crashed(
            f"{short_name(name)} failed{f' in {doing}' if doing else ''} with {what.rstrip('.')} (traceback in "
            f"{printable(str(path), 400)}; finished folds are kept)."
        )
        crash.what = what
        raise crash from error
