"""The model fidelity: the debtor is a language model behind an OpenAI-compatible address, and so may be the creditor (`model`).

Every other creditor is the whole pipeline of the text fidelity. People and hidden numbers are those of the other fidelities; luck is not,
since a language model draws its own words, from a seed of each request.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...edge.accounts import Account
from ...edge.asked_terms import from_proposal
from ...edge.guard import check_sentence
from ...edge.mandate import breaches
from ...edge.messages import Terms
from ...edge.plan import Plan
from ...edge.proposal import delexicalise, parse_proposal
from ...edge.session import OVER
from ...edge.turn import Stages
from ...models.wording import sentences_of
from .assumptions import ROUNDS, TOLERANCE_DAYS
from .cell import CREDITORS, Cell, known
from .debtor import Person
from .endpoint import Endpoint, Message, complete
from .model_prompts import ACCEPT, LEAVE, creditor_prompt, debtor_prompt
from .people import luck
from .scenarios import draw_scenarios
from .talk import TODAY, Talk, share_of
from .text import AGREED, HANDED_OVER, LEFT, TACTICAL, Ending, account_of, records, stages_of

__all__ = ["CREDITOR", "Played", "identity", "negotiate", "run_cell"]

CREDITOR: Final = "model"
"""Name of the creditor that is a language model; it is none of `cell.CREDITORS`, since only this fidelity has it."""
_USED_UP: Final = 2
_MESSAGES: Final = 2 * ROUNDS
"""What a debtor says at most: the paper's limit of 30 turns, and room for identity and read-back."""
_DEBTOR, _CREDITOR = 201, 202
"""Purposes of luck (`people.luck`) that seed the requests."""
_WORDS_ALONE: Final = {ACCEPT: "Yes, I accept that.", LEAVE: "Goodbye."}
"""Said where a model writes nothing but a mark."""


class Played(NamedTuple):
    """A negotiation and both sides of it in order, the creditor first."""

    ending: Ending
    said: tuple[str, ...]


def identity(endpoint: Endpoint | None = None) -> str:
    """What the numbers of this fidelity depend on beside code: kept results of another model or temperature are not these.

    Raises:
        MissingEndpointError: no endpoint is given, and the environment names none.
    """
    used = endpoint or Endpoint.from_environment()
    return f"{used.url} {used.model} temperature {used.temperature:g} max_tokens {used.max_tokens}"


def run_cell(cell: Cell, seed: int, first: int, count: int, *, endpoint: Endpoint | None = None) -> dict[str, NDArray[np.generic]]:
    """Records [count], as of the other fidelities; `cell.creditor` may also be `model`.

    Args:
        endpoint: None takes the one that the environment names.

    Raises:
        MissingEndpointError, EndpointUnreachableError, EndpointReplyError: the language model cannot be used.
        UnsupportedCreditorError: the appliance has not the creditor's policies.
    """
    used = endpoint or Endpoint.from_environment()
    known("creditor", cell.creditor, [*CREDITORS, CREDITOR])
    stages = None if cell.creditor == CREDITOR else stages_of(cell.creditor)
    world = draw_scenarios(cell.scenarios, seed, first, count)
    endings, honest = [], []
    for row in range(count):
        endings.append(negotiate(used, stages, Person.of(cell, world, row, seed, first + row, tactic=True)).ending)
        if cell.persona in TACTICAL:
            honest.append(negotiate(used, stages, Person.of(cell, world, row, seed, first + row, tactic=False)).ending.share)
    return records(endings, honest, world.first_ask, world.reservation, world.target_days, world.latest_days)


def negotiate(endpoint: Endpoint, stages: Stages | None, person: Person) -> Played:
    """One negotiation. stages: the pipeline that negotiates for the lender; None: a language model does.

    Raises:
        EndpointUnreachableError, EndpointReplyError: the language model cannot be used.
    """
    debtor = _Speaker(endpoint, debtor_prompt(person), person, _DEBTOR)
    if stages is None:
        return _with_model(debtor, _Speaker(endpoint, creditor_prompt(person), person, _CREDITOR), person)
    talk = Talk(stages, account_of(person), f"{person.seed:016x}{person.number:016x}")
    try:
        return _with_appliance(debtor, talk, person)
    finally:
        talk.close()


class _Said(NamedTuple):
    """A message without its mark; mark: `ACCEPT`, `LEAVE` or empty."""

    text: str
    mark: str


