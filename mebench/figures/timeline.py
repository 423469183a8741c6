"""Ground truth above predictions along each video, coloured by outcome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from mebench.datasets.tables import ME
from mebench.figures.canvas import FN, FP, LINE, PAGE, TP, TRUTH, Drawn, canvas, make_high, mark
from mebench.figures.names import LONGEST, NARROW, clipped, part_words
from mebench.figures.outcomes import Lines, Span, VideoLine
from mebench.problems import UserError, plural, printable, quoted, suggest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Videos that one figure has room for."""
_USUAL = 12


_HIGH = 1.15
"""Height of a video's two lanes with the marks beside them, in cm."""
_LANE, _BOX, _MARK, _NEXT = 0.14, 0.2, 0.32, 0.1
"""Of that height: from the middle to a lane, an ME's box, from the middle to a mark, and to the next line of marks."""
_LEAST = 0.05
"""Least width of a box, in cm."""
_APART = 0.13
"""Marks closer than this, in cm, are set in two lines."""


class _Look(NamedTuple):
    """How one outcome is drawn: the box by colour and pattern, the mark beside it by shape, both in words."""

    words: str
    face: str
    edge: str
    hatch: str
    mark: str


FOUND = _Look("event, found", TRUTH, TRUTH, "", "o")
MISSED = _Look("event, missed", "white", FN, "", "o")
HIT = _Look("prediction, right", TP, TP, "", "D")
FALSE = _Look("prediction, wrong", "white", FP, "//////", "x")


