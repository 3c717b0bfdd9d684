"""Keys and values of prompt beginnings that many conversations share, the least recently used dropped first.

Knows tokens and rows of numbers; does not know whose they are. Only what the caller declares shared is ever put here, so no
customer's words can reach another's context.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from .engine import KvRows

__all__ = ["PrefixCache", "common_length"]


def common_length(first: Sequence[object], second: Sequence[object]) -> int:
    """Length of the beginning that two sequences (tokens, or text) have in common."""
    for position, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return position
    return min(len(first), len(second))


class PrefixCache:
    """At most `limit_bytes` of copied KV rows."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._rows: OrderedDict[tuple[int, ...], KvRows] = OrderedDict()
        self.size_bytes = 0

    def longest(self, tokens: Sequence[int]) -> tuple[int, KvRows] | None:
        """(tokens covered, their rows) of the longest entry that `tokens` begins with; None when there is none."""
        wanted = tuple(tokens)
        found = max((key for key in self._rows if wanted[: len(key)] == key), key=len, default=None)
        if found is None:
            return None
        self._rows.move_to_end(found)
        return len(found), self._rows[found]

    def __contains__(self, tokens: Sequence[int]) -> bool:
        return tuple(tokens) in self._rows

    def put(self, tokens: Sequence[int], rows: KvRows) -> None:
        """Keep `rows` of `tokens`; what does not fit even alone is not kept."""
        size = sum(array.nbytes for array in rows)
        if tuple(tokens) in self._rows or size > self._limit_bytes:
            return
        while self.size_bytes + size > self._limit_bytes:
            _, dropped = self._rows.popitem(last=False)
            self.size_bytes -= sum(array.nbytes for array in dropped)
        self._rows[tuple(tokens)] = rows
        self.size_bytes += size
