"""The command line: `eqneg run | demo | chat | understand | accounts import | policy | model | bench | arena | check | version`.

Exit 0, 1 (failed), 2 (usage).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

# Before anything imports onnxruntime (principle 3) or a cached kernel: a cache directory that cannot be written fails the import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from .arena_command import add_arena_command
from .bench_command import add_bench_command
from .errors import EdgeError, StoreError
from .model_command import add_model_command
from .policy_command import add_policy_command
from .settings import Settings, load_settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except EdgeError as error:
        print(f"eqneg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 0
    except BrokenPipeError:  # the reader of our output has gone; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(parsed: argparse.Namespace) -> int:
    from . import sdnotify
    from .appliance import Appliance, load_stages
    from .daemon import run
    from .store import Store
    from .terminals.mqtt import MqttTerminals

    settings = load_settings(parsed.config)
    store = Store(Path(settings.store.path))
    try:
        sdnotify.status("loading models")
        stages = load_stages(settings)
        appliance = Appliance(settings, store, stages)
        info = _version() | {"policy": settings.policy.tone, "profile": settings.policy.profile}
        return run(
            settings.session,
            store,
            appliance,
            lambda received: [
                MqttTerminals(
                    settings.mqtt, settings.node.site, settings.node.name, store, received, info, first_version=settings.mqtt.version
                )
            ],
            workers=settings.models.slots,
        )
    finally:
        store.close()


def _demo(parsed: argparse.Namespace) -> int:
    from .demo import demo

    return demo(parsed.account, scripted=not sys.stdin.isatty())


def _chat(parsed: argparse.Namespace) -> int:
    from .chat import chat

    settings = load_settings(parsed.config)
    store_path = Path(settings.store.path) if parsed.config else None
    return chat(settings, parsed.account, store_path=store_path, as_json=parsed.json, lines=sys.stdin, out=sys.stdout)


def _understand(parsed: argparse.Namespace) -> int:
    from ..models.encoder import EmptyTextError
    from .appliance import load_encoder
    from .understand import to_wire, understand

    encoder = load_encoder(load_settings(parsed.config))
    for line in sys.stdin:
        try:
            heard = to_wire(understand(line.rstrip("\n"), parsed.today, encoder))
        except EmptyTextError:  # nothing is said in it
            continue
        print(json.dumps(heard, ensure_ascii=False) if parsed.json else _summary(heard), flush=True)
    return 0


def _summary(heard: dict[str, Any]) -> str:
    emotion = max(heard["emotion"], key=heard["emotion"].get)
    found = {"intent": heard["intent"], "emotion": emotion, "signals": heard["signals"], "proposal": heard["proposal"]}
    return f"{heard['text']}\n  " + ", ".join(f"{name} {value or 'none'}" for name, value in found.items())


def _accounts_import(parsed: argparse.Namespace) -> int:
    from .accounts import encode_account, read_accounts_file
    from .store import Store

    settings = load_settings(parsed.config)
    accounts = read_accounts_file(parsed.file, settings.policy.profile)
    store = Store(Path(settings.store.path))
    try:
        store.put_accounts((account.account, encode_account(account)) for account in accounts)
    finally:
        store.close()
    print(f"{len(accounts)} accounts imported into {settings.store.path}")
    return 0


def _check(parsed: argparse.Namespace) -> int:
    from . import strategy
    from .appliance import check_bundles, check_learned
    from .store import Store

    settings: Settings = load_settings(parsed.config)
    if settings.policy.tone not in strategy.POLICIES:
        raise strategy.UnknownPolicyError(settings.policy.tone)
    bundles = check_bundles(settings)
    path = Path(settings.store.path)
    if path.exists():
        store = Store(path)
        try:
            check_learned(store)
        finally:
            store.close()
    elif not os.access(path.parent, os.W_OK):
        raise StoreError(f"store.path {path}: the folder cannot be written; create it or change [store] path")
    print(f"configuration is valid: site {settings.node.site}, node {settings.node.name}, broker {settings.mqtt.host}:{settings.mqtt.port}")
    for name, manifest in bundles.items():
        print(f"{name}: {manifest.name} {manifest.version} ({manifest.licence})")
    return 0


def _print_version(parsed: argparse.Namespace) -> int:
    found = _version()
    print(json.dumps(found) if parsed.json else "\n".join(f"{name} {value}" for name, value in found.items()))
    return 0


def _version() -> dict[str, str]:
    packages = ("eqnegotiator", "numpy", "numba", "onnxruntime", "tokenizers", "paho-mqtt", "msgspec")
    return {name: package_version(name) for name in packages} | {
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eqneg", description="Negotiates repayments on this device, in plain language and within the rules."
    )
    commands = parser.add_subparsers(title="commands", required=True)

    def add(
        name: str, command: Callable[[argparse.Namespace], int], text: str, *, config_required: bool | None = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        if config_required is not None:
            sub.add_argument(
                "--config",
                type=Path,
                required=config_required,
                metavar="FILE",
                help="TOML settings (default: built-in defaults and EQNEG_* variables)",
            )
        return sub

    add("run", _run, "run the daemon", config_required=True)
    demo = add("demo", _demo, "embedded broker, daemon and text kiosk in this terminal", config_required=None)
    demo.add_argument("--account", default="A-1001", metavar="REF", help="sample account (default A-1001)")
    chat = add("chat", _chat, "the whole pipeline on standard input and output, no broker")
    chat.add_argument("--account", default="A-1001", metavar="REF", help="account to talk about (default A-1001)")
    chat.add_argument("--json", action="store_true", help="print one reply per line as on the wire")
    heard = add("understand", _understand, "an utterance per line in, what was understood out")
    heard.add_argument("--json", action="store_true", help="one JSON object per line")
    heard.add_argument(
        "--today",
        type=_day,
        default=date.today(),
        metavar="YYYY-MM-DD",
        help="the day that dates count from (default today)",
    )
    accounts = commands.add_parser("accounts", help="manage accounts").add_subparsers(title="actions", required=True)
    imported = accounts.add_parser("import", help="add or replace accounts from a CSV file")
    imported.set_defaults(command=_accounts_import)
    imported.add_argument("file", type=Path, metavar="FILE.csv")
    imported.add_argument("--config", type=Path, metavar="FILE", help="TOML settings that name the store")
    add_policy_command(commands)
    add_model_command(commands)
    add_bench_command(commands)
    add_arena_command(commands)
    add("check", _check, "check the configuration, the store and the model bundles")
    add("version", _print_version, "versions of this program and what it runs on", config_required=None).add_argument(
        "--json", action="store_true"
    )
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-12-31") from error


if __name__ == "__main__":
    sys.exit(main())
