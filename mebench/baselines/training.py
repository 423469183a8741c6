"""Training networks: seeds, batches, the loop over epochs, which epoch is kept, and the state as bytes.

The home of torch: methods build their network and say how it learns, everything else is here. One thread, deterministic
algorithms and a generator of its own make a training a function of its data and its seed on one machine; on a GPU, in
mixed precision. Import it inside functions only: ``import torch`` takes seconds, and it is an extra.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mebench.extras import needed
from mebench.problems import UserError, unknown_name

with needed("baselines"):
    import torch
    from torch import Tensor, nn

Inputs = tuple[NDArray[Any], ...]
"""One array an argument of the network, each with one entry a sample along the first axis."""
Selection = Literal["last", "inner", "oracle"]
SELECTIONS = ("last", "inner", "oracle")
Progress = Callable[[int, int, float], None]
"""Called with the epochs that are done, all of them, and the mean loss of the last one."""
AfterEpoch = Callable[[int, nn.Module], None]
"""Called with the epochs that are done and the network, which is put back to training afterwards."""


@dataclass(frozen=True)
class Schedule:
    """How a network learns.

    Parameters
    ----------
    epochs, batch : int
        Passes over the data, and samples a step.
    optimiser : callable
        From parameters to a torch optimiser, e.g. ``lambda p: torch.optim.Adam(p, 1e-4)``.
    loss : callable
        From outputs and targets to one number, e.g. ``nn.CrossEntropyLoss()``.
    shuffle : bool
        A new order every epoch; otherwise that of the data.
    draw : callable, optional
        Which samples an epoch sees, and in which order, where that is not all of them: called with the epoch, counted
        from 1, and the targets; returns their places, shape (m,).
    """

    epochs: int
    batch: int
    optimiser: Callable[[Iterable[Tensor]], torch.optim.Optimizer]
    loss: Callable[[Tensor, Tensor], Tensor]
    shuffle: bool = True
    draw: Callable[[int, NDArray[Any]], NDArray[np.int64]] | None = None

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1:
            raise UserError(f"{self.epochs} epochs in batches of {self.batch}: give at least 1 of each.")


def place_of(device: str) -> torch.device:
    """Return where to compute.

    Raises
    ------
    UserError
        If the device is neither cpu nor cuda, or CUDA is not there.
    """
    kind = device.partition(":")[0]
    if kind not in {"cpu", "cuda"}:
        raise unknown_name("device", device, ["cpu", "cuda"])
    if kind == "cuda" and not torch.cuda.is_available():
        built = "finds no GPU" if torch.version.cuda else "is built without CUDA"
        raise UserError(f"torch {torch.__version__} {built}. Take --device cpu, or install a build for your GPU.")
    return torch.device(device)


@contextmanager
def reproducible(seed: int, device: str = "cpu") -> Iterator[torch.device]:
    """Compute in one thread, deterministically and from a seed; outside, everything is as before.

    A network has to be built in here, since its first weights are drawn from the seed too.

    Raises
    ------
    UserError
        If the device is not there.
    """
    place = place_of(device)
    fill: Any = torch.utils.deterministic
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark
    filled = fill.fill_uninitialized_memory
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is deterministic only with it
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    fill.fill_uninitialized_memory = False  # it finds defects of kernels and takes a third of a small network's time
    try:
        with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if place.type == "cuda" else []):
            torch.manual_seed(seed)
            yield place
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        torch.backends.cudnn.benchmark = before[2]
        fill.fill_uninitialized_memory = filled


def train(
    network: nn.Module,
    inputs: Inputs,
    targets: NDArray[Any],
    schedule: Schedule,
    place: torch.device,
    progress: Progress | None = None,
    after_epoch: AfterEpoch | None = None,
    mixed_precision: bool = False,
) -> list[float]:
    """Train a network in place, inside :func:`reproducible`.

    Parameters
    ----------
    network : nn.Module
        Takes the inputs as arguments.
    inputs : tuple of ndarray
        One entry a sample along the first axis; they may be memory maps, as a batch at a time is read.
    targets : ndarray, shape (n,) or (n, k)
        Whole numbers stay whole (classes), all else becomes float32.
    schedule : Schedule
    place : torch.device
    progress : callable, optional
    after_epoch : callable, optional
        What it does with the network cannot change the training as long as it leaves the weights alone: the random
        numbers go on as if it had not been called.
    mixed_precision : bool
        On a GPU, compute in half precision where that is safe.

    Returns
    -------
    list of float
        The mean loss of every epoch.

    Raises
    ------
    UserError
        If the loss is not a finite number: the training has diverged.
    ValueError
        If there are no samples, or inputs and targets are not equally many.
    """
    n = _count(inputs, targets)
    network.to(place)
    optimiser = schedule.optimiser(network.parameters())
    mixed = mixed_precision and place.type == "cuda"
    half = torch.float16 if mixed and not torch.cuda.is_bf16_supported() else torch.bfloat16
    scaler = torch.amp.GradScaler(place.type, enabled=mixed and half is torch.float16)
    losses = []
    for epoch in range(1, schedule.epochs + 1):
        network.train()
        total = 0.0
        order = _order(n, schedule, epoch, targets)
        for rows in _batches(order, schedule.batch):
            goal = _targets(targets[rows], place)
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast(place.type, dtype=half, enabled=mixed):
                loss = schedule.loss(network(*(_tensor(array[rows], place) for array in inputs)), goal)
            scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            scaler.step(optimiser)
            scaler.update()
            total += float(loss.detach()) * len(rows)
        losses.append(total / len(order))
        if not np.isfinite(losses[-1]):
            raise UserError(f"The training diverged: in epoch {epoch} the loss is {losses[-1]}. Take a smaller rate.")
        if progress:
            progress(epoch, schedule.epochs, losses[-1])
        if after_epoch:
            with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if place.type == "cuda" else []):
                after_epoch(epoch, network)
    return losses


def outputs(network: nn.Module, inputs: Inputs, place: torch.device, batch: int = 256) -> NDArray[np.float64]:
    """Return what a network says of samples, shape (n, ...), without dropout and with the statistics it has learnt.

    Each sample's numbers are those of its own batch of rows; `batch` decides over memory and speed only.
    """
    was_training = network.training
    network.eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(inputs[0]), batch):
            rows = slice(start, start + batch)
            made = network(*(_tensor(array[rows], place) for array in inputs))
            found.append(made.double().cpu().numpy())
    network.train(was_training)
    if not found:
        raise ValueError("there are no samples")
    return np.concatenate(found)


def fitted(
    make: Callable[[], nn.Module],
    inputs: Inputs,
    targets: NDArray[Any],
    schedule: Schedule,
    *,
    seed: int,
    device: str = "cpu",
    selection: str = "last",
    subjects: NDArray[Any] | None = None,
    score: Callable[[NDArray[np.float64], NDArray[Any]], float] | None = None,
    share: float = 0.2,
    progress: Progress | None = None,
    after_epoch: AfterEpoch | None = None,
    mixed_precision: bool = False,
) -> tuple[nn.Module, int]:
    """Build and train a network; which epoch is kept never depends on anything but the samples that are given.

    ``last`` trains all epochs. ``inner`` first trains without some of the subjects, scores these after every epoch, and
    then trains anew on everybody for as many epochs as gave the best score (of equal ones the first). ``oracle`` trains
    as ``last``: the choice is the runner's, who follows the training with `after_epoch` and is the only one to know
    the test labels.

    Parameters
    ----------
    make : callable
        Builds the network; its first weights come from the seed.
    inputs, targets, schedule
        As for :func:`train`.
    seed : int
    device : {"cpu", "cuda"}
    selection : {"last", "inner", "oracle"}
    subjects : ndarray, shape (n,)
        Of whom each sample is; for ``inner``.
    score : callable
        From outputs and targets of the left-out subjects to a number, the higher the better; for ``inner``.
    share : float
        Of the samples that are left out, about; for ``inner``.
    progress, after_epoch : callable, optional
        For ``inner``, progress counts both trainings, and `after_epoch` sees the second.
    mixed_precision : bool
        As for :func:`train`.

    Returns
    -------
    nn.Module
        In evaluation mode.
    int
        How many epochs it has learnt.

    Raises
    ------
    UserError
        If the device is not there, the training diverges, or there are too few subjects to leave some out.
    """
    if selection not in SELECTIONS:
        raise unknown_name("selection", selection, SELECTIONS)

    def learn(
        part: tuple[Inputs, NDArray[Any]], epochs: int, tell: Progress | None, after: AfterEpoch | None
    ) -> nn.Module:
        with reproducible(seed, device) as place:
            network = make()
            train(network, *part, replace(schedule, epochs=epochs), place, tell, after, mixed_precision)
            return network.eval()

    if selection != "inner":
        return learn((inputs, targets), schedule.epochs, progress, after_epoch), schedule.epochs
    if subjects is None or score is None:
        raise ValueError("selection inner needs subjects and a score")
    out = left_out(subjects, share, seed)
    held, scores = tuple(array[out] for array in inputs), []
    rest = tuple(array[~out] for array in inputs), targets[~out]

    def note(epoch: int, network: nn.Module) -> None:
        scores.append(score(outputs(network, held, place_of(device)), targets[out]))

    learn(rest, schedule.epochs, _counted(progress, 0, 2 * schedule.epochs), note)
    best = int(np.argmax(np.nan_to_num(scores, nan=-np.inf))) + 1
    tell = _counted(progress, schedule.epochs, schedule.epochs + best)
    return learn((inputs, targets), best, tell, after_epoch), best


def left_out(subjects: NDArray[Any], share: float, seed: int) -> NDArray[np.bool_]:
    """Return which samples are of the subjects that are left out, shape (n,): whole subjects, about `share` of all.

    Raises
    ------
    UserError
        If there are fewer than two subjects.
    ValueError
        If the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"a share between 0 and 1 is left out, not {share}")
    names, n_of = np.unique(subjects, return_counts=True)
    if len(names) < 2:
        raise UserError("To choose an epoch by subjects left out takes at least two subjects to learn from.")
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).numpy()
    kept_from = int(np.searchsorted(np.cumsum(n_of[order]), share * len(subjects))) + 1
    return np.isin(subjects, names[order[: min(kept_from, len(names) - 1)]])


