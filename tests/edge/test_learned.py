"""What dialogues teach: the estimate, its bounds, its document, the store, the appliance and `eqneg policy`."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from eqnegotiator.edge import learned
from eqnegotiator.edge.__main__ import main
from eqnegotiator.edge.accounts import encode_account, sample_accounts
from eqnegotiator.edge.appliance import Appliance, load_encoder
from eqnegotiator.edge.learned import UNTAUGHT, Learned, LearnedError, allowed_distance, decode_learned, lesson, teaches
from eqnegotiator.edge.messages import End, Start, Turn, encode
from eqnegotiator.edge.moves import Limits
from eqnegotiator.edge.records import JournalLine, LearnedRow, Outcome, SessionRow
from eqnegotiator.edge.session import decode_session
from eqnegotiator.edge.settings import PolicySettings, Settings, StoreSettings
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.strategy import ToneState, choose, observe
from eqnegotiator.edge.tone_tables import PUBLISHED, FloatArray, ToneTables
from eqnegotiator.edge.tones import mixture
from eqnegotiator.edge.turn import Stages
from eqnegotiator.kernels import tables
from eqnegotiator.kernels.hmm_learning import expected_counts
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from eqnegotiator.models.encoder import Encoder
from eqnegotiator.models.generate import DeadlineError
from eqnegotiator.models.prompt import PlanPrompt

NEUTRAL = tables.EMOTIONS.index("neutral")
DAY = 86_400.0


def dialogue(truth: ToneTables, generator: np.random.Generator, *, utterances: int = 10, policy: str = "random") -> ToneState:
    """A customer who behaves as `truth` says, heard with some doubt and answered under `policy`."""
    state, seed = ToneState.initial(), int(generator.integers(2**31))
    disposition = generator.choice(4, p=tables.INITIAL_BELIEF)
    for _ in range(utterances):
        disposition = generator.choice(4, p=truth.transition[disposition])
        shown = state.agent_emotions[-1] if state.agent_emotions else NEUTRAL
        emotion = generator.choice(7, p=truth.emission[disposition, shown])
        evidence = np.full(7, 0.1 / 6)
        evidence[emotion] = 0.9
        state = observe(state, evidence.tolist())
        state, _ = choose(policy, state, distressed=False, vulnerable=False, seed=seed)
    return state


def other_truth(seed: int) -> ToneTables:
    """Tables well away from the published ones."""
    generator = np.random.default_rng(seed)
    emission = 0.5 * PUBLISHED.emission + 0.5 * generator.dirichlet(np.ones(7), (4, 7))
    transition = 0.5 * PUBLISHED.transition + 0.5 * generator.dirichlet(np.ones(4), 4)
    return ToneTables("", transition, emission, {})


def taught(count: int, seed: int = 3, policy: str = "random", utterances: int = 6) -> Learned:
    generator, truth, state = np.random.default_rng(seed), other_truth(seed), UNTAUGHT
    for _ in range(count):
        state = state.after(dialogue(truth, generator, policy=policy, utterances=utterances))
    return state


@pytest.fixture(scope="module")
def some() -> Learned:
    return taught(4, policy="mixture")


def distance(first: FloatArray, second: FloatArray) -> FloatArray:
    result: FloatArray = 0.5 * np.abs(first - second).sum(axis=-1)
    return result


def predictive(under: ToneTables, talks: Sequence[ToneState]) -> float:
    """Log-likelihood of what was heard."""
    model = HiddenMarkovModel(tables.INITIAL_BELIEF @ under.transition, under.transition, under.emission)
    return sum(model.log_likelihood(talk.heard, inputs=talk.shown) for talk in talks)


# --- the estimate


def test_nothing_learnt_is_exactly_the_published_tables() -> None:
    assert UNTAUGHT.tables() is PUBLISHED
    assert (UNTAUGHT.version, UNTAUGHT.row().version) == ("", "")


@pytest.mark.parametrize("seed", [1, 2])
def test_learning_moves_towards_the_tables_that_generated_the_dialogues(seed: int) -> None:
    truth, generator = other_truth(seed), np.random.default_rng(seed)
    state = UNTAUGHT
    for _ in range(150):
        state = state.after(dialogue(truth, generator))
    learnt, unseen = state.tables(), [dialogue(truth, generator) for _ in range(60)]
    seen = [emotion for emotion in range(7) if emotion != tables.EMOTIONS.index("disgust")]
    before, after = (distance(under.emission, truth.emission)[:, seen].mean() for under in (PUBLISHED, learnt))
    assert after < 0.95 * before
    gained = predictive(learnt, unseen) - predictive(PUBLISHED, unseen)
    possible = predictive(truth, unseen) - predictive(PUBLISHED, unseen)
    assert gained > 0.5 * possible > 0.0


def test_what_was_never_shown_is_not_learnt(some: Learned) -> None:
    disgust = tables.EMOTIONS.index("disgust")
    np.testing.assert_allclose(some.tables().emission[:, disgust], PUBLISHED.emission[:, disgust], rtol=1e-12)


def test_one_dialogue_counts_what_the_smoother_expects() -> None:
    talk = dialogue(PUBLISHED, np.random.default_rng(4))
    first = HiddenMarkovModel(tables.INITIAL_BELIEF @ PUBLISHED.transition, PUBLISHED.transition, PUBLISHED.emission)
    batch = expected_counts(first, talk.heard, inputs=talk.shown)
    online = UNTAUGHT.after(talk).counts
    # All but a half per cent: what is old fades from utterance to utterance.
    np.testing.assert_allclose(online.emission.sum(), batch.emission.sum(), rtol=5e-3)
    np.testing.assert_allclose(online.emission, batch.emission, atol=6e-3)
    np.testing.assert_allclose(online.transition, batch.transition, atol=6e-3)


def test_each_utterance_counts_once_and_what_is_old_fades(some: Learned) -> None:
    assert some.counts.emission.sum() == pytest.approx(sum(0.9995**age for age in range(some.utterances)))
    assert some.counts.emission.sum() < some.utterances == 24


@pytest.mark.parametrize(("dialogues", "limit"), [(0, 0.1), (1, 0.1), (50, 0.1), (100, 0.2), (250, 0.5), (500, 1.0), (9000, 1.0)])
def test_the_bound_holds_until_fifty_dialogues_and_then_grows(dialogues: int, limit: float) -> None:
    assert allowed_distance(dialogues) == pytest.approx(limit)


@pytest.mark.parametrize("dialogues", [1, 49, 50, 75])
def test_no_distribution_is_further_from_the_published_one_than_allowed(dialogues: int) -> None:
    generator = np.random.default_rng(dialogues)
    heavy = UNTAUGHT.counts._replace(
        transition=1e4 * generator.dirichlet(np.full(4, 0.2), 4), emission=1e4 * generator.dirichlet(np.full(7, 0.2), (4, 7))
    )
    found = Learned(dialogues, 100, heavy, {"eq": 200.0}).tables()
    moved = [distance(found.emission, PUBLISHED.emission), distance(found.transition, PUBLISHED.transition)]
    even = np.full(len(mixture.EXPERTS), 1 / len(mixture.EXPERTS))
    moved.append(distance(np.array(list(found.reliability.values())), even))
    for far in moved:
        assert far.max() == pytest.approx(allowed_distance(dialogues), abs=1e-9)
    for rows in (found.emission, found.transition):
        np.testing.assert_allclose(rows.sum(axis=-1), 1.0, rtol=1e-12)
        assert rows.min() > 0.0


def test_the_mixture_learns_across_dialogues(some: Learned) -> None:
    assert set(some.scores) == set(mixture.EXPERTS)
    assert list(some.tables().reliability) == list(mixture.EXPERTS)
    assert sum(some.tables().reliability.values()) == pytest.approx(1.0)
    ranked = sorted(some.scores, key=lambda name: some.scores[name])
    assert some.tables().reliability[ranked[-1]] > some.tables().reliability[ranked[0]]
    assert taught(1).scores == {}


def test_a_dialogue_of_one_utterance_teaches_nothing() -> None:
    generator = np.random.default_rng(0)
    assert not teaches(ToneState.initial())
    assert not teaches(dialogue(PUBLISHED, generator, utterances=1))
    assert teaches(dialogue(PUBLISHED, generator, utterances=2))


def test_a_long_dialogue_teaches_by_its_beginning() -> None:
    state = ToneState.initial()
    for _ in range(70):
        state = observe(state, (1 / 7,) * 7)
    assert (len(state.heard), len(state.shown), state.turn) == (64, 64, 70)


# --- the document


def test_export_and_import_are_exact(some: Learned) -> None:
    again = decode_learned(some.encode(), "x")
    assert (again.encode(), again.version) == (some.encode(), some.version)
    np.testing.assert_array_equal(again.tables().emission, some.tables().emission)
    assert again.tables().reliability == some.tables().reliability
    assert len(some.version) == 64
    assert taught(5, policy="mixture").version != some.version


def changed(data: bytes, **changes: Any) -> bytes:
    """The document with other content and a hash that fits."""
    document = msgspec.json.decode(data, type=learned._Document)
    document = msgspec.structs.replace(document, **changes)
    return msgspec.json.encode(msgspec.structs.replace(document, sha256=learned._hash(msgspec.structs.replace(document, sha256=""))))


def counts_with(some: Learned, **changes: object) -> dict[str, object]:
    return {"counts": {**some.counts.to_dict(), **changes}}


def test_a_document_that_cannot_be_trusted_is_refused_with_the_reason(some: Learned) -> None:
    data = some.encode()
    for damaged, message in (
        (b"", "file.json: .*truncated"),
        (b"{}", "file.json: .*missing required field"),
        (data.replace(b'"dialogues":4', b'"dialogues":5'), "it was changed"),
        (changed(data, format=2), "format 2, this release reads 1"),
        (changed(data, published="other"), "learnt on other published tables"),
        (changed(data, dialogues=-1), "dialogues -1"),
        (changed(data, scores={"eq": 201.0}), "scores.eq = 201"),
        (changed(data, scores={"magic": 1.0}), "scores.magic"),
        (changed(data, **counts_with(some, initial=[-1, 0, 0, 0])), "counts.initial"),
        (changed(data, **counts_with(some, emission=np.ones((4, 6, 7)).tolist())), r"counts.emission has shape \(4, 6, 7\)"),
    ):
        with pytest.raises(LearnedError, match=message) as caught:
            decode_learned(damaged, "file.json")
        assert "eqneg policy reset" in str(caught.value)


# --- the store


def test_the_newest_row_is_in_force_and_the_others_can_be_asked_for(store: Store) -> None:
    assert store.learned() is None
    for version in ("a", "b"):
        store.put_learned(LearnedRow(version, version.encode()), 1.0)
    assert store.learned() == LearnedRow("b", b"b")
    assert store.learned("a") == LearnedRow("a", b"a")
    assert store.learned("c") is None


def test_retention_keeps_what_a_running_session_may_have_started_under(store: Store) -> None:
    for day, version in enumerate("abcd"):
        store.put_learned(LearnedRow(version, b""), day * DAY)
    store.purge(2.5 * DAY)  # c was in force then, and d since
    assert [version for version in "abcd" if store.learned(version)] == ["c", "d"]
    store.purge(9 * DAY)
    assert [version for version in "abcd" if store.learned(version)] == ["d"]


def count_up(data: bytes | None) -> LearnedRow:
    number = 1 + (0 if data is None else int(data))
    return LearnedRow(str(number), str(number).encode())


def test_dialogues_that_end_at_the_same_moment_are_all_learnt(tmp_path: Path) -> None:
    """Over several connections, as when `eqneg policy` runs beside the daemon."""
    stores = [Store(tmp_path / "eqneg.db") for _ in range(4)]

    def close_some(number: int) -> None:
        for turn in range(5):
            row = SessionRow(f"s{number}-{turn}", "t", "A", "ended", b"", 0.0)
            stores[number].close_session(row, (), (), 1.0, count_up)

    threads = [threading.Thread(target=close_some, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].learned() == LearnedRow("20", b"20")
    for store in stores:
        store.close()


def test_a_lesson_that_fails_leaves_nothing_of_the_outcome(store: Store) -> None:
    store.receive("t", "m", "turn", b"", None, 1.0)
    item = store.pending()
    assert item is not None
    store.put_learned(LearnedRow("x", b"damaged"), 1.0)
    ended, line = SessionRow("s", "t", "A", "ended", b"", 0.0), JournalLine("s", 1, "turn", b"{}")
    outcome = Outcome(ended, journal=(line,), learn=lesson(ToneState.initial()))
    with pytest.raises(LearnedError, match="learnt policy in the store"):
        store.commit(item.id, outcome, 2.0)
    assert (store.session("s"), store.journal("s"), store.pending()) == (None, [], item)


_ENDLESS = """
import sys
from pathlib import Path
from eqnegotiator.edge.records import LearnedRow, Outcome, SessionRow
from eqnegotiator.edge.store import Store

