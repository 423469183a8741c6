"""Imports run down the list of rooms only, and scoring stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import mebench

PACKAGE = Path(mebench.__file__).parent

# From the top down; rooms of one line are siblings and do not import each other.
FLOORS = [
    {"__main__"},
    {"cli"},
    {"leaderboard"},
    {"pages", "figures"},
    {"baselines"},
    {"features"},
    {"video", "rendering"},
    {"diagnosis", "comparing"},
    {"scoring", "auditing"},
    {"protocols", "submission", "report"},
    {"datasets"},
    {"metrics"},
    {"files", "extras"},
    {"problems"},
    {"__init__"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}


def imports():
    """Every (module path, room, imported room) of the package, wherever in a file the import stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lazy = {n for f in ast.walk(tree) if parts == ("__init__",) for n in ast.walk(f)}
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: a relative import hides where it goes"
                names = [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                if name.split(".")[0] == "mebench" and node not in lazy:
                    inner = name.split(".")[1:]
                    room = inner[0] if inner and inner[0] in FLOOR else "__init__"
                    yield path, parts[0], room


def test_every_room_has_a_floor():
    rooms = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in PACKAGE.rglob("*.py")}
    assert rooms <= set(FLOOR)


def test_imports_run_down_only():
    upward = sorted(
        {
            f"{path.relative_to(PACKAGE)}: {room} imports {target}"
            for path, room, target in imports()
            if room != target and not FLOOR[room] < FLOOR[target]
        }
    )
    assert not upward, "\n".join(upward)
    assert sum(1 for _ in imports()) > 50


def test_metrics_import_nothing_of_ours():
    assert {target for _, room, target in imports() if room == "metrics"} <= {"metrics"}


def modules_after(code):
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split("\n")[-2].split())


HEAVY = {"torch", "sklearn", "cv2", "numba", "matplotlib", "skimage", "openpyxl", "dlib"}


def test_scoring_imports_nothing_heavy(tmp_path):
    sample = tmp_path / "said.csv"
    sample.write_text("video,onset,offset,type\ns15_0101,10,20,me\n")
    code = (
        "import sys\n"
        f"sys.argv = ['mebench', 'score', {str(sample)!r}, '--dataset', 'casme-sq-twin']\n"
        "from mebench.cli import app\n"
        "try:\n    app()\nexcept SystemExit as done:\n    assert not done.code, done.code"
    )
    loaded = modules_after(code)
    assert "mebench.scoring" in loaded
    assert not loaded & (HEAVY | {"xlsxwriter", "jsonschema", "jinja2", "joblib"})


def test_help_imports_no_numpy():
    code = (
        "import sys\nsys.argv = ['mebench', '--help']\n"
        "from mebench.cli import app\ntry:\n    app()\nexcept SystemExit:\n    pass"
    )
    loaded = modules_after(code)
    assert "typer" in loaded
    assert not loaded & (HEAVY | {"numpy", "pandas", "scipy"})
