"""What dialogues teach: expected counts of the hidden Markov model, scores of the policies, and the tables that follow from both.

Eq. 7 of arXiv 2511.03370 adds a learning rate times what was seen and normalises. Here the counts are those of online EM
(`kernels/hmm_online`) on the soft evidence of every utterance, under Dirichlet priors whose mode is the published tables; what is old
fades. Knows no store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from ..kernels import hmm, tables
from ..kernels.hmm_model import HiddenMarkovModel
from ..kernels.hmm_online import OnlineStatistics
from ..kernels.hmm_statistics import DirichletPrior, ExpectedCounts
from ..kernels.status import KernelError
from .errors import EdgeError
from .records import LearnedRow
from .tone_state import ToneState
from .tone_tables import PUBLISHED, FloatArray, ToneTables
from .tones import mixture

__all__ = [
    "BOUNDED_DIALOGUES",
    "FIRST_DISTANCE",
    "FORMAT",
    "UNTAUGHT",
    "Learned",
    "LearnedError",
    "allowed_distance",
    "decode_learned",
    "lesson",
    "teaches",
]

FORMAT: Final = 1
"""Version of the document that `Learned.encode` writes."""

BOUNDED_DIALOGUES: Final = 50
"""Until so many dialogues, no distribution is further than `FIRST_DISTANCE` from the published one; then the bound grows in proportion."""

FIRST_DISTANCE: Final = 0.1
"""In total variation: so much probability, at most, is somewhere else."""

_PRIOR_STRENGTH: Final = 25.0
"""The published tables count as so many observations in every row."""
_FORGETTING: Final = 0.9995
"""What an utterance leaves of earlier counts: about the last 2000 utterances count."""
_LEAST_UTTERANCES: Final = 2
"""A shorter dialogue has no transition, and says next to nothing."""
_MOST_SCORE: Final = 1.0 / (1.0 - mixture.DECAY)



class LearnedError(EdgeError):
    """What was learnt is damaged, of another format, or learnt on other tables."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The exported form. `sha256` is that of the document with an empty `sha256`; `published` tells the tables that it was learnt on."""

    format: int
    sha256: str
    published: str
    dialogues: int
    utterances: int
    counts: dict[str, Any]
    scores: dict[str, float]


class Learned(NamedTuple):
    """Everything that was learnt so far. Immutable; a dialogue makes another."""

    dialogues: int
    utterances: int
    counts: ExpectedCounts
    """Expected starts, transitions and emotions: [4], [4, 4] and [4, 7, 7], faded."""
    scores: dict[str, float]
    """What the advice of each policy was worth, faded; see `tones.mixture`. Empty where the mixture never chose."""

    def after(self, dialogue: ToneState) -> Learned:
        """What is known after one more dialogue: online EM under the tables as they were, one step an utterance.

        Args:
            dialogue: the state at its end; its `heard` and `shown` teach the filter, its `scores` the mixture.
        """
        model = _model(self.tables())
        statistics = OnlineStatistics.start(model, self.counts)
        for evidence, shown in zip(dialogue.heard, dialogue.shown, strict=True):
            statistics = statistics.observed(model, evidence, input_index=shown, forgetting=_FORGETTING)
        scores = self.scores
        if dialogue.scores:
            fading = mixture.DECAY**dialogue.turn
            scores = {name: fading * scores.get(name, 0.0) + dialogue.scores.get(name, 0.0) for name in mixture.EXPERTS}
        return Learned(self.dialogues + 1, self.utterances + len(dialogue.heard), statistics.counts(), scores)

    def tables(self) -> ToneTables:
        """The parameters to hold a dialogue under: the mode of the posterior, within `allowed_distance` of the published tables.

        Exactly the published ones before the first dialogue.
        """
        if self.dialogues == 0:
            return PUBLISHED
        base = _model(PUBLISHED)
        learnt = self.counts.model(base, DirichletPrior.around(base, _PRIOR_STRENGTH))
        limit = allowed_distance(self.dialogues)
        started = mixture.starting_weights(self.scores)
        names = tuple(started)
        even = np.full(len(names), 1.0 / len(names))
        reliability = _within(np.array([started[name] for name in names]), even, limit)
        return ToneTables(
            self.version,
            _within(learnt.transition, PUBLISHED.transition, limit),
            _within(learnt.emission, PUBLISHED.emission, limit),
            dict(zip(names, reliability.tolist(), strict=True)),
        )

    @property
    def version(self) -> str:
        """SHA-256 of the content, in hexadecimal; empty when nothing was learnt."""
        return self._document().sha256 if self.dialogues else ""

    def encode(self) -> bytes:
        """JSON that `decode_learned` reads back exactly, with its own hash in it."""
        return msgspec.json.encode(self._document(), order="sorted")

    def row(self) -> LearnedRow:
        """The row of the store."""
        return LearnedRow(self.version, self.encode())

    def _document(self) -> _Document:
        document = _Document(
            format=FORMAT,
            sha256="",
            published=_published_hash(),
            dialogues=self.dialogues,
            utterances=self.utterances,
            counts=self.counts.to_dict(),
            scores=self.scores,
        )
        return msgspec.structs.replace(document, sha256=_hash(document))


