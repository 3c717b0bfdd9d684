"""Every command as a process: what it prints, and its exit status, which is 0, 1 (failed) or 2 (usage)."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eqnegotiator.edge.plan import AI_STATEMENT
from eqnegotiator.edge.store import Store
from eqnegotiator.models.bundle import bundled
from processes import COMMAND_SECONDS, EQNEG, SAMPLES, environment, eqneg

HEADER = SAMPLES.read_text().splitlines()[0]
GOOD_ROW = SAMPLES.read_text().splitlines()[1]
PROPOSAL_KEYS = ["days", "date", "amount", "fraction", "every", "count", "first_amount", "ambiguous"]


def failed(process: subprocess.CompletedProcess[bytes]) -> str:
    """What a command that failed says: one line on standard error, no traceback."""
    assert process.returncode == 1, process
    text = process.stderr.decode()
    assert text.startswith("eqneg: "), text
    assert "Traceback" not in text
    return text


def documents(process: subprocess.CompletedProcess[bytes]) -> list[Any]:
    """The JSON document on each line of standard output."""
    assert process.returncode == 0, process
    return [json.loads(line) for line in process.stdout.splitlines()]


def config(folder: Path, text: str = "") -> str:
    path = folder / "eqneg.toml"
    path.write_text(f'[store]\npath = "{folder}/eqneg.db"\n{text}')
    return str(path)


# --- usage and version


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["negotiate"], ["run"], ["accounts"], ["accounts", "import"], ["version", "--xml"],
        ["understand", "--today", "tomorrow"], ["chat", "--account"],
    ],
)  # fmt: skip
def test_a_usage_error_is_status_2(tmp_path: Path, arguments: list[str]) -> None:
    process = eqneg(tmp_path, *arguments)
    assert process.returncode == 2
    assert b"usage: eqneg" in process.stderr
    assert process.stdout == b""


def test_help_names_every_command(tmp_path: Path) -> None:
    process = eqneg(tmp_path, "--help")
    assert process.returncode == 0
    for command in ("run", "demo", "chat", "understand", "accounts", "policy", "check", "version"):
        assert re.search(rf"^    {command} ", process.stdout.decode(), re.MULTILINE)


def test_version_is_one_document(tmp_path: Path) -> None:
    (found,) = documents(eqneg(tmp_path, "version", "--json"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["eqnegotiator"])
    assert {"numpy", "numba", "onnxruntime", "tokenizers", "paho-mqtt", "msgspec", "python", "machine"} < set(found)
    plain = eqneg(tmp_path, "version").stdout.decode().splitlines()
    assert plain == [f"{name} {value}" for name, value in found.items()]


# --- check


def test_check_names_the_models_of_a_good_configuration(tmp_path: Path) -> None:
    process = eqneg(tmp_path, "check", "--config", config(tmp_path, '[node]\nsite = "branch-7"\n'))
    assert process.returncode == 0, process
    assert b"configuration is valid: site branch-7" in process.stdout
    assert b"encoder: " in process.stdout
    assert b"slm: " in process.stdout


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[mqtt]\nprot = 1883\n", "unknown key prot in [mqtt]; did you mean port?"),
        ("[mqqt]\nport = 1883\n", "unknown section [mqqt]; did you mean [mqtt]?"),
        ("[mqtt]\nport = 70000\n", "mqtt.port"),
        ('[policy]\ntone = "angry"\n', "angry"),
        ("[mqtt\n", "is not valid TOML"),
    ],
)
def test_check_names_what_is_wrong_with_a_configuration(tmp_path: Path, text: str, named: str) -> None:
    path = config(tmp_path, text)
    for command in ("check", "run"):
        assert named in failed(eqneg(tmp_path, command, "--config", path))


def test_check_reports_a_wrong_override_and_a_missing_file(tmp_path: Path) -> None:
    assert "did you mean port?" in failed(eqneg(tmp_path, "check", "--config", config(tmp_path), EQNEG_MQTT_PROT="1"))
    assert "none.toml" in failed(eqneg(tmp_path, "check", "--config", str(tmp_path / "none.toml")))


def damage_model(folder: Path) -> None:
    with (folder / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)
        file.seek(1_000_000)
        file.write(bytes([byte[0] ^ 1]))


def remove_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def cut_model(folder: Path) -> None:
    os.truncate(folder / "model.onnx", 1_000_000)


@pytest.mark.parametrize(
    ("damage", "file"), [(damage_model, "model.onnx"), (cut_model, "model.onnx"), (remove_tokenizer, "tokenizer.json")]
)
def test_a_damaged_model_is_refused_by_name(tmp_path: Path, damage: Callable[[Path], None], file: str) -> None:
    folder = tmp_path / "slm"
    shutil.copytree(bundled("slm"), folder)
    damage(folder)
    path = config(tmp_path, f'[models]\nslm = "{folder}"\n')
    for command in ("check", "run"):
        message = failed(eqneg(tmp_path, command, "--config", path))
        assert file in message
        assert "reinstall the bundle or name another one under [models]" in message


def test_a_bundle_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    assert "encoder" in failed(eqneg(tmp_path, "check", "--config", config(tmp_path, f'[models]\nencoder = "{bundled("slm")}"\n')))


# --- accounts import


def test_import_counts_what_it_took(tmp_path: Path) -> None:
    process = eqneg(tmp_path, "accounts", "import", str(SAMPLES), "--config", config(tmp_path))
    assert process.returncode == 0, process
    assert process.stdout.startswith(b"3 accounts imported")


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([HEADER.replace("balance", "saldo"), GOOD_ROW], "balance"),
        ([HEADER, GOOD_ROW, GOOD_ROW.replace("A-1001", "A-2").replace("1200.00", "1.200,00")], "line 3"),
        ([HEADER, GOOD_ROW.replace("1200.00", "-5.00")], "balance"),
        ([HEADER, GOOD_ROW.replace("extension|instalments", "extension|lottery")], "lottery"),
        ([HEADER, GOOD_ROW, GOOD_ROW], "A-1001"),
        ([HEADER, GOOD_ROW.rsplit(",", 4)[0]], "line 2"),
    ],
)
def test_a_file_with_an_error_is_refused_as_a_whole(tmp_path: Path, rows: list[str], named: str) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("\n".join(rows) + "\n")
    assert named in failed(eqneg(tmp_path, "accounts", "import", str(path), "--config", config(tmp_path)))
    store = Store(tmp_path / "eqneg.db")
    try:
        assert store.account("A-1001") is None
    finally:
        store.close()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "none.csv" in failed(eqneg(tmp_path, "accounts", "import", str(tmp_path / "none.csv"), "--config", config(tmp_path)))


# --- chat and understand


def test_chat_prints_one_reply_a_line_and_ends_with_the_session(tmp_path: Path) -> None:
    said = ["who is this?", "1981", "I can pay all of it in 20 days", "yes", "stop contacting me", "is anybody there?"]
    replies = documents(eqneg(tmp_path, "chat", "--json", stdin="\n".join(said).encode() + b"\n"))
    assert replies[0]["text"].startswith(AI_STATEMENT)
    assert [reply["turn"] for reply in replies] == list(range(1, len(replies) + 1))
    assert [reply["state"] for reply in replies] == ["verifying", "verifying", "open", "confirming", "agreed", "ended"]
    for before in replies[:2]:
        assert not re.search(r"1[,.]?200|\$|northwind|debt|balance|\bow(?:e|ing)", before["text"], re.IGNORECASE)
    assert "$1,200.00" in replies[2]["text"]
    assert list(tmp_path.iterdir()) == []  # a chat leaves nothing behind


def test_chat_ends_with_its_input(tmp_path: Path) -> None:
    (reply,) = documents(eqneg(tmp_path, "chat", "--json", "--account", "A-1003"))
    assert reply["state"] == "verifying"
    plain = eqneg(tmp_path, "chat", stdin=b"1981\n")
    assert plain.returncode == 0
    assert plain.stdout.decode().startswith(f"appliance: {AI_STATEMENT}")


def test_chat_about_an_unknown_account_fails(tmp_path: Path) -> None:
    message = failed(eqneg(tmp_path, "chat", "--account", "A-9999"))
    assert "A-9999" in message
    assert "A-1001" in message
    assert "A-1001" in failed(eqneg(tmp_path, "chat", "--config", config(tmp_path)))  # the installed store is empty


def test_understand_prints_the_contracts_keys(tmp_path: Path) -> None:
    said = ["300 a month", "half now, the rest in two weeks", "I can pay in 6 weeks", "30 days is too soon", "I want to end my life"]
    nothing = ["", "  ", "\u200b", "\x01", "\u0301"]
    heard = documents(eqneg(tmp_path, "understand", "--json", "--today", "2026-03-02", stdin="\n".join(nothing + said).encode()))
    assert [entry["text"] for entry in heard] == said
    for entry in heard:
        assert list(entry) == ["text", "emotion", "intent", "intents", "tactic", "signals", "proposal"]
        assert sorted(entry["emotion"]) == ["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"]
        assert all(0.0 <= probability <= 1.0 for probability in entry["emotion"].values())
        assert entry["intent"] == max(entry["intents"], key=entry["intents"].get)
        assert isinstance(entry["tactic"], str)
        assert isinstance(entry["signals"], list)
        assert entry["proposal"] is None or list(entry["proposal"]) == PROPOSAL_KEYS
    proposals = [said_values(entry["proposal"]) for entry in heard]
    assert proposals == [{"amount": "300.00", "every": "month"}, {"fraction": 0.5, "days": 14}, {"days": 42}, None, None]
    assert heard[-1]["signals"] == ["self_harm"]


def said_values(proposal: dict[str, Any] | None) -> dict[str, Any] | None:
    return proposal and {name: value for name, value in proposal.items() if value not in (None, False)}


def test_understand_counts_dates_from_the_given_day(tmp_path: Path) -> None:
    (heard,) = documents(eqneg(tmp_path, "understand", "--json", "--today", "2028-01-31", stdin=b"in a month\n"))
    assert heard["proposal"]["days"] == 29  # to 29 February


# --- demo


def processes_naming(text: str) -> list[int]:
    """Ids of the running processes whose command line holds the text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if text.encode() in command:
            found.append(int(folder.name))
    return found


