"""Set keys in the TOML settings file and leave everything else in it, comments included, as it was."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .errors import SettingsError

__all__ = ["check_writable", "with_keys", "write_keys"]

Scalar = bool | int
_HEADER: Final = re.compile(r"\s*\[")


def write_keys(path: Path, section: str, values: Mapping[str, Scalar]) -> None:
    """Set `values` in `[section]` of the file, in one rename; mode and owner stay.

    Raises:
        SettingsError: the file cannot be read or written, or is written in a way that only a person should edit.
    """
    target = path.resolve()  # a link stays one
    try:
        text = target.read_bytes().decode("utf-8")
        new = with_keys(text, section, values, str(path))
        owner = target.stat()
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, name)
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(name, owner.st_uid, owner.st_gid)
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror or error}; {_by_hand(section, values)}") from error


def check_writable(path: Path) -> None:
    """Tell before long work what would fail after it.

    Raises:
        SettingsError: a new version cannot take the file's place.
    """
    folder = path.resolve().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"{path}: cannot be written: no permission in {folder}; run as its owner, or leave out --config to only measure"
        )


def with_keys(text: str, section: str, values: Mapping[str, Scalar], where: str) -> str:
    """The text of a TOML file with `values` in `[section]`: changed in place, else added at the section's end, else in a new section.

    Raises:
        SettingsError: not TOML, or the section is an inline table or dotted keys.
    """
    document = _parse(text, where)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    found = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?$")
    start = next((number for number, line in enumerate(lines) if found.match(line.rstrip("\r\n"))), None)
    if start is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += newline
        lines += [newline] * bool(lines) + [f"[{section}]{newline}"]
        start = len(lines) - 1
    end = next((number for number in range(start + 1, len(lines)) if _HEADER.match(lines[number])), len(lines))
    body = lines[start + 1 : end]
    missing = []
    for key, value in values.items():
        pattern = re.compile(rf"(\s*[\"']?{re.escape(key)}[\"']?\s*=\s*)([^#\r\n]*?)(\s*(?:#.*)?)(\r?\n|$)")
        matches = [(number, match) for number, line in enumerate(body) if (match := pattern.fullmatch(line))]
        for number, match in matches:
            body[number] = match[1] + _literal(value) + match[3] + match[4]
        if not matches:
            missing.append(f"{key} = {_literal(value)}{newline}")
    # Behind the last key: what stands below it is the next section's comment.
    last = max((number + 1 for number, line in enumerate(body) if line.strip() and not line.lstrip().startswith("#")), default=0)
    if missing and last and not body[last - 1].endswith("\n"):
        body[last - 1] += newline
    if missing and not last and not lines[start].endswith("\n"):
        lines[start] += newline
    new = "".join([*lines[: start + 1], *body[:last], *missing, *body[last:], *lines[end:]])
    # A string over several lines may look like keys and headers: what was meant is compared with what came of it.
    wanted = document | {section: document.get(section, {}) | dict(values)}
    try:
        came_of_it = tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        came_of_it = {}
    if came_of_it != wanted:
        raise SettingsError(f"{where}: [{section}] is written in a way that is not changed automatically; {_by_hand(section, values)}")
    return new


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where}: is not valid TOML: {error}") from error


def _literal(value: Scalar) -> str:
    return str(value).lower()


def _by_hand(section: str, values: Mapping[str, Scalar]) -> str:
    return f"set {', '.join(f'{key} = {_literal(value)}' for key, value in values.items())} in [{section}] by hand"
