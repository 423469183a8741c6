"""Named recipes: one file each, listed here once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mebench.extras import needed
from mebench.features.recipes.common import Recipe
from mebench.problems import UserError, quoted, unknown_name

RECIPES: dict[str, str] = {
    "flow": "flow:Flow",
    "strain": "strain:Strain",
    "lbp-top": "lbp_top:LBPTop",
    "dynamic-image": "dynamic_image:DynamicImage",
    "face-window": "face_window:FaceWindow",
    "face-geometry": "face_geometry:FaceGeometry",
    "lbp-chi2": "lbp_chi2:LBPChi2",
    "apex-flow": "apex_flow:ApexFlow",
}
"""The recipes by name, each with its module here and its class."""


def recipe_class(name: str) -> type[Recipe]:
    """Return the class of a recipe.

    Raises
    ------
    UserError
        If there is no such recipe.
    """
    if name not in RECIPES:
        raise unknown_name("feature", name, RECIPES)
    module, _, found = RECIPES[name].partition(":")
    kind: type[Recipe] = getattr(importlib.import_module(f"mebench.features.recipes.{module}"), found)
    return kind


def recipe(name: str, parameters: Mapping[str, Any] | None = None) -> Recipe:
    """Return a recipe by name; what is no parameter of its own is one of its back-end's.

    Parameters
    ----------
    name : str
        See `RECIPES`.
    parameters : mapping of str to Any

    Raises
    ------
    UserError
        If there is no such recipe or parameter, or a value is impossible.

    Examples
    --------
    >>> recipe("flow", {"method": "dis", "step": 3}).step
    3
    """
    kind = recipe_class(name)
    own = {field.name for field in fields(kind)}
    given = dict(parameters or {})
    if "settings" in own:
        others = {word: given.pop(word) for word in list(given) if word not in own}
        given["settings"] = {**given.get("settings", {}), **others}
    _check(name, given, {field.name: str(field.type) for field in fields(kind)})
    try:
        made = kind(**given)
        with needed("twins"):
            made.check()
    except (TypeError, ValueError) as error:
        raise UserError(f"{name}: {error}.") from error
    return made


_WORDS: dict[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), "true or false"),
    "int": ((int,), "a whole number"),
    "int | None": ((int, type(None)), "a whole number or none"),
    "str | None": ((str, type(None)), "a name or none"),
    "tuple[int, ...]": ((tuple, list), "whole numbers, such as 5,5"),
    "tuple[int, int, int]": ((tuple, list), "three whole numbers, such as 1,1,4"),
}


def _check(name: str, given: Mapping[str, Any], types: Mapping[str, str]) -> None:
    """Raise UserError if a parameter is unknown or of another type; what a word may be, the recipe itself checks."""
    for word, value in given.items():
        if word not in types:
            raise unknown_name(f"parameter of {name}", word, types)
        allowed, meant = _WORDS.get(types[word], ((object,), ""))
        wrong = isinstance(value, bool) and bool not in allowed and object not in allowed
        if wrong or not isinstance(value, allowed):
            raise UserError(f"{name}: {word} is {meant}, not {quoted(value)}.")
