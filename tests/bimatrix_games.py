"""Bimatrix games for tests: one from each seed, textbook ones with their equilibria, and how to compare sets of equilibria."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Pair = tuple[Sequence[float | Fraction] | Array, Sequence[float | Fraction] | Array]


class Textbook(NamedTuple):
    """A game and its extreme equilibria."""

    name: str
    row_payoffs: list[list[int]]
    column_payoffs: list[list[int]]
    equilibria: list[tuple[list[str], list[str]]]
    """Probabilities as fractions."""
    components: int
    degenerate: bool


def _pure(rows: int, columns: int, cells: Sequence[tuple[int, int]]) -> list[tuple[list[str], list[str]]]:
    return [([str(int(i == row)) for i in range(rows)], [str(int(j == column)) for j in range(columns)]) for row, column in cells]


TEXTBOOK = [
    Textbook("prisoners", [[3, 0], [5, 1]], [[3, 5], [0, 1]], _pure(2, 2, [(1, 1)]), 1, False),
    Textbook(
        "battle of the sexes",
        [[2, 0], [0, 1]],
        [[1, 0], [0, 2]],
        [*_pure(2, 2, [(0, 0), (1, 1)]), (["2/3", "1/3"], ["1/3", "2/3"])],
        3,
        False,
    ),
    Textbook(
        "chicken",
        [[0, -1], [1, -10]],
        [[0, 1], [-1, -10]],
        [*_pure(2, 2, [(0, 1), (1, 0)]), (["9/10", "1/10"], ["9/10", "1/10"])],
        3,
        False,
    ),
    Textbook("matching pennies", [[1, -1], [-1, 1]], [[-1, 1], [1, -1]], [(["1/2", "1/2"], ["1/2", "1/2"])], 1, False),
    Textbook(
        "rock, paper, scissors",
        [[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
        [[0, 1, -1], [-1, 0, 1], [1, -1, 0]],
        [(["1/3"] * 3, ["1/3"] * 3)],
        1,
        False,
    ),
    Textbook(
        "von Stengel 2007, example 3.3",
        [[3, 3], [2, 5], [0, 6]],
        [[3, 2], [2, 6], [3, 1]],
        [(["1", "0", "0"], ["1", "0"]), (["4/5", "1/5", "0"], ["2/3", "1/3"]), (["0", "1/3", "2/3"], ["1/3", "2/3"])],
        3,
        False,
    ),
    # The first row makes the column player indifferent: a segment of equilibria, at one end with supports of sizes 1 and 2.
    Textbook(
        "von Stengel 2007, degenerate",
        [[3, 3], [2, 5], [0, 6]],
        [[3, 3], [2, 6], [3, 1]],
        [(["1", "0", "0"], ["1", "0"]), (["1", "0", "0"], ["2/3", "1/3"]), (["0", "1/3", "2/3"], ["1/3", "2/3"])],
        2,
        True,
    ),
    Textbook("all payoffs equal", [[7] * 3] * 2, [[0] * 3] * 2, _pure(2, 3, [(i, j) for i in range(2) for j in range(3)]), 1, True),
    Textbook("one row", [[5, 1, 2]], [[1, 3, 3]], _pure(1, 3, [(0, 1), (0, 2)]), 1, True),
    Textbook("one column", [[1], [4], [2]], [[0], [0], [0]], _pure(3, 1, [(1, 0)]), 1, False),
    Textbook("one cell", [[-3]], [[8]], _pure(1, 1, [(0, 0)]), 1, False),
    # Row 1 is weakly dominated, and still played against the first column.
    Textbook(
        "a weakly dominated action",
        [[1, 1], [1, 0]],
        [[1, 0], [0, 1]],
        [*_pure(2, 2, [(0, 0)]), (["1/2", "1/2"], ["1", "0"])],
        1,
        True,
    ),
]


def instance(seed: int, largest: int = 4) -> tuple[Array, Array]:
    """(row payoffs, column payoffs) [m, n], 1 <= m, n <= `largest`; every kind of trouble comes up in some seeds."""
    generator = np.random.default_rng(seed)
    rows, columns = (int(size) for size in generator.integers(1, largest + 1, size=2))
    kind = seed % 8
    if kind == 0:
        tables = generator.normal(size=(2, rows, columns))
    elif kind == 1:
        tables = generator.integers(0, 2, size=(2, rows, columns)).astype(float)
    elif kind == 2:
        tables = generator.integers(0, 4, size=(2, rows, columns)).astype(float)
    elif kind == 3:
        tables = generator.integers(-20, 21, size=(2, rows, columns)).astype(float)
    elif kind == 4:
        # Duplicate actions of both players.
        tables = generator.integers(-3, 4, size=(2, rows, columns)).astype(float)
        tables = tables[:, generator.integers(0, rows, size=rows)][:, :, generator.integers(0, columns, size=columns)]
    elif kind == 5:
        # Powers of two, which round nothing, far from one and far from each other.
        exponents = generator.choice([-900, -40, 0, 40, 900], size=2)
        tables = generator.integers(-5, 6, size=(2, rows, columns)) * np.ldexp(1.0, exponents)[:, np.newaxis, np.newaxis]
    elif kind == 6:
        # A large constant for each action of the opponent, which changes nothing but the rounding.
        tables = generator.integers(-5, 6, size=(2, rows, columns)).astype(float)
        tables[0] += 2.0**30 * generator.integers(-3, 4, size=columns)
        tables[1] += 2.0**30 * generator.integers(-3, 4, size=(rows, 1))
    else:
        # Each wants to match the other, or one of them to avoid him.
        payoffs = np.diag(generator.integers(1, 4, size=max(rows, columns))).astype(float)[:rows, :columns]
        tables = np.stack([payoffs, payoffs if generator.random() < 0.5 else -payoffs])
    return tables[0], tables[1]


def in_plain_units(row_payoffs: Array, column_payoffs: Array) -> tuple[Array, Array]:
    """The same game for peers whose tolerances are absolute: no common payoffs, and the largest stake one."""
    rows = row_payoffs - row_payoffs.min(axis=0)
    columns = column_payoffs - column_payoffs.min(axis=1, keepdims=True)
    return rows / (rows.max() or 1.0), columns / (columns.max() or 1.0)


def same_equilibria(ours: Sequence[Pair], theirs: Sequence[Pair], tolerance: float = 1e-7) -> bool:
    """Whether each profile of the one has exactly one of the other within `tolerance` in every probability."""
    if len(ours) != len(theirs):
        return False
    left = list(theirs)
    for profile in ours:
        found = [k for k, other in enumerate(left) if distance(profile, other) <= tolerance]
        if len(found) != 1:
            return False
        del left[found[0]]
    return True


def distance(profile: Pair, other: Pair) -> float:
    """Largest difference between two probabilities."""
    return max(abs(float(p) - float(q)) for mine, his in zip(profile, other, strict=True) for p, q in zip(mine, his, strict=True))


def run_instances(check: Callable[[int], None], instances: int) -> None:
    """Call `check` with each seed; a failure says with which."""
    for seed in range(instances):
        try:
            check(seed)
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
