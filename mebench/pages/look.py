"""What all pages share: the templates' environment, the style, and how data get into a page without becoming code."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Content security policy of every page: it may load nothing at all."""

_OUT_OF_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@cache
def templates() -> Environment:
    """Return the environment of the templates in this folder; whatever they are given is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("mebench.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(name: str) -> Markup:
    """Return a style sheet or a script of this folder as it stands, to be put between its tags."""
    text = resources.files("mebench.pages").joinpath("assets", name).read_text(encoding="utf-8")
    if "</s" in text.lower():
        raise ValueError(f"{name} would close the element that it stands in")
    return Markup(text)  # ours, not a user's


def inlined(data: Any) -> Markup:
    r"""Return data as JSON that may stand in a script element: no ``<``, ``>`` or ``&`` is left in it.

    Examples
    --------
    >>> print(inlined({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign, escape in _OUT_OF_SCRIPT.items():
        text = text.replace(sign, escape)
    return Markup(text)  # it can no longer end the element


def page(template: str, **values: Any) -> str:
    """Return a page made from a template of this folder."""
    return templates().get_template(template).render(policy=POLICY, asset=asset, inlined=inlined, **values)
