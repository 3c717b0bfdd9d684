"""README, licences and changelog against the code: what they claim is there, and what is there they name."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from eqnegotiator.edge import accounts, messages
from eqnegotiator.edge.__main__ import _parser
from eqnegotiator.edge.appliance import Appliance, load_stages
from eqnegotiator.edge.records import Received
from eqnegotiator.edge.settings import Settings
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.strategy import POLICIES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "systemd/*.md", "models/bundled/*.md", "bench/*.md") for page in ROOT.glob(pattern)
)
BUNDLED = ROOT / "models" / "bundled"
MANIFESTS = {kind: json.loads((BUNDLED / kind / "manifest.json").read_text(encoding="utf-8")) for kind in ("encoder", "slm")}
OUTGOING = {"reply": messages.Reply, "delta": messages.Delta, "error": messages.ErrorMessage}
NOW = 1_800_000_000.0


def section(title: str) -> str:
    """The README's text under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README has no section {title!r}"
    return found[1]


def first_cells(table: str) -> set[str]:
    """Everything in back-ticks in the first column of the tables in a text."""
    return {word for row in re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE) for word in re.findall(r"`([^`]+)`", row)}


# --- the command line


def commands(parser: argparse.ArgumentParser, name: str = "eqneg") -> Iterator[tuple[str, set[str]]]:
    """Each command that can be called, with its options and positional arguments as the user writes them."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for group in groups:
        for word, sub in group.choices.items():
            yield from commands(sub, f"{name} {word}")
    if not groups:
        own = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
        yield name, {word for action in own for word in action.option_strings or [str(action.metavar or action.dest)]}


@pytest.mark.parametrize(("command", "words"), list(commands(_parser())))
def test_every_command_is_listed_with_its_options_and_no_others(command: str, words: set[str]) -> None:
    usages = [cell for cell in first_cells(section("Commands")) if re.match(rf"{command}(?: |$)", cell)]
    assert len(usages) == 1, f"the table of commands must have one row for {command}, found {usages}"
    usage = usages[0].removeprefix(command)
    assert set(re.findall(r"--[a-z-]+", usage)) == {word for word in words if word.startswith("--")}
    assert {word for word in words if not word.startswith("--")} <= set(usage.split())


def test_no_command_is_listed_that_does_not_exist() -> None:
    known = {name for name, _ in commands(_parser())}
    listed = {cell for cell in first_cells(section("Commands")) if cell.startswith("eqneg ")}
    assert {cell for cell in listed if not any(cell == name or cell.startswith(f"{name} ") for name in known)} == set()


# --- files and links


def tree() -> dict[str, str]:
    """Path to comment for each line of the README's file tree."""
    block = re.search(r"```text\n(.*?)```", section("Files"), re.DOTALL)
    assert block is not None
    found, folders = {}, [""]
    for line in block[1].splitlines():
        indent, path, comment = re.fullmatch(r"((?:  )*)(\S+) +(\S.*)", line).groups()  # type: ignore[union-attr]
        depth = len(indent) // 2
        folders[depth + 1 :] = [folders[depth] + path]
        found[folders[depth] + path] = comment
    return found


def test_every_file_of_the_tree_exists() -> None:
    assert [path for path in tree() if not (ROOT / path).exists() or path.endswith("/") != (ROOT / path).is_dir()] == []


def test_every_module_is_in_the_tree() -> None:
    modules = {
        str(path.relative_to(ROOT)) for folder in ("edge", "kernels", "models", "bench") for path in (ROOT / folder).rglob("*.py")
    }
    assert {path for path in modules if not path.endswith("__init__.py")} - set(tree()) == set()


def test_the_top_level_and_the_service_files_are_in_the_tree() -> None:
    hidden_or_built = re.compile(r"\.|__pycache__|build|dist|.*\.egg-info|.*\.db(-wal|-shm)?$")
    top = {path.name + "/" * path.is_dir() for path in ROOT.iterdir() if not hidden_or_built.match(path.name)}
    shown = set(tree())
    assert {path for path in top if not any(line == path or line.startswith(path) for line in shown)} == set()
    assert {f"systemd/{path.name}" for path in (ROOT / "systemd").iterdir()} - shown == set()


