"""One token from one row of logits: penalty, mask, temperature, top k, nucleus, draw.

The sets are exact (the nucleus is taken over the whole vocabulary, however flat the row), and a call on 150,000 tokens takes well under
a millisecond because nothing is ever sorted but what lies at the edge of a set. Knows token ids only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["EmptyMaskError", "Sampled", "Sampler", "Sampling"]

Row = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# How light a token is still looked at: e^-reach of the heaviest's weight. The first is enough for a top k, the second decides nearly
# every nucleus; 600,000 tokens below the third together weigh less than the last bit of the heaviest in float32.
_REACHES: Final = (10.0, 20.0, 30.0)
_BLOCK: Final = 1024
_GREEDY: Final = 0.0


class EmptyMaskError(ValueError):
    """The mask leaves no token, or only such as the model rules out (logit of minus infinity)."""


class Sampling(NamedTuple):
    """How tokens are drawn. Applied in the order repetition_penalty, mask, temperature, top_k, top_p.

    temperature: 0 (greedy) or 0.01 to 10.
    top_k: the k likeliest tokens only; 0 is off.
    top_p: the smallest set of likeliest tokens with at least this share of the probability (Holtzman et al. 2020); 1 is off.
    repetition_penalty: above 1 makes tokens of the history less likely (CTRL, Keskar et al. 2019, section 4.1); 0.1 to 10, 1 is off.
    """

    temperature: float = 0.6
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.0

    def check(self) -> None:
        """Raises ValueError: a field is out of range; the message names field, value and range."""
        if not (self.temperature == _GREEDY or 0.01 <= self.temperature <= 10):
            raise ValueError(f"temperature is {self.temperature!r}; 0 (greedy) or 0.01 to 10 is possible")
        if self.top_k < 0:
            raise ValueError(f"top_k is {self.top_k!r}; 0 (off) or more is possible")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p!r}; above 0 and up to 1 (off) is possible")
        if not 0.1 <= self.repetition_penalty <= 10:
            raise ValueError(f"repetition_penalty is {self.repetition_penalty!r}; 0.1 to 10 is possible, 1 is off")


class Sampled(NamedTuple):
    """A drawn token.

    log_probability: natural logarithm of the token's probability under softmax(logits), before penalty, mask and temperature.
    allowed: probability under the same softmax of all tokens that the mask leaves, in [0, 1].
    """

    token: int
    log_probability: float
    allowed: float


class Sampler:
    """Draws the tokens of one reply. The same settings, seed and rows give the same tokens; greedy uses no randomness.

    seed: entropy, non-negative integers.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(self, sampling: Sampling, seed: Sequence[int]) -> None:
        sampling.check()
        self._sampling = sampling
        self._random = np.random.default_rng(list(seed))
        self._work = np.empty(0, dtype=np.float32)

    def sample(self, logits: Row, banned: Mask | None, history: Sequence[int] = ()) -> Sampled:
        """Draw one token; of equally likely ones greedy takes the lowest id.

        Args:
            logits: float32 [V]; minus infinity is allowed, NaN and plus infinity are not. Left as it is.
            banned: bool [V], True for what must not be drawn.
            history: token ids that the repetition penalty applies to.

        Raises:
            EmptyMaskError: no token is left.
            ValueError: a logit is NaN or plus infinity, or the mask has another shape.
        """
        if banned is not None and banned.shape != logits.shape:
            raise ValueError(f"the mask has shape {banned.shape}, the logits {logits.shape}")
        highest, weights = self._weights(logits)
        total = float(weights.sum())
        allowed = 1.0
        if banned is not None:
            np.multiply(weights, ~banned, out=weights)
            allowed = min(float(weights.sum()) / total, 1.0)
        row = self._penalised(logits, history)
        token = int(row.argmax())
        if banned is not None and banned[token]:
            row = np.where(banned, np.float32(-np.inf), row)
            token = int(row.argmax())
        top = row[token]
        if top == -np.inf:
            raise EmptyMaskError("no token is left: each is banned or has a logit of minus infinity; leave at least one in the mask")
        if self._sampling.temperature != _GREEDY:
            token = self._draw(row, top, banned)
        return Sampled(token, float(logits[token]) - highest - math.log(total), allowed)

    def log_probabilities(self, logits: Row, count: int) -> list[tuple[int, float]]:
        """The `count` likeliest tokens (all, if there are fewer) with their natural log-probability, best first, ties by id.

        Raises:
            ValueError: a logit is NaN or plus infinity, or `count` is below 1.
        """
        if count < 1:
            raise ValueError(f"count is {count}; 1 or more is possible")
        highest, weights = self._weights(logits)
        offset = highest + math.log(float(weights.sum()))
        count = min(count, logits.size)
        found = np.flatnonzero(logits >= _kth_largest(logits, count))
        found = found[np.argsort(-logits[found], kind="stable")[:count]]
        return [(int(token), float(logits[token]) - offset) for token in found]

    def _weights(self, logits: Row) -> tuple[float, Row]:
        """(highest logit, exp(logits - highest)), the latter in the work array; a NaN is the maximum of any row that holds one."""
        highest = logits.max()
        if not highest < np.inf:
            wrong = int((~(logits < np.inf)).argmax())
            raise ValueError(f"logit {wrong} is {logits[wrong]}; the model's output is broken")
        if highest == -np.inf:
            raise EmptyMaskError("every logit is minus infinity; the model's output is broken")
        if self._work.size != logits.size:
            self._work = np.empty(logits.size, dtype=np.float32)
        np.subtract(logits, highest, out=self._work)
        np.exp(self._work, out=self._work)
        return float(highest), self._work

    def _penalised(self, logits: Row, history: Sequence[int]) -> Row:
        penalty = np.float32(self._sampling.repetition_penalty)
        if penalty == 1 or not len(history):
            return logits
        row = logits.copy()
        ids = np.unique(np.asarray(history, dtype=np.int64))
        row[ids] = np.where(row[ids] > 0, row[ids] / penalty, row[ids] * penalty)
        return row

    def _draw(self, row: Row, top: np.float32, banned: Mask | None) -> int:
        top_k, top_p = self._sampling.top_k, self._sampling.top_p
        for reach in _REACHES[0 if top_k else 1 if top_p < 1 else 2 :]:
            tokens, weights = self._candidates(row, top, banned, reach)
            missing = (row.size - tokens.size) * math.exp(-reach) if reach < _REACHES[-1] else 0.0
            if top_k and top_k <= tokens.size:
                missing = 0.0
                kept = _heaviest(weights, _kth_largest(weights, top_k), top_k)
                tokens, weights = tokens[kept], weights[kept]
            size = _nucleus(weights, top_p, missing) if top_p < 1 else None if missing else (weights.size, np.float32(0.0))
            if size is not None:
                break
        assert size is not None, "the last reach leaves nothing out"
        if size[0] < weights.size:
            kept = _heaviest(weights, size[1], size[0])
            tokens, weights = tokens[kept], weights[kept]
        # The point lies in (0, total], so that it falls on a weight and never on nothing.
        return int(tokens[_reached(weights, (1.0 - float(self._random.random())) * float(weights.sum()))])

    def _candidates(self, row: Row, top: np.float32, banned: Mask | None, reach: float) -> tuple[npt.NDArray[np.int64], Row]:
        """Tokens of at least e^-reach of the heaviest's weight, ascending, and their weights at the temperature."""
        temperature = np.float32(self._sampling.temperature)
        within = row >= top - np.float32(reach) * temperature
        if banned is not None:
            within &= ~banned
        tokens = np.flatnonzero(within)
        weights = row[tokens]
        np.subtract(weights, top, out=weights)
        np.divide(weights, temperature, out=weights)
        return tokens, np.exp(weights, out=weights)


