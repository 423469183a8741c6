"""What is known of each method, as plain values and as a page: made of its docstring and its configuration alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from mebench.baselines.config import PAPER_PRESET, configured, parameters_of, plain
from mebench.baselines.kinds import find_kind, short_name
from mebench.baselines.method import Method, Spotter
from mebench.baselines.registry import names, task_of
from mebench.datasets import catalog

_TITLES = {"spotting": "spots expressions in long videos", "recognition": "names the emotion of clips"}
_EXAMPLE = {"spotting": "samm-lv", "recognition": "megc2019"}


def listed() -> list[dict[str, str]]:
    """Return name, task and summary of every method."""
    kinds = [(name, find_kind(name)) for name in names()]
    return [{"name": name, "task": task_of(kind), "summary": kind.summary()} for name, kind in kinds]


def facts(name: str) -> dict[str, Any]:
    """Return all that is known of a method, JSON-ready.

    Raises
    ------
    UserError
        If there is no such method.
    """
    kind = find_kind(name)
    paper = kind.PAPER
    return {
        "name": short_name(name),
        "task": task_of(kind),
        "summary": kind.summary(),
        "text": (inspect.getdoc(kind) or "").partition("\n")[2].strip(),
        "types": list(kind.TYPES) if issubclass(kind, Spotter) else [],
        "needs": list(kind.REQUIRES),
        "presets": list(kind.PRESETS),
        "parameters": _parameters(kind, name),
        "parameter_count": {preset: _count(kind, preset) for preset in kind.PRESETS},
        "paper": None if paper is None else {"citation": paper.citation, "link": paper.link, "code": paper.code},
        "published": [vars(row) for row in paper.results] if paper is not None else [],
        "slips": list(kind.SLIPS),
        "run": _commands(kind, name),
    }


def markdown(name: str, scores: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the page of a method.

    Parameters
    ----------
    name : str
    scores : sequence of mapping
        What it scored here: ``dataset``, ``protocol``, ``preset``, ``metric``, ``value``, ``low``, ``high``, ``floor``.
    """
    known = facts(name)
    lines = [f"# {known['name']}", "", f"{known['summary']} It {_TITLES[known['task']]}."]
    lines += ["", *known["text"].splitlines()] if known["text"] else []
    lines += _source_lines(known)
    lines += _parameter_lines(known)
    lines += ["", "## Run it", "", "```console"]
    lines += [f"$ {command}" for command in known["run"].values()]
    lines += ["```"]
    lines += _score_lines(known, scores)
    return "\n".join(lines) + "\n"


def _parameters(kind: type[Method], name: str) -> list[dict[str, Any]]:
    values = {preset: plain(configured(kind, name, preset)) for preset in kind.PRESETS}
    rows = []
    for word in parameters_of(kind):
        known = kind.PARAMETERS.get(word)
        rows.append(
            {
                "name": word,
                "values": {preset: of[word] for preset, of in values.items()},
                "meaning": known.meaning if known else "",
                "source": known.source if known else "not stated",
                "choice": known.is_choice if known else True,
            }
        )
    return rows


def _count(kind: type[Method], preset: str) -> int | None:
    """Return the learned parameters; None of a method without, or where what it needs to count them is missing."""
    import importlib.util

    if any(importlib.util.find_spec(module) is None for module in kind.REQUIRES):
        return None
    return kind.parameter_count(preset)


def _commands(kind: type[Method], name: str) -> dict[str, str]:
    oracle = " --threshold-source oracle" if kind.SEES_TRUTH else ""
    real = _EXAMPLE[task_of(kind)]
    preset = f" --preset {PAPER_PRESET}" if parameters_of(kind) else ""
    return {
        "twin": f"mebench baseline run {name}{oracle}",
        "real": f"mebench baseline run {name} --dataset {real}{preset}{oracle}",
    }


def _source_lines(known: Mapping[str, Any]) -> list[str]:
    lines = []
    if known["paper"]:
        lines += ["", "## Source", "", known["paper"]["citation"]]
        lines += [f"<{known['paper']['link']}>"] if known["paper"]["link"] else []
        lines += [f"Code of the authors: {known['paper']['code']}"] if known["paper"]["code"] else []
    if known["slips"]:
        lines += ["", "What the paper leaves open or contradicts:", "", *(f"- {slip}" for slip in known["slips"])]
    return lines


def _parameter_lines(known: Mapping[str, Any]) -> list[str]:
    if not known["parameters"]:
        return ["", "## Parameters", "", "None."]
    presets = known["presets"]
    lines = ["", "## Parameters", "", "A choice is ours, where the paper says nothing.", ""]
    lines.append(f"| parameter | {' | '.join(presets)} | meaning | where the value of `paper` is from |")
    lines.append("|---" * (len(presets) + 3) + "|")
    for row in known["parameters"]:
        values = " | ".join(f"`{_cell(row['values'][preset])}`" for preset in presets)
        lines.append(f"| `{row['name']}` | {values} | {_cell(row['meaning'])} | {_cell(row['source'])} |")
    counts = [f"{preset} {n:,}" for preset, n in known["parameter_count"].items() if n is not None]
    return [*lines, "", f"Learned parameters: {', '.join(counts)}."] if counts else lines


def _score_lines(known: Mapping[str, Any], scores: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    if scores:
        lines += ["", "## What it scores here", "", "| dataset | protocol | preset | score | 95 % interval | chance |"]
        lines.append("|---|---|---|---|---|---|")
        for row in scores:
            synthetic = " (synthetic)" if catalog.TWIN_SUFFIX in row["dataset"] else ""
            between = "" if row.get("low") is None else f"{row['low']:.4f} to {row['high']:.4f}"
            floor = "" if row.get("floor") is None else f"{row['floor']:.4f}"
            lines.append(
                f"| {row['dataset']}{synthetic} | {row['protocol']} | {row['preset']} | "
                f"{row['metric']} {row['value']:.4f} | {between} | "
                f"{floor} |"
            )
    if known["published"]:
        lines += [
            "",
            "## What was published",
            "",
            "| dataset | protocol | metric | value | where |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {r['dataset']} | {r['protocol']} | {r['metric']} | {r['value']:g} | {_cell(r['source'])} |"
            for r in known["published"]
        ]
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    words = {"None": "none", "True": "true", "False": "false"}
    return words.get(str(value), str(value)).replace("|", "\\|")
