"""What is shipped for systemd: the unit's exposure, the sample settings, the installer in a staged root."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import stat
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from eqnegotiator.edge.settings import Settings, load_settings

_TOP = Path(__file__).parents[2]
_SYSTEMD = _TOP / "systemd"
_SAMPLE = _SYSTEMD / "eqneg.toml"
_UNIT = "usr/local/lib/systemd/system/eqneg.service"
_INSTALLED = {
    _UNIT: 0o644,
    "usr/local/lib/sysusers.d/eqneg.conf": 0o644,
    "usr/local/lib/tmpfiles.d/eqneg.conf": 0o644,
    "etc/eqneg": 0o750,
    "etc/eqneg/eqneg.toml": 0o640,
}
_SECTION = re.compile(r"^\[(?P<section>\w+)\]$")
_KEY = re.compile(r"^(?P<off>#?)(?P<key>[a-z_]+) = ")


def _needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DESTDIR"} | {"LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def _install(*options: str | Path) -> subprocess.CompletedProcess[str]:
    _needs("systemctl")
    return _run("sh", _SYSTEMD / "install.sh", *options)


def _staged(root: Path) -> Path:
    done = _install("--root", root, "--no-venv")
    assert done.returncode == 0, done.stderr
    return root


def _tree(root: Path) -> dict[str, tuple[str, bytes | str]]:
    """Path -> (mode, content or link target)."""
    return {
        str(path.relative_to(root)): (
            stat.filemode(path.lstat().st_mode),
            str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else "",
        )
        for path in sorted(root.rglob("*"))
    }


# --- the unit


def test_the_unit_is_hardened() -> None:
    done = _run(
        _needs("systemd-analyze"), "security", "--no-pager", "--offline=true", "--threshold=20", _SYSTEMD / "eqneg.service"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level for eqneg.service" in done.stdout


def test_systemd_finds_nothing_wrong_but_the_missing_program(tmp_path: Path) -> None:
    analyze = _needs("systemd-analyze")
    root = _staged(tmp_path)
    system_units = next(folder for folder in (Path("/usr/lib/systemd/system"), Path("/lib/systemd/system")) if folder.is_dir())
    shutil.copytree(system_units, root / "usr/lib/systemd/system", symlinks=True)
    done = _run(analyze, "verify", "--man=no", f"--root={root}", "eqneg.service")
    complaints = [line for line in done.stderr.splitlines() if "eqneg" in line]
    assert complaints == [
        "eqneg.service: Command /opt/eqneg/venv/bin/eqneg is not executable: No such file or directory"
    ], done.stderr


def test_user_and_folders_are_what_systemd_makes_of_them(tmp_path: Path) -> None:
    sysusers, tmpfiles = _needs("systemd-sysusers"), _needs("systemd-tmpfiles")
    if os.geteuid() != 0:
        pytest.skip("only root may give folders to another user")
    root = _staged(tmp_path)
    for command in ((sysusers, f"--root={root}"), (tmpfiles, "--create", "--prefix=/etc/eqneg", "--prefix=/var", f"--root={root}")):
        done = _run(*command, "eqneg.conf")
        assert done.returncode == 0, done.stderr
    name, _, uid, gid, _, home, shell = (root / "etc/passwd").read_text().splitlines()[-1].split(":")
    assert (name, home, Path(shell).name) == ("eqneg", "/var/lib/eqneg", "nologin")
    owners = {}
    for path in ("etc/eqneg", "etc/eqneg/eqneg.toml", "var/lib/eqneg", "var/cache/eqneg/numba"):
        status = (root / path).stat()
        owners[path] = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    assert owners == {
        "etc/eqneg": (0o750, 0, int(gid)),
        "etc/eqneg/eqneg.toml": (0o640, 0, int(gid)),
        "var/lib/eqneg": (0o700, int(uid), int(gid)),
        "var/cache/eqneg/numba": (0o750, int(uid), int(gid)),
    }


# --- the sample settings


def _defaults() -> dict[str, dict[str, Any]]:
    document: dict[str, dict[str, Any]] = msgspec.to_builtins(Settings())
    return document


def _sample_keys() -> list[tuple[str, str, bool]]:
    """(section, key, is commented out), in the order of the file."""
    keys, section = [], ""
    for line in _SAMPLE.read_text().splitlines():
        if match := _SECTION.match(line):
            section = match["section"]
        elif match := _KEY.match(line):
            keys.append((section, match["key"], bool(match["off"])))
    return keys


def test_the_sample_loads_and_changes_nothing_but_the_database_path() -> None:
    settings = load_settings(_SAMPLE, {})
    assert settings.store.path == "/var/lib/eqneg/eqneg.db"
    assert msgspec.structs.replace(settings, store=Settings().store) == Settings()


def test_the_sample_names_every_key_once() -> None:
    known = [(section, key) for section, table in _defaults().items() for key in table]
    assert sorted((section, key) for section, key, _ in _sample_keys()) == sorted(known)


def test_the_sample_shows_the_defaults() -> None:
    shown = tomllib.loads("\n".join(re.sub(_KEY, r"\g<key> = ", line) for line in _SAMPLE.read_text().splitlines()))
    set_already = {(section, key) for section, key, off in _sample_keys() if not off}
    assert set_already == {("store", "path")}
    for section, table in _defaults().items():
        for key, default in table.items():
            if default is not None and (section, key) not in set_already:
                assert (section, key, shown[section][key]) == (section, key, default)


def test_the_sample_explains_every_key() -> None:
    text = _SAMPLE.read_text()
    assert [key for _, key, _ in _sample_keys() if f"\n# {key}: " not in text] == []


# --- the installer


def test_a_staged_root_has_every_file_with_its_mode(tmp_path: Path) -> None:
    root = _staged(tmp_path)
    assert {path: stat.S_IMODE((root / path).stat().st_mode) for path in _INSTALLED} == _INSTALLED
    assert (root / _UNIT).read_bytes() == (_SYSTEMD / "eqneg.service").read_bytes()
    assert (root / "usr/local/bin/eqneg").readlink() == Path("/opt/eqneg/venv/bin/eqneg")
    assert (root / "etc/systemd/system/multi-user.target.wants/eqneg.service").is_symlink()


def test_installing_twice_is_installing_once(tmp_path: Path) -> None:
    first = _tree(_staged(tmp_path))
    assert _tree(_staged(tmp_path)) == first


def test_an_update_keeps_what_the_administrator_has_set(tmp_path: Path) -> None:
    root = _staged(tmp_path)
    (root / "etc/eqneg/eqneg.toml").write_text('[node]\nsite = "leeds"\n')
    (root / "etc/systemd/system/multi-user.target.wants/eqneg.service").unlink()
    (root / _UNIT).write_text("[Unit]\nDescription=the version before\n")
    _staged(root)
    assert (root / "etc/eqneg/eqneg.toml").read_text() == '[node]\nsite = "leeds"\n'
    assert not (root / "etc/systemd/system/multi-user.target.wants/eqneg.service").is_symlink()
    assert (root / _UNIT).read_bytes() == (_SYSTEMD / "eqneg.service").read_bytes()


def _with_data(root: Path) -> Path:
    for path in ("var/lib/eqneg/eqneg.db", "var/cache/eqneg/numba/kernel.nbc", "etc/credstore/eqneg.mqtt_password",
                 "etc/systemd/system/eqneg.service.d/override.conf"):  # fmt: skip
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text("x")
    return _staged(root)


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_symlink() or path.is_file()}


def test_uninstalling_keeps_settings_and_data(tmp_path: Path) -> None:
    root = _with_data(tmp_path)
    assert _install("--root", root, "--uninstall").returncode == 0
    assert _files(root) == {
        "etc/eqneg/eqneg.toml",
        "etc/credstore/eqneg.mqtt_password",
        "etc/systemd/system/eqneg.service.d/override.conf",
        "var/lib/eqneg/eqneg.db",
    }


def test_purging_leaves_nothing(tmp_path: Path) -> None:
    root = _with_data(tmp_path)
    assert _install("--root", root, "--uninstall", "--purge").returncode == 0
    assert _files(root) == set()
    assert _install("--root", root, "--uninstall", "--purge").returncode == 0


@pytest.mark.parametrize("options", [["--purge"], ["--root"], ["--root", ""], ["--root", "/tmp/x", "--now"], ["--nwo"]])
def test_a_wrong_command_line_does_nothing(options: list[str]) -> None:
    done = _install(*options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("install.sh: ")


def test_the_installer_is_clean_shell() -> None:
    assert _run("sh", "-n", _SYSTEMD / "install.sh").returncode == 0
    done = _run(_needs("shellcheck"), _SYSTEMD / "install.sh")
    assert done.returncode == 0, done.stdout


# --- the package


def _setup_list(section: Mapping[str, str], key: str) -> list[str]:
    return [item.strip() for item in section.get(key, "").replace(",", "\n").splitlines() if item.strip()]


def test_setup_cfg_names_every_package_and_data_file() -> None:
    setup = configparser.ConfigParser()
    setup.read(_TOP / "setup.cfg")
    modules, data = set(), set()
    for package in _setup_list(setup["options"], "packages"):
        folder = _TOP.joinpath(*package.split(".")[1:])
        modules |= set(folder.glob("*.py"))
        for pattern in _setup_list(setup["options.package_data"], package):
            data |= set(folder.glob(pattern))
    there = {
        path
        for top in ("edge", "kernels", "models", "bench")
        for path in (_TOP / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and (top != "bench" or path.suffix == ".py")
    }
    assert {path for path in there - modules - data if path.suffix != ".md"} == set()
