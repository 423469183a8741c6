"""The two files of MEGC2022 and MEGC2023, ``cas_pred.csv`` and ``samm_pred.csv`` in one folder, as one submission.

Each part is a spotting submission of its own, for its own unseen set; the challenge also pooled the counts of both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mebench.datasets.dataset import Dataset
from mebench.problems import InvalidInput, Problem, UserError, printable
from mebench.submission.meta import read_meta
from mebench.submission.model import Submission
from mebench.submission.read import read_submission

PARTS: Mapping[str, frozenset[str]] = {"cas": frozenset({"cas", "casme"}), "samm": frozenset({"samm"})}
"""The parts, and the words of a file name that tell which of them it is."""

FORMAT = "megc2022-pair"
_ENDINGS = frozenset({".csv", ".txt"})
_MOST_FILES = 1000


@dataclass(frozen=True, eq=False)
class PairSubmission:
    """Predictions for several unseen sets that belong together.

    Parameters
    ----------
    name : str
        The folder as the user named it.
    parts : mapping of str to Submission
        Keys ``cas`` and ``samm``, in this order.
    sha256 : str
        Hash over the hashes of the parts.
    meta : mapping
        What ``FOLDER.meta.json`` beside the folder says; without one, the fields on which the parts' own metadata
        agree.
    warnings : tuple of Problem
        Those of the parts.
    """

    name: str
    parts: Mapping[str, Submission]
    sha256: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    format: str = FORMAT


def find_pair(folder: Path | str) -> dict[str, Path]:
    """Return the file of each part in a folder.

    A file belongs to the part whose name is a word of its own: ``cas_pred.csv``, ``SAMM-pred.csv``, ``pred_samm.csv``.

    Raises
    ------
    UserError
        If the folder does not hold exactly one file for each part.
    """
    folder = Path(folder)
    shown = printable(str(folder))
    try:
        if not folder.is_dir():
            raise UserError(f"{shown}: this is no folder. Give the folder that holds cas_pred.csv and samm_pred.csv.")
        names = sorted(entry.name for _, entry in zip(range(_MOST_FILES), folder.iterdir(), strict=False))
    except OSError as error:
        raise UserError(f"{shown}: the folder cannot be read ({error.strerror}). Check its permissions.") from None
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for name in names:
        if (part := part_of(name)) is not None:
            found[part].append(name)
    faults = [
        f"no file for {part}"
        if not files
        else f"{len(files)} files for {part} ({', '.join(map(printable, files[:5]))})"
        for part, files in found.items()
        if len(files) != 1
    ]
    if faults:
        listed = ", ".join(map(printable, names[:10])) or "nothing"
        raise UserError(
            f"{shown}: there is {' and '.join(faults)} (found {listed}). "
            "A folder is read as a pair of MEGC2022: cas_pred.csv and samm_pred.csv."
        )
    return {part: folder / files[0] for part, files in found.items()}


def part_of(file_name: str) -> str | None:
    """Return the part that a file is for by its name, or None.

    Examples
    --------
    >>> part_of("cas_pred.csv"), part_of("SAMM-pred.csv"), part_of("cascade.csv"), part_of("cas_pred.meta.json")
    ('cas', 'samm', None, None)
    """
    path = Path(file_name)
    if path.suffix.lower() not in _ENDINGS or file_name.startswith("."):
        return None
    words = set(re.findall(r"[a-z]+", path.stem.casefold()))
    named = [part for part, own in PARTS.items() if words & own]
    return named[0] if len(named) == 1 else None


def read_pair(
    folder: Path | str,
    datasets: Mapping[str, Dataset | None],
    *,
    default_type: str | None = None,
    allow_duplicates: bool = False,
) -> PairSubmission:
    """Read and check both files of a pair.

    Parameters
    ----------
    folder : Path or str
        Holds the two files; see :func:`find_pair`.
    datasets : mapping of str to Dataset or None
        What each part predicts, by ``cas`` and ``samm``; None checks the form alone.
    default_type, allow_duplicates
        As for :func:`mebench.submission.read.read_submission`.

    Raises
    ------
    UserError
        If the folder does not hold the two files.
    InvalidInput
        With every problem of both files.
    """
    files = find_pair(folder)
    parts: dict[str, Submission] = {}
    problems: list[Problem] = []
    for part, path in files.items():
        try:
            parts[part] = read_submission(
                path, datasets.get(part), default_type=default_type, allow_duplicates=allow_duplicates
            )
        except InvalidInput as error:
            problems.extend(error.problems)
        except UserError as error:
            # The text names the file already; the other file is read all the same.
            problems.append(Problem("unreadable", str(error).rstrip(".")))
    meta, meta_problems = read_meta(folder)
    if problems or meta_problems:
        raise InvalidInput([*problems, *meta_problems])
    joined = "".join(f"{part} {submission.sha256}\n" for part, submission in parts.items())
    return PairSubmission(
        name=str(folder),
        parts=parts,
        sha256=hashlib.sha256(joined.encode()).hexdigest(),
        meta=meta or _agreed(*(submission.meta for submission in parts.values())),
        warnings=tuple(warning for submission in parts.values() for warning in submission.warnings),
    )


def _agreed(first: Mapping[str, Any], *others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are the same in all."""
    return {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
