"""The sidecar ``NAME.meta.json``: who predicted, learned from what, and how thresholds and epochs were chosen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.files import NotJson, json_object
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted, suggest

if TYPE_CHECKING:
    from jsonschema import ValidationError

SCHEMA = "meta-1.json"
MAX_BYTES = 1_000_000


def meta_path(path: Path | str) -> Path:
    """Return where the metadata of a submission lies: ``pred.csv`` has ``pred.meta.json`` beside it."""
    path = Path(path)
    return path.with_name(f"{path.stem}.meta.json")


def read_meta(path: Path | str) -> tuple[dict[str, Any], list[Problem]]:
    """Read and check the sidecar of a submission.

    Returns
    -------
    meta : dict
        Empty if there is no sidecar, or if it is wrong.
    problems : list of Problem
        Everything that is wrong with it.
    """
    sidecar = meta_path(path)
    try:
        if not sidecar.exists():
            return {}, []
        with sidecar.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        meta = _parse(data)
    except OSError as error:
        return {}, [
            _problem(sidecar, f"the metadata cannot be read ({error.strerror})", "Check the file, or remove it")
        ]
    except _NotMeta as error:
        return {}, [_problem(sidecar, str(error), "Write one JSON object, or remove the file")]
    problems = check_meta(meta, str(sidecar))
    return ({} if problems else meta), problems


def check_meta(meta: Mapping[str, Any], file: str) -> list[Problem]:
    """Check metadata against the JSON Schema; each problem names the JSON path.

    Parameters
    ----------
    meta : mapping
        The fields.
    file : str
        What messages call it.
    """
    import jsonschema

    schema = meta_schema()
    errors: Iterable[ValidationError] = jsonschema.Draft202012Validator(schema).iter_errors(dict(meta))
    problems = []
    for error in sorted(errors, key=lambda error: error.json_path):
        if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
            known = schema["properties"]
            unknown = sorted(str(key) for key in error.instance if key not in known)
            problems += [_unknown_field(key, error.json_path, known, file) for key in unknown]
        else:
            message = f"at {printable(error.json_path)}: {printable(error.message)}"
            problems.append(_problem(file, message, f"See the schema {schema['$id']}"))
    return problems


def meta_schema() -> dict[str, Any]:
    """Return the JSON Schema of the metadata."""
    from importlib import resources

    text = resources.files("mebench.submission").joinpath("schema", SCHEMA).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def meta_text(meta: Mapping[str, Any], file: str) -> str:
    """Return checked metadata as the text of a sidecar.

    Raises
    ------
    UserError
        If it breaks the schema or cannot be written as JSON.
    """
    try:
        text = json.dumps(dict(meta), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        problems = check_meta(_parse(text.encode()), file)
    except (TypeError, ValueError, RecursionError, _NotMeta) as error:
        raise UserError(
            f"{printable(file)}: the metadata cannot be written as JSON ({printable(str(error))})."
        ) from None
    if problems:
        raise InvalidInput(problems)
    return text


class _NotMeta(Exception):
    """The bytes of a sidecar are no JSON object; the text says why."""


def _parse(data: bytes) -> dict[str, Any]:
    try:
        return json_object(data, MAX_BYTES)
    except NotJson as error:
        raise _NotMeta(f"the metadata {error}") from None


def _unknown_field(key: str, path: str, known: Iterable[str], file: str) -> Problem:
    remedy = suggest(key, known).strip() or 'Put fields of your own under "extra"'
    return _problem(file, f"at {printable(path)}: there is no field {quoted(key)}", remedy)


def _problem(file: Path | str, message: str, remedy: str) -> Problem:
    return Problem("meta", message, remedy, str(file))
