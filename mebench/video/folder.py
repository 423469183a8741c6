"""A folder with one image a frame."""

from __future__ import annotations

import hashlib
import os
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.readers._folders import around_number, entries
from mebench.problems import UserError, plural, printable
from mebench.video.annotated import shift_of
from mebench.video.images import BadFrame, Image, header_at, read_image
from mebench.video.numbering import Numbering, numbering_of
from mebench.video.source import SourceFrames


class FolderFrames(SourceFrames):
    """The images of a folder, by the last digit group of their names."""

    kind = "folder"

    @cached_property
    def numbering(self) -> Numbering:
        """Numbers and names of the files, as they are."""
        folders, files = entries(str(self.path))
        found = numbering_of(files, str(self.path))
        if found.ignored:
            self.report.note(f"{plural(len(found.ignored), 'image')} without a number passed over: {found.ignored[0]}")
        if like := [name for name in folders if around_number(name) is not None]:
            self.report.note(f"{plural(len(like), 'folder')} named like an image: {like[0]}")
        return found

    @cached_property
    def shift(self) -> int:
        """What is added to the numbers of the files to get those of the annotation."""
        if self._shift is not None:
            return self._shift
        numbers = self.numbering.numbers
        shift, note = shift_of(int(numbers[0]), int(numbers[-1]), self._annotated, str(self.path), self.name)
        if note:
            self.report.note(note)
        return shift

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels: those of the first image that can be read.

        Raises
        ------
        UserError
            If none of the first ones can.
        """
        first = ""
        for name in self.numbering.names[:20]:
            try:
                header = header_at(os.path.join(self.path, name))
            except BadFrame as bad:
                first = first or str(bad)
                continue
            return header.width, header.height
        raise UserError(f"{printable(first, 300)}, and none of the images after it can be read. Copy the folder anew.")

    def _extent(self) -> str:
        try:
            _ = self.present, self.size  # names and one header
        except UserError:
            return ""
        return super()._extent()

    def _present(self) -> NDArray[np.int64]:
        return np.asarray(self.numbering.numbers + self.shift)

    def _load(self, number: int, grey: bool) -> Image:
        at = int(np.searchsorted(self.present, number))
        if at == len(self.present) or int(self.present[at]) != number:
            raise BadFrame(os.path.join(self.path, self._file_of(number)), "is missing", is_missing=True)
        path = os.path.join(self.path, self.numbering.names[at])
        image = read_image(path, grey)
        width, height = self.size
        if image.shape[:2] != (height, width):
            raise UserError(
                f"{printable(path, 300)}: this frame has {image.shape[1]}x{image.shape[0]} pixels, where "
                f"{printable(self.numbering.names[0])} has {width}x{height}. All frames of a video must be of one size."
            )
        return image

    def _identity(self) -> str:
        digest = hashlib.sha256(repr((self.shift, self.policy.name, self.policy.within)).encode())
        for name in self.numbering.names:
            try:
                found = os.stat(os.path.join(self.path, name))
                state = f"{found.st_size}\0{found.st_mtime_ns}"
            except OSError:
                state = "unreadable"
            digest.update(f"{name}\0{state}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def _file_of(self, number: int) -> str:
        return self.numbering.name_for(number - self.shift)