def _nucleus(weights: Row, top_p: float, missing: float) -> tuple[int, np.float32] | None:
    """(size, lightest weight) of the smallest set of heaviest weights with the share `top_p` of everything.

    None when that depends on the tokens left out of `weights`, each lighter than these and together at most `missing`.
    """
    total = float(weights.sum())
    # Lighter than this, a token cannot be in the set: all such tokens together weigh less than what the set leaves out.
    heavy = weights[weights >= np.float32((1 - top_p) * total / weights.size * 0.999)]
    ordered = np.sort(heavy)[::-1]
    size = _reached(ordered, top_p * total) + 1
    if missing and (size == weights.size or _reached(ordered, top_p * (total + missing)) + 1 != size):
        return None
    return size, ordered[size - 1]


def _kth_largest(values: Row, k: int) -> np.float32:
    place = values.size - k
    edge: np.float32 = np.partition(values, place)[place]
    return edge


def _heaviest(weights: Row, edge: np.float32, size: int) -> npt.NDArray[np.int64]:
    """Indices, ascending, of the `size` heaviest weights, of which `edge` is the lightest; of equal ones the first are taken."""
    kept = np.flatnonzero(weights >= edge)
    surplus = kept.size - size
    if surplus:
        equal = np.flatnonzero(weights[kept] == edge)
        kept = np.delete(kept, equal[-surplus:])
    return kept


def _reached(weights: Row, point: float) -> int:
    """First index at which the running sum of the weights is at least `point`; the last one where rounding keeps it below.

    Long rows are first cut into blocks: a float64 running sum over a whole vocabulary costs more than the rest of the draw.
    """
    first = 0
    if weights.size > _BLOCK:
        starts = np.arange(0, weights.size, _BLOCK)
        sums = np.cumsum(np.add.reduceat(weights, starts), dtype=np.float64)
        block = min(int(np.searchsorted(sums, point)), sums.size - 1)
        if block:
            point -= float(sums[block - 1])
        first = int(starts[block])
        weights = weights[first : first + _BLOCK]
    sums = np.cumsum(weights, dtype=np.float64)
    return first + min(int(np.searchsorted(sums, point)), sums.size - 1)
