"""The protocols by name, and the plan that each makes of a dataset.

A protocol says who is tested and who may be learned from, which expression types or classes count, and which subjects
are left out. ``plan(protocol, dataset)`` turns that into folds over the subjects of the user's copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mebench.datasets import catalog, library
from mebench.datasets.dataset import Dataset
from mebench.datasets.samples import Samples
from mebench.datasets.tables import ME
from mebench.problems import UserError, quoted, unknown_name
from mebench.protocols import composite
from mebench.protocols.classes import SCHEMES, scheme
from mebench.protocols.folds import Fold, Subject, folds_csv, hold_out, leave_one_subject_out, sha256_of_text
from mebench.protocols.official import adopted, read_official

MEGC2019 = "megc2019"
COMPOSITES = catalog.COMPOSITES

_DEFAULT_CLASSES: Mapping[str, str] = {"casme2": "casme2-5", "samm": "samm-5"}


@dataclass(frozen=True)
class Plan:
    """A protocol applied to a dataset.

    Parameters
    ----------
    task : {"spotting", "recognition"}
    dataset : str
        What is tested.
    folds : tuple of Fold
    types : tuple of str
        Expression types that count (spotting).
    samples : Samples or None
        What is to be predicted (recognition).
    spotting : Dataset or None
        The tested dataset (spotting).
    notes : tuple of str
        What was left out, for the screen.
    protocol, version : str, int
        Which protocol made it.
    classes : str
        Name of the class scheme (recognition).
    """

    task: str
    dataset: str
    folds: tuple[Fold, ...]
    types: tuple[str, ...] = ()
    samples: Samples | None = None
    spotting: Dataset | None = None
    notes: tuple[str, ...] = ()
    protocol: str = ""
    version: int = 0
    classes: str = ""

    @property
    def tested(self) -> tuple[Subject, ...]:
        """Every subject that some fold tests."""
        return tuple(dict.fromkeys(who for fold in self.folds for who in fold.test))

    def counted(self) -> Dataset:
        """Return the tested dataset with the subjects and types that count (spotting)."""
        if self.spotting is None:
            raise ValueError(f"{self.protocol} over {self.dataset} is of recognition")
        tested = {who.subject for who in self.tested if who.dataset == self.dataset}
        whole = self.spotting
        if tested == set(whole.subjects) and self.types == whole.types:
            return whole
        kept = whole.videos["subject"].isin(tested)
        videos, annotations = whole.videos[kept].reset_index(drop=True), whole.annotations
        if annotations is not None:
            counts = annotations["video"].isin(set(videos["video"])) & annotations["type"].isin(self.types)
            annotations = annotations[counts].reset_index(drop=True)
        return replace(whole, videos=videos, annotations=annotations, types=self.types)

    def to_csv(self) -> str:
        """Return the folds as CSV; its SHA-256 identifies the split."""
        return folds_csv(self.folds)

    @property
    def sha256(self) -> str:
        """SHA-256 of :meth:`to_csv`."""
        return sha256_of_text(self.to_csv())


@dataclass(frozen=True)
class Protocol:
    """How results are obtained; ``plan`` maps a dataset's name and a class scheme's name (or None) to a plan."""

    name: str
    version: int
    task: str
    statement: str
    source: str
    plan: Callable[[str, str | None], Plan]


def _spotting_loso(dataset: str, classes: str | None) -> Plan:
    loaded = library.load_dataset(dataset)
    everyone = [Subject(dataset, subject) for subject in loaded.subjects]
    return Plan("spotting", dataset, leave_one_subject_out(everyone), loaded.types, spotting=loaded)


def _spotting_loso_me(dataset: str, classes: str | None) -> Plan:
    loaded = library.load_dataset(dataset)
    if loaded.annotations is None:
        raise UserError(f"{dataset} has no annotations here, so nobody can tell which subjects have an ME.")
    with_me = set(loaded.annotations.loc[loaded.annotations["type"] == ME, "subject"])
    kept = [Subject(dataset, subject) for subject in loaded.subjects if subject in with_me]
    left_out = len(loaded.subjects) - len(kept)
    note = f"{left_out} of {len(loaded.subjects)} subjects have no ME and are left out, with their false positives"
    return Plan("spotting", dataset, leave_one_subject_out(kept), (ME,), spotting=loaded, notes=(note,))


def _cross(letter: str, train: tuple[str, ...], test: str) -> Callable[[str, str | None], Plan]:
    def plan_of(dataset: str, classes: str | None) -> Plan:
        if catalog.original_name(dataset) != test:
            raise UserError(
                f"Protocol cross-{letter} learns from {' and '.join(train)} and tests {test}, not {dataset}: "
                f"give --dataset {test} or {test}{catalog.TWIN_SUFFIX}."
            )
        suffix = dataset.removeprefix(test) if catalog.is_twin(dataset) else ""
        tested = library.load_dataset(dataset)
        learned = [Subject(name + suffix, s) for name in train for s in library.load_dataset(name + suffix).subjects]
        folds = hold_out(learned, [Subject(dataset, s) for s in tested.subjects], f"cross-{letter}")
        return Plan("spotting", dataset, folds, (ME,), spotting=tested)

    return plan_of


def _hold_out(dataset: str, classes: str | None) -> Plan:
    loaded = library.load_dataset(dataset)
    folds = hold_out([], [Subject(dataset, subject) for subject in loaded.subjects], "hold-out")
    return Plan("spotting", dataset, folds, loaded.types, spotting=loaded)


def _recognition_loso(dataset: str, classes: str | None) -> Plan:
    loaded = library.load_clips(dataset)
    chosen = scheme(classes or _DEFAULT_CLASSES.get(catalog.original_name(dataset), "megc3"))
    labelled = loaded.clips.assign(label=chosen.label(loaded.clips["emotion"]))
    kept = labelled[labelled["label"].notna()]
    if kept.empty:
        raise UserError(
            f"No clip of {dataset} has an emotion of the class scheme {chosen.name} ({chosen.statement}). "
            f"Choose another with --classes: {', '.join(SCHEMES)}."
        )
    note = f"classes {chosen.name}: {chosen.statement}; {len(labelled) - len(kept)} clips are of other emotions"
    samples = Samples.of(dataset, kept, chosen.classes, {dataset: loaded.canonical_clip}, loaded.synthetic)
    everyone = [Subject(dataset, subject) for subject in dict.fromkeys(kept["subject"])]
    return Plan(
        "recognition", dataset, leave_one_subject_out(everyone), samples=samples, notes=(note,), classes=chosen.name
    )


def _megc2019(dataset: str, classes: str | None) -> Plan:
    if dataset not in COMPOSITES:
        raise UserError(
            f"Protocol megc2019 is over the composite of casme2, smic and samm, not {quoted(dataset)}: "
            f"give --dataset {' or '.join(COMPOSITES)}."
        )
    if classes not in {None, "megc3"}:
        raise UserError(f"Protocol megc2019 fixes its classes (megc3); --classes {classes} cannot change them.")
    suffix = dataset.removeprefix(MEGC2019)
    if dataset == MEGC2019 and not set(composite.MEMBERS) <= set(library.registered()) and (path := adopted()):
        return _from_official(path)
    members = {name: library.load_clips(name + suffix) for name in composite.MEMBERS}
    # An excerpt of a twin cannot have the published counts.
    table = composite.composite(members, check=catalog.size_of(dataset) == "full")
    resolvers = {loaded.name: loaded.canonical_clip for loaded in members.values()}
    samples = Samples.of(dataset, table, composite.CLASSES, resolvers, any(m.synthetic for m in members.values()))
    everyone = [Subject(member, subject) for member, subject, _ in samples.keys]
    return Plan("recognition", dataset, leave_one_subject_out(everyone), samples=samples, classes="megc3")


def _from_official(path: Path) -> Plan:
    found = read_official(path)
    resolvers = {name: catalog.clip_reader(name).canonical_clip for name in composite.MEMBERS}
    samples = Samples.of(MEGC2019, found.samples, composite.CLASSES, resolvers, found.synthetic)
    everyone = [Subject(member, subject) for member, subject, _ in samples.keys]
    which = "the organisers' list" if found.genuine else "a list with the published counts, not the organisers' bytes"
    note = f"the truth is {which} ({path.name}), not your own three tables"
    return Plan(
        "recognition", MEGC2019, leave_one_subject_out(everyone), samples=samples, notes=(note,), classes="megc3"
    )


_A, _B, _C = ("smic-e-long", "casme-sq"), ("casme-sq", "samm-lv"), ("smic-e-long", "samm-lv")
_CROSS = "ME only; thresholds and epochs from the training side"

PROTOCOLS: tuple[Protocol, ...] = (
    Protocol(
        "loso",
        1,
        "spotting",
        "leave one subject out: a fold a subject, subjects without an ME included, counts summed over the folds",
        "MEGC2020 and MEGC2021 spotting",
        _spotting_loso,
    ),
    Protocol(
        "loso-me",
        1,
        "spotting",
        "leave one subject out among the subjects with an ME (14 folds in CAS(ME)^2, 29 in SAMM-LV); ME only",
        "an exclusion that several papers make",
        _spotting_loso_me,
    ),
    Protocol(
        "cross-a", 1, "spotting", f"learn from SMIC-E-Long and CAS(ME)^2, test SAMM-LV; {_CROSS}", "DynGeoNet",
        _cross("a", _A, "samm-lv"),
    ),
    Protocol(
        "cross-b", 1, "spotting", f"learn from CAS(ME)^2 and SAMM-LV, test SMIC-E-Long; {_CROSS}", "DynGeoNet",
        _cross("b", _B, "smic-e-long"),
    ),
    Protocol(
        "cross-c", 1, "spotting", f"learn from SMIC-E-Long and SAMM-LV, test CAS(ME)^2; {_CROSS}", "DynGeoNet",
        _cross("c", _C, "casme-sq"),
    ),
    Protocol(
        "hold-out",
        1,
        "spotting",
        "an unseen test set: learn from anything else; several sets are scored each and pooled (counts summed)",
        "MEGC2022 to MEGC2025 spotting",
        _hold_out,
    ),
    Protocol(
        "loso",
        1,
        "recognition",
        "leave one subject out: a fold a subject, predictions of all folds pooled, class list fixed",
        "common practice; pooled as in MEGC2019",
        _recognition_loso,
    ),
    Protocol(
        "megc2019",
        1,
        "recognition",
        "composite database evaluation: 442 clips of 68 subjects of CASME II, SMIC-HS and SAMM in three classes, a "
        "fold a subject, predictions of all folds pooled; scores of each database are of the same predictions",
        "MEGC2019 recognition guideline",
        _megc2019,
    ),
)  # fmt: skip


def task_of(dataset: str) -> str:
    """Return ``"spotting"`` or ``"recognition"``: what the dataset of that name is for."""
    return "recognition" if dataset in COMPOSITES else library.task_of(dataset)


def default_protocol(dataset: str) -> str:
    """Return the protocol that a dataset is scored under if none is named."""
    return MEGC2019 if dataset in COMPOSITES else "loso"


def find(name: str, task: str) -> Protocol:
    """Return a protocol by name and task.

    Raises
    ------
    UserError
        If there is none of that name, or it is for the other task.
    """
    known = {p.name: p for p in PROTOCOLS if p.task == task}
    if name in known:
        return known[name]
    if any(p.name == name for p in PROTOCOLS):
        raise UserError(f"Protocol {name} is not for {task}. For {task}: {', '.join(known)}.")
    raise unknown_name("protocol", name, {p.name for p in PROTOCOLS})


def plan(protocol: str | None, dataset: str, classes: str | None = None) -> Plan:
    """Apply a protocol to a dataset.

    Parameters
    ----------
    protocol : str or None
        None takes the default of the dataset.
    dataset : str
        A registered copy, a twin, or a composite (``megc2019``, ``megc2019-twin``).
    classes : str or None
        Class scheme of a recognition protocol that leaves the choice.

    Raises
    ------
    UserError
        If the names do not exist or do not go together, or a copy is incomplete.
    """
    task = task_of(dataset)
    if classes is not None and task == "spotting":
        raise UserError(f"--classes is for recognition; {dataset} is a spotting dataset: its types are ME and MaE.")
    found = find(protocol or default_protocol(dataset), task)
    return replace(found.plan(dataset, classes), protocol=found.name, version=found.version)
