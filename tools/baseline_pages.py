"""Write docs/baselines/NAME.md for every baseline that comes with mebench.

Run it as python tools/baseline_pages.py after a docstring, a parameter or a score has changed.

What the methods scored here is kept in docs/baselines/scores.json, a list of rows for each name with
``dataset``, ``protocol``, ``preset``, ``metric``, ``value``, ``low``, ``high`` and ``floor``.
"""

import json
from pathlib import Path

from mebench.baselines.page import listed, markdown
from mebench.baselines.registry import is_ours

YOUR_OWN = """
## Your own method

Derive from `mebench.baselines.method.Spotter` or `Recogniser`; `mebench/baselines/floors/empty.py` and `constant.py`
are the shortest examples. A method sees handles of videos or clips, which carry no label, and in `fit` the expressions
or labels of the train subjects alone.

```console
$ mebench baseline check my_method.py:MyMethod   # is the contract kept?
$ mebench baseline run my_method.py:MyMethod     # the small twin, leave one subject out
$ mebench baseline run my_method.py:MyMethod --dataset samm-lv --engine slurm -E partition=gpu
```

A package offers methods under names of their own through the entry point group `mebench.baselines`.

Every finished fold is saved at once; whatever interrupts a run, the same command goes on and ends with the same bytes,
with any number of workers and on any engine. `--dry-run` says what would be done, and how long it takes.
Thresholds and epochs come from the train side. `--threshold-source oracle` and `--selection oracle` take them from the
test labels, to show what such a choice is worth: the result is marked wherever it is shown, and never ranked.
"""

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "baselines"


def pages() -> dict[str, str]:
    """Return the text of every page by its file name, the list of all among them."""
    file = FOLDER / "scores.json"
    scores = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    rows = [row for row in listed() if is_ours(row["name"])]
    made = {f"{row['name']}.md": markdown(row["name"], scores.get(row["name"], ())) for row in rows}
    lines = ["# Baselines", "", "| name | task | what it is |", "|---|---|---|"]
    lines += [f"| [{row['name']}]({row['name']}.md) | {row['task']} | {row['summary']} |" for row in rows]
    return {"README.md": "\n".join(lines) + "\n" + YOUR_OWN, **made}


def write_pages() -> None:
    """Write all pages, and remove those of baselines that are no more."""
    made = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
        old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages()
