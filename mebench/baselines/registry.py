"""The methods by name. A class is imported when it is asked for, so that names and help cost nothing.

A package of somebody else's adds its own through the entry point group ``mebench.baselines``::

    [project.entry-points."mebench.baselines"]
    my-method = "my_package.my_module:MyMethod"
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from mebench.problems import UserError, printable, unknown_name

if TYPE_CHECKING:
    from mebench.baselines.method import Method

GROUP = "mebench.baselines"

Task = Literal["spotting", "recognition"]


class Entry(NamedTuple):
    """Where a method is: ``module:Class``, and what it is for (None where only the class knows)."""

    place: str
    task: Task | None


_SPOTTING: Mapping[str, str] = {
    "empty": "mebench.baselines.floors.empty:Empty",
    "random-spotter": "mebench.baselines.floors.random_spotter:RandomSpotter",
    "oracle-boundaries": "mebench.baselines.floors.oracle_boundaries:OracleBoundaries",
    "dyngeonet": "mebench.baselines.spotting.dyngeonet:DynGeoNet",
    "dynnet": "mebench.baselines.spotting.dynnet:DynNet",
    "geonet": "mebench.baselines.spotting.geonet:GeoNet",
    "vgg16": "mebench.baselines.spotting.vgg16:VGG16Frame",
    "lbp-chi2": "mebench.baselines.spotting.lbp_chi2:LBPChi2",
}
_RECOGNITION: Mapping[str, str] = {
    "constant": "mebench.baselines.floors.constant:Constant",
    "lbp-top": "mebench.baselines.recognition.lbp_top:LBPTop",
    "ststnet": "mebench.baselines.recognition.ststnet:STSTNet",
}


@cache
def entries() -> dict[str, Entry]:
    """Return all methods by name: ours, then those of other packages; a name of ours cannot be taken."""
    from importlib.metadata import entry_points

    found = {name: Entry(place, "spotting") for name, place in _SPOTTING.items()}
    found |= {name: Entry(place, "recognition") for name, place in _RECOGNITION.items()}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found.setdefault(point.name, Entry(point.value, None))
    return found


def names() -> tuple[str, ...]:
    """Return the names of all methods, in the order of the list."""
    return tuple(entries())


def is_ours(name: str) -> bool:
    """Return whether a method came with mebench."""
    return name in _SPOTTING or name in _RECOGNITION


def method_class(name: str) -> type[Method]:
    """Return the class of a method.

    Raises
    ------
    UserError
        If there is no such method, or the package that offers it cannot be imported.

    Examples
    --------
    >>> method_class("random-spoter")
    Traceback (most recent call last):
    ...
    mebench.problems.UserError: There is no baseline 'random-spoter'. Did you mean 'random-spotter'? ...
    """
    if name not in entries():
        raise unknown_name("baseline", name, entries())
    module, _, word = entries()[name].place.partition(":")
    try:
        found = getattr(importlib.import_module(module), word)
    except Exception as error:
        if is_ours(name):
            raise
        raise UserError(
            f"The baseline {name} cannot be loaded from {entries()[name].place}: {printable(str(error))}. Repair or "
            "remove the package that offers it."
        ) from error
    return checked_kind(found, name)


def checked_kind(found: object, name: str) -> type[Method]:
    """Return what was found under a name, if it is a method.

    Raises
    ------
    UserError
        If it is none.
    """
    from mebench.baselines.method import Recogniser, Spotter

    if not (isinstance(found, type) and issubclass(found, Spotter | Recogniser)):
        raise UserError(f"{name} is no class that derives from mebench.baselines.method.Spotter or Recogniser.")
    return found


def task_of(kind: type[Method]) -> Task:
    """Return what a method is for."""
    from mebench.baselines.method import Spotter

    return "spotting" if issubclass(kind, Spotter) else "recognition"