class _Speaker:
    """One side that is a language model, with its memory of the talk."""

    def __init__(self, endpoint: Endpoint, prompt: str, person: Person, purpose: int) -> None:
        self._endpoint, self._person, self._purpose = endpoint, person, purpose
        self._messages: list[Message] = [{"role": "system", "content": prompt}]

    def answer(self, heard: str) -> _Said:
        """What is said to the words of the other side."""
        self._messages.append({"role": "user", "content": heard})
        chance = luck(self._person.seed, self._person.number, self._purpose, len(self._messages))
        content = complete(self._endpoint, self._messages, int(chance * 2**31))
        self._messages.append({"role": "assistant", "content": content})
        mark = next((mark for mark in (LEAVE, ACCEPT) if mark in content), "")
        text = content.replace(ACCEPT, " ").replace(LEAVE, " ").strip()
        return _Said(text or _WORDS_ALONE[mark], mark)


def _with_appliance(debtor: _Speaker, talk: Talk, person: Person) -> Played:
    """The appliance decides from the words alone what was meant; the marks only tell who leaves."""
    rounds, said = 0, []
    reply = talk.start()
    ending, share = _USED_UP, np.nan
    for _ in range(_MESSAGES):
        heard = debtor.answer(reply.said.text)
        said += [reply.said.text, heard.text]
        reply = talk.say(heard.text)
        if reply.committed is not None:
            ending, share = AGREED, max(0.0, share_of(reply.committed, person.target_days, person.latest_days))
            break
        if talk.session.state in OVER:
            ending = LEFT if talk.session.state == "ended" else HANDED_OVER
            break
        if heard.mark == LEAVE:
            talk.leave()
            ending = LEFT
            break
        rounds += reply.plan.terms is not None and reply.plan.act != "ask"
    return Played(Ending(ending, share, rounds, len(talk.violations)), (*said, reply.said.text))


def _with_model(debtor: _Speaker, creditor: _Speaker, person: Person) -> Played:
    """Two language models; what they offer and ask is read by the appliance's parser.

    Agreed is what one side accepts of the other's last words, or an ask within the tolerance of the offer (the paper's judge).
    """
    account, tolerance = account_of(person), TOLERANCE_DAYS / person.span_days
    offer, ask, rounds, broken, said = np.nan, np.nan, 0, 0, []
    heard = "The customer is here. Greet them and make your first offer."
    for _ in range(ROUNDS):
        ours = creditor.answer(heard)
        said.append(ours.text)
        broken += _broken_rules(ours.text)
        if ours.mark == ACCEPT and not np.isnan(ask):
            return Played(Ending(AGREED, ask, rounds, broken + (ask > 1.0)), tuple(said))
        if (terms := _terms_in(ours.text, account)) is not None:
            rounds += 1
            broken += len(breaches(terms, account, TODAY))
            offer = max(0.0, share_of(terms, person.target_days, person.latest_days))
        theirs = debtor.answer(ours.text)
        said.append(theirs.text)
        if theirs.mark == LEAVE:
            return Played(Ending(LEFT, np.nan, rounds, broken), tuple(said))
        if theirs.mark == ACCEPT and not np.isnan(offer):
            return Played(Ending(AGREED, offer, rounds, broken), tuple(said))
        if (terms := _terms_in(theirs.text, account)) is not None:
            ask = max(0.0, share_of(terms, person.target_days, person.latest_days))
            if ask <= min(1.0, offer + tolerance):
                return Played(Ending(AGREED, ask, rounds, broken), tuple(said))
        heard = theirs.text
    return Played(Ending(_USED_UP, np.nan, rounds, broken), tuple(said))


def _terms_in(text: str, account: Account) -> Terms | None:
    """The terms that a message names; None where it names none that are complete."""
    proposal = parse_proposal(text, TODAY).proposal
    return from_proposal(proposal, account, TODAY, None) if proposal is not None else None


def _broken_rules(text: str) -> int:
    """Guard rules that a free wording breaks: threats, fees, insults; how quantities are written (G8) is the pipeline's own matter."""
    wording = delexicalise(text, parse_proposal(text, TODAY).spans).replace("{q}", "{amount}")
    plan = Plan(act="counter", kind="terms", slots={"amount": ""})
    return sum(found.rule != "G8" for sentence in sentences_of(wording) for found in check_sentence(sentence, plan))