def learn(data):
    number = 1 + (0 if data is None else int(data))
    return LearnedRow(str(number), str(number).encode())

store = Store(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    store.receive("t", str(number), "turn", b"", None, 1.0)
    outcome = Outcome(SessionRow(f"s{number}", "t", "A", "ended", b"", 0.0), learn=learn)
    store.commit(store.pending().id, outcome, 2.0)
    number += 1
"""


def test_a_kill_leaves_each_ended_dialogue_learnt_exactly_once(tmp_path: Path) -> None:
    path = tmp_path / "eqneg.db"
    process = subprocess.Popen([sys.executable, "-P", "-c", _ENDLESS, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 60.0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        while db.execute("SELECT count(*) FROM session").fetchone()[0] < 5:
            assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    store = Store(path)
    row = store.learned()
    assert row is not None
    assert int(row.version) == len(store.sessions()) >= 5
    store.close()


# --- the appliance


class Silent:
    """A model that is always late."""

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Any:
        raise DeadlineError("late")

    def release(self, conversation: str) -> None:
        return None

    def stop(self) -> None:
        return None


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(Settings())


class Counter:
    """A terminal in front of an appliance."""

    def __init__(self, store: Store, encoder: Encoder, *, learn: bool = True) -> None:
        self.store, policy = store, PolicySettings(learn=learn)
        store.put_accounts((account.account, encode_account(account)) for account in sample_accounts())
        stages = Stages(encoder, Silent(), policy.tone, policy.seed, Limits(30, 3), 5.0)
        self.appliance = Appliance(Settings(policy=policy), store, stages)
        self.number = 0

    def send(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.number += 1
        message = {"start": Start, "turn": Turn, "end": End}[kind](msg_id=f"{id(self)}-{self.number}", **fields)
        self.store.receive("t", message.msg_id, kind, encode(message), None, time.time())
        item = self.store.pending()
        assert item is not None
        self.appliance.process(item, lambda _terminal, _delta: None)
        (row,) = self.store.outbox(1)
        self.store.sent(row.id)
        return msgspec.json.decode(row.payload, type=dict[str, Any])

    def talk(self, *says: str) -> str:
        session = str(self.send("start", account="A-1001")["session"])
        for text in says:
            self.send("turn", session=session, text=text)
        return session

    def dialogues(self) -> int:
        row = self.store.learned()
        return 0 if row is None else decode_learned(row.data, "store").dialogues


def test_an_ended_dialogue_is_learnt_once(store: Store, encoder: Encoder) -> None:
    counter = Counter(store, encoder)
    session = counter.talk("1981", "I can pay in 30 days")
    assert counter.dialogues() == 0
    assert counter.send("turn", session=session, text="yes")["state"] == "agreed"
    assert counter.dialogues() == 1
    counter.send("turn", session=session, text="thanks")
    counter.send("end", session=session)
    counter.send("end", session=session)
    assert counter.dialogues() == 1


def test_a_dialogue_that_falls_silent_is_learnt_and_a_greeting_is_not(store: Store, encoder: Encoder) -> None:
    counter = Counter(store, encoder)
    counter.talk("1981", "that is too soon")
    counter.talk()
    assert counter.appliance.expire(time.time() + 10_000) == 2
    assert counter.dialogues() == 1


def test_without_learning_nothing_is_learnt_and_what_is_there_is_used(store: Store, encoder: Encoder, some: Learned) -> None:
    store.put_learned(some.row(), 1.0)
    counter = Counter(store, encoder, learn=False)
    session = counter.talk("1981", "no")
    counter.send("end", session=session)
    assert counter.store.learned() == some.row()
    row = store.session(session)
    assert row is not None
    assert decode_session(row.data).tables == some.version


def test_a_session_keeps_the_tables_that_it_started_under(store: Store, encoder: Encoder) -> None:
    """What others teach meanwhile, an import and a reset change nothing for it; its replay gives the same beliefs."""
    heavy = Learned(500, 5000, UNTAUGHT.counts._replace(emission=1e4 * np.roll(PUBLISHED.emission, 2, axis=-1)), {})
    says = ("1981", "this is so stressful", "that is too soon", "no")

    def beliefs(meanwhile: LearnedRow | None) -> list[Any]:
        counter = Counter(store, encoder)
        store.put_learned(heavy.row(), 1.0)
        session = str(counter.send("start", account="A-1001")["session"])
        for turn, text in enumerate(says):
            if meanwhile is not None and turn == 1:
                store.put_learned(meanwhile, 2.0)
            counter.send("turn", session=session, text=text)
        lines = [json.loads(line.data) for line in store.journal(session)]
        assert {line["tables"] for line in lines} == {heavy.version}
        return [(line["belief"], line["tone"]) for line in lines]

    alone = beliefs(None)
    assert beliefs(UNTAUGHT.row()) == alone
    store.put_learned(UNTAUGHT.row(), 3.0)
    session = Counter(store, encoder).talk(*says)
    published = [json.loads(line.data) for line in store.journal(session)]
    assert {line["tables"] for line in published} == {""}
    assert [(line["belief"], line["tone"]) for line in published] != alone


def test_damaged_learning_is_told_at_start_with_the_way_out(store: Store, encoder: Encoder) -> None:
    store.put_learned(LearnedRow("x", b"{"), 1.0)
    with pytest.raises(LearnedError, match="eqneg policy reset"):
        Counter(store, encoder)


# --- the command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "eqneg.toml"
    path.write_text(f'[store]\npath = "{tmp_path / "eqneg.db"}"\n', encoding="utf-8")
    return path


def policy(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    status = main(["policy", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out + said.err


def test_export_import_and_reset_survive_the_way_around(
    config: Path, tmp_path: Path, some: Learned, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "eqneg.db"
    store = Store(path)
    store.put_learned(some.row(), 1.0)
    store.close()
    file = tmp_path / "learnt.json"
    assert policy(capsys, "export", file, "--config", config)[0] == 0
    assert file.read_bytes() == some.encode()
    assert policy(capsys, "reset", "--config", config) == (0, "conversations that start from now on: published tables, 0 dialogues\n")
    assert json.loads(policy(capsys, "show", "--json", "--config", config)[1])["version"] == ""
    assert policy(capsys, "import", file, "--config", config)[0] == 0
    shown = json.loads(policy(capsys, "show", "--json", "--config", config)[1])
    assert (shown["version"], shown["dialogues"], shown["learn"], shown["policy"]) == (some.version, 4, True, "eq")
    assert shown["emission"] == some.tables().emission.tolist()
    assert shown["reliability"] == pytest.approx(dict(some.tables().reliability))
    distances = [row["distance"] for row in shown["rows"]]
    assert distances == sorted(distances, reverse=True)
    assert 0.0 < distances[0] <= shown["allowed_distance"] == 0.1


def test_show_tells_what_moved_most(config: Path, some: Learned, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = policy(capsys, "show", "--config", config)
    assert status == 0
    assert "version published tables: 0 dialogues" in text
    store = Store(StoreSettings(path=str(config.parent / "eqneg.db")).path)
    store.put_learned(some.row(), 1.0)
    store.close()
    lines = policy(capsys, "show", "--config", config)[1].splitlines()
    assert lines[0] == "policy eq, learning on"
    assert lines[1] == f"version {some.version}: 4 dialogues, 24 utterances"
    assert "0.10 from the published one" in lines[2]
    assert sum(line.startswith("  mixture listens to ") for line in lines) == len(mixture.EXPERTS)


def test_a_file_that_cannot_be_used_changes_nothing(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]", encoding="utf-8")
    for arguments, message in (
        (("import", bad), "bad.json: Expected `object`"),
        (("import", tmp_path / "none.json"), "none.json: cannot be read"),
        (("export", tmp_path / "no folder" / "x.json"), "x.json: cannot be written"),
    ):
        status, said = policy(capsys, *arguments, "--config", config)
        assert status == 1
        assert message in said
    store = Store(tmp_path / "eqneg.db")
    assert store.learned() is None
    store.close()


def test_check_finds_damaged_learning(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(config.parent / "eqneg.db")
    store.put_learned(LearnedRow("x", b"{"), 1.0)
    store.close()
    assert main(["check", "--config", str(config)]) == 1
    assert "learnt policy in the store" in capsys.readouterr().err
