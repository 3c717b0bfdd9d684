"""`eqneg policy show | export | import | reset`: what dialogues have taught this appliance."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .settings import Settings, load_settings

if TYPE_CHECKING:  # numba is loaded by the commands that need it, not by `eqneg version`
    from .learned import Learned
    from .store import Store
    from .tone_tables import FloatArray

__all__ = ["add_policy_command"]

_ROWS: Final = 5
_COMMAND = Callable[[argparse.Namespace], int]


class Row(NamedTuple):
    """One distribution and how far learning has moved it."""

    name: str
    distance: float
    """In total variation."""
    change: str
    """The outcome that moved most, from the published probability to the learnt one."""


def add_policy_command(commands: Any) -> None:
    """Register `policy` and its actions with the parser of `eqneg`."""
    text = "what dialogues have taught: show, export, import, reset"
    actions = commands.add_parser("policy", help=text, description=text).add_subparsers(title="actions", required=True)

    def add(name: str, command: _COMMAND, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("--config", type=Path, metavar="FILE", help="TOML settings that name the store")
        return sub

    show = add("show", _show, "what was learnt, and what it changed most")
    show.add_argument("--json", action="store_true", help="end in one JSON document")
    add("export", _export, "write what was learnt to a file").add_argument("file", type=Path, metavar="FILE.json")
    add("import", _import, "replace what was learnt by an exported file").add_argument("file", type=Path, metavar="FILE.json")
    add("reset", _reset, "begin anew with the published tables")


def _show(parsed: argparse.Namespace) -> int:
    from .learned import allowed_distance

    settings = load_settings(parsed.config)
    with _store(settings) as store:
        learned = _newest(store)
    tables = learned.tables()
    limit = allowed_distance(learned.dialogues)
    rows = _moved(learned)
    if parsed.json:
        document = {
            "policy": settings.policy.tone,
            "learn": settings.policy.learn,
            "version": tables.version,
            "dialogues": learned.dialogues,
            "utterances": learned.utterances,
            "allowed_distance": limit,
            "rows": [row._asdict() for row in rows],
            "reliability": dict(tables.reliability),
            "transition": tables.transition.tolist(),
            "emission": tables.emission.tolist(),
        }
        print(json.dumps(document))
        return 0
    print(f"policy {settings.policy.tone}, learning {'on' if settings.policy.learn else 'off'}")
    print(f"version {tables.version or 'published tables'}: {learned.dialogues} dialogues, {learned.utterances} utterances")
    print(f"no distribution may be further than {limit:.2f} from the published one; furthest:")
    for row in rows[:_ROWS]:
        print(f"  {row.distance:.3f}  {row.name}: {row.change}")
    for name, weight in sorted(tables.reliability.items(), key=lambda item: -item[1]):
        print(f"  mixture listens to {name} with {weight:.3f}")
    return 0


def _export(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed.config)
    with _store(settings) as store:
        learned = _newest(store)
    _write(parsed.file, learned.encode())
    print(f"{parsed.file}: {learned.dialogues} dialogues, version {learned.version or 'published tables'}")
    return 0


def _import(parsed: argparse.Namespace) -> int:
    from .learned import LearnedError, decode_learned

    try:
        data = parsed.file.read_bytes()
    except OSError as error:
        raise LearnedError(f"{parsed.file}: cannot be read: {error.strerror}; name a file that `eqneg policy export` wrote") from error
    learned = decode_learned(data, str(parsed.file))
    _replace(load_settings(parsed.config), learned)
    return 0


def _reset(parsed: argparse.Namespace) -> int:
    from .learned import UNTAUGHT

    _replace(load_settings(parsed.config), UNTAUGHT)
    return 0


def _replace(settings: Settings, learned: Learned) -> None:
    with _store(settings) as store:
        store.put_learned(learned.row(), time.time())
    print(f"conversations that start from now on: {learned.version or 'published tables'}, {learned.dialogues} dialogues")


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from .store import Store

    store = Store(Path(settings.store.path))
    try:
        yield store
    finally:
        store.close()


def _newest(store: Store) -> Learned:
    from .learned import UNTAUGHT, decode_learned

    row = store.learned()
    return UNTAUGHT if row is None else decode_learned(row.data, "learnt policy in the store")


def _moved(learned: Learned) -> list[Row]:
    """Every distribution that learning has moved, the furthest first."""
    from ..kernels.tables import DISPOSITIONS, EMOTIONS
    from .tone_tables import PUBLISHED

    tables = learned.tables()
    rows = [
        _row(f"{state} next", tables.transition[number], PUBLISHED.transition[number], DISPOSITIONS)
        for number, state in enumerate(DISPOSITIONS)
    ]
    rows += [
        _row(f"{state} after {shown}", tables.emission[number, emotion], PUBLISHED.emission[number, emotion], EMOTIONS)
        for number, state in enumerate(DISPOSITIONS)
        for emotion, shown in enumerate(EMOTIONS)
    ]
    return sorted((row for row in rows if row.distance > 0.0), key=lambda row: (-row.distance, row.name))


def _row(name: str, learnt: FloatArray, published: FloatArray, outcomes: tuple[str, ...]) -> Row:
    step = abs(learnt - published)
    most = int(step.argmax())
    return Row(name, 0.5 * float(step.sum()), f"{outcomes[most]} {published[most]:.3f} -> {learnt[most]:.3f}")


def _write(path: Path, data: bytes) -> None:
    """The whole file or none of it."""
    from .learned import LearnedError

    try:
        descriptor, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise LearnedError(f"{path}: cannot be written: {error.strerror}; name a file in a folder this user may write") from error
