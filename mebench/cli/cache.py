"""``mebench cache``: what has been computed from frames or rendered, how large it is, and how to be rid of it."""

from __future__ import annotations

import datetime
import json
import math
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError, plural, printable, unknown_name
from mebench.problems import size_text as size_text

if TYPE_CHECKING:
    from mebench.video.cache import Cache, Entry

app = typer.Typer(help="Show and clear the cache of features and rendered twins.")

_BIGGEST = 5
_LONGEST_WORD = 24
_TWINS = "twins"
_MANIFEST = "twin.json"


@app.callback(invoke_without_command=True)
def show(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show where cached features and rendered twins lie, how large they are, and of which kinds."""
    if context.invoked_subcommand is not None:
        return
    from mebench.video.cache import Cache

    found = _described(Cache())
    typer.echo(json.dumps(found, indent=1) if as_json else _text(found))


@app.command()
def path() -> None:
    """Print the folder of the cache; the environment variable MEBENCH_CACHE names another."""
    from mebench.files import cache_folder

    typer.echo(str(cache_folder()))


@app.command()
def clear(
    kind: Annotated[
        str | None, typer.Option(help="Only entries of this kind, e.g. flow; twins: rendered ones.")
    ] = None,
    older_than: Annotated[
        float | None, typer.Option(min=0, metavar="DAYS", help="Only entries that were not used for so many days.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove what is cached; it is made again when it is needed."""
    from mebench.video.cache import Cache

    cache = Cache()
    present = {entry.kind for entry in cache.entries()} | ({_TWINS} if _rendered(cache.root) else set())
    if kind is not None and present and kind not in present:
        raise unknown_name("kind of cached feature", kind, present)
    if older_than is not None and math.isnan(older_than):
        raise UserError("--older-than nan: give a number of days, e.g. 30.")
    age = datetime.timedelta(days=min(older_than, 1e6)) if older_than is not None else None
    if not yes:
        _confirm(cache, kind, older_than)
    entries, size = (0, 0) if kind == _TWINS else cache.clear(age, kind)
    if kind in {None, _TWINS}:
        for twin in _rendered(cache.root):
            if age is None or time.time() - (twin / _MANIFEST).stat().st_mtime > age.total_seconds():
                entries, size = entries + 1, size + _size(twin)
                shutil.rmtree(twin, ignore_errors=True)
    typer.echo(f"{_entries(entries)} removed, {size_text(size)}, from {cache.root}")


def _confirm(cache: Cache, kind: str | None, older_than: float | None) -> None:
    """Ask before anything is removed; where nobody can answer, say which option stands for the answer."""
    which = f" of kind {kind}" if kind else ""
    which += f" that were not used for {older_than:g} days" if older_than is not None else ""
    if not sys.stdin.isatty():
        raise UserError(f"This removes what is cached{which} in {cache.root}. Give --yes if you mean it.")
    say(f"{cache.root}: {size_text(_described(cache)['bytes'])} in all.")
    if not typer.confirm(f"Remove what is cached{which}?"):
        raise typer.Exit


def _described(cache: Cache) -> dict[str, Any]:
    entries = list(cache.entries())
    kinds: dict[str, dict[str, int]] = {}
    for entry in entries:
        of = kinds.setdefault(entry.kind, {"entries": 0, "bytes": 0})
        of["entries"] += 1
        of["bytes"] += entry.size
    twins = _rendered(cache.root)
    if twins:
        kinds[_TWINS] = {"entries": len(twins), "bytes": sum(map(_size, twins))}
    biggest = sorted(entries, key=lambda entry: (-entry.size, str(entry.path)))[:_BIGGEST]
    return {
        "path": str(cache.root),
        "bytes": sum(of["bytes"] for of in kinds.values()),
        "entries": sum(of["entries"] for of in kinds.values()),
        "kinds": kinds,
        "biggest": [_entry(entry) for entry in biggest],
        "twins": [twin.name for twin in twins],
    }


def _rendered(root: Path) -> list[Path]:
    """Return the folders of rendered twins; a folder counts if it says itself that it is one."""
    try:
        found = sorted((root / "twins-1").iterdir())
    except OSError:
        return []
    return [twin for twin in found if not twin.is_symlink() and (twin / _MANIFEST).is_file()]


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _entry(entry: Entry) -> dict[str, Any]:
    from mebench.video.cache_format import Corrupt

    try:
        header = entry.header()
        made_of, arrays = header.get("parts"), header.get("arrays")
    except Corrupt:
        made_of, arrays = None, None
    day = datetime.datetime.fromtimestamp(entry.used, datetime.UTC).date().isoformat()
    return {
        "kind": entry.kind,
        "bytes": entry.size,
        "last_used": day,
        "made_of": _brief(made_of),
        "arrays": arrays,
        "file": str(entry.path),
    }


def _brief(made_of: Any) -> Any:
    """Return what an entry was made of without its rows: the first frame, the last, and how many rows."""
    if not isinstance(made_of, dict) or not isinstance(rows := made_of.get("rows"), list) or not rows:
        return made_of
    ends = [row if isinstance(row, list) and row else [None] for row in (rows[0], rows[-1])]
    return {**made_of, "rows": {"first": ends[0][0], "last": ends[1][-1], "count": len(rows)}}


def _text(found: dict[str, Any]) -> str:
    from mebench.cli.tables import plain_table

    if not found["entries"]:
        return f"{found['path']}: nothing is cached."
    kinds = sorted(found["kinds"].items(), key=lambda item: (-item[1]["bytes"], item[0]))
    rows = [[kind, str(of["entries"]), size_text(of["bytes"])] for kind, of in kinds]
    lines = [
        f"{found['path']}: {_entries(found['entries'])}, {size_text(found['bytes'])}",
        "",
        plain_table(("kind", "entries", "size"), rows, width(), colour()).rstrip("\n"),
        "",
        *(["The biggest features:"] if found["biggest"] else []),
    ]
    for entry in found["biggest"]:
        name = f"{entry['kind']}/{Path(entry['file']).name[:12]}"
        lines.append(f"  {name}  {size_text(entry['bytes'])}, last used {entry['last_used']}")
        lines.append(f"    {_made_of(entry, width() - 4)}")
    if found["twins"]:
        lines += ["", f"Rendered twins: {', '.join(map(printable, found['twins']))}"]
    return "\n".join([*lines, "", "Remove them with: mebench cache clear [--kind KIND] [--older-than DAYS] [--yes]"])


def _made_of(entry: dict[str, Any], limit: int) -> str:
    """Return in a few words what an entry was made of: names and numbers, not hashes."""
    parts = entry["made_of"]
    if not isinstance(parts, dict):
        return "damaged"
    inner = parts.get("parameters")
    flat = {**parts, **(inner if isinstance(inner, dict) else {})}
    short = {k: v for k, v in flat.items() if isinstance(v, str | int | float) and len(str(v)) <= _LONGEST_WORD}
    return printable(
        ", ".join(f"{k} {v}" for k, v in sorted(short.items(), key=lambda item: item[0] != "video")), limit
    )


def _entries(n: int) -> str:
    return plural(n, "entry") if n == 1 else f"{n} entries"
