"""Whether numba has compiled what draws a face; the first run on a machine does that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mebench.extras import needed

with needed("twins"):
    from mebench.rendering import lighting, raster, surface

_COMPILED = (
    lighting.light_vertices,
    lighting.shade_eye,
    raster.fill,
    raster.lay_over,
    raster.resolve,
    raster.shade,
    surface.express,
    surface.keep_outside,
    surface.normals,
    surface.project,
    surface.rotate_eye,
)


def is_compiled() -> bool:
    """Return whether the machine code of every function lies in numba's cache and is newer than its source."""
    return all(map(_in_cache, _COMPILED))


def _in_cache(function: Any) -> bool:
    if not hasattr(function, "stats"):
        return True  # NUMBA_DISABLE_JIT: nothing is ever compiled
    code = function.py_func.__code__
    source = Path(code.co_filename)
    index = Path(function.stats.cache_path).glob(f"{source.stem}.{code.co_name}-{code.co_firstlineno}.*.nbi")
    return any(path.stat().st_mtime >= source.stat().st_mtime for path in index)
