"""How long the model's Runs take, and how much of a waiting prompt may ride beside the replies in progress."""

from __future__ import annotations

from typing import Final

__all__ = ["SMOOTHING", "Pace"]

SMOOTHING: Final = 0.2
"""Weight of the latest measurement in a running average."""
# What prefill may add to a decode step beside it; a whole step would leave nothing for sampling.
_HEADROOM: Final = 0.6


class Pace:
    """How long a Run takes: a decode step by its rows, and what each prompt token beside it adds. Both follow what is measured."""

    def __init__(self) -> None:
        self._step_seconds: dict[int, float] = {}
        self._token_seconds: float | None = None

    def observe(self, decoding: int, prompt_tokens: int, seconds: float) -> None:
        """A Run of `decoding` rows of one token, with so many prompt tokens beside them."""
        if not prompt_tokens:
            self._step_seconds[decoding] = _smoothed(self._step_seconds.get(decoding), seconds)
            return
        # A prompt alone: its first token costs what a step costs.
        step, added = self._step(decoding or 1), prompt_tokens if decoding else prompt_tokens - 1
        if step is not None and added:
            self._token_seconds = _smoothed(self._token_seconds, max(seconds - step, 0.0) / added)

    def chunk(self, decoding: int, most: int) -> int:
        """Prompt tokens for the next Run: as many as nearly double a decode step where somebody waits for his next word."""
        step = self._step(decoding)
        if not decoding or not step or not self._token_seconds:
            return most
        return int(min(max(1, _HEADROOM * step // self._token_seconds), most))

    def _step(self, decoding: int) -> float | None:
        """A step of so many rows, or of the most that are fewer and known."""
        return next((self._step_seconds[rows] for rows in range(decoding, 0, -1) if rows in self._step_seconds), None)


def _smoothed(average: float | None, value: float) -> float:
    return value if average is None else average + SMOOTHING * (value - average)
