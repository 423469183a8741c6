"""What a number was computed with: versions, commit, machine and time."""

from __future__ import annotations

import datetime
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import mebench

_PACKAGES = ("numpy", "scipy", "pandas")


def environment() -> dict[str, Any]:
    """Return versions, commit, platform and UTC time; no host or user name."""
    return {
        "mebench": mebench.__version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "platform": f"{platform.system()} {platform.machine()}",
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache  # what runs is what was imported: a report under every rule asks for it twenty times
def _commit() -> str | None:
    """Return the commit of the checkout that mebench runs from, ``-dirty`` if it was changed; None if installed."""
    root = Path(mebench.__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=2,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip() or None