def timeline(found: Lines, videos: Sequence[str] = (), part: str = "overall", width: float = PAGE) -> Drawn:
    """Draw events and predictions of some videos.

    Parameters
    ----------
    found : Lines
        Of :func:`mebench.figures.outcomes.outcomes`.
    videos : sequence of str
        Which videos, in this order; default the first twelve by name in which there is anything.
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
    if videos:
        shown = _chosen(kept, videos, found.dataset)
        which = f"in {plural(len(shown), 'video')} of the {len(kept)} of"
    else:
        there = sorted(_with_something(kept, found.dataset), key=lambda line: line.video)
        shown = there[:_USUAL]
        which = _which(len(shown), len(there), len(kept))
    seconds = all(line.fps for line in shown)
    figure = canvas(width, 2.2 + _HIGH * len(shown))
    axes = figure.add_subplot()
    axes.set_yticks(
        range(len(shown)), [clipped(printable(line.video), NARROW if width < 12 else LONGEST) for line in shown]
    )
    axes.set_ylim(len(shown) - 0.42, -0.5)
    axes.set_xlim(0, 1.01 * max(_length(line, seconds) for line in shown))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("time (s)" if seconds else "frames from the first")
    _legend(figure, width < 14)
    mark(figure, found.dataset, found.synthetic, found.oracle)
    make_high(figure, axes, _HIGH * (len(shown) + 0.08))
    # How long a centimetre is, is known only now.
    unit = axes.get_xlim()[1] / (axes.get_window_extent().width / figure.dpi * 2.54)
    for y, line in enumerate(shown):
        _draw(axes, y, line, seconds, unit)
    return Drawn(figure, _caption(found, part, which))


def _which(shown: int, there: int, whole: int) -> str:
    """Return which videos are drawn where none was asked for."""
    marked = "with an event or a prediction"
    if shown < there:
        return f"in the first {shown} by name of the {there} videos {marked} (choose with --video), of the {whole} of"
    return f"in {'the one video' if there == 1 else f'all {there} videos'} {marked}, of the {whole} of"


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


def _rate(line: VideoLine, seconds: bool) -> float:
    return line.fps if seconds and line.fps else 1.0


def _length(line: VideoLine, seconds: bool) -> float:
    """Return how long a video is; where its last frame is not known, up to the end of the last interval."""
    offsets = [span.offset for span in (*line.events, *line.predictions)]
    last = max([line.first if line.last is None else line.last, *offsets])
    return (last - line.first + 1) / _rate(line, seconds)


def _draw(axes: Axes, y: int, line: VideoLine, seconds: bool, unit: float) -> None:
    """Draw one video: events and their marks above the middle, predictions and theirs below it."""
    rate = _rate(line, seconds)
    axes.hlines([y - _LANE, y + _LANE], 0, _length(line, seconds), color=LINE, linewidth=0.6, zorder=0)
    for side, spans, looks in ((-1, line.events, (MISSED, FOUND)), (1, line.predictions, (FALSE, HIT))):
        for span in spans:
            _box(axes, y + side * _LANE, span, ((span.onset - line.first) / rate, rate, unit), looks[span.matched])
        middles = [((span.onset + span.offset + 1) / 2 - line.first) / rate for span in spans]
        for span, x, level in zip(spans, middles, _levels(middles, _APART * unit), strict=True):
            look = looks[span.matched]
            _mark(axes, x, y + side * (_MARK + level * _NEXT), look)


def _box(axes: Axes, y: float, span: Span, where: tuple[float, float, float], look: _Look) -> None:
    """Draw one interval from where it starts, at a rate of frames, with so much of the axis to a centimetre."""
    from matplotlib.patches import Rectangle

    start, rate, unit = where
    high = _BOX if span.kind == ME else _BOX / 2
    # An ME of a third of a second is a hair in a video of two minutes: it is drawn wider, about its middle.
    true = max(0, span.offset - span.onset + 1) / rate
    wide = max(true, _LEAST * unit)
    start = max(0.0, start - (wide - true) / 2)
    style: dict[str, Any] = {"facecolor": look.face, "edgecolor": look.edge, "linewidth": 0.7, "hatch": look.hatch}
    # Where predictions overlap, those that are right stay in sight.
    axes.add_patch(Rectangle((start, y - high / 2), wide, high, zorder=3 if span.matched else 2, **style))


def _levels(middles: Sequence[float], apart: float) -> list[int]:
    """Return for each mark, in order of time, the line it is set in: the nearer one wherever there is room."""
    ends = [-inf, -inf]
    levels = [0] * len(middles)
    for i in sorted(range(len(middles)), key=middles.__getitem__):
        level = next((level for level, end in enumerate(ends) if middles[i] - end >= apart), ends.index(min(ends)))
        levels[i], ends[level] = level, middles[i]
    return levels


def _style(look: _Look) -> dict[str, Any]:
    """Return how the mark of an outcome looks: filled, hollow or a cross."""
    size = 3.0 if look.mark == "o" else 2.6
    face = look.face if look.mark == "o" else look.edge
    return {
        "marker": look.mark,
        "markersize": size,
        "markerfacecolor": face,
        "markeredgecolor": look.edge,
        "markeredgewidth": 0.8,
    }


def _mark(axes: Axes, x: float, y: float, look: _Look) -> None:
    axes.plot([x], [y], linestyle="none", clip_on=False, zorder=4, **_style(look))


def _legend(figure: Figure, narrow: bool) -> None:
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    looks = (FOUND, MISSED, HIT, FALSE)
    handles: list[Any] = [
        (
            Line2D([], [], linestyle="none", **_style(look)),
            Patch(facecolor=look.face, edgecolor=look.edge, linewidth=0.7, hatch=look.hatch),
        )
        for look in looks
    ]
    figure.legend(
        handles,
        [look.words for look in looks],
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
        loc="outside lower left",
        ncols=2 if narrow else 4,
        handlelength=2.2,
        handletextpad=0.5,
        columnspacing=1.0,
    )


def _caption(found: Lines, part: str, which: str) -> str:
    made = f"SYNTHETIC data ({found.dataset})" if found.synthetic else found.dataset
    oracle = " (ORACLE)" if found.oracle else ""
    heights = " MaE are drawn half as high as ME." if part == "overall" else ""
    return (
        f"Events (above) and predictions of {printable(found.method)}{oracle} (below) {which} {made}, "
        f"{part_words(part)}. A prediction is right if the rule megc pairs it with an event.{heights} Intervals too "
        f"short to see are drawn {_LEAST * 10:g} mm wide about their middle."
    )
