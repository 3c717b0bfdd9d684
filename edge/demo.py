"""`eqneg demo`: an embedded broker, the daemon and a text kiosk in one terminal, with no configuration."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .accounts import encode_account, sample_accounts
from .broker import embedded_broker, free_port
from .errors import EdgeError
from .kiosk import Kiosk, ScriptedCustomer, typing_customer
from .store import Store

__all__ = ["demo", "running_daemon"]

_READY_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 20.0


def demo(account: str, *, scripted: bool) -> int:
    """Run the demonstration; 0 when the talk ended in `agreed` (or the person left), 1 when a scripted one did not.

    Raises:
        EdgeError: the broker or the daemon did not start.
    """
    with tempfile.TemporaryDirectory(prefix="eqneg-demo-") as folder:
        port = free_port()
        config = Path(folder) / "eqneg.toml"
        config.write_text(
            f'[node]\nsite = "demo"\nname = "demo"\n[mqtt]\nport = {port}\nversion = "3.1.1"\n[store]\npath = "{folder}/eqneg.db"\n',
            encoding="utf-8",
        )
        store = Store(Path(folder) / "eqneg.db")
        accounts = sample_accounts()
        store.put_accounts((entry.account, encode_account(entry)) for entry in accounts)
        store.close()
        print("Starting the broker and the appliance; the first start compiles the kernels ...", flush=True)
        with embedded_broker(port), running_daemon(config, Path(folder)):
            known = next((entry for entry in accounts if entry.account == account), None)
            hint = f" ({known.debtor}, the check asks: {known.verify_question} answer {known.verify_answer})" if known else ""
            print(
                f"Account {account}{hint}. Samples: {', '.join(entry.account for entry in accounts)}. Ctrl-C stops.",
                flush=True,
            )
            kiosk = Kiosk("127.0.0.1", port, "eqneg/v1", "demo", "kiosk-1", sys.stdout)
            try:
                last = kiosk.talk(account, ScriptedCustomer() if scripted else typing_customer)
            finally:
                kiosk.close()
        if last is None:
            return 1
        print(f"\nThe conversation ended in state {last.state}.")
        return 0 if last.state == "agreed" or not scripted else 1


@contextmanager
def running_daemon(config: Path, folder: Path) -> Iterator[int]:
    """The daemon as a process of its own, ready when the context opens, stopped when it closes; yields its process id.

    `folder` takes its notify socket and its log.

    Raises:
        EdgeError: it did not start; with the end of its log.
    """
    log, path = folder / "daemon.log", folder / "notify.sock"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, log.open("wb") as errors:
        notify.bind(str(path))
        notify.settimeout(1.0)
        # Its own process group: a Ctrl-C in the terminal is for the kiosk, which then stops the daemon in order.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "eqnegotiator.edge", "run", "--config", str(config)],
            env=_environment(str(path)), start_new_session=True, stderr=errors,
        )  # fmt: skip
        try:
            _wait_until_ready(process, notify, log)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(notify_path: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EQNEG_", "WATCHDOG_"))}
    return kept | {"NOTIFY_SOCKET": notify_path}


def _wait_until_ready(process: subprocess.Popen[bytes], notify: socket.socket, log: Path) -> None:
    waited = 0.0
    while waited < _READY_SECONDS:
        if process.poll() is not None:
            raise EdgeError(f"the daemon ended with status {process.returncode}:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            if b"READY=1" in notify.recv(4096):
                return
        except TimeoutError:
            waited += 1.0
    raise EdgeError(f"the daemon was not ready within {_READY_SECONDS:g} s")
