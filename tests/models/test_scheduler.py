"""Continuous batching: what is written together is what is written alone, and nobody waits without bound."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.models.bundle import bundled, load_bundle
from eqnegotiator.models.engine import Engine, EngineOptions, KvRows, Logits
from eqnegotiator.models.pace import Pace
from eqnegotiator.models.prefix_cache import PrefixCache
from eqnegotiator.models.prompt import render
from eqnegotiator.models.sampling import Sampling
from eqnegotiator.models.scheduler import (
    BusyError,
    Finish,
    Finished,
    Generation,
    Move,
    PromptTooLongError,
    Request,
    Scheduler,
    SchedulerOptions,
    StoppedError,
)
from eqnegotiator.models.train.corpus import samples
from tokenizers import Tokenizer

BUNDLE = load_bundle(bundled("slm"), "slm")
TOKENIZER = Tokenizer.from_file(str(BUNDLE.file("tokenizer.json")))
EOS = TOKENIZER.token_to_id("</s>")
WAIT_SECONDS = 60.0
GREEDY = Sampling(temperature=0.0)
OPTIONS = SchedulerOptions(waiting=400)


class Plain:
    """A guide that bans nothing and ends with the end token or after `most` tokens."""

    def __init__(self, most: int = 24) -> None:
        self.most = most
        self.tokens: list[int] = []
        self.log_probabilities: list[float] = []
        self.over = threading.Event()

    def banned(self) -> npt.NDArray[np.bool_] | None:
        return None

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        assert allowed == 1.0
        self.tokens.append(token)
        self.log_probabilities.append(log_probability)
        return Move(done=token == EOS or len(self.tokens) >= self.most)

    def ended(self) -> None:
        assert not self.over.is_set()
        self.over.set()


class Held(Plain):
    """Stops in its first token until it is let go: what happens meanwhile is up to the test."""

    def __init__(self, most: int = 24) -> None:
        super().__init__(most)
        self.reached, self.go = threading.Event(), threading.Event()

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        move = super().accept(token, log_probability, allowed)
        if len(self.tokens) == 1:
            self.reached.set()
            assert self.go.wait(WAIT_SECONDS)
        return move


class Recorded:
    """A real engine that remembers every batch; `fail` makes the next step fail."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.slots, self.max_length, self.vocabulary, self.exact = engine.slots, engine.max_length, engine.vocabulary, engine.exact
        self.batches: list[list[tuple[int, int]]] = []
        self.fail = False

    def open(self) -> int:
        return self._engine.open()

    def close(self, slot: int) -> None:
        self._engine.close(slot)

    def length(self, slot: int) -> int:
        return self._engine.length(slot)

    def truncate(self, slot: int, length: int) -> None:
        self._engine.truncate(slot, length)

    def step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None = None) -> Logits:
        if self.fail:
            self.fail = False
            raise RuntimeError("the accelerator is gone")
        self.batches.append([(slot, len(tokens)) for slot, tokens in batch])
        return self._engine.step(batch, wanted)

    def read_rows(self, slot: int, length: int) -> KvRows:
        return self._engine.read_rows(slot, length)

    def write_rows(self, slot: int, rows: KvRows) -> None:
        self._engine.write_rows(slot, rows)


def engine(slots: int = 4) -> Recorded:
    return Recorded(Engine.from_file(BUNDLE.file("model.onnx"), EngineOptions(slots=slots)))


@pytest.fixture
def four() -> Iterator[tuple[Scheduler, Recorded]]:
    recorded = engine()
    with Scheduler(recorded, OPTIONS) as scheduler:
        recorded.batches.clear()
        yield scheduler, recorded


def ask(
    scheduler: Scheduler,
    conversation: str,
    prompt: Sequence[int],
    guide: Plain,
    *,
    sampling: Sampling = GREEDY,
    max_tokens: int = 60,
    seconds: float = WAIT_SECONDS,
    shared: int = 0,
) -> Generation:
    return scheduler.submit(
        Request(conversation, prompt, guide, sampling, (1,), max_tokens, time.monotonic() + seconds, shared)
    )


def prompts(count: int) -> list[list[int]]:
    return [TOKENIZER.encode(render(sample.plan)).ids for sample in islice(samples(11, held_out=True), count)]


# --- the same words, alone or together