def anchor(heading: str) -> str:
    """The fragment GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_relative_link_is_dead(page: Path) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE) if target.is_file() else []
        if not target.exists() or (fragment and fragment not in map(anchor, headings)):
            dead.append(link)
    assert dead == []


# --- the wire


def example(kind: str) -> str:
    """The JSON that the README shows for one kind of message."""
    found = re.search(rf"^\*\*`{kind}`\*\*.*?```json\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README shows no {kind}"
    return found[1]


@pytest.mark.parametrize("kind", ["start", "turn", "end"])
def test_incoming_examples_decode_and_show_every_field(kind: str) -> None:
    message = messages.decode(kind, example(kind).encode())
    assert json.loads(example(kind)) == msgspec.to_builtins(message)


@pytest.mark.parametrize("kind", OUTGOING)
def test_outgoing_examples_are_what_the_appliance_could_send(kind: str) -> None:
    message = msgspec.json.decode(example(kind), type=OUTGOING[kind])
    assert json.loads(example(kind)) == json.loads(messages.encode(message))


def test_the_reply_example_adds_up() -> None:
    reply: dict[str, Any] = json.loads(example("reply"))
    paid = sum(float(payment["amount"]) for payment in reply["terms"]["instalments"])
    assert paid == float(reply["terms"]["amount"])
    assert reply["text"].startswith(json.loads(example("delta"))["text"])


def test_every_error_code_state_and_act_is_listed() -> None:
    assert first_cells(section("Errors")) - {"code"} == set(messages.ERROR_CODES)
    text = section("Messages from the appliance")
    assert first_cells(text) - {"state"} == set(messages.STATES)
    acts = re.search(r"`act` is one of ([a-z,\s]+)\.", text)
    assert acts is not None
    assert re.split(r",\s+", acts[1]) == list(messages.ACTS)


def published() -> list[tuple[str, str, bytes]]:
    """(terminal, kind, payload) of each `mosquitto_pub` line of the README."""
    lines = re.findall(r"^mosquitto_pub -q 1 -t eqneg/v1/(\S+)/(\w+) -m '(.*)'$", README, re.MULTILINE)
    return [(terminal, kind, payload.encode()) for terminal, kind, payload in lines]


def test_the_conversation_by_hand_ends_in_an_agreement(tmp_path: Path) -> None:
    store = Store(tmp_path / "eqneg.db")
    try:
        store.put_accounts((account.account, accounts.encode_account(account)) for account in accounts.sample_accounts())
        settings = Settings()
        appliance = Appliance(settings, store, load_stages(settings))
        states = []
        for terminal, kind, payload in published():
            assert terminal.startswith(f"{settings.node.site}/")
            message = messages.decode(kind, payload)
            assert store.receive(terminal, message.msg_id, kind, payload, None, NOW) is Received.NEW
            item = store.pending()
            assert item is not None
            appliance.process(item, lambda _terminal, _delta: None)
            (row,) = store.outbox(1)
            store.sent(row.id)
            states.append(msgspec.json.decode(row.payload, type=messages.Reply).state)
    finally:
        store.close()
    assert states == ["verifying", "open", "open", "confirming", "agreed", "agreed"]


# --- accounts, settings, models


def test_every_account_column_kind_flag_and_policy_is_listed() -> None:
    text = section("Accounts")
    assert first_cells(text) >= {*accounts.COLUMNS, *accounts.OPTIONAL_COLUMNS}
    assert {f"`{word}`" for word in (*get_args(messages.TermsKind), *get_args(accounts.Flag))} <= set(re.findall(r"`\w+`", text))
    assert {f"`{name}`" for name in POLICIES} <= set(re.findall(r"`\w+`", section("How it decides")))


def test_the_encoder_figures_are_those_of_its_manifest() -> None:
    quality = MANIFESTS["encoder"]["quality"]
    own = quality["own"]
    shares = [*(own[head]["macro_f1"] for head in ("emotion", "intent", "tactic")), own["emotion"]["expected_calibration_error"]]
    assert f"| own lines | {own['rows']} | {' | '.join(f'{share:.3f}' for share in shares)} |" in README
    for corpus in ("goemotions", "xed"):
        figures = quality[corpus]
        row = f"| {corpus} | {figures['rows']} | {figures['macro_f1']:.3f} | | | {figures['expected_calibration_error']:.3f} |"
        assert row in README


def test_the_model_figures_are_those_of_the_manifests() -> None:
    models = section("Models")
    slm = MANIFESTS["slm"]["quality"]
    assert f"perplexity {slm['training']['held_out_perplexity']:.1f} " in models
    assert f"at {slm['parity_int8_vs_torch']['top1_agreement']:.1%}".replace("%", " %") in models
    assert f"on {MANIFESTS['encoder']['quality']['parity']['threshold_agreement']:.1%}".replace("%", " %") in models
    for kind, manifest in MANIFESTS.items():
        megabytes = sum(file["size_bytes"] for file in manifest["files"]) / 1e6
        row = next(line for line in models.splitlines() if f"bundled/{kind}/manifest.json" in line)
        assert manifest["name"] in row
        assert row.endswith(f"| {megabytes:.1f} MB | {manifest['licence']} |")


@pytest.mark.parametrize("kind", MANIFESTS)
def test_every_source_of_a_bundle_is_on_the_licence_page(kind: str) -> None:
    page = (BUNDLED / "LICENCES.md").read_text(encoding="utf-8")
    assert MANIFESTS[kind]["name"] in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for source in MANIFESTS[kind]["sources"]:
        own = [row for row in rows if source["name"] in row]
        assert len(own) == 1, source["name"]
        assert source["licence"] in own[0]


def test_the_changelog_has_the_version() -> None:
    version = re.search(r"^version = (.+)$", (ROOT / "setup.cfg").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(version[1])}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)
