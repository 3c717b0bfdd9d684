"""The exception family. Each names the field, the value and the way out."""

from __future__ import annotations

__all__ = [
    "AccountError",
    "BrokerError",
    "EdgeError",
    "ModelError",
    "SettingsError",
    "StoreError",
    "WireError",
]


class EdgeError(Exception):
    """Base of every error this package raises on purpose."""


class SettingsError(EdgeError):
    """A settings file or environment override cannot be used."""


class AccountError(EdgeError):
    """An account row cannot be used; the message names line, column and value."""


class StoreError(EdgeError):
    """The database cannot be opened, migrated or trusted."""


class BrokerError(EdgeError):
    """The broker refused us for a reason that retrying does not mend."""


class ModelError(EdgeError):
    """A model bundle is missing, damaged or of the wrong kind."""


class WireError(EdgeError):
    """A message that the appliance answers with an `error` message (wire contract v1).

    Attributes:
        code: stable identifier, one of `messages.ERROR_CODES`.
        in_reply_to: the `msg_id` of the offending message when it could be read.
        retryable: True when sending the same message again later can succeed.
    """

    def __init__(self, code: str, message: str, *, in_reply_to: str | None = None, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.in_reply_to = in_reply_to
        self.retryable = retryable
