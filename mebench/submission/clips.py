"""Which sample each row of a recognition submission means, however its author spells the clip."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.samples import Samples, same_number
from mebench.problems import quoted, suggest
from mebench.submission.cells import Cells
from mebench.submission.findings import Fault, Findings
from mebench.submission.videos import number

_COMPARISONS = 20_000  # of an unknown id with a known one; a hostile file must not buy us minutes of did-you-mean
_NAMED = 3


class _Spelled(NamedTuple):
    """One distinct spelling: the cells, the dataset that they name, and the samples that they may mean."""

    dataset: str
    subject: str
    clip: str
    known_dataset: str | None
    rows: tuple[int, ...]

    @property
    def written(self) -> str:
        return "/".join(part for part in (self.dataset, self.subject, self.clip) if part)


def title(samples: Samples, row: int) -> str:
    """Return ``casme2/sub01/EP02_01f``: what a sample is called in messages."""
    return "/".join(samples.keys[row])


def resolve_clips(cells: Cells, samples: Samples, findings: Findings) -> NDArray[np.intp]:
    """Return the sample that each row means, or -1 where that is not known, which is reported."""
    n = len(cells.rows)
    if "clip" not in cells.columns or not n:
        return np.full(n, -1, np.intp)
    blank = [""] * n
    columns = (cells.columns.get(name, blank) for name in ("dataset", "subject", "clip"))
    spelling, places = number(zip(*columns, strict=True))
    keys = ([str(part) for part in key] for key in places if isinstance(key, tuple))
    spelled = [_spelled(dataset, subject, clip, samples) for dataset, subject, clip in keys]
    code_of = np.array([one.rows[0] if len(one.rows) == 1 else -1 for one in spelled], np.intp)
    codes = code_of[spelling]
    _report_datasets(spelling, spelled, cells, samples, findings)
    _report_clips(spelling, spelled, codes, cells, samples, findings)
    return codes


def _spelled(dataset: str, subject: str, clip: str, samples: Samples) -> _Spelled:
    known = samples.match_dataset(dataset) if dataset else None
    # A clip of an unknown dataset is looked for in all: the dataset is reported, and the clip is not missed as well.
    return _Spelled(dataset, subject, clip, known, samples.find(clip, subject, known))


def _report_datasets(
    spelling: NDArray[np.intp], spelled: list[_Spelled], cells: Cells, samples: Samples, findings: Findings
) -> None:
    """Report each unknown dataset once, at its first row: one slip in the head of a log concerns all its lines."""
    first: dict[str, int] = {}
    count: dict[str, int] = {}
    for i, place in enumerate(spelling.tolist()):
        one = spelled[place]
        if one.dataset and one.known_dataset is None:
            first.setdefault(one.dataset, i)
            count[one.dataset] = count.get(one.dataset, 0) + 1

    def fault(i: int) -> Fault:
        written = spelled[spelling[i]].dataset
        n = count[written]
        others = f" (in {n:,} rows)" if n > 1 else ""
        near = suggest(written, samples.datasets).strip()
        remedy = near or f"{samples.name} is over {', '.join(samples.datasets)}"
        return Fault(f"there is no dataset {quoted(written)} in {samples.name}{others}", remedy, written)

    column = cells.written_as.get("dataset", "dataset")
    findings.add("unknown-dataset", np.array(list(first.values()), np.intp), column, fault)


def _report_clips(
    spelling: NDArray[np.intp],
    spelled: list[_Spelled],
    codes: NDArray[np.intp],
    cells: Cells,
    samples: Samples,
    findings: Findings,
) -> None:
    column = cells.written_as["clip"]
    wrong = [i for i in np.flatnonzero(codes < 0).tolist() if _reported(spelled[spelling[i]])]
    blank = [i for i in wrong if not spelled[spelling[i]].clip]
    several = [i for i in wrong if len(spelled[spelling[i]].rows) > 1]
    unknown = [i for i in wrong if spelled[spelling[i]].clip and not spelled[spelling[i]].rows]
    findings.add("missing-clip", np.array(blank, np.intp), column, lambda _: _BLANK)
    findings.add(
        "ambiguous-clip", np.array(several, np.intp), column, lambda i: _ambiguous(spelled[spelling[i]], samples)
    )
    distinct = list(dict.fromkeys(spelling[i] for i in unknown))
    if not (codes >= 0).any() and not several and len(distinct) > 1:
        theirs = ", ".join(quoted(spelled[place].written) for place in distinct[:_NAMED])
        ours = ", ".join(title(samples, row) for row in range(min(_NAMED, len(samples))))
        message = (
            f"none of the {len(distinct):,} clips is one of {samples.name} (yours: {theirs}; {samples.name}: {ours})"
        )
        findings.add_whole("no-known-clip", message, "Check --dataset, and which columns name the clips", column)
        return
    # Names are compared only where an answer is likely to be read.
    affordable = set(distinct[: max(3, min(50, _COMPARISONS // max(len(samples), 1)))])

    def fault(i: int) -> Fault:
        place = spelling[i]
        return _unknown(spelled[place], samples, place in affordable)

    findings.add("unknown-clip", np.array(unknown, np.intp), column, fault)


def _reported(one: _Spelled) -> bool:
    """Return whether a spelling is wrong in itself, not only because its dataset is unknown."""
    return not one.dataset or one.known_dataset is not None


_BLANK = Fault("the clip is missing", "Name the clip in every row")


def _ambiguous(one: _Spelled, samples: Samples) -> Fault:
    named = ", ".join(title(samples, row) for row in one.rows[:_NAMED])
    more = f" and {len(one.rows) - _NAMED} more" if len(one.rows) > _NAMED else ""
    lacking = "dataset" if len({samples.keys[row][0] for row in one.rows}) > 1 else "subject"
    message = f"the clip {quoted(one.written)} may be any of {named}{more}"
    return Fault(message, f"Say which with a column {lacking}", one.clip)


def _unknown(one: _Spelled, samples: Samples, compare: bool) -> Fault:
    if len(one.written) > 300:
        return Fault(f"no clip has a name of {len(one.written):,} characters ({quoted(one.written)})", "Shorten it")
    by_name = samples.find(one.clip, "", one.known_dataset)
    if one.subject and len(by_name) == 1 and not same_number(one.subject, samples.keys[by_name[0]][1]):
        message = f"the clip {quoted(one.clip)} is of subject {samples.keys[by_name[0]][1]}, not {quoted(one.subject)}"
        return Fault(message, "Correct one of the two", one.clip)
    near = _nearest(one, samples) if compare else ""
    where, n = samples.name, len(samples)
    if one.known_dataset is not None and len(samples.datasets) > 1:
        n = sum(dataset == one.known_dataset for dataset, _, _ in samples.keys)
        where = f"{one.known_dataset} in {samples.name}"
    message = f"{quoted(one.written)} is none of the {n:,} clips of {where}"
    if _is_well_formed(one, samples):
        meant = f", unless you meant {near}" if near else ""
        return Fault(message, f"Leave it out if the protocol does not use it{meant}", one.clip)
    remedy = f"Did you mean {near}?" if near else f"Write it as {samples.name} does, such as {title(samples, 0)}"
    return Fault(message, remedy, one.clip)


def _is_well_formed(one: _Spelled, samples: Samples) -> bool:
    searched = samples.datasets if one.known_dataset is None else (one.known_dataset,)
    return any(samples.resolvers[name](one.subject, one.clip) is not None for name in searched)


def _nearest(one: _Spelled, samples: Samples) -> str:
    """Return the nearest clip of the same subject, quoted; of any subject if there is none such."""
    same_dataset = [key for key in samples.keys if one.known_dataset in {None, key[0]}]
    same_subject = [key for key in same_dataset if one.subject and same_number(one.subject, key[1])]
    wanted = one.clip if same_subject or not one.subject else f"{one.subject}/{one.clip}"
    names = [clip for _, _, clip in same_subject] or [
        clip if not one.subject else f"{subject}/{clip}" for _, subject, clip in same_dataset
    ]
    return suggest(wanted, names).strip().removeprefix("Did you mean ").removesuffix("?")