def test_two_hundred_conversations_with_cancels_rewinds_and_evictions_equal_each_alone() -> None:
    """Greedy. Three turns each on 4 slots: a turn continues the last reply, or rewinds into it, or was cut short by a barge-in."""
    choose = random.Random(3)
    first = prompts(200)
    turns: list[list[list[int]]] = []
    expected: list[list[tuple[int, ...]]] = []
    with Scheduler(engine(slots=1), OPTIONS) as alone:

        def written(tokens: list[int]) -> tuple[int, ...]:
            result = ask(alone, "only", tokens, Plain()).result(WAIT_SECONDS)
            alone.release("only")  # the next one starts from nothing
            return result.tokens

        for number, start in enumerate(first):
            turns.append([start])
            expected.append([written(start)])
            for _ in range(2):
                said = [*turns[-1][-1], *expected[-1][-1]]
                kept = said[: len(said) - choose.randrange(8)]
                turns[-1].append([*kept[:150], *first[number - 7][:40]])
                expected[-1].append(written(turns[-1][-1]))
    with Scheduler(engine(slots=4), OPTIONS) as together:
        for turn in range(3):
            order = list(range(200))
            choose.shuffle(order)
            generations: dict[int, Generation] = {}
            for number in order:
                if choose.random() < 0.25:  # somebody talks over the reply; then the same turn is answered
                    ask(together, f"c{number}", turns[number][turn], Plain()).cancel()
                generations[number] = ask(together, f"c{number}", turns[number][turn], Plain())
            for number, generation in generations.items():
                assert generation.result(WAIT_SECONDS).tokens == expected[number][turn], (number, turn)


