"""What is known of a method beside its code: its parameters, where each value comes from, and what was published."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mebench.problems import UserError, quoted, unknown_name

PAPER_PRESET = "paper"
CPU_PRESET = "cpu"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method.

    Parameters
    ----------
    meaning : str
        What it is, in one line.
    source : str
        Where its value in the preset ``paper`` comes from: ``"paper, section 3.2"``, ``"code, main.py"``, or
        ``"choice: why"`` where the paper says nothing.
    """

    meaning: str
    source: str

    @property
    def is_choice(self) -> bool:
        """Whether the value is ours, because the paper leaves it open."""
        return self.source.startswith("choice")


@dataclass(frozen=True)
class Published:
    """One number in print: ``Published("samm-lv", "loso", "me f1", 0.0974, "Table 2")``."""

    dataset: str
    protocol: str
    metric: str
    value: float
    source: str


@dataclass(frozen=True)
class Paper:
    """Where a method comes from.

    Parameters
    ----------
    citation : str
        Authors, title, venue, year, as one line.
    link : str
        DOI or address; empty if there is none.
    code : str
        The authors' own code and its commit; empty if there is none.
    results : tuple of Published
        What was printed for this method, a row a number.
    """

    citation: str
    link: str = ""
    code: str = ""
    results: tuple[Published, ...] = ()


@dataclass(frozen=True)
class Work:
    """How much a run has to do: what a method needs to estimate its cost.

    Parameters
    ----------
    folds : int
    items : int
        Videos, or clips, that are predicted, all folds together.
    frames : int
        Frames of all these; 0 if it is not known.
    train_items, train_frames : float
        What a fold learns from, on the mean.
    events : float
        Expressions that a fold learns from, on the mean.
    by_dataset : mapping of str to int
        Frames of each dataset, by its name without ``-twin``.
    device : {"cpu", "cuda"}
    """

    folds: int
    items: int
    frames: int
    train_items: float
    train_frames: float
    events: float
    by_dataset: Mapping[str, int]
    device: str = "cpu"


@dataclass(frozen=True)
class Cost:
    """An estimate for one process of one thread.

    Parameters
    ----------
    features : float
        Seconds to prepare all features, once.
    fold : float
        Seconds to learn from one fold's train side and predict its test side.
    bytes : float
        Disk that the cached features take.
    made : str
        How it was estimated, e.g. ``"a training step was measured: 0.05 s"``.
    """

    features: float
    fold: float
    bytes: float
    made: str


def parameters_of(kind: type) -> dict[str, inspect.Parameter]:
    """Return the parameters of a class's constructor, in their order.

    Raises
    ------
    TypeError
        If one is not a named parameter with a default.
    """
    if kind.__init__ is object.__init__:  # type: ignore[misc]
        return {}
    found = dict(list(inspect.signature(kind.__init__).parameters.items())[1:])  # type: ignore[misc]
    for name, parameter in found.items():
        if parameter.kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
            raise TypeError(f"{kind.__name__} takes {parameter}; a method's constructor takes named parameters only")
        if parameter.default is inspect.Parameter.empty:
            raise TypeError(f"{kind.__name__}: the parameter {name} has no default")
    return found


def configured(kind: Any, name: str, preset: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return every parameter of a method with its value: the preset's over the defaults, and what was given over both.

    Parameters
    ----------
    kind : type of Method
    name : str
        Of the method, for messages.
    preset : str
    overrides : mapping, optional

    Raises
    ------
    UserError
        If there is no such preset or parameter, or a value is of another type.
    """
    if preset not in kind.PRESETS:
        raise unknown_name(f"preset of {name}", preset, kind.PRESETS)
    signature = parameters_of(kind)
    values = {word: parameter.default for word, parameter in signature.items()} | dict(kind.PRESETS[preset])
    types = get_type_hints(kind.__init__) if signature else {}
    for word, value in (overrides or {}).items():
        if word not in signature:
            if not signature:
                raise UserError(f"{name} has no parameters, so it takes no {quoted(word)}.")
            raise unknown_name(f"parameter of {name}", word, signature)
        values[word] = _checked(name, word, value, types.get(word, Any))
    return values


def plain(value: Any) -> Any:
    """Return a parameter's value as JSON gives it back: tuples are lists.

    Raises
    ------
    TypeError, ValueError
        If JSON cannot hold it.
    """
    return json.loads(json.dumps(value, allow_nan=False))


def _checked(name: str, word: str, value: Any, hint: Any) -> Any:
    """Return a value as the type that the constructor declares; a whole number will do for a float."""
    for kind in _alternatives(hint):
        if kind is Any or (kind is NoneType and value is None):
            return value
        if get_origin(kind) is Literal and value in get_args(kind):
            return value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if get_origin(kind) is tuple or kind is tuple:
            if isinstance(value, list | tuple):
                return tuple(value)
            inner = get_args(kind)
            if len(inner) == 2 and inner[1] is Ellipsis and type(value) is inner[0]:
                return (value,)
        if isinstance(kind, type) and isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
    raise UserError(f"{name}: {word} is {_words(hint)}, not {quoted(value)}.")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


_NAMES: Mapping[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a word",
    NoneType: "none",
    tuple: "several values with commas",
}


def _words(hint: Any) -> str:
    said = []
    for kind in _alternatives(hint):
        if get_origin(kind) is Literal:
            said.append("one of " + ", ".join(map(str, get_args(kind))))
        else:
            said.append(_NAMES.get(get_origin(kind) or kind, str(kind)))
    return " or ".join(said)
