"""Optional dependencies: a missing one is named with the command that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mebench.problems import UserError


@contextmanager
def needed(extra: str) -> Iterator[None]:
    """Import what an extra brings; where it is missing, say how to install it.

    Parameters
    ----------
    extra : str
        As ``pyproject.toml`` names it, e.g. ``"twins"``.

    Raises
    ------
    UserError
        If a module of somebody else's is missing.

    Examples
    --------
    >>> with needed("twins"):
    ...     import no_such_module
    Traceback (most recent call last):
    mebench.problems.UserError: no_such_module is not installed. Get it with: pip install 'mebench[twins]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or missing == "mebench":
            raise  # a module of our own that is not there is our defect
        raise UserError(f"{missing} is not installed. Get it with: pip install 'mebench[{extra}]'") from error
