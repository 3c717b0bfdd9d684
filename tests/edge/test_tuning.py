"""`eqneg bench --tune`: what it measures, what it chooses, and that a settings file keeps all but the two keys."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest
from eqnegotiator.edge.errors import SettingsError
from eqnegotiator.edge.settings import load_settings
from eqnegotiator.edge.settings_file import with_keys, write_keys
from eqnegotiator.edge.tuning import Candidate, Measured, candidates, fastest, measure
from eqnegotiator.models.bundle import bundled, load_bundle
from hypothesis import given
from hypothesis import strategies as st
from processes import eqneg

VALUES = {"threads": 3, "spin": True}
COMMENTED = """# the branch in the high street
[node]
site = "high-street"

[models]  # what speaks
encoder = "bundled"
threads = 1   # of four
# spin = true would warm the case

# terminals
[mqtt]
port = 1884  # not the default
"""


def test_comments_and_everything_else_stay(tmp_path: Path) -> None:
    path = tmp_path / "eqneg.toml"
    path.write_text(COMMENTED)
    write_keys(path, "models", VALUES)
    assert path.read_text() == COMMENTED.replace("threads = 1   # of four", "threads = 3   # of four\nspin = true")
    settings = load_settings(path, {})
    assert (settings.models.threads, settings.models.spin, settings.mqtt.port, settings.node.site) == (3, True, 1884, "high-street")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[models]\nthreads = 3\nspin = true\n"),
        ("[mqtt]\nport = 1", "[mqtt]\nport = 1\n\n[models]\nthreads = 3\nspin = true\n"),
        ("[models]", "[models]\nthreads = 3\nspin = true\n"),
        ("[models]\nslots = 2", "[models]\nslots = 2\nthreads = 3\nspin = true\n"),
        ("[ models ]\n'spin'=false#x\n", "[ models ]\n'spin'=true#x\nthreads = 3\n"),
        ("[models]\r\nthreads = 1\r\nspin = false\r\n", "[models]\r\nthreads = 3\r\nspin = true\r\n"),
        ("[models]\n# empty\n\n[web]\nport = 1\n", "[models]\nthreads = 3\nspin = true\n# empty\n\n[web]\nport = 1\n"),
        ("[session]\nthreads = 7\n[models]\nspin = true\nthreads = 3\n", "[session]\nthreads = 7\n[models]\nspin = true\nthreads = 3\n"),
    ],
)
def test_keys_are_changed_or_added(before: str, after: str) -> None:
    assert with_keys(before, "models", VALUES, "eqneg.toml") == after


@pytest.mark.parametrize(
    "text",
    [
        "models = { threads = 1 }\n",
        "models.threads = 1\n",
        '[node]\nsite = """\n[models]\nthreads = 1\n"""\n',
        '[models]\nslm = """\nthreads = 1\n"""\n',
    ],
)
def test_what_only_a_person_should_edit_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "eqneg.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"set threads = 3, spin = true in \[models\] by hand"):
        write_keys(path, "models", VALUES)
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


KEYS = st.sampled_from(["threads", "spin", "slots", "threads_more", "slm"])
LINES = st.one_of(
    st.sampled_from(["", "# threads = 9", "   # [models]"]),
    st.tuples(KEYS, st.integers(0, 99), st.sampled_from(["", " # note", "# [x]"])).map(lambda drawn: f"{drawn[0]} = {drawn[1]}{drawn[2]}"),
)


@given(
    st.lists(st.tuples(st.sampled_from(["node", "models", "web"]), st.lists(LINES, max_size=5)), max_size=3, unique_by=lambda part: part[0])
)
def test_nothing_but_the_keys_changes(parts: list[tuple[str, list[str]]]) -> None:
    seen: list[str] = []
    for section, lines in parts:
        names = [line.partition(" = ")[0] for line in lines]
        seen += [
            f"[{section}]",
            *(line for number, line in enumerate(lines) if not line[:1].isalpha() or names.index(names[number]) == number),
        ]
    text = "".join(f"{line}\n" for line in seen)
    before, new = tomllib.loads(text), with_keys(text, "models", VALUES, "eqneg.toml")
    assert tomllib.loads(new) == before | {"models": before.get("models", {}) | VALUES}
    assert [line for line in seen if line.lstrip().startswith("#")] == [line for line in new.splitlines() if line.lstrip().startswith("#")]


def test_mode_and_link_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "eqneg.toml"
    real.write_text("[models]\nthreads = 1\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_keys(link, "models", VALUES)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert load_settings(link, {}).models.threads == 3


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be written: No such file or directory; set threads = 3"):
        write_keys(tmp_path / "none.toml", "models", VALUES)
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"# \xff\n")
    with pytest.raises(SettingsError, match="not UTF-8"):
        write_keys(bad, "models", VALUES)
    with pytest.raises(SettingsError, match="not valid TOML"):
        with_keys("[models\n", "models", VALUES, "eqneg.toml")


def test_candidates_are_every_number_of_threads_with_and_without_spinning() -> None:
    assert candidates(1) == [Candidate(1, False)]
    assert candidates(3) == [Candidate(1, False), Candidate(2, False), Candidate(2, True), Candidate(3, False), Candidate(3, True)]
    assert [one.threads for one in candidates(40) if not one.spin] == [*range(1, 9), 16, 32, 40]
    assert max(one.threads for one in candidates(200)) == 64


def measured(threads: int, spin: bool, seconds: float) -> Measured:
    return Measured(Candidate(threads, spin), 1.0, seconds)


def test_the_fastest_is_chosen_and_of_equals_the_cheapest() -> None:
    slow, fast = measured(1, False, 2.0), measured(4, True, 1.0)
    assert fastest([slow, fast]) is fast
    assert fastest([fast, measured(3, True, 1.02), slow]).candidate == Candidate(3, True)
    assert fastest([fast, measured(4, False, 1.02), slow]).candidate == Candidate(4, False)
    assert fastest([fast, measured(4, False, 1.04), slow]) is fast


def test_a_candidate_is_measured_on_the_real_model() -> None:
    found = measure(load_bundle(bundled("slm"), "slm"), Candidate(1, False), context=128, provider="cpu", seconds=0.0)
    assert found.candidate == Candidate(1, False)
    assert found.decode_tokens_per_second > 0
    assert found.reply_seconds > 24 / found.decode_tokens_per_second * 0.5


def test_the_command_measures_and_writes(tmp_path: Path) -> None:
    path = tmp_path / "eqneg.toml"
    path.write_text(COMMENTED)
    done = eqneg(tmp_path, "bench", "--tune", "--config", str(path), "--json")
    assert done.returncode == 0, done
    document = json.loads(done.stdout)
    chosen = load_settings(path, {}).models
    assert (document["threads"], document["spin"], document["written"]) == (chosen.threads, chosen.spin, True)
    assert {"threads": chosen.threads, "spin": chosen.spin}.items() <= {
        key: value
        for row in document["measured"]
        for key, value in row.items()
        if (row["threads"], row["spin"]) == (chosen.threads, chosen.spin)
    }.items()
    assert [line for line in path.read_text().splitlines() if "#" in line][-1] == "port = 1884  # not the default"


def test_without_a_file_it_only_prints(tmp_path: Path) -> None:
    done = eqneg(tmp_path, "bench", "--tune")
    assert done.returncode == 0, done
    assert b"nothing was written" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["--tune", "slm"], ["nothing"], ["--json", "slm"], ["slm", "--sessions", "none"]])
def test_usage_errors(tmp_path: Path, arguments: list[str]) -> None:
    done = eqneg(tmp_path, "bench", *arguments)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
