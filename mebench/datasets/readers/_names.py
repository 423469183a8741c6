"""Video ids as people write them: with folders, backslashes and file endings around the name."""

from __future__ import annotations

import re

_VIDEO_ENDING = re.compile(r"\.(avi|mp4|mov|mkv|mpg|mpeg|wmv)$")
_LONGEST = 300


def parts_of(written: str) -> list[str]:
    r"""Return the folders and the bare name in lower case, without a video file's ending; empty if there is none.

    Examples
    --------
    >>> parts_of("rawvideo\\S15/15_0101disgustingteeth.avi")
    ['rawvideo', 's15', '15_0101disgustingteeth']
    >>> parts_of("Gesichter für mich/s15/15_0101")
    ['?', 's15', '15_0101']
    """
    if len(written) > _LONGEST:
        return []
    parts = [part.strip() for part in written.strip().replace("\\", "/").split("/")]
    while parts and not parts[-1]:
        parts.pop()
    if not parts or not parts[-1].isascii():
        return []
    # A folder of any name may lie around a video, but no letter or digit of it may pass for one of ours.
    parts = [part.casefold() if part.isascii() else "?" for part in parts]
    parts[-1] = _VIDEO_ENDING.sub("", parts[-1])
    return parts


def leads_out(written: str) -> bool:
    r"""Return whether a name is a path that leaves the folder it is looked for in, on any operating system.

    Examples
    --------
    >>> [leads_out(name) for name in ("s1/v1", "v..1", "a/../../b", "/etc/passwd", "C:\\v1", "..\\v1", "~/v1")]
    [False, False, True, True, True, True, True]
    """
    rooted = written.startswith(("/", "\\", "~")) or re.match("[A-Za-z]:", written) is not None
    return rooted or ".." in re.split(r"[/\\]", written)


def natural(name: str) -> list[tuple[int, str]]:
    """Return a sort key under which ``s9_2`` comes before ``s10_1``."""
    texts, digits = re.split(r"[0-9]+", name), re.findall(r"[0-9]+", name)
    key = [(0, texts[0])]
    for group, following in zip(digits, texts[1:], strict=True):
        bare = group.lstrip("0")
        key += [(len(bare), bare), (0, following)]  # by length, then by digits: as numbers, however long they are
    return key
