"""Settings: defaults, overrides, credentials, and errors that name the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from eqnegotiator.edge.errors import SettingsError
from eqnegotiator.edge.settings import Settings, load_settings


def load(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "eqneg.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environment or {})


def test_defaults_are_those_of_the_contract() -> None:
    settings = load_settings(None, {})
    assert (settings.node.site, settings.node.name) == ("branch-1", "edge-1")
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.topic_root) == ("127.0.0.1", 1883, "eqneg/v1")
    assert (settings.models.encoder, settings.models.slm, settings.store.path) == ("bundled", "bundled", "eqneg.db")
    assert (settings.policy.tone, settings.policy.offer, settings.policy.profile, settings.policy.seed) == ("eq", "eq", "us", 0)
    assert (settings.web.enabled, settings.web.port) == (False, 8800)


def test_file_then_environment_then_credential(tmp_path: Path) -> None:
    (tmp_path / "mqtt_password").write_text("secret\n", encoding="utf-8")
    environment = {"EQNEG_MQTT_PORT": "2883", "EQNEG_POLICY_PROFILE": "uk", "CREDENTIALS_DIRECTORY": str(tmp_path), "EQNEGX": "1"}
    settings = load(tmp_path, "[mqtt]\nport = 1999\nhost = 'broker'\n", environment)
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.password, settings.policy.profile) == ("broker", 2883, "secret", "uk")


@pytest.mark.parametrize(
    ("text", "environment", "message"),
    [
        ("[mqtt]\nprt = 1\n", {}, r"unknown key prt in \[mqtt\]; did you mean port\?"),
        ("[mqqt]\nport = 1\n", {}, r"unknown section \[mqqt\]; did you mean \[mqtt\]\?"),
        ("mqtt = 1\n", {}, r"a table \[mqtt\] is expected"),
        ("[mqtt]\nport = '1883'\n", {}, r"mqtt.port: Expected `int`, got `str`"),
        ("[mqtt]\nport = 70000\n", {}, r"mqtt.port"),
        ("[node]\nsite = 'a/b'\n", {}, r"node.site"),
        ("[policy]\nprofile = 'fr'\n", {}, r"policy.profile"),
        ("[mqtt\n", {}, r"not valid TOML"),
        ("", {"EQNEG_MQTT_PRT": "1"}, r"EQNEG_MQTT_PRT: unknown key prt in \[mqtt\]; did you mean port\?"),
        ("", {"EQNEG_MQTT_PORT": "many"}, r"EQNEG_MQTT_PORT = 'many'"),
        ("", {"EQNEG_NOPE_PORT": "1"}, r"EQNEG_NOPE_PORT: unknown section nope"),
        ("[web]\nenabled = true\n", {}, r"no web terminal"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load(tmp_path, text, environment)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.toml", {})