def n_parameters(network: nn.Module) -> int:
    """Return how many numbers a network learns."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def state_of(network: nn.Module) -> bytes:
    """Return everything that a network has learnt, as a file of torch."""
    stream = io.BytesIO()
    torch.save({name: value.cpu() for name, value in network.state_dict().items()}, stream)
    return stream.getvalue()


def restore(network: nn.Module, state: bytes, where: str = "the state") -> nn.Module:
    """Give a network the state of :func:`state_of`; only numbers are read, no code.

    Raises
    ------
    UserError
        If it is no such state, or that of another network.
    """
    try:
        network.load_state_dict(torch.load(io.BytesIO(state), map_location="cpu", weights_only=True))
    except Exception as error:  # torch raises whatever the bytes lead it to
        first = str(error).strip().partition("\n")[0]
        raise UserError(
            f"{where} does not hold the weights of this network ({first}). Remove it and train again."
        ) from error
    return network


def _counted(progress: Progress | None, before: int, of: int) -> Progress | None:
    if progress is None:
        return None
    return lambda epoch, epochs, loss: progress(before + epoch, of, loss)


def _order(n: int, schedule: Schedule, epoch: int, targets: NDArray[Any]) -> NDArray[np.int64]:
    if schedule.draw is not None:
        return schedule.draw(epoch, targets)
    return torch.randperm(n).numpy() if schedule.shuffle else np.arange(n)


def _batches(order: NDArray[np.int64], batch: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(order), batch):
        yield order[start : start + batch]


def _count(inputs: Sequence[NDArray[Any]], targets: NDArray[Any]) -> int:
    lengths = {len(array) for array in inputs}
    if lengths != {len(targets)} or not len(targets):
        raise ValueError(f"{sorted(lengths)} inputs and {len(targets)} targets: equally many, at least 1, are needed")
    return len(targets)


def _tensor(array: NDArray[Any], place: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(place)


def _targets(array: NDArray[Any], place: torch.device) -> Tensor:
    kind = np.int64 if array.dtype.kind in "iu" else np.float32
    return torch.from_numpy(np.ascontiguousarray(array, dtype=kind)).to(place)
