"""Model shapes that are measured beside peers. Weights are random: speed does not depend on what a model says."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ..models.export_request import Bits

__all__ = ["BLOCK", "SHAPES", "Shape"]

BLOCK: Final = 32
"""Weights that share a scale: the one block size that Q4_0 and Q8_0 have. Their scale has 16 bits, ours 32: at a block of 64 ours takes
4.5 bits a weight, as Q4_0 does at 32."""


class Shape(NamedTuple):
    """A decoder's dimensions, by the names of its Hugging Face configuration; embedding and head are tied.

    context: tokens that a position table is built for. bits: of every weight matrix.
    """

    name: str
    type: Literal["llama", "qwen2"]
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int
    rope_theta: float
    context: int
    bits: Bits

    @property
    def parameters(self) -> int:
        """Weights of the matrices, the tied one once."""
        width = self.hidden // self.heads
        attention = self.hidden * width * 2 * (self.heads + self.kv_heads)
        return self.vocabulary * self.hidden + self.layers * (attention + 3 * self.hidden * self.intermediate)


SHAPES: Final = {
    shape.name: shape
    for shape in (
        Shape("bundled", "llama", 6, 256, 4, 2, 768, 4096, 1e4, 256, 8),
        Shape("qwen2.5-0.5b", "qwen2", 24, 896, 14, 2, 4864, 151936, 1e6, 1024, 4),
        Shape("qwen2.5-1.5b", "qwen2", 28, 1536, 12, 2, 8960, 151936, 1e6, 1024, 4),
    )
}
