"""What folders of images and video files have in common: the policy, the report, sections, and what is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, printable
from mebench.video.annotated import Annotated
from mebench.video.images import BadFrame, Image
from mebench.video.missing import Policy, Replacement, Report
from mebench.video.numbering import Gap, gaps_in

_LET_OTHERS = "let others take its place with --missing previous (in Python missing='previous')"


class SourceFrames(ABC):
    """One video or clip on the disk; implements :class:`mebench.video.frames.Frames`.

    Also a mapping from frame numbers to images: ``frames[130]`` reads a frame, ``len(frames)`` counts them, and
    iteration yields their numbers. It may be sent to another process, which opens it again.
    """

    kind = ""
    """``folder`` or ``file``."""

    def __init__(
        self,
        path: Path,
        name: str,
        fps: float | None,
        annotated: Annotated,
        shift: int | None,
        policy: Policy,
        keep: int = 0,
    ) -> None:
        self.path, self.name, self.policy = path, name, policy
        self._fps, self._annotated, self._shift, self._keep = fps, annotated, shift, keep
        self._kept: OrderedDict[tuple[int, bool], Image] = OrderedDict()
        self.report = Report(name, policy.name)

    @abstractmethod
    def _present(self) -> NDArray[np.int64]:
        """Return the numbers of the frames that are there, in the annotation's count; called once."""

    @abstractmethod
    def _load(self, number: int, grey: bool) -> Image:
        """Return a frame that may be there or not; raise BadFrame if it cannot be read."""

    @abstractmethod
    def _identity(self) -> str:
        """Return the hash of the files."""

    @cached_property
    def present(self) -> NDArray[np.int64]:
        """(n,) numbers of the frames that are there, ascending."""
        present = self._present()
        present.setflags(write=False)
        self.report.gaps = gaps_in(present)
        return present

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """(n,) numbers that can be asked for: with a policy that replaces, those of small gaps too."""
        if not self.policy.replaces:
            return self.present
        present = self.present
        filled = [np.arange(first, last + 1) for first, last in self.gaps if last - first < self.policy.within]
        numbers = np.sort(np.concatenate([present, *filled])).astype(np.int64)
        numbers.setflags(write=False)
        return numbers

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Runs of numbers that are absent, as (first, last)."""
        return self.report.gaps if len(self.present) else ()

    @property
    def fps(self) -> float | None:
        """Frames a second, if known."""
        return self._fps

    @cached_property
    def identity(self) -> str:
        """SHA-256 over names, sizes and times of change (ns) of the files, the mapping of numbers, and the policy.

        It does not change when the folder moves, and does when a file is written again, even with the same content.
        """
        return self._identity()

    def read(self, number: int, grey: bool = False) -> Image:
        """Return one frame.

        Raises
        ------
        UserError
            If there is no such frame, or it cannot be read and the policy has nothing to replace it by.
        """
        key = int(number), grey
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        image = self._read(key[0], grey)
        if self._keep:
            image.setflags(write=False)
            self._kept[key] = image
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        return image

    def __getitem__(self, number: int) -> Image:
        return self.read(number)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        return (int(number) for number in self.numbers)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | np.integer) and self._has(self.numbers, int(number))

    def __repr__(self) -> str:
        extent = self._extent()
        where = f"{self.kind} {printable(str(self.path), 300)}"
        return f"<{printable(self.name)}: {extent}{', ' if extent else ''}{where}>"

    def _extent(self) -> str:
        """Return which frames there are and how large they are, as far as that is known without reading any."""
        if "present" not in vars(self):
            return ""
        missing = f" ({self.report.n_absent} missing)" if self.gaps else ""
        size = vars(self).get("size")
        pixels = f", {size[0]}x{size[1]}" if size else ""
        return f"frames {self.present[0]} to {self.present[-1]}{missing}{pixels}"

    def section(self, first: int, last: int, grey: bool = False) -> Iterator[tuple[int, Image]]:
        """Yield the frames from `first` to `last`, both included, with their numbers; none if `last` is `first` - 1.

        Raises
        ------
        UserError
            If `last` lies further before `first`; at the first frame that is absent or cannot be read, unless the
            policy replaces it.
        """
        if last < first - 1:
            raise UserError(
                f"{printable(self.name)}: a section from frame {first} to {last} ends before it begins. Give the first "
                "frame, then the last."
            )
        return self._section(int(first), int(last), grey)

    def _section(self, first: int, last: int, grey: bool) -> Iterator[tuple[int, Image]]:
        low, high = np.searchsorted(self.numbers, [first, last + 1])
        expected = first
        for number in self.numbers[low:high]:
            if number != expected:
                break
            yield int(number), self.read(int(number), grey)
            expected += 1
        if expected <= last:
            self.read(expected, grey)  # raises: it is none of the numbers

    def _read(self, number: int, grey: bool) -> Image:
        if not self._has(self.numbers, number):
            raise self._absent(number)
        try:
            return self._load(number, grey)
        except BadFrame as error:
            bad = error
        for candidate in self.policy.candidates(number, self.present):
            try:
                image = self._load(candidate, grey)
            except BadFrame:
                continue
            self.report.replaced[number] = Replacement(number, bad.file, bad.why, candidate, bad.is_missing)
            return image
        raise self._unusable(number, bad)

    @staticmethod
    def _has(numbers: NDArray[np.int64], number: int) -> bool:
        at = int(np.searchsorted(numbers, number))
        return at < len(numbers) and int(numbers[at]) == number

    def _absent(self, number: int) -> UserError:
        first, last = int(self.present[0]), int(self.present[-1])
        where = f"{printable(str(self.path))}: there is no frame {number} of {printable(self.name)}"
        if not first <= number <= last:
            return UserError(f"{where}; its frames are {first} to {last}. Check that they are those of the annotation.")
        gap = next(gap for gap in self.gaps if gap[0] <= number <= gap[1])
        length = gap[1] - gap[0] + 1
        missing = f"{where}: {self._file_of(number)} is missing"
        if length > self.policy.within:
            return UserError(
                f"{missing}, like all from {gap[0]} to {gap[1]}, too many to be replaced. Copy them from the original."
            )
        return UserError(f"{missing}. Copy it from the original, or {_LET_OTHERS}.")

    def _unusable(self, number: int, bad: BadFrame) -> UserError:
        sentence = f"{printable(bad.file, 300)} {printable(bad.why)} (frame {number} of {printable(self.name)})"
        if self.policy.replaces:
            return UserError(
                f"{sentence}, and no frame within {self.policy.within} of it can be read. Copy it from the original."
            )
        return UserError(f"{sentence}. Copy it from the original, or {_LET_OTHERS}.")

    def _file_of(self, number: int) -> str:
        return f"frame {number}"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": OrderedDict()}
