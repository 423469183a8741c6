"""A twin on the disk: the workbook under the original's file name, the list of videos or clips, and what it is."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

from mebench.datasets.catalog import RECOGNITION, original_name, task_of
from mebench.datasets.sheets import MARK
from mebench.datasets.twin.generate import Twin
from mebench.files import write_atomically
from mebench.problems import UserError

VIDEOS_NAME = "videos.csv"
CLIPS_NAME = "clips.csv"
README_NAME = "README.txt"

_LISTED = {VIDEOS_NAME: "every video, with events or without: subject, video", CLIPS_NAME: "every clip: subject, clip"}
_EPOCH = datetime.datetime(2020, 1, 1)  # noqa: DTZ001 - the workbook format knows no time zones


def write_twin(twin: Twin, out: Path, force: bool = False) -> list[Path]:
    """Write a twin's workbook, ``videos.csv`` (``clips.csv`` for recognition) and ``README.txt`` into a folder.

    The same twin gives the same bytes, so that writing it again changes nothing. Each file is complete or not there.

    Parameters
    ----------
    twin : Twin
    out : Path
        Made if it does not exist.
    force : bool
        Overwrite files that differ.

    Returns
    -------
    list of Path
        The three files.

    Raises
    ------
    UserError
        If one of the files exists with other content (nothing is written then), or the folder cannot be written to.
    """
    contents = {
        twin.workbook_name: workbook_bytes(twin),
        list_name(twin): _videos_csv(twin).encode(),
        README_NAME: _readme(twin).encode(),
    }
    paths = {out / name: content for name, content in contents.items()}
    changed = [path for path, content in paths.items() if _content(path) != content]
    foreign = [path for path in changed if _content(path) is not None]
    if foreign and not force:
        raise UserError(
            f"{foreign[0]}: this file exists and differs from {twin.name}, seed {twin.seed}. "
            "Choose an empty folder for --out, or overwrite the file with --force."
        )
    for path in changed:
        write_atomically(path, paths[path])
    return list(paths)


def workbook_bytes(twin: Twin) -> bytes:
    """Return the annotation workbook as the bytes of an ``.xlsx`` file, marked as synthetic.

    The mark is in its properties and, since programs that save a copy drop those, on a last worksheet.

    Text stays text: ``'006'`` and ``'0101'`` keep their zeros.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties(
        {
            "title": f"SYNTHETIC: {twin.name}",
            "subject": "synthetic annotation; no row is of a real face",
            "author": "mebench",
            "keywords": "synthetic",
            "comments": f"Made by mebench from seed {twin.seed}. {_command(twin)}",
            "created": _EPOCH,
        }
    )
    workbook.set_custom_property("Synthetic", True)
    workbook.set_custom_property("Seed", str(twin.seed))
    for sheet in twin.sheets:
        page = workbook.add_worksheet(sheet.name)
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        page.write_string(r, c, cell)
                elif cell is not None:
                    page.write(r, c, cell)
    workbook.add_worksheet(MARK).write_string(0, 0, _mark(twin))
    workbook.close()
    return buffer.getvalue()


def _content(path: Path) -> bytes | None:
    """Return what a file holds, None if there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(
            f"{path}: the twin cannot be written here ({error.strerror}). Choose another folder for --out."
        ) from error


def _mark(twin: Twin) -> str:
    original = original_name(twin.name)
    return f"{MARK} data of {twin.name}, made by mebench from seed {twin.seed}: no row is of {original} or a real face"


def _command(twin: Twin) -> str:
    part = "" if twin.subjects is None else f" --subjects {twin.subjects}"
    return f"mebench dataset twin {twin.name} --seed {twin.seed}{part} --out DIR"


def list_name(twin: Twin) -> str:
    """Return the name of the file that lists the videos, or the clips, of a twin."""
    return CLIPS_NAME if task_of(twin.name) == RECOGNITION else VIDEOS_NAME


def _videos_csv(twin: Twin) -> str:
    listed = twin.videos
    if task_of(twin.name) == RECOGNITION:
        clips = [folder.rpartition("/")[2] for folder in listed["video"]]
        listed = listed.assign(video=clips).rename(columns={"video": "clip"})
    return f"# {_mark(twin)}\n{listed.to_csv(index=False, lineterminator=chr(10))}"


def _readme(twin: Twin) -> str:
    original = original_name(twin.name)
    return "\n".join(
        (
            f"SYNTHETIC DATA: {twin.name}, seed {twin.seed}",
            "",
            f"These files are made by mebench. They are not {original} and hold no row of it:",
            "counts, lengths, gaps and defects follow aggregate statistics of the original, the frames of every event",
            "are random. Never report a score on them as one on the original.",
            "",
            f"{twin.workbook_name}",
            f"    the annotation, in the layout in which {original} is distributed, with the defects it is known for",
            f"{list_name(twin)}",
            f"    {_LISTED[list_name(twin)]}, fps, number of the first frame, count of frames",
            "twin.json and folders beside it",
            "    the frames, if they were rendered (--frames), in the folders and under the names of the original",
            "",
            "Made with:",
            f"    {_command(twin)}",
            "",
        )
    )
