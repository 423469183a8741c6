"""Clip ids as people write them: a subject beside the name, a folder around it, a running number behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from mebench.datasets.readers._names import parts_of

_REPEAT = re.compile(r"(.+?)(#(?:[2-9]|[1-9][0-9]{1,3}))?")

SubjectOf = Callable[[str], str | None]
"""Maps any spelling of a subject, in lower case, to the canonical one, or to None if it is no subject."""


class Located(NamedTuple):
    """A clip's name taken apart: whose it is (None if nothing says so), the bare name, and ``"#2"`` or ``""``."""

    subject: str | None
    name: str
    repeat: str


def locate(subject: str, clip: str, subject_of: SubjectOf) -> Located | None:
    """Take a clip's name apart.

    Parameters
    ----------
    subject : str
        As written, or empty.
    clip : str
        As written: folders before the name are understood, and the one around it may be the subject.
    subject_of : callable

    Returns
    -------
    Located or None
        None if there is no name, ``subject`` is no subject, or it is another one than that of the folder. The name is
        in lower case.

    Examples
    --------
    >>> locate("1", "raw/01/EP02_01f#2", lambda written: written.lstrip("0") if written.isdigit() else None)
    Located(subject='1', name='ep02_01f', repeat='#2')
    """
    parts = parts_of(clip)
    match = _REPEAT.fullmatch(parts[-1]) if parts else None
    if match is None:
        return None
    said = subject.strip().casefold()
    named = subject_of(said) if said else None
    around = subject_of(parts[-2]) if len(parts) > 1 else None
    if (said and named is None) or (named and around and named != around):
        return None
    return Located(named or around, match[1], match[2] or "")


def numbered(pattern: str, form: str) -> SubjectOf:
    """Return what turns spellings with a number into one form.

    Parameters
    ----------
    pattern : str
        Regular expression with the number, without its zeros, as the only group.
    form : str
        For :meth:`str.format`, e.g. ``"sub{:02d}"``.

    Examples
    --------
    >>> numbered("(?:sub)?0*([1-9][0-9]?)", "sub{:02d}")("1")
    'sub01'
    """
    compiled = re.compile(pattern)

    def subject_of(written: str) -> str | None:
        match = compiled.fullmatch(written)
        return form.format(int(match[1])) if match else None

    return subject_of
