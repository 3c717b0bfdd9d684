"""The phrase banks: complete, split without overlap, and every sample is a plan the prompt style knows."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest
from eqnegotiator.edge.templates import FALLBACK
from eqnegotiator.models.prompt import render, slots_in
from eqnegotiator.models.train.corpus import MOVE_REGISTER, SITUATIONS_OF, TEXT, Bank, expand, read_sections, samples


def test_every_planned_act_has_wordings_in_every_register() -> None:
    sections = read_sections(TEXT / "moves_terms.txt") | read_sections(TEXT / "moves_other.txt")
    for act, kind in SITUATIONS_OF:
        for register in set(MOVE_REGISTER.values()):
            assert len(sections[f"act={act} kind={kind} register={register}"]) >= 12


def test_every_planned_act_has_a_fallback_with_the_slots_the_model_is_taught_to_state() -> None:
    assert set(FALLBACK) == set(SITUATIONS_OF)
    sections = read_sections(TEXT / "moves_terms.txt") | read_sections(TEXT / "moves_other.txt")
    for (act, kind), wording in FALLBACK.items():
        required = set.intersection(*(slots_in(line) for line in sections[f"act={act} kind={kind} register=plain"]))
        assert required <= slots_in(wording)


def test_no_wording_is_in_both_shares() -> None:
    train, held = Bank(held_out=False), Bank(held_out=True)
    for name in ("acks", "moves", "customers"):
        for header in getattr(train, name):
            if header not in ("sit=answered", "sit=verified"):
                assert not set(getattr(train, name)[header]) & set(getattr(held, name)[header])


def test_samples_are_reproducible_and_state_their_slots() -> None:
    drawn = list(islice(samples(7, held_out=False), 400))
    assert drawn == list(islice(samples(7, held_out=False), 400))
    for sample in drawn:
        assert render(sample.plan).endswith("<agent>")
        assert slots_in(sample.reply) == set(sample.plan.slots)
        assert not any(character.isdigit() for character in sample.reply)


def test_an_alternation_expands_to_each_of_its_forms() -> None:
    rng = random.Random(1)
    assert {expand("[a|b|] c", rng) for _ in range(50)} == {"a c", "b c", " c"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hello.\n", r"bad\.txt:1: a wording before the first"),
        ("## a=b\nHello [there.\n", r"bad\.txt:2: unbalanced"),
        ("## a=b\nPay {price}.\n", r"bad\.txt:2: unknown slots \['price'\]"),
        ("## a=b\n## c=d\nHello.\n", r"empty sections \['a=b'\]"),
    ],
)
def test_a_bad_bank_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_sections(path)
