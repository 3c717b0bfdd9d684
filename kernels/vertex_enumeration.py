"""All equilibria of a bimatrix game, degenerate or not, from the vertices of its two best response polytopes.

Every equilibrium is a convex combination of extreme ones, which are the completely labelled pairs of vertices (Mangasarian
1964; Winkels 1979; polytope.py has the definitions). A vertex is found from its neighbours by one pivot; the lexicographic
rule makes the polytopes simple, so that their graphs are connected and every vertex of a degenerate game is met too.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import REGRET_TOLERANCE, BimatrixGame, Profile, _is_equilibrium
from .polytope import LABEL_TOLERANCE, _best_response_tableau, _label_starts, _read_strategy, _settle, _transposed
from .simplex import _leaving_row, _pivot
from .status import KernelArgumentError, Status, raise_for_status

__all__ = ["VERTEX_LIMIT", "EquilibriumSet", "all_equilibria"]

VERTEX_LIMIT: Final = 100_000
"""Of each polytope, counted as bases. Random games have about 100 with 7 x 7 actions and some thousands with 12 x 12."""

_LABELS_PER_WORD: Final = 62
_OK: Final = int(Status.OK)
_ILL_CONDITIONED: Final = int(Status.ILL_CONDITIONED)
_VERTEX_LIMIT: Final = int(Status.VERTEX_LIMIT)


class EquilibriumSet(NamedTuple):
    """The set of all equilibria, by its extreme points."""

    equilibria: tuple[Profile, ...]
    """The extreme equilibria; an odd number if the game is not degenerate, and then there are no others."""
    components: IntArray
    """[k] number of the connected component of each, from 0 in order of appearance; distinct if not `degenerate`."""
    degenerate: bool
    """Whether some mixed strategy has more pure best responses than its support has actions."""


@jit
def _slot(slots: IntArray, hashes: IntArray, keys: IntArray, wanted_hash: int, wanted: IntArray) -> int:
    """Where the entry with key `wanted` [words] stands in `slots` (a power of two long), or the free slot for it."""
    mask: int = slots.shape[0] - 1
    position: int = wanted_hash & mask
    while True:
        entry = slots[position]
        if entry < 0:
            return position
        if hashes[entry] == wanted_hash:
            same = True
            for word in range(wanted.shape[0]):
                if keys[entry, word] != wanted[word]:
                    same = False
            if same:
                return position
        position = (position + 1) & mask


@jit
def _label_hashes(labels: int) -> IntArray:
    """A pseudo-random 62-bit number for each label: a set hashes to their exclusive or (Zobrist)."""
    out = np.empty(labels, dtype=np.int64)
    state = 1
    for label in range(labels):
        # Lehmer's generator with Park and Miller's constants: products stay below 2^63.
        state = state * 48271 % 2147483647
        low = state
        state = state * 48271 % 2147483647
        out[label] = (state << 31) ^ low
    return out


@jit
def _most_vertices(dimension: int, facets: int, limit: int) -> int:
    """Smaller of `limit` and what a polytope can have (McMullen 1970), for any number of redundant inequalities as well."""
    extra = facets - dimension
    total = 0
    for top in (facets - (dimension + 1) // 2, facets - dimension // 2 - 1):
        # C(top, extra) from the smaller side, cut off long before it overflows.
        smaller = min(extra, top - extra)
        binomial = 1
        for i in range(smaller):
            binomial = binomial * (top - i) // (i + 1)
            if binomial >= limit:
                return limit
        if smaller >= 0:
            total += binomial
    return min(total, limit)


@jit
def _flip(key: IntArray, label: int) -> None:
    """Put `label` into the bit set, or take it out."""
    key[label // _LABELS_PER_WORD] ^= 1 << (label % _LABELS_PER_WORD)


@jit
def _nearest_row(tableau: FloatArray, rows: int, column: int, reference: IntArray, place: IntArray) -> int:
    """As `simplex._leaving_row`, which it asks in case of a tie; without divisions, for it is called at every edge."""
    bound = tableau.shape[1] - 1
    best = -1
    best_pivot, best_bound = 1.0, 0.0
    tied = False
    for row in range(rows):
        pivot = tableau[row, column]
        if pivot > LABEL_TOLERANCE:
            difference = tableau[row, bound] * best_pivot - best_bound * pivot
            margin = LABEL_TOLERANCE * (pivot + best_pivot)
            if best < 0 or difference < -margin:
                best, best_pivot, best_bound = row, pivot, tableau[row, bound]
                tied = False
            elif difference <= margin:
                tied = True
    if tied:
        return _leaving_row(tableau, rows, column, reference, place)
    return best


@jit
def _vertices(
    payoffs: FloatArray,
    first_slack: int,
    first_variable: int,
    label_hashes: IntArray,
    vertex_limit: int,
    strategies: FloatArray,
    keys: IntArray,
    hashes: IntArray,
    slots: IntArray,
) -> tuple[int, int, bool]:
    """Find the vertices of {z >= 0 : M z <= 1} (`_best_response_tableau`), z = 0 first.

    Write `strategies` [capacity, d], `keys` [capacity, words], the labels of each as a bit set, their `hashes` [capacity]
    and the hash table `slots` of them. Return (OK, VERTEX_LIMIT or ILL_CONDITIONED; how many; whether some vertex has
    more than d labels).
    """
    rows, columns = payoffs.shape
    capacity, words = keys.shape
    tableaus = np.empty((capacity, rows, columns + 1))
    basics = np.empty((capacity, rows), dtype=np.int64)
    nonbasics = np.empty((capacity, columns), dtype=np.int64)
    places = np.empty((capacity, rows + columns), dtype=np.int64)
    key = np.zeros(words, dtype=np.int64)

    _best_response_tableau(payoffs, first_slack, first_variable, tableaus[0], basics[0], nonbasics[0], places[0])
    reference = basics[0].copy()
    hashes[0] = 0
    for word in range(words):
        keys[0, word] = 0
    for column in range(columns):
        _flip(keys[0], nonbasics[0, column])
        hashes[0] ^= label_hashes[nonbasics[0, column]]
    slots[:] = -1
    slots[_slot(slots, hashes, keys, hashes[0], keys[0])] = 0
    count = 1
    head = 0
    # Breadth first: every tableau is as few pivots, and as little rounding, away from the payoffs as can be.
    while head < count:
        for column in range(columns):
            row = _nearest_row(tableaus[head], rows, column, reference, places[head])
            if row < 0:
                return _ILL_CONDITIONED, 0, False
            entering, leaving = nonbasics[head, column], basics[head, row]
            for word in range(words):
                key[word] = keys[head, word]
            _flip(key, entering)
            _flip(key, leaving)
            key_hash = hashes[head] ^ label_hashes[entering] ^ label_hashes[leaving]
            position = _slot(slots, hashes, keys, key_hash, key)
            if slots[position] >= 0:
                continue
            if count == capacity:
                # Short of the limit there is twice the room that geometry asks for: only rounding fills it.
                return _VERTEX_LIMIT if capacity == vertex_limit else _ILL_CONDITIONED, 0, False
            for i in range(rows):
                for j in range(columns + 1):
                    tableaus[count, i, j] = tableaus[head, i, j]
                basics[count, i] = basics[head, i]
            for j in range(columns):
                nonbasics[count, j] = nonbasics[head, j]
            for label in range(rows + columns):
                places[count, label] = places[head, label]
            _pivot(tableaus[count], row, column, basics[count], nonbasics[count], places[count])
            _settle(tableaus[count])
            for word in range(words):
                keys[count, word] = key[word]
            hashes[count] = key_hash
            slots[position] = count
            count += 1
        head += 1

    degenerate = False
    for entry in range(count):
        for row in range(rows):
            if tableaus[entry, row, columns] == 0.0:
                _flip(keys[entry], basics[entry, row])
                hashes[entry] ^= label_hashes[basics[entry, row]]
                degenerate = True
        _read_strategy(tableaus[entry], places[entry], first_variable, strategies[entry])
    if degenerate:
        # Several bases may share a vertex: its labels tell.
        slots[:] = -1
        kept = 0
        for entry in range(count):
            position = _slot(slots, hashes, keys, hashes[entry], keys[entry])
            if slots[position] < 0:
                slots[position] = kept
                hashes[kept] = hashes[entry]
                for word in range(words):
                    keys[kept, word] = keys[entry, word]
                for column in range(columns):
                    strategies[kept, column] = strategies[entry, column]
                kept += 1
        count = kept
    return _OK, count, degenerate


@jit
def _covers(keys: IntArray, vertex: int, other_keys: IntArray, other: int, full: IntArray) -> bool:
    """Whether the two vertices have every label between them."""
    missing = False
    for word in range(full.shape[0]):
        missing |= (full[word] & ~(keys[vertex, word] | other_keys[other, word])) != 0
    return not missing


@jit
def _appended(pairs: IntArray, found: int, vertex: int, other: int) -> IntArray:
    """Write a pair to row `found` of `pairs` [room, 2], or of a copy with twice the room."""
    if found == pairs.shape[0]:
        longer = np.empty((2 * found, 2), dtype=np.int64)
        for pair in range(found):
            longer[pair, 0] = pairs[pair, 0]
            longer[pair, 1] = pairs[pair, 1]
        pairs = longer
    pairs[found, 0] = vertex
    pairs[found, 1] = other
    return pairs


@jit
def _completely_labelled(
    keys: IntArray,
    hashes: IntArray,
    count: int,
    other_keys: IntArray,
    other_hashes: IntArray,
    other_slots: IntArray,
    other_count: int,
    label_hashes: IntArray,
    degenerate: bool,
) -> IntArray:
    """Pairs of vertices [k, 2] that have every label between them, without (0, 0)."""
    words = keys.shape[1]
    full, missing = np.zeros(words, dtype=np.int64), np.empty(words, dtype=np.int64)
    full_hash = label_hashes[0] ^ label_hashes[0]
    for label in range(label_hashes.shape[0]):
        _flip(full, label)
        full_hash ^= label_hashes[label]
    pairs = np.empty((16, 2), dtype=np.int64)
    found = 0
    for vertex in range(1, count):
        if degenerate:
            for other in range(1, other_count):
                if _covers(keys, vertex, other_keys, other, full):
                    pairs = _appended(pairs, found, vertex, other)
                    found += 1
        else:
            # No vertex has a label to spare: the partner has exactly those that are missing.
            for word in range(words):
                missing[word] = full[word] & ~keys[vertex, word]
            partner = other_slots[_slot(other_slots, other_hashes, other_keys, full_hash ^ hashes[vertex], missing)]
            if partner > 0:
                pairs = _appended(pairs, found, vertex, partner)
                found += 1
    return pairs[:found].copy()


@jit
def _components(pairs: IntArray, vertices: int, others: int, out: IntArray) -> None:
    """Number the connected components of the bipartite graph with edges `pairs` [k, 2]; write each edge's to `out` [k]."""
    parent = np.empty(vertices + others, dtype=np.int64)
    for node in range(vertices + others):
        parent[node] = node
    for edge in range(pairs.shape[0]):
        left = _root(parent, pairs[edge, 0])
        right = _root(parent, vertices + pairs[edge, 1])
        parent[max(left, right)] = min(left, right)
    numbers = np.empty(vertices, dtype=np.int64)
    numbers[:] = -1
    components = 0
    for edge in range(pairs.shape[0]):
        # The lowest member is always one of the left side, because every edge has one.
        root = _root(parent, pairs[edge, 0])
        if numbers[root] < 0:
            numbers[root] = components
            components += 1
        out[edge] = numbers[root]


