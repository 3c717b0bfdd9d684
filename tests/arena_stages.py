"""A pipeline for tests of the arena that is fast, and whose negotiations depend on the words alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from eqnegotiator.bench.arena.talk import TODAY
from eqnegotiator.edge.intent import RULE_SCORE, rule_scores
from eqnegotiator.edge.proposal import parse_proposal
from eqnegotiator.edge.turn import Stages
from eqnegotiator.edge.understand import Encoder
from eqnegotiator.models.encoder import Reading
from eqnegotiator.models.encoder_input import Turn
from eqnegotiator.models.encoder_labels import INTENTS
from eqnegotiator.models.generate import DeadlineError
from eqnegotiator.models.prompt import PlanPrompt


class LateModel:
    """A model that is always late, so that every reply is its plan's fixed wording."""

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        raise DeadlineError("late")
        yield ""

    def release(self, conversation: str) -> None:
        pass

    def stop(self) -> None:
        raise NotImplementedError


class RuledEncoder:
    """An encoder whose intents are those of the rules; emotions and tactics are the true encoder's."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.intent_threshold = encoder, np.full(len(INTENTS), RULE_SCORE)

    def read(self, text: str, context: Sequence[Turn] = ()) -> Reading:
        scores = rule_scores(text, parse_proposal(text, TODAY))
        return self._encoder.read(text, context)._replace(intent=np.array([scores[name] for name in INTENTS]))


def quick(stages: Stages) -> Stages:
    """The stages with both."""
    return stages._replace(slm=LateModel(), encoder=RuledEncoder(stages.encoder))
