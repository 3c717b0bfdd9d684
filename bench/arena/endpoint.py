"""A language model behind an OpenAI-compatible address: one chat completion, with timeout, bounded retries and typed errors.

Standard library only. Knows nothing of negotiations.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

__all__ = [
    "KEY_VARIABLE",
    "MODEL_VARIABLE",
    "URL_VARIABLE",
    "Endpoint",
    "EndpointError",
    "EndpointReplyError",
    "EndpointUnreachableError",
    "Message",
    "MissingEndpointError",
    "complete",
]

URL_VARIABLE: Final = "EQNEG_ARENA_URL"
MODEL_VARIABLE: Final = "EQNEG_ARENA_MODEL"
KEY_VARIABLE: Final = "EQNEG_ARENA_KEY"
_PASSING: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""
_SHOWN: Final = 200
"""Characters of a strange answer that a message quotes."""


class EndpointError(RuntimeError):
    """The language model cannot be used."""


class MissingEndpointError(EndpointError):
    """No address or no model was named."""


class EndpointUnreachableError(EndpointError):
    """Nobody answers, or every answer is a refusal."""


class EndpointReplyError(EndpointError):
    """The answer is no chat completion, or says nothing."""


class Message(TypedDict):
    """One message of a chat; role: system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is and how it is asked.

    url: up to and without `/chat/completions`, such as `http://localhost:8000/v1`. key: sent as a bearer token; None sends none.
    timeout_seconds: of one request. attempts: requests for one completion at most; the pause before the second is `pause_seconds`, before
    each further one twice the last.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    temperature: float = 0.7
    max_tokens: int = 200
    timeout_seconds: float = 60.0
    attempts: int = 4
    pause_seconds: float = 1.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise MissingEndpointError(f"url: {self.url!r} is not an http address; pass one such as http://localhost:8000/v1")
        if not self.model:
            raise MissingEndpointError(f"model: empty; name the model that {self.url} serves")
        if self.attempts < 1:
            raise ValueError(f"attempts: {self.attempts}; pass 1 or more")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Endpoint:
        """The endpoint that `EQNEG_ARENA_URL`, `EQNEG_ARENA_MODEL` and `EQNEG_ARENA_KEY` (may be left out) name.

        Raises:
            MissingEndpointError: address or model is not named.
        """
        missing = [name for name in (URL_VARIABLE, MODEL_VARIABLE) if not environment.get(name)]
        if missing:
            raise MissingEndpointError(
                f"{' and '.join(missing)}: not set; the model fidelity needs a language model behind an OpenAI-compatible address: "
                f"set {URL_VARIABLE} (such as http://localhost:8000/v1) and {MODEL_VARIABLE}, and {KEY_VARIABLE} where a key is asked for"
            )
        return cls(environment[URL_VARIABLE].rstrip("/"), environment[MODEL_VARIABLE], environment.get(KEY_VARIABLE) or None)


def complete(endpoint: Endpoint, messages: Sequence[Message], seed: int) -> str:
    """What the model says next, without surrounding blanks.

    An answer that is no completion, or says nothing, is asked for again with the next seed.

    Raises:
        EndpointUnreachableError: nobody answers, or the server refuses.
        EndpointReplyError: the answers are nonsense.
    """
    failure: EndpointError = EndpointUnreachableError(endpoint.url)
    for attempt in range(endpoint.attempts):
        if attempt:
            time.sleep(endpoint.pause_seconds * 2 ** (attempt - 1))
        try:
            return _content(_post(endpoint, messages, seed + attempt), endpoint)
        except urllib.error.HTTPError as error:
            with error:
                told = error.read(_SHOWN).decode("utf-8", "replace")
            failure = EndpointUnreachableError(f"{endpoint.url}: HTTP {error.code} {error.reason}: {told!r}")
            if error.code not in _PASSING:
                raise failure from error
        except (OSError, http.client.HTTPException) as error:  # refused, timed out, cut off
            failure = EndpointUnreachableError(f"{endpoint.url}: {error}; is the server running?")
            failure.__cause__ = error
        except EndpointReplyError as error:
            failure = error
    failure.add_note(f"after {endpoint.attempts} attempts")
    raise failure


def _post(endpoint: Endpoint, messages: Sequence[Message], seed: int) -> bytes:
    document = {
        "model": endpoint.model,
        "messages": list(messages),
        "temperature": endpoint.temperature,
        "max_tokens": endpoint.max_tokens,
        "seed": seed,
    }
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {})
    request = urllib.request.Request(f"{endpoint.url}/chat/completions", json.dumps(document).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=endpoint.timeout_seconds) as response:
        body: bytes = response.read()
    return body


def _content(body: bytes, endpoint: Endpoint) -> str:
    shown = body[:_SHOWN].decode("utf-8", "replace")
    try:
        document: Any = json.loads(body)
        content = document["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise EndpointReplyError(f"{endpoint.url}: not a chat completion: {shown!r}") from error
    if not isinstance(content, str) or not content.strip():
        raise EndpointReplyError(f"{endpoint.url}: model {endpoint.model!r} says nothing: {shown!r}")
    return content.strip()