def test_a_seeded_reply_is_the_same_in_company(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four
    starts = prompts(8)
    sampling = Sampling(temperature=0.8, top_p=0.95, top_k=50, repetition_penalty=1.2)

    def all_of(names: Sequence[str]) -> list[tuple[int, ...]]:
        running = [ask(scheduler, name, start, Plain(), sampling=sampling) for name, start in zip(names, starts, strict=True)]
        return [generation.result(WAIT_SECONDS).tokens for generation in running]

    one_by_one = []
    for number, start in enumerate(starts):
        one_by_one.append(ask(scheduler, f"alone{number}", start, Plain(), sampling=sampling).result(WAIT_SECONDS).tokens)
    assert all_of([f"c{number}" for number in range(8)]) == one_by_one
    assert any(len(batch) == 4 for batch in recorded.batches)


# --- reuse


def test_the_next_turn_prefills_only_what_is_new(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four
    start = prompts(1)[0]
    reply = ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS)
    assert reply.reused_tokens == 0
    assert reply.prefilled_tokens == len(start)
    longer = [*start, *reply.tokens, *start[:10]]
    recorded.batches.clear()
    following = ask(scheduler, "a", longer, Plain()).result(WAIT_SECONDS)
    # The last token of the reply was sampled, not run.
    assert following.reused_tokens == len(start) + len(reply.tokens) - 1
    assert recorded.batches[0] == [(0, 11)]


def test_a_shared_beginning_is_copied_and_the_reply_is_the_same(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, _ = four
    system, ends = prompts(1)[0] * 2, prompts(6)
    fresh = [ask(scheduler, f"f{n}", [*system, *end], Plain()).result(WAIT_SECONDS) for n, end in enumerate(ends)]
    assert [result.reused_tokens for result in fresh] == [0] * 6
    shared = [
        ask(scheduler, f"s{n}", [*system, *end], Plain(), shared=len(system)).result(WAIT_SECONDS) for n, end in enumerate(ends)
    ]
    assert [result.reused_tokens for result in shared] == [0] + [len(system)] * 5
    assert [result.tokens for result in shared] == [result.tokens for result in fresh]


def test_what_is_not_declared_shared_never_reaches_another_conversation(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, _ = four
    start = prompts(1)[0]
    ask(scheduler, "a", start, Plain(), shared=5).result(WAIT_SECONDS)
    assert ask(scheduler, "b", start, Plain(), shared=5).result(WAIT_SECONDS).reused_tokens == 5


def test_a_released_conversation_is_wiped(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four
    start = prompts(1)[0]
    ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS)
    scheduler.release("a")
    assert ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS).reused_tokens == 0
    scheduler.release("a")
    scheduler.release("never seen")
    ask(scheduler, "b", start, Plain(1)).result(WAIT_SECONDS)
    assert not any(array[1:].any() for array in recorded._engine._cache._arrays.values())


def test_the_prefix_cache_forgets_the_least_recently_used() -> None:
    row = [np.zeros((1, 2, 4), np.float32)]
    cache = PrefixCache(limit_bytes=64)
    cache.put([1], row)
    cache.put([1, 2], row)
    assert cache.longest([1, 2, 3]) == (2, row)
    assert cache.longest([1, 9]) == (1, row)
    cache.put([7], row)
    assert cache.size_bytes == 64
    assert [tokens in cache for tokens in ([1], [1, 2], [7])] == [True, False, True]
    cache.put([8], [np.zeros(100, np.float32)])
    assert [8] not in cache
    assert cache.longest([5]) is None


# --- forced tokens


class Forcing(Plain):
    """Takes back the last `take_back` tokens after the third one and puts `forced` there."""

    def __init__(self, take_back: int, forced: tuple[int, ...]) -> None:
        super().__init__()
        self._move = Move(take_back=take_back, forced=forced)

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        move = super().accept(token, log_probability, allowed)
        return self._move if len(self.tokens) == 3 else move


@pytest.mark.parametrize("take_back", [0, 1, 2, 3])
@pytest.mark.parametrize("text", ["", " thank you", " I am sorry to hear that."])
def test_forced_tokens_ride_in_the_next_run(four: tuple[Scheduler, Recorded], take_back: int, text: str) -> None:
    scheduler, recorded = four
    start, forced = prompts(1)[0], tuple(TOKENIZER.encode(text).ids)
    result = ask(scheduler, "a", start, Forcing(take_back, forced)).result(WAIT_SECONDS)
    begun = ask(scheduler, "b", start, Plain(3)).result(WAIT_SECONDS).tokens
    head = (*begun[: 3 - take_back], *forced)
    assert result.tokens[: len(head)] == head
    # A reply whose prompt already held the forced tokens goes on in the same way.
    rest = ask(scheduler, "c", [*start, *head], Plain(24 - 3)).result(WAIT_SECONDS).tokens
    assert result.tokens[len(head) :] == rest
    if not take_back and forced:
        assert [(0, 1 + len(forced))] in recorded.batches


# --- bounds


def test_a_full_queue_says_when_to_come_again() -> None:
    recorded = engine(slots=1)
    start = prompts(1)[0]
    with Scheduler(recorded, SchedulerOptions(waiting=2)) as scheduler:
        held = Held()
        generation = ask(scheduler, "a", start, held)
        assert held.reached.wait(WAIT_SECONDS)
        waiting = [ask(scheduler, name, start, Plain()) for name in "bc"]
        with pytest.raises(BusyError, match=r"2 replies wait .* try again in [0-9.]+ s") as busy:
            ask(scheduler, "d", start, Plain())
        assert 0 < busy.value.retry_after_seconds < 60
        held.go.set()
        assert {each.result(WAIT_SECONDS).finish for each in [generation, *waiting]} == {Finish.DONE}
        assert ask(scheduler, "d", start, Plain()).result(WAIT_SECONDS).finish is Finish.DONE


def test_replies_in_progress_advance_together_and_those_who_wait_come_in_order(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, _ = four
    held = Held(most=20)
    order: list[str] = []
    lock = threading.Lock()

    class Named(Plain):
        def __init__(self, name: str) -> None:
            super().__init__(20)
            self.name = name

        def accept(self, token: int, log_probability: float, allowed: float) -> Move:
            with lock:
                order.append(self.name)
            super().accept(token, log_probability, allowed)
            return Move(done=len(self.tokens) >= self.most)

    start = [20, 21]
    first = ask(scheduler, "held", start, held)
    assert held.reached.wait(WAIT_SECONDS)
    others = [ask(scheduler, name, start, Named(name)) for name in "abcdef"]
    held.go.set()
    for generation in [first, *others]:
        generation.result(WAIT_SECONDS)
    firsts = sorted("abcdef", key=order.index)
    assert set(firsts[:3]) == set("abc")
    for cut in range(len(order)):
        counts = [order[:cut].count(name) for name in "abc"]
        assert max(counts) - min(counts) <= 1


def test_a_reply_is_cancelled_within_one_step(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, _ = four
    held = Held()
    generation = ask(scheduler, "a", prompts(1)[0], held)
    assert held.reached.wait(WAIT_SECONDS)
    generation.cancel()
    held.go.set()
    result = generation.result(WAIT_SECONDS)
    assert result.finish is Finish.CANCELLED
    assert len(result.tokens) == 1
    assert held.over.is_set()


def test_deadlines_end_replies_in_progress_and_in_the_queue() -> None:
    start = prompts(1)[0]
    with Scheduler(engine(slots=1), OPTIONS) as scheduler:
        late = ask(scheduler, "late", start, Plain(), seconds=-1.0).result(WAIT_SECONDS)
        assert (late.finish, late.tokens, late.first_token_seconds) == (Finish.DEADLINE, (), None)
        held = Held()
        running = ask(scheduler, "a", start, held)
        assert held.reached.wait(WAIT_SECONDS)
        queued = ask(scheduler, "b", start, Plain(), seconds=0.0)
        held.go.set()
        assert queued.result(WAIT_SECONDS).finish is Finish.DEADLINE
        assert running.result(WAIT_SECONDS).finish is Finish.DONE


def test_budget_and_context_are_ends_of_their_own(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four

    class Endless(Plain):
        def accept(self, token: int, log_probability: float, allowed: float) -> Move:
            super().accept(token, log_probability, allowed)
            return Move()

    short = ask(scheduler, "a", [20, 21], Endless(), max_tokens=7).result(WAIT_SECONDS)
    assert (short.finish, len(short.tokens)) == (Finish.LENGTH, 7)
    full = ask(scheduler, "b", [20] * (recorded.max_length - 5), Endless(), max_tokens=99).result(WAIT_SECONDS)
    assert full.finish is Finish.FULL
    assert len(full.tokens) == 6  # five run, and one sampled behind the last
    with pytest.raises(PromptTooLongError, match=f"a prompt of {recorded.max_length} tokens leaves no room"):
        ask(scheduler, "c", [20] * recorded.max_length, Plain())
    with pytest.raises(ValueError, match="no tokens"):
        ask(scheduler, "c", [], Plain())
    with pytest.raises(ValueError, match="outside 0"):
        ask(scheduler, "c", [10**6], Plain())


def test_a_guide_that_fails_ends_its_own_reply_only(four: tuple[Scheduler, Recorded]) -> None:
    class Broken(Plain):
        def accept(self, token: int, log_probability: float, allowed: float) -> Move:
            raise LookupError("no such word")

    scheduler, _ = four
    start = prompts(1)[0]
    held = Held()
    good = ask(scheduler, "good", start, held)
    assert held.reached.wait(WAIT_SECONDS)
    broken = Broken()
    bad = ask(scheduler, "bad", start, broken)
    held.go.set()
    with pytest.raises(LookupError, match="no such word"):
        bad.result(WAIT_SECONDS)
    assert broken.over.wait(WAIT_SECONDS)
    assert good.result(WAIT_SECONDS).finish is Finish.DONE


def test_a_failed_run_ends_its_replies_and_the_engine_serves_on(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four
    start = prompts(1)[0]
    expected = ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS).tokens
    recorded.fail = True
    with pytest.raises(RuntimeError, match="the accelerator is gone"):
        ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS)
    again = ask(scheduler, "a", start, Plain()).result(WAIT_SECONDS)
    assert (again.tokens, again.reused_tokens) == (expected, 0)


def test_a_stopped_scheduler_says_so() -> None:
    scheduler = Scheduler(engine(slots=1), OPTIONS)
    with pytest.raises(StoppedError):
        ask(scheduler, "a", [20], Plain())
    scheduler.start()
    held, queued = Held(), Plain()
    running, waiting = ask(scheduler, "a", [20], held), ask(scheduler, "b", [20], queued)
    assert held.reached.wait(WAIT_SECONDS)
    stopper = threading.Thread(target=scheduler.stop)
    stopper.start()
    while True:
        try:
            ask(scheduler, "c", [20], Plain())
        except StoppedError:
            break
    held.go.set()
    stopper.join(WAIT_SECONDS)
    results: list[Finished] = [running.result(WAIT_SECONDS), waiting.result(WAIT_SECONDS)]
    assert [result.finish for result in results] == [Finish.CANCELLED] * 2
    assert queued.over.is_set()


# --- pace


def test_a_prompt_is_cut_so_that_others_wait_at_most_a_second_step() -> None:
    pace = Pace()
    assert pace.chunk(decoding=1, most=128) == 128, "nothing is known yet"
    pace.observe(1, 0, 0.010)
    pace.observe(0, 17, 0.026)
    assert pace.chunk(decoding=0, most=128) == 128
    assert pace.chunk(decoding=3, most=128) == 6  # six tenths of 10 ms at 1 ms a token
    assert pace.chunk(decoding=3, most=5) == 5
    pace.observe(4, 0, 0.020)
    assert pace.chunk(decoding=4, most=128) == 12, "a step of four rows is longer, and so may be what comes beside it"
    for _ in range(50):
        pace.observe(1, 10, 1.0)
    assert pace.chunk(decoding=1, most=128) == 1


def test_a_long_prompt_beside_a_reply_comes_in_chunks(four: tuple[Scheduler, Recorded]) -> None:
    scheduler, recorded = four
    held = Held(most=30)
    reply = ask(scheduler, "a", prompts(1)[0], held)
    assert held.reached.wait(WAIT_SECONDS)
    scheduler._pace._step_seconds, scheduler._pace._token_seconds = {1: 0.004}, 0.001
    recorded.batches.clear()
    long = ask(scheduler, "b", [20, 21] * 100, Plain(2))
    held.go.set()
    reply.result(WAIT_SECONDS)
    long.result(WAIT_SECONDS)
    mixed = [dict(batch) for batch in recorded.batches if len(batch) == 2 and batch[1][1] > 1]
    assert len(mixed) > 3
    assert all(batch[0] == 1 for batch in mixed)
    assert mixed[0][1] <= 5
    assert max(count for batch in recorded.batches for _, count in batch) < 200
