"""Ground truth above predictions along each video, coloured by outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mebench.datasets.tables import ME
from mebench.figures.canvas import FN, FP, LINE, PAGE, TP, TRUTH, Drawn, canvas, mark
from mebench.figures.names import LONGEST, NARROW, clipped, part_words
from mebench.figures.outcomes import Lines, Span, VideoLine
from mebench.problems import UserError, plural, printable, quoted, suggest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Videos that one figure has room for."""
_USUAL = 12


class _Look(NamedTuple):
    """How one outcome is drawn: by colour, by pattern, and in words."""

    words: str
    face: str
    edge: str
    hatch: str


FOUND = _Look("event, found", TRUTH, TRUTH, "")
MISSED = _Look("event, missed", "white", FN, "")
HIT = _Look("prediction, right", TP, TP, "")
FALSE = _Look("prediction, wrong", "white", FP, "//////")


def timeline(found: Lines, videos: Sequence[str] = (), part: str = "overall", width: float = PAGE) -> Drawn:
    """Draw events and predictions of some videos.

    Parameters
    ----------
    found : Lines
        Of :func:`mebench.figures.outcomes.outcomes`.
    videos : sequence of str
        Which videos, in this order; default the first twelve in which there is anything.
    part : {"me", "mae", "overall"}
        Types to draw. Where both are, MaE are drawn half as high as ME.
    width : float
        In cm.

    Raises
    ------
    UserError
        If a video is not of the dataset, or they are too many, or nothing is in any.
    """
    kept = [_only(line, part) for line in found.videos]
    shown = _chosen(kept, videos, found.dataset) if videos else _with_something(kept, found.dataset)[:_USUAL]
    seconds = all(line.fps for line in shown)
    figure = canvas(width, 2.2 + 0.95 * len(shown))
    axes = figure.add_subplot()
    for y, line in enumerate(shown):
        _draw(axes, y, line, seconds)
    axes.set_yticks(
        range(len(shown)), [clipped(printable(line.video), NARROW if width < 12 else LONGEST) for line in shown]
    )
    axes.set_ylim(len(shown) - 0.45, -0.55)
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("time (s)" if seconds else "frames from the first")
    _legend(figure, width < 12)
    mark(figure, found.dataset, found.synthetic, found.oracle)
    return Drawn(figure, _caption(found, part, len(shown), len(kept)))


def _only(line: VideoLine, part: str) -> VideoLine:
    if part == "overall":
        return line
    return line._replace(
        events=tuple(span for span in line.events if span.kind == part),
        predictions=tuple(span for span in line.predictions if span.kind == part),
    )


def _chosen(lines: Sequence[VideoLine], videos: Sequence[str], dataset: str) -> list[VideoLine]:
    if len(videos) > MOST:
        raise UserError(f"One figure has room for {MOST} videos, not for {len(videos)}.")
    known = {line.video: line for line in lines}
    for video in videos:
        if video not in known:
            raise UserError(f"{dataset} has no video {quoted(video)}.{suggest(video, known)}")
    return [known[video] for video in dict.fromkeys(videos)]


def _with_something(lines: Iterable[VideoLine], dataset: str) -> list[VideoLine]:
    found = [line for line in lines if line.events or line.predictions]
    if not found:
        raise UserError(f"There is no event and no prediction in any video of {dataset}.")
    return found


def _draw(axes: Axes, y: int, line: VideoLine, seconds: bool) -> None:
    unit = line.fps if seconds and line.fps else 1.0
    spans = (*line.events, *line.predictions)
    last = line.last if line.last is not None else max((span.offset for span in spans), default=line.first)
    axes.hlines([y - 0.2, y + 0.2], 0, (last - line.first + 1) / unit, color=LINE, linewidth=0.6, zorder=0)
    for span in line.events:
        _box(axes, y - 0.2, span, line.first, unit, FOUND if span.matched else MISSED)
    for span in line.predictions:
        _box(axes, y + 0.2, span, line.first, unit, HIT if span.matched else FALSE)


def _box(axes: Axes, y: float, span: Span, first: int, unit: float, look: _Look) -> None:
    from matplotlib.patches import Rectangle

    high = 0.32 if span.kind == ME else 0.16
    start, long = (span.onset - first) / unit, max(0, span.offset - span.onset + 1) / unit
    # An ME of a third of a second is a hair in a video of two minutes: the edge keeps it in sight.
    style: dict[str, Any] = {"facecolor": look.face, "edgecolor": look.edge, "linewidth": 0.8, "hatch": look.hatch}
    # Where predictions overlap, those that are right stay in sight.
    axes.add_patch(Rectangle((start, y - high / 2), long, high, zorder=3 if span.matched else 2, **style))
    axes.update_datalim([(start, y), (start + long, y)])


def _legend(figure: Figure, narrow: bool) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=look.face, edgecolor=look.edge, linewidth=0.8, hatch=look.hatch, label=look.words)
        for look in (FOUND, MISSED, HIT, FALSE)
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2 if narrow else 4, handlelength=1.6)


def _caption(found: Lines, part: str, shown: int, there: int) -> str:
    made = f"SYNTHETIC data ({found.dataset})" if found.synthetic else found.dataset
    oracle = " (ORACLE)" if found.oracle else ""
    heights = " MaE are drawn half as high as ME." if part == "overall" else ""
    return (
        f"Events (above) and predictions of {printable(found.method)}{oracle} (below) in {plural(shown, 'video')} of "
        f"the {there} of {made}, {part_words(part)}. A prediction is right if the rule megc pairs it with an "
        f"event.{heights}"
    )
