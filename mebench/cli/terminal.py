"""What the commands share: the terminal's width and colours, and where words go."""

from __future__ import annotations

import os
import re
import shutil
import sys

import typer


def width() -> int:
    """Return the columns to fill: the terminal's, or 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def colour() -> bool:
    """Return whether colours are wanted: a terminal, and no ``NO_COLOR``."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def say(text: str) -> None:
    """Print a remark to standard error, so that standard output holds the result alone."""
    typer.echo(text, err=True)


def plain(docstring: str) -> str:
    """Return a docstring without its markup."""
    text = re.sub(r":[a-z]+:`([^`]*)`", r"\1", docstring)
    text = re.sub(r"``([^`]*)``|`([^`]*)`", lambda found: found[1] or found[2] or "", text)
    text = re.sub(r"\*\*([^*\n]+)\*\*", r"\1", text)
    return re.sub(r"^([A-Z][a-z ]+)\n-{3,}$", r"\1:", text, flags=re.MULTILINE)