def decode_learned(data: bytes, where: str) -> Learned:
    """Read what `Learned.encode` wrote.

    Args:
        data: the document.
        where: what messages begin with, as a file's name.

    Raises:
        LearnedError: not such a document, changed since it was written, of another format, or learnt on other published tables.
    """
    way_out = "export it again, or begin anew with `eqneg policy reset`"
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.DecodeError as error:
        raise LearnedError(f"{where}: {error}; {way_out}") from error
    if document.format != FORMAT:
        raise LearnedError(f"{where}: format {document.format}, this release reads {FORMAT}; {way_out}")
    expected = _hash(msgspec.structs.replace(document, sha256=""))
    if document.sha256 != expected:
        raise LearnedError(f"{where}: sha256 {document.sha256!r} is not that of the content, {expected}: it was changed; {way_out}")
    if document.published != _published_hash():
        raise LearnedError(f"{where}: learnt on other published tables ({document.published[:12]}) than this release has; {way_out}")
    try:
        counts = ExpectedCounts.from_dict(document.counts)
    except KernelError as error:
        raise LearnedError(f"{where}: counts.{error}; {way_out}") from error
    if counts.emission.shape != PUBLISHED.emission.shape:
        raise LearnedError(f"{where}: counts.emission has shape {counts.emission.shape}, expected {PUBLISHED.emission.shape}; {way_out}")
    if document.dialogues < 0 or document.utterances < 0:
        raise LearnedError(f"{where}: dialogues {document.dialogues}, utterances {document.utterances}: below 0; {way_out}")
    for name, score in document.scores.items():
        if name not in mixture.EXPERTS or not 0.0 <= score <= _MOST_SCORE:
            known = ", ".join(mixture.EXPERTS)
            raise LearnedError(f"{where}: scores.{name} = {score}: a score is 0 to {_MOST_SCORE:g}, of {known}; {way_out}")
    return Learned(document.dialogues, document.utterances, counts, document.scores)


def allowed_distance(dialogues: int) -> float:
    """How far, in total variation, a learnt distribution may be from the published one after so many dialogues.

    `FIRST_DISTANCE` until `BOUNDED_DIALOGUES`, then in proportion to their number: twice as far after twice as many.
    """
    return min(1.0, FIRST_DISTANCE * max(1.0, dialogues / BOUNDED_DIALOGUES))


def teaches(dialogue: ToneState) -> bool:
    """Whether anything can be learnt from a dialogue: two utterances at least."""
    return len(dialogue.heard) >= _LEAST_UTTERANCES


def lesson(dialogue: ToneState) -> Callable[[bytes | None], LearnedRow]:
    """What the store does with its newest row when a dialogue ends: read it, learn, and have the next one."""

    def learn(stored: bytes | None) -> LearnedRow:
        before = UNTAUGHT if stored is None else decode_learned(stored, "learnt policy in the store")
        return before.after(dialogue).row()

    return learn


def _model(under: ToneTables) -> HiddenMarkovModel:
    first = hmm.predict(tables.INITIAL_BELIEF, under.transition)
    return HiddenMarkovModel(first, under.transition, under.emission)


def _within(learnt: FloatArray, published: FloatArray, limit: float) -> FloatArray:
    """Each distribution of `learnt` (last axis), moved straight towards that of `published` until it is within `limit` of it."""
    step = learnt - published
    distance = 0.5 * np.abs(step).sum(axis=-1, keepdims=True)
    share = np.minimum(1.0, limit / np.maximum(distance, limit))
    moved: FloatArray = published + share * step
    moved /= moved.sum(axis=-1, keepdims=True)
    moved.flags.writeable = False
    return moved


def _hash(document: _Document) -> str:
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _published_hash() -> str:
    # As printed, not normalised: the last bit of a quotient may differ between processors.
    published = (tables.INITIAL_BELIEF, tables.STATE_TRANSITION, tables.TABLE_4B, tables.STATE_EMOTION_WEIGHTS)
    return hashlib.sha256(msgspec.json.encode([array.tolist() for array in published])).hexdigest()


UNTAUGHT: Final = Learned(
    0, 0, ExpectedCounts(np.zeros(4), np.zeros(PUBLISHED.transition.shape), np.zeros(PUBLISHED.emission.shape)), {}
)
"""Before the first dialogue."""
