"""Where a page may be written: never over anything that is not a page."""

from __future__ import annotations

from pathlib import Path

from mebench.problems import UserError, printable

SUFFIXES = frozenset({".html", ".htm"})


def check_page(option: str, out: Path, example: str = "page.html") -> None:
    """Refuse a place for a page that a page has no business at.

    Parameters
    ----------
    option : str
        What names the place on the command line, e.g. ``--out``.
    out : Path
    example : str
        Name of a file to propose where ``out`` is a folder.

    Raises
    ------
    UserError
        If it is a folder, or its name does not end in .html or .htm.
    """
    shown = printable(str(out))
    if out.is_dir():
        raise UserError(f"{option} {shown}: that is a folder; name a file in it, e.g. {printable(str(out / example))}.")
    # Through a link something else would be meant than what is replaced; both names must be of a page.
    if not {out.suffix.lower(), out.resolve().suffix.lower()} <= SUFFIXES:
        raise UserError(f"{option} {shown}: a page ends in .html; name it so.")
