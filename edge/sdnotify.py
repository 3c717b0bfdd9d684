"""Tells systemd how the service is doing (sd_notify(3)). Does nothing without a supervisor (NOTIFY_SOCKET unset)."""

from __future__ import annotations

import logging
import os
import socket
from typing import Final

from .errors import SettingsError

__all__ = ["extend_timeout", "ready", "status", "stopping", "watchdog", "watchdog_seconds"]

_log = logging.getLogger(__name__)

# A supervisor that does not read must not hold up the thread that also hears SIGTERM.
_SEND_SECONDS: Final = 1.0


def ready() -> None:
    """The service accepts turns."""
    _notify("READY=1")


def stopping() -> None:
    """The service has begun to stop."""
    _notify("STOPPING=1")


def watchdog() -> None:
    """The service is alive; due at least once per `watchdog_seconds`."""
    _notify("WATCHDOG=1")


def status(text: str) -> None:
    """One line for `systemctl status`."""
    # A line feed would begin a new assignment: text from outside must not be able to say READY=1.
    _notify("STATUS=" + " ".join(text.splitlines()))


def extend_timeout(seconds: float) -> None:
    """Starting or stopping needs this many seconds more, counted from now."""
    _notify(f"EXTEND_TIMEOUT_USEC={round(seconds * 1e6)}")


def watchdog_seconds() -> float | None:
    """The watchdog period that systemd enforces on this process, in seconds; None when it does not.

    Raises:
        SettingsError: WATCHDOG_USEC or WATCHDOG_PID is not a positive whole number.
    """
    period_microseconds = _positive_integer("WATCHDOG_USEC")
    watched_pid = _positive_integer("WATCHDOG_PID")
    if period_microseconds is None or watched_pid not in (None, os.getpid()):
        return None
    return period_microseconds / 1e6


def _positive_integer(variable: str) -> int | None:
    text = os.environ.get(variable)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise SettingsError(f"{variable} is {text!r}; systemd sets it to a positive whole number, or unset it")
    return int(text)


def _notify(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket: no file stands behind it
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(_SEND_SECONDS)
            channel.connect(address)
            channel.sendall(message.encode())
    except OSError as error:
        # A supervisor that does not listen is no reason to fail the customer at the terminal.
        _log.warning("cannot tell systemd %s: %s", message.partition("=")[0], error)
