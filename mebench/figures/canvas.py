"""What all figures share: sizes of a paper, type that can be read and searched, colours, the mark of synthetic data.

Nothing of the user's matplotlib settings reaches a figure, and nothing of a figure stays in them: the same data give
the same bytes under the same version of matplotlib.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from mebench.extras import needed
from mebench.figures.names import is_oracle
from mebench.problems import UserError, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN, PAGE = 8.5, 17.5
"""Widths of one column and of a page of two, in cm."""

FORMS = ("pdf", "svg", "png")
SMALLEST = 7.0
"""Smallest type, in points."""

INK, SOFT, LINE = "#1c2126", "#59636e", "#d5dae0"
TP, FP, FN, TRUTH, WARN = "#0072b2", "#d55e00", "#8f6b00", "#59636e", "#8a3b00"
"""The colours of the pages (``mebench/pages/assets/look.css``, light)."""

LINES = (TP, FP, "#00664b", "#a3123a", FN, "#56b4e9", INK, SOFT)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
MOST_LINES = 3 * len(LINES)
_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1)))

_CM = 1 / 2.54
_SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so that every machine has it
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "xtick.labelsize": SMALLEST,
    "ytick.labelsize": SMALLEST,
    "legend.fontsize": SMALLEST,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "figure.dpi": 100.0,
    "savefig.dpi": 300.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "mebench",
    "pdf.fonttype": 42,
}


class Drawn(NamedTuple):
    """A figure and the sentences to go below it."""

    figure: Figure
    caption: str


@contextmanager
def paper() -> Iterator[None]:
    """Draw with the settings of a paper, whatever the user's are."""
    with needed("plots"):
        import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; in SVG it stays what it is.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support .* natively")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def rendered(draw: Callable[[], Drawn], form: str) -> tuple[bytes, str]:
    """Return a figure as the bytes of a file, and its caption.

    Parameters
    ----------
    draw : callable
        Draws it, under the settings of a paper.
    form : {"pdf", "svg", "png"}

    Raises
    ------
    UserError
        If matplotlib is not installed, or the figure cannot be drawn.
    """
    dateless = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
    out = io.BytesIO()
    with paper():
        drawn = draw()
        drawn.figure.savefig(out, format=form, metadata=dateless[form])
    return out.getvalue(), drawn.caption


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure of a size in cm, on which nothing overlaps."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width * _CM, height * _CM), layout="constrained")


def text_width(figure: Figure, words: str, size: float) -> float:
    """Return how wide a line of text is drawn, in points."""
    text = figure.text(0, 0, words, fontsize=size)
    wide = float(text.get_window_extent().width) * 72 / figure.dpi
    text.remove()
    return wide


def make_high(figure: Figure, axes: Axes, height: float) -> None:
    """Make a figure as high as it must be for its axes to be of a height in cm, whatever stands around them."""
    figure.draw_without_rendering()
    wide, high = figure.get_size_inches()
    figure.set_size_inches(wide, high + height * _CM - axes.get_window_extent().height / figure.dpi)
    figure.draw_without_rendering()


def make_room(figure: Figure, axes: Axes, labels: Sequence[tuple[float, str]]) -> None:
    """Let the x axis of bars from 0 end where each bar and the label behind it (its length, its words) fit."""
    figure.draw_without_rendering()
    room = float(axes.get_window_extent().width) * 72 / figure.dpi
    ends = [length * room / max(room / 8, room - 8 - text_width(figure, words, SMALLEST)) for length, words in labels]
    axes.set_xlim(0, max(ends, default=1.0))


def mark(figure: Figure, dataset: str, synthetic: bool, oracle: bool = False) -> None:
    """Write above the figure what must never be overlooked: synthetic data, choices made on the test labels."""
    words = [f"SYNTHETIC: {printable(dataset, 60)}"] if synthetic else []
    words += ["ORACLE: chosen on the test labels"] if oracle else []
    if words:
        figure.suptitle("\n".join(words), x=0.01, ha="left", fontsize=SMALLEST, fontweight="bold", color=WARN)


def mark_reports(figure: Figure, reports: Sequence[Mapping[str, Any]]) -> None:
    """Mark a figure of reports on the same data."""
    mark(figure, reports[0]["dataset"], reports[0]["synthetic"], any(is_oracle(report) for report in reports))


def of_one_dataset(reports: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the first report, after a look whether all are of the same data under the same rule.

    Raises
    ------
    UserError
        If two differ.
    """
    first = reports[0]
    for report in reports[1:]:
        for name, key in (("dataset", "dataset"), ("protocol", "protocol"), ("rule", "rule"), ("task", "task")):
            ours, theirs = first[key], report[key]
            if key == "rule":
                ours, theirs = ours["name"], theirs["name"]
            if ours != theirs:
                raise UserError(f"One figure shows one {name}, and these are of {ours} and {theirs}.")
        if first["ground_truth"]["sha256"] != report["ground_truth"]["sha256"]:
            raise UserError("One figure shows one ground truth, and these were scored on different events.")
    return first


def data_words(found: Mapping[str, Any]) -> str:
    """Return what a caption calls the data of a board or a report."""
    name = data_name(found)
    return f"SYNTHETIC data ({name})" if found["synthetic"] else name


def data_name(found: Mapping[str, Any]) -> str:
    """Return the dataset of a board or a report, with the variant of a twin."""
    variant = f", {found['variant']}" if found.get("variant") else ""
    return printable(f"{found['dataset']}{variant}", 60)


def style_of(i: int) -> dict[str, Any]:
    """Return colour, marker and dashes of the i-th line of a figure; no two below ``MOST_LINES`` are alike."""
    return {
        "color": LINES[i % len(LINES)],
        "marker": MARKERS[i % len(MARKERS)],
        "linestyle": _DASHES[i // len(LINES) % len(_DASHES)],
    }
