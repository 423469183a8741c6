"""What a recognition protocol wants predicted: the clips, the classes, and how clips are recognised in a submission."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.catalog import TWIN_ENDINGS, ClipResolver
from mebench.datasets.tables import SAMPLES, conform

_LONGEST = 300
_ENDING = re.compile(r"\.(avi|mp4|mov|mkv|png|jpe?g|bmp|npy|npz|mat)$", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_FLOAT = re.compile(r"^([0-9]+)\.0+$")  # how pandas writes a column of integers that once had a gap
_OTHER_NAMES = {"casmeii": "casme2", "smichs": "smic"}


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of a recognition protocol.

    Parameters
    ----------
    name : str
        What they are called, e.g. ``megc2019``.
    samples : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.SAMPLES`, one row a clip, each once.
    classes : tuple of str
        The class list that the protocol fixes. A class may occur in no sample.
    resolvers : mapping of str to callable
        :meth:`mebench.datasets.catalog.ClipReader.canonical_clip` of each dataset that occurs in ``samples``.
    synthetic : bool
        Whether some of it comes from a twin.

    Raises
    ------
    ValueError
        If a class or clip stands twice, a label is no class, or a dataset has no resolver. That is a defect of the
        protocol, not of the user's file.
    """

    name: str
    samples: pd.DataFrame
    classes: tuple[str, ...]
    resolvers: Mapping[str, ClipResolver]
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not self.classes or len(set(self.classes)) < len(self.classes):
            raise ValueError(f"{self.name}: the classes {self.classes} are none or name one twice")
        if strange := set(self.samples["label"]) - set(self.classes):
            raise ValueError(f"{self.name}: the label {sorted(strange)[0]!r} is none of {self.classes}")
        if len(self._places) < len(self.samples):
            raise ValueError(f"{self.name}: a clip stands twice")
        if lacking := set(self.datasets) - set(self.resolvers):
            raise ValueError(f"{self.name}: {sorted(lacking)[0]} has no resolver")

    @classmethod
    def of(
        cls,
        name: str,
        table: pd.DataFrame,
        classes: Sequence[str],
        resolvers: Mapping[str, ClipResolver],
        synthetic: bool = False,
    ) -> Samples:
        """Build samples from any table that has the contract's columns; further columns are left aside."""
        return cls(name, conform(table, SAMPLES, "samples"), tuple(classes), dict(resolvers), synthetic)

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """The datasets, in the order of the table."""
        return tuple(dict.fromkeys(self.samples["dataset"].tolist()))

    @cached_property
    def keys(self) -> tuple[tuple[str, str, str], ...]:
        """(dataset, subject, clip) of each sample."""
        columns = (self.samples[name].tolist() for name in ("dataset", "subject", "clip"))
        return tuple(zip(*columns, strict=True))

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """The place in ``classes`` of each sample's label, shape (n,)."""
        place = {name: i for i, name in enumerate(self.classes)}
        return np.array([place[label] for label in self.samples["label"].tolist()], np.intp)

    @cached_property
    def _places(self) -> dict[tuple[str, str, str], int]:
        return {key: i for i, key in enumerate(self.keys)}

    @cached_property
    def _by_clip(self) -> dict[tuple[str, str], list[int]]:
        places: dict[tuple[str, str], list[int]] = {}
        for i, (dataset, _, clip) in enumerate(self.keys):
            places.setdefault((dataset, clip.casefold()), []).append(i)
        return places

    def match_dataset(self, written: str) -> str | None:
        """Return the dataset that ``written`` names, or None.

        Case and punctuation do not count, ``CASME II`` is ``casme2`` and ``SMIC-HS`` is ``smic``. A twin also goes by
        the name of its original, because challenge logs have no other; never the other way round.
        """
        wanted = _fold(written[:_LONGEST])
        wanted = _OTHER_NAMES.get(wanted, wanted)
        if "(me)" in written.casefold() and wanted == "casme2":
            wanted = "casmesq"  # CAS(ME)^2 is no CASME II
        for suffix in ("", *TWIN_ENDINGS):
            for name in self.datasets:
                if name.endswith(suffix) and wanted == _fold(name.removesuffix(suffix)):
                    return name
        return None

    def find(self, clip: str, subject: str = "", dataset: str | None = None) -> tuple[int, ...]:
        """Return the rows of all samples that a spelling may mean: one, or none, or several if it is ambiguous.

        Parameters
        ----------
        clip : str
            As written: folders before it, a file's ending and the subject in front (``sub01_EP02_01f``) are understood.
        subject : str
            As written, or empty if there is none.
        dataset : str, optional
            One of ``datasets``; by default all are searched.
        """
        if not clip or len(clip) + len(subject) > _LONGEST:
            return ()
        spelled = list(_spellings(_FLOAT.sub(r"\1", subject), clip))
        searched = self.datasets if dataset is None else (dataset,)
        found = {row for name in searched for row in self._in_dataset(name, spelled)}
        if not found and not subject:
            # Where the name says nothing of the subject (EP02_01f), it may still be the name of one clip only.
            found = {row for name in searched for row in self._by_clip.get((name, clip.casefold()), [])}
        return tuple(sorted(found))

    def _in_dataset(self, dataset: str, spelled: Sequence[tuple[str, str]]) -> list[int]:
        for subject, clip in spelled:
            if (dataset, subject, clip) in self._places:
                return [self._places[dataset, subject, clip]]
            canonical = self.resolvers[dataset](subject, clip)
            if canonical is None or not same_number(subject, canonical[0]):
                continue
            if (row := self._places.get((dataset, *canonical))) is not None:
                return [row]
        return []


def same_number(subject: str, other: str) -> bool:
    """Return whether two spellings of a subject may be the same person: their numbers agree, or one has none.

    Examples
    --------
    >>> same_number("6", "006"), same_number("1", "sub01"), same_number("sub02", "sub01")
    (True, True, False)
    """
    numbers = [_DIGITS.findall(text)[-1:] for text in (subject, other)]
    return not all(numbers) or numbers[0][0].lstrip("0") == numbers[1][0].lstrip("0")


def _spellings(subject: str, clip: str) -> Iterator[tuple[str, str]]:
    """Yield (subject, clip) as they may have been meant, the likeliest first."""
    parts = [part for part in clip.replace("\\", "/").split("/") if part.strip()]
    if not parts:
        yield subject, clip
        return
    bare = _ENDING.sub("", parts[-1].strip())
    before, _, after = bare.partition("_")
    yield subject, bare
    if subject:
        if after and before.casefold() == subject.casefold():
            yield subject, after
        return
    if len(parts) > 1:
        yield parts[-2].strip(), bare
    if after:
        yield before, after


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
