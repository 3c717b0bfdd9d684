"""The real program in processes of its own: single commands, and the daemon with the test in the role of systemd."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import eqnegotiator.edge.accounts

SAMPLES = Path(eqnegotiator.edge.accounts.__file__).parent / "samples" / "accounts.csv"
EQNEG = (sys.executable, "-P", "-m", "eqnegotiator.edge")
COMMAND_SECONDS = 60.0
READY_SECONDS = 60.0
STOP_SECONDS = 20.0


def environment(**added: str) -> dict[str, str]:
    """This process's environment without what would configure the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EQNEG_", "NOTIFY_", "WATCHDOG_"))}
    return kept | added


def eqneg(folder: Path, *arguments: str, stdin: bytes = b"", **added: str) -> subprocess.CompletedProcess[bytes]:
    """Run one command in `folder` to its end; `added` goes into its environment."""
    return subprocess.run(
        [*EQNEG, *arguments], cwd=folder, env=environment(**added), input=stdin, capture_output=True, timeout=COMMAND_SECONDS, check=False
    )


class DaemonProcess:
    """`eqneg run` in `folder`, to be killed and started again at will; the store and the settings stay."""

    def __init__(self, folder: Path, broker_port: int, *, settings: str = "") -> None:
        self.folder = folder
        self.config = folder / "eqneg.toml"
        self.store = folder / "eqneg.db"
        self.config.write_text(
            '[node]\nsite = "branch"\nname = "node"\n'
            f'[store]\npath = "{self.store}"\n[mqtt]\nport = {broker_port}\nreconnect_max_seconds = 1.0\n{settings}'
        )
        self._notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notifications.bind(str(folder / "notify"))
        self._notifications.settimeout(READY_SECONDS)
        self._log = (folder / "daemon.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.folder / "daemon.log").read_text(errors="replace")

    def launch(self) -> None:
        """Start the process and do not wait."""
        self.notifications()  # what the last one said is not for this one
        self.process = subprocess.Popen(
            [*EQNEG, "run", "--config", str(self.config)],
            cwd=self.folder,
            env=environment(NOTIFY_SOCKET=str(self.folder / "notify"), PYTHONFAULTHANDLER="1"),
            stderr=self._log,
        )

    def notifications(self) -> list[bytes]:
        """What has been said to systemd and not been read yet."""
        unread = []
        self._notifications.setblocking(False)
        try:
            while True:
                unread.append(self._notifications.recv(4096))
        except BlockingIOError:
            self._notifications.settimeout(READY_SECONDS)
        return unread

    def start(self) -> None:
        """Start the process and wait until it says READY."""
        self.launch()
        self.wait_ready()

    def wait_ready(self) -> None:
        try:
            while self._notifications.recv(4096) != b"READY=1":
                pass
        except TimeoutError as error:
            raise AssertionError(f"the daemon is not ready after {READY_SECONDS:g} s: {self.log[-2000:]}") from error

    def kill(self) -> None:
        """SIGKILL: nothing in the process gets to run again."""
        assert self.process is not None
        self.process.kill()
        assert self.process.wait(STOP_SECONDS) == -signal.SIGKILL, self.log[-2000:]

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            self.process.send_signal(signal.SIGABRT)  # has it write down where it hangs
            self.process.wait(STOP_SECONDS)
            raise AssertionError(f"the daemon does not stop: {self.log[-6000:]}") from error

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
        self._notifications.close()
        self._log.close()
