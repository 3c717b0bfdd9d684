"""`eqneg model ...` as a user runs it: exit codes, the table, the JSON document, and an export from the root of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from eqnegotiator.edge.__main__ import main
from eqnegotiator.edge.appliance import check_bundles
from eqnegotiator.edge.errors import ModelError
from eqnegotiator.edge.settings import load_settings
from eqnegotiator.models.bundle import MANIFEST_NAME, bundled, load_bundle

ROOT = Path(__file__).resolve().parents[2]
MODELS_TESTS = ROOT / "tests" / "models"


def add(folder: Path, name: str) -> Path:
    """The bundled language model under another name."""
    shutil.copytree(bundled("slm"), folder / name)
    manifest = folder / name / MANIFEST_NAME
    manifest.write_bytes(msgspec.json.encode(msgspec.json.decode(manifest.read_bytes()) | {"name": name}))
    return folder / name


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings with a models folder that holds one bundle."""
    (tmp_path / "models").mkdir()
    add(tmp_path / "models", "mine")
    path = tmp_path / "eqneg.toml"
    path.write_text(f"[store]\npath = '{tmp_path / 'eqneg.db'}'\n[models]\nslm = 'selected'\n", encoding="utf-8")
    return path


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The last line of standard output."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return found


def test_use_changes_what_the_appliance_loads_and_rollback_undoes_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings(config, {})
    assert settings.models_folder == config.parent / "models"
    assert check_bundles(settings)["slm"].name == "eqneg-slm-plan"
    assert main(["model", "use", "mine", "--config", str(config), "--json"]) == 0
    assert document(capsys) == {"selected": "mine", "previous": "bundled", "folder": str(config.parent / "models")}
    assert check_bundles(settings)["slm"].name == "mine"
    assert main(["model", "use", "--rollback", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "bundled is selected (before: mine)\n"
    assert check_bundles(settings)["slm"].name == "eqneg-slm-plan"


def test_a_selected_model_that_is_gone_is_an_error_and_not_the_bundled_one(config: Path) -> None:
    assert main(["model", "use", "mine", "--config", str(config)]) == 0
    shutil.rmtree(config.parent / "models" / "mine")
    with pytest.raises(ModelError, match=r"no manifest\.json in .*mine"):
        check_bundles(load_settings(config, {}))


def test_the_models_folder_is_a_setting(tmp_path: Path) -> None:
    assert load_settings(None, {"EQNEG_MODELS_FOLDER": str(tmp_path)}).models_folder == tmp_path
    assert load_settings(None, {}).models_folder == Path("models")


def test_use_says_when_the_settings_do_not_follow_it(tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace("'selected'", "'bundled'"))
    assert main(["model", "use", "mine", "--config", str(config)]) == 0
    assert '[models] slm = "selected"' in capsys.readouterr().err


def test_use_of_a_folder_copies_it_in(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stick = add(tmp_path / "stick", "theirs")
    assert main(["model", "use", str(stick), "--config", str(config), "--json"]) == 0
    assert document(capsys)["selected"] == "theirs"
    assert load_bundle(tmp_path / "models" / "theirs").manifest.name == "theirs"


def test_a_damaged_bundle_is_exit_1_and_the_selection_stays(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (config.parent / "models" / "mine" / "model.onnx").open("r+b") as file:
        file.seek(100_000)
        file.write(b"damage")
    assert main(["model", "use", "mine", "--config", str(config)]) == 1
    assert "model.onnx: expected sha256" in capsys.readouterr().err
    assert main(["model", "list", "--config", str(config), "--json"]) == 0
    assert document(capsys)["selected"] == "bundled"


def test_the_table_and_the_document_list_the_same(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "models" / "broken").mkdir()
    assert main(["model", "list", "--config", str(config)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["name", "version", "licence", "size", "bits", "context", "quality", "state"]
    assert main(["model", "list", "--config", str(config), "--json"]) == 0
    found = document(capsys)
    assert (
        [row.split()[0] for row in table[1:]] == [entry["name"] for entry in found["bundles"]] == ["encoder", "bundled", "broken", "mine"]
    )
    by_name = {entry["name"]: entry for entry in found["bundles"]}
    assert by_name["bundled"]["state"] == "selected"
    assert by_name["mine"]["licence"] == "CC-BY-SA-4.0"
    assert (by_name["mine"]["bits"], by_name["mine"]["context"]) == (8, 256)
    assert by_name["mine"]["quality"].startswith("same first token 98.")
    assert "no bundle" in by_name["broken"]["problem"]
    assert "unusable" in next(row for row in table if row.startswith("broken"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["export", "SRC"],
        ["export", "SRC", "--bits", "5"],
        ["export", "SRC", "--bits", "4", "--block", "24"],
        ["export", "SRC", "--bits", "4", "--name", "selected"],
        ["export", "SRC", "--bits", "4", "--name", "a/b"],
        ["export", "SRC", "--bits", "4", "--context", "0"],
        ["use"],
        ["use", "mine", "--rollback"],
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["model", *arguments])
    assert stopped.value.code == 2
    assert "usage: eqneg model" in capsys.readouterr().err


def test_quantise_needs_the_checkpoint(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "quantise", "mine", "--bits", "4", "--config", str(config)]) == 1
    assert "name it by --source" in capsys.readouterr().err


def eqneg(*arguments: object, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The command from the root of the repository, where a bare `kernels` lies in wait of `import transformers` (ADR 0001)."""
    command = [sys.executable, "-m", "eqnegotiator.edge", "model", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
def test_export_verify_and_quantise_from_the_root_of_the_repository(tmp_path: Path) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("EQNEG_")} | {"HF_HUB_OFFLINE": "1"}
    source = tmp_path / "My Llama"
    write = "from pathlib import Path; import tiny_checkpoints as t; "
    write += f"t.write_checkpoint(Path({str(source)!r}), 'llama', initializer_range=0.05)"
    subprocess.run([sys.executable, "-P", "-c", write], env=clean | {"PYTHONPATH": str(MODELS_TESTS)}, check=True)
    # A kernels folder that must not be run, in a place that -P alone does not cover.
    trap = tmp_path / "trap"
    (trap / "kernels").mkdir(parents=True)
    (trap / "kernels" / "__init__.py").write_text("raise RuntimeError('a foreign kernels was imported')\n")
    environment = clean | {"EQNEG_MODELS_FOLDER": str(tmp_path / "models"), "PYTHONPATH": f"{trap}{os.pathsep}{MODELS_TESTS}"}

    done = eqneg("export", source, "--bits", 8, "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    exported = json.loads(done.stdout)
    assert exported["folder"] == str(tmp_path / "models" / "my-llama-int8")
    assert exported["manifest"]["quality"]["structure_error_float32_vs_torch"] < 1e-5
    assert "comparing the unquantised graph with PyTorch" in done.stderr

    done = eqneg("verify", source, "my-llama-int8", environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("my-llama-int8: same first token ")

    done = eqneg("quantise", "my-llama-int8", "--bits", 4, "--block", 16, "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    manifest = load_bundle(tmp_path / "models" / "my-llama-int4", "slm").manifest
    assert (manifest.architecture["bits"], manifest.architecture["block"], manifest.licence) == (4, 16, "Apache-2.0")

    done = eqneg("export", tmp_path / "nothing", "--bits", 4, environment=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("eqneg: ")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["my-llama-int4", "my-llama-int8"]
