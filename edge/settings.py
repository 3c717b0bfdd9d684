"""Settings: one TOML file, `EQNEG_<SECTION>_<KEY>` overrides, secrets from systemd credentials.

An unknown section or key is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from .errors import SettingsError
from .messages import NAME_PATTERN

__all__ = [
    "MqttSettings",
    "NodeSettings",
    "PolicySettings",
    "SessionSettings",
    "Settings",
    "StoreSettings",
    "load_settings",
]

Name = Annotated[str, msgspec.Meta(pattern=f"^{NAME_PATTERN}$")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
PositiveInt = Annotated[int, msgspec.Meta(gt=0)]


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who this appliance is on the wire."""

    site: Name = "branch-1"
    name: Name = "edge-1"


class MqttSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker. `max_pending` turns wait at most; further ones are answered `busy`.

    version: the protocol version tried first; a broker that refuses MQTT 5 is spoken to in 3.1.1 whatever stands here.
    """

    host: str = "127.0.0.1"
    port: Port = 1883
    topic_root: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=128)] = "eqneg/v1"
    username: str | None = None
    password: str | None = None
    tls: bool = False
    keepalive_seconds: PositiveInt = 30
    session_expiry_seconds: PositiveInt = 86_400
    version: Literal["5", "3.1.1"] = "5"
    receive_maximum: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 16
    max_pending: PositiveInt = 64
    reconnect_max_seconds: Positive = 30.0


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The database file. Finished sessions and answers are erased after `retention_days` (G27)."""

    path: str = "eqneg.db"
    retention_days: PositiveInt = 1096


class ModelsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bundles: `bundled` or a folder with a manifest.json. `threads` are onnxruntime's intra-op threads per model.

    slots: replies written at the same time, one per conversation; more conversations than that take turns.
    context_tokens: what a slot's KV cache holds; 0 takes all that the model allows. prefix_cache_mib: KV of prompt beginnings that
    conversations share. spin: threads wait busily within a step: faster, at the cost of power while a reply is written.
    provider: what onnxruntime runs the language model on; one that is not there is an error, never replaced.
    slm: also `selected`, which `eqneg model use` sets. folder: where `eqneg model` keeps bundles; None = `models` beside the store.
    """

    encoder: str = "bundled"
    slm: str = "bundled"
    folder: str | None = None
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    slots: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    context_tokens: Annotated[int, msgspec.Meta(ge=0)] = 0
    prefix_cache_mib: Annotated[int, msgspec.Meta(ge=0)] = 64
    spin: bool = False
    provider: Literal["cpu", "cuda", "tensorrt"] = "cpu"


class PolicySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How tone and offers are chosen, and whose rules hold where an account names no profile.

    learn: finished dialogues move the tables of the tone policies; false keeps them as they are (`eqneg policy`).
    """

    tone: str = "eq"
    learn: bool = True
    offer: Literal["eq"] = "eq"
    profile: Literal["us", "uk", "eu"] = "us"
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0


class SessionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of one conversation."""

    idle_timeout_seconds: Positive = 300.0
    turn_deadline_seconds: Positive = 10.0
    max_turns: PositiveInt = 30
    verify_attempts: PositiveInt = 3


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The local kiosk page; off in this version."""

    enabled: bool = False
    port: Port = 8800


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; every section and key has a default."""

    node: NodeSettings = NodeSettings()
    mqtt: MqttSettings = MqttSettings()
    store: StoreSettings = StoreSettings()
    models: ModelsSettings = ModelsSettings()
    policy: PolicySettings = PolicySettings()
    session: SessionSettings = SessionSettings()
    web: WebSettings = WebSettings()

    @property
    def models_folder(self) -> Path:
        """Where `eqneg model` keeps bundles."""
        return Path(self.models.folder) if self.models.folder is not None else Path(self.store.path).parent / "models"


_ENVIRONMENT: Final = re.compile(r"^EQNEG_(?P<section>[A-Z]+)_(?P<key>[A-Z_]+)$")


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the file (defaults when None), then the overrides, then the credential `mqtt_password`.

    Raises:
        SettingsError: unreadable file, bad TOML, unknown key (with the nearest known one) or a value of the wrong type or range.
    """
    document = _read(path) if path is not None else {}
    _reject_unknown(document, str(path))
    for name, value in sorted(environment.items()):
        _override(document, name, value)
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    if credentials:
        secret = Path(credentials) / "mqtt_password"
        if secret.exists():
            document.setdefault("mqtt", {})["password"] = secret.read_text(encoding="utf-8").strip()
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path or 'environment'}: {_key_of(error)}{error}") from error
    if settings.web.enabled:
        raise SettingsError("web.enabled = true: this version has no web terminal; set it to false and connect terminals over MQTT")
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; name a TOML file with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error


def _reject_unknown(document: Mapping[str, Any], where: str) -> None:
    sections = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for section, table in document.items():
        if section not in sections:
            raise SettingsError(f"{where}: unknown section [{section}]{_nearest(section, sections, '[{}]')}")
        if not isinstance(table, Mapping):
            raise SettingsError(f"{where}: {section} = {table!r}: a table [{section}] is expected")
        keys = {field.name: field.type for field in msgspec.structs.fields(sections[section])}
        for key in table:
            if key not in keys:
                raise SettingsError(f"{where}: unknown key {key} in [{section}]{_nearest(key, keys, '{}')}")


def _override(document: dict[str, Any], name: str, value: str) -> None:
    match = _ENVIRONMENT.match(name)
    if match is None:
        return
    section, key = match["section"].lower(), match["key"].lower()
    sections = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    if section not in sections:
        raise SettingsError(f"{name}: unknown section {section}{_nearest(section, sections, '{}')}")
    fields = {field.name: field for field in msgspec.structs.fields(sections[section])}
    if key not in fields:
        raise SettingsError(f"{name}: unknown key {key} in [{section}]{_nearest(key, fields, '{}')}")
    try:
        document.setdefault(section, {})[key] = msgspec.convert(value, fields[key].type, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{name} = {value!r}: {error}") from error


def _nearest(word: str, known: Mapping[str, Any], style: str) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f"; did you mean {style.format(close[0])}?" if close else f"; known: {', '.join(known)}"


def _key_of(error: msgspec.ValidationError) -> str:
    match = re.search(r"`\$\.([^`]+)`", str(error))
    return f"{match[1]}: " if match else ""