@jit
def _root(parent: IntArray, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@jit
def _all_equilibria(
    row_payoffs: FloatArray, column_payoffs: FloatArray, vertex_limit: int
) -> tuple[int, FloatArray, FloatArray, IntArray, bool]:
    """Return (status, row strategies [k, m], column strategies [k, n], component [k], degenerate)."""
    rows, columns = row_payoffs.shape
    labels = rows + columns
    starts = _label_starts(rows)
    label_hashes = _label_hashes(labels)
    words = (labels - 1) // _LABELS_PER_WORD + 1

    capacity = _capacity(rows, labels, vertex_limit)
    row_vertices, keys = np.empty((capacity, rows)), np.empty((capacity, words), dtype=np.int64)
    hashes, slots = np.empty(capacity, dtype=np.int64), np.empty(_slots_for(capacity), dtype=np.int64)
    status, count, row_degenerate = _vertices(
        _transposed(column_payoffs), starts[1], starts[0], label_hashes, vertex_limit, row_vertices, keys, hashes, slots
    )

    other_capacity = _capacity(columns, labels, vertex_limit)
    column_vertices, other_keys = np.empty((other_capacity, columns)), np.empty((other_capacity, words), dtype=np.int64)
    other_hashes = np.empty(other_capacity, dtype=np.int64)
    other_slots = np.empty(_slots_for(other_capacity), dtype=np.int64)
    other_count, column_degenerate = 0, False
    if status == _OK:
        status, other_count, column_degenerate = _vertices(
            row_payoffs,
            starts[0],
            starts[1],
            label_hashes,
            vertex_limit,
            column_vertices,
            other_keys,
            other_hashes,
            other_slots,
        )

    if status != _OK:
        count = 0

    degenerate = row_degenerate or column_degenerate
    pairs = _completely_labelled(keys, hashes, count, other_keys, other_hashes, other_slots, other_count, label_hashes, degenerate)
    row_strategies, column_strategies = np.empty((pairs.shape[0], rows)), np.empty((pairs.shape[0], columns))
    for pair in range(pairs.shape[0]):
        for row in range(rows):
            row_strategies[pair, row] = row_vertices[pairs[pair, 0], row]
        for column in range(columns):
            column_strategies[pair, column] = column_vertices[pairs[pair, 1], column]
        if not _is_equilibrium(row_payoffs, column_payoffs, row_strategies[pair], column_strategies[pair], REGRET_TOLERANCE):
            status = _ILL_CONDITIONED
    if status == _OK and not degenerate and pairs.shape[0] % 2 == 0:
        status = _ILL_CONDITIONED
    components = np.empty(pairs.shape[0], dtype=np.int64)
    _components(pairs, count, other_count, components)
    return status, row_strategies, column_strategies, components, degenerate


@jit
def _capacity(dimension: int, labels: int, vertex_limit: int) -> int:
    """Room for the vertices of one polytope; twice their number, in case rounding splits a tie."""
    return min(2 * _most_vertices(dimension, labels, vertex_limit), vertex_limit)


@jit
def _slots_for(capacity: int) -> int:
    """Length of a hash table that `capacity` entries fill to a half at most."""
    length = 8
    while length < 2 * capacity:
        length *= 2
    return length


def all_equilibria(game: BimatrixGame, *, vertex_limit: int = VERTEX_LIMIT) -> EquilibriumSet:
    """All equilibria, by their extreme points; those of a component share vertices and are connected by equilibria.

    Payoff ties are taken up to `polytope.LABEL_TOLERANCE` of the player's stake (see `bimatrix.TIE_TOLERANCE`). The work
    grows with the number of vertices, which is exponential in the smaller number of actions.

    Args:
        game: m x n.
        vertex_limit: at least 1, of each polytope.

    Raises:
        KernelArgumentError: limit out of range.
        VertexLimitError: a polytope has more vertices than `vertex_limit`.
        IllConditionedError: rounding hid a bound of a polytope, left a regret above `bimatrix.REGRET_TOLERANCE`, or made the
            number of equilibria even in a game that is not degenerate.
    """
    status, row_strategies, column_strategies, components, degenerate = _all_equilibria(
        game.row_payoffs, game.column_payoffs, _limit(vertex_limit)
    )
    raise_for_status(status, "all_equilibria")
    return EquilibriumSet(tuple(map(Profile, row_strategies, column_strategies)), components, degenerate)


def _limit(vertex_limit: int) -> int:
    if isinstance(vertex_limit, bool) or not isinstance(vertex_limit, (int, np.integer)) or vertex_limit < 1:
        raise KernelArgumentError(f"vertex_limit: {vertex_limit!r} is not a positive integer")
    return int(vertex_limit)