def test_a_demo_without_a_terminal_plays_to_the_agreement(tmp_path: Path) -> None:
    process = subprocess.run(
        [*EQNEG, "demo"], cwd=tmp_path, env=environment(TMPDIR=str(tmp_path)), stdin=subprocess.DEVNULL, capture_output=True,
        timeout=COMMAND_SECONDS, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process
    text = process.stdout.decode()
    assert f"appliance: {AI_STATEMENT}" in text
    assert "The conversation ended in state agreed." in text
    assert processes_naming(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_demo_of_an_unknown_account_fails(tmp_path: Path) -> None:
    process = eqneg(tmp_path, "demo", "--account", "A-9999", TMPDIR=str(tmp_path))
    assert process.returncode == 1
    assert b"unknown_account" in process.stdout
    assert processes_naming(str(tmp_path)) == []


class DemoOnTerminal:
    """`eqneg demo` at a terminal of its own, where Ctrl-C is a key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keyboard, screen = os.openpty()

        def sit_down() -> None:
            """A shell that starts the tests in the background has Ctrl-C ignored for all of them."""
            os.login_tty(screen)
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        self.process = subprocess.Popen([*EQNEG, "demo"], cwd=folder, env=environment(TMPDIR=str(folder)), preexec_fn=sit_down)
        os.close(screen)
        self.shown = ""

    def wait_shown(self, text: str) -> None:
        self._wait(lambda: text in self.shown, f"{text!r} is not shown")

    def wait_daemon(self) -> str:
        """The settings file of the running daemon."""
        self._wait(lambda: len(processes_naming(f"{self._folder}/eqneg-demo-")) == 1, "no daemon runs")
        (path,) = self._folder.glob("eqneg-demo-*/eqneg.toml")
        return path.read_text()

    def _wait(self, done: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + COMMAND_SECONDS
        while not done():
            assert time.monotonic() < deadline, f"{complaint}: {self.shown}"
            self._read()

    def _read(self) -> None:
        if not select.select([self._keyboard], [], [], 0.02)[0]:
            return
        try:
            self.shown += os.read(self._keyboard, 4096).decode(errors="replace")
        except OSError:  # EIO: the other end is closed
            assert self.process.wait(COMMAND_SECONDS) is not None

    def wait_reading(self) -> None:
        """The demo sleeps in its read of the keyboard: a Ctrl-C that comes between prompt and read is only seen with the next key."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        self._wait(lambda: stat.read_text().rpartition(") ")[2].startswith("S"), "it does not read")

    def press(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def status(self) -> int:
        self._wait(lambda: self.process.poll() is not None, "it does not end")
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(COMMAND_SECONDS)
        os.close(self._keyboard)


@contextmanager
def demo_on_terminal(folder: Path) -> Iterator[DemoOnTerminal]:
    demo = DemoOnTerminal(folder)
    try:
        yield demo
    finally:
        demo.close()


@pytest.mark.parametrize("moment", ["while the daemon starts", "at the prompt", "during a reply"])
def test_ctrl_c_stops_the_demo_and_all_it_started(tmp_path: Path, moment: str) -> None:
    with demo_on_terminal(tmp_path) as demo:
        port = tomllib.loads(demo.wait_daemon())["mqtt"]["port"]
        socket.create_connection(("127.0.0.1", port)).close()
        if moment != "while the daemon starts":
            demo.wait_shown("you: ")
            demo.wait_reading()
        if moment == "during a reply":
            demo.press("what is this about?\n")
            demo.wait_shown("what is this about?\r\n\r\nappliance: ")
        demo.press("\x03")
        assert demo.status() == 0
        assert "Traceback" not in demo.shown
        assert demo.shown.rstrip().endswith("stopped")
    assert processes_naming(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
